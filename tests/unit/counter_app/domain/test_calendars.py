from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.calendars import Calendar

FIRST = date(2026, 11, 1).toordinal()


@given(
    first=st.integers(0, 30),
    length=st.integers(0, 30),
    weekdays=st.integers(0, 127),
    added=st.sets(st.integers(-10, 70), max_size=8),
    removed=st.sets(st.integers(-10, 70), max_size=8),
    day=st.integers(-12, 72),
)
def test_a_day_runs_as_gtfs_says(
    first: int, length: int, weekdays: int, added: set[int], removed: set[int], day: int
) -> None:
    """A ticket for a day without the train strands its passenger."""
    calendar = Calendar(
        first_day=FIRST + first,
        last_day=FIRST + first + length,
        weekdays=weekdays,
        added=sorted(FIRST + one for one in added),
        removed=sorted(FIRST + one for one in removed - added),
    )
    when = date.fromordinal(FIRST) + timedelta(days=day)
    wanted = first <= day <= first + length and bool(weekdays & 1 << when.weekday())
    if day in removed:
        wanted = False
    if day in added:
        wanted = True
    assert calendar.runs_on(when) is wanted
