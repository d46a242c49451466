"""What printers said, heard on their lanes, kept in the store by the one writer."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final

from counter_app.ports.clock import Clock
from counter_app.ports.printer_events import EVENT_DETAIL_MAX, EventKind, PrinterEvent
from counter_app.ports.prints import PaperState, PrinterStatus
from counter_app.ports.store import Writing

WAITING_MAX: Final = 500  # of one process that cannot write: the oldest go first


def state_word(status: PrinterStatus) -> str:
    """One word for what the printer is in: ready, near_end, or the code of its trouble."""
    if not status.ready:
        return status.error or "not_ready"
    return "near_end" if status.paper is PaperState.NEAR_END else "ready"


@dataclass(slots=True, kw_only=True)
class PrinterLog:
    """Any thread may tell it; ``keep`` belongs to the writer. Only changes are kept, not every answer."""

    clock: Clock
    _last: dict[str, PrinterStatus] = field(default_factory=dict)
    _waiting: deque[PrinterEvent] = field(default_factory=lambda: deque(maxlen=WAITING_MAX))
    _lock: Lock = field(default_factory=Lock)

    def heard(self, printer: str, status: PrinterStatus) -> None:
        with self._lock:
            before = self._last.get(printer)
            self._last[printer] = status
        was = "" if before is None else state_word(before)
        now = state_word(status)
        if was == now:
            return
        # That it is gone, or back, is what a technician looks for.
        if before is not None and before.answered != status.answered:
            kind = EventKind.FOUND if status.answered else EventKind.LOST
        else:
            kind = EventKind.STATE
        self.say(printer, kind, f"{was} -> {now}" if was else now, self.clock.now())

    def last(self, printer: str) -> PrinterStatus | None:
        with self._lock:
            return self._last.get(printer)

    def say(self, printer: str, kind: EventKind, detail: str, at: datetime) -> None:
        plain = "".join(char if char.isprintable() else " " for char in detail)[:EVENT_DETAIL_MAX]
        with self._lock:
            self._waiting.append(PrinterEvent(at=at, printer=printer, kind=kind, detail=plain))

    @property
    def waiting(self) -> int:
        with self._lock:
            return len(self._waiting)

    def keep(self, books: Writing) -> int:
        """In the transaction under way. Should it come to nothing, these are lost: they prove nothing."""
        with self._lock:
            events = list(self._waiting)
            self._waiting.clear()
        books.printer_events.add(events)
        return len(events)
