"""What was paid beside what was sold: gateways over HTTP, their bills, central's books, journals as windows push them.

An operator would not see that a customer paid and has no ticket, or has one that nobody paid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from central.acts import list_acts
from central.journal.payments_told import fill
from central.journal.verify import Report, verify_central
from central.payments import terminal_look
from central.payments.differences import Difference, Differences
from central.payments.gateways.bills import read_bill
from central.payments.reconcile import JournalReconciled, Reconciling
from counter_app.domain import payment_facts as facts
from counter_app.domain.journal import Entry, Json, Kind
from counter_app.domain.money import Money
from counter_app.domain.payments import Direction, PaymentIntent, PaymentState, Tender, moved
from counter_app.domain.staff import SYSTEM, Actor, Role
from counter_app.errors import Reason, Refusal
from counter_app.wire import messages as m
from tests.contract.gateway_house import NEVER, GatewayHouse, gateway_house
from tests.contract.test_gateway_bills import BILLS
from tests.postgres import Database
from tests.unit.central.journal.counter import PRICE, Counter, enrol
from tests.unit.central.stock.world import act

DAY = date(2026, 12, 1)
S = PaymentState
BOTH = pytest.mark.parametrize("method", ["wechat", "alipay"])


@dataclass
class Till:
    """A window that pays at central and writes what a counter writes of it."""

    house: GatewayHouse
    counter: Counter
    places: Iterator[str] = field(default_factory=lambda: iter([f"01/{row:02d}{c}" for row in (1, 2) for c in "ABCDF"]))

    def now(self) -> datetime:
        return self.house.world.clock.now()

    def write(self, kind: Kind, body: dict[str, Json]) -> Entry:
        return self.counter.write(kind, body)

    def intent(self, tender: Tender, minor: int = PRICE, *, order_id: UUID | None = None) -> PaymentIntent:
        new, now = self.house.world.numbers.new, self.now()
        card = tender is Tender.CARD
        made = PaymentIntent(
            intent_id=new(),
            order_id=order_id or new(),
            refund_id=None,
            charge_id=None,
            shift_id=self.counter.shift_id or new(),
            user_id=new(),
            clerk="",
            direction=Direction.CHARGE,
            tender=tender,
            amount=Money(minor, "CNY"),
            device="main" if card else tender.value,
            terminal_id="",
            baseline=None,
            state=S.CREATED,
            created_at=now,
            sent_at=None,
            moved_at=now,
        )
        self.write(Kind.PAYMENT_CREATED, facts.created_fact(made))
        return self.move(made, S.SENT)

    def move(self, intent: PaymentIntent, *states: PaymentState) -> PaymentIntent:
        for state in states:
            baseline = 1 if state is S.SENT and intent.tender is Tender.CARD else None
            after = moved(intent, state, self.now(), baseline=baseline)
            self.write(Kind.PAYMENT_MOVED, facts.moved_fact(intent, after))
            intent = after
        return intent

    def pay(self, method: str = "wechat", minor: int = PRICE, customer: str = "00") -> PaymentIntent:
        """Asked of central, and approved there."""
        intent = self.intent(Tender(method), minor)
        charge = replace(
            self.house.charge_of(method, customer, minor), intent_id=intent.intent_id, order_id=intent.order_id
        )
        answer = self.house.desk.pay(self.counter.device, charge, self.house.connection)
        assert answer.state is m.PayState.APPROVED
        return self.move(intent, S.APPROVED)

    def sell(self, *intents: PaymentIntent, over: dict[str, Json] | None = None) -> Entry:
        """A sale of one place; what the intents do not pay is cash. ``over``: fields of its first leg."""
        world = self.house.world
        run, place = world.run("T1"), next(self.places)
        asked = world.ask(run, places=(place,), travel_class="")
        world.desk.claim(self.counter.device, asked, world.connection)
        world.desk.lease(self.counter.device, act(asked), world.connection)
        body = self.counter.sold_body(run, (place,), board=asked.board, alight=asked.alight, claim_id=asked.claim_id)
        if intents:
            body["order_id"] = str(intents[0].order_id)
        legs = [
            facts.LegFact(tender=one.tender, amount_minor=one.amount.minor, intent_id=one.intent_id) for one in intents
        ]
        cash = PRICE - sum(leg.amount_minor for leg in legs)
        if cash:
            legs.append(facts.LegFact(tender=Tender.CASH, amount_minor=cash, received_minor=cash))
        told = facts.sold_legs(legs)
        if over:
            first = told[0]
            assert isinstance(first, dict)
            first |= over
        del body["tender"]
        body["tenders"] = told
        return self.write(Kind.SOLD, body)

    def refund(
        self, sold: Entry, charge: PaymentIntent, *states: PaymentState, reverses: int | None = None
    ) -> PaymentIntent:
        """The ticket comes back, and its money goes to the tender that paid. ``reverses``: by that receipt."""
        new = self.house.world.numbers.new
        intent = replace(
            charge,
            intent_id=new(),
            refund_id=new(),
            charge_id=charge.intent_id,
            direction=Direction.REFUND,
            state=S.CREATED,
            baseline=None,
            reverses=reverses,
        )
        told = self.counter.refund(sold, amount=charge.amount.minor).body
        self.counter.entries.pop()  # the same, with its legs
        last = self.counter.entries[-1]
        self.counter.link = replace(self.counter.link, epoch=last.epoch, seq=last.seq, hash=last.hash)
        leg = facts.LegFact(
            tender=charge.tender,
            amount_minor=charge.amount.minor,
            intent_id=intent.intent_id,
            charge_id=charge.intent_id,
        )
        self.write(Kind.REFUNDED, {**told, "legs": facts.refunded_legs([leg])})
        self.write(Kind.PAYMENT_CREATED, facts.created_fact(intent))
        return self.move(intent, *states)

    def pay_back(self, refund: PaymentIntent) -> None:
        assert refund.charge_id is not None
        message = m.PayRefund(
            intent_id=refund.intent_id,
            charge_id=refund.charge_id,
            amount_minor=refund.amount.minor,
            currency="CNY",
        )
        answer = self.house.desk.refund(self.counter.device, message, self.house.connection)
        assert answer.state is m.PayState.PAID_BACK

    def close_terminal(self, count: int, total: int, *, theirs: tuple[int, int] | None = None) -> datetime:
        """The end of the terminal's day; ``theirs``: what the terminal says, where that is something else."""
        theirs_count, theirs_minor = theirs or (count, total)
        self.later(minutes=1)
        at = self.now()
        body = facts.closed_fact(
            device="main",
            done=True,
            unknown=False,
            reason="",
            ours_count=count,
            ours=Money(total, "CNY"),
            theirs_count=theirs_count,
            theirs=Money(theirs_minor, "CNY"),
            at=at,
            job_id=None,
        )
        self.write(Kind.TERMINAL_CLOSED, body)
        return at

    def later(self, **delta: float) -> None:
        self.house.world.clock.pass_(seconds=timedelta(**delta).total_seconds())

    def go_on(self) -> None:
        """The window works on, and has told everything."""
        self.later(hours=2)
        self.counter.log_in()
        self.push()

    def push(self) -> None:
        self.counter.push()


@pytest.fixture
def house(fresh_database: Database, tmp_path: Path) -> Iterator[GatewayHouse]:
    with gateway_house(fresh_database, tmp_path) as made:
        yield made


@pytest.fixture
def till(house: GatewayHouse) -> Till:
    return Till(house, enrol(house.world, "BBB"))


def look(house: GatewayHouse, days: int = 1) -> JournalReconciled:
    return Reconciling(house.world.services).journals(house.connection, SYSTEM, DAY, DAY + timedelta(days=days - 1))


def listed(house: GatewayHouse) -> list[Difference]:
    return Differences(house.world.services).all(house.connection)


def kinds(house: GatewayHouse) -> set[tuple[str, str, str]]:
    return {(one.method, one.what, one.kind) for one in listed(house)}


def verified(house: GatewayHouse) -> Report:
    return verify_central(house.connection, house.world.services, check_cells=house.world.desk.check_cells)


def whats(report: Report) -> set[str]:
    return {one.what for one in report.findings}


@BOTH
def test_a_day_that_agrees(house: GatewayHouse, till: Till, method: str, tmp_path: Path) -> None:
    """From the bill of the gateway to the ticket: nothing is missing anywhere."""
    whole, part, card = till.pay(method), till.pay(method, 500), till.intent(Tender.CARD, 700)
    sold = till.sell(whole)
    till.sell(part)
    till.sell(till.move(card, S.APPROVED_UNACKED, S.APPROVED))
    till.sell()
    back = till.refund(sold, whole, S.SENT)
    till.pay_back(back)
    till.move(back, S.APPROVED)
    given_up = till.pay(method)
    house.desk.reverse(till.counter.device, m.PayReverse(intent_id=given_up.intent_id), house.connection)
    house.go(120)
    till.move(given_up, S.REVERSING, S.REVERSED)
    taken_back = till.move(till.intent(Tender.CARD, PRICE), S.APPROVED_UNACKED, S.APPROVED)
    gone = till.refund(till.sell(taken_back), taken_back, S.SENT, S.APPROVED, reverses=7)
    assert gone.charge_id == taken_back.intent_id
    till.close_terminal(1, 700)
    till.go_on()
    done = look(house)
    assert (done.found, done.still_open, done.waiting) == (0, 0, ())
    assert done.matched == 6  # two charges, the refund, the card, another card and its reversal
    path = tmp_path / "bill.csv"
    path.write_bytes(BILLS[method](house.simulator.books(method), DAY))
    bill = Reconciling(house.world.services).reconcile(
        house.connection, SYSTEM, method, read_bill(method, path), "", day=None
    )
    assert bill.found == 0
    report = verified(house)
    assert report.ok, report.findings
    assert report.counts["payments"] == 6
    assert [one.kind for one in list_acts(house.connection)[:2]] == ["bill_reconciled", "journals_reconciled"]


def test_nothing_happened(house: GatewayHouse, till: Till) -> None:
    """A customer who never paid is no difference; nor are more days looked at than anybody asks for."""
    intent = till.intent(Tender.WECHAT)
    charge = replace(house.charge_of("wechat", NEVER, PRICE), intent_id=intent.intent_id, order_id=intent.order_id)
    house.desk.pay(till.counter.device, charge, house.connection)
    assert look(house).found == 0
    house.go(120)
    till.move(intent, S.NOT_PERFORMED)
    till.go_on()
    assert (look(house).found, look(house).waiting) == (0, ())
    for first, last in ((DAY, DAY - timedelta(days=1)), (DAY, DAY + timedelta(days=31))):
        with pytest.raises(Refusal) as caught:
            Reconciling(house.world.services).journals(house.connection, SYSTEM, first, last)
        assert caught.value.facts["field"] == "day"


def test_paid_and_no_sale(house: GatewayHouse, till: Till) -> None:
    """The window spoke of what came later, and of a sale of this it did not."""
    paid = till.pay()
    till.go_on()
    done = look(house)
    assert (done.new, done.waiting) == (1, ())
    (found,) = listed(house)
    assert (found.kind, found.what, found.method, found.at_window) == (
        *("missing_there", "charge", "wechat"),
        f"BBB/{till.counter.device.counter}",
    )
    assert (found.ours_minor, found.ours_state, found.theirs_state) == (PRICE, "approved", "created, sent, approved")
    assert whats(verified(house)) == {"not_reconciled"}
    till.sell(paid)  # it was resumed, and sold
    till.go_on()
    assert (look(house).closed, listed(house), whats(verified(house))) == (1, [], set())


def test_a_window_that_has_not_told_yet(house: GatewayHouse, till: Till) -> None:
    """No line since: nobody is called for what is only on its way; which window, and how far it has told, is said."""
    till.counter.log_in()
    till.push()
    told = till.now()
    paid = till.pay()
    till.sell(paid)
    till.later(hours=5)
    done = look(house)
    assert (done.found, done.matched) == (0, 0)
    (waits,) = done.waiting
    assert (waits.window, waits.payments, waits.minor) == (f"BBB/{till.counter.device.counter}", 1, PRICE)
    assert waits.told_until == told
    report = verified(house)
    assert (report.ok, report.counts["payments_not_told_yet"]) == (True, 1)
    till.push()
    assert (look(house).matched, look(house).waiting) == (1, ())


def test_a_window_that_is_lost_or_silent_for_a_day(house: GatewayHouse, till: Till) -> None:
    till.pay()
    house.connection.execute("UPDATE device SET seen_at = %s", (till.now() + timedelta(hours=23),))
    assert len(look(house).waiting) == 1
    house.connection.execute("UPDATE device SET seen_at = %s", (till.now() + timedelta(hours=25),))
    assert look(house).new == 1
    house.connection.execute("UPDATE device SET seen_at = NULL")
    assert look(house).closed == 1
    house.connection.execute("UPDATE device SET state = 'lost'")
    assert look(house).new == 1, "what had gone is open again"
    assert listed(house)[0].note == ""


def test_sold_and_nobody_paid(house: GatewayHouse, till: Till) -> None:
    """A window's journal names payments that central does not have, has otherwise, or took back."""
    till.sell(till.move(till.intent(Tender.WECHAT), S.APPROVED))
    other = till.pay(minor=600)
    till.sell(other, over={"amount_minor": 500})  # that entry adds up to something else: quarantined
    less = till.pay(minor=400)
    house.connection.execute("UPDATE payment_order SET amount_minor = 399 WHERE intent_id = %s", (less.intent_id,))
    till.sell(less)
    reversed_ = till.pay()
    house.connection.execute("UPDATE payment_order SET state = 'reversed' WHERE intent_id = %s", (reversed_.intent_id,))
    till.sell(reversed_)
    elsewhere = till.pay()
    till.sell(replace(elsewhere, order_id=house.world.numbers.new()))
    twice = till.pay()
    till.sell(twice)
    till.sell(twice)
    till.sell(till.intent(Tender.CARD))  # a card that never came to its end
    till.go_on()
    look(house)
    assert sorted((one.method, one.kind) for one in listed(house)) == [
        ("card", "state"),
        ("wechat", "amount"),
        ("wechat", "missing_here"),
        ("wechat", "missing_there"),
        ("wechat", "order"),
        ("wechat", "state"),
        ("wechat", "twice"),
    ]


def test_refunds(house: GatewayHouse, till: Till) -> None:
    """Paid back at central and not by the journal, the other way round, and in cash besides."""
    charges = [till.pay() for _ in range(4)]
    sales = [till.sell(one) for one in charges]
    till.refund(sales[0], charges[0], S.SENT, S.APPROVED)  # says so, and central was never asked
    unheard = till.refund(sales[1], charges[1], S.SENT)
    till.pay_back(unheard)
    till.move(unheard, S.UNKNOWN)
    both = till.refund(sales[2], charges[2], S.SENT, S.UNKNOWN, S.NOT_PERFORMED)
    till.pay_back(both)
    out = facts.paid_out_fact(
        both,
        shift_id=both.shift_id,
        rounding=Money(0, "CNY"),
        reason="",
        supervisor_id=both.user_id,
        movement_id=both.user_id,
        slip_job=both.user_id,
        drawer_job=both.user_id,
    )
    till.write(Kind.REFUND_PAID_OUT, out)
    stray = m.PayRefund(
        intent_id=house.world.numbers.new(), charge_id=charges[3].intent_id, amount_minor=PRICE, currency="CNY"
    )
    house.desk.refund(till.counter.device, stray, house.connection)
    till.go_on()
    look(house)
    found = {one.number: (one.what, one.kind) for one in listed(house)}
    assert found.pop(unheard.intent_id.hex) == ("refund", "state")
    assert found.pop(both.intent_id.hex) == ("refund", "twice")
    assert found.pop(stray.intent_id.hex) == ("refund", "missing_there")
    assert list(found.values()) == [("refund", "missing_here")]


def test_somebody_takes_it_and_says_why(house: GatewayHouse, till: Till) -> None:
    """A clerk may not; a supervisor's reason stays, also after the next look; both are in central's own journal."""
    till.pay()
    till.go_on()
    look(house)
    book = Differences(house.world.services)
    difference_id = listed(house)[0].difference_id
    assert difference_id is not None
    clerk = Actor(user_id=UUID(int=9), login="li", display_name="Li", role=Role.CLERK)
    supervisor = replace(clerk, login="wang", role=Role.SUPERVISOR)
    attempts = (
        partial(book.own, house.connection, clerk, difference_id),
        partial(book.resolve, house.connection, clerk, difference_id, "because"),
    )
    for attempt in attempts:
        with pytest.raises(Refusal) as caught:
            attempt()
        assert caught.value.reason is Reason.NOT_ALLOWED
    book.own(house.connection, supervisor, difference_id)
    book.resolve(house.connection, supervisor, difference_id, "paid back by hand")
    done = look(house)
    assert (done.found, done.new, done.still_open) == (1, 0, 0)
    assert verified(house).ok
    (one,) = book.all(house.connection, resolved=True)
    assert (one.owner, one.note) == ("wang", "paid back by hand")
    assert {act.kind for act in list_acts(house.connection)} >= {"difference_owned", "difference_resolved"}


@pytest.mark.parametrize("page", [1, 2, terminal_look.PAGE])
def test_a_terminal_s_day(house: GatewayHouse, till: Till, monkeypatch: pytest.MonkeyPatch, page: int) -> None:
    """Its totals are what the journal's payments come to, those carried past the shift allowed for; read in pages."""
    monkeypatch.setattr(terminal_look, "PAGE", page)
    for _ in range(2):
        till.sell(till.move(till.intent(Tender.CARD), S.APPROVED_UNACKED, S.APPROVED))
    till.move(till.intent(Tender.CARD, 300), S.DECLINED)
    till.move(till.intent(Tender.CARD, 900), S.UNKNOWN)  # carried: the terminal has it
    till.close_terminal(2, 2 * PRICE, theirs=(3, 2 * PRICE + 900))
    till.sell(till.move(till.intent(Tender.CARD), S.APPROVED_UNACKED, S.APPROVED))
    till.close_terminal(1, PRICE)
    till.push()
    assert look(house).found == 0


def test_a_terminal_that_says_something_else(house: GatewayHouse, till: Till) -> None:
    till.sell(till.move(till.intent(Tender.CARD), S.APPROVED_UNACKED, S.APPROVED))
    at = till.close_terminal(1, PRICE, theirs=(2, PRICE + 100))
    till.sell(till.move(till.intent(Tender.CARD), S.APPROVED_UNACKED, S.APPROVED))
    till.close_terminal(0, 0, theirs=(1, PRICE))  # the window itself miscounted
    till.push()
    look(house)
    found = {(one.kind, one.ours_minor, one.theirs_minor) for one in listed(house)}
    assert found == {("count", 1, 2), ("amount", PRICE, PRICE + 100), ("counted", PRICE, 0)}
    assert "not_reconciled" in whats(verified(house))
    for kind in ("count", "amount"):
        difference_id = house.world.numbers.new()
        body = facts.difference_fact(
            difference_id=difference_id,
            source="main",
            kind=kind,
            tender=Tender.CARD,
            ours_minor=1,
            theirs_minor=2,
            intent_id=None,
            detail="end_of_day",
            found_at=at,
        )
        till.write(Kind.DIFFERENCE_FOUND, body)
        resolved = facts.difference_resolved_fact(
            difference_id=difference_id, owner="wang", note="keyed at the terminal"
        )
        till.write(Kind.DIFFERENCE_RESOLVED, resolved)
    till.push()
    done = look(house)
    assert (done.still_open, [one.kind for one in listed(house)]) == (1, ["counted"])
    notes = {one.note for one in Differences(house.world.services).all(house.connection, resolved=True)}
    assert notes == {"", "at the window: keyed at the terminal"}


def test_rows_are_what_the_entries_say(house: GatewayHouse, till: Till) -> None:
    """Somebody changed a row: found. All rows lost, as before this version: made again from the entries."""
    till.sell(till.pay())
    till.go_on()
    house.connection.execute("UPDATE payment_entry SET amount_minor = 1 WHERE kind = 'sold'")
    assert whats(verified(house)) == {"payment_entry", "not_reconciled"}
    house.connection.execute("DELETE FROM payment_entry")
    assert fill(house.connection) == len(till.counter.entries)
    assert fill(house.connection) == 0
    assert verified(house).ok
