"""A window with several printers: one that is stuck, one without paper, and closing while something prints."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from counter_app.domain.papers import Paper
from counter_app.ports.prints import DeliveryOutcome, JobState, PaperState, PrinterStatus
from tests.ui.fake_desk import READY, FakeDesk
from tests.ui.stage import Stage

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
