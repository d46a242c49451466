"""Lanes as a presenter sees them: a function goes away to a worker, its answer comes back. No Qt.

``ui.lanes.QtLanes`` is the real thing; :class:`InlineLanes` runs at once and serves presenters' tests.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from counter_app.errors import Cancelled, DeviceTrouble, OutcomeUnknown, Refusal

T = TypeVar("T")
Trouble = Refusal | DeviceTrouble | OutcomeUnknown | Cancelled
TROUBLES = (Refusal, DeviceTrouble, OutcomeUnknown, Cancelled)


class Lane(StrEnum):
    DATABASE = "database"  # the one writer
    READ = "read"
    PRINTER = "printer"  # each printer has one of its own: a stuck one holds no other's papers back
    PRINTER_2 = "printer-2"
    PRINTER_3 = "printer-3"
    PRINTER_4 = "printer-4"
    TERMINAL = "terminal"  # waits for a customer at the card terminal, or for central and a wallet
    SYNC = "sync"  # waits for central: the sync turns, and what only central can answer
    APART = "apart"  # a thread of its own: long work that must not hold a lane (import)


PRINTER_LANES: Final = (Lane.PRINTER, Lane.PRINTER_2, Lane.PRINTER_3, Lane.PRINTER_4)


def printer_lane(at: int) -> Lane:
    """Of the printer at this place of ``desk.printers()``: as many as the settings can name."""
    return PRINTER_LANES[at]


class CancelToken:
    """Set once from the GUI thread, read from the worker. Passing ``token.cancelled`` to a use case is enough.

    An answer that arrives after ``cancel`` is dropped: the screen has moved on.
    """

    __slots__ = ("_set",)

    def __init__(self) -> None:
        self._set = False

    def cancel(self) -> None:
        self._set = True

    def cancelled(self) -> bool:
        return self._set


class Lanes(Protocol):
    def run(
        self,
        lane: Lane,
        work: Callable[[], T],
        *,
        done: Callable[[T], None],
        failed: Callable[[Trouble], None],
        cancel: CancelToken | None = None,
    ) -> CancelToken:
        """Runs ``work`` on ``lane``; then ``done`` or ``failed`` on the caller's (GUI) thread, exactly one, once.

        Neither is called once the token is cancelled. An exception that is none of the four troubles is our own
        mistake: it goes to the crash report, and the caller hears nothing.
        """
        ...

    def pending(self, lane: Lane) -> int:
        """Jobs of ``lane`` whose answer has not arrived yet."""
        ...

    def post(self, call: Callable[[], None]) -> None:
        """From any thread: run ``call`` on the GUI thread soon. For progress."""
        ...


class InlineLanes:
    """Runs at once, in the caller's thread; ``hold`` keeps answers back until ``flush``. For tests without Qt."""

    def __init__(self, *, hold: bool = False) -> None:
        self.hold = hold
        self.waiting: list[Callable[[], None]] = []
        self.ran: list[Lane] = []

    def run(
        self,
        lane: Lane,
        work: Callable[[], T],
        *,
        done: Callable[[T], None],
        failed: Callable[[Trouble], None],
        cancel: CancelToken | None = None,
    ) -> CancelToken:
        token = cancel or CancelToken()
        self.ran.append(lane)

        def go() -> None:
            if token.cancelled():
                return
            try:
                answer = work()
            except TROUBLES as trouble:
                if not token.cancelled():
                    failed(trouble)
            else:
                if not token.cancelled():
                    done(answer)

        if self.hold:
            self.waiting.append(go)
        else:
            go()
        return token

    def pending(self, lane: Lane) -> int:
        del lane
        return len(self.waiting)

    def post(self, call: Callable[[], None]) -> None:
        call()

    def flush(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()
