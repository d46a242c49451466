"""What printers said, in the store: the newest only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from counter_app.ports.printer_events import EVENT_DETAIL_MAX, EVENTS_MAX, EventKind, PrinterEvent
from db.context import Context, from_ms, to_ms

_SELECT: Final = "SELECT at, printer, kind, detail FROM printer_event"


class SqlPrinterEvents:
    def __init__(self, context: Context) -> None:
        self._context = context

    def latest(self, limit: int, printer: str | None = None) -> list[PrinterEvent]:
        if printer is None:
            rows = self._context.rows(f"{_SELECT} ORDER BY n DESC LIMIT ?", (limit,))
        else:
            rows = self._context.rows(f"{_SELECT} WHERE printer = ? ORDER BY n DESC LIMIT ?", (printer, limit))
        return [
            PrinterEvent(at=from_ms(at), printer=name, kind=EventKind(kind), detail=detail)
            for at, name, kind, detail in rows
        ]

    def add(self, events: Sequence[PrinterEvent]) -> None:
        if not events:
            return
        self._context.run_many(
            "INSERT INTO printer_event (at, printer, kind, detail) VALUES (?, ?, ?, ?)",
            [(to_ms(one.at), one.printer, one.kind.value, one.detail[:EVENT_DETAIL_MAX]) for one in events],
        )
        self._context.run("DELETE FROM printer_event WHERE n <= (SELECT max(n) FROM printer_event) - ?", (EVENTS_MAX,))
