"""The Sync screen at the keyboard, tickets of other windows, and what an enrolled counter leaves to central."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from counter_app.application.views import InboxItem, LineWord, OutboxState
from counter_app.domain.money import Money
from tests.ui.clerk import ENTER, ESC, Clerk
from tests.ui.fake_desk import FakeDesk
from tests.ui.fake_line import ticket_of
from tests.ui.stage import Stage
from tests.ui.test_line import go
from tests.ui.test_shell_window import notice
from ui.presenters.central_tickets import Step
from ui.presenters.sync import Part
from ui.screens.orders import OrdersScreen
from ui.screens.refund import RefundScreen
from ui.screens.sell import SellScreen
from ui.screens.sync import SyncScreen
from ui.screens.timetable import TimetableScreen
from ui.screens.users import UsersScreen

MakeStage = Callable[..., Stage]
Key = Qt.Key
OTHER = "IOQ-02-1-000017-3"


def item(desk: FakeDesk, seq: int, **fields: Any) -> InboxItem:
    made = InboxItem(
        epoch=1,
        seq=seq,
        received_at=desk.clock.now(),
        judgement="conflict",
        reason="displaced",
        owner="supervisor",
        next_step="reseat",
        subject=f"CWQ-03-1-{seq:06d}-7",
        facts={"tickets": f"CWQ-03-1-{seq:06d}-7"},
        settled=False,
        settled_by="",
        note="",
    )
    return replace(made, **fields)


@pytest.fixture
def enrolled(make_stage: MakeStage) -> Stage:
    """An enrolled counter whose line is up; a shift is open."""
    desk = FakeDesk()
    desk.line.enrol()
    made = make_stage(desk=desk)
    made.open_shift()
    return made


def sync_screen(stage: Stage, login: str = "li", part: Part = Part.INBOX) -> SyncScreen:
    stage.sign_in(login)
    return cast(SyncScreen, stage.show("sync", part=part))


def answering(text: str) -> Callable[[], bool]:
    """Types ``text`` and Enter into the next question that comes up; afterwards tells whether one did."""
    asked: list[bool] = []
    timer = QTimer(interval=5)

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is None:
            return
        timer.stop()
        asked.append(True)
        edit = dialog.findChild(QLineEdit)
        if edit is not None and text:
            QTest.keyClicks(edit, text)
            QTest.keyClick(edit, Key.Key_Return)
        elif text:
            next(b for b in dialog.findChildren(QPushButton) if b.property("kind") == "primary").click()
        else:
            QTest.keyClick(dialog, Key.Key_Escape)

    timer.timeout.connect(look)
    timer.start()
    return lambda: bool(asked) and not timer.isActive()


class TestInbox:
    def test_what_central_says_is_read_in_whole_sentences(self, enrolled: Stage) -> None:
        """Nobody has to know a code: why, whose turn, what to do, and of which ticket."""
        enrolled.desk.line.items = [item(enrolled.desk, 4)]
        screen = sync_screen(enrolled)
        inbox = screen.inbox
        assert "sold elsewhere" in inbox._reason.text()
        assert "same class" in inbox._step.text()
        assert inbox._owner.text() == "Supervisor"
        assert [label.text() for label in inbox._fact_labels] == ["Tickets", "CWQ-03-1-000004-7"]
        cells = [inbox.table.model().index(0, place).data() for place in range(4)]
        assert cells[1:] == ["CWQ-03-1-000004-7", inbox._reason.text(), "Supervisor"]

    def test_what_is_longer_than_the_screen_is_read_with_keys(self, enrolled: Stage) -> None:
        """The last fact of an item is reached without a mouse."""
        facts = {"declared_minor": "1", "expected_minor": "2", "difference_minor": "-1", "detail": "word " * 120}
        enrolled.desk.line.items = [item(enrolled.desk, 4, reason="shift_differs", facts=facts)]
        enrolled.window.resize(1280, 720)
        screen = sync_screen(enrolled)
        bar = screen.inbox._side.verticalScrollBar()
        enrolled.until(lambda: bar.maximum() > 0)
        clerk = Clerk(enrolled)
        clerk.press(Key.Key_Tab)
        assert clerk.focus is screen.inbox._card
        clerk.press(Key.Key_PageDown, Key.Key_PageDown, Key.Key_PageDown)
        assert bar.value() == bar.maximum()

    def test_a_long_list_says_that_it_is_cut(self, enrolled: Stage) -> None:
        """Nobody takes the end of what is shown for the end of what is open."""
        enrolled.desk.line.items = [item(enrolled.desk, seq) for seq in range(1, 502)]
        screen = sync_screen(enrolled)
        assert len(screen.inbox.table.rows()) == 500
        assert screen._tabs[Part.INBOX].text() == "Inbox (501)"
        assert "500" in screen._cut.text()
        Clerk(enrolled).press(Key.Key_F4)
        assert screen._cut.text() == ""

    def test_it_is_dealt_with_by_keys_and_a_note(self, enrolled: Stage) -> None:
        """The supervisor says what she did; the item leaves the open ones, and the badge goes."""
        enrolled.desk.line.items = [item(enrolled.desk, 4), item(enrolled.desk, 5)]
        screen = sync_screen(enrolled)
        clerk = Clerk(enrolled)
        assert clerk.focus is screen.inbox.table
        asked = answering("Re-seated in coach 5")
        clerk.press(Key.Key_F8)
        assert asked()
        settled = [one for one in enrolled.desk.line.items if one.settled]
        assert [(one.settled_by, one.note) for one in settled] == [("li", "Re-seated in coach 5")]
        assert "dealt with" in notice(enrolled)
        assert go(enrolled, LineWord.ONLINE).inbox.text() == "Inbox 1"
        assert [one.settled for one in screen.inbox.table.rows()] == [False, True]

    def test_thinking_better_of_it_changes_nothing(self, enrolled: Stage) -> None:
        """Esc in the question leaves the item open."""
        enrolled.desk.line.items = [item(enrolled.desk, 4)]
        sync_screen(enrolled)
        asked = answering("")
        Clerk(enrolled).press(Key.Key_F8)
        assert asked()
        assert not enrolled.desk.line.items[0].settled

    @pytest.mark.parametrize(("login", "may"), [("wang", False), ("li", True), ("admin", True)])
    def test_a_clerk_reads_but_does_not_settle(self, enrolled: Stage, login: str, may: bool) -> None:
        """What went wrong is seen by whoever works here; it is settled by those who answer for it."""
        enrolled.desk.line.items = [item(enrolled.desk, 4)]
        screen = sync_screen(enrolled, login)
        assert [key.enabled for key in screen.fkeys() if key.key == "F8"] == [may]

    def test_a_verdict_that_arrives_shows_by_itself(self, enrolled: Stage) -> None:
        """Who waits in front of the screen sees it come in."""
        screen = sync_screen(enrolled)
        assert not screen.inbox.table.rows()
        assert "Nothing to deal with" in screen.inbox.table._empty.text()
        enrolled.desk.line.items = [item(enrolled.desk, 4)]
        go(enrolled, LineWord.ONLINE)
        assert len(screen.inbox.table.rows()) == 1
        assert screen._tabs[Part.INBOX].text() == "Inbox (1)"


class TestOutbox:
    def test_each_entry_has_its_own_state(self, enrolled: Stage) -> None:
        """Which sale hangs in the air, since when, and which is safe: entry by entry."""
        desk = enrolled.desk
        for seq in range(len(OutboxState)):
            desk.line.note_entry("sold", desk.clock.now(), f"T{seq}", Money(100, "CNY"))
        desk.line.entries = [
            replace(entry, state=state) for entry, state in zip(desk.line.entries, OutboxState, strict=True)
        ]
        desk.clock.advance(3 * 3600)
        screen = sync_screen(enrolled, "wang")
        Clerk(enrolled).press(Key.Key_F3)
        table = screen.outbox.table
        said = [[table.model().index(row, column).data() for column in (2, 4, 5)] for row in range(len(table.rows()))]
        assert said == [
            ["Sale · T5", "Set aside", ""],
            ["Sale · T4", "Conflict", ""],
            ["Sale · T3", "Accepted", ""],
            ["Sale · T2", "Safe at central", ""],
            ["Sale · T1", "Sent, no answer yet", "3 h 00 min"],
            ["Sale · T0", "Waits for the line", "3 h 00 min"],
        ]


class TestHeldHere:
    def test_a_supervisor_gives_places_back(self, enrolled: Stage) -> None:
        """Places that nobody will want here are sold elsewhere instead; first she is asked."""
        screen = sync_screen(enrolled, part=Part.HELD)
        clerk = Clerk(enrolled)
        before = len(screen.held.table.rows())
        assert before > 1
        asked = answering("yes")
        clerk.press(Key.Key_Down, Key.Key_F8)
        assert asked()
        assert len(screen.held.table.rows()) == before - 1
        assert "go back" in notice(enrolled)

    def test_a_clerk_sees_them_and_keeps_them(self, enrolled: Stage) -> None:
        """What is held is every clerk's to sell and a supervisor's to give away."""
        screen = sync_screen(enrolled, "wang", Part.HELD)
        assert [key.enabled for key in screen.fkeys() if key.key == "F8"] == [False]
        assert screen.held.table.rows()

    def test_what_ran_out_is_said(self, enrolled: Stage) -> None:
        """A clerk does not promise places whose time is over."""
        line = enrolled.desk.line
        line.held = [replace(line.held[0], sells=False), replace(line.held[1], left=0), line.held[2]]
        screen = sync_screen(enrolled, part=Part.HELD)
        table = screen.held.table
        assert [table.model().index(row, 5).data() for row in range(3)] == ["On its way back", "Sold out here", "Sells"]
        assert [key.enabled for key in screen.fkeys() if key.key == "F8"] == [False]


class TestTheLine:
    def test_f6_tries_it_now(self, enrolled: Stage) -> None:
        """Somebody plugged the cable in again: no waiting for the next attempt."""
        go(enrolled, LineWord.OFFLINE)
        sync_screen(enrolled)
        turns = enrolled.desk.line.turns
        Clerk(enrolled).press(Key.Key_F6)
        assert enrolled.desk.line.tried == 1
        assert enrolled.desk.line.turns == turns + 1

    def test_an_administrator_asks_for_a_new_epoch(self, enrolled: Stage) -> None:
        """After a restored backup the counter sells again, by one act with a reason and a name on it."""
        go(enrolled, LineWord.STOPPED, epoch_needed=True)
        screen = sync_screen(enrolled, "admin")
        assert enrolled.window._standing.isVisible()
        asked = answering("Disk replaced, backup of Monday")
        Clerk(enrolled).press(Key.Key_F9)
        assert asked()
        go(enrolled, LineWord.ONLINE)
        assert enrolled.desk.line.epoch == 2
        assert "Epoch 2" in notice(enrolled)
        assert enrolled.window._standing.isHidden()
        assert not any(key.key == "F9" for key in screen.fkeys())

    def test_central_may_not_answer_that(self, enrolled: Stage) -> None:
        """The administrator reads why it did not work, and the counter stays stopped."""
        go(enrolled, LineWord.STOPPED, epoch_needed=True, central_silent=True)
        sync_screen(enrolled, "admin")
        asked = answering("Disk replaced")
        Clerk(enrolled).press(Key.Key_F9)
        assert asked()
        assert "Central does not answer" in notice(enrolled)
        assert enrolled.window._standing.isVisible()

    @pytest.mark.parametrize("login", ["wang", "li"])
    def test_nobody_else_may(self, enrolled: Stage, login: str) -> None:
        """A key is not changed by whoever is at the till."""
        go(enrolled, LineWord.STOPPED, epoch_needed=True)
        screen = sync_screen(enrolled, login)
        assert [key.enabled for key in screen.fkeys() if key.key == "F9"] == [False]

    @pytest.mark.parametrize("part", list(Part))
    def test_each_part_has_the_keyboard_and_names(self, enrolled: Stage, part: Part) -> None:
        """A blind clerk hears what a control is; the keyboard is where it can be used."""
        screen = sync_screen(enrolled, part=part)
        focus = QApplication.focusWidget()
        assert focus is not None
        assert screen.isAncestorOf(focus)
        for widget in screen.findChildren(QWidget):
            if isinstance(widget, QPushButton) and widget.isVisible():
                assert widget.accessibleName()


class TestSellingWithoutTheLine:
    def find(self, stage: Stage, line: LineWord) -> SellScreen:
        go(stage, line)
        clerk = Clerk(stage)
        screen = stage.sign_in()
        assert isinstance(screen, SellScreen)
        clerk.type("csn szb +1 2 2a")
        clerk.press(ENTER)
        return screen

    @pytest.mark.parametrize("line", [LineWord.OFFLINE, LineWord.SLOW])
    def test_what_is_held_is_sold_by_the_same_keys(self, enrolled: Stage, line: LineWord) -> None:
        """An outage changes nothing in how a clerk sells: line, Enter, names, money; the allotment shrinks."""
        screen = self.find(enrolled, line)
        assert screen.finder._held_only.isVisible()
        clerk = Clerk(enrolled)
        clerk.press(ENTER)
        assert screen.in_party
        for name in ("王小明", "李大文"):
            clerk.type(name)
            clerk.press(ENTER)
            clerk.type("430102199003078516" if name == "王小明" else "440301198811120040")
            clerk.press(ENTER)
        clerk.press(Key.Key_F9, Key.Key_F2, ENTER)
        assert len(enrolled.desk.orders()) == 1
        assert enrolled.desk.line.held[0].left == 4

    def test_what_is_not_held_is_refused_with_the_reason(self, enrolled: Stage) -> None:
        """The clerk reads why she cannot sell it, and what she can do."""
        screen = self.find(enrolled, LineWord.OFFLINE)
        Clerk(enrolled).press(Key.Key_Left, Key.Key_Left, ENTER)
        assert not screen.in_party
        assert "Not held here" in notice(enrolled)

    def test_the_list_follows_the_line(self, enrolled: Stage) -> None:
        """When the line comes back while the clerk looks, all of central's places are offered at once."""
        screen = self.find(enrolled, LineWord.OFFLINE)
        enrolled.until(lambda: screen.finder.table.offers_model.offers.by_lease)
        go(enrolled, LineWord.ONLINE)
        enrolled.until(lambda: not screen.finder.table.offers_model.offers.by_lease)
        enrolled.until(screen.finder._held_only.isHidden)
        go(enrolled, LineWord.OFFLINE)
        enrolled.until(lambda: screen.finder.table.offers_model.offers.by_lease)

    def test_a_stopped_counter_sells_nothing(self, enrolled: Stage) -> None:
        """Central's word holds at the till, with the reason."""
        screen = self.find(enrolled, LineWord.ONLINE)
        go(enrolled, LineWord.STOPPED, stopped="outdated")
        Clerk(enrolled).press(ENTER)
        assert not screen.in_party
        assert "Selling is stopped" in notice(enrolled)
        assert "brought up to date" in notice(enrolled)

    def test_no_money_on_places_that_central_may_give_away(self, enrolled: Stage) -> None:
        """The line drops between choosing and paying: the clerk is told before she takes money, and

        what was typed is not lost: she pays again when the line is back, or chooses other places.
        """
        screen = self.find(enrolled, LineWord.ONLINE)
        clerk = Clerk(enrolled)
        clerk.press(ENTER)
        for name in ("王小明", "李大文"):
            clerk.type(name)
            clerk.press(ENTER)
            clerk.type("430102199003078516" if name == "王小明" else "440301198811120040")
            if name == "王小明":
                clerk.press(ENTER)
        assert screen.in_party
        enrolled.desk.line.switch.central_silent = True
        clerk.press(Key.Key_F9)
        assert enrolled.screen.name == "checkout"
        assert "Central does not answer" in notice(enrolled)
        clerk.press(Key.Key_F2, ENTER, ENTER)
        assert enrolled.desk.orders() == []
        clerk.press(ESC)
        assert enrolled.screen is screen
        assert screen.in_party
        assert [line.name.text() for line in screen.party.lines] == ["王小明", "李大文"]
        enrolled.desk.line.switch.central_silent = False
        clerk.press(Key.Key_F9, Key.Key_F2, ENTER)
        assert len(enrolled.desk.orders()) == 1


class TestTicketsOfOtherWindows:
    def test_the_refund_screen_looks_at_central_for_what_is_not_here(self, enrolled: Stage) -> None:
        """A customer from another window is told what her ticket is worth and where the money is, not "unknown"."""
        enrolled.desk.line.central_tickets = [ticket_of(OTHER, enrolled.desk.clock.now())]
        enrolled.sign_in()
        screen = cast(RefundScreen, enrolled.show("refund", text=OTHER))
        assert screen.central.lookup.step is Step.FOUND
        assert screen._stack.currentWidget() is screen.central
        assert "IOQ/2" in screen.central._said.text()
        assert "¥388.50" in [screen.central.table.model().index(0, n).data() for n in range(6)]
        Clerk(enrolled).press(ESC)
        assert not screen.central.active
        assert screen.text.text() == OTHER

    def test_a_locked_one_says_who_has_it(self, enrolled: Stage) -> None:
        """Two windows never work on one ticket without knowing of each other."""
        ticket = replace(ticket_of(OTHER, enrolled.desk.clock.now()), locked_by="CWQ/5")
        enrolled.desk.line.central_tickets = [ticket]
        enrolled.sign_in()
        screen = cast(RefundScreen, enrolled.show("refund", text=OTHER))
        assert "CWQ/5" in screen.central._said.text()
        assert screen.central.table.model().index(0, 5).data() == "Locked to a window"

    @pytest.mark.parametrize(
        ("line", "silent", "step", "said"),
        [
            (LineWord.ONLINE, False, Step.NONE, "digit by digit"),
            (LineWord.OFFLINE, False, Step.OFFLINE, "once it is back"),
            (LineWord.SLOW, True, Step.TROUBLE, "Central does not answer"),
        ],
    )
    def test_why_there_is_nothing_is_said(
        self, enrolled: Stage, line: LineWord, silent: bool, step: Step, said: str
    ) -> None:
        """ "Not found" and "cannot be asked now" are two answers."""
        go(enrolled, line, central_silent=silent)
        enrolled.sign_in()
        screen = cast(RefundScreen, enrolled.show("refund", text=OTHER))
        assert screen.central.lookup.step is step
        assert said in screen.central._said.text()
        assert notice(enrolled) == ""
        assert QApplication.focusWidget() is screen.text

    def test_the_orders_screen_asks_only_when_nothing_of_its_own_fits(self, enrolled: Stage) -> None:
        """Own orders come first and at once; Enter asks central for the rest; the next letter puts it away."""
        enrolled.desk.line.central_tickets = [ticket_of(OTHER, enrolled.desk.clock.now())]
        enrolled.sign_in()
        screen = cast(OrdersScreen, enrolled.show("orders"))
        clerk = Clerk(enrolled)
        clerk.press(Key.Key_F2)
        clerk.type("IOQ-02")
        assert screen.central.isHidden()
        assert "Enter looks in central" in screen._table._empty.text()
        clerk.press(ENTER)
        assert screen.central.isVisible()
        assert [ticket.number for ticket in screen.central.table.rows()] == [OTHER]
        screen._focus_find()
        clerk.type("x")
        assert screen.central.isHidden()

    def test_a_stand_alone_counter_says_not_found(self, stage: Stage) -> None:
        """Without central the old answer stays."""
        stage.open_shift()
        stage.sign_in()
        screen = cast(RefundScreen, stage.show("refund", text=OTHER))
        assert not screen.central.active
        assert "Ticket not found" in notice(stage)


class TestWhatIsCentrals:
    def test_accounts_are_shown_and_not_changed_here(self, enrolled: Stage) -> None:
        """An administrator does not fill in a form that cannot work, and reads where it is done."""
        enrolled.sign_in("admin")
        screen = cast(UsersScreen, enrolled.show("users"))
        assert not screen._login.isVisible()
        assert screen._centrals.isVisible()
        assert "F2" not in {key.key for key in screen.fkeys()}
        assert len(screen._table.rows()) == 4

    def test_the_timetable_is_centrals(self, enrolled: Stage) -> None:
        """No file of one window puts it on another timetable than the rest."""
        enrolled.sign_in("admin")
        screen = cast(TimetableScreen, enrolled.show("timetable"))
        assert not screen._import.isVisible()
        assert screen._centrals.isVisible()
        assert "F2" not in {key.key for key in screen.fkeys()}

    def test_a_stand_alone_counter_keeps_both(self, stage: Stage) -> None:
        """Nothing is taken from a counter that has no central."""
        stage.sign_in("admin")
        users = cast(UsersScreen, stage.show("users"))
        assert users._login.isVisible()
        assert not users._centrals.isVisible()
        timetable = cast(TimetableScreen, stage.show("timetable"))
        assert timetable._import.isVisible()
        assert not timetable._centrals.isVisible()

    def test_signing_in_works_without_the_line(self, enrolled: Stage) -> None:
        """A dead line in the morning keeps nobody from opening."""
        go(enrolled, LineWord.OFFLINE)
        clerk = Clerk(enrolled)
        clerk.type("wang")
        clerk.press(ENTER)
        clerk.type("demo-demo")
        clerk.press(ENTER)
        assert enrolled.screen.name == "sell"
