"""What the entries of payments make of the tables (``domain.projection``): intents, differences, closings.

Slips are not journaled: they are the terminal's words, kept for the paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from counter_app.domain.journal import Entry, Kind, canonical
from counter_app.domain.payments import PaymentState, may_move
from counter_app.domain.projection import Fold, Projection, move_cash, queue_paper

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
)


def _created(p: Projection, entry: Entry) -> None:
    body: dict[str, Any] = dict(entry.body)
    if ("payment_intent", body["intent_id"]) in p.rows:
        raise ValueError("intent_id")
    if body["replaces"] is not None:
        p.change("payment_intent", body["replaces"], superseded=True)
    p.put(
        "payment_intent",
        body["intent_id"],
        {
            **{name: body[name] for name in _INTENT},
            "baseline": None,
            "state": PaymentState.CREATED.value,
            "created_at": body["at"],
            "sent_at": None,
            "moved_at": body["at"],
            "evidence": "{}",
            "reason": "",
            "carried": "",
            "superseded": False,
            "journal_seq": entry.seq,
        },
    )


def _moved(p: Projection, entry: Entry) -> None:
    body: dict[str, Any] = dict(entry.body)
    was, to = PaymentState(body["from"]), PaymentState(body["to"])
    fields = p.get("payment_intent", body["intent_id"])
    if fields["state"] != was.value or not may_move(was, to):
        raise ValueError("from")
    p.change(
        "payment_intent",
        body["intent_id"],
        state=to.value,
        reason=body["reason"],
        evidence=canonical(body["evidence"]).decode(),
        baseline=body["baseline"],
        terminal_id=body["terminal_id"],
        sent_at=body["at"] if to is PaymentState.SENT else fields["sent_at"],
        moved_at=body["at"],
        journal_seq=entry.seq,
    )


def _carried(p: Projection, entry: Entry) -> None:
    body: dict[str, Any] = dict(entry.body)
    p.change("payment_intent", body["intent_id"], carried=body["note"], journal_seq=entry.seq)


def _paid_out(p: Projection, entry: Entry) -> None:
    """The leg that came to nothing is taken back, and a cash leg stands for it."""
    body: dict[str, Any] = dict(entry.body)
    p.change("payment_intent", body["intent_id"], superseded=True, journal_seq=entry.seq)
    amount, rounding = body["amount_minor"], body["rounding_minor"]
    both = ((body["tender"], amount, 0, body["intent_id"]), ("cash", -amount, -rounding, None))
    for n, (tender, amount_minor, rounding_minor, intent_id) in enumerate(both):
        p.put(
            "tender_leg",
            f"{entry.seq}/{n}",
            {
                "order_id": body["order_id"],
                "refund_id": body["refund_id"],
                "tender": tender,
                "amount_minor": amount_minor,
                "rounding_minor": rounding_minor,
                "intent_id": intent_id,
                "shift_id": body["shift_id"],
            },
        )
    move_cash(
        p,
        entry,
        movement_id=body["movement_id"],
        shift_id=body["shift_id"],
        kind="refund",
        amount_minor=-amount - rounding,
        reason=body["reason"],
    )
    queue_paper(p, job_id=body["slip_job"], kind="cash_slip", ref=body["movement_id"])


def _closed(p: Projection, entry: Entry) -> None:
    body: dict[str, Any] = dict(entry.body)
    if body["done"]:
        p.put("terminal_closing", f"{body['device']} {body['at']}", {})


def _found(p: Projection, entry: Entry) -> None:
    body: dict[str, Any] = dict(entry.body)
    names = ("source", "kind", "tender", "ours_minor", "theirs_minor", "intent_id", "detail", "found_at")
    fields = {name: body[name] for name in names}
    p.put("difference", body["difference_id"], {**fields, "state": "open", "owner": "", "note": ""})


def _resolved(p: Projection, entry: Entry) -> None:
    body: dict[str, Any] = dict(entry.body)
    p.change("difference", body["difference_id"], state="resolved", owner=body["owner"], note=body["note"])


FOLDS: Final[Mapping[Kind, Fold]] = {
    Kind.PAYMENT_CREATED: _created,
    Kind.PAYMENT_MOVED: _moved,
    Kind.PAYMENT_CARRIED: _carried,
    Kind.REFUND_PAID_OUT: _paid_out,
    Kind.TERMINAL_CLOSED: _closed,
    Kind.DIFFERENCE_FOUND: _found,
    Kind.DIFFERENCE_RESOLVED: _resolved,
}
TABLES: Final = frozenset({"payment_intent", "difference", "terminal_closing"})
