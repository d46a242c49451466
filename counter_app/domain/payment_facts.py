"""What the journal says of payments: bodies of PAYMENT_* and what follows them, and how SOLD and REFUNDED list legs.

No personal data and no card number: ``Evidence`` holds masked ones only, and the clerk's name stays in the tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from counter_app.domain.journal import Json, timestamp
from counter_app.domain.money import Money
from counter_app.domain.payments import PaymentIntent, Tender


def created_fact(intent: PaymentIntent, *, replaces: UUID | None = None) -> dict[str, Json]:
    """The body of PAYMENT_CREATED. ``replaces``: a refund that came to nothing and is paid back by this one instead.

    Whoever says so also puts the replaced one with ``superseded=True``, in the same transaction.
    """
    return {
        "intent_id": str(intent.intent_id),
        "order_id": str(intent.order_id),
        "refund_id": _text(intent.refund_id),
        "charge_id": _text(intent.charge_id),
        "reverses": intent.reverses,
        "replaces": _text(replaces),
        "direction": intent.direction.value,
        "tender": intent.tender.value,
        "amount_minor": intent.amount.minor,
        "currency": intent.amount.currency,
        "device": intent.device,
        "terminal_id": intent.terminal_id,
        "shift_id": str(intent.shift_id),
        "user_id": str(intent.user_id),
        "bound": intent.bound,
        "at": timestamp(intent.created_at),
    }


def moved_fact(before: PaymentIntent, after: PaymentIntent) -> dict[str, Json]:
    """The body of PAYMENT_MOVED."""
    assert before.intent_id == after.intent_id
    return {
        "intent_id": str(after.intent_id),
        "from": before.state.value,
        "to": after.state.value,
        "reason": after.reason,
        "evidence": dict(after.evidence.fields()),
        "baseline": after.baseline,
        "terminal_id": after.terminal_id,
        "at": timestamp(after.moved_at),
    }


def carried_fact(intent: PaymentIntent, *, note: str, supervisor_id: UUID) -> dict[str, Json]:
    """The body of PAYMENT_CARRIED; the intent is put with ``carried=note``."""
    return {
        "intent_id": str(intent.intent_id),
        "shift_id": str(intent.shift_id),
        "note": note,
        "supervisor_id": str(supervisor_id),
    }


def paid_out_fact(
    intent: PaymentIntent,
    *,
    shift_id: UUID,
    rounding: Money,
    reason: str,
    supervisor_id: UUID,
    movement_id: UUID,
    slip_job: UUID,
    drawer_job: UUID,
) -> dict[str, Json]:
    """The body of REFUND_PAID_OUT: the refund's leg is cash instead, out of the drawer of ``shift_id``."""
    return {
        "intent_id": str(intent.intent_id),
        "refund_id": _text(intent.refund_id),
        "order_id": str(intent.order_id),
        "tender": intent.tender.value,
        "amount_minor": intent.amount.minor,
        "rounding_minor": rounding.minor,
        "currency": intent.amount.currency,
        "shift_id": str(shift_id),
        "reason": reason,
        "supervisor_id": str(supervisor_id),
        "movement_id": str(movement_id),
        "slip_job": str(slip_job),
        "drawer_job": str(drawer_job),
    }


def closed_fact(
    *,
    device: str,
    done: bool,
    unknown: bool,
    reason: str,
    ours_count: int,
    ours: Money,
    theirs_count: int | None,
    theirs: Money | None,
    at: datetime,
    job_id: UUID | None,
) -> dict[str, Json]:
    """The body of TERMINAL_CLOSED. Only where it was ``done`` the day ends: ``put_closing(device, at)`` with it."""
    return {
        "device": device,
        "done": done,
        "unknown": unknown,
        "reason": reason,
        "count": ours_count,
        "total_minor": ours.minor,
        "currency": ours.currency,
        "theirs_count": theirs_count,
        "theirs_minor": None if theirs is None else theirs.minor,
        "at": timestamp(at),
        "job_id": _text(job_id),
    }


def difference_fact(
    *,
    difference_id: UUID,
    source: str,
    kind: str,
    tender: Tender,
    ours_minor: int,
    theirs_minor: int,
    intent_id: UUID | None,
    detail: str,
    found_at: datetime,
) -> dict[str, Json]:
    """The body of DIFFERENCE_FOUND: open, of nobody yet."""
    return {
        "difference_id": str(difference_id),
        "source": source,
        "kind": kind,
        "tender": tender.value,
        "ours_minor": ours_minor,
        "theirs_minor": theirs_minor,
        "intent_id": _text(intent_id),
        "detail": detail,
        "found_at": timestamp(found_at),
    }


def difference_resolved_fact(*, difference_id: UUID, owner: str, note: str) -> dict[str, Json]:
    """The body of DIFFERENCE_RESOLVED. ``owner``: the login that stands on it from now on."""
    return {"difference_id": str(difference_id), "owner": owner, "note": note}


def _text(one: UUID | None) -> str | None:
    return None if one is None else str(one)


# ---- the legs of SOLD and REFUNDED ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LegFact:
    """One leg as SOLD (``received`` less ``change`` is what the drawer keeps of cash) or REFUNDED lists it.

    ``amount_minor`` is positive in both; ``intent_id`` None: cash. ``charge_id``: of a refund, what it gives back.
    """

    tender: Tender
    amount_minor: int
    rounding_minor: int = 0
    intent_id: UUID | None = None
    charge_id: UUID | None = None
    received_minor: int = 0
    change_minor: int = 0


def sold_legs(legs: Sequence[LegFact]) -> list[Json]:
    return [
        {
            "tender": leg.tender.value,
            "amount_minor": leg.amount_minor,
            "rounding_minor": leg.rounding_minor,
            "intent_id": _text(leg.intent_id),
            "received_minor": leg.received_minor,
            "change_minor": leg.change_minor,
        }
        for leg in legs
    ]


def refunded_legs(legs: Sequence[LegFact]) -> list[Json]:
    return [
        {
            "tender": leg.tender.value,
            "amount_minor": leg.amount_minor,
            "rounding_minor": leg.rounding_minor,
            "intent_id": _text(leg.intent_id),
            "charge_id": _text(leg.charge_id),
        }
        for leg in legs
    ]


def read_sold_legs(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The ``tenders`` of SOLD, also of an entry from before there was anything but cash. Raises as any reading."""
    if "tenders" in body:
        return [dict(leg) for leg in body["tenders"]]
    tender = body["tender"]
    return [
        {
            "tender": tender["kind"],
            "amount_minor": body["total_minor"],
            "rounding_minor": 0,
            "intent_id": None,
            "received_minor": tender["received_minor"],
            "change_minor": tender["change_minor"],
        }
    ]


def read_refunded_legs(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The ``legs`` of REFUNDED; before there were any, all of it was cash."""
    if "legs" in body:
        return [dict(leg) for leg in body["legs"]]
    if not body["refunded_minor"]:
        return []
    return [
        {
            "tender": Tender.CASH.value,
            "amount_minor": body["refunded_minor"],
            "rounding_minor": 0,
            "intent_id": None,
            "charge_id": None,
        }
    ]
