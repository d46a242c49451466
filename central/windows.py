"""Windows and the keys that were certified for them: what enrolment and epochs share."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from central.feed import News
from central.services import Services
from central.tx import Tx
from counter_app.domain.journal import Json, canonical, timestamp
from counter_app.domain.trust import Certificate, certify
from counter_app.wire.messages import FeedKind

VALIDITY: Final = timedelta(days=5 * 366)
BACKDATING: Final = timedelta(minutes=5)  # a verifier's clock may be a little behind
FORGOTTEN_MAX: Final = 3  # epochs of one window between a backup and the restore
EPOCH_MAX: Final = 999  # three digits of a ticket number


def lock_window(tx: Tx, station_code: str) -> None:
    """Whoever changes who sits at a station's windows does it alone."""
    tx.run("SELECT 1 FROM station WHERE station_code = %s FOR UPDATE", (station_code,))


def next_epoch(tx: Tx, station_code: str, counter: int) -> int:
    """After every epoch that was ever granted at this window; above ``EPOCH_MAX``: none is left.

    Where central was put back from a backup since, some may have been granted that it does not know of: they are left
    out, since their ticket numbers are on paper somewhere.
    """
    row = tx.row(
        "SELECT coalesce(max(k.epoch), 0), max(k.granted_at) FROM device d JOIN device_key k"
        " ON k.device_id = d.device_id WHERE d.station_code = %s AND d.counter = %s",
        (station_code, counter),
    )
    assert row is not None, "an aggregate has one row"
    last, granted_at = row
    restored_at = tx.scalar("SELECT restored_at FROM central")
    forgotten = restored_at is not None and (granted_at is None or granted_at < restored_at)
    return int(last) + 1 + (FORGOTTEN_MAX if forgotten else 0)


def key_is_known(tx: Tx, public_key: bytes) -> bool:
    return tx.row("SELECT 1 FROM device_key WHERE public_key = %s", (public_key,)) is not None


def certify_window(
    services: Services, *, public_key: bytes, station_code: str, counter: int, epoch: int
) -> Certificate:
    now = services.clock.now()
    return certify(
        public_key=public_key,
        station=station_code,
        counter=counter,
        epoch=epoch,
        not_before=now - BACKDATING,
        not_after=now + VALIDITY,
        sign=services.operator.sign,
    )


def put_key(tx: Tx, services: Services, device_id: UUID, certificate: Certificate) -> None:
    tx.run(
        "INSERT INTO device_key (device_id, epoch, public_key, certificate, granted_at) VALUES (%s, %s, %s, %s, %s)",
        (
            device_id,
            certificate.epoch,
            certificate.public_key,
            canonical(certificate.fields()).decode(),
            services.clock.now(),
        ),
    )


def read_fields(certificate: str) -> dict[str, Json]:
    fields = json.loads(certificate)
    assert isinstance(fields, dict)
    return fields


def certificate_news(certificate: Certificate) -> News:
    """For every counter: it verifies tickets of every window."""
    return News(kind=FeedKind.CERTIFICATE, key=f"certificate/{certificate.key_id.hex()}", body=certificate.fields())


def end_keys(tx: Tx, services: Services, device_id: UUID, at: datetime | None = None) -> list[News]:
    """Every key of the device that is not ended yet: from now on (or ``at``) a ticket signed with it is nobody's."""
    now = at or services.clock.now()
    ended = tx.rows(
        "UPDATE device_key k SET ended_at = %s FROM device d"
        " WHERE k.device_id = %s AND k.ended_at IS NULL AND d.device_id = k.device_id"
        " RETURNING k.epoch, d.station_code, d.counter",
        (now, device_id),
    )
    return [
        revocation_news(device_id, (station_code, counter), epoch, now)
        for epoch, station_code, counter in sorted(ended)
    ]


def revocation_news(device_id: UUID, window: tuple[str, int], epoch: int, at: datetime) -> News:
    return News(
        kind=FeedKind.REVOCATION,
        key=f"revocation/{device_id}/{epoch}",
        body={
            "device_id": str(device_id),
            "station": window[0],
            "counter": window[1],
            "epoch": epoch,
            "from": timestamp(at),
        },
    )
