"""What the journal says of a sale and what follows it: everything to rebuild orders and tickets, and no personal data.

Persons are named by reference and commitment (decisions 11); the ticket's code by the hash of its payload.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from counter_app.domain.coaches import PlaceRef
from counter_app.domain.journal import Json, timestamp
from counter_app.domain.orders import Item
from counter_app.domain.payment_facts import LegFact, refunded_legs, sold_legs
from counter_app.domain.timetable import RunRef, Span, Trip, instant


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFact:
    """One ticket as SOLD records it."""

    ticket_id: str
    number: str
    epoch: int
    serial: int
    stock_number: str
    job_id: str
    place: PlaceRef | None
    passenger_type: str
    items: tuple[Item, ...]
    price_minor: int
    person_id: str | None
    commitment: str | None  # hex: SHA-256 over the sealed record
    payload: bytes

    def fields(self) -> dict[str, Json]:
        return {
            "ticket_id": self.ticket_id,
            "number": self.number,
            "epoch": self.epoch,
            "serial": self.serial,
            "stock_number": self.stock_number,
            "job_id": self.job_id,
            "place": None if self.place is None else str(self.place),
            "passenger_type": self.passenger_type,
            "items": item_list(self.items),
            "price_minor": self.price_minor,
            "person_id": self.person_id,
            "commitment": self.commitment,
            "code_sha256": sha256(self.payload).hexdigest(),
        }


def item_list(items: Sequence[Item]) -> list[Json]:
    return [[item.kind.value, item.label, item.amount_minor] for item in items]


def run_fact(run: RunRef, trip: Trip, span: Span) -> dict[str, Json]:
    board, alight = trip.calls[span.board], trip.calls[span.alight]
    return {
        "run_id": str(run.run_id),
        "trip_id": run.trip_id,
        "service_date": run.service_date.isoformat(),
        "service": trip.service,
        "pattern": trip.pattern_version,
        "board": span.board,
        "alight": span.alight,
        "origin": board.station_id,
        "destination": alight.station_id,
        "depart": timestamp(instant(run.service_date, board.depart_s, trip.zone)),
        "arrive": timestamp(instant(run.service_date, alight.arrive_s, trip.zone)),
    }


def sold_fact(
    *,
    order_id: str,
    claim_id: str,
    shift_id: str,
    user_id: str,
    run: dict[str, Json],
    travel_class: str,
    tickets: Sequence[TicketFact],
    total_minor: int,
    tenders: Sequence[LegFact],
    currency: str,
    policy: str,
    issue_id: str,
    movement_id: str | None,
    drawer_job: str | None,
    receipt_job: str | None,
    exchange: dict[str, Json] | None = None,
) -> dict[str, Json]:
    """The body of SOLD. ``movement_id`` None: no cash in it; ``drawer_job`` None: nothing to put into the drawer.

    ``exchange``: as ``given_in_fact``; only in the sale of an exchange the field is there.
    """
    given_in: dict[str, Json] = {} if exchange is None else {"exchange": exchange}
    return {
        "order_id": order_id,
        "claim_id": claim_id,
        "shift_id": shift_id,
        "user_id": user_id,
        "run": run,
        "travel_class": travel_class,
        "tickets": [ticket.fields() for ticket in tickets],
        "total_minor": total_minor,
        "currency": currency,
        "tenders": sold_legs(tenders),
        "policy": policy,
        "issue_id": issue_id,
        "movement_id": movement_id,
        "drawer_job": drawer_job,
        "receipt_job": receipt_job,
        **given_in,
    }


def given_in_fact(*, ticket_id: str, order_id: str, refund_id: str, credit_minor: int) -> dict[str, Json]:
    """What SOLD says of the ticket that it was exchanged for: ``credit_minor`` of its cash leg is that ticket's value,

    which left the drawer by the REFUNDED of ``refund_id`` in the same commit and never was in a hand.
    """
    return {"ticket_id": ticket_id, "order_id": order_id, "refund_id": refund_id, "credit_minor": credit_minor}


def taken_in_fact(*, order_id: str, credit_minor: int) -> dict[str, Json]:
    """What REFUNDED says of an exchange: the order of the new ticket, and what of the cash leg was credited to it."""
    return {"order_id": order_id, "credit_minor": credit_minor}


def refunded_fact(
    *,
    refund_id: str,
    ticket_id: str,
    number: str,
    order_id: str,
    shift_id: str,
    rule: str,
    items: Sequence[Item],
    refunded_minor: int,
    fee_minor: int,
    currency: str,
    policy: str,
    order_refunded: bool,
    legs: Sequence[LegFact],
    movement_id: str | None,
    slip_job: str,
    drawer_job: str | None,
    reimbursement_back: str | None = None,
    exchange: dict[str, Json] | None = None,
) -> dict[str, Json]:
    """The body of REFUNDED. ``order_refunded``: it was the order's last ticket. None as in ``sold_fact``.

    ``reimbursement_back``: the number of the slip that was taken back; ``exchange``: as ``taken_in_fact``, by an
    exchange. Only then these fields are there.
    """
    back: dict[str, Json] = {} if reimbursement_back is None else {"reimbursement_back": reimbursement_back}
    if exchange is not None:
        back["exchange"] = exchange
    return {
        "refund_id": refund_id,
        "ticket_id": ticket_id,
        "number": number,
        "order_id": order_id,
        "shift_id": shift_id,
        "rule": rule,
        "items": item_list(items),
        "refunded_minor": refunded_minor,
        "fee_minor": fee_minor,
        "currency": currency,
        "policy": policy,
        "order_refunded": order_refunded,
        "legs": refunded_legs(legs),
        "movement_id": movement_id,
        "slip_job": slip_job,
        "drawer_job": drawer_job,
        **back,
    }
