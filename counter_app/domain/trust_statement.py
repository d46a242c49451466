"""What an operator says of all its keys at once: which are its own, which certificates there are, which keys ended.

A statement is signed, numbered and dated. Whoever has seen one takes no older one (``follows``), and whoever trusts one
of the operator's keys comes to trust the next by the chain in it (``signed_by_operator``). Pure functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from counter_app.domain.journal import INTEGER_LIMIT, Json, canonical, parse_timestamp, timestamp

PURPOSE: Final = "trust"
KEY_PURPOSE: Final = "operator-key"
OPERATOR_KEYS_MAX: Final = 16
REVOCATIONS_MAX: Final = 20_000
ACCEPTED_MAX: Final = 50_000  # of all revocations together
NAME_MAX: Final = 200

Verify = Callable[[bytes, str, bytes, bytes], bool]
Sign = Callable[[str, bytes], bytes]


class BadTrust(ValueError):  # noqa: N818 - the bundle is bad, not the program
    """Not a trust bundle, or not one that its operator signed. ``reason`` is a stable code."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        super().__init__(f"{reason}: {detail}" if detail else reason)


class Rule(StrEnum):
    """What becomes of the tickets of a key that ended."""

    ENDED = "ended"  # it went regularly: what it signed stays good, and it signs nothing new
    REFUSED = "refused"  # somebody else may have it, and can backdate: only the tickets that are listed stay good


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """``last_valid``: a ticket of an ended key that is valid later than this was not sold while it was in use.

    ``since`` is for people and decides on no ticket: when one was signed, only the key that signed it can say, and
    whoever stole that says what they like. ``accepted``: SHA-256 of the payloads of a refused key that the operator
    knows to be its own.
    """

    key_id: bytes
    rule: Rule
    since: datetime
    last_valid: datetime | None = None
    accepted: frozenset[bytes] = frozenset()

    def fields(self) -> dict[str, Json]:
        return {
            "key_id": self.key_id.hex(),
            "rule": self.rule.value,
            "from": timestamp(self.since),
            "last_valid": None if self.last_valid is None else timestamp(self.last_valid),
            "accepted": [one.hex() for one in sorted(self.accepted)],
        }

    def refuses(self, payload: bytes, valid_until: datetime) -> bool:
        """Whether a ticket whose signature holds is refused all the same."""
        if self.rule is Rule.REFUSED:
            return sha256(payload).digest() not in self.accepted
        return self.last_valid is not None and valid_until > self.last_valid


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorKey:
    """``signature``: by the key before it, over ``body``; the first key's by itself. ``until`` None: in use."""

    public_key: bytes
    since: datetime
    signature: bytes
    until: datetime | None = None

    @property
    def key_id(self) -> bytes:
        return sha256(self.public_key).digest()[:8]

    def body(self) -> bytes:
        return canonical({"from": timestamp(self.since), "public_key": self.public_key.hex()})

    def fields(self) -> dict[str, Json]:
        return {
            "public_key": self.public_key.hex(),
            "from": timestamp(self.since),
            "until": None if self.until is None else timestamp(self.until),
            "signature": self.signature.hex(),
        }

    def in_use(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """``certificates``: SHA-256 over the canonical JSON of the list of them. ``raw``: what ``signature`` is over."""

    operator_name: str
    sequence: int
    issued_at: datetime
    operator_keys: tuple[OperatorKey, ...]  # oldest first
    certificates: bytes
    revocations: tuple[Revocation, ...]
    signed_by: bytes
    raw: bytes
    signature: bytes

    def fields(self) -> dict[str, Json]:
        """Without its signature; what ``raw`` spells."""
        return {
            "operator": self.operator_name,
            "sequence": self.sequence,
            "issued_at": timestamp(self.issued_at),
            "operator_keys": [one.fields() for one in self.operator_keys],
            "certificates": self.certificates.hex(),
            "revocations": [one.fields() for one in self.revocations],
            "signed_by": self.signed_by.hex(),
        }

    def envelope(self) -> dict[str, Json]:
        """As it travels and is kept."""
        return {"statement": self.fields(), "signature": self.signature.hex()}

    @property
    def digest(self) -> bytes:
        return sha256(self.raw).digest()

    def revocation(self, key_id: bytes) -> Revocation | None:
        return next((one for one in self.revocations if one.key_id == key_id), None)

    @property
    def signer(self) -> OperatorKey:
        """Raises ``BadTrust`` where it is none of its own keys."""
        found = next((one for one in self.operator_keys if one.key_id == self.signed_by), None)
        if found is None:
            raise BadTrust("bad_signer")
        return found


# ------------------------------------------------------------------------------------------------------- making


def first_operator_key(public_key: bytes, since: datetime, sign: Sign) -> OperatorKey:
    return next_operator_key(public_key, since, sign)


def next_operator_key(public_key: bytes, since: datetime, sign_before: Sign) -> OperatorKey:
    """``sign_before``: the key before it (or its own, of the first)."""
    made = OperatorKey(public_key=public_key, since=since, signature=bytes(64))
    return replace(made, signature=sign_before(KEY_PURPOSE, made.body()))


def next_sequence(last: int, now: datetime) -> int:
    """Higher than the last, and higher than before after a store was put back from a backup: seconds since 1970."""
    return max(last + 1, int(now.timestamp()))


def issue(
    *,
    operator_name: str,
    sequence: int,
    issued_at: datetime,
    operator_keys: Sequence[OperatorKey],
    certificates: bytes,
    revocations: Sequence[Revocation],
    signed_by: bytes,
    sign: Sign,
) -> Statement:
    assert len(operator_keys) <= OPERATOR_KEYS_MAX
    assert len(revocations) <= REVOCATIONS_MAX
    draft = Statement(
        operator_name=operator_name,
        sequence=sequence,
        issued_at=issued_at,
        operator_keys=tuple(operator_keys),
        certificates=certificates,
        revocations=tuple(sorted(revocations, key=lambda one: one.key_id)),
        signed_by=signed_by,
        raw=b"",
        signature=b"",
    )
    raw = canonical(draft.fields())
    return replace(draft, raw=raw, signature=sign(PURPOSE, raw))


def ended_regularly(key_id: bytes, since: datetime, valid_for: timedelta) -> Revocation:
    """``valid_for``: a window sells no longer ahead."""
    return Revocation(key_id=key_id, rule=Rule.ENDED, since=since, last_valid=since + valid_for)


# ------------------------------------------------------------------------------------------------------ reading


def read_statement(envelope: object) -> Statement:
    """Its form, not its signatures. Raises ``BadTrust("bad_field")``."""
    top = _object(envelope, "statement")
    fields = _object(top.get("statement"), "statement")
    operator_keys = tuple(_operator_key(one) for one in _list(fields, "operator_keys", OPERATOR_KEYS_MAX))
    revocations = tuple(_revocation(one) for one in _list(fields, "revocations", REVOCATIONS_MAX))
    if not operator_keys or len({one.key_id for one in operator_keys}) != len(operator_keys):
        raise BadTrust("bad_field", "operator_keys")
    if [one.since for one in operator_keys] != sorted(one.since for one in operator_keys):
        raise BadTrust("bad_field", "operator_keys")
    if len({one.key_id for one in revocations}) != len(revocations):
        raise BadTrust("bad_field", "revocations")
    if sum(len(one.accepted) for one in revocations) > ACCEPTED_MAX:
        raise BadTrust("bad_field", "accepted")
    made = Statement(
        operator_name=text_of(fields, "operator"),
        sequence=number_of(fields, "sequence", INTEGER_LIMIT - 1),
        issued_at=instant_of(fields, "issued_at"),
        operator_keys=operator_keys,
        certificates=hex_of(fields, "certificates", 32),
        revocations=revocations,
        signed_by=hex_of(fields, "signed_by", 8),
        raw=b"",
        signature=hex_of(top, "signature", 64),
    )
    raw = canonical(made.fields())
    try:
        told = canonical(dict(fields))
    except AssertionError as error:
        raise BadTrust("bad_field", "statement") from error
    if told != raw:  # one spelling, and nothing in it that is not understood
        raise BadTrust("bad_field", "statement")
    return replace(made, raw=raw)


def check_statement(statement: Statement, verify: Verify) -> None:
    """That it holds together: the chain of its keys, and its signer's signature. Raises ``BadTrust``:

    bad_operator_key, bad_signer (none of its keys, or not in use then), bad_statement (the signature).
    """
    before = statement.operator_keys[0]
    for one in statement.operator_keys:
        if not verify(before.public_key, KEY_PURPOSE, one.body(), one.signature):
            raise BadTrust("bad_operator_key", one.key_id.hex())
        before = one
    signer = statement.signer
    if not signer.in_use(statement.issued_at):
        raise BadTrust("bad_signer", signer.key_id.hex())
    if not verify(signer.public_key, PURPOSE, statement.raw, statement.signature):
        raise BadTrust("bad_statement")


def reached_from(statement: Statement, pinned: bytes) -> bool:
    """Whether who trusts the operator key ``pinned`` may trust a checked statement: it is one of its keys, and the

    signer is that key or a later one. A thief of an old key cannot speak to who has moved on.
    """
    ids = [one.public_key for one in statement.operator_keys]
    return pinned in ids and ids.index(pinned) <= ids.index(statement.signer.public_key)


def follows(statement: Statement, known: Statement | None) -> bool:
    """Whether it may take the place of ``known``: later, or the very same."""
    if known is None:
        return True
    return statement.sequence > known.sequence or statement.raw == known.raw


def _operator_key(value: object) -> OperatorKey:
    fields = _object(value, "operator_keys")
    return OperatorKey(
        public_key=hex_of(fields, "public_key", 32),
        since=instant_of(fields, "from"),
        until=None if fields.get("until") is None else instant_of(fields, "until"),
        signature=hex_of(fields, "signature", 64),
    )


def _revocation(value: object) -> Revocation:
    fields = _object(value, "revocations")
    try:
        rule = Rule(text_of(fields, "rule"))
    except ValueError as error:  # a rule of a newer program: its key is not to be trusted by an older one
        raise BadTrust("bad_field", "rule") from error
    accepted = [_digest(one) for one in _list(fields, "accepted", ACCEPTED_MAX)]
    if rule is not Rule.REFUSED and accepted:
        raise BadTrust("bad_field", "accepted")
    return Revocation(
        key_id=hex_of(fields, "key_id", 8),
        rule=rule,
        since=instant_of(fields, "from"),
        last_valid=None if fields.get("last_valid") is None else instant_of(fields, "last_valid"),
        accepted=frozenset(accepted),
    )


def _digest(value: object) -> bytes:
    return hex_of({"accepted": value}, "accepted", 32)


def _object(value: object, name: str) -> Mapping[str, Json]:
    if not isinstance(value, dict):
        raise BadTrust("bad_field", name)
    return value


def _list(fields: Mapping[str, Json], name: str, longest: int) -> list[Json]:
    value = fields.get(name)
    if not isinstance(value, list) or len(value) > longest:
        raise BadTrust("bad_field", name)
    return value


# ------------------------------------------------------------------------------------ fields of untrusted JSON


def text_of(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or len(value) > NAME_MAX or _half_characters(value):
        raise BadTrust("bad_field", name)
    return value


def _half_characters(text: str) -> bool:
    """JSON may spell a lone surrogate, which has no bytes."""
    return any("\ud800" <= char <= "\udfff" for char in text)


def hex_of(fields: Mapping[str, object], name: str, length: int) -> bytes:
    """Lower case, ``length`` bytes."""
    text = text_of(fields, name)
    if len(text) != 2 * length or not set(text) <= set("0123456789abcdef"):
        raise BadTrust("bad_field", name)
    return bytes.fromhex(text)


def number_of(fields: Mapping[str, object], name: str, highest: int) -> int:
    value = fields.get(name)
    if type(value) is not int or not 0 < value <= highest:
        raise BadTrust("bad_field", name)
    return value


def instant_of(fields: Mapping[str, object], name: str) -> datetime:
    try:
        return parse_timestamp(text_of(fields, name))
    except ValueError as error:
        raise BadTrust("bad_field", name) from error
