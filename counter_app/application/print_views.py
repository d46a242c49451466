"""What the desk tells of printers, of papers that were moved, and of rolls of blanks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from counter_app.ports.prints import PrinterRole, PrinterStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterView:
    """``status``: as it last said, None as long as it was not asked."""

    name: str
    url: str
    profile: str
    roles: frozenset[PrinterRole]
    status: PrinterStatus | None
    drawer: bool  # the cash drawer hangs on it


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedJob:
    """``unused``: the blank that it had in the other printer, to be torn off there; "" where there was none."""

    job_id: UUID
    kind: str
    title: str
    printer: str
    stock_number: str
    unused: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RollView:
    """Numbers as they stand on the blanks. ``next``: the one in the printer, "" when it is used up."""

    roll_id: UUID
    printer: str
    first: str
    last: str
    next: str
    left: int
    loaded_at: datetime
    clerk: str
    inside: bool
