"""How far it is between calls: GTFS leaves the unit of shape_dist_traveled open, and fares by distance need metres."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from counter_app.domain.tariff import great_circle_m
from db.catalogue import limits
from db.catalogue.calls import Calls, Pattern
from db.catalogue.stations import Stops

_UNITS: Final = (1.0, 1000.0, 1609.344, 0.3048)
_KM_PER_S_MAX: Final = 0.3  # 1,080 km/h: no train, but a slow one if these were metres
_SAMPLE: Final = 2_000


def unit_m(calls: Calls, stops: Stops) -> float:
    """Metres in the feed's unit of distance.

    Judged by what the trips themselves show: against straight lines where stops have coordinates, else by speed.
    """
    ratios = sorted(_ratios(calls, stops))
    if ratios:
        middle = ratios[len(ratios) // 2]
        return min(_UNITS, key=lambda unit: max(middle / unit, unit / middle))
    speeds = sorted(_speeds(calls))
    if speeds and speeds[len(speeds) // 2] < _KM_PER_S_MAX:
        return 1000.0
    return 1.0


def distances_m(pattern: Pattern, unit: float) -> list[int]:
    """From the first call, -1 where the feed has none. The first call's own offset is taken off."""
    known = [d for d in pattern.distances if d is not None]
    if not known or pattern.distances[0] is None:
        return [-1] * len(pattern.stops)
    start = pattern.distances[0]
    far = [-1 if d is None else round((d - start) * unit) for d in pattern.distances]
    return far if max(far) <= limits.DISTANCE_M else [-1] * len(pattern.stops)


def _ratios(calls: Calls, stops: Stops) -> Iterator[float]:
    """Straight metres per unit between neighbouring calls."""
    taken = 0
    for pattern in calls.patterns.values():
        for i in range(1, len(pattern.distances)):
            a, b = pattern.distances[i - 1], pattern.distances[i]
            here, there = stops.place_e6(pattern.stops[i - 1]), stops.place_e6(pattern.stops[i])
            if a is not None and b is not None and b > a and here and there and here != there:
                yield great_circle_m([here, there]) / (b - a)
                taken += 1
        if taken > _SAMPLE:
            return


def _speeds(calls: Calls) -> Iterator[float]:
    """Units per second, from a trip's first to its last call."""
    taken = 0
    for pattern in calls.patterns.values():
        if not pattern.distances:
            continue
        first, last = pattern.distances[0], pattern.distances[-1]
        took_s = pattern.arrive_s[-1] - pattern.depart_s[0]
        if first is not None and last is not None and last > first and took_s > 0:
            yield (last - first) / took_s
            taken += 1
        if taken > _SAMPLE:
            return
