"""A window with several printers: one that is stuck, one without paper, and closing while something prints."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from counter_app.application.views import PrintJobView
from counter_app.domain.papers import Paper
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.prints import GIVEN_UP, Delivery, DeliveryOutcome, JobState, PaperState, PrinterStatus
from tests.ui.fake_desk import READY, FakeDesk
from tests.ui.stage import Stage
from ui.presenters import jobs
from ui.presenters.printing import MUTE_MS

OUT = replace(READY, ready=False, paper=PaperState.OUT, error="paper_out")


class StuckDesk(FakeDesk):
    """What goes to ``stuck`` stands in its printer until ``gate`` opens."""

    def __init__(self) -> None:
        super().__init__()
        self.fit("receipt")
        self.stuck = "receipt"
        self.gate = threading.Event()
        self.reached = threading.Event()

    def send_job(self, job_id: UUID, paper: Paper | None) -> DeliveryOutcome:
        if self._jobs[job_id].printer == self.stuck:
            self.reached.set()
            assert self.gate.wait(60)
        return super().send_job(job_id, paper)

    def job(self, kind: str) -> UUID:
        job_id = self.print_test(self.people["wang"])
        self._jobs[job_id] = replace(self._jobs[job_id], kind=kind, printer="")
        return job_id

    def state(self, job_id: UUID) -> JobState:
        return self._jobs[job_id].state


@pytest.fixture
def desk() -> Iterator[StuckDesk]:
    made = StuckDesk()
    yield made
    made.gate.set()


@pytest.fixture
def stage(qapp: object, desk: StuckDesk, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, desk=desk)
    made.sign_in("wang")
    yield made
    desk.gate.set()
    made.close()


def _said(stage: Stage) -> str:
    """The notice, whole."""
    notice = stage.window._notice
    return f"{notice.title.text()} {notice.text.text()}" if stage.window.notice_code else ""


def _words(stage: Stage) -> str:
    line = stage.window._status
    return " ".join(label.text() for label in (*line._left, *line._right))


def test_a_stuck_printer_holds_nobody_elses_paper_back(stage: Stage, desk: StuckDesk) -> None:
    """The receipt's printer stopped at 20 kB: the ticket comes out, and the window lives."""
    receipt, ticket = desk.job("receipt"), desk.job("ticket")
    stage.window.print_jobs([receipt, ticket])
    stage.until(desk.reached.is_set)
    stage.until(lambda: desk.state(ticket) is JobState.CONFIRMED)
    assert desk.state(receipt) is JobState.SENDING
    stage.window.show_screen("help")
    assert stage.screen.name == "help"
    desk.gate.set()
    stage.until(lambda: desk.state(receipt) is JobState.CONFIRMED)


def test_what_is_wrong_with_another_printer_stands_in_the_status_line(stage: Stage, desk: StuckDesk) -> None:
    """Nobody notices the receipts' printer until a customer asks for one."""
    assert "Receipt printer" not in _words(stage)
    desk.fit("receipt", OUT)
    stage.window.poll_now()
    stage.settle()
    assert "Receipt printer: out of paper" in _words(stage)
    assert "Printer ready" in _words(stage)


def test_what_waits_for_a_printer_comes_when_that_one_is_ready(stage: Stage, desk: StuckDesk) -> None:
    desk.gate.set()
    desk.fit("receipt", OUT)
    receipt = desk.job("receipt")
    stage.window.print_jobs([receipt])
    stage.until(lambda: desk.state(receipt) is JobState.FAILED_BEFORE_SEND)
    stage.settle()
    assert "or on another one" in stage.window._notice.text.text()
    desk.fit("receipt", READY)
    stage.window.poll_now()
    stage.until(lambda: desk.state(receipt) is JobState.CONFIRMED)


def test_a_window_that_prints_closes_when_it_is_done(stage: Stage, desk: StuckDesk) -> None:
    """The clerk goes home; the last slip is not cut off in the middle."""
    receipt = desk.job("receipt")
    stage.window.print_jobs([receipt])
    stage.until(desk.reached.is_set)
    assert not stage.window.close()
    assert stage.window._notice.code == "closing"
    assert stage.window.isVisible()
    desk.gate.set()
    stage.until(lambda: not stage.window.isVisible())
    assert desk.state(receipt) is JobState.CONFIRMED


def test_who_closes_twice_does_not_wait(stage: Stage, desk: StuckDesk) -> None:
    """Its paper is found in the middle of being sent at the next start, and asked for."""
    receipt = desk.job("receipt")
    stage.window.print_jobs([receipt])
    stage.until(desk.reached.is_set)
    assert not stage.window.close()
    assert stage.window.close()
    assert not stage.window.isVisible()
    assert desk.state(receipt) is JobState.SENDING


def test_what_each_printer_says_is_kept(stage: Stage, desk: StuckDesk) -> None:
    """A change is handed to the writer at once: the log is no luck of the next sale."""
    kept: list[PrinterStatus] = []

    def keep() -> int:
        kept.append(desk.further["receipt"])
        return 1

    desk.keep_printer_events = keep  # type: ignore[method-assign]
    desk.fit("receipt", OUT)
    stage.window.poll_now()
    stage.until(lambda: OUT in kept)


def test_the_clerk_reads_that_the_drawer_is_shut_beside_what_is_not_printed(stage: Stage, desk: StuckDesk) -> None:
    """Out of paper: the tickets' notice came over the drawer's, and she waited for the drawer with the change."""
    desk.gate.set()
    desk.fit("receipt", OUT)
    kick, receipt = desk.job("drawer"), desk.job("receipt")
    stage.window.print_jobs([kick, receipt])
    stage.until(lambda: desk.state(receipt) is JobState.FAILED_BEFORE_SEND)
    stage.settle()
    for language, words in (
        ("en", ("drawer is shut", "Not printed yet", "with its key", "once the printer is ready")),
        ("zh", ("钱箱未打开", "请用钥匙打开钱箱")),
    ):
        stage.window.use_language(language)
        said = _said(stage)
        assert all(word in said for word in words), said
    stage.window.use_language("en")
    desk.fit("receipt", READY)
    stage.window.poll_now()
    stage.until(lambda: desk.state(receipt) is JobState.CONFIRMED)
    assert desk.sent.count(("receipt", kick)) == 1, "the drawer never opens later by itself"


def test_a_printer_out_of_paper_is_named_as_the_reason_that_the_drawer_is_shut(stage: Stage, desk: StuckDesk) -> None:
    """Nobody knows why it did not open: cable, key or paper."""
    desk.gate.set()
    desk.fit("receipt", OUT)
    kick = desk.job("drawer")
    stage.window.print_jobs([kick])
    stage.until(lambda: desk.state(kick) is JobState.FAILED_BEFORE_SEND)
    stage.settle()
    assert "The printer is out of paper." in _said(stage)


def test_a_window_closes_over_a_paper_that_cannot_be_begun(stage: Stage, desk: StuckDesk) -> None:
    """It would wait for ever for a ticket that finds no blank; the ticket waits in the store."""
    desk.gate.set()
    receipt, ticket = desk.job("receipt"), desk.job("ticket")
    desk.gate.clear()
    begin = desk.start_job

    def short(job_id: UUID, printer: str = "") -> Paper | None:
        if job_id == ticket:
            raise Refusal(Reason.BLANKS_SHORT, left=0, needed=1)
        return begin(job_id, printer)

    desk.start_job = short  # type: ignore[method-assign]
    stage.window.print_jobs([receipt])
    stage.until(desk.reached.is_set)
    assert not stage.window.close()
    stage.window.print_jobs([ticket])
    desk.gate.set()
    stage.until(lambda: not stage.window.isVisible())
    assert desk.state(ticket) is JobState.QUEUED


def test_why_a_paper_cannot_be_begun_is_said_in_words(stage: Stage, desk: StuckDesk) -> None:
    """ "Waiting", says the list, of a ticket that waits for a roll that nobody thinks of."""
    ticket = desk.job("ticket")
    job = replace(desk._jobs[ticket], refused="blanks_short")
    assert (jobs.state_words(job, stage.window.t), jobs.state_mood(job)) == ("Waits: Too few blanks", "warn")
    assert jobs.state_words(replace(job, refused="internal"), stage.window.t) == "Waits: an error of the program"
    given_up = replace(job, refused="", state=JobState.FAILED_BEFORE_SEND, detail=GIVEN_UP)
    assert jobs.state_words(given_up, stage.window.t) == "Given up, waits"


def test_a_kick_that_could_not_be_begun_is_told_once(stage: Stage, desk: StuckDesk) -> None:
    """The store was busy for a second: nobody opened the drawer, and nobody said so."""
    desk.gate.set()
    kick = desk.job("drawer")
    desk._jobs[kick] = replace(desk._jobs[kick], state=JobState.FAILED_BEFORE_SEND, refused="profile_in_use")
    stage.window.poll_now()
    stage.until(lambda: "drawer is shut" in _said(stage))
    stage.window.clear_notice()
    stage.window.poll_now()
    stage.settle()
    assert stage.window.notice_code == ""


def test_what_the_clerk_gave_up_is_printed_after_all_when_she_says_so(stage: Stage, desk: StuckDesk) -> None:
    desk.gate.set()
    receipt = desk.job("receipt")
    send = desk.send_job

    def given_up(job_id: UUID, paper: Paper | None) -> DeliveryOutcome:
        return replace(send(job_id, paper), delivery=Delivery.FAILED_BEFORE_SEND, detail=GIVEN_UP)

    desk.send_job = given_up  # type: ignore[method-assign]
    stage.window.print_jobs([receipt])
    stage.until(lambda: stage.window.notice_code == "paper_given_up")
    desk.send_job = send  # type: ignore[method-assign]
    stage.window.poll_now()
    stage.settle()
    assert desk.state(receipt) is JobState.FAILED_BEFORE_SEND
    stage.window.printing.try_again()
    stage.until(lambda: desk.state(receipt) is JobState.CONFIRMED)


def test_what_could_not_be_recorded_is_said(stage: Stage, desk: StuckDesk) -> None:
    """The disk is full: the paper lies in the tray, and the list does not know it."""
    desk.gate.set()
    receipt = desk.job("receipt")
    finish = desk.finish_job

    def full(job_id: UUID, outcome: DeliveryOutcome) -> PrintJobView:
        raise OutcomeUnknown("commit", f"{job_id} {outcome.delivery}")

    desk.finish_job = full  # type: ignore[method-assign]
    stage.window.print_jobs([receipt])
    stage.until(lambda: "could not be recorded" in _said(stage))
    desk.finish_job = finish  # type: ignore[method-assign]
    stage.window.poll_now()
    stage.until(lambda: desk.state(receipt) is JobState.CONFIRMED)
    assert desk.sent == [("receipt", receipt)]


def test_a_printer_that_a_paper_waits_for_is_not_shown_as_ready(stage: Stage, desk: StuckDesk) -> None:
    """The line said "ready" as long as the printer said nothing."""
    receipt = desk.job("receipt")
    stage.window.print_jobs([receipt])
    stage.until(desk.reached.is_set)
    assert "Receipt printer" not in _words(stage)
    desk.clock.advance(MUTE_MS / 1000)
    stage.until(lambda: "Receipt printer: no answer yet" in _words(stage))
    desk.gate.set()
    stage.until(lambda: "no answer yet" not in _words(stage))
    assert desk.state(receipt) is JobState.CONFIRMED


def test_a_paper_that_cannot_go_on_is_told_to_whoever_waits_for_it(stage: Stage, desk: StuckDesk) -> None:
    """The sale's screen says "printing" for ever, and does not ask whether it came out."""
    desk.gate.set()
    short, full = desk.job("ticket"), desk.job("ticket")
    begin, finish = desk.start_job, desk.finish_job
    told: list[PrintJobView] = []
    stage.window.printed.connect(told.append)

    def no_blank(job_id: UUID, printer: str = "") -> Paper | None:
        if job_id == short:
            desk._jobs[short] = replace(desk._jobs[short], refused="blanks_short")
            raise Refusal(Reason.BLANKS_SHORT, left=0, needed=1)
        return begin(job_id, printer)

    def no_room(job_id: UUID, outcome: DeliveryOutcome) -> PrintJobView:
        if job_id == full:
            desk._jobs[full] = replace(desk._jobs[full], state=JobState.UNKNOWN)
            raise OutcomeUnknown("commit", outcome.detail)
        return finish(job_id, outcome)

    desk.start_job, desk.finish_job = no_blank, no_room  # type: ignore[method-assign]
    stage.window.print_jobs([short, full])
    stage.until(lambda: len(told) > 1)
    stage.window.poll_now()
    stage.settle()
    assert {job.job_id: job.state for job in told} == {short: JobState.QUEUED, full: JobState.UNKNOWN}
    assert len(told) == 2, "each once"
