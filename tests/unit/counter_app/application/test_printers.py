"""Several printers: who prints what, what a person sends elsewhere, what printers said; with a real store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest

from counter_app.application.counter_printing import CounterPrinting
from counter_app.application.credentials import Credentials
from counter_app.application.print_job import PrintTest
from counter_app.application.printer_log import PrinterLog
from counter_app.application.printer_set import Fitted, PrinterSet
from counter_app.domain.journal import Kind
from counter_app.domain.papers import Paper, TicketFace
from counter_app.domain.staff import SYSTEM, Actor, Role
from counter_app.errors import Reason, Refusal
from counter_app.ports.printer_events import EVENTS_MAX, EventKind, PrinterEvent
from counter_app.ports.prints import (
    Delivery,
    DeliveryOutcome,
    JobKind,
    JobState,
    PaperState,
    PrinterRole,
    PrinterStatus,
)
from db.verify import verify_profile
from tests.unit.counter_app.application.counter import HAN, LI, NOW, PLAIN, Counter, SetClock

READY = PrinterStatus(ready=True, online=True, cover_open=False, paper=PaperState.ADEQUATE, error="", answered=True)
OUT = replace(READY, ready=False, paper=PaperState.OUT, error="paper_out")
GONE = replace(READY, ready=False, online=False, paper=PaperState.UNKNOWN, error="not_reachable", answered=False)


class OnePrinter:
    """``ports.prints.Printer`` that keeps what it was given and says what it is told to."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.papers: list[Paper] = []
        self.kicks = 0
        self.says = READY
        self.delivery = Delivery.CONFIRMED
        self.cancelled = 0

    def status(self) -> PrinterStatus:
        return self.says

    def deliver(self, paper: Paper, *, token: int) -> DeliveryOutcome:
        del token
        if not self.says.ready:
            return DeliveryOutcome(delivery=Delivery.FAILED_BEFORE_SEND, detail=self.says.error, status=self.says)
        self.papers.append(paper)
        return DeliveryOutcome(delivery=self.delivery, detail="", status=self.says)

    def kick_drawer(self, *, token: int) -> DeliveryOutcome:
        del token
        self.kicks += 1
        return DeliveryOutcome(delivery=Delivery.CONFIRMED, detail="", status=self.says)

    def cancel(self) -> None:
        self.cancelled += 1

    def close(self) -> None:
        pass


class Shop:
    """A counter with a printer for tickets, one for receipts and a spare one."""

    def __init__(self, folder: Path, **more: object) -> None:
        self.main, self.receipt, self.spare = (OnePrinter(name) for name in ("tcp://a", "tcp://b", "tcp://c"))
        self.printers = PrinterSet(
            main=Fitted(printer=self.main, url="tcp://a"),
            others={"receipt": Fitted(printer=self.receipt, url="tcp://b"), "spare": Fitted(printer=self.spare)},
        )
        self.counter = Counter(folder, printers=self.printers, **more)  # type: ignore[arg-type]
        self.counter.open_shift()

    def print(self, job: UUID, printer: str = "") -> JobState:
        counter = self.counter
        paper = counter.start_job(job, printer)
        return counter.finish_job(job, counter.send_job(job, paper)).state

    def where(self, job: UUID) -> str:
        return next(one.printer for one in self.counter.jobs.latest(100) if one.job_id == job)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "profile")
    yield made
    made.counter.close()
    assert verify_profile(made.counter.folder).reason == "", "the journal tells all that the tables hold"


def refused(reason: Reason) -> AbstractContextManager[pytest.ExceptionInfo[Refusal]]:
    return pytest.raises(Refusal, match=f"^{reason.value}")


# ----------------------------------------------------------------------------------------------------------- roles


def _set(*names: str, drawer: str = "") -> PrinterSet:
    fitted = {name: Fitted(printer=OnePrinter(name)) for name in names}
    return PrinterSet(main=Fitted(printer=OnePrinter("main")), others=fitted, drawer=drawer)


@pytest.mark.parametrize(
    ("printers", "wanted"),
    [
        (_set(), {JobKind.TICKET: "main", JobKind.RECEIPT: "main", JobKind.Z_REPORT: "main", JobKind.DRAWER: "main"}),
        (
            _set("receipt", "report", "spare"),
            {
                JobKind.TICKET: "main",
                JobKind.CARD_SLIP: "receipt",
                JobKind.X_REPORT: "report",
                JobKind.DRAWER: "receipt",
            },
        ),
        (_set("spare"), dict.fromkeys(JobKind, "main")),
        (_set("receipt", drawer="main"), {JobKind.DRAWER: "main", JobKind.RECEIPT: "receipt"}),
    ],
)
def test_each_paper_has_its_printer(printers: PrinterSet, wanted: dict[JobKind, str]) -> None:
    """A ticket on receipt paper is no ticket."""
    assert {kind: printers.of_kind(kind) for kind in wanted} == wanted


def test_every_role_is_somebodys() -> None:
    for printers in (_set(), _set("receipt"), _set("report", "spare"), _set("receipt", "report", "spare")):
        roles = [role for name in printers.names for role in printers.roles(name)]
        assert sorted(roles) == sorted(PrinterRole)
    with refused(Reason.UNKNOWN_PRINTER):
        _set().named("spare")


def test_papers_of_a_sale_go_where_they_belong(shop: Shop) -> None:
    """One pulse of the drawer, at the printer that it hangs on; the ticket on the tickets' paper."""
    shop.counter.sell = replace(shop.counter.sell, policy=replace(shop.counter.policy, receipt=True))
    for job in shop.counter.sold(LI, HAN).jobs:
        assert shop.print(job) is JobState.CONFIRMED
    assert [isinstance(paper, TicketFace) for paper in shop.main.papers] == [True, True]
    assert len(shop.receipt.papers) == 1
    assert (shop.main.kicks, shop.receipt.kicks, shop.spare.kicks) == (0, 1, 0)


def test_a_test_page_comes_where_it_was_asked_for(shop: Shop) -> None:
    test = PrintTest(store=shop.counter.store, clock=shop.counter.clock, ids=shop.counter.ids, printers=shop.printers)
    assert shop.print(test(shop.counter.clerk, "spare")) is JobState.CONFIRMED
    assert len(shop.spare.papers) == 1
    with refused(Reason.UNKNOWN_PRINTER):
        test(shop.counter.clerk, "kitchen")


# ------------------------------------------------------------------------------------------------- sent elsewhere


def test_a_waiting_ticket_is_sent_to_the_spare_printer(shop: Shop) -> None:
    """Paper out: the customer has the ticket at once, from the printer beside it, and once only."""
    shop.main.says = OUT
    job = shop.counter.sold(LI).jobs[1]
    assert shop.print(job) is JobState.FAILED_BEFORE_SEND
    moved = shop.counter.move_job(shop.counter.clerk, job, "spare")
    assert (moved.printer, moved.unused) == ("spare", "")
    with pytest.raises(Refusal) as late:
        shop.counter.start_job(job, "main")
    assert late.value.facts["detail"] == "moved"
    shop.main.says = READY
    assert shop.print(job, "spare") is JobState.CONFIRMED
    assert (len(shop.main.papers), len(shop.spare.papers)) == (0, 1)
    assert shop.where(job) == "spare"
    with shop.counter.store.reading() as books:
        (entry,) = [one for one in books.journal.entries() if one.kind is Kind.PAPER_MOVED]
    assert (entry.actor, entry.body["from"], entry.body["to"], entry.body["unused"]) == ("li", "main", "spare", "")


@pytest.mark.parametrize("delivery", [Delivery.UNKNOWN, Delivery.CONFIRMED])
def test_what_may_have_come_out_is_never_sent_elsewhere(shop: Shop, delivery: Delivery) -> None:
    """Two papers for one seat, from two printers."""
    shop.main.delivery = delivery
    job = shop.counter.sold(LI).jobs[1]
    shop.print(job)
    with refused(Reason.JOB_NOT_OPEN):
        shop.counter.move_job(shop.counter.clerk, job, "spare")
    with refused(Reason.JOB_NOT_OPEN):
        shop.counter.move_job.all_of(shop.counter.clerk, "main", "spare")


def test_what_is_being_sent_is_not_moved(shop: Shop) -> None:
    job = shop.counter.sold(LI).jobs[1]
    shop.counter.start_job(job)
    with refused(Reason.JOB_NOT_OPEN):
        shop.counter.move_job(shop.counter.clerk, job, "spare")


def test_all_that_waits_moves_in_one_act_and_the_drawer_does_not(shop: Shop) -> None:
    """A kick at a printer without a drawer does nothing, and one that comes later opens it beside nobody."""
    kick, *tickets = shop.counter.sold(LI, HAN).jobs
    with refused(Reason.JOB_NOT_OPEN):
        shop.counter.move_job(shop.counter.clerk, kick, "spare")
    moved = shop.counter.move_job.all_of(shop.counter.clerk, "main", "spare")
    assert [one.job_id for one in moved] == tickets
    assert [shop.where(job) for job in (kick, *tickets)] == ["receipt", "spare", "spare"]
    assert [job for job, printer in shop.counter.jobs.to_send([*tickets, kick]) if printer == "spare"] == tickets


def test_who_may_send_papers_elsewhere(shop: Shop) -> None:
    job = shop.counter.sold(LI).jobs[1]
    auditor = Actor(user_id=UUID(int=9), login="audit", display_name="审计", role=Role.AUDITOR)
    with refused(Reason.NOT_ALLOWED):
        shop.counter.move_job(auditor, job, "spare")
    with refused(Reason.UNKNOWN_PRINTER):
        shop.counter.move_job(shop.counter.clerk, job, "kitchen")
    with refused(Reason.JOB_NOT_OPEN):
        shop.counter.move_job(shop.counter.clerk, job, "main")


def test_a_copy_comes_where_the_paper_before_it_went(shop: Shop) -> None:
    """The printer that is broken would get the copy too."""
    job = shop.counter.sold(LI).jobs[1]
    shop.counter.move_job(shop.counter.clerk, job, "spare")
    shop.spare.delivery = Delivery.UNKNOWN
    shop.print(job)
    copy = shop.counter.settle_job(shop.counter.clerk, job, came_out=False)
    assert copy is not None
    assert shop.where(copy) == "spare"


def test_a_printer_that_the_settings_do_not_name_any_more_prints_nothing(shop: Shop) -> None:
    """Its papers go where their kind goes, and are not lost."""
    job = shop.counter.sold(LI).jobs[1]
    shop.counter.move_job(shop.counter.clerk, job, "spare")
    shop.counter.printers = replace(shop.printers, others={})
    shop.counter.close()
    shop.counter.open()
    assert shop.where(job) == "main"
    assert shop.print(job, "main") is JobState.CONFIRMED
    assert len(shop.main.papers) == 1
    with shop.counter.store.reading() as books:
        (*_, entry) = [one for one in books.journal.entries() if one.kind is Kind.PAPER_MOVED]
    assert (entry.actor, entry.body["from"], entry.body["to"]) == (SYSTEM.login, "spare", "main")


# ------------------------------------------------------------------------------------------------ what they said


def _desk(shop: Shop, told: Callable[[str, int, JobState | None], None] = lambda *_: None) -> CounterPrinting:
    counter = shop.counter
    return CounterPrinting(
        store=counter.store,
        policy=counter.policy,
        printers=counter.printers,
        clock=counter.clock,
        ids=counter.ids,
        credentials=Credentials(counter.store, counter.clock, PLAIN),
        compose=counter.compose,
        tell_recovered=told,
    )


def test_what_a_printer_said_is_kept_when_it_changes(shop: Shop) -> None:
    """The technician comes the day after: when did the paper end, and was it the cable?"""
    desk = _desk(shop)
    for says in (READY, READY, OUT, OUT, GONE, READY):
        shop.main.says = says
        desk.printer_status("main")
    assert desk.printer_status("receipt").ready
    assert desk.printer_events() == [], "asking writes nothing"
    assert desk.keep_printer_events() == 5
    events = [(one.kind, one.detail) for one in desk.printer_events(printer="main")]
    assert events == [
        (EventKind.FOUND, "not_reachable -> ready"),
        (EventKind.LOST, "paper_out -> not_reachable"),
        (EventKind.STATE, "ready -> paper_out"),
        (EventKind.STATE, "ready"),
    ]
    assert [one.printer for one in desk.printer_events(limit=1)] == ["receipt"]
    assert desk.keep_printer_events() == 0
    views = {one.name: one for one in desk.printers()}
    assert (views["main"].status, views["spare"].status) == (READY, None)
    assert [name for name, one in views.items() if one.drawer] == ["receipt"]


def test_papers_without_a_word_stand_in_the_log_and_names_do_not(shop: Shop) -> None:
    """What the technician reads is nobody's journey."""
    shop.main.delivery = Delivery.UNKNOWN
    desk = _desk(shop)
    job = shop.counter.sold(LI).jobs[1]
    desk.finish_job(job, desk.send_job(job, desk.start_job(job)))
    events = desk.printer_events()
    assert [one.kind for one in events] == [EventKind.NO_WORD, EventKind.STATE]
    assert all(LI.name not in one.detail and LI.document not in one.detail for one in events)
    moved = shop.counter.sold(HAN).jobs[1]
    desk.move_job(shop.counter.clerk, moved, "spare")
    desk.keep_printer_events()
    assert [(one.kind, one.printer) for one in desk.printer_events(limit=1)] == [(EventKind.MOVED, "main")]


def test_the_log_keeps_the_newest(shop: Shop) -> None:
    """A printer that flickers all night fills no disk."""

    def event(n: int) -> PrinterEvent:
        return PrinterEvent(at=NOW, printer="main", kind=EventKind.STATE, detail=str(n))

    with shop.counter.store.writing() as books:
        books.printer_events.add([event(n) for n in range(EVENTS_MAX)])
    with shop.counter.store.writing() as books:
        books.printer_events.add([event(n) for n in range(EVENTS_MAX, EVENTS_MAX + 7)])
    with shop.counter.store.reading() as books:
        kept = books.printer_events.latest(EVENTS_MAX + 100)
    assert (len(kept), kept[0].detail, kept[-1].detail) == (EVENTS_MAX, str(EVENTS_MAX + 6), "7")


def test_the_log_in_memory_is_bounded_too() -> None:
    log = PrinterLog(clock=SetClock())
    for n in range(2_000):
        log.heard("main", (READY, OUT)[n % 2])
    assert log.waiting == 500


def test_each_printer_is_told_what_was_left_in_it(shop: Shop) -> None:
    """After a crash only the printer that was in mid-ticket is filled up and cut."""
    kick, ticket = shop.counter.sold(LI).jobs
    assert shop.print(kick) is JobState.CONFIRMED
    shop.counter.start_job(ticket)
    shop.counter.close()
    shop.counter.open()
    shop.counter.recover()
    told: dict[str, tuple[int, JobState | None]] = {}
    desk = _desk(shop, lambda name, interrupted, last: told.update({name: (interrupted, last)}))
    desk._open_printers()
    assert told == {
        "main": (1, JobState.UNKNOWN),
        "receipt": (0, JobState.CONFIRMED),
        "spare": (0, None),
    }
    desk.keep_printer_events()
    assert [one.kind for one in desk.printer_events(limit=3)] == [EventKind.OPENED] * 3


def test_a_sale_needs_the_receipts_printer_only_where_receipts_are_printed(shop: Shop) -> None:
    assert _desk(shop).sale_printers() == ("main",)
    shop.counter.policy = replace(shop.counter.policy, receipt=True)
    assert _desk(shop).sale_printers() == ("main", "receipt")
    assert cast("object", _desk(shop).printer_status("receipt")) == READY
