"""The operator's keys of a stand-alone profile: which one signs now, and what is said with it.

The first is the profile's for life; a later one is made when an administrator rotates it, and lies beside the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from counter_app.domain.journal import Json, Kind
from counter_app.domain.staff import Actor
from counter_app.domain.trust import TrustBundle, certificates_digest
from counter_app.domain.trust_statement import (
    OPERATOR_KEYS_MAX,
    OperatorKey,
    Revocation,
    Statement,
    check_statement,
    first_operator_key,
    issue,
    next_operator_key,
    next_sequence,
)
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Entropy
from counter_app.security import SigningKey, verify
from db.books import Books
from db.context import Context
from db.keys import ProfileKeys
from db.profile import is_enrolled, read_certificates, read_profile, trust_bundle
from db.trust import SqlTrust

FIRST: Final = "operator"
AHEAD_MAX: Final = timedelta(days=366)  # a key that is to come keeps the next from being named; it is not taken back
JUST_NOW: Final = timedelta(minutes=1)  # between being asked and being written


class OperatorKeys:
    """Of one open profile. Raises Refusal(STORE_DAMAGED, part="keys") where a key is gone."""

    def __init__(self, keys: ProfileKeys, context: Context) -> None:
        self._keys, self._context = keys, context
        self._known = SqlTrust(context).statement()
        self._stored = read_profile(context)

    def listed(self) -> tuple[OperatorKey, ...]:
        """Oldest first."""
        if self._known is not None:
            return self._known.operator_keys
        certificates = read_certificates(self._context)
        assert certificates, "a profile begins with one"
        return (first_operator_key(self._stored.operator_key, certificates[0].not_before, self._private(0).sign),)

    def signer(self, now: datetime) -> SigningKey:
        """The newest that is in use."""
        listed = self.listed()
        return self._private(self._place(listed, now))

    def statement(
        self,
        now: datetime,
        *,
        operator_keys: Sequence[OperatorKey] | None = None,
        revocations: Sequence[Revocation] | None = None,
    ) -> Statement:
        """Issued now. None: as before."""
        listed = tuple(operator_keys) if operator_keys is not None else self.listed()
        place = self._place(listed, now)
        said = self._known.revocations if self._known is not None else ()
        return issue(
            operator_name=self._stored.info.operator,
            sequence=next_sequence(0 if self._known is None else self._known.sequence, now),
            issued_at=now,
            operator_keys=listed,
            certificates=certificates_digest(read_certificates(self._context)),
            revocations=tuple(revocations) if revocations is not None else said,
            signed_by=listed[place].key_id,
            sign=self._private(place).sign,
        )

    def rotated(self, now: datetime, at: datetime, entropy: Entropy) -> tuple[OperatorKey, ...]:
        """With a new key, durable before it is named. Raises Refusal(BAD_INPUT, field="at"): one is to come already."""
        listed = self.listed()
        if not now - JUST_NOW <= at <= now + AHEAD_MAX or listed[-1].since > now or len(listed) >= OPERATOR_KEYS_MAX:
            raise Refusal(Reason.BAD_INPUT, field="at")
        at = max(at, now)
        name = _name(len(listed))
        secret = self._keys.find(name)  # of a rotation that was cut off before it was said
        if secret is None:
            secret = SigningKey.generate(entropy.bytes(32)).private_bytes()
            self._keys.save(name, secret)
        new = next_operator_key(SigningKey(secret).public, at, self._private(len(listed) - 1).sign)
        return (*listed[:-1], replace(listed[-1], until=at), new)

    @staticmethod
    def _place(listed: Sequence[OperatorKey], now: datetime) -> int:
        in_use = [place for place, one in enumerate(listed) if one.in_use(now)]
        # A clock that was set back before the first key's time: nothing else could sign.
        return in_use[-1] if in_use else 0

    def _private(self, place: int) -> SigningKey:
        return SigningKey(self._keys.load(_name(place)))


def whole_bundle(keys: ProfileKeys, context: Context, now: datetime) -> TrustBundle:
    """To be handed out. Raises Refusal: TRUST_BEHIND, STORE_DAMAGED(part="keys")."""
    bundle = trust_bundle(context)
    if not is_enrolled(context):
        return replace(bundle, statement=OperatorKeys(keys, context).statement(now))
    said = bundle.statement
    if said is not None and certificates_digest(bundle.certificates) != said.certificates:
        raise Refusal(Reason.TRUST_BEHIND)
    return bundle


def changed(
    keys: ProfileKeys,
    books: Books,
    actor: Actor,
    *,
    entropy: Entropy,
    revoke: Sequence[Revocation] = (),
    restore: Sequence[bytes] = (),
    rotate_at: datetime | None = None,
    reason: str,
) -> Statement:
    """Said, kept and journaled, in the caller's transaction."""
    now = books.context.clock.now()
    operator = OperatorKeys(keys, books.context)
    known = books.trust.statement()
    ended = {one.key_id: one for one in (() if known is None else known.revocations)}
    ended |= {one.key_id: one for one in revoke}
    for key_id in restore:
        if ended.pop(key_id, None) is None:
            raise Refusal(Reason.BAD_INPUT, field="key")
    made = operator.statement(
        now,
        operator_keys=None if rotate_at is None else operator.rotated(now, rotate_at, entropy),
        revocations=tuple(ended.values()),
    )
    check_statement(made, verify)
    body: dict[str, Json] = {
        "sequence": made.sequence,
        "sha256": made.digest.hex(),
        "operator_keys": [one.key_id.hex() for one in made.operator_keys],
        "revoked": [[one.key_id.hex(), one.rule.value, len(one.accepted)] for one in made.revocations],
        "reason": reason,
    }
    books.journal.append(Kind.TRUST_CHANGED, body, actor=actor)
    books.trust.put_statement(made)
    return made


def _name(place: int) -> str:
    return FIRST if place == 0 else f"{FIRST}-{place + 1}"
