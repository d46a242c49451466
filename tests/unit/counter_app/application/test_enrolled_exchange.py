"""An enrolled counter's exchanges: of a ticket that was sent, central is asked first, as for a refund."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from counter_app.application import lock_tickets
from counter_app.application.exchange_views import ExchangeQuote
from counter_app.application.lock_tickets import UNLOCK
from counter_app.application.views import HoldView, PassengerInput, PlaceWish, Sold
from counter_app.domain.journal import Kind
from counter_app.domain.payments import PaymentState, Tender
from counter_app.errors import Reason, Refusal
from counter_app.wire import messages as m
from tests.unit.counter_app.application.central_stand_in import CLERK, EnrolledCounter
from tests.unit.counter_app.application.counter import DAY, HAN, LI, WHOLE, run


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[EnrolledCounter]:
    made = EnrolledCounter(tmp_path / "profile")
    made.load()
    yield made
    made.close()


def held(counter: EnrolledCounter, days: int = 0, travel_class: str = "second") -> HoldView:
    wish = PlaceWish(travel_class=travel_class, count=1)
    hold = counter.desk.hold(CLERK, run("G1", DAY + timedelta(days=days)), WHOLE, wish)
    return counter.desk.begin_tender(CLERK, hold.order_id)


def sold(counter: EnrolledCounter, who: PassengerInput = LI) -> UUID:
    hold = counter.desk.hold(CLERK, run(), WHOLE, PlaceWish(travel_class="second", count=1))
    quote = counter.desk.quote(hold, (who,))
    counter.desk.begin_tender(CLERK, hold.order_id)
    done = counter.desk.sell(CLERK, hold.order_id, (who,), received=quote.total, quoted=quote.total)
    return done.order.tickets[0].ticket_id


def wanted(counter: EnrolledCounter, ticket_id: UUID, travel_class: str = "second") -> ExchangeQuote:
    start = counter.desk.start_exchange(CLERK, ticket_id)
    return counter.desk.quote_exchange(held(counter, 1, travel_class), (start.passenger,), start)


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


def paid(counter: EnrolledCounter, ticket_id: UUID) -> tuple[ExchangeQuote, UUID]:
    """The difference, with what central asks for; nothing is sold yet."""
    quote = wanted(counter, ticket_id, "first")
    assert quote.due
    counter.desk.at_checkout(quote.sale.order_id)
    leg = counter.desk.start_payment(
        CLERK,
        quote.sale.order_id,
        Tender.WECHAT,
        quote.due,
        passengers=(LI,),
        quoted=quote.sale.total,
        exchange=quote.agreed,
    )
    assert counter.desk.run_payment(leg, quiet, code="134567890123456789").state is PaymentState.APPROVED
    return quote, leg


def quiet(text: str) -> None:
    del text


def noted(counter: EnrolledCounter, ticket_id: UUID) -> dict[str, object] | None:
    with counter.store.reading() as books:
        return books.sync.feed_value(f"{UNLOCK}{ticket_id}")


@pytest.mark.parametrize("crash", [False, True])
def test_a_ticket_for_which_another_is_being_paid_stays_locked(counter: EnrolledCounter, *, crash: bool) -> None:
    """Let go behind the customer's payment, another window takes it back, and the paid sale is refused."""
    ticket_id = sold(counter)
    counter.settle()
    quote, _ = paid(counter, ticket_id)
    if crash:
        counter.restart()
    counter.settle()
    assert counter.central.locks == {ticket_id}
    assert not bodies(counter, Kind.TICKET_UNLOCKED)
    if crash:
        counter.desk.finish_sale(CLERK, quote.sale.order_id)
    else:
        exchange(counter, quote)
    counter.settle()
    assert counter.central.locks == {ticket_id}, "the entry ends it"
    assert noted(counter, ticket_id) is None
    assert not bodies(counter, Kind.TICKET_UNLOCKED)


def test_a_paid_exchange_that_is_given_up_lets_the_ticket_go(counter: EnrolledCounter) -> None:
    ticket_id = sold(counter)
    counter.settle()
    _, leg = paid(counter, ticket_id)
    counter.settle()
    assert counter.desk.reverse_payment(CLERK, leg, quiet).state is PaymentState.REVERSED
    counter.settle()
    assert not counter.central.locks
    assert noted(counter, ticket_id) is None
    assert len(bodies(counter, Kind.TICKET_UNLOCKED)) == 1


def given_up(counter: EnrolledCounter, ticket_id: UUID) -> ExchangeQuote:
    """Its lock's answer was lost: a note is left that it may be let go."""
    quote = wanted(counter, ticket_id)
    counter.central.cut("lock_ticket", "after")
    with pytest.raises(Refusal):
        exchange(counter, quote)
    assert noted(counter, ticket_id) is not None
    return quote


def while_released(counter: EnrolledCounter, monkeypatch: pytest.MonkeyPatch, act: Callable[[UUID], None]) -> int:
    """``act`` once, after a release was sent and before central has it. How many were sent until all was quiet."""
    ask, sent = type(counter.line).lock_ticket, list[UUID]()

    def asked(line: Any, request: m.TicketLock, *, deadline_ms: int) -> m.LockAnswer:
        if request.release:
            sent.append(request.ticket_id)
            if len(sent) == 1:
                act(request.ticket_id)
        return ask(line, request, deadline_ms=deadline_ms)

    monkeypatch.setattr(type(counter.line), "lock_ticket", asked)
    counter.settle()
    assert sent
    return len(sent)


def test_no_lock_is_taken_while_it_is_let_go(counter: EnrolledCounter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sale commits under a lock that the release on its way takes from it: two windows take the ticket back."""
    monkeypatch.setattr(lock_tickets, "LOCK_MS", 60_000)
    ticket_id = sold(counter)
    counter.settle()
    quote = given_up(counter, ticket_id)
    clerk = threading.Thread(target=lambda: exchange(counter, quote), daemon=True)

    def begin(_: UUID) -> None:
        clerk.start()
        clerk.join(0.3)  # it is over by then where nothing holds it up

    while_released(counter, monkeypatch, begin)
    clerk.join(60)
    assert len(bodies(counter, Kind.SOLD)) == 2
    assert counter.central.locks == {ticket_id}
    assert noted(counter, ticket_id) is None


def test_what_was_exchanged_since_the_notes_were_read_is_not_let_go(
    counter: EnrolledCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = {sold(counter): LI, sold(counter, HAN): HAN}
    counter.settle()
    with counter.store.writing() as books:  # as two after-sales leave it that a crash ended
        for ticket_id in tickets:
            ticket = books.orders.ticket(ticket_id)
            assert ticket is not None
            where = {"run_id": str(ticket.run.run_id), "service_date": ticket.run.service_date.isoformat()}
            books.sync.put_feed_value(f"{UNLOCK}{ticket_id}", {"ticket_id": str(ticket_id), **where})
    counter.central.locks |= tickets.keys()
    after: list[UUID] = []

    def the_other(released: UUID) -> None:
        (other,) = tickets.keys() - {released}
        quote = wanted(counter, other)
        total = quote.sale.total
        counter.desk.sell(
            CLERK, quote.sale.order_id, (tickets[other],), received=None, quoted=total, exchange=quote.agreed
        )
        after.append(other)

    while_released(counter, monkeypatch, the_other)
    assert counter.central.locks == set(after)


def test_only_the_note_that_was_read_is_wiped(counter: EnrolledCounter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locked at central for good, and nobody who remembers it."""
    ticket_id = sold(counter)
    counter.settle()
    given_up(counter, ticket_id)
    first = noted(counter, ticket_id)
    assert first is not None
    newer = {**first, "seq": 10**6}

    def note(_: UUID) -> None:
        with counter.store.writing() as books:
            books.sync.put_feed_value(f"{UNLOCK}{ticket_id}", newer)

    assert while_released(counter, monkeypatch, note) == 2, "the first wiped nothing, and the newer note had its own"
    assert len(bodies(counter, Kind.TICKET_UNLOCKED)) == 1
    assert noted(counter, ticket_id) is None
