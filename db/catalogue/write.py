"""The catalogue file, written once: tables, then indexes, then the disk."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from db.catalogue import schema
from db.catalogue.calendars import Services, le_bytes
from db.catalogue.calls import Calls, Pattern
from db.catalogue.coaches import Coaches
from db.catalogue.distances import distances_m, unit_m
from db.catalogue.fares import Fares
from db.catalogue.faults import Faults
from db.catalogue.stations import Stops
from db.catalogue.trips import TripRow, Trips

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:  # no wheel for this system: a catalogue has no WAL, any SQLite writes it soundly
    import sqlite3 as sqlite

_BATCH_STEPS: Final = 100_000  # virtual machine steps between two signs of life


class Contents:
    """Everything read from a feed, on its way into the file."""

    def __init__(
        self, *, stops: Stops, services: Services, trips: Trips, calls: Calls, coaches: Coaches, fares: Fares
    ) -> None:
        self.stops = stops
        self.services = services
        self.trips = trips
        self.calls = calls
        self.coaches = coaches
        self.fares = fares
        self.departures = 0
        self.max_depart_s = 0


def write_catalogue(
    path: Path, contents: Contents, info: dict[str, str], faults: Faults, *, alive: Callable[[], None]
) -> None:
    """Fills ``path``, a new file. It is whole and on the disk when this returns."""
    alive()
    connection = sqlite.connect(str(path), isolation_level=None)
    try:
        connection.set_progress_handler(lambda: _go_on(alive), _BATCH_STEPS)
        # Nobody else sees the file before it is renamed: a crash throws it away, so no journal is kept of it.
        for pragma in ("page_size = 4096", "journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA cache_size = -16000")
        connection.executescript(schema.TABLES)
        connection.execute("BEGIN")
        _fill(connection, contents)
        info |= {"departures": str(contents.departures), "max_depart_s": str(contents.max_depart_s)}
        connection.executemany("INSERT INTO info VALUES (?, ?)", sorted(info.items()))
        listed = ((i, f.file, f.line, f.fault, f.detail) for i, f in enumerate(faults.listed()))
        connection.executemany("INSERT INTO fault VALUES (?, ?, ?, ?, ?)", listed)
        connection.execute("COMMIT")
        connection.executescript(schema.INDEXES)
        connection.execute("PRAGMA optimize = 0x10002")
    finally:
        connection.close()
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _go_on(alive: Callable[[], None]) -> int:
    alive()
    return 0


def _fill(connection: Any, contents: Contents) -> None:
    stops, coaches, fares = contents.stops, contents.coaches, contents.fares
    calls_at: list[array[int]] = [array("i") for _ in stops.stations]
    weights = [0] * len(stops.stations)
    connection.executemany(
        "INSERT INTO trip VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _trips(contents, calls_at, weights)
    )
    for station, weight in zip(stops.stations, weights, strict=True):
        station[8] = weight
    connection.executemany("INSERT INTO station VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", stops.stations)
    connection.executemany("INSERT INTO stop VALUES (?, ?, ?, ?, ?)", stops.rows)
    connection.executemany("INSERT INTO call_at VALUES (?, ?, ?, ?, ?)", _calls_at(calls_at))
    services = (service.row(n) for n, service in enumerate(contents.services.all))
    connection.executemany("INSERT INTO service VALUES (?, ?, ?, ?, ?, ?, ?)", services)
    connection.executemany("INSERT INTO fare_class VALUES (?, ?)", ((n, name) for name, n in fares.classes.items()))
    connection.executemany("INSERT INTO formation VALUES (?, ?, ?)", coaches.rows())
    types = ((coach.n, coach.name, coach.travel_class, coach.description) for coach in coaches.types.values())
    connection.executemany("INSERT INTO coach_type VALUES (?, ?, ?, ?)", types)
    places = ((c.n, i, *place) for c in coaches.types.values() for i, place in enumerate(c.places.values()))
    connection.executemany("INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?)", places)
    connection.executemany("INSERT INTO fare VALUES (?, ?, ?, ?, ?)", fares.fares)
    connection.executemany("INSERT INTO fare_rule VALUES (?, ?, ?, ?, ?)", fares.rules)


def _trips(contents: Contents, calls_at: list[array[int]], weights: list[int]) -> Iterator[tuple[object, ...]]:
    """Rows of table trip, numbered anew without those left out; on the way, who calls where is noted."""
    stops, calls, coaches, fares = contents.stops, contents.calls, contents.coaches, contents.fares
    station_ns = stops.station_ns()
    stop_ids = [row[1] for row in stops.rows]
    fingerprints = coaches.fingerprints()
    unit = unit_m(calls, stops)
    n = 0
    for trip in contents.trips.rows:
        pattern = calls.patterns.get(trip.n)
        if pattern is None:
            continue
        formation_n = coaches.of_trip.get(trip.n)
        fingerprint = b"" if formation_n is None else fingerprints[formation_n]
        far = distances_m(pattern, unit)
        measured = int(any(d > 0 for d in far))
        priced = _fares(fares.by_trip.get(trip.n, {}))
        for trip_id, shift_s in _departures(trip, pattern, contents):
            arrive_s = [max(0, s + shift_s) for s in pattern.arrive_s]
            depart_s = [s + shift_s for s in pattern.depart_s]
            packed = array("i")
            for i, stop_n in enumerate(pattern.stops):
                packed.extend((stop_n, arrive_s[i], depart_s[i], far[i], pattern.flags[i]))
                calls_at[station_ns[stop_n]].extend((n, i, depart_s[i], pattern.flags[i]))
            for station_n in {station_ns[stop_n] for stop_n in pattern.stops}:
                weights[station_n] += 1
            contents.max_depart_s = max(contents.max_depart_s, depart_s[-1])
            version = _version([stop_ids[s] for s in pattern.stops], arrive_s, depart_s, pattern.flags, fingerprint)
            route = trip.route
            yield (
                n, trip_id, trip.service, route.route_id, route.route_type, route.agency.zone, route.agency.name,
                route.agency.agency_id, trip.headsign, trip.service_n, formation_n,
                fares.currency_of.get(trip.n), version, measured, le_bytes(packed), priced,
            )  # fmt: skip
            n += 1
    contents.departures = n


def _departures(trip: TripRow, pattern: Pattern, contents: Contents) -> Iterator[tuple[str, int]]:
    """Trip ids and the shift of their times: itself, or one for each departure that frequencies.txt asks for."""
    starts = contents.calls.starts.get(trip.n)
    if not starts:
        yield trip.trip_id, 0
        return
    for start_s in sorted(starts):
        clock = f"{start_s // 3600:02d}:{start_s // 60 % 60:02d}:{start_s % 60:02d}"
        trip_id = f"{trip.trip_id}@{clock}"
        while trip_id in contents.trips.index:  # a trip of the feed that is called just so
            trip_id += "'"
        yield trip_id, start_s - pattern.depart_s[0]


def _calls_at(calls_at: list[array[int]]) -> Iterator[tuple[int, int, int, int, int]]:
    for station_n, packed in enumerate(calls_at):
        for at in range(0, len(packed), 4):
            yield (station_n, packed[at], packed[at + 1], packed[at + 2], packed[at + 3])


def _fares(by_class: dict[int, list[int]]) -> bytes:
    packed = array("q")
    for class_n, column in by_class.items():
        packed.append(class_n)
        packed.extend(column)
    return le_bytes(packed)


def _version(stop_ids: list[str], arrive_s: list[int], depart_s: list[int], flags: list[int], places: bytes) -> str:
    """Changes whenever a sold span could mean something else: other calls, times or places. Not with fares."""
    permitted = [flag & (schema.NO_BOARDING | schema.NO_ALIGHTING) for flag in flags]
    said = repr((stop_ids, arrive_s, depart_s, permitted)).encode() + places
    return hashlib.sha256(said).hexdigest()[:16]
