"""Who certified which key: the operator's keys, and one certificate per counter and epoch (decisions 5).

A trust bundle is what a verifier holds: the certificates, and since its second format the operator's signed statement
about all of them (``trust_statement``). Pure functions: the signature check comes as an argument.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Final

from counter_app.domain.journal import Json, canonical, timestamp
from counter_app.domain.trust_statement import (
    BadTrust,
    Statement,
    check_statement,
    hex_of,
    instant_of,
    number_of,
    read_statement,
    text_of,
)

FIRST_FORMAT: Final = "counterfoil-trust-1"  # certificates alone, of one operator's key
FORMAT: Final = "counterfoil-trust-2"
PURPOSE: Final = "certificate"
BUNDLE_BYTES_MAX: Final = 8 << 20
CERTIFICATES_MAX: Final = 20_000

Verify = Callable[[bytes, str, bytes, bytes], bool]
"""``verify(public_key, purpose, message, signature)``: ``counter_app.security.verify``."""


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


def in_order(certificates: Iterable[Certificate]) -> tuple[Certificate, ...]:
    """As a bundle lists them: by window, then epoch; each key once."""
    unique = {one.key_id: one for one in certificates}
    return tuple(sorted(unique.values(), key=lambda one: (one.station, one.counter, one.epoch, one.key_id)))


def certificates_digest(certificates: Iterable[Certificate]) -> bytes:
    """SHA-256 over the canonical JSON of the list, in the order of a bundle."""
    return sha256(canonical([one.fields() for one in in_order(certificates)])).digest()


@dataclass(frozen=True, kw_only=True)
class TrustBundle:
    """``operator_key``: the operator's first. ``statement`` None: of the first format."""

    operator_name: str
    operator_key: bytes
    certificates: tuple[Certificate, ...]
    statement: Statement | None = None

    @cached_property
    def _by_key_id(self) -> dict[bytes, Certificate]:
        return {one.key_id: one for one in self.certificates}

    def by_key_id(self, key_id: bytes) -> Certificate | None:
        return self._by_key_id.get(key_id)

    def of_epoch(self, station: str, counter: int, epoch: int) -> Certificate | None:
        return next(
            (one for one in self.certificates if (one.station, one.counter, one.epoch) == (station, counter, epoch)),
            None,
        )

    @property
    def operator_keys(self) -> tuple[bytes, ...]:
        """All that certificates may be signed with."""
        if self.statement is None:
            return (self.operator_key,)
        return tuple(one.public_key for one in self.statement.operator_keys)

    def fields(self) -> dict[str, Json]:
        if self.statement is None:
            return {
                "format": FIRST_FORMAT,
                "operator": {"name": self.operator_name, "public_key": self.operator_key.hex()},
                "certificates": [one.fields() for one in self.certificates],
            }
        return {
            "format": FORMAT,
            **self.statement.envelope(),
            "certificates": [one.fields() for one in in_order(self.certificates)],
        }

    def to_bytes(self) -> bytes:
        """As ``trust export`` writes it: JSON with sorted keys, indented for people, one newline at its end."""
        return (json.dumps(self.fields(), ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def parse_bundle(content: bytes, verify: Verify) -> TrustBundle:
    """A bundle whose certificates are all signed by its operator's keys, and which its operator signed as a whole.

    One of the first format has no such signature. Raises ``BadTrust``: too_large, not_json, bad_format, bad_field,
    bad_certificate (its signature is not the operator's), bad_operator_key, bad_signer, bad_statement,
    bad_certificates (the list is not the one that was signed).
    """
    if len(content) > BUNDLE_BYTES_MAX:
        raise BadTrust("too_large")
    try:
        # Strictly UTF-8, before the parser guesses: it takes UTF-16 too, and halves of characters.
        top = json.loads(content.decode("utf-8"), object_pairs_hook=_once_each)
    except BadTrust:
        raise
    except (ValueError, RecursionError) as error:
        raise BadTrust("not_json") from error
    if not isinstance(top, dict) or top.get("format") not in (FIRST_FORMAT, FORMAT):
        raise BadTrust("bad_format")
    bundle = _first_format(top) if top["format"] == FIRST_FORMAT else _second_format(top, verify)
    for certificate in bundle.certificates:
        if not any(certificate_holds(certificate, key, verify) for key in reversed(bundle.operator_keys)):
            raise BadTrust("bad_certificate", certificate.key_id.hex())
    return bundle


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Of two values under one name another reader might take the other."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise BadTrust("bad_field", "twice")
    return made


def _first_format(top: dict[str, object]) -> TrustBundle:
    operator = top.get("operator")
    if not isinstance(operator, dict):
        raise BadTrust("bad_field", "operator")
    return TrustBundle(
        operator_name=text_of(operator, "name"),
        operator_key=hex_of(operator, "public_key", 32),
        certificates=_certificates(top),
    )


def _second_format(top: dict[str, object], verify: Verify) -> TrustBundle:
    if top.keys() != {"format", "statement", "signature", "certificates"}:
        raise BadTrust("bad_field", "format")
    statement = read_statement({"statement": top["statement"], "signature": top["signature"]})
    check_statement(statement, verify)
    certificates = _certificates(top)
    told = top["certificates"]
    if certificates != in_order(certificates) or told != [one.fields() for one in certificates]:
        raise BadTrust("bad_field", "certificates")
    if certificates_digest(certificates) != statement.certificates:
        raise BadTrust("bad_certificates")
    return TrustBundle(
        operator_name=statement.operator_name,
        operator_key=statement.operator_keys[0].public_key,
        certificates=certificates,
        statement=statement,
    )


def _certificates(top: dict[str, object]) -> tuple[Certificate, ...]:
    told = top.get("certificates")
    if not isinstance(told, list) or len(told) > CERTIFICATES_MAX:
        raise BadTrust("bad_field", "certificates")
    return tuple(read_certificate(one) for one in told)


def certificate_holds(certificate: Certificate, operator_key: bytes, verify: Verify) -> bool:
    return verify(operator_key, PURPOSE, certificate.body(), certificate.signature)


def read_certificate(fields: object) -> Certificate:
    """Its form, not its signature. Raises ``BadTrust("bad_field")``."""
    if not isinstance(fields, dict):
        raise BadTrust("bad_field", "certificate")
    certificate = Certificate(
        public_key=hex_of(fields, "public_key", 32),
        station=text_of(fields, "station"),
        counter=number_of(fields, "counter", 999),
        epoch=number_of(fields, "epoch", 999),
        not_before=instant_of(fields, "not_before"),
        not_after=instant_of(fields, "not_after"),
        signature=hex_of(fields, "signature", 64),
    )
    if not re.fullmatch(r"[A-Z0-9]{1,5}", certificate.station):
        raise BadTrust("bad_field", "station")
    if fields.get("key_id") != certificate.key_id.hex():
        raise BadTrust("bad_field", "key_id")
    return certificate


__all__ = [
    "BadTrust",
    "Certificate",
    "Statement",
    "TrustBundle",
    "certificate_holds",
    "certificates_digest",
    "certify",
    "in_order",
    "parse_bundle",
    "read_certificate",
]
