"""The windows' devices: new keys for those that were restored or forked, and what people say of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from typing import Any, Final, Protocol
from uuid import UUID

from central.acts import ActKind, Acts
from central.ends import End, last_state, note_ends
from central.feed import News, device_shard, publish, publish_all
from central.request import Refusing
from central.services import Device, Services
from central.staff import Right, demand
from central.trust import note_statement, say_again, trust_news
from central.tx import Connection, Tx, in_transaction
from central.windows import (
    EPOCH_MAX,
    certificate_news,
    certify_window,
    end_keys,
    key_is_known,
    lock_window,
    next_epoch,
    put_key,
    read_fields,
)
from counter_app.domain.journal import Json
from counter_app.domain.staff import SYSTEM, Actor
from counter_app.errors import Reason, Refusal
from counter_app.wire.messages import OPERATOR_SHARD, EpochGranted, EpochRequest, FeedKind, Refused
from counter_app.wire.signing import EPOCH_PURPOSE, epoch_text

REASON_MAX: Final = 200
REASON_OF_EPOCH_MAX: Final = 60
RESTORED: Final = "ended before the database was restored"


class Doubt(Protocol):
    def doubt_device(self, tx: Tx, device_id: UUID) -> object:
        """What the device holds becomes IN_DOUBT: not sold from any more, not free either."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRecord:
    device_id: UUID
    station_code: str
    counter: int
    state: str
    epoch: int
    forked: bool
    stop_selling: str
    enrolled_at: datetime
    seen_at: datetime | None
    wire: int
    app_version: str

    @property
    def window(self) -> str:
        return f"{self.station_code}/{self.counter}"


@dataclass(frozen=True, slots=True)
class Devices:
    services: Services
    stock: Doubt

    # ---- what a device asks for

    def grant_epoch(self, device: Device, message: EpochRequest, connection: Connection) -> EpochGranted:
        """The request is signed with the old key, ``proof`` with the new one. Asked again for the same key: the same.

        Raises Refusing: BAD_SIGNATURE (the proof), EPOCH_SUPERSEDED (another copy of this device went on already),
        NOT_ALLOWED (the key is known; no epoch is left).
        """
        proven = self.services.verify(
            message.public_key,
            EPOCH_PURPOSE,
            epoch_text(device.device_id, message.public_key, message.head_hash),
            message.proof,
        )
        if not proven:
            raise Refusing(Refused.BAD_SIGNATURE, "proof")
        return in_transaction(connection, lambda tx: self._grant(tx, device, message))

    def _grant(self, tx: Tx, device: Device, message: EpochRequest) -> EpochGranted:
        lock_window(tx, device.station_code)
        row = tx.row("SELECT state, epoch FROM device WHERE device_id = %s FOR UPDATE", (device.device_id,))
        assert row is not None, "it signed"
        state, current = row
        if state != "active":  # since the seal was checked
            raise Refusing(Refused.DEVICE_REVOKED, state)
        known = tx.row(
            "SELECT epoch, certificate FROM device_key WHERE device_id = %s AND public_key = %s",
            (device.device_id, message.public_key),
        )
        if known is not None and known[0] == current and current > device.epoch:
            return self._granted(current, read_fields(known[1]))
        if device.epoch != current:
            raise Refusing(Refused.EPOCH_SUPERSEDED, "", epoch=current)
        if key_is_known(tx, message.public_key):
            raise Refusing(Refused.NOT_ALLOWED, "key_known")
        epoch = next_epoch(tx, device.station_code, device.counter)
        if epoch > EPOCH_MAX:
            raise Refusing(Refused.NOT_ALLOWED, "epochs_used_up")
        certificate = certify_window(
            self.services,
            public_key=message.public_key,
            station_code=device.station_code,
            counter=device.counter,
            epoch=epoch,
        )
        news = end_keys(tx, self.services, device.device_id)
        put_key(tx, self.services, device.device_id, certificate)
        tx.run(
            "UPDATE device SET epoch = %s, forked = false, lease_epoch = lease_epoch + 1 WHERE device_id = %s",
            (epoch, device.device_id),
        )
        body: dict[str, Json] = {
            "device_id": str(device.device_id),
            "window": device.window,
            "epoch": epoch,
            "key_id": certificate.key_id.hex(),
            "head_seq": message.head_seq,
            "head_hash": message.head_hash.hex(),
            "reason": message.reason[:REASON_OF_EPOCH_MAX],
        }
        Acts(self.services).append(tx, ActKind.EPOCH_GRANTED, body, by=SYSTEM)
        # What the copy before held may be sold there at this moment: nobody gets it before its journal says so.
        self.stock.doubt_device(tx, device.device_id)
        publish(tx, OPERATOR_SHARD, [*news, certificate_news(certificate), trust_news(tx, self.services)])
        return self._granted(epoch, certificate.fields())

    def _granted(self, epoch: int, certificate: dict[str, Json]) -> EpochGranted:
        return EpochGranted(epoch=epoch, certificate=certificate, central_time=self.services.clock.now())

    # ---- what people say of it

    def revoke(self, connection: Connection, by: Actor, window: tuple[str, int], reason: str) -> DeviceRecord:
        """It may push its journal, and nothing else. Raises Refusal: NOT_ALLOWED, REASON_NEEDED, BAD_INPUT(field)."""
        return self._end(connection, by, window, reason, state="revoked", kind=ActKind.DEVICE_REVOKED)

    def mark_lost(self, connection: Connection, by: Actor, window: tuple[str, int], reason: str) -> DeviceRecord:
        """It will not come back: what it holds can be written off. It may push all the same. Raises as ``revoke``."""
        return self._end(connection, by, window, reason, state="lost", kind=ActKind.DEVICE_LOST)

    def _end(
        self, connection: Connection, by: Actor, window: tuple[str, int], reason: str, *, state: str, kind: ActKind
    ) -> DeviceRecord:
        demand(by, Right.MANAGE)
        reason = _reason(reason)

        def work(tx: Tx) -> DeviceRecord:
            lock_window(tx, window[0])
            found = self._at(tx, window, states=["active"] if state == "revoked" else ["active", "revoked"])
            tx.run(
                "UPDATE device SET state = %s, lease_epoch = lease_epoch + 1 WHERE device_id = %s",
                (state, found.device_id),
            )
            news = end_keys(tx, self.services, found.device_id)
            self._act(tx, kind, by, found, reason)
            self.stock.doubt_device(tx, found.device_id)
            publish(tx, OPERATOR_SHARD, [*news, trust_news(tx, self.services)])
            return self._by_id(tx, found.device_id)

        record = in_transaction(connection, work)
        note_ends(connection, self.services.ends)
        note_statement(connection, self.services)
        return record

    def end_again(self, connection: Connection) -> list[str]:
        """What a restored database has forgotten, by the file that is kept outside it. Returns which windows.

        Who was revoked or lost is so again. Who had gone on under a newer key is ``forked`` until that key asks: its
        old one may be a thief's.
        """
        ends = self.services.ends.all()
        active = {one.device_id: one for one in self.all(connection) if one.state == "active"}
        ended = []
        for device_id, found in active.items():
            state = last_state(ends, device_id)
            gone = [one for one in ends if one.device_id == device_id and one.epoch >= found.epoch]
            if state != "active" or (gone and not found.forked):
                in_transaction(connection, partial(self._end_again, found, state, gone))
                ended.append(found.window)
        say_again(connection, self.services)  # which tickets are refused, too
        note_ends(connection, self.services.ends)
        return ended

    def _end_again(self, found: DeviceRecord, state: str, gone: Sequence[End], tx: Tx) -> None:
        lock_window(tx, found.station_code)
        if self._by_id(tx, found.device_id) != found:
            return
        tx.run(
            "UPDATE device SET state = %s, forked = %s, lease_epoch = lease_epoch + 1 WHERE device_id = %s",
            (state, state == "active", found.device_id),
        )
        kind = {"lost": ActKind.DEVICE_LOST, "revoked": ActKind.DEVICE_REVOKED}.get(state, ActKind.DEVICE_FORKED)
        self._act(tx, kind, SYSTEM, found, RESTORED)
        self.stock.doubt_device(tx, found.device_id)
        at = min((one.at for one in gone), default=None)
        news = end_keys(tx, self.services, found.device_id, at)
        publish(tx, OPERATOR_SHARD, [*news, trust_news(tx, self.services)])

    def stop_selling(self, connection: Connection, by: Actor, window: tuple[str, int], reason: str) -> DeviceRecord:
        """Its clerks are told the reason. What it sold already, it settles. Raises as ``revoke``."""
        return self._order(connection, by, window, _reason(reason), ActKind.SELLING_STOPPED)

    def resume_selling(self, connection: Connection, by: Actor, window: tuple[str, int]) -> DeviceRecord:
        return self._order(connection, by, window, "", ActKind.SELLING_RESUMED)

    def _order(
        self, connection: Connection, by: Actor, window: tuple[str, int], reason: str, kind: ActKind
    ) -> DeviceRecord:
        demand(by, Right.MANAGE)

        def work(tx: Tx) -> DeviceRecord:
            lock_window(tx, window[0])
            found = self._at(tx, window, states=["active"])
            tx.run("UPDATE device SET stop_selling = %s WHERE device_id = %s", (reason, found.device_id))
            self._act(tx, kind, by, found, reason)
            order = News(kind=FeedKind.ORDER, key="order", body={"stop_selling": reason})
            publish_all(tx, {device_shard(found.device_id): [order]})
            return self._by_id(tx, found.device_id)

        return in_transaction(connection, work)

    def all(self, connection: Connection) -> list[DeviceRecord]:
        """Every device that ever enrolled, by window, the newest of a window first."""
        rows = Tx(connection).rows(f"{_SELECT} ORDER BY station_code, counter, enrolled_at DESC, device_id")
        return [_record(row) for row in rows]

    def at(self, connection: Connection, window: tuple[str, int]) -> DeviceRecord:
        """The one that is there, else the last that was. Raises Refusal(BAD_INPUT, field="window")."""
        return self._at(Tx(connection), window, states=["active", "revoked", "lost"])

    def gone_from(self, connection: Connection, window: tuple[str, int]) -> DeviceRecord | None:
        """The last that was revoked or given up there, also when another one has its place by now."""
        try:
            return self._at(Tx(connection), window, states=["revoked", "lost"])
        except Refusal:
            return None

    def _at(self, tx: Tx, window: tuple[str, int], *, states: list[str]) -> DeviceRecord:
        row = tx.row(
            f"{_SELECT} WHERE station_code = %s AND counter = %s AND state = ANY(%s)"
            " ORDER BY state = 'active' DESC, enrolled_at DESC LIMIT 1 FOR UPDATE",
            (*window, states),
        )
        if row is None:
            raise Refusal(Reason.BAD_INPUT, field="window")
        return _record(row)

    def _by_id(self, tx: Tx, device_id: UUID) -> DeviceRecord:
        row = tx.row(f"{_SELECT} WHERE device_id = %s", (device_id,))
        assert row is not None, device_id
        return _record(row)

    def _act(self, tx: Tx, kind: ActKind, by: Actor, found: DeviceRecord, reason: str) -> None:
        body: dict[str, Json] = {"device_id": str(found.device_id), "window": found.window, "reason": reason}
        Acts(self.services).append(tx, kind, body, by=by)


_COLUMNS: Final = tuple(one.name for one in fields(DeviceRecord))
_SELECT: Final = (
    "SELECT device_id, station_code, counter, state, epoch, forked, stop_selling, enrolled_at, seen_at, wire,"
    " app_version FROM device"
)


def _record(row: tuple[Any, ...]) -> DeviceRecord:
    return DeviceRecord(**dict(zip(_COLUMNS, row, strict=True)))


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise Refusal(Reason.REASON_NEEDED)
    if len(text) > REASON_MAX or not text.isprintable():
        raise Refusal(Reason.BAD_INPUT, field="reason")
    return text
