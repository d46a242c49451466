"""Answers from a catalogue file: read-only, from any thread, with caches that have a bound.

Nothing is loaded whole but the stations and stops; trips, calendars and formations come when they are asked for.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import weakref
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from counter_app.domain.calendars import Calendar
from counter_app.domain.coaches import Coach, Formation, Place, Section
from counter_app.domain.ids import run_id
from counter_app.domain.stations import Station
from counter_app.domain.tariff import UNRESERVED, cumulative_fares, great_circle_m
from counter_app.domain.timetable import Call, RunRef, Span, Trip, instant
from counter_app.errors import Reason, Refusal
from counter_app.ports.catalogue import IssueInfo, SpanDistance, TripSpan
from db.catalogue import schema
from db.catalogue.zonefares import ZoneFares
from db.engine import driver

TRIPS_CACHED: Final = 512
PAIRS_CACHED: Final = 128
_DAY_S: Final = 86_400

# Rows of two stations lie in trip order: the smaller side drives, the other is one seek a trip.
_PAIRS: Final = """
SELECT a.trip_n, a.call, b.call, a.depart_s
FROM call_at AS a CROSS JOIN call_at AS b
WHERE a.station_n = ? AND b.station_n = ? AND b.trip_n = a.trip_n AND b.call > a.call
  AND a.flags & 1 = 0 AND b.flags & 2 = 0
"""
_PAIRS_FROM_THE_END: Final = _PAIRS.replace(
    "call_at AS a CROSS JOIN call_at AS b", "call_at AS b CROSS JOIN call_at AS a"
)
_TRIP: Final = """
SELECT trip_id, service, route_id, route_type, zone, operator, agency_id, headsign, service_n, formation_n, currency,
       pattern_version, measured, calls, fares FROM trip WHERE n = ?
"""
_NUMBER: Final = re.compile(r"[^\W\d_]+\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    trip: Trip
    agency_id: str
    service_n: int
    straight: bool  # distances are straight lines between coordinates


@dataclass(frozen=True, slots=True)
class _Pair:
    trip_n: int
    board: int
    alight: int
    depart_s: int


class CatalogueFile:
    """One issue of a timetable (``ports.catalogue.Catalogue``, ``ServiceBook`` and ``Distances``).

    Raises Refusal(FILE_REFUSED) for a file of another version, or none. Each thread has a connection of its own.
    """

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self.path = path
        self._threads = threading.local()
        self._connections: list[Any] = []
        self._lock = threading.Lock()
        weakref.finalize(self, _close_all, self._connections)
        try:
            told = dict(self._rows("SELECT key, value FROM info"))
        except driver().Error as error:
            raise Refusal(Reason.FILE_REFUSED, code="not_a_catalogue", detail=str(error)) from error
        if told.get("schema") != str(schema.VERSION):
            raise Refusal(Reason.FILE_REFUSED, code="catalogue_version", detail=told.get("schema", ""))
        self._info = IssueInfo(
            issue_id=told["issue_id"],
            feed_name=told["feed_name"],
            feed_namespace=told["feed_namespace"],
            stations=int(told["stations"]),
            trips=int(told["trips"]),
            first_date=date.fromisoformat(told["first_date"]),
            last_date=date.fromisoformat(told["last_date"]),
            currency=told["currency"] or None,
            invented=told["invented"] == "1",
        )
        self._stations: tuple[Station, ...] | None = None
        self._station_n: dict[str, int] = {}
        self._stops: _Stops | None = None
        self._services: tuple[list[str], list[int]] | None = None
        self._fares: ZoneFares | None = None
        # Bound by hand, not by the decorator: a cache belongs to one file and goes with it.
        self._record = lru_cache(maxsize=TRIPS_CACHED)(self._load_record)
        self._trip_n = lru_cache(maxsize=2 * TRIPS_CACHED)(self._find_trip_n)
        self._calendar = lru_cache(maxsize=1024)(self._load_calendar)
        self._formation = lru_cache(maxsize=64)(self._load_formation)
        self._formation_id = lru_cache(maxsize=256)(self._load_formation_id)
        self._section = lru_cache(maxsize=256)(self._load_section)
        self._fare_class_names = lru_cache(maxsize=1)(self._load_fare_class_names)
        self._coordinates = lru_cache(maxsize=1024)(self._load_coordinates)
        self._pairs = lru_cache(maxsize=PAIRS_CACHED)(self._load_pairs)
        self._run = lru_cache(maxsize=2048)(self._make_run)

    def close(self) -> None:
        """Lets go of the file, for all threads. Whoever asks afterwards opens it again."""
        with self._lock:
            self._threads = threading.local()
            _close_all(self._connections)

    # ---- stations

    @property
    def info(self) -> IssueInfo:
        return self._info

    def stations(self) -> Sequence[Station]:
        if self._stations is None:
            rows = self._rows(
                "SELECT station_id, name, code, pinyin, initials, english, city, weight FROM station ORDER BY n"
            )
            stations = tuple(
                Station(
                    station_id=station_id,
                    name=name,
                    code=code,
                    pinyin=pinyin,
                    initials=initials,
                    english=english,
                    city=city,
                    weight=weight,
                )
                for station_id, name, code, pinyin, initials, english, city, weight in rows
            )
            self._station_n = {station.station_id: n for n, station in enumerate(stations)}
            self._stations = stations
        return self._stations

    def station(self, station_id: str) -> Station | None:
        stations = self.stations()
        n = self._station_n.get(station_id)
        return None if n is None else stations[n]

    # ---- runs

    def runs_between(self, origin: str, destination: str, departing_on: date, zone: str) -> list[TripSpan]:
        self.stations()
        from_n, to_n = self._station_n.get(origin), self._station_n.get(destination)
        day = departing_on.toordinal()
        if from_n is None or to_n is None or from_n == to_n or day not in schema.DAYS:
            return []
        first_s = _midnight_s(day, zone)
        end_s = _midnight_s(day + 1, zone)
        found: list[tuple[int, str, int, int, TripSpan]] = []
        for pair in self._pairs(from_n, to_n):
            record = self._record(pair.trip_n)
            trip = record.trip
            # The service date lies as many days back as the time has passed 24:00, one more or less for the zones
            # and the nights of 23 and 25 hours.
            near = day - pair.depart_s // _DAY_S
            for service_day in (near - 1, near, near + 1):
                departure_s = _service_day_start_s(service_day, trip.zone) + pair.depart_s
                if first_s <= departure_s < end_s and self._calendar(record.service_n).runs_on_day(service_day):
                    span = TripSpan(
                        run=self._run(trip.trip_id, service_day), trip=trip, span=Span(pair.board, pair.alight)
                    )
                    found.append((departure_s, trip.service, pair.alight - pair.board, pair.trip_n, span))
        found.sort(key=lambda entry: entry[:4])
        return [entry[4] for entry in found]

    def trip(self, trip_id: str) -> Trip | None:
        n = self._trip_n(trip_id)
        return None if n is None else self._record(n).trip

    def platform(self, stop_id: str) -> str:
        rows = self._rows("SELECT platform FROM stop WHERE stop_id = ?", stop_id)
        return str(rows[0][0]) if rows else ""

    def runs_on(self, trip_id: str, service_date: date) -> bool:
        n = self._trip_n(trip_id)
        return n is not None and self._calendar(self._record(n).service_n).runs_on(service_date)

    def formation(self, formation_id: str) -> Formation | None:
        return self._formation(formation_id)

    # ---- services, as passengers call them

    def trips_of(self, service: str) -> list[Trip]:
        """Every trip that a passenger calls ``service``; blanks and capitals do not count. At most 64."""
        names, numbers = self._service_index()
        wanted = fold_service(service)
        low = bisect_left(names, wanted)
        trips = []
        for at in range(low, min(low + 64, len(names))):
            if names[at] != wanted:
                break
            trips.append(self._record(numbers[at]).trip)
        return trips

    def services_like(self, text: str, limit: int) -> list[str]:
        """Numbers that start with ``text``, the shortest first: for completing."""
        names, numbers = self._service_index()
        wanted = fold_service(text)
        found: dict[str, int] = {}
        for at in range(bisect_left(names, wanted), len(names)):
            if not names[at].startswith(wanted):
                break
            found.setdefault(names[at], numbers[at])
        best = sorted(found, key=lambda name: (len(name), name))[:limit]
        return list(dict.fromkeys(self._record(found[name]).trip.service for name in best))

    # ---- fares and distances

    def od_fares(self, trip: Trip, span: Span) -> Mapping[str, int | None]:
        if trip.cumulative_fares:
            return cumulative_fares(trip, span)
        if self._zone_fares().empty:
            return {}
        zone_of = self._all_stops().zone_of
        zones = [zone_of.get(call.stop_id, "") for call in trip.calls[span.board : span.alight + 1]]
        n = self._trip_n(trip.trip_id)
        agency_id = "" if n is None else self._record(n).agency_id
        price = self._zone_fares().price_minor(agency_id, trip.route_id, zones[0], zones[-1], frozenset(zones))
        return {} if price is None else {UNRESERVED: price}

    def span_distance(self, trip: Trip, span: Span) -> SpanDistance | None:
        n = self._trip_n(trip.trip_id)
        board, alight = trip.calls[span.board].distance_m, trip.calls[span.alight].distance_m
        if board is not None and alight is not None and alight >= board:
            return SpanDistance(metres=alight - board, straight=n is not None and self._record(n).straight)
        points = [self._coordinates(call.station_id) for call in trip.calls[span.board : span.alight + 1]]
        if points[0] is None or points[-1] is None:
            return None
        return SpanDistance(metres=great_circle_m([point for point in points if point]), straight=True)

    # ---- from rows to values

    def _rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        connection = getattr(self._threads, "connection", None)
        if connection is None:
            # The file never changes: no lock, no journal, and closing from another thread is safe.
            connection = driver().connect(self._uri, uri=True, isolation_level=None, check_same_thread=False)
            with self._lock:
                self._connections.append(connection)
                self._threads.connection = connection
            for pragma in ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON", "cache_size = -2000"):
                connection.execute(f"PRAGMA {pragma}")
        rows: list[tuple[Any, ...]] = connection.execute(sql, parameters).fetchall()
        return rows

    def _all_stops(self) -> _Stops:
        if self._stops is None:
            stations = self.stations()
            rows = self._rows("SELECT stop_id, station_n, zone_id FROM stop ORDER BY n")
            self._stops = _Stops(
                ids=[row[0] for row in rows],
                station_ids=[stations[row[1]].station_id for row in rows],
                zone_of={row[0]: row[2] for row in rows if row[2]},
            )
        return self._stops

    def _load_record(self, trip_n: int) -> _Record:
        row = self._rows(_TRIP, trip_n)[0]
        (
            trip_id, service, route_id, route_type, zone, operator, agency_id, headsign,
            service_n, formation_n, currency, pattern_version, measured, calls, fares,
        ) = row  # fmt: skip
        stops = self._all_stops()
        trip_calls = tuple(
            Call(
                stop_id=stops.ids[stop_n],
                station_id=stops.station_ids[stop_n],
                arrive_s=arrive_s,
                depart_s=depart_s,
                distance_m=None if distance_m < 0 else distance_m,
                boarding=not flags & schema.NO_BOARDING,
                alighting=not flags & schema.NO_ALIGHTING,
            )
            for stop_n, arrive_s, depart_s, distance_m, flags in schema.CALL.iter_unpack(calls)
        )
        trip = Trip(
            trip_id=trip_id,
            service=service,
            route_id=route_id,
            route_type=route_type,
            zone=sys.intern(zone),
            operator=sys.intern(operator),
            headsign=headsign,
            calls=trip_calls,
            pattern_version=pattern_version,
            formation_id=None if formation_n is None else self._formation_id(formation_n),
            currency=currency or self._zone_fares().currency,
            cumulative_fares=self._cumulative(fares, len(trip_calls)),
        )
        return _Record(trip=trip, agency_id=agency_id, service_n=service_n, straight=measured == 2)

    def _cumulative(self, blob: bytes, calls: int) -> Mapping[str, tuple[int | None, ...]]:
        numbers = array("q", blob)
        if sys.byteorder != "little":
            numbers.byteswap()
        names = self._fare_class_names()
        return MappingProxyType(
            {
                names[numbers[at]]: tuple(None if fare < 0 else fare for fare in numbers[at + 1 : at + 1 + calls])
                for at in range(0, len(numbers), calls + 1)
            }
        )

    def _load_fare_class_names(self) -> dict[int, str]:
        return dict(self._rows("SELECT n, name FROM fare_class"))

    def _load_calendar(self, service_n: int) -> Calendar:
        first_day, last_day, weekdays, added, removed = self._rows(
            "SELECT first_day, last_day, weekdays, added, removed FROM service WHERE n = ?", service_n
        )[0]
        return Calendar(
            first_day=first_day, last_day=last_day, weekdays=weekdays, added=_days(added), removed=_days(removed)
        )

    def _load_pairs(self, from_n: int, to_n: int) -> tuple[_Pair, ...]:
        stations = self.stations()
        sql = _PAIRS if stations[from_n].weight <= stations[to_n].weight else _PAIRS_FROM_THE_END
        return tuple(_Pair(*row) for row in self._rows(sql, from_n, to_n))

    def _find_trip_n(self, trip_id: str) -> int | None:
        rows = self._rows("SELECT n FROM trip WHERE trip_id = ?", trip_id)
        return rows[0][0] if rows else None

    def _make_run(self, trip_id: str, service_day: int) -> RunRef:
        service_date = date.fromordinal(service_day)
        return RunRef(
            run_id=run_id(self._info.feed_namespace, trip_id, service_date), trip_id=trip_id, service_date=service_date
        )

    def _load_formation_id(self, formation_n: int) -> str:
        text: str = self._rows("SELECT formation_id FROM formation WHERE n = ?", formation_n)[0][0]
        return text

    def _load_formation(self, formation_id: str) -> Formation | None:
        rows = self._rows("SELECT coaches FROM formation WHERE formation_id = ?", formation_id)
        if not rows:
            return None
        coaches = tuple(
            Coach(number=number, sections=tuple(self._section(type_n) for type_n in type_ns))
            for number, type_ns in json.loads(rows[0][0])
        )
        return Formation(formation_id=formation_id, coaches=coaches)

    def _load_section(self, coach_type_n: int) -> Section:
        coach_type, travel_class, description = self._rows(
            "SELECT coach_type, travel_class, description FROM coach_type WHERE n = ?", coach_type_n
        )[0]
        places = self._rows(
            "SELECT label, row, col, kind, position FROM place WHERE coach_type_n = ? ORDER BY i", coach_type_n
        )
        return Section(
            coach_type=coach_type,
            travel_class=travel_class,
            description=description,
            places=tuple(
                Place(label=label, row=row, column=col, kind=sys.intern(kind), position=sys.intern(position))
                for label, row, col, kind, position in places
            ),
        )

    def _load_coordinates(self, station_id: str) -> tuple[int, int] | None:
        rows = self._rows("SELECT lat_e6, lon_e6 FROM station WHERE station_id = ?", station_id)
        return (rows[0][0], rows[0][1]) if rows and None not in rows[0] else None

    def _service_index(self) -> tuple[list[str], list[int]]:
        if self._services is None:
            rows = self._rows("SELECT service, n FROM trip")
            pairs = sorted((name, n) for service, n in rows for name in _names_of(service))
            self._services = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        return self._services

    def _zone_fares(self) -> ZoneFares:
        if self._fares is None:
            self._fares = ZoneFares(self._rows, self._info.currency)
        return self._fares


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stops:
    ids: list[str]  # by stop number
    station_ids: list[str]
    zone_of: dict[str, str]  # stop id -> fare zone, where it has one


def fold_service(text: str) -> str:
    """A service number without blanks and capitals: ``ec120`` finds EC 120."""
    return "".join(text.split()).casefold()


def _close_all(connections: list[Any]) -> None:
    while connections:
        connections.pop().close()


def _names_of(service: str) -> set[str]:
    """``EC 120 Valašský expres`` is found in full and as ec120."""
    whole = fold_service(service)
    short = _NUMBER.match(whole)
    return {whole, short[0]} if short else {whole}


def _days(blob: bytes) -> array[int]:
    days = array("i", blob)
    if sys.byteorder != "little":
        days.byteswap()
    return days


# Zone arithmetic costs microseconds a call, and a search asks for the same few days again and again.
@lru_cache(maxsize=4096)
def _service_day_start_s(day: int, zone: str) -> int:
    """Noon minus 12 h of the service day, in seconds of the Unix epoch."""
    return int(instant(date.fromordinal(day), 0, zone).timestamp())


@lru_cache(maxsize=512)
def _midnight_s(day: int, zone: str) -> int:
    """The first instant of a local date, in seconds of the Unix epoch."""
    return int(datetime.combine(date.fromordinal(day), time(), tzinfo=ZoneInfo(zone)).timestamp())
