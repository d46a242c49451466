"""A device that a restored database does not know any more, or not its newest key, shows the operator's own word.

Only the holder of a certified key gets in, only under a key that nobody has here, and never as a second active device
of a window: one that another took the place of may push its journal, and no more.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from central.acts import ActKind, Acts
from central.ends import last_state
from central.feed import publish
from central.operator import read_central
from central.services import Services
from central.trust import trust_news
from central.tx import Connection, Tx, in_transaction
from central.windows import BACKDATING, certificate_news, key_is_known, lock_window, put_key, revocation_news
from counter_app.domain.journal import Json
from counter_app.domain.staff import SYSTEM
from counter_app.domain.trust import BadTrust, Certificate, certificate_holds, read_certificate
from counter_app.wire.messages import OPERATOR_SHARD
from counter_app.wire.signing import CERTIFICATES_MAX

HEADER_MAX: Final = 12 * 1024
DEFAULT_POLICY: Final = "default"


def read_certificates(header: str) -> list[Certificate]:
    """Their form, not their signatures; newest first. Anything odd: none."""
    if not header or len(header) > HEADER_MAX:
        return []
    parts = header.split(",")
    if len(parts) > CERTIFICATES_MAX:
        return []
    try:
        return [read_certificate(json.loads(base64.b64decode(part, validate=True))) for part in parts]
    except (BadTrust, binascii.Error, ValueError, RecursionError):
        return []


@dataclass(frozen=True, slots=True)
class Readmission:
    services: Services

    def certified(self, header: str, epoch: int) -> list[Certificate]:
        """All of one window and signed by this operator, the newest of ``epoch``; else none."""
        found = read_certificates(header)
        if not found or found[0].epoch != epoch:
            return []
        window, public = (found[0].station, found[0].counter), self.services.operator.public
        epochs = [one.epoch for one in found]
        if epochs != sorted(set(epochs), reverse=True) or any((one.station, one.counter) != window for one in found):
            return []
        if not all(certificate_holds(one, public, self.services.verify) for one in found):
            return []
        return found

    def readmit(self, connection: Connection, device_id: UUID, certificates: list[Certificate]) -> bool:
        """After the request's signature was found good by the newest of them. False: not this device's to claim."""
        return in_transaction(connection, lambda tx: self._readmit(tx, device_id, certificates))

    def _readmit(self, tx: Tx, device_id: UUID, certificates: list[Certificate]) -> bool:
        newest = certificates[0]
        window = (newest.station, newest.counter)
        self._station(tx, newest.station)
        lock_window(tx, newest.station)
        row = tx.row("SELECT station_code, counter, epoch FROM device WHERE device_id = %s FOR UPDATE", (device_id,))
        if row is not None and (row[0], row[1]) != window:
            return False
        known = {epoch for (epoch,) in tx.rows("SELECT epoch FROM device_key WHERE device_id = %s", (device_id,))}
        missing = [one for one in certificates if one.epoch not in known]
        if newest not in missing:  # another request of it was quicker
            return True
        if any(key_is_known(tx, one.public_key) for one in missing):
            return False
        if row is not None and newest.epoch <= row[2]:
            return False
        ends = [one for one in self.services.ends.all() if one.device_id == device_id]
        if row is None:
            occupied = tx.row(
                "SELECT 1 FROM device WHERE station_code = %s AND counter = %s AND state = 'active'", window
            )
            state = "revoked" if occupied else last_state(ends, device_id)
            tx.run(
                "INSERT INTO device (device_id, station_code, counter, state, epoch, enrolled_at)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                (
                    device_id,
                    *window,
                    state,
                    newest.epoch,
                    min(one.not_before for one in certificates) + BACKDATING,
                ),
            )
        else:
            tx.run(
                # The newest key asks: what made it forked, if anything did, was before.
                "UPDATE device SET epoch = %s, forked = false, lease_epoch = lease_epoch + 1 WHERE device_id = %s",
                (newest.epoch, device_id),
            )
        for one in missing:
            put_key(tx, self.services, device_id, one)
        tx.run(
            "UPDATE device_key SET ended_at = %s WHERE device_id = %s AND epoch < %s AND ended_at IS NULL",
            (self.services.clock.now(), device_id, newest.epoch),
        )
        news = [certificate_news(one) for one in missing]
        for end in ends:  # its newest key may have ended too, and when is known
            tx.run(
                "UPDATE device_key SET ended_at = %s WHERE device_id = %s AND epoch = %s",
                (end.at, device_id, end.epoch),
            )
            news.append(revocation_news(device_id, window, end.epoch, end.at))
        body: dict[str, Json] = {
            "device_id": str(device_id),
            "window": f"{newest.station}/{newest.counter}",
            "epochs": [one.epoch for one in missing],
            "known": row is not None,
        }
        Acts(self.services).append(tx, ActKind.DEVICE_READMITTED, body, by=SYSTEM)
        publish(tx, OPERATOR_SHARD, [*news, trust_news(tx, self.services)])
        return True

    def _station(self, tx: Tx, station_code: str) -> None:
        """What else was known of it is lost with the database: it is called by its code until somebody says more."""
        central = read_central(tx)
        assert central is not None, "central was created"
        tx.run(
            "INSERT INTO station (station_code, name, latin, zone, policy) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            (station_code, station_code, station_code, central.zone, DEFAULT_POLICY),
        )
