"""The Devices screens at the keyboard: what a clerk and a technician do when paper does not come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget
from shiboken6 import isValid

from counter_app.application.views import Sheet
from counter_app.domain.papers import Document, Paper
from counter_app.ports.printer_events import EventKind, PrinterEvent
from counter_app.ports.prints import GIVEN_UP, Delivery, DeliveryOutcome, JobState, PaperState
from tests.ui.clerk import ENTER, ESC, Clerk
from tests.ui.fake_printing import READY
from tests.ui.fake_workshop import Bench
from tests.ui.stage import Stage
from tests.ui.test_forward import picture
from ui.presenters.lane import Lane
from ui.presenters.printers import detail_words
from ui.presenters.settle import Signed
from ui.screens import blanks as blanks_module
from ui.screens.blanks import BlanksScreen, LoadDialog
from ui.screens.checkup import CheckupScreen
from ui.screens.devices import DevicesScreen
from ui.screens.find_printers import FindPrintersScreen
from ui.screens.layouts import LayoutsScreen
from ui.screens.printer_log import PrinterLogScreen
from ui.widgets.chrome import NoticeBar, StatusLine
from ui.widgets.roll import Roll

Key = Qt.Key
OUT = replace(READY, ready=False, paper=PaperState.OUT, error="paper_out")
AT = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)
MakeStage = Callable[..., Stage]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.go.set()
    made.finder.go.set()


@pytest.fixture
def station(make_stage: MakeStage, bench: Bench) -> Stage:
    """A window with a printer of receipts beside the main one, and a technician's bench."""
    return _fitted(make_stage, bench)


def _fitted(make_stage: MakeStage, bench: Bench) -> Stage:
    from tests.ui.fake_desk import FakeDesk

    desk = FakeDesk()
    desk.fit("receipt")
    desk.fit("spare")
    return make_stage(desk=desk, workshop=bench.workshop)


def _devices(stage: Stage, login: str = "wang") -> tuple[Clerk, DevicesScreen]:
    stage.open_shift()
    stage.sign_in(login)
    screen = cast(DevicesScreen, stage.show("devices"))
    return Clerk(stage), screen


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_list_shows_beside_the_roll_under_a_question_on_a_small_screen(station: Stage, language: str) -> None:
    """Lost otherwise: the papers that wait, below the edge, while one of them is asked about."""
    station.window.parts = replace(station.window.parts, sheets=list)
    station.window.resize(1280, 720)
    station.window.use_language(language)
    for number, state in enumerate((JobState.CONFIRMED, JobState.CONFIRMED, JobState.UNKNOWN)):
        made = station.desk.print_test(station.desk.people["wang"], "main")
        title = f"CWQ-03-1-{number:06d}-7"
        station.desk._jobs[made] = replace(station.desk._jobs[made], state=state, title=title)
    _clerk, screen = _devices(station)
    station.window.show_roll()
    station.settle()
    assert screen._question.isVisible()
    assert station.window.roll_shown
    assert station.window._sight.verticalScrollBar().maximum() == 0
    table = screen.jobs.table
    assert table.viewport().rect().contains(table.visualRect(table.model().index(2, 0)))


def _notice(stage: Stage) -> str:
    bar = stage.window.findChild(NoticeBar)
    assert bar is not None
    return "" if bar.isHidden() else f"{bar.title.text()} {bar.text.text()}"


def _in_dialog(stage: Stage, dialog: QDialog | None, *keys: Key) -> None:
    """To whatever has the keyboard in it, as the window system would."""
    assert dialog is not None
    for key in keys:
        target: QWidget | None = dialog.focusWidget()
        QTest.keyClick(dialog if target is None else target, key)
        stage.settle()


def _said(screen: DevicesScreen, printer: str) -> set[str]:
    return {label.text() for label in screen.cards.cards[printer].findChildren(QLabel)}


# ---- the printers


def test_each_printer_has_a_card_with_what_to_do(station: Stage) -> None:
    """The reports do not come, and nobody sees that it is the paper of the other printer."""
    station.desk.further["receipt"] = OUT
    station.desk.events = [PrinterEvent(at=AT, printer="receipt", kind=EventKind.STATE, detail="ready -> paper_out")]
    clerk, screen = _devices(station)
    assert list(screen.cards.cards) == ["main", "receipt", "spare"]
    assert {"Main printer", "ready", "Ready."} <= _said(screen, "main")
    assert {"out of paper", "There is no paper. Put in a new roll."} <= _said(screen, "receipt")
    assert any("ready → out of paper" in text for text in _said(screen, "receipt"))
    assert "Prints: Receipts and slips · cash drawer" in _said(screen, "receipt")
    assert "Prints: Only what is sent there" in _said(screen, "spare")
    station.desk.further["receipt"] = READY
    clerk.press(Key.Key_F5)
    assert "Ready." in _said(screen, "receipt")


def test_f5_prints_what_was_given_up(station: Stage) -> None:
    """The clerk gave it up to change the paper; now she wants it, from the same printer."""
    clerk, _screen = _devices(station)
    desk = station.desk
    send = desk.send_job

    def given_up(job_id: UUID, paper: Paper | None) -> DeliveryOutcome:
        return replace(send(job_id, paper), delivery=Delivery.FAILED_BEFORE_SEND, detail=GIVEN_UP)

    desk.send_job = given_up  # type: ignore[method-assign]
    job = desk.print_test(desk.people["wang"])
    station.window.print_jobs([job])
    station.until(lambda: desk._jobs[job].state is JobState.FAILED_BEFORE_SEND)
    station.settle()
    desk.send_job = send  # type: ignore[method-assign]
    station.window.poll_now()
    station.settle()
    assert desk._jobs[job].state is JobState.FAILED_BEFORE_SEND
    assert "F5" in _notice(station)
    clerk.press(Key.Key_F5)
    station.until(lambda: desk._jobs[job].state is JobState.CONFIRMED)


def test_trouble_of_any_printer_stands_in_the_status_line(station: Stage) -> None:
    """The clerk sells on, and hears of it from the passenger who waits for a receipt."""
    station.desk.further["receipt"] = OUT
    station.sign_in()
    station.show("home")
    station.window.poll_now()
    line = station.window.findChild(StatusLine)
    assert line is not None

    def labels() -> list[QLabel]:
        return [label for label in line.findChildren(QLabel) if label.text() == "Receipt printer: out of paper"]

    station.until(lambda: bool(labels()))
    assert labels()[0].toolTip() == "Receipt printer: There is no paper. Put in a new roll."


def test_cards_are_walked_with_the_arrow_keys(station: Stage) -> None:
    """The keys act on a printer that the clerk did not mean."""
    clerk, screen = _devices(station)
    screen.cards.cards["main"].setFocus()
    clerk.press(Key.Key_Right, Key.Key_Right)
    assert screen.cards.name == "spare"
    clerk.press(Key.Key_Right)
    assert screen.cards.name == "main"
    clerk.press(Key.Key_Left, ENTER)
    assert screen.dialog is not None
    assert screen.dialog.printer.currentData() == "spare"  # type: ignore[union-attr]


def test_a_test_page_is_chosen_printed_and_told(station: Stage, bench: Bench) -> None:
    """The technician prints, and has to guess from the paper whether the printer confirmed."""
    clerk, screen = _devices(station)
    clerk.press(Key.Key_F6)
    _in_dialog(station, screen.dialog, Key.Key_Down, ENTER)
    assert bench.pages == [("main", "ruler", "en")]
    assert screen.dialog is not None
    assert screen.dialog.answer.text() == "Printed: the printer confirmed it."
    bench.outcome = DeliveryOutcome(delivery=Delivery.FAILED_BEFORE_SEND, detail="", status=OUT)
    _in_dialog(station, screen.dialog, ENTER)
    assert screen.dialog.answer.text() == "Nothing was sent. There is no paper. Put in a new roll."
    before = len(station.desk.print_jobs())
    _in_dialog(station, screen.dialog, Key.Key_Down, Key.Key_Down, ENTER)
    station.until(lambda: len(station.desk.print_jobs()) == before + 1)
    _in_dialog(station, screen.dialog, ESC)
    assert not screen.dialog.isVisible()


def test_a_test_page_lies_on_the_roll_at_once(station: Stage) -> None:
    """The page is confirmed, and the roll beside it stays as it was until a ticket is sold."""
    window, sheets = station.window, list[Sheet]()
    window.parts = replace(window.parts, sheets=lambda: sheets)
    window.showNormal()
    window.resize(1280, 800)
    clerk, screen = _devices(station)
    window.show_roll()
    roll = window.findChild(Roll)
    assert isinstance(roll, Roll)
    station.until(lambda: not roll._asking)
    sheets.append(Sheet(png=picture(), title="ruler", printed_at=station.desk.clock.now()))
    clerk.press(Key.Key_F6)
    _in_dialog(station, screen.dialog, ENTER)
    station.until(lambda: roll._all == sheets)


def test_a_paper_for_the_next_person_does_not_call_the_screen_of_the_one_before(station: Stage) -> None:
    """The Devices screen of somebody who signed out is gone: each paper after that was "a mistake of the program"."""
    _clerk, screen = _devices(station)
    station.window.sign_out()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert not isValid(screen)
    station.window.printed.emit(None)
    station.window.printer_changed.emit("main", READY)
    station.settle()


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ("ticket: no_word", "Ticket: no answer"),
        ("ticket: no word in time: cover_open", "Ticket: no answer in time, cover open"),
        ("ticket: E-17", "Ticket: E-17"),
    ],
)
def test_why_a_paper_was_not_sent_is_said_in_words(station: Stage, detail: str, words: str) -> None:
    """The log shows a clerk the driver's code; what a device says itself is shown as it is."""
    assert detail_words(detail, station.window.t) == words


def test_the_drawer_is_tried_only_by_its_own_choice_and_with_a_name(
    station: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test page opens the drawer in front of a queue, or somebody opens it and nobody knows who."""
    clerk, screen = _devices(station)
    opened: list[tuple[str, str]] = []
    real = station.desk.open_drawer

    def open_drawer(actor: object, *, reason: str) -> object:
        opened.append((getattr(actor, "login", ""), reason))
        return real(actor, reason=reason)  # type: ignore[arg-type]

    monkeypatch.setattr(station.desk, "open_drawer", open_drawer)
    clerk.press(Key.Key_F6)
    _in_dialog(station, screen.dialog, *[Key.Key_Down] * 4, ENTER)
    assert opened == [("wang", "Test of the cash drawer")]
    assert screen.dialog is not None
    _in_dialog(station, screen.dialog, Key.Key_Up, ENTER)
    assert len(opened) == 1


def test_what_waits_for_a_printer_goes_to_another(station: Stage) -> None:
    """A printer dies, and its tickets wait for the mechanic."""
    station.desk.status = OUT
    clerk, screen = _devices(station)
    for _paper in range(2):
        station.window.print_jobs([station.desk.print_test(station.window.actor)])
    station.until(lambda: [job.state for job in station.desk.print_jobs()] == [JobState.FAILED_BEFORE_SEND] * 2)
    clerk.press(Key.Key_F5)
    station.until(lambda: len(screen.jobs.table.rows()) == 2)
    clerk.press(Key.Key_F4)
    dialog = screen.dialog
    assert dialog is not None
    assert dialog.to.currentData() == "receipt"  # type: ignore[union-attr]
    _in_dialog(station, dialog, Key.Key_Down, ENTER)
    station.until(lambda: [job.state for job in station.desk.print_jobs()] == [JobState.CONFIRMED] * 2)
    assert {printer for printer, _job in station.desk.sent[-2:]} == {"spare"}
    assert "Papers that go to the Spare printer: 2" in _notice(station)


def test_jobs_of_one_printer(station: Stage) -> None:
    """Among two hundred papers the one of the report printer is looked for by eye."""
    clerk, screen = _devices(station)
    desk = station.desk
    station.window.print_jobs([desk.print_test(station.window.actor, name) for name in ("main", "spare")])
    station.until(lambda: all(job.state is JobState.CONFIRMED for job in desk.print_jobs()))
    clerk.press(Key.Key_F5)
    station.until(lambda: len(screen.jobs.table.rows()) == 2)
    screen.jobs.filter.setFocus()
    clerk.press(Key.Key_Down, Key.Key_Down, Key.Key_Down)
    assert [job.printer for job in screen.jobs.table.rows()] == ["spare"]


def test_a_clerk_is_not_offered_what_only_an_administrator_may(station: Stage) -> None:
    """A clerk stands before a refusal, or changes the settings of the window."""
    _clerk, screen = _devices(station)
    shown = {name for name, link in screen.links.items() if not link.isHidden()}
    assert shown == {"blanks", "printer_log", "checkup"}
    station.window.go_if_allowed("find_printers")
    assert station.screen is screen
    station.window.sign_out()
    station.sign_in("admin")
    again = cast(DevicesScreen, station.show("devices"))
    assert all(not link.isHidden() for link in again.links.values())


# ---- the event log


def test_events_are_filtered_copied_and_written(station: Stage, tmp_path: Path) -> None:
    """The technician on the telephone cannot be told what happened in the night."""
    station.desk.events = [
        PrinterEvent(at=AT, printer="receipt", kind=EventKind.NO_WORD, detail="receipt: silent"),
        PrinterEvent(at=AT, printer="main", kind=EventKind.STATE, detail="ready -> paper_out"),
        PrinterEvent(at=AT, printer="gone", kind=EventKind.MOVED, detail="ticket to spare"),
    ]
    station.sign_in()
    screen = cast(PrinterLogScreen, station.show("printer_log"))
    clerk = Clerk(station)
    assert len(screen.table.rows()) == 3
    assert [screen.table.model().index(row, 2).data() for row in range(3)] == [
        "A paper was not confirmed: Receipt: no answer",
        "Its state changed: ready → out of paper",
        "A paper was sent to another printer: Ticket → Spare printer",
    ]
    clerk.press(Key.Key_F2)
    clerk.type("out of paper")
    assert [event.printer for event in screen.table.rows()] == ["main"]
    clerk.press(ENTER, Key.Key_F6)
    told = QApplication.clipboard().text()
    assert "2026-12-01T14:00:00+08:00,main,state,ready -> paper_out" in told
    screen.write_to(tmp_path / "log.csv")
    station.until((tmp_path / "log.csv").exists)
    station.settle()  # until then the keys wait
    assert (tmp_path / "log.csv").read_text("utf-8-sig").splitlines() == told.splitlines()
    clerk.press(ESC)
    assert station.screen is not screen


# ---- blanks


def test_a_roll_is_loaded_spoiled_and_ended_by_keys(station: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbered paper is not accounted for, since counting it takes too long."""
    asked: list[str] = []

    def sign(_parent: object, _t: object, _title: str, about: str, _hint: str) -> Signed:
        asked.append(about)
        return Signed(reason="wet", supervisor="li", password="secret", verdict=None)

    monkeypatch.setattr(blanks_module, "ask_second_person", sign)
    station.sign_in("li")
    screen = cast(BlanksScreen, station.show("blanks"))
    clerk = Clerk(station)
    clerk.press(Key.Key_F2)
    dialog = screen.dialog
    assert dialog is not None
    edit = dialog.focusWidget()
    assert edit is not None
    QTest.keyClicks(edit, "a000501")
    assert dialog.last.text() == "A001500"
    assert "1,000 blanks" in dialog.count.text()
    _in_dialog(station, dialog, ENTER, ENTER)
    (roll,) = station.desk.inside
    assert (roll.printer, roll.first, roll.last) == ("main", "A000501", "A001500")
    assert "Compare A000501" in _notice(station)
    clerk.press(Key.Key_F3)
    spoil = screen.dialog
    assert spoil is not None
    edit = spoil.focusWidget()
    assert edit is not None
    QTest.keyClicks(edit, "A000503")
    _in_dialog(station, spoil, ENTER)
    assert asked == ["A000501 to A000503: 3 blanks"]
    assert station.desk.inside[0].next == "A000504"
    clerk.press(Key.Key_F4)
    assert asked[-1] == "997 left, from A000504 to A001500"
    assert station.desk.signed == [("wet", "li"), ("wet", "li")]
    assert not station.desk.inside[0].inside


def test_a_range_that_is_none_cannot_be_loaded(station: Stage) -> None:
    """A slip of the hand is accounted for a year."""
    station.sign_in()
    screen = cast(BlanksScreen, station.show("blanks"))
    Clerk(station).press(Key.Key_F2)
    dialog = screen.dialog
    assert isinstance(dialog, LoadDialog)
    for first, last in (("A000501", "A000500"), ("A000000", "A000100"), ("500", "600")):
        dialog.first.setText(first)
        dialog.last.setText(last)
        dialog.last.textEdited.emit(last)
        assert not dialog.yes.isEnabled()
        _in_dialog(station, dialog, ENTER, ENTER)
        assert not station.desk.inside


# ---- check everything


def test_everything_is_checked_and_the_worst_comes_first(station: Stage, bench: Bench) -> None:
    """The technician reads twenty good lines before the one that matters."""
    station.sign_in()
    screen = cast(CheckupScreen, station.show("checkup"))
    clerk = Clerk(station)
    station.until(lambda: len(screen.found) == 3)
    station.settle()
    assert [one.code for one in screen.table.rows()] == ["port_missing", "blanks_low", "fonts_there"]
    assert screen._next.text().startswith("What to do: Plug the device in")
    clerk.press(Key.Key_F6)
    assert "Port /dev/ttyUSB0" in QApplication.clipboard().text()
    clerk.press(Key.Key_F5)
    assert bench.checks == 2
    clerk.press(ESC)
    assert station.screen is not screen


def test_a_check_is_stopped_by_esc(station: Stage, bench: Bench) -> None:
    """A silent printer holds the screen for a minute."""
    bench.go.clear()
    station.sign_in()
    station.window.show_screen("checkup")
    screen = cast(CheckupScreen, station.screen)
    station.until(lambda: len(screen.found) == 2)
    QTest.keyClick(screen.table, ESC)
    station.until(bench.given_up.is_set)
    station.settle()
    assert station.screen is screen
    assert len(screen.found) == 2


# ---- finding printers


def test_a_printer_is_found_tried_and_then_saved(station: Stage, bench: Bench) -> None:
    """An address is copied from a manual by hand, and a wrong model is found out by a passenger."""
    station.sign_in("admin")
    screen = cast(FindPrintersScreen, station.show("find_printers"))
    clerk = Clerk(station)
    station.until(lambda: len(screen.table.rows()) == 2)
    assert screen.take.url.text() == "usb://04b8:0e28"
    assert screen.take.profile.currentData() == "epson-80"
    assert screen.take.widths.roll_mm == 80
    clerk.press(Key.Key_F6)
    assert bench.finder.pages == [("usb://04b8:0e28", "epson-80", "all")]
    assert screen.take.answer.text() == "Printed: the printer confirmed it."
    clerk.press(ENTER)  # to the address
    clerk.press(ENTER)  # to the profile: another model's width
    clerk.press(Key.Key_Down)
    assert screen.take.widths.roll_mm == 58
    clerk.press(Key.Key_Up)
    screen.take.role.setCurrentIndex(screen.take.role.findData("receipt"))
    clerk.press(Key.Key_F9)
    assert bench.finder.saved == [("receipt", "usb://04b8:0e28", "epson-80", False)]
    assert "next start" in _notice(station)
    devices = cast(DevicesScreen, station.show("devices"))
    assert devices._pending.isVisibleTo(devices)
    assert "next start" in devices._pending.text()


def test_what_was_not_tried_is_saved_only_by_a_second_word(
    station: Stage, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A printer that never printed becomes that of all tickets."""
    answers = [False, True]
    asked: list[str] = []

    def ask(title: str, *_words: str, danger: bool = False) -> bool:
        asked.append(title)
        assert danger
        return answers.pop(0)

    monkeypatch.setattr(station.window, "ask", ask)
    station.sign_in("admin")
    screen = cast(FindPrintersScreen, station.show("find_printers"))
    clerk = Clerk(station)
    station.until(lambda: len(screen.table.rows()) == 2)
    bench.finder.outcome = DeliveryOutcome(delivery=Delivery.FAILED_BEFORE_SEND, detail="", status=OUT)
    clerk.press(Key.Key_F6, Key.Key_F9)
    assert not bench.finder.saved
    clerk.press(Key.Key_F9)
    assert len(bench.finder.saved) == 1
    assert asked == ["Save without a test print?"] * 2


def test_a_model_that_was_not_recognised_is_chosen_by_a_person(station: Stage, bench: Bench) -> None:
    """The first model of the list is saved for a printer that nobody looked at, and tickets come out cut."""
    station.sign_in("admin")
    screen = cast(FindPrintersScreen, station.show("find_printers"))
    station.until(lambda: len(screen.table.rows()) == 2)
    clerk = Clerk(station)
    take = screen.take
    assert take.profile.currentData() == "epson-80", "what was recognised"
    screen.table.setFocus()
    clerk.press(Key.Key_Down)
    assert take.url.text() == "tcp://192.0.2.7:9100"
    assert (take.profile.currentData(), take.profile.currentText()) == (None, "Choose the model …")
    assert "Choose it above" in take._about.text()
    assert not any(key.enabled for key in screen.fkeys() if key.key in {"F5", "F6", "F9"})
    clerk.press(Key.Key_F6, Key.Key_F9)
    assert not bench.finder.pages
    assert not bench.finder.saved
    take.profile.setFocus()
    clerk.press(Key.Key_Down, Key.Key_Down)
    assert take.profile.currentData() == "thermal-58"
    clerk.press(Key.Key_F6)
    assert bench.finder.pages == [("tcp://192.0.2.7:9100", "thermal-58", "all")]


def test_the_windows_own_printer_is_tried_on_its_own_lane(
    station: Stage, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However its address is spelled: a test page comes between the bands of a ticket."""
    lanes: list[Lane] = []
    run = station.application.lanes.run

    def watched(lane: Lane, *args: object, **kwargs: object) -> object:
        lanes.append(lane)
        return run(lane, *args, **kwargs)  # type: ignore[arg-type]

    bench.finder.own["usb://04b8:0e28"] = "receipt"
    station.sign_in("admin")
    screen = cast(FindPrintersScreen, station.show("find_printers"))
    station.until(lambda: len(screen.table.rows()) == 2)
    monkeypatch.setattr(station.application.lanes, "run", watched)
    clerk = Clerk(station)
    clerk.press(Key.Key_F6)
    assert lanes[:2] == [Lane.APART, station.window.printer_lane("receipt")]
    lanes.clear()
    screen.table.setFocus()
    clerk.press(Key.Key_Down)
    screen.take.profile.setCurrentIndex(1)
    lanes.clear()
    clerk.press(Key.Key_F5)
    assert lanes[:2] == [Lane.APART, Lane.APART], "a stranger's"


def test_a_search_is_stopped_and_keeps_what_it_found(station: Stage, bench: Bench) -> None:
    """The technician waits for the end of a network that she knows to be empty."""
    bench.finder.go.clear()
    station.sign_in("admin")
    station.window.show_screen("find_printers")
    screen = cast(FindPrintersScreen, station.screen)
    station.until(lambda: len(screen.table.rows()) == 1)
    QTest.keyClick(screen.table, Key.Key_F2)
    station.until(bench.finder.given_up.is_set)
    station.settle()
    assert len(screen.table.rows()) == 1
    assert next(key.label for key in screen.fkeys() if key.key == "F2") == "Search"


# ---- layouts


def test_a_layout_is_looked_at_in_every_width_and_language(station: Stage, bench: Bench) -> None:
    """A layout that is right on one paper is cut on the other, and seen by a passenger first."""
    station.sign_in("admin")
    screen = cast(LayoutsScreen, station.show("layouts"))
    clerk = Clerk(station)
    assert bench.layouts.asked[-1] == (Document.TICKET, 576, "en", True, False)
    clerk.press(Key.Key_F2)
    assert bench.layouts.asked[-1][:3] == (Document.TICKET, 384, "en")
    clerk.press(Key.Key_F3)
    assert bench.layouts.asked[-1][:3] == (Document.TICKET, 384, "both")
    clerk.press(Key.Key_F4)
    assert bench.layouts.asked[-1][4] is True
    assert not next(key for key in screen.fkeys() if key.key == "F6").enabled, "there is no real ticket yet"
    clerk.press(Key.Key_F4, Key.Key_Down)
    assert bench.layouts.asked[-1][0] is Document.CASH_SLIP
    assert "cash_slip.toml, line 4" in screen._fault.text()
    clerk.press(Key.Key_F6)
    assert bench.layouts.printed == [("main", Document.CASH_SLIP)]


def test_a_file_that_is_saved_shows_by_itself(station: Stage, bench: Bench) -> None:
    """The operator looks at the picture of the file before."""
    station.sign_in("admin")
    screen = cast(LayoutsScreen, station.show("layouts"))
    drawn = len(bench.layouts.asked)
    assert screen.table.rows()[1].faults
    bench.layouts.broken = False
    bench.layouts.version += 1
    station.until(lambda: not screen.table.rows()[1].faults)
    station.until(lambda: len(bench.layouts.asked) > drawn)


def test_a_layout_is_begun_and_pictures_are_kept(station: Stage, bench: Bench, tmp_path: Path) -> None:
    """The operator would begin from an empty file, and the printing house gets a photograph of the screen."""
    station.sign_in("admin")
    screen = cast(LayoutsScreen, station.show("layouts"))
    clerk = Clerk(station)
    screen.save_to(tmp_path / "ticket.png", "png")
    screen.save_to(tmp_path / "ticket.pdf", "pdf")
    station.until((tmp_path / "ticket.pdf").exists)
    station.settle()  # until then the keys wait
    assert (tmp_path / "ticket.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "ticket.pdf").read_bytes() == b"%PDF ticket 576 en True False"
    clerk.press(Key.Key_F9)
    assert bench.layouts.copied == [Document.TICKET]
    assert "any editor" in _notice(station)
    assert screen.table.rows()[0].own


def test_every_screen_speaks_both_languages_at_once(station: Stage) -> None:
    """Half a screen stays in the language of the colleague before."""
    station.sign_in("admin")
    for name in ("devices", "blanks", "printer_log", "checkup", "find_printers", "layouts"):
        station.window.use_language("en")
        screen = station.show(name)
        title = screen.title()
        english = {label.text() for label in screen.findChildren(QLabel) if label.text()}
        station.window.use_language("zh")
        station.settle()
        chinese = {label.text() for label in screen.findChildren(QLabel) if label.text()}
        same = {text for text in english & chinese if any("a" <= char.lower() <= "z" for char in text)}
        allowed = {"/", ".", ":", "thermal", "USB", "EPSON"}  # addresses and models, as they are
        assert not {text for text in same if not any(part in text for part in allowed)}, name
        assert screen.title() != title
