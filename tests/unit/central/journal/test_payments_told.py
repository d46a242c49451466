"""Payments as counters tell them: what a counter writes is read, and what adds up to nothing is set aside."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from central.journal.payment_facts import (
    by_tender,
    read_carried,
    read_created,
    read_moved,
    read_paid_out,
    refunded_legs,
    sold_legs,
)
from central.journal.reading import Unreadable
from counter_app.domain import payment_facts as told
from counter_app.domain.journal import canonical
from counter_app.domain.money import Money
from counter_app.domain.payments import Direction, Evidence, PaymentIntent, PaymentState, Tender, moved

AT = datetime(2026, 12, 1, tzinfo=UTC)
CHARGE = PaymentIntent(
    intent_id=uuid4(),
    order_id=uuid4(),
    refund_id=None,
    charge_id=None,
    shift_id=uuid4(),
    user_id=uuid4(),
    clerk="Li",
    direction=Direction.CHARGE,
    tender=Tender.CARD,
    amount=Money(20_00, "CNY"),
    device="terminal",
    terminal_id="",
    baseline=None,
    state=PaymentState.CREATED,
    created_at=AT,
    sent_at=None,
    moved_at=AT,
)
REFUND = replace(CHARGE, direction=Direction.REFUND, refund_id=uuid4(), charge_id=CHARGE.intent_id, reverses=7)
SENT = moved(CHARGE, PaymentState.SENT, AT, baseline=6, terminal_id="52500004")
PAID = moved(SENT, PaymentState.APPROVED, AT, evidence=Evidence(receipt=7, card="**** 1234"))
LEGS = (
    told.LegFact(tender=Tender.CARD, amount_minor=20_00, intent_id=CHARGE.intent_id),
    told.LegFact(tender=Tender.CASH, amount_minor=12_33, rounding_minor=2, received_minor=20_00, change_minor=7_65),
)


def over_the_wire(body: Any) -> Any:
    return json.loads(canonical(body))


def test_legs_are_kept_by_tender_and_the_drawer_has_what_the_coins_made_of_it() -> None:
    sold = over_the_wire({"tenders": told.sold_legs(LEGS)})
    assert by_tender(sold_legs(sold, 32_33)) == {"card": 20_00, "cash": 12_35}
    back = over_the_wire({"legs": told.refunded_legs(LEGS)})
    assert by_tender(refunded_legs(back, 32_33)) == {"card": -20_00, "cash": -12_35}


def test_an_entry_of_before_there_were_tenders_is_cash() -> None:
    """A counter is updated after central is, and what it has not sent yet is of the old form."""
    old = {"tender": {"kind": "cash", "received_minor": 100, "change_minor": 0}}
    assert by_tender(sold_legs(old, 100)) == {"cash": 100}
    assert by_tender(refunded_legs({}, 100)) == {"cash": -100}


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_minor": 19_99},
        {"amount_minor": -20_00},
        {"rounding_minor": 1},
        {"intent_id": None},
        {"tender": "cash"},
        {"tender": "cheque"},
        {"amount_minor": 20_00.0},
    ],
)
def test_legs_that_do_not_add_up_are_set_aside(wrong: dict[str, Any]) -> None:
    legs = over_the_wire(told.sold_legs(LEGS))
    legs[0] |= wrong
    with pytest.raises(Unreadable):
        sold_legs({"tenders": legs}, 32_33)


def test_a_leg_that_is_listed_twice_is_set_aside() -> None:
    """One payment would stand for two."""
    legs = over_the_wire(told.sold_legs((LEGS[0], LEGS[0])))
    with pytest.raises(Unreadable):
        sold_legs({"tenders": legs}, 40_00)


PAID_OUT = told.paid_out_fact(
    REFUND,
    shift_id=UUID(int=5),
    rounding=Money(2, "CNY"),
    reason="card expired",
    supervisor_id=UUID(int=6),
    movement_id=UUID(int=7),
    slip_job=UUID(int=8),
    drawer_job=UUID(int=9),
)
READ: list[tuple[Callable[[dict[str, Any]], Any], dict[str, Any]]] = [
    (read_created, dict(told.created_fact(CHARGE))),
    (read_created, dict(told.created_fact(REFUND, replaces=uuid4()))),
    (read_moved, dict(told.moved_fact(CHARGE, SENT))),
    (read_moved, dict(told.moved_fact(SENT, PAID))),
    (read_carried, dict(told.carried_fact(SENT, note="wang: bank asked", supervisor_id=uuid4()))),
    (read_paid_out, dict(PAID_OUT)),
]


@pytest.mark.parametrize(("reader", "body"), READ)
def test_what_a_counter_writes_is_read(reader: Callable[[dict[str, Any]], Any], body: dict[str, Any]) -> None:
    assert reader(over_the_wire(body)).intent_id == CHARGE.intent_id


@pytest.mark.parametrize(("reader", "body"), READ)
def test_an_entry_about_no_payment_at_all_is_set_aside(
    reader: Callable[[dict[str, Any]], Any], body: dict[str, Any]
) -> None:
    with pytest.raises(Unreadable):
        reader({**over_the_wire(body), "intent_id": "7"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "approved_twice"},
        {"from": "created", "to": "approved"},
        {"evidence": {"pan": "4111111111111111"}},
        {"evidence": {"card": "x" * 301}},
        {"baseline": -1},
        {"at": "yesterday"},
    ],
)
def test_a_step_that_the_machine_does_not_have_is_set_aside(wrong: dict[str, Any]) -> None:
    """Nor is a card number kept that a counter should never have written."""
    with pytest.raises(Unreadable):
        read_moved({**over_the_wire(told.moved_fact(SENT, PAID)), **wrong})


def test_cash_for_what_a_card_would_not_take_back_moves_both() -> None:
    assert by_tender(read_paid_out(over_the_wire(PAID_OUT)).legs) == {"card": 20_00, "cash": -20_02}
