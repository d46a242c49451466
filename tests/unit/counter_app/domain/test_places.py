from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counter_app.domain.coaches import PlaceRef
from counter_app.domain.places import Counters, LegBitmaps, PlaceTable, bits
from counter_app.errors import Reason, Refusal
from tests.unit.counter_app.domain.trains import berths, dining, seats, train


class Cells:
    """The naive oracle: a set of taken (place, leg)."""

    def __init__(self, places: int, legs: int) -> None:
        self.places, self.legs = places, legs
        self.taken: set[tuple[int, int]] = set()

    def cells(self, mask: int, board: int, alight: int) -> set[tuple[int, int]]:
        return {(p, leg) for p in range(self.places) if mask >> p & 1 for leg in range(board, alight)}

    def free(self, board: int, alight: int) -> int:
        return sum(1 << p for p in range(self.places) if not self.cells(1 << p, board, alight) & self.taken)

    def part(self, board: int, alight: int) -> int:
        elsewhere = {p for p, _ in self.taken}
        return self.free(board, alight) & sum(1 << p for p in elsewhere)


def _said(act: Callable[[], None]) -> Reason | None:
    try:
        act()
    except Refusal as refusal:
        return refusal.reason
    return None


@st.composite
def _story(draw: st.DrawFn) -> tuple[int, int, list[tuple[str, int, int, int]]]:
    places, legs = draw(st.integers(0, 12)), draw(st.sampled_from([1, 2, 5, 63, 64, 70]))
    acts = []
    for _ in range(draw(st.integers(0, 25))):
        board = draw(st.integers(0, legs - 1))
        alight = draw(st.integers(board + 1, legs))
        acts.append((draw(st.sampled_from(["take", "release"])), draw(st.integers(0, 2**places - 1)), board, alight))
    return places, legs, acts


@given(_story())
@settings(max_examples=150)
def test_bitmaps_do_what_a_set_of_cells_does(story: tuple[int, int, list[tuple[str, int, int, int]]]) -> None:
    """Lost otherwise: the one thing that forbids selling a seat twice on any leg, over 63 legs included."""
    places, legs, acts = story
    stock, oracle = LegBitmaps(places, legs), Cells(places, legs)
    for what, mask, board, alight in acts:
        cells = oracle.cells(mask, board, alight)
        if what == "take":
            said = _said(lambda m=mask, b=board, a=alight: stock.take(m, b, a))  # type: ignore[misc]
            assert said == (Reason.PLACE_TAKEN if cells & oracle.taken else None)
            oracle.taken |= cells if said is None else set()
        else:
            said = _said(lambda m=mask, b=board, a=alight: stock.release(m, b, a))  # type: ignore[misc]
            assert said == (Reason.NOT_HELD if cells - oracle.taken else None)
            oracle.taken -= cells if said is None else set()
        assert stock.free(board, alight) == oracle.free(board, alight)
        assert stock.part(board, alight) == oracle.part(board, alight)
        assert stock.count_free(board, alight) == oracle.free(board, alight).bit_count()
        assert stock.count_free(board, alight, mask) == (oracle.free(board, alight) & mask).bit_count()
        assert all(stock.is_free(p, board, alight) == bool(oracle.free(board, alight) >> p & 1) for p in range(places))
    assert stock == LegBitmaps.from_cells(places, legs, oracle.taken)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_million_random_acts_against_the_oracle() -> None:
    """Lost otherwise: trust that a day of a busy station never drifts from the truth by one seat."""
    rng = random.Random(20261201)
    places, legs = 40, 66
    stock = LegBitmaps(places, legs)
    rows = [[False] * legs for _ in range(places)]  # the oracle, in the plainest form that is quick enough
    for act in range(1_000_000):
        board = rng.randrange(legs)
        alight = min(legs, board + 1 + int(rng.expovariate(1 / 8)))
        chosen = rng.sample(range(places), rng.choice((1, 1, 1, 2, 3)))
        mask = sum(1 << p for p in chosen)
        taken = [any(rows[p][board:alight]) for p in chosen]
        full = [all(rows[p][board:alight]) for p in chosen]
        if rng.random() < 0.55:
            said = _said(lambda m=mask, b=board, a=alight: stock.take(m, b, a))  # type: ignore[misc]
            assert said == (Reason.PLACE_TAKEN if any(taken) else None)
            value = True
        else:
            said = _said(lambda m=mask, b=board, a=alight: stock.release(m, b, a))  # type: ignore[misc]
            assert said == (None if all(full) else Reason.NOT_HELD)
            value = False
        if said is None:
            for p in chosen:
                rows[p][board:alight] = [value] * (alight - board)
        if act % 1000 == 0:
            cells = [(p, leg) for p in range(places) for leg in range(legs) if rows[p][leg]]
            assert stock == LegBitmaps.from_cells(places, legs, cells)
            assert [stock.is_free(p, board, alight) for p in range(places)] == [
                not any(rows[p][board:alight]) for p in range(places)
            ]


def test_taking_is_all_or_nothing() -> None:
    """Lost otherwise: a party of which two got a seat and the third a refusal after the fact."""
    stock = LegBitmaps(4, 3)
    stock.take(0b0010, 1, 2)
    before = stock.copy()
    with pytest.raises(Refusal) as refused:
        stock.take(0b0111, 0, 3)
    assert refused.value.reason is Reason.PLACE_TAKEN
    assert stock == before
    with pytest.raises(Refusal):
        stock.release(0b0010, 0, 2)
    assert stock == before


def test_a_seat_sold_on_the_way_is_free_before_and_after() -> None:
    """Lost otherwise: seats that run empty for half the journey."""
    stock = LegBitmaps(2, 4)
    stock.take(0b01, 1, 2)
    assert stock.free(0, 1) == 0b11
    assert stock.free(2, 4) == 0b11
    assert stock.free(0, 2) == 0b10
    assert stock.part(2, 4) == 0b01


def test_a_copy_is_its_own() -> None:
    """Lost otherwise: a what-if on the seat map that sells for real."""
    stock = LegBitmaps(2, 2)
    other = stock.copy()
    other.take(0b1, 0, 1)
    assert stock.free(0, 2) == 0b11
    assert stock != other


def test_no_places_is_legal() -> None:
    """Lost otherwise: every coach service without seat numbers."""
    stock = LegBitmaps(0, 100)
    assert stock.free(0, 100) == 0
    assert stock.count_free(0, 100) == 0
    stock.take(0, 0, 100)


@given(
    st.integers(0, 9),
    st.lists(st.tuples(st.booleans(), st.integers(1, 4), st.integers(0, 4), st.integers(1, 5)), max_size=30),
)
def test_counters_never_oversell_a_leg(capacity: int, acts: list[tuple[bool, int, int, int]]) -> None:
    """Lost otherwise: more standing passengers on one leg than the policy allows."""
    legs = 6
    counters, oracle = Counters(capacity, legs), [0] * legs
    for taking, count, board, length in acts:
        alight = min(legs, board + length)
        before = list(oracle)
        if taking:
            said = _said(lambda c=count, b=board, a=alight: counters.take(c, b, a))  # type: ignore[misc]
            fits = all(oracle[leg] + count <= capacity for leg in range(board, alight))
            assert said == (None if fits else Reason.NOT_ENOUGH_PLACES)
        else:
            said = _said(lambda c=count, b=board, a=alight: counters.release(c, b, a))  # type: ignore[misc]
            fits = all(oracle[leg] >= count for leg in range(board, alight))
            assert said == (None if fits else Reason.NOT_HELD)
        if fits:
            for leg in range(board, alight):
                oracle[leg] += count if taking else -count
        assert fits or oracle == before
        assert [counters.used(leg) for leg in range(legs)] == oracle
        assert counters.count_free(board, alight) == capacity - max(oracle[board:alight])
    assert counters == Counters(capacity, legs, oracle)


def test_capacity_cut_below_what_is_sold_shows_none_free() -> None:
    """Lost otherwise: a negative number of free places on the clerk's screen after a policy change."""
    assert Counters(2, 2, [3, 1]).count_free(0, 2) == 0


def test_the_table_knows_each_place_by_class_coach_and_kind() -> None:
    """Lost otherwise: an upper berth sold at the price of a lower one."""
    table = PlaceTable(train((seats(1, "AC", "business"), seats(2, "ACDF", "first", start=2)), dining(), berths(2)))
    assert table.count == 2 + 8 + 12
    assert table.refs_of(table.by_class["business"]) == (PlaceRef("1", "01A"), PlaceRef("1", "01C"))
    assert set(table.by_class) == {
        "business",
        "first",
        "hard_sleeper_upper",
        "hard_sleeper_middle",
        "hard_sleeper_lower",
    }
    assert table.by_class["hard_sleeper_lower"].bit_count() == 4
    assert "2" not in table.by_coach
    assert table.preference("lower") == table.by_kind["berth_lower"]
    assert table.preference("quiet") == 0
    for i, ref in enumerate(table.refs):
        assert table.index(ref) == i
        assert table.by_class[table.classes[i]] >> i & 1
    assert table.index(PlaceRef("9", "01A")) is None
    assert table.mask(table.refs) == table.all


def test_side_by_side_stops_at_the_aisle_and_at_the_row() -> None:
    """Lost otherwise: a couple seated across the aisle though A and B were free."""
    table = PlaceTable(train(seats(2, "ABCDF")))
    pairs = {(table.refs[i].label, table.refs[i + 1].label) for i in bits(table.beside)}
    assert pairs == {("01A", "01B"), ("01B", "01C"), ("01D", "01F"), ("02A", "02B"), ("02B", "02C"), ("02D", "02F")}
    across = {(table.refs[i].label, table.refs[i + 1].label) for i in bits(table.in_line & ~table.beside)}
    assert across == {("01C", "01D"), ("02C", "02D")}


def test_berths_have_no_armrest_between_them() -> None:
    """Lost otherwise: two passengers sent to the wall that two compartments share."""
    assert PlaceTable(train(berths(3))).beside == 0
