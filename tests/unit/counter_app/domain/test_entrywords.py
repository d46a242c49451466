from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.entrywords import (
    BAD_DATE,
    CLASS_WORDS,
    WISH_WORDS,
    classes_beginning,
    read_date,
    read_passengers,
)
from counter_app.domain.tariff import CLASS_ORDER

TODAY = date(2026, 11, 21)  # a Saturday


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("+0", "2026-11-21"),
        ("+1", "2026-11-22"),
        ("+14", "2026-12-05"),
        ("+3天", "2026-11-24"),
        ("1205", "2026-12-05"),
        ("1121", "2026-11-21"),
        ("1120", "2027-11-20"),
        ("12-5", "2026-12-05"),
        ("12/05", "2026-12-05"),
        ("12.5", "2026-12-05"),
        ("12月5日", "2026-12-05"),
        ("12月5号", "2026-12-05"),
        ("20261205", "2026-12-05"),
        ("2026-12-05", "2026-12-05"),
        ("2026年12月5日", "2026-12-05"),
        ("2026/1/2", "2026-01-02"),  # past: what to think of it is the reader's business
        ("05", "2026-12-05"),
        ("21", "2026-11-21"),
        ("31", "2026-12-31"),  # November has none
        ("5日", "2026-12-05"),
        ("5号", "2026-12-05"),
        ("sat", "2026-11-21"),
        ("FRI", "2026-11-27"),
        ("friday", "2026-11-27"),
        ("周五", "2026-11-27"),
        ("星期日", "2026-11-22"),
        ("礼拜天", "2026-11-22"),
        ("下周一", "2026-11-23"),
        ("下周六", "2026-11-28"),
        ("今天", "2026-11-21"),
        ("明天", "2026-11-22"),
        ("后天", "2026-11-23"),
        ("大后天", "2026-11-24"),
        ("today", "2026-11-21"),
        ("Tomorrow", "2026-11-22"),
        ("0229", "2028-02-29"),
    ],
)
def test_dates_as_clerks_say_them(word: str, wanted: str) -> None:
    """A ticket for the wrong day is the dearest slip of all."""
    assert read_date(word, TODAY) == date.fromisoformat(wanted)


@pytest.mark.parametrize("word", ["20260231", "1301", "0431", "13-1", "2026-13-01", "0000", "00", "32", "45日"])
def test_a_date_that_does_not_exist_is_said_to_be_wrong(word: str) -> None:
    """Rolled over to the next month it would sell another day."""
    assert read_date(word, TODAY) == BAD_DATE


@pytest.mark.parametrize(
    "word", ["1", "2", "5", "905", "G1", "bjn", "12050", "2a", "+", "+-1", "周", "下", "", "2026"[:3]]
)
def test_what_is_no_date_is_left_to_the_others(word: str) -> None:
    """A service or a class would be taken for a day."""
    assert read_date(word, TODAY) is None


@given(st.dates(date(2000, 1, 1), date(2150, 1, 1)), st.integers(0, 364))
def test_month_and_day_is_the_next_such_day(today: date, ahead: int) -> None:
    """In December the clerk sells January without typing a year."""
    when = today + timedelta(days=ahead)
    if (when.month, when.day) != (2, 29):
        assert read_date(f"{when:%m%d}", today) == when


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("2a1c1s", {"adult": 2, "child": 1, "student": 1}),
        ("2A", {"adult": 2}),
        ("1c2a", {"child": 1, "adult": 2}),
        ("1a1a", {"adult": 2}),
        ("2a0c", {"adult": 2}),
        ("3张", {"adult": 3}),
        ("2成1童", {"adult": 2, "child": 1}),
        ("2大1小", {"adult": 2, "child": 1}),
        ("1学生", {"student": 1}),
        ("1儿童2成人", {"child": 1, "adult": 2}),
        ("2adults1child", {"adult": 2, "child": 1}),
        ("1v", {"disabled_veteran": 1}),
    ],
)
def test_passengers_in_one_word(word: str, wanted: dict[str, int]) -> None:
    """A child read as an adult pays double."""
    assert read_passengers(word) == wanted


@pytest.mark.parametrize("word", ["a", "2", "2x", "a2", "0a", "100a", "99a1c", "2a3", "", "二成"])
def test_what_names_no_party_is_none(word: str) -> None:
    """Half-understood parties must not be sold."""
    assert read_passengers(word) is None


def test_every_class_word_names_a_class_that_is_offered() -> None:
    """A class that no train offers finds nothing, and the clerk says sold out."""
    assert set(CLASS_WORDS.values()) <= set(CLASS_ORDER)
    assert CLASS_WORDS["硬卧下"] == CLASS_WORDS["硬卧下铺"] == CLASS_WORDS["ywx"] == "hard_sleeper_lower"
    assert CLASS_WORDS["2"] == CLASS_WORDS["ze"] == CLASS_WORDS["二等座"] == "second"
    assert not set(CLASS_WORDS) & set(WISH_WORDS), "one word, one meaning"


def test_a_class_is_completed_from_its_beginning() -> None:
    """While 硬 stands alone the line must offer what it may become."""
    assert classes_beginning("硬")[0] == "hard_seat"
    assert "hard_sleeper_lower" in classes_beginning("硬卧")
    assert classes_beginning("bus") == ("business",)
    assert classes_beginning("b") == ()
    assert classes_beginning("") == ()
