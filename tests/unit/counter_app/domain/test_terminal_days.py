"""A terminal's totals beside ours. A clerk would look for money that is not missing, or not for money that is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.terminal_days import Card, day_totals

AMOUNTS = st.lists(st.integers(1, 10**6), max_size=6)


def cards(*minors: int, known: bool = True) -> list[Card]:
    return [Card(key=(n, known), minor=minor, known=known) for n, minor in enumerate(minors)]


@given(AMOUNTS, AMOUNTS, st.data())
def test_what_is_not_known_may_stand_in_it_or_not(sure: list[int], doubtful: list[int], data: st.DataObject) -> None:
    """And a sum that no such payment explains is a difference."""
    totals = day_totals([*cards(*sure), *cards(*doubtful, known=False)])
    performed = [one for one in doubtful if data.draw(st.booleans())]
    count, total = len(sure) + len(performed), sum(sure) + sum(performed)
    assert totals.differences(count, total) == []
    assert totals.differences(count, None) == []
    assert totals.differences(None, None) == []
    beyond = sum(sure) + sum(doubtful) + 1
    assert ("amount", sum(sure), beyond) in totals.differences(count, beyond)


def test_one_that_was_taken_back_comes_to_nothing_counted_or_not() -> None:
    taken = [*cards(500, 900), Card(key="back", minor=-500, takes_back=(0, True))]
    totals = day_totals(taken)
    assert (totals.count, totals.minor, totals.cancelled) == (1, 900, 1)
    assert totals.differences(1, 900) == totals.differences(3, 900) == []
    assert totals.differences(2, 900) == [("count", 1, 2)]
    assert totals.differences(5, 900) == [("count", 1, 5)]


def test_a_reversal_of_an_earlier_day_counts_by_itself() -> None:
    totals = day_totals([*cards(900), Card(key="back", minor=-500, takes_back="yesterday's")])
    assert totals.differences(2, 400) == []


@pytest.mark.parametrize("theirs", [0, -300])
def test_more_given_back_than_taken(theirs: int) -> None:
    """A terminal's sum has no sign."""
    assert day_totals(cards(200, -500)).differences(2, theirs) == []


def test_many_that_are_not_known_have_a_bound() -> None:
    totals = day_totals(cards(*range(1, 200), known=False))
    assert totals.differences(1, 10**9) == [("count", 0, 1), ("amount", 0, 10**9)]
