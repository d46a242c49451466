"""Numbers of the blanks on the roll: each paper that is a ticket takes the next, a spoiled one is recorded.

A letter and six digits, as on Chinese tickets: A000001 ... A999999, B000001.
"""

from __future__ import annotations

from typing import Final

_PER_LETTER: Final = 999_999
STOCK_MAX: Final = 26 * _PER_LETTER


def stock_text(number: int) -> str:
    """``number`` counts from 1; after Z999999 it begins anew (26 million papers of one counter)."""
    assert number > 0
    letter, rest = divmod((number - 1) % STOCK_MAX, _PER_LETTER)
    return f"{chr(ord('A') + letter)}{rest + 1:06d}"
