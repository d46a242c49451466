"""The simulated terminal on real lines: TCP connections, pseudo-terminals, and whoever plays the customer."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import timedelta, tzinfo
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from counter_app.ports.clock import Clock, Entropy
from devices.simulators.terminal.books import Books
from devices.simulators.terminal.dialogue import KEYS, POWER, Dialogue
from devices.simulators.terminal.faults import Faults, parse_plan
from devices.simulators.terminal.lines import Line, SerialLine, TcpLine
from devices.simulators.terminal.messages import Registration, as_plain
from devices.simulators.terminal.session import Session
from devices.simulators.terminal.settings import Settings

_TICK_S: Final = 0.05
_LINES_MAX: Final = 8
_KEPT_MAX: Final = 2_000


class TerminalSimulator:
    """``with TerminalSimulator(None, clock=…, entropy=…) as terminal: port = terminal.serve_tcp()``.

    ``books_path`` None: the books die with it. ``script``: a plan for each of the first transactions, in the words of
    the control lines (``"decline=05 drop=ack"``; ``""`` is a plain one). ``faults`` hold for good and may be changed at
    any time. ``notes`` say what happened, never with card data; ``shown`` is what the customer saw.
    """

    def __init__(
        self,
        books_path: Path | None,
        *,
        clock: Clock,
        entropy: Entropy,
        settings: Settings | None = None,
        script: Iterable[str] = (),
        zone: tzinfo | None = None,
        on_note: Callable[[str], None] = lambda _: None,
        on_display: Callable[[tuple[str, ...]], None] = lambda _: None,
    ) -> None:
        self.settings = settings or Settings()
        self.books = Books(books_path)
        self.faults = Faults()
        self.notes: deque[str] = deque(maxlen=_KEPT_MAX)
        self.shown: deque[tuple[str, ...]] = deque([("READY",)], maxlen=_KEPT_MAX)
        self._clock = clock
        self._entropy = entropy
        self._zone = zone
        self._on_note = on_note
        self._on_display = on_display
        self._plans: deque[Faults] = deque(self._plan(text.split()) for text in script)
        self._under_way: Dialogue | None = None
        self._registration: Registration | None = None
        self._lines: list[Line] = []
        self._threads: list[threading.Thread] = []
        self._cleanup: list[Callable[[], None]] = []
        self._closing = threading.Event()
        self._gate = threading.Condition(threading.RLock())
        self._off = False
        self._deaf = False
        self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- for whoever holds it

    def serve_tcp(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Returns the port."""
        listener = socket.create_server((host, port))
        listener.settimeout(_TICK_S)
        self._cleanup.append(listener.close)
        self._run(lambda: self._accept(listener))
        return int(listener.getsockname()[1])

    def serve_pty(self, link: Path | None = None) -> str:
        """Returns the device that a till opens, under its own name or ``link``'s (POSIX only)."""
        import tty  # noqa: PLC0415 - not on Windows

        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        device = os.ttyname(slave)
        if link is not None:
            with contextlib.suppress(FileNotFoundError):
                if link.is_symlink():
                    link.unlink()
            link.symlink_to(device)
            self._cleanup.append(lambda: link.unlink(missing_ok=True))
        # The slave stays open here too: else the master reads an error whenever no till is there.
        self._cleanup += [lambda: os.close(slave), lambda: os.close(master)]
        line = SerialLine(master, self.faults, self._closing, self._entropy.bytes, self.settings.timers)
        self._lines.append(line)
        self._run(line.read)
        self._run(Session(self, line).serve)
        return str(link or device)

    def plan(self, text: str) -> None:
        """What the next transaction that has no plan yet shall do. Raises ``ValueError``."""
        plan = self._plan(text.split())
        with self._gate:
            self._plans.append(plan)

    def press(self, key: str) -> bool:
        """The customer presses or does something; False: nobody waits for a customer."""
        if key not in KEYS:
            raise ValueError(f"no key {key}: {', '.join(KEYS)}")
        if key == "remove":
            self.faults.set("card_left", "off")
        with self._gate:
            talk = self._under_way
        if talk is None:
            return False
        talk.line.inbox.put(key)
        return True

    @property
    def showing(self) -> tuple[str, ...]:
        with self._gate:
            return self.shown[-1]

    def wait_for(self, condition: Callable[[], bool], within_s: float = 10.0) -> bool:
        """Until it holds; looked at whenever something happens here."""
        with self._gate:
            return self._gate.wait_for(condition, within_s)

    def wait_until_idle(self, within_s: float = 10.0) -> bool:
        return self.wait_for(lambda: self._under_way is None and not self._off, within_s)

    def cut_power(self) -> None:
        """Now, whatever is under way; it comes back by itself."""
        with self._gate:
            talk = self._under_way
        if talk is None:
            self.power_cut()
            return
        talk.line.inbox.put(POWER)

    def close(self) -> None:
        self._closing.set()
        for line in list(self._lines):
            line.drop()
            line.inbox.put("closing")
        for thread in self._threads:
            thread.join(timeout=10)
        for clean in self._cleanup:
            with contextlib.suppress(OSError):
                clean()
        self._cleanup.clear()

    # ---- what sessions need

    @property
    def registration(self) -> Registration:
        return self._registration or Registration()

    @property
    def is_registered(self) -> bool:
        return self._registration is not None

    def register(self, registration: Registration | None) -> None:
        self._registration = registration
        self.books.remember({} if registration is None else as_plain(registration))

    @property
    def under_way(self) -> Dialogue | None:
        return self._under_way

    @property
    def closing(self) -> bool:
        return self._closing.is_set()

    @property
    def deaf(self) -> bool:
        return self._deaf

    def begin(self, dialogue: Dialogue) -> Dialogue | None:
        with self._gate:
            if self._under_way is not None:
                return self._under_way
            self._under_way = dialogue
            return None

    def end(self) -> None:
        forgotten = self.books.auto_reverse()
        if forgotten is not None:
            self.note(f"auto-reversed: {forgotten.kind} {forgotten.amount_minor}")
        with self._gate:
            self._under_way = None
            self._gate.notify_all()
        self.display("READY")

    def take_plan(self) -> Faults:
        with self._gate:
            return self._plans.popleft() if self._plans else Faults(base=self.faults)

    def now_ms(self) -> int:
        return self._clock.monotonic_ms()

    def face(self, faults: Faults) -> str:
        shown = self._clock.now() + timedelta(seconds=faults.number("clock"))
        return shown.astimezone(self._zone).replace(microsecond=0).isoformat()

    def approval(self) -> str:
        return f"{int.from_bytes(self._entropy.bytes(4), 'big') % 1_000_000:06d}"

    def display(self, *lines: str) -> None:
        with self._gate:
            self.shown.append(lines)
            self._gate.notify_all()
        self._on_display(lines)

    def note(self, text: str) -> None:
        with self._gate:
            self.notes.append(text)
            self._gate.notify_all()
        self._on_note(text)

    def power_cut(self) -> None:
        """All lines are gone, what was pending is forgotten; what the books hold is there again after the start."""
        with self._gate:
            self._off = True
        forgotten = self.books.auto_reverse()
        if forgotten is not None:
            self.note(f"forgotten: {forgotten.kind} {forgotten.amount_minor} receipt {forgotten.receipt:04d}")
        for line in list(self._lines):
            line.drop()
        self.display("")
        if self.settings.pace > 0:
            self._closing.wait(self.settings.boot_s / self.settings.pace)
        self._start()
        for line in list(self._lines):
            line.mend()
        with self._gate:
            self._off = False
            self._deaf = False
            self._gate.notify_all()

    def switch_off_protocol(self) -> None:
        self._deaf = True

    # ---- inside

    def _start(self) -> None:
        forgotten = self.books.auto_reverse()
        if forgotten is not None:
            self.note(f"auto-reversed at the start: {forgotten.kind} {forgotten.amount_minor}")
        kept = self.books.registration
        names = {one.name for one in fields(Registration)}
        self._registration = Registration(**kept) if kept and kept.keys() <= names else None
        self.display("READY")

    def _plan(self, words: list[str]) -> Faults:
        return Faults(parse_plan(words), self.faults)

    def _run(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name="simulated-terminal", daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()]
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while not self._closing.is_set():
            if self._off:
                self._closing.wait(_TICK_S)
                continue
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self._lines = [line for line in self._lines if not line.gone]
            if len(self._lines) >= _LINES_MAX:
                connection.close()
                continue
            line = TcpLine(connection, self.faults, self._closing, self._entropy.bytes, self.settings.timers)
            self._lines.append(line)
            self._run(line.read)
            self._run(partial(self._serve, line))

    def _serve(self, line: TcpLine) -> None:
        try:
            Session(self, line).serve()
        finally:
            line.drop()
