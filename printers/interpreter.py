"""A small printer in software: draws the bytes that a printer would get, sheet by sheet, as the paper shows them.

It knows what this program sends and the status questions, and is strict: an unknown command is an error to be seen in
tests, not a guess. The virtual printer's roll and the simulator's pictures come from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from printers.raster import Raster

_LINE_ROWS: Final = 30  # of a text line: ESC d and LF count in them


@dataclass(slots=True)
class Events:
    """What the bytes asked for, besides dots. Called while the bytes are read, in their order."""

    sheet: Callable[[Raster], None] = lambda _: None
    drawer: Callable[[int, int, int], None] = lambda _pin, _on, _off: None
    in_order_status: Callable[[int], None] = lambda _: None
    process_id: Callable[[bytes], None] = lambda _: None
    real_time: Callable[[int, int], None] = lambda _command, _n: None
    automatic_status: Callable[[int], None] = lambda _: None
    command: Callable[[str], None] = lambda _: None
    unknown: Callable[[bytes], None] = lambda _: None
    rows: Callable[[int], None] = lambda _: None


@dataclass(slots=True)
class Interpreter:
    """``width`` in dots. Feed it bytes in pieces of any size; each sheet that is cut off is told by event.

    Dots beyond the width are lost, as on paper, and counted in ``clipped``.
    """

    width: int
    events: Events = field(default_factory=Events)
    clipped: int = 0
    paused: bool = False  # off-line: bytes are taken and kept, only real-time commands are obeyed
    _rows: bytearray = field(default_factory=bytearray)
    _rest: bytearray = field(default_factory=bytearray)
    _image: tuple[int, int] | None = None  # bytes a row, bytes missing
    _line: bytearray = field(default_factory=bytearray)
    _held: bytes = b""  # the beginning of what may become a real-time command
    _commands: tuple[tuple[bytes, int, str, Callable[[bytes], None]], ...] = field(init=False)

    def feed(self, data: bytes) -> None:
        data = self._held + data
        self._held = b""
        start = at = 0
        # Real-time commands are obeyed wherever they stand, inside images too.
        while (at := data.find(b"\x10", at)) >= 0:
            if len(data) - at < 3 and data[at + 1 : at + 2] in {b"", b"\x04", b"\x05"}:
                self._held = data[at:]
                break
            if data[at + 1] in {0x04, 0x05}:
                self._work(data[start:at])
                self.events.real_time(data[at + 1], data[at + 2])
                at = start = at + 3
            else:
                at += 1
        self._work(data[start : len(data) - len(self._held)])

    def _work(self, data: bytes) -> None:
        self._rest += data
        while self._rest and not self.paused:
            used = self._step()
            if not used:
                break
            del self._rest[:used]

    def resume(self) -> None:
        self.paused = False
        self._work(b"")

    @property
    def unfinished(self) -> Raster:
        """What stands on the paper since the last cut."""
        stride = self.width // 8
        return Raster(self.width, len(self._rows) // stride, bytes(self._rows))

    @property
    def inside_image(self) -> bool:
        return self._image is not None

    def tear(self) -> None:
        """Cut, or torn off by hand: what was printed since the last one is a sheet."""
        sheet = self.unfinished
        self._rows.clear()
        self.events.sheet(sheet)

    def _step(self) -> int:
        """Works off one command or a piece of an image; 0: more bytes are needed."""
        if self._image is not None:
            return self._take_image()
        data = bytes(self._rest[:16])
        if data[0] == 0x00:
            return 1
        if data[0] == 0x0A:
            self._feed_rows(_LINE_ROWS)
            return 1
        for lead, length, name, work in self._commands:
            if data.startswith(lead):
                if len(data) < length:
                    return 0
                self.events.command(" ".join((name, *(str(byte) for byte in data[2:length]))))
                work(data[:length])
                return length
            if lead.startswith(data):
                return 0
        self.events.unknown(data[:4])
        return 1

    def __post_init__(self) -> None:
        events = self.events
        # lead, whole length, name, what it does with all its bytes
        self._commands = (
            (b"\x1b@", 2, "ESC @", _nothing),
            (b"\x1c.", 2, "FS .", _nothing),
            (b"\x1da", 3, "GS a", lambda d: events.automatic_status(d[2])),
            (b"\x1dP", 4, "GS P", _nothing),
            (b"\x1bJ", 3, "ESC J", lambda d: self._feed_rows(d[2])),
            (b"\x1bd", 3, "ESC d", lambda d: self._feed_rows(_LINE_ROWS * d[2])),
            (b"\x1bp", 5, "ESC p", lambda d: events.drawer(d[2], d[3] * 2, d[4] * 2)),
            (b"\x1dV\x41", 4, "GS V", lambda _: self.tear()),
            (b"\x1dV\x42", 4, "GS V", lambda _: self.tear()),
            (b"\x1dV\x00", 3, "GS V", lambda _: self.tear()),
            (b"\x1dV\x01", 3, "GS V", lambda _: self.tear()),
            (b"\x1dr", 3, "GS r", lambda d: events.in_order_status(d[2])),
            (b"\x1d(H\x06\x00\x30\x30", 11, "GS ( H", lambda d: events.process_id(d[7:11])),
            (b"\x1dv0\x00", 8, "GS v 0", self._begin_image),
        )

    def _begin_image(self, head: bytes) -> None:
        stride, rows = int.from_bytes(head[4:6], "little"), int.from_bytes(head[6:8], "little")
        if stride and rows:
            self._image = (stride, stride * rows)
            self._line.clear()

    def _take_image(self) -> int:
        assert self._image is not None
        stride, missing = self._image
        used = min(missing, len(self._rest))
        self._line += self._rest[:used]
        own = self.width // 8
        while len(self._line) >= stride:
            row = bytes(self._line[:stride])
            del self._line[:stride]
            self.clipped += sum(byte.bit_count() for byte in row[own:])
            self._rows += row[:own].ljust(own, b"\x00")
        missing -= used
        self._image = (stride, missing) if missing else None
        self.events.rows(len(self._rows) // own)
        return used

    def _feed_rows(self, rows: int) -> None:
        self._rows += bytes(self.width // 8 * rows)


def _nothing(_: bytes) -> None:
    """A setting that this printer has no other way of doing."""
