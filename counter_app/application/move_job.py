"""Papers that wait go to another printer: by a person's choice, or because theirs left the settings.

Never one that may have come out.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from counter_app.application.blanks import spoil, take_blanks
from counter_app.application.compose_paper import BLIND, is_blind_x
from counter_app.application.print_job import absent_printer, job_printer, paper_fact
from counter_app.application.print_views import MovedJob
from counter_app.application.printer_log import PrinterLog
from counter_app.application.rights import demand
from counter_app.domain.journal import Kind
from counter_app.domain.staff import SYSTEM, Actor, Right
from counter_app.domain.stocknumbers import StockControl, stock_number
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock
from counter_app.ports.printer_events import EventKind
from counter_app.ports.prints import JobKind, JobState, Printers, PrintJob
from counter_app.ports.store import MoneyStore, Reading, Writing

WAITING: Final = frozenset({JobState.QUEUED, JobState.FAILED_BEFORE_SEND})
UNUSED: Final = "moved"  # the reason that stands beside a blank whose paper went to another printer


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveJob:
    store: MoneyStore
    clock: Clock
    printers: Printers
    control: StockControl
    log: PrinterLog

    def __call__(self, actor: Actor, job_id: UUID, printer: str) -> MovedJob:
        """Raises Refusal: NOT_ALLOWED, UNKNOWN_PRINTER, JOB_NOT_OPEN, BLANKS_SHORT."""
        self._check(actor, printer)
        with self.store.writing() as books:
            job = books.prints.get(job_id)
            if job is None or not _may_move(job):
                raise Refusal(Reason.JOB_NOT_OPEN)
            if job_printer(books, job, self.printers) == printer:
                raise Refusal(Reason.JOB_NOT_OPEN, detail="there")
            moved = self._move(books, job, printer, actor, self.clock.now())
            self.log.keep(books)
        return moved

    def all_of(self, actor: Actor, printer: str, to: str) -> list[MovedJob]:
        """All that wait for ``printer``, in order, in one commit. Raises as ``__call__``; JOB_NOT_OPEN for none."""
        self._check(actor, to)
        self.printers.named(printer)
        with self.store.writing() as books:
            waiting = [
                job
                for job in books.prints.open_jobs()
                if _may_move(job) and job_printer(books, job, self.printers) == printer
            ]
            if printer == to or not waiting:
                raise Refusal(Reason.JOB_NOT_OPEN, detail="none")
            now = self.clock.now()
            moved = [self._move(books, job, to, actor, now) for job in waiting]
            self.log.keep(books)
        return moved

    def renumber(self, books: Writing, printer: str, actor: Actor) -> None:
        """A roll was put in: tickets that wait there come out on its blanks, and not on those that they had taken."""
        roll = books.blanks.inside(printer)
        assert roll is not None
        for job in books.prints.open_jobs():
            if job.kind is not JobKind.TICKET or job.state not in WAITING:
                continue
            if job_printer(books, job, self.printers) != printer:
                continue
            had = stock_number(job.stock_number) if job.stock_number else 0
            if not roll.first_n <= had <= roll.last_n:
                self._move(books, job, printer, actor, self.clock.now())
        self.log.keep(books)

    def take_over(self, books: Writing, job: PrintJob) -> PrintJob:
        """Its printer is in the settings no more: it goes to the one of its kind, on a blank of that one's.

        Raises Refusal(BLANKS_SHORT): then it waits as it is.
        """
        self._move(books, job, job_printer(books, job, self.printers), SYSTEM, self.clock.now())
        moved = books.prints.get(job.job_id)
        assert moved is not None
        return moved

    def take_over_all(self) -> int:
        """At start, before anything is sent: blanks are taken in the order of printing. Those without a blank wait."""
        count = 0
        with self.store.reading() as books:
            left = any(self._left(books, job) for job in books.prints.open_jobs())
        if not left:
            return 0
        with self.store.writing() as act:
            for job in act.prints.open_jobs():
                if self._left(act, job):
                    with suppress(Refusal):
                        self.take_over(act, job)
                        count += 1
            self.log.keep(act)
        return count

    def _left(self, books: Reading | Writing, job: PrintJob) -> bool:
        return _may_move(job) and absent_printer(books, job, self.printers) != ""

    def _check(self, actor: Actor, printer: str) -> None:
        if not actor.may(Right.REPRINT):
            demand(actor, Right.SELL)
        self.printers.named(printer)

    def _move(self, books: Writing, job: PrintJob, printer: str, actor: Actor, now: datetime) -> MovedJob:
        came_from = absent_printer(books, job, self.printers) or job_printer(books, job, self.printers)
        left = None
        stock = job.stock_number
        if job.kind is JobKind.TICKET and self.control is not StockControl.NONE:
            left = books.blanks.of_number(stock_number(stock)) if stock else None
            # The counter's own count goes on where neither printer has a roll.
            if left is not None or books.blanks.inside(printer) is not None or self.control is StockControl.REQUIRED:
                (stock,) = take_blanks(books, printer, 1, self.control)
                books.prints.restock(job.job_id, stock)
        unused = job.stock_number if left is not None else ""
        after = replace(
            job,
            state=JobState.QUEUED,
            detail=BLIND if is_blind_x(job) else "",
            attempts=0,
            updated_at=now,
            stock_number=stock,
        )
        body = paper_fact(books, after)
        body |= {"from": came_from, "to": printer, "unused": unused, "roll_id": None}
        if left is not None:
            body["roll_id"] = str(left.roll_id)
        entry = books.journal.append(Kind.PAPER_MOVED, body, actor=actor)
        if left is not None:
            n = stock_number(unused)
            spoil(books, left, n, n, reason=UNUSED, actor=actor, at=entry.at, seq=entry.seq)
        books.prints.put(after)
        books.prints.put_route(job.job_id, printer)
        self.log.say(came_from, EventKind.MOVED, f"{job.kind.value} to {printer}", now)
        return MovedJob(
            job_id=job.job_id,
            kind=job.kind.value,
            title=str(body["title"]),
            printer=printer,
            stock_number=stock,
            unused=unused,
        )


def _may_move(job: PrintJob) -> bool:
    """A kick opens the drawer that is there, or none; and it is never begun twice."""
    return job.state in WAITING and job.kind is not JobKind.DRAWER
