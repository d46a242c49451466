"""Identity documents as they are read by machines: the zone of ICAO Doc 9303, and numbers with public rules.

A zone is believed only when every check digit holds, every date is one, and both countries exist. What 7-3-1 check
digits cannot see (two neighbours swapped that differ by five; names, which no digit covers) stays unseen: the clerk
compares the name with the paper.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from counter_app.domain.countries import COUNTRY_CODES
from counter_app.domain.passengers import cn_id_check, is_cn_id, plain_document
from counter_app.errors import Reason, Refusal

_LINE: Final = re.compile(r"[A-Z0-9<]+")
_WEIGHTS: Final = (7, 3, 1)
_EXPIRY_YEARS_AHEAD_MAX: Final = 50
ZONE_SHAPES: Final = {30: 3, 36: 2, 44: 2}  # characters a line -> lines: TD1, TD2, TD3

# GB/T 2260: provinces; 81 to 83 are residence permits of Hong Kong, Macao and Taiwan residents (State Council 2018).
_PROVINCES: Final = frozenset(
    {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83}
)
_BIRTH_YEAR_MIN: Final = 1850


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A machine-readable zone whose check digits hold. ``kind`` passport | other, as the passenger form has them.

    ``truncated``: the name filled its field: the paper may have more of it. Dates None: the issuer does not say.
    """

    shape: str  # TD1 | TD2 | TD3
    kind: str
    code: str  # P, ID, AC, ... as printed
    issuer: str
    nationality: str
    surname: str = field(repr=False)
    given: str = field(repr=False)
    number: str = field(repr=False)
    birth: date | None = field(repr=False)
    expiry: date | None
    sex: str
    truncated: bool

    @property
    def name(self) -> str:
        """As it goes on a ticket: surname first, as the document has it."""
        return f"{self.surname} {self.given}".strip()


class NumberKind(StrEnum):
    """Numbers that tell by themselves what they are, or that a rule can check."""

    CN_ID = "cn_id"
    RESIDENCE_PERMIT = "residence_permit"  # of Hong Kong, Macao and Taiwan residents: 81, 82, 83
    FOREIGN_RESIDENT = "foreign_resident"  # of 2023: 18 digits that begin with 9
    HOME_RETURN_PERMIT = "home_return_permit"  # mainland travel permit of Hong Kong and Macao residents
    HK_ID = "hk_id"


def check_digit(text: str) -> str:
    """Doc 9303 part 3, 4.9: weights 7, 3, 1; digits as they are, A = 10 to Z = 35, ``<`` = 0; modulo 10."""
    return str(sum(_value(char) * _WEIGHTS[at % 3] for at, char in enumerate(text)) % 10)


def looks_like_zone(lines: Sequence[str]) -> bool:
    """Whole, by its shape: nothing is checked yet."""
    lengths = {len(line) for line in lines}
    return len(lengths) == 1 and ZONE_SHAPES.get(next(iter(lengths))) == len(lines) and all(map(_LINE.fullmatch, lines))


def read_zone(lines: Sequence[str], today: date) -> Zone:
    """Raises Refusal(BAD_DOCUMENT, document_type="zone", field=…): what does not hold, none of its content."""
    plain = [line.strip().upper() for line in lines]
    if not looks_like_zone(plain):
        raise _bad("shape")
    if plain[0][0] not in "PIAC" or (len(plain[0]) == 44 and plain[0][0] != "P") or (plain[0][:2] in {"AC", "IV"}):
        raise _bad("document_code")  # crew certificates and visas are nobody's identity at a counter
    parts = {30: _td1, 36: _td2, 44: _td3}[len(plain[0])](plain)
    _demand(parts.number, parts.number_check, "number")
    _demand(parts.birth, parts.birth_check, "birth")
    _demand(parts.expiry, parts.expiry_check, "expiry")
    if not (parts.optional_check == "<" and not parts.optional.strip("<")):
        _demand(parts.optional, parts.optional_check, "optional")
    _demand(parts.composite, parts.composite_check, "composite")
    issuer, nationality = _country(parts.issuer, "issuer"), _country(parts.nationality, "nationality")
    number = parts.number.rstrip("<")
    if not number or "<" in number:
        raise _bad("number")
    if parts.sex not in "MFX<":
        raise _bad("sex")
    surname, given = _names(parts.name)
    return Zone(
        shape={30: "TD1", 36: "TD2", 44: "TD3"}[len(plain[0])],
        kind="passport" if plain[0][0] == "P" else "other",
        code=plain[0][:2].rstrip("<"),
        issuer=issuer,
        nationality=nationality,
        surname=surname,
        given=given,
        number=number,
        birth=_birth(parts.birth, today),
        expiry=_expiry(parts.expiry, today),
        sex=parts.sex.replace("<", "X"),
        truncated=not parts.name.endswith("<"),
    )


def number_kind(text: str, today: date) -> NumberKind | None:
    """None: no rule knows it, which says nothing against it (a foreign passport has no check digit of its own).

    A resident number of 15 digits is none: those cards ended with 2012, and the number of the card that followed is
    on that card.
    """
    plain = plain_document(text)
    if is_resident_number(plain, today):
        if plain[0] == "9":
            return NumberKind.FOREIGN_RESIDENT
        return NumberKind.RESIDENCE_PERMIT if plain[0] == "8" else NumberKind.CN_ID
    if re.fullmatch(r"[HM]\d{8}(\d\d)?", plain, re.ASCII):
        return NumberKind.HOME_RETURN_PERMIT
    return NumberKind.HK_ID if is_hk_id(plain) else None


def is_resident_number(plain: str, today: date) -> bool:
    """GB 11643: check character, a province that there is, a birth that was. ``plain``: as ``plain_document`` gives."""
    if not is_cn_id(plain):
        return False
    if int(plain[:2]) not in _PROVINCES and plain[0] != "9":
        return False
    born = date(int(plain[6:10]), int(plain[10:12]), int(plain[12:14]))
    return born.year >= _BIRTH_YEAR_MIN and born <= today


def is_old_resident_number(plain: str) -> bool:
    """15 digits, of the first cards: refused by name, since it is a common thing to type from memory."""
    return bool(re.fullmatch(r"[1-8]\d{5}\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}", plain, re.ASCII))


def upgraded_resident_number(plain: str) -> str:
    """The 18 characters that the 15 digits became: for finding an old record, never for selling.

    Order numbers 996 to 999 were given to those born before 1900.
    """
    assert is_old_resident_number(plain)
    body = plain[:6] + ("18" if plain[12:] in {"996", "997", "998", "999"} else "19") + plain[6:]
    return body + cn_id_check(body)


def is_hk_id(plain: str) -> bool:
    """One or two letters, six digits and a check digit modulo 11 (A stands for 10), with or without its brackets."""
    found = re.fullmatch(r"([A-Z]?)([A-Z])(\d{6})\(?([\dA])\)?", plain, re.ASCII)
    if found is None:
        return False
    first, second, digits, check = found.groups()
    values = [36 if not first else ord(first) - 55, ord(second) - 55, *map(int, digits)]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return (total + (10 if check == "A" else int(check))) % 11 == 0


class ZoneCollector:
    """Lines as a reader sends them, one by one; ``take`` gives the zone's lines once they are all there.

    A line that fits nothing before it begins anew: a document lifted too early leaves nothing behind.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []

    def waiting(self) -> bool:
        return bool(self._lines)

    def drop(self) -> None:
        self._lines.clear()

    def take(self, text: str) -> tuple[str, ...] | None:
        for line in re.split(r"[\r\n]+", text.strip().upper()):
            plain = line.strip()
            if len(plain) not in ZONE_SHAPES or not _LINE.fullmatch(plain):
                self._lines.clear()
                return None
            if self._lines and len(self._lines[0]) != len(plain):
                self._lines.clear()
            self._lines.append(plain)
            if len(self._lines) == ZONE_SHAPES[len(plain)]:
                whole = tuple(self._lines)
                self._lines.clear()
                return whole
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    issuer: str
    nationality: str
    name: str
    number: str
    number_check: str
    birth: str
    birth_check: str
    expiry: str
    expiry_check: str
    sex: str
    optional: str = ""
    optional_check: str = "<"
    composite: str
    composite_check: str


def _td3(lines: Sequence[str]) -> _Parts:
    one, two = lines
    return _Parts(
        issuer=one[2:5],
        name=one[5:],
        number=two[:9],
        number_check=two[9],
        nationality=two[10:13],
        birth=two[13:19],
        birth_check=two[19],
        sex=two[20],
        expiry=two[21:27],
        expiry_check=two[27],
        optional=two[28:42],
        optional_check=two[42],
        composite=two[:10] + two[13:20] + two[21:43],
        composite_check=two[43],
    )


def _td2(lines: Sequence[str]) -> _Parts:
    one, two = lines
    number, check = _long_number(two[:9], two[9], two[28:35])
    return _Parts(
        issuer=one[2:5],
        name=one[5:],
        number=number,
        number_check=check,
        nationality=two[10:13],
        birth=two[13:19],
        birth_check=two[19],
        sex=two[20],
        expiry=two[21:27],
        expiry_check=two[27],
        composite=two[:10] + two[13:20] + two[21:35],
        composite_check=two[35],
    )


def _td1(lines: Sequence[str]) -> _Parts:
    one, two, three = lines
    number, check = _long_number(one[5:14], one[14], one[15:])
    return _Parts(
        issuer=one[2:5],
        name=three,
        number=number,
        number_check=check,
        nationality=two[15:18],
        birth=two[:6],
        birth_check=two[6],
        sex=two[7],
        expiry=two[8:14],
        expiry_check=two[14],
        composite=one[5:] + two[:7] + two[8:15] + two[18:29],
        composite_check=two[29],
    )


def _long_number(number: str, check: str, optional: str) -> tuple[str, str]:
    """A number of more than nine goes on in the optional field, its check digit after it (Doc 9303 part 5, note j)."""
    if check != "<":
        return number, check
    rest = optional.split("<", maxsplit=1)[0]
    return (number + rest[:-1], rest[-1]) if len(rest) > 1 else (number, check)


def _demand(text: str, check: str, what: str) -> None:
    if not check.isdigit() or check_digit(text) != check:
        raise _bad(what)


def _country(code: str, what: str) -> str:
    plain = code.rstrip("<")
    if plain not in COUNTRY_CODES or len(plain) != len(code.replace("<", "")):
        raise _bad(what)
    return plain


def _names(text: str) -> tuple[str, str]:
    if any(char.isdigit() for char in text):
        raise _bad("name")
    surname, _, given = text.partition("<<")
    plain = [" ".join(part.split("<")).strip() for part in (surname, given)]
    if not plain[0]:
        raise _bad("name")
    return " ".join(plain[0].split()), " ".join(plain[1].split())


def _birth(text: str, today: date) -> date | None:
    """The latest that is not in the future: nobody is born tomorrow, and hardly anybody is over a hundred."""
    digits = _digits_of_date(text, "birth")
    if digits is None:
        return None
    year, month, day = digits
    for century in (today.year // 100 * 100, today.year // 100 * 100 - 100):
        born = _date(century + year, month, day)
        if born is not None and born <= today:
            return born
    raise _bad("birth")


def _expiry(text: str, today: date) -> date | None:
    """At most fifty years ahead: documents are issued for ten; an expired one is not valid for a century more."""
    digits = _digits_of_date(text, "expiry")
    if digits is None:
        return None
    year, month, day = digits
    full = today.year // 100 * 100 + year
    if full > today.year + _EXPIRY_YEARS_AHEAD_MAX:
        full -= 100
    elif full <= today.year - 100 + _EXPIRY_YEARS_AHEAD_MAX:
        full += 100
    ends = _date(full, month, day)
    if ends is None:
        raise _bad("expiry")
    return ends


def _digits_of_date(text: str, what: str) -> tuple[int, int, int] | None:
    """None: unknown, wholly or in part (``<``)."""
    if re.fullmatch(r"<{6}|\d\d<{4}|\d{4}<<", text):
        return None
    if not text.isdigit():
        raise _bad(what)
    return int(text[:2]), int(text[2:4]), int(text[4:])


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _value(char: str) -> int:
    if char == "<":
        return 0
    return int(char) if char.isdigit() else ord(char) - 55


def _bad(what: str) -> Refusal:
    return Refusal(Reason.BAD_DOCUMENT, document_type="zone", field=what)
