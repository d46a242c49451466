"""The clerk's answer to "did it come out?"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from counter_app.application.jobs_in_hand import JobsInHand
from counter_app.application.print_job import copy_job, given_back, mark_unknown, paper_fact, put_copy
from counter_app.application.rights import demand
from counter_app.domain.journal import Kind
from counter_app.domain.staff import Actor, Right
from counter_app.domain.stocknumbers import StockControl
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.prints import JobKind, JobState, Printers
from counter_app.ports.store import MoneyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleJob:
    store: MoneyStore
    clock: Clock
    ids: Ids
    printers: Printers
    control: StockControl
    hand: JobsInHand

    def __call__(self, actor: Actor, job_id: UUID, *, came_out: bool) -> UUID | None:
        """The clerk's answer to "did it come out?". No: the blank is spoiled, and a numbered copy's job is returned.

        The copy goes where the paper before it went. Raises Refusal: NOT_ALLOWED, BLANKS_SHORT, JOB_NOT_OPEN for a
        job that is not UNKNOWN. One of which it could not be written down what became of it is UNKNOWN with this.
        """
        if not actor.may(Right.REPRINT):
            demand(actor, Right.SELL)
        with self.store.writing() as books:
            job = books.prints.get(job_id)
            if job is None or self.hand.standing(job) is not JobState.UNKNOWN or job.kind is JobKind.DRAWER:
                raise Refusal(Reason.JOB_NOT_OPEN)
            now = self.clock.now()
            if job.state is not JobState.UNKNOWN:
                job = mark_unknown(books, job, now)
            copy = None
            if not came_out and not given_back(books, job):
                copy = copy_job(books, job, self.ids.new(), now, self.printers, self.control)
            fact = paper_fact(books, job)
            fact["came_out"] = came_out
            fact["copy_job"] = None if copy is None else str(copy.job_id)
            fact["copy_stock_number"] = "" if copy is None else copy.stock_number
            books.journal.append(Kind.PAPER_SETTLED, fact, actor=actor)
            state = JobState.SETTLED_OUT if came_out else JobState.SETTLED_SPOILED
            books.prints.put(replace(job, state=state, updated_at=now))
            if copy is not None:
                put_copy(books, copy, job, self.printers)
        self.hand.over(job_id)
        return None if copy is None else copy.job_id
