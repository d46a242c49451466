"""What becomes of leases and leased claims without their journal: in doubt by time or by a new epoch, never free.

Only two people free them (a write-off). A pool that was never split was in nobody's hands: when its time is over its
places are simply free again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from central.feed import News
from central.services import Services
from central.stock.cellmap import Cell, CellMap
from central.stock.cells import CellWriter
from central.stock.claimrows import ClaimRow, ClaimRows
from central.stock.leaserows import LeaseRow, LeaseRows
from central.stock.pictures import Pictures
from central.stock.words import RunKey
from central.stock.work import Work
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.journal import Json
from counter_app.errors import Reason, Refusal
from counter_app.wire.messages import FeedKind

RUNS_A_TIME: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How much."""

    leases: int
    claims: int
    cells: int  # places over legs; units are counted as one each

    def fields(self) -> dict[str, int]:
        return {"leases": self.leases, "claims": self.claims, "cells": self.cells}


class Ending:
    def __init__(self, services: Services, pictures: Pictures) -> None:
        self._services = services
        self._pictures = pictures

    # ---- in doubt

    def doubt_device(self, tx: Tx, device_id: UUID) -> Ended:
        """All that it holds: another copy of it, or whoever has it, may be selling it. Its feed ends those leases."""
        return self._turn_device(tx, device_id, "IN_DOUBT")

    def expire(self, connection: Connection, now: datetime) -> int:
        """Leases whose time is over. Some runs at a time; returns how many leases."""
        # The sweep goes by the index on the time of active leases: their runs are what it looks for.
        rows = Tx(connection).rows(
            "SELECT service_date, run_id, lease_id FROM lease WHERE state = 'ACTIVE' AND expires_at <= %s "
            "ORDER BY expires_at LIMIT %s",
            (now, RUNS_A_TIME * 20),
        )
        found: dict[RunKey, list[UUID]] = {}
        for service_date, run_id, lease_id in rows:
            found.setdefault(RunKey(service_date, run_id), []).append(lease_id)
        keys = sorted(found)
        total = 0
        for start in range(0, len(keys), RUNS_A_TIME):
            some = [(key, lease_id) for key in keys[start : start + RUNS_A_TIME] for lease_id in found[key]]

            def attempt(tx: Tx, some: Sequence[tuple[RunKey, UUID]] = some) -> tuple[int, Work]:
                work = Work(tx, self._pictures)
                work.lock(key for key, _ in some)
                leases = LeaseRows(tx)
                leases.read(some)
                over = [lease for lease in leases.all() if lease.state == "ACTIVE"]
                turning = _Turning(work, leases, ClaimRows(tx, now))
                for to, those in (
                    ("IN_DOUBT", [lease for lease in over if lease.device_id is not None]),
                    ("", [lease for lease in over if lease.device_id is None]),
                ):
                    turning.leases(those, to, "SETTLED")
                turning.write()
                work.publish()
                return len(over), work

            count, work = in_transaction(connection, attempt)
            work.committed()
            total += count
        return total

    # ---- a run that does not go

    def cancel_run(self, tx: Tx, key: RunKey) -> int:
        """Nothing more is sold of it. Its pools are free; windows are asked to give back what they hold, which stays

        theirs until then. Counted are those leases. Raises Refusal(UNKNOWN_RUN).
        """
        work = Work(tx, self._pictures)
        work.lock([key])
        if not work.known(key):
            raise Refusal(Reason.UNKNOWN_RUN)
        tx.run(
            "UPDATE run SET state = 'cancelled' WHERE service_date = %s AND run_id = %s", (key.service_date, key.run_id)
        )
        leases = LeaseRows(tx)
        rows = tx.rows("SELECT lease_id FROM lease WHERE service_date = %s AND run_id = %s AND state = 'ACTIVE'", key)
        leases.read([(key, lease_id) for (lease_id,) in rows])
        active = leases.all()
        turning = _Turning(work, leases, ClaimRows(tx, self._services.clock.now()))
        turning.leases([lease for lease in active if lease.device_id is None], "", "SETTLED")
        turning.write()
        holders = {lease.device_id for lease in active if lease.device_id is not None}
        body: dict[str, Json] = {"run_id": str(key.run_id), "service_date": key.service_date.isoformat()}
        for device_id in sorted(holders):
            work.tell(device_id, News(kind=FeedKind.RECALL, key=f"recall/{key.run_id}", body=body))
        work.changed(key)
        work.publish()
        return sum(lease.device_id is not None for lease in active)

    # ---- written off, by two people: the caller has seen to that

    def write_off_lease(self, tx: Tx, lease_id: UUID) -> Ended:
        """Raises Refusal(BAD_INPUT, field=lease): there is none, or it is settled."""
        # By its id alone: people name it. The run is locked before anything is decided.
        found = tx.row(
            "SELECT service_date, run_id FROM lease WHERE lease_id = %s AND state IN ('ACTIVE', 'IN_DOUBT')",
            (lease_id,),
        )
        if found is None:
            raise Refusal(Reason.BAD_INPUT, field="lease")
        key = RunKey(*found)
        work = Work(tx, self._pictures)
        work.lock([key])
        leases = LeaseRows(tx)
        leases.read([(key, lease_id)])
        live = [lease for lease in leases.all() if lease.live]
        turning = _Turning(work, leases, ClaimRows(tx, self._services.clock.now()))
        turning.leases(live, "", "WRITTEN_OFF")
        ended = turning.write()
        work.publish()
        return ended

    def write_off_device(self, tx: Tx, device_id: UUID) -> Ended:
        """All that it holds becomes free, whatever its journal may still say."""
        return self._turn_device(tx, device_id, "")

    # ---- inside

    def _turn_device(self, tx: Tx, device_id: UUID, to: str) -> Ended:
        # What a device holds is found by its own indexes; each run is then locked, and read again under its lock.
        rows = tx.rows(
            "SELECT service_date, run_id, lease_id, true FROM lease WHERE device_id = %s "
            "AND state IN ('ACTIVE', 'IN_DOUBT') UNION ALL "
            "SELECT service_date, run_id, claim_id, false FROM claim WHERE device_id = %s "
            "AND state IN ('LEASED', 'IN_DOUBT')",
            (device_id, device_id),
        )
        keys = sorted({RunKey(row[0], row[1]) for row in rows})
        work = Work(tx, self._pictures)
        work.lock(keys)
        leases, claims = LeaseRows(tx), ClaimRows(tx, self._services.clock.now())
        leases.read([(RunKey(row[0], row[1]), row[2]) for row in rows if row[3]])
        wanted = [(RunKey(row[0], row[1]), row[2]) for row in rows if not row[3]]
        claims.read(wanted)
        turning = _Turning(work, leases, claims)
        live = [lease for lease in leases.all() if lease.live]
        turning.leases(live, to, "WRITTEN_OFF")
        found = [claims.get(*one) for one in wanted]
        turning.claims([claim for claim in found if claim is not None and claim.state in {"LEASED", "IN_DOUBT"}], to)
        ended = turning.write()
        if to == "IN_DOUBT":
            for lease in live:
                work.tell(device_id, News(kind=FeedKind.LEASE, key=f"lease/{lease.lease_id}", body=None))
        work.publish()
        return ended


class _Turning:
    """Turns whole holdings to IN_DOUBT, or frees them (to "")."""

    def __init__(self, work: Work, leases: LeaseRows, claims: ClaimRows) -> None:
        self._work = work
        self._writer = CellWriter(work.tx)
        self._cells = CellMap(work.tx)
        self._leases = leases
        self._claims = claims
        self._count = {"leases": 0, "claims": 0, "cells": 0}

    def leases(self, rows: Sequence[LeaseRow], to: str, ended: str) -> None:
        """``ended``: the state of those that are freed."""
        self._cells.read((lease.key, place) for lease in rows for place in lease.places)
        for lease in rows:
            self._count["leases"] += 1
            for place in lease.places:
                self._turn(lease.key, place, lease.lease_id, to)
            if not lease.places and lease.cell_state != to:
                self._turn_units(
                    lease.key, lease.travel_class, (lease.board, lease.alight), lease.left, lease.cell_state, to
                )
            if to:
                lease.state = to
            else:
                lease.state, lease.left = ended, 0

    def claims(self, rows: Sequence[ClaimRow], to: str) -> None:
        self._cells.read((claim.key, place) for claim in rows for place in claim.places)
        for claim in rows:
            self._count["claims"] += 1
            for place in claim.places:
                self._turn(claim.key, place, claim.claim_id, to)
            if not claim.places and claim.state != to:
                self._turn_units(
                    claim.key, claim.travel_class, (claim.board, claim.alight), claim.count, claim.state, to
                )
            claim.state = to or "WRITTEN_OFF"

    def write(self) -> Ended:
        self._cells.write(self._writer, self._work)
        self._writer.write()
        self._claims.write_rows()
        self._leases.write(self._work)
        return Ended(**self._count)

    def _turn(self, key: RunKey, place: str, holder: UUID, to: str) -> None:
        for leg in self._cells.legs_of(key, place, holder):
            cell = self._cells.get(key, place, leg)
            if cell is not None and cell.state in {"LEASED", "IN_DOUBT"}:
                self._cells.put(key, place, leg, Cell(to, holder, cell.epoch) if to else None)
                self._count["cells"] += 1

    def _turn_units(self, key: RunKey, travel_class: str, span: tuple[int, int], count: int, was: str, to: str) -> None:
        self._writer.move_units(key, travel_class, *span, count, was, to)
        self._count["cells"] += count
        if not to and count:
            self._work.picture(key).units[travel_class].release(count, *span)
            self._work.changed(key)
