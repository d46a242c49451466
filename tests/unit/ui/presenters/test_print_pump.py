"""The pump with several printers: a lane each, order at each, one that is stuck holds nobody back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar, cast
from uuid import UUID

import pytest

from counter_app.application.views import PrintJobView
from counter_app.domain.papers import Paper
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.prints import GIVEN_UP, Delivery, DeliveryOutcome, JobState, PaperState
from tests.ui.fake_desk import READY, FakeDesk
from ui.presenters.checkout import Basket, CheckoutPresenter
from ui.presenters.lane import CancelToken, InlineLanes, Lane, Trouble
from ui.presenters.printing import LOOKS_MAX, MUTE_MS, QUEUE_MAX, PrintPump

T = TypeVar("T")


class _Lanes(InlineLanes):
    """Those that are ``stuck`` keep their work until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.stuck: set[Lane] = set()
        self.kept: list[tuple[Lane, Callable[[], object]]] = []

    def run(
        self,
        lane: Lane,
        work: Callable[[], T],
        *,
        done: Callable[[T], None],
        failed: Callable[[Trouble], None],
        cancel: CancelToken | None = None,
    ) -> CancelToken:
        if lane in self.stuck:
            go = super().run
            self.kept.append((lane, lambda: go(lane, work, done=done, failed=failed, cancel=cancel)))
            return cancel or CancelToken()
        return super().run(lane, work, done=done, failed=failed, cancel=cancel)

    def let_go(self, lane: Lane) -> None:
        self.stuck.discard(lane)
        kept = [work for where, work in self.kept if where is lane]
        self.kept = [one for one in self.kept if one[0] is not lane]
        for work in kept:
            work()


class _Counter:
    def __init__(self, *further: str) -> None:
        self.desk = FakeDesk()
        for name in further:
            self.desk.fit(name)
        self.lanes = _Lanes()
        self.done: list[PrintJobView] = []
        self.troubles: list[Trouble] = []
        self.unwritten: list[Trouble] = []
        self.rested = 0
        self.now_ms = 0
        self.pump = self.another_pump()

    def another_pump(self) -> PrintPump:
        return PrintPump(
            self.desk,
            self.lanes,
            changed=self.done.append,
            troubled=self.troubles.append,
            not_written=self.unwritten.append,
            rested=self._rests,
            now_ms=lambda: self.now_ms,
            printers=[one.name for one in self.desk.printers()],
        )

    def _rests(self) -> None:
        self.rested += 1

    def look(self) -> None:
        """As the window does every few seconds: the printers are asked, and the store for what is open."""
        for printer in self.desk.printers():
            if self.desk.printer_status(printer.name).ready:
                self.pump.printer_ready(printer.name)
            else:
                self.pump.printer_troubled(printer.name)
        self.pump.adopt(self.desk.open_print_jobs())

    def job(self, kind: str, printer: str = "") -> UUID:
        job_id = self.desk.print_test(self.desk.people["li"])
        jobs = self.desk._jobs
        jobs[job_id] = replace(jobs[job_id], kind=kind, printer=printer)
        return job_id

    def went(self, printer: str) -> list[UUID]:
        return [job for name, job in self.desk.sent if name == printer]


def test_a_stuck_receipt_printer_holds_no_ticket_back() -> None:
    """The customer's tickets come out while the receipt's printer swallows bytes and says nothing."""
    counter = _Counter("receipt")
    counter.lanes.stuck = {Lane.PRINTER_2}
    receipts = [counter.job("receipt") for _ in range(2)]
    tickets = [counter.job("ticket") for _ in range(3)]
    counter.pump.enqueue([*receipts, *tickets])
    assert counter.went("main") == tickets
    assert counter.went("receipt") == []
    assert not counter.pump.idle
    counter.lanes.let_go(Lane.PRINTER_2)
    assert counter.went("receipt") == receipts
    assert counter.pump.idle


def test_between_two_papers_of_a_sale_something_is_still_to_be_sent() -> None:
    """The window that was told to close goes after the first ticket; the family's others come out tomorrow."""
    counter = _Counter()
    seen: list[bool] = []
    pump = PrintPump(
        counter.desk,
        counter.lanes,
        changed=lambda _job: seen.append(pump.sending),
        troubled=counter.troubles.append,
    )
    counter.lanes.stuck = {Lane.PRINTER}
    pump.enqueue([counter.job("ticket") for _ in range(2)])
    counter.lanes.let_go(Lane.PRINTER)
    assert seen == [True, False]


def test_the_drawer_opens_before_the_papers_of_its_sale() -> None:
    """The clerk has the change in hand when the receipt comes; order at one printer is the order of the store."""
    counter = _Counter("receipt")
    kick, receipt, slip = (counter.job(kind) for kind in ("drawer", "receipt", "card_slip"))
    counter.pump.enqueue([kick, receipt, slip])
    assert counter.went("receipt") == [kick, receipt, slip]


def test_each_printer_has_a_lane_of_its_own() -> None:
    """Nobody's bytes can come between another's: a printer is served by one thread."""
    counter = _Counter("receipt", "report", "spare")
    for at, (kind, printer) in enumerate([("ticket", ""), ("receipt", ""), ("z_report", ""), ("ticket", "spare")]):
        counter.lanes.ran.clear()
        counter.pump.enqueue([counter.job(kind, printer)])
        used = [lane for lane in counter.lanes.ran if lane is not Lane.DATABASE]
        assert used == [(Lane.PRINTER, Lane.PRINTER_2, Lane.PRINTER_3, Lane.PRINTER_4)[at]]
    assert [name for name, _ in counter.desk.sent] == ["main", "receipt", "report", "spare"]


def test_two_pumps_never_send_the_same_job() -> None:
    """Whoever begins a job in the store has it; the other finds it begun and is not in trouble for it."""
    counter = _Counter()
    other = counter.another_pump()
    counter.lanes.stuck = {Lane.PRINTER}
    jobs = [counter.job("ticket") for _ in range(2)]
    counter.pump.enqueue(jobs)
    other.enqueue(jobs)
    counter.lanes.let_go(Lane.PRINTER)
    assert sorted(counter.went("main")) == sorted(jobs)
    assert not counter.troubles


def test_a_later_paper_does_not_pass_those_that_wait_for_the_same_printer() -> None:
    """Paper is back: the next ticket would come out first, on the numbered blank that another one has."""
    counter = _Counter()
    out = replace(READY, ready=False, paper=PaperState.OUT, error="paper_out")
    counter.desk.status = out
    first, second = counter.job("ticket"), counter.job("ticket")
    counter.pump.enqueue([first, second])
    assert [view.state for view in counter.done] == [JobState.FAILED_BEFORE_SEND] * 2
    third = counter.job("ticket")
    counter.pump.enqueue([third])
    tried = [view.job_id for view in counter.done[2:]]
    assert tried == [first, third], "one try, not one for each that waits"
    counter.desk.status = READY
    fourth = counter.job("ticket")
    counter.done.clear()
    counter.pump.enqueue([fourth])
    assert [view.job_id for view in counter.done] == [first, second, third, fourth]
    assert {view.state for view in counter.done} == {JobState.CONFIRMED}
    assert counter.pump.idle


def test_a_paper_that_waits_is_printed_elsewhere_when_a_person_says_so() -> None:
    """Paper out at one: the clerk sends the ticket to the spare printer; the first never prints it afterwards."""
    counter = _Counter("spare")
    counter.desk.status = replace(READY, ready=False, paper=PaperState.OUT, error="paper_out")
    job = counter.job("ticket")
    counter.pump.enqueue([job])
    assert [one.state for one in counter.done] == [JobState.FAILED_BEFORE_SEND]
    counter.desk.move_job(counter.desk.people["li"], job, "spare")
    counter.pump.enqueue([job])
    assert [one.state for one in counter.done] == [JobState.FAILED_BEFORE_SEND, JobState.CONFIRMED]
    counter.desk.status = READY
    counter.pump.printer_ready("main")
    assert counter.went("spare") == [job]
    assert counter.went("main") == [job], "the one try that was refused"


def test_a_paper_moved_while_it_waits_behind_another_changes_its_queue() -> None:
    counter = _Counter("spare")
    counter.lanes.stuck = {Lane.PRINTER}
    first, second = counter.job("ticket"), counter.job("ticket")
    counter.pump.enqueue([first, second])
    counter.desk.move_job(counter.desk.people["li"], second, "spare")
    counter.pump.enqueue([second])
    assert counter.went("spare") == [second]
    counter.lanes.let_go(Lane.PRINTER)
    assert counter.went("main") == [first]


def test_a_paper_moved_as_it_was_about_to_begin_goes_where_it_was_sent() -> None:
    """The store has the last word: nothing is printed at the printer that it was taken from."""
    counter = _Counter("spare")
    job = counter.job("ticket")
    begin = counter.desk.start_job

    def moved_first(job_id: UUID, printer: str = "") -> Paper | None:
        if printer == "main":
            counter.desk.move_job(counter.desk.people["li"], job_id, "spare")
        return begin(job_id, printer)

    counter.desk.start_job = moved_first  # type: ignore[method-assign] # between the look at the store and the start
    counter.pump.enqueue([job])
    assert counter.desk.sent == [("spare", job)]
    assert not counter.troubles


def test_what_nobody_put_in_the_queue_is_found_in_the_store() -> None:
    """A paper whose announcement was lost is no lost paper."""
    counter = _Counter()
    job = counter.job("ticket")
    counter.pump.adopt(counter.desk.open_print_jobs())
    assert counter.went("main") == [job]
    counter.pump.adopt(counter.desk.open_print_jobs())
    assert counter.went("main") == [job]


@pytest.mark.parametrize("delivery", [Delivery.UNKNOWN, Delivery.CONFIRMED])
def test_what_is_over_is_never_taken_up_again(delivery: Delivery) -> None:
    """A snapshot that is older than the paper prints nothing twice."""
    counter = _Counter()
    job = counter.job("ticket")
    before = counter.desk.open_print_jobs()
    counter.desk.delivery = delivery
    counter.pump.enqueue([job])
    counter.desk.delivery = Delivery.CONFIRMED
    counter.pump.adopt(before)
    counter.pump.printer_ready("main")
    assert counter.went("main") == [job]


def test_more_papers_than_a_queue_holds_all_come_out() -> None:
    """A day without a printer, and the next morning it works: nothing is dropped, nothing falls over."""
    counter = _Counter()
    jobs = [counter.job("receipt") for _ in range(QUEUE_MAX + 30)]
    counter.lanes.hold = True
    counter.pump.enqueue(jobs)
    counter.lanes.flush()
    assert counter.went("main") == jobs[:QUEUE_MAX]
    counter.pump.adopt(counter.desk.open_print_jobs())
    counter.lanes.flush()
    assert counter.went("main") == jobs


def test_a_look_at_the_store_that_fails_loses_no_paper() -> None:
    counter = _Counter()
    job = counter.job("ticket")
    look = counter.desk.job_printers
    trouble = OutcomeUnknown("store")

    def fails(_jobs: object) -> list[tuple[UUID, str]]:
        raise trouble

    counter.desk.job_printers = fails  # type: ignore[method-assign, assignment]
    counter.pump.enqueue([job])
    assert counter.troubles == [trouble]
    counter.desk.job_printers = look  # type: ignore[method-assign]
    counter.pump.adopt(counter.desk.open_print_jobs())
    assert counter.went("main") == [job]


class _Refusing:
    """``start_job`` of these jobs raises; how often each was tried stands in ``tries``."""

    def __init__(self, counter: _Counter, trouble: Trouble, *jobs: UUID) -> None:
        self.jobs, self.trouble = set(jobs), trouble
        self.tries: list[UUID] = []
        self._begin = counter.desk.start_job
        counter.desk.start_job = self  # type: ignore[method-assign]

    def __call__(self, job_id: UUID, printer: str = "") -> Paper | None:
        if job_id in self.jobs:
            self.tries.append(job_id)
            raise self.trouble
        return self._begin(job_id, printer)


SHORT = Refusal(Reason.BLANKS_SHORT, left=0, needed=1)


@pytest.mark.parametrize("trouble", [SHORT, OutcomeUnknown("commit", "disk I/O error")])
def test_what_cannot_be_begun_is_said_once_and_holds_no_window_open(trouble: Trouble) -> None:
    """The same sentence over the till every five seconds, and a window that could not be closed for the night."""
    counter = _Counter()
    bad, also, good = (counter.job("ticket") for _ in range(3))
    refusing = _Refusing(counter, trouble, bad, also)
    counter.pump.enqueue([bad, also, good])
    assert counter.went("main") == [good]
    assert counter.troubles == [trouble]
    assert not counter.pump.sending
    assert counter.rested, "whoever waits to close hears of it"
    for _ in range(20):
        counter.look()
        assert not counter.pump.sending
    assert counter.troubles == [trouble]
    assert 2 < len(refusing.tries) <= 2 * 6, "tried again, and the longer the rarer"
    refusing.jobs.clear()
    for _ in range(LOOKS_MAX):
        counter.look()
    assert counter.went("main") == [good, bad, also]
    refusing.jobs = {late := counter.job("ticket")}
    counter.pump.enqueue([late])
    assert counter.troubles == [trouble, trouble], "another day, another trouble"


def test_a_printer_that_is_ready_and_prints_nothing_is_not_tried_without_end() -> None:
    """It answers every question and takes no paper: a commit and a notice every few seconds, all day."""
    counter = _Counter()
    counter.desk.delivery = Delivery.FAILED_BEFORE_SEND
    job = counter.job("ticket")
    counter.pump.enqueue([job])
    for _ in range(30):
        counter.look()
    assert 2 < len(counter.went("main")) <= 8
    counter.desk.delivery = Delivery.CONFIRMED
    for _ in range(LOOKS_MAX):
        counter.look()
    assert counter.done[-1].state is JobState.CONFIRMED


def test_paper_that_was_put_in_prints_at_the_next_look() -> None:
    """The rest that a ready printer gets is none for one that had a reason."""
    counter = _Counter()
    job = counter.job("ticket")
    counter.desk.status = replace(READY, ready=False, paper=PaperState.OUT, error="paper_out")
    counter.pump.enqueue([job])
    for _ in range(5):
        counter.look()
    assert len(counter.went("main")) == 1
    counter.desk.status = READY
    counter.look()
    assert counter.done[-1].state is JobState.CONFIRMED


def test_what_a_person_gave_up_is_printed_when_a_person_says_so() -> None:
    """Given up, and a second later it came out by itself."""
    counter = _Counter()
    job = counter.job("ticket")
    send = counter.desk.send_job

    def given_up(job_id: UUID, paper: Paper | None) -> DeliveryOutcome:
        outcome = send(job_id, paper)
        return replace(outcome, delivery=Delivery.FAILED_BEFORE_SEND, detail=GIVEN_UP)

    counter.desk.send_job = given_up  # type: ignore[method-assign]
    counter.pump.enqueue([job])
    counter.desk.send_job = send  # type: ignore[method-assign]
    for _ in range(5):
        counter.look()
    assert len(counter.went("main")) == 1
    counter.pump.try_again()
    assert counter.done[-1].state is JobState.CONFIRMED


@pytest.mark.parametrize("how", ["a later paper", "a printer that was mended"])
def test_what_was_given_up_is_not_forgotten(how: str) -> None:
    """The later ticket would come out on its blank; or nobody thinks of it until the evening."""
    counter = _Counter()
    job = counter.job("ticket")
    counter.desk.delivery = Delivery.FAILED_BEFORE_SEND
    counter.desk.status = replace(READY, error=GIVEN_UP)  # the detail of the invented printer's outcome
    counter.pump.enqueue([job])
    counter.desk.delivery = Delivery.CONFIRMED
    counter.desk.status = READY
    counter.look()
    assert counter.went("main") == [job]
    if how == "a later paper":
        later = counter.job("ticket")
        counter.pump.enqueue([later])
        assert counter.went("main") == [job, job, later]
    else:
        counter.desk.status = replace(READY, ready=False, error="cover_open")
        counter.look()
        counter.desk.status = READY
        counter.look()
        assert counter.went("main") == [job, job]


def test_what_is_given_up_and_sent_elsewhere_holds_nobody_back() -> None:
    """The clerk took it to the spare printer; the next ticket, on the next blank, waited until the evening."""
    counter = _Counter("spare")
    job, later = counter.job("ticket"), counter.job("ticket")
    behind = _Refusing(counter, Refusal(Reason.JOB_NOT_OPEN, detail="behind"), later)
    counter.desk.delivery = Delivery.FAILED_BEFORE_SEND
    counter.desk.status = replace(READY, error=GIVEN_UP)
    counter.pump.enqueue([job, later])
    counter.desk.delivery = Delivery.CONFIRMED
    counter.desk.status = READY
    counter.look()
    assert counter.went("main") == [job]
    counter.desk.move_job(counter.desk.people["li"], job, "spare")
    counter.pump.enqueue([job])
    behind.jobs.clear()
    counter.look()
    counter.look()
    assert (counter.went("spare"), counter.went("main")) == ([job], [job, later])


def test_a_ticket_behind_another_one_waits_without_a_word() -> None:
    """The blank in the printer is the other one's; nothing is wrong, and nobody is told."""
    counter = _Counter()
    first, second = counter.job("ticket"), counter.job("ticket")
    refusing = _Refusing(counter, Refusal(Reason.JOB_NOT_OPEN, detail="behind"), second)
    counter.pump.enqueue([second])
    counter.pump.enqueue([first])
    assert counter.went("main") == [first]
    refusing.jobs.clear()
    counter.look()
    assert counter.went("main") == [first, second]
    assert not counter.troubles


def test_what_somebody_else_sends_is_not_called_unsent() -> None:
    """Called "not sent", it would be sent again."""
    counter = _Counter()
    job = counter.job("ticket")
    ended: list[UUID] = []

    def theirs(job_id: UUID, paper: Paper | None) -> DeliveryOutcome:
        raise Refusal(Reason.JOB_NOT_OPEN, detail=str((job_id, paper))[:10])

    def finish(job_id: UUID, outcome: DeliveryOutcome) -> PrintJobView:
        ended.append(job_id)
        raise OutcomeUnknown("commit", outcome.detail)

    counter.desk.send_job = theirs  # type: ignore[method-assign]
    counter.desk.finish_job = finish  # type: ignore[method-assign]
    counter.pump.enqueue([job])
    assert (ended, counter.troubles, counter.unwritten) == ([], [], [])
    assert (counter.pump.idle, counter.pump.awaited) == (True, False)


def test_what_could_not_be_written_is_written_later_and_never_printed_again() -> None:
    """A full disk for a minute: the ticket came out, and the store hears of it when it can."""
    counter = _Counter()
    job, later = counter.job("ticket"), counter.job("ticket")
    finish = counter.desk.finish_job
    trouble = OutcomeUnknown("commit", "disk I/O error")

    def full(job_id: UUID, outcome: DeliveryOutcome) -> PrintJobView:
        if job_id == job:
            raise trouble
        return finish(job_id, outcome)

    counter.desk.finish_job = full  # type: ignore[method-assign]
    counter.pump.enqueue([job, later])
    assert (counter.unwritten, counter.troubles) == ([trouble], [])
    assert counter.pump.idle, "a window may be closed: the next start asks"
    counter.look()
    assert counter.unwritten == [trouble], "said once"
    counter.desk.finish_job = finish  # type: ignore[method-assign]
    counter.look()
    assert [(view.job_id, view.state) for view in counter.done] == [
        (later, JobState.CONFIRMED),
        (job, JobState.CONFIRMED),
    ]
    counter.look()
    assert counter.went("main") == [job, later]


def test_what_a_person_settled_meanwhile_is_not_written_over() -> None:
    counter = _Counter()
    job = counter.job("ticket")
    finish = counter.desk.finish_job

    def full(job_id: UUID, outcome: DeliveryOutcome) -> PrintJobView:
        raise OutcomeUnknown("commit", str((job_id, outcome))[:20])

    def settled(job_id: UUID, outcome: DeliveryOutcome) -> PrintJobView:
        asked.append(job_id)
        raise Refusal(Reason.JOB_NOT_OPEN, detail=outcome.detail)

    asked: list[UUID] = []
    counter.desk.finish_job = full  # type: ignore[method-assign]
    counter.pump.enqueue([job])
    counter.desk.finish_job = settled  # type: ignore[method-assign]
    counter.look()
    counter.look()
    assert asked == [job]
    counter.desk.finish_job = finish  # type: ignore[method-assign]
    assert not counter.done


def test_a_printer_that_says_nothing_to_a_paper_is_not_called_ready_meanwhile() -> None:
    """Green for seventeen seconds, while the customer's ticket waits for a printer that is switched off."""
    counter = _Counter("receipt")
    counter.lanes.stuck = {Lane.PRINTER}
    job = counter.job("ticket")
    counter.pump.enqueue([job])
    assert (counter.pump.awaited, counter.pump.mute("main")) == (True, False)
    counter.now_ms += MUTE_MS
    assert (counter.pump.mute("main"), counter.pump.mute("receipt")) == (True, False)
    counter.lanes.let_go(Lane.PRINTER)
    assert (counter.pump.awaited, counter.pump.mute("main")) == (False, False)
    assert counter.done[-1].state is JobState.CONFIRMED


def test_a_sale_waits_for_the_receipts_printer_where_a_receipt_is_due() -> None:
    """Where the law wants a receipt, money is not taken without one."""
    desk = FakeDesk()
    desk.fit("receipt", replace(READY, ready=False, paper=PaperState.OUT, error="paper_out"))
    desk.fit("report", replace(READY, ready=False, error="silent"))
    needed: dict[str, Lane] = {"main": Lane.PRINTER}
    checkout = CheckoutPresenter(
        lambda: desk,
        InlineLanes(),
        lambda: desk.people["wang"],
        changed=lambda: None,
        troubled=lambda _: None,
        printed=lambda _: None,
        sold=lambda _: None,
        needed=lambda: needed,
    )
    checkout.basket = cast("Basket", object())
    found = []
    checkout.look_at_printer()
    found.append((checkout.cannot_print, checkout.troubled_printer))
    needed["receipt"] = Lane.PRINTER_2
    checkout.look_at_printer()
    found.append((checkout.cannot_print, checkout.troubled_printer))
    desk.fit("receipt")
    checkout.see_printer(desk.printer_status("receipt"), "receipt")
    checkout.see_printer(desk.printer_status("report"), "report")  # a report can wait
    found.append((checkout.cannot_print, checkout.troubled_printer))
    assert found == [(False, "main"), (True, "receipt"), (False, "main")]
