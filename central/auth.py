"""Who asks: the seal of a request, checked in two steps.

The first needs no database where the device's key is known already: headers, wire version, time, signature. The second
is one statement for a whole batch: it looks at the devices' state and records each (device, sequence), so that the same
request is refused when it comes again. Nothing is written before the signature was found good. The record is committed
without waiting for the disk: what it guards is idempotent anyway, or waits for the disk itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import psycopg

from central.readmit import Readmission
from central.request import Refusing, Request
from central.services import Device, Services
from central.stock.arrays import ids, instants, numbers, texts
from central.tx import Asked, Connection, Tx, together
from counter_app.wire.messages import Refused
from counter_app.wire.routes import Access, Route
from counter_app.wire.signing import (
    CERTIFICATES,
    PURPOSE,
    TIME_WINDOW,
    WIRE_OLDEST,
    WIRE_VERSION,
    Seal,
    read_seal,
    signed_text,
)

KEYS_CACHED: Final = 10_000
SEEN_KEPT: Final = 3 * TIME_WINDOW  # no request passes that is older than one; the rest: central's clock set back
SEEN_AGAIN: Final = timedelta(minutes=1)  # how exactly "last seen" is kept
SELLING: Final = frozenset({"claim", "lease", "top_up", "wait", "pay"})  # not for a forked device
NEW_SALES: Final = frozenset({"claim", "top_up", "wait"})  # nor for one that was told to stop

# One statement, so that its commit is the only one; set_config is local to it. Rows in key order: two batches with the
# same requests wait for each other in one direction only.
_ADMIT: Final = """
WITH quick AS (SELECT set_config('synchronous_commit', 'off', true)),
asked AS (
  SELECT a.* FROM quick, unnest(%s::uuid[], %s::int[], %s::bytea[], %s::bigint[], %s::timestamptz[])
    WITH ORDINALITY AS a (device_id, epoch, public_key, sequence, at, n)
), known AS (
  SELECT a.n, a.sequence, a.at, d.device_id, d.station_code, d.counter, a.epoch, d.epoch AS current_epoch,
         d.lease_epoch, d.state, d.forked, d.stop_selling, d.seen_at, d.wire
    FROM asked a JOIN device_key k ON k.device_id = a.device_id AND k.epoch = a.epoch AND k.public_key = a.public_key
    JOIN device d ON d.device_id = a.device_id
), fresh AS (
  INSERT INTO request_seen (device_id, sequence, at)
  SELECT device_id, sequence, at FROM known ORDER BY device_id, sequence
  ON CONFLICT DO NOTHING RETURNING device_id, sequence
)
SELECT k.n, k.device_id, k.station_code, k.counter, k.epoch, k.current_epoch, k.lease_epoch, k.state, k.forked,
       k.stop_selling, k.seen_at, k.wire, f.sequence IS NOT NULL
  FROM known k LEFT JOIN fresh f ON f.device_id = k.device_id AND f.sequence = k.sequence
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A request with its seal read. ``public_key``: the key that its signature was found good by; empty: not yet."""

    request: Request
    route: Route
    seal: Seal
    public_key: bytes = b""

    @property
    def key(self) -> tuple[UUID, int]:
        return self.seal.device_id, self.seal.epoch


class Gate:
    """One a process, for all threads. The keys that it remembers never change; the second step finds out if one did

    (a database put back to yesterday's).
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._readmission = Readmission(services)
        self._keys: dict[tuple[UUID, int], bytes] = {}
        self._stations: dict[UUID, str] = {}  # as last seen

    def open(self, request: Request, route: Route) -> Sealed:
        """The first step, as far as it goes without the database. Raises Refusing: NOT_SIGNED, WIRE_VERSION, CLOCK_OFF.

        A device whose wire version is too old, or newer than this central, can push all the same.
        """
        try:
            seal = read_seal(request.headers)
        except ValueError as error:
            raise Refusing(Refused.NOT_SIGNED) from error
        if not WIRE_OLDEST <= seal.wire <= WIRE_VERSION and route.access is not Access.ALSO_REVOKED:
            raise Refusing(Refused.WIRE_VERSION, "", newest=WIRE_VERSION, oldest=WIRE_OLDEST)
        if abs(self._services.clock.now() - seal.at) > TIME_WINDOW:
            raise Refusing(Refused.CLOCK_OFF)
        known = self._keys.get((seal.device_id, seal.epoch))
        if known is None or not self._signed_by(known, request, seal):
            known = b""
        return Sealed(request=request, route=route, seal=seal, public_key=known)

    def ahead(self, requests: Sequence[Sealed]) -> Admission | None:
        """The second step, as a question that travels with others. None: something has to be looked up before it."""
        if any(not one.public_key for one in requests) or not requests:
            return None
        return Admission(self, requests, self._stations.get)

    def admit(self, requests: Sequence[Sealed], connection: Connection) -> list[Device | Refusing]:
        """The second step: one answer for each. A refusal is BAD_SIGNATURE, UNKNOWN_DEVICE, REPLAYED, DEVICE_REVOKED,

        EPOCH_SUPERSEDED, FORKED or NOT_ALLOWED (told to stop selling).
        """
        tx = Tx(connection)
        answers: list[Device | Refusing | None] = [None] * len(requests)
        checked = self._checked(requests, tx, answers)
        good = [n for n, answer in enumerate(answers) if answer is None]
        if good:
            admission = Admission(self, [checked[n] for n in good], self._stations.get)

            def ask(quick: Tx) -> Sequence[Device | Refusing]:
                admission.ask(quick)
                try:
                    return admission.devices()
                except NotAdmitted as error:
                    raise error.why from error

            for n, found in zip(good, together(connection, ask), strict=True):
                answers[n] = found
            admission.note_seen(connection)
        return [answer for answer in answers if answer is not None]

    def _checked(self, requests: Sequence[Sealed], tx: Tx, answers: list[Device | Refusing | None]) -> list[Sealed]:
        """Those whose key was not known, with their signature checked; refusals go into ``answers``."""
        checked = list(requests)
        missing = {one.key for one in requests if not one.public_key}
        if not missing:
            return checked
        pairs = sorted(missing)
        found = {
            (row[0], row[1]): bytes(row[2])
            for row in tx.rows(
                "SELECT k.device_id, k.epoch, k.public_key FROM device_key k"
                " JOIN unnest(%s::uuid[], %s::int[]) AS a (device_id, epoch)"
                " ON k.device_id = a.device_id AND k.epoch = a.epoch",
                ([pair[0] for pair in pairs], [pair[1] for pair in pairs]),
            )
        }
        for n, one in enumerate(checked):
            if one.public_key:
                continue
            key = found.get(one.key) or self._readmitted(one, tx.connection)
            if key is None:
                answers[n] = Refusing(Refused.UNKNOWN_DEVICE)
            elif not self._signed_by(key, one.request, one.seal):
                answers[n] = Refusing(Refused.BAD_SIGNATURE)
            else:
                self._remember(one.key, key)
                checked[n] = replace(one, public_key=key)
        return checked

    def _readmitted(self, sealed: Sealed, connection: Connection) -> bytes | None:
        """The key of a device that this database forgot, where it shows the operator's certificate for it."""
        header = sealed.request.headers.get(CERTIFICATES.lower(), "")
        certificates = self._readmission.certified(header, sealed.seal.epoch) if header else []
        if not certificates or not self._signed_by(certificates[0].public_key, sealed.request, sealed.seal):
            return None
        if not self._readmission.readmit(connection, sealed.seal.device_id, certificates):
            return None
        return certificates[0].public_key

    def judge(self, sealed: Sealed, row: tuple[Any, ...]) -> Device | Refusing:
        """``row``: the second step's answer for this request."""
        device = Device(
            device_id=row[1],
            station_code=row[2],
            counter=row[3],
            epoch=row[4],
            current_epoch=row[5],
            lease_epoch=row[6],
            state=row[7],
            forked=row[8],
            stop_selling=row[9],
            wire=sealed.seal.wire,
        )
        if len(self._stations) >= KEYS_CACHED:
            self._stations.clear()
        self._stations[device.device_id] = device.station_code
        if not row[12]:
            return Refusing(Refused.REPLAYED)
        access, name = sealed.route.access, sealed.route.name
        if access is not Access.ALSO_REVOKED:
            if device.state != "active":
                return Refusing(Refused.DEVICE_REVOKED, device.state)
            if access is Access.DEVICE and device.epoch != device.current_epoch:
                return Refusing(Refused.EPOCH_SUPERSEDED, "", epoch=device.current_epoch)
            if device.forked and name in SELLING:
                return Refusing(Refused.FORKED)
            if device.stop_selling and name in NEW_SALES:
                return Refusing(Refused.NOT_ALLOWED, "stop_selling", reason=device.stop_selling)
        return device

    def forget(self, key: tuple[UUID, int]) -> None:
        """Its key was replaced since it was remembered: the database is another one."""
        self._keys.pop(key, None)

    def note_seen(self, device: Device, seen_at: datetime | None, wire: int, tx: Tx) -> None:
        now = self._services.clock.now()
        if seen_at is None or abs(now - seen_at) > SEEN_AGAIN or wire != device.wire:
            # Skipped while somebody changes the device: the next request does it.
            tx.run(
                "UPDATE device SET seen_at = %s, wire = %s WHERE device_id ="
                " (SELECT device_id FROM device WHERE device_id = %s FOR UPDATE SKIP LOCKED)",
                (now, min(device.wire, 32_767), device.device_id),
            )

    def _signed_by(self, public_key: bytes, request: Request, seal: Seal) -> bool:
        text = signed_text(
            method=request.method,
            path=request.target,
            body=request.body,
            device_id=seal.device_id,
            epoch=seal.epoch,
            sequence=seal.sequence,
            at=seal.at,
            wire=seal.wire,
        )
        return self._services.verify(public_key, PURPOSE, text, seal.signature)

    def _remember(self, key: tuple[UUID, int], public_key: bytes) -> None:
        if len(self._keys) >= KEYS_CACHED:
            self._keys.clear()
        self._keys[key] = public_key


class NotAdmitted(Exception):  # noqa: N818 - an answer
    """The question failed: no seal was recorded."""

    def __init__(self, why: psycopg.Error) -> None:
        self.why = why
        super().__init__(type(why).__name__)


class Admission:
    """The second step for requests whose signatures were found good: asked once, answered when somebody waited.

    ``central.stock.words.Admitting``.
    """

    def __init__(self, gate: Gate, requests: Sequence[Sealed], station_of: Callable[[UUID], str | None]) -> None:
        self._gate = gate
        self._requests = requests
        stamps: dict[tuple[UUID, int], int] = {}
        for n, one in enumerate(requests):
            stamps.setdefault((one.seal.device_id, one.seal.sequence), n)
        self._good = list(stamps.values())  # the same request twice in one batch: the later one is a replay
        self.stations = frozenset(filter(None, (station_of(one.seal.device_id) for one in requests)))
        self._asked: Asked | None = None
        self._devices: list[Device | Refusing] | None = None
        self._seen: list[tuple[Device, datetime | None, int]] = []

    @property
    def asked(self) -> bool:
        return self._asked is not None

    def ask(self, tx: Tx) -> None:
        seals = [self._requests[n].seal for n in self._good]
        columns = (
            ids(seal.device_id for seal in seals),
            numbers(seal.epoch for seal in seals),
            texts("\\x" + self._requests[n].public_key.hex() for n in self._good),
            numbers(seal.sequence for seal in seals),
            instants(seal.at for seal in seals),
        )
        self._asked = tx.ask(_ADMIT, columns)

    def devices(self) -> list[Device | Refusing]:
        """Raises ``NotAdmitted``."""
        if self._devices is None:
            assert self._asked is not None
            try:
                rows = self._asked.rows()
            except psycopg.Error as error:
                raise NotAdmitted(error) from error
            found: list[Device | Refusing | None] = [None] * len(self._requests)
            for row in rows:
                n = self._good[row[0] - 1]
                sealed = self._requests[n]
                device = found[n] = self._gate.judge(sealed, row)
                if isinstance(device, Device) and sealed.route.name not in SELLING:
                    self._seen.append((device, row[10], row[11]))
            for n in self._good:
                if found[n] is None:
                    self._gate.forget(self._requests[n].key)
                    found[n] = Refusing(Refused.BAD_SIGNATURE)
            self._devices = [Refusing(Refused.REPLAYED) if one is None else one for one in found]
        return self._devices

    def note_seen(self, connection: Connection) -> None:
        """When those were last seen whose business does not say it; after ``devices``."""
        seen, self._seen = self._seen, []
        for device, seen_at, wire in seen:
            self._gate.note_seen(device, seen_at, wire, Tx(connection))


def drop_old_requests(connection: Connection, now: datetime) -> int:
    """What no replay can use any more, since its time is out of the window."""
    return Tx(connection).run("DELETE FROM request_seen WHERE at < %s", (now - SEEN_KEPT,))
