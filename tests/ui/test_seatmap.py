"""The painted seat map: keys, names for screen readers, and that every layout can be drawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from counter_app.application.views import SeatMap, SpotState
from counter_app.domain.coaches import Coach, Formation, Place, PlaceRef, Section, fare_class
from counter_app.domain.money import Money
from counter_app.domain.timetable import RunRef, Span
from counter_app.texts import Texts
from tests.ui.stage import RESOURCES
from tests.unit.counter_app.domain.trains import berths, dining, seats, train
from ui.presenters.seatchoice import SeatChoice
from ui.theme import Theme
from ui.tokens import THEMES
from ui.widgets.seatmap import SeatMapView

Key = Qt.Key


def seat_map(formation: Formation, states: dict[PlaceRef, SpotState] | None = None) -> SeatMap:
    every = [
        (PlaceRef(coach.number, place.label), fare_class(section.travel_class, place.kind))
        for coach in formation.coaches
        for section in coach.sections
        for place in section.places
    ]
    return SeatMap(
        run=RunRef(run_id=UUID(int=1), trip_id="T", service_date=date(2026, 12, 1)),
        span=Span(0, 1),
        coaches=formation.coaches,
        states={ref: SpotState.FREE for ref, _ in every} | (states or {}),
        fares={name: Money(10_000, "CNY") for _, name in every},
    )


@pytest.fixture
def view(qtbot: QtBot) -> SeatMapView:
    theme = Theme(RESOURCES)
    theme.apply()
    made = SeatMapView(theme, Texts(RESOURCES / "i18n"))
    qtbot.addWidget(made)
    made.resize(1000, 360)
    return made


def test_every_theme_language_and_layout_is_drawn(qtbot: QtBot) -> None:
    """Lost otherwise: a coach that cannot be shown is a coach that cannot be sold."""
    odd = Section(
        coach_type="?",
        travel_class="deck",
        description="buffet",
        places=tuple(Place(label=f"{i}", row="", column="", kind="seat", position="none") for i in range(37)),
    )
    twice = Section(
        coach_type="?",
        travel_class="cabin",
        description="",
        places=tuple(Place(label=f"{i}", row="1", column="A", kind="berth_lower", position="none") for i in range(3)),
    )
    mixed = Section(
        coach_type="?",
        travel_class="mixed",
        description="",
        places=seats(2).places + berths(1, "UL").places,
    )
    formation = train(
        seats(20), (seats(2, "ACF"), seats(3, "ACDF", "first", start=3)), berths(11), dining(), odd, twice
    )
    formation = replace(formation, coaches=(*formation.coaches, Coach(number="M", sections=(mixed,))))
    whole = seat_map(formation)
    states = {ref: list(SpotState)[i % 6] for i, ref in enumerate(whole.states)}
    for name in THEMES:
        theme = Theme(RESOURCES, name)
        theme.apply()
        for language in ("zh", "en"):
            view = SeatMapView(theme, Texts(RESOURCES / "i18n", language))
            qtbot.addWidget(view)
            view.resize(900, 340)
            view.show_choice(SeatChoice(replace(whole, states=states), (), 1), "second")
            for i in range(len(formation.coaches)):
                view.show_coach(i)
                image = view.grab().toImage()
                colours = {image.pixel(x, 200) for x in range(0, 900, 3)}
                assert len(colours) > 2, f"coach {i} is blank"


def test_arrow_keys_walk_and_the_name_says_where(view: SeatMapView) -> None:
    """Lost otherwise: a clerk who cannot see, or has no mouse, cannot choose a seat."""
    choice = SeatChoice(seat_map(train(seats(3), seats(2))), (), 1)
    view.show_choice(choice, "second")
    assert view.cursor_ref == PlaceRef("1", "01A")
    QTest.keyClick(view, Key.Key_Down)
    assert view.cursor_ref == PlaceRef("1", "01B")
    QTest.keyClick(view, Key.Key_Right)
    assert view.cursor_ref == PlaceRef("1", "02B")
    assert "02B" in view.accessibleName()
    assert "Free" in view.accessibleName()
    for _ in range(2):
        QTest.keyClick(view, Key.Key_Right)
    assert view.coach_number == "2"
    QTest.keyClick(view, Key.Key_Left)
    assert view.coach_number == "1"
    QTest.keyClick(view, Key.Key_End)
    assert view.coach_number == "2"


def test_space_and_click_press_the_place_under_them(view: SeatMapView) -> None:
    """Lost otherwise: the seat beside the one that the customer pointed at."""
    choice = SeatChoice(seat_map(train(seats(3))), (), 1)
    view.show_choice(choice, "second")
    view.grab()
    pressed: list[object] = []
    view.toggled.connect(pressed.append)
    QTest.keyClick(view, Key.Key_Space)
    wanted = PlaceRef("1", "03F")
    view.go_to(wanted)
    spot = next(spot for spot in view._drawing().spots if spot.ref == wanted)
    centre = view._origin + QPointF(spot.box.x + 0.5, spot.box.y + 0.5) * view._unit
    view.go_to(PlaceRef("1", "01A"))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=centre.toPoint())
    assert pressed == [PlaceRef("1", "01A"), wanted]


def test_it_opens_where_the_sale_has_its_places(view: SeatMapView) -> None:
    """Lost otherwise: paging through sixteen coaches to see the proposal."""
    view.show_choice(SeatChoice(seat_map(train(seats(2), seats(2), seats(2))), (PlaceRef("3", "01A"),), 1), "second")
    assert view.coach_number == "3"


def test_states_differ_in_shape_not_in_colour_alone(view: SeatMapView) -> None:
    """Lost otherwise: every twelfth man cannot tell sold from free."""
    pictures = {}
    for state in SpotState:
        held = (PlaceRef("1", "01A"),) if state is SpotState.OURS else ()
        view.clear()
        view.show_choice(SeatChoice(seat_map(train(seats(1, "AC")), {PlaceRef("1", "01A"): state}), held, 1), "second")
        grey = view.grab().toImage().convertToFormat(view.grab().toImage().Format.Format_Grayscale8)
        spot = view._drawing().spots[0]
        corner = view._origin + QPointF(spot.box.x, spot.box.y) * view._unit
        side = int(view._unit)
        middle = side // 2
        cut = [
            [grey.pixelColor(int(corner.x()) + x, int(corner.y()) + y).red() for x in range(side)] for y in range(side)
        ]
        ground = cut[middle][3]
        pictures[state] = [[abs(value - ground) > 24 for value in line] for line in cut]  # edges only, no shade
    for one in SpotState:
        for other in SpotState:
            if one < other:
                differ = sum(
                    a != b
                    for x, y in zip(pictures[one], pictures[other], strict=True)
                    for a, b in zip(x, y, strict=True)
                )
                assert differ > 12, f"{one} and {other} look alike"
