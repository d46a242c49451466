"""Central's own journal: what people did here. Append-only, chained, signed with the operator's key (purpose ``act``).

raw = canonical JSON of {"v", "seq", "prev" (hex), "at", "kind", "by", "second", "body"}; hash = SHA-256(raw); the first
one's ``prev`` is 64 zeros. ``second`` is the other of two people, or empty. No personal data but logins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from central.services import Services, Verify
from central.tx import Connection, Tx
from counter_app.domain.journal import GENESIS, BadEntry, Json, canonical, parse_canonical, parse_timestamp, timestamp
from counter_app.domain.staff import Actor

PURPOSE: Final = "act"
VERSION: Final = 1
_LOCK: Final = 0x436F756E746572  # of the transaction that appends; "Counter"
_BATCH: Final = 1_000
_FIELDS: Final = frozenset({"v", "seq", "prev", "at", "kind", "by", "second", "body"})


class ActKind(StrEnum):
    """Stored for ever: never renamed, only added to."""

    CENTRAL_CREATED = "central_created"
    INCARNATION_CHANGED = "incarnation_changed"  # restored from a backup
    STATION_ADDED = "station_added"
    ENROL_CODE_ISSUED = "enrol_code_issued"
    DEVICE_ENROLLED = "device_enrolled"
    DEVICE_READMITTED = "device_readmitted"  # known by its certificate alone, after a restore
    EPOCH_GRANTED = "epoch_granted"
    DEVICE_REVOKED = "device_revoked"
    DEVICE_LOST = "device_lost"
    DEVICE_FORKED = "device_forked"  # a restored database has it under a key that a newer one replaced
    TICKETS_REFUSED = "tickets_refused"  # of a window's ended keys, but for those that are listed
    TICKETS_ACCEPTED = "tickets_accepted"
    SELLING_STOPPED = "selling_stopped"
    SELLING_RESUMED = "selling_resumed"
    STAFF_ADDED = "staff_added"
    STAFF_DEACTIVATED = "staff_deactivated"
    POLICY_ACTIVATED = "policy_activated"
    ISSUE_STORED = "issue_stored"
    ISSUE_ACTIVATED = "issue_activated"
    ALLOTMENT_RULE_SET = "allotment_rule_set"
    QUOTA_SET = "quota_set"
    QUOTA_DROPPED = "quota_dropped"
    LEASE_GRANTED = "lease_granted"  # by hand
    LEASE_SPLIT = "lease_split"
    WRITTEN_OFF = "written_off"
    CONFLICT_RESOLVED = "conflict_resolved"
    REJUDGED = "rejudged"
    RUN_CANCELLED = "run_cancelled"
    GATEWAY_SET = "gateway_set"
    GATEWAY_REMOVED = "gateway_removed"
    REFUNDED_ELSEWHERE = "refunded_elsewhere"  # a charge, by another window than took it
    VOUCHER_ISSUED = "voucher_issued"
    VOUCHER_VOIDED = "voucher_voided"
    MEMBER_ADDED = "member_added"
    POINTS_GIVEN = "points_given"
    POINTS_RULE_SET = "points_rule_set"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_PAID_IN = "account_paid_in"
    BILL_RECONCILED = "bill_reconciled"
    JOURNALS_RECONCILED = "journals_reconciled"
    PAYMENT_DECIDED = "payment_decided"  # one that only people can settle
    DIFFERENCE_OWNED = "difference_owned"
    DIFFERENCE_RESOLVED = "difference_resolved"
    MONTH_DROPPED = "month_dropped"  # rows of its service dates; the journals stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    seq: int
    at: datetime
    kind: str
    by: str
    second: str
    body: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Acts:
    services: Services

    def append(self, tx: Tx, kind: ActKind, body: dict[str, Json], *, by: Actor, second: Actor | None = None) -> Act:
        """In the transaction of what it tells of. The next one waits until this transaction ends."""
        tx.run("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        # A statement of its own after the lock: it sees what the one before committed.
        last = tx.row("SELECT seq, hash FROM act ORDER BY seq DESC LIMIT 1")
        seq, previous = (last[0] + 1, bytes(last[1])) if last else (1, GENESIS)
        act = Act(
            seq=seq,
            at=self.services.clock.now(),
            kind=kind.value,
            by=by.login,
            second=second.login if second else "",
            body=body,
        )
        raw = canonical(
            {
                "v": VERSION,
                "seq": seq,
                "prev": previous.hex(),
                "at": timestamp(act.at),
                "kind": act.kind,
                "by": act.by,
                "second": act.second,
                "body": body,
            }
        )
        digest = sha256(raw).digest()
        tx.run(
            "INSERT INTO act (seq, raw, hash, signature) VALUES (%s, %s, %s, %s)",
            (seq, raw, digest, self.services.operator.sign(PURPOSE, digest)),
        )
        return act


@dataclass(frozen=True, slots=True, kw_only=True)
class BadAct:
    """``reason``: wrong_seq, hash_mismatch, broken_chain, bad_signature, bad_form."""

    seq: int
    reason: str


def verify_acts(connection: Connection, operator_key: bytes, verify: Verify) -> tuple[int, list[BadAct]]:
    """Every act from the first: how many there are, and what is wrong with which. A bad one hides none behind it."""
    bad: list[BadAct] = []
    count, expected, previous = 0, 1, GENESIS
    for seq, raw, digest, signature in _raw_acts(Tx(connection)):
        count += 1
        if seq != expected:
            bad.append(BadAct(seq=seq, reason="wrong_seq"))
        if sha256(raw).digest() != digest:
            bad.append(BadAct(seq=seq, reason="hash_mismatch"))
        if not verify(operator_key, PURPOSE, digest, signature):
            bad.append(BadAct(seq=seq, reason="bad_signature"))
        try:
            told_seq, told_previous, _ = _read(raw)
        except BadEntry:
            bad.append(BadAct(seq=seq, reason="bad_form"))
        else:
            if told_seq != seq:
                bad.append(BadAct(seq=seq, reason="wrong_seq"))
            if told_previous != previous:
                bad.append(BadAct(seq=seq, reason="broken_chain"))
        expected, previous = seq + 1, digest
    return count, bad


def list_acts(connection: Connection, *, limit: int = 200) -> list[Act]:
    """Newest first."""
    rows = Tx(connection).rows("SELECT raw FROM act ORDER BY seq DESC LIMIT %s", (min(limit, 10_000),))
    return [_read(bytes(raw))[2] for (raw,) in rows]


def last_of(tx: Tx, kind: ActKind) -> Act | None:
    """The newest of its kind."""
    raw = tx.scalar(
        "SELECT raw FROM act WHERE position(%s::bytea IN raw) > 0 ORDER BY seq DESC LIMIT 1",
        (f'"kind":"{kind.value}"'.encode(),),
    )
    return None if raw is None else _read(bytes(raw))[2]


def _raw_acts(tx: Tx) -> Iterator[tuple[int, bytes, bytes, bytes]]:
    after = 0
    while rows := tx.rows(
        "SELECT seq, raw, hash, signature FROM act WHERE seq > %s ORDER BY seq LIMIT %s", (after, _BATCH)
    ):
        for seq, raw, digest, signature in rows:
            yield seq, bytes(raw), bytes(digest), bytes(signature)
        after = rows[-1][0]


def _read(raw: bytes) -> tuple[int, bytes, Act]:
    """Number, hash of the one before, and the act. Raises ``BadEntry``."""
    fields = parse_canonical(raw)
    if not isinstance(fields, dict) or fields.keys() != _FIELDS or fields["v"] != VERSION:
        raise BadEntry("bad_field")
    seq, body = fields["seq"], fields["body"]
    texts = [fields[name] for name in ("prev", "at", "kind", "by", "second")]
    if type(seq) is not int or not isinstance(body, dict) or not all(isinstance(one, str) for one in texts):
        raise BadEntry("bad_field")
    previous, at, kind, by, second = (str(one) for one in texts)
    try:
        act = Act(seq=seq, at=parse_timestamp(at), kind=kind, by=by, second=second, body=body)
        return seq, bytes.fromhex(previous), act
    except ValueError as error:
        raise BadEntry("bad_field") from error
