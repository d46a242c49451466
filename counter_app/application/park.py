"""A sale put aside with its passengers, and taken up again. Names are sealed while they wait."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from counter_app.application.hold import demand_no_money, hold_view, reap
from counter_app.application.keep_draft import draft_passengers, keep_draft
from counter_app.application.rights import demand
from counter_app.application.stock_holder import Act, LocalHolder
from counter_app.application.views import ParkedSale, PassengerInput, RunOffer
from counter_app.domain.journal import Json, Kind
from counter_app.domain.orders import OrderState
from counter_app.domain.policy import Policy
from counter_app.domain.staff import Actor, Right
from counter_app.domain.timetable import RunRef, Span
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.orders import OrderRecord
from counter_app.ports.stock import Claim, ClaimState
from counter_app.ports.store import MoneyStore

LABEL_MAX = 60
PARKED_MAX = 50
TEXT_MAX = 200
Offer = Callable[[RunRef, Span], RunOffer]
"""The run again, as the timetable has it now (``Search.offer``)."""


def _label(text: str) -> str:
    plain = " ".join(text.split())
    if len(plain) > LABEL_MAX or not plain.isprintable():
        raise Refusal(Reason.BAD_INPUT, field="label")
    return plain


def _texts(one: PassengerInput) -> tuple[str, ...]:
    return one.passenger_type, one.name, one.document_type, one.document


def parked_view(
    order: OrderRecord,
    claim: Claim,
    passengers: tuple[PassengerInput, ...],
    offer: RunOffer,
    at: datetime,
    journal_seq: int,
) -> ParkedSale:
    return ParkedSale(
        order_id=order.order_id,
        label=order.label,
        parked_at=at,
        expires_at=claim.expires_at,
        service=offer.service,
        origin=offer.origin.name,
        destination=offer.destination.name,
        depart=offer.depart,
        count=claim.count,
        passengers=passengers,
        hold=hold_view(claim),
        offer=offer,
        journal_seq=journal_seq,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Park:
    store: MoneyStore
    holder: LocalHolder
    policy: Policy
    clock: Clock
    ids: Ids
    offer: Offer

    def __call__(self, actor: Actor, order_id: UUID, passengers: Sequence[PassengerInput], label: str) -> ParkedSale:
        """With a fresh hold; of a name and document nothing is checked yet but its length.

        Raises Refusal: NOT_ALLOWED, NOT_HELD, BAD_INPUT, TOO_MANY_PASSENGERS, PAYMENT_OPEN, UNKNOWN_RUN (it left
        the timetable).
        """
        demand(actor, Right.SELL)
        plain = _label(label)
        if len(passengers) > self.policy.passengers_max:
            raise Refusal(Reason.TOO_MANY_PASSENGERS, maximum=self.policy.passengers_max)
        if any(len(text) > TEXT_MAX for one in passengers for text in _texts(one)):
            raise Refusal(Reason.BAD_INPUT, field="passengers")
        now = self.clock.now()
        with self.holder.writing() as act:
            reap(act, now, but=order_id)
            books = act.books
            if len(books.orders.parked()) >= PARKED_MAX:
                raise Refusal(Reason.BAD_INPUT, field="parked", maximum=PARKED_MAX)
            claim, order = _unpaid(act, order_id)
            demand_no_money(books, order_id)
            offer = self.offer(claim.run, claim.span)  # before anything is changed: it may be refused
            claim = act.changed(books.stock.change(claim, ClaimState.HELD, expires_at=now + self.policy.hold))
            order = keep_draft(act, order, passengers, self.ids)
            body: dict[str, Json] = {
                "order_id": str(order_id),
                "claim_id": str(claim.claim_id),
                "run_id": str(claim.run.run_id),
                "count": claim.count,
            }
            entry = books.journal.append(Kind.SALE_PARKED, body, actor=actor)
            order = replace(order, state=OrderState.ON_HOLD, label=plain, parked_at=entry.at)
            books.orders.put_order(order)
            people = draft_passengers(books, order)
        return parked_view(order, claim, people, offer, entry.at, entry.seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    store: MoneyStore
    holder: LocalHolder
    policy: Policy
    clock: Clock
    ids: Ids
    offer: Offer

    def __call__(self, actor: Actor, order_id: UUID) -> ParkedSale:
        """With a fresh hold, also when it ran out and nobody has taken the places.

        Raises Refusal: NOT_ALLOWED, HOLD_EXPIRED when the places went, UNKNOWN_RUN when the run left the timetable.
        """
        demand(actor, Right.SELL)
        now = self.clock.now()
        with self.holder.writing() as act:
            books = act.books
            try:
                claim, order = _unpaid(act, order_id)
            except Refusal as refusal:
                raise Refusal(Reason.HOLD_EXPIRED) from refusal
            demand_no_money(books, order_id)
            offer = self.offer(claim.run, claim.span)
            claim = act.changed(books.stock.change(claim, ClaimState.HELD, expires_at=now + self.policy.hold))
            people = draft_passengers(books, order)
            body: dict[str, Json] = {"order_id": str(order_id), "claim_id": str(claim.claim_id)}
            entry = books.journal.append(Kind.SALE_RECALLED, body, actor=actor)
            books.orders.put_order(replace(order, state=OrderState.PREBOOKED, parked_at=None))
        at = order.parked_at or entry.at
        return parked_view(order, claim, people, offer, at, entry.seq)


def _unpaid(act: Act, order_id: UUID) -> tuple[Claim, OrderRecord]:
    claim, order = act.books.stock.claim_of(order_id), act.books.orders.order(order_id)
    if claim is None or order is None or claim.state not in {ClaimState.HELD, ClaimState.LEASED}:
        raise Refusal(Reason.NOT_HELD)
    return claim, order


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    store: MoneyStore
    offer: Offer

    def __call__(self) -> list[ParkedSale]:
        """READ. Those whose run has left the timetable are not shown: they can only run out."""
        with self.store.reading() as books:
            waiting = [
                (order, claim, draft_passengers(books, order))
                for order in books.orders.parked()
                if (claim := books.stock.claim_of(order.order_id)) is not None and claim.state is not ClaimState.GONE
            ]
        found = []
        for order, claim, people in waiting:
            with suppress(Refusal):
                at = order.parked_at or order.created_at
                found.append(parked_view(order, claim, people, self.offer(claim.run, claim.span), at, 0))
        return found
