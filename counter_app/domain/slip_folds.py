"""What the entries about issued slips make of the tables (``domain.projection``): reimbursement slips and copies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from counter_app.domain.journal import Entry, Kind, timestamp
from counter_app.domain.projection import ANYTHING, Fold, OneOf, Projection

_UNDER_WAY: Final = OneOf(frozenset({"queued", "sending"}))
ONE_OUT: Final = frozenset({"reimbursement"})
"""Papers of which one is good at a time: a copy follows a spoiled one."""
TOLD: Final = frozenset({"reimbursement", "exchange_slip", "refund_slip"})
"""Papers besides tickets and Z reports of which entries say what became of them."""


def _issued(p: Projection, entry: Entry) -> None:
    body: dict[str, Any] = dict(entry.body)
    ticket = p.get("ticket", body["ticket_id"])
    if ticket["state"] != "FULFILLED" or ticket["number"] != body["number"] or not body["amount_minor"]:
        raise ValueError("ticket")
    if ("reimbursement", body["ticket_id"]) in p.rows:  # one original a ticket
        raise ValueError("ticket_id")
    p.put(
        "reimbursement",
        body["ticket_id"],
        {
            **{name: body[name] for name in ("epoch", "serial", "job_id", "amount_minor", "currency")},
            "number": body["issue"],
            "at": timestamp(entry.at),
            "journal_seq": entry.seq,
            "back_seq": None,
        },
    )
    _paper(p, body["job_id"], "reimbursement", body["ticket_id"], 0)


def _copied(p: Projection, entry: Entry) -> None:
    """Another paper of the same; the one before is spoiled where only one may be in the customer's hands."""
    body: dict[str, Any] = dict(entry.body)
    if body["kind"] in ONE_OUT:
        for (table, key), row in p.rows.items():
            fields = row.fields
            if table == "print_job" and fields["ref"] == body["ref"] and fields["kind"] == body["kind"]:
                p.change(table, key, state="settled_spoiled")
    _paper(p, body["job_id"], body["kind"], body["ref"], body["copy"])


def _paper(p: Projection, job_id: str, kind: str, ref: str, copy_number: int) -> None:
    state = _UNDER_WAY if kind in TOLD else ANYTHING
    p.put("print_job", job_id, {"kind": kind, "ref": ref, "copy_number": copy_number, "stock": None, "state": state})


def taken_back(p: Projection, ticket_id: str) -> None:
    """By the refund of its ticket. Raises ``KeyError`` where none was issued."""
    p.change("reimbursement", ticket_id, back_seq=p.seq)


FOLDS: Final[Mapping[Kind, Fold]] = {
    Kind.REIMBURSEMENT_ISSUED: _issued,
    Kind.PAPER_COPIED: _copied,
}
TABLES: Final = frozenset({"reimbursement", "cash_count"})
