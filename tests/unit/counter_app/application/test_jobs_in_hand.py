"""Jobs that something happened to between two commits: their printer left, a commit failed, a person gave them up."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError

from counter_app.application.blank_order import TRIES_MAX
from counter_app.application.jobs_in_hand import REFUSED_MAX, JobsInHand
from counter_app.application.views import PrintJobView
from counter_app.domain.journal import Entry, Kind
from counter_app.domain.papers import Paper, TicketFace
from counter_app.domain.staff import SYSTEM
from counter_app.domain.stocknumbers import StockControl
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.printer_events import EventKind
from counter_app.ports.prints import GIVEN_UP, Delivery, DeliveryOutcome, JobState, PrinterStatus
from db.verify import verify_profile
from tests.unit.counter_app.application.counter import HAN, LI
from tests.unit.counter_app.application.test_printers import OUT, READY, OnePrinter, Shop, _desk, refused

MINUTE_S = 60.0  # nothing here waits so long: a test that hangs fails


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "profile")
    yield made
    made.counter.close()
    assert verify_profile(made.counter.folder).reason == "", "the journal tells all that the tables hold"


def _load(shop: Shop, first: str, last: str, printer: str = "main") -> None:
    shop.counter.load_roll(shop.counter.clerk, printer, first, last)


def _view(shop: Shop, job: UUID) -> PrintJobView:
    return next(one for one in shop.counter.jobs.latest(100) if one.job_id == job)


def _start_without(shop: Shop, name: str) -> None:
    """The next start, with settings that do not have this printer any more."""
    others = {other: fitted for other, fitted in shop.printers.others.items() if other != name}
    shop.printers = shop.counter.printers = replace(shop.printers, others=others)
    shop.counter.close()
    shop.counter.open()
    shop.counter.recover()
    _desk(shop)._open_printers()


def _moves(shop: Shop) -> list[Entry]:
    with shop.counter.store.reading() as books:
        return [one for one in books.journal.entries() if one.kind is Kind.PAPER_MOVED]


@contextmanager
def _commits_fail(shop: Shop, *, written: bool = False) -> Iterator[None]:
    """The disk is full, or its answer is lost after it has written."""
    store: Any = shop.counter.store
    commit = store._say_commit

    def fails(writer: object) -> None:
        if written:
            commit(writer)
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))

    store._say_commit = fails
    try:
        yield
    finally:
        store._say_commit = commit


# ------------------------------------------------------------------------------ a printer that left the settings


def test_a_ticket_whose_printer_is_gone_comes_out_on_a_blank_of_the_other_ones_roll(shop: Shop) -> None:
    """It would say a number that lies in a drawer at the technician's, and no entry tell where that blank went."""
    _load(shop, "C000001", "C000010")
    _load(shop, "D000001", "D000010", "spare")
    job = shop.counter.sold(LI).jobs[1]
    shop.counter.move_job(shop.counter.clerk, job, "spare")
    _start_without(shop, "spare")
    entry = _moves(shop)[-1]
    told = {key: entry.body[key] for key in ("from", "to", "unused", "stock_number")}
    assert told == {"from": "spare", "to": "main", "unused": "D000001", "stock_number": "C000002"}
    assert entry.actor == SYSTEM.login
    assert shop.print(job, "main") is JobState.CONFIRMED
    (paper,) = shop.main.papers
    assert isinstance(paper, TicketFace)
    assert paper.stock_number == "C000002"


def test_tickets_come_out_in_the_order_of_the_blanks_in_the_printer(shop: Shop) -> None:
    """The older ticket was sent here later: printed first, it would lie on the blank that another one has."""
    _load(shop, "C000001", "C000010")
    _load(shop, "D000001", "D000010", "spare")
    older = shop.counter.sold(LI).jobs[1]
    shop.counter.move_job(shop.counter.clerk, older, "spare")
    newer = shop.counter.sold(HAN).jobs[1]
    _start_without(shop, "spare")
    waiting = [one.job_id for one in shop.counter.jobs.open() if one.kind == "ticket"]
    assert waiting == [older, newer]
    order = [job for job, name in shop.counter.jobs.to_send(waiting) if name == "main"]
    assert order == [newer, older]
    with pytest.raises(Refusal) as early:
        shop.counter.start_job(older)
    assert early.value.facts["detail"] == "behind"
    for job in order:
        shop.print(job)
    numbers = [paper.stock_number for paper in shop.main.papers if isinstance(paper, TicketFace)]
    assert numbers == ["C000002", "C000003"]


def test_a_ticket_that_finds_no_blank_waits_for_one_and_says_so(tmp_path: Path) -> None:
    """Printed on whatever paper there is, it would be a ticket without a number; refused for ever, a lost one."""
    shop = Shop(tmp_path / "profile", control=StockControl.REQUIRED)
    _load(shop, "C000001", "C000001")
    _load(shop, "D000001", "D000010", "spare")
    job = shop.counter.sold(LI).jobs[1]
    shop.counter.move_job(shop.counter.clerk, job, "spare")
    _start_without(shop, "spare")
    with refused(Reason.BLANKS_SHORT):
        shop.print(job, "main")
    view = _view(shop, job)
    assert (view.state, view.refused, view.stock_number) == (JobState.QUEUED, "blanks_short", "D000001")
    assert not shop.main.papers
    _load(shop, "E000001", "E000010")
    assert shop.print(job, "main") is JobState.CONFIRMED
    assert (_view(shop, job).stock_number, _view(shop, job).refused) == ("E000001", "")
    shop.counter.close()
    assert verify_profile(shop.counter.folder).reason == ""


def test_a_ticket_that_can_never_be_printed_does_not_hold_the_others_back_for_ever(shop: Shop) -> None:
    """One broken ticket, and the window could not print any more."""
    _load(shop, "C000001", "C000010")
    bad, good = shop.counter.sold(LI, HAN).jobs[1:]
    shop.main.says = OUT
    for _ in range(TRIES_MAX):
        with refused(Reason.JOB_NOT_OPEN):
            shop.counter.start_job(good)
        assert shop.print(bad) is JobState.FAILED_BEFORE_SEND
    shop.main.says = READY
    assert shop.print(good) is JobState.CONFIRMED


def test_a_ticket_that_cannot_be_begun_holds_nobody_back(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    _load(shop, "C000001", "C000010")
    bad, good = shop.counter.sold(LI, HAN).jobs[1:]

    def mistake(*_: object) -> Paper:
        raise KeyError("layout")

    with monkeypatch.context() as patch:
        patch.setattr(type(shop.counter.compose), "of_job", mistake)
        with pytest.raises(KeyError):
            shop.counter.start_job(bad)
    assert shop.print(good) is JobState.CONFIRMED


# ----------------------------------------------------------------------------------------- commits that failed


@pytest.mark.parametrize("came_out", [True, False])
def test_what_became_of_a_paper_and_could_not_be_written_a_person_settles(shop: Shop, came_out: bool) -> None:
    """A full disk, and the ticket stood as being sent until the evening, with the customer at the window."""
    counter = shop.counter
    job = counter.sold(LI).jobs[1]
    outcome = counter.send_job(job, counter.start_job(job))
    with _commits_fail(shop), pytest.raises(OutcomeUnknown):
        counter.finish_job(job, outcome)
    assert [(one.job_id, one.state) for one in counter.jobs.open()][-1] == (job, JobState.UNKNOWN)
    assert counter.jobs.to_send([job]) == [], "never again by itself"
    with refused(Reason.JOB_NOT_OPEN):
        counter.start_job(job)
    copy = counter.settle_job(counter.clerk, job, came_out=came_out)
    assert _view(shop, job).state is (JobState.SETTLED_OUT if came_out else JobState.SETTLED_SPOILED)
    assert (copy is None) is came_out
    with counter.store.reading() as books:
        kinds = [one.kind for one in books.journal.entries()][-2:]
    assert kinds == [Kind.PAPER_UNKNOWN, Kind.PAPER_SETTLED]
    with refused(Reason.JOB_NOT_OPEN):
        counter.finish_job(job, outcome)
    assert len(shop.main.papers) == 1


def test_what_the_printer_said_is_written_when_the_store_takes_it(shop: Shop) -> None:
    """Nobody is asked for what is known."""
    counter = shop.counter
    job = counter.sold(LI).jobs[1]
    outcome = counter.send_job(job, counter.start_job(job))
    with _commits_fail(shop), pytest.raises(OutcomeUnknown):
        counter.finish_job(job, outcome)
    assert counter.finish_job(job, outcome).state is JobState.CONFIRMED
    assert _view(shop, job).state is JobState.CONFIRMED
    with refused(Reason.JOB_NOT_OPEN):
        counter.settle_job(counter.clerk, job, came_out=False)


def test_an_outcome_that_was_written_after_all_stands(shop: Shop) -> None:
    """The answer of the disk was lost, not what it wrote."""
    counter = shop.counter
    job = counter.sold(LI).jobs[1]
    outcome = counter.send_job(job, counter.start_job(job))
    with _commits_fail(shop, written=True), pytest.raises(OutcomeUnknown):
        counter.finish_job(job, outcome)
    assert _view(shop, job).state is JobState.CONFIRMED
    with refused(Reason.JOB_NOT_OPEN):
        counter.finish_job(job, outcome)
    assert not [one for one in counter.jobs.open() if one.kind == "ticket"]


@pytest.mark.parametrize("written", [True, False])
def test_a_paper_whose_intent_may_stand_is_begun_again_and_printed_once(shop: Shop, written: bool) -> None:
    """Nothing was sent: it must neither be lost nor be asked for. A kick, though, is never begun twice."""
    counter = shop.counter
    kick, job = counter.sold(LI).jobs
    for one in (kick, job):
        with _commits_fail(shop, written=written), pytest.raises(OutcomeUnknown):
            counter.start_job(one)
    assert _view(shop, job).state is JobState.QUEUED
    assert shop.print(job) is JobState.CONFIRMED
    assert len(shop.main.papers) == 1
    with refused(Reason.JOB_NOT_OPEN):
        counter.start_job(job)
    if written:
        assert _view(shop, kick).state is JobState.UNKNOWN
        with refused(Reason.JOB_NOT_OPEN):
            counter.start_job(kick)
        with refused(Reason.JOB_NOT_OPEN):
            counter.settle_job(counter.clerk, kick, came_out=True)


def test_a_paper_that_is_begun_again_is_in_one_hand_before_it_is_committed(shop: Shop) -> None:
    """Between its commit and the word of it a second thread would begin it too: two papers for one seat."""
    counter = shop.counter
    job = counter.sold(LI).jobs[1]
    with _commits_fail(shop, written=True), pytest.raises(OutcomeUnknown):
        counter.start_job(job)
    with counter.store.reading() as books:
        sending = books.prints.get(job)
    assert sending is not None
    assert counter.hand.waits(sending), "its intent stands, and nobody sends it"
    store: Any = counter.store
    commit = store._say_commit
    seen: list[bool] = []

    def commits(writer: object) -> None:
        seen.append(counter.hand.waits(sending))
        commit(writer)

    store._say_commit = commits
    counter.start_job(job)
    assert seen == [False]


def test_a_paper_that_is_being_sent_is_nobodys_to_settle(shop: Shop) -> None:
    counter = shop.counter
    job = counter.sold(LI).jobs[1]
    counter.start_job(job)
    with refused(Reason.JOB_NOT_OPEN):
        counter.settle_job(counter.clerk, job, came_out=True)


def test_a_paper_is_sent_once_whoever_asks(shop: Shop) -> None:
    """Two threads with the same paper in hand; or one of a program that died, sent before anybody was asked."""
    counter = shop.counter
    kick, job = counter.sold(LI).jobs
    for one in (kick, job):
        paper = counter.start_job(one)
        outcome = counter.send_job(one, paper)
        with refused(Reason.JOB_NOT_OPEN):
            counter.send_job(one, paper)
        counter.finish_job(one, outcome)
    assert (len(shop.main.papers), shop.receipt.kicks) == (1, 1)
    left = counter.sold(HAN).jobs[1]
    paper = counter.start_job(left)
    counter.close()
    counter.open()
    with refused(Reason.JOB_NOT_OPEN):
        counter.send_job(left, paper)
    assert len(shop.main.papers) == 1


# --------------------------------------------------------------------------------------- what cannot be begun


def test_why_a_paper_cannot_be_begun_stands_beside_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits for ever, and the list says "waiting"."""
    job = shop.counter.sold(LI).jobs[1]
    compose = type(shop.counter.compose)

    def cannot(*_: object) -> Paper:
        raise Refusal(Reason.STORE_DAMAGED)

    def mistake(*_: object) -> Paper:
        raise KeyError("layout")

    for wrong, said in ((cannot, "store_damaged"), (mistake, "internal")):
        monkeypatch.setattr(compose, "of_job", wrong)
        with pytest.raises((Refusal, KeyError)):
            shop.counter.start_job(job)
        view = _view(shop, job)
        assert (view.state, view.refused) == (JobState.QUEUED, said)
    monkeypatch.undo()
    assert shop.print(job) is JobState.CONFIRMED
    assert _view(shop, job).refused == ""


def test_a_kick_that_could_not_be_begun_is_over(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store answers again a minute later, and the drawer opens beside nobody."""
    kick = shop.counter.sold(LI).jobs[0]
    store: Any = shop.counter.store

    def busy(_writer: object) -> None:
        raise Refusal(Reason.PROFILE_IN_USE)

    with monkeypatch.context() as patch:
        patch.setattr(store, "_begin", busy)
        with refused(Reason.PROFILE_IN_USE):
            shop.counter.start_job(kick)
    assert (_view(shop, kick).state, _view(shop, kick).refused) == (JobState.FAILED_BEFORE_SEND, "")
    assert shop.counter.jobs.to_send([kick]) == []
    with refused(Reason.JOB_NOT_OPEN):
        shop.counter.start_job(kick)
    assert shop.receipt.kicks == 0


def test_reasons_in_memory_have_an_end() -> None:
    hand = JobsInHand()
    jobs = [UUID(int=n) for n in range(REFUSED_MAX + 5)]
    for job in jobs:
        hand.refuse(job, "blanks_short")
    assert [hand.refused(job) for job in jobs].count("blanks_short") == REFUSED_MAX
    assert hand.refused(jobs[-1]) == "blanks_short"


# -------------------------------------------------------------------------------------------------- given up


class BusyPrinter(OnePrinter):
    """Each call stands until somebody gives it up, as the real one's does; ``bytes_left``: after the first byte."""

    def __init__(self, name: str, *, bytes_left: bool) -> None:
        super().__init__(name)
        self.bytes_left = bytes_left
        self.standing = Event()
        self._stop = Event()

    def status(self) -> PrinterStatus:
        self._stand()
        return self.says

    def deliver(self, paper: Paper, *, token: int) -> DeliveryOutcome:
        del token, paper
        self._stand()
        delivery = Delivery.UNKNOWN if self.bytes_left else Delivery.FAILED_BEFORE_SEND
        return DeliveryOutcome(delivery=delivery, detail="cancelled", status=self.says)

    def cancel(self) -> None:
        super().cancel()
        if self.standing.is_set():  # no call: nothing
            self._stop.set()

    def _stand(self) -> None:
        self.standing.set()
        assert self._stop.wait(MINUTE_S)
        self._stop.clear()
        self.standing.clear()


def _with(shop: Shop, printer: OnePrinter) -> None:
    main = replace(shop.printers.main, printer=printer)
    shop.printers = shop.counter.printers = replace(shop.printers, main=main)
    shop.counter.close()
    shop.counter.open()


def _apart(work: Callable[[], object]) -> Thread:
    thread = Thread(target=work)
    thread.start()
    return thread


@pytest.mark.parametrize("bytes_left", [True, False])
def test_what_is_given_up_ends_and_the_log_says_it_then(shop: Shop, bytes_left: bool) -> None:
    """The technician reads that printing was given up, and the paper came out all the same."""
    printer = BusyPrinter("tcp://a", bytes_left=bytes_left)
    _with(shop, printer)
    desk = _desk(shop)
    job = shop.counter.sold(LI).jobs[1]
    paper = desk.start_job(job, "main")
    outcomes: list[DeliveryOutcome] = []
    lane = _apart(lambda: outcomes.append(desk.send_job(job, paper)))
    assert printer.standing.wait(MINUTE_S)
    desk.cancel_printing("main")
    lane.join(MINUTE_S)
    desk.keep_printer_events()
    assert EventKind.CANCELLED not in [one.kind for one in desk.printer_events()], "nothing has ended yet"
    view = desk.finish_job(job, outcomes[0])
    assert view.state is (JobState.UNKNOWN if bytes_left else JobState.FAILED_BEFORE_SEND)
    events = {one.kind: one.detail for one in desk.printer_events()}
    assert EventKind.CANCELLED in events
    if not bytes_left:
        assert view.detail == GIVEN_UP


def test_a_paper_that_is_given_up_during_a_status_poll_is_not_sent_after_it(shop: Shop) -> None:
    """The poll had the line: it was given up, and the paper behind it went out as if nobody had said a word."""
    printer = BusyPrinter("tcp://a", bytes_left=False)
    _with(shop, printer)
    desk = _desk(shop)
    job = shop.counter.sold(LI).jobs[1]
    paper = desk.start_job(job, "main")
    outcomes: list[DeliveryOutcome] = []

    def lane() -> None:
        desk.printer_status("main")
        outcomes.append(desk.send_job(job, paper))

    working = _apart(lane)
    assert printer.standing.wait(MINUTE_S)
    desk.cancel_printing("main")
    working.join(MINUTE_S)
    assert [(one.delivery, one.detail) for one in outcomes] == [(Delivery.FAILED_BEFORE_SEND, GIVEN_UP)]
    assert not printer.papers


def test_a_call_that_had_the_line_before_is_given_up_with_ours(shop: Shop) -> None:
    """A test page that somebody prints at the same device: only the second word reaches our paper."""

    class Shared(BusyPrinter):
        tries = 0

        def cancel(self) -> None:
            self.tries += 1
            if self.tries > 1:
                super().cancel()

    printer = Shared("tcp://a", bytes_left=False)
    _with(shop, printer)
    desk = _desk(shop)
    job = shop.counter.sold(LI).jobs[1]
    paper = desk.start_job(job, "main")
    lane = _apart(lambda: desk.send_job(job, paper))
    assert printer.standing.wait(MINUTE_S)
    desk.cancel_printing("main")
    lane.join(MINUTE_S)
    assert printer.tries > 1
    assert not lane.is_alive()


def test_what_came_out_before_it_was_given_up_is_printed(shop: Shop) -> None:
    """The word came too late; the log does not say that it helped."""
    desk = _desk(shop)
    job = shop.counter.sold(LI).jobs[1]
    outcome = desk.send_job(job, desk.start_job(job, "main"))
    with refused(Reason.JOB_NOT_OPEN):
        desk.cancel_printing("main")
    assert shop.main.cancelled == 0
    assert desk.finish_job(job, outcome).state is JobState.CONFIRMED
    assert EventKind.CANCELLED not in [one.kind for one in desk.printer_events()]


def test_nothing_is_given_up_where_nothing_is_on_its_way(shop: Shop) -> None:
    """Two printers: the paper of the one is not touched by giving up at the other."""
    desk = _desk(shop)
    job = shop.counter.sold(LI).jobs[1]
    paper = desk.start_job(job, "main")
    with refused(Reason.JOB_NOT_OPEN):
        desk.cancel_printing("spare")
    with refused(Reason.UNKNOWN_PRINTER):
        desk.cancel_printing("kitchen")
    assert desk.finish_job(job, desk.send_job(job, paper)).state is JobState.CONFIRMED


def test_a_printer_in_trouble_is_no_paper_given_up(shop: Shop) -> None:
    shop.main.says = OUT
    job = shop.counter.sold(LI).jobs[1]
    assert shop.print(job) is JobState.FAILED_BEFORE_SEND
    assert _view(shop, job).detail == "paper_out"
    shop.main.says = READY
    assert shop.print(job) is JobState.CONFIRMED
