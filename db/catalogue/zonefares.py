"""GTFS fares of version 1, asked for one ride at a time: thousands of rules stay in the file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from counter_app.domain.tariff import Fare, FareRule, cheapest_fare

_RULES: Final = """
SELECT fare_n, route_id, origin, destination, contains FROM fare_rule
WHERE origin IN ('', ?) AND destination IN ('', ?)
"""
Rows = Callable[..., list[tuple[Any, ...]]]


class ZoneFares:
    """``rows(sql, *parameters)`` answers from the catalogue file.

    Fares are in one currency: the feed's, or of several the one of most fares, since prices of two cannot be compared.
    """

    def __init__(self, rows: Rows, currency: str | None) -> None:
        self._rows = rows
        found = rows("SELECT n, fare_id, price_minor, currency, agency_id FROM fare")
        counted = Counter(row[3] for row in found)
        if found and currency is None:
            currency = min(counted, key=lambda code: (-counted[code], code))
        self.currency = currency
        self._by_n = {
            n: Fare(fare_id=fare_id, price_minor=price_minor, currency=code, agency_id=agency_id)
            for n, fare_id, price_minor, code, agency_id in found
            if code == currency
        }
        ruled = {n for (n,) in rows("SELECT DISTINCT fare_n FROM fare_rule")}
        self._everywhere = tuple(fare for n, fare in self._by_n.items() if n not in ruled)
        # Bound by hand: the cache belongs to one file and goes with it.
        self.price_minor = lru_cache(maxsize=2048)(self._find_price)

    @property
    def empty(self) -> bool:
        return not self._by_n

    def _find_price(
        self, agency_id: str, route_id: str, origin: str, destination: str, passed: frozenset[str]
    ) -> int | None:
        """The cheapest that applies, None where nothing does. A ``contains`` of several rows is one set of zones."""
        zones: dict[tuple[int, str, str, str], set[str]] = defaultdict(set)
        for fare_n, route, start, end, contains in self._rows(_RULES, origin, destination):
            zones[fare_n, route, start, end].add(contains)
        rules: dict[int, list[FareRule]] = defaultdict(list)
        for (fare_n, route, start, end), contained in zones.items():
            rules[fare_n].append(
                FareRule(route_id=route, origin=start, destination=end, contains=frozenset(contained - {""}))
            )
        ruled = (replace(self._by_n[n], rules=tuple(found)) for n, found in rules.items() if n in self._by_n)
        fare = cheapest_fare(
            (*self._everywhere, *ruled),
            agency_id=agency_id,
            route_id=route_id,
            origin=origin,
            destination=destination,
            passed=passed - {""},
        )
        return None if fare is None else fare.price_minor
