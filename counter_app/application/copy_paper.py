"""Another paper of a receipt or slip: numbered, marked 补打 / DUPLICATE, with a reason, in the journal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from counter_app.application.issuing import new_job
from counter_app.application.print_job import OPEN_STATES, paper_fact
from counter_app.application.rights import demand
from counter_app.domain.journal import Kind
from counter_app.domain.orders import TicketState
from counter_app.domain.shifts import check_reason
from counter_app.domain.slip_folds import ONE_OUT
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.prints import JobKind, JobState
from counter_app.ports.store import MoneyStore, Writing

# A ticket's copy is ``reprint``: it takes a blank. A tag's or list's is a new one.
COPIED: Final = frozenset({JobKind.RECEIPT, JobKind.REIMBURSEMENT, JobKind.REFUND_SLIP, JobKind.CARD_SLIP})


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPaper:
    store: MoneyStore
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, kind: JobKind, ref: UUID, *, reason: str) -> UUID:
        """The next copy of what was printed of ``ref`` as ``kind``. Returns its job.

        Of a reimbursement slip one paper is good at a time: the one before is spoiled, and has to be in hand.
        Raises Refusal: NOT_ALLOWED, REASON_NEEDED, JOB_NOT_OPEN (none was printed; detail="unsettled": the paper
        before may still come out), ALREADY_REFUNDED for a reimbursement slip of a ticket that was.
        """
        assert kind in COPIED, kind
        demand(actor, Right.REPRINT)
        plain = check_reason(reason)
        with self.store.writing() as books:
            papers = [job for job in books.prints.of(ref) if job.kind is kind]
            if not papers:
                raise Refusal(Reason.JOB_NOT_OPEN, detail="none")
            if any(job.state in OPEN_STATES for job in papers):
                raise Refusal(Reason.JOB_NOT_OPEN, detail="unsettled")
            self._check(books, kind, ref)
            now, last = self.clock.now(), papers[-1]
            copy = new_job(
                self.ids.new(),
                kind,
                ref,
                now,
                books.prints.next_token(),
                copy_number=max(job.copy_number for job in papers) + 1,
            )
            books.journal.append(Kind.PAPER_COPIED, {**paper_fact(books, copy), "reason": plain}, actor=actor)
            if kind.value in ONE_OUT:
                books.prints.put(replace(last, state=JobState.SETTLED_SPOILED, detail="copied", updated_at=now))
            books.prints.put_new([copy])
        return copy.job_id

    @staticmethod
    def _check(books: Writing, kind: JobKind, ref: UUID) -> None:
        ticket = books.orders.ticket(ref) if kind is JobKind.REIMBURSEMENT else None
        if ticket is not None and ticket.state is not TicketState.FULFILLED:
            raise Refusal(Reason.ALREADY_REFUNDED, ticket=ticket.number)
