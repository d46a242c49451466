"""What may be done with a ticket after its sale, and for how much: one engine that quotes, and whose quote is posted.

Refunds and exchanges; void uses the same tiers. Reckoned on instants, never on truncated hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from counter_app.domain.money import Money, round_to_step_half_up
from counter_app.domain.orders import Item, ItemKind
from counter_app.domain.policy import Policy, RelativeTo, Tier, Transaction
from counter_app.errors import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTerms:
    """What the engine needs to know of a ticket."""

    price: Money
    sold_at: datetime
    depart: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterSale:
    """An answer of the engine. The items add up to what is paid out: ``refundable`` = price − fee."""

    transaction: Transaction
    rule: str  # code of the tier
    words: Mapping[str, str]
    items: tuple[Item, ...]
    fee: Money
    refundable: Money
    valid_until: datetime  # the last instant at which this tier applies

    def __post_init__(self) -> None:
        assert sum(item.amount_minor for item in self.items) == self.refundable.minor


EXCHANGED: Final = "exchanged_ticket"
"""Label of the first item of an exchange: by it records tell exchanges from refunds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeTerms:
    """The ticket that is given in, and what is wanted instead. Dates as printed: of departure, at the station."""

    ticket: TicketTerms
    old_date: date
    date_ends: datetime
    new_price: Money
    new_date: date


def quote(transaction: Transaction, ticket: TicketTerms, at: datetime, policy: Policy) -> AfterSale:
    """Raises Refusal(NOT_REFUNDABLE, rule=...) where no tier applies, as after departure."""
    for tier in policy.tiers_of(transaction):
        until = _applies_until(tier, ticket)
        if at <= until:
            return _priced(transaction, tier, ticket, until, policy)
    raise Refusal(Reason.NOT_REFUNDABLE, rule="after_departure" if at > ticket.depart else "no_rule")


def quote_exchange(terms: ExchangeTerms, at: datetime, policy: Policy) -> AfterSale:
    """The fee is reckoned on the lower fare; ``refundable`` is what is credited to the new ticket.

    Raises Refusal(NOT_EXCHANGEABLE, rule=...) where no tier applies.
    """
    ticket = terms.ticket
    lower = min(ticket.price.minor, terms.new_price.minor)
    for tier in policy.tiers_of(Transaction.EXCHANGE):
        until = terms.date_ends if tier.relative_to is RelativeTo.ITS_DATE else _applies_until(tier, ticket)
        if at <= until and tier.new_date.covers(terms.old_date, terms.new_date):
            return exchanged(tier, ticket.price, fee_minor(lower, tier, policy.fee_step_minor), until)
    raise Refusal(Reason.NOT_EXCHANGEABLE, rule="too_late" if policy.tiers_of(Transaction.EXCHANGE) else "no_rule")


def exchanged(tier: Tier, price: Money, fee: int, until: datetime) -> AfterSale:
    """By a tier for a fee that was agreed."""
    return _answer(Transaction.EXCHANGE, EXCHANGED, tier, price, Money(fee, price.currency), until)


def _applies_until(tier: Tier, ticket: TicketTerms) -> datetime:
    margin = timedelta(minutes=tier.minutes)
    return ticket.depart - margin if tier.relative_to is RelativeTo.BEFORE_DEPARTURE else ticket.sold_at + margin


def _priced(transaction: Transaction, tier: Tier, ticket: TicketTerms, until: datetime, policy: Policy) -> AfterSale:
    price = ticket.price
    fee = Money(fee_minor(price.minor, tier, policy.fee_step_minor), price.currency)
    return _answer(transaction, "ticket_price", tier, price, fee, until)


def _answer(transaction: Transaction, label: str, tier: Tier, price: Money, fee: Money, until: datetime) -> AfterSale:
    items = [Item(kind=ItemKind.REFUND, label=label, amount_minor=price.minor)]
    if fee:
        items.append(Item(kind=ItemKind.FEE, label=tier.code, amount_minor=-fee.minor))
    return AfterSale(
        transaction=transaction,
        rule=tier.code,
        words=tier.words,
        items=tuple(items),
        fee=fee,
        refundable=price - fee,
        valid_until=until,
    )


def fee_minor(price_minor: int, tier: Tier, step_minor: int) -> int:
    """The share, rounded to the step with halves up; a tier that is not free costs its minimum, and never more than

    the price (decisions 16).
    """
    assert price_minor >= 0
    if tier.fee_permille == 0:
        return 0
    rounded = round_to_step_half_up(price_minor * tier.fee_permille, 1000, step_minor)
    return min(max(rounded, tier.minimum_minor), price_minor)
