"""What the customer reads: the sum whole, names masked, and what was paid long enough to be read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.application.views import PassengerInput
from counter_app.domain.money import Money
from counter_app.texts import Texts
from tests.ui.fake_sale import offers
from ui.presenters import customer
from ui.presenters.customer import COLUMNS, THANKS_MS, CustomerSide, CustomerStage, CustomerView, WaitingFor

FOLDER = Path(__file__).resolve().parents[4] / "resources" / "i18n"
NOW = datetime(2026, 12, 4, 6, 5, tzinfo=UTC)
OFFER = offers("CWQ", "GZQ", NOW.date(), NOW)[0]
ONE = (PassengerInput(name="张小丰"),)
EN, ZH = Texts(FOLDER, "en"), Texts(FOLDER, "zh")


def _lines(view: CustomerView, t: Texts = EN) -> tuple[str, str]:
    return customer.two_lines(view, t, now=NOW, station="Changsha South")


def _total(minor: int, currency: str = "CNY") -> Money:
    return Money(minor, currency)


def test_a_sale_from_the_read_back_to_the_change() -> None:
    """The customer would not know what is asked of her, or what she gets back."""
    total = _total(55300)
    views = [
        customer.IDLE,
        customer.itinerary(OFFER, "second", 1, ONE, total),
        customer.paying(OFFER, "second", ONE, total),
        customer.paying(OFFER, "second", ONE, total, received=_total(20000), waiting_for=WaitingFor.CARD),
        customer.paying(OFFER, "second", ONE, total, received=_total(20000)),
        customer.paying(OFFER, "second", ONE, total, received=_total(60000)),
        customer.paid(OFFER, "second", ONE, total, received=_total(60000), change=_total(4700)),
        customer.paid(OFFER, "second", ONE, total, received=total, change=_total(0)),
        customer.CLOSED,
    ]
    where = f"{OFFER.service} TO Guangzhou Sou"[:COLUMNS]
    assert [_lines(view) for view in views] == [
        ("Changsha South", "2026-12-04     06:05"),
        (where, "TOTAL     CNY 553.00"),
        ("TO PAY    CNY 553.00", where),
        ("TO PAY    CNY 353.00", "SEE CARD TERMINAL"),
        ("TO PAY    CNY 353.00", "RECEIVED  CNY 200.00"),
        ("TOTAL     CNY 553.00", "CHANGE     CNY 47.00"),
        ("PAID      CNY 553.00", "CHANGE     CNY 47.00"),
        ("PAID      CNY 553.00", "THANK YOU"),
        ("WINDOW CLOSED", "NEXT WINDOW PLEASE"),
    ]
    assert _lines(views[2], ZH)[0] == "应付      CNY 553.00"
    assert customer.width(_lines(views[2], ZH)[0]) == COLUMNS


@given(
    minor=st.integers(0, 10**12),
    currency=st.sampled_from(["CNY", "EUR", "JPY"]),
    received=st.integers(0, 10**12),
    t=st.sampled_from([EN, ZH]),
)
def test_no_sum_is_ever_cut(minor: int, currency: str, received: int, t: Texts) -> None:
    """A total without its last digits is another total."""
    total = Money(minor, currency)
    digits = {"JPY": 0}.get(currency, 2)
    for view in (
        customer.itinerary(OFFER, "second", 1, ONE, total),
        customer.paying(OFFER, "second", ONE, total, received=Money(received, currency)),
        customer.paid(OFFER, "second", ONE, total, received=total, change=Money(received, currency)),
    ):
        lines = _lines(view, t)
        assert all(customer.width(line) <= COLUMNS for line in lines)
        shown = " ".join(lines)
        for amount in (view.due if view.stage is CustomerStage.PAYING and not view.change else total, view.change):
            if amount:
                whole, part = divmod(amount.minor, 10**digits)
                assert (f"{whole}.{part:0{digits}d}" if digits else str(whole)) in shown.split()


@given(total=st.integers(0, 10**9), received=st.integers(0, 10**9))
def test_what_is_due_and_what_goes_back_make_up_the_total(total: int, received: int) -> None:
    """Both a rest to pay and change would be shown, or neither."""
    view = customer.paying(OFFER, "second", ONE, _total(total), received=_total(received))
    assert view.due is not None
    back = view.change.minor if view.change is not None else 0
    assert received + view.due.minor - back == total
    assert not (view.due and back)


def test_names_are_masked_and_many_passengers_counted() -> None:
    """Whoever stands behind would read the whole name; the tenth line would fall off the screen."""
    people = tuple(PassengerInput(name=f"王{n}丽") for n in "一二三四五六七八九十末")
    view = customer.itinerary(OFFER, "second", len(people), people)
    lines = customer.people_lines(view, EN)
    assert lines[0] == "Adult  王*丽"
    assert lines[-1] == "and 5 more"
    assert len(lines) == customer.PASSENGERS_MAX + 1
    assert "一" not in repr(view)


def test_what_was_paid_stays_a_moment_unless_the_next_sale_comes() -> None:
    """A quick clerk goes on at once, and the customer could not read her change."""
    side = CustomerSide()
    assert side.view is customer.CLOSED
    assert side.show(customer.IDLE, 0)
    bill = customer.paid(OFFER, "second", ONE, _total(100), received=_total(100), change=_total(0))
    assert side.show(bill, 1000)
    assert not side.show(customer.IDLE, 1500)
    assert side.view is bill
    assert not side.second(1000 + THANKS_MS - 1)
    assert side.second(1000 + THANKS_MS)
    assert side.view is customer.IDLE
    side.show(bill, 20_000)
    side.show(customer.IDLE, 20_100)
    assert side.show(customer.itinerary(OFFER, "second", 1), 20_200)
    assert not side.second(90_000)
    assert side.view.stage is CustomerStage.ITINERARY
    assert side.show(customer.CLOSED, 90_001)
    assert not side.show(customer.CLOSED, 90_002)


@pytest.mark.parametrize("t", [EN, ZH])
@pytest.mark.parametrize("waiting", [w for w in WaitingFor if w])
def test_what_the_customer_is_asked_fits(t: Texts, waiting: WaitingFor) -> None:
    """Half a sentence tells nobody what to do."""
    view = customer.paying(OFFER, "second", ONE, _total(100), waiting_for=waiting)
    second = _lines(view, t)[1]
    assert second
    assert second in {t("SEE CARD TERMINAL"), t("SHOW PAYMENT CODE"), t("ONE MOMENT PLEASE")}
