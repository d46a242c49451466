"""Enter goes forward, good news passes, and what cannot be done yet waits and says so: in the real window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog, QLabel, QWidget

from counter_app.application.views import PrintJobView, Sheet
from counter_app.ports.prints import JobKind, JobState, PaperState, PrinterStatus
from tests.ui.clerk import ENTER, ESC, Clerk
from tests.ui.fake_desk import FakeDesk
from tests.ui.stage import Stage
from ui.presenters.refusals import Notice
from ui.screens.checkout import CheckoutScreen
from ui.screens.open_shift import OpenShiftScreen
from ui.screens.orders import OrdersScreen
from ui.screens.sell import SellScreen
from ui.screens.shift import ShiftScreen
from ui.widgets.basic import Button
from ui.widgets.chrome import FKeyBar, NoticeBar
from ui.widgets.roll import Roll

Key = Qt.Key
ID = "430102199003070012"
NO_PAPER = PrinterStatus(
    ready=False, online=True, cover_open=False, paper=PaperState.OUT, error="paper_out", answered=True
)


@pytest.fixture
def selling(stage: Stage) -> Clerk:
    stage.open_shift()
    clerk = Clerk(stage)
    assert isinstance(stage.sign_in(), SellScreen)
    return clerk


def sell(clerk: Clerk) -> SellScreen:
    screen = clerk.stage.screen
    assert isinstance(screen, SellScreen)
    return screen


def to_map(clerk: Clerk) -> SellScreen:
    clerk.type("csn gzn +1")
    clerk.press(ENTER, ENTER)
    return sell(clerk)


def to_checkout(clerk: Clerk) -> CheckoutScreen:
    to_map(clerk)
    clerk.type("王小明")
    clerk.press(ENTER)
    clerk.type(ID)
    clerk.press(ENTER)
    screen = clerk.stage.screen
    assert isinstance(screen, CheckoutScreen)
    return screen


def gone(widget: QWidget) -> bool:
    return widget.isHidden()


def roll_lies_there(stage: Stage) -> bool:
    return stage.window.roll_shown


def folded(bar: FKeyBar) -> bool:
    return bar.folded


def sold(screen: CheckoutScreen) -> bool:
    return screen.presenter.sale is not None


def notice(stage: Stage) -> NoticeBar:
    found = stage.window.findChild(NoticeBar)
    assert isinstance(found, NoticeBar)
    return found


def test_enter_on_the_map_goes_on_and_only_space_changes_a_place(selling: Clerk) -> None:
    """Lost otherwise: the place itself, by one Enter too many."""
    screen = to_map(selling)
    held = screen.presenter.hold
    selling.press(Key.Key_F2)
    assert screen.party.map.hasFocus()
    selling.press(ENTER)
    assert screen.presenter.hold is held
    assert screen.party.lines[0].name.hasFocus()
    selling.press(Key.Key_F2, Key.Key_Space)
    assert not screen.presenter.choice_complete


def test_nothing_is_paid_for_while_a_place_is_still_to_be_chosen(selling: Clerk) -> None:
    """Lost otherwise: a ticket for the place that the customer had just refused."""
    screen = to_map(selling)
    selling.type("王小明")
    selling.press(ENTER)
    selling.type(ID)
    selling.press(Key.Key_F2, Key.Key_Space, ENTER, Key.Key_F9)
    assert selling.stage.screen is screen
    assert not screen.party.pay_button.isEnabled()


def test_half_an_identity_number_does_not_pass_and_says_how_much_is_there(selling: Clerk) -> None:
    """Lost otherwise: a ticket in the name of a number that nobody has."""
    screen = to_map(selling)
    selling.type("王小明")
    selling.press(ENTER)
    selling.type(ID[:12])
    assert screen.party.lines[0].note.text() == "12 of 18 characters"
    assert not screen.party.lines[0].document.property("invalid")  # not yet: it is being typed
    selling.press(ENTER)
    assert selling.stage.screen is screen
    assert screen.presenter.quote is None


def test_a_passport_is_recognised_and_shown_as_one(selling: Clerk) -> None:
    """Lost otherwise: foreigners, and a clerk who cannot see as what the number went in."""
    screen = to_map(selling)
    selling.type("John Smith")
    selling.press(ENTER)
    selling.type("E12345678")
    assert screen.party.lines[0].papers.currentData() == "passport"
    selling.press(ENTER)
    assert isinstance(selling.stage.screen, CheckoutScreen)
    assert selling.stage.screen.presenter.basket is not None
    assert selling.stage.screen.presenter.basket.passengers[0].document_type == "passport"


def test_the_time_left_turns_with_the_language(selling: Clerk) -> None:
    """Lost otherwise: a badge in a language that the clerk had just left."""
    screen = to_map(selling)
    selling.press(Key.Key_F11)
    texts = [label.text() for label in screen.findChildren(QLabel)]
    assert any("占座剩余" in text for text in texts)
    assert not any("Held for" in text for text in texts)


def test_good_news_passes_and_bad_news_stays(stage: Stage) -> None:
    """Lost otherwise: a screen crowded by what was already seen, or a refusal that nobody read."""
    stage.sign_in()
    bar = notice(stage)
    stage.window.notify(Notice(title="done", mood="ok"))
    assert bar.passing.isActive()
    bar.passing.timeout.emit()
    assert gone(bar)
    stage.window.notify(Notice(title="done", mood="ok"))
    stage.window.notify(Notice(title="refused", mood="bad"))
    assert not bar.passing.isActive()
    assert not gone(bar)


def test_money_waits_for_a_printer_without_paper(selling: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost otherwise: a customer who has paid and holds nothing."""
    answers = [False, True]
    asked: list[str] = []

    def ask(title: str, *_rest: object, **_more: object) -> bool:
        asked.append(title)
        return answers[len(asked) - 1]

    monkeypatch.setattr(selling.stage.window, "ask", ask)
    selling.stage.desk.status = NO_PAPER
    screen = to_checkout(selling)
    selling.press(ENTER, ENTER)
    assert not sold(screen)
    selling.press(ENTER)
    assert sold(screen)
    assert len(asked) == 2


def test_a_drawer_is_not_asked_whether_it_came_out(selling: Clerk) -> None:
    """Lost otherwise: a question that has no answer, and a sale that seems open for ever."""
    screen = to_checkout(selling)
    selling.press(ENTER, ENTER)
    sale = screen.presenter.sale
    assert sale is not None
    job = selling.stage.desk.print_jobs()[0]
    kick = PrintJobView(
        job_id=sale.jobs[0],
        kind=JobKind.DRAWER.value,
        state=JobState.UNKNOWN,
        detail="",
        created_at=job.created_at,
        title="",
        copy_number=0,
    )
    selling.stage.window.printed.emit(kick)
    assert screen.presenter.papers.to_answer is None


def test_counting_ends_at_the_button_that_goes_on(stage: Stage) -> None:
    """Lost otherwise: the count itself, overwritten by the usual float under the next Enter."""
    clerk = Clerk(stage)
    assert isinstance(stage.sign_in(), OpenShiftScreen)
    clerk.type("3")
    for _note in stage.desk.denominations():
        clerk.press(ENTER)
    assert isinstance(clerk.focus, Button)
    assert clerk.focus.text() == "Open shift"
    clerk.press(ENTER)
    shift = stage.desk.current_shift()
    assert shift is not None
    assert shift.float_amount.minor == 3 * max(stage.desk.denominations())


def test_in_a_demonstration_enter_alone_signs_in(stage: Stage) -> None:
    """Lost otherwise: the newcomer's first minute."""
    clerk = Clerk(stage)
    clerk.press(ENTER, ENTER)
    stage.until(lambda: stage.window.signed_in)
    assert stage.window.actor.login == "wang"


def test_another_login_brings_its_own_password_or_none(stage: Stage) -> None:
    """Lost otherwise: a wrong password that nobody typed, and an account locked by it."""
    clerk = Clerk(stage)
    clerk.type("nobody")
    clerk.press(ENTER, ENTER)
    assert not stage.window.signed_in
    clerk.press(Key.Key_Backtab)
    clerk.type("li")
    clerk.press(ENTER, ENTER)
    stage.until(lambda: stage.window.signed_in)
    assert stage.window.actor.login == "li"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_heading_is_cut(make_stage: Callable[..., Stage], language: str) -> None:
    """Lost otherwise: figures under a word that one has to guess."""
    stage = make_stage(language=language)
    stage.open_shift()
    clerk = Clerk(stage)
    stage.sign_in()
    table = sell(clerk).finder.table
    assert gone(table.horizontalHeader())  # no headings over nothing
    clerk.type("csn gzn +1")
    head = table.horizontalHeader()
    assert not gone(head)
    for place in range(head.count()):
        assert table.columnWidth(place) >= head.sectionSizeHint(place)


def test_keys_take_a_second_row_before_a_word_is_cut(selling: Clerk) -> None:
    """Lost otherwise: what F7 does, at the scale that somebody needs to read at all."""
    window = selling.stage.window
    window.showNormal()
    window.resize(1920, 1080)
    selling.stage.settle()
    bar = window.findChild(FKeyBar)
    assert isinstance(bar, FKeyBar)
    assert not folded(bar)
    window.step_scale(5)
    for width in range(1920, 1200, -40):
        window.resize(width, 1080)
        selling.stage.settle()
        if folded(bar):
            break
    assert folded(bar)
    assert not any("…" in button.text() for button in bar.findChildren(Button))


def test_the_keys_of_the_checkout_fit_one_row_of_a_small_screen(selling: Clerk) -> None:
    """Lost otherwise: a row of the sale's own room, on the screen that every window has."""
    window = selling.stage.window
    window.showNormal()
    window.resize(1280, 800)
    to_checkout(selling)
    selling.stage.settle()
    bar = window.findChild(FKeyBar)
    assert isinstance(bar, FKeyBar)
    assert not folded(bar)
    shown = [button.text() for button in bar.findChildren(Button) if button.isVisible()]
    assert "F9  Confirm" in shown
    assert not any("…" in text for text in shown)
    assert all(button.accessibleName().partition(" ")[2] for button in bar.findChildren(Button) if button.isVisible())


def picture() -> bytes:
    image = QImage(576, 300, QImage.Format.Format_Grayscale8)
    image.fill(255)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "PNG")  # type: ignore[call-overload] # PySide's stubs want bytes
    return bytes(buffer.data().data())


def test_the_paper_lies_beside_the_window_in_whole_width(stage: Stage) -> None:
    """Lost otherwise: sheets cut at the edge, or a sell screen without room for its places."""
    window = stage.window
    sheet = Sheet(png=picture(), title="ticket", printed_at=stage.desk.clock.now())
    window.parts = replace(window.parts, sheets=lambda: [sheet])
    window.showNormal()
    window.resize(1280, 800)
    stage.open_shift()
    stage.sign_in()
    window.show_roll()
    assert not roll_lies_there(stage)  # selling needs the width of a small screen
    stage.show("home")
    assert roll_lies_there(stage)
    roll = window.findChild(Roll)
    assert isinstance(roll, Roll)
    stage.until(lambda: any(not label.pixmap().isNull() for label in roll.findChildren(QLabel)))
    widest = max(label.pixmap().width() for label in roll.findChildren(QLabel))
    assert 200 < widest < roll.width() - roll._scroll.verticalScrollBar().sizeHint().width()
    window.toggle_roll()
    assert not roll_lies_there(stage)


def test_a_closed_question_gives_the_keyboard_back(selling: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost otherwise: a dead keyboard on a kiosk that has no window manager."""
    woken: list[bool] = []
    monkeypatch.setattr(selling.stage.window, "activateWindow", lambda: woken.append(True))
    monkeypatch.setattr(QDialog, "exec", lambda _dialog: 0)
    assert not selling.stage.window.ask("a", "b", "c", "d")
    assert woken


def test_nothing_of_an_order_is_shown_where_there_is_none(make_stage: Callable[..., Any], tmp_path: Path) -> None:
    """Lost otherwise: an empty frame that looks like something that did not load."""
    del tmp_path
    stage = make_stage(desk=FakeDesk(empty=True))
    stage.sign_in()
    screen = stage.show("orders")
    assert isinstance(screen, OrdersScreen)
    assert screen._facts_card.isHidden()


def test_park_is_there_while_places_are_held(selling: Clerk) -> None:
    """Lost otherwise: the places, when the clerk looks at the list once more before parking."""
    screen = to_map(selling)
    selling.press(ESC)
    assert not screen.in_party
    selling.press(Key.Key_F7)
    assert screen.presenter.hold is None
    assert len(selling.stage.desk.parked()) == 1


def test_an_account_is_added_with_enter_alone(stage: Stage) -> None:
    """Lost otherwise: an administrator stuck at the role, where Enter did nothing."""
    clerk = Clerk(stage)
    stage.sign_in("admin")
    stage.show("users")
    clerk.press(Key.Key_F2)
    for words in ("zhao", "Zhao Min", "", "zhao-password-1"):
        clerk.type(words)
        clerk.press(ENTER)
    assert any(person.login == "zhao" for person in stage.desk.users(stage.window.actor))


def test_a_report_is_read_with_the_keys(stage: Stage) -> None:
    """Lost otherwise: the lower half of every report, for whoever has no mouse."""
    stage.open_shift()
    clerk = Clerk(stage)
    stage.sign_in()
    stage.window.showNormal()
    stage.window.resize(1280, 620)
    screen = stage.show("shift")
    assert isinstance(screen, ShiftScreen)
    clerk.press(Key.Key_F5)
    bar = screen._paper_scroll.verticalScrollBar()
    stage.until(lambda: bar.maximum() > 0)
    clerk.press(Key.Key_PageDown)
    assert bar.value() > 0


def test_enter_on_a_word_that_is_not_clear_says_so(selling: Clerk) -> None:
    """Lost otherwise: a newcomer who presses Enter again and again, and nothing happens."""
    selling.type("qqqq")
    selling.press(ENTER)
    bar = notice(selling.stage)
    assert not gone(bar)
    assert "not clear" in bar.title.text()
    selling.press(Key.Key_Backspace, Key.Key_Backspace, Key.Key_Backspace, Key.Key_Backspace)
    selling.type("gzn")
    assert gone(bar)  # answered: nothing more to say
