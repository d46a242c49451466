"""The arithmetic of a shift: notes and coins, expected cash, what is over or short. Integer minor units throughout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from counter_app.domain.money import MINOR_DIGITS, MINOR_MAX
from counter_app.errors import Reason, Refusal

# Notes and coins in circulation, from each issuing bank's own list; in minor units, largest first.
_IN_CIRCULATION: Final[dict[str, tuple[int, ...]]] = {
    "CNY": (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10),
    "EUR": (50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "USD": (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 25, 10, 5, 1),
    "THB": (100_000, 50_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 25),
    "PHP": (100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 100, 25, 5, 1),
    "CZK": (500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100),
    "GBP": (5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "JPY": (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10, 5, 1),
    "HKD": (100_000, 50_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10),
    "KRW": (50_000, 10_000, 5_000, 1_000, 500, 100, 50, 10),
    "CHF": (100_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5),
    "PLN": (50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
}
PIECES_MAX: Final = 100_000
REASON_MAX: Final = 200


def denominations(currency: str) -> tuple[int, ...]:
    """Largest first. Where we have no list: 1, 2 and 5 in every power of ten, down to the smallest unit."""
    known = _IN_CIRCULATION.get(currency)
    if known is not None:
        return known
    highest = MINOR_DIGITS[currency] + 3 if MINOR_DIGITS[currency] else 5
    return tuple(step * 10**power for power in range(highest, -1, -1) for step in (5, 2, 1))


def count_total(count: Mapping[int, int], currency: str) -> int:
    """What a count by denomination adds up to. Raises Refusal(BAD_INPUT, field="count") for one that cannot be."""
    known = set(denominations(currency))
    for denomination, pieces in count.items():
        if denomination not in known or not 0 <= pieces <= PIECES_MAX:
            raise Refusal(Reason.BAD_INPUT, field="count", denomination=denomination, pieces=pieces)
    total = sum(denomination * pieces for denomination, pieces in count.items())
    assert total <= MINOR_MAX, "every list of denominations times the most pieces stays below"
    return total


def counted(count: Mapping[int, int]) -> dict[int, int]:
    """Without what is not there, largest first: as it is kept and printed."""
    return {denomination: count[denomination] for denomination in sorted(count, reverse=True) if count[denomination]}


def expected_cash(movements_minor: Iterable[int]) -> int:
    """Float + cash sales − change − cash refunds ± paid in and out − drops: each a signed movement of the drawer."""
    return sum(movements_minor)


def over_short(declared_minor: int, expected_minor: int) -> int:
    """Positive: more in the drawer than there should be."""
    return declared_minor - expected_minor


def check_reason(reason: str) -> str:
    """Stripped. Raises Refusal: REASON_NEEDED, BAD_INPUT(field="reason") when it is longer than 200 characters."""
    plain = " ".join(reason.split())
    if not plain:
        raise Refusal(Reason.REASON_NEEDED)
    if len(plain) > REASON_MAX or not plain.isprintable():
        raise Refusal(Reason.BAD_INPUT, field="reason")
    return plain
