"""Central and both gateways over real HTTP with real signatures, and everything that can go wrong between them.

What an operator would lose: money that no ticket stands for, tickets that no money stands for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from central.acts import list_acts
from central.operator import new_incarnation
from central.payments.funds import Funds
from central.payments.gateways.config import build, read_config
from central.payments.orders import lock_id
from central.payments.refunding import Refunding
from central.payments.words import Said, ToCharge, ToRefund
from central.request import Refusing
from central.simulators.gateway.books import TradeState
from central.simulators.gateway.faults import Fault
from central.tx import Tx
from counter_app.wire import messages as m
from tests.contract.gateway_house import NEVER, PASSWORD, POOR, YESTERDAYS, GatewayHouse, gateway_house
from tests.postgres import Database

P = m.PayState
BOTH = pytest.mark.parametrize("method", ["wechat", "alipay"])


@pytest.fixture
def house(fresh_database: Database, tmp_path: Path) -> Iterator[GatewayHouse]:
    with gateway_house(fresh_database, tmp_path) as made:
        yield made


@pytest.fixture
def hasty(fresh_database: Database, tmp_path: Path) -> Iterator[GatewayHouse]:
    """Its gateways are waited for half a second only."""
    with gateway_house(fresh_database, tmp_path, deadline_s=0.5) as made:
        yield made


# ---- as it should be


@BOTH
def test_a_customer_pays_and_gets_it_back_in_parts(house: GatewayHouse, method: str) -> None:
    charge = house.charge_of(method)
    answer = house.pay(charge)
    assert (answer.state, answer.reason) == (P.APPROVED, "")
    assert answer.reference
    assert "*" in answer.payer
    assert house.held(method) == 2_600
    first, second = house.refund_of(charge, 600), house.refund_of(charge, 2_000)
    assert house.refund(first).state is P.PAID_BACK
    assert house.refund(first).state is P.PAID_BACK  # asked again: the same one
    assert house.held(method) == 2_000
    assert house.refund(house.refund_of(charge, 2_001)).reason == "more_than_was_paid"
    assert house.refund(second).state is P.PAID_BACK
    assert house.held(method) == 0
    assert house.refund(house.refund_of(charge, 1)).reason == "more_than_was_paid"
    assert house.ask(second.intent_id).state is P.PAID_BACK


@BOTH
def test_a_charge_that_is_sent_again_asks_how_it_stands(house: GatewayHouse, method: str) -> None:
    charge = house.charge_of(method)
    assert house.pay(charge) == house.pay(charge)
    assert house.simulator.asked == [f"{method} pay"]
    with pytest.raises(Refusing, match="not_allowed"):  # another amount under the same id
        house.pay(replace(charge, amount_minor=1))
    with pytest.raises(Refusing, match="not_allowed"):  # another window
        house.pay(charge, window=1)


@BOTH
@pytest.mark.parametrize(("customer", "reason"), [(POOR, {"no_funds"}), (YESTERDAYS, {"expired", "wrong_code"})])
def test_an_explicit_refusal(house: GatewayHouse, method: str, customer: str, reason: set[str]) -> None:
    charge = house.charge_of(method, customer)
    answer = house.pay(charge)
    assert answer.state is P.DECLINED
    assert answer.reason in reason
    house.settle()
    assert house.ask(charge.intent_id).state is P.DECLINED
    assert house.held(method) == 0


@BOTH
def test_codes_of_another_wallet_are_not_sent(house: GatewayHouse, method: str) -> None:
    other = {"wechat": "280000000000000000", "alipay": "130000000000000000"}[method]
    for code in (other, "6922222222222", CODE_SHORT[method], f"{other}x", house.charge_of(method).code[:-1] + "٣"):
        charge = replace(house.charge_of(method), code=code)
        assert (house.pay(charge).state, house.pay(charge).reason) == (P.DECLINED, "wrong_code")
    assert house.simulator.asked == []


CODE_SHORT = {"wechat": "16000000000000000", "alipay": "310000000000000000"}


@BOTH
def test_a_customer_types_the_password(house: GatewayHouse, method: str) -> None:
    """Asked while it is typed: pending, not "no"."""
    charge = house.charge_of(method, PASSWORD)
    assert house.pay(charge).state is P.PENDING
    house.world.clock.pass_(seconds=4)
    assert house.ask(charge.intent_id).state is P.PENDING
    house.world.clock.pass_(seconds=6)
    assert house.ask(charge.intent_id).state is P.APPROVED
    assert house.held(method) == 2_600


@BOTH
def test_nobody_types_it(house: GatewayHouse, method: str) -> None:
    """After 45 s central takes it back by itself, though no counter asks."""
    charge = house.charge_of(method, NEVER)
    assert house.pay(charge).state is P.PENDING
    house.go(40)
    assert house.ask(charge.intent_id).state is P.PENDING
    assert f"{method} reverse" not in house.simulator.asked
    house.go(15)
    answer = house.ask(charge.intent_id)
    assert (answer.state, answer.reason) == (P.NOT_PERFORMED, "too_late")
    trade = house.simulator.books(method).look(charge.intent_id.hex)
    assert trade.state is TradeState.CLOSED
    assert house.simulator.asked[-2:] == [f"{method} reverse", f"{method} query"]  # looked at again after it


@BOTH
def test_a_clerk_takes_it_back(house: GatewayHouse, method: str) -> None:
    """Paid or not; not before 15 s, which the gateway asks for; and twice is once."""
    paid, unpaid = house.charge_of(method), house.charge_of(method, NEVER)
    house.pay(paid)
    house.pay(unpaid)
    for charge in (paid, unpaid):
        assert (house.reverse(charge.intent_id).state, house.reverse(charge.intent_id).reason) == (
            P.UNKNOWN,
            "taken_back",
        )
    assert f"{method} reverse" not in house.simulator.asked
    house.go(20)
    assert house.ask(paid.intent_id).state is P.REVERSED
    assert house.ask(unpaid.intent_id).state is P.NOT_PERFORMED
    assert house.reverse(paid.intent_id).state is P.REVERSED
    assert house.held(method) == 0
    assert house.simulator.books(method).look(paid.intent_id.hex).payments == 1
    assert house.refund(house.refund_of(paid)).reason == "not_paid"


@BOTH
def test_what_was_refunded_in_part_is_not_reversed(house: GatewayHouse, method: str) -> None:
    charge = house.charge_of(method)
    house.pay(charge)
    house.refund(house.refund_of(charge, 100))
    house.go(20)
    answer = house.reverse(charge.intent_id)
    assert (answer.state, answer.reason) == (P.APPROVED, "has_refunds")
    assert house.held(method) == 2_500


@BOTH
def test_what_central_never_heard_of_is_closed_for_ever(house: GatewayHouse, method: str) -> None:
    """The charge that was overtaken by its own reversal, or by a question, is not made."""
    reversed_, asked = house.charge_of(method), house.charge_of(method)
    assert house.reverse(reversed_.intent_id).state is P.NOT_PERFORMED
    assert house.ask(asked.intent_id).state is P.NOT_PERFORMED
    for charge in (reversed_, asked):
        assert house.pay(charge).state is P.NOT_PERFORMED
    refund = house.refund_of(charge)
    assert house.ask(refund.intent_id).state is P.NOT_PERFORMED
    assert house.refund(refund).state is P.NOT_PERFORMED
    assert house.simulator.asked == []


def test_a_central_that_was_put_back_to_a_backup_does_not_say_no(house: GatewayHouse) -> None:
    """Paid, and forgotten: the counter would throw the sale away, and the customer's money with it."""
    charge = house.charge_of("wechat")
    house.pay(charge)
    house.connection.execute("ALTER TABLE payment_event DISABLE TRIGGER ALL")
    house.connection.execute("DELETE FROM payment_event")
    house.connection.execute("DELETE FROM payment_order")
    new_incarnation(house.connection, house.world.services)
    for answer in (house.ask(charge.intent_id), house.reverse(charge.intent_id)):
        assert (answer.state, answer.reason) == (P.MANUAL, "restored")
    # Sent again it finds its own number at the gateway, and is not charged twice.
    assert house.pay(charge).state is P.UNKNOWN
    house.go(10)
    assert house.ask(charge.intent_id).state is P.APPROVED
    assert house.held("wechat") == 2_600


# ---- answers that are none


BAD_ANSWERS = {
    Fault.TAMPERED: "bad_signature",
    Fault.WRONG_SIGNATURE: "bad_signature",
    Fault.UNSIGNED: "not_signed",
    Fault.STALE: "stale",
    Fault.OTHER: "another_subject",
    Fault.ERROR_AFTER: "http_502",
    Fault.DROP_AFTER: "broken",
}


@BOTH
@pytest.mark.parametrize("fault", list(BAD_ANSWERS))
def test_an_answer_that_cannot_be_trusted_is_unknown(house: GatewayHouse, method: str, fault: Fault) -> None:
    """The customer has paid; the answer is worth nothing. The next question finds it."""
    charge = house.charge_of(method)
    house.fault(fault, "pay")
    answer = house.pay(charge)
    assert (answer.state, answer.reason) == (P.UNKNOWN, BAD_ANSWERS[fault])
    house.go(10)
    assert house.ask(charge.intent_id).state is P.APPROVED
    assert house.held(method) == 2_600
    assert house.simulator.asked.count(f"{method} pay") == 1


@BOTH
@pytest.mark.parametrize("fault", [Fault.HANG, Fault.DRIP])
def test_a_gateway_that_hangs_is_unknown(hasty: GatewayHouse, method: str, fault: Fault) -> None:
    """Byte by byte, too: the deadline is for the whole answer."""
    charge = hasty.charge_of(method)
    hasty.fault(fault, "pay")
    answer = hasty.pay(charge)
    assert (answer.state, answer.reason) == (P.UNKNOWN, "timeout")
    hasty.go(10)
    assert hasty.ask(charge.intent_id).state is P.APPROVED
    assert hasty.held(method) == 2_600


@BOTH
@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE, Fault.ERROR_BEFORE])
def test_a_charge_that_never_arrived(house: GatewayHouse, method: str, fault: Fault) -> None:
    """The gateway does not know it: not "no" yet, since it may be on its way. In the end nobody paid."""
    charge = house.charge_of(method)
    house.fault(fault, "pay")
    assert house.pay(charge).state is P.UNKNOWN
    house.go(60)
    assert house.ask(charge.intent_id).state is P.UNKNOWN
    house.go(90)
    assert house.ask(charge.intent_id).state is P.NOT_PERFORMED
    assert house.held(method) == 0


@BOTH
def test_no_answer_at_all_for_an_hour(house: GatewayHouse, method: str) -> None:
    """Nothing is decided by silence; when the line is back, what was paid is taken back, since it is too late."""
    charge = house.charge_of(method)
    house.fault(Fault.DROP_AFTER, "pay")
    for asked in ("query", "reverse", "refund"):
        house.fault(Fault.ERROR_BEFORE, asked, times=10_000)
    house.pay(charge)
    house.go(60)
    for _ in range(30):
        house.world.clock.pass_(minutes=2)
        house.tend()
        assert house.ask(charge.intent_id).state is P.UNKNOWN
    house.settle()
    assert house.ask(charge.intent_id).state is P.REVERSED
    assert house.held(method) == 0


@BOTH
def test_the_gateway_says_not_paid_and_lies(house: GatewayHouse, method: str) -> None:
    """Until it is taken back, and then it says the truth."""
    charge = house.charge_of(method)
    house.fault(Fault.DROP_AFTER, "pay")
    house.fault(Fault.UNPAID, "query", times=3)
    assert house.pay(charge).state is P.UNKNOWN
    house.go(12)
    assert house.ask(charge.intent_id).state is P.PENDING
    house.go(10)
    assert house.ask(charge.intent_id).state is P.APPROVED
    assert house.held(method) == 2_600


@BOTH
def test_paid_between_the_last_question_and_the_reversal(house: GatewayHouse, method: str) -> None:
    charge = house.charge_of(method, NEVER)
    house.pay(charge)
    house.go(40)
    house.fault(Fault.PAY_BEFORE, "reverse")
    house.go(20)
    answer = house.ask(charge.intent_id)
    trade = house.simulator.books(method).look(charge.intent_id.hex)
    assert trade.payments == 1
    assert answer.state in {P.REVERSED, P.NOT_PERFORMED}  # either way nobody's money is held, and no ticket is sold
    assert house.held(method) == 0
    house.settle()
    assert house.held(method) == 0


@BOTH
def test_a_reversal_that_did_nothing(house: GatewayHouse, method: str) -> None:
    """Confirmed, signed, and the money is still there: it is refunded, once, under a number fixed beforehand."""
    charge = house.charge_of(method)
    house.pay(charge)
    house.reverse(charge.intent_id)
    house.fault(Fault.IGNORED, "reverse")
    house.fault(Fault.DROP_AFTER, "refund", times=3)
    house.go(200)
    assert house.ask(charge.intent_id).state is P.REVERSED
    trade = house.simulator.books(method).look(charge.intent_id.hex)
    assert list(trade.backs) == [f"GB{charge.intent_id.hex}"]
    assert house.held(method) == 0


@BOTH
def test_paid_long_after_it_was_closed(house: GatewayHouse, method: str) -> None:
    """No gateway should; central looks once more, and gives it back."""
    charge = house.charge_of(method, NEVER)
    house.pay(charge)
    house.go(60)
    assert house.ask(charge.intent_id).state is P.NOT_PERFORMED
    house.simulator.books(method).pay(charge.intent_id.hex)
    assert house.held(method) == 2_600
    house.settle()
    assert house.ask(charge.intent_id).state is P.REVERSED
    assert house.held(method) == 0


@BOTH
@pytest.mark.parametrize(
    "fault", [Fault.DROP_AFTER, Fault.DROP_BEFORE, Fault.ERROR_AFTER, Fault.WRONG_SIGNATURE, Fault.TWICE]
)
def test_a_reversal_without_an_answer(house: GatewayHouse, method: str, fault: Fault) -> None:
    charge = house.charge_of(method)
    house.pay(charge)
    house.fault(fault, "reverse", times=2)
    house.reverse(charge.intent_id)
    house.go(120)
    assert house.ask(charge.intent_id).state is P.REVERSED
    assert house.held(method) == 0


@BOTH
@pytest.mark.parametrize(
    "fault",
    [Fault.DROP_AFTER, Fault.DROP_BEFORE, Fault.ERROR_AFTER, Fault.WRONG_SIGNATURE, Fault.OTHER, Fault.TWICE],
)
def test_a_refund_is_paid_once(house: GatewayHouse, method: str, fault: Fault) -> None:
    """Whatever becomes of its answers, and however often it is asked for."""
    charge = house.charge_of(method)
    house.pay(charge)
    refund = house.refund_of(charge, 700)
    house.fault(fault, "refund", times=2)
    assert house.refund(refund).state in {P.UNKNOWN, P.PENDING, P.PAID_BACK}
    house.refund(refund)
    house.go(60)
    assert house.refund(refund).state is P.PAID_BACK
    trade = house.simulator.books(method).look(charge.intent_id.hex)
    assert {back.number: back.amount_minor for back in trade.backs.values()} == {refund.intent_id.hex: 700}


@BOTH
def test_a_refund_that_takes_its_time(house: GatewayHouse, method: str) -> None:
    charge = house.charge_of(method)
    house.pay(charge)
    refund = house.refund_of(charge)
    house.fault(Fault.PROCESSING, "refund")
    house.fault(Fault.PROCESSING, "query_refund")
    assert house.refund(refund).state is P.PENDING
    assert house.refund(house.refund_of(charge)).reason == "more_than_was_paid"  # it counts already
    house.go(60)
    assert house.ask(refund.intent_id).state is P.PAID_BACK
    assert house.held(method) == 0


def test_another_amount_under_a_good_signature(house: GatewayHouse) -> None:
    """Nothing that a program may decide."""
    charge = house.charge_of("wechat")
    house.fault(Fault.DROP_AFTER, "pay")
    house.pay(charge)
    house.simulator.books("wechat").look(charge.intent_id.hex).amount_minor = 26
    house.go(10)
    answer = house.ask(charge.intent_id)
    assert (answer.state, answer.reason) == (P.MANUAL, "amount_differs")
    house.settle()
    assert house.ask(charge.intent_id).state is P.MANUAL


@BOTH
def test_a_clock_that_is_an_hour_off_moves_nothing(house: GatewayHouse, method: str) -> None:
    """The gateway refuses our seal, or we its age: nothing is known, and nothing is lost."""
    simulator = house.simulator
    charge = house.charge_of(method)
    books = simulator.books(method)
    right = books.now
    books.now = lambda: right().replace(year=2020)
    answer = house.pay(charge)
    assert answer.state in {P.UNKNOWN, P.DECLINED}
    assert books.held_minor == 0
    books.now = right
    house.settle()
    assert house.ask(charge.intent_id).state in {P.NOT_PERFORMED, P.DECLINED}


# ---- who may


@BOTH
def test_only_the_window_that_took_it(house: GatewayHouse, method: str) -> None:
    charge = house.charge_of(method)
    house.pay(charge)
    for ask in (house.ask, house.reverse):
        with pytest.raises(Refusing, match="not_allowed"):
            ask(charge.intent_id, window=1)
    assert house.refund(house.refund_of(charge), window=1).reason == "not_its_charge"
    assert house.held(method) == 2_600


def test_another_window_that_has_the_ticket_may_pay_it_back(house: GatewayHouse) -> None:
    """Bought at one station, returned at another; it stands in central's own journal."""
    charge = house.charge_of("wechat")
    house.pay(charge)
    house.connection.execute(
        "INSERT INTO ticket (service_date, run_id, ticket_id, order_id, claim_id, number, device_id, epoch, seq, state,"
        " board, alight, travel_class, price_minor, currency, fact, sold_at, locked_by)"
        " VALUES ('2026-12-02', %s, %s, %s, %s, 'N', %s, 1, 1, 'FULFILLED', 0, 1, 'second', 2600, 'CNY', '{}', %s, %s)",
        (
            *(house.world.numbers.new(), house.world.numbers.new(), charge.order_id, house.world.numbers.new()),
            *(house.windows[0].device_id, house.world.clock.now(), house.windows[1].device_id),
        ),
    )
    refund = house.refund_of(charge, 600)
    assert house.refund(refund, window=1).state is P.PAID_BACK
    with pytest.raises(Refusing, match="not_allowed"):  # that refund is the other window's now
        house.refund(refund, window=0)
    (act, *_) = list_acts(house.connection)
    assert (act.kind, act.body["window"], act.body["amount_minor"]) == ("refunded_elsewhere", "AAA/2", 600)
    assert house.held("wechat") == 2_000


def test_the_code_stands_nowhere(house: GatewayHouse) -> None:
    charge = house.charge_of("wechat", "77")
    house.pay(charge)
    for table in ("payment_order", "payment_event"):
        rows = house.connection.execute(f"SELECT t::text FROM {table} t").fetchall()
        assert rows
        assert charge.code not in str(rows)
    kept = Tx(house.connection).row("SELECT code_last4, length(code_hash) FROM payment_order")
    assert kept == (charge.code[-4:], 32)
    assert charge.code not in repr(
        ToCharge(number="n", amount_minor=1, currency="CNY", code=charge.code, subject="", terminal="")
    )


# ---- the adapters alone


@BOTH
def test_keys_that_are_not_the_gateways(house: GatewayHouse, method: str, tmp_path: Path) -> None:
    """Another merchant's key, another gateway's: nothing is believed."""
    other = house.simulator.__class__(house.world.clock.now)
    config = read_config(method, other.write_config(tmp_path / "other")[method])
    config["base_url"] = config["base_url"].replace(other.url, house.simulator.url)
    other._server.server_close()
    gateway = build(config, house.world.clock, house.world.numbers)
    charge = ToCharge(
        number="a" * 32, amount_minor=1, currency="CNY", code=house.charge_of(method).code, subject="s", terminal="t"
    )
    assert gateway.charge(charge).said is Said.UNKNOWN
    assert gateway.query("a" * 32).said is Said.UNKNOWN
    assert house.simulator.books(method).trades == {}


@BOTH
def test_what_the_gateway_does_not_know(house: GatewayHouse, method: str) -> None:
    gateway = house.gateways[method]
    assert gateway.query("b" * 32).said is Said.ABSENT
    assert gateway.reverse("b" * 32).said is Said.ABSENT
    refund = ToRefund(number="b" * 32, refund_number="c" * 32, amount_minor=1, whole_minor=1, currency="CNY")
    assert gateway.query_refund(refund).said is Said.ABSENT
    assert gateway.refund(refund).said is Said.AGAIN


def test_a_refund_that_comes_while_it_is_asked_for(house: GatewayHouse) -> None:
    """Told "never heard of", the counter pays cash: a refund that is begun at that moment would be the second."""
    charge = house.charge_of("wechat")
    house.pay(charge)
    refund = house.refund_of(charge)
    other = house.database.connect()
    desk = house.process()
    answers: list[m.PayAnswer] = []

    def ask() -> None:
        answers.append(desk.state(house.windows[0], m.PayQuestion(intent_id=refund.intent_id), other))

    asking = threading.Thread(target=ask)
    with house.connection.transaction():
        lock_id(Tx(house.connection), refund.intent_id)
        asking.start()
        until = time.monotonic() + 30
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while not Tx(house.connection).rows(waiting)[0][0]:
            assert time.monotonic() < until, "the question did not wait for the refund"
        desk_rows = Refunding(house.world.services, Funds(house.world.services))
        desk_rows.begin(house.windows[0], refund, Tx(house.connection))
    asking.join(30)
    other.close()
    assert [answer.state for answer in answers] != [P.NOT_PERFORMED]
    assert house.refund(refund).state in {P.PAID_BACK, P.UNKNOWN, P.PENDING}
