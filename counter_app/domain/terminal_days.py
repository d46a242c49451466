"""The end of a terminal's day: its count and sum beside those of the payments that are known to stand in them.

A payment whose end is not known yet (a supervisor carried it past a shift) may stand in the terminal's totals or not:
totals that such payments explain are no difference. A payment that was taken back by its receipt, and what took it
back, come to nothing; some terminals count both, others (PA00P015, end of day) neither.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

DOUBTFUL_MAX: Final = 10  # so many are tried in every combination; a terminal has one at a time, and a few carried


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One payment of the day. ``minor``: negative where it was given back; ``takes_back``: what it reverses.

    ``known`` False: nobody knows yet whether it was done.
    """

    key: Hashable
    minor: int
    known: bool = True
    takes_back: Hashable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotals:
    """``known``: amounts; ``cancelled``: pairs of a payment and its reversal, in no sum."""

    known: tuple[int, ...]
    doubtful: tuple[int, ...]
    cancelled: int

    @property
    def count(self) -> int:
        return len(self.known)

    @property
    def minor(self) -> int:
        return sum(self.known)

    def differences(self, theirs_count: int | None, theirs_minor: int | None) -> list[tuple[str, int, int]]:
        """Kind (``count``, ``amount``), ours, theirs. ``theirs`` None: the terminal said nothing of it."""
        few = self.doubtful[:DOUBTFUL_MAX]
        for size in range(len(few) + 1):
            for some in combinations(few, size):
                if self._explains(size, sum(some), theirs_count, theirs_minor):
                    return []
        found = []
        if theirs_count is not None and not self._counted(theirs_count, 0):
            found.append(("count", self.count, theirs_count))
        if theirs_minor is not None and not _summed(theirs_minor, self.minor):
            found.append(("amount", self.minor, theirs_minor))
        return found

    def _explains(self, more: int, minor: int, theirs_count: int | None, theirs_minor: int | None) -> bool:
        counted = theirs_count is None or self._counted(theirs_count, more)
        return counted and (theirs_minor is None or _summed(theirs_minor, self.minor + minor))

    def _counted(self, theirs: int, more: int) -> bool:
        beyond = theirs - self.count - more
        return 0 <= beyond <= 2 * self.cancelled and beyond % 2 == 0


def _summed(theirs: int, ours: int) -> bool:
    """A terminal's sum has no sign: where more was given back than taken, it says nothing."""
    return theirs == max(0, ours) or theirs == ours


def day_totals(cards: Iterable[Card]) -> DayTotals:
    """Of the payments that were sent since the day before ended, refused ones left out."""
    every: Sequence[Card] = list(cards)
    there = {one.key for one in every if one.known}
    backs = [one for one in every if one.known and one.takes_back in there]
    gone = {one.key for one in backs} | {one.takes_back for one in backs}
    return DayTotals(
        known=tuple(one.minor for one in every if one.known and one.key not in gone),
        doubtful=tuple(one.minor for one in every if not one.known),
        cancelled=len(backs),
    )
