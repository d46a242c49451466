"""The timetable's values: trip, call, span, run. Instants are UTC; a service date is counted as GTFS counts it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A stop of a trip. ``arrive_s`` and ``depart_s`` are seconds after (noon minus 12 h) of the service date; they

    may exceed 86,400. ``distance_m`` counts from the origin, None where the feed has none.
    """

    stop_id: str  # the stop of the feed (a platform, say)
    station_id: str  # the station that a passenger names: the stop's parent, or itself
    arrive_s: int
    depart_s: int
    distance_m: int | None = None
    boarding: bool = True  # GTFS pickup_type 1 forbids it
    alighting: bool = True


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From the boarding call to the alighting call, as indexes into ``Trip.calls``: legs ``[board, alight)``."""

    board: int
    alight: int

    def __post_init__(self) -> None:
        assert 0 <= self.board < self.alight

    @property
    def legs(self) -> range:
        return range(self.board, self.alight)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A train, coach or crossing as the timetable has it; ``calls`` holds at least two.

    ``cumulative_fares``: per fare class, the fare from the origin to each call in minor units, None where unknown
    (``decisions`` 16). The origin's is 0 where the class is priced at all.
    """

    trip_id: str
    service: str  # what the passenger calls it: G1
    route_id: str
    route_type: int  # GTFS: 2 rail, 3 bus, 4 ferry, ...
    zone: str  # agency zone, an IANA name
    operator: str
    headsign: str
    calls: tuple[Call, ...]
    pattern_version: str  # hash of what a seller depends on: calls, times, formation
    formation_id: str | None
    currency: str | None
    cumulative_fares: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)

    @property
    def legs(self) -> int:
        return len(self.calls) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRef:
    """A trip on one service date."""

    run_id: UUID
    trip_id: str
    service_date: date


def instant(service_date: date, seconds: int, zone: str) -> datetime:
    """The UTC instant of a GTFS time: noon of the service date in the agency's zone, minus 12 h, plus ``seconds``.

    Source: gtfs.org reference, "Time": measured from noon minus 12 h, which is midnight except on days of a clock
    change.
    """
    noon = datetime.combine(service_date, time(12), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return noon + timedelta(seconds=seconds - 43_200)
