"""What may be done with a ticket after its sale, and for how much: one engine that quotes, and whose quote is posted.

Refunds and exchanges; void uses the same tiers. Reckoned on instants, never on truncated hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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

WITHHELD: Final = "difference_withheld"
"""Label of the item of an exchange by which the whole difference is kept: a refund would be refused."""

_NOTHING_BACK: Final = {"zh": "现已不能退票，差额不退", "en": "not refundable any more, so nothing of it is given back"}
_OF_OLD: Final = {
    "zh": "此票由改签而来，按原票改签时的退票费计：",
    "en": "Came of an exchange; as for the old ticket then: ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeTerms:
    """The ticket that is given in, and what is wanted instead. Dates as printed: of departure, at the station."""

    ticket: TicketTerms
    old_date: date
    date_ends: datetime
    new_price: Money
    new_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenInTerms:
    """The ticket that was exchanged for this one; ``policy``: the one under which it was sold."""

    ticket: TicketTerms
    at: datetime  # of the exchange
    policy: Policy


def quote(transaction: Transaction, ticket: TicketTerms, at: datetime, policy: Policy) -> AfterSale:
    """Raises Refusal(NOT_REFUNDABLE, rule=...) where no tier applies, as after departure."""
    tier, until = _tier(transaction, ticket, at, policy)
    fee = fee_minor(ticket.price.minor, tier, policy.fee_step_minor)
    return _answer(transaction, "ticket_price", tier.code, tier.words, ticket.price, [(tier.code, fee)], until)


def quote_refund(ticket: TicketTerms, before: GivenInTerms | None, at: datetime, policy: Policy) -> AfterSale:
    """An exchange makes no refund cheaper: what was paid with the old ticket costs at least what a refund of the old

    one would have cost when it was exchanged, by the tier and the policy of then. What the new ticket costs more was
    never under that tier; what it costs less was charged by ``quote_exchange``. Raises Refusal(NOT_REFUNDABLE,
    rule=...) as ``quote``, and for a ticket that came of one that could not be refunded then, at any price.
    """
    answer = quote(Transaction.REFUND, ticket, at, policy)
    if before is None:
        return answer
    try:
        tier, _ = _tier(Transaction.REFUND, before.ticket, before.at, before.policy)
    except Refusal:
        raise Refusal(Reason.NOT_REFUNDABLE, rule="came_of_exchange", detail="came_of_exchange") from None
    paid_with = min(ticket.price.minor, before.ticket.price.minor)
    fee = fee_minor(paid_with, tier, before.policy.fee_step_minor)
    if fee <= answer.fee.minor:
        return answer
    words = {language: f"{lead}{tier.words.get(language, tier.code)}" for language, lead in _OF_OLD.items()}
    # Until the new ticket's own tier ends, though its next may still be the cheaper of both.
    return _answer(
        Transaction.REFUND, "ticket_price", tier.code, words, ticket.price, [(tier.code, fee)], answer.valid_until
    )


def quote_exchange(terms: ExchangeTerms, at: datetime, policy: Policy) -> AfterSale:
    """The fee is reckoned on the lower fare; ``refundable`` is what is credited to the new ticket or given back.

    What the new ticket costs less is refunded in effect, so it costs what a refund costs now: the refund's tier on the
    difference, and all of it where a refund would be refused. Both fees are at most the old fare: each is capped at its
    share of it.

    Raises Refusal(NOT_EXCHANGEABLE, rule=...) where no tier applies.
    """
    ticket = terms.ticket
    lower = min(ticket.price.minor, terms.new_price.minor)
    for tier in policy.tiers_of(Transaction.EXCHANGE):
        until = terms.date_ends if tier.relative_to is RelativeTo.ITS_DATE else _applies_until(tier, ticket)
        if at <= until and tier.new_date.covers(terms.old_date, terms.new_date):
            fees = [(tier.code, fee_minor(lower, tier, policy.fee_step_minor))]
            if ticket.price.minor > lower:
                kept, kept_until = _kept(ticket, ticket.price.minor - lower, at, policy)
                fees.append(kept)
                until = until if kept_until is None else min(until, kept_until)
            answer = _answer(Transaction.EXCHANGE, EXCHANGED, tier.code, tier.words, ticket.price, fees, until)
            words = exchange_words(tier.code, answer.items, policy, ticket.price.currency)
            return replace(answer, words=words)
    raise Refusal(Reason.NOT_EXCHANGEABLE, rule="too_late" if policy.tiers_of(Transaction.EXCHANGE) else "no_rule")


def held_exchange(
    terms: ExchangeTerms, rule: str, fee: int, at: datetime, grace: timedelta, policy: Policy
) -> AfterSale | None:
    """By what was agreed, if that held at any instant from ``grace`` ago; else None."""
    instant = at - grace
    while instant <= at:
        try:
            answer = quote_exchange(terms, instant, policy)
        except Refusal:
            return None
        if (answer.rule, answer.fee.minor) == (rule, fee):
            return answer
        instant = answer.valid_until + timedelta(microseconds=1)
    return None


def exchange_words(rule: str, items: Sequence[Item], policy: Policy, currency: str) -> dict[str, str]:
    """The words of its tier, and of what was kept of the difference: how much, and by which rule."""
    tiers = {tier.code: tier.words for tier in policy.tiers}
    words = dict(tiers.get(rule, {}))
    for item in items:
        if item.kind is not ItemKind.FEE or item.label == rule:
            continue
        kept = _NOTHING_BACK if item.label == WITHHELD else tiers.get(item.label, {})
        amount = Money(-item.amount_minor, currency).plain()
        for language, said, why in (
            ("zh", "；差额扣退票费 {amount}：{why}", kept.get("zh", item.label)),
            ("en", ". Of the difference {amount} is kept: {why}", kept.get("en", item.label)),
        ):
            words[language] = words.get(language, rule) + said.format(amount=amount, why=why)
    return words


def _kept(
    ticket: TicketTerms, difference: int, at: datetime, policy: Policy
) -> tuple[tuple[str, int], datetime | None]:
    """The fee on what would be given back, by its label, and until when; None: it does not change any more."""
    try:
        tier, until = _tier(Transaction.REFUND, ticket, at, policy)
    except Refusal:
        return (WITHHELD, difference), None
    return (tier.code, fee_minor(difference, tier, policy.fee_step_minor)), until


def _tier(transaction: Transaction, ticket: TicketTerms, at: datetime, policy: Policy) -> tuple[Tier, datetime]:
    """And the last instant at which it applies. Raises Refusal(NOT_REFUNDABLE)."""
    for tier in policy.tiers_of(transaction):
        until = _applies_until(tier, ticket)
        if at <= until:
            return tier, until
    raise Refusal(Reason.NOT_REFUNDABLE, rule="after_departure" if at > ticket.depart else "no_rule")


def _applies_until(tier: Tier, ticket: TicketTerms) -> datetime:
    margin = timedelta(minutes=tier.minutes)
    return ticket.depart - margin if tier.relative_to is RelativeTo.BEFORE_DEPARTURE else ticket.sold_at + margin


def _answer(
    transaction: Transaction,
    label: str,
    rule: str,
    words: Mapping[str, str],
    price: Money,
    fees: Sequence[tuple[str, int]],
    until: datetime,
) -> AfterSale:
    items = [Item(kind=ItemKind.REFUND, label=label, amount_minor=price.minor)]
    items += [Item(kind=ItemKind.FEE, label=code, amount_minor=-minor) for code, minor in fees if minor]
    fee = Money(sum(minor for _, minor in fees), price.currency)
    return AfterSale(
        transaction=transaction,
        rule=rule,
        words=words,
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
