"""An enrolled counter's exchanges: of a ticket that was sent, central is asked first, as for a refund."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from counter_app.application.exchange_views import ExchangeQuote
from counter_app.application.views import HoldView, PlaceWish, Sold
from counter_app.domain.journal import Kind
from counter_app.errors import Reason, Refusal
from tests.unit.counter_app.application.central_stand_in import CLERK, EnrolledCounter
from tests.unit.counter_app.application.counter import DAY, LI, WHOLE, run


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[EnrolledCounter]:
    made = EnrolledCounter(tmp_path / "profile")
    made.load()
    yield made
    made.close()


def held(counter: EnrolledCounter, days: int = 0) -> HoldView:
    wish = PlaceWish(travel_class="second", count=1)
    hold = counter.desk.hold(CLERK, run("G1", DAY + timedelta(days=days)), WHOLE, wish)
    return counter.desk.begin_tender(CLERK, hold.order_id)


def sold(counter: EnrolledCounter) -> UUID:
    hold = counter.desk.hold(CLERK, run(), WHOLE, PlaceWish(travel_class="second", count=1))
    quote = counter.desk.quote(hold, (LI,))
    counter.desk.begin_tender(CLERK, hold.order_id)
    done = counter.desk.sell(CLERK, hold.order_id, (LI,), received=quote.total, quoted=quote.total)
    return done.order.tickets[0].ticket_id


def wanted(counter: EnrolledCounter, ticket_id: UUID) -> ExchangeQuote:
    start = counter.desk.start_exchange(CLERK, ticket_id)
    return counter.desk.quote_exchange(held(counter, days=1), (start.passenger,), start)


def exchange(counter: EnrolledCounter, quote: ExchangeQuote) -> Sold:
    total = quote.sale.total
    return counter.desk.sell(CLERK, quote.sale.order_id, (LI,), received=None, quoted=total, exchange=quote.agreed)


def bodies(counter: EnrolledCounter, kind: Kind) -> list[Any]:
    with counter.store.reading() as books:
        return [entry.body for entry in books.journal.entries() if entry.kind is kind]


def test_a_ticket_that_was_sent_is_locked_first(counter: EnrolledCounter) -> None:
    """Two windows take one ticket back, and one of them has sold another for it."""
    ticket_id = sold(counter)
    counter.settle()
    exchange(counter, wanted(counter, ticket_id))
    assert counter.central.locks == {ticket_id}, "the entry ends it, and nothing before"
    assert len(bodies(counter, Kind.TICKET_LOCKED)) == 1
    (refunded,), (_, last) = bodies(counter, Kind.REFUNDED), bodies(counter, Kind.SOLD)
    assert refunded["exchange"]["order_id"] == last["order_id"]
    assert last["exchange"]["ticket_id"] == str(ticket_id)


def test_without_an_answer_a_sent_ticket_is_not_exchanged(counter: EnrolledCounter) -> None:
    ticket_id = sold(counter)
    counter.settle()
    quote = wanted(counter, ticket_id)
    counter.central.cut("lock_ticket", "after")
    with pytest.raises(Refusal) as refused:
        exchange(counter, quote)
    assert refused.value.reason is Reason.CENTRAL_UNREACHABLE
    assert not bodies(counter, Kind.REFUNDED)
    assert len(bodies(counter, Kind.SOLD)) == 1
    counter.settle()
    exchange(counter, quote)
    assert len(bodies(counter, Kind.SOLD)) == 2


def test_a_ticket_that_another_window_gave_back_is_not_taken_in(counter: EnrolledCounter) -> None:
    ticket_id = sold(counter)
    counter.settle()
    quote = wanted(counter, ticket_id)
    counter.central.lock_answer = (False, "already_refunded", "CSQ/2")
    with pytest.raises(Refusal) as refused:
        exchange(counter, quote)
    assert refused.value.reason is Reason.ALREADY_REFUNDED
    assert len(bodies(counter, Kind.SOLD)) == 1
