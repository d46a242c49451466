"""Notes and coins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.money import MINOR_DIGITS
from counter_app.domain.shifts import check_reason, count_total, counted, denominations, expected_cash, over_short
from counter_app.errors import Reason, Refusal


@pytest.mark.parametrize("currency", sorted(MINOR_DIGITS))
def test_every_currency_can_be_counted(currency: str) -> None:
    """A station abroad must be able to close its drawer."""
    values = denominations(currency)
    assert list(values) == sorted(set(values), reverse=True)
    assert values[-1] > 0
    assert len(values) <= 24


@given(count=st.dictionaries(st.sampled_from(denominations("CNY")), st.integers(0, 1000)))
def test_a_count_adds_up(count: dict[int, int]) -> None:
    """The clerk pays for what the program counts wrong."""
    assert count_total(count, "CNY") == sum(a * b for a, b in count.items()) == count_total(counted(count), "CNY")
    assert list(counted(count)) == sorted((a for a, b in count.items() if b), reverse=True)


@given(movements=st.lists(st.integers(-(10**9), 10**9)), declared=st.integers(0, 10**9))
def test_over_and_short(movements: list[int], declared: int) -> None:
    """Over is positive, short is negative, to the fen."""
    assert expected_cash(movements) + over_short(declared, expected_cash(movements)) == declared


@pytest.mark.parametrize("currency", ["CNY", "VND", "KWD"])
def test_the_fullest_drawer_is_still_an_amount(currency: str) -> None:
    """A cat on the keyboard must not crash the count; a piece more is refused."""
    full = dict.fromkeys(denominations(currency), 100_000)
    assert count_total(full, currency) > 0
    with pytest.raises(Refusal) as refused:
        count_total({value: pieces + 1 for value, pieces in full.items()}, currency)
    assert refused.value.reason is Reason.BAD_INPUT


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_no_reason_is_none(text: str) -> None:
    """A blank is not a reason."""
    with pytest.raises(Refusal) as refused:
        check_reason(text)
    assert refused.value.reason is Reason.REASON_NEEDED


def test_reasons_are_one_line_of_bounded_length() -> None:
    """It is printed on the Z."""
    assert check_reason("  找零\n差错 ") == "找零 差错"
    with pytest.raises(Refusal) as refused:
        check_reason("x" * 201)
    assert refused.value.reason is Reason.BAD_INPUT
