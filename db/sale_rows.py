"""The sale's tables as facts, to be compared with what the journal tells (``counter_app.domain.sale_folds``)."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from counter_app.domain.journal import timestamp
from counter_app.domain.projection import Fact
from db.context import Context, from_ms
from db.frozen import read_pattern

_ORDER: Final = (
    "state",
    "user_id",
    "shift_id",
    "total_minor",
    "received_minor",
    "change_minor",
    "currency",
    "policy",
    "journal_seq",
)
_TICKET: Final = (
    "order_id",
    "claim_id",
    "number",
    "epoch",
    "serial",
    "state",
    "run_id",
    "service_date",
    "trip_id",
    "board",
    "alight",
    "place",
    "travel_class",
    "passenger_type",
    "items",
    "price_minor",
    "currency",
    "person_id",
    "depart",
    "arrive",
    "sold_at",
    "shift_id",
    "policy",
    "payload",
    "journal_seq",
)
_REFUND: Final = ("ticket_id", "rule", "refunded_minor", "fee_minor", "shift_id", "items", "at", "journal_seq")
_JOB: Final = ("kind", "ref", "copy_number", "stock", "state")
_CLAIM: Final = (
    "order_id",
    "run_id",
    "service_date",
    "trip_id",
    "board",
    "alight",
    "travel_class",
    "places",
    "count",
    "state",
    "expires_at",
    "currency",
)


_RUNS: Final = "SELECT run_id, service_date, trip_id, issue_id, body FROM run JOIN frozen ON frozen.hash = run.pattern"


def sale_rows(context: Context) -> Iterator[Fact]:
    # An order that is not sold is a hold or a draft: nothing that the journal tells.
    yield from _plain(context, "sale_order", "order_id", _ORDER, "WHERE journal_seq > 0")
    for table, key, fields in _plain(context, "ticket", "ticket_id", _TICKET):
        for name in ("depart", "arrive", "sold_at"):
            fields[name] = timestamp(from_ms(fields[name]))
        fields["payload"] = sha256(bytes(fields["payload"])).hexdigest()
        yield table, key, fields
    for table, key, fields in _plain(context, "refund", "refund_id", _REFUND):
        yield table, key, {**fields, "at": timestamp(from_ms(fields["at"]))}
    for service_date, run_id, place, leg, claim_id in context.rows(
        "SELECT service_date, run_id, place, leg, claim_id FROM place_leg WHERE state = 'SOLD'"
    ):
        yield "place_leg", f"{service_date} {run_id} {place} {leg}", {"claim_id": claim_id}
    yield from _plain(context, "print_job", "job_id", _JOB)
    yield from _plain(context, "claim", "claim_id", _CLAIM)
    for run_id, service_date, trip_id, issue_id, pattern in context.rows(_RUNS):
        version = read_pattern(pattern)[0].pattern_version
        fields = {"service_date": service_date, "trip_id": trip_id, "issue_id": issue_id, "pattern": version}
        yield "run", run_id, fields


def _plain(context: Context, table: str, key: str, columns: tuple[str, ...], where: str = "") -> Iterator[Fact]:
    for row_key, *values in context.rows(f"SELECT {key}, {', '.join(columns)} FROM {table} {where}"):  # noqa: S608
        yield table, row_key, dict(zip(columns, values, strict=True))
