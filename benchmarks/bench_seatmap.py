"""Sixteen coaches to first paint: from the answer of the desk to the painted widget."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from time import perf_counter_ns
from uuid import UUID

from PySide6.QtWidgets import QApplication

from benchmarks.result import Context, Result, percentile
from counter_app.application.views import SeatMap, SpotState
from counter_app.domain.coaches import Coach, Place, PlaceRef, Section
from counter_app.domain.money import Money
from counter_app.domain.timetable import RunRef, Span
from counter_app.texts import Texts
from ui.presenters.seatchoice import SeatChoice
from ui.theme import Theme
from ui.widgets.seatmap import SeatMapView

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
COLUMNS = {"A": "window", "B": "middle", "C": "aisle", "D": "aisle", "F": "window"}


def run(context: Context) -> list[Result]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication([])
    theme = Theme(RESOURCES)
    theme.apply()
    texts = Texts(RESOURCES / "i18n", "zh")
    seat_map = _seat_map()
    held = (PlaceRef("05", "07A"), PlaceRef("05", "07B"))
    firsts: list[float] = []
    again: list[float] = []
    for _ in range(5 if context.quick else 300):
        view = SeatMapView(theme, texts)
        view.resize(1050, 380)
        view.show()
        app.processEvents()
        start_ns = perf_counter_ns()
        view.show_choice(SeatChoice(seat_map, held, 2), "second")
        view.repaint()
        firsts.append((perf_counter_ns() - start_ns) / 1e6)
        start_ns = perf_counter_ns()
        view.show_coach(9)
        view.repaint()
        again.append((perf_counter_ns() - start_ns) / 1e6)
        view.close()
        view.deleteLater()
    places = len(seat_map.states)
    return [
        Result(
            name="seat map of 16 coaches, answer to first paint, cold",
            value=firsts[0],
            unit="ms",
            goal=100,
            note=f"{places} places; the first of the process: glyphs and layouts unseen",
        ),
        Result(
            name="seat map of 16 coaches, answer to first paint, p99", value=percentile(firsts, 99), unit="ms", goal=100
        ),
        Result(name="seat map, key to another coach painted, p99", value=percentile(again, 99), unit="ms", goal=50),
    ]


def _seat_map() -> SeatMap:
    places = tuple(
        Place(label=f"{row:02d}{column}", row=str(row), column=column, kind="seat", position=position)
        for row in range(1, 19)
        for column, position in COLUMNS.items()
    )
    section = Section(coach_type="ZE90", travel_class="second", description="", places=places)
    coaches = tuple(Coach(number=f"{i:02d}", sections=(section,)) for i in range(1, 17))
    states = list(SpotState)
    return SeatMap(
        run=RunRef(run_id=UUID(int=1), trip_id="T", service_date=date(2026, 12, 1)),
        span=Span(0, 1),
        coaches=coaches,
        states={
            PlaceRef(coach.number, place.label): states[(i * 7 + j) % len(states)]
            for i, coach in enumerate(coaches)
            for j, place in enumerate(places)
        },
        fares={"second": Money(31_400, "CNY")},
    )
