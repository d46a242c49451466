"""The exchange through the real use cases on the real store: one commit, only the difference, and the money adds up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from counter_app.application.declare_shift import DeclareShift
from counter_app.application.exchange import AGREED_HOLDS, Exchanges, QuoteExchange, StartExchange
from counter_app.application.exchange_views import ExchangeQuote
from counter_app.application.payment_views import SettleAction
from counter_app.application.payments.resume_sale import ResumeSale
from counter_app.application.print_receipt import PrintReceipt
from counter_app.application.sell import FinishSale
from counter_app.application.shift_figures import frozen, thawed
from counter_app.application.views import HoldView, PassengerInput, PlaceWish, ShiftReport, Sold
from counter_app.domain import sale_folds
from counter_app.domain.journal import Entry, Kind, canonical
from counter_app.domain.money import Money
from counter_app.domain.papers import Pair, Slip, Text
from counter_app.domain.payments import Direction, PaymentState, Tender
from counter_app.domain.projection import Contradiction, Projection, compare, fold
from counter_app.domain.timetable import Span
from counter_app.errors import Reason
from counter_app.ports.prints import JobKind, JobState
from counter_app.ports.stock import CellState
from db.prints import SqlPrints
from db.verify import verify_profile
from tests.unit.counter_app.application.counter import DAY, WHOLE, run
from tests.unit.counter_app.application.payments.test_split_sale import PASSWORD, SplitTill, bodies, quiet, refused
from tests.unit.counter_app.application.payments.till import HAN, LI, cny, decline

S = PaymentState
NEXT = DAY + timedelta(days=1)
CARD = "**** 1234"


class ExchangeTill(SplitTill):
    def open(self) -> None:
        super().open()
        self.exchanges = Exchanges(store=self.store, policies=lambda _: self.policy, clock=self.clock)
        self.sell = replace(self.sell, exchanges=self.exchanges)
        self.start = replace(self.start, exchanges=self.exchanges)
        self.finish_sale = FinishSale(store=self.store, sell=self.sell)
        self.resume = ResumeSale(store=self.store, offer=self.search.offer)
        self.begin = StartExchange(store=self.store, exchanges=self.exchanges)
        self.quote_exchange = QuoteExchange(
            store=self.store,
            exchanges=self.exchanges,
            quote_sale=self.quote,
            policy=self.policy,
            drawable=lambda _: True,
            ids=self.ids,
        )

    def wanted(self, travel_class: str = "second", on: date = NEXT, trip_id: str = "G1", count: int = 1) -> HoldView:
        wish = PlaceWish(travel_class=travel_class, count=count)
        hold = self.hold(self.clerk, run(trip_id, on), WHOLE, wish)
        return self.begin_tender(self.clerk, hold.order_id)

    def asked(self, old: Sold, hold: HoldView, who: PassengerInput = LI) -> ExchangeQuote:
        return self.quote_exchange(hold, (who,), self.begin(self.clerk, ticket_of(old)))

    def exchanged(self, hold: HoldView, quote: ExchangeQuote, received: Money | None, who: PassengerInput = LI) -> Sold:
        return self.sell(
            self.clerk, hold.order_id, (who,), received=received, quoted=quote.sale.total, exchange=quote.agreed
        )

    def states(self) -> list[str]:
        return [ticket.state for order in reversed(self.orders()) for ticket in order.tickets]

    def cells(self, on: date) -> int:
        with self.store.reading() as books:
            return sum(cell.state is CellState.SOLD for cell in books.stock.cells(run("G1", on)))

    def z(self) -> ShiftReport:
        DeclareShift(self.store)(self.clerk, {100_00: 11, 20_00: 1})
        return self.close_shift(self.clerk, reason="", supervisor="wang", supervisor_password=PASSWORD)

    def again(self) -> None:
        """As after kill -9: what was durable, and nothing else."""
        self.close()
        self.open()
        self.recover()


def until(till: ExchangeTill, then: datetime) -> None:
    till.clock.go(seconds=(then - till.clock.now()).total_seconds())


def ticket_of(sold: Sold) -> UUID:
    return sold.order.tickets[0].ticket_id


@pytest.fixture
def till(tmp_path: Path) -> Iterator[ExchangeTill]:
    made = ExchangeTill(tmp_path / "profile")
    made.open_shift()
    yield made
    made.close()
    verdict = verify_profile(tmp_path / "profile")
    assert verdict.ok, verdict.reason


def test_a_dearer_ticket_costs_the_difference_and_one_commit_does_it(till: ExchangeTill) -> None:
    """Else a customer pays the whole new fare, or a crash between leaves both tickets valid, or none."""
    old = till.sold()
    drawer = till.cash()
    hold = till.wanted("first")
    quote = till.asked(old, hold)
    assert (quote.agreed.rule, quote.fee, quote.credit, quote.due, quote.back) == (
        "exchange_48h", cny(0), cny(600), cny(400), cny(0),
    )  # fmt: skip
    done = till.exchanged(hold, quote, cny(500))
    assert (done.received, done.change, done.order.total) == (cny(500), cny(100), cny(1000))
    assert till.cash() - drawer == 400_00
    assert till.states() == ["EXCHANGED", "FULFILLED"]
    assert (till.cells(DAY), till.cells(NEXT)) == (0, 4)
    with till.store.reading() as books:
        refunded, sold = list(books.journal.entries())[-2:]
        kinds = [books.prints.get(job).kind for job in done.jobs]  # type: ignore[union-attr]
    assert (refunded.kind, sold.kind) == (Kind.REFUNDED, Kind.SOLD)
    assert refunded.body["exchange"] == {"order_id": str(hold.order_id), "credit_minor": 600_00}
    assert dict(sold.body)["exchange"]["ticket_id"] == str(ticket_of(old))  # type: ignore[index,call-overload]
    assert kinds == [JobKind.DRAWER, JobKind.TICKET, JobKind.EXCHANGE_SLIP]
    assert done.exchanged is not None
    assert done.exchanged.ticket.number == old.order.tickets[0].number
    again = till.exchanged(hold, quote, cny(500))
    assert (again.journal_seq, till.cash() - drawer) == (done.journal_seq, 400_00)


def test_the_slip_says_what_was_posted(till: ExchangeTill) -> None:
    old, hold = till.sold(), till.wanted("first")
    till.clock.go(hours=50)  # 22 hours before departure, to a later date: 15 % of the lower fare
    hold = till.begin_tender(till.clerk, hold.order_id)
    quote = till.asked(old, hold)
    assert (quote.agreed.rule, quote.fee, quote.due) == ("exchange_0h", cny(90), cny(490))
    done = till.exchanged(hold, quote, cny(490))
    slip = till.start_job(done.jobs[-1])
    assert isinstance(slip, Slip)
    pairs = [block.value for block in slip.blocks if isinstance(block, Pair)]
    assert {"1000.00", "-600.00", "90.00", "490.00"} <= set(pairs)


def test_a_cheaper_ticket_gives_the_rest_back_to_the_card_that_paid(till: ExchangeTill) -> None:
    """Cash for a card's money is how cards are emptied."""
    first = till.wanted("first", DAY)
    till.payments.run(
        till.start(till.clerk, first.order_id, Tender.CARD, cny(1000), passengers=(LI,), quoted=cny(1000)), quiet
    )
    old = till.sell(till.clerk, first.order_id, (LI,), received=None, quoted=cny(1000))
    hold = till.wanted("second")
    quote = till.asked(old, hold)
    assert [(leg.tender, leg.amount, leg.card) for leg in quote.back_legs] == [(Tender.CARD, cny(380), CARD)]
    done = till.exchanged(hold, quote, None)
    assert (till.cash(), done.received) == (0, cny(0))
    assert done.exchanged is not None
    (owed,) = till.refund_payments(done.exchanged)
    assert (owed.amount, owed.state) == (cny(380), S.CREATED)  # 5 % of the difference, as a refund costs now
    assert till.payments.run(owed.intent_id, quiet).state is S.APPROVED
    # And the ticket that came of it is refunded to the same card: six hundred of it are left there.
    legs = till.refund_legs(ticket_of(done), cny(600))
    assert [(leg.tender, leg.amount) for leg in legs] == [(Tender.CARD, cny(600))]
    refund = till.refund(till.clerk, till.quote_refund(ticket_of(done)))
    (back,) = [one for one in till.intents(old.order.order_id) if one.refund_id == refund.refund_id]
    assert (back.amount, back.direction, till.cash()) == (refund.refunded, Direction.REFUND, 0)
    with till.store.reading() as books:
        (slip,) = [job for job in books.prints.of(refund.refund_id) if job.kind is JobKind.REFUND_SLIP]
        assert isinstance(till.compose.of_job(books, slip), Slip)


def test_a_cheaper_ticket_paid_in_cash_gives_cash_back(till: ExchangeTill) -> None:
    old = till.sold(travel_class="first")
    drawer, hold = till.cash(), till.wanted("second")
    done = till.exchanged(hold, till.asked(old, hold), Money(0, "CNY"))
    assert till.cash() - drawer == -380_00
    with till.store.reading() as books:
        kinds = [books.prints.get(job).kind for job in done.jobs]  # type: ignore[union-attr]
    assert kinds == [JobKind.TICKET, JobKind.DRAWER, JobKind.EXCHANGE_SLIP]
    x = till.report_x(till.clerk)
    assert (x.tickets_sold, x.tickets_refunded, x.tickets_exchanged) == (2, 0, 1)
    assert (x.sales, x.refunds) == (cny(1600), cny(380))
    lines = {line.label: (line.count, line.amount) for line in x.by_tender}
    assert lines["exchange"] == (1, cny(600))
    z = till.z()
    assert thawed(canonical(frozen(z)).decode()) == z
    by_tender = {line.label: (line.count, line.amount) for line in z.by_tender}
    assert by_tender == {"cash": (1, cny(1000)), "cash_refund": (1, cny(380)), "exchange": (1, cny(600))}
    in_it = {line.label: (line.count, line.amount) for line in z.cash}
    assert (in_it["cash_sales"], in_it["cash_refunds"]) == ((1, cny(1000)), (1, cny(-380)))
    assert in_it["expected"] == (None, cny(1120))


def test_what_goes_back_goes_to_each_tender_card_first(till: ExchangeTill) -> None:
    first = till.wanted("first", DAY)
    till.payments.run(
        till.start(till.clerk, first.order_id, Tender.CARD, cny(1), passengers=(LI,), quoted=cny(1000)), quiet
    )
    old = till.sell(till.clerk, first.order_id, (LI,), received=cny(999), quoted=cny(1000))
    hold = till.wanted("second")
    quote = till.asked(old, hold)
    assert [leg.tender for leg in quote.back_legs] == [Tender.CARD, Tender.CASH]
    done = till.exchanged(hold, quote, None)
    assert done.exchanged is not None
    assert till.states() == ["EXCHANGED", "FULFILLED"]


def test_the_difference_by_card_and_the_fee_holds_once_it_is_paid(till: ExchangeTill) -> None:
    """The tier changes while the customer types the PIN, or while the machine starts anew: what was agreed was paid."""
    old, drawer = till.sold(), till.cash()
    hold = till.wanted("first")
    quote = till.asked(old, hold)
    leg = till.start(
        till.clerk, hold.order_id, Tender.CARD, quote.due, passengers=(LI,), quoted=cny(1000), exchange=quote.agreed
    )
    over = refused(
        lambda: till.start(
            till.clerk, hold.order_id, Tender.CARD, cny(1), passengers=(LI,), quoted=cny(1000), exchange=quote.agreed
        )
    )
    assert over.reason is Reason.PAYMENT_OPEN
    assert till.payments.run(leg, quiet).state is S.APPROVED
    until(till, quote.valid_until + AGREED_HOLDS)  # a fee by now, had it not been paid
    till.again()
    parked = till.resume(till.clerk, hold.order_id)
    assert parked.exchanging is not None
    shown = till.quote_exchange(parked.hold, parked.passengers, parked.exchanging)
    assert (shown.due, shown.fee, shown.agreed) == (cny(400), cny(0), quote.agreed)
    assert [item.next_step for item in till.to_settle()] == ["finish_sale"]
    done = till.finish_sale(till.clerk, hold.order_id)
    assert (done.order.total, till.cash()) == (cny(1000), drawer)
    assert till.states() == ["EXCHANGED", "FULFILLED"]
    assert till.to_settle() == []


@pytest.mark.parametrize(("late", "reason"), [("a moment", Reason.QUOTE_CHANGED), ("days", Reason.NOT_EXCHANGEABLE)])
def test_one_fen_by_card_does_not_freeze_the_fee_for_days(till: ExchangeTill, late: str, reason: Reason) -> None:
    """Else whoever pays a fen in time may decide until the train is gone. What was paid goes back, and it is agreed

    anew.
    """
    old, hold = till.sold(), till.wanted("first")
    quote = till.asked(old, hold)
    leg = till.start(
        till.clerk, hold.order_id, Tender.CARD, cny(0.01), passengers=(LI,), quoted=cny(1000), exchange=quote.agreed
    )
    assert till.payments.run(leg, quiet).state is S.APPROVED
    over = AGREED_HOLDS + timedelta(milliseconds=1) if late == "a moment" else timedelta(hours=66)
    until(till, quote.valid_until + over)
    till.again()
    parked = till.resume(till.clerk, hold.order_id)
    assert parked.exchanging is not None
    acts: list[Callable[[], object]] = [
        lambda: till.quote_exchange(parked.hold, parked.passengers, parked.exchanging),  # type: ignore[arg-type]
        lambda: till.exchanged(hold, quote, cny(399.99)),
        lambda: till.start(
            till.clerk, hold.order_id, Tender.CARD, cny(1), passengers=(LI,), quoted=cny(1000), exchange=quote.agreed
        ),
    ]
    for act in acts:
        assert refused(act).reason is reason
    assert till.states() == ["FULFILLED"]
    (item,) = till.to_settle()
    assert SettleAction.REVERSE in item.actions
    assert till.payments.reverse(till.clerk, leg, quiet).state is S.REVERSED
    assert till.to_settle() == []
    if late == "a moment":
        hold = till.begin_tender(till.clerk, till.wanted("first").order_id)
        again = till.asked(old, hold)
        assert (again.agreed.rule, again.fee, again.due) == ("exchange_24h", cny(30), cny(430))
        till.exchanged(hold, again, cny(430))


def test_after_departure_nothing_of_the_difference_is_given_back(till: ExchangeTill) -> None:
    """The day's cheapest ticket would be a refund of what is not refunded any more; and so would its own refund."""
    old = till.sold(travel_class="first")
    depart = old.order.tickets[0].depart
    until(till, depart + timedelta(hours=1))
    drawer, hold = till.cash(), till.wanted("second")
    quote = till.asked(old, hold)
    assert (quote.agreed.rule, quote.fee, quote.credit, quote.due, quote.back) == (
        "exchange_departed", cny(640), cny(360), cny(240), cny(0),
    )  # fmt: skip
    for language, words in (("en", "difference 400.00 is kept"), ("zh", "退票费 400.00：现已不能退票，差额不退")):
        assert words in quote.rule_words[language]
    done = till.exchanged(hold, quote, cny(240))
    assert till.cash() - drawer == 240_00
    slip = till.start_job(done.jobs[-1])
    assert isinstance(slip, Slip)
    assert any("400.00" in block.text for block in slip.blocks if isinstance(block, Text))
    over = refused(lambda: till.quote_refund(ticket_of(done)))
    assert (over.reason, over.facts["rule"]) == (Reason.NOT_REFUNDABLE, "came_of_exchange")


def test_an_exchange_does_not_make_the_refund_cheaper(till: ExchangeTill) -> None:
    """A free exchange to a day far ahead, then the refund that costs nothing: the fee of the old ticket is owed."""
    old, hold = till.sold(), till.wanted("first", DAY + timedelta(days=9))
    done = till.exchanged(hold, till.asked(old, hold), cny(400))
    quote = till.quote_refund(ticket_of(done))
    assert (quote.rule, quote.fee, quote.refundable) == ("refund_48h", cny(30), cny(970))  # of what the old one paid
    assert quote.rule_words["en"].startswith("Came of an exchange")
    refund = till.refund(till.clerk, quote)
    assert refund.refunded == cny(970)


def test_another_rule_before_anything_is_paid_is_shown_first(till: ExchangeTill) -> None:
    old, hold = till.sold(), till.wanted("first")
    quote = till.asked(old, hold)
    till.clock.go(hours=30)
    hold = till.begin_tender(till.clerk, hold.order_id)
    changed = refused(lambda: till.exchanged(hold, quote, cny(400)))
    assert (changed.reason, changed.facts["total"]) == (Reason.QUOTE_CHANGED, "430.00")
    assert till.states() == ["FULFILLED"]


def test_a_difference_that_is_declined_leaves_the_old_ticket(till: ExchangeTill) -> None:
    old, hold = till.sold(), till.wanted("first")
    quote = till.asked(old, hold)
    till.terminal.script.append(decline)
    leg = till.start(
        till.clerk, hold.order_id, Tender.CARD, quote.due, passengers=(LI,), quoted=cny(1000), exchange=quote.agreed
    )
    assert till.payments.run(leg, quiet).state is S.DECLINED
    assert refused(lambda: till.exchanged(hold, quote, None)).reason is Reason.PAYMENT_MISSING
    till.again()
    assert till.states() == ["FULFILLED"]
    assert refused(lambda: till.finish_sale(till.clerk, hold.order_id)).reason is Reason.NOT_HELD


def test_a_ticket_that_was_refunded_meanwhile_is_not_taken_twice(till: ExchangeTill) -> None:
    """The difference is paid already: it goes back to the card, and no ticket comes."""
    old, hold = till.sold(), till.wanted("first")
    quote = till.asked(old, hold)
    leg = till.start(
        till.clerk, hold.order_id, Tender.CARD, quote.due, passengers=(LI,), quoted=cny(1000), exchange=quote.agreed
    )
    till.payments.run(leg, quiet)
    till.give_back(old)
    for act in (lambda: till.exchanged(hold, quote, None), lambda: till.finish_sale(till.clerk, hold.order_id)):
        assert refused(act).reason is Reason.ALREADY_REFUNDED
    assert till.payments.reverse(till.clerk, leg, quiet).state is S.REVERSED
    assert till.states() == ["REFUNDED"]


@pytest.mark.parametrize("act", ["refund", "sale"])
def test_a_failure_in_the_middle_of_the_commit_changes_nothing(
    till: ExchangeTill, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    """No old ticket taken back without the new one sold, and no new one without the old."""
    old, hold = till.sold(), till.wanted("first")
    quote, drawer = till.asked(old, hold), till.cash()
    put, calls = SqlPrints.put_new, [0]

    def failing(self: SqlPrints, jobs: object) -> None:
        calls[0] += 1
        if calls[0] == (1 if act == "refund" else 2):
            raise RuntimeError("killed")
        put(self, jobs)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(SqlPrints, "put_new", failing)
        with pytest.raises(RuntimeError, match="killed"):
            till.exchanged(hold, quote, cny(400))
    assert (till.states(), till.cash(), till.cells(DAY)) == (["FULFILLED"], drawer, 4)
    till.exchanged(hold, quote, cny(400))
    assert till.states() == ["EXCHANGED", "FULFILLED"]


def test_once_per_ticket(till: ExchangeTill) -> None:
    old, hold = till.sold(), till.wanted("second")
    done = till.exchanged(hold, till.asked(old, hold), Money(0, "CNY"))
    assert refused(lambda: till.begin(till.clerk, ticket_of(done))).reason is Reason.EXCHANGED_BEFORE
    assert refused(lambda: till.begin(till.clerk, ticket_of(old))).reason is Reason.ALREADY_REFUNDED


def test_for_the_same_passenger_and_the_same_route(till: ExchangeTill) -> None:
    old, hold = till.sold(), till.wanted("second")
    assert refused(lambda: till.asked(old, hold, HAN)).reason is Reason.EXCHANGE_OTHER_PASSENGER
    part = till.hold(till.clerk, run("G1", NEXT), Span(0, 2), PlaceWish(travel_class="second", count=1))
    assert refused(lambda: till.asked(old, part)).reason is Reason.EXCHANGE_OTHER_ROUTE


def test_the_same_train_again_is_no_second_ticket_of_one_person(till: ExchangeTill) -> None:
    """One document, one ticket a run: but the old one is given in for it."""
    old, hold = till.sold(), till.wanted("first", DAY)
    till.exchanged(hold, till.asked(old, hold), cny(400))
    assert till.cells(DAY) == 4


def test_paper_that_had_not_come_out_never_does(till: ExchangeTill) -> None:
    old, hold = till.sold(), till.wanted("second")
    till.exchanged(hold, till.asked(old, hold), Money(0, "CNY"))
    with till.store.reading() as books:
        papers = [job for job in books.prints.of(ticket_of(old)) if job.kind is JobKind.TICKET]
    assert [(job.state, job.detail) for job in papers] == [(JobState.SETTLED_SPOILED, "exchanged")]


def receipt(till: ExchangeTill, order_id: UUID) -> list[tuple[str, str]]:
    """What it says of money."""
    asked = PrintReceipt(store=till.store, clock=till.clock, ids=till.ids)
    with till.store.reading() as books:
        jobs = [job.job_id for job in books.prints.of(order_id) if job.kind is JobKind.RECEIPT]
    job_id = jobs[0] if jobs else asked(till.clerk, order_id)
    with till.store.reading() as books:
        job = books.prints.get(job_id)
        assert job is not None
        slip = till.compose.of_job(books, job)
    assert isinstance(slip, Slip)
    return [
        (block.label, block.value)
        for part in slip.parts
        if part.name in {"items", "tenders"}
        for block in part.blocks
        if isinstance(block, Pair)
    ]


def test_a_receipt_of_an_exchange_adds_up(till: ExchangeTill) -> None:
    """A customer who hands in "total 1000, received 500, change 100" is asked where the rest is."""
    old, hold = till.sold(), till.wanted("first")
    done = till.exchanged(hold, till.asked(old, hold), cny(500))
    said = receipt(till, done.order.order_id)[-3:]
    assert [value for _, value in said] == ["-600.00", "500.00", "100.00"]
    # Nothing was handed out for the old one.
    (given,) = [(label, value) for label, value in receipt(till, old.order.order_id) if value.startswith("-")]
    assert given[1] == "-600.00"
    assert given[0] in {"Given in for another ticket", "已改签换出"}


def test_a_receipt_where_nothing_was_due_names_no_cash(till: ExchangeTill) -> None:
    old, hold = till.sold(travel_class="first"), till.wanted("second")
    quote = till.asked(old, hold)
    done = till.exchanged(hold, quote, Money(0, "CNY"))
    (*_, line) = receipt(till, done.order.order_id)
    assert line in {("Ticket given in", "-600.00"), ("原票抵付", "-600.00")}
    back = [value for _, value in receipt(till, old.order.order_id) if value.startswith("-")]
    assert back == ["-600.00", f"-{quote.back.plain()}"], "into the new ticket, and into the hand"


def test_a_receipt_of_an_exchange_says_what_of_the_cash_was_rounded(till: ExchangeTill) -> None:
    old, hold = till.sold(), till.wanted("first")
    quote = till.asked(old, hold)
    leg = till.start(
        till.clerk, hold.order_id, Tender.CARD, cny(387.67), passengers=(LI,), quoted=cny(1000), exchange=quote.agreed
    )
    till.payments.run(leg, quiet)
    done = till.exchanged(hold, quote, cny(20))
    said = [value for _, value in receipt(till, done.order.order_id)]
    assert sorted(said[-6:]) == sorted(["-600.00", "387.67", "12.33", "0.02", "20.00", "7.65"])


def exchange_entries(till: ExchangeTill) -> list[Entry]:
    old, hold = till.sold(), till.wanted("first")
    till.exchanged(hold, till.asked(old, hold), cny(400))
    with till.store.reading() as books:
        return [one for one in books.journal.entries() if one.kind in {Kind.SOLD, Kind.REFUNDED}]


@pytest.mark.parametrize(
    ("half", "name", "value"),
    [
        (1, "credit_minor", 599_00),
        (1, "order_id", "0192b2a4-0000-7000-8000-000000000001"),
        (2, "credit_minor", 599_00),
        (2, "order_id", "0192b2a4-0000-7000-8000-000000000001"),
        (2, "ticket_id", "0192b2a4-0000-7000-8000-000000000001"),
        (2, "refund_id", "0192b2a4-0000-7000-8000-000000000001"),
    ],
)
def test_the_halves_of_an_exchange_must_be_of_one_another(
    till: ExchangeTill, half: int, name: str, value: int | str
) -> None:
    """A credit that was taken in once and given twice, or to somebody else's order."""
    entries, projection = exchange_entries(till), Projection()
    body: dict[str, Any] = dict(entries[half].body)
    entries[half] = replace(entries[half], body={**body, "exchange": {**body["exchange"], name: value}})
    with pytest.raises(Contradiction) as found:
        told(projection, entries)
    assert found.value.seq == entries[2].seq


def told(projection: Projection, entries: list[Entry]) -> None:
    for entry in entries:
        fold(projection, entry, sale_folds.FOLDS)


def test_a_ticket_that_was_given_in_for_nothing_is_found(till: ExchangeTill) -> None:
    """REFUNDED says that nobody got money, and no sale says who got its worth."""
    entries, projection = exchange_entries(till), Projection()
    told(projection, entries[:2])
    assert [one.seq for one in compare(projection, (), frozenset({"exchange"}))] == [entries[1].seq]
    told(projection, entries[2:])
    assert not compare(projection, (), frozenset({"exchange"}))
    assert "exchange" in sale_folds.TABLES


def test_cash_is_rounded_once_and_the_journal_has_what_the_drawer_has(till: ExchangeTill) -> None:
    old, hold = till.sold(), till.wanted("first")
    quote = till.asked(old, hold)
    leg = till.start(
        till.clerk, hold.order_id, Tender.CARD, cny(387.67), passengers=(LI,), quoted=cny(1000), exchange=quote.agreed
    )
    till.payments.run(leg, quiet)
    drawer = till.cash()
    done = till.exchanged(hold, quote, cny(20))
    assert (done.change, till.cash() - drawer) == (cny(7.65), 12_35)
    cash = [one for body in bodies(till, Kind.SOLD)[-1:] for one in body["tenders"] if one["tender"] == "cash"]
    assert [(one["amount_minor"], one["rounding_minor"]) for one in cash] == [(612_33, 2)]
