"""Splitting, cash rounding and giving back: to the fen; and the machine: no step that payments.md does not have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.money import Money
from counter_app.domain.payments import (
    DEAD,
    IN_FLIGHT,
    UNRESOLVED,
    Direction,
    Evidence,
    PaidLeg,
    PaymentIntent,
    PaymentState,
    Tender,
    after_crash,
    cash_due,
    may_move,
    moved,
    read_evidence,
    refund_legs,
    remaining,
)

S = PaymentState
AT = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
AMOUNTS = st.integers(min_value=0, max_value=10_000_000)
STEPS = st.sampled_from((1, 5, 10, 50, 100))
ALLOWED = {
    (S.CREATED, S.SENT),
    (S.CREATED, S.NOT_PERFORMED),
    (S.SENT, S.APPROVED_UNACKED),
    (S.SENT, S.APPROVED),
    (S.SENT, S.DECLINED),
    (S.SENT, S.UNKNOWN),
    (S.SENT, S.NOT_PERFORMED),
    (S.SENT, S.MANUAL),
    (S.APPROVED_UNACKED, S.APPROVED),
    (S.APPROVED_UNACKED, S.UNKNOWN),
    (S.APPROVED_UNACKED, S.MANUAL),
    (S.UNKNOWN, S.APPROVED),
    (S.UNKNOWN, S.DECLINED),
    (S.UNKNOWN, S.NOT_PERFORMED),
    (S.UNKNOWN, S.MANUAL),
    (S.UNKNOWN, S.REVERSING),
    (S.MANUAL, S.APPROVED),
    (S.MANUAL, S.NOT_PERFORMED),
    (S.MANUAL, S.REVERSED),
    (S.APPROVED, S.REVERSING),
    (S.REVERSING, S.REVERSED),
    (S.REVERSING, S.REVERSE_UNKNOWN),
    (S.REVERSING, S.APPROVED),
    (S.REVERSING, S.NOT_PERFORMED),
    (S.REVERSING, S.MANUAL),
    (S.REVERSE_UNKNOWN, S.REVERSED),
    (S.REVERSE_UNKNOWN, S.APPROVED),
    (S.REVERSE_UNKNOWN, S.NOT_PERFORMED),
    (S.REVERSE_UNKNOWN, S.MANUAL),
    (S.REVERSE_UNKNOWN, S.REVERSING),
}


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def intent(state: PaymentState = S.CREATED, minor: int = 20_00, tender: Tender = Tender.CARD) -> PaymentIntent:
    return PaymentIntent(
        intent_id=uuid4(),
        order_id=UUID(int=1),
        refund_id=None,
        charge_id=None,
        shift_id=UUID(int=2),
        user_id=UUID(int=3),
        clerk="Li",
        direction=Direction.CHARGE,
        tender=tender,
        amount=cny(minor),
        device="terminal",
        terminal_id="",
        baseline=None,
        state=state,
        created_at=AT,
        sent_at=None,
        moved_at=AT,
    )


# ---- the machine


@pytest.mark.parametrize(("was", "to"), list(product(S, S)))
def test_the_machine_has_these_steps_and_no_other(was: PaymentState, to: PaymentState) -> None:
    """A step too many charges twice; one too few leaves money that nobody can settle."""
    assert may_move(was, to) == ((was, to) in ALLOWED)
    baseline = 7 if to is S.SENT else None
    if (was, to) not in ALLOWED:
        with pytest.raises(AssertionError):
            moved(intent(was), to, AT, baseline=baseline)
        return
    after = moved(intent(was), to, AT + timedelta(seconds=3), baseline=baseline, reason="why")
    assert (after.state, after.reason, after.moved_at) == (to, "why", AT + timedelta(seconds=3))
    assert (after.sent_at is not None) == (to is S.SENT)


@pytest.mark.parametrize("state", S)
def test_after_a_crash_nothing_is_in_flight_and_nothing_is_decided(state: PaymentState) -> None:
    """What may have happened is asked for; only what was never sent did not happen."""
    after = after_crash(state)
    assert after not in IN_FLIGHT
    assert after is state or may_move(state, after)
    assert after is not S.APPROVED or state is S.APPROVED
    assert (after in DEAD) == (state in DEAD or state is S.CREATED)


@pytest.mark.parametrize("state", S)
def test_every_state_that_is_not_settled_has_a_way_out(state: PaymentState) -> None:
    """A payment without a way out would block its terminal and the shift for ever."""
    reached, edge = {state}, {state}
    while edge := {to for was in edge for to in S if may_move(was, to)} - reached:
        reached |= edge
    assert reached & (DEAD | {S.APPROVED})


def test_a_payment_that_a_sale_stands_on_is_not_taken_back() -> None:
    """The ticket is out: its money goes back by a refund, or the passenger rides for nothing."""
    with pytest.raises(AssertionError):
        moved(replace(intent(S.APPROVED), bound=True), S.REVERSING, AT)


def test_what_is_unsettled_is_under_way_unknown_loose_or_owed() -> None:
    refund = replace(intent(S.DECLINED), direction=Direction.REFUND, refund_id=uuid4(), charge_id=uuid4(), bound=True)
    for state in S:
        one = intent(state)
        assert one.unsettled == (state in UNRESOLVED or state is S.APPROVED), state
        assert replace(refund, state=state).unsettled == (state in UNRESOLVED or state in DEAD), state
    assert not replace(intent(S.APPROVED), bound=True).unsettled
    assert not replace(refund, superseded=True).unsettled


@given(
    receipt=st.none() | st.integers(0, 9999),
    texts=st.lists(st.text(max_size=20), min_size=5, max_size=5),
)
def test_evidence_reads_back(receipt: int | None, texts: list[str]) -> None:
    made = Evidence(
        receipt=receipt, terminal_id=texts[0], card=texts[1], card_name=texts[2], reference=texts[3], code=texts[4]
    )
    assert read_evidence(made.fields()) == made


@pytest.mark.parametrize("fields", [{"pan": "4111"}, {"receipt": "7"}, {"receipt": True}, {"card": 4}])
def test_evidence_takes_no_field_that_it_does_not_know(fields: dict[str, object]) -> None:
    """A card number that slips in under another name would be journaled for ever."""
    with pytest.raises(ValueError, match=next(iter(fields))):
        read_evidence(fields)


# ---- amounts


@given(exact=AMOUNTS, step=STEPS)
def test_cash_is_rounded_to_the_nearest_coin(exact: int, step: int) -> None:
    due = cash_due(cny(exact), step)
    assert due.exact + due.rounding == due.due
    assert due.due.minor % step == 0
    assert -step < 2 * due.rounding.minor <= step  # halves up


@given(total=AMOUNTS, parts=st.lists(st.integers(1, 3_000_000), max_size=6), data=st.data())
def test_what_is_left_to_pay_counts_all_that_may_have_been_paid(
    total: int, parts: list[int], data: st.DataObject
) -> None:
    """A leg that is unknown is not asked for twice."""
    legs = [intent(data.draw(st.sampled_from(list(S))), part) for part in parts]
    taken = sum(one.amount.minor for one in legs if one.state not in DEAD)
    assert remaining(cny(total), legs) == cny(max(0, total - taken))


@given(
    refundable=AMOUNTS,
    left=st.lists(st.tuples(st.sampled_from([Tender.CARD, Tender.ALIPAY, Tender.CASH]), AMOUNTS), max_size=6),
    step=STEPS,
)
def test_refund_legs_add_up_and_no_tender_gets_more_than_it_gave(
    refundable: int, left: list[tuple[Tender, int]], step: int
) -> None:
    paid = [
        PaidLeg(tender=tender, intent_id=None if tender is Tender.CASH else uuid4(), left=cny(minor))
        for tender, minor in left
    ]
    legs = refund_legs(cny(refundable), paid, step)
    assert sum(leg.amount.minor for leg in legs) == refundable
    assert all(leg.amount.minor > 0 for leg in legs)
    gave = {one.intent_id: one.left for one in paid if one.intent_id is not None}
    for leg in legs:
        if leg.tender is Tender.CASH:
            assert (leg.charge_id, leg) == (None, legs[-1])
            assert (leg.amount + leg.rounding).minor % step == 0
        else:
            assert leg.charge_id is not None
            assert leg.amount <= gave[leg.charge_id]
            assert not leg.rounding
    order = [one.intent_id for one in paid if one.intent_id is not None]
    charges = [leg.charge_id for leg in legs if leg.charge_id is not None]
    assert charges == [one for one in order if one in charges]


@given(charges=st.lists(st.integers(1, 500_000), min_size=1, max_size=4), prices=st.lists(st.integers(1, 400_000)))
def test_ticket_after_ticket_the_whole_order_goes_back_exactly(charges: list[int], prices: list[int]) -> None:
    """Many refunds of one order never give a card more than it paid, and never lose a fen."""
    left = {uuid4(): minor for minor in charges}
    gave, cash = dict.fromkeys(left, 0), 0
    for price in prices:
        paid = [PaidLeg(tender=Tender.CARD, intent_id=one, left=cny(minor)) for one, minor in left.items()]
        for leg in refund_legs(cny(price), paid, 1):
            if leg.charge_id is None:
                cash += leg.amount.minor
            else:
                left[leg.charge_id] -= leg.amount.minor
                gave[leg.charge_id] += leg.amount.minor
    assert all(minor >= 0 for minor in left.values())
    assert sum(gave.values()) + cash == sum(prices)
    assert cash == max(0, sum(prices) - sum(charges))


def test_card_twenty_and_cash_twelve_thirty_three() -> None:
    """Only the cash rounds; the card gets at most its twenty back."""
    card = uuid4()
    due = cash_due(cny(12_33), 5)
    assert (due.due, due.rounding) == (cny(12_35), cny(2))
    paid = [
        PaidLeg(tender=Tender.CASH, intent_id=None, left=cny(12_33)),
        PaidLeg(tender=Tender.CARD, intent_id=card, left=cny(20_00)),
    ]
    whole = refund_legs(cny(32_33), paid, 5)
    assert [(leg.tender, leg.amount, leg.rounding) for leg in whole] == [
        (Tender.CARD, cny(20_00), cny(0)),
        (Tender.CASH, cny(12_33), cny(2)),
    ]
    part = refund_legs(cny(16_17), paid, 5)
    assert [(leg.tender, leg.charge_id, leg.amount) for leg in part] == [(Tender.CARD, card, cny(16_17))]
