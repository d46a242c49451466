"""Print jobs: durable before the first byte, ended by the printer's own word, or settled by a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from counter_app.application.compose_paper import BLIND, ComposePaper, is_blind_x
from counter_app.application.issuing import new_job
from counter_app.application.views import PrintJobView
from counter_app.domain.journal import Json, Kind
from counter_app.domain.papers import Paper
from counter_app.domain.staff import SYSTEM, Actor
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.prints import Delivery, DeliveryOutcome, JobKind, JobState, Printer, PrintJob
from counter_app.ports.store import MoneyStore, Reading, Writing

# Papers that are worth money or are asked for by an auditor: what became of them stands in the journal.
_JOURNALED = frozenset({JobKind.TICKET, JobKind.REFUND_SLIP, JobKind.Z_REPORT})
OPEN_STATES = frozenset({JobState.QUEUED, JobState.SENDING, JobState.FAILED_BEFORE_SEND, JobState.UNKNOWN})


def job_view(books: Reading | Writing, job: PrintJob) -> PrintJobView:
    return PrintJobView(
        job_id=job.job_id,
        kind=job.kind.value,
        state=job.state,
        detail=job.detail,
        created_at=job.created_at,
        title=_title(books, job),
        copy_number=job.copy_number,
    )


def _title(books: Reading | Writing, job: PrintJob) -> str:
    match job.kind:
        case JobKind.TICKET | JobKind.REIMBURSEMENT | JobKind.LUGGAGE_TAG:
            ticket = books.orders.ticket(job.ref)
            return ticket.number if ticket is not None else ""
        case JobKind.REFUND_SLIP | JobKind.EXCHANGE_SLIP:
            refund = books.orders.refund(job.ref)
            of = None if refund is None else books.orders.ticket(refund.ticket_id)
            return of.number if of is not None else ""
        case JobKind.X_REPORT | JobKind.Z_REPORT:
            shift = books.shifts.get(job.ref)
            if shift is None:
                return ""
            return f"Z {shift.z_number}" if job.kind is JobKind.Z_REPORT else f"X {shift.number}"
        case (
            JobKind.RECEIPT | JobKind.CASH_SLIP | JobKind.CARD_SLIP | JobKind.GROUP_LIST | JobKind.DRAWER | JobKind.TEST
        ):
            return ""
        case _:
            assert_never(job.kind)


def paper_fact(books: Reading | Writing, job: PrintJob) -> dict[str, Json]:
    return {
        "job_id": str(job.job_id),
        "kind": job.kind.value,
        "ref": str(job.ref),
        "title": _title(books, job),
        "copy": job.copy_number,
        "stock_number": job.stock_number,
    }


def _lasting(job: PrintJob) -> str:
    return BLIND if is_blind_x(job) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartJob:
    store: MoneyStore
    clock: Clock
    compose: ComposePaper

    def __call__(self, job_id: UUID) -> Paper | None:
        """QUEUED or FAILED_BEFORE_SEND becomes SENDING, durably; returns what is to be sent, None for a drawer's kick.

        A kick is never sent twice, whatever became of it. Raises Refusal(JOB_NOT_OPEN).
        """
        with self.store.writing() as books:
            job = books.prints.get(job_id)
            if job is None or job.state not in {JobState.QUEUED, JobState.FAILED_BEFORE_SEND}:
                raise Refusal(Reason.JOB_NOT_OPEN)
            if job.kind is JobKind.DRAWER and job.state is not JobState.QUEUED:
                raise Refusal(Reason.JOB_NOT_OPEN)
            paper = self.compose.of_job(books, job) if job.kind is not JobKind.DRAWER else None
            books.prints.put(
                replace(
                    job,
                    state=JobState.SENDING,
                    detail=_lasting(job),
                    attempts=job.attempts + 1,
                    updated_at=self.clock.now(),
                )
            )
        return paper


@dataclass(frozen=True, slots=True, kw_only=True)
class SendJob:
    store: MoneyStore
    printer: Printer

    def __call__(self, job_id: UUID, paper: Paper | None) -> DeliveryOutcome:
        """PRINTER: what ``StartJob`` returned; None kicks the drawer. Raises Refusal(JOB_NOT_OPEN) if not SENDING."""
        with self.store.reading() as books:
            job = books.prints.get(job_id)
        if job is None or job.state is not JobState.SENDING or (paper is None) != (job.kind is JobKind.DRAWER):
            raise Refusal(Reason.JOB_NOT_OPEN)
        if paper is None:
            return self.printer.kick_drawer(token=job.token)
        return self.printer.deliver(paper, token=job.token)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishJob:
    store: MoneyStore
    clock: Clock

    def __call__(self, job_id: UUID, outcome: DeliveryOutcome) -> PrintJobView:
        """Raises Refusal(JOB_NOT_OPEN) for a job that is not SENDING."""
        with self.store.writing() as books:
            job = books.prints.get(job_id)
            if job is None or job.state is not JobState.SENDING:
                raise Refusal(Reason.JOB_NOT_OPEN)
            match outcome.delivery:
                case Delivery.CONFIRMED:
                    job, kind = replace(job, state=JobState.CONFIRMED), Kind.PAPER_CONFIRMED
                case Delivery.FAILED_BEFORE_SEND:
                    job, kind = replace(job, state=JobState.FAILED_BEFORE_SEND), Kind.PAPER_FAILED
                case Delivery.UNKNOWN:
                    job, kind = replace(job, state=JobState.UNKNOWN), Kind.PAPER_UNKNOWN
                case _:
                    assert_never(outcome.delivery)
            detail = f"{_lasting(job)} {outcome.detail}".strip()[:200]
            job = replace(job, detail=detail, updated_at=self.clock.now())
            books.prints.put(job)
            # A printer that is out of paper fails each try: the first says it all.
            if job.kind in _JOURNALED and not (kind is Kind.PAPER_FAILED and job.attempts > 1):
                books.journal.append(kind, paper_fact(books, job), actor=SYSTEM)
            return job_view(books, job)


def mark_unknown(books: Writing, job: PrintJob, now: datetime) -> None:
    """A job that was being sent when the program died: it may have come out."""
    job = replace(job, state=JobState.UNKNOWN, detail=f"{_lasting(job)} interrupted".strip(), updated_at=now)
    books.prints.put(job)
    if job.kind in _JOURNALED:
        books.journal.append(Kind.PAPER_UNKNOWN, paper_fact(books, job), actor=SYSTEM)


def copy_job(books: Writing, job: PrintJob, job_id: UUID, now: datetime) -> PrintJob:
    """The next copy of what ``job`` printed; a ticket's takes a blank of its own."""
    highest = max(one.copy_number for one in books.prints.of(job.ref) if one.kind is job.kind)
    stock = books.prints.next_stock_numbers(1)[0] if job.kind is JobKind.TICKET else ""
    return new_job(
        job_id,
        job.kind,
        job.ref,
        now,
        books.prints.next_token(),
        stock_number=stock,
        copy_number=highest + 1,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintTest:
    store: MoneyStore
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor) -> UUID:
        """Whoever is logged in may see whether the printer prints."""
        del actor
        job_id = self.ids.new()
        with self.store.writing() as books:
            books.prints.put(new_job(job_id, JobKind.TEST, job_id, self.clock.now(), books.prints.next_token()))
        return job_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ListJobs:
    store: MoneyStore

    def latest(self, limit: int = 100) -> list[PrintJobView]:
        """READ. Newest first."""
        with self.store.reading() as books:
            return [job_view(books, job) for job in books.prints.latest(limit)]

    def open(self) -> list[PrintJobView]:
        """READ. Oldest first: queued, sending, failed before send, unknown."""
        with self.store.reading() as books:
            return [job_view(books, job) for job in books.prints.open_jobs()]
