"""One transaction's conversation with the till: answers, questions, pauses, and the points at which faults strike."""

from __future__ import annotations

import queue
from collections.abc import Callable, Container
from typing import Final, Protocol

from devices.simulators.terminal.apdu import OK, Apdu
from devices.simulators.terminal.faults import Faults
from devices.simulators.terminal.lines import LOST, Line
from devices.simulators.terminal.messages import ABORTED, STATUS_TEXTS, WAIT, Registration, intermediate
from devices.simulators.terminal.settings import Settings

KEYS: Final = ("insert", "tap", "pin-ok", "pin-wrong", "abort", "remove")
POWER: Final = "power"  # an event: somebody pulls the plug


class AbortedError(Exception):
    """The transaction ends with this result code and nothing is charged."""

    def __init__(self, code: int = ABORTED) -> None:
        super().__init__(f"{code:02X}")
        self.code = code


class PowerCutError(Exception):
    """From here on nothing happens: the terminal is without power."""


class House(Protocol):
    """What the conversation needs of the terminal around it."""

    settings: Settings

    @property
    def registration(self) -> Registration: ...

    def now_ms(self) -> int: ...

    def display(self, *lines: str) -> None: ...

    def note(self, text: str) -> None: ...

    @property
    def closing(self) -> bool: ...


class Dialogue:
    """``faults`` are this transaction's. ``interrupted`` answers a command that comes in between (enquiry, repeat)."""

    def __init__(
        self, house: House, line: Line, faults: Faults, interrupted: Callable[[Dialogue, Apdu], None] | None = None
    ) -> None:
        self.house = house
        self.line = line
        self.faults = faults
        self.silent = False
        self.stoppable = False  # 06 B0 from the till, or stop at the pad, ends it
        self._stop = False
        self._interrupted = interrupted
        self._shown_first = False

    @property
    def heard(self) -> bool:
        """Whether the till can hear us at all."""
        return not (self.silent or self.line.gone)

    # ---- to the till

    def answer(self, apdu: Apdu) -> None:
        """80 00 or 84 xx: nothing comes back for it."""
        if self.heard:
            self.house.note(f"> {_named(apdu)}")
            self.line.send(apdu)

    def tell(self, apdu: Apdu) -> None:
        """A message whose answer changes nothing."""
        self.ask(apdu, self.house.settings.timers.reply_s)

    def ask(self, apdu: Apdu, wait_s: float) -> Apdu | None:
        """The till's answer. None: none came in time, or the line is gone, or the till asks something else by now."""
        if not self.heard:
            return None
        self.house.note(f"> {_named(apdu)}")
        if not self.line.send(apdu):
            self.house.note("  not delivered")
            return None
        deadline = self.house.now_ms() + int(wait_s * 1000)
        kept: list[Apdu | str] = []
        try:
            while True:
                event = self._next(deadline)
                if event is None:
                    self.house.note("  no answer")
                    return None
                if event == LOST:
                    return None
                if event == POWER:
                    raise PowerCutError
                if isinstance(event, Apdu):
                    self.house.note(f"< {_named(event)}")
                    if event.answers:
                        return event
                    self._command(event)
                    return None
                kept.append(event)
        finally:
            for one in kept:
                self.line.inbox.put(one)

    def status(self, code: int) -> None:
        """What the terminal shows now; told as 04 FF where the till asked for that."""
        text = STATUS_TEXTS.get(code, "Please wait...")
        self.house.display(text)
        if self.house.registration.intermediate:
            self.tell(intermediate(code, self.house.registration, text))
        if not self._shown_first:
            self._shown_first = True
            self.point("intermediate")
        self._check_stop()

    def point(self, name: str) -> None:
        if self.faults.at("power_cut", name):
            self.house.note(f"! power is cut at {name}")
            raise PowerCutError
        if self.faults.at("drop", name):
            self.house.note(f"! line is dropped at {name}")
            self.line.drop()
            self.silent = True
        if self.faults.at("silence", name):
            self.house.note(f"! silent from {name}")
            self.silent = True

    # ---- time

    def pause(self, seconds: float, code: int | None = None) -> None:
        """So long as life lasts, quickened by the pace; what the till says meanwhile is heard."""
        pace = self.house.settings.pace
        if pace > 0 and seconds > 0:
            self.key((), seconds / pace, code)
        else:
            self._drain()

    def key(self, wanted: Container[str], wait_s: float, code: int | None = None) -> str | None:
        """Waits for one of the customer's keys; None when time is up. ``code`` is told again now and then (T4)."""
        deadline = self.house.now_ms() + int(wait_s * 1000)
        while True:
            refresh = self.house.now_ms() + int(self.house.settings.timers.refresh_s * 1000)
            event = self._next(min(deadline, refresh))
            if event is None:
                if self.house.now_ms() >= deadline or self.house.closing:
                    return None
                if code is not None:
                    self.status(code)
                continue
            if isinstance(event, Apdu):
                self._heard(event)
            elif event == LOST:
                self._lost()
            elif event == POWER:
                raise PowerCutError
            elif event in wanted:
                return event
            elif event == "abort" and self.stoppable:
                raise AbortedError
            self._check_stop()

    def _drain(self) -> None:
        kept = []
        while not self.line.inbox.empty():
            event = self.line.inbox.get()
            if isinstance(event, Apdu):
                self._heard(event)
            elif event == LOST:
                self._lost()
            elif event == POWER:
                raise PowerCutError
            elif event == "abort" and self.stoppable:
                raise AbortedError
            else:
                kept.append(event)  # a key pressed early
        for one in kept:
            self.line.inbox.put(one)
        self._check_stop()

    def _next(self, deadline: int) -> Apdu | str | None:
        left_ms = deadline - self.house.now_ms()
        while left_ms > 0 and not self.house.closing:
            try:
                return self.line.inbox.get(timeout=min(left_ms, 250) / 1000)
            except queue.Empty:
                left_ms = deadline - self.house.now_ms()
        try:
            return self.line.inbox.get_nowait()
        except queue.Empty:
            return None

    def _heard(self, event: Apdu) -> None:
        self.house.note(f"< {_named(event)}")
        if not event.answers:  # an answer that nobody waits for any more
            self._command(event)

    def _command(self, apdu: Apdu) -> None:
        """The till speaks though it is not its turn: it stops us, or it has forgotten that we are at work."""
        if apdu.control == 0x06B0:
            if self.stoppable:
                self.answer(OK)
                self._stop = True
            else:
                self.answer(Apdu(0x8400 | WAIT))
        elif self._interrupted is not None:
            self._interrupted(self, apdu)

    def _lost(self) -> None:
        self.house.note("! the till is gone")
        if self.faults.on("aborts_on_loss") and self.stoppable:
            raise AbortedError

    def stop(self) -> bool:
        """06 B0 that came over another line. False: too late for that."""
        if self.stoppable:
            self.line.inbox.put("abort")  # as if the customer had pressed it
        return self.stoppable

    def _check_stop(self) -> None:
        if self._stop and self.stoppable:
            self._stop = False
            raise AbortedError


def _named(apdu: Apdu) -> str:
    """For the log: never the data, where card numbers may stand."""
    control = f"{apdu.control >> 8:02X} {apdu.control & 0xFF:02X}"
    return f"{control} ({len(apdu.data)} bytes)" if apdu.data else control
