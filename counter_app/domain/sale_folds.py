"""What SOLD and REFUNDED make of the tables (``domain.projection``): orders, tickets, refunds, places, papers, cash.

What is not journaled is not compared: holds, drafts of parked sales, where a print job stands at the moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from counter_app.domain.blank_folds import take_blank
from counter_app.domain.journal import Entry, Kind, canonical, timestamp
from counter_app.domain.payment_facts import read_refunded_legs, read_sold_legs
from counter_app.domain.projection import ANYTHING, Fold, OneOf, Projection, move_cash, put_person
from counter_app.domain.slip_folds import taken_back

_UNDER_WAY: Final = OneOf(frozenset({"queued", "sending"}))
_OVER_OR_SENDING: Final = OneOf(frozenset({"sending", "settled_spoiled"}))
_STATE_OF_PAPER: Final[Mapping[Kind, Any]] = {
    Kind.PAPER_CONFIRMED: "confirmed",
    Kind.PAPER_FAILED: OneOf(frozenset({"failed_before_send", "sending"})),
    Kind.PAPER_UNKNOWN: "unknown",
}


def _sold(p: Projection, entry: Entry) -> None:
    body: dict[str, Any] = dict(entry.body)
    run, legs = body["run"], read_sold_legs(body)
    p.put(
        "sale_order",
        body["order_id"],
        {
            "state": "FULFILLED",
            "user_id": body["user_id"],
            "shift_id": body["shift_id"],
            "total_minor": body["total_minor"],
            "received_minor": sum(leg["received_minor"] for leg in legs),
            "change_minor": sum(leg["change_minor"] for leg in legs),
            "currency": body["currency"],
            "policy": body["policy"],
            "journal_seq": entry.seq,
        },
    )
    p.put("run", run["run_id"], _run(run, body["issue_id"]))
    p.put("claim", body["claim_id"], _claim(body))
    for ticket in body["tickets"]:
        p.put(
            "ticket",
            ticket["ticket_id"],
            {
                "order_id": body["order_id"],
                "claim_id": body["claim_id"],
                **{name: ticket[name] for name in ("number", "epoch", "serial", "place", "passenger_type")},
                "state": "FULFILLED",
                **{name: run[name] for name in ("run_id", "service_date", "trip_id", "board", "alight")},
                "travel_class": body["travel_class"],
                "items": canonical(ticket["items"]).decode(),
                "price_minor": ticket["price_minor"],
                "currency": body["currency"],
                "person_id": ticket["person_id"],
                "depart": run["depart"],
                "arrive": run["arrive"],
                "sold_at": timestamp(entry.at),
                "shift_id": body["shift_id"],
                "policy": body["policy"],
                "payload": ticket["code_sha256"],
                "journal_seq": entry.seq,
            },
        )
        for cell in _cells(p.get("ticket", ticket["ticket_id"])):
            p.put("place_leg", cell, {"claim_id": body["claim_id"]})
        if ticket["person_id"] is not None:
            put_person(p, person_id=ticket["person_id"], commitment=ticket["commitment"])
        _paper(p, ticket["job_id"], "ticket", ticket["ticket_id"], ticket["stock_number"])
        take_blank(p, ticket["stock_number"])
    if body["receipt_job"] is not None:
        _paper(p, body["receipt_job"], "receipt", body["order_id"])
    if sum(leg["amount_minor"] for leg in legs) != body["total_minor"]:
        raise ValueError("tenders")
    if "exchange" in body:
        _given_in(p, body, legs)
    _legs(p, body, legs, sign=1)
    for leg in legs:
        if leg["intent_id"] is not None:
            p.change("payment_intent", leg["intent_id"], bound=True)
    _drawer(p, entry, legs, kind="sale", sign=1)


def _given_in(p: Projection, body: Mapping[str, Any], legs: list[dict[str, Any]]) -> None:
    """Of an exchange: the ticket was taken back before, for this very order, and its worth is in the cash leg."""
    said = body["exchange"]
    taken_in = p.get("exchange", body["order_id"])
    if any(said[name] != value for name, value in taken_in.items()):
        raise ValueError("exchange")
    p.drop("exchange", body["order_id"])
    _credited(said, legs)


def _taken_in(p: Projection, body: Mapping[str, Any], legs: list[dict[str, Any]]) -> None:
    """The other half. No book has rows of ``exchange``: one whose sale never came is found when tables are compared."""
    said = body["exchange"]
    if p.get("ticket", body["ticket_id"])["order_id"] != body["order_id"]:
        raise ValueError("order_id")
    taken_in = {name: body[name] for name in ("ticket_id", "order_id", "refund_id")}
    p.put("exchange", said["order_id"], {**taken_in, "credit_minor": said["credit_minor"]})
    _credited(said, legs)


def _credited(said: Mapping[str, Any], legs: list[dict[str, Any]]) -> None:
    if not 0 <= said["credit_minor"] <= sum(leg["amount_minor"] for leg in legs if leg["tender"] == "cash"):
        raise ValueError("credit_minor")


def _legs(p: Projection, body: Mapping[str, Any], legs: list[dict[str, Any]], *, sign: int) -> None:
    for n, leg in enumerate(legs):
        p.put(
            "tender_leg",
            f"{p.seq}/{n}",
            {
                "order_id": body["order_id"],
                "refund_id": body.get("refund_id"),
                "tender": leg["tender"],
                "amount_minor": sign * leg["amount_minor"],
                "rounding_minor": sign * leg["rounding_minor"],
                "intent_id": leg["intent_id"],
                "shift_id": body["shift_id"],
            },
        )


def _drawer(p: Projection, entry: Entry, legs: list[dict[str, Any]], *, kind: str, sign: int) -> None:
    """What the drawer gained, where cash was part of it."""
    body: dict[str, Any] = dict(entry.body)
    gained = sum(leg["amount_minor"] + leg["rounding_minor"] for leg in legs if leg["tender"] == "cash")
    if body["movement_id"] is not None:
        move_cash(
            p,
            entry,
            movement_id=body["movement_id"],
            shift_id=body["shift_id"],
            kind=kind,
            amount_minor=sign * gained,
        )
    elif gained:
        raise ValueError("movement_id")


def _run(run: Mapping[str, Any], issue_id: str) -> dict[str, Any]:
    return {
        "service_date": run["service_date"],
        "trip_id": run["trip_id"],
        "pattern": run["pattern"],
        "issue_id": issue_id,
    }


def _claim(body: Mapping[str, Any]) -> dict[str, Any]:
    run, places = body["run"], [ticket["place"] for ticket in body["tickets"]]
    return {
        "order_id": body["order_id"],
        **{name: run[name] for name in ("run_id", "service_date", "trip_id", "board", "alight")},
        "travel_class": body["travel_class"],
        "places": canonical([place for place in places if place is not None]).decode(),
        "count": len(places),
        "state": "SOLD",
        "expires_at": None,
        "currency": body["currency"],
    }


def _refunded(p: Projection, entry: Entry) -> None:
    body: dict[str, Any] = dict(entry.body)
    p.put(
        "refund",
        body["refund_id"],
        {
            **{name: body[name] for name in ("ticket_id", "rule", "refunded_minor", "fee_minor", "shift_id")},
            "items": canonical(body["items"]).decode(),
            "at": timestamp(entry.at),
            "journal_seq": entry.seq,
        },
    )
    for cell in _cells(p.get("ticket", body["ticket_id"])):
        p.rows.pop(("place_leg", cell), None)
    p.change("ticket", body["ticket_id"], state="REFUNDED")
    if "reimbursement_back" in body:
        taken_back(p, body["ticket_id"])
    _paper_given_up(p, body["ticket_id"])
    if body["order_refunded"]:
        p.change("sale_order", body["order_id"], state="REFUNDED")
    _paper(p, body["slip_job"], "exchange_slip" if "exchange" in body else "refund_slip", body["refund_id"])
    legs = read_refunded_legs(body)
    if sum(leg["amount_minor"] for leg in legs) != body["refunded_minor"]:
        raise ValueError("legs")
    if "exchange" in body:
        _taken_in(p, body, legs)
    _legs(p, body, legs, sign=-1)
    _drawer(p, entry, legs, kind="refund", sign=-1)


def _runs_migrated(p: Projection, entry: Entry) -> None:
    """A new timetable counts a sold run's calls anew: its tickets, claims and cells move, the times sold do not."""
    body: dict[str, Any] = dict(entry.body)
    run_id, calls = body["run_id"], body["calls"]
    if body["fate"] != "moved" or ("run", run_id) not in p.rows:  # it stays as it was, or nothing of it was ever sold
        return
    p.change("run", run_id, pattern=body["to_pattern"], issue_id=body["issue_id"])
    moved = [
        (table, key, row)
        for (table, key), row in p.rows.items()
        if table in {"ticket", "claim"} and row.fields["run_id"] == run_id
    ]
    for table, key, row in moved:
        if table == "ticket" and row.fields["state"] == "FULFILLED":
            for cell in _cells(row.fields):
                del p.rows["place_leg", cell]
        span = {name: calls[row.fields[name]] for name in ("board", "alight")}
        p.change(table, key, **span)
    for _, _, row in moved:
        if row.fields.get("state") == "FULFILLED":
            for cell in _cells(row.fields):
                p.put("place_leg", cell, {"claim_id": row.fields["claim_id"]})


def _paper_told(p: Projection, entry: Entry) -> None:
    """Where the paper of a ticket, slip or Z stands since. Copies are told of here first: of those nothing is known."""
    body: dict[str, Any] = dict(entry.body)
    state: Any = _STATE_OF_PAPER.get(entry.kind)
    if entry.kind is Kind.PAPER_SETTLED:
        state = "settled_out" if body["came_out"] else "settled_spoiled"
        take_blank(p, body.get("copy_stock_number", ""))
    if ("print_job", body["job_id"]) in p.rows:
        p.change("print_job", body["job_id"], state=state)


def _reprinted(p: Projection, entry: Entry) -> None:
    body: dict[str, Any] = dict(entry.body)
    take_blank(p, body.get("stock_number", ""))
    for (table, key), row in p.rows.items():
        fields = row.fields
        mine = table == "print_job" and fields["ref"] == body["ticket_id"] and fields["kind"] == "ticket"
        if mine and body["copy"] == 1:
            p.change(table, key, state="settled_spoiled")


def _paper_given_up(p: Projection, ref: str) -> None:
    """What had not come out by then never will, unless it was on its way."""
    for (table, key), row in p.rows.items():
        if table == "print_job" and row.fields["ref"] == ref and isinstance(row.fields["state"], OneOf):
            p.change(table, key, state=_OVER_OR_SENDING)


def _cells(ticket: Mapping[str, Any]) -> list[str]:
    if ticket["place"] is None:
        return []
    legs = range(ticket["board"], ticket["alight"])
    return [f"{ticket['service_date']} {ticket['run_id']} {ticket['place']} {leg}" for leg in legs]


def _paper(p: Projection, job_id: str, kind: str, ref: str, stock: str | None = None) -> None:
    fields = {"kind": kind, "ref": ref, "copy_number": 0, "stock": stock}
    # Of a receipt no entry says whether it came out.
    state = _UNDER_WAY if kind in {"ticket", "refund_slip", "exchange_slip"} else ANYTHING
    p.put("print_job", job_id, {**fields, "state": state})


FOLDS: Final[Mapping[Kind, Fold]] = {
    Kind.SOLD: _sold,
    Kind.REFUNDED: _refunded,
    Kind.RUNS_MIGRATED: _runs_migrated,
    Kind.PAPER_CONFIRMED: _paper_told,
    Kind.PAPER_FAILED: _paper_told,
    Kind.PAPER_UNKNOWN: _paper_told,
    Kind.PAPER_SETTLED: _paper_told,
    Kind.REPRINTED: _reprinted,
}
TABLES: Final = frozenset(
    {"sale_order", "ticket", "refund", "place_leg", "print_job", "run", "claim", "tender_leg", "exchange"}
)
