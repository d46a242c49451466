"""A new timetable comes into force: the runs of which anything is held or sold are carried over to it, or closed.

The comparison is the counters' own (``domain.reissue``). A run on which whoever paid, or is paying, finds calls and
places again goes on under its new pattern, and is sold on; leases and unpaid holds do not stand in its way, unless two
of them came to hold one leg (``clashing``). Any other stays as it was sold, nothing more is sold of it, and its
passengers are on the disruption list (C7).

A lease's grant stays as it was signed, in the old legs: here its cells are carried over, and whatever its device sells
of it or gives back in the old legs is mapped (``legmaps``). The device gives back what is left when it takes the new
timetable over, and asks anew. So no cell ever has two owners, and nothing is left in doubt by a timetable.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from central.feed import News, device_shard, publish
from central.services import Services, Timetable
from central.stock import arrays
from central.stock.carrying import Carrying
from central.stock.clashing import clashes
from central.stock.feeding import advance
from central.stock.holdings import FIRM, LIVE, Holdings, Move, Ticket, read_holdings
from central.stock.legmaps import NewMap, put_maps, read_patterns
from central.stock.runs import CLOSED, close_run, frozen_bodies
from central.stock.words import RunKey, shard_of
from central.stock.work import go_as_planned, go_by_keys
from central.tx import Tx
from counter_app.domain import ids
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.journal import Json, canonical
from counter_app.domain.reissue import (
    ClaimChange,
    Fate,
    RunChange,
    SoldClaim,
    SoldRun,
    Trouble,
    map_calls,
    places_of,
    reissue,
)
from counter_app.domain.timetable import RunRef, Span, Trip, instant

UNDER_WAY_MAX: Final = timedelta(days=14)  # so long a run may take
BY: Final = "system"
RUNS_A_TIME: Final = 200  # read, compared and carried together


@dataclass(frozen=True, slots=True, kw_only=True)
class Reissued:
    kept: int
    moved: int
    closed: int
    opened: int
    troubled: int  # tickets


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    key: RunKey
    trip_id: str
    trip: Trip
    pattern: str  # hashes
    formation: str | None
    open: bool
    version: int

    @property
    def ref(self) -> RunRef:
        return RunRef(run_id=self.key.run_id, trip_id=self.trip_id, service_date=self.key.service_date)


@dataclass(slots=True)
class _New:
    """The new timetable's answers, looked up once each."""

    timetable: Timetable
    trips: dict[str, Trip | None] = field(default_factory=dict)
    places: dict[str, frozenset[PlaceRef] | None] = field(default_factory=dict)
    bodies: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def trip(self, run: _Run) -> Trip | None:
        """None: it does not run then. Another publisher's trip of the same id is another train."""
        ours = ids.run_id(self.timetable.info.feed_namespace, run.trip_id, run.key.service_date) == run.key.run_id
        if not ours or not self.timetable.runs_on(run.trip_id, run.key.service_date):
            return None
        if run.trip_id not in self.trips:
            self.trips[run.trip_id] = self.timetable.trip(run.trip_id)
        return self.trips[run.trip_id]

    def places_of(self, trip: Trip) -> Collection[PlaceRef] | None:
        if trip.formation_id is None:
            return None
        if trip.formation_id not in self.places:
            self.places[trip.formation_id] = places_of(self.timetable.formation(trip.formation_id))
        return self.places[trip.formation_id]


class Reissuing:
    """``central.issues.Reissue``."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def reissue(self, tx: Tx, sha256: str) -> Reissued:
        """In the transaction that activates the issue, before anything is published in the operator's feed."""
        work = _Reissue(tx, self._services, sha256)
        go_by_keys(tx)
        runs = work.runs()
        for start in range(0, len(runs), RUNS_A_TIME):
            work.some(runs[start : start + RUNS_A_TIME])
        work.publish()
        go_as_planned(tx)
        return Reissued(**work.counts)


class _Reissue:
    def __init__(self, tx: Tx, services: Services, sha256: str) -> None:
        self.counts = dict.fromkeys(("kept", "moved", "closed", "opened", "troubled"), 0)
        self._tx = tx
        self._services = services
        self._issue = sha256
        self._new = _New(services.timetables.of(sha256))
        self._now: datetime = services.clock.now()
        self._changed: list[_Run] = []
        self._ended: dict[UUID, list[News]] = {}
        # Open lines of the disruption list, whatever their run: a few.
        rows = tx.rows("SELECT service_date, run_id FROM incident WHERE kind = %s AND resolved_at IS NULL", (CLOSED,))
        self._closed_before = {RunKey(*row) for row in rows}

    def runs(self) -> list[_Run]:
        """Those that the new timetable has a say in, locked."""
        rows = self._tx.rows(
            "SELECT service_date, run_id, trip_id, pattern, formation, state = 'open', version FROM run "
            "WHERE service_date >= %s ORDER BY service_date, run_id FOR UPDATE",
            ((self._now - UNDER_WAY_MAX).date(),),
        )
        wanted = list({row[3] for row in rows})
        bodies = self._tx.rows("SELECT hash, body FROM frozen WHERE hash = ANY(%s)", (wanted,))
        trips = {digest: self._services.read_pattern(body)[0] for digest, body in bodies}
        found = []
        for service_date, run_id, trip_id, pattern, formation, is_open, version in rows:
            run = _Run(
                key=RunKey(service_date, run_id),
                trip_id=trip_id,
                trip=trips[pattern],
                pattern=pattern,
                formation=formation,
                open=is_open,
                version=version,
            )
            calls = run.trip.calls
            if self._at(run, calls[-1].arrive_s) <= self._now:
                continue
            if self._new.trip(run) is None and self._at(run, calls[0].depart_s) <= self._now:
                continue  # under way: an issue that begins today does not call it back
            found.append(run)
        return found

    def _at(self, run: _Run, seconds: int) -> datetime:
        return instant(run.key.service_date, seconds, run.trip.zone)

    # ---- some runs

    def some(self, runs: Sequence[_Run]) -> None:
        other = []
        for run in runs:
            new = self._new.trip(run)
            if new is not None and (new.pattern_version, new.zone) == (run.trip.pattern_version, run.trip.zone):
                self.counts["kept"] += 1
                self._open(run)
            else:
                other.append((run, new))
        if not other:
            return
        keys = [run.key for run, _ in other]
        holdings = read_holdings(self._tx, keys)
        older = read_patterns(self._tx, self._services, keys)
        found = [self._one(run, new, holdings[run.key], older[run.key]) for run, new in other]
        clashing = clashes(self._tx, [move for _, move in found if move is not None])
        moves: list[Move] = []
        for (run, new), (change, move) in zip(other, found, strict=True):
            if move is None or run.key in clashing:
                self._close(run, new, change, holdings[run.key])
                continue
            moves.append(move)
            self.counts["moved"] += 1
            self._open(run, moved=True)
            self._tell(run, change.troubled, holdings[run.key])
        carrying = Carrying(self._tx)
        carrying.carry(moves)
        for device_id, news in carrying.ended.items():
            self._ended.setdefault(device_id, []).extend(news)

    def _one(
        self, run: _Run, new: Trip | None, holdings: Holdings, older: Mapping[str, Trip]
    ) -> tuple[RunChange, Move | None]:
        """None: it is not carried over."""
        places = None if new is None else self._new.places_of(new)
        change = reissue(_sold(run, holdings), new, places)
        mixed = new is not None and (run.formation is None) != (places is None) and _anything(holdings)
        if change.fate is Fate.CLOSED or new is None or mixed:
            return change, None
        if new.trip_id not in self._new.bodies:
            self._new.bodies[new.trip_id] = frozen_bodies(self._tx, self._services, self._new.timetable, new)
        pattern, formation = self._new.bodies[new.trip_id]
        return change, Move(
            key=run.key,
            old=run.trip,
            old_hash=run.pattern,
            new=new,
            calls=change.calls,
            older=older,
            places=None if places is None else frozenset(map(str, places)),
            holdings=holdings,
            same_places=run.formation == formation,
            pattern=pattern,
            formation=formation,
            issue=self._issue,
        )

    def _close(self, run: _Run, new: Trip | None, change: RunChange, holdings: Holdings) -> None:
        if new is not None:  # counters may take it over all the same: what they sell then is mapped back
            pattern, _ = frozen_bodies(self._tx, self._services, self._new.timetable, new)
            calls = map_calls(new.calls, run.trip.calls)
            put_maps(
                self._tx,
                [NewMap(key=run.key, pattern_version=new.pattern_version, pattern=pattern, calls=calls)],
            )
        if run.key in self._closed_before or not run.open:
            return  # as it was; or cancelled by hand
        close_run(self._tx, self._services, run.key, issue=self._issue, trip_id=run.trip_id)
        self.counts["closed"] += 1
        self._changed.append(run)
        self._tell(run, change.troubled, holdings)

    def _open(self, run: _Run, *, moved: bool = False) -> None:
        """Again, if a timetable had closed it."""
        if run.key in self._closed_before:
            self._tx.run(
                "UPDATE run SET state = 'open' WHERE service_date = %s AND run_id = %s",
                (run.key.service_date, run.key.run_id),
            )
            self._tx.run(
                "UPDATE incident SET resolved_at = %s, resolved_by = %s, resolution = 'in the timetable again'"
                " WHERE kind = %s AND service_date = %s AND run_id = %s AND resolved_at IS NULL",
                (self._now, BY, CLOSED, run.key.service_date, run.key.run_id),
            )
            self.counts["opened"] += 1
        elif not moved:
            return
        self._changed.append(run)

    # ---- who must hear of it

    def _tell(self, run: _Run, troubled: Sequence[ClaimChange], holdings: Holdings) -> None:
        """Whoever has a ticket: one line of the disruption list each."""
        tickets = {ticket.ticket_id: ticket for ticket in holdings.tickets}
        for change in troubled:
            ticket, trouble = tickets.get(change.claim_id), change.trouble
            if ticket is None or trouble is None:
                continue  # unpaid: nobody to tell
            kind = "run_changed" if trouble is Trouble.TIME_CHANGED else "run_cancelled"
            self._incident(kind, run.key, ticket, {"trouble": trouble.value, "trip_id": run.trip_id})
            self.counts["troubled"] += 1

    def _incident(self, kind: str, key: RunKey, ticket: Ticket, facts: dict[str, Json]) -> None:
        self._tx.run(
            "INSERT INTO incident (incident_id, kind, device_id, epoch, seq, service_date, run_id, ticket_id, facts,"
            " at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                self._services.ids.new(),
                kind,
                ticket.device_id,
                ticket.epoch,
                ticket.seq,
                key.service_date,
                key.run_id,
                ticket.ticket_id,
                canonical(facts).decode(),
                self._now,
            ),
        )

    def publish(self) -> None:
        """Versions, so that pictures in every process are old, and positions from the locked heads."""
        counts: dict[int, int] = {}
        for run in self._changed:
            shard = shard_of(run.key.run_id)
            counts[shard] = counts.get(shard, 0) + 1
        heads = advance(self._tx, counts)
        positions = []
        for run in reversed(self._changed):
            shard = shard_of(run.key.run_id)
            positions.append(heads[shard])
            heads[shard] -= 1
        positions.reverse()
        self._tx.run(
            "UPDATE run r SET version = r.version + 1, stock_position = q.position "
            "FROM unnest(%s::date[], %s::uuid[], %s::bigint[]) AS q (service_date, run_id, position) "
            "WHERE r.service_date = q.service_date AND r.run_id = q.run_id",
            (
                arrays.dates(run.key.service_date for run in self._changed),
                arrays.ids(run.key.run_id for run in self._changed),
                arrays.numbers(positions),
            ),
        )
        for device_id in sorted(self._ended):
            publish(self._tx, device_shard(device_id), self._ended[device_id])


def _sold(run: _Run, holdings: Holdings) -> SoldRun:
    """Whoever paid, under the ids of their tickets, and whoever may be paying. Others do not keep a run from going on:

    an unpaid hold is let go, a lease is narrowed, and who gave a ticket back does not travel.
    """
    claims = [
        SoldClaim(
            claim_id=ticket.ticket_id,
            span=Span(ticket.board, ticket.alight),
            places=(PlaceRef.parse(ticket.place),) if ticket.place else (),
        )
        for ticket in holdings.tickets
        if ticket.state == "FULFILLED" and 0 <= ticket.board < ticket.alight < len(run.trip.calls)
    ]
    claims += [
        SoldClaim(
            claim_id=claim.claim_id,
            span=Span(claim.board, claim.alight),
            places=tuple(PlaceRef.parse(place) for place in claim.places),
        )
        for claim in holdings.claims
        if claim.state in FIRM
    ]
    return SoldRun(run=run.ref, trip=run.trip, claims=tuple(claims))


def _anything(holdings: Holdings) -> bool:
    return (
        any(ticket.state == "FULFILLED" for ticket in holdings.tickets)
        or any(claim.state == "HELD" or claim.state in FIRM for claim in holdings.claims)
        or any(lease.state in LIVE for lease in holdings.leases)
    )
