from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.aftersales import TicketTerms, fee_minor, quote
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
