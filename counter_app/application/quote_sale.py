"""What a sale costs: the passengers checked by policy, priced item by item. The sale posts exactly this."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from counter_app.application.views import (
    HoldView,
    PassengerInput,
    PassengerQuote,
    PassengerRule,
    QuoteItem,
    SaleQuote,
)
from counter_app.domain.money import Money, zero
from counter_app.domain.orders import Item, TicketState, items_total, price_items
from counter_app.domain.passengers import Passenger, check_distinct, check_passenger
from counter_app.domain.policy import Policy
from counter_app.domain.timetable import Trip, instant
from counter_app.errors import Reason, Refusal
from counter_app.ports.stock import Claim, ClaimState
from counter_app.ports.store import MoneyStore, Reading, Writing

Drawable = Callable[[str], bool]
"""Whether the ticket's fonts can draw a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    passenger: Passenger
    items: tuple[Item, ...]

    @property
    def price_minor(self) -> int:
        return items_total(self.items)


def checked(inputs: Sequence[PassengerInput], policy: Policy, drawable: Drawable) -> list[Passenger]:
    """Raises Refusal: NO_PASSENGERS, TOO_MANY_PASSENGERS, and what ``check_passenger`` does, naming the passenger."""
    if not inputs:
        raise Refusal(Reason.NO_PASSENGERS)
    if len(inputs) > policy.passengers_max:
        raise Refusal(Reason.TOO_MANY_PASSENGERS, maximum=policy.passengers_max)
    passengers = [
        check_passenger(
            one.passenger_type,
            name=one.name,
            document_type=one.document_type,
            document=one.document,
            policy=policy,
            drawable=drawable,
            number=number,
        )
        for number, one in enumerate(inputs, 1)
    ]
    if policy.one_ticket_per_document:
        check_distinct(passengers)
    return passengers


def priced(passengers: Sequence[Passenger], fare: Money, travel_class: str, policy: Policy) -> list[Priced]:
    """Raises Refusal(TYPE_NOT_SOLD_HERE, passenger=...)."""
    found = []
    for number, passenger in enumerate(passengers, 1):
        try:
            items = price_items(fare, passenger.type, travel_class, policy)
        except Refusal as refusal:
            raise Refusal(refusal.reason, **{**refusal.facts, "passenger": number}) from refusal
        found.append(Priced(passenger=passenger, items=items))
    return found


def check_not_twice(
    books: Reading | Writing,
    passengers: Sequence[Passenger],
    claim: Claim,
    trip: Trip,
    policy: Policy,
    *,
    instead_of: UUID | None = None,
) -> None:
    """实名制: one ticket per document per run, and no two of one person that overlap in time.

    ``instead_of``: the ticket that is given in for this one. Of this counter's tickets only (decisions 11).
    Raises Refusal(SAME_DOCUMENT_TWICE, passenger, ticket).
    """
    if not policy.one_ticket_per_document:
        return
    depart = instant(claim.run.service_date, trip.calls[claim.span.board].depart_s, trip.zone)
    arrive = instant(claim.run.service_date, trip.calls[claim.span.alight].arrive_s, trip.zone)
    for number, passenger in enumerate(passengers, 1):
        if not passenger.document:
            continue
        for ticket in books.orders.by_persons(books.people.by_document(passenger.document)):
            if ticket.state is not TicketState.FULFILLED or ticket.ticket_id == instead_of:
                continue
            same_run = ticket.run.run_id == claim.run.run_id
            if same_run or (ticket.depart < arrive and depart < ticket.arrive):
                raise Refusal(Reason.SAME_DOCUMENT_TWICE, passenger=number, ticket=ticket.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteSale:
    store: MoneyStore
    policy: Policy
    drawable: Drawable

    def __call__(
        self, hold: HoldView, passengers: Sequence[PassengerInput], *, instead_of: UUID | None = None
    ) -> SaleQuote:
        """READ. ``instead_of`` as in ``check_not_twice``.

        Raises what ``checked``, ``priced`` and ``check_not_twice`` do, and NOT_HELD.
        """
        people = checked(passengers, self.policy, self.drawable)
        with self.store.reading() as books:
            claim = books.stock.claim_of(hold.order_id)
            frozen = None if claim is None else books.stock.run(claim.run.run_id)
            if claim is None or frozen is None or claim.state is ClaimState.GONE:
                raise Refusal(Reason.NOT_HELD)
            check_count(claim, people)
            check_not_twice(books, people, claim, frozen.trip, self.policy, instead_of=instead_of)
        fare = Money(claim.fare_minor, claim.currency)
        lines = priced(people, fare, claim.travel_class, self.policy)
        places = claim.places or (None,) * claim.count
        quotes = tuple(
            PassengerQuote(
                passenger_type=line.passenger.type.code,
                place=place,
                items=quote_items(line.items, claim.currency),
                total=Money(line.price_minor, claim.currency),
            )
            for line, place in zip(lines, places, strict=True)
        )
        total = sum((quote.total for quote in quotes), zero(claim.currency))
        return SaleQuote(order_id=claim.order_id, passengers=quotes, total=total, policy=self.policy.reference)


def check_count(claim: Claim, passengers: Sequence[Passenger]) -> None:
    """One place each. Raises Refusal(BAD_INPUT, field="passengers")."""
    if len(passengers) != claim.count:
        raise Refusal(Reason.BAD_INPUT, field="passengers", places=claim.count, passengers=len(passengers))


def quote_items(items: Sequence[Item], currency: str) -> tuple[QuoteItem, ...]:
    return tuple(
        QuoteItem(kind=item.kind.value, label=item.label, amount=Money(item.amount_minor, currency)) for item in items
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PassengerRules:
    policy: Policy

    def __call__(self, hold: HoldView) -> list[PassengerRule]:
        """What each passenger type needs and pays here."""
        found = []
        for kind in self.policy.types:
            sellable = kind.sold_in(hold.travel_class)
            fare = None
            if sellable:
                items = price_items(hold.fare, kind, hold.travel_class, self.policy)
                fare = Money(items_total(items), hold.fare.currency)
            found.append(
                PassengerRule(
                    passenger_type=kind.code,
                    sellable=sellable,
                    needs_document=kind.needs_document,
                    needs_name=kind.needs_name,
                    fare=fare,
                )
            )
        return found
