"""What somebody has to deal with: open conflicts, quarantined entries and their incidents; resolved with a note.

A conflict is named as people say it: ``CSQ/2/1/57``, window, epoch and number of the entry. An incident that no entry's
verdict tells of (a new timetable does without a train that tickets are sold for) is named by its id.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from central.acts import ActKind, Acts
from central.feed import device_shard, publish
from central.journal.judge import Judge
from central.journal.reseat import Offer, Proposal, Seek, propose
from central.journal.verdicts import news_of
from central.services import Services
from central.staff import Right, demand
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.journal import Json, timestamp
from counter_app.domain.shifts import check_reason
from counter_app.domain.staff import Actor
from counter_app.domain.verdicts import NextStep, Owner
from counter_app.errors import Reason, Refusal
from counter_app.wire.messages import Judgement, Verdict

LIST_MAX: Final = 1_000
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAME: Final = re.compile(r"([A-Z0-9]{1,5})/(\d{1,3})/(\d{1,3})/(\d{1,13})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    incident_id: UUID
    kind: str
    service_date: date | None
    run_id: UUID | None
    ticket_id: UUID | None
    facts: dict[str, Json]
    resolved_at: datetime | None
    proposals: tuple[Proposal, ...] = ()  # of a displaced ticket, best first


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """An entry that is in conflict or quarantined, or an incident by itself. ``name``: what ``resolve`` and ``rejudge``

    take. ``verdict`` of an incident by itself: as if it were one, with the number of the sale, or 0.
    """

    name: str
    window: str
    device_id: UUID | None
    verdict: Verdict
    judged_at: datetime
    resolved_at: datetime | None
    resolved_by: str
    resolution: str
    incidents: tuple[Incident, ...] = ()

    @property
    def by_itself(self) -> bool:
        """An incident that belongs to no verdict."""
        return "/" not in self.name

    def fields(self) -> dict[str, Json]:
        """For ``--json``."""
        verdict = self.verdict
        return {
            "id": self.name,
            "window": self.window,
            "device_id": None if self.device_id is None else str(self.device_id),
            "epoch": verdict.epoch,
            "seq": verdict.seq,
            "judgement": verdict.judgement.value,
            "reason": verdict.reason,
            "owner": verdict.owner,
            "next_step": verdict.next_step,
            "facts": verdict.facts,
            "judged_at": timestamp(self.judged_at),
            "resolved_at": None if self.resolved_at is None else timestamp(self.resolved_at),
            "resolved_by": self.resolved_by,
            "resolution": self.resolution,
            "incidents": [
                {
                    "kind": one.kind,
                    "ticket_id": None if one.ticket_id is None else str(one.ticket_id),
                    "run_id": None if one.run_id is None else str(one.run_id),
                    "service_date": None if one.service_date is None else one.service_date.isoformat(),
                    "facts": one.facts,
                    "proposals": [{"step": offer.step, "words": offer.words} for offer in one.proposals],
                }
                for one in self.incidents
            ],
        }


@dataclass(frozen=True, slots=True)
class Conflicts:
    """``seek``: free places by class, for what can be offered to who lost a place (``StockDesk.availability``)."""

    services: Services
    judge: Judge
    seek: Seek

    def all(self, connection: Connection, *, resolved_too: bool = False, limit: int = LIST_MAX) -> list[Conflict]:
        """Open ones, oldest first. ``resolved_too``: those as well, and the newest first."""
        tx = Tx(connection)
        wanted = (
            " WHERE v.judgement <> 'accepted' ORDER BY v.judged_at DESC, v.device_id, v.epoch, v.seq LIMIT %s"
            if resolved_too
            else " WHERE v.judgement <> 'accepted' AND v.resolved_at IS NULL"
            " ORDER BY v.judged_at, v.device_id, v.epoch, v.seq LIMIT %s"
        )
        rows = tx.rows(_SELECT + wanted, (min(limit, LIST_MAX),))
        found = self._with_incidents(tx, [_conflict(row) for row in rows], connection)
        alone = tx.rows(_ALONE_LIST, (resolved_too, min(limit, LIST_MAX)))
        found += [_incident_alone(row) for row in alone]
        return sorted(found, key=lambda one: one.judged_at, reverse=resolved_too)[:limit]

    def one(self, connection: Connection, name: str) -> Conflict:
        """Raises Refusal(BAD_INPUT, field="conflict")."""
        tx = Tx(connection)
        found = _find(tx, name)
        return found if found.by_itself else self._with_incidents(tx, [found], connection)[0]

    def resolve(self, connection: Connection, name: str, note: str, *, by: Actor) -> Conflict:
        """Somebody dealt with it, and says how; its incidents are done with it. The counter hears of it.

        Raises Refusal: NOT_ALLOWED, REASON_NEEDED, BAD_INPUT(field="reason" or "conflict").
        """
        demand(by, Right.DIRECT)
        plain = check_reason(note)

        def work(tx: Tx) -> None:
            found, now = _find(tx, name, lock=True), self.services.clock.now()
            if found.resolved_at is not None:
                return
            told = (now, by.login, plain)
            if found.by_itself:
                tx.run(
                    "UPDATE incident SET resolved_at = %s, resolved_by = %s, resolution = %s WHERE incident_id = %s",
                    (*told, UUID(found.name)),
                )
            else:
                key = (found.device_id, found.verdict.epoch, found.verdict.seq)
                tx.run(
                    "UPDATE verdict SET resolved_at = %s, resolved_by = %s, resolution = %s"
                    " WHERE device_id = %s AND epoch = %s AND seq = %s",
                    (*told, *key),
                )
                tx.run(
                    "UPDATE incident SET resolved_at = %s, resolved_by = %s, resolution = %s"
                    " WHERE device_id = %s AND epoch = %s AND seq = %s AND resolved_at IS NULL",
                    (*told, *key),
                )
            body: dict[str, Json] = {
                "conflict": found.name,
                "reason": found.verdict.reason,
                "note": plain,
            }
            Acts(self.services).append(tx, ActKind.CONFLICT_RESOLVED, body, by=by)
            facts: dict[str, Json] = {
                **found.verdict.facts,
                "resolved": {"by": by.login, "at": timestamp(now), "note": plain},
            }
            if not found.by_itself and found.device_id is not None:
                publish(tx, device_shard(found.device_id), [news_of(replace(found.verdict, facts=facts))])

        in_transaction(connection, work)
        return self.one(connection, name)

    def rejudge(self, connection: Connection, name: str, *, by: Actor) -> Conflict:
        """A quarantined entry again, after an upgrade. Raises Refusal: NOT_ALLOWED, BAD_INPUT(field="conflict")."""
        demand(by, Right.DIRECT)
        before = self.one(connection, name)
        if before.verdict.judgement is not Judgement.QUARANTINED:
            raise Refusal(Reason.BAD_INPUT, field="conflict", detail="is not quarantined")
        assert before.device_id is not None, "an entry has a device"
        self.judge.rejudge(connection, before.device_id, before.verdict.epoch, before.verdict.seq)
        after = self.one(connection, name)
        body: dict[str, Json] = {
            "conflict": name.strip().upper(),
            "before": before.verdict.reason,
            "after": after.verdict.reason,
            "judgement": after.verdict.judgement.value,
        }
        in_transaction(connection, lambda tx: Acts(self.services).append(tx, ActKind.REJUDGED, body, by=by))
        return after

    def _with_incidents(self, tx: Tx, found: Sequence[Conflict], connection: Connection) -> list[Conflict]:
        """Each with its incidents, and each open displaced ticket with what can be offered to its holder."""
        rows = tx.rows(
            "SELECT i.device_id, i.epoch, i.seq, i.incident_id, i.kind, i.service_date, i.run_id, i.ticket_id,"
            " i.facts, i.resolved_at FROM incident i"
            " JOIN unnest(%s::uuid[], %s::smallint[], %s::bigint[]) AS k (device_id, epoch, seq)"
            " ON i.device_id = k.device_id AND i.epoch = k.epoch AND i.seq = k.seq ORDER BY i.incident_id",
            (
                [one.device_id for one in found],
                [one.verdict.epoch for one in found],
                [one.verdict.seq for one in found],
            ),
        )
        by_entry: dict[tuple[UUID, int, int], list[Incident]] = {}
        for row in rows:
            by_entry.setdefault((row[0], row[1], row[2]), []).append(
                Incident(
                    incident_id=row[3],
                    kind=row[4],
                    service_date=row[5],
                    run_id=row[6],
                    ticket_id=row[7],
                    facts=json.loads(row[8]),
                    resolved_at=row[9],
                )
            )
        offers = [
            Offer(one.ticket_id, one.service_date, one.run_id, one.facts)
            for incidents in by_entry.values()
            for one in incidents
            if one.kind == "displaced" and one.resolved_at is None and one.ticket_id and one.service_date and one.run_id
        ]
        proposals = propose(tx, offers, self.seek, connection)
        return [_joined(one, by_entry, proposals) for one in found]


_SELECT: Final = (
    "SELECT d.station_code, d.counter, v.device_id, v.epoch, v.seq, v.judgement, v.reason, v.owner, v.next_step,"
    " v.facts, v.judged_at, v.resolved_at, v.resolved_by, v.resolution"
    " FROM verdict v JOIN device d ON d.device_id = v.device_id"
)


_ALONE: Final = (
    "SELECT i.incident_id, i.kind, i.service_date, i.run_id, i.ticket_id, i.facts, i.at, i.resolved_at,"
    " i.resolved_by, i.resolution, i.device_id, i.epoch, i.seq, d.station_code, d.counter"
    " FROM incident i LEFT JOIN device d ON d.device_id = i.device_id"
)


# Those that no verdict on the list shows; resolved ones too if asked.
_ALONE_LIST: Final = (
    _ALONE  # noqa: S608 - constants
    + " WHERE (i.resolved_at IS NULL OR (%s AND NOT EXISTS (SELECT 1 FROM verdict v"
    " WHERE v.device_id = i.device_id AND v.epoch = i.epoch AND v.seq = i.seq AND v.judgement <> 'accepted')))"
    " AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.device_id = i.device_id AND v.epoch = i.epoch"
    " AND v.seq = i.seq AND v.judgement <> 'accepted' AND v.resolved_at IS NULL)"
    " ORDER BY i.at, i.incident_id LIMIT %s"
)


def _incident_alone(row: tuple[Any, ...]) -> Conflict:
    incident_id, kind, service_date, run_id, ticket_id, text, at, resolved_at, resolved_by, resolution = row[:10]
    device_id, epoch, seq, station, counter = row[10:]
    facts: dict[str, Json] = json.loads(text)
    return Conflict(
        name=str(incident_id),
        window=f"{station}/{counter}" if station else "",
        device_id=device_id,
        verdict=Verdict(
            epoch=epoch or 0,
            seq=seq or 0,
            judgement=Judgement.CONFLICT,
            reason=kind,
            owner=Owner.SUPERVISOR.value,
            next_step=NextStep.DISRUPTION_DESK.value,
            facts=facts,
        ),
        judged_at=at,
        resolved_at=resolved_at,
        resolved_by=resolved_by or "",
        resolution=resolution or "",
        incidents=(
            Incident(
                incident_id=incident_id,
                kind=kind,
                service_date=service_date,
                run_id=run_id,
                ticket_id=ticket_id,
                facts=facts,
                resolved_at=resolved_at,
            ),
        ),
    )


def _joined(
    conflict: Conflict,
    incidents: dict[tuple[UUID, int, int], list[Incident]],
    proposals: dict[UUID, tuple[Proposal, ...]],
) -> Conflict:
    assert conflict.device_id is not None, "an entry has a device"
    mine = incidents.get((conflict.device_id, conflict.verdict.epoch, conflict.verdict.seq), [])
    made = tuple(replace(one, proposals=proposals.get(one.ticket_id, ()) if one.ticket_id else ()) for one in mine)
    return replace(conflict, incidents=made)


def _find(tx: Tx, name: str, *, lock: bool = False) -> Conflict:
    parts = _NAME.fullmatch(name.strip().upper())
    row = None
    if _ID.fullmatch(name.strip().lower()):
        sql = _ALONE + " WHERE i.incident_id = %s"
        alone = (UUID(name.strip()),)
        row = tx.row(sql + " FOR UPDATE OF i", alone) if lock else tx.row(sql, alone)
        if row is not None:
            return _incident_alone(row)
    if parts is not None:
        # Epochs of a window go on from device to device: window and epoch name one.
        sql = (
            " JOIN device_key k ON k.device_id = v.device_id AND k.epoch = v.epoch"
            " WHERE d.station_code = %s AND d.counter = %s AND v.epoch = %s AND v.seq = %s"
        )
        numbers = (parts[1], int(parts[2]), int(parts[3]), int(parts[4]))
        row = tx.row(_SELECT + sql + " FOR UPDATE OF v", numbers) if lock else tx.row(_SELECT + sql, numbers)
    if row is None:
        raise Refusal(Reason.BAD_INPUT, field="conflict", detail=name[:60])
    return _conflict(row)


def _conflict(row: tuple[Any, ...]) -> Conflict:
    (station, counter, device_id, epoch, seq, judgement, reason, owner, next_step, facts) = row[:10]
    judged_at, resolved_at, resolved_by, resolution = row[10:]
    return Conflict(
        name=f"{station}/{counter}/{epoch}/{seq}",
        window=f"{station}/{counter}",
        device_id=device_id,
        verdict=Verdict(
            epoch=epoch,
            seq=seq,
            judgement=Judgement(judgement),
            reason=reason,
            owner=owner,
            next_step=next_step,
            facts=json.loads(facts),
        ),
        judged_at=judged_at,
        resolved_at=resolved_at,
        resolved_by=resolved_by or "",
        resolution=resolution or "",
    )
