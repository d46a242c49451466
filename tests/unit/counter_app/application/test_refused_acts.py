"""What a refused act leaves behind: nothing. And a run whose timetable changed under what is sold on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from counter_app.application.declare_shift import DeclareShift
from counter_app.application.views import PlaceWish, SpotState
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.orders import OrderState
from counter_app.domain.staff import Actor, Role
from counter_app.domain.timetable import Span
from counter_app.errors import Reason, Refusal
from tests.unit.counter_app.application.counter import (
    CODES,
    DAY,
    HAN,
    LI,
    WHOLE,
    Counter,
    SmallCatalogue,
    cny,
    run,
    trip,
)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path / "profile")
    made.open_shift()
    yield made
    made.close()


def _refused(reason: Reason) -> pytest.RaisesExc[Refusal]:
    return pytest.raises(Refusal, check=lambda refusal: refusal.reason is reason)


@pytest.mark.parametrize("trip_id", ["G3", "K9"])
def test_a_refused_hold_does_not_spoil_an_untouched_run(counter: Counter, trip_id: str) -> None:
    """The first party asks for too much, and the train could not be sold again before the next start."""
    travel_class = "second" if trip_id == "G3" else "standard"
    with pytest.raises(Refusal):
        counter.hold(counter.clerk, run(trip_id), WHOLE, PlaceWish(travel_class="no such class", count=1))
    hold = counter.hold(counter.clerk, run(trip_id), WHOLE, PlaceWish(travel_class=travel_class, count=1))
    quote = counter.quote(hold, (LI,))
    assert counter.sell(counter.clerk, hold.order_id, (LI,), received=quote.total, quoted=quote.total).journal_seq


def test_a_hold_that_failed_late_is_forgotten(counter: Counter) -> None:
    """A refusal after the places were chosen leaves no place taken that nobody holds."""
    other = replace(trip("G1"), cumulative_fares={})
    known, counter.catalogue = counter.catalogue, SmallCatalogue(other)
    with _refused(Reason.FARE_UNKNOWN):
        counter.held(2)
    counter.catalogue = known
    (offer,) = [one for one in counter.search("CWQ", "BXP", DAY) if one.service == "G1"]
    assert {entry.travel_class: entry.free for entry in offer.classes} == {"first": 12, "second": 20}


def _new_issue(counter: Counter, **changes: object) -> None:
    """G1 in an issue that ``reissue`` could not carry the sold run over to: the frozen copy stays as it was sold."""
    changed = replace(trip("G1"), **changes)  # type: ignore[arg-type]
    counter.catalogue = SmallCatalogue(changed, trip("G3"))
    counter.holder.forget()


def test_nothing_is_free_on_a_run_that_changed_under_its_tickets(counter: Counter) -> None:
    """Search promises places that cannot be sold, of the classes of the old train or of the new one."""
    counter.sold()
    sleeper = {"second": (0, 1, 2, 3, 4), "first": (0, 2, 4, 6, 8)}
    _new_issue(counter, pattern_version="v2", cumulative_fares=sleeper)
    (offer,) = [one for one in counter.search("CWQ", "BXP", DAY) if one.service == "G1"]
    assert [entry.free for entry in offer.classes] == [0, 0]
    spots = counter.seats(run(), Span(0, 1)).states
    assert SpotState.FREE not in spots.values()
    with _refused(Reason.UNKNOWN_RUN):
        counter.held()


def test_nothing_is_free_on_a_changed_run_without_coaches(counter: Counter) -> None:
    """The same for a bus, where no class is counted before its first ticket."""
    counter.sold(trip_id="K9", travel_class="standard")
    prices = {"standard": (0, 1, 2, 3, 4), "comfort": (0, 2, 4, 6, 8)}
    bus = replace(trip("K9", seats=False), pattern_version="v2", cumulative_fares=prices)
    counter.catalogue = SmallCatalogue(bus)
    counter.holder.forget()
    (offer,) = counter.search("CWQ", "BXP", DAY)
    assert {entry.free for entry in offer.classes} == {0}


def test_a_hold_costs_what_the_search_shows(counter: Counter) -> None:
    """A new issue with new prices: the clerk reads one price out and the checkout asks for another."""
    counter.sold()
    _new_issue(counter, cumulative_fares={"first": (0, 1, 2, 3, 4), "second": (0, 100, 200, 300, 480_00)})
    (offer,) = [one for one in counter.search("CWQ", "BXP", DAY) if one.service == "G1"]
    shown = {entry.travel_class: entry.fare for entry in offer.classes}["second"]
    assert shown == cny(480)
    assert counter.held().fare == shown


def test_a_hold_that_is_gone_is_not_quoted(counter: Counter) -> None:
    """A price read out for places that somebody else has."""
    hold = counter.held()
    counter.release(counter.clerk, hold.order_id)
    with _refused(Reason.NOT_HELD):
        counter.quote(hold, (LI,))


def test_parking_what_left_the_timetable_changes_nothing(counter: Counter) -> None:
    """The clerk is told no, and the sale is parked all the same, out of sight."""
    hold = counter.held()
    waiting = counter.held()
    counter.park(counter.clerk, waiting.order_id, (LI,), "window seat")
    counter.catalogue = SmallCatalogue(trip("G3"))
    seq = _head(counter)
    with _refused(Reason.UNKNOWN_RUN):
        counter.park(counter.clerk, hold.order_id, (HAN,), "")
    with _refused(Reason.UNKNOWN_RUN):
        counter.recall(counter.clerk, waiting.order_id)
    assert _head(counter) == seq
    with counter.store.reading() as books:
        assert [order.order_id for order in books.orders.parked()] == [waiting.order_id]
        order = books.orders.order(hold.order_id)
    assert order is not None
    assert order.state is OrderState.PREBOOKED


def _head(counter: Counter) -> int:
    with counter.store.reading() as books:
        return books.journal.head().seq


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_may_not_sell_sells_nothing(counter: Counter, role: Role) -> None:
    """An auditor's login is a cash desk."""
    nobody = Actor(user_id=UUID(int=9), login="nobody", display_name="nobody", role=role)
    hold = counter.held()
    sold = counter.sold(HAN)
    quote = counter.quote_refund(sold.order.tickets[0].ticket_id)
    wish = PlaceWish(travel_class="second", count=1)
    acts: list[Callable[[], object]] = [
        lambda: counter.hold(nobody, run(), WHOLE, wish),
        lambda: counter.release(nobody, hold.order_id),
        lambda: counter.begin_tender(nobody, hold.order_id),
        lambda: counter.end_tender(nobody, hold.order_id),
        lambda: counter.park(nobody, hold.order_id, (LI,), ""),
        lambda: counter.recall(nobody, hold.order_id),
        lambda: counter.sell(nobody, hold.order_id, (LI,), received=cny(600), quoted=cny(600)),
        lambda: counter.refund(nobody, quote),
    ]
    seq = _head(counter)
    for act in acts:
        with _refused(Reason.NOT_ALLOWED):
            act()
    assert _head(counter) == seq


def test_a_place_is_sold_to_one_order(counter: Counter) -> None:
    """Two parties in one seat."""
    place = PlaceRef("02", "01A")
    counter.hold(counter.clerk, run(), Span(0, 2), places=[place])
    counter.hold(counter.clerk, run(), Span(2, len(CODES) - 1), places=[place])
    with _refused(Reason.PLACE_TAKEN):
        counter.hold(counter.clerk, run(), Span(1, 3), places=[place])


def test_a_ticket_of_a_changed_run_is_given_back(counter: Counter) -> None:
    """The train was changed under its passengers, and the counter keeps their money."""
    sold = counter.sold()
    _new_issue(counter, pattern_version="v2")
    quote = counter.quote_refund(sold.order.tickets[0].ticket_id)
    assert counter.refund(counter.clerk, quote).refunded == quote.refundable
    with counter.store.reading() as books:
        assert books.stock.cells(run()) == []


def test_a_declared_shift_takes_and_gives_no_more_money(counter: Counter) -> None:
    """The drawer is counted, and a sale after it makes the clerk short."""
    sold = counter.sold()
    hold = counter.held()
    quote = counter.quote_refund(sold.order.tickets[0].ticket_id)
    DeclareShift(counter.store)(counter.clerk, {100_00: 5})
    seq = _head(counter)
    total = counter.quote(hold, (HAN,)).total
    with _refused(Reason.SHIFT_COUNTED):
        counter.sell(counter.clerk, hold.order_id, (HAN,), received=total, quoted=total)
    with _refused(Reason.SHIFT_COUNTED):
        counter.refund(counter.clerk, quote)
    assert _head(counter) == seq
    with _refused(Reason.SHIFT_OF_ANOTHER):
        counter.sell(counter.chief, hold.order_id, (HAN,), received=total, quoted=total)


def test_nothing_is_given_back_after_departure(counter: Counter) -> None:
    """A used ticket pays for the next one."""
    sold = counter.sold()
    ticket_id = sold.order.tickets[0].ticket_id
    quote = counter.quote_refund(ticket_id)
    counter.clock.at = sold.order.tickets[0].depart
    counter.clock.go(seconds=1)
    with _refused(Reason.NOT_REFUNDABLE):
        counter.quote_refund(ticket_id)
    with _refused(Reason.NOT_REFUNDABLE):
        counter.refund(counter.clerk, quote)
