"""No card number leaves the codec: fields are masked to their last four digits, texts are searched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_MASKED: Final = "*"
_SHORTEST, _LONGEST = 12, 19
# Digits that stand together, at most two blanks or dashes (or no-break blanks) between two of them.
_RUN: Final = re.compile(r"\d(?:[ \-\u00a0]{0,2}\d){11,}", re.ASCII)


def masked_number(data: bytes) -> str:
    """Field 22: ``**** 1234``; "" where there is none or nothing of it may be shown.

    Half-bytes: digits, E for what the terminal masked itself, D before what follows on the stripe, F for padding. An
    EF_ID (of a chip) has no such end and is longer than any card number: nothing of it is shown.
    """
    number = re.split("[df]", data.hex(), maxsplit=1)[0]
    last = number[-4:]
    if not 8 <= len(number) <= _LONGEST or not last.isdecimal():
        return ""
    return f"**** {last}"


def scrubbed(text: str) -> str:
    """The same text; of each card number in it, however spaced, only the last four digits are left.

    A number is 12 to 19 digits that pass Luhn's check. The text keeps its length: it is printed in columns.
    """
    return _RUN.sub(lambda found: _scrubbed_run(found[0]), text)


def _scrubbed_run(run: str) -> str:
    places = [at for at, mark in enumerate(run) if mark.isdigit()]
    digits = "".join(run[at] for at in places)
    hidden: set[int] = set()
    for start, end in _numbers(places, digits):
        hidden.update(places[start : end - 4])
    return "".join(_MASKED if at in hidden else mark for at, mark in enumerate(run))


def _numbers(places: list[int], digits: str) -> Iterator[tuple[int, int]]:
    """Where card numbers stand among the digits: groups of the run that pass together, or any part of a longer one."""
    starts = [n for n in range(len(places)) if not n or places[n] - places[n - 1] > 1]
    ends = [*starts[1:], len(places)]
    for start in starts:
        for end in ends:
            if _SHORTEST <= end - start <= _LONGEST and _is_number(digits[start:end]):
                yield start, end
    for start, end in zip(starts, ends, strict=True):
        if end - start > _LONGEST:  # a stripe's content, or a number glued to others
            for first in range(start, end - _SHORTEST + 1):
                for size in range(_SHORTEST, min(_LONGEST, end - first) + 1):
                    if _is_number(digits[first : first + size]):
                        yield first, first + size


def _is_number(digits: str) -> bool:
    # No card's number begins with 0: an application id (A0000000041010) and zeros stay as they are.
    return digits[0] != "0" and passes_luhn(digits)


def passes_luhn(digits: str) -> bool:
    total = 0
    for n, mark in enumerate(reversed(digits)):
        value = int(mark) * (1 + n % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
