"""Entries about money, read strictly: the legs of sales and refunds, and what became of each payment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from central.journal.reading import a_currency, a_text, an_id, an_instant, an_object, bad, whole_number
from counter_app.domain.journal import INTEGER_LIMIT, Kind
from counter_app.domain.money import MINOR_MAX
from counter_app.domain.payments import (
    LEGS_MAX,
    Direction,
    PaymentState,
    Tender,
    may_move,
    read_evidence,
)

LEGS_OF_ENTRY_MAX: Final = LEGS_MAX + 1  # cash besides
_EVIDENCE_MAX: Final = 300
_RECEIPT_MAX: Final = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """What one tender gained (``amount`` + ``rounding``); negative where it gave. ``intent_id`` None: cash."""

    tender: str
    amount_minor: int
    rounding_minor: int
    intent_id: UUID | None = None


def by_tender(legs: Iterable[Leg]) -> dict[str, int]:
    """What each tender gained: of cash, what the drawer did."""
    found: dict[str, int] = {}
    for leg in legs:
        found[leg.tender] = found.get(leg.tender, 0) + leg.amount_minor + leg.rounding_minor
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFact:
    """One that was begun, moved or carried: nothing of it is in a drawer or on a ticket yet."""

    intent_id: UUID
    begun: Begun | None = None
    state: str = ""  # that it came to; empty: carried


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What a payment is about. ``terminal``: the device's name at the window; where central is asked, the tender's."""

    direction: str
    tender: str
    amount_minor: int
    currency: str
    order_id: UUID
    terminal: str
    again: bool  # a refund that stands for one which came to nothing
    takes_back: UUID | None  # of a reversal: the payment that goes back whole, by its receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedFact:
    """A terminal's day ended: what the window counted, and what the terminal said. ``done`` False: it did not end."""

    terminal: str
    done: bool
    count: int
    total_minor: int
    theirs_count: int | None
    theirs_minor: int | None
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceFact:
    """What a window found at the end of a terminal's day."""

    difference_id: UUID
    terminal: str
    kind: str
    found_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedFact:
    difference_id: UUID
    owner: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOutFact:
    """Cash for what a card or wallet would not take back."""

    intent_id: UUID
    shift_id: UUID
    legs: tuple[Leg, ...]
    currency: str


MoneyFact = PaymentFact | PaidOutFact | ClosedFact | DifferenceFact | ResolvedFact

# ---- legs ----------------------------------------------------------------------------------------------------------


def sold_legs(body: Mapping[str, Any], total_minor: int) -> tuple[Leg, ...]:
    """Their sum is the total. A counter of before there was anything but cash says so in a form of its own."""
    if "tenders" not in body:
        kind = a_text(an_object(body, "tender"), "kind", 40)
        return (Leg(tender=kind, amount_minor=total_minor, rounding_minor=0),)
    return _legs(body, "tenders", total_minor, sign=1)


def refunded_legs(body: Mapping[str, Any], refunded_minor: int) -> tuple[Leg, ...]:
    if "legs" not in body:
        return (Leg(tender=Tender.CASH.value, amount_minor=-refunded_minor, rounding_minor=0),)
    return _legs(body, "legs", refunded_minor, sign=-1)


def _legs(body: Mapping[str, Any], name: str, total_minor: int, *, sign: int) -> tuple[Leg, ...]:
    listed = body[name]
    if not isinstance(listed, list) or len(listed) > LEGS_OF_ENTRY_MAX:
        raise bad(name)
    legs = []
    intents: set[UUID] = set()
    for one in listed:
        if not isinstance(one, dict):
            raise bad(name)
        tender, amount = _tender(one), whole_number(one, "amount_minor", 0, MINOR_MAX)
        rounding = whole_number(one, "rounding_minor", -MINOR_MAX, MINOR_MAX)
        intent_id = None
        if tender is Tender.CASH:
            if one.get("intent_id") is not None:
                raise bad(f"{name}.intent_id")
        elif rounding or not amount:
            raise bad(f"{name}.rounding_minor")
        else:
            intent_id = an_id(one, "intent_id")
            intents.add(intent_id)
        legs.append(
            Leg(tender=tender.value, amount_minor=sign * amount, rounding_minor=sign * rounding, intent_id=intent_id)
        )
    cash = sum(leg.tender == Tender.CASH.value for leg in legs)
    if cash > 1 or len(intents) + cash != len(legs):
        raise bad(name)
    if sum(leg.amount_minor for leg in legs) != sign * total_minor:
        raise bad(name)
    return tuple(legs)


def _tender(body: Mapping[str, Any]) -> Tender:
    try:
        return Tender(a_text(body, "tender", 40))
    except ValueError as error:
        raise bad("tender") from error


# ---- payments ------------------------------------------------------------------------------------------------------


def read_created(body: dict[str, Any]) -> PaymentFact:
    direction = a_text(body, "direction", 20)
    if direction not in set(Direction) or _tender(body) is Tender.CASH:
        raise bad("direction")
    refund = direction == Direction.REFUND.value
    for name in ("refund_id", "charge_id"):
        if (_maybe_id(body, name) is not None) != refund:
            raise bad(name)
    a_text(body, "terminal_id", 60)
    for name in ("shift_id", "user_id"):
        an_id(body, name)
    if type(body.get("bound")) is not bool:
        raise bad("bound")
    an_instant(body, "at")
    begun = Begun(
        direction=direction,
        tender=_tender(body).value,
        amount_minor=whole_number(body, "amount_minor", 1, MINOR_MAX),
        currency=a_currency(body),
        order_id=an_id(body, "order_id"),
        terminal=a_text(body, "device", 60),
        again=_maybe_id(body, "replaces") is not None,
        takes_back=None if _maybe_number(body, "reverses") is None else _maybe_id(body, "charge_id"),
    )
    return PaymentFact(intent_id=an_id(body, "intent_id"), begun=begun, state=PaymentState.CREATED.value)


def read_moved(body: dict[str, Any]) -> PaymentFact:
    try:
        was, to = PaymentState(a_text(body, "from", 40)), PaymentState(a_text(body, "to", 40))
    except ValueError as error:
        raise bad("to") from error
    if not may_move(was, to):
        raise bad("to")
    a_text(body, "reason", 200)
    a_text(body, "terminal_id", 60)
    _maybe_number(body, "baseline")
    an_instant(body, "at")
    evidence = an_object(body, "evidence")
    try:
        known = read_evidence(evidence)
    except ValueError as error:
        raise bad("evidence") from error
    if any(isinstance(value, str) and len(value) > _EVIDENCE_MAX for value in known.fields().values()):
        raise bad("evidence")
    return PaymentFact(intent_id=an_id(body, "intent_id"), state=to.value)


def read_carried(body: dict[str, Any]) -> PaymentFact:
    a_text(body, "note", 300)
    an_id(body, "shift_id")
    an_id(body, "supervisor_id")
    return PaymentFact(intent_id=an_id(body, "intent_id"))


def read_paid_out(body: dict[str, Any]) -> PaidOutFact:
    tender = _tender(body)
    if tender is Tender.CASH:
        raise bad("tender")
    amount = whole_number(body, "amount_minor", 1, MINOR_MAX)
    rounding = whole_number(body, "rounding_minor", -MINOR_MAX, MINOR_MAX)
    an_id(body, "refund_id")
    return PaidOutFact(
        intent_id=an_id(body, "intent_id"),
        shift_id=an_id(body, "shift_id"),
        legs=(
            Leg(tender=tender.value, amount_minor=amount, rounding_minor=0),
            Leg(tender=Tender.CASH.value, amount_minor=-amount, rounding_minor=-rounding),
        ),
        currency=a_currency(body),
    )


def read_closed(body: dict[str, Any]) -> ClosedFact:
    if type(body.get("done")) is not bool:
        raise bad("done")
    theirs = body.get("theirs_minor")
    return ClosedFact(
        terminal=a_text(body, "device", 60),
        done=body["done"],
        count=whole_number(body, "count", 0, _RECEIPT_MAX),
        total_minor=whole_number(body, "total_minor", -INTEGER_LIMIT + 1),
        theirs_count=_maybe_number(body, "theirs_count"),
        theirs_minor=None if theirs is None else whole_number(body, "theirs_minor", -INTEGER_LIMIT + 1),
        currency=a_currency(body),
        at=an_instant(body, "at"),
    )


def read_difference(body: dict[str, Any]) -> DifferenceFact:
    return DifferenceFact(
        difference_id=an_id(body, "difference_id"),
        terminal=a_text(body, "source", 60),
        kind=a_text(body, "kind", 40),
        found_at=an_instant(body, "found_at"),
    )


def read_resolved(body: dict[str, Any]) -> ResolvedFact:
    return ResolvedFact(
        difference_id=an_id(body, "difference_id"), owner=a_text(body, "owner", 200), note=a_text(body, "note", 300)
    )


def _maybe_id(body: Mapping[str, Any], name: str) -> UUID | None:
    return None if body.get(name) is None else an_id(body, name)


def _maybe_number(body: Mapping[str, Any], name: str) -> int | None:
    return None if body.get(name) is None else whole_number(body, name, 0, min(_RECEIPT_MAX, INTEGER_LIMIT - 1))


MONEY_READERS: Final[Mapping[Kind, Callable[[dict[str, Any]], MoneyFact]]] = {
    Kind.PAYMENT_CREATED: read_created,
    Kind.PAYMENT_MOVED: read_moved,
    Kind.PAYMENT_CARRIED: read_carried,
    Kind.REFUND_PAID_OUT: read_paid_out,
    Kind.TERMINAL_CLOSED: read_closed,
    Kind.DIFFERENCE_FOUND: read_difference,
    Kind.DIFFERENCE_RESOLVED: read_resolved,
}
