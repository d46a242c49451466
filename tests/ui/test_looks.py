"""What a clerk sees at a change of language, on a narrow screen, and with two windows on one screen."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget

from counter_app.application.views import Sheet
from counter_app.domain.money import Money
from counter_app.ports.catalogue import Progress
from tests.ui.stage import Stage
from ui.app import placed
from ui.gallery_line import as_desk, to_guangzhou
from ui.presenters.offers import Offers
from ui.screens.sell import SellScreen
from ui.screens.timetable import TimetableScreen
from ui.shell.second_person import ask_second_person
from ui.tokens import THEMES
from ui.widgets.basic import Edit, Label
from ui.widgets.chrome import FKeyBar
from ui.widgets.offertable import OfferTable
from ui.widgets.roll import Roll
from ui.widgets.table import Column, DataTable


@pytest.mark.parametrize(
    "room", [QRect(0, 0, 1366, 768), QRect(0, 0, 1920, 1080), QRect(1920, 32, 1920, 1048), QRect(0, 0, 2560, 1440)]
)
def test_two_windows_on_one_screen_are_both_to_be_seen(room: QRect) -> None:
    """Lost otherwise: a demonstration of two windows of which one seems to be missing."""
    for wish in (QSize(1280, 800), QSize(1640, 860)):
        first, second = (placed(room, wish, number, 2) for number in (1, 2))
        assert room.contains(first)
        assert room.contains(second)
        beside = not first.intersects(second)
        apart = second.left() - first.left() >= 60 and second.top() - first.top() >= 60  # its title and its rail
        assert beside or apart
        assert min(first.width(), second.width()) >= 960  # the window's own minimum
        assert min(first.height(), second.height()) >= 600


def test_three_windows_are_placed_too() -> None:
    """Lost otherwise: a window outside the screen."""
    room = QRect(0, 0, 1920, 1080)
    places = [placed(room, QSize(1280, 800), number, 3) for number in (1, 2, 3)]
    assert all(room.contains(place) for place in places)
    assert len({place.topLeft().toTuple() for place in places}) == 3


def test_the_titles_tell_the_windows_apart_from_their_beginning(stage: Stage) -> None:
    """Lost otherwise: two equal buttons in the task bar, where the end of a title is cut."""
    assert stage.window.windowTitle().startswith("长沙南 · Window 03")


def test_an_imports_progress_changes_its_language(stage: Stage) -> None:
    """Lost otherwise: a Chinese line in an English screen for as long as a national timetable takes."""
    stage.sign_in("admin")
    screen = stage.show("timetable")
    assert isinstance(screen, TimetableScreen)
    screen.show_progress(Path("national.zip"), None)
    stage.window.use_language("zh")
    assert screen._stage.text() == "正在读取 national.zip"
    screen.show_progress(Path("national.zip"), Progress(stage="stop_times.txt", done=62, total=100))
    assert screen._stage.text().startswith("正在读取")
    stage.window.use_language("en")
    assert screen._stage.text().startswith("Reading stop_times.txt")


def test_the_rolls_captions_change_their_language(stage: Stage, tmp_path: Path) -> None:
    """Lost otherwise: 收据打印机 over a paper in an English window."""
    png = tmp_path / "paper.png"
    assert QImage(60, 40, QImage.Format.Format_Grayscale8).save(str(png))
    now = stage.desk.clock.now()
    roll = Roll(stage.window, list)
    roll.resize(320, 500)
    roll._have([Sheet(title=name, png=png.read_bytes(), printed_at=now, printer=name) for name in ("main", "receipt")])

    def captions() -> list[str]:
        return [label.text() for label in roll.findChildren(Label) if label.property("role") == "caption"]

    assert "Receipt printer" in captions()
    stage.window.use_language("zh")
    roll.retranslate()
    assert "收据打印机" in captions()
    assert "Receipt printer" not in captions()
    roll.deleteLater()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_keys_of_devices_stand_in_one_row(make_stage: Callable[..., Stage], language: str) -> None:
    """Lost otherwise: two rows of keys, and the job list a row shorter, on the smallest usual screen."""
    stage = make_stage(language=language)
    stage.open_shift()
    stage.window.parts = replace(stage.window.parts, sheets=list)  # F7 is one of them
    stage.sign_in()
    stage.show("devices")
    stage.window.resize(1280, 768)
    stage.settle()
    bar: Any = stage.window.findChild(FKeyBar)
    labels = [button.accessibleName() for button in bar._own if not button.isHidden()]
    assert len(labels) == 8
    assert not bar.folded


def test_a_lists_words_are_whole_where_there_is_room(stage: Stage) -> None:
    """Lost otherwise: "Receip…rinter" beside an empty column."""
    narrow: Column[str] = Column(title=lambda: "Printer", text=lambda name: name, width=40)
    rest: Column[str] = Column(title=lambda: "For", text=lambda _name: "")
    table = DataTable([narrow, rest], stage.window.theme)
    table.resize(600, 300)
    table.show()
    table.set_rows(["Receipt printer"])
    words = table.fontMetrics().horizontalAdvance("Receipt printer")
    assert table.columnWidth(0) >= words
    assert table.columnWidth(0) < 300  # no more than it needs
    table.set_rows(["Main"])
    assert table.columnWidth(0) < words
    table.set_rows(["Receipt printer " * 20])
    QApplication.processEvents()
    assert table.columnWidth(1) >= 150  # the other one is not squeezed for it
    table.close()
    table.deleteLater()


def test_a_list_gives_what_it_does_not_need_to_what_would_be_cut(stage: Stage) -> None:
    """Lost otherwise: "Soft sleeper, …" between columns of which half is empty."""
    roomy: list[Column[str]] = [Column(title=lambda: "No", text=lambda _n: "1", width=200) for _ in range(2)]
    table = DataTable([*roomy, Column(title=lambda: "Class", text=lambda name: name, width=60)], stage.window.theme)
    table.resize(500, 300)
    table.show()
    words = "Deluxe soft sleeper, upper"
    table.set_rows([words])
    QApplication.processEvents()
    assert table.columnWidth(2) >= table.fontMetrics().horizontalAdvance(words)
    assert table.columnWidth(0) < 200
    assert sum(table.columnWidth(place) for place in range(3)) <= table.viewport().width()
    table.close()
    table.deleteLater()


@pytest.mark.parametrize("theme", THEMES)
def test_nothing_stands_where_two_scroll_bars_meet(stage: Stage, theme: str) -> None:
    """Lost otherwise: a white square over the frame of the Sell list."""
    stage.open_shift()
    stage.sign_in()
    screen = stage.show("sell")
    assert isinstance(screen, SellScreen)
    stage.window.resize(960, 600)
    stage.window.use_theme(theme)
    QTest.keyClicks(screen.finder.line, "gzn +1")
    stage.settle()
    table = screen.finder.table
    bars = table.verticalScrollBar(), table.horizontalScrollBar()
    assert all(bar.isVisible() for bar in bars), "a window as small as it may be"
    picture = table.grab().toImage()
    surface = stage.window.theme.colour("surface").name()
    right, bottom = table.width(), table.height()
    corner = itertools.product(range(right - 14, right - 8), range(bottom - 14, bottom - 8))
    assert {picture.pixelColor(x, y).name() for x, y in corner} == {surface}
    assert picture.pixelColor(right - 4, bottom - 4).name() != surface, "the frame's round corner"


def test_every_class_of_a_search_by_lease_shows_on_a_small_screen(stage: Stage) -> None:
    """Lost otherwise: the last class, and with it places that are held here, beyond the edge during an outage."""
    names = ("business", "first", "second", "soft_sleeper_upper", "soft_sleeper_lower")
    run = to_guangzhou(as_desk(stage.desk))[0]
    fares = (1_025_00, 530_50, 325_00, 332_50, 381_50)
    classes = tuple(
        replace(run.classes[0], travel_class=name, fare=Money(fare, "CNY"), leased=6 if "sleeper" in name else 0)
        for name, fare in zip(names, fares, strict=True)
    )
    table = OfferTable(stage.window.theme, stage.window.t)
    table.resize(1048, 300)
    table.show()
    table.show_offers(Offers([replace(run, classes=classes)] * 30, by_lease=True), None, None, "")
    QApplication.processEvents()
    assert table.verticalScrollBar().maximum() > 0
    assert table.horizontalScrollBar().maximum() == 0
    table.close()
    table.deleteLater()


def test_the_fields_of_a_long_question_are_whole(stage: Stage) -> None:
    """Lost otherwise: half a password field, on a screen of which two thirds are less than the question is tall."""
    heights: list[tuple[int, int]] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QDialog)
        heights.extend((edit.height(), edit.sizeHint().height()) for edit in dialog.findChildren(Edit))
        dialog.reject()

    QTimer.singleShot(0, look)
    about = "Card **** 1234 · G1 2026-11-21 05-12A 05-12B 05-12C 05-12D 05-12F 06-01A 06-01B"
    assert ask_second_person(stage.window, stage.window.t, "Decide …", about, "Compare. " * 30, verdict=True) is None
    assert len(heights) == 3
    assert all(height >= wanted for height, wanted in heights)


@pytest.mark.parametrize("name", ["open_shift", "devices", "users", "orders", "refund", "home", "journal"])
def test_tab_goes_as_one_reads_and_everything_has_a_name(stage: Stage, name: str) -> None:
    """Lost otherwise: Tab that jumps back to the top, and a list that a screen reader calls "table"."""
    if name != "open_shift":
        stage.open_shift()
    stage.sign_in("admin" if name in {"users", "journal"} else "li")
    screen = stage.show(name)
    assert screen.name == name
    places: list[tuple[int, int, str]] = []
    widget: QWidget | None = screen.nextInFocusChain()
    while widget is not None and widget is not screen:
        tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if tab and screen.isAncestorOf(widget) and widget.isVisible() and widget.isEnabled():
            place = widget.mapTo(screen, QPoint(0, 0))
            said = widget.accessibleName() or (widget.text() if isinstance(widget, QPushButton) else "")
            places.append((place.x(), place.y(), said))
        widget = widget.nextInFocusChain()
    assert places
    assert all(said for _, _, said in places)
    # Up and not to the right: back to what was passed already.
    back = [(one, two) for one, two in pairwise(places) if two[1] < one[1] - 20 and two[0] <= one[0] + 10]
    assert not back
