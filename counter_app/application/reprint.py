"""A numbered copy of a ticket, under the same ticket number, on a blank of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from counter_app.application.print_job import OPEN_STATES, copy_job, put_copy
from counter_app.application.rights import demand
from counter_app.domain.journal import Json, Kind
from counter_app.domain.orders import TicketState
from counter_app.domain.shifts import check_reason
from counter_app.domain.staff import Actor, Right
from counter_app.domain.stocknumbers import StockControl
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.prints import JobKind, JobState, Printers
from counter_app.ports.store import MoneyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprint:
    store: MoneyStore
    clock: Clock
    ids: Ids
    printers: Printers
    control: StockControl

    def __call__(self, actor: Actor, ticket_id: UUID, *, reason: str) -> UUID:
        """A numbered copy of the same ticket, marked as one; the paper before it is spoiled. Returns its job.

        Raises Refusal: NOT_ALLOWED, REASON_NEEDED, UNKNOWN_TICKET, ALREADY_REFUNDED, JOB_NOT_OPEN(detail="unsettled")
        while the paper before may still come out, BLANKS_SHORT.
        """
        demand(actor, Right.REPRINT)
        plain = check_reason(reason)
        with self.store.writing() as books:
            ticket = books.orders.ticket(ticket_id)
            if ticket is None:
                raise Refusal(Reason.UNKNOWN_TICKET)
            if ticket.state is TicketState.REFUNDED:
                raise Refusal(Reason.ALREADY_REFUNDED, ticket=ticket.number)
            papers = [job for job in books.prints.of(ticket_id) if job.kind is JobKind.TICKET]
            if any(job.state in OPEN_STATES for job in papers):
                raise Refusal(Reason.JOB_NOT_OPEN, detail="unsettled")
            now = self.clock.now()
            last = papers[-1]
            copy = copy_job(books, last, self.ids.new(), now, self.printers, self.control)
            body: dict[str, Json] = {
                "ticket_id": str(ticket_id),
                "number": ticket.number,
                "copy": copy.copy_number,
                "job_id": str(copy.job_id),
                "stock_number": copy.stock_number,
                "spoiled_stock_number": last.stock_number,
                "reason": plain,
            }
            books.journal.append(Kind.REPRINTED, body, actor=actor)
            books.prints.put(replace(last, state=JobState.SETTLED_SPOILED, detail="reprinted", updated_at=now))
            put_copy(books, copy, last, self.printers)
        return copy.job_id
