"""stop_times.txt and frequencies.txt: where each trip calls, and when."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from db.catalogue import limits, schema
from db.catalogue.container import refuse
from db.catalogue.faults import Faults
from db.catalogue.source import Source
from db.catalogue.stations import Stops
from db.catalogue.trips import LEFT_OUT, TRIPS, Trips

FILE: Final = "stop_times.txt"
FREQUENCIES: Final = "frequencies.txt"
_TIME: Final = re.compile(r"([0-9]{1,3}):([0-5][0-9]):([0-5][0-9])", re.ASCII)
_SEQUENCE: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_DISTANCE: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{0,30})?", re.ASCII)
_SECONDS: Final = re.compile(r"[0-9]{1,6}", re.ASCII)
_HOW: Final = {"": 0, "0": 0, "1": 1, "2": 0, "3": 0}  # 2 and 3: by arrangement, still possible
_BLANK: Final = -1
_WRONG: Final = -2
_FIELDS: Final = 6  # sequence, stop_n, arrive_s, depart_s, flags, line
_TIMES_CACHED: Final = 200_000


@dataclass(slots=True)
class Pattern:
    """The calls of a trip in order. ``distances``: in the feed's own unit, empty where it has none."""

    sequences: list[int]
    stops: list[int]
    arrive_s: list[int]
    depart_s: list[int]
    flags: list[int]
    distances: list[float | None] = field(default_factory=list)


@dataclass(slots=True)
class Calls:
    """By trip n. ``starts``: departures of frequencies.txt, as seconds; a trip without runs at its own times."""

    patterns: dict[int, Pattern] = field(default_factory=dict)
    starts: dict[int, list[int]] = field(default_factory=dict)


def load_calls(source: Source, trips: Trips, stops: Stops) -> Calls:
    raw, distances = _read(source, trips, stops)
    calls = Calls()
    live = {n for n in trips.index.values() if n != LEFT_OUT}
    for trip in trips.rows:
        if trip.n not in live:
            continue
        pattern = _pattern(raw.pop(trip.n, None), distances.pop(trip.n, None), trip.line, trip.trip_id, source.faults)
        if pattern:
            calls.patterns[trip.n] = pattern
        else:
            trips.index[trip.trip_id] = LEFT_OUT
    _read_frequencies(source, trips, calls)
    return calls


def _read(source: Source, trips: Trips, stops: Stops) -> tuple[dict[int, array[int]], dict[int, array[float]]]:
    """Calls by trip as packed numbers: 24 bytes a call, whatever the order of the file."""
    faults = source.faults
    source.need(FILE)
    columns = (
        "trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence", "pickup_type", "drop_off_type",
        "shape_dist_traveled",
    )  # fmt: skip
    table = source.table(FILE, columns, required=("trip_id", "stop_id", "stop_sequence"))
    if not table.has & {"arrival_time", "departure_time"}:
        raise refuse("missing_column", f"{FILE} arrival_time")
    measured = "shape_dist_traveled" in table.has
    trip_index, stop_index = trips.index, stops.index
    raw: dict[int, array[int]] = {}
    distances: dict[int, array[float]] = {}
    seconds: dict[str, int] = {"": _BLANK}
    count = 0
    for line, (trip_id, arrival, departure, stop_id, sequence, pickup, drop_off, distance) in table:
        trip_n = trip_index.get(trip_id)
        if trip_n is None:
            faults.add(FILE, line, "dangling_reference", f"trip {trip_id}")
            continue
        arrive_s, depart_s = seconds.get(arrival), seconds.get(departure)
        if arrive_s is None:
            arrive_s = _remember(seconds, arrival)
        if depart_s is None:
            depart_s = _remember(seconds, departure)
        stop_n = stop_index.get(stop_id)
        number = int(sequence) if _SEQUENCE.fullmatch(sequence) else None
        flags = _HOW.get(pickup, 0) * schema.NO_BOARDING | _HOW.get(drop_off, 0) * schema.NO_ALIGHTING
        if pickup not in _HOW or drop_off not in _HOW:
            faults.add(FILE, line, "bad_value", f"pickup_type {pickup} drop_off_type {drop_off}")
        if stop_n is None or number is None or _WRONG in (arrive_s, depart_s):
            if stop_n is None:
                fault = ("dangling_reference", f"stop {stop_id}") if stop_id else ("missing_value", "stop_id")
            elif number is None:
                fault = ("bad_value", f"stop_sequence {sequence}")
            else:
                fault = ("bad_time", f"{trip_id} {arrival} {departure}")
            faults.add(FILE, line, *fault)
            trip_index[trip_id] = LEFT_OUT
            continue
        if trip_n == LEFT_OUT:
            continue
        count += 1
        if count > limits.CALLS:
            raise refuse("too_large", f"{FILE}: more than {limits.CALLS} calls")
        mine = raw.get(trip_n)
        if mine is None:
            mine = raw[trip_n] = array("i")
            if measured:
                distances[trip_n] = array("d")
        mine.extend((number, stop_n, arrive_s, depart_s, flags, line))
        if measured:
            distances[trip_n].append(float(distance) if _DISTANCE.fullmatch(distance) else -1.0)
    return raw, distances


def _remember(seconds: dict[str, int], text: str) -> int:
    value = seconds_of(text)
    result = _WRONG if value is None else value
    if len(seconds) < _TIMES_CACHED:
        seconds[text] = result
    return result


def seconds_of(text: str) -> int | None:
    """``25:10:00`` as seconds; None for what is no time, or lies beyond every journey."""
    found = _TIME.fullmatch(text)
    if not found:
        return None
    value = int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])
    return value if value <= limits.TIME_S else None


def _pattern(
    raw: array[int] | None, distances: array[float] | None, trip_line: int, trip_id: str, faults: Faults
) -> Pattern | None:
    """The calls in order, complete and never falling; None, with the fault listed, where they are not."""
    size = len(raw) // _FIELDS if raw else 0
    if raw is None or size < 2:
        faults.add(TRIPS, trip_line, "too_few_calls", f"{trip_id}: {size}")
        return None
    if size > limits.TRIP_CALLS:
        faults.add(TRIPS, trip_line, "too_many_calls", f"{trip_id}: {size}")
        return None
    columns = [list(raw[i::_FIELDS]) for i in range(_FIELDS)]
    far: list[float] = list(distances) if distances else []
    sequences = columns[0]
    if any(a >= b for a, b in pairwise(sequences)):
        order = sorted(range(size), key=lambda i: (sequences[i], i))
        columns = [[column[i] for i in order] for column in columns]
        far = [far[i] for i in order] if far else []
    sequences, stops, arrive_s, depart_s, flags, lines = columns
    for i in range(1, size):
        if sequences[i] == sequences[i - 1]:
            faults.add(FILE, max(lines[i], lines[i - 1]), "duplicate_sequence", f"{trip_id} {sequences[i]}")
            return None
    for i in range(size):
        if arrive_s[i] == _BLANK:
            arrive_s[i] = depart_s[i]
        elif depart_s[i] == _BLANK:
            depart_s[i] = arrive_s[i]
    kept = [d if d >= 0 else None for d in far] if any(d > 0 for d in far) else []
    if _BLANK in arrive_s:
        for end in (0, -1):
            if arrive_s[end] == _BLANK:
                faults.add(FILE, lines[end], "missing_time", f"{trip_id} {sequences[end]}")
                return None
        _interpolate(arrive_s, depart_s, flags, kept)
    before = 0
    for i in range(size):
        if not before <= arrive_s[i] <= depart_s[i]:
            faults.add(FILE, lines[i], "times_decrease", f"{trip_id} {sequences[i]}")
            return None
        before = depart_s[i]
    if any(a is not None and b is not None and a > b for a, b in pairwise(kept)):
        faults.add(FILE, lines[0], "distance_decreases", f"{trip_id}: distances left out")
        kept = []
    return Pattern(sequences, stops, arrive_s, depart_s, flags, kept)


def _interpolate(arrive_s: list[int], depart_s: list[int], flags: list[int], far: list[float | None]) -> None:
    """GTFS leaves times between timepoints blank: spread by distance where it is known, else evenly."""
    i = 1
    while i < len(arrive_s):
        if arrive_s[i] != _BLANK:
            i += 1
            continue
        start = i - 1
        end = next(k for k in range(i, len(arrive_s)) if arrive_s[k] != _BLANK)
        span_s = arrive_s[end] - depart_s[start]
        for k in range(i, end):
            share = _share(far[start], far[k], far[end]) if far else None
            if share is None:
                share = (k - start) / (end - start)
            arrive_s[k] = depart_s[k] = depart_s[start] + round(span_s * share)
            flags[k] |= schema.INTERPOLATED
        i = end


def _share(start: float | None, here: float | None, end: float | None) -> float | None:
    if start is None or here is None or end is None or not start <= here <= end or start == end:
        return None
    return (here - start) / (end - start)


def _read_frequencies(source: Source, trips: Trips, calls: Calls) -> None:
    """A trip that repeats is written out: each departure is a run of its own, which can be sold and sold out."""
    faults = source.faults
    columns = ("trip_id", "start_time", "end_time", "headway_secs")
    windows: dict[int, list[tuple[int, int]]] = {}
    for line, row in source.bounded(FREQUENCIES, columns, required=columns, at_most=limits.SMALL_ROWS):
        trip_id, start, end, headway = row
        trip_n = trips.index.get(trip_id)
        if trip_n is None:
            faults.add(FREQUENCIES, line, "dangling_reference", f"trip {trip_id}")
            continue
        if trip_n == LEFT_OUT:
            continue
        start_s, end_s = seconds_of(start), seconds_of(end)
        every_s = int(headway) if _SECONDS.fullmatch(headway) else 0
        known = windows.setdefault(trip_n, [])
        fault = ""
        if start_s is None or end_s is None:
            fault, detail = "bad_time", f"{trip_id} {start} {end}"
        elif every_s <= 0:
            fault, detail = "bad_value", f"headway_secs {headway}"
        elif start_s >= end_s:
            fault, detail = "times_decrease", f"{trip_id} {start} {end}"
        elif any(start_s < b and a < end_s for a, b in known):
            fault, detail = "frequencies_overlap", f"{trip_id} {start} {end}"
        else:
            departures = calls.starts.setdefault(trip_n, [])
            more = range(start_s, end_s, every_s)
            if len(departures) + len(more) <= limits.DEPARTURES_A_TRIP:
                known.append((start_s, end_s))
                departures.extend(more)
                continue
            fault, detail = "too_many_departures", f"{trip_id}: {len(departures) + len(more)}"
        faults.add(FREQUENCIES, line, fault, detail)
    for trip_n in windows:
        # Its own times only say how long each leg takes: with no window left, nothing says when it runs.
        if not calls.starts.get(trip_n):
            calls.starts.pop(trip_n, None)
            calls.patterns.pop(trip_n, None)
            trips.index[trips.rows[trip_n].trip_id] = LEFT_OUT
