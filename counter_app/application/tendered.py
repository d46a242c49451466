"""What a sale is paid with, and whether that is all of its price."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from counter_app.domain.money import Money
from counter_app.domain.orders import check_received
from counter_app.domain.payment_facts import LegFact
from counter_app.domain.payments import UNRESOLVED, Direction, PaymentIntent, Tender, cash_due
from counter_app.domain.policy import Policy
from counter_app.domain.shifts import denominations
from counter_app.errors import Reason, Refusal
from counter_app.ports.store import Reading, Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Tendered:
    """What a sale is paid with: charges that were approved, and cash for the rest.

    ``credit_minor``: the worth of a ticket that was given in; it is booked as cash (``give_back.GivenBack``).
    """

    charges: tuple[PaymentIntent, ...]
    cash: LegFact | None
    credit_minor: int = 0

    @property
    def booked(self) -> LegFact | None:
        """The cash leg as it is posted."""
        if not self.credit_minor:
            return self.cash
        cash = self.cash or LegFact(tender=Tender.CASH, amount_minor=0)
        return replace(cash, amount_minor=cash.amount_minor + self.credit_minor)

    @property
    def legs(self) -> tuple[LegFact, ...]:
        charged = (
            LegFact(tender=one.tender, amount_minor=one.amount.minor, intent_id=one.intent_id) for one in self.charges
        )
        return (*charged, *(() if self.booked is None else (self.booked,)))

    @property
    def gained_minor(self) -> int:
        """By the drawer."""
        return 0 if self.booked is None else self.booked.amount_minor + self.booked.rounding_minor

    @property
    def kicks(self) -> bool:
        """Whether any cash passes the counter."""
        return self.cash is not None and self.cash.received_minor > 0


def tendered(
    books: Reading | Writing, order_id: UUID, total: Money, received: Money | None, policy: Policy
) -> Tendered:
    """All of the price, exactly. Raises Refusal: PAYMENT_OPEN, PAYMENT_MISSING(missing), PAYMENT_TOO_MUCH(due),

    CASH_SHORT(missing), AMOUNT_OUT_OF_RANGE.
    """
    charges = [one for one in books.payments.of_order(order_id) if one.direction is Direction.CHARGE]
    if any(one.state in UNRESOLVED for one in charges):
        raise Refusal(Reason.PAYMENT_OPEN)
    approved = tuple(one for one in charges if one.loose)
    left = total - Money(sum(one.amount.minor for one in approved), total.currency)
    if left.minor < 0:  # fewer passengers than were paid for: that leg has to go back first
        raise Refusal(Reason.PAYMENT_TOO_MUCH, due=total.plain())
    if received is None:
        if left:
            raise Refusal(Reason.PAYMENT_MISSING, missing=left.plain())
        return Tendered(charges=approved, cash=None)
    if not left and approved:
        if received:  # there is nothing that it could be for
            raise Refusal(Reason.AMOUNT_OUT_OF_RANGE, received=received.plain())
        return Tendered(charges=approved, cash=None)
    due = cash_due(left, policy.tenders.cash_step_minor)
    change = check_received(received, due.due, denominations(total.currency))
    cash = LegFact(
        tender=Tender.CASH,
        amount_minor=left.minor,
        rounding_minor=due.rounding.minor,
        received_minor=received.minor,
        change_minor=change.minor,
    )
    return Tendered(charges=approved, cash=cash)
