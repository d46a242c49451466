"""Parties that wait for places: offered at a sold-out class, called when they are served, taken into a sale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt

from counter_app.application.views import HoldView, LineWord, SyncTurn
from counter_app.application.waiting_desk import WaitingWord
from counter_app.errors import Reason, Refusal
from tests.ui.clerk import ENTER, Clerk
from tests.ui.fake_desk import FakeDesk
from tests.ui.stage import Stage
from ui.presenters import waiting
from ui.screens.sell import SellScreen
from ui.screens.waiting import WaitingScreen
from ui.widgets.entryline import EntryLine

Key = Qt.Key
SOLD_OUT = "csn gzn +1 G1113 2 2a"


@pytest.fixture
def clerk(make_stage: Callable[..., Stage]) -> Clerk:
    """With an open shift, at an enrolled window."""
    desk = FakeDesk()
    desk.line.enrol()
    desk.line.held = []
    stage = make_stage(desk=desk)
    stage.open_shift()
    made = Clerk(stage)
    stage.sign_in()
    return made


def sell(clerk: Clerk) -> SellScreen:
    screen = clerk.stage.screen
    assert isinstance(screen, SellScreen)
    return screen


def waiting_list(clerk: Clerk) -> WaitingScreen:
    clerk.stage.show("waiting")
    screen = clerk.stage.screen
    assert isinstance(screen, WaitingScreen)
    return screen


def join(clerk: Clerk, line: str = SOLD_OUT) -> None:
    clerk.type(line)
    clerk.press(ENTER, Key.Key_F7)


def turn(clerk: Clerk) -> None:
    """A turn of the line that brought something."""
    stage = clerk.stage
    before = stage.desk.line.turns
    stage.desk.line.switch.turn = SyncTurn(next_ms=60_000, changed=True)
    stage.window.line_watch.hurry()
    stage.until(lambda: stage.desk.line.turns > before)
    stage.settle()


def notice(clerk: Clerk) -> str:
    """The code of the one that shows."""
    window = clerk.stage.window
    return window.notice_code if window._notice.isVisible() else ""


def test_a_sold_out_class_offers_to_wait_and_the_next_customer_can_be_served(clerk: Clerk) -> None:
    """Lost otherwise: a customer sent away while somebody is about to give a seat back."""
    clerk.type(SOLD_OUT)
    clerk.press(ENTER)
    assert notice(clerk) == Reason.NOT_ENOUGH_PLACES.value
    assert "F7" in clerk.stage.window._notice.text.text()
    clerk.press(Key.Key_F7)
    (party,) = clerk.stage.desk.room.parties.values()
    assert (party.number, party.service, party.travel_class, party.count) == (1, "G1113", "second", 2)
    assert notice(clerk) == "waiting_joined"
    assert clerk.stage.window.isActiveWindow()
    assert isinstance(clerk.focus, EntryLine)
    assert clerk.focus.text() == ""
    assert "1" in sell(clerk).finder._waiting.text()
    join(clerk, "csn gzn +1 G1113 2")
    clerk.type("csn gzn +1")
    clerk.press(ENTER, ENTER)
    assert sell(clerk).in_party
    assert len(clerk.stage.desk.room.parties) == 2


def test_what_central_has_just_refused_is_waited_for_though_the_list_still_shows_places(
    clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What other windows sold in the last seconds is not in the list yet."""

    def hold(*_asked: object, **_more: object) -> HoldView:
        raise Refusal(Reason.NOT_ENOUGH_PLACES, free=0)

    monkeypatch.setattr(clerk.stage.desk, "hold", hold)
    clerk.type("csn gzn +1 G6025 2")
    clerk.press(Key.Key_F7)
    assert clerk.stage.desk.room.parties == {}
    clerk.press(ENTER)
    assert "F7" in clerk.stage.window._notice.text.text()
    clerk.press(Key.Key_F7)
    assert [one.service for one in clerk.stage.desk.room.parties.values()] == ["G6025"]


def test_a_served_party_is_called_at_once_and_one_key_sells_to_it(clerk: Clerk) -> None:
    """Lost otherwise: ten minutes in which the places were held for people who did not know."""
    join(clerk)
    join(clerk, "csn gzn +1 G1113 2")
    clerk.stage.desk.room.serve(2)
    turn(clerk)
    assert notice(clerk) == "waiting_served"
    clerk.stage.window.clear_notice()
    turn(clerk)
    assert notice(clerk) == ""  # said once
    screen = waiting_list(clerk)
    assert [(one.number, one.word) for one in screen.table.rows()] == [
        (2, WaitingWord.SERVED),
        (1, WaitingWord.WAITING),
    ]
    chosen = screen.table.chosen()
    assert chosen is not None
    assert chosen.number == 2
    clerk.press(ENTER)
    there = sell(clerk)
    assert there.in_party
    assert there.presenter.hold is not None
    assert there.presenter.hold.count == 1
    assert there.presenter.form is not None
    assert len(there.presenter.form.lines) == 1
    assert [one.number for one in clerk.stage.desk.room.parties.values()] == [1]


def test_the_list_says_the_whole_class_on_a_small_screen(clerk: Clerk) -> None:
    """Lost otherwise: "Soft sleeper, …", which may be an upper or a lower berth."""
    join(clerk)
    room = clerk.stage.desk.room
    room.parties = {
        key: replace(one, travel_class="deluxe_sleeper_upper", origin="呼和浩特东", destination="乌鲁木齐南")
        for key, one in room.parties.items()
    }
    room.serve(1)
    turn(clerk)
    clerk.stage.window.resize(1280, 720)
    table = waiting_list(clerk).table
    clerk.stage.until(lambda: table.width() > 1000)
    cells = [table.model().index(0, place) for place in range(table.model().columnCount())]
    assert "Deluxe soft sleeper, upper × 2" in [cell.data() for cell in cells]
    for cell in cells:
        assert table.sizeHintForIndex(cell).width() <= table.columnWidth(cell.column()), cell.data()


def test_what_is_held_is_counted_down_and_red_at_its_end(clerk: Clerk) -> None:
    join(clerk)
    clerk.stage.desk.room.serve(1, minutes=2)
    turn(clerk)
    waiting_list(clerk)
    (party,) = clerk.stage.window.waiting_watch.room.parties
    now, t = clerk.stage.desk.clock.now(), clerk.stage.window.t
    assert waiting.standing(party, now, t) == "places held  2:00"
    assert waiting.mood(party, now) == "ok"
    assert waiting.mood(party, now + timedelta(seconds=61)) == "bad"
    assert waiting.standing(party, now + timedelta(seconds=120), t) == "ran out"


def test_the_kinds_of_passengers_are_still_known_when_the_party_is_taken(clerk: Clerk) -> None:
    join(clerk, "csn gzn +1 G1113 2 1a1c")
    clerk.stage.desk.room.serve(1)
    turn(clerk)
    waiting_list(clerk)
    clerk.press(Key.Key_F9)
    form = sell(clerk).presenter.form
    assert form is not None
    assert [line.passenger_type for line in form.inputs()] == ["adult", "child"]


def test_who_waits_is_not_taken_and_leaves_when_asked_to(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    join(clerk)
    waiting_list(clerk)
    clerk.press(ENTER)
    assert isinstance(clerk.stage.screen, WaitingScreen)
    answers = [False, True]
    monkeypatch.setattr(clerk.stage.window, "ask", lambda *_a, **_k: answers.pop(0))
    clerk.press(Key.Key_F4)
    assert len(clerk.stage.desk.room.parties) == 1
    clerk.press(Key.Key_F4)
    assert clerk.stage.desk.room.parties == {}
    assert clerk.stage.window.waiting_watch.room.parties == []


def test_an_open_sale_is_not_given_up_for_a_served_party_without_a_question(
    clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost otherwise: the places of the customer who stands at the window."""
    join(clerk)
    clerk.stage.desk.room.serve(1)
    clerk.type("csn gzn +1")
    clerk.press(ENTER, ENTER)
    hold = sell(clerk).presenter.hold
    monkeypatch.setattr(clerk.stage.window, "ask", lambda *_a, **_k: False)
    turn(clerk)
    waiting_list(clerk)
    clerk.press(ENTER)
    assert isinstance(clerk.stage.screen, WaitingScreen)
    clerk.stage.show("sell")
    assert sell(clerk).presenter.hold == hold


def test_a_hold_that_ran_out_is_said_and_cannot_be_taken(clerk: Clerk) -> None:
    join(clerk)
    clerk.stage.desk.room.serve(1, minutes=2)
    turn(clerk)
    screen = waiting_list(clerk)
    clerk.stage.desk.clock.advance(121)
    clerk.stage.until(lambda: notice(clerk) == "waiting_over")  # by itself: no turn brings it
    assert [one.word for one in screen.table.rows()] == [WaitingWord.OVER]
    clerk.press(ENTER)
    assert isinstance(clerk.stage.screen, WaitingScreen)


def test_an_unknown_place_in_the_line_is_said_as_unknown(clerk: Clerk) -> None:
    clerk.stage.desk.room.silent = True
    join(clerk)
    assert notice(clerk) == "waiting_unknown"
    screen = waiting_list(clerk)
    assert "place not known" in [column.text(screen.table.rows()[0]) for column in screen._columns()]


def test_nothing_is_offered_without_the_line_or_without_central(clerk: Clerk) -> None:
    clerk.stage.desk.line.switch.line = LineWord.OFFLINE
    turn(clerk)
    clerk.stage.window.line_watch.second()
    clerk.stage.settle()
    join(clerk)
    assert clerk.stage.desk.room.parties == {}
    clerk.stage.desk.line.switch.line = LineWord.ONLINE
    clerk.stage.window.line_watch.second()
    clerk.stage.settle()
    clerk.press(Key.Key_F7)
    assert len(clerk.stage.desk.room.parties) == 1


def test_a_stand_alone_window_has_no_waiting_list(stage: Stage) -> None:
    stage.open_shift()
    clerk = Clerk(stage)
    stage.sign_in()
    clerk.type(SOLD_OUT)
    clerk.press(ENTER, Key.Key_F7)
    assert stage.desk.room.parties == {}
    assert not any(key.key == "F7" for key in sell(clerk).fkeys())
    stage.window.keys.going("waiting")()
    assert isinstance(stage.screen, SellScreen)


def test_whoever_signs_in_hears_of_what_was_served_meanwhile(clerk: Clerk) -> None:
    join(clerk)
    stage = clerk.stage
    stage.window.sign_out()
    stage.settle()
    stage.desk.room.serve(1)
    turn(clerk)
    assert notice(clerk) != "waiting_served"
    stage.sign_in("li")
    stage.until(lambda: notice(clerk) == "waiting_served")


def test_a_full_list_is_refused_in_its_own_words(clerk: Clerk) -> None:
    for _ in range(21):
        join(clerk)
    assert notice(clerk) == "waiting_full"
    assert len(clerk.stage.desk.room.parties) == 20
