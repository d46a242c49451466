"""Every kind of job composes, in the paper's language, from the records alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from counter_app.application.move_cash import MoveCash
from counter_app.application.print_job import PrintTest
from counter_app.application.shift_report import PrintReport, ReportX
from counter_app.domain.papers import Mark, Pair, Paper, Slip, Text, TicketFace
from counter_app.domain.staff import SYSTEM
from counter_app.errors import Reason, Refusal
from counter_app.ports.prints import Delivery, DeliveryOutcome, JobKind, JobState, PaperState, PrinterStatus
from counter_app.ports.shifts import CashKind
from tests.unit.counter_app.application.counter import HAN, LI, Counter, cny

STATUS = PrinterStatus(ready=True, online=True, cover_open=False, paper=PaperState.ADEQUATE, error="", answered=True)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path / "profile")
    made.open_shift()
    yield made
    made.close()


def _words(paper: Paper | None) -> str:
    assert isinstance(paper, Slip)
    lines = [paper.title, paper.subtitle]
    for block in paper.blocks:
        if isinstance(block, Pair):
            lines.append(f"{block.label} {block.value}")
        elif isinstance(block, Text):
            lines.append(block.text)
    return "\n".join(lines)


def test_the_refund_slip_says_the_rule_and_the_sum(counter: Counter) -> None:
    """The customer signs for a sum; without the rule nobody can tell why it is less than the fare."""
    sold = counter.sold(LI)
    refunded = counter.refund(counter.clerk, counter.quote_refund(sold.order.tickets[0].ticket_id))
    words = _words(counter.start_job(refunded.jobs[1]))
    for part in ("退票", "CSQ-01-1-000001-3", "长沙南 - 北京西", "600.00", "30.00", "570.00 CNY", "收取票价5%", "李芳"):
        assert part in words, part
    assert "李雷" not in words


def test_a_policy_that_asks_for_a_receipt_gets_one(counter: Counter) -> None:
    """Where the law asks for a receipt with each sale, none would come."""
    rules = replace(counter.policy, receipt=True)
    counter.sell = replace(counter.sell, policy=rules)
    sold = counter.sold(LI, HAN)
    words = _words(counter.start_job(sold.jobs[-1]))
    for part in ("收据", "CSQ-01-1-000002-1", "1200.00 CNY"):
        assert part in words, part


def test_cash_slips_test_prints_and_reports_compose(counter: Counter) -> None:
    """A job that nobody composes blocks the printer's queue."""
    move = MoveCash(store=counter.store, clock=counter.clock, ids=counter.ids)
    drawer, slip = move(counter.clerk, CashKind.DROP, cny(100), "保险柜")
    assert counter.start_job(drawer) is None
    words = _words(counter.start_job(slip))
    assert "100.00 CNY" in words
    assert "保险柜" in words
    test = _words(
        counter.start_job(
            PrintTest(store=counter.store, clock=counter.clock, ids=counter.ids, printers=counter.printers)(SYSTEM)
        )
    )
    assert "𠮷" in test


def test_a_blind_report_stays_blind_when_it_is_tried_again(counter: Counter) -> None:
    """Paper out, one more try, and the clerk reads what the drawer should hold before counting it."""
    report = ReportX(counter.store, counter.clock)(counter.clerk)
    job = PrintReport(counter.store, counter.ids)(counter.clerk, report)
    first = counter.start_job(job)
    failed = DeliveryOutcome(delivery=Delivery.FAILED_BEFORE_SEND, detail="paper_out", status=STATUS)
    counter.finish_job(job, failed)
    assert counter.start_job(job) == first
    assert "500.00" not in _words(first)


def test_an_invented_timetable_is_marked_on_every_ticket(counter: Counter) -> None:
    """A demonstration's ticket that looks like a real one."""
    info = replace(counter.catalogue.info, invented=True)
    counter.catalogue.info = info
    paper = counter.start_job(counter.sold(LI).jobs[1])
    assert isinstance(paper, TicketFace)
    assert paper.marks == (Mark.DEMONSTRATION,)
    assert paper.rules[-1].startswith("每位旅客")


def test_an_open_queue_is_listed_in_the_order_of_printing(counter: Counter) -> None:
    """A family's tickets come out mixed with the next customer's."""
    jobs = (*counter.sold(LI).jobs, *counter.sold(HAN).jobs)
    assert [job.job_id for job in counter.jobs.open()] == list(jobs)
    assert [job.title for job in counter.jobs.open() if job.kind == JobKind.TICKET.value] == [
        "CSQ-01-1-000001-3",
        "CSQ-01-1-000002-1",
    ]
    assert {job.state for job in counter.jobs.latest()} == {JobState.QUEUED}


def test_a_finished_job_is_finished_once(counter: Counter) -> None:
    """A late answer of the printer would turn an unknown paper into a confirmed one."""
    job = counter.sold(LI).jobs[1]
    with pytest.raises(Refusal) as refused:
        counter.finish_job(job, DeliveryOutcome(delivery=Delivery.CONFIRMED, detail="", status=STATUS))
    assert refused.value.reason is Reason.JOB_NOT_OPEN
