"""Numbers of the blanks on the roll: each paper that is a ticket takes the next, a spoiled one is recorded.

A letter and six digits, as on Chinese tickets: A000001 ... A999999, B000001.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from counter_app.errors import Reason, Refusal

_PER_LETTER: Final = 999_999
STOCK_MAX: Final = 26 * _PER_LETTER
ROLL_MAX: Final = 10_000  # blanks of one roll
_TEXT: Final = re.compile(r"([A-Z])([0-9]{6})")


class StockControl(StrEnum):
    """Whether tickets take numbered blanks of rolls: only those, those where a roll is loaded, or never."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


def stock_text(number: int) -> str:
    """``number`` counts from 1; after Z999999 it begins anew (26 million papers of one counter)."""
    assert number > 0
    letter, rest = divmod((number - 1) % STOCK_MAX, _PER_LETTER)
    return f"{chr(ord('A') + letter)}{rest + 1:06d}"


def stock_number(text: str) -> int:
    """As it stands on the blank, A000001 being 1. Raises Refusal(BAD_BLANKS)."""
    found = _TEXT.fullmatch(text.strip().upper())
    if found is None or int(found[2]) == 0:
        raise Refusal(Reason.BAD_BLANKS)
    return (ord(found[1]) - ord("A")) * _PER_LETTER + int(found[2])


def stock_range(first: str, last: str) -> tuple[int, int]:
    """Raises Refusal(BAD_BLANKS) for what is none, and for more than a roll can have."""
    first_n, last_n = stock_number(first), stock_number(last)
    if not first_n <= last_n < first_n + ROLL_MAX:
        raise Refusal(Reason.BAD_BLANKS)
    return first_n, last_n
