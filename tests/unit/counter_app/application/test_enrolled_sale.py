"""The sale at an enrolled counter, with the line up, slow, and cut at every point."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from counter_app.application.views import HoldView, LineWord, PlaceWish, Sold, SpotState
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.journal import Kind
from counter_app.domain.timetable import Span
from counter_app.errors import Reason, Refusal
from counter_app.ports.stock import ClaimOrigin, ClaimState
from counter_app.wire import messages as m
from tests.unit.counter_app.application.central_stand_in import CHIEF, CLERK, EnrolledCounter
from tests.unit.counter_app.application.counter import DAY, HAN, LI, WHOLE, run


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[EnrolledCounter]:
    made = EnrolledCounter(tmp_path / "profile")
    made.load()
    yield made
    made.close()


def _refused(reason: Reason) -> pytest.RaisesExc[Refusal]:
    return pytest.raises(Refusal, check=lambda refusal: refusal.reason is reason)


def _hold(counter: EnrolledCounter, count: int = 1, trip_id: str = "G1", **more: object) -> HoldView:
    travel_class = "second" if trip_id == "G1" else "standard"
    return counter.desk.hold(CLERK, run(trip_id), WHOLE, PlaceWish(travel_class=travel_class, count=count), **more)  # type: ignore[arg-type]


def _pay(counter: EnrolledCounter, hold: HoldView) -> Sold:
    people = (LI, HAN)[: hold.count]
    quote = counter.desk.quote(hold, people)
    counter.desk.begin_tender(CLERK, hold.order_id)
    return counter.desk.sell(CLERK, hold.order_id, people, received=quote.total, quoted=quote.total)


def _claim(counter: EnrolledCounter, order_id: UUID):  # type: ignore[no-untyped-def]
    with counter.store.reading() as books:
        return books.stock.claim_of(order_id)


def _kinds(counter: EnrolledCounter, kind: Kind) -> int:
    with counter.store.reading() as books:
        return sum(1 for entry in books.journal.entries() if entry.kind is kind)


def _go_offline(counter: EnrolledCounter) -> None:
    counter.central.offline = True
    for _ in range(3):
        counter.desk.sync_now()
        counter.desk.sync_turn()
    assert counter.desk.sync_status().line in {LineWord.OFFLINE, LineWord.STOPPED}
    assert not counter.line.worth_asking()


# ---- with the line


def test_a_sale_with_the_line_is_central_s_claim(counter: EnrolledCounter) -> None:
    """A ticket for a seat that central does not know to be sold."""
    hold = _hold(counter, 2)
    claim = _claim(counter, hold.order_id)
    assert (claim.origin, claim.asked) == (ClaimOrigin.CENTRAL, False)
    assert counter.central.claims[hold.claim_id].places == tuple(str(place) for place in hold.places)
    sold = _pay(counter, hold)
    assert counter.central.claims[hold.claim_id].state is m.ClaimStatus.LEASED
    counter.settle()
    (body,) = counter.central.journaled("sold")
    assert body["claim_id"] == str(hold.claim_id)
    assert sold.journal_seq <= counter.state().stored_seq


def test_the_clerk_s_own_choice_is_asked_for(counter: EnrolledCounter) -> None:
    """A seat chosen on the map, and another one printed."""
    hold = counter.desk.hold(CLERK, run(), WHOLE, places=[PlaceRef("02", "04F")])
    assert hold.places == (PlaceRef("02", "04F"),)
    counter.central.take_elsewhere("02/03F")
    with _refused(Reason.PLACE_TAKEN):
        counter.desk.hold(CLERK, run(), WHOLE, places=[PlaceRef("02", "03F")])


def test_a_changed_choice_lets_the_first_one_go_there(counter: EnrolledCounter) -> None:
    """Seats that a customer did not want stay blocked for every other window."""
    first = _hold(counter, 2)
    second = _hold(counter, 1, replaces=first.order_id)
    assert second.order_id == first.order_id
    assert counter.central.claims[first.claim_id].state is m.ClaimStatus.GONE
    with counter.store.reading() as books:
        assert not books.sync.releases()


def test_what_is_given_up_is_let_go_there(counter: EnrolledCounter) -> None:
    """An unpaid hold ends by its time at the latest; told, it ends at once."""
    hold = _hold(counter)
    counter.desk.release(CLERK, hold.order_id)
    assert counter.central.claims[hold.claim_id].state is m.ClaimStatus.HELD
    counter.settle()
    assert counter.central.claims[hold.claim_id].state is m.ClaimStatus.GONE
    assert not counter.central.journaled("sale_abandoned")


def test_sold_out_says_how_many_are_left(counter: EnrolledCounter) -> None:
    """A party of four is sent away without hearing of the two seats that there are."""
    counter.central.take_elsewhere(*[f"02/{row:02d}{col}" for row in range(1, 5) for col in "ABCD"])
    with pytest.raises(Refusal) as refused:
        _hold(counter, 6)
    assert (refused.value.reason, refused.value.facts["free"]) == (Reason.NOT_ENOUGH_PLACES, 4)


def test_units_are_claimed_too(counter: EnrolledCounter) -> None:
    """A bus without numbered places is sold past its capacity by two windows."""
    hold = _hold(counter, 2, "K9")
    assert counter.central.claims[hold.claim_id].request.count == 2
    _pay(counter, hold)
    counter.settle()
    assert counter.central.journaled("sold")[0]["claim_id"] == str(hold.claim_id)


def test_another_pattern_is_refused_in_clear_words(counter: EnrolledCounter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ticket by a timetable that is no longer true."""
    from tests.unit.counter_app.application import central_stand_in as stand_in

    def changed(*_: object) -> None:
        raise stand_in.No(m.Refused.CHANGED_TIMETABLE)

    monkeypatch.setattr(counter.central, "_decide", changed)
    with pytest.raises(Refusal) as refused:
        _hold(counter)
    assert (refused.value.reason, refused.value.facts["detail"]) == (Reason.UNKNOWN_RUN, "changed_timetable")


# ---- the line is cut


@pytest.mark.parametrize("when", ["before", "after"])
def test_no_answer_to_a_claim_sells_from_the_lease_in_the_same_call(counter: EnrolledCounter, when: str) -> None:
    """The clerk is told to try again while this very window holds seats."""
    counter.central.lease_out(3)
    counter.settle()
    counter.central.cut("claim", when)
    hold = _hold(counter)
    assert _claim(counter, hold.order_id).origin is ClaimOrigin.LEASE
    assert not counter.line.worth_asking()
    _pay(counter, hold)
    counter.settle()
    # What the lost request may have held is let go, and only that.
    assert all(one.state is m.ClaimStatus.GONE for one in counter.central.claims.values())
    assert counter.central.journaled("sold")[0]["claim_id"] == str(hold.claim_id)


@pytest.mark.parametrize("when", ["before", "after"])
def test_no_answer_and_no_lease_is_refused_and_let_go(counter: EnrolledCounter, when: str) -> None:
    """Seats held for a sale that never was."""
    counter.central.cut("claim", when)
    with _refused(Reason.NOT_LEASED):
        _hold(counter)
    counter.settle()
    assert all(one.state is m.ClaimStatus.GONE for one in counter.central.claims.values())
    with counter.store.reading() as books:
        assert not books.sync.releases()


def test_a_claim_whose_answer_was_lost_is_let_go_after_a_crash_too(counter: EnrolledCounter) -> None:
    """The note of it is in memory only, and the program dies."""
    counter.central.cut("claim", "after")
    with _refused(Reason.NOT_LEASED):
        _hold(counter)
    counter.restart()
    counter.settle()
    assert all(one.state is m.ClaimStatus.GONE for one in counter.central.claims.values())


@pytest.mark.parametrize("when", ["before", "after"])
def test_no_money_without_central_s_lease(counter: EnrolledCounter, when: str) -> None:
    """Money is taken on a seat that central gives to somebody else."""
    hold = _hold(counter)
    quote = counter.desk.quote(hold, (LI,))
    counter.central.cut("lease", when)
    with _refused(Reason.CENTRAL_UNREACHABLE):
        counter.desk.begin_tender(CLERK, hold.order_id)
    assert _claim(counter, hold.order_id).asked
    with _refused(Reason.NOT_HELD):
        counter.desk.sell(CLERK, hold.order_id, (LI,), received=quote.total, quoted=quote.total)
    assert not _kinds(counter, Kind.SOLD)


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_asked_claim_is_settled_by_the_journal(counter: EnrolledCounter, when: str) -> None:
    """A seat stays leased to this window for ever, after one answer was lost."""
    hold = _hold(counter)
    counter.central.cut("lease", when)
    with _refused(Reason.CENTRAL_UNREACHABLE):
        counter.desk.begin_tender(CLERK, hold.order_id)
    counter.desk.release(CLERK, hold.order_id)
    with counter.store.reading() as books:
        assert not books.sync.releases()
    counter.settle()
    assert counter.central.journaled("sale_abandoned")[0]["claim_id"] == str(hold.claim_id)
    assert counter.central.claims[hold.claim_id].state is m.ClaimStatus.GONE


def test_the_answer_that_was_lost_is_asked_for_again(counter: EnrolledCounter) -> None:
    """A customer is sent away from seats that are hers."""
    hold = _hold(counter)
    counter.central.cut("lease", "after")
    with _refused(Reason.CENTRAL_UNREACHABLE):
        counter.desk.begin_tender(CLERK, hold.order_id)
    counter.settle()
    assert _pay(counter, hold).journal_seq


def test_a_hold_that_central_ended_takes_no_money(counter: EnrolledCounter) -> None:
    """The clerk was at lunch; the places were sold at another window."""
    hold = _hold(counter)
    counter.central.expire_holds()
    with _refused(Reason.HOLD_EXPIRED):
        counter.desk.begin_tender(CLERK, hold.order_id)
    assert _claim(counter, hold.order_id).state is ClaimState.GONE


def test_a_tender_that_ends_without_money_goes_back_by_the_journal(counter: EnrolledCounter) -> None:
    """LEASED at central, HELD here: let go by a request it would stay leased there."""
    hold = _hold(counter)
    counter.desk.begin_tender(CLERK, hold.order_id)
    counter.desk.end_tender(CLERK, hold.order_id)
    counter.desk.release(CLERK, hold.order_id)
    counter.settle()
    assert counter.central.claims[hold.claim_id].state is m.ClaimStatus.GONE
    assert len(counter.central.journaled("sale_abandoned")) == 1


def test_a_tender_that_a_crash_cut_off_goes_back_by_the_journal(counter: EnrolledCounter) -> None:
    """The window dies at checkout, and the seats are nobody's to sell until the train has left."""
    hold = _hold(counter)
    counter.desk.begin_tender(CLERK, hold.order_id)
    counter.restart()
    counter.desk.recover()
    counter.settle()
    assert counter.central.journaled("sale_abandoned")[0]["claim_id"] == str(hold.claim_id)
    assert counter.central.claims[hold.claim_id].state is m.ClaimStatus.GONE


def test_a_hold_that_a_crash_cut_off_is_let_go(counter: EnrolledCounter) -> None:
    """The same before the checkout."""
    hold = _hold(counter)
    counter.restart()
    counter.desk.recover()
    counter.settle()
    assert counter.central.claims[hold.claim_id].state is m.ClaimStatus.GONE


# ---- without the line


def test_without_the_line_only_what_is_held_is_sold(counter: EnrolledCounter) -> None:
    """Two windows sell one seat through an outage."""
    grant = counter.central.lease_out(3)
    counter.settle()
    _go_offline(counter)
    (offer,) = [one for one in counter.desk.search("CWQ", "BXP", DAY) if one.service == "G1"]
    assert {one.travel_class: (one.free, one.leased) for one in offer.classes} == {"first": (0, 0), "second": (3, 3)}
    asked = len(counter.central.asked)
    holds = [_hold(counter, 2), _hold(counter, 1)]
    assert {str(place) for hold in holds for place in hold.places} == set(grant.places)
    with _refused(Reason.NOT_LEASED):
        _hold(counter)
    for hold in holds:
        _pay(counter, hold) if hold.count == 1 else counter.desk.release(CLERK, hold.order_id)
    assert len(counter.central.asked) == asked, "nobody waited for the dead line"
    counter.central.heal()
    counter.settle()
    assert len(counter.central.journaled("sold")) == 1


def test_the_map_shows_what_may_be_sold_without_the_line(counter: EnrolledCounter) -> None:
    """A clerk clicks on green seats that are refused one by one."""
    grant = counter.central.lease_out(3)
    counter.central.tell_stock(*grant.places, "02/01A")
    counter.settle()
    leased = {PlaceRef.parse(name) for name in grant.places}
    online = counter.desk.seat_map(run(), WHOLE).states
    assert online[PlaceRef("02", "01A")] is SpotState.SOLD
    assert all(online[place] is SpotState.FREE for place in leased)
    assert online[PlaceRef("02", "01B")] is SpotState.FREE
    _go_offline(counter)
    offline = counter.desk.seat_map(run(), WHOLE).states
    assert {place for place, state in offline.items() if state is SpotState.FREE} == leased
    assert offline[PlaceRef("02", "01B")] is SpotState.BLOCKED


def test_search_counts_what_central_says_is_taken(counter: EnrolledCounter) -> None:
    """A clerk offers twenty seats of a train that has three."""
    counter.central.tell_stock(*[f"02/{row:02d}{col}" for row in range(1, 5) for col in "ABCD"])
    counter.settle()
    (offer,) = [one for one in counter.desk.search("CWQ", "BXP", DAY) if one.service == "G1"]
    assert {one.travel_class: one.free for one in offer.classes} == {"first": 12, "second": 4}


def test_units_are_sold_from_the_lease(counter: EnrolledCounter) -> None:
    """A bus through an outage: as many as were leased, and not one more."""
    counter.central.lease_out(2, trip_id="K9", travel_class="standard")
    counter.settle()
    _go_offline(counter)
    _pay(counter, _hold(counter, 2, "K9"))
    with _refused(Reason.NOT_LEASED):
        _hold(counter, 1, "K9")


def test_a_lease_ends_a_guard_before_its_time(counter: EnrolledCounter) -> None:
    """Sold by a clock that is a little late, while central counts the seat as lost."""
    grant = counter.central.lease_out(3, minutes=60)
    counter.settle()
    _go_offline(counter)
    counter.clock.at = grant.expires_at - timedelta(seconds=grant.guard_s + 10)
    hold = _hold(counter)
    counter.clock.go(seconds=11)
    with _refused(Reason.LEASE_EXPIRED):
        _hold(counter)
    with _refused(Reason.LEASE_EXPIRED):
        counter.desk.begin_tender(CLERK, hold.order_id)


def test_a_tender_that_began_in_time_may_end_within_the_guard(counter: EnrolledCounter) -> None:
    """Money on the counter, and the program says no."""
    grant = counter.central.lease_out(3, minutes=60)
    counter.settle()
    _go_offline(counter)
    counter.clock.at = grant.expires_at - timedelta(seconds=grant.guard_s + 10)
    early, late = _hold(counter), _hold(counter)
    for hold in (early, late):
        counter.desk.begin_tender(CLERK, hold.order_id)
    counter.clock.go(minutes=1)
    people = (LI,)
    quote = counter.desk.quote(early, people)
    counter.desk.sell(CLERK, early.order_id, people, received=quote.total, quoted=quote.total)
    counter.clock.go(minutes=3)  # beyond the lease itself
    with _refused(Reason.LEASE_EXPIRED):
        counter.desk.sell(CLERK, late.order_id, (HAN,), received=quote.total, quoted=quote.total)


def test_a_lease_gets_no_younger_by_a_clock_that_is_set_back(counter: EnrolledCounter) -> None:
    """A wall clock set back two hours sells what central has given up, also after a restart."""
    counter.central.lease_out(3, minutes=60)
    counter.settle()
    _go_offline(counter)
    hold = _hold(counter)
    counter.desk.begin_tender(CLERK, hold.order_id)  # keeps the lease in use: it does not go back
    quote = counter.desk.quote(hold, (LI,))
    counter.clock.go(minutes=70)
    counter.desk.sync_turn()
    counter.close()
    counter.clock.go(hours=-2)
    counter.open()
    with _refused(Reason.CLOCK_JUMPED):
        _hold(counter)
    with _refused(Reason.LEASE_EXPIRED):
        counter.desk.sell(CLERK, hold.order_id, (LI,), received=quote.total, quoted=quote.total)
    assert not [one for one in counter.desk.leases() if one.sells]


def test_a_place_sold_by_lease_and_given_back_is_not_sold_again_from_it(counter: EnrolledCounter) -> None:
    """Once central reads of the refund the seat is everybody's: sold here again it would have two owners."""
    counter.central.lease_out(1)
    counter.settle()
    _go_offline(counter)
    sold = _pay(counter, _hold(counter))
    ticket = sold.order.tickets[0]
    counter.desk.refund(CLERK, counter.desk.quote_refund(ticket.ticket_id))
    with _refused(Reason.NOT_LEASED):
        _hold(counter)


def test_part_of_the_way_is_sold_and_the_rest_goes_on_sale(counter: EnrolledCounter) -> None:
    """A whole seat given up for two stops."""
    counter.central.lease_out(1)
    counter.settle()
    _go_offline(counter)
    wish = PlaceWish(travel_class="second", count=1)
    _pay(counter, counter.desk.hold(CLERK, run(), Span(0, 2), wish))
    hold = counter.desk.hold(CLERK, run(), Span(2, 4), wish)
    assert hold.count == 1
    with _refused(Reason.NOT_LEASED):
        counter.desk.hold(CLERK, run(), Span(1, 3), wish)


def test_a_slow_line_is_not_waited_for(counter: EnrolledCounter) -> None:
    """Every sale of the morning takes a second and a half."""
    counter.central.lease_out(3)
    counter.settle()
    counter.central.cut("claim", "after")
    _hold(counter)
    asked = len(counter.central.asked)
    assert _claim(counter, _hold(counter).order_id).origin is ClaimOrigin.LEASE
    assert len(counter.central.asked) == asked


# ---- stopped, revoked, forked


def test_an_order_to_stop_is_heeded_without_the_line(counter: EnrolledCounter) -> None:
    """A counter that central stopped sells on as soon as its cable is pulled."""
    counter.central.lease_out(3)
    counter.central.order("outdated")
    counter.central.stop = "outdated"
    counter.settle()
    _go_offline(counter)
    with pytest.raises(Refusal) as refused:
        _hold(counter)
    assert (refused.value.reason, refused.value.facts["code"]) == (Reason.SELLING_STOPPED, "outdated")
    counter.central.heal()
    counter.central.order("")
    counter.central.stop = ""
    counter.settle()
    assert _hold(counter).claim_id in counter.central.claims
    assert (_kinds(counter, Kind.SELLING_STOPPED), _kinds(counter, Kind.SELLING_RESUMED)) == (1, 1)


def test_a_revoked_counter_pushes_and_does_nothing_else(counter: EnrolledCounter) -> None:
    """What it sold before is never heard of, or it sells on."""
    _pay(counter, _hold(counter))
    counter.central.state = "revoked"
    counter.settle()
    assert counter.central.journaled("sold")
    with _refused(Reason.DEVICE_REVOKED):
        _hold(counter)
    counter.restart()
    with _refused(Reason.DEVICE_REVOKED):
        _hold(counter)


def test_an_account_that_central_ended_sells_no_more(counter: EnrolledCounter) -> None:
    """A clerk who was dismissed at noon sells until the evening, being logged in."""
    counter.central.tell_account(CLERK, active=False)
    counter.settle()
    with _refused(Reason.NOT_ALLOWED):
        _hold(counter)
    with _refused(Reason.BAD_CREDENTIALS):
        counter.desk.log_in("li", "correct horse")
    assert counter.desk.log_in("wang", "correct horse") == CHIEF


# ---- parked


def test_a_parked_sale_is_recalled_and_paid(counter: EnrolledCounter) -> None:
    """The customer fetches her purse; central's hold has not ended meanwhile, or its places are still there."""
    hold = _hold(counter)
    counter.desk.park(CLERK, hold.order_id, (LI,), "red coat")
    counter.desk.recall(CLERK, hold.order_id)
    assert _pay(counter, hold).journal_seq


@pytest.mark.parametrize("route", ["claim", "lease", "push", "feed", "time"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_whatever_is_lost_nothing_is_sold_twice_or_kept(counter: EnrolledCounter, route: str, when: str) -> None:
    """One lost message leaves a seat nobody can sell, or one that two can."""
    counter.central.lease_out(2)
    counter.settle()
    for n in range(4):
        counter.central.cut(route, when)
        try:
            hold = _hold(counter)
            if n % 2:
                counter.desk.release(CLERK, hold.order_id)
            else:
                quote = counter.desk.quote(hold, (HAN if n else LI,))
                counter.desk.begin_tender(CLERK, hold.order_id)
                counter.desk.sell(CLERK, hold.order_id, (HAN if n else LI,), received=quote.total, quoted=quote.total)
        except Refusal:
            pass
        counter.settle()
    counter.central.heal()
    counter.clock.go(minutes=20)
    counter.desk.recover()  # as at the next start: what ran out is let go
    counter.settle()
    sold = {body["claim_id"] for body in counter.central.journaled("sold")}
    central = {str(one.request.claim_id): one.state for one in counter.central.claims.values()}
    for claim_id, state in central.items():
        wanted = m.ClaimStatus.LEASED if claim_id in sold else m.ClaimStatus.GONE
        assert state is wanted, claim_id
    assert counter.state().stored_seq == counter.state().sent_seq
