"""The sale at the keyboard, in the real window, against the fake desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt

from counter_app.domain.coaches import PlaceRef
from counter_app.errors import OutcomeUnknown
from counter_app.ports.prints import JobState
from tests.conftest import LogWatch
from tests.ui.clerk import ENTER, ESC, Clerk
from tests.ui.stage import Stage
from ui.screens.checkout import CheckoutScreen
from ui.screens.parked import ParkedScreen
from ui.screens.sell import SellScreen
from ui.widgets.entryline import EntryLine
from ui.widgets.seatmap import SeatMapView

Key = Qt.Key
ID = "430102199003070012"
OTHER_ID = "11010519491231002X"


@pytest.fixture
def selling(stage: Stage) -> Clerk:
    """A clerk with an open shift in front of the sell screen."""
    stage.open_shift()
    clerk = Clerk(stage)
    assert isinstance(stage.sign_in(), SellScreen)
    return clerk


def sell(clerk: Clerk) -> SellScreen:
    screen = clerk.stage.screen
    assert isinstance(screen, SellScreen)
    return screen


def checkout(clerk: Clerk) -> CheckoutScreen:
    screen = clerk.stage.screen
    assert isinstance(screen, CheckoutScreen)
    return screen


def to_readback(clerk: Clerk) -> SellScreen:
    clerk.type("csn gzn +1")
    clerk.press(ENTER, ENTER)
    clerk.type("王小明")
    clerk.press(ENTER)
    clerk.type(ID)
    return sell(clerk)


def to_checkout(clerk: Clerk) -> CheckoutScreen:
    to_readback(clerk)
    clerk.press(ENTER)
    return checkout(clerk)


def test_a_ticket_is_sold_in_under_ten_presses_beyond_the_names(selling: Clerk) -> None:
    """Lost otherwise: the queue. Line, Enter, Enter, name, Enter, document, Enter, sum, Enter, Enter for the next."""
    to_checkout(selling)
    selling.press(Key.Key_F2, ENTER)
    order = selling.stage.desk.orders()[0]
    assert len(order.tickets) == 1
    assert order.tickets[0].masked_name == "王**"
    assert checkout(selling).presenter.sale is not None
    selling.press(ENTER)
    assert isinstance(selling.focus, EntryLine)
    assert selling.focus.text() == ""
    assert selling.presses < 10


def test_results_come_while_one_types_and_the_first_that_can_be_sold_is_under_the_cursor(selling: Clerk) -> None:
    """Lost otherwise: an Enter for every look at the list."""
    selling.type("csn gzn +1")
    table = sell(selling).finder.table
    assert [run.service for run in table.offers_model.runs] == ["G6025", "G1113", "G6031", "G437"]
    chosen = table.chosen()
    assert chosen is not None
    assert (chosen[0].service, chosen[1]) == ("G6025", "second")


def test_a_word_that_is_not_understood_is_shown_as_such_and_nothing_is_searched(selling: Clerk) -> None:
    """Lost otherwise: a ticket to a place that the program guessed."""
    selling.type("csn qqqq")
    screen = sell(selling)
    assert screen.presenter.reading is not None
    assert [part.ok for part in screen.presenter.reading.parts] == [True, False]
    assert not screen.finder.table.offers_model.runs
    selling.press(ENTER)
    assert screen.presenter.hold is None


def test_arrow_keys_choose_run_and_class(selling: Clerk) -> None:
    """Lost otherwise: first class sold only with a mouse."""
    selling.type("csn gzn +1")
    selling.press(Key.Key_Down, Key.Key_Down, Key.Key_Down, Key.Key_Left, ENTER)
    hold = sell(selling).presenter.hold
    assert hold is not None
    assert (hold.run.trip_id, hold.travel_class) == ("G6031", "first")


def test_a_sold_out_class_is_refused_with_the_reason_and_the_list_stays(selling: Clerk) -> None:
    """Lost otherwise: a clerk who does not know why nothing happens."""
    selling.type("csn gzn +1")
    selling.press(Key.Key_Down, Key.Key_Down, ENTER)
    assert sell(selling).presenter.hold is None
    assert selling.stage.window._notice.isVisible()
    assert not sell(selling).in_party


def test_the_form_sells_too_with_tab_and_enter_alone(selling: Clerk) -> None:
    """Lost otherwise: a clerk who has not learnt the line cannot work."""
    screen = sell(selling)
    selling.press(Key.Key_Tab)
    assert selling.focus is screen.finder.origin
    selling.type("csn")
    selling.press(ENTER)
    assert selling.focus is screen.finder.destination
    selling.type("gzn")
    selling.press(ENTER)
    selling.type("+1")
    selling.press(ENTER, ENTER)
    assert selling.focus is screen.finder.party
    selling.press(ENTER)
    assert screen.presenter.query.on is not None
    assert [run.service for run in screen.finder.table.offers_model.runs][:1] == ["G6025"]
    selling.press(ENTER)
    assert screen.presenter.hold is not None


def test_day_sort_and_filter_have_keys(selling: Clerk) -> None:
    """Lost otherwise: a retyped line for each "and the day after?"."""
    selling.type("csn gzn +1")
    screen = sell(selling)
    before = screen.presenter.query.on
    assert before is not None
    selling.press(Key.Key_F3)
    assert screen.presenter.query.on is not None
    assert (screen.presenter.query.on - before).days == 1
    selling.press(Key.Key_F2)
    assert screen.presenter.query.on == before
    selling.press(Key.Key_F4, Key.Key_F4)
    assert next(run.service for run in screen.finder.table.offers_model.runs) == "G437"
    selling.press(Key.Key_F5)
    assert "G1113" not in [run.service for run in screen.finder.table.offers_model.runs]


def test_the_seat_map_changes_the_place_by_keys_and_the_desk_holds_it(selling: Clerk) -> None:
    """Lost otherwise: "a window seat, please" answered with "we cannot"."""
    selling.type("csn gzn +1")
    selling.press(ENTER, ENTER, Key.Key_F2)
    screen = sell(selling)
    assert isinstance(selling.focus, SeatMapView)
    first = screen.presenter.hold
    assert first is not None
    selling.press(Key.Key_Right, Key.Key_Space)
    hold = screen.presenter.hold
    assert hold is not None
    assert hold.order_id == first.order_id
    assert hold.places == (PlaceRef("03", "02A"),)
    assert "02A" in selling.focus.accessibleName()
    selling.press(Key.Key_PageDown)
    assert screen.party.map.coach_number == "04"


def test_a_sold_seat_cannot_be_picked(selling: Clerk) -> None:
    """Lost otherwise: the clerk promises a seat that another passenger has."""
    selling.type("csn gzn +1")
    selling.press(ENTER, ENTER, Key.Key_F2)
    screen = sell(selling)
    sold = next(ref for ref, state in screen.presenter.map.states.items() if state.value == "sold")  # type: ignore[union-attr]
    screen.party.map.go_to(sold)
    selling.press(Key.Key_Space)
    assert screen.presenter.choice is not None
    assert sold not in screen.presenter.choice.chosen


def test_a_wrong_document_is_marked_as_it_is_typed_and_there_is_no_price(selling: Clerk) -> None:
    """Lost otherwise: a ticket on a number that the gate will not know."""
    selling.type("csn gzn +1")
    selling.press(ENTER, ENTER)
    selling.type("王小明")
    selling.press(ENTER)
    selling.type(ID[:-1] + "7")
    screen = sell(selling)
    assert screen.party.lines[0].document.property("invalid")
    assert screen.presenter.quote is None
    selling.press(ENTER)
    assert isinstance(selling.stage.screen, SellScreen)
    selling.press(Key.Key_Backspace)
    selling.type("2")
    assert not screen.party.lines[0].document.property("invalid")
    assert screen.presenter.quote is not None


def test_esc_goes_back_and_nothing_typed_is_lost(selling: Clerk) -> None:
    """Lost otherwise: names typed twice because the customer asked about the next train."""
    screen = to_readback(selling)
    selling.press(ESC)
    assert screen.finder.isVisible()
    assert screen.finder.line.text() == "csn gzn +1"
    selling.press(Key.Key_F9)
    assert screen.party.isVisible()
    assert screen.party.lines[0].name.text() == "王小明"
    assert screen.party.lines[0].document.text() == ID
    assert screen.presenter.quote is not None


def test_another_train_keeps_the_passengers_and_lets_the_old_places_go(selling: Clerk) -> None:
    """Lost otherwise: two trains blocked for one customer, and the names typed again."""
    screen = to_readback(selling)
    first = screen.presenter.hold
    assert first is not None
    selling.press(ESC, Key.Key_Down)
    selling.press(Key.Key_Down, Key.Key_Down, ENTER)
    second = screen.presenter.hold
    assert second is not None
    assert second.order_id == first.order_id
    assert second.run.trip_id == "G6031"
    assert screen.party.lines[0].name.text() == "王小明"


def test_a_hold_that_ran_out_says_so_and_keeps_the_names(selling: Clerk) -> None:
    """Lost otherwise: money taken for places that have gone to others."""
    screen = to_readback(selling)
    selling.stage.window.parts.settings.values.auto_lock_min = 0  # else the lock may be first
    selling.stage.desk.clock.advance(601)
    selling.stage.until(lambda: screen.presenter.hold is None)
    selling.stage.settle()
    assert not screen.in_party
    assert screen.presenter.form is not None
    assert screen.presenter.form.lines[0].name == "王小明"


def test_signing_out_lets_an_unparked_sale_go(selling: Clerk) -> None:
    """Lost otherwise: places held for ten minutes by a clerk who went home."""
    to_readback(selling)
    assert selling.stage.desk._holds
    selling.stage.window.sign_out()
    selling.stage.settle()
    assert not selling.stage.desk._holds


def test_park_and_recall(selling: Clerk) -> None:
    """Lost otherwise: the customer who looks for her purse blocks the window."""
    to_readback(selling)
    selling.press(Key.Key_F7)
    assert isinstance(selling.focus, EntryLine)
    assert sell(selling).presenter.hold is None
    selling.press(Key.Key_F8)
    screen = selling.stage.screen
    assert isinstance(screen, ParkedScreen)
    assert len(screen.table.rows()) == 1
    selling.press(ENTER)
    back = sell(selling)
    assert back.in_party
    assert back.party.lines[0].document.text() == ID
    assert back.presenter.quote is not None


def test_checkout_reckons_change_and_refuses_too_little(selling: Clerk) -> None:
    """Lost otherwise: a drawer that is short at the end of the shift."""
    screen = to_checkout(selling)
    selling.type("300")
    assert screen.presenter.short is not None
    assert screen.presenter.short.minor == 1400
    selling.press(ENTER)
    assert not selling.stage.desk.orders()
    selling.press(Key.Key_Backspace, Key.Key_Backspace, Key.Key_Backspace)
    selling.type("400")
    assert screen.presenter.change is not None
    assert screen.presenter.change.minor == 8600
    selling.press(ENTER)
    assert screen.presenter.sale is not None
    assert screen.presenter.sale.change.minor == 8600


def test_enter_alone_means_the_exact_sum_and_asks_once_more(selling: Clerk) -> None:
    """Lost otherwise: a sale by a reflex of the thumb."""
    screen = to_checkout(selling)
    selling.press(ENTER)
    assert not selling.stage.desk.orders()
    assert screen.received.text() == "314.00"
    selling.press(ENTER)
    assert len(selling.stage.desk.orders()) == 1


def test_back_from_checkout_gives_the_hold_back_its_clock(selling: Clerk) -> None:
    """Lost otherwise: places that are leased for ever by a customer who went home."""
    to_checkout(selling)
    selling.press(ESC)
    screen = sell(selling)
    assert screen.in_party
    assert screen.presenter.hold is not None
    assert screen.presenter.hold.expires_at is not None
    assert screen.presenter.quote is not None


def test_an_unknown_commit_is_named_and_not_repeated(
    selling: Clerk, monkeypatch: pytest.MonkeyPatch, log_watch: LogWatch
) -> None:
    """Lost otherwise: one journey sold twice because an answer was late."""
    log_watch.expect("outcome unknown")
    screen = to_checkout(selling)
    tried: list[int] = []

    def lost(*_args: Any, **_kwargs: Any) -> Any:
        tried.append(1)
        raise OutcomeUnknown("sale")

    monkeypatch.setattr(selling.stage.desk, "sell", lost)
    selling.press(Key.Key_F2, ENTER, ENTER, ENTER)
    assert tried == [1]
    assert screen.presenter.stage == "unknown"
    selling.press(ESC)
    assert selling.stage.screen is screen


def test_paper_that_nobody_saw_is_asked_about(selling: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost otherwise: a passenger without a ticket, or with two."""
    screen = to_checkout(selling)
    desk = selling.stage.desk
    real = desk.finish_job

    def unsure(job: Any, outcome: Any) -> Any:
        from dataclasses import replace

        return replace(real(job, outcome), state=JobState.UNKNOWN)

    monkeypatch.setattr(desk, "finish_job", unsure)
    selling.press(Key.Key_F2, ENTER)
    selling.stage.until(lambda: screen.presenter.papers.to_answer is not None)
    monkeypatch.setattr(desk, "finish_job", real)
    settled: list[bool] = []
    monkeypatch.setattr(desk, "settle_job", lambda _a, _j, *, came_out: settled.append(came_out))
    selling.press(Key.Key_F2)
    assert settled == [True]
    assert screen.presenter.papers.to_answer is None


def test_switching_the_language_keeps_the_sale(selling: Clerk) -> None:
    """Lost otherwise: what was typed, for wanting to read it in the other language."""
    screen = to_readback(selling)
    selling.press(Key.Key_F11)
    assert screen.party.lines[0].name.text() == "王小明"
    assert screen.presenter.quote is not None
    assert "应收" in screen.party._total_caption.text()


def test_a_service_without_numbered_places_is_sold_without_a_map(
    selling: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost otherwise: every coach, ferry and local train."""
    from dataclasses import replace

    desk = selling.stage.desk
    hold, seat_map = desk.hold, desk.seat_map
    monkeypatch.setattr(desk, "hold", lambda *args, **kwargs: replace(hold(*args, **kwargs), places=()))
    monkeypatch.setattr(desk, "seat_map", lambda *args, **kwargs: replace(seat_map(*args, **kwargs), coaches=()))
    selling.type("csn gzn +1")
    selling.press(ENTER, ENTER)
    screen = sell(selling)
    assert screen.in_party
    assert not screen.party.map.isVisible()
    assert screen.party.lines[0].place.text() == "1"
    assert selling.focus is screen.party.lines[0].name


def test_a_party_gets_its_types_from_the_line(
    make_stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost otherwise: every child sold as an adult, and a form filled in twice."""
    from dataclasses import replace

    stage = make_stage()
    read = stage.desk.read_entry

    def with_party(line: str, *, cursor: int | None = None) -> Any:
        return replace(read(line.removesuffix(" 1a1c"), cursor=cursor), passengers={"adult": 1, "child": 1})

    monkeypatch.setattr(stage.desk, "read_entry", with_party)
    stage.open_shift()
    clerk = Clerk(stage)
    stage.sign_in()
    clerk.type("csn gzn +1")
    clerk.press(ENTER, ENTER)
    screen = sell(clerk)
    assert [line.kind.currentData() for line in screen.party.lines] == ["adult", "child"]
    clerk.type("王小明")
    clerk.press(ENTER)
    clerk.type(ID)
    clerk.press(ENTER)
    assert clerk.focus is screen.party.lines[1].name
    clerk.type("王小小")
    clerk.press(ENTER)
    assert checkout(clerk).presenter.due.minor == 31400 + 15700
