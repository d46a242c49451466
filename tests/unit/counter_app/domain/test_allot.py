"""What is leased to a window: the places that leave the most to everybody else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.bestfit import allot
from counter_app.domain.places import LegBitmaps, bits

LEGS, PLACES = 5, 12


def gap(stock: LegBitmaps, place: int, board: int, alight: int) -> int:
    """Free legs that adjoin the span."""
    found = 0
    for legs in (range(board - 1, -1, -1), range(alight, LEGS)):
        for leg in legs:
            if stock.taken_on(leg) >> place & 1:
                break
            found += 1
    return found


@given(
    taken=st.lists(st.integers(0, (1 << PLACES) - 1), min_size=LEGS, max_size=LEGS),
    span=st.tuples(st.integers(0, LEGS - 1), st.integers(1, LEGS)).filter(lambda one: one[0] < one[1]),
    count=st.integers(0, PLACES + 2),
    candidates=st.integers(0, (1 << PLACES) - 1),
)
def test_the_tightest_places_of_equals_the_last(
    taken: list[int], span: tuple[int, int], count: int, candidates: int
) -> None:
    """If it took loose places, long journeys would find the train in pieces."""
    stock = LegBitmaps.from_masks(PLACES, taken)
    free = [place for place in bits(stock.free(*span)) if candidates >> place & 1]
    best = sorted(free, key=lambda place: (gap(stock, place, *span), -place))[:count]
    assert set(bits(allot(stock, *span, count, candidates=candidates))) == set(best)


def test_bitmaps_from_masks_are_those_of_their_cells() -> None:
    assert LegBitmaps.from_masks(3, [0b101, 0]) == LegBitmaps.from_cells(3, 2, [(0, 0), (2, 0)])
