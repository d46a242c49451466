"""Entries for sending, read so that no spoiled column stops the ones beside it."""

from __future__ import annotations

import json
from typing import Final

from counter_app.domain.journal import RAW_BYTES_MAX, SIGNING_PURPOSE
from counter_app.domain.outgoing import DAMAGED_MAX, HASH_BYTES, SIGNATURE_BYTES, Row, Signed, outgoing
from counter_app.domain.trust import BadTrust, read_certificate
from counter_app.ports.journal import RawEntry
from counter_app.security import verify
from db.context import Context

# Whatever somebody put there is read as bytes and in bounds: no entry that was ever written is longer.
_ROWS: Final = """
    SELECT seq, CASE WHEN typeof(epoch) = 'integer' THEN epoch END,
           CASE WHEN length(raw) <= ? THEN CAST(raw AS BLOB) ELSE substr(CAST(raw AS BLOB), 1, ?) END,
           CASE WHEN length(hash) = ? THEN CAST(hash AS BLOB) END,
           CASE WHEN length(signature) = ? THEN CAST(signature AS BLOB) END
    FROM journal WHERE seq >= ? ORDER BY seq LIMIT ?
"""
_REPLACED_MAX: Final = 3  # bytes that stand for one that is no UTF-8


def outgoing_entries(context: Context, *, after_seq: int, limit: int, bytes_max: int) -> list[RawEntry]:
    rows: list[Row] = []
    left = bytes_max
    result = context.connection.exec_driver_sql(
        _ROWS, (RAW_BYTES_MAX, DAMAGED_MAX, HASH_BYTES, SIGNATURE_BYTES, after_seq, limit + 1)
    )
    while (found := result.fetchone()) is not None:
        row = _row(*found)
        if row.seq > after_seq:
            left -= len(row.raw)
            if left < 0 and any(one.seq > after_seq for one in rows):
                break
        rows.append(row)
    result.close()
    before = rows.pop(0) if rows and rows[0].seq == after_seq else None
    keys = _keys(context)
    made = outgoing(rows[:limit], before=before, after_seq=after_seq, limit=limit, signed=_signed(keys), epochs=keys)
    entries: list[RawEntry] = []
    for one in made:
        bytes_max -= len(one.raw) * (1 if one.whole else _REPLACED_MAX)
        if entries and bytes_max < 0:
            break
        entries.append(
            RawEntry(epoch=one.epoch, seq=one.seq, raw=one.raw, hash=one.hash, signature=one.signature, whole=one.whole)
        )
    return entries


def _row(seq: int, epoch: int | None, raw: bytes | None, digest: bytes | None, signature: bytes | None) -> Row:
    return Row(
        seq=seq, epoch=epoch, raw=bytes(raw or b""), hash=bytes(digest or b""), signature=bytes(signature or b"")
    )


def _keys(context: Context) -> dict[int, bytes]:
    """Of this counter, by epoch; a certificate that cannot be read proves nothing."""
    found: dict[int, bytes] = {}
    for (body,) in context.rows("SELECT body FROM certificate"):
        try:
            certificate = read_certificate(json.loads(bytes(body)))
        except (BadTrust, ValueError, TypeError):
            continue
        found[certificate.epoch] = certificate.public_key
    return found


def _signed(keys: dict[int, bytes]) -> Signed:
    def check(epoch: int, digest: bytes, signature: bytes) -> bool:
        return epoch in keys and verify(keys[epoch], SIGNING_PURPOSE, digest, signature)

    return check
