"""Patterns and formations as they are kept: canonical JSON under its hash, so that equal ones are kept once."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import lru_cache
from hashlib import sha256
from typing import Any

from counter_app.domain.coaches import Coach, Formation, Place, Section
from counter_app.domain.journal import Json, canonical
from counter_app.domain.stations import Station
from counter_app.domain.timetable import Call, Trip


def content_hash(body: str) -> str:
    return sha256(body.encode()).hexdigest()


def write_pattern(trip: Trip, stations: dict[str, Station]) -> str:
    calls: list[Json] = [
        [call.stop_id, call.station_id, call.arrive_s, call.depart_s, call.distance_m, call.boarding, call.alighting]
        for call in trip.calls
    ]
    fares: dict[str, Json] = {name: list(steps) for name, steps in trip.cumulative_fares.items()}
    body: dict[str, Json] = {
        "trip_id": trip.trip_id,
        "service": trip.service,
        "route_id": trip.route_id,
        "route_type": trip.route_type,
        "zone": trip.zone,
        "operator": trip.operator,
        "headsign": trip.headsign,
        "pattern_version": trip.pattern_version,
        "formation_id": trip.formation_id,
        "currency": trip.currency,
        "calls": calls,
        "fares": fares,
        "stations": [asdict(stations[key]) for key in sorted(stations)],
    }
    return canonical(body).decode()


@lru_cache(maxsize=1024)
def read_pattern(body: str) -> tuple[Trip, dict[str, Station]]:
    fields: dict[str, Any] = json.loads(body)
    trip = Trip(
        trip_id=fields["trip_id"],
        service=fields["service"],
        route_id=fields["route_id"],
        route_type=fields["route_type"],
        zone=fields["zone"],
        operator=fields["operator"],
        headsign=fields["headsign"],
        pattern_version=fields["pattern_version"],
        formation_id=fields["formation_id"],
        currency=fields["currency"],
        calls=tuple(
            Call(
                stop_id=call[0],
                station_id=call[1],
                arrive_s=call[2],
                depart_s=call[3],
                distance_m=call[4],
                boarding=call[5],
                alighting=call[6],
            )
            for call in fields["calls"]
        ),
        cumulative_fares={name: tuple(steps) for name, steps in fields["fares"].items()},
    )
    return trip, {station["station_id"]: Station(**station) for station in fields["stations"]}


@lru_cache(maxsize=64)
def write_formation(formation: Formation) -> str:
    coaches: list[Json] = [
        [
            coach.number,
            [
                [
                    section.coach_type,
                    section.travel_class,
                    section.description,
                    [[place.label, place.row, place.column, place.kind, place.position] for place in section.places],
                ]
                for section in coach.sections
            ],
        ]
        for coach in formation.coaches
    ]
    body: dict[str, Json] = {"formation_id": formation.formation_id, "coaches": coaches}
    return canonical(body).decode()


@lru_cache(maxsize=128)
def read_formation(body: str) -> Formation:
    fields: dict[str, Any] = json.loads(body)
    return Formation(
        formation_id=fields["formation_id"],
        coaches=tuple(
            Coach(
                number=number,
                sections=tuple(
                    Section(
                        coach_type=coach_type,
                        travel_class=travel_class,
                        description=description,
                        places=tuple(
                            Place(label=label, row=row, column=column, kind=kind, position=position)
                            for label, row, column, kind, position in places
                        ),
                    )
                    for coach_type, travel_class, description, places in sections
                ),
            )
            for number, sections in fields["coaches"]
        ),
    )
