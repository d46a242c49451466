"""What stored entries mean: each accepted, in conflict, or quarantined, in their order, once.

Everything is read and checked before anything is written, so an entry that cannot be read costs nothing but itself.
Should writing fail all the same, the same entries are judged one by one, and the one that fails is set aside.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

import psycopg

from central import faults
from central.feed import device_shard, publish
from central.journal import checks, sales
from central.journal import ledger as ledgers
from central.journal.facts import Told, read_told
from central.journal.ledger import Ledger
from central.journal.payments_told import write_payments
from central.journal.reading import Unreadable
from central.journal.verdicts import Findings, write_verdicts
from central.payments.earning import earn
from central.services import Device, Services
from central.stock.words import SettleEvent, SettleResult
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.journal import Json
from counter_app.domain.verdicts import Why
from counter_app.wire.messages import PUSH_ENTRIES_MAX, Judgement, Verdict

CHUNK: Final = 200  # entries of one transaction: it holds the locks of their runs
_SPOILT: Final = [Why.CORRUPT.value, Why.BAD_SIGNATURE.value]  # not the device's bytes, or nobody says so
_READABLE: Final = frozenset(  # the device's bytes, of which central made nothing
    {Why.NOT_CANONICAL, Why.BAD_FIELD, Why.UNKNOWN_VERSION, Why.UNKNOWN_KIND, Why.BAD_BODY, Why.JUDGE_FAILED}
)
TRIES: Final = 3
_DATABASE: Final = (psycopg.OperationalError, psycopg.InterfaceError)
_log = logging.getLogger(__name__)
R = TypeVar("R")


class Settling(Protocol):
    """What the stock makes of entries, inside their transaction."""

    @property
    def results(self) -> Sequence[SettleResult]: ...
    def publish(self) -> None:
        """Of the transaction's last acts."""
        ...

    def committed(self) -> None: ...
    def failed(self) -> None: ...


class Settlement(Protocol):
    def settle(self, tx: Tx, device: Device, events: Sequence[SettleEvent]) -> Settling:
        """In the order of the events; one result for each."""
        ...


@dataclass(frozen=True, slots=True)
class _Row:
    seq: int
    raw: bytes
    received_at: datetime
    quarantined: bool


@dataclass(frozen=True, slots=True)
class Judge:
    services: Services
    stock: Settlement

    def judge(self, connection: Connection, device_id: UUID, epoch: int, *, entries_max: int) -> int:
        """The next entries of this chain, at most so many. Returns how many were judged."""
        done = 0
        while done < entries_max:
            wanted = min(CHUNK, entries_max - done)
            try:
                judged = self._tried(connection, device_id, epoch, wanted)
            except _DATABASE:
                raise  # the database's trouble, not the entries'
            except Exception as error:  # noqa: BLE001 - whatever it is: one entry's fault must not stop the next
                _log.info("judged one by one: %s/%d: %s", device_id, epoch, faults.told(error))
                judged = self._one_by_one(connection, device_id, epoch, wanted)
            if not judged:
                break
            done += judged
        return done

    def rejudge(
        self, connection: Connection, device_id: UUID, epoch: int, seq: int, *, cleared: bool = False
    ) -> Verdict | None:
        """A quarantined entry again: after an upgrade, or when its bytes came whole (``cleared``).

        Returns its verdict now; an entry that is accepted at last keeps one that says so. None: there was none.
        """
        judged = Tx(connection).scalar(
            "SELECT judged_seq FROM chain WHERE device_id = %s AND epoch = %s", (device_id, epoch)
        )
        if judged is not None and judged < seq:
            self.judge(connection, device_id, epoch, entries_max=seq - judged)
        return self._attempt(connection, partial(self._again, device_id, epoch, seq, cleared))

    def _again(
        self, device_id: UUID, epoch: int, seq: int, cleared: bool, tx: Tx
    ) -> tuple[Verdict | None, Settling | None]:
        now = self.services.clock.now()
        tx.run("SELECT 1 FROM chain WHERE device_id = %s AND epoch = %s FOR UPDATE", (device_id, epoch))
        before = self._standing(tx, device_id, epoch, seq)
        row = tx.row(
            "SELECT e.raw, e.received_at FROM entry e"
            " JOIN chain c ON c.device_id = e.device_id AND c.epoch = e.epoch AND c.judged_seq >= e.seq"
            " WHERE e.device_id = %s AND e.epoch = %s AND e.seq = %s AND e.hash = sha256(e.raw)",
            (device_id, epoch, seq),
        )
        if before is None or row is None or before.judgement is not Judgement.QUARANTINED:
            return before, None
        if before.reason not in _READABLE and not (cleared and before.reason in _SPOILT):
            return before, None
        tx.run("DELETE FROM verdict WHERE device_id = %s AND epoch = %s AND seq = %s", (device_id, epoch, seq))
        ledger, settling = self._post(tx, device_id, epoch, [_Row(seq, bytes(row[0]), row[1], quarantined=False)])
        facts: dict[str, Json] = {"before": {"judgement": before.judgement.value, "reason": before.reason}}
        verdicts = ledger.findings.verdicts() or [
            Verdict(epoch=epoch, seq=seq, judgement=Judgement.ACCEPTED, facts=facts)
        ]
        self._finish(tx, ledger, settling, verdicts, now)
        return verdicts[0], settling

    def verdicts(
        self, connection: Connection, device_id: UUID, epoch: int, first: int, last: int
    ) -> tuple[Verdict, ...]:
        """Those of these numbers that are not simply accepted."""
        rows = Tx(connection).rows(
            f"SELECT {_COLUMNS} FROM verdict"  # noqa: S608 - a constant
            " WHERE device_id = %s AND epoch = %s AND seq BETWEEN %s AND %s ORDER BY seq LIMIT %s",
            (device_id, epoch, first, last, PUSH_ENTRIES_MAX),
        )
        return tuple(_verdict(row) for row in rows)

    # ---- one transaction -------------------------------------------------------------------------------------

    @staticmethod
    def _attempt(connection: Connection, work: Callable[[Tx], tuple[R, Settling | None]]) -> R:
        """``work`` in a transaction; the stock hears how it ended."""
        settlings: list[Settling] = []

        def once(tx: Tx) -> R:
            while settlings:
                settlings.pop().failed()
            result, settling = work(tx)
            if settling is not None:
                settlings.append(settling)
            return result

        try:
            result = in_transaction(connection, once)
        except BaseException:
            while settlings:
                settlings.pop().failed()
            raise
        while settlings:
            settlings.pop().committed()
        return result

    def _next(self, device_id: UUID, epoch: int, limit: int, tx: Tx) -> tuple[int, Settling | None]:
        judged = tx.scalar(
            "SELECT judged_seq FROM chain WHERE device_id = %s AND epoch = %s FOR UPDATE", (device_id, epoch)
        )
        if judged is None:
            return 0, None
        rows = self._rows(tx, device_id, epoch, judged, limit)
        if not rows:
            return 0, None
        now = self.services.clock.now()
        ledger, settling = self._post(tx, device_id, epoch, rows)
        tx.run("UPDATE chain SET judged_seq = %s WHERE device_id = %s AND epoch = %s", (rows[-1].seq, device_id, epoch))
        self._finish(tx, ledger, settling, ledger.findings.verdicts(), now)
        return len(rows), settling

    @staticmethod
    def _rows(tx: Tx, device_id: UUID, epoch: int, after: int, limit: int) -> list[_Row]:
        with tx.connection.cursor(binary=True) as cursor:
            cursor.execute(
                "SELECT e.seq, e.raw, e.received_at, v.seq IS NOT NULL FROM entry e"
                " LEFT JOIN verdict v ON v.device_id = e.device_id AND v.epoch = e.epoch AND v.seq = e.seq"
                " AND v.judgement = 'quarantined' AND v.reason = ANY(%s)"
                " WHERE e.device_id = %s AND e.epoch = %s AND e.seq > %s ORDER BY e.seq LIMIT %s",
                (_SPOILT, device_id, epoch, after, limit),
            )
            return [_Row(*row) for row in cursor.fetchall()]

    def _post(self, tx: Tx, device_id: UUID, epoch: int, rows: Sequence[_Row]) -> tuple[Ledger, Settling | None]:
        findings = Findings(epoch)
        told: list[Told] = []
        for row in rows:
            if row.quarantined:  # as it came: not the device's bytes
                continue
            try:
                told.append(read_told(row.raw, epoch=epoch, seq=row.seq))
            except Unreadable as error:
                findings.add(row.seq, error.why, where=error.where)
        ledger = Ledger(device=self._device(tx, device_id, epoch), epoch=epoch, told=told, findings=findings)
        ledgers.load(tx, ledger)
        events = sales.post(ledger)
        settling = None
        if events:
            settling = self.stock.settle(tx, ledger.device, [event for _, event in events])
            sales.heard(ledger, events, settling.results)
        if told:
            checks.check(tx, ledger, {row.seq: row.received_at for row in rows}, self._currency(tx))
        return ledger, settling

    def _finish(
        self, tx: Tx, ledger: Ledger, settling: Settling | None, verdicts: Sequence[Verdict], now: datetime
    ) -> None:
        ledgers.write(tx, ledger, ids=[self.services.ids.new() for _ in ledger.incidents], now=now)
        write_payments(tx, ledger.device.device_id, ledger.epoch, ledger.told)
        earn(tx, self.services, ledger)
        device_id = ledger.device.device_id
        news = write_verdicts(tx, device_id, verdicts, now)
        if settling is not None:
            settling.publish()
        if news:
            publish(tx, device_shard(device_id), news)

    def _tried(self, connection: Connection, device_id: UUID, epoch: int, limit: int) -> int:
        """Again where it failed: rows may not be what this process remembered of them, and are read anew then."""
        for _ in range(TRIES - 1):
            try:
                return self._attempt(connection, partial(self._next, device_id, epoch, limit))
            except _DATABASE:
                raise
            except Exception as error:  # noqa: BLE001 - the last try lets it out
                _log.debug("tried again: %s/%d: %s", device_id, epoch, faults.told(error))
        return self._attempt(connection, partial(self._next, device_id, epoch, limit))

    def _one_by_one(self, connection: Connection, device_id: UUID, epoch: int, limit: int) -> int:
        for done in range(limit):
            try:
                judged = self._tried(connection, device_id, epoch, 1)
            except _DATABASE:
                raise
            except Exception as error:  # noqa: BLE001 - as above
                _log.error("an entry of %s/%d could not be judged: %s", device_id, epoch, faults.told(error))
                judged = in_transaction(connection, partial(self._set_aside, device_id, epoch, type(error).__name__))
            if not judged:
                return done
        return limit

    def _set_aside(self, device_id: UUID, epoch: int, error: str, tx: Tx) -> int:
        judged = tx.scalar(
            "SELECT judged_seq FROM chain WHERE device_id = %s AND epoch = %s FOR UPDATE", (device_id, epoch)
        )
        rows = self._rows(tx, device_id, epoch, judged, 1)
        if not rows:
            return 0
        findings = Findings(epoch)
        findings.add(rows[0].seq, Why.JUDGE_FAILED, error=error)
        tx.run("UPDATE chain SET judged_seq = %s WHERE device_id = %s AND epoch = %s", (rows[0].seq, device_id, epoch))
        news = write_verdicts(tx, device_id, findings.verdicts(), self.services.clock.now())
        publish(tx, device_shard(device_id), news)
        return 1

    # ---- what it needs to know -------------------------------------------------------------------------------

    @staticmethod
    def _device(tx: Tx, device_id: UUID, epoch: int) -> Device:
        row = tx.row(
            "SELECT station_code, counter, epoch, lease_epoch, state, forked, wire FROM device WHERE device_id = %s",
            (device_id,),
        )
        assert row is not None, "its entries are here"
        station, counter, current, lease_epoch, state, forked, wire = row
        return Device(
            device_id=device_id,
            station_code=station,
            counter=counter,
            epoch=epoch,
            current_epoch=current,
            lease_epoch=lease_epoch,
            state=state,
            forked=forked,
            wire=wire,
        )

    @staticmethod
    def _currency(tx: Tx) -> str:
        found = tx.scalar("SELECT currency FROM central")
        return "" if found is None else str(found)

    @staticmethod
    def _standing(tx: Tx, device_id: UUID, epoch: int, seq: int) -> Verdict | None:
        row = tx.row(
            f"SELECT {_COLUMNS} FROM verdict WHERE device_id = %s AND epoch = %s AND seq = %s",  # noqa: S608
            (device_id, epoch, seq),
        )
        return None if row is None else _verdict(row)


_COLUMNS: Final = "epoch, seq, judgement, reason, owner, next_step, facts"


def _verdict(row: Sequence[Any]) -> Verdict:
    epoch, seq, judgement, reason, owner, next_step, facts = row
    return Verdict(
        epoch=epoch,
        seq=seq,
        judgement=Judgement(judgement),
        reason=reason,
        owner=owner,
        next_step=next_step,
        facts=json.loads(facts),
    )


__all__ = ["CHUNK", "Judge", "Settlement", "Settling"]
