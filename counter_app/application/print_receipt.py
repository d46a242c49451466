"""The receipt of a sale that got none: where the policy prints none with each sale, a customer may ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from counter_app.application.issuing import new_job
from counter_app.application.rights import demand
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.prints import JobKind
from counter_app.ports.store import MoneyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintReceipt:
    store: MoneyStore
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, order_id: UUID) -> UUID:
        """The first, which is the original; another is a copy (``copy_paper``). Returns its job.

        Raises Refusal: NOT_ALLOWED, UNKNOWN_TICKET for an order that was not sold, JOB_NOT_OPEN(detail="printed").
        """
        demand(actor, Right.SELL)
        with self.store.writing() as books:
            order = books.orders.order(order_id)
            if order is None or not order.journal_seq:
                raise Refusal(Reason.UNKNOWN_TICKET)
            if any(job.kind is JobKind.RECEIPT for job in books.prints.of(order_id)):
                raise Refusal(Reason.JOB_NOT_OPEN, detail="printed")
            job_id, token = self.ids.new(), books.prints.next_token()
            books.prints.put_new([new_job(job_id, JobKind.RECEIPT, order_id, self.clock.now(), token)])
        return job_id
