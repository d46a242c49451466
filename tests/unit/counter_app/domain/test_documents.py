"""Machine-readable zones and resident numbers: one wrong digit is never believed."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from counter_app.domain.documents import (
    NumberKind,
    ZoneCollector,
    check_digit,
    is_hk_id,
    is_old_resident_number,
    is_resident_number,
    number_kind,
    read_zone,
    upgraded_resident_number,
)
from counter_app.domain.passengers import cn_id_check
from counter_app.errors import Reason, Refusal

TODAY = date(2026, 11, 21)
# The specimens of ICAO Doc 9303, parts 4, 5 and 6.
TD3 = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
TD1 = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")
TD1_LONG = ("I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<")


@pytest.mark.parametrize(
    ("lines", "shape", "kind", "number"),
    [
        (TD3, "TD3", "passport", "L898902C3"),
        (TD2, "TD2", "other", "D23145890"),
        (TD1, "TD1", "other", "D23145890"),
    ],
)
def test_the_specimens_of_the_standard_are_read(lines: tuple[str, ...], shape: str, kind: str, number: str) -> None:
    """A passport that every reader reads would have to be typed."""
    zone = read_zone(lines, TODAY)
    assert (zone.shape, zone.kind, zone.number) == (shape, kind, number)
    assert (zone.surname, zone.given, zone.name) == ("ERIKSSON", "ANNA MARIA", "ERIKSSON ANNA MARIA")
    assert (zone.birth, zone.expiry, zone.sex) == (date(1974, 8, 12), date(2012, 4, 15), "F")
    assert (zone.issuer, zone.nationality, zone.truncated) == ("UTO", "UTO", False)


def test_a_number_of_more_than_nine_goes_on_in_the_optional_field() -> None:
    """Belgian cards have twelve: the ticket would name another document."""
    zone = read_zone(TD1_LONG, TODAY)
    assert zone.number == "D23145890734"
    assert zone.birth == date(1934, 7, 12)


def _td3(number: str, birth: str, expiry: str, *, name: str = "LI<<NA", nationality: str = "CHN") -> tuple[str, str]:
    number = number.ljust(9, "<")
    middle = f"{number}{check_digit(number)}{nationality}{birth}{check_digit(birth)}F{expiry}{check_digit(expiry)}"
    optional = "<" * 14
    composite = middle[:10] + middle[13:20] + middle[21:] + optional + "0"
    return f"P<{nationality}{name}".ljust(44, "<")[:44], f"{middle}{optional}0{check_digit(composite)}"


DAYS = st.dates(date(1930, 1, 1), TODAY - timedelta(days=1))
NUMBERS = st.from_regex(r"[A-Z][0-9]{8}", fullmatch=True)


@given(number=NUMBERS, born=DAYS, ends=st.dates(date(2016, 1, 1), date(2036, 12, 31)))
def test_what_is_printed_is_what_is_read(number: str, born: date, ends: date) -> None:
    """The ticket would bear a number or the record a birthday that nobody has."""
    zone = read_zone(_td3(number, f"{born:%y%m%d}", f"{ends:%y%m%d}"), TODAY)
    assert (zone.number, zone.expiry) == (number, ends)
    assert zone.birth is not None
    assert zone.birth <= TODAY
    assert f"{zone.birth:%y%m%d}" == f"{born:%y%m%d}"


@given(
    number=NUMBERS,
    born=DAYS,
    place=st.integers(0, 43),
    other=st.integers(0, 9),
)
def test_one_wrong_digit_is_never_believed(number: str, born: date, place: int, other: int) -> None:
    """Half a millimetre of dirt on the page, and the ticket names somebody else's passport."""
    one, two = _td3(number, f"{born:%y%m%d}", "310101")
    assume(two[place].isdigit() and int(two[place]) != other)
    with pytest.raises(Refusal) as caught:
        read_zone((one, two[:place] + str(other) + two[place + 1 :]), TODAY)
    assert caught.value.reason is Reason.BAD_DOCUMENT
    assert number not in str(caught.value)


@given(number=NUMBERS, born=DAYS, place=st.integers(0, 42))
def test_two_neighbours_swapped_are_not_believed(number: str, born: date, place: int) -> None:
    """The same, typed into a reader's own keyboard.

    The weights 7-3-1 of the standard cannot see two digits that differ by five: those are left out.
    """
    one, two = _td3(number, f"{born:%y%m%d}", "310101")
    left, right = two[place], two[place + 1]
    assume(left.isdigit() and right.isdigit() and left != right and abs(int(left) - int(right)) != 5)
    with pytest.raises(Refusal):
        read_zone((one, two[:place] + right + left + two[place + 2 :]), TODAY)


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ((TD3[0], TD3[1][:-1] + "1"), "composite"),
        ((TD3[0][:-1], TD3[1]), "shape"),
        ((TD3[0],), "shape"),
        ((TD1[0], TD1[1]), "shape"),
        ((TD3[0].replace("UTO", "UTQ"), TD3[1]), "issuer"),
        ((TD3[0], TD3[1].replace("UTO", "UOT")), "nationality"),
        (("V" + TD3[0][1:], TD3[1]), "document_code"),
        (("P<UTO" + "<" * 39, TD3[1]), "name"),
        (_td3("E12345678", "740231", "310101"), "birth"),
        (_td3("E12345678", "740812", "311301"), "expiry"),
        (_td3("<", "740812", "310101"), "number"),
        (("", ""), "shape"),
        ((), "shape"),
    ],
)
def test_what_does_not_hold_is_named_and_nothing_of_it_is_kept(lines: tuple[str, ...], field: str) -> None:
    """The clerk would not know what to compare; or a name would stand in the log."""
    with pytest.raises(Refusal) as caught:
        read_zone(lines, TODAY)
    assert caught.value.facts == {"document_type": "zone", "field": field}


@given(st.lists(st.text(alphabet="ABIPCUTO0123456789<", min_size=30, max_size=44), max_size=4))
def test_any_lines_are_a_zone_or_a_refusal(lines: list[str]) -> None:
    """A reader that sends rubbish would end the window."""
    with contextlib.suppress(Refusal):  # any other exception fails
        assert read_zone(lines, TODAY).number


def test_names_are_taken_apart_and_a_full_field_is_said_to_be_cut() -> None:
    """A long name would be printed as if it were whole; one without given names would be refused."""
    long = "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<KRASUANG"
    zone = read_zone(_td3("E12345678", "740812", "310101", name=long), TODAY)
    assert zone.truncated
    assert zone.name == "NILAVADHANANANDA CHAYAPA DEJTHAMRONG KRA"[: len(zone.name)]
    single = read_zone(_td3("E12345678", "740812", "310101", name="ARKFREITH"), TODAY)
    assert (single.name, single.given) == ("ARKFREITH", "")


def test_years_of_two_digits_are_placed_by_rule() -> None:
    """A child of 2020 would be a hundred years old, and a passport of last year valid for a century."""
    child = read_zone(_td3("E12345678", "200101", "250101"), TODAY)
    assert (child.birth, child.expiry) == (date(2020, 1, 1), date(2025, 1, 1))
    old = read_zone(_td3("E12345678", "270101", "991231"), TODAY)
    assert (old.birth, old.expiry) == (date(1927, 1, 1), date(1999, 12, 31))
    unknown = read_zone(_td3("E12345678", "74<<<<", "<<<<<<"), TODAY)
    assert (unknown.birth, unknown.expiry) == (None, None)


def test_lines_come_one_by_one_and_a_document_lifted_too_early_leaves_nothing() -> None:
    """The first line of one passport and the second of the next would be taken together."""
    collector = ZoneCollector()
    assert collector.take(TD3[0]) is None
    assert collector.waiting()
    assert collector.take(TD3[1]) == TD3
    assert not collector.waiting()
    assert collector.take(TD3[0]) is None
    collector.drop()
    assert collector.take("\r".join(TD1)) == TD1
    assert collector.take(TD3[0]) is None
    assert collector.take("6901234567892") is None
    assert not collector.waiting()
    assert [collector.take(line) for line in (TD3[0], *TD2)] == [None, None, TD2]


# ---- resident numbers
AREAS = st.sampled_from(["110101", "310115", "430102", "440301", "650104", "810000", "820000", "830000"])


@st.composite
def resident_numbers(draw: st.DrawFn) -> str:
    first = draw(AREAS) + f"{draw(st.dates(date(1900, 1, 1), TODAY)):%Y%m%d}" + f"{draw(st.integers(1, 999)):03d}"
    return first + cn_id_check(first)


@given(resident_numbers(), st.integers(0, 16), st.integers(0, 9))
def test_a_resident_number_with_one_wrong_digit_is_never_accepted(number: str, place: int, other: int) -> None:
    """The ticket would be somebody else's, and its owner would not be let through the gate."""
    assert is_resident_number(number, TODAY)
    assume(number[place] != str(other))
    assert not is_resident_number(number[:place] + str(other) + number[place + 1 :], TODAY)


@given(resident_numbers(), st.integers(0, 16))
def test_a_resident_number_with_two_neighbours_swapped_is_never_accepted(number: str, place: int) -> None:
    """The commonest slip of a hand."""
    assume(number[place] != number[place + 1])
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert not is_resident_number(swapped, TODAY)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("11010519491231002X", NumberKind.CN_ID),  # the example of GB 11643
        ("11010519491231002x", NumberKind.CN_ID),
        ("110105194912310021", None),
        ("19010519491231" + "002" + cn_id_check("19010519491231002"), None),  # no such province
        ("11010520301231" + "002" + cn_id_check("11010520301231002"), None),  # born tomorrow
        ("11010520230229" + "002" + cn_id_check("11010520230229002"), None),  # no such day
        ("81000019900101" + "001" + cn_id_check("81000019900101001"), NumberKind.RESIDENCE_PERMIT),
        ("91110119900101" + "001" + cn_id_check("91110119900101001"), NumberKind.FOREIGN_RESIDENT),
        ("H12345678", NumberKind.HOME_RETURN_PERMIT),
        ("M1234567801", NumberKind.HOME_RETURN_PERMIT),
        ("G123456(A)", NumberKind.HK_ID),
        ("AB987654(3)", NumberKind.HK_ID),
        ("E12345678", None),
        ("", None),
    ],
)
def test_numbers_that_tell_what_they_are(number: str, kind: NumberKind | None) -> None:
    """A permit would be taken for a passport, or a slip of the hand for a permit."""
    assert number_kind(number, TODAY) is kind


def test_the_old_fifteen_digits_are_known_and_upgraded_by_rule_but_no_number_to_sell_by() -> None:
    """A ticket would name a card that ended in 2012; or an old record would not be found."""
    old = "110105491231002"
    assert is_old_resident_number(old)
    assert number_kind(old, TODAY) is None
    assert upgraded_resident_number(old) == "11010519491231002X"
    assert upgraded_resident_number("110105991231998")[6:10] == "1899"[:2] + "99"
    assert not is_old_resident_number("110105491331002")


def test_a_hong_kong_card_is_checked_modulo_eleven() -> None:
    """One wrong digit would pass."""
    assert is_hk_id("G123456A")
    assert not is_hk_id("G123457A")
    assert not is_hk_id("G12345A")
