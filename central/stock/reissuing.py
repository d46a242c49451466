"""A new timetable comes into force: the runs of which anything is held or sold are carried over to it, or closed.

The rule is the counters' own (``domain.reissue``), with one thing more: legs keep their numbers here, since journals
that come later still count them as they were sold. A run whose calls are others, or whose held places the new coaches
do not have, stays as it was sold, nothing more is sold of it, and its passengers are on the disruption list (C7).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from central.services import Services, Timetable
from central.stock.pictures import Pictures
from central.stock.runs import frozen_bodies
from central.stock.words import RunKey
from central.stock.work import Work
from central.tx import Tx
from counter_app.domain import ids
from counter_app.domain.coaches import Formation, PlaceRef
from counter_app.domain.journal import Json, canonical
from counter_app.domain.places import PlaceTable
from counter_app.domain.reissue import ClaimChange, Fate, RunChange, SoldClaim, SoldRun, Trouble, places_of, reissue
from counter_app.domain.timetable import RunRef, Span, Trip, instant

UNDER_WAY_MAX: Final = timedelta(days=14)  # so long a run may take
CLOSED: Final = "run_closed"  # an incident: by a timetable; a later one that has the run again opens it
BY: Final = "system"


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
    formation: str | None  # its hash
    open: bool

    @property
    def ref(self) -> RunRef:
        return RunRef(run_id=self.key.run_id, trip_id=self.trip_id, service_date=self.key.service_date)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ticket:
    ticket_id: UUID
    device_id: UUID
    epoch: int
    seq: int


class Reissuing:
    """``central.issues.Reissue``."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._pictures = Pictures(services)

    def reissue(self, tx: Tx, sha256: str) -> Reissued:
        """In the transaction that activates the issue, before anything is published in the operator's feed."""
        timetable = self._services.timetables.of(sha256)
        now = self._services.clock.now()
        counts = dict.fromkeys(("kept", "moved", "closed", "opened", "troubled"), 0)
        work = Work(tx, self._pictures)
        runs = self._runs(tx, (now - UNDER_WAY_MAX).date())
        work.lock(run.key for run in runs)
        closed_before = self._closed(tx)
        tables: dict[str, frozenset[str]] = {}
        for run in runs:
            zone, calls = run.trip.zone, run.trip.calls
            if instant(run.key.service_date, calls[-1].arrive_s, zone) <= now:
                continue
            new = self._trip(timetable, run)
            if new is None and instant(run.key.service_date, calls[0].depart_s, zone) <= now:
                continue  # under way: an issue that begins today does not call it back
            sold, tickets = _sold(tx, run)
            formation = timetable.formation(new.formation_id) if new is not None and new.formation_id else None
            change = reissue(sold, new, places_of(formation))
            fate = self._fate(tx, run, change, new, formation, tables)
            if fate is Fate.CLOSED and run.key in closed_before:
                continue  # as it was
            if fate is Fate.CLOSED and not run.open:
                continue  # cancelled by hand
            if fate is Fate.CLOSED:
                self._close(tx, run, sha256)
                counts["closed"] += 1
            else:
                if fate is Fate.MOVED:
                    assert new is not None
                    self._move(tx, run, timetable, new, sha256)
                counts["moved" if fate is Fate.MOVED else "kept"] += 1
                if run.key in closed_before:
                    self._open(tx, run)
                    counts["opened"] += 1
                elif fate is Fate.KEPT:
                    continue
            counts["troubled"] += self._tell(tx, run, change.troubled, tickets)
            work.changed(run.key)
        work.publish()
        return Reissued(**counts)

    # ---- what there is

    def _runs(self, tx: Tx, first: date) -> list[_Run]:
        rows = tx.rows(
            "SELECT r.service_date, r.run_id, r.trip_id, f.body, r.formation, r.state = 'open' FROM run r"
            " JOIN frozen f ON f.hash = r.pattern WHERE r.service_date >= %s ORDER BY r.service_date, r.run_id",
            (first,),
        )
        trips: dict[str, Trip] = {}
        found = []
        for service_date, run_id, trip_id, body, formation, is_open in rows:
            if body not in trips:
                trips[body] = self._services.read_pattern(body)[0]
            key = RunKey(service_date, run_id)
            found.append(_Run(key=key, trip_id=trip_id, trip=trips[body], formation=formation, open=is_open))
        return found

    def _closed(self, tx: Tx) -> set[RunKey]:
        rows = tx.rows("SELECT service_date, run_id FROM incident WHERE kind = %s AND resolved_at IS NULL", (CLOSED,))
        return {RunKey(*row) for row in rows}

    def _trip(self, timetable: Timetable, run: _Run) -> Trip | None:
        """Another publisher's trip of the same id is another train."""
        ours = ids.run_id(timetable.info.feed_namespace, run.trip_id, run.key.service_date) == run.key.run_id
        if not ours or not timetable.runs_on(run.trip_id, run.key.service_date):
            return None
        return timetable.trip(run.trip_id)

    def _fate(
        self,
        tx: Tx,
        run: _Run,
        change: RunChange,
        new: Trip | None,
        formation: Formation | None,
        tables: dict[str, frozenset[str]],
    ) -> Fate:
        if change.fate is Fate.CLOSED or new is None:
            return Fate.CLOSED
        if change.fate is Fate.KEPT:
            return Fate.KEPT
        same_legs = change.calls == tuple(range(len(new.calls)))
        if not same_legs or (run.formation is None) != (formation is None):
            return Fate.CLOSED
        if formation is not None and not _occupied(tx, run.key) <= _names(formation, tables):
            return Fate.CLOSED
        return Fate.MOVED

    # ---- what is done

    def _move(self, tx: Tx, run: _Run, timetable: Timetable, new: Trip, sha256: str) -> None:
        pattern, formation = frozen_bodies(tx, self._services, timetable, new)
        tx.run(
            "UPDATE run SET pattern_version = %s, pattern = %s, formation = %s, issue_sha256 = %s"
            " WHERE service_date = %s AND run_id = %s",
            (new.pattern_version, pattern, formation, sha256, run.key.service_date, run.key.run_id),
        )

    def _close(self, tx: Tx, run: _Run, sha256: str) -> None:
        self._set_state(tx, run.key, "cancelled")
        self._incident(tx, CLOSED, run.key, None, None, {"issue": sha256, "trip_id": run.trip_id})

    def _open(self, tx: Tx, run: _Run) -> None:
        self._set_state(tx, run.key, "open")
        tx.run(
            "UPDATE incident SET resolved_at = %s, resolved_by = %s, resolution = 'in the timetable again'"
            " WHERE kind = %s AND service_date = %s AND run_id = %s AND resolved_at IS NULL",
            (self._services.clock.now(), BY, CLOSED, run.key.service_date, run.key.run_id),
        )

    def _set_state(self, tx: Tx, key: RunKey, state: str) -> None:
        tx.run(
            "UPDATE run SET state = %s WHERE service_date = %s AND run_id = %s", (state, key.service_date, key.run_id)
        )

    def _tell(self, tx: Tx, run: _Run, troubled: Sequence[ClaimChange], tickets: dict[UUID, _Ticket]) -> int:
        """Whoever has a ticket must hear of it: one line of the disruption list each."""
        count = 0
        for change in troubled:
            ticket, trouble = tickets.get(change.claim_id), change.trouble
            if ticket is None or trouble is None:
                continue  # unpaid, or a lease: nobody to tell
            kind = "run_changed" if trouble is Trouble.TIME_CHANGED else "run_cancelled"
            facts: dict[str, Json] = {"trouble": trouble.value, "trip_id": run.trip_id}
            self._incident(tx, kind, run.key, ticket, ticket.ticket_id, facts)
            count += 1
        return count

    def _incident(
        self, tx: Tx, kind: str, key: RunKey, ticket: _Ticket | None, ticket_id: UUID | None, facts: dict[str, Json]
    ) -> None:
        tx.run(
            "INSERT INTO incident (incident_id, kind, device_id, epoch, seq, service_date, run_id, ticket_id, facts,"
            " at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                self._services.ids.new(),
                kind,
                ticket.device_id if ticket else None,
                ticket.epoch if ticket else None,
                ticket.seq if ticket else None,
                key.service_date,
                key.run_id,
                ticket_id,
                canonical(facts).decode(),
                self._services.clock.now(),
            ),
        )


def _sold(tx: Tx, run: _Run) -> tuple[SoldRun, dict[UUID, _Ticket]]:
    """Tickets under their own ids, what is held or leased under theirs."""
    key = (run.key.service_date, run.key.run_id)
    claims: list[SoldClaim] = []
    tickets: dict[UUID, _Ticket] = {}
    for ticket_id, device_id, epoch, seq, state, place, board, alight in tx.rows(
        "SELECT ticket_id, device_id, epoch, seq, state, place, board, alight FROM ticket"
        " WHERE service_date = %s AND run_id = %s ORDER BY ticket_id",
        key,
    ):
        tickets[ticket_id] = _Ticket(ticket_id=ticket_id, device_id=device_id, epoch=epoch, seq=seq)
        live = state == "FULFILLED"
        claims.append(_claim(ticket_id, board, alight, [place] if place and live else [], live=live))
    claims += [
        _claim(claim_id, board, alight, places, live=True)
        for claim_id, board, alight, places in tx.rows(
            "SELECT claim_id, board, alight, places FROM claim WHERE service_date = %s AND run_id = %s"
            " AND state IN ('HELD', 'LEASED', 'IN_DOUBT')"
            " UNION ALL SELECT lease_id, board, alight, places FROM lease WHERE service_date = %s AND run_id = %s"
            " AND state IN ('ACTIVE', 'IN_DOUBT') ORDER BY 1",
            key + key,
        )
    ]
    return SoldRun(run=run.ref, trip=run.trip, claims=tuple(claims)), tickets


def _claim(claim_id: UUID, board: int, alight: int, places: Sequence[str], *, live: bool) -> SoldClaim:
    return SoldClaim(
        claim_id=claim_id,
        span=Span(board, alight),
        places=tuple(PlaceRef.parse(place) for place in places),
        live=live,
    )


def _occupied(tx: Tx, key: RunKey) -> set[str]:
    rows: list[tuple[Any, ...]] = tx.rows(
        "SELECT DISTINCT place FROM place_leg WHERE service_date = %s AND run_id = %s", (key.service_date, key.run_id)
    )
    return {place for (place,) in rows}


def _names(formation: Formation, tables: dict[str, frozenset[str]]) -> frozenset[str]:
    if formation.formation_id not in tables:
        tables[formation.formation_id] = frozenset(str(place) for place in PlaceTable(formation).refs)
    return tables[formation.formation_id]
