"""Orders, tickets and what they are priced from. States are OSDM's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from counter_app.domain.money import Money, round_to_step_half_up
from counter_app.domain.policy import PassengerType, Policy
from counter_app.errors import Reason, Refusal


class OrderState(StrEnum):
    PREBOOKED = "PREBOOKED"  # places are held, nothing is paid
    ON_HOLD = "ON_HOLD"  # parked
    FULFILLED = "FULFILLED"  # paid; numbers and signed codes are issued (whether paper came out: see its print job)
    RELEASED = "RELEASED"  # let go, or the hold ran out
    REFUNDED = "REFUNDED"  # every ticket of it


class TicketState(StrEnum):
    FULFILLED = "FULFILLED"
    REFUNDED = "REFUNDED"


class ItemKind(StrEnum):
    BASE = "base"
    REDUCTION = "reduction"
    SURCHARGE = "surcharge"
    FEE = "fee"
    REFUND = "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of a price; the sum of a ticket's items is what is posted. Reductions and fees are negative."""

    kind: ItemKind
    label: str  # stable code
    amount_minor: int


def price_items(fare: Money, passenger: PassengerType, travel_class: str, policy: Policy) -> tuple[Item, ...]:
    """The full fare and, where the type pays less, its reduction: the reduced fare is rounded, halves up.

    Raises Refusal(TYPE_NOT_SOLD_HERE, type=..., travel_class=...).
    """
    base = Item(kind=ItemKind.BASE, label="fare", amount_minor=fare.minor)
    if not passenger.sold_in(travel_class):
        raise Refusal(Reason.TYPE_NOT_SOLD_HERE, type=passenger.code, travel_class=travel_class)
    reduction = passenger.reduction(travel_class)
    if reduction is None:
        return (base,)
    pays = round_to_step_half_up(fare.minor * (1000 - reduction.permille_off), 1000, policy.fare_step_minor)
    pays = min(pays, fare.minor)  # a coarse step must not make a reduction dearer than none
    return (base, Item(kind=ItemKind.REDUCTION, label=reduction.label, amount_minor=pays - fare.minor))


def items_total(items: Sequence[Item]) -> int:
    return sum(item.amount_minor for item in items)


TENDERS_MAX = 6


def quick_tenders(total: Money, denominations: Sequence[int]) -> list[Money]:
    """What customers hand over: the exact sum, then the next round sums in notes; ascending, at most 6.

    ``denominations``: largest first. Coins are left out: nobody rounds up to a coin, they count it out.
    """
    assert total.minor >= 0
    if not total:
        return [total]
    largest = denominations[0]
    notes = [one for one in denominations if one * 100 >= largest]
    sums = {total.minor}
    for note in notes:
        sums.add(-(-total.minor // note) * note)
    return [Money(minor, total.currency) for minor in sorted(sums)[:TENDERS_MAX]]


NOTES_TOO_MANY = 50


def check_received(received: Money, total: Money, denominations: Sequence[int]) -> Money:
    """The change. Raises Refusal: CASH_SHORT(missing), AMOUNT_OUT_OF_RANGE where the change could only be a typing

    error: more than 50 of the largest note, which no drawer gives back.
    """
    if received.currency != total.currency:
        raise Refusal(Reason.AMOUNT_OUT_OF_RANGE)
    if received < total:
        raise Refusal(Reason.CASH_SHORT, missing=(total - received).plain())
    change = received - total
    if change.minor > NOTES_TOO_MANY * denominations[0]:
        raise Refusal(Reason.AMOUNT_OUT_OF_RANGE, received=received.plain())
    return change
