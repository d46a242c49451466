"""A sale's papers by the real driver at simulated printers: as many sheets as papers, one pulse, paper that ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import pytest

from counter_app.domain.papers import Mark, TicketFace
from counter_app.errors import Reason, Refusal
from counter_app.ports.prints import JobState, PrintJob
from db.verify import verify_profile
from tests.e2e.print_world import Till, Trays


@pytest.fixture
def trays() -> Iterator[Trays]:
    with Trays() as made:
        yield made


@pytest.fixture
def till(tmp_path: Path, trays: Trays) -> Iterator[Till]:
    made = Till(tmp_path / "profile", trays.ports)
    made.open_shift()
    made.start_again()
    yield made
    made.close()
    assert verify_profile(made.folder).reason == ""


def _job(till: Till, job_id: UUID) -> PrintJob:
    with till.store.reading() as books:
        job = books.prints.get(job_id)
    assert job is not None
    return job


def _print(till: Till, job_id: UUID) -> JobState:
    paper = till.desk.start_job(job_id)
    return till.desk.finish_job(job_id, till.desk.send_job(job_id, paper)).state


@contextmanager
def _given_up(till: Till, when: Callable[[], bool]) -> Iterator[None]:
    """The clerk sees it and does not wait for the deadline."""
    over = Event()

    def clerk() -> None:
        while not over.wait(0.01):
            if when():
                till.desk.cancel_printing("main")
                return

    thread = Thread(target=clerk)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_cash_sale_is_as_many_sheets_as_papers_and_one_pulse(till: Till, trays: Trays) -> None:
    """Two tickets in one sheet, or a drawer that opens for a copy: neither is ever seen."""
    till.in_tender()()
    till.print_all()
    main, receipt = (trays.printers[name] for name in ("main", "receipt"))
    assert (len(main.sheets), len(receipt.sheets)) == (2, 1)
    assert (main.machine.drawer_kicks, receipt.machine.drawer_kicks) == (0, 1)
    ticket = till.find("")[0]
    copy = till.desk.reprint(till.chief, ticket.ticket_id, reason="torn")
    assert _print(till, copy) is JobState.CONFIRMED
    assert (len(main.sheets), trays.kicks) == (3, 1)
    paper = till.compose.ticket(ticket.ticket_id)
    assert isinstance(paper, TicketFace)
    assert (paper.ticket_number, paper.copy_number, paper.marks) == (ticket.number, 1, (Mark.DUPLICATE,))


@pytest.mark.parametrize(("ends", "mended"), [("paper_rows", "paper_out"), ("cover_rows", "cover_open")])
def test_what_stops_in_mid_ticket_is_asked_for_and_copied(till: Till, trays: Trays, ends: str, mended: str) -> None:
    """The end of the roll in the middle of a ticket: nothing is charged again, and no second original comes out."""
    till.in_tender()()
    waiting = till.desk.open_print_jobs()
    kick, first, second, receipt = (one.job_id for one in waiting)
    machine = trays.printers["main"].machine
    assert _print(till, kick) is JobState.CONFIRMED
    machine.switch(ends, "200")
    with _given_up(till, lambda: bool(getattr(machine.faults, mended))):
        assert _print(till, first) is JobState.UNKNOWN
    assert till.desk.printer_status().error == mended
    assert _print(till, second) is JobState.FAILED_BEFORE_SEND, "the next one is not even begun"
    assert _print(till, receipt) is JobState.CONFIRMED, "the other printer has paper"
    with pytest.raises(Refusal) as again:
        till.desk.start_job(first)
    assert again.value.reason is Reason.JOB_NOT_OPEN
    machine.switch(mended, "off")
    copy = till.desk.settle_job(till.clerk, first, came_out=False)
    assert copy is not None
    assert _print(till, copy) is JobState.CONFIRMED
    assert _print(till, second) is JobState.CONFIRMED
    counts = {job: trays.whole(till, _job(till, job)) for job in (copy, second)}
    assert counts == {copy: 1, second: 1}
    assert trays.whole(till, _job(till, first)) <= 1, "what was in the printer, at most"
    assert (_job(till, copy).copy_number, trays.kicks) == (1, 1)
    assert till.desk.open_print_jobs() == []
