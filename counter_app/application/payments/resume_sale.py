"""A sale that was left with money on it, as it stood at its checkout: places, passengers, and the train again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from counter_app.application.exchange import exchange_start, kept_exchange
from counter_app.application.keep_draft import draft_passengers
from counter_app.application.park import Offer, parked_view
from counter_app.application.rights import demand
from counter_app.application.views import ParkedSale
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.stock import ClaimState
from counter_app.ports.store import MoneyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeSale:
    store: MoneyStore
    offer: Offer

    def __call__(self, actor: Actor, order_id: UUID) -> ParkedSale:
        """Raises Refusal: NOT_ALLOWED, NOT_HELD, UNKNOWN_RUN (it left the timetable: reverse instead)."""
        demand(actor, Right.SELL)
        with self.store.reading() as books:
            order, claim = books.orders.order(order_id), books.stock.claim_of(order_id)
            if order is None or claim is None or order.journal_seq or claim.state is not ClaimState.LEASED:
                raise Refusal(Reason.NOT_HELD)
            people = draft_passengers(books, order)
            kept = kept_exchange(order)
            ticket = None if kept is None else books.orders.ticket(kept.ticket_id)
            start = None
            if kept is not None and ticket is not None:
                start = exchange_start(books, ticket, self.store, slip_taken_back=kept.slip_taken_back)
        offer = self.offer(claim.run, claim.span)
        return replace(parked_view(order, claim, people, offer, order.created_at, 0), exchanging=start)
