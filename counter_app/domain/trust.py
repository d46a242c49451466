"""Who certified which key: the operator's key, and one certificate per counter and epoch (decisions 5).

A trust bundle is what a verifier holds. Pure functions: the signature check comes as an argument.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from counter_app.domain.journal import Json, canonical, parse_timestamp, timestamp

FORMAT: Final = "counterfoil-trust-1"
PURPOSE: Final = "certificate"
BUNDLE_BYTES_MAX: Final = 8 << 20
CERTIFICATES_MAX: Final = 20_000

Verify = Callable[[bytes, str, bytes, bytes], bool]
"""``verify(public_key, purpose, message, signature)``: ``counter_app.security.verify``."""


class BadTrust(ValueError):  # noqa: N818 - the bundle is bad, not the program
    """Not a trust bundle, or not one that its operator signed. ``reason`` is a stable code."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        super().__init__(f"{reason}: {detail}" if detail else reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The operator's word that ``public_key`` is this counter's in ``epoch``, for tickets sold in that time."""

    public_key: bytes  # 32
    station: str  # station code
    counter: int
    epoch: int
    not_before: datetime
    not_after: datetime
    signature: bytes  # 64, the operator's, purpose "certificate", over ``body()``

    @property
    def key_id(self) -> bytes:
        return sha256(self.public_key).digest()[:8]

    def body(self) -> bytes:
        """Canonical JSON of the certificate without ``signature``."""
        fields = self.fields()
        del fields["signature"]
        return canonical(fields)

    def fields(self) -> dict[str, Json]:
        return {
            "key_id": self.key_id.hex(),
            "public_key": self.public_key.hex(),
            "station": self.station,
            "counter": self.counter,
            "epoch": self.epoch,
            "not_before": timestamp(self.not_before),
            "not_after": timestamp(self.not_after),
            "signature": self.signature.hex(),
        }

    def covers(self, at: datetime) -> bool:
        return self.not_before <= at < self.not_after


def certify(
    *,
    public_key: bytes,
    station: str,
    counter: int,
    epoch: int,
    not_before: datetime,
    not_after: datetime,
    sign: Callable[[str, bytes], bytes],
) -> Certificate:
    """``sign(purpose, message)`` is the operator's key."""

    def draft(signature: bytes) -> Certificate:
        return Certificate(
            public_key=public_key,
            station=station,
            counter=counter,
            epoch=epoch,
            not_before=not_before,
            not_after=not_after,
            signature=signature,
        )

    return draft(sign(PURPOSE, draft(b"").body()))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustBundle:
    operator_name: str
    operator_key: bytes
    certificates: tuple[Certificate, ...]

    def by_key_id(self, key_id: bytes) -> Certificate | None:
        return next((one for one in self.certificates if one.key_id == key_id), None)

    def of_epoch(self, station: str, counter: int, epoch: int) -> Certificate | None:
        return next(
            (one for one in self.certificates if (one.station, one.counter, one.epoch) == (station, counter, epoch)),
            None,
        )

    def fields(self) -> dict[str, Json]:
        return {
            "format": FORMAT,
            "operator": {"name": self.operator_name, "public_key": self.operator_key.hex()},
            "certificates": [one.fields() for one in self.certificates],
        }

    def to_bytes(self) -> bytes:
        """As ``trust export`` writes it: JSON with sorted keys, indented for people, one newline at its end."""
        return (json.dumps(self.fields(), ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def parse_bundle(content: bytes, verify: Verify) -> TrustBundle:
    """A bundle whose certificates are all signed by its operator's key. Raises ``BadTrust``:

    too_large, not_json, bad_format, bad_field, bad_certificate (its signature is not the operator's).
    """
    if len(content) > BUNDLE_BYTES_MAX:
        raise BadTrust("too_large")
    try:
        top = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadTrust("not_json") from error
    if not isinstance(top, dict) or top.get("format") != FORMAT:
        raise BadTrust("bad_format")
    operator, certificates = top.get("operator"), top.get("certificates")
    if not isinstance(operator, dict) or not isinstance(certificates, list) or len(certificates) > CERTIFICATES_MAX:
        raise BadTrust("bad_field")
    bundle = TrustBundle(
        operator_name=_text(operator, "name"),
        operator_key=_hex(operator, "public_key", 32),
        certificates=tuple(read_certificate(one) for one in certificates),
    )
    for certificate in bundle.certificates:
        if not certificate_holds(certificate, bundle.operator_key, verify):
            raise BadTrust("bad_certificate", certificate.key_id.hex())
    return bundle


def certificate_holds(certificate: Certificate, operator_key: bytes, verify: Verify) -> bool:
    return verify(operator_key, PURPOSE, certificate.body(), certificate.signature)


def read_certificate(fields: object) -> Certificate:
    """Its form, not its signature. Raises ``BadTrust("bad_field")``."""
    if not isinstance(fields, dict):
        raise BadTrust("bad_field", "certificate")
    certificate = Certificate(
        public_key=_hex(fields, "public_key", 32),
        station=_text(fields, "station"),
        counter=_number(fields, "counter", 999),
        epoch=_number(fields, "epoch", 999),
        not_before=_instant(fields, "not_before"),
        not_after=_instant(fields, "not_after"),
        signature=_hex(fields, "signature", 64),
    )
    if not re.fullmatch(r"[A-Z0-9]{1,5}", certificate.station):
        raise BadTrust("bad_field", "station")
    if fields.get("key_id") != certificate.key_id.hex():
        raise BadTrust("bad_field", "key_id")
    return certificate


def _text(fields: dict[str, object], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or len(value) > 200:
        raise BadTrust("bad_field", name)
    return value


def _hex(fields: dict[str, object], name: str, length: int) -> bytes:
    try:
        value = bytes.fromhex(_text(fields, name))
    except ValueError as error:
        raise BadTrust("bad_field", name) from error
    if len(value) != length:
        raise BadTrust("bad_field", name)
    return value


def _number(fields: dict[str, object], name: str, highest: int) -> int:
    value = fields.get(name)
    if type(value) is not int or not 0 < value <= highest:
        raise BadTrust("bad_field", name)
    return value


def _instant(fields: dict[str, object], name: str) -> datetime:
    try:
        return parse_timestamp(_text(fields, name))
    except ValueError as error:
        raise BadTrust("bad_field", name) from error
