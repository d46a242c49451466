"""Epochs of an enrolled counter: the key that central is asked to certify, and whether its word is on that key."""

from __future__ import annotations

from typing import Final

from counter_app.domain.trust import Certificate, certificate_holds
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Entropy
from counter_app.ports.epochs import PendingKey
from counter_app.security import SigningKey, verify
from db.keys import ProfileKeys
from db.profile import StoredProfile

PENDING: Final = "counter-pending"


def pending_key(keys: ProfileKeys, entropy: Entropy) -> SigningKey:
    """Found again, or made and durable."""
    secret = keys.find(PENDING)
    if secret is None:
        secret = SigningKey.generate(entropy.bytes(32)).private_bytes()
        keys.save(PENDING, secret)
    return SigningKey(secret)


def prepared(key: SigningKey) -> PendingKey:
    return PendingKey(public_key=key.public, sign=key.sign)


def check_grant(certificate: Certificate, *, stored: StoredProfile, key: SigningKey | None, after: int) -> SigningKey:
    """The key that it is for. Raises Refusal(CENTRAL_REFUSED, code="bad_certificate", detail)."""
    if key is None or certificate.public_key != key.public:
        detail = "not the key that was asked for"
    elif not certificate_holds(certificate, stored.operator_key, verify):
        detail = "not signed by the operator"
    elif (certificate.station, certificate.counter) != (stored.info.station_code, stored.info.counter):
        detail = "of another window"
    elif certificate.epoch <= after:
        detail = "not of a later epoch"
    else:
        return key
    raise Refusal(Reason.CENTRAL_REFUSED, code="bad_certificate", detail=detail)
