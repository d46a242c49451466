"""A second, naive reading of GTFS: csv rows and loops over everything. Slow on purpose; shares no code with ours."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

UTC = ZoneInfo("UTC")


@dataclass
class PlainCall:
    stop: str
    station: str
    arrive_s: int | None
    depart_s: int | None
    boarding: bool
    alighting: bool
    sequence: int


@dataclass(frozen=True, order=True)
class PlainRide:
    depart: datetime
    trip_id: str
    service_date: date
    board: int
    alight: int
    arrive: datetime


@dataclass
class PlainFeed:
    path: Path
    calls: dict[str, list[PlainCall]] = field(default_factory=dict)
    service_of: dict[str, str] = field(default_factory=dict)
    route_of: dict[str, str] = field(default_factory=dict)
    zone_of_trip: dict[str, str] = field(default_factory=dict)
    station_names: dict[str, str] = field(default_factory=dict)
    fare_zone: dict[str, str] = field(default_factory=dict)
    weeks: dict[str, tuple[date, date, list[bool]]] = field(default_factory=dict)
    exceptions: dict[tuple[str, date], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        zones = {row.get("agency_id", ""): row["agency_timezone"] for row in self.rows("agency.txt")}
        routes = {row["route_id"]: row.get("agency_id", "") for row in self.rows("routes.txt")}
        parent = {}
        for row in self.rows("stops.txt"):
            parent[row["stop_id"]] = row.get("parent_station") or row["stop_id"]
            self.station_names[row["stop_id"]] = row["stop_name"]
            self.fare_zone[row["stop_id"]] = row.get("zone_id") or ""
        for row in self.rows("trips.txt"):
            self.service_of[row["trip_id"]] = row["service_id"]
            self.route_of[row["trip_id"]] = row["route_id"]
            agency = routes[row["route_id"]]
            self.zone_of_trip[row["trip_id"]] = zones.get(agency) or next(iter(zones.values()))
        calls = defaultdict(list)
        for row in self.rows("stop_times.txt"):
            calls[row["trip_id"]].append(
                PlainCall(
                    stop=row["stop_id"],
                    station=parent[row["stop_id"]],
                    arrive_s=_seconds(row["arrival_time"] or row["departure_time"]),
                    depart_s=_seconds(row["departure_time"] or row["arrival_time"]),
                    boarding=row.get("pickup_type") != "1",
                    alighting=row.get("drop_off_type") != "1",
                    sequence=int(row["stop_sequence"]),
                )
            )
        for trip_id, found in calls.items():
            self.calls[trip_id] = sorted(found, key=lambda call: call.sequence)
        for row in self.rows("calendar.txt"):
            days = [row[name] == "1" for name in _WEEK]
            self.weeks[row["service_id"]] = (_date(row["start_date"]), _date(row["end_date"]), days)
        for row in self.rows("calendar_dates.txt"):
            self.exceptions[row["service_id"], _date(row["date"])] = row["exception_type"]

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        with zipfile.ZipFile(self.path) as archive:
            if name not in archive.namelist():
                return
            with archive.open(name) as raw:
                for row in csv.DictReader(io.TextIOWrapper(raw, "utf-8-sig")):
                    yield {key.strip(): (value or "").strip() for key, value in row.items() if key}

    def runs_on(self, trip_id: str, day: date) -> bool:
        service = self.service_of[trip_id]
        exception = self.exceptions.get((service, day))
        if exception is not None:
            return exception == "1"
        if service not in self.weeks:
            return False
        first, last, days = self.weeks[service]
        return first <= day <= last and days[day.weekday()]

    def rides(self, origin: str, destination: str, departing_on: date, zone: str) -> list[PlainRide]:
        """Every run of every trip on five service dates about the day, kept where it leaves on that day."""
        found = []
        for trip_id, calls in self.calls.items():
            starts = [at for at, call in enumerate(calls) if call.station == origin and call.boarding]
            ends = [at for at, call in enumerate(calls) if call.station == destination and call.alighting]
            pairs = [(board, alight) for board in starts for alight in ends if board < alight]
            for board, alight in pairs:
                depart_s, arrive_s = calls[board].depart_s, calls[alight].arrive_s
                assert depart_s is not None
                assert arrive_s is not None
                for back in range(-2, 6):
                    day = departing_on - timedelta(days=back)
                    if not self.runs_on(trip_id, day):
                        continue
                    depart = gtfs_instant(day, depart_s, self.zone_of_trip[trip_id])
                    if depart.astimezone(ZoneInfo(zone)).date() == departing_on:
                        arrive = gtfs_instant(day, arrive_s, self.zone_of_trip[trip_id])
                        found.append(PlainRide(depart, trip_id, day, board, alight, arrive))
        return sorted(found)


_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def gtfs_instant(day: date, seconds: int, zone: str) -> datetime:
    """Noon minus twelve hours, by elapsed time: through UTC, since adding to a local time would skip clock changes."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return noon - timedelta(hours=12) + timedelta(seconds=seconds)


def _seconds(text: str) -> int | None:
    if not text:
        return None
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def _date(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))
