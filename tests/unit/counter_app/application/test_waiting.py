"""Parties that wait for places at an enrolled window, with the line up, cut and away, and over a restart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from counter_app.application.counter_desk import CounterDesk
from counter_app.application.views import HoldView, LineWord, PlaceWish
from counter_app.application.waiting_desk import WaitingView, WaitingWord
from counter_app.domain.journal import Kind
from counter_app.domain.timetable import Span
from counter_app.errors import Reason, Refusal
from counter_app.ports.stock import ClaimOrigin, ClaimState
from counter_app.wire import messages as m
from tests.unit.counter_app.application.central_stand_in import ADMIN, CLERK, EnrolledCounter
from tests.unit.counter_app.application.counter import HAN, LI, WHOLE, run

EVERY = [f"02/{row:02d}{col}" for row in range(1, 5) for col in "ABCDF"]


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[EnrolledCounter]:
    made = EnrolledCounter(tmp_path / "profile")
    made.load()
    made.central.take_elsewhere(*EVERY)
    yield made
    made.close()


def _refused(reason: Reason) -> pytest.RaisesExc[Refusal]:
    return pytest.raises(Refusal, check=lambda refusal: refusal.reason is reason)


def _wait(counter: EnrolledCounter, count: int = 2, passengers: dict[str, int] | None = None) -> WaitingView:
    wish = PlaceWish(travel_class="second", count=count)
    return counter.desk.wait_for_places(CLERK, run(), WHOLE, wish, passengers or {"adult": count})


def _free(counter: EnrolledCounter, *places: str) -> None:
    """Another window lets them go."""
    for leg in range(4):
        for place in places:
            del counter.central.cells[run().run_id, place, leg]
    counter.central.serve()


def _list(counter: EnrolledCounter) -> list[tuple[int, WaitingWord, int | None]]:
    return [(one.number, one.word, one.place) for one in counter.desk.waiting()]


def _sell(counter: EnrolledCounter, hold: HoldView) -> int:
    people = (LI, HAN)[: hold.count]
    quote = counter.desk.quote(hold, people)
    counter.desk.begin_tender(CLERK, hold.order_id)
    return counter.desk.sell(CLERK, hold.order_id, people, received=quote.total, quoted=quote.total).journal_seq


def _away(counter: EnrolledCounter) -> None:
    counter.central.offline = True
    for _ in range(3):
        counter.desk.sync_now()
        counter.desk.sync_turn()
    assert counter.desk.sync_status().line is LineWord.OFFLINE


def _back(counter: EnrolledCounter) -> None:
    counter.central.heal()
    counter.settle()
    assert counter.desk.sync_status().line is LineWord.ONLINE


# ---- with the line


def test_places_of_a_coach_that_the_new_timetable_left_out_are_not_taken(counter: EnrolledCounter) -> None:
    """Central holds them still, this window has no such coach any more: the clerk is told why, nothing is lost."""
    party = _wait(counter, 1)
    _free(counter, "02/01A")
    counter.settle()
    held = counter.central.claims[party.claim_id]
    counter.central.claims[party.claim_id] = replace(held, places=("77/01A",))
    with pytest.raises(Refusal) as refused:
        counter.desk.take_waiting(CLERK, party.claim_id)
    assert (refused.value.reason, refused.value.facts["detail"]) == (Reason.UNKNOWN_RUN, "changed_timetable")
    assert _list(counter) == [(1, WaitingWord.SERVED, None)]
    counter.central.claims[party.claim_id] = held
    assert counter.desk.take_waiting(CLERK, party.claim_id).hold.claim_id == party.claim_id


def test_who_waits_is_served_and_sold_to_like_anybody(counter: EnrolledCounter) -> None:
    """Customers who wait in front of the window, and a place that came free sold to whoever asked last."""
    first, second = _wait(counter), _wait(counter, 1)
    assert [(one.number, one.place) for one in (first, second)] == [(1, 1), (2, 2)]
    assert (first.service, first.origin, first.destination, first.count) == ("G1", "长沙南", "北京西", 2)
    with _refused(Reason.NOT_HELD):
        counter.desk.take_waiting(CLERK, second.claim_id)
    _free(counter, "02/01A")
    counter.settle()
    assert _list(counter) == [(2, WaitingWord.SERVED, None), (1, WaitingWord.WAITING, 1)]
    served = counter.desk.waiting()[0]
    assert served.places == ("02/01A",)
    assert served.expires_at is not None
    assert timedelta(minutes=9) < served.expires_at - counter.when() <= timedelta(minutes=10)
    taken = counter.desk.take_waiting(CLERK, second.claim_id)
    assert (taken.hold.claim_id, taken.count, taken.offer.service) == (second.claim_id, 1, "G1")
    assert [one.passenger_type for one in taken.passengers] == ["adult"]
    with counter.store.reading() as books:
        claim = books.stock.claim_of(taken.order_id)
    assert claim is not None
    assert (claim.origin, claim.state) == (ClaimOrigin.CENTRAL, ClaimState.HELD)
    with _refused(Reason.NOT_HELD):  # once
        counter.desk.take_waiting(CLERK, second.claim_id)
    _sell(counter, taken.hold)
    assert counter.central.claims[second.claim_id].state is m.ClaimStatus.LEASED
    counter.settle()
    (body,) = counter.central.journaled("sold")
    assert body["claim_id"] == str(second.claim_id)
    assert _list(counter) == [(1, WaitingWord.WAITING, 1)]


def test_a_party_that_fits_after_all_is_served_at_once(counter: EnrolledCounter) -> None:
    """Two windows in one second: the list said sold out, and the places are there."""
    _free(counter, "02/01A", "02/01B")
    view = _wait(counter, passengers={"adult": 1, "child": 1})
    assert (view.word, view.places) == (WaitingWord.SERVED, ("02/01A", "02/01B"))
    taken = counter.desk.take_waiting(CLERK, view.claim_id)
    assert [one.passenger_type for one in taken.passengers] == ["adult", "child"]
    assert [str(place) for place in taken.hold.places] == ["02/01A", "02/01B"]


def test_who_leaves_is_out_of_the_line_and_what_they_got_is_free(counter: EnrolledCounter) -> None:
    """A party that went home, and its places kept from the next one."""
    first, second = _wait(counter), _wait(counter)
    counter.desk.leave_waiting(CLERK, first.claim_id)
    assert _list(counter) == [(2, WaitingWord.WAITING, 2)]
    counter.settle()
    assert [*counter.central.waiting] == [second.claim_id]
    counter.desk.leave_waiting(CLERK, first.claim_id)  # harmless
    _free(counter, "02/01A", "02/01B")
    counter.settle()
    counter.desk.leave_waiting(CLERK, second.claim_id)
    counter.settle()
    assert counter.central.claims[second.claim_id].state is m.ClaimStatus.GONE
    assert counter.desk.waiting() == []
    with counter.store.reading() as books:
        assert books.sync.feed_keys("waiting/") == []
        assert not books.sync.releases()


def test_who_leaves_while_the_places_are_taken_is_not_sold_to(counter: EnrolledCounter) -> None:
    """Two hands at one window: central is told that nobody wants the places, and they stand in a sale."""
    view = _wait(counter)
    _free(counter, "02/01A", "02/01B")
    counter.settle()
    asked = counter.line.claim

    def claim(request: m.ClaimRequest, *, deadline_ms: int) -> m.ClaimAnswer:
        counter.desk.leave_waiting(CLERK, view.claim_id)
        return asked(request, deadline_ms=deadline_ms)

    counter.line.claim = claim  # type: ignore[method-assign]
    with _refused(Reason.NOT_HELD):
        counter.desk.take_waiting(CLERK, view.claim_id)
    counter.line.claim = asked  # type: ignore[method-assign]
    counter.settle()
    assert counter.central.claims[view.claim_id].state is m.ClaimStatus.GONE
    assert counter.desk.waiting() == []


def test_the_place_in_the_line_is_asked_for_again(counter: EnrolledCounter) -> None:
    _wait(counter)
    ahead = _wait(counter)
    counter.central.waiting.pop(next(iter(counter.central.waiting)))  # another window's party, that went
    assert next(one.place for one in counter.desk.waiting() if one.claim_id == ahead.claim_id) == 2
    counter.clock.go(seconds=61)
    counter.settle()
    # The one whose row central lost asks to be in the line again, at its end.
    assert sorted(_list(counter)) == [(1, WaitingWord.WAITING, 2), (2, WaitingWord.WAITING, 1)]


def test_nothing_of_a_party_is_journaled_and_its_hold_lapses_by_central_s_clock(counter: EnrolledCounter) -> None:
    """Expiry never sells: places that central gave to somebody else meanwhile."""
    before = counter.desk.journal_head()
    view = _wait(counter)
    _free(counter, "02/01A", "02/01B")
    counter.settle()
    assert counter.desk.journal_head() == before
    counter.clock.go(minutes=11)
    assert [(one.word, one.place) for one in counter.desk.waiting()] == [(WaitingWord.OVER, None)]
    counter.central.expire_holds()
    with _refused(Reason.HOLD_EXPIRED):
        counter.desk.take_waiting(CLERK, view.claim_id)
    with _refused(Reason.NOT_HELD):
        counter.desk.take_waiting(CLERK, view.claim_id)
    counter.desk.leave_waiting(CLERK, view.claim_id)
    assert counter.desk.waiting() == []
    assert counter.desk.journal_head() == before


def test_what_was_taken_and_not_paid_is_let_go_like_any_hold(counter: EnrolledCounter) -> None:
    view = _wait(counter)
    _free(counter, "02/01A", "02/01B")
    counter.settle()
    taken = counter.desk.take_waiting(CLERK, view.claim_id)
    counter.desk.release(CLERK, taken.order_id)
    counter.settle()
    assert counter.central.claims[view.claim_id].state is m.ClaimStatus.GONE
    assert counter.desk.waiting() == []


def test_the_checks_of_a_sale_come_first_and_so_many_may_wait(counter: EnrolledCounter) -> None:
    with _refused(Reason.NOT_ALLOWED):
        counter.desk.wait_for_places(ADMIN, run(), WHOLE, PlaceWish(travel_class="second", count=1), {})
    with _refused(Reason.FARE_UNKNOWN):
        counter.desk.wait_for_places(CLERK, run(), WHOLE, PlaceWish(travel_class="none", count=1), {})
    with _refused(Reason.UNKNOWN_RUN):
        counter.desk.wait_for_places(CLERK, run("none"), Span(0, 1), PlaceWish(travel_class="second", count=1), {})
    assert not counter.central.waiting
    for _ in range(20):
        _wait(counter)
    with pytest.raises(Refusal) as refused:
        _wait(counter)
    assert (refused.value.reason, refused.value.facts["field"]) == (Reason.BAD_INPUT, "waiting")
    assert len(counter.central.waiting) == 20


def test_numbers_begin_anew_every_day(counter: EnrolledCounter) -> None:
    assert [_wait(counter).number, _wait(counter).number] == [1, 2]
    counter.clock.go(days=1)
    assert _wait(counter).number == 1


def test_after_departure_nobody_waits(counter: EnrolledCounter) -> None:
    _wait(counter)
    counter.clock.go(days=3, hours=1)
    assert [one.word for one in counter.desk.waiting()] == [WaitingWord.DEPARTED]
    counter.clock.go(days=1)
    counter.settle()
    assert counter.desk.waiting() == []


# ---- restarts, cuts, an outage


def test_who_waits_and_who_was_served_outlives_the_program(counter: EnrolledCounter) -> None:
    """A window that was started anew, and customers who stand before it with nothing."""
    first, second = _wait(counter), _wait(counter, 1)
    _free(counter, "02/01A", "02/01B")
    counter.restart()
    counter.desk.recover()
    assert [(one.number, one.word) for one in counter.desk.waiting()] == [
        (1, WaitingWord.WAITING),
        (2, WaitingWord.WAITING),
    ]
    counter.settle()
    assert _list(counter) == [(1, WaitingWord.SERVED, None), (2, WaitingWord.WAITING, 1)]
    counter.restart()
    counter.desk.recover()
    assert counter.desk.waiting()[0].word is WaitingWord.SERVED
    hold = counter.desk.take_waiting(CLERK, first.claim_id).hold  # before the line was tried again
    counter.settle()
    assert _sell(counter, hold)
    assert second.claim_id in counter.central.waiting


def test_a_request_that_did_not_arrive_leaves_nothing(counter: EnrolledCounter) -> None:
    counter.central.cut("wait", "before", 3)
    with _refused(Reason.CENTRAL_UNREACHABLE):
        _wait(counter)
    assert counter.desk.waiting() == []
    assert not counter.central.waiting


def test_an_answer_that_did_not_arrive_is_unknown_and_asked_for_again(counter: EnrolledCounter) -> None:
    """A party that stands in the line at central, and no window that knows of it."""
    counter.central.cut("wait", "after", 3)
    view = _wait(counter)
    assert (view.word, view.place) == (WaitingWord.WAITING, None)
    assert [*counter.central.waiting] == [view.claim_id]
    _back(counter)
    assert _list(counter) == [(1, WaitingWord.WAITING, 1)]


def test_what_happened_during_an_outage_is_said_after_it(counter: EnrolledCounter) -> None:
    """Served while the line was down, and the hold over before it was back; another still held."""
    gone, early = _wait(counter), _wait(counter, 1)
    _away(counter)
    assert [one.place for one in counter.desk.waiting()] == [None, None]
    with _refused(Reason.CENTRAL_UNREACHABLE):
        _wait(counter)
    counter.desk.leave_waiting(CLERK, early.claim_id)
    _free(counter, "02/01A", "02/01B")
    served = counter.central.shard("device").items[f"waited/{gone.claim_id}"]
    assert served.body is not None
    counter.clock.go(minutes=12)
    counter.central.expire_holds()
    _back(counter)
    assert [(one.claim_id, one.word) for one in counter.desk.waiting()] == [(gone.claim_id, WaitingWord.OVER)]
    assert early.claim_id not in counter.central.waiting
    with _refused(Reason.HOLD_EXPIRED):
        counter.desk.take_waiting(CLERK, gone.claim_id)


def test_a_served_party_is_taken_without_the_line_and_paid_with_it(counter: EnrolledCounter) -> None:
    view = _wait(counter)
    _free(counter, "02/01A", "02/01B")
    counter.settle()
    _away(counter)
    taken = counter.desk.take_waiting(CLERK, view.claim_id)
    assert taken.expires_at is not None
    assert taken.expires_at <= counter.when() + timedelta(minutes=10)
    with _refused(Reason.CENTRAL_UNREACHABLE):
        counter.desk.begin_tender(CLERK, taken.order_id)
    _back(counter)
    assert _sell(counter, taken.hold)


def test_a_late_question_does_not_bring_back_who_left(counter: EnrolledCounter) -> None:
    """The background asks for a party's place, and she leaves while it is on its way."""
    view = _wait(counter)
    line, asked = counter.line, counter.line.wait

    def wait(request: m.WaitRequest, *, deadline_ms: int) -> m.WaitAnswer:
        if not request.leave:
            counter.desk.leave_waiting(CLERK, view.claim_id)
            asked(replace(request, leave=True), deadline_ms=deadline_ms)
            with counter.store.writing() as books:
                books.sync.put_feed_value(f"waiting/{view.claim_id}", None)
        return asked(request, deadline_ms=deadline_ms)

    counter.clock.go(seconds=61)
    line.wait = wait  # type: ignore[method-assign]
    counter.desk.sync_turn()
    line.wait = asked  # type: ignore[method-assign]
    counter.settle()
    assert counter.desk.waiting() == []
    assert not counter.central.waiting


def test_a_word_for_nobody_here_changes_nothing(counter: EnrolledCounter) -> None:
    for body in ({"claim_id": str(UUID(int=5)), "status": "HELD", "central_time": "2026-12-01T00:00:00.000Z"}, {}):
        counter.central.shard("device").put(m.FeedKind.WAITED, f"waited/{UUID(int=5)}", dict(body))
    counter.settle()
    assert counter.desk.waiting() == []
    with counter.store.reading() as books:
        assert books.sync.feed_keys("wait") == []


def test_central_s_no_is_told_and_leaves_nothing(counter: EnrolledCounter) -> None:
    counter.central.state = "revoked"
    with _refused(Reason.DEVICE_REVOKED):
        _wait(counter)
    assert counter.desk.waiting() == []


def test_a_stand_alone_window_has_nobody_to_wait_at(counter: EnrolledCounter) -> None:
    desk: CounterDesk = counter.desk
    desk._parties = None
    assert desk.waiting() == []
    with _refused(Reason.STAND_ALONE):
        _wait(counter)


def test_kinds_of_the_journal_are_those_of_any_sale(counter: EnrolledCounter) -> None:
    view = _wait(counter)
    _free(counter, "02/01A", "02/01B")
    counter.settle()
    _sell(counter, counter.desk.take_waiting(CLERK, view.claim_id).hold)
    with counter.store.reading() as books:
        kinds = [entry.kind for entry in books.journal.entries()]
    assert kinds.count(Kind.SOLD) == 1
    assert Kind.SALE_ABANDONED not in kinds
