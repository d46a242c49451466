"""The timetable as the core asks for it: one immutable issue (decisions 3). Read-only, safe from any thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from counter_app.domain.coaches import Formation
from counter_app.domain.stations import Station
from counter_app.domain.timetable import RunRef, Span, Trip


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueInfo:
    """What a catalogue file says of itself."""

    issue_id: str  # sha256 of the feed file, hex
    feed_name: str  # file name it came from
    feed_namespace: str  # of run ids: feed_info publisher, else the agencies, never the issue
    stations: int
    trips: int
    first_date: date
    last_date: date
    currency: str | None
    invented: bool  # the feed says that it is a demonstration (feed_info.feed_publisher_name starts "INVENTED")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A row that was left out or mended. ``line`` counts from 1, the heading being 1; 0: the whole file."""

    file: str
    line: int
    fault: str  # snake_case code
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """Of an accepted feed. At most 10,000 faults are listed; ``fault_count`` counts all."""

    issue: IssueInfo
    trips: int
    faults: tuple[Fault, ...]
    fault_count: int
    catalogue: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class TripSpan:
    """A run that serves an origin and a destination, once for each pair of calls that does."""

    run: RunRef
    trip: Trip
    span: Span


class Catalogue(Protocol):
    @property
    def info(self) -> IssueInfo: ...

    def stations(self) -> Sequence[Station]: ...

    def station(self, station_id: str) -> Station | None: ...

    def runs_between(self, origin: str, destination: str, departing_on: date, zone: str) -> list[TripSpan]:
        """Runs whose departure from station ``origin`` falls on ``departing_on`` in ``zone``, in departure order;

        of one run every (board, alight) pair, shortest first. Running days and exceptions are applied.
        """
        ...

    def trip(self, trip_id: str) -> Trip | None: ...

    def runs_on(self, trip_id: str, service_date: date) -> bool: ...

    def formation(self, formation_id: str) -> Formation | None: ...

    def od_fares(self, trip: Trip, span: Span) -> Mapping[str, int | None]:
        """Fare in minor units per fare class from stop_fares or fare_rules; a class with an unknown fare is None;

        empty where the feed prices nothing for this span.
        """
        ...


class Platforms(Protocol):
    def platform(self, stop_id: str) -> str:
        """A stop's bay or platform (GTFS platform_code) as the timetable in force has it; empty: it does not say."""
        ...


class ServiceBook(Protocol):
    """Trips by the number that a passenger knows them by: for the entry line."""

    def trips_of(self, service: str) -> Sequence[Trip]:
        """Every trip of that service number; blanks and capitals do not count. At most 64."""
        ...

    def services_like(self, text: str, limit: int) -> Sequence[str]:
        """Service numbers that start with ``text``, shortest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanDistance:
    metres: int
    straight: bool  # along straight lines between coordinates: road or rail is longer


class Distances(Protocol):
    """How far it is, for fares by the kilometre."""

    def span_distance(self, trip: Trip, span: Span) -> SpanDistance | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    stage: str  # file being read, or "index", "check"
    done: int
    total: int  # 0: not known


class CatalogueBuilder(Protocol):
    """Builds a catalogue file from a GTFS zip in a child process."""

    def build(self, feed: Path, *, progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> ImportReport:
        """Raises Refusal(FILE_REFUSED, code=..., detail=...) with nothing written, Cancelled likewise."""
        ...

    def open(self, catalogue: Path) -> Catalogue: ...
