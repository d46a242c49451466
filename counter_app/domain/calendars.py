"""On which days a trip runs, without ever listing them: calendars from the year 1 to 9999 exist."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Days are proleptic Gregorian ordinals (``date.toordinal()``). ``weekdays``: bit 0 is Monday.

    ``added`` and ``removed`` ascend: the exceptions of ``calendar_dates.txt`` (types 1 and 2).
    """

    first_day: int
    last_day: int
    weekdays: int
    added: Sequence[int] = ()
    removed: Sequence[int] = ()

    def runs_on_day(self, day: int) -> bool:
        if _holds(self.added, day):
            return True
        # Ordinal 1 was a Monday.
        regular = self.first_day <= day <= self.last_day and self.weekdays >> ((day - 1) % 7) & 1
        return bool(regular) and not _holds(self.removed, day)

    def runs_on(self, day: date) -> bool:
        return self.runs_on_day(day.toordinal())


def _holds(days: Sequence[int], day: int) -> bool:
    at = bisect_left(days, day)
    return at < len(days) and days[at] == day
