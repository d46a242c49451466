from __future__ import annotations

import pytest

from counter_app.domain.coaches import Coach, PlaceRef, Section
from tests.unit.counter_app.domain.trains import berths, dining, seats
from ui.presenters.seatplan import CoachDrawing, Spot, draw, neighbour


def coach(*sections: Section) -> Coach:
    return Coach(number="5", sections=sections)


def spot(drawing: CoachDrawing, label: str) -> Spot:
    return next(spot for spot in drawing.spots if spot.ref == PlaceRef("5", label))


@pytest.mark.parametrize(
    "sections",
    [
        (seats(20),),
        (seats(13, "ACDF"),),
        (seats(2, "ACF", "business"), seats(7, "ACDF", "first", start=3)),
        (berths(11),),
        (berths(9, "UL", "soft_sleeper"),),
        (dining(),),
        (),
    ],
)
def test_every_place_is_drawn_once_inside_the_coach_and_none_covers_another(sections: tuple[Section, ...]) -> None:
    """Lost otherwise: a seat that cannot be clicked, since another lies on it."""
    drawing = draw(coach(*sections))
    assert len(drawing.spots) == sum(len(section.places) for section in sections)
    for one in drawing.spots:
        box = one.box
        assert box.x >= 0
        assert box.x + box.w <= drawing.width
        assert box.y >= 0
        assert box.y + box.h <= drawing.height
        for other in drawing.spots:
            if one.ref < other.ref:
                far = other.box
                apart = (
                    box.x + box.w <= far.x + 1e-9
                    or far.x + far.w <= box.x + 1e-9
                    or box.y + box.h <= far.y + 1e-9
                    or far.y + far.h <= box.y + 1e-9
                )
                assert apart, f"{one.ref} covers {other.ref}"


def test_the_aisle_is_a_gap_between_c_and_d() -> None:
    """Lost otherwise: "aisle" said of a seat that the map shows in the middle."""
    drawing = draw(coach(seats(3)))
    step = spot(drawing, "01B").box.y - spot(drawing, "01A").box.y
    assert spot(drawing, "01D").box.y - spot(drawing, "01C").box.y > step * 1.5
    assert spot(drawing, "01F").box.y - spot(drawing, "01D").box.y == pytest.approx(step)


def test_upper_berths_are_drawn_above_lower_ones() -> None:
    """Lost otherwise: an old lady sent up the ladder."""
    drawing = draw(coach(berths(2)))
    assert spot(drawing, "01U").box.y < spot(drawing, "01M").box.y < spot(drawing, "01L").box.y
    assert spot(drawing, "01U").box.x == spot(drawing, "01L").box.x < spot(drawing, "02L").box.x


def test_hard_seats_face_each_other_over_a_table() -> None:
    """Lost otherwise: a family across a table sold as seats in a row."""
    drawing = draw(coach(seats(4, "ABCDF", "hard_seat")))
    assert spot(drawing, "01A").back == "left"
    assert spot(drawing, "02A").back == "right"
    assert sum(fixture.kind == "table" for fixture in drawing.fixtures) == 4
    assert all(spot.back == "right" for spot in draw(coach(seats(4))).spots)


def test_two_sections_have_a_wall_and_their_names() -> None:
    """Lost otherwise: a business seat taken for a first-class one."""
    drawing = draw(coach(seats(2, "ACF", "business"), seats(3, "ACDF", "first", start=3)))
    assert [f.text for f in drawing.fixtures if f.kind == "section"] == ["business", "first"]
    assert any(f.kind == "wall" for f in drawing.fixtures)
    assert drawing.classes == ("business", "first")


def test_a_dining_coach_is_drawn_as_one() -> None:
    """Lost otherwise: an empty box of which the clerk thinks that it failed to load."""
    drawing = draw(coach(dining()))
    assert not drawing.spots
    assert [f.text for f in drawing.fixtures if f.kind == "section"] == ["none"]
    assert sum(f.kind == "table" for f in drawing.fixtures) > 4


def test_arrow_keys_reach_every_place() -> None:
    """Lost otherwise: a seat that only a mouse can sell."""
    for drawing in (draw(coach(seats(2, "ACF"), seats(3, "ACDF", "first", start=3))), draw(coach(berths(3)))):
        reached = {drawing.spots[0].ref}
        edge = [drawing.spots[0]]
        while edge:
            here = edge.pop()
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                found = neighbour(drawing.spots, here, dx, dy)
                if found is not None and found.ref not in reached:
                    reached.add(found.ref)
                    edge.append(found)
        assert reached == {spot.ref for spot in drawing.spots}


def test_right_goes_to_the_same_column_of_the_next_row() -> None:
    """Lost otherwise: a cursor that jumps about under the clerk's finger."""
    drawing = draw(coach(seats(3)))
    found = neighbour(drawing.spots, spot(drawing, "01D"), 1, 0)
    assert found is not None
    assert found.ref.label == "02D"
    found = neighbour(drawing.spots, spot(drawing, "01C"), 0, 1)
    assert found is not None
    assert found.ref.label == "01D"
