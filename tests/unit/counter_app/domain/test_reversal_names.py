"""Which payment a reversal took back: by the payment's receipt, or by its trace where the reversal has its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from counter_app.domain.money import Money
from counter_app.domain.payments import (
    CardResult,
    Direction,
    Evidence,
    PaymentIntent,
    PaymentState,
    Tender,
    TerminalReport,
    find_charge,
    find_reversal,
    is_answer,
    is_reversal_of,
)

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PAYMENT = PaymentIntent(
    intent_id=UUID(int=1),
    order_id=UUID(int=2),
    refund_id=None,
    charge_id=None,
    shift_id=UUID(int=3),
    user_id=UUID(int=4),
    clerk="clerk",
    direction=Direction.CHARGE,
    tender=Tender.CARD,
    amount=Money(2_040, "EUR"),
    device="card",
    terminal_id="28004869",
    baseline=605,
    state=PaymentState.REVERSE_UNKNOWN,
    created_at=AT,
    sent_at=AT,
    moved_at=AT,
    evidence=Evidence(receipt=606, trace=1_606, terminal_id="28004869", code="00"),
)
OWN_NUMBER = CardResult(
    kind="reversal",
    result="00",
    amount_minor=2_040,
    currency="EUR",
    terminal_id="28004869",
    receipt=607,
    trace=1_607,
    original_trace=1_606,
)


@pytest.mark.parametrize(
    ("change", "ours"),
    [
        ({}, True),
        ({"receipt": 606}, True),
        ({"receipt": 606, "original_trace": None}, True),
        ({"receipt": 606, "original_trace": 0}, True),  # said, and empty
        ({"original_trace": None}, False),
        ({"original_trace": 1_604}, False),
        ({"receipt": 606, "original_trace": 1_604}, False),
        ({"amount_minor": 2_041}, False),
    ],
)
def test_a_reversal_is_told_by_the_trace_of_what_it_reverses(change: dict[str, int | None], ours: bool) -> None:
    """Every reversal at a terminal that numbers them would be an alarm; or one of another payment would pass."""
    result = replace(OWN_NUMBER, **change)  # type: ignore[arg-type]
    assert is_reversal_of(PAYMENT, result) is ours
    report = TerminalReport(ready=True, terminal_id="28004869", last=result)
    found = find_reversal(PAYMENT, report)
    assert found.state is (PaymentState.REVERSED if ours else PaymentState.MANUAL)


REFUND = replace(
    PAYMENT,
    direction=Direction.REFUND,
    charge_id=PAYMENT.intent_id,
    reverses=606,
    baseline=606,
    state=PaymentState.UNKNOWN,
    evidence=Evidence(trace=1_606),
)


@pytest.mark.parametrize(
    ("evidence", "change", "ours"),
    [
        (Evidence(trace=1_606), {}, True),
        (Evidence(trace=1_606), {"original_trace": 1_604}, False),
        (Evidence(trace=1_606), {"original_trace": None}, False),
        (Evidence(), {"receipt": 606}, True),  # the payment's trace was never told
        (OWN_NUMBER.evidence(), {}, True),  # heard, and not yet acknowledged when the power went
        (OWN_NUMBER.evidence(), {"receipt": 609, "trace": 1_609, "original_trace": 1_604}, False),
    ],
)
def test_a_refund_by_reversal_knows_its_own_answer(
    evidence: Evidence, change: dict[str, int | None], ours: bool
) -> None:
    """Each refund to a card would end with a person at the terminal's paper, or with another customer's money."""
    result = replace(OWN_NUMBER, **change)  # type: ignore[arg-type]
    refund = replace(REFUND, evidence=evidence)
    assert is_answer(refund, result) is ours
    report = TerminalReport(ready=True, terminal_id="28004869", last=result)
    found = find_charge(refund, report, AT + timedelta(hours=1), timedelta(minutes=5))
    assert found.state is (PaymentState.APPROVED if ours else PaymentState.MANUAL)
