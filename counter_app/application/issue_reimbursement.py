"""The slip by which an employer pays a ticket back (报销凭证): one original a ticket, under a number of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from counter_app.application.issuing import new_job
from counter_app.application.rights import demand
from counter_app.domain.ids import TicketNumber
from counter_app.domain.journal import Json, Kind
from counter_app.domain.orders import TicketState
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Ids
from counter_app.ports.orders import TicketRecord
from counter_app.ports.papers import ReimbursementRecord
from counter_app.ports.prints import JobKind, JobState
from counter_app.ports.store import MoneyStore, Reading, Writing

# It never left the counter, or was called unusable: nobody can hand it in.
_NOT_OUT: Final = frozenset({JobState.QUEUED, JobState.FAILED_BEFORE_SEND, JobState.SETTLED_SPOILED})


def slips_out(books: Reading | Writing, ticket_id: UUID) -> int:
    """Papers of the ticket's reimbursement slip that the customer may have; one being printed counts."""
    issued = books.papers.reimbursement(ticket_id)
    if issued is None or issued.back_seq is not None:
        return 0
    return sum(
        1 for job in books.prints.of(ticket_id) if job.kind is JobKind.REIMBURSEMENT and job.state not in _NOT_OUT
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueReimbursement:
    store: MoneyStore
    ids: Ids

    def __call__(self, actor: Actor, ticket_id: UUID) -> UUID:
        """The original; returns its job. A spoiled one is followed by a numbered copy (``copy_paper``).

        Raises Refusal: NOT_ALLOWED, UNKNOWN_TICKET, ALREADY_REFUNDED, NOTHING_PAID, SLIP_ISSUED(issue).
        """
        demand(actor, Right.SELL)
        with self.store.writing() as books:
            ticket = books.orders.ticket(ticket_id)
            if ticket is None:
                raise Refusal(Reason.UNKNOWN_TICKET)
            check_reimbursable(books, ticket)
            epoch, job_id = max(1, books.journal.head().epoch), self.ids.new()
            serial = books.papers.next_reimbursement(epoch)
            number = slip_number(ticket, epoch, serial, self.store.profile.station_code)
            body: dict[str, Json] = {
                "ticket_id": str(ticket_id),
                "number": ticket.number,
                "issue": number,
                "epoch": epoch,
                "serial": serial,
                "amount_minor": ticket.price_minor,
                "currency": ticket.currency,
                "job_id": str(job_id),
            }
            entry = books.journal.append(Kind.REIMBURSEMENT_ISSUED, body, actor=actor)
            books.papers.add_reimbursement(
                ReimbursementRecord(
                    ticket_id=ticket_id,
                    epoch=epoch,
                    serial=serial,
                    number=number,
                    job_id=job_id,
                    amount_minor=ticket.price_minor,
                    currency=ticket.currency,
                    at=entry.at,
                    clerk=actor.display_name,
                    journal_seq=entry.seq,
                )
            )
            books.prints.put_new(
                [new_job(job_id, JobKind.REIMBURSEMENT, ticket_id, entry.at, books.prints.next_token())]
            )
        return job_id


def check_reimbursable(books: Reading | Writing, ticket: TicketRecord) -> None:
    """Raises Refusal: ALREADY_REFUNDED, NOTHING_PAID, SLIP_ISSUED(issue)."""
    if ticket.state is not TicketState.FULFILLED:
        raise Refusal(Reason.ALREADY_REFUNDED, ticket=ticket.number)
    if not ticket.price_minor:
        raise Refusal(Reason.NOTHING_PAID, ticket=ticket.number)
    issued = books.papers.reimbursement(ticket.ticket_id)
    if issued is not None:
        raise Refusal(Reason.SLIP_ISSUED, issue=issued.number)


def slip_number(ticket: TicketRecord, epoch: int, serial: int, station_code: str) -> str:
    """``CSQ-01-1-R000012``: told from a ticket's number by its letter; a training profile's begins with T."""
    number = TicketNumber.parse(ticket.number, station_code=station_code)
    lead = "T" if number.training else ""
    return f"{lead}{number.station_code}-{number.counter:02d}-{epoch}-R{serial:06d}"
