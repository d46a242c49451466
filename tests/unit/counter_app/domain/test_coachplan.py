from __future__ import annotations

from dataclasses import replace

import pytest

from counter_app.domain.coaches import Place, Section
from counter_app.domain.coachplan import plan
from tests.unit.counter_app.domain.trains import berths, seats


def _bare(count: int, *, positions: str = "") -> Section:
    names = {"w": "window", "m": "middle", "a": "aisle"}
    places = tuple(
        Place(
            label=f"{i + 1:03d}",
            row="",
            column="",
            kind="seat",
            position=names[positions[i % len(positions)]] if positions else "none",
        )
        for i in range(count)
    )
    return Section(coach_type="YZ", travel_class="hard_seat", description="", places=places)


@pytest.mark.parametrize(
    ("columns", "blocks"),
    [
        ("ABCDF", (("A", "B", "C"), ("D", "F"))),
        ("ACDF", (("A", "C"), ("D", "F"))),
        ("ACF", (("A", "C"), ("F",))),
        ("AC", (("A", "C"),)),
    ],
)
def test_the_aisle_is_where_the_railway_has_it(columns: str, blocks: tuple[tuple[str, ...], ...]) -> None:
    """Lost otherwise: "an aisle seat, please" answered with the wrong side of the armrest."""
    assert plan(seats(3, columns)).blocks == blocks


def test_without_positions_the_letters_tell() -> None:
    """Lost otherwise: feeds that name columns but not windows get a map with the aisle in the wrong place."""
    section = seats(3, "ABCDF")
    bare = replace(section, places=tuple(replace(place, position="none") for place in section.places))
    assert plan(bare).blocks == (("A", "B", "C"), ("D", "F"))


def test_one_and_two_abreast() -> None:
    """Lost otherwise: a first class of 1 + 2 drawn as 2 + 1."""
    section = seats(2, "ACF")
    shifted = replace(
        section,
        places=tuple(
            replace(place, column={"A": "A", "C": "D", "F": "F"}[place.column], label=place.label.replace("C", "D"))
            for place in section.places
        ),
    )
    assert plan(shifted).blocks == (("A",), ("D", "F"))


def test_numbered_seats_become_three_and_two() -> None:
    """Lost otherwise: a hard-seat coach of which the clerk sees one endless row."""
    laid = plan(_bare(118))
    assert laid.blocks == (("A", "B", "C"), ("D", "F"))
    assert len(laid.rows) == 24
    assert [place.label for _, place in laid.rows[0].cells] == ["001", "002", "003", "004", "005"]
    assert sum(len(row.cells) for row in laid.rows) == 118


def test_windows_break_the_rows_where_the_feed_tells_them() -> None:
    """Lost otherwise: seat 004 shown at the aisle though it is at the window."""
    laid = plan(_bare(72, positions="waaw"))
    assert len(laid.rows) == 18
    assert laid.blocks == (("A", "C"), ("D", "F"))


def test_labels_speak_where_columns_are_silent() -> None:
    """Lost otherwise: 12F painted in the middle of the coach."""
    section = seats(2, "ACDF")
    silent = replace(section, places=tuple(replace(place, row="", column="") for place in section.places))
    laid = plan(silent)
    assert [row.name for row in laid.rows] == ["1", "2"]
    assert laid.blocks == (("A", "C"), ("D", "F"))


def test_two_seats_on_one_spot_are_both_kept() -> None:
    """Lost otherwise: a place that can be sold but never seen, because a feed names one spot twice."""
    section = seats(1, "AC")
    twice = replace(
        section, places=(*section.places, Place(label="X", row="1", column="A", kind="seat", position="none"))
    )
    laid = plan(twice)
    assert sorted(place.label for row in laid.rows for _, place in row.cells) == ["01A", "01C", "X"]
    assert len({(row.name, column) for row in laid.rows for column, _ in row.cells}) == 3


def test_compartments_hold_their_berths_by_side() -> None:
    """Lost otherwise: a lower berth shown above an upper one of another side."""
    laid = plan(berths(2))
    assert [row.name for row in laid.rows] == ["1", "2"]
    assert [(column, place.label) for column, place in laid.rows[1].cells] == [
        ("A", "03U"),
        ("A", "03M"),
        ("A", "03L"),
        ("B", "04U"),
        ("B", "04M"),
        ("B", "04L"),
    ]


def test_berths_without_compartments_are_put_into_some() -> None:
    """Lost otherwise: a sleeper that a feed only numbers cannot be shown, nor a family kept together."""
    section = berths(3, "UL")
    silent = replace(section, places=tuple(replace(place, row="", column="") for place in section.places))
    laid = plan(silent)
    assert [len(row.cells) for row in laid.rows] == [4, 4, 4]
    assert {column for row in laid.rows for column, _ in row.cells} == {"A", "B"}
