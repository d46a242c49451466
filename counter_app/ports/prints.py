"""Print jobs, persisted before the first byte; and the printer itself as the core asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from counter_app.domain.papers import Paper


class JobState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    FAILED_BEFORE_SEND = "failed_before_send"  # the only one that may be sent again by itself
    UNKNOWN = "unknown"  # a person is asked whether it came out
    SETTLED_OUT = "settled_out"  # a person said: it came out
    SETTLED_SPOILED = "settled_spoiled"  # a person said: it did not, or is unusable; a copy follows


class JobKind(StrEnum):
    TICKET = "ticket"  # ref: ticket_id
    RECEIPT = "receipt"  # ref: order_id
    REFUND_SLIP = "refund_slip"  # ref: refund_id
    X_REPORT = "x_report"  # ref: shift_id
    Z_REPORT = "z_report"  # ref: shift_id
    CASH_SLIP = "cash_slip"  # ref: movement_id
    CARD_SLIP = "card_slip"  # ref: slip_id
    EXCHANGE_SLIP = "exchange_slip"  # ref: refund_id of the ticket that was exchanged
    REIMBURSEMENT = "reimbursement"  # ref: ticket_id; one original, then numbered copies
    LUGGAGE_TAG = "luggage_tag"  # ref: ticket_id; which piece it is for: ports.papers
    GROUP_LIST = "group_list"  # ref: order_id
    DRAWER = "drawer"  # ref: order, refund or movement, or its own job_id for a no-sale; never replayed
    TEST = "test"


class PrinterRole(StrEnum):
    """What a printer is for. One printer may have all of them."""

    TICKET = "ticket"
    RECEIPT = "receipt"  # and slips, and the drawer that hangs on it
    REPORT = "report"


ROLES: Mapping[JobKind, PrinterRole] = {
    JobKind.TICKET: PrinterRole.TICKET,
    JobKind.RECEIPT: PrinterRole.RECEIPT,
    JobKind.REFUND_SLIP: PrinterRole.RECEIPT,
    JobKind.EXCHANGE_SLIP: PrinterRole.RECEIPT,
    JobKind.REIMBURSEMENT: PrinterRole.RECEIPT,
    JobKind.LUGGAGE_TAG: PrinterRole.RECEIPT,
    JobKind.CASH_SLIP: PrinterRole.RECEIPT,
    JobKind.CARD_SLIP: PrinterRole.RECEIPT,
    JobKind.DRAWER: PrinterRole.RECEIPT,
    JobKind.TEST: PrinterRole.TICKET,
    JobKind.X_REPORT: PrinterRole.REPORT,
    JobKind.Z_REPORT: PrinterRole.REPORT,
    JobKind.GROUP_LIST: PrinterRole.REPORT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintJob:
    job_id: UUID
    kind: JobKind
    ref: UUID
    copy_number: int
    state: JobState
    detail: str
    created_at: datetime
    updated_at: datetime
    attempts: int
    token: int  # 1 .. 9999, our own process id for this job, echoed by the printer
    stock_number: str = ""  # of the blank that a ticket takes


class PrintReader(Protocol):
    def get(self, job_id: UUID) -> PrintJob | None: ...

    def open_jobs(self) -> list[PrintJob]:
        """Queued, sending, failed before send or unknown; oldest first."""
        ...

    def latest(self, limit: int) -> list[PrintJob]: ...

    def of(self, ref: UUID) -> list[PrintJob]: ...

    def route(self, job_id: UUID) -> str | None:
        """The printer that a person chose for it, or on which it was begun; None: by its kind."""
        ...

    def last_on(self, printer: str) -> PrintJob | None:
        """The newest that was begun on it, or sent there by a person."""
        ...


class PrintBook(PrintReader, Protocol):
    def put(self, job: PrintJob) -> None:
        """Inserts, or replaces by job_id."""
        ...

    def put_new(self, jobs: Sequence[PrintJob]) -> None:
        """Several new ones in one statement."""
        ...

    def next_token(self) -> int: ...

    def put_route(self, job_id: UUID, printer: str) -> None: ...

    def next_stock_numbers(self, count: int) -> list[str]:
        """Of the counter's own count, where no roll is loaded: taken for papers that are put in the same transaction.

        Numbers that lie in a roll are left out.
        """
        ...

    def restock(self, job_id: UUID, stock_number: str) -> None:
        """Another blank, taken in this transaction, for a job that was not sent."""
        ...


GIVEN_UP: Final = "cancelled"
"""The detail of an outcome FAILED_BEFORE_SEND that a person wanted: such a job is not sent again by itself."""


class PaperState(StrEnum):
    ADEQUATE = "adequate"
    NEAR_END = "near_end"
    OUT = "out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterStatus:
    """What the printer itself said. ``ready`` is true only on valid answers that say so; silence is not ready.

    The one exception: a printer whose profile says that it cannot answer is ``ready`` with ``answered`` False and its
    paper ``UNKNOWN``; its jobs end unknown, and a person looks.
    """

    ready: bool
    online: bool
    cover_open: bool
    paper: PaperState
    error: str  # code of the trouble, "" for none: "silent", "cover_open", "paper_out", "cutter", "not_reachable", ...
    answered: bool


class Delivery(StrEnum):
    CONFIRMED = "confirmed"
    FAILED_BEFORE_SEND = "failed_before_send"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryOutcome:
    delivery: Delivery
    detail: str
    status: PrinterStatus


class Printer(Protocol):
    """One printer; calls never interleave (its lane or a lock). Every call ends by its own deadline."""

    @property
    def name(self) -> str: ...

    def status(self) -> PrinterStatus: ...

    def deliver(self, paper: Paper, *, token: int) -> DeliveryOutcome:
        """Composes, checks the status, sends, and waits for the printer's own word that ``token`` is done."""
        ...

    def kick_drawer(self, *, token: int) -> DeliveryOutcome: ...

    def cancel(self) -> None:
        """From another thread: gives up the call that is under way, at once, and nothing else.

        Its outcome is ``UNKNOWN`` where bytes have left, ``FAILED_BEFORE_SEND`` where none have. No call: nothing.
        """
        ...

    def close(self) -> None: ...


class Printers(Protocol):
    """The window's printers, by their names in the settings. Raises Refusal(UNKNOWN_PRINTER, printer) for any other."""

    @property
    def names(self) -> tuple[str, ...]:
        """``main`` first, the others as the settings list them."""
        ...

    def named(self, name: str) -> Printer: ...

    def roles(self, name: str) -> frozenset[PrinterRole]:
        """None at all: it prints what a person sends there."""
        ...

    def of_kind(self, kind: JobKind) -> str:
        """The name of the printer that prints these where nobody chose another."""
        ...

    def url(self, name: str) -> str: ...

    def profile(self, name: str) -> str:
        """The profile's name as the settings have it; an option of the URL wins over it."""
        ...
