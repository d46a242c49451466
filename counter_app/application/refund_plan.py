"""Where a refund's money goes: to the tenders that paid, and how each takes it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from counter_app.application.exchange_links import given_in, orders_after
from counter_app.application.payment_views import BackLegView, PaymentLeg
from counter_app.application.payments.payment_list import leg_view
from counter_app.application.views import Refunded
from counter_app.domain.money import Money
from counter_app.domain.payments import (
    BackLeg,
    Direction,
    PaidLeg,
    PaymentIntent,
    PaymentState,
    Tender,
    refund_legs,
)
from counter_app.domain.policy import Policy
from counter_app.errors import Reason, Refusal
from counter_app.ports.store import MoneyStore, Reading, Writing

Policies = Callable[[str], Policy]
"""The policy by its reference, ``cn-rail@1``: a ticket is given back by the rules under which it was sold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLeg:
    """``charge`` None: cash. ``reverses``: the receipt of the card payment that is taken back as a whole."""

    back: BackLeg
    charge: PaymentIntent | None
    reverses: int | None

    @property
    def how(self) -> str:
        if self.charge is None:
            return "cash"
        if self.charge.tender is not Tender.CARD:
            return "central"
        return "refund" if self.reverses is None else "reversal"


def plan_refund(books: Reading | Writing, order_id: UUID, refundable: Money, step_minor: int) -> tuple[PlannedLeg, ...]:
    """Of what is left of each leg of the order: what earlier refunds took is gone.

    A ticket that came of an exchange was paid by the tenders of the one before, too, as far as that was credited: else
    a card's money would come out of the drawer.
    """
    order = books.orders.order(order_id)
    before = None if order is None else given_in(books, order)
    root = order_id if before is None else before.order_id
    family = list(dict.fromkeys((order_id, root, *orders_after(books, root))))
    intents = {one.intent_id: one for other in family for one in books.payments.of_order(other)}
    given_back: dict[UUID, int] = {}
    paid: dict[UUID, list[PaidLeg]] = {}
    for leg in [leg for other in family for leg in books.payments.legs_of_order(other)]:
        if leg.intent_id is None:
            continue  # cash comes last, whatever of it was paid
        intent = intents[leg.intent_id]
        if leg.refund_id is None:
            one = PaidLeg(tender=leg.tender, intent_id=leg.intent_id, left=intent.amount)
            paid.setdefault(leg.order_id, []).append(one)
        elif intent.charge_id is not None:
            given_back[intent.charge_id] = given_back.get(intent.charge_id, 0) - leg.amount_minor
    left = _left(paid.get(order_id, ()), given_back)
    if before is not None:
        left += _at_most(_left(paid.get(root, ()), given_back), before.credit_minor)
    planned = []
    for back in refund_legs(refundable, left, step_minor):
        charge = None if back.charge_id is None else intents[back.charge_id]
        whole = charge is not None and charge.amount == back.amount and not _refunded_before(charge, intents.values())
        reverses = _receipt(books, charge) if charge is not None and whole else None
        planned.append(PlannedLeg(back=back, charge=charge, reverses=reverses))
    return tuple(planned)


def _left(paid: Iterable[PaidLeg], given_back: Mapping[UUID, int]) -> list[PaidLeg]:
    return [
        replace(one, left=Money(max(0, one.left.minor - given_back.get(one.intent_id, 0)), one.left.currency))
        for one in paid
        if one.intent_id is not None
    ]


def _at_most(legs: Iterable[PaidLeg], limit_minor: int) -> list[PaidLeg]:
    found = []
    for leg in legs:
        part = min(leg.left.minor, limit_minor)
        limit_minor -= part
        found.append(replace(leg, left=Money(part, leg.left.currency)))
    return found


def _refunded_before(charge: PaymentIntent, intents: Iterable[PaymentIntent]) -> bool:
    return any(one.direction is Direction.REFUND and one.charge_id == charge.intent_id for one in intents)


def _receipt(books: Reading | Writing, charge: PaymentIntent) -> int | None:
    """Of a card payment that its terminal can still reverse: after its day has ended, it can only credit the card."""
    if charge.tender is not Tender.CARD:
        return None
    closed = books.payments.last_closing(charge.device)
    return charge.evidence.receipt if closed is None or closed < charge.moved_at else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLegs:
    store: MoneyStore
    policies: Policies

    def __call__(self, ticket_id: UUID, refundable: Money) -> list[BackLegView]:
        """READ. Raises Refusal(UNKNOWN_TICKET)."""
        with self.store.reading() as books:
            ticket = books.orders.ticket(ticket_id)
            if ticket is None:
                raise Refusal(Reason.UNKNOWN_TICKET)
            step = self.policies(ticket.policy).tenders.cash_step_minor
            planned = plan_refund(books, ticket.order_id, refundable, step)
        return [
            BackLegView(
                tender=one.back.tender,
                amount=one.back.amount,
                rounding=one.back.rounding,
                card="" if one.charge is None else one.charge.evidence.card or one.charge.evidence.payer,
                how=one.how,
            )
            for one in planned
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPayments:
    store: MoneyStore

    def __call__(self, refunded: Refunded) -> list[PaymentLeg]:
        """READ. Those that were not sent yet."""
        with self.store.reading() as books:
            intents = books.payments.of_refund(refunded.refund_id)
        return [leg_view(one) for one in intents if one.state is PaymentState.CREATED]
