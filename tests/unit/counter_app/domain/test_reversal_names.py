"""Which payment a reversal took back: by the payment's receipt, or by its trace where the reversal has its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
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
    find_reversal,
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
