"""The end of a terminal's day: its count and sum beside those of the payments that are known to stand in them.

A payment whose end is not known yet (a supervisor carried it past a shift) may stand in the terminal's totals or not:
totals that such payments explain are no difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final

DOUBTFUL_MAX: Final = 10  # so many are tried in every combination; a terminal has one at a time, and a few carried


def day_differences(
    known: Sequence[int], doubtful: Sequence[int], theirs_count: int | None, theirs_minor: int | None
) -> list[tuple[str, int, int]]:
    """Kind (``count``, ``amount``), ours, theirs. Amounts are signed: refunds are negative.

    ``theirs`` None: the terminal said nothing of it.
    """
    count, total = len(known), sum(known)
    few = doubtful[:DOUBTFUL_MAX]
    for size in range(len(few) + 1):
        for some in combinations(few, size):
            if theirs_count in {None, count + size} and theirs_minor in {None, total + sum(some)}:
                return []
    found = []
    if theirs_count is not None and theirs_count != count:
        found.append(("count", count, theirs_count))
    if theirs_minor is not None and theirs_minor != total:
        found.append(("amount", total, theirs_minor))
    return found
