"""A terminal reports its last transaction only: whatever else is done there takes the proof of what is not known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from counter_app.application.payments.moving import Mover
from counter_app.domain.payments import PaymentState
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from tests.unit.counter_app.application.payments.test_split_sale import PASSWORD, SplitTill
from tests.unit.counter_app.application.payments.till import (
    HAN,
    LI,
    LONGEST,
    cny,
    paid_but_lost,
    silent,
)

S = PaymentState


@pytest.fixture
def till(tmp_path: Path) -> Iterator[SplitTill]:
    made = SplitTill(tmp_path / "profile")
    made.open_shift()
    yield made
    made.close()


def quiet(text: str) -> None:
    del text


def lost_payment(till: SplitTill) -> UUID:
    """Sent and not heard of: nothing was booked at the terminal."""
    till.terminal.script.append(silent)
    intent_id = till.pay(till.begin_tender(till.clerk, till.held(1).order_id), people=(HAN,))
    assert till.payments.run(intent_id, quiet).state is S.UNKNOWN
    return intent_id


def carry(till: SplitTill, intent_id: UUID) -> None:
    till.carry(till.clerk, intent_id, note="bank asked", supervisor="wang", supervisor_password=PASSWORD)


def test_a_later_payment_of_the_same_amount_never_pays_for_one_that_was_carried_over(till: SplitTill) -> None:
    """Carried, it blocks nothing any more; the next customer's receipt would make a ticket that nobody paid."""
    lost = lost_payment(till)
    carry(till, lost)
    till.sold_paid()  # of the same amount: another customer, the terminal's last receipt from now on
    till.clock.go(seconds=LONGEST.total_seconds() + 1)
    leg = till.payments.ask(lost, quiet)
    assert (leg.state, leg.reason) == (S.MANUAL, "terminal_has_another")


def test_two_that_are_not_known_are_not_both_paid_by_one_receipt(till: SplitTill) -> None:
    first = lost_payment(till)
    carry(till, first)
    hold = till.begin_tender(till.clerk, till.held(1).order_id)
    till.terminal.script = [paid_but_lost]
    second = till.pay(hold)
    till.payments.run(second, quiet)
    till.clock.go(seconds=LONGEST.total_seconds() + 1)
    states = {leg.intent_id: leg.state for leg in till.payments.recover(quiet)}
    states |= {leg.intent_id: leg.state for leg in till.payments.recover(quiet)}
    assert states == {first: S.MANUAL, second: S.APPROVED}


def test_a_refund_waits_until_the_terminal_has_said_what_became_of_the_payment_before(till: SplitTill) -> None:
    """Else the terminal's last transaction is the refund, and nobody learns whether the customer was charged."""
    sold = till.sold_paid()
    lost = lost_payment(till)
    refunded = till.refund(till.clerk, till.quote_refund(sold.order.tickets[0].ticket_id))
    (leg,) = till.refund_payments(refunded)
    told = len(till.terminal.told)
    after = till.payments.run(leg.intent_id, quiet)
    assert (after.state, after.reason) == (S.NOT_PERFORMED, "terminal_blocked")
    assert len(till.terminal.told) == told
    till.clock.go(seconds=LONGEST.total_seconds() + 1)
    assert till.payments.ask(lost, quiet).state is S.NOT_PERFORMED
    again = till.retry(till.clerk, leg.intent_id)
    assert till.payments.run(again, quiet).state is S.APPROVED


def test_nothing_is_reversed_at_a_terminal_that_has_not_said_what_became_of_the_payment_before(till: SplitTill) -> None:
    loose = till.pay(till.in_tender())
    till.payments.run(loose, quiet)
    lost_payment(till)
    with pytest.raises(Refusal) as refused:
        till.payments.reverse(till.clerk, loose, quiet)
    assert refused.value.reason is Reason.TERMINAL_BLOCKED
    assert till.intent(loose).state is S.APPROVED


def test_a_receipt_is_never_reversed_at_another_terminal(till: SplitTill) -> None:
    """A terminal that was exchanged has a receipt of that number too: of a stranger's payment, of the same amount."""
    sold = till.split(cny(100))  # what is given back is more than that: the card payment as a whole, then cash
    quote = till.quote_refund(sold.order.tickets[0].ticket_id)
    with till.store.writing() as books:
        (charge,) = books.payments.of_order(sold.order.order_id)
        books.payments.put(replace(charge, terminal_id="11111111"))
    refunded = till.refund(till.clerk, quote)
    (leg,) = till.refund_payments(refunded)
    assert till.intent(leg.intent_id).reverses is not None
    told = list(till.terminal.told)
    after = till.payments.run(leg.intent_id, quiet)
    assert (after.state, after.reason, till.terminal.told) == (S.NOT_PERFORMED, "another_terminal", told)
    again = till.retry(till.clerk, leg.intent_id)  # the card is credited instead
    assert till.payments.run(again, quiet).state is S.APPROVED
    assert till.terminal.told[-1][0] == "refund"


@pytest.mark.parametrize("at", [S.SENT, S.APPROVED_UNACKED, S.APPROVED])
def test_what_a_commit_left_open_is_asked_about_without_a_restart(
    till: SplitTill, monkeypatch: pytest.MonkeyPatch, at: PaymentState
) -> None:
    """A full disk for a moment would keep the terminal blocked, and the shift open, until the program is started anew.

    The steps fail without having been made, from ``at`` on; so does every attempt to say that it is not known.
    """
    real = Mover.__call__
    broken = False

    def call(self: Mover, intent_id: UUID, to: PaymentState, **rest: object) -> object:
        nonlocal broken
        broken = broken or to is at
        if broken:
            raise OutcomeUnknown("commit", "disk I/O error")
        return real(self, intent_id, to, **rest)  # type: ignore[arg-type]

    intent_id = till.pay(till.in_tender())
    with monkeypatch.context() as patch:
        patch.setattr(Mover, "__call__", call)
        with pytest.raises(OutcomeUnknown):
            till.payments.run(intent_id, quiet)
    till.clock.go(seconds=LONGEST.total_seconds() + 1)
    till.payments.recover(quiet)
    paid = till.terminal.last is not None
    assert till.intent(intent_id).state is (S.APPROVED if paid else S.NOT_PERFORMED)


def test_a_payment_that_a_sale_was_made_of_meanwhile_is_not_reversed(till: SplitTill) -> None:
    """The terminal takes seconds to answer: the sale may be finished on another lane before the reversal begins."""
    hold = till.in_tender()
    intent_id = till.pay(hold)
    till.payments.run(intent_id, quiet)
    real = till.terminal.status

    def slow() -> object:
        till.sell(till.clerk, hold.order_id, (LI,), received=None, quoted=hold.fare)
        return real()

    till.terminal.status = slow  # type: ignore[method-assign,assignment]
    with pytest.raises(Refusal) as refused:
        till.payments.reverse(till.clerk, intent_id, quiet)
    assert refused.value.reason is Reason.PAYMENT_NOT_OPEN
    assert till.intent(intent_id).state is S.APPROVED
    assert [kind for kind, _ in till.terminal.told] == ["payment"]
