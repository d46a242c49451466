"""Vouchers, points and corporate accounts: what central pays from itself. No gateway is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from central.acts import list_acts, verify_acts
from central.payments.check import check_payments
from central.payments.desk import PaymentDesk
from central.payments.fundbook import FundBook, Terms, fund_fields
from central.payments.funds import PointsRule
from central.request import Refusing
from central.services import Device
from central.tx import Tx
from counter_app.domain.staff import Actor, Role
from counter_app.errors import Reason, Refusal
from counter_app.security import verify
from counter_app.wire import messages as m
from tests.unit.central.office import Office

P = m.PayState


@dataclass
class Till:
    """A window, the desk behind it, and who runs central."""

    office: Office
    device: Device
    admin: Actor

    @property
    def desk(self) -> PaymentDesk:
        return PaymentDesk(self.office.services)

    @property
    def book(self) -> FundBook:
        return FundBook(self.office.services)

    def charge(self, kind: str, code: str, minor: int, order: int = 1) -> m.PayCharge:
        return m.PayCharge(
            intent_id=self.office.numbers.new(),
            order_id=UUID(int=order),
            method=m.PayMethod(kind),
            amount_minor=minor,
            currency="CNY",
            code=code,
            subject="G1",
        )

    def pay(self, charge: m.PayCharge) -> m.PayAnswer:
        return self.desk.pay(self.device, charge, self.office.connection)

    def refund(self, charge: m.PayCharge, minor: int, intent_id: UUID | None = None) -> m.PayAnswer:
        asked = m.PayRefund(
            intent_id=intent_id or self.office.numbers.new(),
            charge_id=charge.intent_id,
            amount_minor=minor,
            currency="CNY",
        )
        return self.desk.refund(self.device, asked, self.office.connection)

    def reverse(self, charge: m.PayCharge) -> m.PayAnswer:
        return self.desk.reverse(self.device, m.PayReverse(intent_id=charge.intent_id), self.office.connection)

    def voucher(self, minor: int = 5_000, **terms: object) -> str:
        made = Terms(amount_minor=minor, single_use=False, valid_from=None, valid_until=None)
        (code,) = self.book.issue(self.office.connection, self.admin, replace(made, **terms), count=1, note="")  # type: ignore[arg-type]
        return code

    def sums(self) -> None:
        """Every balance is the sum of its postings."""
        rows = Tx(self.office.connection).rows(
            "SELECT f.balance, coalesce(sum(p.amount), 0) FROM fund f LEFT JOIN fund_posting p USING (fund_id)"
            " GROUP BY f.fund_id"
        )
        assert all(balance == posted for balance, posted in rows)


@pytest.fixture
def till(office: Office) -> Till:
    window = office.window()
    device = Device(
        device_id=window.device_id,
        station_code="CSQ",
        counter=1,
        epoch=1,
        current_epoch=1,
        lease_epoch=0,
        state="active",
        forked=False,
        wire=2,
    )
    return Till(office, device, office.administrator())


def test_a_voucher_pays_until_it_is_empty(till: Till) -> None:
    """Whoever finds a code in the tables could spend it; whoever pays twice by one message would pay twice."""
    code = till.voucher(5_000)
    first = till.charge("voucher", code.lower().replace("-", " "), 2_000)
    answer = till.pay(first)
    assert (answer.state, answer.left_minor) == (P.APPROVED, 3_000)
    assert till.pay(first).state is P.APPROVED  # the same one
    answer = till.pay(till.charge("voucher", code, 3_001))
    assert (answer.state, answer.reason, answer.left_minor) == (P.DECLINED, "no_funds", 3_000)
    assert till.pay(till.charge("voucher", code, 3_000)).left_minor == 0
    rows = [Tx(till.office.connection).rows(f"SELECT t::text FROM {name} t") for name in ("fund", "payment_order")]
    assert code not in str(rows)
    assert code.replace("-", "") not in str(rows)
    till.sums()


def test_it_goes_back_whole_or_in_parts(till: Till) -> None:
    code = till.voucher(5_000)
    first, second = till.charge("voucher", code, 2_000), till.charge("voucher", code, 3_000)
    till.pay(first)
    till.pay(second)
    back = till.reverse(first)
    assert (back.state, back.left_minor) == (P.REVERSED, 2_000)
    assert till.reverse(first).state is P.REVERSED
    again = till.office.numbers.new()
    for _ in range(2):
        assert till.refund(second, 1_000, again).state is P.PAID_BACK
    assert till.refund(second, 2_001).reason == "more_than_was_paid"
    assert till.refund(second, 2_000).state is P.PAID_BACK
    assert till.reverse(second).reason == "has_refunds"
    assert till.book.find(till.office.connection, "voucher", code).balance == 5_000
    till.sums()


def test_single_use(till: Till) -> None:
    code = till.voucher(5_000, single_use=True)
    first = till.charge("voucher", code, 100)
    assert till.pay(first).left_minor == 0
    assert till.pay(till.charge("voucher", code, 100)).reason == "used"
    till.reverse(first)
    assert till.pay(till.charge("voucher", code, 100)).state is P.APPROVED


def test_terms(till: Till) -> None:
    now = till.office.clock.now()
    early = till.voucher(valid_from=now + timedelta(days=1))
    late = till.voucher(valid_until=now)
    void = till.voucher()
    till.book.void(till.office.connection, till.admin, void, "stolen")
    till.book.void(till.office.connection, till.admin, void, "stolen")
    for code, reason in ((early, "not_valid"), (late, "not_valid"), (void, "closed"), ("2345-6789", "wrong_code")):
        assert till.pay(till.charge("voucher", code, 1)).reason == reason
    usd = replace(till.charge("voucher", till.voucher(), 1), currency="USD")
    assert till.pay(usd).reason == "wrong_currency"
    # A voucher's code is no member's card.
    assert till.pay(till.charge("points", till.voucher(), 1)).reason == "wrong_code"


def test_points(till: Till) -> None:
    """A point pays three fen here; what does not come out even costs one more, and no more than that goes back."""
    connection = till.office.connection
    till.book.set_points_rule(connection, till.admin, PointsRule(earn_every_minor=100, point_minor=3))
    till.book.add_member(connection, till.admin, "M-0001-77")
    assert till.book.give_points(connection, till.admin, "m-0001-77", 100, "welcome").balance == 100
    charge = till.charge("points", "m000177", 100)
    answer = till.pay(charge)
    assert (answer.state, answer.left_minor) == (P.APPROVED, (100 - 34) * 3)
    assert till.refund(charge, 50).left_minor == (100 - 34 + 17) * 3
    assert till.refund(charge, 50).left_minor == 300
    assert till.pay(till.charge("points", "m000177", 301)).left_minor == 300


def test_a_corporate_account(till: Till) -> None:
    connection = till.office.connection
    till.book.add_account(connection, till.admin, "ACME-1", "湘江旅游", 10_000)
    charge = till.charge("account", "ACME-1", 9_000, order=7)
    assert till.pay(charge).left_minor == 1_000
    assert till.pay(till.charge("account", "ACME-1", 1_001)).reason == "no_funds"
    till.refund(charge, 500)
    found = till.book.pay_in(connection, till.admin, "ACME-1", 4_000, "transfer 2026-12-01")
    assert found.balance == -4_500
    lines = till.book.statement(connection, found)
    assert [(one.kind, one.amount, one.balance) for one in lines] == [
        ("charged", -9_000, -9_000),
        ("refunded", 500, -8_500),
        ("paid_in", 4_000, -4_500),
    ]
    assert lines[0].order_id == UUID(int=7)
    assert fund_fields(found, till.book.rule(connection))["left_minor"] == 5_500
    till.sums()


def test_who_may_and_what_is_written_down(till: Till) -> None:
    connection, book = till.office.connection, till.book
    chief = till.office.person("wang", Role.SUPERVISOR)
    terms = Terms(amount_minor=1, single_use=False, valid_from=None, valid_until=None)
    for refused in (
        lambda: book.issue(connection, chief, terms, count=1, note=""),
        lambda: book.add_member(connection, chief, "12345"),
        lambda: book.give_points(connection, chief, "12345", 100, "welcome"),
        lambda: book.add_account(connection, chief, "12345", "A", 1),
        lambda: book.set_points_rule(connection, chief, PointsRule(earn_every_minor=1, point_minor=1)),
    ):
        with pytest.raises(Refusal) as caught:
            refused()
        assert caught.value.reason is Reason.NOT_ALLOWED
    code = till.voucher()
    book.void(connection, till.admin, code, "test")
    kinds = {act.kind for act in list_acts(connection)}
    assert {"voucher_issued", "voucher_voided"} <= kinds
    assert code.replace("-", "") not in str([act.body for act in list_acts(connection)])
    assert verify_acts(connection, till.office.services.operator.public, verify)[1] == []


@pytest.mark.parametrize(
    ("field", "change"),
    [("count", {}), ("amount", {"amount_minor": 0}), ("amount", {"amount_minor": 10**11})],
)
def test_bounds(till: Till, field: str, change: dict[str, int]) -> None:
    terms = replace(Terms(amount_minor=1, single_use=False, valid_from=None, valid_until=None), **change)  # type: ignore[arg-type]
    with pytest.raises(Refusal) as caught:
        till.book.issue(till.office.connection, till.admin, terms, count=1 if change else 1_001, note="")
    assert caught.value.facts["field"] == field


def test_twice_the_same_card(till: Till) -> None:
    till.book.add_member(till.office.connection, till.admin, "0001-0002")
    with pytest.raises(Refusal):
        till.book.add_member(till.office.connection, till.admin, "0001 0002")


def test_another_window_may_not(till: Till) -> None:
    charge = till.charge("voucher", till.voucher(), 100)
    till.pay(charge)
    other = till.office.window(2)
    with pytest.raises(Refusing, match="not_allowed"):
        till.desk.reverse(
            replace(till.device, device_id=other.device_id),
            m.PayReverse(intent_id=charge.intent_id),
            till.office.connection,
        )


def test_what_was_posted_stays(till: Till) -> None:
    """A posting that could be changed would be no account of anything."""
    till.voucher()
    for statement in (
        "UPDATE fund_posting SET amount = 1",
        "DELETE FROM fund_posting",
        "TRUNCATE fund_posting",
        "UPDATE payment_event SET body = ''",
        "DELETE FROM payment_event",
    ):
        if "payment_event" in statement:
            till.pay(till.charge("voucher", till.voucher(), 1))
        with pytest.raises(psycopg.errors.RestrictViolation):
            till.office.connection.execute(statement)


def test_verify_finds_what_does_not_add_up(till: Till) -> None:
    connection = till.office.connection
    charge = till.charge("voucher", till.voucher(), 100)
    till.pay(charge)
    till.refund(charge, 40)
    assert list(check_payments(Tx(connection), lambda *_: None)) == []
    connection.execute("UPDATE fund SET balance = balance + 1")
    connection.execute("UPDATE payment_refund SET amount_minor = 101")
    assert [kind for kind, _, _ in check_payments(Tx(connection), lambda *_: None)] == ["fund", "payment"]
