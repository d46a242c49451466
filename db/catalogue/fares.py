"""What the feed says of prices: cumulative fares by stop (our extension) and GTFS fares v1."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from counter_app.domain.money import MINOR_DIGITS, MINOR_MAX
from db.catalogue import limits
from db.catalogue.calls import Calls
from db.catalogue.faults import Faults
from db.catalogue.source import Source
from db.catalogue.trips import LEFT_OUT, Trips

STOP_FARES: Final = "stop_fares.txt"
ATTRIBUTES: Final = "fare_attributes.txt"
RULES: Final = "fare_rules.txt"
_MINOR: Final = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_PRICE: Final = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,10}))?", re.ASCII)
_SEQUENCE: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_CODE_CHARS: Final = 40
_FIELDS: Final = 4  # sequence, class_n, minor, line
UNKNOWN: Final = -1


@dataclass(slots=True)
class Fares:
    """``classes``: name → n. ``by_trip``: trip n → class_n → a fare for each call, UNKNOWN where there is none."""

    classes: dict[str, int] = field(default_factory=dict)
    by_trip: dict[int, dict[int, list[int]]] = field(default_factory=dict)
    currency_of: dict[int, str] = field(default_factory=dict)
    fares: list[tuple[int, str, int, str, str]] = field(default_factory=list)
    rules: list[tuple[int, str, str, str, str]] = field(default_factory=list)

    def currency(self) -> str:
        """The only one, else ""."""
        found = set(self.currency_of.values()) | {fare[3] for fare in self.fares}
        return found.pop() if len(found) == 1 else ""


def load_fares(source: Source, trips: Trips, calls: Calls, known_routes: set[str]) -> Fares:
    fares = Fares()
    raw = _read_stop_fares(source, trips, fares)
    for trip_n, rows in raw.items():
        by_class = _by_class(rows, trips.rows[trip_n].trip_id, calls.patterns[trip_n].sequences, fares, source.faults)
        if by_class:
            fares.by_trip[trip_n] = by_class
        else:
            fares.currency_of.pop(trip_n, None)
    _read_attributes(source, fares, known_routes)
    return fares


def _read_stop_fares(source: Source, trips: Trips, fares: Fares) -> dict[int, array[int]]:
    faults, trip_index, classes, currency_of = source.faults, trips.index, fares.classes, fares.currency_of
    columns = ("trip_id", "stop_sequence", "travel_class", "cumulative_fare_minor", "currency")
    raw: dict[int, array[int]] = {}
    sequences: dict[str, int | None] = {}
    for line, row in source.bounded(STOP_FARES, columns, required=columns, at_most=limits.STOP_FARES):
        trip_id, sequence, travel_class, fare, currency = row
        trip_n = trip_index.get(trip_id)
        if trip_n is None:
            faults.add(STOP_FARES, line, "dangling_reference", f"trip {trip_id}")
            continue
        if sequence not in sequences:
            sequences[sequence] = int(sequence) if _SEQUENCE.fullmatch(sequence) else None
        number = sequences[sequence]
        minor = int(fare) if _MINOR.fullmatch(fare) else MINOR_MAX + 1
        if 0 <= minor <= MINOR_MAX and currency in MINOR_DIGITS and number is not None and travel_class:
            if trip_n == LEFT_OUT:
                continue
            if currency_of.setdefault(trip_n, currency) != currency:
                faults.add(STOP_FARES, line, "currency_mixed", f"{trip_id} {currency}")
                continue
            class_n = classes.get(travel_class)
            if class_n is None:
                if len(travel_class) > _CODE_CHARS:
                    faults.add(STOP_FARES, line, "text_too_long", travel_class)
                    continue
                class_n = classes[travel_class] = len(classes)
            mine = raw.get(trip_n)
            if mine is None:
                mine = raw[trip_n] = array("q")
            mine.extend((number, class_n, minor, line))
        elif number is None:
            faults.add(STOP_FARES, line, "bad_value", f"{trip_id} stop_sequence {sequence}")
        elif not travel_class:
            faults.add(STOP_FARES, line, "missing_value", "travel_class")
        elif minor < 0:
            faults.add(STOP_FARES, line, "negative_fare", f"{trip_id} {sequence} {fare}")
        elif minor > MINOR_MAX:
            faults.add(STOP_FARES, line, "bad_fare", f"{trip_id} {sequence} {fare}")
        else:
            faults.add(STOP_FARES, line, "unknown_currency", f"{trip_id} {sequence} {currency}")
    return raw


def _by_class(
    rows: array[int], trip_id: str, sequences: list[int], fares: Fares, faults: Faults
) -> dict[int, list[int]]:
    """Fares by call. A class whose fares fall is left out whole: which of two is wrong is not to be known."""
    at = {sequence: i for i, sequence in enumerate(sequences)}
    by_class: dict[int, list[int]] = {}
    lines: dict[tuple[int, int], int] = {}
    unsure: list[tuple[int, int]] = []
    for start in range(0, len(rows), _FIELDS):
        sequence, class_n, minor, line = rows[start : start + _FIELDS]
        call = at.get(sequence)
        if call is None:
            faults.add(STOP_FARES, line, "dangling_reference", f"{trip_id} stop_sequence {sequence}")
        elif call == 0:
            if minor:
                faults.add(STOP_FARES, line, "bad_fare", f"{trip_id}: {minor} at the origin")
        elif (class_n, call) in lines:
            faults.add(STOP_FARES, line, "duplicate_id", f"{trip_id} {sequence}")
            if by_class[class_n][call] != minor:
                unsure.append((class_n, call))
        else:
            column = by_class.get(class_n)
            if column is None:
                column = by_class[class_n] = [0, *([UNKNOWN] * (len(sequences) - 1))]
            column[call] = minor
            lines[class_n, call] = line
    for class_n, call in unsure:
        by_class[class_n][call] = UNKNOWN
    names = list(fares.classes)
    for class_n, column in list(by_class.items()):
        before = 0
        for call, minor in enumerate(column):
            if minor == UNKNOWN:
                continue
            if minor < before:
                faults.add(STOP_FARES, lines[class_n, call], "fare_not_monotone", f"{trip_id} {names[class_n]}")
                del by_class[class_n]
                break
            before = minor
        else:
            if not any(minor != UNKNOWN for minor in column[1:]):
                del by_class[class_n]
    return dict(sorted(by_class.items()))


def _read_attributes(source: Source, fares: Fares, known_routes: set[str]) -> None:
    faults = source.faults
    columns = ("fare_id", "price", "currency_type", "agency_id")
    index: dict[str, int] = {}
    for line, (fare_id, price, currency, agency_id) in source.bounded(
        ATTRIBUTES, columns, required=columns[:3], at_most=limits.SMALL_ROWS
    ):
        if not fare_id:
            faults.add(ATTRIBUTES, line, "missing_value", "fare_id")
            continue
        if fare_id in index:
            faults.add(ATTRIBUTES, line, "duplicate_id", fare_id)
            continue
        index[fare_id] = LEFT_OUT
        if currency not in MINOR_DIGITS:
            faults.add(ATTRIBUTES, line, "unknown_currency", currency)
            continue
        minor = minor_of(price, MINOR_DIGITS[currency])
        if minor is None:
            faults.add(ATTRIBUTES, line, "bad_fare", f"{fare_id} {price}")
        elif minor < 0:
            faults.add(ATTRIBUTES, line, "negative_fare", f"{fare_id} {price}")
        else:
            index[fare_id] = n = len(fares.fares)
            fares.fares.append((n, fare_id, minor, currency, agency_id))
    fares.rules.extend(_read_rules(source, index, known_routes))


def _read_rules(
    source: Source, index: dict[str, int], known_routes: set[str]
) -> Iterator[tuple[int, str, str, str, str]]:
    columns = ("fare_id", "route_id", "origin_id", "destination_id", "contains_id")
    for line, (fare_id, route_id, *zones) in source.bounded(
        RULES, columns, required=columns[:1], at_most=limits.SMALL_ROWS
    ):
        fare_n = index.get(fare_id)
        if fare_n is None:
            source.faults.add(RULES, line, "dangling_reference", f"fare {fare_id}")
        elif route_id and route_id not in known_routes:
            source.faults.add(RULES, line, "dangling_reference", f"route {route_id}")
        elif fare_n != LEFT_OUT:
            yield (fare_n, route_id, zones[0], zones[1], zones[2])


def minor_of(price: str, digits: int) -> int | None:
    """``3.75`` in minor units; None for what is no price, has more decimals than the currency, or is beyond reason."""
    found = _PRICE.fullmatch(price)
    if not found:
        return None
    sign, whole, part = found[1], found[2], (found[3] or "").rstrip("0")
    if len(part) > digits:
        return None
    minor = int(whole) * 10**digits + int(part.ljust(digits, "0") or "0")
    return None if minor > MINOR_MAX else -minor if sign else minor
