"""Central dies before each of its statements around a call of a gateway, and another process goes on.

Every story ends in exactly one way: the counter hears "approved" and the gateway holds the money, or it hears that
nothing is paid and the gateway holds none.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from central.payments.desk import PaymentDesk
from central.payments.words import Gateway, ToCharge, ToRefund, Word
from central.request import Refusing
from central.simulators.gateway.faults import Fault
from central.tx import Tx
from counter_app.wire import messages as m
from tests.contract.gateway_house import NEVER, PASSWORD, GatewayHouse, gateway_house
from tests.postgres import Database

P = m.PayState
BOTH = pytest.mark.parametrize("method", ["wechat", "alipay"])
STATEMENTS_MAX = 80


class Killed(BaseException):
    """Nothing in the program catches it."""


@contextmanager
def killed_at(number: int) -> Iterator[list[int]]:
    """Before the so-manieth statement of this thread. Yields a list that is empty as long as nobody died."""
    here, seen, died = threading.get_ident(), [0], list[int]()

    def watch(_: str) -> None:
        if threading.get_ident() != here or died:
            return
        seen[0] += 1
        if seen[0] == number:
            died.append(number)
            raise Killed

    Tx.watch = watch
    try:
        yield died
    finally:
        Tx.watch = None


def at_every_statement(do: Callable[[int], bool]) -> None:
    """``do(n)`` says whether it died at statement n; it does not any more when there are no more statements."""
    for number in range(1, STATEMENTS_MAX):
        if not do(number):
            assert number > 4, "it died at too few of them to mean anything"
            return
    raise AssertionError("no end of statements")


@pytest.fixture
def house(fresh_database: Database, tmp_path: Path) -> Iterator[GatewayHouse]:
    with gateway_house(fresh_database, tmp_path) as made:
        yield made


def died(number: int, call: Callable[[], object]) -> bool:
    with killed_at(number) as dead, suppress(Killed):
        call()
    return bool(dead)


@BOTH
@pytest.mark.parametrize("customer", ["00", PASSWORD])
def test_during_a_charge(house: GatewayHouse, method: str, customer: str) -> None:
    """Its counter asks, as it does after any silence."""

    def once(number: int) -> bool:
        charge = house.charge_of(method, customer)
        before = house.held(method)
        dead = died(number, lambda: house.pay(charge))
        house.desk = house.process()
        house.go(70)
        answer = house.ask(charge.intent_id)
        gained = house.held(method) - before
        assert (answer.state, gained) in {(P.APPROVED, 2_600), (P.NOT_PERFORMED, 0), (P.REVERSED, 0)}
        house.settle(hours=0.5)
        assert house.ask(charge.intent_id).state is answer.state
        assert house.held(method) - before == gained
        assert house.simulator.asked.count(f"{method} pay") <= number
        return dead

    at_every_statement(once)


@BOTH
@pytest.mark.parametrize("customer", ["00", NEVER])
def test_while_it_is_taken_back(house: GatewayHouse, method: str, customer: str) -> None:
    """Killed while tending: nobody but central itself goes on with it."""

    def once(number: int) -> bool:
        charge = house.charge_of(method, customer)
        house.pay(charge)
        house.reverse(charge.intent_id)
        house.world.clock.pass_(seconds=20)
        dead = died(number, house.tend)
        house.desk = house.process()
        house.go(90)
        assert house.ask(charge.intent_id).state in {P.REVERSED, P.NOT_PERFORMED}
        assert house.held(method) == 0
        return dead

    at_every_statement(once)


@BOTH
def test_while_it_is_paid_back(house: GatewayHouse, method: str) -> None:
    """A refund is paid once, also by a central that died over it."""

    def once(number: int) -> bool:
        charge = house.charge_of(method)
        house.pay(charge)
        refund = house.refund_of(charge, 700)
        dead = died(number, lambda: house.refund(refund))
        house.desk = house.process()
        house.world.clock.pass_(seconds=70)
        house.tend()
        assert house.refund(refund).state is P.PAID_BACK
        trade = house.simulator.books(method).look(charge.intent_id.hex)
        assert [back.amount_minor for back in trade.backs.values()] == [700]
        return dead

    at_every_statement(once)


@BOTH
def test_no_transaction_is_held_while_a_gateway_thinks(house: GatewayHouse, method: str) -> None:
    """A gateway that hangs would lock rows, and stop the database from cleaning up."""
    watching = house.database.connect()
    house.fault(Fault.HANG, "pay")
    charge = house.charge_of(method)
    mine = house.database.connect()
    with ThreadPoolExecutor(1) as pool:
        paid = pool.submit(house.desk.pay, house.windows[0], charge, mine)
        while f"{method} pay" not in house.simulator.asked:
            pass
        states = watching.execute(
            "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
        assert {state for (state,) in states} == {"idle"}
        # Meanwhile the counter asks by another way, and central tends: nobody else asks the gateway.
        assert house.ask(charge.intent_id).state is P.UNKNOWN
        house.world.clock.pass_(seconds=10)
        house.tend()
        assert house.simulator.asked == [f"{method} pay"]
        house.simulator.ending.set()
        assert paid.result().state is P.UNKNOWN


@BOTH
def test_a_gateway_that_hangs_takes_its_own_places_only(house: GatewayHouse, method: str) -> None:
    """With all of them taken a charge is refused before anything was done; the other wallet goes on."""
    other = {"wechat": "alipay", "alipay": "wechat"}[method]
    house.fault(Fault.HANG, "pay", times=4)
    with ThreadPoolExecutor(4) as pool:
        waiting = [
            pool.submit(house.desk.pay, house.windows[0], house.charge_of(method), house.database.connect())
            for _ in range(4)
        ]
        while house.simulator.asked.count(f"{method} pay") < 4:
            pass
        fifth = house.charge_of(method)
        with pytest.raises(Refusing, match="busy"):
            house.pay(fifth)
        assert house.pay(house.charge_of(other)).state is P.APPROVED
        house.simulator.ending.set()
        assert {one.result().state for one in waiting} == {P.UNKNOWN}
    rows = house.connection.execute(
        "SELECT count(*) FROM payment_order WHERE intent_id = %s", (fifth.intent_id,)
    ).fetchone()
    assert rows == (0,)


@BOTH
def test_two_processes_at_one_charge(house: GatewayHouse, method: str) -> None:
    """The same charge comes in twice at once, and both tend: it is charged once, taken back once."""
    charge = house.charge_of(method, NEVER)
    processes = [house.process() for _ in range(4)]
    connections = [house.database.connect() for _ in processes]
    with ThreadPoolExecutor(4) as pool:
        pay = [
            pool.submit(one.pay, house.windows[0], charge, line)
            for one, line in zip(processes, connections, strict=True)
        ]
        assert {one.result().state for one in pay} <= {P.PENDING, P.UNKNOWN}
        for _ in range(20):
            house.world.clock.pass_(seconds=5)
            for one in [pool.submit(one.tend, method, line) for one, line in zip(processes, connections, strict=True)]:
                one.result()
    assert house.ask(charge.intent_id).state is P.NOT_PERFORMED
    assert house.simulator.asked.count(f"{method} pay") == 1
    assert house.simulator.asked.count(f"{method} reverse") == 1


@dataclass
class Stopped:
    """A gateway behind a process that stands still before it sends: others go on without it."""

    real: Gateway
    meanwhile: Callable[[], None]

    @property
    def reverse_after_s(self) -> int:
        return self.real.reverse_after_s

    def takes(self, code: str) -> bool:
        return self.real.takes(code)

    def charge(self, charge: ToCharge) -> Word:
        self.meanwhile()
        return self.real.charge(charge)

    def query(self, number: str) -> Word:
        return self.real.query(number)

    def reverse(self, number: str) -> Word:
        return self.real.reverse(number)

    def refund(self, refund: ToRefund) -> Word:
        return self.real.refund(refund)

    def query_refund(self, refund: ToRefund) -> Word:
        return self.real.query_refund(refund)


@BOTH
def test_a_charge_that_is_sent_after_it_was_given_up(house: GatewayHouse, method: str) -> None:
    """A machine that was asleep wakes up and charges: the counter has gone on, so the money goes back."""
    other, line = house.process(), house.database.connect()

    def meanwhile() -> None:
        for _ in range(40):
            house.world.clock.pass_(seconds=5)
            other.tend(method, line)

    asleep = PaymentDesk(house.world.services, {method: Stopped(house.gateways[method], meanwhile)})
    charge = house.charge_of(method)
    assert asleep.pay(house.windows[0], charge, house.connection).state is P.NOT_PERFORMED
    assert house.held(method) == 2_600
    house.go(10)
    assert house.ask(charge.intent_id).state is P.REVERSED
    assert house.held(method) == 0
