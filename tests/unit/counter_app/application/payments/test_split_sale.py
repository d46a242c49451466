"""A sale of a card and cash, given back, paid out, closed: the store, the journal and the drawer say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from counter_app.application.close_shift import CloseShift
from counter_app.application.credentials import Credentials
from counter_app.application.declare_shift import DeclareShift
from counter_app.application.drawer import OpenDrawer, PayOutCash
from counter_app.application.payments.settle_payment import CarryPayment, RetryRefund, SecondPerson
from counter_app.application.refund_plan import RefundLegs, RefundPayments
from counter_app.application.report_paper import ReportPaper
from counter_app.application.sell import FinishSale
from counter_app.application.shift_figures import frozen, thawed
from counter_app.application.shift_report import ReportX
from counter_app.application.views import PassengerInput, Sold
from counter_app.domain.journal import Kind, canonical
from counter_app.domain.money import Money
from counter_app.domain.papers import Pair, Slip, Verbatim
from counter_app.domain.payments import Direction, PaymentIntent, PaymentState, Tender
from counter_app.domain.policy import Tenders
from counter_app.errors import Reason, Refusal
from counter_app.ports.prints import JobKind
from counter_app.ports.stock import ClaimState
from counter_app.texts import Texts
from db.verify import verify_profile
from tests.conftest import ROOT
from tests.unit.counter_app.application.payments.till import HAN, LI, Till, cny, decline, silent

S = PaymentState
PASSWORD = "correct horse"


class _Passwords:
    def matches(self, stored: str | None, password: str) -> bool:
        return stored is not None and password == PASSWORD

    def hash(self, password: str) -> str:
        return password


class SplitTill(Till):
    """Where five fen is the smallest coin."""

    def open(self) -> None:
        self.policy = replace(
            self.policy,
            receipt=True,
            tenders=Tenders(
                taken=(Tender.CASH, Tender.CARD),
                offline=frozenset({Tender.CASH, Tender.CARD}),
                cash_step_minor=5,
            ),
        )
        super().open()
        self.credentials = Credentials(self.store, self.clock, _Passwords())
        second = SecondPerson(credentials=self.credentials)
        self.finish_sale = FinishSale(store=self.store, sell=self.sell)
        self.refund_legs = RefundLegs(store=self.store, policies=lambda _: self.policy)
        self.refund_payments = RefundPayments(store=self.store)
        self.pay_out = PayOutCash(store=self.store, policy=self.policy, ids=self.ids, second=second)
        self.open_drawer = OpenDrawer(store=self.store, ids=self.ids)
        self.carry = CarryPayment(store=self.store, second=second)
        self.retry = RetryRefund(store=self.store, clock=self.clock, ids=self.ids)
        self.close_shift = CloseShift(self.store, self.clock, self.credentials, self.store)
        self.report_x = ReportX(self.store, self.clock)

    def cash(self) -> int:
        with self.store.reading() as books:
            shift = books.shifts.open_any()
            assert shift is not None
            return books.shifts.cash_minor(shift.shift_id) - 500_00

    def kicks(self) -> int:
        with self.store.reading() as books:
            return sum(job.kind is JobKind.DRAWER for job in books.prints.latest(1_000))

    def split(self, card: Money, people: tuple[PassengerInput, ...] = (LI,)) -> Sold:
        hold = self.in_tender(len(people))
        total = Money(hold.fare.minor * len(people), "CNY")
        assert self.payments.run(self.pay(hold, card, people=people), quiet).state is S.APPROVED
        return self.sell(self.clerk, hold.order_id, people, received=total - card + cny(1), quoted=total)

    def sold_paid(self, amount: Money | None = None) -> Sold:
        hold = self.in_tender()
        self.payments.run(self.pay(hold, amount), quiet)
        return self.sell(self.clerk, hold.order_id, (LI,), received=None, quoted=hold.fare)

    def give_back(self, sold: Sold, ticket: int = 0) -> UUID:
        quote = self.quote_refund(sold.order.tickets[ticket].ticket_id)
        return self.refund(self.clerk, quote).refund_id

    def intents(self, order_id: UUID) -> list[PaymentIntent]:
        with self.store.reading() as books:
            return books.payments.of_order(order_id)


@pytest.fixture
def till(tmp_path: Path) -> Iterator[SplitTill]:
    made = SplitTill(tmp_path / "profile")
    made.open_shift()
    yield made
    made.close()
    verdict = verify_profile(tmp_path / "profile")
    assert verdict.ok, verdict.reason


def quiet(text: str) -> None:
    del text


def refused(act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value


def bodies(till: Till, kind: Kind) -> list[dict[str, Any]]:
    with till.store.reading() as books:
        return [dict(one.body) for one in books.journal.entries() if one.kind is kind]


def test_card_and_cash_only_the_cash_rounds_and_the_drawer_opens_once(till: SplitTill) -> None:
    """Twelve yuan thirty-three cannot be paid in coins; the card's part can be exact, and is."""
    hold = till.in_tender()
    card = hold.fare - cny(12.33)
    till.payments.run(till.pay(hold, card), quiet)
    short = refused(lambda: till.sell(till.clerk, hold.order_id, (LI,), received=cny(12.33), quoted=hold.fare))
    assert (short.reason, short.facts["missing"]) == (Reason.CASH_SHORT, "0.02")
    assert refused(lambda: till.sell(till.clerk, hold.order_id, (LI,), received=None, quoted=hold.fare)).facts == {
        "missing": "12.33"
    }
    sold = till.sell(till.clerk, hold.order_id, (LI,), received=cny(20), quoted=hold.fare)
    assert (sold.received, sold.change) == (cny(20), cny(7.65))
    assert (till.cash(), till.kicks()) == (12_35, 1)
    (body,) = bodies(till, Kind.SOLD)
    assert [(leg["tender"], leg["amount_minor"], leg["rounding_minor"]) for leg in body["tenders"]] == [
        ("card", card.minor, 0),
        ("cash", 12_33, 2),
    ]
    (charge,) = till.intents(hold.order_id)
    assert charge.bound
    again = till.sell(till.clerk, hold.order_id, (LI,), received=cny(20), quoted=hold.fare)
    assert (again.journal_seq, till.cash(), till.kicks()) == (sold.journal_seq, 12_35, 1)


def test_a_card_alone_opens_no_drawer_and_its_slip_is_printed_as_it_came(till: SplitTill) -> None:
    sold = till.sold_paid()
    assert (till.cash(), till.kicks(), sold.received) == (0, 0, cny(0))
    with till.store.reading() as books:
        kinds = [books.prints.get(job).kind for job in sold.jobs]  # type: ignore[union-attr]
    assert kinds[0] is JobKind.TICKET
    assert kinds[-1] is JobKind.CARD_SLIP
    paper = till.start_job(sold.jobs[-1])
    assert isinstance(paper, Slip)
    assert paper.blocks == (Verbatim(("APPROVED",)),)


def test_the_receipt_and_the_refund_slip_name_each_tender(till: SplitTill) -> None:
    sold = till.split(cny(100.03))
    with till.store.reading() as books:
        (receipt,) = [job for job in books.prints.of(sold.order.order_id) if job.kind is JobKind.RECEIPT]
        lines = [block for block in till.compose.of_job(books, receipt).blocks if isinstance(block, Pair)]  # type: ignore[union-attr]
    assert any("1234" in line.label and line.value == "100.03" for line in lines)
    assert any(line.value == "-0.02" for line in lines)  # 49.97 in cash is 49.95
    refund_id = till.give_back(sold)
    with till.store.reading() as books:
        (slip,) = [job for job in books.prints.of(refund_id) if job.kind is JobKind.REFUND_SLIP]
        pairs = [block for block in till.compose.of_job(books, slip).blocks if isinstance(block, Pair)]  # type: ignore[union-attr]
    assert any("1234" in line.label and line.value == "100.03" for line in pairs)


def test_a_payment_that_is_not_known_lets_nothing_of_its_sale_go(till: SplitTill) -> None:
    """The places are perhaps paid: sold to somebody else, two people would stand before one seat."""
    hold = till.in_tender()
    till.terminal.script.append(silent)
    till.payments.run(till.pay(hold), quiet)
    for act in (
        lambda: till.release(till.clerk, hold.order_id),
        lambda: till.end_tender(till.clerk, hold.order_id),
        lambda: till.park(till.clerk, hold.order_id, (LI,), ""),
        lambda: till.recall(till.clerk, hold.order_id),
        lambda: till.sell(till.clerk, hold.order_id, (LI,), received=hold.fare, quoted=hold.fare),
    ):
        assert refused(act).reason is Reason.PAYMENT_OPEN
    till.close()
    till.open()
    assert till.recover().holds_released == 0
    with till.store.reading() as books:
        claim = books.stock.claim_of(hold.order_id)
    assert claim is not None
    assert claim.state is ClaimState.LEASED


def test_a_paid_sale_that_a_crash_left_is_finished_with_its_names(till: SplitTill) -> None:
    hold = till.in_tender()
    till.payments.run(till.pay(hold), quiet)
    till.close()
    till.open()
    till.recover()
    sold = till.finish_sale(till.clerk, hold.order_id)
    assert sold.order.tickets[0].masked_document.endswith("X")
    assert till.finish_sale(till.clerk, hold.order_id).journal_seq == sold.journal_seq
    assert till.to_settle() == []


def test_a_sale_that_was_never_paid_is_let_go_by_a_start(till: SplitTill) -> None:
    hold = till.in_tender()
    till.pay(hold)  # durable, and nothing was sent
    till.close()
    till.open()
    assert till.recover().holds_released == 1
    (left,) = till.intents(hold.order_id)
    assert left.state is S.NOT_PERFORMED
    assert refused(lambda: till.finish_sale(till.clerk, hold.order_id)).reason is Reason.NOT_HELD


def test_a_refund_goes_to_the_card_first_and_no_more_than_it_paid(till: SplitTill) -> None:
    sold = till.split(cny(20), (LI, HAN))
    before, kicked = till.cash(), till.kicks()
    view = till.refund_legs(sold.order.tickets[0].ticket_id, sold.order.tickets[0].price)
    assert [(one.tender, one.amount, one.how) for one in view] == [
        (Tender.CARD, cny(20), "reversal"),
        (Tender.CASH, sold.order.tickets[0].price - cny(20), "cash"),
    ]
    first = till.give_back(sold, 0)
    second = till.give_back(sold, 1)
    refunds = [one for one in till.intents(sold.order.order_id) if one.direction is Direction.REFUND]
    assert [(one.refund_id, one.amount, one.reverses, one.state) for one in refunds] == [(first, cny(20), 1, S.CREATED)]
    bodies_of = {body["refund_id"]: body for body in bodies(till, Kind.REFUNDED)}
    assert [leg["tender"] for leg in bodies_of[str(second)]["legs"]] == ["cash"]
    given = sum(leg["amount_minor"] for body in bodies_of.values() for leg in body["legs"] if leg["tender"] == "cash")
    rounding = sum(leg["rounding_minor"] for body in bodies_of.values() for leg in body["legs"])
    assert before - till.cash() == given + rounding
    assert till.kicks() == kicked + 2


def test_a_refund_is_posted_and_run_once(till: SplitTill) -> None:
    sold = till.sold_paid()
    quote = till.quote_refund(sold.order.tickets[0].ticket_id)
    refunded = till.refund(till.clerk, quote)
    assert till.refund(till.clerk, quote) == refunded
    (leg,) = till.refund_payments(refunded)
    assert till.payments.run(leg.intent_id, quiet).state is S.APPROVED
    assert till.payments.run(leg.intent_id, quiet).state is S.APPROVED
    assert till.refund_payments(refunded) == []
    assert till.terminal.told[1:] == [("reversal" if leg.amount == sold.order.total else "refund", leg.amount.minor)]
    assert (till.cash(), till.kicks()) == (0, 0)


def test_a_refund_that_the_card_refuses_is_owed_until_it_is_paid_out(till: SplitTill) -> None:
    sold = till.sold_paid()
    other = till.sold(HAN)  # there is cash in the drawer
    refunded = till.refund(till.clerk, till.quote_refund(sold.order.tickets[0].ticket_id))
    (leg,) = till.refund_payments(refunded)
    till.terminal.script += [decline, decline]
    assert till.payments.run(leg.intent_id, quiet).state is S.DECLINED
    again = till.retry(till.clerk, leg.intent_id)
    assert till.payments.run(again, quiet).state is S.DECLINED
    assert [item.leg.intent_id for item in till.to_settle()] == [again]  # the first try is superseded
    word = {"reason": "card expired", "supervisor": "wang", "supervisor_password": PASSWORD}
    assert refused(lambda: till.pay_out(till.clerk, leg.intent_id, **word)).reason is Reason.PAYMENT_NOT_OPEN
    alone = {**word, "supervisor": "li"}
    assert refused(lambda: till.pay_out(till.clerk, again, **alone)).reason is Reason.SECOND_PERSON_NEEDED
    before, kicked = till.cash(), till.kicks()
    till.pay_out(till.clerk, again, **word)
    assert before - till.cash() == refunded.refunded.minor
    assert till.kicks() == kicked + 1
    assert till.to_settle() == []
    assert refused(lambda: till.pay_out(till.clerk, again, **word)).reason is Reason.PAYMENT_NOT_OPEN
    report = till.report_x(till.chief)
    lines = {line.label: line.amount for line in report.by_tender}
    assert lines["card"] == sold.order.total
    assert lines["cash"] == other.order.total
    assert lines["card_refund"] == cny(0)
    assert lines["cash_refund"] == refunded.refunded


def test_the_shift_closes_when_its_payments_are_settled_or_carried(till: SplitTill) -> None:
    till.split(cny(100.03))
    hold = till.held()
    till.begin_tender(till.clerk, hold.order_id)
    till.terminal.script.append(silent)
    lost = till.pay(hold, people=(HAN,))
    till.payments.run(lost, quiet)
    expected = till.cash() + 500_00
    DeclareShift(till.store)(till.clerk, {100_00: expected // 100_00, 10: expected % 100_00 // 10})
    word = {"reason": "coins", "supervisor": "wang", "supervisor_password": PASSWORD}
    blocked = refused(lambda: till.close_shift(till.clerk, **word))
    assert (blocked.reason, blocked.facts["count"]) == (Reason.PAYMENTS_UNSETTLED, 1)
    till.carry(till.clerk, lost, note="bank asked", supervisor="wang", supervisor_password=PASSWORD)
    z = till.close_shift(till.clerk, **word)
    assert [(one.intent_id, one.note) for one in z.carried] == [(lost, "wang: bank asked")]
    rounding = next(line for line in z.by_tender if line.label == "cash_rounding")
    assert (rounding.count, rounding.amount) == (1, cny(-0.02))
    drawer = next(line.amount for line in z.cash if line.label == "expected")
    assert drawer == Money(expected, "CNY")


def test_the_drawer_opens_for_nothing_only_with_a_reason(till: SplitTill) -> None:
    assert refused(lambda: till.open_drawer(till.clerk, reason=" ")).reason is Reason.REASON_NEEDED
    anothers = refused(lambda: till.open_drawer(till.chief, reason="change"))
    assert (anothers.reason, anothers.facts) == (Reason.SHIFT_OF_ANOTHER, {"login": till.clerk.login})
    job_id = till.open_drawer(till.clerk, reason="change for a note")
    (body,) = bodies(till, Kind.DRAWER_OPENED)
    assert (body["reason"], body["job_id"]) == ("change for a note", str(job_id))
    assert till.start_job(job_id) is None  # a kick has no paper


def test_every_opening_without_a_sale_stands_on_the_reports_of_its_shift(till: SplitTill) -> None:
    """Also on the blind one: who opens the drawer and sells nothing is what a supervisor looks for."""
    till.open_drawer(till.clerk, reason="change for a note")
    till.split(cny(100.03))  # it opens for a sale, too
    till.open_drawer(till.clerk, reason="a coin was stuck")
    blind = till.report_x(till.clerk)
    assert (blind.blind, blind.no_sales) == (True, 2)
    expected = till.cash() + 500_00
    DeclareShift(till.store)(till.clerk, {100_00: expected // 100_00, 10: expected % 100_00 // 10})
    z = till.close_shift(till.clerk, reason="coins", supervisor="wang", supervisor_password=PASSWORD)
    assert z.no_sales == 2
    assert thawed(canonical(frozen(z)).decode()) == z
    paper = ReportPaper(lambda language: Texts(ROOT / "resources/i18n", language), till.store.profile)
    slip = paper(z, "en")
    assert Pair("Drawer opened without a sale", "2") in slip.blocks
    old = {name: value for name, value in frozen(z).items() if name != "no_sales"}
    unknown = paper(thawed(canonical(old).decode()), "en")
    assert not [one for one in unknown.blocks if isinstance(one, Pair) and one.label.startswith("Drawer opened")]
    till.open_shift()
    assert till.report_x(till.clerk).no_sales == 0
