"""Points for what a sale was paid in money. A member would lose them, or have them twice; no entry fails over them."""

from __future__ import annotations

from uuid import UUID

import pytest

from central.payments.desk import PaymentDesk
from central.payments.fundbook import FundBook
from counter_app.domain.journal import Entry, Json, Kind
from counter_app.domain.staff import SYSTEM
from counter_app.wire import messages as m
from tests.postgres import Database
from tests.unit.central.journal.counter import PRICE, Counter, enrol
from tests.unit.central.stock.world import World, act

CARD = "M-2026-0001"


@pytest.fixture
def counter(fresh_database: Database) -> Counter:
    made = enrol(World(fresh_database.connect()))
    world = made.world
    fund = FundBook(world.services).add_member(world.connection, SYSTEM, CARD)
    world.connection.execute("UPDATE fund SET balance = 500 WHERE fund_id = %s", (fund.fund_id,))
    return made


def points(counter: Counter) -> int:
    book = FundBook(counter.world.services)
    return book.find(counter.world.connection, "points", CARD).balance


def pay_points(counter: Counter, order_id: str, minor: int) -> str:
    charge = m.PayCharge(
        intent_id=counter.world.numbers.new(),
        order_id=UUID(order_id),
        method=m.PayMethod.POINTS,
        amount_minor=minor,
        currency="CNY",
        code=CARD,
        subject="G1",
    )
    answer = PaymentDesk(counter.world.services).pay(counter.device, charge, counter.world.connection)
    assert answer.state is m.PayState.APPROVED
    return str(charge.intent_id)


def sell(counter: Counter, place: str, points_minor: int) -> Entry:
    """A sale by points, the rest in cash."""
    run = counter.world.run("T1")
    asked = counter.world.ask(run, places=(place,), travel_class="")
    counter.world.desk.claim(counter.device, asked, counter.world.connection)
    counter.world.desk.lease(counter.device, act(asked), counter.world.connection)
    body = counter.sold_body(run, (place,), board=asked.board, alight=asked.alight, claim_id=asked.claim_id)
    intent = pay_points(counter, str(body["order_id"]), points_minor)
    del body["tender"]
    legs: list[Json] = [
        {"tender": "points", "amount_minor": points_minor, "rounding_minor": 0, "intent_id": intent},
        {"tender": "cash", "amount_minor": PRICE - points_minor, "rounding_minor": 0, "intent_id": None},
    ]
    body["tenders"] = legs
    return counter.write(Kind.SOLD, body)


def test_earned_once_and_given_back_with_the_ticket(counter: Counter) -> None:
    sold = sell(counter, "01/01A", 200)
    assert points(counter) == 300
    counter.push()
    assert counter.verdicts().get(sold.seq) is None
    earned = (PRICE - 200) // 100
    assert earned > 0
    assert points(counter) == 300 + earned
    counter.push()
    assert points(counter) == 300 + earned
    counter.refund(sold)
    counter.push()
    # The old form of a refund is cash alone: more than was paid in money, and no more points go than it earned.
    assert points(counter) == 300


def test_a_sale_without_a_member(counter: Counter) -> None:
    counter.sell(counter.world.run("T1"), "01/01A")
    counter.push()
    assert points(counter) == 500
