"""Days of trade against a naive model: every act of a clerk, with time that runs out, over the real store."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest

from counter_app.application.views import HoldView, PassengerInput, PlaceWish, SpotState
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.money import Money
from counter_app.domain.orders import TicketState
from counter_app.domain.timetable import Span
from counter_app.errors import Reason, Refusal
from counter_app.ports.stock import CellState, ClaimState
from tests.unit.counter_app.application.counter import CODES, DAY, NOW, Counter, formation, run

_ACTS: Final = 120
_TRIPS: Final = ("G1", "K9")
_PLACES: Final = {
    coach.sections[0].travel_class: {PlaceRef(coach.number, place.label) for place in coach.sections[0].places}
    for coach in formation().coaches
}
_SPANS: Final = [Span(board, alight) for board in range(4) for alight in range(board + 1, 5)]
_FLOAT_MINOR: Final = 500_00


@dataclass
class _Order:
    """What the model knows of one order that is not over."""

    hold: HoldView
    trip_id: str
    expires_at: datetime | None  # None: money is being taken, or was
    people: tuple[PassengerInput, ...]
    state: str = "held"  # held | leased | parked | sold
    tickets: dict[UUID, tuple[PlaceRef | None, Money]] = field(default_factory=dict)


class _Model:
    """The same acts at the counter and on paper. Whatever the counter refuses, the paper must have foreseen."""

    def __init__(self, counter: Counter, seed: int) -> None:
        self.counter, self.random = counter, random.Random(seed)
        self.orders: dict[UUID, _Order] = {}
        self.cash = _FLOAT_MINOR
        self.gross = 0
        self.people = 0
        self.unreserved = counter.policy.unreserved_capacity

    # ---- on paper

    def lapse(self) -> None:
        """Who asks for places ends what ran out."""
        now = self.counter.clock.now()
        for order_id, order in list(self.orders.items()):
            if order.expires_at is not None and order.expires_at <= now:
                del self.orders[order_id]

    def counted(self, trip_id: str) -> list[tuple[Span, str, PlaceRef | None]]:
        """Everything that is not free, one entry a place or unit."""
        now = self.counter.clock.now()
        found: list[tuple[Span, str, PlaceRef | None]] = []
        for order in self.orders.values():
            if order.trip_id != trip_id or (order.expires_at is not None and order.expires_at <= now):
                continue
            hold = order.hold
            if order.state == "sold":
                found += [(hold.span, hold.travel_class, place) for place, _ in order.tickets.values()]
            else:
                places = hold.places or (None,) * hold.count
                found += [(hold.span, hold.travel_class, place) for place in places]
        return found

    def free(self, trip_id: str, span: Span, travel_class: str) -> int:
        taken = [one for one in self.counted(trip_id) if one[1] == travel_class]
        if travel_class == "standard":
            used = [sum(1 for other, _, _ in taken if leg in other.legs) for leg in span.legs]
            return self.unreserved - max(used)
        busy = {place for other, _, place in taken if set(other.legs) & set(span.legs)}
        return len(_PLACES[travel_class] - busy)

    # ---- acts

    def one_act(self) -> None:
        acts: list[Callable[[], None]] = [self.hold, self.hold, self.pick, self.release, self.tender, self.back]
        acts += [self.park, self.recall, self.sell, self.sell, self.sell, self.refund, self.wait, self.sell_twice]
        self.random.choice(acts)()

    def _passengers(self, count: int) -> tuple[PassengerInput, ...]:
        found = []
        for _ in range(count):
            self.people += 1
            found.append(PassengerInput(name="李雷", document_type="passport", document=f"E{self.people:08d}"))
        return tuple(found)

    def _unpaid(self, *states: str) -> tuple[UUID, _Order] | None:
        known = [(key, order) for key, order in self.orders.items() if order.state in states]
        return self.random.choice(known) if known else None

    def hold(self) -> None:
        trip_id, span, count = self.random.choice(_TRIPS), self.random.choice(_SPANS), self.random.randint(1, 4)
        travel_class = self.random.choice(["first", "second"]) if trip_id == "G1" else "standard"
        replaces = self._unpaid("held", "parked") if self.random.random() < 0.3 else None
        before = replaces[0] if replaces is not None else None
        kept = self.orders.pop(before) if before is not None else None
        self.lapse()
        free = self.free(trip_id, span, travel_class)
        wish = PlaceWish(travel_class=travel_class, count=count)
        hold = self._tried(lambda: self.counter.hold(self.counter.clerk, run(trip_id), span, wish, replaces=before))
        if free >= count:
            assert isinstance(hold, HoldView), hold
            self._held(hold, trip_id)
            return
        assert hold is Reason.NOT_ENOUGH_PLACES
        if before is not None and kept is not None:
            self.orders[before] = kept

    def pick(self) -> None:
        """Places that the clerk points at, of which some may be gone."""
        span = self.random.choice(_SPANS)
        places = self.random.sample(sorted(_PLACES["first"], key=str), self.random.randint(1, 3))
        self.lapse()
        taken = self.counted("G1")
        busy = {place for other, _, place in taken if set(other.legs) & set(span.legs)}
        hold = self._tried(lambda: self.counter.hold(self.counter.clerk, run("G1"), span, places=places))
        if busy & set(places):
            assert hold is Reason.PLACE_TAKEN, "sold twice"
            return
        assert isinstance(hold, HoldView), hold
        self._held(hold, "G1")

    @staticmethod
    def _tried(act: Callable[[], HoldView]) -> HoldView | Reason:
        try:
            return act()
        except Refusal as refusal:
            return refusal.reason

    def _held(self, hold: HoldView, trip_id: str) -> None:
        expires_at = self.counter.clock.now() + self.counter.policy.hold
        self.orders[hold.order_id] = _Order(hold, trip_id, expires_at, self._passengers(hold.count))

    def _on_unpaid(self, act: Callable[[UUID, _Order], None], *states: str) -> bool:
        """An order that ran out may still be there, or be gone: then it must be refused."""
        found = self._unpaid(*states)
        if found is None:
            return False
        order_id, order = found
        act(order_id, order)
        return True

    def release(self) -> None:
        def go(order_id: UUID, _order: _Order) -> None:
            self.counter.release(self.counter.clerk, order_id)
            del self.orders[order_id]

        self._on_unpaid(go, "held", "leased", "parked")

    def tender(self) -> None:
        def go(order_id: UUID, order: _Order) -> None:
            self.counter.begin_tender(self.counter.clerk, order_id)
            order.state, order.expires_at = "leased", None

        self._on_unpaid(go, "held")

    def back(self) -> None:
        def go(order_id: UUID, order: _Order) -> None:
            self.counter.end_tender(self.counter.clerk, order_id)
            order.state, order.expires_at = "held", self.counter.clock.now() + self.counter.policy.hold

        self._on_unpaid(go, "leased")

    def park(self) -> None:
        def go(order_id: UUID, order: _Order) -> None:
            kept = self.orders.pop(order_id)
            self.lapse()
            self.orders[order_id] = kept
            parked = self.counter.park(self.counter.clerk, order_id, order.people, "")
            assert parked.hold.places == order.hold.places
            order.state, order.expires_at = "parked", self.counter.clock.now() + self.counter.policy.hold

        self._on_unpaid(go, "held", "leased")

    def recall(self) -> None:
        def go(order_id: UUID, order: _Order) -> None:
            taken_up = self.counter.recall(self.counter.clerk, order_id)
            assert taken_up.passengers == order.people
            order.state, order.expires_at = "held", self.counter.clock.now() + self.counter.policy.hold

        self._on_unpaid(go, "parked")

    def sell(self) -> None:
        def go(order_id: UUID, order: _Order) -> None:
            quote = self.counter.quote(order.hold, order.people)
            received = Money(quote.total.minor + self.random.choice([0, 10_00, 100_00]), "CNY")
            sold = self.counter.sell(self.counter.clerk, order_id, order.people, received=received, quoted=quote.total)
            assert sold.change == received - quote.total
            places = order.hold.places or (None,) * order.hold.count
            for ticket, place in zip(sold.order.tickets, places, strict=True):
                assert (ticket.coach, ticket.place) == ((place.coach, place.label) if place else (None, None))
                order.tickets[ticket.ticket_id] = (place, ticket.price)
            order.state, order.expires_at = "sold", None
            self.cash += quote.total.minor
            self.gross += quote.total.minor

        self._on_unpaid(go, "held", "leased", "parked")

    def sell_twice(self) -> None:
        found = self._unpaid("sold")
        if found is not None:
            order_id, order = found
            total = Money(1, "CNY")
            again = self.counter.sell(self.counter.clerk, order_id, order.people, received=total, quoted=total)
            assert {ticket.ticket_id for ticket in again.order.tickets} >= set(order.tickets)
            with pytest.raises(Refusal):
                self.counter.begin_tender(self.counter.clerk, order_id)

    def refund(self) -> None:
        sold = [(order, ticket_id) for order in self.orders.values() for ticket_id in order.tickets]
        if not sold:
            return
        order, ticket_id = self.random.choice(sold)
        quote = self.counter.quote_refund(ticket_id)
        assert quote.fee + quote.refundable == order.tickets[ticket_id][1]
        if quote.refundable.minor > self.cash:
            with pytest.raises(Refusal):
                self.counter.refund(self.counter.clerk, quote)
            return
        refunded = self.counter.refund(self.counter.clerk, quote)
        assert self.counter.refund(self.counter.clerk, quote) == refunded, "posted twice"
        with pytest.raises(Refusal):
            self.counter.quote_refund(ticket_id)
        self.cash -= quote.refundable.minor
        del order.tickets[ticket_id]

    def wait(self) -> None:
        self.counter.clock.go(seconds=self.random.choice([1, 60, 400, 700]))

    # ---- both

    def compare(self) -> None:
        offers = {offer.service: offer for offer in self.counter.search(CODES[0], CODES[4], DAY)}
        span = self.random.choice(_SPANS)
        for trip_id in _TRIPS:
            for offer in (offers[trip_id], self.counter.search.offer(run(trip_id), span)):
                for entry in offer.classes:
                    assert entry.free == self.free(trip_id, offer.span, entry.travel_class), (trip_id, entry)
        spots = self.counter.seats(run("G1"), span).states
        for travel_class, places in _PLACES.items():
            shown = sum(1 for place in places if spots[place] in {SpotState.FREE, SpotState.PART})
            assert shown == self.free("G1", span, travel_class), "the seat map promises what the search does not"
        with self.counter.store.reading() as books:
            shift = books.shifts.open_any()
            assert shift is not None
            assert books.shifts.cash_minor(shift.shift_id) == self.cash
            sales = books.orders.sales_of_shift(shift.shift_id)
            assert sales.sales_minor == self.gross
            assert self.gross - sales.refunds_minor + _FLOAT_MINOR == self.cash

    def compare_rows(self) -> None:
        """The rows themselves: every cell has one claim, every sold one a ticket, every unit is accounted for."""
        with self.counter.store.reading() as books:
            cells = books.stock.cells(run("G1"))
            sold = {(cell.place, cell.leg) for cell in cells if cell.state is CellState.SOLD}
            units = books.stock.capacity(run("K9"))
            tickets = books.orders.latest_tickets(10_000)
            unpaid = [claim for state in (ClaimState.HELD, ClaimState.LEASED) for claim in books.stock.claims_in(state)]
        live = [ticket for ticket in tickets if ticket.state is TicketState.FULFILLED]
        expected = [(str(one.place), leg) for one in live if one.place is not None for leg in one.span.legs]
        assert sorted(expected) == sorted(sold), "a place of two tickets, or of none"
        assert len({(cell.place, cell.leg) for cell in cells}) == len(cells)
        for unit in units:
            counted = sum(1 for one in live if one.place is None and unit.leg in one.span.legs)
            assert unit.sold == counted
            assert unit.used - unit.sold == sum(
                claim.count for claim in unpaid if not claim.places and unit.leg in claim.span.legs
            )
        serials = sorted(ticket.serial for ticket in tickets)
        assert serials == list(range(1, len(tickets) + 1)), "ticket numbers have a gap"


@pytest.mark.parametrize("seed", range(8))
def test_days_of_trade_agree_with_a_naive_model(tmp_path: Path, seed: int) -> None:
    """Somewhere between two clerks' acts a place is sold twice, or the drawer is short and nobody knows why."""
    counter = Counter(tmp_path / "profile")
    assert counter.clock.now() == NOW
    counter.open_shift()
    model = _Model(counter, seed)
    try:
        for number in range(_ACTS):
            model.one_act()
            model.compare()
            if number % 40 == 39:  # a new start: nothing may live in memory alone
                counter.close()
                counter.open()
        model.compare_rows()
    finally:
        counter.close()
