"""Print jobs: durable before the first byte, ended by the printer's own word, or settled by a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from counter_app.application.blank_order import behind, in_order
from counter_app.application.blanks import take_blanks
from counter_app.application.compose_paper import BLIND, ComposePaper, is_blind_x
from counter_app.application.issuing import new_job
from counter_app.application.jobs_in_hand import JobsInHand
from counter_app.application.printer_log import PrinterLog
from counter_app.application.views import PrintJobView
from counter_app.domain.journal import Json, Kind
from counter_app.domain.luggage import tag_number
from counter_app.domain.orders import TicketState
from counter_app.domain.papers import Paper
from counter_app.domain.settings import MAIN_PRINTER
from counter_app.domain.staff import SYSTEM, Actor
from counter_app.domain.stocknumbers import StockControl
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.printer_events import EventKind
from counter_app.ports.prints import (
    GIVEN_UP,
    Delivery,
    DeliveryOutcome,
    JobKind,
    JobState,
    PaperState,
    Printers,
    PrinterStatus,
    PrintJob,
)
from counter_app.ports.store import MoneyStore, Reading, Writing

# Papers that are worth money or are asked for by an auditor: what became of them stands in the journal.
_JOURNALED = frozenset(
    {JobKind.TICKET, JobKind.REFUND_SLIP, JobKind.EXCHANGE_SLIP, JobKind.REIMBURSEMENT, JobKind.Z_REPORT}
)
MOVED = "moved"
BEHIND = "behind"  # a ticket that waits there has an earlier blank
INTERNAL = "internal"  # why a job could not be begun, where it is our own mistake
OPEN_STATES = frozenset({JobState.QUEUED, JobState.SENDING, JobState.FAILED_BEFORE_SEND, JobState.UNKNOWN})


_NOT_ASKED = PrinterStatus(
    ready=False, online=False, cover_open=False, paper=PaperState.UNKNOWN, error="", answered=False
)


def job_printer(books: Reading | Writing, job: PrintJob, printers: Printers) -> str:
    """Where it goes, or went: as a person chose, or where it was begun, if the settings still have it; else by kind."""
    chosen = books.prints.route(job.job_id)
    return chosen if chosen in printers.names else printers.of_kind(job.kind)


def absent_printer(books: Reading | Writing, job: PrintJob, printers: Printers) -> str:
    """The one that a person chose for it, where the settings do not have it any more; else ""."""
    chosen = books.prints.route(job.job_id)
    return "" if chosen is None or chosen in printers.names else chosen


def job_view(books: Reading | Writing, job: PrintJob, printers: Printers) -> PrintJobView:
    return PrintJobView(
        job_id=job.job_id,
        kind=job.kind.value,
        state=job.state,
        detail=job.detail,
        created_at=job.created_at,
        title=_title(books, job),
        copy_number=job.copy_number,
        printer=job_printer(books, job, printers),
        stock_number=job.stock_number,
    )


def _title(books: Reading | Writing, job: PrintJob) -> str:
    match job.kind:
        case JobKind.TICKET | JobKind.REIMBURSEMENT | JobKind.LUGGAGE_TAG:
            ticket = books.orders.ticket(job.ref)
            if ticket is None:
                return ""
            piece = books.papers.piece(job.job_id)
            return ticket.number if piece is None else tag_number(ticket.number, piece.piece)
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


def given_back(books: Reading | Writing, job: PrintJob) -> bool:
    """Whether it is a paper of a ticket that was refunded: it is not to come out any more."""
    of_ticket = job.kind in {JobKind.TICKET, JobKind.REIMBURSEMENT, JobKind.LUGGAGE_TAG}
    ticket = books.orders.ticket(job.ref) if of_ticket else None
    return ticket is not None and ticket.state is TicketState.REFUNDED


def _lasting(job: PrintJob) -> str:
    return BLIND if is_blind_x(job) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartJob:
    """``take_over``: sends a job whose printer left the settings to the one of its kind, as a person would."""

    store: MoneyStore
    clock: Clock
    compose: ComposePaper
    printers: Printers
    hand: JobsInHand
    take_over: Callable[[Writing, PrintJob], PrintJob]

    def __call__(self, job_id: UUID, printer: str = "") -> Paper | None:
        """QUEUED or FAILED_BEFORE_SEND becomes SENDING, durably; returns what is to be sent, None for a drawer's kick.

        A kick is never sent twice, whatever became of it. ``printer``: where whoever asks is about to send it.
        Raises Refusal: JOB_NOT_OPEN (detail="moved" where it goes to another printer since, "behind" where a ticket on
        an earlier blank waits there); BLANKS_SHORT where its printer left the settings, and the one that it goes to now
        has no blank for it.
        """
        begun = False
        try:
            with self.store.writing() as books:
                paper, goes_to = self._begin(books, job_id, printer)
                self.hand.begin(job_id, goes_to)
                begun = True
        except Refusal as refusal:
            if refusal.reason is not Reason.JOB_NOT_OPEN:
                self.hand.refuse(job_id, refusal.reason.value)
            raise
        except OutcomeUnknown:
            if begun:
                self.hand.not_sent(job_id)
            raise
        except Exception:
            self.hand.refuse(job_id, INTERNAL)
            raise
        return paper

    def _begin(self, books: Writing, job_id: UUID, printer: str) -> tuple[Paper | None, str]:
        job = books.prints.get(job_id)
        if job is None or not self.hand.waits(job):
            raise Refusal(Reason.JOB_NOT_OPEN)
        if job.kind is not JobKind.DRAWER and absent_printer(books, job, self.printers):
            job = self.take_over(books, job)
        goes_to = job_printer(books, job, self.printers)
        if printer not in {"", goes_to}:
            raise Refusal(Reason.JOB_NOT_OPEN, detail=MOVED)
        if behind(books, job, goes_to, lambda: self._waiting(books, goes_to)):
            raise Refusal(Reason.JOB_NOT_OPEN, detail=BEHIND)
        paper = self.compose.of_job(books, job) if job.kind is not JobKind.DRAWER else None
        books.prints.put_route(job_id, goes_to)
        books.prints.put(
            replace(
                job,
                state=JobState.SENDING,
                detail=_lasting(job),
                attempts=job.attempts + 1,
                updated_at=self.clock.now(),
            )
        )
        return paper, goes_to

    def _waiting(self, books: Writing, printer: str) -> Sequence[PrintJob]:
        """What may still be begun there; what cannot be begun holds nobody back."""
        return [
            job
            for job in books.prints.open_jobs()
            if self.hand.waits(job)
            and not self.hand.refused(job.job_id)
            and job_printer(books, job, self.printers) == printer
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendJob:
    store: MoneyStore
    printers: Printers
    log: PrinterLog
    hand: JobsInHand

    def __call__(self, job_id: UUID, paper: Paper | None) -> DeliveryOutcome:
        """PRINTER: what ``StartJob`` returned; None kicks the drawer.

        Raises Refusal(JOB_NOT_OPEN) if it is not SENDING, was not begun by this process, or is sent by another call.
        What a person gave up before its first byte is not sent: FAILED_BEFORE_SEND with the detail GIVEN_UP.
        """
        with self.store.reading() as books:
            job = books.prints.get(job_id)
            name = "" if job is None else job_printer(books, job, self.printers)
        if job is None or job.state is not JobState.SENDING or (paper is None) != (job.kind is JobKind.DRAWER):
            raise Refusal(Reason.JOB_NOT_OPEN)
        printer = self.printers.named(name)
        token = job.token
        if not self.hand.take(job_id):
            raise Refusal(Reason.JOB_NOT_OPEN)
        try:
            if self.hand.given_up(job_id):
                outcome = DeliveryOutcome(
                    delivery=Delivery.FAILED_BEFORE_SEND, detail=GIVEN_UP, status=self.log.last(name) or _NOT_ASKED
                )
            else:
                outcome = printer.kick_drawer(token=token) if paper is None else printer.deliver(paper, token=token)
        finally:
            given_up = self.hand.sent(job_id)
        if given_up and outcome.delivery is Delivery.FAILED_BEFORE_SEND:
            return replace(outcome, detail=GIVEN_UP)  # how the printer is was not its own word
        self.log.heard(name, outcome.status)
        return outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishJob:
    store: MoneyStore
    clock: Clock
    printers: Printers
    log: PrinterLog
    hand: JobsInHand

    def __call__(self, job_id: UUID, outcome: DeliveryOutcome) -> PrintJobView:
        """Raises Refusal(JOB_NOT_OPEN) for a job that is not SENDING.

        Where it cannot be written the job is for a person to settle, unless a later call writes it.
        """
        try:
            view = self._end(job_id, outcome)
        except Refusal as refusal:
            if refusal.reason is Reason.JOB_NOT_OPEN:
                self.hand.over(job_id)
            else:
                self.hand.not_written(job_id)
            raise
        except Exception:
            self.hand.not_written(job_id)
            raise
        self.hand.over(job_id)
        return view

    def _end(self, job_id: UUID, outcome: DeliveryOutcome) -> PrintJobView:
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
            if job.state is JobState.FAILED_BEFORE_SEND and given_back(books, job):
                job = replace(job, state=JobState.SETTLED_SPOILED, detail="refunded")  # while it was about to be sent
            books.prints.put(job)
            # A printer that is out of paper fails each try: the first says it all.
            if job.kind in _JOURNALED and not (kind is Kind.PAPER_FAILED and job.attempts > 1):
                books.journal.append(kind, paper_fact(books, job), actor=SYSTEM)
            if outcome.delivery is not Delivery.CONFIRMED:
                word = EventKind.NO_WORD if outcome.delivery is Delivery.UNKNOWN else EventKind.NOT_SENT
                name, now = job_printer(books, job, self.printers), self.clock.now()
                if self.hand.given_up(job_id):
                    self.log.say(name, EventKind.CANCELLED, f"{job.kind.value}: ", now)
                self.log.say(name, word, f"{job.kind.value}: {outcome.detail}", now)
            self.log.keep(books)
            return job_view(books, job, self.printers)


def mark_unknown(books: Writing, job: PrintJob, now: datetime) -> PrintJob:
    """A job that was being sent when the program died: it may have come out."""
    job = replace(job, state=JobState.UNKNOWN, detail=f"{_lasting(job)} interrupted".strip(), updated_at=now)
    books.prints.put(job)
    if job.kind in _JOURNALED:
        books.journal.append(Kind.PAPER_UNKNOWN, paper_fact(books, job), actor=SYSTEM)
    return job


def copy_job(
    books: Writing, job: PrintJob, job_id: UUID, now: datetime, printers: Printers, control: StockControl
) -> PrintJob:
    """The next copy of what ``job`` printed; a ticket's takes a blank of its own. To be put by ``put_copy``.

    Raises Refusal(BLANKS_SHORT).
    """
    highest = max(one.copy_number for one in _same(books, job))
    ticket = job.kind is JobKind.TICKET
    stock = take_blanks(books, job_printer(books, job, printers), 1, control)[0] if ticket else ""
    return new_job(
        job_id,
        job.kind,
        job.ref,
        now,
        books.prints.next_token(),
        stock_number=stock,
        copy_number=highest + 1,
    )


def _same(books: Writing, job: PrintJob) -> list[PrintJob]:
    """All papers of what ``job`` printed; of luggage tags those of its piece."""
    papers = [one for one in books.prints.of(job.ref) if one.kind is job.kind]
    piece = books.papers.piece(job.job_id)
    if piece is None:
        return papers
    pieces = {one.job_id: books.papers.piece(one.job_id) for one in papers}
    return [one for one in papers if (mine := pieces[one.job_id]) is not None and mine.piece == piece.piece]


def put_copy(books: Writing, copy: PrintJob, of: PrintJob, printers: Printers) -> None:
    """It goes where the paper before it went; a tag's is for the same piece."""
    books.prints.put_new([copy])
    piece = books.papers.piece(of.job_id)
    if piece is not None:
        books.papers.add_pieces([replace(piece, job_id=copy.job_id)])
    goes_to = job_printer(books, of, printers)
    if goes_to != printers.of_kind(copy.kind):
        books.prints.put_route(copy.job_id, goes_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintTest:
    store: MoneyStore
    clock: Clock
    ids: Ids
    printers: Printers

    def __call__(self, actor: Actor, printer: str = MAIN_PRINTER) -> UUID:
        """Whoever is logged in may see whether the printer prints. Raises Refusal(UNKNOWN_PRINTER)."""
        del actor
        self.printers.named(printer)
        job_id = self.ids.new()
        with self.store.writing() as books:
            books.prints.put(new_job(job_id, JobKind.TEST, job_id, self.clock.now(), books.prints.next_token()))
            books.prints.put_route(job_id, printer)
        return job_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ListJobs:
    """States as they would be, had no commit failed (``JobsInHand.standing``)."""

    store: MoneyStore
    printers: Printers
    hand: JobsInHand

    def latest(self, limit: int = 100) -> list[PrintJobView]:
        """READ. Newest first."""
        with self.store.reading() as books:
            return [self._view(books, job) for job in books.prints.latest(limit)]

    def open(self) -> list[PrintJobView]:
        """READ. Oldest first: queued, sending, failed before send, unknown."""
        with self.store.reading() as books:
            return [self._view(books, job) for job in books.prints.open_jobs()]

    def to_send(self, jobs: Sequence[UUID]) -> list[tuple[UUID, str]]:
        """Those that may still be sent, each with its printer, in the order of printing."""
        wanted = set(jobs)
        with self.store.reading() as books:
            found = [
                (job, job_printer(books, job, self.printers))
                for job in books.prints.open_jobs()
                if job.job_id in wanted and self.hand.waits(job)
            ]
            return [(job.job_id, name) for job, name in in_order(books, found)]

    def _view(self, books: Reading, job: PrintJob) -> PrintJobView:
        view, waits = job_view(books, job, self.printers), self.hand.waits(job)
        return replace(view, state=self.hand.standing(job), refused=self.hand.refused(job.job_id) if waits else "")
