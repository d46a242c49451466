"""A day's bill from each gateway against what central has: differences are listed, owned, resolved; nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.acts import list_acts
from central.payments.differences import Differences
from central.payments.gateways.bills import FAULTS_MAX, read_alipay, read_bill, read_wechat
from central.payments.reconcile import Reconciled, Reconciling
from central.payments.words import Bill, BillKind
from central.simulators.gateway.bills import alipay_bill, wechat_bill
from central.simulators.gateway.faults import Fault
from counter_app.domain.staff import SYSTEM
from counter_app.errors import Reason, Refusal
from counter_app.wire import messages as m
from tests.contract.gateway_house import NEVER, GatewayHouse, gateway_house
from tests.postgres import Database

BOTH = pytest.mark.parametrize("method", ["wechat", "alipay"])
DAY = date(2026, 12, 1)
BILLS = {"wechat": wechat_bill, "alipay": alipay_bill}
READERS = {"wechat": read_wechat, "alipay": read_alipay}
ENCODING = {"wechat": "utf-8-sig", "alipay": "gb18030"}


@pytest.fixture
def house(fresh_database: Database, tmp_path: Path) -> Iterator[GatewayHouse]:
    with gateway_house(fresh_database, tmp_path) as made:
        yield made


def bill_of(house: GatewayHouse, method: str) -> bytes:
    return BILLS[method](house.simulator.books(method), DAY)


def look(house: GatewayHouse, method: str, content: bytes, *, day: date | None = None) -> tuple[Reconciled, Bill]:
    bill = READERS[method](content.decode(ENCODING[method]))
    made = Reconciling(house.world.services).reconcile(
        house.connection, SYSTEM, method, bill, sha256(content).hexdigest(), day=day
    )
    return made, bill


def kinds(house: GatewayHouse) -> set[tuple[str, str]]:
    return {(one.what, one.kind) for one in Differences(house.world.services).all(house.connection)}


def a_day(house: GatewayHouse, method: str) -> list[m.PayCharge]:
    """Paid; paid and given back in part; taken back; never paid; taken back in vain and refunded."""
    charges = [house.charge_of(method, minor=100 + n) for n in range(3)] + [house.charge_of(method, NEVER)]
    for charge in charges:
        house.pay(charge)
    house.refund(house.refund_of(charges[1], 50))
    house.reverse(charges[2].intent_id)
    house.go(120)
    vain = house.charge_of(method, minor=777)
    house.pay(vain)
    house.reverse(vain.intent_id)
    house.fault(Fault.IGNORED, "reverse")
    house.go(120)
    return [*charges, vain]


@BOTH
def test_a_day_without_differences(house: GatewayHouse, method: str) -> None:
    a_day(house, method)
    done, bill = look(house, method, bill_of(house, method))
    assert done.days == (DAY,)
    assert (done.found, done.faults, done.matched) == (0, 0, len(bill.rows))
    assert {row.kind for row in bill.rows} == {BillKind.CHARGE, BillKind.REFUND, BillKind.REVERSED}


@BOTH
def test_every_difference_once(house: GatewayHouse, method: str) -> None:
    charges = a_day(house, method)
    books = house.simulator.books(method)
    books.charge("strange1", {"wechat": "130000000000000000", "alipay": "280000000000000000"}[method], 5, "CNY", "x")
    books.trades[charges[0].intent_id.hex].amount_minor = 999  # another amount there
    refund = next(iter(books.trades[charges[1].intent_id.hex].backs))
    del books.trades[charges[1].intent_id.hex].backs[refund]  # a refund that they know nothing of
    house.connection.execute(
        "UPDATE payment_order SET state = 'approved' WHERE intent_id = %s", (charges[2].intent_id,)
    )
    content = bill_of(house, method)
    done, _ = look(house, method, content)
    assert kinds(house) == {
        ("charge", "missing_here"),
        ("charge", "amount"),
        ("refund", "missing_there"),
        ("reversed", "state"),
    }
    again, _ = look(house, method, content)
    assert (done.new, again.new, again.found) == (done.found, 0, done.found)
    assert [act.kind for act in list_acts(house.connection)[:2]] == ["bill_reconciled"] * 2


@BOTH
def test_owned_resolved_and_gone(house: GatewayHouse, method: str) -> None:
    charge = house.charge_of(method)
    house.pay(charge)
    trade = house.simulator.books(method).trades.pop(charge.intent_id.hex)
    other = house.charge_of(method)
    house.pay(other)
    look(house, method, bill_of(house, method))
    desk = Differences(house.world.services)
    (found,) = desk.all(house.connection)
    assert (found.kind, found.number, found.owner) == ("missing_there", charge.intent_id.hex, "")
    assert found.difference_id is not None
    desk.own(house.connection, SYSTEM, found.difference_id)
    assert desk.all(house.connection)[0].owner == SYSTEM.login
    house.simulator.books(method).trades[charge.intent_id.hex] = trade
    done, _ = look(house, method, bill_of(house, method))
    assert (done.closed, done.still_open) == (1, 0)
    (closed,) = desk.all(house.connection, resolved=True)
    assert closed.note == "not found by a later look"
    with pytest.raises(Refusal):
        desk.resolve(house.connection, SYSTEM, found.difference_id, "again")
    with pytest.raises(Refusal):
        desk.own(house.connection, SYSTEM, UUID(int=1))


@BOTH
def test_an_empty_day(house: GatewayHouse, method: str) -> None:
    """The bill says nothing at all, and we sold: every one is missing there, and resolved with a note it stays so."""
    house.pay(house.charge_of(method))
    house.simulator.books(method).trades.clear()
    content = bill_of(house, method)
    with pytest.raises(Refusal) as caught:
        look(house, method, content)
    assert caught.value.facts["field"] == "day"
    done, _ = look(house, method, content, day=DAY)
    assert (done.lines, done.new) == (0, 1)
    desk = Differences(house.world.services)
    (found,) = desk.all(house.connection)
    assert found.difference_id is not None
    for note in ("", " ", "x" * 201):
        with pytest.raises(Refusal):
            desk.resolve(house.connection, SYSTEM, found.difference_id, note)
    desk.resolve(house.connection, SYSTEM, found.difference_id, "a test of the gateway's")
    assert look(house, method, content, day=DAY)[0].still_open == 0
    assert desk.all(house.connection) == []


@BOTH
def test_a_hostile_bill(house: GatewayHouse, method: str) -> None:
    """A line that is none is named by its number; the others count, and nothing is closed by such a bill."""
    house.pay(house.charge_of(method))
    lost = house.charge_of(method)
    house.pay(lost)
    house.simulator.books(method).trades.pop(lost.intent_id.hex)
    look(house, method, bill_of(house, method))
    lines = bill_of(house, method).decode(ENCODING[method]).split("\r\n")
    at = next(n for n, line in enumerate(lines) if "MICROPAY" in line or "交易\t" in line)
    good = lines[at]
    bad = [
        good.replace("26.00", "-26.00"),
        good.replace("26.00", "1e9"),
        good.replace("26.00", "0.00"),
        good + ",x",
        '"' + good,
        good.replace("2026-12-01", "yesterday"),
        good.replace("2026-12-01", "2026-13-01"),
        good.replace("SUCCESS", "DONE").replace("交易\t", "分账\t"),
        "x" * 9_000,
        "\0",
    ]
    text = "\r\n".join([*lines[:at], *bad, *lines[at:]])
    bill = READERS[method](text)
    assert [(one.line, one.reason) for one in bill.faults] == [
        (at + 1 + n, reason)
        for n, reason in enumerate(
            ["amount", "amount", "amount", "columns", "columns", "time", "time", "state", "columns", "columns"]
        )
    ]
    done, _ = look(house, method, text.encode(ENCODING[method]))
    assert (done.faults, done.lines, done.closed, done.still_open) == (10, 1, 0, 1)


@BOTH
def test_what_is_no_bill(method: str, tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    for content in (b"", b"\xff\xfe\0\0" * 100, b"a,b,c\n1,2,3\n", b"\n" * 1_000):
        path.write_bytes(content)
        with pytest.raises(Refusal) as caught:
            read_bill(method, path)
        assert caught.value.reason is Reason.FILE_REFUSED


def test_faults_have_a_bound(house: GatewayHouse) -> None:
    house.pay(house.charge_of("wechat"))
    lines = bill_of(house, "wechat").decode("utf-8-sig").split("\r\n")
    bill = read_wechat("\r\n".join([lines[0], *["x,y"] * (FAULTS_MAX * 2)]))
    assert len(bill.faults) == FAULTS_MAX


@settings(max_examples=50)
@given(st.text(max_size=400))
def test_any_text(text: str) -> None:
    """Read or refused; never anything else."""
    header = "交易时间,微信订单号,商户订单号,交易状态,商户退款单号,退款金额,订单金额"
    for whole in (text, f"{header}\n{text}"):
        for read in (read_wechat, read_alipay):
            with suppress(Refusal):
                assert all(row.amount_minor > 0 for row in read(whole).rows)


@BOTH
def test_the_file_as_it_is_given(house: GatewayHouse, method: str, tmp_path: Path) -> None:
    charge = replace(house.charge_of(method), subject="G1 长沙南, 北京西")
    house.pay(charge)
    path = tmp_path / "bill.csv"
    path.write_bytes(bill_of(house, method))
    (row,) = read_bill(method, path).rows
    assert (row.kind, row.number, row.amount_minor, row.day) == (
        BillKind.CHARGE,
        charge.intent_id.hex,
        2_600,
        "2026-12-01",
    )
