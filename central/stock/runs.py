"""Runs as central freezes them on first touch: pattern, formation and capacity, whatever timetable comes later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final
from uuid import UUID

from central.request import Refusing
from central.services import Services, Timetable
from central.stock.arrays import dates, ids
from central.stock.partitions import make_room
from central.stock.words import RunKey, shard_of
from central.tx import Tx
from counter_app.domain.ids import run_id as run_id_of
from counter_app.domain.journal import canonical
from counter_app.domain.stations import Station
from counter_app.domain.timetable import Trip
from counter_app.wire.messages import Refused

CLOSED: Final = "run_closed"  # an incident: by a timetable


@dataclass(frozen=True, slots=True, kw_only=True)
class RunName:
    """A run as somebody names it. ``pattern`` empty: whatever the timetable says."""

    run_id: UUID
    service_date: date
    trip_id: str
    pattern: str = ""

    @property
    def key(self) -> RunKey:
        return RunKey(self.service_date, self.run_id)


class Issues:
    """The timetables that the database knows, as transactions see them."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def in_force(self, tx: Tx) -> tuple[str, Timetable] | None:
        """(sha256 of its file, the timetable). None: none was ever activated."""
        sha = tx.scalar("SELECT sha256 FROM issue WHERE activation IS NOT NULL ORDER BY activation DESC LIMIT 1")
        return None if sha is None else (sha, self._services.timetables.of(sha))

    def to_freeze(self, tx: Tx) -> tuple[str, Timetable] | None:
        """As ``in_force``, and so it stays until the transaction ends.

        A run that is frozen by a timetable while that is being replaced would not be carried over with the others.
        """
        tx.run("LOCK TABLE issue IN ROW EXCLUSIVE MODE")
        return self.in_force(tx)

    def named(self, tx: Tx, issue_id: str) -> tuple[str, Timetable] | None:
        sha = tx.scalar(
            "SELECT sha256 FROM issue WHERE issue_id = %s AND activation IS NOT NULL ORDER BY activation DESC LIMIT 1",
            (issue_id,),
        )
        return None if sha is None else (sha, self._services.timetables.of(sha))


def trip_of(timetable: Timetable, name: RunName) -> Trip:
    """The trip of a run that the timetable has. Raises Refusing: UNKNOWN_RUN, CHANGED_TIMETABLE."""
    if name.run_id != run_id_of(timetable.info.feed_namespace, name.trip_id, name.service_date):
        raise Refusing(Refused.UNKNOWN_RUN, "the run's id is not of this trip and date")
    trip = timetable.trip(name.trip_id)
    if trip is None or not timetable.runs_on(name.trip_id, name.service_date):
        raise Refusing(Refused.UNKNOWN_RUN, "the timetable in force has no such run")
    demand_pattern(trip, name.pattern)
    return trip


def demand_pattern(trip: Trip, pattern: str) -> None:
    """Raises Refusing(CHANGED_TIMETABLE) where the counter's pattern is another than central's."""
    if pattern not in {"", trip.pattern_version}:
        raise Refusing(
            Refused.CHANGED_TIMETABLE, "the counter's pattern is not central's", pattern=trip.pattern_version
        )


def close_run(tx: Tx, services: Services, key: RunKey, *, issue: str, trip_id: str) -> None:
    """By a timetable that does not have it: one that has it again opens it."""
    tx.run("UPDATE run SET state = 'cancelled' WHERE service_date = %s AND run_id = %s", (key.service_date, key.run_id))
    tx.run(
        "INSERT INTO incident (incident_id, kind, service_date, run_id, facts, at) VALUES (%s, %s, %s, %s, %s, %s)",
        (
            services.ids.new(),
            CLOSED,
            key.service_date,
            key.run_id,
            canonical({"issue": issue, "trip_id": trip_id}).decode(),
            services.clock.now(),
        ),
    )


def untouched(tx: Tx, keys: Iterable[RunKey]) -> set[RunKey]:
    """Those without a row."""
    wanted = set(keys)
    if not wanted:
        return set()
    have = tx.rows(
        "SELECT r.service_date, r.run_id FROM run r JOIN unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "
        "ON r.service_date = q.service_date AND r.run_id = q.run_id",
        (dates(key.service_date for key in wanted), ids(key.run_id for key in wanted)),
    )
    return wanted - {RunKey(*row) for row in have}


def freeze(
    tx: Tx, services: Services, found: tuple[str, Timetable] | None, name: RunName, *, unreserved_capacity: int
) -> None:
    """The run's row, if it is not there yet. Raises Refusing: NO_TIMETABLE, UNKNOWN_RUN, CHANGED_TIMETABLE."""
    if found is None:
        raise Refusing(Refused.NO_TIMETABLE)
    sha, timetable = found
    trip = trip_of(timetable, name)
    if not make_room(tx, name.service_date, today=services.clock.now().date()):
        raise Refusing(Refused.UNKNOWN_RUN, "its service date is over, or on sale nowhere yet")
    pattern, formation = frozen_bodies(tx, services, timetable, trip)
    tx.run(
        "INSERT INTO run (service_date, run_id, trip_id, pattern_version, pattern, formation, issue_sha256, "
        "unreserved_capacity, state, version, stock_shard, stock_position) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'open', 0, %s, 0) ON CONFLICT (service_date, run_id) DO NOTHING",
        (
            name.service_date,
            name.run_id,
            name.trip_id,
            trip.pattern_version,
            pattern,
            formation,
            sha,
            unreserved_capacity,
            shard_of(name.run_id),
        ),
    )


def frozen_bodies(tx: Tx, services: Services, timetable: Timetable, trip: Trip) -> tuple[str, str | None]:
    """The hashes under which its pattern and its formation are kept now. Raises Refusing(UNKNOWN_RUN)."""
    bodies = [services.write_pattern(trip, _stations(timetable, trip))]
    if trip.formation_id is not None:
        formation = timetable.formation(trip.formation_id)
        if formation is None:
            raise Refusing(Refused.UNKNOWN_RUN, "its coaches are not in the timetable")
        bodies.append(services.write_formation(formation))
    hashes = _keep(tx, bodies)
    return hashes[0], hashes[1] if len(hashes) > 1 else None


def _stations(timetable: Timetable, trip: Trip) -> dict[str, Station]:
    found = {}
    for call in trip.calls:
        station = timetable.station(call.station_id)
        if station is None:
            raise Refusing(Refused.UNKNOWN_RUN, "it calls at a station that the timetable does not have")
        found[call.station_id] = station
    return found


def _keep(tx: Tx, bodies: Sequence[str]) -> list[str]:
    """Their hashes; equal ones are kept once."""
    hashes = [sha256(body.encode()).hexdigest() for body in bodies]
    tx.run_many(
        "INSERT INTO frozen (hash, body) VALUES (%s, %s) ON CONFLICT (hash) DO NOTHING",
        sorted(zip(hashes, bodies, strict=True)),
    )
    return hashes
