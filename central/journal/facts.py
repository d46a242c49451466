"""What the entries of a counter say, read strictly: bytes into values, or the reason why not. Nothing is written here.

Central reads only what it needs and keeps the raw bytes whole: fields that it does not know pass.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from central.journal.payment_facts import MONEY_READERS, Leg, MoneyFact, refunded_legs, sold_legs
from central.journal.reading import (
    Unreadable,
    a_currency,
    a_date,
    a_place,
    a_span,
    a_text,
    an_id,
    an_instant,
    an_object,
    bad,
    whole_number,
)
from counter_app.domain.journal import INTEGER_LIMIT, SCHEMA_VERSION, Json, Kind
from counter_app.domain.verdicts import Why

TICKETS_MAX: Final = 100  # of one sale, as ``wire.messages.SaleCount``
PLACES_MAX: Final = 2_000
_FIELDS: Final = frozenset({"v", "epoch", "seq", "prev", "at", "kind", "actor", "body"})
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFact:
    run_id: UUID
    service_date: date
    trip_id: str
    pattern: str
    service: str
    origin: str
    destination: str
    depart: str  # instants, as they were written
    arrive: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFact:
    ticket_id: UUID
    number: str
    place: str | None
    passenger_type: str
    price_minor: int
    document_tag: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldFact:
    order_id: UUID
    claim_id: UUID
    shift_id: UUID
    run: RunFact
    board: int
    alight: int
    travel_class: str
    tickets: tuple[TicketFact, ...]
    total_minor: int
    currency: str
    legs: tuple[Leg, ...]
    policy: str
    issue_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundedFact:
    ticket_id: UUID
    number: str
    shift_id: UUID
    refunded_minor: int
    legs: tuple[Leg, ...]
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonedFact:
    """``run_id`` and ``service_date`` None: a counter that stood alone then, whose claims central never had."""

    claim_id: UUID
    run_id: UUID | None
    service_date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseTakenFact:
    lease_id: UUID
    run_id: UUID
    service_date: date
    holder_epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseReturnedFact:
    lease_id: UUID
    holder_epoch: int
    run_id: UUID
    service_date: date
    board: int
    alight: int
    places: tuple[str, ...]
    count: int
    pattern: str = ""  # whose legs these are; empty: not said, as by counters of before


@dataclass(frozen=True, slots=True, kw_only=True)
class CashFact:
    """A movement of the drawer: paid in or out, a drop, or the float that a shift begins with."""

    shift_id: UUID
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredFact:
    shift_id: UUID
    expected_minor: int
    declared_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochFact:
    certificate: dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFact:
    station_code: str
    counter: int
    operator_key: str
    training: bool


Fact = (
    SoldFact
    | RefundedFact
    | AbandonedFact
    | LeaseTakenFact
    | LeaseReturnedFact
    | CashFact
    | MoneyFact
    | DeclaredFact
    | EpochFact
    | ProfileFact
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An entry that could be read. ``fact`` None: a kind that moves nothing at central."""

    seq: int
    at: datetime
    kind: Kind
    actor: str
    fact: Fact | None


def read_told(raw: bytes, *, epoch: int, seq: int) -> Told:
    """The entry at its place. Raises ``Unreadable``."""
    fields = _parse(raw)
    if fields["v"] != SCHEMA_VERSION:
        raise Unreadable(Why.UNKNOWN_VERSION, str(fields["v"])[:20])
    kind, body = fields["kind"], fields["body"]
    if not isinstance(kind, str) or not isinstance(body, dict):
        raise Unreadable(Why.BAD_FIELD, "kind")
    if fields["epoch"] != epoch or fields["seq"] != seq:
        raise Unreadable(Why.BAD_FIELD, "seq")
    try:
        known = Kind(kind)
    except ValueError as error:
        raise Unreadable(Why.UNKNOWN_KIND, kind[:60]) from error
    actor = fields["actor"]
    if not isinstance(actor, str) or len(actor) > 200:
        raise Unreadable(Why.BAD_FIELD, "actor")
    try:
        at = an_instant(fields, "at")
    except Unreadable as error:
        raise Unreadable(Why.BAD_FIELD, "at") from error
    reader = _READERS.get(known)
    return Told(seq=seq, at=at, kind=known, actor=actor, fact=None if reader is None else reader(body))


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(raw, parse_float=_no_float, parse_constant=_no_float)
        again = _ENCODER.encode(fields).encode()
    except (ValueError, RecursionError) as error:
        raise Unreadable(Why.NOT_CANONICAL) from error
    if again != raw:
        raise Unreadable(Why.NOT_CANONICAL)
    if not isinstance(fields, dict) or fields.keys() != _FIELDS:
        raise Unreadable(Why.BAD_FIELD)
    return fields


def _no_float(text: str) -> Json:
    raise ValueError(text)


# ---- bodies ----------------------------------------------------------------------------------------------------


def _sold(body: dict[str, Any]) -> SoldFact:
    run, tickets = an_object(body, "run"), body.get("tickets")
    if not isinstance(tickets, list) or not 0 < len(tickets) <= TICKETS_MAX:
        raise bad("tickets")
    board, alight = a_span(run)
    read = tuple(map(_ticket, tickets))
    total = whole_number(body, "total_minor")
    if sum(ticket.price_minor for ticket in read) != total:
        raise bad("total_minor")
    if len({ticket.place is None for ticket in read}) != 1:
        raise bad("tickets.place")
    if len({ticket.ticket_id for ticket in read}) != len(read) or len({ticket.number for ticket in read}) != len(read):
        raise bad("tickets.number")
    places = [ticket.place for ticket in read if ticket.place is not None]
    if len(set(places)) != len(places):
        raise bad("tickets.place")
    return SoldFact(
        order_id=an_id(body, "order_id"),
        claim_id=an_id(body, "claim_id"),
        shift_id=an_id(body, "shift_id"),
        run=RunFact(
            run_id=an_id(run, "run_id"),
            service_date=a_date(run, "service_date"),
            trip_id=a_text(run, "trip_id"),
            pattern=a_text(run, "pattern"),
            service=a_text(run, "service"),
            origin=a_text(run, "origin"),
            destination=a_text(run, "destination"),
            depart=_instant_text(run, "depart"),
            arrive=_instant_text(run, "arrive"),
        ),
        board=board,
        alight=alight,
        travel_class=a_text(body, "travel_class", 60),
        tickets=read,
        total_minor=total,
        currency=a_currency(body),
        legs=sold_legs(body, total),
        policy=a_text(body, "policy"),
        issue_id=a_text(body, "issue_id"),
    )


def _instant_text(body: dict[str, Any], name: str) -> str:
    an_instant(body, name)
    return str(body[name])


def _ticket(value: object) -> TicketFact:
    if not isinstance(value, dict):
        raise bad("tickets")
    place = value.get("place")
    return TicketFact(
        ticket_id=an_id(value, "ticket_id"),
        number=a_text(value, "number", 40),
        place=None if place is None else a_place(place, "tickets.place"),
        passenger_type=a_text(value, "passenger_type", 60),
        price_minor=whole_number(value, "price_minor"),
        document_tag=_tag(value.get("document_tag")),
    )


def _tag(value: object) -> bytes | None:
    if value is None:
        return None
    try:
        made = bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError as error:
        raise bad("document_tag") from error
    if len(made) != 32:
        raise bad("document_tag")
    return made


def _refunded(body: dict[str, Any]) -> RefundedFact:
    refunded = whole_number(body, "refunded_minor")
    return RefundedFact(
        ticket_id=an_id(body, "ticket_id"),
        number=a_text(body, "number", 40),
        shift_id=an_id(body, "shift_id"),
        refunded_minor=refunded,
        legs=refunded_legs(body, refunded),
        currency=a_currency(body),
    )


def _abandoned(body: dict[str, Any]) -> AbandonedFact:
    told = "run_id" in body
    return AbandonedFact(
        claim_id=an_id(body, "claim_id"),
        run_id=an_id(body, "run_id") if told else None,
        service_date=a_date(body, "service_date") if told else None,
    )


def _lease_taken(body: dict[str, Any]) -> LeaseTakenFact:
    return LeaseTakenFact(
        lease_id=an_id(body, "lease_id"),
        run_id=an_id(body, "run_id"),
        service_date=a_date(body, "service_date"),
        holder_epoch=whole_number(body, "holder_epoch", 0, 2**31 - 1),
    )


def _lease_returned(body: dict[str, Any]) -> LeaseReturnedFact:
    board, alight = a_span(body)
    places = body.get("places")
    if not isinstance(places, list) or len(places) > PLACES_MAX or len(set(map(str, places))) != len(places):
        raise bad("places")
    return LeaseReturnedFact(
        lease_id=an_id(body, "lease_id"),
        holder_epoch=whole_number(body, "holder_epoch", 0, 2**31 - 1),
        run_id=an_id(body, "run_id"),
        service_date=a_date(body, "service_date"),
        board=board,
        alight=alight,
        places=tuple(a_place(one, "places") for one in places),
        count=whole_number(body, "count", 0, PLACES_MAX),
        pattern=a_text(body, "pattern") if "pattern" in body else "",
    )


def _float(body: dict[str, Any]) -> CashFact:
    return CashFact(shift_id=an_id(body, "shift_id"), amount_minor=whole_number(body, "float_minor"))


def _cash(body: dict[str, Any]) -> CashFact:
    amount = whole_number(body, "amount_minor", -INTEGER_LIMIT + 1)
    return CashFact(shift_id=an_id(body, "shift_id"), amount_minor=amount)


def _declared(body: dict[str, Any]) -> DeclaredFact:
    return DeclaredFact(
        shift_id=an_id(body, "shift_id"),
        expected_minor=whole_number(body, "expected_minor", -INTEGER_LIMIT + 1),
        declared_minor=whole_number(body, "declared_minor"),
    )


def _epoch(body: dict[str, Any]) -> EpochFact:
    return EpochFact(certificate=an_object(body, "certificate"))


def _profile(body: dict[str, Any]) -> ProfileFact:
    training = body.get("training")
    if type(training) is not bool:
        raise bad("training")
    return ProfileFact(
        station_code=a_text(body, "station_code", 5),
        counter=whole_number(body, "counter", 1, 999),
        operator_key=a_text(body, "operator_key", 64),
        training=training,
    )


_READERS: Final[Mapping[Kind, Callable[[dict[str, Any]], Fact]]] = {
    **MONEY_READERS,
    Kind.SOLD: _sold,
    Kind.REFUNDED: _refunded,
    Kind.SALE_ABANDONED: _abandoned,
    Kind.LEASE_TAKEN: _lease_taken,
    Kind.LEASE_RETURNED: _lease_returned,
    Kind.SHIFT_OPENED: _float,
    Kind.CASH_MOVED: _cash,
    Kind.SHIFT_DECLARED: _declared,
    Kind.EPOCH_STARTED: _epoch,
    Kind.PROFILE_CREATED: _profile,
}
