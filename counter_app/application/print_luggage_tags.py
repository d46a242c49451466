"""Luggage tags of a ticket, one a piece, each with its number among the passenger's pieces."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from counter_app.application.issuing import new_job
from counter_app.application.rights import demand
from counter_app.domain.luggage import PIECES_MAX
from counter_app.domain.orders import TicketState
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.papers import LuggagePiece
from counter_app.ports.prints import JobKind
from counter_app.ports.store import MoneyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintLuggageTags:
    store: MoneyStore
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, ticket_id: UUID, pieces: int) -> tuple[UUID, ...]:
        """Tags for so many more pieces; those of before keep their numbers. Returns their jobs, in order.

        No money and no leave is in a tag, so nothing is journaled.
        Raises Refusal: NOT_ALLOWED, UNKNOWN_TICKET, ALREADY_REFUNDED, BAD_INPUT(field="pieces", most).
        """
        demand(actor, Right.SELL)
        with self.store.writing() as books:
            ticket = books.orders.ticket(ticket_id)
            if ticket is None:
                raise Refusal(Reason.UNKNOWN_TICKET)
            if ticket.state is not TicketState.FULFILLED:
                raise Refusal(Reason.ALREADY_REFUNDED, ticket=ticket.number)
            before = books.papers.pieces_of(ticket_id)
            if pieces < 1 or before + pieces > PIECES_MAX:
                raise Refusal(Reason.BAD_INPUT, field="pieces", most=PIECES_MAX - before)
            made = [
                LuggagePiece(job_id=self.ids.new(), ticket_id=ticket_id, piece=before + n, pieces=before + pieces)
                for n in range(1, pieces + 1)
            ]
            now = self.clock.now()
            books.prints.put_new(
                [new_job(one.job_id, JobKind.LUGGAGE_TAG, ticket_id, now, books.prints.next_token()) for one in made]
            )
            books.papers.add_pieces(made)
        return tuple(one.job_id for one in made)
