"""Parties that wait at one window for what another gives back: production code of both counters and central."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from counter_app.application.counter_desk import CounterDesk
from counter_app.application.views import HoldView, PlaceWish
from counter_app.application.waiting_desk import WaitingView, WaitingWord
from counter_app.errors import Reason, Refusal
from tests.simulation.test_new_timetable import Both, _all_is_well, _day, both  # noqa: F401 - a fixture

MINUTE = 60_000


def _desk(both: Both, name: str) -> CounterDesk:  # noqa: F811
    desk = both.windows[name].desk
    assert desk is not None
    return desk


def _sold_out(both: Both, day: date, to: str = "EEH") -> list[HoldView]:  # noqa: F811
    """AAH holds or has sold every second-class place that is left to anybody but leases."""
    held = []
    while True:
        try:
            held.append(both.hold("AAH", to, day))
        except Refusal:
            return held


def _wait(both: Both, day: date, count: int, to: str = "EEH") -> WaitingView:  # noqa: F811
    offer = both.offer("BBH", to, day, origin="BBH")
    wish = PlaceWish(travel_class="second", count=count)
    return _desk(both, "BBH").wait_for_places(both.central.people["li"], offer.run, offer.span, wish, {"adult": count})


def _states(both: Both) -> list[tuple[int, WaitingWord, int | None]]:  # noqa: F811
    return [(one.number, one.word, one.place) for one in _desk(both, "BBH").waiting()]


def test_what_one_window_gives_back_is_sold_to_who_waits_at_another(both: Both) -> None:  # noqa: F811
    """A customer who was sent away, and a place that came free ten seconds later."""
    day, li = _day(), both.central.people["li"]
    held = _sold_out(both, day)
    assert len(held) >= 3
    couple, single = _wait(both, day, 2), _wait(both, day, 1)
    assert _states(both) == [(1, WaitingWord.WAITING, 1), (2, WaitingWord.WAITING, 2)]
    _desk(both, "AAH").release(li, held[0].order_id)
    both.sync("AAH", "BBH")
    assert _states(both) == [(2, WaitingWord.SERVED, None), (1, WaitingWord.WAITING, 1)]
    for hold in held[1:3]:
        _desk(both, "AAH").release(li, hold.order_id)
    both.windows["BBH"].kill()  # the power went; who waits is known after it
    both.sync("AAH")
    both.windows["BBH"].open()
    _desk(both, "BBH").recover()
    both.sync("BBH")
    assert [(number, word) for number, word, _ in _states(both)] == [
        (1, WaitingWord.SERVED),
        (2, WaitingWord.SERVED),
    ]
    for one in (couple, single):
        sale = _desk(both, "BBH").take_waiting(li, one.claim_id)
        assert both.pay("BBH", sale.hold)
    assert _desk(both, "BBH").waiting() == []
    both.sync("BBH", "AAH")
    assert both.central.rows("SELECT count(*) FROM waiting") == [(0,)]
    _all_is_well(both)


def test_a_hold_that_nobody_came_for_goes_to_the_next(both: Both) -> None:  # noqa: F811
    """Expiry never sells: what ran out is central's to give, also while this window is cut off."""
    day, li = _day(), both.central.people["li"]
    held = _sold_out(both, day)
    first, second = _wait(both, day, 1), _wait(both, day, 1)
    _desk(both, "AAH").release(li, held[0].order_id)
    both.sync("AAH")
    both.cut("BBH")
    both.network.pass_time(11 * MINUTE)
    assert _states(both) == [(1, WaitingWord.WAITING, None), (2, WaitingWord.WAITING, None)]
    both.central.tend()
    both.mend("BBH")
    both.sync("BBH")
    assert {number: word for number, word, _ in _states(both)} == {1: WaitingWord.OVER, 2: WaitingWord.SERVED}
    with pytest.raises(Refusal) as refused:
        _desk(both, "BBH").take_waiting(li, first.claim_id)
    assert refused.value.reason is Reason.HOLD_EXPIRED
    _desk(both, "BBH").leave_waiting(li, first.claim_id)
    sale = _desk(both, "BBH").take_waiting(li, second.claim_id)
    assert sale.expires_at is not None
    assert sale.expires_at <= both.windows["BBH"].body.clock.now() + timedelta(minutes=10)
    both.pay("BBH", sale.hold)
    both.sync("BBH", "AAH")
    _all_is_well(both)


def test_a_new_timetable_carries_who_waits(both: Both) -> None:  # noqa: F811
    """Legs are counted anew while a party stands in the line: it is served in those as they are now."""
    day, li = _day(), both.central.people["li"]
    held = _sold_out(both, day)
    party = _wait(both, day, 1)
    both.central.activate(both.shorter)
    both.sync("AAH", "BBH")
    both.network.pass_time(2 * MINUTE)
    both.sync("BBH")
    for hold in held:
        _desk(both, "AAH").release(li, hold.order_id)
    both.sync("AAH", "BBH")
    assert [(number, word) for number, word, _ in _states(both)] == [(1, WaitingWord.SERVED)]
    sale = _desk(both, "BBH").take_waiting(li, party.claim_id)
    assert sale.hold.span == both.offer("BBH", "EEH", day, origin="BBH").span
    both.pay("BBH", sale.hold)
    both.sync("BBH", "AAH")
    _all_is_well(both)
