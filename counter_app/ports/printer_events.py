"""What printers said and when it changed: for the technician, bounded, never personal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

EVENTS_MAX: Final = 5_000
EVENT_DETAIL_MAX: Final = 200


class EventKind(StrEnum):
    OPENED = "opened"  # the program began to serve it: url, profile
    STATE = "state"  # ready -> paper_out
    LOST = "lost"  # it does not answer any more: why
    FOUND = "found"  # it answers again: its state
    NOT_SENT = "not_sent"  # a job ended failed before send: why
    NO_WORD = "no_word"  # a job ended unknown: why
    MOVED = "moved"  # a person sent a job to another printer: kind, to
    CANCELLED = "cancelled"  # a person gave up the call under way


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterEvent:
    at: datetime
    printer: str
    kind: EventKind
    detail: str


class EventReader(Protocol):
    def latest(self, limit: int, printer: str | None = None) -> list[PrinterEvent]:
        """Newest first."""
        ...


class EventBook(EventReader, Protocol):
    def add(self, events: Sequence[PrinterEvent]) -> None:
        """Keeps the newest ``EVENTS_MAX``."""
        ...
