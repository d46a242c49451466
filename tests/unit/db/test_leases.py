"""What is left of a lease: what is sold of it twice is a seat sold twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.application.lease_view import selling
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.journal import Kind
from counter_app.domain.leases import LeaseGrant, LeaseState
from counter_app.domain.staff import SYSTEM
from counter_app.domain.timetable import Span
from counter_app.errors import Reason, Refusal
from counter_app.ports.orders import RefundRecord, TicketRecord
from counter_app.ports.stock import Claim
from counter_app.ports.sync import LeaseLeft, LeaseRest
from db.leases import _gaps
from db.store import SqlMoneyStore
from tests.unit.db.enrolled import BUS, RUN, Window, give_back_lease, hold, sell, take_lease

WHOLE = Span(0, 4)


@pytest.fixture
def window(tmp_path: Path) -> Window:
    made = Window(tmp_path / "counter")
    made.enrol()
    return made


@pytest.fixture
def store(window: Window) -> Iterator[SqlMoneyStore]:
    opened = window.open()
    yield opened
    opened.close()


def left(store: SqlMoneyStore, run_id: UUID = RUN.run_id) -> list[LeaseLeft]:
    with store.reading() as books:
        return books.sync.left_of(run_id)


def rests(store: SqlMoneyStore, run_id: UUID = RUN.run_id) -> list[tuple[int, int, tuple[str, ...], int]]:
    return [
        (rest.span.board, rest.span.alight, rest.places, rest.count)
        for one in left(store, run_id)
        for rest in one.rests
    ]


def let_go(store: SqlMoneyStore, claim: Claim) -> None:
    with store.writing() as books:
        books.stock.let_go(claim)


def refund(store: SqlMoneyStore, window: Window, ticket: TicketRecord) -> None:
    with store.writing() as books:
        entry = books.journal.append(Kind.REFUNDED, {}, actor=SYSTEM)
        books.orders.add_refund(
            RefundRecord(
                refund_id=window.ids.new(),
                ticket_id=ticket.ticket_id,
                rule="",
                items=(),
                refunded_minor=ticket.price_minor,
                fee_minor=0,
                at=entry.at,
                clerk="Li",
                shift_id=ticket.shift_id,
                journal_seq=entry.seq,
            )
        )
        books.stock.give_back(
            ticket.run, ticket.span, place=ticket.place, travel_class=ticket.travel_class, claim_id=ticket.claim_id
        )


def test_a_lease_is_whole_at_first(store: SqlMoneyStore, window: Window) -> None:
    """A run that nobody has touched is sold of like any other."""
    grant = take_lease(store, window.grant())
    (one,) = left(store)
    assert (one.lease.grant, one.lease.state) == (grant, LeaseState.ACTIVE)
    assert (one.places, one.count) == (grant.places, 3)
    assert rests(store) == [(0, 4, grant.places, 3)]


def test_what_is_held_is_not_left_and_comes_back_when_it_is_let_go(store: SqlMoneyStore, window: Window) -> None:
    """Two clerks of one window never offer one seat."""
    take_lease(store, window.grant())
    claim = hold(store, window, Span(1, 3), "02/01B")
    (one,) = left(store)
    assert (one.places, one.count) == (("02/01A", "02/01C"), 2)
    assert rests(store) == [
        (0, 4, ("02/01A", "02/01C"), 2),
        (0, 1, ("02/01B",), 1),
        (3, 4, ("02/01B",), 1),
    ]
    let_go(store, claim)
    assert rests(store) == [(0, 4, ("02/01A", "02/01B", "02/01C"), 3)]


def test_what_was_sold_and_refunded_is_not_sold_again(store: SqlMoneyStore, window: Window) -> None:
    """At central the refund makes the seat everybody's: sold again here it would be sold twice."""
    take_lease(store, window.grant())
    (ticket,) = sell(store, window, hold(store, window, Span(0, 2), "02/01A"))
    refund(store, window, ticket)
    with store.reading() as books:
        assert books.stock.cells(RUN) == []
    assert rests(store) == [(0, 4, ("02/01B", "02/01C"), 2), (2, 4, ("02/01A",), 1)]


def test_a_refund_from_before_the_lease_is_no_hole_in_it(store: SqlMoneyStore, window: Window) -> None:
    """Central leased that very place: it knows of the refund."""
    (ticket,) = sell(store, window, hold(store, window, WHOLE, "02/01A"))
    refund(store, window, ticket)
    take_lease(store, window.grant())
    assert rests(store) == [(0, 4, ("02/01A", "02/01B", "02/01C"), 3)]


def test_every_rest_is_given_back_once(store: SqlMoneyStore, window: Window) -> None:
    """What is never given back stays in doubt at central, and an empty seat travels."""
    grant = take_lease(store, window.grant())
    sell(store, window, hold(store, window, Span(1, 2), "02/01A"))
    give_back_lease(store, grant)
    assert left(store) == []
    with store.reading() as books:
        told = [one.body for one in books.journal.entries() if one.kind is Kind.LEASE_RETURNED]
        assert books.sync.leases() == []
        assert [one.state for one in books.sync.leases(None)] == [LeaseState.RETURNED]
    cells = {
        (place, leg)
        for body in told
        for place in body["places"]  # type: ignore[union-attr]
        for leg in range(int(str(body["board"])), int(str(body["alight"])))
    }
    wanted = {(place, leg) for place in grant.places for leg in range(4)} - {("02/01A", 1)}
    assert cells == wanted
    with store.writing() as books, pytest.raises(Refusal):
        books.sync.end_lease(grant.lease_id, LeaseState.RETURNED)


def test_a_lease_that_is_over_stays_over(store: SqlMoneyStore, window: Window) -> None:
    """The feed says a lease again after a snapshot; its places are no longer ours to sell."""
    grant = take_lease(store, window.grant())
    give_back_lease(store, grant)
    with store.writing() as books:
        with pytest.raises(Refusal) as refused:
            books.sync.put_lease(grant, journal_seq=9)
        assert refused.value.reason is Reason.NOT_HELD
        books.sync.end_lease(grant.lease_id, LeaseState.ENDED)
        with pytest.raises(Refusal):
            books.sync.end_lease(grant.lease_id, LeaseState.RETURNED)
    take_lease(store, window.grant(lease_id=grant.lease_id, holder_epoch=2))
    assert rests(store) == [(0, 4, grant.places, 3)]


def units(window: Window, count: int, **more: object) -> LeaseGrant:
    made: dict[str, object] = {"run_id": BUS.run_id, "trip_id": "B1", "travel_class": "standard", "places": ()}
    return window.grant(**made, count=count, **more)


def counts(store: SqlMoneyStore) -> list[int]:
    return [one.count for one in left(store, BUS.run_id)]


def test_units_are_taken_from_the_lease_that_was_granted_first(store: SqlMoneyStore, window: Window) -> None:
    """Central counts them off in the same order; two orders would leave units that nobody can sell."""
    first = take_lease(store, units(window, 3))
    window.clock.forward(minutes=1)
    take_lease(store, units(window, 4, expires_at=first.expires_at - timedelta(hours=1)))
    assert counts(store) == [3, 4]
    claim = hold(store, window, WHOLE, run=BUS, count=2)
    assert counts(store) == [1, 4]
    let_go(store, claim)
    sell(store, window, hold(store, window, Span(1, 2), run=BUS, count=5))
    assert counts(store) == [0, 2]


def test_units_that_were_refunded_are_not_sold_again(store: SqlMoneyStore, window: Window) -> None:
    """As with places: settlement gives them back to everybody."""
    take_lease(store, units(window, 3))
    ticket, _ = sell(store, window, hold(store, window, WHOLE, run=BUS, count=2))
    refund(store, window, ticket)
    assert counts(store) == [1]


def test_units_of_an_earlier_lease_are_not_counted_in_a_later_one(store: SqlMoneyStore, window: Window) -> None:
    """A window that tops up after a return would otherwise see its new lease used up, or sell more than it has."""
    first = take_lease(store, units(window, 3))
    sell(store, window, hold(store, window, WHOLE, run=BUS, count=2))
    give_back_lease(store, first)
    window.clock.forward(minutes=1)
    take_lease(store, units(window, 4))
    assert counts(store) == [4]
    sell(store, window, hold(store, window, WHOLE, run=BUS, count=1))
    assert counts(store) == [3]


def test_a_lease_of_another_pattern_is_left_whole(store: SqlMoneyStore, window: Window) -> None:
    """It came after the timetable had changed. Nothing is sold of it, its legs are others; but it has to go back."""
    hold(store, window, Span(0, 1), "01/01A")
    grant = take_lease(store, window.grant(pattern="v0"))
    (one,) = left(store)
    assert one.rests == (LeaseRest(span=Span(grant.board, grant.alight), places=grant.places, count=grant.count),)
    assert selling([one], window.clock.at, "v1") == []
    assert selling([one], window.clock.at, "v0") == [one]


def test_all_leases_by_day_and_time(store: SqlMoneyStore, window: Window) -> None:
    """The clerk's list begins with what leaves first."""
    later = take_lease(store, window.grant(expires_at=window.clock.at + timedelta(hours=30)))
    bus = take_lease(store, units(window, 5))
    with store.reading() as books:
        assert [(one.lease.grant, one.count) for one in books.sync.left()] == [(bus, 5), (later, 3)]
        assert [one.grant for one in books.sync.leases_of(RUN.run_id)] == [later]
        assert books.sync.lease(window.ids.new()) is None


@given(spent=st.frozensets(st.integers(0, 12)), board=st.integers(0, 8), length=st.integers(1, 8))
def test_gaps_are_exactly_the_legs_that_are_not_spent(spent: frozenset[int], board: int, length: int) -> None:
    """A leg too many is a double sale, one too few an empty seat."""
    alight = board + length
    found = list(_gaps(board, alight, spent))
    legs = [leg for start, end in found for leg in range(start, end)]
    assert legs == [leg for leg in range(board, alight) if leg not in spent]
    assert all(end in spent or end == alight for _, end in found), "maximal"


def test_a_claim_remembers_whose_leave_it_is_and_whether_central_was_asked(
    store: SqlMoneyStore, window: Window
) -> None:
    """After a crash the counter must know that central may have leased it: only the journal lets it go then."""
    claim = hold(store, window, WHOLE, "02/02A")
    with store.writing() as books:
        asked = books.stock.mark_asked(claim)
    with store.reading() as books:
        assert books.stock.claim_of(claim.order_id) == asked
    assert asked.asked
    assert asked.places == (PlaceRef("02", "02A"),)
    sell(store, window, asked)
    with store.writing() as books, pytest.raises(Refusal):
        books.stock.mark_asked(claim)
