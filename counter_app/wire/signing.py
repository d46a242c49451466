"""How a counter signs a request, and what central checks: method, path, body hash, sequence and time, in one text.

    counterfoil-request-1
    <METHOD>
    <path with query, as sent>
    <SHA-256 of the body as sent, hex>
    <device id>
    <epoch of the key>
    <sequence>
    <time, RFC 3339 UTC milliseconds>
    <wire version>

joined by line feeds, signed with purpose ``request``. ``sequence`` is a number that the device never used before; a
second request with it is a replay. ``time`` is central's time as the counter reckons it, within ``TIME_WINDOW``.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from counter_app.domain.journal import INTEGER_LIMIT, canonical, parse_timestamp, timestamp
from counter_app.domain.trust import Certificate

PURPOSE: Final = "request"
ENROL_PURPOSE: Final = "enrol"  # a new key's proof that its owner asks: over the enrol code, device id and key
EPOCH_PURPOSE: Final = "epoch"
TIME_WINDOW: Final = timedelta(minutes=5)

WIRE_VERSION: Final = 2
WIRE_OLDEST: Final = 1  # N-1: reads and answers as that version did
"""Version 1 sent each entry's hash beside its bytes (``WireEntry.hash``); version 2 leaves it out: it is computed."""

DEVICE: Final = "Counterfoil-Device"
EPOCH: Final = "Counterfoil-Epoch"
SEQUENCE: Final = "Counterfoil-Sequence"
TIME: Final = "Counterfoil-Time"
SIGNATURE: Final = "Counterfoil-Signature"  # hex
VERSION: Final = "Counterfoil-Wire"
CERTIFICATES: Final = "Counterfoil-Certificates"
"""The device's own, newest first: canonical JSON of ``Certificate.fields()`` in base64, joined by commas. The seal does

not cover them: the operator signed them. Sent after UNKNOWN_DEVICE: a central that was put back to an older backup
knows the device again by them."""
CERTIFICATES_MAX: Final = 8
_DEVICE, _TIME, _SIGNATURE = DEVICE.lower(), TIME.lower(), SIGNATURE.lower()
_NUMBERS: Final = (EPOCH.lower(), SEQUENCE.lower(), VERSION.lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """The signed part of a request's headers."""

    device_id: UUID
    epoch: int
    sequence: int
    at: datetime
    wire: int
    signature: bytes

    def headers(self) -> dict[str, str]:
        return {
            DEVICE: str(self.device_id),
            EPOCH: str(self.epoch),
            SEQUENCE: str(self.sequence),
            TIME: timestamp(self.at),
            VERSION: str(self.wire),
            SIGNATURE: self.signature.hex(),
        }


def signed_text(
    *, method: str, path: str, body: bytes, device_id: UUID, epoch: int, sequence: int, at: datetime, wire: int
) -> bytes:
    lines = (
        "counterfoil-request-1",
        method,
        path,
        sha256(body).hexdigest(),
        str(device_id),
        str(epoch),
        str(sequence),
        timestamp(at),
        str(wire),
    )
    return "\n".join(lines).encode()


def seal(
    *,
    method: str,
    path: str,
    body: bytes,
    device_id: UUID,
    epoch: int,
    sequence: int,
    at: datetime,
    sign: Callable[[str, bytes], bytes],
    wire: int = WIRE_VERSION,
) -> Seal:
    text = signed_text(
        method=method, path=path, body=body, device_id=device_id, epoch=epoch, sequence=sequence, at=at, wire=wire
    )
    return Seal(device_id=device_id, epoch=epoch, sequence=sequence, at=at, wire=wire, signature=sign(PURPOSE, text))


def enrol_text(code: str, device_id: UUID, public_key: bytes) -> bytes:
    """What ``EnrolRequest.proof`` signs, with purpose ``enrol``."""
    return b"\0".join((code.encode(), str(device_id).encode(), public_key))


def epoch_text(device_id: UUID, public_key: bytes, head_hash: bytes) -> bytes:
    """What ``EpochRequest.proof`` signs, with purpose ``epoch``."""
    return b"\0".join((str(device_id).encode(), public_key, head_hash))


def certificates_header(certificates: Iterable[Certificate]) -> str:
    """The value of ``CERTIFICATES``: the newest of them."""
    newest = sorted(certificates, key=lambda one: -one.epoch)[:CERTIFICATES_MAX]
    return ",".join(base64.b64encode(canonical(one.fields())).decode() for one in newest)


def read_seal(headers: Mapping[str, str]) -> Seal:
    """From headers with lower-case names. Raises ``ValueError`` for a missing or odd one."""
    text = headers.get(_SIGNATURE, "")
    signature = bytes.fromhex(text)
    if len(signature) != 64 or signature.hex() != text:  # one way to write it
        raise ValueError(SIGNATURE)
    try:
        device_text = headers[_DEVICE]
        device_id = UUID(device_text)
        numbers = [_number(headers[name]) for name in _NUMBERS]
        at = parse_timestamp(headers[_TIME])
    except KeyError as error:
        raise ValueError(str(error)) from error
    if str(device_id) != device_text:
        raise ValueError(DEVICE)
    return Seal(device_id=device_id, epoch=numbers[0], sequence=numbers[1], wire=numbers[2], at=at, signature=signature)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 16) or (text != "0" and text[0] == "0"):
        raise ValueError(text)
    number = int(text)
    if number >= INTEGER_LIMIT:
        raise ValueError(text)
    return number
