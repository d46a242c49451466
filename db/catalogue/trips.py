"""agency.txt, routes.txt and trips.txt: who runs what under which name, by which calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

from db.catalogue import limits
from db.catalogue.calendars import Services
from db.catalogue.container import refuse
from db.catalogue.source import Source

AGENCY: Final = "agency.txt"
ROUTES: Final = "routes.txt"
TRIPS: Final = "trips.txt"
_ROUTE_TYPE: Final = re.compile(r"[0-9]{1,4}", re.ASCII)
LEFT_OUT: Final = -1  # an id that is known and unusable: what refers to it goes too, without a fault of its own


@dataclass(frozen=True, slots=True)
class Agency:
    agency_id: str
    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class Route:
    route_id: str
    agency: Agency
    name: str  # of the line, "" where it has none
    route_type: int


@dataclass(slots=True)
class TripRow:
    n: int
    line: int
    trip_id: str
    service: str
    route: Route
    headsign: str
    service_n: int


@dataclass(slots=True)
class Trips:
    """``index``: trip_id → n into ``rows``, or LEFT_OUT. ``rows`` keep the order of the feed."""

    index: dict[str, int] = field(default_factory=dict)
    rows: list[TripRow] = field(default_factory=list)


def load_agencies(source: Source) -> dict[str, Agency | None]:
    """None: known, but its time zone is not. Raises bad_timezone when that leaves none."""
    faults = source.faults
    source.need(AGENCY)
    columns = ("agency_id", "agency_name", "agency_timezone")
    agencies: dict[str, Agency | None] = {}
    wrong = ""
    for line, (agency_id, name, zone) in source.table(AGENCY, columns, required=("agency_timezone",)):
        if agency_id in agencies:
            faults.add(AGENCY, line, "duplicate_id", agency_id)
        elif not is_zone(zone):
            wrong = zone
            faults.add(AGENCY, line, "bad_timezone", zone)
            agencies[agency_id] = None
        else:
            agencies[agency_id] = Agency(agency_id, name[: limits.NAME_CHARS], zone)
        if len(agencies) > limits.SMALL_ROWS:
            raise refuse("too_large", AGENCY)
    if agencies and not any(agencies.values()):
        raise refuse("bad_timezone", wrong)
    if not agencies:
        raise refuse("empty_feed", AGENCY)
    return agencies


def load_routes(source: Source, agencies: dict[str, Agency | None]) -> dict[str, Route | None]:
    """None: known and left out."""
    faults = source.faults
    source.need(ROUTES)
    columns = ("route_id", "agency_id", "route_short_name", "route_long_name", "route_type")
    routes: dict[str, Route | None] = {}
    usable = [agency for agency in agencies.values() if agency]
    for line, row in source.bounded(ROUTES, columns, required=("route_id", "route_type"), at_most=limits.SMALL_ROWS):
        route_id, agency_id, short, long, kind = row
        if not route_id:
            faults.add(ROUTES, line, "missing_value", "route_id")
            continue
        if route_id in routes:
            faults.add(ROUTES, line, "duplicate_id", route_id)
            continue
        routes[route_id] = None
        agency: Agency | None
        if not agency_id and "" not in agencies:
            # One agency needs no naming. Of several any will do for the clock (GTFS: they share one zone), none for
            # the name of the operator.
            agency = usable[0]
            if len(agencies) > 1:
                faults.add(ROUTES, line, "missing_value", f"agency_id of {route_id}")
                agency = Agency("", "", agency.zone)
        elif agency_id in agencies:
            agency = agencies[agency_id]
        elif len(agencies) == 1 and "" in agencies:
            agency = agencies[""]  # the only agency, which did not name itself
        else:
            faults.add(ROUTES, line, "dangling_reference", f"agency {agency_id} of {route_id}")
            continue
        if not _ROUTE_TYPE.fullmatch(kind):
            faults.add(ROUTES, line, "bad_value", f"route_type {kind}")
            continue
        if agency:
            routes[route_id] = Route(route_id, agency, (short or long)[: limits.NAME_CHARS], int(kind))
    return routes


def load_trips(source: Source, routes: dict[str, Route | None], services: Services) -> Trips:
    faults = source.faults
    source.need(TRIPS)
    columns = ("route_id", "service_id", "trip_id", "trip_headsign", "trip_short_name")
    trips = Trips()
    index = trips.index
    for line, row in source.bounded(TRIPS, columns, required=columns[:3], at_most=limits.TRIPS):
        route_id, service_id, trip_id, headsign, short = row
        if not trip_id:
            faults.add(TRIPS, line, "missing_value", "trip_id")
            continue
        if trip_id in index:
            # Both are left out: whose calls are whose is not to be known.
            faults.add(TRIPS, line, "duplicate_id", trip_id)
            index[trip_id] = LEFT_OUT
            continue
        route, service_n = routes.get(route_id), services.index.get(service_id)
        if route_id not in routes:
            faults.add(TRIPS, line, "dangling_reference", f"route {route_id} of {trip_id}")
        if service_n is None:
            faults.add(TRIPS, line, "dangling_reference", f"service {service_id} of {trip_id}")
        if route is None or service_n is None or service_n == LEFT_OUT:
            index[trip_id] = LEFT_OUT
            continue
        index[trip_id] = n = len(trips.rows)
        service = (short or route.name or trip_id)[: limits.NAME_CHARS]
        trips.rows.append(TripRow(n, line, trip_id, service, route, headsign[: limits.NAME_CHARS], service_n))
    if not index:
        raise refuse("empty_feed", TRIPS)
    return trips


def is_zone(name: str) -> bool:
    """Whether it is a zone of the tz database as Python packages it: the same on every machine.

    The system's own folder also has ``localtime``, ``posixrules`` and ``right/…``, which are no one's zone.
    """
    if name not in _zones():
        return False
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


@cache
def _zones() -> frozenset[str]:
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return frozenset(listed) - {"Factory", "localtime"}
