"""A small printer in software: draws the bytes that a printer would get, sheet by sheet, as the paper shows them.

It knows what this program sends and the status questions, and is strict: an unknown command is an error to be seen in
tests, not a guess. The virtual printer's roll and the simulator's pictures come from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from PIL import Image

from printers import glyphs
from printers.fonts import FontBook
from printers.raster import Raster

_COLUMN_ROWS: Final = 24
_Work = Callable[[bytes], None]


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
    image: Callable[[int], None] = lambda _: None  # its bytes, before the first of them
    text: Callable[[str], None] = lambda _: None  # a line, as its characters came out


@dataclass(slots=True)
class _Picture:
    """One that is being received. ``stored``: printed by a command of its own, not as it comes."""

    stride: int
    missing: int
    columns: bool = False
    stored: bool = False


@dataclass(slots=True)
class Interpreter:
    """``width`` in dots. Feed it bytes in pieces of any size; each sheet that is cut off is told by event.

    Dots beyond the width are lost, as on paper, and counted in ``clipped``. Without ``fonts`` text is unknown.
    """

    width: int
    events: Events = field(default_factory=Events)
    fonts: FontBook | None = None
    text: glyphs.TextMode = field(default_factory=glyphs.TextMode)
    clipped: int = 0
    paused: bool = False  # off-line: bytes are taken and kept, only real-time commands are obeyed
    _rows: bytearray = field(default_factory=bytearray)
    _at: int = 0  # the row under the head; above it what was burnt
    _rest: bytearray = field(default_factory=bytearray)
    _image: _Picture | None = None
    _line: bytearray = field(default_factory=bytearray)  # of a picture: rows or columns that are not burnt yet
    _store: list[bytes] = field(default_factory=list)
    _glyphs: list[glyphs.Glyph] = field(default_factory=list)
    _held: bytes = b""  # the beginning of what may become a real-time command
    _commands: tuple[tuple[bytes, int, str, _Work], ...] = field(init=False)

    def feed(self, data: bytes) -> None:
        data = self._held + data
        self._held = b""
        start = at = 0
        # Real-time commands are obeyed wherever they stand, inside images too.
        while (at := data.find(b"\x10", at)) >= 0:
            if data[at + 1 : at + 2] in {b"", b"\x04", b"\x05", b"\x14"} and len(data) - at < self._length(data, at):
                self._held = data[at:]
                break
            if data[at + 1] in {0x04, 0x05, 0x14}:
                self._work(data[start:at])
                self._real_time(data[at : at + self._length(data, at)])
                at = start = at + self._length(data, at)
            else:
                at += 1
        self._work(data[start : len(data) - len(self._held)])

    @staticmethod
    def _length(data: bytes, at: int) -> int:
        """Of the real-time command there: DLE DC4 1 m t has five bytes."""
        return 5 if data[at + 1 : at + 2] == b"\x14" else 3

    def _real_time(self, command: bytes) -> None:
        if command[1] != 0x14:
            self.events.real_time(command[1], command[2])
        elif command[2] == 1:
            self.events.command("DLE DC4 1")
            self.events.drawer(command[3], command[4] * 100, command[4] * 100)

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

    def forget(self) -> None:
        """Clears what was received and not worked off, as ``DLE ENQ 2`` does, and power."""
        self._rest.clear()
        self._line.clear()
        self._store.clear()
        self._glyphs.clear()
        self._image = None
        self._held = b""

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
        self._at = 0
        self.events.sheet(sheet)

    def _step(self) -> int:
        """Works off one command or a piece of an image; 0: more bytes are needed."""
        if self._image is not None:
            return self._take_image(self._image)
        data = bytes(self._rest[:32])
        if data[0] == 0x00:
            return 1
        if data[0] == 0x0A:
            self._end_line(max(self.text.spacing, self._line_height() + 6 if self._glyphs else 0))
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
        if self.fonts is not None and data[0] >= 0x20:
            return self._take_text(data)
        self.events.unknown(data[:4])
        return 1

    def __post_init__(self) -> None:
        self.text.reset()
        events, text = self.events, self.text
        # lead, whole length, name, what it does with all its bytes
        self._commands = (
            (b"\x1b@", 2, "ESC @", lambda _: self._reset()),
            (b"\x1c.", 2, "FS .", lambda _: self._chinese(on=False)),
            (b"\x1c&", 2, "FS &", lambda _: self._chinese(on=True)),
            (b"\x1bt", 3, "ESC t", lambda d: setattr(text, "page", d[2])),
            (b"\x1bR", 3, "ESC R", _nothing),
            (b"\x1bE", 3, "ESC E", lambda d: setattr(text, "bold", bool(d[2] & 1))),
            (b"\x1b3", 3, "ESC 3", lambda d: setattr(text, "spacing", d[2])),
            (b"\x1b2", 2, "ESC 2", lambda _: setattr(text, "spacing", 30)),
            (b"\x1d!", 3, "GS !", self._size),
            (b"\x1da", 3, "GS a", lambda d: events.automatic_status(d[2])),
            (b"\x1dP", 4, "GS P", _nothing),
            (b"\x1d(K\x02\x00\x31", 7, "GS ( K", _nothing),
            (b"\x1bJ", 3, "ESC J", lambda d: self._end_line(d[2])),
            (b"\x1bd", 3, "ESC d", lambda d: self._end_line(text.spacing * d[2])),
            (b"\x1bp", 5, "ESC p", lambda d: events.drawer(d[2], d[3] * 2, d[4] * 2)),
            (b"\x1dV\x41", 4, "GS V", lambda _: self.tear()),
            (b"\x1dV\x42", 4, "GS V", lambda _: self.tear()),
            (b"\x1dV\x00", 3, "GS V", lambda _: self.tear()),
            (b"\x1dV\x01", 3, "GS V", lambda _: self.tear()),
            (b"\x1dr", 3, "GS r", lambda d: events.in_order_status(d[2])),
            (b"\x1d(H\x06\x00\x30\x30", 11, "GS ( H", lambda d: events.process_id(d[7:11])),
            (b"\x1dv0\x00", 8, "GS v 0", lambda d: self._begin(_number(d[4:6]), _number(d[6:8]))),
            (b"\x1b*\x21", 5, "ESC *", lambda d: self._begin(3, _number(d[3:5]), columns=True)),
            (b"\x1d(L\x02\x00\x30\x32", 7, "GS ( L 50", lambda _: self._print_stored()),
            # after the length: 30 70 30 01 01 31 xL xH yL yH
            (b"\x1d(L", 15, "GS ( L", lambda d: self._begin_stored(d[5:15])),
            (b"\x1d8L", 17, "GS 8 L", lambda d: self._begin_stored(d[7:17])),
        )

    # ---- modes

    def _reset(self) -> None:
        self.text.reset()
        self._glyphs.clear()
        self._store.clear()
        self._line.clear()

    def _chinese(self, *, on: bool) -> None:
        self.text.chinese = on and bool(self.text.hanzi)

    def _size(self, data: bytes) -> None:
        self.text.across, self.text.down = (data[2] >> 4 & 7) + 1, (data[2] & 7) + 1

    # ---- text

    def _take_text(self, data: bytes) -> int:
        glyph, used = self.text.read(data)
        if glyph is not None:
            if sum(one.width for one in self._glyphs) + glyph.width > self.width:
                self._end_line(max(self.text.spacing, self._line_height() + 6))
            self._glyphs.append(glyph)
        return used

    def _line_height(self) -> int:
        return glyphs.HEIGHT * max((glyph.down for glyph in self._glyphs), default=1)

    def _end_line(self, feed: int) -> None:
        """Prints what is in the line, text or columns, and feeds: too small a feed lets lines overlap, as on paper."""
        if self._line:
            turned = Image.frombytes("1", (_COLUMN_ROWS, len(self._line) // 3), bytes(self._line))
            self._burn_picture(turned.transpose(Image.Transpose.TRANSPOSE))
            self._line.clear()
        if self._glyphs and self.fonts is not None:
            self.events.text("".join(glyph.char for glyph in self._glyphs))
            line = glyphs.drawn(self._glyphs, self.width, self.fonts)
            self._glyphs.clear()
            self._burn_picture(line.point([0] * 128 + [255] * 128, "1"))
        self._feed_rows(feed)

    # ---- pictures

    def _begin(self, stride: int, count: int, *, columns: bool = False, stored: bool = False) -> None:
        self.events.image(stride * count)
        if stride and count:
            self._image = _Picture(stride, stride * count, columns, stored)
            if not columns:
                self._line.clear()

    def _begin_stored(self, data: bytes) -> None:
        if data[:6] != b"\x30\x70\x30\x01\x01\x31":
            self.events.unknown(data)
            return
        self._store.clear()
        self._begin((_number(data[6:8]) + 7) // 8, _number(data[8:10]), stored=True)

    def _take_image(self, image: _Picture) -> int:
        used = min(image.missing, len(self._rest))
        self._line += self._rest[:used]
        image.missing -= used
        own = self.width // 8
        if not image.columns and not image.stored and image.stride == own and len(self._rows) == self._at * own:
            whole = len(self._line) // own * own  # nothing burnt there yet, and nothing beyond the edge
            self._rows += self._line[:whole]
            del self._line[:whole]
            self._at += whole // own
        if not image.columns:
            while len(self._line) >= image.stride:
                row = bytes(self._line[: image.stride])
                del self._line[: image.stride]
                if image.stored:
                    self._store.append(row)
                else:
                    self._burn_row(row)
                    self._at += 1
        if not image.missing:
            self._image = None
        self.events.rows(self._at)
        return used

    def _print_stored(self) -> None:
        for row in self._store:
            self._burn_row(row)
            self._at += 1
        self._store.clear()
        self.events.rows(self._at)

    def _burn_picture(self, picture: Image.Image) -> None:
        """At the head, without feeding: white below the last dot needs no paper. 1-bit, set where it burns."""
        stride = (picture.width + 7) // 8
        data, at = picture.tobytes(), self._at
        for row in range(-(-len(data.rstrip(b"\x00")) // stride)):
            self._burn_row(data[row * stride : (row + 1) * stride])
            self._at += 1
        self._at = at

    def _burn_row(self, row: bytes) -> None:
        own = self.width // 8
        self.clipped += sum(byte.bit_count() for byte in row[own:])
        start = self._at * own
        if len(self._rows) < start + own:
            self._rows += bytes(start + own - len(self._rows))
            self._rows[start : start + own] = row[:own].ljust(own, b"\x00")
        else:
            for index, byte in enumerate(row[:own]):
                self._rows[start + index] |= byte

    def _feed_rows(self, rows: int) -> None:
        self._at += rows
        missing = self._at * (self.width // 8) - len(self._rows)
        if missing > 0:
            self._rows += bytes(missing)
        self.events.rows(self._at)


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _nothing(_: bytes) -> None:
    """A setting that this printer has no other way of doing."""
