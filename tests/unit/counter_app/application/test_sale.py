"""The sale through the real use cases on the real store."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError

from counter_app.application.move_cash import MoveCash
from counter_app.application.stock_holder import build_run_stock
from counter_app.application.verify_ticket import key_finder
from counter_app.application.views import HoldView, PassengerInput, PlaceWish, SpotState
from counter_app.domain.barcode import TicketKey, open_ticket, parse_code_text
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.journal import Kind
from counter_app.domain.papers import Mark, Paper, Slip, TicketFace
from counter_app.domain.timetable import Span
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.prints import Delivery, DeliveryOutcome, JobKind, JobState, PaperState, PrinterStatus
from counter_app.ports.shifts import CashKind
from counter_app.ports.stock import CellState, ClaimState
from counter_app.security import verify
from db.context import Context
from db.store import SqlMoneyStore
from db.verify import verify_profile
from tests.unit.counter_app.application.counter import HAN, LI, WHOLE, Counter, SmallCatalogue, cny, run, trip

STATUS = PrinterStatus(ready=True, online=True, cover_open=False, paper=PaperState.ADEQUATE, error="", answered=True)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path / "profile")
    made.open_shift()
    yield made
    _picture_is_the_rows(made)
    made.close()


def _picture_is_the_rows(counter: Counter) -> None:
    """After every test: the bitmaps in memory are what the rows say, and the stock adds up."""
    with counter.store.reading() as books:
        for run_id in books.stock.touched_runs():
            frozen = books.stock.run(run_id)
            assert frozen is not None
            fresh = build_run_stock(books.stock, frozen, counter.holder.table(frozen.formation))
            fresh.lapse(counter.clock.now())
            kept = counter.holder.of(books.stock, frozen)
            assert kept.places == fresh.places
            for name, units in fresh.units.items():
                assert kept.counter(name) == units


@contextmanager
def _refused(reason: Reason) -> Iterator[None]:
    with pytest.raises(Refusal) as refused:
        yield
    assert refused.value.reason is reason, refused.value


def _cells(counter: Counter) -> Tally[CellState]:
    with counter.store.reading() as books:
        return Tally(cell.state for cell in books.stock.cells(run()))


def _kinds(counter: Counter) -> list[Kind]:
    with counter.store.reading() as books:
        return [entry.kind for entry in books.journal.entries()]


def _print(counter: Counter, job: UUID, delivery: Delivery = Delivery.CONFIRMED) -> Paper | None:
    paper = counter.start_job(job)
    counter.finish_job(job, DeliveryOutcome(delivery=delivery, detail="", status=STATUS))
    return paper


def test_one_commit_writes_the_whole_sale(counter: Counter) -> None:
    """A ticket without its journal entry, cash or print job would be money that nobody can account for."""
    before = _kinds(counter)
    sold = counter.sold(LI, HAN)
    assert [ticket.number for ticket in sold.order.tickets] == ["CSQ-01-1-000001-3", "CSQ-01-1-000002-1"]
    assert sold.order.total == cny(1200)
    assert _kinds(counter)[len(before) :] == [Kind.SOLD]
    with counter.store.reading() as books:
        shift = books.shifts.open_any()
        assert shift is not None
        assert books.shifts.cash_minor(shift.shift_id) == 500_00 + 1200_00
        assert [job.kind for job in books.prints.open_jobs()] == [JobKind.DRAWER, JobKind.TICKET, JobKind.TICKET]
        (entry,) = [one for one in books.journal.entries() if one.kind is Kind.SOLD]
        totals = books.orders.sales_of_shift(shift.shift_id)
    assert _cells(counter) == {CellState.SOLD: 8}
    for secret in ("李", "雷", LI.document, HAN.document):
        assert secret not in entry.raw.decode(), "no personal data in the journal"
    assert (totals.tickets_sold, totals.sales_minor, totals.papers_issued) == (2, 1200_00, 2)
    assert (totals.first_ticket, totals.last_ticket) == ("CSQ-01-1-000001-3", "CSQ-01-1-000002-1")
    assert {one.code: one.count for one in totals.by_class} == {"second": 2}


def test_selling_again_is_the_same_sale(counter: Counter) -> None:
    """A double click, or a commit whose outcome was unknown, would charge and print twice."""
    hold = counter.held()
    total = counter.quote(hold, [LI]).total
    first = counter.sell(counter.clerk, hold.order_id, [LI], received=total, quoted=total)
    again = counter.sell(counter.clerk, hold.order_id, [LI], received=total, quoted=total)
    assert again == first
    assert _kinds(counter).count(Kind.SOLD) == 1


def test_nobody_sells_what_they_do_not_hold(counter: Counter) -> None:
    """Two customers on one seat."""
    hold = counter.held()
    counter.release(counter.clerk, hold.order_id)
    with _refused(Reason.NOT_HELD):
        counter.sell(counter.clerk, hold.order_id, [LI], received=cny(600), quoted=cny(600))
    with _refused(Reason.NOT_HELD):
        counter.sell(counter.clerk, UUID(int=5), [LI], received=cny(600), quoted=cny(600))
    assert Kind.SOLD not in _kinds(counter)
    assert _cells(counter) == {}


def test_no_row_becomes_sold_without_its_claim(counter: Counter) -> None:
    """The store itself refuses: a bug above it must not be able to sell another's place."""
    hold = counter.held()
    with counter.store.reading() as books:
        claim = books.stock.claim_of(hold.order_id)
    assert claim is not None
    other = replace(claim, claim_id=UUID(int=9))
    with _refused(Reason.NOT_HELD), counter.store.writing() as books:
        books.stock.change(other, ClaimState.SOLD, expires_at=None)
    with _refused(Reason.PLACE_TAKEN), counter.store.writing() as books:
        books.stock.take(replace(claim, claim_id=UUID(int=10)), capacity=None)
    assert _cells(counter) == {CellState.HELD: 4}


def test_a_span_sold_is_free_again_behind_it(counter: Counter) -> None:
    """Half-empty trains: a seat sold to Wuhan must be sold again from Wuhan."""
    first = counter.held(span=Span(0, 1)).places
    assert counter.held(span=Span(1, 4)).places == first
    assert counter.held(span=Span(0, 4)).places != first


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"received": cny(599.99)}, Reason.CASH_SHORT),
        ({"quoted": cny(599)}, Reason.QUOTE_CHANGED),
        ({"received": cny(60_000)}, Reason.AMOUNT_OUT_OF_RANGE),
    ],
)
def test_wrong_money_changes_nothing(counter: Counter, change: dict[str, object], reason: Reason) -> None:
    """A refused payment that left half a sale behind."""
    hold = counter.held()
    counter.begin_tender(counter.clerk, hold.order_id)
    money = {"received": cny(600), "quoted": cny(600)} | change
    with _refused(reason):
        counter.sell(counter.clerk, hold.order_id, [LI], **money)  # type: ignore[arg-type]
    assert _cells(counter) == {CellState.LEASED: 4}
    with counter.store.reading() as books:
        assert books.orders.last_serial(1) == 0
    counter.sell(counter.clerk, hold.order_id, [LI], received=cny(600), quoted=cny(600))


@pytest.mark.parametrize(
    ("passenger", "reason"),
    [
        (PassengerInput(document=LI.document), Reason.NAME_NEEDED),
        (PassengerInput(name="李雷"), Reason.DOCUMENT_NEEDED),
        (PassengerInput(name="李雷", document_type="cn_id", document="110105194912310021"), Reason.BAD_DOCUMENT),
        (PassengerInput(name="李雷", document=LI.document, passenger_type="dog"), Reason.TYPE_NOT_SOLD_HERE),
        (PassengerInput(name="李\x00雷", document=LI.document), Reason.NAME_NOT_PRINTABLE),
    ],
)
def test_passengers_are_checked_before_money(counter: Counter, passenger: PassengerInput, reason: Reason) -> None:
    """实名制: a ticket that the gate will not accept."""
    hold = counter.held()
    with _refused(reason):
        counter.quote(hold, [passenger])
    with _refused(reason):
        counter.sell(counter.clerk, hold.order_id, [passenger], received=cny(600), quoted=cny(600))


def test_one_ticket_per_document(counter: Counter) -> None:
    """One card for two seats of one train, or of two trains at the same time."""
    with _refused(Reason.SAME_DOCUMENT_TWICE):
        counter.sold(LI, LI)
    counter.sold(LI)
    with _refused(Reason.SAME_DOCUMENT_TWICE):
        counter.sold(LI)
    with _refused(Reason.SAME_DOCUMENT_TWICE):
        counter.sold(LI, trip_id="G3")  # leaves at 09:00, while G1 is under way
    ticket = counter.find("1")[0]
    counter.refund(counter.clerk, counter.quote_refund(ticket.ticket_id))
    counter.sold(LI)


def test_a_departed_train_is_not_sold(counter: Counter) -> None:
    """A ticket for a train that has left."""
    hold = counter.held()
    counter.begin_tender(counter.clerk, hold.order_id)
    counter.clock.go(days=3)
    with _refused(Reason.DEPARTED):
        counter.sell(counter.clerk, hold.order_id, [LI], received=cny(600), quoted=cny(600))
    with _refused(Reason.DEPARTED):
        counter.held()


def test_beyond_the_horizon_nothing_is_held(counter: Counter) -> None:
    """Tickets that the railway has not released yet."""
    counter.hold(counter.clerk, run(service_date=date(2026, 12, 15)), WHOLE, PlaceWish(travel_class="second", count=1))
    with _refused(Reason.BEYOND_HORIZON):
        counter.hold(
            counter.clerk, run(service_date=date(2026, 12, 16)), WHOLE, PlaceWish(travel_class="second", count=1)
        )


def test_a_closed_shift_sells_nothing(tmp_path: Path) -> None:
    """Cash in a drawer that belongs to nobody."""
    counter = Counter(tmp_path / "profile")
    with _refused(Reason.SHIFT_CLOSED):
        counter.sold(LI)
    counter.close()


def test_a_hold_runs_out_for_others_and_not_for_a_late_customer(counter: Counter) -> None:
    """An abandoned sale would block a seat for ever; one that is a minute late would be sent away for nothing."""
    late = counter.held(count=1)
    counter.clock.go(minutes=11)
    free = counter.holder.free_by_class(run(), trip(), WHOLE)
    assert free is not None
    assert free["second"] == 20
    sold = counter.sell(counter.clerk, late.order_id, [LI], received=cny(600), quoted=cny(600))
    assert sold.order.state == "FULFILLED"
    free = counter.holder.free_by_class(run(), trip(), WHOLE)
    assert free is not None
    assert free["second"] == 19


def test_a_hold_that_ran_out_goes_to_the_next(counter: Counter) -> None:
    """The next customer is told "sold out" of seats that nobody has."""
    first = counter.held(count=10)
    second = counter.held(count=10)
    with _refused(Reason.NOT_ENOUGH_PLACES):
        counter.held(count=1)
    counter.clock.go(minutes=11)
    third = counter.held(count=10)
    assert set(third.places) <= set(first.places) | set(second.places)
    with _refused(Reason.NOT_HELD):
        counter.begin_tender(counter.clerk, first.order_id)


def test_a_tender_never_runs_out(counter: Counter) -> None:
    """Money is on the counter: the seat must not go to somebody else meanwhile (decisions 12)."""
    hold = counter.held(count=10)
    counter.held(count=10)
    leased = counter.begin_tender(counter.clerk, hold.order_id)
    assert leased.expires_at is None
    counter.clock.go(hours=5)
    counter.held(count=10)
    with _refused(Reason.NOT_ENOUGH_PLACES):
        counter.held(count=1)
    back = counter.end_tender(counter.clerk, hold.order_id)
    assert back.expires_at is not None
    assert back.places == hold.places


def test_another_choice_replaces_the_first(counter: Counter) -> None:
    """Changing seats would leave the first ones held, or lose both."""
    hold = counter.held(count=2)
    other = (PlaceRef("02", "04A"), PlaceRef("02", "04B"))
    changed = counter.hold(counter.clerk, run(), WHOLE, places=other, replaces=hold.order_id)
    assert changed.order_id == hold.order_id
    assert changed.places == other
    assert _cells(counter) == {CellState.HELD: 8}
    same = counter.hold(counter.clerk, run(), WHOLE, places=other, replaces=hold.order_id)
    assert same.places == other, "its own places are no obstacle"
    seats = counter.seats(run(), WHOLE, order_id=hold.order_id)
    assert [ref for ref, state in seats.states.items() if state is SpotState.OURS] == list(other)


def test_a_refused_change_keeps_the_first_hold(counter: Counter) -> None:
    """The clerk asks for a seat that is gone, and loses the one that was held."""
    taken = counter.held(count=1)
    hold = counter.held(count=1)
    with _refused(Reason.PLACE_TAKEN):
        counter.hold(counter.clerk, run(), WHOLE, places=taken.places, replaces=hold.order_id)
    sold = counter.sell(counter.clerk, hold.order_id, [LI], received=cny(600), quoted=cny(600))
    assert PlaceRef(str(sold.order.tickets[0].coach), str(sold.order.tickets[0].place)) == hold.places[0]


def test_unreserved_capacity_counts_down_per_leg(tmp_path: Path) -> None:
    """A bus with 45 seats takes 46 people."""
    counter = Counter(tmp_path / "profile", policy_name="cn-coach")
    counter.open_shift()

    def ride(count: int, span: Span) -> HoldView:
        return counter.hold(counter.clerk, run("K9"), span, PlaceWish(travel_class="standard", count=count))

    for _ in range(4):
        ride(10, Span(0, 2))
    ride(5, Span(1, 3))
    with _refused(Reason.NOT_ENOUGH_PLACES):
        ride(1, Span(0, 2))
    assert counter.holder.free_by_class(run("K9"), trip("K9", seats=False), Span(0, 1)) == {"standard": 5}
    assert counter.holder.free_by_class(run("K9"), trip("K9", seats=False), Span(2, 4)) == {"standard": 40}
    last = ride(5, Span(0, 1))
    people = [PassengerInput(name=f"李{i}", document_type="passport", document=f"E1234567{i}") for i in range(5)]
    quote = counter.quote(last, people)
    sold = counter.sell(counter.clerk, last.order_id, people, received=quote.total, quoted=quote.total)
    assert sold.order.tickets[0].place is None
    counter.refund(counter.clerk, counter.quote_refund(sold.order.tickets[0].ticket_id))
    assert counter.holder.free_by_class(run("K9"), trip("K9", seats=False), Span(0, 1)) == {"standard": 1}
    _picture_is_the_rows(counter)
    counter.close()


# ------------------------------------------------------------------------------------------------- park and recall


def test_parked_passengers_wait_sealed_and_come_back(counter: Counter) -> None:
    """A queue: the customer fetches a forgotten card, and everything is typed again."""
    hold = counter.held(count=2)
    counter.park(counter.clerk, hold.order_id, [LI, HAN], "红衣服")
    (parked,) = counter.parked()
    assert parked.passengers == (LI, HAN)
    assert parked.label == "红衣服"
    raw = (counter.folder / "counterfoil.sqlite").read_bytes() + (
        counter.folder / "counterfoil.sqlite-wal"
    ).read_bytes()
    assert LI.document.encode() not in raw
    back = counter.recall(counter.clerk, hold.order_id)
    assert back.hold.places == hold.places
    assert counter.parked() == []
    counter.sell(counter.clerk, hold.order_id, back.passengers, received=cny(1200), quoted=cny(1200))


def test_a_parked_sale_whose_places_went_says_so(counter: Counter) -> None:
    """The clerk would take money for seats that others have."""
    hold = counter.held(count=10)
    counter.held(count=10)
    counter.park(counter.clerk, hold.order_id, [], "")
    counter.clock.go(minutes=11)
    counter.held(count=10)
    with _refused(Reason.HOLD_EXPIRED):
        counter.recall(counter.clerk, hold.order_id)


# --------------------------------------------------------------------------------------------------------- refund


def test_a_refund_pays_what_was_quoted_and_frees_the_place(counter: Counter) -> None:
    """The customer gets another sum than the screen said, or the seat stays empty."""
    sold = counter.sold(LI)
    quote = counter.quote_refund(sold.order.tickets[0].ticket_id)
    assert (quote.rule, quote.fee, quote.refundable) == ("refund_48h", cny(30), cny(570))
    refunded = counter.refund(counter.clerk, quote)
    assert refunded.refunded == cny(570)
    assert _cells(counter) == {}
    assert counter.refund(counter.clerk, quote) == refunded, "posting the same quote again pays once"
    with counter.store.reading() as books:
        shift = books.shifts.open_any()
        assert shift is not None
        assert books.shifts.cash_minor(shift.shift_id) == 500_00 + 600_00 - 570_00
        totals = books.orders.sales_of_shift(shift.shift_id)
    assert (totals.tickets_refunded, totals.refunds_minor, totals.fees_minor) == (1, 570_00, 30_00)
    with _refused(Reason.ALREADY_REFUNDED):
        counter.quote_refund(quote.ticket.ticket_id)
    assert counter.orders()[0].state == "REFUNDED"
    slip = counter.start_job(refunded.jobs[1])
    assert isinstance(slip, Slip)


def test_a_quote_that_grew_dearer_is_not_posted(counter: Counter) -> None:
    """The clerk hands out 95 % when the rule has become 90 %."""
    quote = counter.quote_refund(counter.sold(LI).order.tickets[0].ticket_id)
    counter.clock.at = quote.valid_until
    counter.clock.go(seconds=1)
    with _refused(Reason.QUOTE_CHANGED):
        counter.refund(counter.clerk, quote)
    assert Kind.REFUNDED not in _kinds(counter)


def test_a_drawer_pays_out_no_more_than_it_holds(counter: Counter) -> None:
    """A refund is posted that nobody can pay."""
    sold = counter.sold(LI)
    MoveCash(store=counter.store, clock=counter.clock, ids=counter.ids)(
        counter.clerk, CashKind.DROP, cny(1000), "to the safe"
    )
    with _refused(Reason.DRAWER_SHORT):
        counter.refund(counter.clerk, counter.quote_refund(sold.order.tickets[0].ticket_id))


# ---------------------------------------------------------------------------------------------------------- paper


def test_the_paper_carries_a_genuine_code_and_finds_its_ticket(counter: Counter) -> None:
    """The gate refuses the ticket, or the refund window cannot find it."""
    sold = counter.sold(LI)
    paper = _print(counter, sold.jobs[1])
    assert isinstance(paper, TicketFace)
    assert paper.passenger_name == "李雷"
    assert paper.masked_document == "1101**********002X"
    assert paper.copy_number == 0
    body = open_ticket(parse_code_text(paper.code), find_key=lambda key: _key(counter, key))
    assert str(body.ticket) == paper.ticket_number
    (found,) = counter.find(paper.code)
    assert found.number == paper.ticket_number
    for text in (paper.ticket_number.lower(), "1", LI.document.lower(), ""):
        assert [one.number for one in counter.find(text)] == [paper.ticket_number], text
    assert counter.find("E999999") == []
    forged = paper.code[:-3] + ("AAA" if paper.code[-3:] != "AAA" else "BBA")
    with pytest.raises(Refusal):
        counter.find(forged)


def _key(counter: Counter, key_id: bytes) -> TicketKey | None:
    return key_finder(counter.store.trust_bundle(), verify)(key_id)


def test_no_paper_twice_without_a_copy_number(counter: Counter) -> None:
    """Two equal tickets: one is sold on at the station's door."""
    job = counter.sold(LI).jobs[1]
    _print(counter, job, Delivery.UNKNOWN)
    with _refused(Reason.JOB_NOT_OPEN):
        counter.start_job(job)
    copy = counter.settle_job(counter.clerk, job, came_out=False)
    assert copy is not None
    paper = _print(counter, copy)
    assert isinstance(paper, TicketFace)
    assert (paper.copy_number, paper.marks, paper.stock_number) == (1, (Mark.DUPLICATE,), "A000002")
    assert counter.find(paper.code)[0].number == paper.ticket_number
    with _refused(Reason.JOB_NOT_OPEN):
        counter.settle_job(counter.clerk, job, came_out=False)


def test_only_what_never_left_is_sent_again(counter: Counter) -> None:
    """Paper out before the sale's ticket: it is printed afterwards, and nothing is charged again."""
    job = counter.sold(LI).jobs[1]
    _print(counter, job, Delivery.FAILED_BEFORE_SEND)
    paper = _print(counter, job)
    assert isinstance(paper, TicketFace)
    assert paper.copy_number == 0


@pytest.mark.parametrize("delivery", [Delivery.FAILED_BEFORE_SEND, Delivery.UNKNOWN, Delivery.CONFIRMED])
def test_a_kick_is_never_repeated(counter: Counter, delivery: Delivery) -> None:
    """The drawer springs open minutes later, with nobody at the window."""
    kick = counter.sold(LI).jobs[0]
    assert _print(counter, kick, delivery) is None
    with _refused(Reason.JOB_NOT_OPEN):
        counter.start_job(kick)
    with counter.store.reading() as books:
        assert kick not in [job.job_id for job in books.prints.open_jobs()]


def test_a_reprint_is_a_numbered_copy_by_who_may(counter: Counter) -> None:
    """Clerks who print copies at will."""
    sold = counter.sold(LI)
    ticket = sold.order.tickets[0].ticket_id
    with _refused(Reason.NOT_ALLOWED):
        counter.reprint(counter.clerk, ticket, reason="torn")
    with _refused(Reason.JOB_NOT_OPEN):
        counter.reprint(counter.chief, ticket, reason="torn")
    _print(counter, sold.jobs[1])
    with _refused(Reason.REASON_NEEDED):
        counter.reprint(counter.chief, ticket, reason=" ")
    paper = _print(counter, counter.reprint(counter.chief, ticket, reason="torn"))
    assert isinstance(paper, TicketFace)
    assert paper.copy_number == 1
    with counter.store.reading() as books:
        (entry,) = [one for one in books.journal.entries() if one.kind is Kind.REPRINTED]
    assert entry.body["spoiled_stock_number"] == "A000001"


def test_a_refunded_ticket_is_not_printed_any_more(counter: Counter) -> None:
    """A paper for a seat that was sold again."""
    sold = counter.sold(LI)
    counter.refund(counter.clerk, counter.quote_refund(sold.order.tickets[0].ticket_id))
    with _refused(Reason.JOB_NOT_OPEN):
        counter.start_job(sold.jobs[1])


def test_refunded_while_its_printer_is_called_it_is_not_printed_afterwards(counter: Counter) -> None:
    """The printer does not answer for some seconds; the ticket is given back meanwhile, and its place sold again."""
    sold = counter.sold(LI)
    job = sold.jobs[1]
    counter.start_job(job)
    counter.refund(counter.clerk, counter.quote_refund(sold.order.tickets[0].ticket_id))
    counter.finish_job(job, DeliveryOutcome(delivery=Delivery.FAILED_BEFORE_SEND, detail="silent", status=STATUS))
    with _refused(Reason.JOB_NOT_OPEN):
        counter.start_job(job)
    with counter.store.reading() as books:
        assert job not in [one.job_id for one in books.prints.open_jobs()]


# -------------------------------------------------------------------------------------------------------- recover


def test_recover_finishes_every_intent(counter: Counter) -> None:
    """After a crash: a seat leased to nobody for ever, a ticket printed twice, or one never."""
    sold = counter.sold(LI)
    counter.start_job(sold.jobs[0])
    counter.start_job(sold.jobs[1])
    tender = counter.held()
    counter.begin_tender(counter.clerk, tender.order_id)
    counter.close()
    counter.open()
    found = counter.recover()
    assert (found.holds_released, found.jobs_unknown, found.jobs_to_print) == (1, 1, ())
    assert _cells(counter) == {CellState.SOLD: 4}
    with counter.store.reading() as books:
        assert [job.state for job in books.prints.open_jobs()] == [JobState.UNKNOWN]
    assert _kinds(counter)[-1] is Kind.RECOVERED
    entries = len(_kinds(counter))
    counter.recover()
    assert len(_kinds(counter)) == entries, "nothing to do is nothing to say"


def test_a_kick_that_was_not_begun_dies_with_the_program(counter: Counter) -> None:
    """The drawer springs open at the next morning's start, with nobody at the window."""
    sold = counter.sold(LI)
    counter.close()
    counter.open()
    assert counter.recover().jobs_to_print == sold.jobs[1:]
    with _refused(Reason.JOB_NOT_OPEN):
        counter.start_job(sold.jobs[0])
    with counter.store.reading() as books:
        assert sold.jobs[0] not in [job.job_id for job in books.prints.open_jobs()]


def test_recover_frees_what_stood_on_the_dead_windows_screen(counter: Counter) -> None:
    """Else a train that is nearly full stays full for ten minutes after a crash; but a parked sale waits on."""
    parked = counter.held()
    counter.park(counter.clerk, parked.order_id, (), "comes back")
    counter.held(2)
    counter.close()
    counter.open()
    assert counter.recover().holds_released == 1
    assert _cells(counter) == {CellState.HELD: 4}
    assert counter.recall(counter.clerk, parked.order_id).count == 1


# --------------------------------------------------------------------------------------------------- an unknown commit


@pytest.mark.parametrize("written", [True, False], ids=["it was there", "it was not"])
def test_an_unknown_commit_is_looked_up_by_its_id(counter: Counter, written: bool) -> None:
    """ "Disk I/O error" after the row was written: sold twice, or told "not sold" with the seat gone (decisions 14)."""
    hold = counter.held()
    counter.begin_tender(counter.clerk, hold.order_id)
    real = SqlMoneyStore._say_commit

    def unknown(store: SqlMoneyStore, writer: Context) -> None:
        if written:
            real(store, writer)
        raise OperationalError("COMMIT", None, Exception("disk I/O error"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqlMoneyStore, "_say_commit", unknown)
        with pytest.raises(OutcomeUnknown):
            counter.sell(counter.clerk, hold.order_id, [LI], received=cny(600), quoted=cny(600))
    sold = counter.sell(counter.clerk, hold.order_id, [LI], received=cny(600), quoted=cny(600))
    assert [ticket.number for ticket in sold.order.tickets] == ["CSQ-01-1-000001-3"]
    assert _kinds(counter).count(Kind.SOLD) == 1
    assert _cells(counter) == {CellState.SOLD: 4}


def test_a_refused_first_hold_of_a_run_is_forgotten(counter: Counter) -> None:
    """Eleven wanted in a coach of ten: every later sale of that train would fail until a restart."""
    with _refused(Reason.NOT_ENOUGH_PLACES):
        counter.hold(counter.clerk, run(), WHOLE, PlaceWish(travel_class="second", count=10, coach="01"))
    counter.sold(LI)


def test_a_changed_timetable_sells_nothing_by_the_old_legs(counter: Counter) -> None:
    """The new issue counts its calls otherwise: a seat would be sold over legs that mean other stations."""
    counter.sold(LI, span=Span(0, 1))
    counter.catalogue = SmallCatalogue(trip("G1", version="v2"))
    counter.holder.forget()
    free = counter.holder.free_by_class(run(), trip("G1", version="v2"), WHOLE)
    assert free is not None
    assert free["second"] == 0
    with _refused(Reason.UNKNOWN_RUN):
        counter.held()
    ticket = counter.find("1")[0]
    assert (ticket.origin.name, ticket.destination.name) == ("长沙南", "武汉"), "what is sold keeps its pattern"
    counter.refund(counter.clerk, counter.quote_refund(ticket.ticket_id))


def test_the_journal_alone_rebuilds_what_the_tables_say(counter: Counter) -> None:
    """A changed row in the store would go unnoticed, or a good store be called bad."""
    counter.sold(LI, HAN)
    ticket = counter.find("1")[0]
    counter.refund(counter.clerk, counter.quote_refund(ticket.ticket_id))
    hold = counter.held()
    counter.park(counter.clerk, hold.order_id, [LI], "label")
    counter.recall(counter.clerk, hold.order_id)
    counter.sell(counter.clerk, hold.order_id, [LI], received=cny(600), quoted=cny(600))
    assert verify_profile(counter.folder).ok
    with counter.store.writing() as books:
        books.context.run("UPDATE ticket SET price_minor = 1 WHERE serial = 2")
    assert not verify_profile(counter.folder).ok
