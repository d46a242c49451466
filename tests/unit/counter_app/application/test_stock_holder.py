"""The stock through the use cases against a naive oracle: sets of (place, leg), and a list of who holds what."""

from __future__ import annotations

import random
import tempfile
import threading
from collections import Counter as Tally
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counter_app.application.stock_holder import build_run_stock
from counter_app.application.views import PassengerInput, PlaceWish
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.money import Money
from counter_app.domain.timetable import Span
from counter_app.errors import Reason, Refusal
from counter_app.ports.people import PersonalData
from counter_app.ports.stock import CellState
from tests.unit.counter_app.application.counter import LI, WHOLE, Counter, formation, run, trip

LEGS = 4
PLACES = [PlaceRef(c.number, p.label) for c in formation().coaches for s in c.sections for p in s.places]
SPANS = [Span(board, alight) for board in range(LEGS) for alight in range(board + 1, LEGS + 1)]


@pytest.fixture(scope="module")
def shared() -> Iterator[Counter]:
    """One store for all examples of a property: each takes a train of its own day."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        counter = Counter(Path(folder) / "profile")
        counter.open_shift()
        yield counter
        counter.close()


def _passenger(number: int) -> PassengerInput:
    return PassengerInput(name="李雷", document_type="passport", document=f"E{number:09d}")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_any_sequence_of_acts_agrees_with_a_naive_oracle(shared: Counter, seed: int) -> None:
    """A place sold twice, or one that nobody has and nobody can sell."""
    rng = random.Random(seed)
    _Acts(shared, rng).go(25)


class _Acts:
    """Random holds, releases, tenders, sales and refunds of one fresh run."""

    _people = 0

    def __init__(self, counter: Counter, rng: random.Random) -> None:
        self.counter, self.rng = counter, rng
        # A new day's train, within the horizon of a clock that goes on with the examples.
        counter.clock.go(days=1)
        self.run = run("G1", counter.today() + timedelta(days=5))
        self.taken: dict[tuple[PlaceRef, int], str] = {}
        self.unpaid: dict[UUID, tuple[tuple[PlaceRef, ...], Span]] = {}
        self.tickets: dict[UUID, tuple[PlaceRef, Span]] = {}

    def go(self, acts: int) -> None:
        for _ in range(acts):
            self.rng.choice([self.hold, self.pick, self.release, self.tender, self.sell, self.sell, self.refund])()
            self.check()

    def _count(self, span: Span, travel_class: str) -> int:
        coach = {"first": "01", "second": "02"}[travel_class]
        return sum(all((place, leg) not in self.taken for leg in span.legs) for place in PLACES if place.coach == coach)

    def hold(self) -> None:
        span, travel_class, count = (
            self.rng.choice(SPANS),
            self.rng.choice(["first", "second"]),
            self.rng.randint(1, 6),
        )
        wish = PlaceWish(travel_class=travel_class, count=count)
        if self._count(span, travel_class) < count:
            with pytest.raises(Refusal) as refused:
                self.counter.hold(self.counter.clerk, self.run, span, wish)
            assert refused.value.reason is Reason.NOT_ENOUGH_PLACES
            return
        made = self.counter.hold(self.counter.clerk, self.run, span, wish)
        assert len(set(made.places)) == count
        self._take(made.order_id, made.places, span)

    def pick(self) -> None:
        span, place = self.rng.choice(SPANS), self.rng.choice(PLACES)
        if any((place, leg) in self.taken for leg in span.legs):
            with pytest.raises(Refusal) as refused:
                self.counter.hold(self.counter.clerk, self.run, span, places=[place])
            assert refused.value.reason is Reason.PLACE_TAKEN
            return
        made = self.counter.hold(self.counter.clerk, self.run, span, places=[place])
        self._take(made.order_id, made.places, span)

    def _take(self, order_id: UUID, places: tuple[PlaceRef, ...], span: Span) -> None:
        for place in places:
            for leg in span.legs:
                assert (place, leg) not in self.taken, "sold twice"
                self.taken[place, leg] = "unpaid"
        self.unpaid[order_id] = places, span

    def release(self) -> None:
        if self.unpaid:
            order_id = self.rng.choice(list(self.unpaid))
            self.counter.release(self.counter.clerk, order_id)
            places, span = self.unpaid.pop(order_id)
            for place in places:
                for leg in span.legs:
                    del self.taken[place, leg]

    def tender(self) -> None:
        if self.unpaid:
            order_id = self.rng.choice(list(self.unpaid))
            self.counter.begin_tender(self.counter.clerk, order_id)
            if self.rng.random() < 0.5:
                self.counter.end_tender(self.counter.clerk, order_id)

    def sell(self) -> None:
        if not self.unpaid:
            return
        order_id = self.rng.choice(list(self.unpaid))
        places, span = self.unpaid.pop(order_id)
        people = []
        for _ in places:
            _Acts._people += 1
            people.append(_passenger(_Acts._people))
        with self.counter.store.reading() as books:
            claim = books.stock.claim_of(order_id)
        assert claim is not None
        total = Money(claim.fare_minor * claim.count, claim.currency)
        sold = self.counter.sell(self.counter.clerk, claim.order_id, people, received=total, quoted=total)
        for ticket in sold.order.tickets:
            self.tickets[ticket.ticket_id] = PlaceRef(str(ticket.coach), str(ticket.place)), span

    def refund(self) -> None:
        if self.tickets:
            ticket_id = self.rng.choice(list(self.tickets))
            quote = self.counter.quote_refund(ticket_id)
            self.counter.refund(self.counter.clerk, quote)
            place, span = self.tickets.pop(ticket_id)
            for leg in span.legs:
                del self.taken[place, leg]

    def check(self) -> None:
        with self.counter.store.reading() as books:
            cells = books.stock.cells(self.run)
            frozen = books.stock.run(self.run.run_id)
            assert {(PlaceRef.parse(cell.place), cell.leg) for cell in cells} == set(self.taken)
            states = Tally(cell.state for cell in cells)
            sold = sum(len(span.legs) for _, span in self.tickets.values())
            assert states[CellState.SOLD] == sold
            # cells = free + held + leased + sold + blocked, always
            assert sum(states.values()) + (len(PLACES) * LEGS - len(self.taken)) == len(PLACES) * LEGS
            if frozen is not None:
                fresh = build_run_stock(books.stock, frozen, self.counter.holder.table(frozen.formation))
                assert self.counter.holder.of(books.stock, frozen).places == fresh.places
        for span in SPANS:
            free = self.counter.holder.free_by_class(self.run, trip(), span)
            if free is not None:
                assert free == {name: self._count(span, name) for name in ("first", "second")}


def test_a_transaction_that_fails_leaves_no_trace_in_memory(tmp_path: Path) -> None:
    """A full disk in the middle of a hold: the screen would show places as taken that are free, until a restart."""
    counter = Counter(tmp_path / "profile")
    counter.open_shift()
    counter.held(span=Span(0, 1))
    real = type(counter.store)._say_commit

    def fail(*_: object) -> None:
        raise RuntimeError("power")

    type(counter.store)._say_commit = fail  # type: ignore[method-assign, assignment]
    try:
        with pytest.raises(RuntimeError):
            counter.held(count=3)
    finally:
        type(counter.store)._say_commit = real  # type: ignore[method-assign]
    assert counter.holder.free_by_class(run(), trip(), WHOLE) == {"first": 12, "second": 19}
    counter.held(count=10)
    assert counter.holder.free_by_class(run(), trip(), WHOLE) == {"first": 12, "second": 9}
    counter.close()


def test_searching_beside_selling_sees_one_state_or_the_other(tmp_path: Path) -> None:
    """The reading lane asks while the writing lane commits: an older picture put back would oversell the screen."""
    counter = Counter(tmp_path / "profile")
    counter.open_shift()
    counter.held(span=Span(0, 1))
    seen: list[int] = []
    stop = threading.Event()
    trouble: list[BaseException] = []

    def search() -> None:
        try:
            while not stop.is_set():
                counter.holder.forget()  # also builds pictures anew all the time
                free = counter.holder.free_by_class(run(), trip(), Span(1, 4))
                seen.append(-1 if free is None else free["second"])
        except BaseException as error:  # noqa: BLE001 - told below
            trouble.append(error)

    reader = threading.Thread(target=search)
    reader.start()
    for _ in range(20):
        counter.held(span=Span(1, 4))
    stop.set()
    reader.join(30)
    assert not trouble
    assert set(seen) <= set(range(21))
    assert sorted(seen, reverse=True) == seen, "free places never come back by themselves"
    assert counter.holder.free_by_class(run(), trip(), Span(1, 4)) == {"first": 12, "second": 0}
    counter.close()


def test_a_reader_keeps_its_picture_while_a_sale_is_written(tmp_path: Path) -> None:
    """A search that waits for the writer freezes the screen."""
    counter = Counter(tmp_path / "profile")
    counter.open_shift()
    counter.sold(LI)
    with counter.store.reading() as before, counter.holder.writing() as act:
        act.books.people.put(counter.ids.new(), PersonalData(name="x", document_type="", document=""))
        assert before.orders.last_serial(1) == 1
        assert len(before.orders.latest_tickets(10)) == 1
    counter.close()
