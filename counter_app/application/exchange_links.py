"""Which sale followed which ticket by an exchange: as the journal's entries say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from counter_app.domain.aftersales import EXCHANGED
from counter_app.domain.orders import TicketState
from counter_app.ports.orders import OrderRecord, RefundRecord, TicketRecord
from counter_app.ports.store import Reading, Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenIn:
    """What a sale was exchanged for."""

    ticket_id: UUID
    order_id: UUID
    refund_id: UUID
    credit_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The sale that followed a ticket."""

    order_id: UUID
    credit_minor: int


def is_exchange(refund: RefundRecord) -> bool:
    return any(item.label == EXCHANGED for item in refund.items)


def given_in(books: Reading | Writing, sold: OrderRecord | TicketRecord) -> GivenIn | None:
    """Of a sale, or of a ticket of it; None: it was an ordinary one."""
    said = _exchange(books, sold.journal_seq)
    if said is None:
        return None
    return GivenIn(
        ticket_id=UUID(said["ticket_id"]),
        order_id=UUID(said["order_id"]),
        refund_id=UUID(said["refund_id"]),
        credit_minor=said["credit_minor"],
    )


def followed_by(books: Reading | Writing, refund: RefundRecord) -> Followed | None:
    """None: a refund."""
    said = _exchange(books, refund.journal_seq) if is_exchange(refund) else None
    return None if said is None else Followed(order_id=UUID(said["order_id"]), credit_minor=said["credit_minor"])


def orders_after(books: Reading | Writing, order_id: UUID) -> list[UUID]:
    """Of the sales that followed tickets of this one."""
    found = []
    for ticket in books.orders.tickets_of(order_id):
        refund = books.orders.refund_of(ticket.ticket_id) if ticket.state is TicketState.REFUNDED else None
        followed = None if refund is None else followed_by(books, refund)
        if followed is not None:
            found.append(followed.order_id)
    return found


def _exchange(books: Reading | Writing, seq: int) -> dict[str, Any] | None:
    if seq <= 0:
        return None
    entry = next(iter(books.journal.entries(after_seq=seq - 1, limit=1)))
    body: dict[str, Any] = dict(entry.body)
    said: dict[str, Any] | None = body.get("exchange")
    return said
