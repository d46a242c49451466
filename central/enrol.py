"""A new window joins: an administrator's one-time code, a key made on the device, the operator's certificate."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from central.acts import ActKind, Acts
from central.feed import publish
from central.operator import read_central
from central.request import Refusing
from central.services import Services
from central.staff import Right, demand
from central.trust import trust_news
from central.tx import Connection, Tx, in_transaction
from central.windows import (
    EPOCH_MAX,
    certificate_news,
    certify_window,
    key_is_known,
    lock_window,
    next_epoch,
    put_key,
    read_fields,
)
from counter_app.domain.journal import Json, timestamp
from counter_app.domain.staff import SYSTEM, Actor
from counter_app.errors import Reason, Refusal
from counter_app.wire.messages import OPERATOR_SHARD, Enrolled, EnrolRequest, Refused
from counter_app.wire.signing import ENROL_PURPOSE, enrol_text

_SYMBOLS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none is taken for another
_CODE_BYTES: Final = 10  # 80 bits: nobody guesses one in its lifetime, and its plain hash gives nothing away
_GROUP: Final = 4
_LOOKALIKES: Final = str.maketrans("ILO", "110")
HOURS_MAX: Final = 24 * 14
APP_VERSION_MAX: Final = 60
DEFAULT_POLICY: Final = "default"
_STATION: Final = re.compile(r"[A-Z0-9]{1,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolCode:
    """``code`` is shown once; central keeps its hash."""

    code: str = field(repr=False)
    station_code: str
    counter: int
    expires_at: datetime


def new_code(entropy: bytes) -> str:
    """``ABCD-EFGH-JKMN-PQRS`` from 10 unpredictable bytes."""
    assert len(entropy) == _CODE_BYTES
    number = int.from_bytes(entropy, "big")
    symbols = "".join(_SYMBOLS[number >> shift & 31] for shift in range(_CODE_BYTES * 8 - 5, -1, -5))
    return "-".join(symbols[at : at + _GROUP] for at in range(0, len(symbols), _GROUP))


def code_hash(code: str) -> bytes:
    """As it was typed: small letters, blanks and hyphens make no difference, nor I and L for 1 or O for 0."""
    plain = "".join(code.upper().translate(_LOOKALIKES).split()).replace("-", "")
    return sha256(b"counterfoil/enrol-code\0" + plain.encode()).digest()


@dataclass(frozen=True, slots=True)
class Enrolment:
    services: Services

    def issue_code(
        self,
        connection: Connection,
        by: Actor,
        *,
        station_code: str,
        counter: int,
        hours: int,
        name: str = "",
        latin: str = "",
        policy: str = "",
    ) -> EnrolCode:
        """For one window, once. A station that central does not know yet is added: ``name``, ``latin``, ``policy``.

        Raises Refusal: NOT_ALLOWED, BAD_INPUT(field): also ``counter`` while an active device is at that window.
        """
        demand(by, Right.MANAGE)
        if not _STATION.fullmatch(station_code):
            raise Refusal(Reason.BAD_INPUT, field="station")
        if not 1 <= counter <= 999:
            raise Refusal(Reason.BAD_INPUT, field="counter")
        if not 1 <= hours <= HOURS_MAX:
            raise Refusal(Reason.BAD_INPUT, field="hours")
        code = new_code(self.services.entropy.bytes(_CODE_BYTES))

        def work(tx: Tx) -> EnrolCode:
            now = self.services.clock.now()
            made = EnrolCode(
                code=code, station_code=station_code, counter=counter, expires_at=now + timedelta(hours=hours)
            )
            self._station(tx, by, station_code, name, latin, policy)
            lock_window(tx, station_code)
            if _occupied(tx, station_code, counter):
                raise Refusal(Reason.BAD_INPUT, field="counter")
            if next_epoch(tx, station_code, counter) > EPOCH_MAX:
                raise Refusal(Reason.BAD_INPUT, field="counter")
            tx.run(
                "INSERT INTO enrol_code (code_hash, station_code, counter, issued_by, issued_at, expires_at)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                (code_hash(code), station_code, counter, by.login, now, made.expires_at),
            )
            body: dict[str, Json] = {
                "station": station_code,
                "counter": counter,
                "expires_at": timestamp(made.expires_at),
            }
            Acts(self.services).append(tx, ActKind.ENROL_CODE_ISSUED, body, by=by)
            return made

        return in_transaction(connection, work)

    def _station(self, tx: Tx, by: Actor, station_code: str, name: str, latin: str, policy: str) -> None:
        if tx.row("SELECT 1 FROM station WHERE station_code = %s", (station_code,)):
            return
        for which, text in (("name", name.strip()), ("latin", latin.strip() or name.strip())):
            if not text or len(text) > 60 or not text.isprintable():
                raise Refusal(Reason.BAD_INPUT, field=which)
        policy = policy or DEFAULT_POLICY
        if tx.row("SELECT 1 FROM policy WHERE name = %s", (policy,)) is None:
            raise Refusal(Reason.BAD_INPUT, field="policy")
        central = read_central(tx)
        assert central is not None, "central was created"
        added = tx.run(
            "INSERT INTO station (station_code, name, latin, zone, policy) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            (station_code, name.strip(), latin.strip() or name.strip(), central.zone, policy),
        )
        if added:
            body: dict[str, Json] = {"station": station_code, "name": name.strip(), "policy": policy}
            Acts(self.services).append(tx, ActKind.STATION_ADDED, body, by=by)

    def enrol(self, message: EnrolRequest, connection: Connection) -> Enrolled:
        """Asked again by the same device with the same key, it answers the same: an answer may be lost.

        Raises Refusing: BAD_SIGNATURE (the proof), BAD_CODE, NOT_ALLOWED (the window has its device; the key or the
        device id is another's; no epoch is left).
        """
        proven = self.services.verify(
            message.public_key,
            ENROL_PURPOSE,
            enrol_text(message.code, message.device_id, message.public_key),
            message.proof,
        )
        if not proven:
            raise Refusing(Refused.BAD_SIGNATURE, "proof")
        # Found by its hash in an index: how long that takes tells nothing of a code, only of hashes.
        return in_transaction(connection, lambda tx: self._enrol(tx, message))

    def _enrol(self, tx: Tx, message: EnrolRequest) -> Enrolled:
        row = tx.row(
            "SELECT station_code, counter, expires_at, used_at, device_id, issued_by FROM enrol_code"
            " WHERE code_hash = %s FOR UPDATE",
            (code_hash(message.code),),
        )
        if row is None:
            raise Refusing(Refused.BAD_CODE)
        station_code, counter, expires_at, used_at, used_by, issued_by = row
        if used_at is not None:
            return self._again(tx, message, station_code, counter, used_by)
        if expires_at <= self.services.clock.now():
            raise Refusing(Refused.BAD_CODE, "expired")
        lock_window(tx, station_code)
        if _occupied(tx, station_code, counter):
            raise Refusing(Refused.NOT_ALLOWED, "window_in_use", window=f"{station_code}/{counter}")
        if tx.row("SELECT 1 FROM device WHERE device_id = %s", (message.device_id,)):
            raise Refusing(Refused.NOT_ALLOWED, "device_known")
        if key_is_known(tx, message.public_key):
            raise Refusing(Refused.NOT_ALLOWED, "key_known")
        epoch = next_epoch(tx, station_code, counter)
        if epoch > EPOCH_MAX:
            raise Refusing(Refused.NOT_ALLOWED, "epochs_used_up")
        certificate = certify_window(
            self.services, public_key=message.public_key, station_code=station_code, counter=counter, epoch=epoch
        )
        now = self.services.clock.now()
        tx.run(
            "INSERT INTO device (device_id, station_code, counter, state, epoch, enrolled_at, app_version)"
            " VALUES (%s, %s, %s, 'active', %s, %s, %s)",
            (message.device_id, station_code, counter, epoch, now, message.app_version[:APP_VERSION_MAX]),
        )
        put_key(tx, self.services, message.device_id, certificate)
        tx.run(
            "UPDATE enrol_code SET used_at = %s, device_id = %s WHERE code_hash = %s",
            (now, message.device_id, code_hash(message.code)),
        )
        body: dict[str, Json] = {
            "device_id": str(message.device_id),
            "station": station_code,
            "counter": counter,
            "epoch": epoch,
            "key_id": certificate.key_id.hex(),
            "code_by": issued_by,
        }
        Acts(self.services).append(tx, ActKind.DEVICE_ENROLLED, body, by=SYSTEM)
        publish(tx, OPERATOR_SHARD, [certificate_news(certificate), trust_news(tx, self.services)])
        return self._answer(tx, message.device_id, station_code, counter, epoch, certificate.fields())

    def _again(self, tx: Tx, message: EnrolRequest, station_code: str, counter: int, used_by: UUID) -> Enrolled:
        """The code was used: by this device with this key, or it is no code any more."""
        key = tx.row(
            "SELECT k.epoch, k.certificate FROM device_key k JOIN device d ON d.device_id = k.device_id"
            " WHERE k.device_id = %s AND k.public_key = %s AND d.state = 'active' AND d.epoch = k.epoch",
            (message.device_id, message.public_key),
        )
        if used_by != message.device_id or key is None:
            raise Refusing(Refused.BAD_CODE, "used")
        return self._answer(tx, message.device_id, station_code, counter, key[0], read_fields(key[1]))

    def _answer(
        self, tx: Tx, device_id: UUID, station_code: str, counter: int, epoch: int, certificate: dict[str, Json]
    ) -> Enrolled:
        central = read_central(tx)
        assert central is not None, "central was created"
        station = tx.row("SELECT name, latin, zone, policy FROM station WHERE station_code = %s", (station_code,))
        assert station is not None, "a code names a station that is there"
        name, latin, zone, policy = station
        return Enrolled(
            device_id=device_id,
            station_name=name,
            station_latin=latin,
            station_code=station_code,
            counter=counter,
            operator=central.operator_name,
            operator_key=central.operator_key,
            operator_tag=self.services.operator_tag,
            zone=zone,
            currency=central.currency,
            policy=policy,
            demonstration=central.demonstration,
            epoch=epoch,
            certificate=certificate,
            incarnation=central.incarnation,
            central_time=self.services.clock.now(),
        )


def _occupied(tx: Tx, station_code: str, counter: int) -> bool:
    return (
        tx.row(
            "SELECT 1 FROM device WHERE station_code = %s AND counter = %s AND state = 'active'",
            (station_code, counter),
        )
        is not None
    )
