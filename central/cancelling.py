"""Runs that do not go: what is sold, held and leased of each, and one of them cancelled by hand.

Nothing more is sold of a cancelled run, and windows give back what they hold of it. Each ticket is told of twice: as an
incident on the disruption list, and as a verdict in the inbox of the window that sold it. What is sold stays sold until
it is given back; a journal that comes later is judged by rule C7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from central.acts import ActKind, Acts
from central.feed import News, device_shard, publish_all
from central.issues import in_force
from central.journal.verdicts import verdict_of, write_verdicts
from central.services import Services
from central.staff import Right, demand
from central.stock.desk import StockDesk
from central.stock.runs import RunName
from central.stock.words import RunKey
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.ids import run_id as run_id_of
from counter_app.domain.journal import Json, canonical
from counter_app.domain.shifts import check_reason
from counter_app.domain.staff import Actor
from counter_app.domain.verdicts import Why
from counter_app.errors import Reason, Refusal

LIST_MAX: Final = 1_000
NUMBERS_TOLD: Final = 40  # of one sale; nobody sells more tickets at once


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """``sold``: tickets in force. ``held``: unpaid claims. ``leased``: places, or units, that windows may sell, or may

    have sold (in doubt) by a lease or a claim that is being paid.
    """

    service_date: date
    service: str
    trip_id: str
    state: str
    sold: int
    held: int
    leased: int
    run_id: UUID

    @property
    def key(self) -> RunKey:
        return RunKey(self.service_date, self.run_id)

    def fields(self) -> dict[str, Any]:
        return {**asdict(self), "service_date": self.service_date.isoformat(), "run_id": str(self.run_id)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    run: RunRecord
    tickets: int
    windows: int  # whose inboxes tell of it
    leases: int  # that windows are asked to give back

    def fields(self) -> dict[str, Any]:
        return {**self.run.fields(), "tickets": self.tickets, "windows": self.windows, "leases": self.leases}


@dataclass(frozen=True, slots=True)
class Cancelling:
    services: Services
    stock: StockDesk

    def runs(self, connection: Connection, *, first: date, last: date | None = None) -> list[RunRecord]:
        """Those that anything was ever held of, by date and trip; a run that nobody touched has no row."""
        rows = Tx(connection).rows(
            f"{_SELECT} WHERE r.service_date >= %s AND r.service_date <= coalesce(%s, 'infinity'::date)"
            " ORDER BY r.service_date, r.trip_id LIMIT %s",
            (first, last, LIST_MAX),
        )
        return self._records(rows)

    def named(self, connection: Connection, name: str, service_date: date | None) -> RunRecord:
        """By its id; or by service number or trip id, and date: also one that nobody has touched yet.

        Raises Refusal: BAD_INPUT(field="run"): there is none, or several (``detail`` names their ids); NO_TIMETABLE.
        """
        tx = Tx(connection)
        if service_date is None:
            try:
                wanted = UUID(name)
            except ValueError as error:
                raise Refusal(Reason.BAD_INPUT, field="run", detail=name[:60]) from error
            # Its id is all that people have of it; the date stands in the row.
            found = self._records(tx.rows(f"{_SELECT} WHERE r.run_id = %s LIMIT 2", (wanted,)))
        else:
            on_day = self._records(tx.rows(f"{_SELECT} WHERE r.service_date = %s", (service_date,)))
            found = [one for one in on_day if name in {one.trip_id, one.service}]
            known = {one.run_id for one in found}
            found += [one for one in self._untouched(tx, name, service_date) if one.run_id not in known]
        if len(found) == 1:
            return found[0]
        detail = " ".join(str(one.run_id) for one in found[:10]) or f"{name[:60]} is no such run"
        raise Refusal(Reason.BAD_INPUT, field="run", detail=detail)

    def cancel(self, connection: Connection, by: Actor, found: RunRecord, reason: str, *, confirmed: int) -> Cancelled:
        """``confirmed``: of how many tickets whoever cancels knows. It cannot be undone.

        Raises Refusal: NOT_ALLOWED, REASON_NEEDED, BAD_INPUT(field): ``confirm`` where so many are not sold (any more),
        ``run`` where it is cancelled already, ``reason``.
        """
        demand(by, Right.MANAGE)
        plain = check_reason(reason)

        def work(tx: Tx) -> Cancelled:
            self.stock.freeze_run(
                tx, RunName(run_id=found.run_id, service_date=found.service_date, trip_id=found.trip_id)
            )
            self.stock.lock_run(tx, found.key)
            (run,) = self._records(
                tx.rows(f"{_SELECT} WHERE r.service_date = %s AND r.run_id = %s", (found.service_date, found.run_id))
            )
            if run.state != "open":
                raise Refusal(Reason.BAD_INPUT, field="run", detail="is cancelled already")
            if run.sold != confirmed:
                raise Refusal(Reason.BAD_INPUT, field="confirm", detail=f"{run.sold} tickets are sold")
            leases = self.stock.cancel_run(tx, run.key)
            news = self._tell(tx, run, plain)
            body: dict[str, Json] = {
                "run_id": str(run.run_id),
                "trip_id": run.trip_id,
                "service_date": run.service_date.isoformat(),
                "reason": plain,
                "tickets": run.sold,
                "leases": leases,
            }
            Acts(self.services).append(tx, ActKind.RUN_CANCELLED, body, by=by)
            publish_all(tx, {device_shard(device_id): items for device_id, items in news.items()})
            return Cancelled(run=run, tickets=run.sold, windows=len(news), leases=leases)

        return in_transaction(connection, work)

    def _tell(self, tx: Tx, run: RunRecord, reason: str) -> dict[UUID, list[News]]:
        """An incident for each ticket, a verdict for each sale. Returns what each window's feed says."""
        now = self.services.clock.now()
        sales: dict[UUID, dict[tuple[int, int], list[str]]] = {}
        incidents = []
        for device_id, epoch, seq, ticket_id, number in tx.rows(
            "SELECT device_id, epoch, seq, ticket_id, number FROM ticket WHERE service_date = %s AND run_id = %s"
            " AND state = 'FULFILLED' ORDER BY device_id, epoch, seq, number",
            run.key,
        ):
            sales.setdefault(device_id, {}).setdefault((epoch, seq), []).append(number)
            facts = canonical({"number": number, "reason": reason, "trip_id": run.trip_id}).decode()
            incidents.append((self.services.ids.new(), device_id, epoch, seq, *run.key, ticket_id, facts, now))
        tx.run_many(
            "INSERT INTO incident (incident_id, kind, device_id, epoch, seq, service_date, run_id, ticket_id, facts,"
            " at) VALUES (%s, 'run_cancelled', %s, %s, %s, %s, %s, %s, %s, %s)",
            incidents,
        )
        return {
            device_id: write_verdicts(
                tx,
                device_id,
                [
                    verdict_of(
                        epoch,
                        seq,
                        Why.RUN_CANCELLED,
                        {
                            "trip_id": run.trip_id,
                            "service_date": run.service_date.isoformat(),
                            "run_id": str(run.run_id),
                            "tickets": list(numbers[:NUMBERS_TOLD]),
                        },
                    )
                    for (epoch, seq), numbers in by_entry.items()
                ],
                now,
            )
            for device_id, by_entry in sales.items()
        }

    def _untouched(self, tx: Tx, name: str, service_date: date) -> list[RunRecord]:
        digest = in_force(tx)
        if digest is None:
            return []
        timetable = self.services.timetables.of(digest)
        by_id = timetable.trip(name)
        trips = {trip.trip_id: trip for trip in [*timetable.trips_of(name), *([] if by_id is None else [by_id])]}
        return [
            RunRecord(
                service_date=service_date,
                service=trip.service,
                trip_id=trip.trip_id,
                state="open",
                sold=0,
                held=0,
                leased=0,
                run_id=run_id_of(timetable.info.feed_namespace, trip.trip_id, service_date),
            )
            for trip in trips.values()
            if timetable.runs_on(trip.trip_id, service_date)
        ]

    def _records(self, rows: Sequence[tuple[Any, ...]]) -> list[RunRecord]:
        services: dict[str, str] = {}  # by pattern: many runs have the same
        made = []
        for service_date, trip_id, state, sold, held, leased, run_id, pattern_hash, pattern in rows:
            if pattern_hash not in services:
                services[pattern_hash] = self.services.read_pattern(pattern)[0].service
            made.append(
                RunRecord(
                    service_date=service_date,
                    service=services[pattern_hash],
                    trip_id=trip_id,
                    state=state,
                    sold=sold,
                    held=held,
                    leased=leased,
                    run_id=run_id,
                )
            )
        return made


_SELECT: Final = (
    "SELECT r.service_date, r.trip_id, r.state,"
    " (SELECT count(*) FROM ticket t WHERE t.service_date = r.service_date AND t.run_id = r.run_id"
    " AND t.state = 'FULFILLED'),"
    " (SELECT count(*) FROM claim c WHERE c.service_date = r.service_date AND c.run_id = r.run_id"
    " AND c.state = 'HELD'),"
    " (SELECT coalesce(sum(c.count), 0) FROM claim c WHERE c.service_date = r.service_date AND c.run_id = r.run_id"
    " AND c.state IN ('LEASED', 'IN_DOUBT'))"
    " + (SELECT count(DISTINCT (p.place, p.claim_id)) FROM lease l JOIN place_leg p ON p.service_date = l.service_date"
    " AND p.run_id = l.run_id AND p.claim_id = l.lease_id AND p.state IN ('LEASED', 'IN_DOUBT')"
    " WHERE l.service_date = r.service_date AND l.run_id = r.run_id)"
    " + (SELECT coalesce(sum(l.left_count), 0) FROM lease l WHERE l.service_date = r.service_date"
    " AND l.run_id = r.run_id AND l.state IN ('ACTIVE', 'IN_DOUBT') AND cardinality(l.places) = 0),"
    " r.run_id, r.pattern, f.body FROM run r JOIN frozen f ON f.hash = r.pattern"
)
