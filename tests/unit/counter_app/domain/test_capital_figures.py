"""Chinese capital figures: what an accountant books."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.capital_figures import capital_figures
from counter_app.domain.money import MINOR_MAX, Money

_VALUE = {figure: value for value, figure in enumerate("零壹贰叁肆伍陆柒捌玖")}


@pytest.mark.parametrize(
    ("minor", "words"),
    [
        (12345, "壹佰贰拾叁元肆角伍分"),
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角整"),
        (11, "壹角壹分"),
        (100, "壹元整"),
        (104, "壹元零肆分"),
        (140, "壹元肆角整"),
        (1000, "壹拾元整"),
        (1003, "壹拾元零叁分"),
        (10000, "壹佰元整"),
        (10050, "壹佰元伍角整"),
        (10500, "壹佰零伍元整"),
        (55300, "伍佰伍拾叁元整"),
        (100100, "壹仟零壹元整"),
        (101000, "壹仟零壹拾元整"),
        (140950, "壹仟肆佰零玖元伍角整"),
        (168032, "壹仟陆佰捌拾元叁角贰分"),
        (600714, "陆仟零柒元壹角肆分"),
        (1000000, "壹万元整"),
        (1000100, "壹万零壹元整"),
        (1050000, "壹万零伍佰元整"),
        (1500000, "壹万伍仟元整"),
        (10700053, "壹拾万柒仟元伍角叁分"),
        (100000001, "壹佰万元零壹分"),
        (100000100, "壹佰万零壹元整"),
        (100200300, "壹佰万贰仟零叁元整"),
        (1000000000, "壹仟万元整"),
        (10000000000, "壹亿元整"),
        (10000000100, "壹亿零壹元整"),
        (10000100000, "壹亿零壹仟元整"),
        (10010000000, "壹亿零壹拾万元整"),
        (10000010000, "壹亿零壹佰元整"),
        (120000000000, "壹拾贰亿元整"),
        (10**13, "壹仟亿元整"),
    ],
)
def test_hard_cases(minor: int, words: str) -> None:
    """A wrong zero is another amount, or a slip that the accountant sends back."""
    assert capital_figures(Money(minor, "CNY")) == words


def _read(words: str) -> int:
    """Back into fen, by the value of each figure and place alone."""
    whole, _, part = words.rpartition("元")
    total, group, figure = 0, 0, 0
    for sign in whole:
        if sign in _VALUE:
            figure = _VALUE[sign]
        elif sign in "仟佰拾":
            group, figure = group + figure * {"仟": 1000, "佰": 100, "拾": 10}[sign], 0
        else:
            total, group, figure = (total + group + figure) * {"万": 10**4, "亿": 1}[sign], 0, 0
            if sign == "亿":
                return total * 10**10 + _read_rest(whole, part)
    fen = (total + group + figure) * 100
    return fen + _part(part)


def _read_rest(whole: str, part: str) -> int:
    return _read(f"{whole.split('亿', 1)[1] or '零'}元{part}")


def _part(part: str) -> int:
    jiao = re.search("(.)角", part)
    fen = re.search("(.)分", part)
    return (10 * _VALUE[jiao[1]] if jiao else 0) + (_VALUE[fen[1]] if fen else 0)


@given(st.integers(min_value=0, max_value=MINOR_MAX))
def test_every_amount_reads_back(minor: int) -> None:
    """The words are booked, and nobody compares them with the figures again."""
    words = capital_figures(Money(minor, "CNY"))
    assert _read(words) == minor
    assert "零零" not in words
    assert words.endswith(("整", "分"))


def test_another_currency_has_no_such_words() -> None:
    """元角分 of euros would be a wrong amount."""
    assert capital_figures(Money(1990, "EUR")) == ""
