"""Whose turn it is at one printer, and what was left in it: shared by all drivers that open the same device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import Protocol, runtime_checkable

from printers.profiles import Profile


class PrinterLine:
    """A lock keeps calls apart, in whatever driver they were made; ``cancel`` gives up the one that is under way.

    ``half_sent``: whether an interrupted job may have left the printer in the middle of an image. None: nobody knows
    (a fresh process). It is read and set in a turn only, with ``left_by``, the profile that the job was sent by.
    ``shared``: several printers of the settings stand for this device. ``unanswered``: how many questions of the kind
    whose answers look all alike (``GS r``) may still be answered; None as above. ``short``: fewer answers came than
    there were questions, the last time.
    """

    def __init__(self, *, half_sent: bool | None = None) -> None:
        self.half_sent = half_sent
        self.left_by: Profile | None = None
        self.shared = False
        self.unanswered: int | None = 0 if half_sent is False else None
        self.short = False
        self._turn = Lock()
        self._calls: dict[Event, Callable[[Event], None]] = {}  # those under way and waiting, oldest first
        self._talking: Event | None = None  # the one that has the turn
        self._lock = Lock()

    @property
    def busy(self) -> bool:
        """Somebody has the turn, or waits for it."""
        with self._lock:
            return bool(self._calls)

    def left(self, profile: Profile) -> None:
        """A job by this profile may have ended in the middle of a picture."""
        self.half_sent, self.left_by = True, profile

    def whole(self) -> None:
        self.half_sent, self.left_by, self.short = False, None, False
        self.unanswered = 0

    def asked(self, count: int) -> None:
        if self.unanswered is not None:
            self.unanswered += count

    def answered(self, count: int) -> None:
        if self.unanswered is not None:
            self.unanswered = max(0, self.unanswered - count)

    def assume(self, *, half_sent: bool | None) -> None:
        with self._turn:
            if self.shared and not half_sent:  # that this one's last job came out whole says nothing of the others'
                half_sent = self.half_sent or None
            self.half_sent, self.left_by = half_sent, None
            self.unanswered = 0 if half_sent is False else None

    @contextmanager
    def call(self, interrupt: Callable[[Event], None] = lambda _: None) -> Iterator[Event]:
        """From its first line on a call can be given up: its event is set then, and ``interrupt`` hears of it."""
        stop = Event()
        with self._lock:
            self._calls[stop] = interrupt
        try:
            yield stop
        finally:
            with self._lock:
                del self._calls[stop]

    @contextmanager
    def turn(self, stop: Event) -> Iterator[None]:
        with self._turn:
            with self._lock:
                self._talking = stop
            try:
                yield
            finally:
                with self._lock:
                    self._talking = None

    def cancel(self) -> None:
        """Gives up the call that has the turn, else the one that waits longest."""
        with self._lock:
            stop = self._talking or next(iter(self._calls), None)
            if stop is None:
                return
            stop.set()
            interrupt = self._calls[stop]
        interrupt(stop)


@runtime_checkable
class _OnLine(Protocol):
    @property
    def line(self) -> PrinterLine: ...


def line_of(printer: object) -> PrinterLine | None:
    """None: a printer without a device, or none at all."""
    return printer.line if isinstance(printer, _OnLine) else None
