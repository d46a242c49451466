"""Best fit against a brute force that knows nothing of bits, planes or shortcuts."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counter_app.domain.bestfit import best_fit
from counter_app.domain.coaches import Formation, PlaceRef
from counter_app.domain.coachplan import plan
from counter_app.domain.places import LegBitmaps, PlaceTable, bits
from tests.unit.counter_app.domain.trains import berths, dining, seats, train

TRAINS: list[Formation] = [
    train(seats(3, "ABCDF"), seats(2, "ACDF", "first")),
    train((seats(1, "ACF", "business"), seats(2, "AC", "first", start=2)), seats(2, "ACF")),
    train(berths(2), dining(), berths(1, "UL", "soft_sleeper"), seats(1, "ACDF")),
    train(seats(1, "AC"), seats(1, "AC"), seats(1, "AC")),
]


class Brute:
    """Places as (coach, row, block, order in the row), and every subset tried."""

    def __init__(self, formation: Formation, table: PlaceTable, stock: LegBitmaps, board: int, alight: int) -> None:
        self.where: list[tuple[int, int, tuple[int, int], bool]] = []
        row_number = 0
        for coach_number, coach in enumerate(formation.coaches):
            for section in coach.sections:
                laid = plan(section)
                for row in laid.rows:
                    row_number += 1
                    for i, (column, _) in enumerate(row.cells):
                        block = -1 if row.berths else next(k for k, b in enumerate(laid.blocks) if column in b)
                        self.where.append((coach_number, row_number, (block, i), row.berths))
        self.coach_rows = {
            c: sorted({row for coach, row, _, _ in self.where if coach == c}) for c in {w[0] for w in self.where}
        }
        self.free = [p for p in range(table.count) if stock.is_free(p, board, alight)]
        self.gap = {p: self._gap(stock, p, board, alight) for p in self.free}

    @staticmethod
    def _gap(stock: LegBitmaps, place: int, board: int, alight: int) -> int:
        gap = 0
        for leg in range(board - 1, -1, -1):
            if stock.taken_on(leg) >> place & 1:
                break
            gap += 1
        for leg in range(alight, stock.legs):
            if stock.taken_on(leg) >> place & 1:
                break
            gap += 1
        return gap

    def together(self, party: tuple[int, ...]) -> tuple[int, int]:
        """(level, size of the group at that level): smaller is closer."""
        if len(party) == 1:
            return 0, 0
        coaches = [self.where[p][0] for p in party]
        rows = [self.where[p][1] for p in party]
        if len(set(rows)) == 1:
            in_line = party[-1] - party[0] == len(party) - 1 and not self.where[party[0]][3]
            if in_line and len({self.where[p][2][0] for p in party}) == 1:
                return 0, 0
            return (1, 0) if in_line else (2, 0)
        if len(set(coaches)) == 1:
            return 3, max(rows) - min(rows)
        return 4, max(coaches) - min(coaches)

    def choose(self, count: int, candidates: int, preferences: list[int]) -> tuple[int, ...] | None:
        free = [p for p in self.free if candidates >> p & 1]
        parties = list(combinations(free, count))
        if not parties:
            return None
        return min(
            parties,
            key=lambda party: (
                self.together(party),
                sum(self.gap[p] for p in party),
                *(-sum(mask >> p & 1 for p in party) for mask in preferences),
                party,
            ),
        )


@st.composite
def _cases(draw: st.DrawFn) -> tuple[Formation, PlaceTable, LegBitmaps, int, int, int, int, list[int]]:
    formation = draw(st.sampled_from(TRAINS))
    table = PlaceTable(formation)
    legs = draw(st.sampled_from([1, 3, 6, 70]))
    stock = LegBitmaps(table.count, legs)
    for _ in range(draw(st.integers(0, 24))):
        place = draw(st.integers(0, table.count - 1))
        board = draw(st.integers(0, legs - 1))
        alight = draw(st.integers(board + 1, legs))
        if stock.is_free(place, board, alight):
            stock.take(1 << place, board, alight)
    board = draw(st.integers(0, legs - 1))
    alight = draw(st.integers(board + 1, legs))
    candidates = draw(st.sampled_from([table.all, *table.by_class.values(), *table.by_coach.values()]))
    preferences = [table.preference(name) for name in draw(st.permutations(["window", "aisle", "lower"]))]
    preferences = preferences[: draw(st.integers(0, 3))]
    return formation, table, stock, board, alight, draw(st.integers(1, 5)), candidates, preferences


@given(_cases())
@settings(max_examples=300, deadline=None)
def test_the_choice_is_the_one_that_trying_all_finds(
    case: tuple[Formation, PlaceTable, LegBitmaps, int, int, int, int, list[int]],
) -> None:
    """Lost otherwise: parties split for no reason, and long free stretches cut by short journeys."""
    formation, table, stock, board, alight, count, candidates, preferences = case
    found = best_fit(stock, table, board, alight, count, candidates=candidates, preferences=preferences)
    expected = Brute(formation, table, stock, board, alight).choose(count, candidates, preferences)
    assert (tuple(bits(found)) if found is not None else None) == expected


def _labels(table: PlaceTable, mask: int | None) -> list[str]:
    assert mask is not None
    return [ref.label for ref in table.refs_of(mask)]


def test_a_couple_sits_side_by_side_even_where_single_gaps_are_tighter() -> None:
    """Lost otherwise: the couple that the window before would have seated together."""
    table = PlaceTable(train(seats(2)))
    stock = LegBitmaps(table.count, 3)
    stock.take(table.mask([PlaceRef("1", "01A"), PlaceRef("1", "02F")]), 0, 1)  # tight gaps, far apart
    assert _labels(table, best_fit(stock, table, 1, 2, 2)) == ["01A", "01B"]


def test_a_short_journey_goes_into_a_short_gap() -> None:
    """Lost otherwise: a whole-way seat spoilt by one stop, and a through passenger refused."""
    table = PlaceTable(train(seats(2)))
    stock = LegBitmaps(table.count, 4)
    gap = table.mask([PlaceRef("1", "02C")])
    stock.take(gap, 0, 1)
    stock.take(gap, 2, 4)
    assert _labels(table, best_fit(stock, table, 1, 2)) == ["02C"]


def test_a_preference_chooses_among_equals() -> None:
    """Lost otherwise: the window seat that the customer asked for."""
    table = PlaceTable(train(seats(2)))
    stock = LegBitmaps(table.count, 2)
    assert _labels(table, best_fit(stock, table, 0, 1, preferences=[table.preference("aisle")])) == ["01C"]
    assert _labels(table, best_fit(stock, table, 0, 1, 2, preferences=[table.preference("aisle")])) == ["01B", "01C"]


def test_six_sit_in_two_neighbouring_rows() -> None:
    """Lost otherwise: a family spread over the coach."""
    table = PlaceTable(train(seats(4)))
    stock = LegBitmaps(table.count, 1)
    stock.take(table.mask([PlaceRef("1", "01A"), PlaceRef("1", "01B")]), 0, 1)
    chosen = _labels(table, best_fit(stock, table, 0, 1, 6))
    assert chosen == ["01C", "01D", "01F", "02A", "02B", "02C"]


def test_too_few_is_none_not_a_part_of_the_party() -> None:
    """Lost otherwise: three tickets printed for a party of four."""
    table = PlaceTable(train(seats(1, "ACF")))
    stock = LegBitmaps(3, 1)
    assert best_fit(stock, table, 0, 1, 4) is None
    stock.take(0b1, 0, 1)
    assert best_fit(stock, table, 0, 1, 3) is None
    assert best_fit(stock, table, 0, 1, 1, candidates=0) is None


@pytest.mark.parametrize("count", [1, 2, 6, 40])
def test_the_answer_is_the_same_every_time(count: int) -> None:
    """Lost otherwise: two windows that argue about which seat was proposed."""
    table = PlaceTable(train(seats(5), seats(5)))
    stock = LegBitmaps(table.count, 5)
    stock.take(0b1011, 1, 3)
    first = best_fit(stock, table, 2, 4, count)
    assert first is not None
    assert first.bit_count() == count
    assert best_fit(stock.copy(), PlaceTable(train(seats(5), seats(5))), 2, 4, count) == first
