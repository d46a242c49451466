"""The printer behind the line: paper, cover, cutter, its answers, and what it does wrong when told to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from threading import RLock

from printers.fonts import FontBook
from printers.glyphs import TextMode
from printers.interpreter import Events, Interpreter
from printers.raster import Raster


@dataclass(slots=True)
class Faults:
    """Switches (False) and numbers (None: off). Set at the start or while it runs."""

    paper_out: bool = False
    paper_near_end: bool = False
    cover_open: bool = False
    cutter: bool = False
    stuck: bool = False  # the cutter's error whose cause is gone: stays until DLE ENQ clears it
    drawer_open: bool = False  # set by a kick, and shown in the status
    no_dle: bool = False  # knows no DLE EOT, only the automatic block (GS a)
    chinese: bool = False  # wakes up in Chinese mode, after power and after ESC @
    crashed: bool = False  # an image was beyond its buffer: dead until it is switched off and on (power)
    silent: bool = False  # takes everything, answers nothing
    mute: bool = False  # answers status, never says that a job is done
    wrong_id: bool = False  # answers with another job's process id
    garble: bool = False  # answers noise
    babble: bool = False  # sends status blocks that nobody asked for
    paper_rows: int | None = None  # the paper ends after this many more rows
    cover_rows: int | None = None  # the cover is opened after this many more rows
    buffer: int | None = None  # bytes of an image that it can hold
    closes: int | None = None  # closes the line after this many more bytes
    stalls: int | None = None  # stops reading after this many more bytes
    slow: int | None = None  # bytes a second

    def set(self, name: str, value: str) -> None:
        """``value``: on | off for a switch; a number or off. Raises ``ValueError``."""
        kinds = {one.name: one.default for one in fields(self)}
        if name not in kinds:
            raise ValueError(f"no fault {name}: {', '.join(kinds)}")
        if kinds[name] is False:
            if value not in {"on", "off"}:
                raise ValueError(f"{name} is on or off")
            setattr(self, name, value == "on")
        elif value == "off":
            setattr(self, name, None)
        else:
            number = int(value)
            if number < 0:
                raise ValueError(f"{name} is not negative")
            setattr(self, name, number)

    def clear(self) -> None:
        for one in fields(self):
            setattr(self, one.name, one.default)


@dataclass(slots=True)
class Machine:
    """Bytes in by ``take``, answers out by ``answer``. ``on_sheet`` and ``on_command`` tell what happened.

    Off-line (no paper, cover open) it obeys real-time commands only and keeps the rest, as printers do.
    """

    width: int
    answer: Callable[[bytes], None] = lambda _: None
    on_sheet: Callable[[Raster], None] = lambda _: None
    on_command: Callable[[str], None] = lambda _: None
    faults: Faults = field(default_factory=Faults)
    fonts: FontBook | None = None  # without them text is unknown
    hanzi: str = "gb18030"
    drawer_kicks: int = 0
    unknown: list[bytes] = field(default_factory=list)
    _automatic: int = 0
    _lock: RLock = field(default_factory=RLock)
    _interpreter: Interpreter = field(init=False)

    def __post_init__(self) -> None:
        self._interpreter = Interpreter(
            self.width,
            Events(
                sheet=self.on_sheet,
                drawer=self._kick,
                in_order_status=self._say_in_order,
                process_id=self._say_process_id,
                real_time=self._real_time,
                automatic_status=self._set_automatic,
                command=self.on_command,
                unknown=self._unknown,
                rows=self._used_rows,
                image=self._image_begins,
                text=lambda line: self.on_command(f"text {line}"),
            ),
            fonts=self.fonts,
            text=TextMode(hanzi=self.hanzi),
        )

    @property
    def offline(self) -> bool:
        return self.faults.paper_out or self.faults.cover_open or self._cutter_error

    @property
    def _cutter_error(self) -> bool:
        return self.faults.cutter or self.faults.stuck

    @property
    def clipped(self) -> int:
        return self._interpreter.clipped

    @property
    def port_status(self) -> int:
        """As a USB port tells it: bit 5 paper out, bit 4 selected, bit 3 no error."""
        out = self.faults.paper_out
        return (0x20 if out else 0) | (0 if self.offline else 0x10) | (0 if self.offline else 0x08)

    @property
    def unfinished(self) -> Raster:
        with self._lock:
            return self._interpreter.unfinished

    @property
    def inside_image(self) -> bool:
        with self._lock:
            return self._interpreter.inside_image

    def take(self, data: bytes) -> None:
        with self._lock:
            if self.faults.crashed:
                return
            self._interpreter.paused = self.offline
            self._interpreter.text.wakes_chinese = self.faults.chinese
            if self.faults.babble:
                self.answer(self._block())
            self._interpreter.feed(data)

    def switch(self, name: str, value: str) -> None:
        """A fault on or off; what was kept while off-line is worked off when its cause is gone."""
        with self._lock:
            if name == "clear":
                self.faults.clear()
            elif name == "power":
                self._power_on()
            else:
                self.faults.set(name, value)
            if self._automatic:
                self._say(self._block())
            self._interpreter.text.wakes_chinese = self.faults.chinese
            if not self.offline and self._interpreter.paused:
                self._interpreter.resume()

    def _power_on(self) -> None:
        """Off and on: what it had received is gone, what was burnt stays on the paper."""
        self.faults.crashed = self.faults.stuck = False
        self._interpreter.forget()
        self._interpreter.text.reset()
        self._automatic = 0

    def tear(self) -> None:
        with self._lock:
            self._interpreter.tear()

    # ---- answers

    def _say(self, data: bytes) -> None:
        if self.faults.silent:
            return
        self.answer(bytes(0x80 | byte ^ 0x5A for byte in data) + b"\x91" if self.faults.garble else data)

    def _real_time(self, command: int, n: int) -> None:
        self.on_command(f"DLE {'EOT' if command == 4 else 'ENQ'} {n}")
        if command == 5 and n in {1, 2}:
            self._recover(clears=n == 2)
        if command != 4 or n not in {1, 2, 3, 4} or self.faults.no_dle:
            return
        faults = self.faults
        bits = {
            1: (0x08 if self.offline else 0) | (0x04 if faults.drawer_open else 0),
            2: (0x04 if faults.cover_open else 0)
            | (0x20 if faults.paper_out else 0)
            | (0x40 if self._cutter_error else 0),
            3: 0x08 if self._cutter_error else 0,
            4: (0x6C if faults.paper_out else 0) | (0x0C if faults.paper_near_end else 0),
        }[n]
        self._say(bytes((0x12 | bits,)))

    def _say_in_order(self, n: int) -> None:
        if self.faults.mute:
            return
        paper = (0x0F if self.faults.paper_out else 0) | (0x03 if self.faults.paper_near_end else 0)
        self._say(bytes((paper if n in {1, 49} else 0,)))

    def _say_process_id(self, token: bytes) -> None:
        if self.faults.mute:
            return
        said = bytes(reversed(token)) if self.faults.wrong_id and token != token[::-1] else token
        if self.faults.wrong_id and said == token:
            said = b"9998"
        self._say(b"\x37\x22" + said + b"\x00")

    def _set_automatic(self, n: int) -> None:
        self._automatic = n
        if n:
            self._say(self._block())

    def _block(self) -> bytes:
        faults = self.faults
        first = 0x10 | (0x08 if self.offline else 0) | (0x20 if faults.cover_open else 0)
        paper = (0x0F if faults.paper_out else 0) | (0x03 if faults.paper_near_end else 0)
        return bytes((first, 0x08 if self._cutter_error else 0, paper, 0))

    def _recover(self, *, clears: bool) -> None:
        """DLE ENQ: only an error that can be recovered from, and whose cause is gone."""
        if not self.faults.stuck:
            return
        self.faults.stuck = False
        if clears:
            self._interpreter.forget()
        self._interpreter.paused = self.offline

    # ---- what happens inside

    def _kick(self, _pin: int, _on_ms: int, _off_ms: int) -> None:
        self.drawer_kicks += 1
        self.faults.drawer_open = True

    def _unknown(self, data: bytes) -> None:
        self.unknown.append(data)
        self.on_command(f"unknown {data.hex(' ')}")

    def _used_rows(self, on_paper: int) -> None:
        left = self.faults.paper_rows
        if left is not None and on_paper >= left:
            self.faults.paper_rows = None
            self.faults.paper_out = True
            self._interpreter.paused = True
        left = self.faults.cover_rows
        if left is not None and on_paper >= left:
            self.faults.cover_rows = None
            self.faults.cover_open = True
            self._interpreter.paused = True

    def _image_begins(self, count: int) -> None:
        if self.faults.buffer is not None and count > self.faults.buffer:
            self.faults.crashed = True
            self._interpreter.paused = True
            self.on_command(f"crashed on an image of {count} bytes")
