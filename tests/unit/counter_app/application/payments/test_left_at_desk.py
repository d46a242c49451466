"""The desk of a window that left a checkout for another: what came to nothing there is free again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from counter_app.application.views import HoldView, PassengerInput, PlaceWish
from counter_app.domain.payments import PaymentState, Tender
from counter_app.ports.stock import ClaimState
from tests.unit.counter_app.application.central_stand_in import CLERK, EnrolledCounter
from tests.unit.counter_app.application.counter import HAN, LI, WHOLE, run


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[EnrolledCounter]:
    made = EnrolledCounter(tmp_path / "profile")
    made.load()
    yield made
    made.close()


def _tender(counter: EnrolledCounter) -> HoldView:
    hold = counter.desk.hold(CLERK, run("G1"), WHOLE, PlaceWish(travel_class="second", count=1))
    counter.desk.begin_tender(CLERK, hold.order_id)
    return hold


def _pay_nothing(counter: EnrolledCounter, hold: HoldView, one: PassengerInput) -> None:
    total = counter.desk.quote(hold, (one,)).total
    intent_id = counter.desk.start_payment(CLERK, hold.order_id, Tender.ALIPAY, total, passengers=(one,), quoted=total)
    leg = counter.desk.run_payment(intent_id, lambda _text: None, code="")  # no code was read
    assert leg.state is PaymentState.NOT_PERFORMED


def _state(counter: EnrolledCounter, order_id: UUID) -> ClaimState:
    with counter.store.reading() as books:
        claim = books.stock.claim_of(order_id)
    assert claim is not None
    return claim.state


def test_the_checkout_keeps_its_places_until_another_begins(counter: EnrolledCounter) -> None:
    """Asking about payments must not take the places from under the customer who reaches for another card."""
    first = _tender(counter)
    _pay_nothing(counter, first, LI)
    counter.desk.recover_payments(lambda _text: None)
    assert _state(counter, first.order_id) is ClaimState.LEASED
    second = _tender(counter)
    _pay_nothing(counter, second, HAN)
    counter.desk.recover_payments(lambda _text: None)
    assert _state(counter, first.order_id) is ClaimState.GONE
    assert _state(counter, second.order_id) is ClaimState.LEASED
