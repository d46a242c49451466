from __future__ import annotations

import tomllib
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.money import Money
from counter_app.domain.orders import check_received, items_total, price_items, quick_tenders
from counter_app.domain.policy import parse_policy, read_policy
from counter_app.domain.shifts import denominations
from counter_app.errors import Reason, Refusal
from tests.conftest import ROOT

FOLDER = ROOT / "resources" / "policies"
RAIL_TEXT = (FOLDER / "cn-rail.toml").read_text("utf-8")
RAIL = read_policy(RAIL_TEXT)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_shipped_policies_are_whole(path: Any) -> None:
    """A station whose policy does not load cannot sell at all."""
    policy = read_policy(path.read_text("utf-8"))
    assert policy.reference == f"{path.stem}@{policy.version}"
    assert policy.type_of("adult") is not None
    assert set(policy.ticket_rules) == {"zh", "en"}


@pytest.mark.parametrize(
    ("where", "value", "key"),
    [
        (("sale", "hold_minutes"), 0, "sale.hold_minutes"),
        (("sale", "hold_minutes"), "10", "sale.hold_minutes"),
        (("sale", "hold_minutes"), True, "sale.hold_minutes"),
        (("sale", "hold_minute"), 5, "sale.hold_minute"),
        (("name",), "CN Rail", "name"),
        (("sale", "gate_closes_minutes_before_departure"), 121, "sale.gate_closes_minutes_before_departure"),
        (("after_sales", 1, "fee_permille"), 1001, "after_sales[1].fee_permille"),
        (("after_sales", 1, "transaction"), "gift", "after_sales[1].transaction"),
        (("after_sales", 1, "minutes"), 20000, "after_sales.minutes"),
        (("after_sales", 1, "code"), "refund_8d", "after_sales.code"),
        (("passenger", 1, "type"), "adult", "passenger.type"),
        (("words", "luggage", "zh"), "", "words.luggage.zh"),
        (("words", "ticket_rules", "en"), ["\x1bp"], "words.ticket_rules.en"),
    ],
)
def test_a_wrong_key_is_refused_by_its_name(where: tuple[Any, ...], value: object, key: str) -> None:
    """A policy that is half understood takes money by a rule that nobody wrote."""
    document = deepcopy(tomllib.loads(RAIL_TEXT))
    inside: Any = document
    for step in where[:-1]:
        inside = inside[step]
    inside[where[-1]] = value
    with pytest.raises(Refusal) as refused:
        parse_policy(document)
    assert refused.value.reason is Reason.BAD_SETTING
    assert refused.value.facts["key"] == key


def test_the_end_of_boarding_is_said_or_not_known() -> None:
    """A time that nobody set would stand on every ticket."""
    document = tomllib.loads(RAIL_TEXT)
    assert parse_policy(document).gate_closes_minutes is None
    document["sale"]["gate_closes_minutes_before_departure"] = 5
    assert parse_policy(document).gate_closes_minutes == 5


def test_a_missing_key_is_refused() -> None:
    """A rule left out would silently become some default."""
    document = tomllib.loads(RAIL_TEXT)
    del document["sale"]["horizon_days"]
    with pytest.raises(Refusal, match=r"sale\.horizon_days"):
        parse_policy(document)


def test_horizon_counts_today() -> None:
    """Fifteen days on sale are today and fourteen more."""
    assert RAIL.last_sale_date(date(2026, 12, 1)) == date(2026, 12, 15)


@pytest.mark.parametrize(
    ("kind", "travel_class", "pays"),
    [
        ("adult", "second", 55300),
        ("child", "second", 27650),
        ("student", "second", 41500),  # 414.75, up to 415.00
        ("student", "hard_seat", 27650),
        ("disabled_veteran", "business", 27650),
    ],
)
def test_reductions(kind: str, travel_class: str, pays: int) -> None:
    """A student pays three quarters of second class and half of hard seat; a child and a veteran half."""
    passenger = RAIL.type_of(kind)
    assert passenger is not None
    assert items_total(price_items(Money(55300, "CNY"), passenger, travel_class, RAIL)) == pays


def test_a_student_pays_full_or_is_refused_elsewhere() -> None:
    """A student ticket in first class does not exist: selling it would be caught at the gate."""
    student = RAIL.type_of("student")
    assert student is not None
    with pytest.raises(Refusal) as refused:
        price_items(Money(55300, "CNY"), student, "first", RAIL)
    assert refused.value.reason is Reason.TYPE_NOT_SOLD_HERE


@given(fare=st.integers(0, 10**6), kind=st.sampled_from(["child", "student", "disabled_veteran"]))
def test_a_reduction_never_costs_more(fare: int, kind: str) -> None:
    """A coarse rounding step could make a child dearer than an adult."""
    passenger = RAIL.type_of(kind)
    assert passenger is not None
    total = items_total(price_items(Money(fare, "CNY"), passenger, "second", RAIL))
    assert 0 <= total <= fare


@given(total=st.integers(0, 10**7))
def test_quick_tenders_are_what_customers_hand_over(total: int) -> None:
    """A quick key that is less than the total would be refused with the customer waiting."""
    sums = [one.minor for one in quick_tenders(Money(total, "CNY"), denominations("CNY"))]
    assert sums[0] == total
    assert sums == sorted(set(sums))
    assert len(sums) <= 6
    assert all(check_received(Money(one, "CNY"), Money(total, "CNY"), denominations("CNY")).minor >= 0 for one in sums)


def test_quick_tenders_of_a_fare() -> None:
    """553.00: exact, and the sums that notes make."""
    sums = [one.plain() for one in quick_tenders(Money(55300, "CNY"), denominations("CNY"))]
    assert sums == ["553.00", "555.00", "560.00", "600.00"]


def test_a_typing_error_is_not_taken_for_cash() -> None:
    """55300 typed for 553.00: the drawer would be asked for 54,747.00 of change."""
    with pytest.raises(Refusal) as refused:
        check_received(Money(5_530_000, "CNY"), Money(55_300, "CNY"), denominations("CNY"))
    assert refused.value.reason is Reason.AMOUNT_OUT_OF_RANGE
