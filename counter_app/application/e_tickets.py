"""Tickets as e-tickets: the same ticket, number and code, handed over as a file instead of paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from counter_app.application.compose_paper import ComposePaper
from counter_app.application.rights import demand
from counter_app.domain.journal import Json, Kind
from counter_app.domain.orders import TicketState
from counter_app.domain.papers import TicketFace
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.prints import JobKind
from counter_app.ports.store import MoneyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueETickets:
    store: MoneyStore
    compose: ComposePaper

    def __call__(self, actor: Actor, ticket_ids: Sequence[UUID]) -> list[TicketFace]:
        """WRITE. Their faces, in this order, each journaled: a code leaves the counter a second time.

        No new copy number: whichever of paper and file is shown first is let through, the other is not. Raises Refusal:
        NOT_ALLOWED (as for a reprint), UNKNOWN_TICKET, ALREADY_REFUNDED; then nothing was journaled.
        """
        demand(actor, Right.REPRINT)
        faces: list[TicketFace] = []
        with self.store.writing() as books:
            for ticket_id in ticket_ids:
                ticket = books.orders.ticket(ticket_id)
                papers = [job for job in books.prints.of(ticket_id) if job.kind is JobKind.TICKET]
                if ticket is None or not papers:
                    raise Refusal(Reason.UNKNOWN_TICKET)
                if ticket.state is TicketState.REFUNDED:
                    raise Refusal(Reason.ALREADY_REFUNDED, ticket=ticket.number)
                face = self.compose.of_job(books, papers[-1])
                assert isinstance(face, TicketFace)
                faces.append(face)
                body: dict[str, Json] = {
                    "ticket_id": str(ticket_id),
                    "number": ticket.number,
                    "copy": face.copy_number,
                }
                books.journal.append(Kind.E_TICKET_ISSUED, body, actor=actor)
        return faces
