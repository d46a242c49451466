from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.aftersales import (
    WITHHELD,
    AfterSale,
    ExchangeTerms,
    GivenInTerms,
    TicketTerms,
    fee_minor,
    held_exchange,
    quote,
    quote_exchange,
    quote_refund,
)
from counter_app.domain.money import Money
from counter_app.domain.policy import Policy, Tier, Transaction, read_policy
from counter_app.errors import Reason, Refusal
from tests.conftest import ROOT

DEPART = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
RAIL = read_policy((ROOT / "resources/policies/cn-rail.toml").read_text("utf-8"))
COACH = read_policy((ROOT / "resources/policies/cn-coach.toml").read_text("utf-8"))
MOMENT = timedelta(milliseconds=1)


def _fee(price_minor: int, before: timedelta, policy: Policy = RAIL) -> tuple[str, int]:
    terms = TicketTerms(price=Money(price_minor, "CNY"), sold_at=DEPART - timedelta(days=12), depart=DEPART)
    answer = quote(Transaction.REFUND, terms, DEPART - before, policy)
    return answer.rule, answer.fee.minor


@pytest.mark.parametrize(
    ("before", "rule", "fee"),
    [
        (timedelta(days=8), "refund_8d", 0),
        (timedelta(days=8) - MOMENT, "refund_48h", 2750),
        (timedelta(hours=48), "refund_48h", 2750),
        (timedelta(hours=48) - MOMENT, "refund_24h", 5550),
        (timedelta(hours=24), "refund_24h", 5550),
        (timedelta(hours=24) - MOMENT, "refund_0h", 11050),
        (timedelta(0), "refund_0h", 11050),
    ],
)
def test_the_tier_changes_at_the_very_instant(before: timedelta, rule: str, fee: int) -> None:
    """A customer at the window a minute before the limit would pay the dearer tier, or the railway lose its fee.

    553.00: 5 % is 27.65, to 27.50; 10 % is 55.30, to 55.50; 20 % is 110.60, to 110.50.
    """
    assert _fee(55300, before) == (rule, fee)


@pytest.mark.parametrize(
    ("price", "fee"),
    [
        (500, 50 * 4),  # 5 % is 0.25, to 0.50: the minimum of 2.00 holds
        (4450, 200),  # 2.225
        (4500, 250),  # 2.25, up to 2.50
        (5490, 250),  # 2.745
        (5500, 300),  # 2.75, up to 3.00
        (150, 150),  # never more than the price
        (0, 0),
    ],
)
def test_fee_is_rounded_to_half_a_yuan_with_its_minimum(price: int, fee: int) -> None:
    """Half a yuan too much on each refund is an audit finding; a fee above the price asks the customer for money."""
    assert _fee(price, timedelta(hours=50))[1] == fee


def test_after_departure_nothing_is_refunded() -> None:
    """A train that has left would be paid back in full."""
    with pytest.raises(Refusal) as refused:
        _fee(55300, -MOMENT)
    assert refused.value.reason is Reason.NOT_REFUNDABLE
    assert refused.value.facts["rule"] == "after_departure"


def test_coach_tiers() -> None:
    """A coach station keeps 10 % until two hours before, then 20 %, with minima of 0.50 and 1.00."""
    assert _fee(3000, timedelta(hours=2), COACH) == ("refund_2h", 300)
    assert _fee(3000, timedelta(hours=2) - MOMENT, COACH) == ("refund_0h", 600)
    assert _fee(300, timedelta(hours=3), COACH)[1] == 50
    assert _fee(300, timedelta(hours=1), COACH)[1] == 100


@given(price=st.integers(0, 10**7), minutes=st.integers(0, 60 * 24 * 15))
def test_items_add_up_and_nobody_pays_to_refund(price: int, minutes: int) -> None:
    """What is paid out would differ from what the screen itemised."""
    terms = TicketTerms(price=Money(price, "CNY"), sold_at=DEPART - timedelta(days=16), depart=DEPART)
    at = DEPART - timedelta(minutes=minutes)
    answer = quote(Transaction.REFUND, terms, at, RAIL)
    assert 0 <= answer.fee.minor <= price
    assert answer.refundable.minor == price - answer.fee.minor == sum(item.amount_minor for item in answer.items)
    assert answer.valid_until >= at
    later = quote(Transaction.REFUND, terms, answer.valid_until, RAIL)
    assert later.rule == answer.rule, "a quote holds until valid_until"


@given(price=st.integers(0, 10**7))
def test_later_is_never_cheaper(price: int) -> None:
    """Whoever comes back earlier would pay more than whoever waits."""
    fees = [_fee(price, before)[1] for before in (timedelta(days=9), timedelta(days=3), timedelta(hours=30), MOMENT)]
    assert fees == sorted(fees)


@given(price=st.integers(0, 10**7), tier=st.sampled_from(RAIL.tiers_of(Transaction.REFUND)))
def test_fee_agrees_with_exact_fractions(price: int, tier: Tier) -> None:
    """The published rule, reckoned with fractions: a rounding slip would only show at the rare half."""
    exact = Fraction(price * tier.fee_permille, 1000)
    yuan, rest = divmod(exact, 100)
    rounded = int(yuan) * 100 + (0 if rest < 25 else 50 if rest < 75 else 100)
    expected = 0 if tier.fee_permille == 0 else min(max(rounded, tier.minimum_minor), price)
    assert fee_minor(price, tier, 50) == expected


DATE_ENDS = DEPART + timedelta(hours=15) - timedelta(microseconds=1)  # 09:00 at the station


def _terms(old: int, new: int, *, later: int = 0) -> ExchangeTerms:
    ticket = TicketTerms(price=Money(old, "CNY"), sold_at=DEPART - timedelta(days=12), depart=DEPART)
    return ExchangeTerms(
        ticket=ticket,
        old_date=DEPART.date(),
        date_ends=DATE_ENDS,
        new_price=Money(new, "CNY"),
        new_date=DEPART.date() + timedelta(days=later),
    )


def _kept(answer: AfterSale) -> list[tuple[str, int]]:
    return [(item.label, item.amount_minor) for item in answer.items[1:]]


@pytest.mark.parametrize(
    ("before", "later", "items"),
    [
        (timedelta(days=8), 1, []),
        (timedelta(hours=48), 1, [("refund_48h", -4850)]),
        (timedelta(hours=30), 1, [("exchange_24h", -150), ("refund_24h", -9700)]),
        (timedelta(minutes=10), 0, [("refund_0h", -19400)]),
        (timedelta(0), 0, [("refund_0h", -19400)]),
        (-MOMENT, 0, [(WITHHELD, -97000)]),
        (-timedelta(hours=1), 1, [("exchange_departed", -1200), (WITHHELD, -97000)]),
    ],
)
def test_what_an_exchange_gives_back_costs_what_a_refund_costs(
    before: timedelta, later: int, items: list[tuple[str, int]]
) -> None:
    """From 1000 to 30 ten minutes before departure would pay 970 out, and after departure just so."""
    assert _kept(quote_exchange(_terms(100000, 3000, later=later), DEPART - before, RAIL)) == items


def test_what_is_kept_is_said_in_both_languages() -> None:
    """The clerk reads it to the customer before anything is posted."""
    words = quote_exchange(_terms(100000, 3000), DEPART, RAIL).words
    assert "194.00" in words["zh"]
    assert "20%的退票费" in words["zh"]
    assert "194.00" in words["en"]
    assert "20 % of the fare" in words["en"]


@given(
    old=st.integers(0, 10**6),
    new=st.integers(0, 10**6),
    minutes=st.integers(-14 * 60, 60 * 24 * 12),
    later=st.integers(0, 1),
)
def test_an_exchange_never_costs_more_than_the_old_fare_nor_gives_more_than_a_refund(
    old: int, new: int, minutes: int, later: int
) -> None:
    """A fee above the fare asks for money twice; more back than a refund is a refund that its rules refuse."""
    terms, at = _terms(old, new, later=later), DEPART - timedelta(minutes=minutes)
    answer = quote_exchange(terms, at, RAIL)
    assert 0 <= answer.fee.minor <= old
    back = max(0, answer.refundable.minor - new)
    if minutes < 0:
        assert back == 0
    elif old > new:
        tier = next(one for one in RAIL.tiers if one.code == quote(Transaction.REFUND, terms.ticket, at, RAIL).rule)
        assert back <= old - new - fee_minor(old - new, tier, 50)
    assert quote_exchange(terms, answer.valid_until, RAIL).items == answer.items, "a quote holds until valid_until"


def _after(old: int, new: int, before: timedelta) -> AfterSale:
    """Nine days before the new ticket's departure, of one exchanged ``before`` the old one's."""
    at = DEPART - before
    old_terms = TicketTerms(price=Money(old, "CNY"), sold_at=at - timedelta(days=1), depart=DEPART)
    new_terms = TicketTerms(price=Money(new, "CNY"), sold_at=at, depart=at + timedelta(days=9))
    return quote_refund(new_terms, GivenInTerms(ticket=old_terms, at=at, policy=RAIL), at, RAIL)


@pytest.mark.parametrize(
    ("old", "new", "before", "rule", "fee"),
    [
        (60000, 60000, timedelta(days=8), "refund_8d", 0),
        (60000, 60000, timedelta(hours=49), "refund_48h", 3000),
        (60000, 60000, timedelta(hours=1), "refund_0h", 12000),
        (60000, 100000, timedelta(hours=49), "refund_48h", 3000),  # what the old one paid
        (100000, 60000, timedelta(hours=49), "refund_48h", 3000),  # the rest was charged when it was given back
    ],
)
def test_a_refund_after_an_exchange_costs_what_it_would_have_cost(
    old: int, new: int, before: timedelta, rule: str, fee: int
) -> None:
    """49 hours before: exchanged free of charge to ten days ahead, then refunded free of charge."""
    answer = _after(old, new, before)
    assert (answer.rule, answer.fee.minor) == (rule, fee)


def test_the_dearer_of_both_tiers_holds() -> None:
    """The exchange is no shelter of the new ticket's own fee either."""
    old = TicketTerms(price=Money(60000, "CNY"), sold_at=DEPART - timedelta(days=12), depart=DEPART)
    before = GivenInTerms(ticket=old, at=DEPART - timedelta(hours=49), policy=RAIL)
    assert quote_refund(old, before, DEPART - timedelta(hours=1), RAIL).rule == "refund_0h"


def test_what_came_of_a_ticket_that_had_departed_is_not_refunded() -> None:
    """The departed ticket's fare would come back by way of another train of the day."""
    with pytest.raises(Refusal) as refused:
        _after(60000, 60000, -MOMENT)
    assert (refused.value.reason, refused.value.facts["rule"]) == (Reason.NOT_REFUNDABLE, "came_of_exchange")


def test_what_was_agreed_is_found_as_long_as_it_held_within_the_grace() -> None:
    """To the instant; and a tier that was never agreed is not found at all."""
    terms, grace, ends = _terms(60000, 100000, later=1), timedelta(minutes=15), DEPART - timedelta(hours=48)
    assert held_exchange(terms, "exchange_48h", 0, ends + grace, grace, RAIL) is not None
    assert held_exchange(terms, "exchange_48h", 0, ends + grace + MOMENT, grace, RAIL) is None
    assert held_exchange(terms, "exchange_24h", 3000, ends + MOMENT, grace, RAIL) is not None
    assert held_exchange(terms, "exchange_24h", 1, ends + grace, grace, RAIL) is None
    assert held_exchange(terms, "exchange_48h", 0, DEPART + timedelta(days=3), grace, RAIL) is None
