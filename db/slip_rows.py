"""The tables of issued slips as facts, to be compared with what the journal tells (``domain.slip_folds``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from counter_app.domain.journal import timestamp
from counter_app.domain.projection import Fact
from db.context import Context, from_ms

# The clerk's name is no fact of the journal.
_REIMBURSEMENT: Final = (
    "epoch",
    "serial",
    "number",
    "job_id",
    "amount_minor",
    "currency",
    "at",
    "journal_seq",
    "back_seq",
)


def slip_rows(context: Context) -> Iterator[Fact]:
    for ticket_id, *values in context.rows(
        f"SELECT ticket_id, {', '.join(_REIMBURSEMENT)} FROM reimbursement"  # noqa: S608 - constants of this file
    ):
        fields = dict(zip(_REIMBURSEMENT, values, strict=True))
        yield "reimbursement", ticket_id, {**fields, "at": timestamp(from_ms(fields["at"]))}
    for movement_id, count in context.rows("SELECT movement_id, count FROM cash_count"):
        yield "cash_count", movement_id, {"count": count}
