"""One charge through every order of answers: what is never lost, never taken twice, never left without an end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.payments.machine import (
    ENDED,
    GIVE_UP,
    OPEN,
    REFUND_OPEN,
    Order,
    Refund,
    RefundState,
    State,
    Step,
    heard,
    heard_refund,
    next_step,
    want_reversal,
)
from central.payments.words import Said, Word, masked, unknown

START = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
PAID = Word(said=Said.PAID, amount_minor=2_600, currency="CNY", reference="42")
WAITING = Word(said=Said.WAITING)
CLOSED = Word(said=Said.CLOSED, reason="closed")
ABSENT = Word(said=Said.ABSENT)
DONE = Word(said=Said.DONE)
SILENT = unknown("timeout")
AFTER_S = 15


def order(state: State = State.SENT) -> Order:
    return Order(
        intent_id=UUID(int=1),
        number="n",
        amount_minor=2_600,
        currency="CNY",
        state=state,
        sent_at=START,
        due_at=START + timedelta(seconds=5),
    )


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def told(one: Order, step: Step, word: Word, seconds: float) -> Order:
    return heard(one, step, word, at(seconds), AFTER_S)


def test_the_plain_way() -> None:
    done = told(order(), Step.CHARGE, PAID, 1)
    assert (done.state, done.paid, done.due_at, done.reference) == (State.APPROVED, True, None, "42")
    assert next_step(done, at(1_000), AFTER_S) is None


def test_silence_is_asked_about_every_five_seconds_and_taken_back_at_45() -> None:
    one, now = order(), 0.0
    asked = []
    one = told(one, Step.CHARGE, SILENT, now)
    while one.state in {State.UNKNOWN, State.PENDING}:
        assert one.due_at is not None
        now = (one.due_at - START).total_seconds()
        asked.append(now)
        assert next_step(one, at(now), AFTER_S) is Step.QUERY
        one = told(one, Step.QUERY, WAITING if len(asked) % 2 else SILENT, now)
    assert asked == [5, 10, 15, 20, 25, 30, 35, 40, 45]
    assert (one.state, one.reason) == (State.REVERSING, "too_late")
    assert next_step(one, at(45), AFTER_S) is Step.REVERSE


def test_no_reversal_before_its_time() -> None:
    one = want_reversal(told(order(), Step.CHARGE, PAID, 1), at(2), "taken_back", AFTER_S)
    assert (one.state, one.due_at) == (State.REVERSING, at(15))
    assert next_step(one, at(14.9), AFTER_S) is None
    assert next_step(one, at(15), AFTER_S) is Step.REVERSE


def test_a_reversal_is_looked_at_before_it_is_believed() -> None:
    one = want_reversal(told(order(), Step.CHARGE, PAID, 1), at(2), "taken_back", AFTER_S)
    one = told(one, Step.REVERSE, DONE, 15)
    assert one.state is State.REVERSING
    assert next_step(one, at(15), AFTER_S) is Step.QUERY
    assert told(one, Step.QUERY, CLOSED, 16).state is State.REVERSED
    still = told(one, Step.QUERY, PAID, 16)
    assert next_step(still, at(16), AFTER_S) is Step.GIVE_BACK
    assert told(still, Step.GIVE_BACK, DONE, 17).state is State.REVERSED


def test_a_late_answer_to_the_charge_while_it_is_taken_back() -> None:
    """The clerk gave up while the customer typed; the answer comes, and it was paid."""
    one = want_reversal(order(), at(2), "taken_back", AFTER_S)
    one = told(one, Step.CHARGE, PAID, 9)
    assert (one.state, one.paid) == (State.REVERSING, True)
    refused = told(want_reversal(order(), at(2), "taken_back", AFTER_S), Step.CHARGE, Word(said=Said.REFUSED), 9)
    assert refused.state is State.NOT_PERFORMED


def test_a_number_that_nobody_knows_may_still_be_on_its_way() -> None:
    one = want_reversal(told(order(), Step.CHARGE, SILENT, 1), at(2), "taken_back", AFTER_S)
    one = told(told(one, Step.REVERSE, ABSENT, 20), Step.QUERY, ABSENT, 21)
    assert one.state is State.REVERSING
    one = told(told(one, Step.REVERSE, ABSENT, 121), Step.QUERY, ABSENT, 122)
    assert (one.state, one.late_check) == (State.NOT_PERFORMED, True)
    assert next_step(one, at(900), AFTER_S) is Step.QUERY
    found = told(one, Step.QUERY, PAID, 900)
    assert next_step(found, at(900), AFTER_S) is Step.GIVE_BACK


def test_signed_and_of_another_amount() -> None:
    for word in (
        Word(said=Said.PAID, amount_minor=26, currency="CNY"),
        Word(said=Said.PAID, amount_minor=2_600, currency="USD"),
    ):
        one = told(order(), Step.QUERY, word, 5)
        assert (one.state, one.reason, one.due_at) == (State.MANUAL, "amount_differs", None)


def test_nothing_is_asked_for_ever() -> None:
    one = want_reversal(told(order(), Step.CHARGE, SILENT, 1), at(2), "taken_back", AFTER_S)
    now, steps = 20.0, 0
    while one.state in OPEN:
        assert one.due_at is not None
        now = max(now, (one.due_at - START).total_seconds())
        step = next_step(one, at(now), AFTER_S)
        assert step is not None
        one = told(one, step, SILENT, now)
        steps += 1
    assert (one.state, one.reason) == (State.MANUAL, "gave_up")
    assert now >= GIVE_UP.total_seconds()
    assert steps < 2_500


WORDS = st.sampled_from([PAID, WAITING, CLOSED, ABSENT, DONE, SILENT, Word(said=Said.REFUSED), Word(said=Said.AGAIN)])


@given(st.lists(st.tuples(WORDS, st.floats(0, 60), st.booleans()), max_size=30))
def test_whatever_is_answered(story: list[tuple[Word, float, bool]]) -> None:
    """An order that is open has a next look; one that was paid never ends as "not performed"; an end stays one."""
    one, now, step = order(), 0.0, Step.CHARGE
    for word, passed, back in story:
        now += passed
        if back:
            one = want_reversal(one, at(now), "taken_back", AFTER_S)
        before = one
        one = told(one, step, word, now)
        if one.state in OPEN:
            assert one.due_at is not None
            now = max(now, (one.due_at - START).total_seconds())
        if one.paid:
            assert one.state is not State.NOT_PERFORMED or one.giving_back
            assert one.state is not State.DECLINED
        if before.state in ENDED and not before.giving_back:
            assert one.state is before.state or one.state is State.MANUAL
        found = next_step(one, at(now), AFTER_S)
        if found is None:
            assert one.state not in OPEN
            return
        step = found


# ---- refunds


def refund(state: RefundState = RefundState.SENT) -> Refund:
    return Refund(
        intent_id=UUID(int=2),
        charge_id=UUID(int=1),
        number="n",
        refund_number="r",
        amount_minor=600,
        whole_minor=2_600,
        currency="CNY",
        state=state,
        sent_at=START,
    )


@pytest.mark.parametrize(
    ("word", "state", "again"),
    [
        (Word(said=Said.DONE, amount_minor=600), RefundState.PAID_BACK, False),
        (DONE, RefundState.PAID_BACK, False),
        (Word(said=Said.DONE, amount_minor=601), RefundState.MANUAL, False),
        (Word(said=Said.REFUSED), RefundState.DECLINED, False),
        (WAITING, RefundState.PENDING, False),
        (ABSENT, RefundState.UNKNOWN, True),
        (Word(said=Said.AGAIN), RefundState.UNKNOWN, True),
        (SILENT, RefundState.UNKNOWN, False),
    ],
)
def test_a_refund(word: Word, state: RefundState, again: bool) -> None:
    one = heard_refund(refund(), word, at(1))
    assert (one.state, one.ask_again) == (state, again)
    assert (one.due_at is not None) == (state in REFUND_OPEN)


def test_a_refund_is_not_asked_about_for_ever() -> None:
    one = refund()
    while one.state in REFUND_OPEN:
        one = heard_refund(one, SILENT, one.due_at or START)
    assert (one.state, one.reason) == (RefundState.MANUAL, "gave_up")


def test_payers_are_masked() -> None:
    assert masked("159****5620") == "159****5620"
    assert masked("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o") == "oU***6o"
    assert masked("li") == "***"
    assert masked("") == ""
