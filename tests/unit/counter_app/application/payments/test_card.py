"""A card at the terminal: no ticket without money and no money without a ticket, whatever the line does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from counter_app.application.payment_views import SettleAction
from counter_app.application.payments.run_payment import end_in_flight
from counter_app.application.payments.start_payment import StartPayment
from counter_app.domain.journal import Kind
from counter_app.domain.payments import CardResult, PaymentState, Tender
from counter_app.domain.timetable import Span
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.payments import Approved, CardOutcome, NotSent, TerminalTrouble, Unknown, Watch
from tests.unit.counter_app.application.counter import SmallCatalogue, run, trip
from tests.unit.counter_app.application.payments.till import (
    HAN,
    LI,
    LONGEST,
    Terminal,
    Till,
    approve,
    cny,
    decline,
    paid_but_lost,
    silent,
)

S = PaymentState


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path / "profile")
    made.open_shift()
    yield made
    made.close()


def quiet(text: str) -> None:
    del text


def moves(till: Till) -> list[tuple[str, str]]:
    with till.store.reading() as books:
        found = [one for one in books.journal.entries() if one.kind is Kind.PAYMENT_MOVED]
    return [(str(one.body["from"]), str(one.body["to"])) for one in found]


def test_an_approval_is_durable_before_it_is_acknowledged(till: Till) -> None:
    """A power cut between the terminal's answer and ours would leave money that nobody knows of."""
    hold = till.in_tender()
    seen: list[PaymentState] = []

    def look(terminal: Terminal, result: CardResult, watch: Watch) -> CardOutcome:
        seen.append(till.intent(intent_id).state)
        assert watch.answered(result)
        seen.append(till.intent(intent_id).state)  # read from the store, before any acknowledgement
        terminal.last = result
        return Approved(result=result)

    till.terminal.script = [look]
    intent_id = till.pay(hold)
    assert till.intent(intent_id).state is S.CREATED
    leg = till.payments.run(intent_id, quiet)
    assert (seen, leg.state, leg.card) == ([S.SENT, S.APPROVED_UNACKED], S.APPROVED, "**** 1234")
    assert moves(till) == [("created", "sent"), ("sent", "approved_unacked"), ("approved_unacked", "approved")]
    assert till.intent(intent_id).baseline == 0


def test_nothing_is_sent_twice(till: Till) -> None:
    intent_id = till.pay(till.in_tender())
    till.payments.run(intent_id, quiet)
    till.payments.run(intent_id, quiet)
    assert till.terminal.told == [("payment", 600_00)]


def test_an_answer_that_cannot_be_made_durable_is_not_acknowledged(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal takes the payment back when it hears no yes: and a sale nobody recorded is not charged."""
    intent_id = till.pay(till.in_tender())
    answers: list[bool] = []

    def broken(*_: object, **__: object) -> object:
        raise OutcomeUnknown("commit", "disk I/O error")

    def act(terminal: Terminal, result: CardResult, watch: Watch) -> CardOutcome:
        with monkeypatch.context() as patch:
            patch.setattr(type(till.mover), "__call__", broken)
            answers.append(watch.answered(result))
        return Unknown(reason="not_committed", result=result)

    till.terminal.script = [act]
    leg = till.payments.run(intent_id, quiet)
    assert answers == [False]
    assert leg.state is S.UNKNOWN


def test_a_reset_after_the_order_is_unknown_and_blocks_the_terminal(till: Till) -> None:
    till.terminal.script = [silent]
    hold = till.in_tender()
    intent_id = till.pay(hold)
    assert till.payments.run(intent_id, quiet).state is S.UNKNOWN
    other = till.held(1)
    till.begin_tender(till.clerk, other.order_id)
    with pytest.raises(Refusal) as refused:
        till.pay(other, people=(HAN,))
    assert refused.value.reason is Reason.TERMINAL_BLOCKED
    (item,) = till.to_settle()
    assert item.blocks_terminal
    assert item.actions[0] is SettleAction.ASK
    assert item.next_step == "unknown_ask_terminal"


def test_the_same_amount_as_the_last_sale_is_never_an_approval(till: Till) -> None:
    """The terminal repeats its last transaction: same amount, another receipt than ours would have."""
    first = till.in_tender()
    till.payments.run(till.pay(first), quiet)
    second = till.begin_tender(till.clerk, till.held(1).order_id)
    till.terminal.script = [silent]
    intent_id = till.pay(second, people=(HAN,))
    till.payments.run(intent_id, quiet)
    assert till.payments.ask(intent_id, quiet).state is S.UNKNOWN  # a customer may be typing the PIN
    till.clock.go(seconds=LONGEST.total_seconds() - 1)
    assert till.payments.ask(intent_id, quiet).state is S.UNKNOWN
    till.clock.go(seconds=2)
    till.terminal.ready = False
    assert till.payments.ask(intent_id, quiet).state is S.UNKNOWN
    till.terminal.ready = True
    assert till.payments.ask(intent_id, quiet).state is S.NOT_PERFORMED
    assert till.to_settle()[0].leg.state is S.APPROVED  # the first, loose: its sale was not made yet


def test_paid_and_lost_is_found_by_receipt_amount_and_terminal(till: Till) -> None:
    till.terminal.script = [paid_but_lost]
    intent_id = till.pay(till.in_tender())
    assert till.payments.run(intent_id, quiet).state is S.UNKNOWN
    leg = till.payments.ask(intent_id, quiet)
    assert (leg.state, leg.reason) == (S.APPROVED, "found_at_terminal")
    (item,) = till.to_settle()
    assert item.actions[0] is SettleAction.FINISH_SALE


def test_another_amount_under_a_new_receipt_is_for_a_person(till: Till) -> None:
    till.terminal.script = [silent]
    intent_id = till.pay(till.in_tender())
    till.payments.run(intent_id, quiet)
    till.terminal.last = till.terminal.result("payment", 1, 7)
    assert till.payments.ask(intent_id, quiet).state is S.UNKNOWN
    till.clock.go(seconds=LONGEST.total_seconds() + 1)
    leg = till.payments.ask(intent_id, quiet)
    assert (leg.state, leg.reason) == (S.MANUAL, "terminal_has_another")
    assert till.to_settle()[0].alarm


@pytest.mark.parametrize(
    ("change", "why"),
    [({"amount_minor": 1}, "amount"), ({"receipt": 0}, "baseline"), ({"terminal_id": "999"}, "terminal")],
)
def test_a_status_that_is_not_ours_is_not_acknowledged(till: Till, change: dict[str, object], why: str) -> None:
    """A partial approval, an old receipt, another terminal: acknowledging it would take money that we do not book."""
    answers: list[bool] = []

    def act(terminal: Terminal, result: CardResult, watch: Watch) -> CardOutcome:
        answers.append(watch.answered(replace(result, **change)))  # type: ignore[arg-type]
        return Unknown(reason="other_result", result=result)

    till.terminal.script = [act]
    assert till.payments.run(till.pay(till.in_tender()), quiet).state is S.UNKNOWN, why
    assert answers == [False]


def test_an_explicit_refusal_frees_the_way_for_another_tender(till: Till) -> None:
    hold = till.in_tender()
    till.terminal.script = [decline]
    assert till.payments.run(till.pay(hold), quiet).state is S.DECLINED
    view = till.checkout(hold.order_id, cny(600))
    assert (view.left, view.abandonable, till.to_settle()) == (cny(600), True, [])
    assert till.payments.run(till.pay(hold), quiet).state is S.APPROVED


@pytest.mark.parametrize("trouble", [TerminalTrouble.NOT_REACHABLE, TerminalTrouble.SILENT, TerminalTrouble.BUSY])
def test_a_terminal_that_cannot_be_asked_is_sent_nothing(till: Till, trouble: TerminalTrouble) -> None:
    till.terminal.trouble = trouble
    leg = till.payments.run(till.pay(till.in_tender()), quiet)
    assert (leg.state, leg.reason, till.terminal.told) == (S.NOT_PERFORMED, trouble.value, [])


def test_a_refusal_after_the_approval_is_unknown(till: Till) -> None:
    def act(terminal: Terminal, result: CardResult, watch: Watch) -> CardOutcome:
        assert watch.answered(result)
        return decline(terminal, result, watch)

    till.terminal.script = [act]
    assert till.payments.run(till.pay(till.in_tender()), quiet).state is S.UNKNOWN


def test_not_sent_is_no(till: Till) -> None:
    till.terminal.script = [lambda *_: NotSent(trouble=TerminalTrouble.NOT_REACHABLE)]
    assert till.payments.run(till.pay(till.in_tender()), quiet).state is S.NOT_PERFORMED


# ---- splitting


def test_a_leg_may_not_exceed_what_is_due(till: Till) -> None:
    hold = till.in_tender(2)
    people = (LI, HAN)
    till.payments.run(till.pay(hold, cny(1000), people=people), quiet)
    with pytest.raises(Refusal) as refused:
        till.pay(hold, cny(200.01), people=people)
    assert refused.value.reason is Reason.PAYMENT_TOO_MUCH
    assert till.checkout(hold.order_id, cny(1200)).left == cny(200)


def test_an_open_leg_stops_every_other(till: Till) -> None:
    hold = till.in_tender(2)
    till.pay(hold, cny(100), people=(LI, HAN))
    with pytest.raises(Refusal) as refused:
        till.pay(hold, cny(100), people=(LI, HAN))
    assert refused.value.reason is Reason.PAYMENT_OPEN


def test_cash_is_no_intent_and_a_wallet_needs_central(till: Till) -> None:
    hold = till.in_tender()
    for tender in (Tender.CASH, Tender.ALIPAY):
        with pytest.raises(Refusal) as refused:
            till.pay(hold, tender=tender)
        assert refused.value.reason is Reason.TENDER_NOT_TAKEN
    options = {one.tender: one.why for one in till.checkout(hold.order_id, cny(600)).options}
    assert options[Tender.CARD] == options[Tender.CASH] == ""
    assert options[Tender.ALIPAY] == "stand_alone"


def test_no_money_on_places_that_may_yet_go(till: Till) -> None:
    hold = till.held(1)
    with pytest.raises(Refusal) as refused:
        till.pay(hold)
    assert refused.value.reason is Reason.NOT_HELD


# ---- giving up


def test_an_abandoned_leg_is_reversed_by_its_receipt(till: Till) -> None:
    intent_id = till.pay(till.in_tender())
    till.payments.run(intent_id, quiet)
    leg = till.payments.reverse(till.clerk, intent_id, quiet)
    assert leg.state is S.REVERSED
    assert till.terminal.told == [("payment", 600_00), ("reversal", 600_00)]
    assert till.to_settle() == []


@pytest.mark.parametrize("change", [{"receipt": 99}, {"amount_minor": 5}])
def test_a_terminal_that_reverses_another_payment_raises_an_alarm(till: Till, change: dict[str, int]) -> None:
    intent_id = till.pay(till.in_tender())
    till.payments.run(intent_id, quiet)

    def act(terminal: Terminal, result: CardResult, watch: Watch) -> CardOutcome:
        wrong = replace(result, **change)  # type: ignore[arg-type]
        assert not watch.answered(wrong)
        return Unknown(reason="other_result", result=wrong)

    till.terminal.script = [act]
    leg = till.payments.reverse(till.clerk, intent_id, quiet)
    assert (leg.state, leg.reason) == (S.MANUAL, "reversed_another")
    (item,) = till.to_settle()
    assert item.alarm
    assert item.actions[0] is SettleAction.DECIDE


def test_a_reversal_without_an_answer_is_unknown_and_a_refused_one_leaves_the_payment(till: Till) -> None:
    intent_id = till.pay(till.in_tender())
    till.payments.run(intent_id, quiet)
    till.terminal.script = [decline, silent]
    assert till.payments.reverse(till.clerk, intent_id, quiet).state is S.APPROVED
    assert till.payments.reverse(till.clerk, intent_id, quiet).state is S.REVERSE_UNKNOWN
    till.terminal.last = till.terminal.result("reversal", 600_00, 1)
    assert till.payments.ask(intent_id, quiet).state is S.REVERSED


def test_a_reversal_is_refused_while_the_terminal_cannot_be_asked(till: Till) -> None:
    intent_id = till.pay(till.in_tender())
    till.payments.run(intent_id, quiet)
    till.terminal.ready = False
    with pytest.raises(Refusal) as refused:
        till.payments.reverse(till.clerk, intent_id, quiet)
    assert refused.value.reason is Reason.TERMINAL_NOT_READY
    assert till.intent(intent_id).state is S.APPROVED


# ---- a crash


@pytest.mark.parametrize(
    ("at", "after"),
    [(S.CREATED, S.NOT_PERFORMED), (S.SENT, S.UNKNOWN), (S.APPROVED_UNACKED, S.UNKNOWN), (S.APPROVED, S.APPROVED)],
)
def test_what_a_crash_leaves_is_what_is_known(
    till: Till, monkeypatch: pytest.MonkeyPatch, at: PaymentState, after: PaymentState
) -> None:
    class Crash(BaseException):
        pass

    def act(terminal: Terminal, result: CardResult, watch: Watch) -> CardOutcome:
        if at is S.APPROVED_UNACKED:
            watch.answered(result)
        if at is S.APPROVED:
            return approve(terminal, result, watch)
        raise Crash

    hold = till.in_tender()
    intent_id = till.pay(hold)
    till.terminal.script = [act]
    if at is not S.CREATED:
        with monkeypatch.context() as patch:
            patch.setattr(type(till.payments), "_end_if_left", lambda *_: None)  # the program is gone
            if at is S.APPROVED:
                till.payments.run(intent_id, quiet)
            else:
                with pytest.raises(Crash):
                    till.payments.run(intent_id, quiet)
    assert till.intent(intent_id).state is at
    till.close()
    till.open()
    with till.store.writing() as books:
        end_in_flight(books, till.clock.now())
    assert till.intent(intent_id).state is after


def test_recovery_asks_each_device_until_it_says_nothing_new(till: Till) -> None:
    till.terminal.script = [paid_but_lost]
    intent_id = till.pay(till.in_tender())
    till.payments.run(intent_id, quiet)
    till.terminal.trouble = TerminalTrouble.SILENT
    assert [leg.state for leg in till.payments.recover(quiet)] == [S.UNKNOWN]
    till.terminal.trouble = TerminalTrouble.NONE
    assert [leg.state for leg in till.payments.recover(quiet)] == [S.APPROVED]
    assert till.payments.recover(quiet) == []


def test_stopped_before_it_was_sent_is_not_sent(till: Till) -> None:
    """Esc while the intent was being made durable: the customer is not asked for a card that nobody wants."""
    intent_id = till.pay(till.in_tender())
    leg = till.payments.run(intent_id, quiet, stopped=lambda: True)
    assert (leg.state, leg.reason, till.terminal.told) == (S.NOT_PERFORMED, "stopped", [])


def test_an_intent_whose_commit_was_not_answered_is_looked_up(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost otherwise: a sale that nobody can pay or leave until the next start."""
    hold = till.in_tender()
    real = StartPayment._create

    def durable_but_unheard(self: StartPayment, *args: Any) -> None:
        real(self, *args)
        raise OutcomeUnknown("commit")

    monkeypatch.setattr(StartPayment, "_create", durable_but_unheard)
    intent_id = till.pay(hold)
    monkeypatch.undo()
    assert till.payments.run(intent_id, quiet).state is S.APPROVED

    def gone(self: StartPayment, *args: Any) -> None:
        raise OutcomeUnknown("commit")

    monkeypatch.setattr(StartPayment, "_create", gone)
    other = till.begin_tender(till.clerk, till.held(1).order_id)
    with pytest.raises(OutcomeUnknown):
        till.pay(other, people=(HAN,))


def test_the_list_names_the_day_on_which_the_passenger_boards(till: Till) -> None:
    """A train that left its first station yesterday: the service date is a day that nobody travels on."""
    till.catalogue = SmallCatalogue(trip("G1", depart_s=23 * 3600))
    span = Span(2, 4)  # boards at 01:00
    hold = till.begin_tender(till.clerk, till.held(1, span).order_id)
    till.terminal.script.append(silent)
    till.payments.run(till.pay(hold), quiet)
    (item,) = till.to_settle()
    assert (item.about.service, item.about.travel_on) == ("G1", run().service_date + timedelta(days=1))
    assert len(item.about.places) == 1
