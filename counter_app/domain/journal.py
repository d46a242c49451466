"""The journal's entry: canonical bytes, chain and signature. The stub that the issuer keeps.

Pure functions: who signs and who checks a signature comes as an argument. ``docs/journal-format.md`` states the same
for people who check a journal without this program.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]

SCHEMA_VERSION = 1
GENESIS: Final = bytes(32)  # the first entry's ``prev``
SIGNING_PURPOSE: Final = "journal"
INTEGER_LIMIT: Final = 2**53
RAW_BYTES_MAX: Final = 1 << 20  # a bound on everything: no act of a counter comes near


class Kind(StrEnum):
    """What an entry records. The value is stored for ever: never renamed, only added to."""

    PROFILE_CREATED = "profile_created"
    EPOCH_STARTED = "epoch_started"
    USER_CREATED = "user_created"
    USER_CHANGED = "user_changed"
    LOGGED_IN = "logged_in"
    LOGIN_REFUSED = "login_refused"
    CATALOGUE_ACTIVATED = "catalogue_activated"
    POLICY_ACTIVATED = "policy_activated"
    CLOCK_ACCEPTED = "clock_accepted"
    SHIFT_OPENED = "shift_opened"
    CASH_MOVED = "cash_moved"
    DRAWER_OPENED = "drawer_opened"
    SHIFT_DECLARED = "shift_declared"
    SHIFT_CLOSED = "shift_closed"
    X_PRINTED = "x_printed"
    Z_PRINTED = "z_printed"
    SALE_PARKED = "sale_parked"
    SALE_RECALLED = "sale_recalled"
    SALE_ABANDONED = "sale_abandoned"
    SOLD = "sold"
    REFUNDED = "refunded"
    PAPER_CONFIRMED = "paper_confirmed"
    PAPER_FAILED = "paper_failed"
    PAPER_UNKNOWN = "paper_unknown"
    PAPER_SETTLED = "paper_settled"  # a person said whether it came out
    REPRINTED = "reprinted"
    RUNS_MIGRATED = "runs_migrated"
    PERSON_ERASED = "person_erased"
    RECOVERED = "recovered"
    TRUST_EXPORTED = "trust_exported"
    TRUST_CHANGED = "trust_changed"  # {sequence, sha256, operator_keys, revoked, reason}: of a stand-alone window
    TRUST_IMPORTED = "trust_imported"  # {operator, operator_key, sequence, sha256}: another operator's bundle
    CHANGED_AT_REST = "changed_at_rest"  # the database file was not as the counter had left it
    # of an enrolled counter
    LEASE_TAKEN = (
        "lease_taken"  # {lease_id, run_id, service_date, travel_class, board, alight, places, count, holder_epoch}
    )
    LEASE_RETURNED = (  # in the legs of the pattern that it was granted under
        "lease_returned"  # {lease_id, holder_epoch, run_id, service_date, pattern, board, alight, places, count}
    )
    LEASE_ENDED = "lease_ended"  # central settled it or wrote it off
    VERDICT_SETTLED = "verdict_settled"  # a person dealt with what central said of an entry
    ACCOUNTS_RECEIVED = "accounts_received"  # who may log in here, by central's word
    SELLING_STOPPED = "selling_stopped"
    SELLING_RESUMED = "selling_resumed"
    TICKET_LOCKED = "ticket_locked"  # asked of central before an after-sale
    TICKET_UNLOCKED = "ticket_unlocked"
    # payments other than cash, and what follows them; a body holds masked cards only
    PAYMENT_CREATED = "payment_created"  # {intent_id, order_id, refund_id, charge_id, reverses, direction, tender, ...}
    PAYMENT_MOVED = "payment_moved"  # {intent_id, from, to, reason, evidence, baseline, terminal_id}
    PAYMENT_CARRIED = "payment_carried"  # {intent_id, note}: past the close of its shift, by a supervisor
    REFUND_PAID_OUT = "refund_paid_out"  # {intent_id, ...}: in cash, what a card or wallet would not take back
    TERMINAL_CLOSED = "terminal_closed"  # {device, count, total_minor, ...}: the end of its day
    DIFFERENCE_FOUND = "difference_found"
    DIFFERENCE_RESOLVED = "difference_resolved"
    # paper that is worth money
    ROLL_LOADED = "roll_loaded"  # {roll_id, printer, first, last}: numbered blanks
    ROLL_ENDED = "roll_ended"  # {roll_id, printer, next, left, reason}
    BLANKS_SPOILED = "blanks_spoiled"  # {roll_id, printer, first, last, reason}: blanks that no job took
    PAPER_MOVED = "paper_moved"  # {job_id, kind, ref, from, to, stock_number}: to another printer, by a person
    REIMBURSEMENT_ISSUED = (  # the original of a ticket's slip, under a number of its own
        "reimbursement_issued"  # {ticket_id, number, issue, epoch, serial, amount_minor, currency, job_id}
    )
    PAPER_COPIED = "paper_copied"  # {job_id, kind, ref, title, copy, reason}: another paper of the same, by a person
    E_TICKET_ISSUED = "e_ticket_issued"  # {ticket_id, number, copy}: its code left the counter as a file
    TICKET_REDEEMED = "ticket_redeemed"  # {number, copy, run_id, service_date, key_id}: let through, once


# Corrections of NTP are smaller; what was sold in the last minutes is then stamped with the time before.
CLOCK_BACK_MAX: Final = timedelta(minutes=5)
# Not done by a clock that went back: their times decide on fares, refunds and shifts. Whatever ends what was begun, and
# signing in to accept the clock, goes on.
NEEDS_CLOCK: Final = frozenset(
    {
        Kind.SHIFT_OPENED,
        Kind.CASH_MOVED,
        Kind.DRAWER_OPENED,
        Kind.SHIFT_DECLARED,
        Kind.SHIFT_CLOSED,
        Kind.SALE_PARKED,
        Kind.SALE_RECALLED,
        Kind.SOLD,
        Kind.REFUNDED,
        Kind.REPRINTED,
    }
)


def went_back(last: datetime, now: datetime) -> bool:
    """Whether the wall clock is so far behind the last entry that a person has to say that it is right."""
    return last - now > CLOCK_BACK_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry as stored. ``raw`` are the canonical bytes that ``hash`` covers; ``signature`` covers ``hash``.

    raw = canonical JSON of {"v", "epoch", "seq", "prev" (hex), "at" (RFC 3339 ms UTC), "kind", "actor", "body"}.
    hash = SHA-256(raw). The first entry's ``prev`` is 64 zeros.
    """

    epoch: int
    seq: int  # from 1, without gaps, never restarted by an epoch
    at: datetime
    kind: Kind
    actor: str  # login
    body: dict[str, Json]
    raw: bytes
    hash: bytes
    signature: bytes


class BadEntry(ValueError):  # noqa: N818 - the entry is bad, not the program
    """These bytes are no entry, or not the one that belongs here. ``reason`` is a stable code."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}" if detail else reason)


def canonical(value: Json) -> bytes:
    """Canonical JSON (decisions 8): UTF-8, keys sorted by code point, no blanks, integers below 2**53, no floats.

    Text is kept as it is: not normalised. Raises ``AssertionError`` for a value that has no canonical form, which is
    our own mistake.
    """
    _assert_canonical(value)
    return _ENCODER.encode(value).encode()


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _assert_canonical(value: Json) -> None:
    kind = type(value)
    if kind is int:
        assert -INTEGER_LIMIT < value < INTEGER_LIMIT, value  # type: ignore[operator]
    elif kind is dict:
        for key, item in value.items():  # type: ignore[union-attr]
            assert type(key) is str or isinstance(key, StrEnum), key
            _assert_canonical(item)
    elif kind is list:
        for item in value:  # type: ignore[union-attr]
            _assert_canonical(item)
    else:
        assert kind is str or kind is bool or value is None or isinstance(value, str), kind


def parse_canonical(raw: bytes) -> Json:
    """The value of canonical bytes. Raises ``BadEntry("not_canonical")`` when these are not its canonical form."""
    try:
        value: Json = json.loads(raw, parse_float=_no_float, parse_constant=_no_float)
        again = canonical(value)
    except (ValueError, AssertionError, RecursionError) as error:
        raise BadEntry("not_canonical", type(error).__name__) from error
    if again != raw:
        raise BadEntry("not_canonical")
    return value


def _no_float(text: str) -> Json:
    raise ValueError(text)


def timestamp(at: datetime) -> str:
    """``2026-12-01T01:02:03.004Z``: RFC 3339, UTC, milliseconds."""
    assert at.tzinfo is not None, "instants are aware"
    return at.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"  # it ends with +00:00


def parse_timestamp(text: str) -> datetime:
    """Raises ``ValueError`` for anything but the form that :func:`timestamp` writes."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or timestamp(at) != text:
        raise ValueError(text)
    return at


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where the chain stands: the last entry's epoch, number and hash.

    ``enrolled``: central grants this journal's epochs, so that they need not be neighbours: the window's first may be
    above 1 (another device sold there before), and another may have passed while the device was being restored.
    """

    epoch: int
    seq: int
    hash: bytes
    enrolled: bool = False


START: Final = Link(epoch=0, seq=0, hash=GENESIS)


def write_entry(
    after: Link,
    *,
    epoch: int,
    at: datetime,
    kind: Kind,
    actor: str,
    body: dict[str, Json],
    sign: Callable[[str, bytes], bytes],
) -> Entry:
    """The entry that follows ``after``. ``sign(purpose, message)`` is the counter's key of ``epoch``."""
    seq = after.seq + 1
    raw = canonical(
        {
            "v": SCHEMA_VERSION,
            "epoch": epoch,
            "seq": seq,
            "prev": after.hash.hex(),
            "at": timestamp(at),
            "kind": kind.value,
            "actor": actor,
            "body": body,
        }
    )
    assert len(raw) <= RAW_BYTES_MAX, f"{kind} of {len(raw)} bytes"
    digest = sha256(raw).digest()
    return Entry(
        epoch=epoch,
        seq=seq,
        at=at,
        kind=kind,
        actor=actor,
        body=body,
        raw=raw,
        hash=digest,
        signature=sign(SIGNING_PURPOSE, digest),
    )


_FIELDS: Final = frozenset({"v", "epoch", "seq", "prev", "at", "kind", "actor", "body"})


def read_entry(raw: bytes, digest: bytes, signature: bytes) -> Entry:
    """Bytes into an entry, upcast from older schema versions. Checks its form, not its place in the chain.

    Raises ``BadEntry``: not_canonical, hash_mismatch, bad_field, unknown_version, unknown_kind.
    """
    if sha256(raw).digest() != digest:
        raise BadEntry("hash_mismatch")
    fields = parse_canonical(raw)
    if not isinstance(fields, dict) or fields.keys() != _FIELDS:
        raise BadEntry("bad_field")
    if fields["v"] != SCHEMA_VERSION:
        raise BadEntry("unknown_version", str(fields["v"]))
    epoch, seq, at, kind, actor, body = (fields[name] for name in ("epoch", "seq", "at", "kind", "actor", "body"))
    if type(epoch) is not int or type(seq) is not int or not isinstance(at, str) or not isinstance(body, dict):
        raise BadEntry("bad_field")
    if not isinstance(kind, str) or not isinstance(actor, str):
        raise BadEntry("bad_field")
    try:
        known = Kind(kind)
    except ValueError as error:
        raise BadEntry("unknown_kind", kind) from error
    try:
        instant = parse_timestamp(at)
    except ValueError as error:
        raise BadEntry("bad_field", "at") from error
    return Entry(
        epoch=epoch,
        seq=seq,
        at=instant,
        kind=known,
        actor=actor,
        body=body,
        raw=raw,
        hash=digest,
        signature=signature,
    )


def previous_hash(entry: Entry) -> bytes:
    """What the entry says that came before it. Raises ``BadEntry("bad_field")``."""
    fields = json.loads(entry.raw)
    prev = fields.get("prev")
    try:
        digest = bytes.fromhex(prev)
    except (TypeError, ValueError) as error:
        raise BadEntry("bad_field", "prev") from error
    if len(digest) != 32 or digest.hex() != prev:
        raise BadEntry("bad_field", "prev")
    return digest


def check_link(after: Link, entry: Entry, verify: Callable[[int, str, bytes, bytes], bool]) -> Link:
    """``entry`` follows ``after`` and is signed by its epoch's key; returns the new end of the chain.

    ``verify(epoch, purpose, message, signature)``. Raises ``BadEntry``: wrong_seq, broken_chain, wrong_epoch,
    bad_signature.
    """
    if entry.seq != after.seq + 1:
        raise BadEntry("wrong_seq", f"{entry.seq} after {after.seq}")
    if previous_hash(entry) != after.hash:
        raise BadEntry("broken_chain")
    enrolled = is_enrolled(entry) if after.seq == 0 else after.enrolled
    if not _epoch_follows(after, entry, enrolled=enrolled):
        raise BadEntry("wrong_epoch", f"{entry.epoch} after {after.epoch}")
    if not verify(entry.epoch, SIGNING_PURPOSE, entry.hash, entry.signature):
        raise BadEntry("bad_signature")
    return Link(epoch=entry.epoch, seq=entry.seq, hash=entry.hash, enrolled=enrolled)


def is_enrolled(first: Entry) -> bool:
    """Whether the journal that begins so is that of a profile that is enrolled with central, for life (decisions 4)."""
    return first.kind is Kind.PROFILE_CREATED and first.body.get("enrolled") is True


def _epoch_follows(after: Link, entry: Entry, *, enrolled: bool) -> bool:
    if after.seq == 0:
        return entry.epoch >= 1 if enrolled else entry.epoch == 1
    if entry.kind is not Kind.EPOCH_STARTED or after.seq == 1:  # entry 2 announces the epoch that entry 1 is in
        return entry.epoch == after.epoch
    return entry.epoch > after.epoch if enrolled else entry.epoch == after.epoch + 1
