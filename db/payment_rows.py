"""The tables of payments as facts, to be compared with what the journal tells (``domain.payment_folds``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from counter_app.domain.journal import timestamp
from counter_app.domain.projection import Fact
from db.context import Context, from_ms

# The clerk's name is no fact of the journal.
_INTENT: Final = (
    "order_id",
    "refund_id",
    "charge_id",
    "reverses",
    "direction",
    "tender",
    "amount_minor",
    "currency",
    "device",
    "terminal_id",
    "shift_id",
    "user_id",
    "bound",
    "baseline",
    "state",
    "created_at",
    "sent_at",
    "moved_at",
    "evidence",
    "reason",
    "carried",
    "superseded",
    "journal_seq",
)
_LEG: Final = ("order_id", "refund_id", "tender", "amount_minor", "rounding_minor", "intent_id", "shift_id")
_DIFFERENCE: Final = (
    "source",
    "kind",
    "tender",
    "ours_minor",
    "theirs_minor",
    "intent_id",
    "detail",
    "found_at",
    "state",
    "owner",
    "note",
)


def payment_rows(context: Context) -> Iterator[Fact]:
    for intent_id, *values in context.rows(
        f"SELECT intent_id, {', '.join(_INTENT)} FROM payment_intent"  # noqa: S608 - constants of this file
    ):
        fields = dict(zip(_INTENT, values, strict=True))
        for name in ("created_at", "sent_at", "moved_at"):
            fields[name] = None if fields[name] is None else timestamp(from_ms(fields[name]))
        for name in ("bound", "superseded"):
            fields[name] = bool(fields[name])
        yield "payment_intent", intent_id, fields
    for journal_seq, n, *values in context.rows(f"SELECT journal_seq, n, {', '.join(_LEG)} FROM tender_leg"):  # noqa: S608
        yield "tender_leg", f"{journal_seq}/{n}", dict(zip(_LEG, values, strict=True))
    for difference_id, *values in context.rows(
        f"SELECT difference_id, {', '.join(_DIFFERENCE)} FROM difference"  # noqa: S608
    ):
        fields = dict(zip(_DIFFERENCE, values, strict=True))
        yield "difference", difference_id, {**fields, "found_at": timestamp(from_ms(fields["found_at"]))}
    for device, at in context.rows("SELECT device, at FROM terminal_closing"):
        yield "terminal_closing", f"{device} {timestamp(from_ms(at))}", {}
