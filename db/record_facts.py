"""The record's tables as facts, to be compared with what the journal tells (``counter_app.domain.projection``)."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from counter_app.domain.accounts import account_commitment
from counter_app.domain.journal import timestamp
from counter_app.domain.projection import Fact
from db.context import Context, from_ms
from db.create import profile_fact
from db.profile import read_profile


def record_facts(context: Context) -> Iterator[Fact]:
    stored = read_profile(context)
    yield "profile", "1", profile_fact(stored)
    for epoch, body in context.rows("SELECT epoch, body FROM certificate"):
        yield "certificate", str(epoch), {"sha256": sha256(bytes(body)).hexdigest()}
    yield from _users(context)
    for row in context.rows(
        "SELECT activation, issue_id, file_name, sha256, feed_name, trips, activated_at FROM catalogue_issue"
    ):
        fields = dict(zip(("issue_id", "file_name", "sha256", "feed_name", "trips"), row[1:6], strict=True))
        yield "catalogue_issue", str(row[0]), {**fields, "activated_at": _at(row[6])}
    yield from _shifts(context)
    for movement_id, shift_id, kind, amount_minor, reason, at, journal_seq in context.rows(
        "SELECT movement_id, shift_id, kind, amount_minor, reason, at, journal_seq FROM cash_movement"
    ):
        yield (
            "cash_movement",
            movement_id,
            {
                "shift_id": shift_id,
                "kind": kind,
                "amount_minor": amount_minor,
                "reason": reason,
                "at": _at(at),
                "journal_seq": journal_seq,
            },
        )
    for person_id, sealed, erased_at, wrapped in context.rows(
        "SELECT person_id, sealed, erased_at, wrapped FROM person LEFT JOIN person_key USING (person_id)"
    ):
        erased = erased_at is not None
        fields = {"commitment": sha256(bytes(sealed)).hexdigest(), "erased": erased}
        if erased == (wrapped is not None):  # erased with its key still there, or the key gone without erasure
            fields["key"] = "inconsistent"
        yield "person", person_id, fields


def _users(context: Context) -> Iterator[Fact]:
    for user_id, login, display_name, role, password_hash, active, tries, locked_until in context.rows(
        "SELECT user_id, login, display_name, role, password_hash, active, failed_tries, locked_until FROM user"
    ):
        commitment = account_commitment(
            login=login, display_name=display_name, role=role, active=bool(active), password_hash=password_hash
        )
        yield (
            "user",
            user_id,
            {
                "login": login,
                "role": role,
                "active": bool(active),
                "commitment": commitment,
                "failed_tries": tries,
                "locked_until": _at(locked_until),
            },
        )


_SHIFT = (
    "number",
    "user_id",
    "login",
    "opened_at",
    "state",
    "float_count",
    "declared_count",
    "declared_minor",
    "expected_minor",
    "over_short_reason",
    "declared_at",
    "closed_at",
    "closed_by",
    "z_number",
    "z_report",
    "declared_by",
)


def _shifts(context: Context) -> Iterator[Fact]:
    for shift_id, *values in context.rows(f"SELECT shift_id, {', '.join(_SHIFT)} FROM shift"):  # noqa: S608
        fields = dict(zip(_SHIFT, values, strict=True))
        for name in ("opened_at", "declared_at", "closed_at"):
            fields[name] = _at(fields[name])
        yield "shift", shift_id, fields


def _at(ms: int | None) -> str | None:
    return None if ms is None else timestamp(from_ms(ms))
