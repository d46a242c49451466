"""What each document brings, as data: its parts and facts; and what its layout must not leave out, with the reason.

An operator's layout is refused when something obligatory is missing (``docs/layouts.md``). A part that a layout neither
names nor leaves out on purpose is drawn where the rest goes: nothing is lost because a layout is older than the
program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from counter_app.domain.papers import Document
from counter_app.texts import mark

TICKETS: Final = frozenset({Document.TICKET, Document.COACH_TICKET})

# Facts that any slip may bring: how the operator and the selling place are called, who and when.
COMMON_FACTS: Final = ("operator", "station", "window", "clerk", "made_at", "number")

_BUS_TYPES: Final = frozenset({3, 11, *range(200, 300), *range(700, 900)})  # GTFS and its extended route types


def ticket_document(route_type: int) -> Document:
    """By the run's GTFS route type: coaches and buses have a ticket of their own."""
    return Document.COACH_TICKET if route_type in _BUS_TYPES else Document.TICKET


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """``parts``: in their usual order; ``facts``: beside the common ones; ``must``: a part or field -> why."""

    parts: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    must: Mapping[str, str] = field(default_factory=dict)


_PAID: Final = mark("the customer must see what was paid")
_DRAWER: Final = mark("the drawer is counted against it")
_KEPT: Final = mark("the signed paper is the proof of the payment")
_JOURNEY: Final = mark("the passenger must find the right departure and place")
_GATE: Final = mark("gates and inspectors check it")

# Of every paper that is no ticket.
SLIPS_MUST: Final[Mapping[str, str]] = {
    "title": mark("a paper must say what it is"),
    "marks": mark("a copy or training paper would pass for the original"),
}
_TICKET: Final = Contents(
    must={
        "ticket_number": mark("refunds and copies are found by it"),
        "marks": mark("a copy or training paper would pass for a ticket"),
        "code": _GATE,
        "origin": _JOURNEY,
        "destination": _JOURNEY,
        "service": _JOURNEY,
        "date": _JOURNEY,
        "departs": _JOURNEY,
        "place": _JOURNEY,
        "berth": _JOURNEY,
        "class": _GATE,
        "price": mark("the price paid must stand on a ticket"),
        "passenger_type": _GATE,
        "passenger_name": _GATE,
    }
)

CONTENTS: Final[Mapping[Document, Contents]] = {
    Document.TICKET: Contents(must={**_TICKET.must, "coach": _JOURNEY}),
    Document.COACH_TICKET: _TICKET,
    Document.RECEIPT: Contents(
        parts=("items", "total", "tenders", "particulars", "code"),
        must={"items": _PAID, "total": _PAID, "tenders": _PAID},
    ),
    Document.CARD_SLIP_CUSTOMER: Contents(
        parts=("terminal", "particulars"),
        must={"terminal": mark("the card scheme prescribes the terminal's lines")},
    ),
    Document.CARD_SLIP_MERCHANT: Contents(
        parts=("terminal", "signature", "particulars"),
        must={"terminal": mark("the card scheme prescribes the terminal's lines"), "signature": _KEPT},
    ),
    Document.REIMBURSEMENT: Contents(
        parts=("journey", "passenger", "amount", "statement", "particulars", "code"),
        facts=("ticket_number", "amount", "origin", "destination", "service", "date", "departs"),
        must={
            "journey": mark("an accountant must see which journey was paid"),
            "passenger": mark("only the traveller may claim it"),
            "amount": mark("an accountant books this amount"),
            "statement": mark("it must say that it is no ticket"),
        },
    ),
    Document.REFUND_SLIP: Contents(
        parts=("ticket", "amounts", "refund", "tenders", "rule", "signature", "particulars", "code"),
        facts=("ticket_number", "amount"),
        must={"ticket": _PAID, "amounts": _PAID, "refund": _PAID, "tenders": _PAID, "signature": _KEPT},
    ),
    Document.EXCHANGE_SLIP: Contents(
        parts=("old", "new", "amounts", "difference", "tenders", "rule", "signature", "particulars", "code"),
        facts=("ticket_number", "amount"),
        must={"old": _PAID, "new": _PAID, "amounts": _PAID, "difference": _PAID, "tenders": _PAID},
    ),
    Document.X_REPORT: Contents(
        parts=("shift", "sales", "passengers", "classes", "tenders", "carried", "drawer", "close"),
        must={"shift": _DRAWER, "sales": _DRAWER, "tenders": _DRAWER, "carried": _DRAWER, "drawer": _DRAWER},
    ),
    Document.Z_REPORT: Contents(
        parts=("shift", "sales", "passengers", "classes", "tenders", "carried", "drawer", "close", "signatures"),
        must={
            "shift": _DRAWER,
            "sales": _DRAWER,
            "tenders": _DRAWER,
            "carried": _DRAWER,
            "drawer": _DRAWER,
            "close": mark("the grand total ties each Z to the one before"),
            "signatures": _KEPT,
        },
    ),
    Document.CASH_SLIP: Contents(
        parts=("amount", "reason", "signature", "particulars"),
        facts=("amount",),
        must={"amount": _DRAWER, "reason": _DRAWER, "signature": _KEPT},
    ),
    Document.LUGGAGE_TAG: Contents(
        parts=("journey", "piece", "passenger", "particulars", "code"),
        facts=(
            "tag_number",
            "origin",
            "destination",
            "destination_latin",
            "service",
            "date",
            "departs",
            "piece",
            "weight",
        ),
        must={"journey": mark("luggage must reach the right station"), "piece": mark("every piece must be told apart")},
    ),
    Document.GROUP_LIST: Contents(
        parts=("journey", "members", "totals", "signature", "particulars", "code"),
        facts=("origin", "destination", "service", "date", "departs"),
        must={"journey": _JOURNEY, "members": mark("the group travels on this list")},
    ),
    Document.TEST: Contents(parts=("sample", "measures", "particulars")),
}
