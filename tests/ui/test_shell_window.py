from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from counter_app.domain.money import Money
from counter_app.errors import Reason, Refusal
from counter_app.ports.prints import Delivery, JobState, PaperState
from tests.ui.fake_desk import READY, FakeDesk
from tests.ui.stage import PASSWORD, Stage, make_parts
from ui.screens.devices import DevicesScreen
from ui.screens.help import HelpScreen
from ui.screens.journal import JournalScreen
from ui.screens.login import LoginScreen
from ui.screens.open_shift import OpenShiftScreen
from ui.screens.orders import OrdersScreen
from ui.screens.shift import ShiftScreen
from ui.screens.timetable import TimetableScreen
from ui.screens.users import UsersScreen
from ui.shell.navigation import SCREENS
from ui.widgets.table import DataTable

MakeStage = Callable[..., Stage]
KEY = Qt.Key


def press(stage: Stage, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    target = QApplication.focusWidget() or stage.window
    QTest.keyClick(target, key, modifier)
    stage.settle()


def type_in(stage: Stage, text: str) -> None:
    target = QApplication.focusWidget()
    assert target is not None, "nothing has the keyboard"
    QTest.keyClicks(target, text)
    stage.settle()


def notice(stage: Stage) -> str:
    bar = stage.window._notice
    return "" if bar.isHidden() else f"{bar.title.text()} {bar.text.text()}"


def status_words(stage: Stage) -> list[str]:
    line = stage.window._status
    return [label.text() for label in (*line._left, *line._right)]


class TestSigningIn:
    def test_by_keys_alone(self, stage: Stage) -> None:
        """A clerk signs in without the mouse and lands where her shift begins."""
        type_in(stage, "wang")
        press(stage, KEY.Key_Return)
        type_in(stage, PASSWORD)
        press(stage, KEY.Key_Return)
        assert stage.screen.name == "open_shift"
        assert "王芳" in status_words(stage)

    def test_a_wrong_password_says_so_and_keeps_the_login(self, stage: Stage) -> None:
        """One wrong key costs one password, not the whole form; which of both was wrong is not told."""
        type_in(stage, "wang\t")
        type_in(stage, "wrong")
        press(stage, KEY.Key_Return)
        screen = cast(LoginScreen, stage.screen)
        assert "Login or password is wrong" in screen._said.text()
        assert screen._login.text() == "wang"
        assert QApplication.focusWidget() is screen._password

    def test_the_window_shows_before_the_store_is_open(self, qapp: Any, tmp_path: Path) -> None:
        """A slow disk does not keep the window away; Enter pressed too early is not lost."""
        stage = Stage(tmp_path)
        try:
            stage.window._desk = None
            screen = cast(LoginScreen, stage.screen)
            screen._show()
            assert not screen._go.isEnabled()
            screen._login.setText("wang")
            screen._password.setText(PASSWORD)
            screen._sign_in()
            assert stage.screen.name == "login"
            stage.window.open_store()
            stage.settle()
            stage.until(lambda: stage.screen.name == "open_shift")
        finally:
            stage.close()

    def test_a_store_that_does_not_open_is_explained(self, qapp: Any, tmp_path: Path, monkeypatch: Any) -> None:
        """Two windows on one profile: the second says that the first is open, and stays."""
        stage = Stage(tmp_path)

        def refuse() -> FakeDesk:
            raise Refusal(Reason.PROFILE_IN_USE)

        try:
            stage.window._desk = None
            monkeypatch.setattr(stage.window, "parts", replace(stage.window.parts, open_desk=refuse))
            stage.window.open_store()
            stage.settle()
            assert "Already running" in notice(stage)
        finally:
            stage.close()

    @pytest.mark.parametrize("login", ["wang", "li", "admin", "audit"])
    def test_each_role_sees_what_it_may(self, stage: Stage, login: str) -> None:
        """An auditor finds no Sell on her rail, a clerk no Accounts."""
        stage.open_shift()
        stage.sign_in(login)
        rail = set(stage.window._rail._buttons)
        assert ("users" in rail) is (login == "admin")
        assert ("sell" in rail) is (login in {"wang", "li"})
        assert ("journal" in rail) is (login != "wang")

    def test_nothing_of_one_clerk_is_left_for_the_next(self, stage: Stage) -> None:
        """After signing out, no screen with the last customer's data is kept."""
        stage.open_shift()
        stage.sign_in("wang")
        stage.show("orders")
        stage.window.sign_out()
        stage.settle()
        assert stage.screen.name == "login"
        assert set(stage.window._screens) == {"login"}


class TestShiftByKeys:
    def test_open_with_the_usual_float(self, stage: Stage) -> None:
        """A newcomer opens the shift with two keys; tomorrow the same float is one key away."""
        stage.sign_in("wang")
        press(stage, KEY.Key_F2)
        screen = cast(OpenShiftScreen, stage.screen)
        assert screen._count is not None
        total = screen._count.total()
        screen._open()
        stage.settle()
        shift = stage.desk.current_shift()
        assert shift is not None
        assert shift.float_amount == total
        assert stage.window.parts.settings.values.usual_float

    def test_counting_by_denomination(self, stage: Stage) -> None:
        """Enter walks from note to note; full-width digits of an input method count too."""
        stage.sign_in("wang")
        type_in(stage, "2")
        press(stage, KEY.Key_Return)
        field = QApplication.focusWidget()
        assert isinstance(field, QLineEdit)
        field.insert("３")  # an input method commits; QTest can press plain keys only
        screen = cast(OpenShiftScreen, stage.screen)
        assert screen._count is not None
        assert screen._count.pieces() == {10000: 2, 5000: 3}
        assert screen._total.text() == "¥350.00"

    def test_paid_out_asks_for_amount_and_reason(self, stage: Stage) -> None:
        """No cash leaves the drawer without a reason; the slip prints."""
        stage.open_shift()
        stage.sign_in("wang")
        screen = cast(ShiftScreen, stage.show("shift"))
        press(stage, KEY.Key_F3)
        type_in(stage, "50")
        press(stage, KEY.Key_Return)
        press(stage, KEY.Key_Return)
        assert screen._moves.reason.property("invalid") is True
        type_in(stage, "taxi for a lost child")
        press(stage, KEY.Key_Return)
        stage.settle()
        assert "Paid out" in notice(stage)
        assert [job.state for job in stage.desk.print_jobs()] == [JobState.CONFIRMED]

    def test_close_by_two_people(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        """The whole end of a shift by keys: blind count, difference with a reason, supervisor, Z on screen."""
        monkeypatch.setattr(type(stage.window), "ask", lambda *_a, **_k: True)
        stage.open_shift()
        stage.sign_in("wang")
        screen = cast(ShiftScreen, stage.show("shift"))
        press(stage, KEY.Key_F6)
        everything = " ".join(label.text() for label in screen.findChildren(QLabel) if label.isVisible())
        assert "Expected" not in everything
        screen._counting.set_pieces({10000: 4})
        press(stage, KEY.Key_F5)
        assert screen._pages.currentIndex() == 3
        type_in(stage, "rounding")
        press(stage, KEY.Key_Return)
        type_in(stage, "wang")
        press(stage, KEY.Key_Return)
        type_in(stage, PASSWORD)
        press(stage, KEY.Key_Return)
        assert "second person" in notice(stage)
        screen._closing.supervisor.setText("li")
        screen._closing.password.setText(PASSWORD)
        press(stage, KEY.Key_F5)
        stage.settle()
        assert screen._pages.currentIndex() == 4
        assert "Z report 128" in [label.text() for label in screen._paper.findChildren(QLabel)]
        assert stage.desk.current_shift() is None

    def test_the_answer_no_declares_nothing(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        """A count is final only after the clerk said so."""
        monkeypatch.setattr(type(stage.window), "ask", lambda *_a, **_k: False)
        stage.open_shift()
        stage.sign_in("wang")
        stage.show("shift")
        press(stage, KEY.Key_F6)
        press(stage, KEY.Key_F5)
        shift = stage.desk.current_shift()
        assert shift is not None
        assert shift.state == "open"


class TestPaper:
    def test_did_it_come_out(self, stage: Stage) -> None:
        """An unconfirmed ticket asks the clerk; her no makes a numbered copy, and nothing is printed twice."""
        stage.open_shift()
        stage.sign_in("wang")
        stage.desk.delivery = Delivery.UNKNOWN
        stage.window.print_jobs([stage.desk.print_test(stage.desk.people["wang"])])
        stage.settle()
        assert "Did it come out?" in notice(stage)
        assert "Printer: 1 to settle" in status_words(stage)
        stage.desk.delivery = Delivery.CONFIRMED
        stage.show("devices")
        press(stage, KEY.Key_F3)
        stage.settle()
        states = {job.copy_number: job.state for job in stage.desk.print_jobs()}
        assert states == {0: JobState.SETTLED_SPOILED, 1: JobState.CONFIRMED}
        assert "Printer ready" in status_words(stage)

    def test_the_printer_says_what_it_lacks(self, stage: Stage) -> None:
        """Out of paper is read as such on the devices screen and in the status line."""
        stage.sign_in("wang")
        stage.desk.status = replace(READY, ready=False, paper=PaperState.OUT, error="paper_out")
        screen = cast(DevicesScreen, stage.show("devices"))
        stage.window.poll_now()
        stage.settle()
        assert "There is no paper" in screen.cards.cards["main"].said.text()
        assert "Printer: out of paper" in status_words(stage)


class TestOrders:
    def test_a_clerk_may_not_reprint(self, stage: Stage) -> None:
        """F4 is dead for a clerk and alive for a supervisor."""
        sell_one(stage)
        for login, may in (("wang", False), ("li", True)):
            stage.sign_in(login)
            screen = cast(OrdersScreen, stage.show("orders"))
            key = next(k for k in screen.fkeys() if k.key == "F4")
            assert key.enabled is may

    def test_find_by_number(self, stage: Stage) -> None:
        """A customer's number brings the order up while it is typed."""
        order = sell_one(stage)
        stage.sign_in("li")
        screen = cast(OrdersScreen, stage.show("orders"))
        press(stage, KEY.Key_F2)
        type_in(stage, order.tickets[0].number[-6:])
        assert len(screen._table.rows()) == 1
        type_in(stage, "zzz")
        assert len(screen._table.rows()) == 0
        assert "No order fits" in screen._table._empty.text()


class TestAdministration:
    def test_import_with_faults(self, stage: Stage) -> None:
        """The faults of a file are listed by file and line; the new timetable shows."""
        stage.sign_in("admin")
        screen = cast(TimetableScreen, stage.show("timetable"))
        screen.begin(Path("new.zip"))
        assert not screen.may_leave()
        stage.settle()
        assert screen.may_leave()
        assert len(screen._faults.rows()) == 3
        assert screen._name._whole == "new.zip"

    def test_a_refused_file_changes_nothing(self, stage: Stage) -> None:
        """A wrong file is explained, and the present timetable stays."""
        stage.sign_in("admin")
        screen = cast(TimetableScreen, stage.show("timetable"))
        before = screen._name._whole
        screen.begin(Path("holiday.jpg"))
        stage.settle()
        assert "File refused" in notice(stage)
        assert screen._name._whole == before

    def test_an_import_can_be_stopped(self, stage: Stage) -> None:
        """Esc during an import ends it with everything as it was."""
        stage.sign_in("admin")
        screen = cast(TimetableScreen, stage.show("timetable"))
        screen.begin(Path("new.zip"))
        screen._do_cancel()
        stage.settle()
        assert "Cancelled" in notice(stage) or screen._name._whole == "new.zip"
        assert screen.may_leave()

    def test_a_new_account(self, stage: Stage) -> None:
        """A new clerk can sign in after the administrator typed four fields."""
        stage.sign_in("admin")
        screen = cast(UsersScreen, stage.show("users"))
        press(stage, KEY.Key_F2)
        type_in(stage, "zhou")
        screen._name.setText("周杰")
        screen._password.setText("a long password")
        screen._do_add()
        stage.settle()
        assert [user.login for user in screen._table.rows()][-1] == "zhou"
        screen._login.setText("zhou")
        screen._name.setText("周杰")
        screen._password.setText("a long password")
        screen._do_add()
        stage.settle()
        assert "Login already used" in notice(stage)

    @pytest.mark.parametrize("whole", [True, False])
    def test_the_journal_is_checked(self, stage: Stage, whole: bool) -> None:
        """F8 says in words whether the journal is whole, and names the bad entry."""
        stage.desk.journal_ok = whole
        stage.sign_in("audit")
        cast(JournalScreen, stage.show("journal"))
        press(stage, KEY.Key_F8)
        stage.settle()
        assert ("is whole" if whole else "Entry 7") in notice(stage)


class TestEverywhere:
    def test_lock_keeps_what_was_done_and_asks_for_the_password(self, stage: Stage) -> None:
        """A clerk who steps away locks with one key; nobody else sells under her name, nothing typed is lost."""
        stage.sign_in("wang")
        screen = cast(OpenShiftScreen, stage.screen)
        type_in(stage, "7")
        press(stage, KEY.Key_L, Qt.KeyboardModifier.ControlModifier)
        assert stage.screen.name == "lock"
        press(stage, KEY.Key_5, Qt.KeyboardModifier.AltModifier)
        press(stage, KEY.Key_F1)
        assert stage.screen.name == "lock"
        type_in(stage, "wrong")
        press(stage, KEY.Key_Return)
        assert stage.window.locked
        type_in(stage, PASSWORD)
        press(stage, KEY.Key_Return)
        assert stage.screen is screen
        assert screen._count is not None
        assert screen._count.pieces() == {10000: 7}
        assert isinstance(QApplication.focusWidget(), QLineEdit)

    def test_auto_lock(self, stage: Stage) -> None:
        """A till that was left alone locks itself after the minutes that the station set."""
        stage.sign_in("wang")
        stage.desk.clock.advance(9 * 60)
        stage.window._second()
        assert not stage.window.locked
        stage.desk.clock.advance(2 * 60)
        stage.window._second()
        assert stage.window.locked

    def test_language_changes_without_a_restart(self, stage: Stage) -> None:
        """F11 turns every word of the present screen, and back."""
        stage.sign_in("wang")
        before = shown(stage.window)
        press(stage, KEY.Key_F11)
        assert stage.screen.title() == "开班"
        assert "Open shift" not in shown(stage.window)
        press(stage, KEY.Key_F11)
        assert shown(stage.window) == before

    def test_themes_go_round_and_are_kept(self, stage: Stage) -> None:
        """F12 walks light, dark, high contrast; the choice is there tomorrow."""
        names = []
        for _round in range(3):
            press(stage, KEY.Key_F12)
            names.append(stage.window.theme.tokens().name)
        assert names == ["dark", "contrast", "light"]
        assert stage.window.parts.settings.values.theme == "light"

    def test_help_opens_at_the_screen_and_closes(self, stage: Stage) -> None:
        """F1 shows the help of the present screen, F1 again goes back to it."""
        stage.sign_in("admin")
        stage.show("journal")
        press(stage, KEY.Key_F1)
        assert stage.screen.name == "help"
        assert "The journal" in cast(HelpScreen, stage.screen)._page.toPlainText()
        press(stage, KEY.Key_F1)
        assert stage.screen.name == "journal"

    def test_alt_digits_and_the_rail(self, stage: Stage) -> None:
        """Every screen is two keys away; F10 gives the keyboard to the list."""
        stage.sign_in("admin")
        for name, place in SCREENS.items():
            if place.key and name in stage.window._rail._buttons:
                digit = getattr(KEY, f"Key_{place.key[-1]}")
                press(stage, digit, Qt.KeyboardModifier.AltModifier)
                assert stage.screen.name == name
        press(stage, KEY.Key_F10)
        assert QApplication.focusWidget() in stage.window._rail._buttons.values()

    def test_markup_in_names_is_shown_not_obeyed(self, make_stage: MakeStage) -> None:
        """A station called <b>x</b> in a feed is shown so; no picture is fetched, no link is made."""
        desk = FakeDesk()
        desk.profile = replace(desk.profile, station_name="<b>x</b><img src='http://x/'>")
        stage = make_stage(desk=desk)
        stage.sign_in("wang")
        for label in stage.window.findChildren(QLabel):
            assert label.textFormat() is Qt.TextFormat.PlainText
        assert desk.profile.station_name in status_words(stage)

    @pytest.mark.parametrize("name", ["home", "orders", "shift", "journal", "devices", "timetable", "users", "help"])
    def test_screens_have_a_focus_names_and_no_stray_windows(self, stage: Stage, name: str) -> None:
        """A blind clerk hears what a control is; the keyboard is where it can be used; nothing flashes up."""
        stage.open_shift()
        stage.sign_in("admin" if name in {"users", "journal"} else "li")
        stage.show(name)
        focus = QApplication.focusWidget()
        assert focus is not None
        assert stage.screen.isAncestorOf(focus)
        for widget in stage.screen.findChildren(QWidget):
            if isinstance(widget, QPushButton | QLineEdit) and widget.isVisible() and widget.focusPolicy().value:
                text = widget.accessibleName() or (widget.text() if isinstance(widget, QPushButton) else "")
                inside = isinstance(widget.parent(), DataTable)
                assert text or inside, f"{name}: {widget} has no name"
        tops = [w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not stage.window]
        assert tops == []

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_everything_fits_1280_by_720(self, make_stage: MakeStage, language: str) -> None:
        """On the smallest supported screen no screen of the shell asks for more room than there is."""
        stage = make_stage(language=language)
        stage.open_shift()
        stage.sign_in("li")
        stage.window.resize(1280, 720)
        for name in ("home", "orders", "shift", "devices", "timetable", "help"):
            stage.show(name)
            assert stage.window.minimumSizeHint().width() <= 1280
            assert stage.window.minimumSizeHint().height() <= 720, name

    def test_settings_survive(self, qapp: Any, tmp_path: Path) -> None:
        """Language, theme and size are as the clerk left them; a broken file does not keep the till shut."""
        parts = make_parts(FakeDesk(), tmp_path, keep=True)
        parts.settings.values.theme, parts.settings.values.scale_percent = "dark", 150
        parts.settings.save()
        again = make_parts(FakeDesk(), tmp_path, keep=True).settings.values
        assert (again.theme, again.scale_percent) == ("dark", 150)
        (tmp_path / "window.json").write_text('{"theme": "pink", "scale_percent": "x", "usual_float": {"a": 1}}')
        again = make_parts(FakeDesk(), tmp_path, keep=True).settings.values
        assert (again.theme, again.scale_percent, again.usual_float) == ("light", 100, {})

    def test_a_mistake_of_ours_leaves_a_report(self, stage: Stage, log_watch: Any) -> None:
        """A crash writes a file for the maker, tells the clerk, and the window goes on."""
        log_watch.expect("our own mistake")
        stage.application.crashed(ZeroDivisionError("x"))
        reports = list(stage.window.parts.report_folder.glob("report-*.txt"))
        assert len(reports) == 1
        assert "ZeroDivisionError" in reports[0].read_text("utf-8")
        for widget in QApplication.topLevelWidgets():
            if widget is not stage.window:
                widget.close()


def sell_one(stage: Stage) -> Any:
    from counter_app.application.views import PassengerInput, PlaceWish

    desk = stage.desk
    wang = desk.people["wang"]
    stage.open_shift()
    offer = next(o for o in desk.search("CWQ", "IOQ", desk.today()) if o.service == "G79")
    hold = desk.hold(wang, offer.run, offer.span, PlaceWish(travel_class="second", count=1))
    people = [PassengerInput(name="张伟", document_type="cn_id", document="430102199003078888")]
    total = desk.quote(hold, people).total
    assert isinstance(total, Money)
    return desk.sell(wang, hold.order_id, people, received=total, quoted=total).order


def shown(window: QWidget) -> list[str]:
    """Every word on the window, clock apart."""
    labels = [w.text() for w in window.findChildren(QLabel) if w.isVisible() and ":" not in w.text()]
    buttons = [w.text() for w in window.findChildren(QPushButton) if w.isVisible()]
    return labels + buttons
