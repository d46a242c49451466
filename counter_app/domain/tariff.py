"""What a span costs before any passenger pays it: cumulative tables, GTFS fares, kilometres with a taper.

Amounts are integer minor units. None is an unknown fare, which is never free and never sold (decisions 16).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from typing import Final

from counter_app.domain.coaches import Formation, fare_class
from counter_app.domain.money import MINOR_DIGITS, round_half_up
from counter_app.domain.timetable import Span, Trip

UNRESERVED: Final = "standard"  # the one class of a run without coaches

# From the best to the plainest: the order in which classes are offered everywhere.
CLASS_ORDER: Final = (
    "business",
    "premier",
    "first",
    "second",
    "deluxe_sleeper",
    "deluxe_sleeper_upper",
    "deluxe_sleeper_lower",
    "soft_sleeper",
    "soft_sleeper_upper",
    "soft_sleeper_middle",
    "soft_sleeper_lower",
    "hard_sleeper",
    "hard_sleeper_upper",
    "hard_sleeper_middle",
    "hard_sleeper_lower",
    "soft_seat",
    "hard_seat",
    UNRESERVED,
    "standing",
    "no_seat",
)
_RANK: Final = {name: rank for rank, name in enumerate(CLASS_ORDER)}


def class_rank(travel_class: str) -> tuple[int, str]:
    """Sorts fare classes as they are offered. One that we do not know comes before the unnumbered ones, by name."""
    return _RANK.get(travel_class, _RANK[UNRESERVED] - 1), travel_class


def capacities(formation: Formation | None, trip: Trip, unreserved_capacity: int) -> dict[str, int]:
    """Places per fare class in the order of ``class_rank``: the whole train, nothing sold.

    Without a formation nothing is numbered: every class that the trip prices, else ``standard``, has
    ``unreserved_capacity``.
    """
    if formation is None:
        names: Iterable[str] = trip.cumulative_fares or (UNRESERVED,)
        return dict.fromkeys(sorted(names, key=class_rank), unreserved_capacity)
    counts: dict[str, int] = {}
    for coach in formation.coaches:
        for section in coach.sections:
            for place in section.places:
                name = fare_class(section.travel_class, place.kind)
                counts[name] = counts.get(name, 0) + 1
    return {name: counts[name] for name in sorted(counts, key=class_rank)}


# ---------------------------------------------------------------- cumulative by stop


def cumulative_fares(trip: Trip, span: Span) -> dict[str, int | None]:
    """Per fare class the difference of the two cumulative fares; None if either is unknown (decisions 16).

    A fall along the way would be a negative fare: it is unknown too.
    """
    fares: dict[str, int | None] = {}
    for name, steps in trip.cumulative_fares.items():
        low, high = steps[span.board], steps[span.alight]
        fares[name] = high - low if low is not None and high is not None and high >= low else None
    return fares


# ---------------------------------------------------------------- GTFS fares, version 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FareRule:
    """One rule of ``fare_rules.txt``; "" means any. ``contains``: exactly these zones are passed; empty: any.

    Source: gtfs.org reference, "fare_rules.txt". That *all* zones of ``contains_id`` must be passed is said there; that
    no others may be is how journey planners read it (OpenTripPlanner), and the only reading under which the cheapest
    fare that matches is not always the one for the fewest zones.
    """

    route_id: str = ""
    origin: str = ""
    destination: str = ""
    contains: frozenset[str] = frozenset()

    def matches(self, route_id: str, origin: str, destination: str, passed: frozenset[str]) -> bool:
        return (
            self.route_id in {"", route_id}
            and self.origin in {"", origin}
            and self.destination in {"", destination}
            and (not self.contains or self.contains == passed)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fare:
    """A line of ``fare_attributes.txt`` with its rules. No rules: it applies everywhere."""

    fare_id: str
    price_minor: int
    currency: str
    agency_id: str = ""
    rules: tuple[FareRule, ...] = ()


def cheapest_fare(
    fares: Iterable[Fare], *, agency_id: str, route_id: str, origin: str, destination: str, passed: frozenset[str]
) -> Fare | None:
    """The cheapest fare that applies to a ride from zone ``origin`` to zone ``destination``; of equal prices the first

    by id. ``passed``: all zones on the way, both ends among them. None: nothing applies.
    """
    applying = [
        fare
        for fare in fares
        if fare.agency_id in {"", agency_id}
        and (not fare.rules or any(rule.matches(route_id, origin, destination, passed) for rule in fare.rules))
    ]
    return min(applying, key=lambda fare: (fare.price_minor, fare.fare_id), default=None)


# ---------------------------------------------------------------- kilometres


@dataclass(frozen=True, slots=True)
class Band:
    """From ``from_km`` on, each kilometre costs ``per_km_milli``: thousandths of a minor unit."""

    from_km: int
    per_km_milli: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DistanceTariff:
    """A rate per kilometre that falls with the distance (taper), for feeds that price nothing.

    ``bands`` ascend from 0 km: the first kilometres cost the first rate, those beyond the next band's start its rate,
    and so on. Then the class's factor (per mille), the minimum, and rounding up or down to ``step_minor``, halves up.
    ``detour_permille``: road or rail per straight line, where only coordinates are known.
    """

    currency: str
    bands: tuple[Band, ...]
    minimum_minor: int = 0
    step_minor: int = 1
    class_permille: Mapping[str, int] = field(default_factory=dict)
    detour_permille: int = 1250

    def __post_init__(self) -> None:
        assert self.currency in MINOR_DIGITS
        assert self.bands
        assert self.bands[0].from_km == 0
        assert all(low.from_km < high.from_km for low, high in pairwise(self.bands))
        assert all(band.per_km_milli >= 0 for band in self.bands)
        assert self.minimum_minor >= 0
        assert self.step_minor > 0
        assert self.detour_permille >= 1000

    def fare_minor(self, distance_m: int, travel_class: str) -> int | None:
        """None for a class without a factor; one that is named ``hard_sleeper_upper`` may inherit ``hard_sleeper``'s.

        Reckoned exactly: metres times thousandths, rounded once at the end.
        """
        assert distance_m >= 0
        factor = self.class_permille.get(travel_class)
        if factor is None and travel_class.endswith(("_upper", "_middle", "_lower")):
            factor = self.class_permille.get(travel_class.rpartition("_")[0])
        if factor is None:
            return None
        millionths = 0  # of a minor unit
        for at, band in enumerate(self.bands):
            end_m = self.bands[at + 1].from_km * 1000 if at + 1 < len(self.bands) else distance_m
            metres = min(distance_m, end_m) - band.from_km * 1000
            if metres > 0:
                millionths += metres * band.per_km_milli
        steps = round_half_up(millionths * factor, 1_000_000 * 1000 * self.step_minor)
        return max(steps * self.step_minor, self.minimum_minor)


_EARTH_RADIUS_M: Final = 6_371_008.8  # IUGG mean radius


def great_circle_m(points_e6: Sequence[tuple[int, int]]) -> int:
    """Metres along straight lines through ``points_e6`` (latitude, longitude in millionths of a degree)."""
    total = 0.0
    for (lat_1, lon_1), (lat_2, lon_2) in pairwise(points_e6):
        phi_1, phi_2 = radians(lat_1 / 1e6), radians(lat_2 / 1e6)
        half = sin((phi_2 - phi_1) / 2) ** 2
        half += cos(phi_1) * cos(phi_2) * sin(radians((lon_2 - lon_1) / 1e6) / 2) ** 2
        total += 2 * _EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))
    return round(total)


# ---------------------------------------------------------------- together


def class_fares(
    classes: Iterable[str], priced: Mapping[str, int | None], *, tariff: DistanceTariff | None, distance_m: int | None
) -> dict[str, int | None]:
    """The fare of each class that is offered.

    ``priced``: what the feed says (``Catalogue.od_fares``). A feed whose fares know no classes prices them under
    ``standard``, and that fare holds for each class. Where the feed prices nothing at all, ``tariff`` does, if there
    is one and the distance is known.
    """
    if priced:
        common = priced.get(UNRESERVED)
        return {name: priced.get(name, common) for name in classes}
    if tariff is None or distance_m is None:
        return dict.fromkeys(classes)
    return {name: tariff.fare_minor(distance_m, name) for name in classes}
