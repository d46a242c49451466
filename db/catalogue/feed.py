"""From a feed to a catalogue file, in one pass over each of its files. Runs in the child process."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from counter_app.ports.catalogue import Fault, IssueInfo
from db.catalogue import schema
from db.catalogue.calendars import Services, load_services
from db.catalogue.calls import Calls, load_calls
from db.catalogue.coaches import load_coaches
from db.catalogue.container import Archive, refuse
from db.catalogue.fares import load_fares
from db.catalogue.faults import Faults
from db.catalogue.latin import Latin
from db.catalogue.source import Source
from db.catalogue.stations import load_stops
from db.catalogue.trips import Agency, Trips, load_agencies, load_routes, load_trips
from db.catalogue.write import Contents, write_catalogue

FEED_INFO: Final = "feed_info.txt"
_INVENTED: Final = "INVENTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    issue: IssueInfo
    faults: tuple[Fault, ...]
    fault_count: int
    sha256: str  # of the catalogue file


def build(feed: Path, target: Path, *, progress: Callable[[str, int, int], None]) -> Built:
    """Reads ``feed`` and writes the catalogue to ``target``, a path that does not exist yet.

    Raises Refusal(FILE_REFUSED, code, detail); what it has written by then is the caller's to remove.
    """
    faults = Faults()
    with Archive(feed) as archive:
        source = Source(archive, faults, progress)
        for name in ("agency.txt", "stops.txt", "routes.txt", "trips.txt", "stop_times.txt"):
            source.need(name)
        publisher = _publisher(source)
        agencies = load_agencies(source)
        stops = load_stops(source, Latin())
        routes = load_routes(source, agencies)
        services = load_services(source)
        trips = load_trips(source, routes, services)
        calls = load_calls(source, trips, stops)
        if not calls.patterns:
            raise refuse("empty_feed", _why(faults))
        coaches = load_coaches(source, trips)
        fares = load_fares(source, trips, calls, set(routes))
        source.check_the_rest()
    first, last = _dates(services, trips, calls)
    issue = IssueInfo(
        issue_id=_sha256(feed, progress),
        feed_name=feed.name,
        feed_namespace=_namespace(publisher, agencies),
        stations=len(stops.stations),
        trips=len(calls.patterns),
        first_date=first,
        last_date=last,
        currency=fares.currency() or None,
        invented=publisher.name.upper().startswith(_INVENTED),
    )
    contents = Contents(stops=stops, services=services, trips=trips, calls=calls, coaches=coaches, fares=fares)
    write_catalogue(target, contents, _info(issue, publisher, faults), faults, alive=lambda: progress("index", 0, 0))
    return Built(issue=issue, faults=faults.listed(), fault_count=faults.count, sha256=_sha256(target, progress))


@dataclass(frozen=True, slots=True)
class _Publisher:
    name: str
    feed_id: str
    version: str


def _publisher(source: Source) -> _Publisher:
    columns = ("feed_publisher_name", "feed_id", "feed_version")
    for _, (name, feed_id, version) in source.rows(FEED_INFO, columns, required=()):
        return _Publisher(name, feed_id, version)
    return _Publisher("", "", "")


def _namespace(publisher: _Publisher, agencies: dict[str, Agency | None]) -> str:
    """Who publishes, never which issue: run ids of two issues of one feed are the same.

    feed_id is not in GTFS; publishers of several feeds use it to tell them apart, as trip ids may coincide.
    """
    if publisher.name:
        said = f"{publisher.name} {publisher.feed_id}"
    else:
        said = " ".join(sorted({agency.agency_id or agency.name for agency in agencies.values() if agency}))
    return " ".join(unicodedata.normalize("NFKC", said).casefold().split())


def _dates(services: Services, trips: Trips, calls: Calls) -> tuple[date, date]:
    used = {trips.rows[n].service_n for n in calls.patterns}
    ends = [found for n in used if (found := services.all[n].ends())]
    if not ends:
        return date.fromordinal(schema.DAYS.start), date.fromordinal(schema.DAYS.start)
    return date.fromordinal(min(a for a, _ in ends)), date.fromordinal(max(b for _, b in ends))


def _info(issue: IssueInfo, publisher: _Publisher, faults: Faults) -> dict[str, str]:
    return {
        "schema": str(schema.VERSION),
        "issue_id": issue.issue_id,
        "feed_name": issue.feed_name,
        "feed_namespace": issue.feed_namespace,
        "feed_version": publisher.version,
        "stations": str(issue.stations),
        "trips": str(issue.trips),
        "first_date": issue.first_date.isoformat(),
        "last_date": issue.last_date.isoformat(),
        "currency": issue.currency or "",
        "invented": str(int(issue.invented)),
        "fault_count": str(faults.count),
    }


def _why(faults: Faults) -> str:
    return ", ".join(sorted(faults.codes()))


def _sha256(path: Path, progress: Callable[[str, int, int], None]) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
            progress("check", 0, 0)
    return digest.hexdigest()
