"""The list of an order's passengers for a group's leader and the train's crew; names and documents masked."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from counter_app.application.issuing import new_job
from counter_app.application.rights import demand
from counter_app.domain.orders import TicketState
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.prints import JobKind
from counter_app.ports.store import MoneyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintGroupList:
    store: MoneyStore
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, order_id: UUID) -> UUID:
        """Of the tickets that are valid now: each list is a new one, not a copy. Returns its job.

        Raises Refusal: NOT_ALLOWED, UNKNOWN_TICKET where none is valid.
        """
        demand(actor, Right.SELL)
        with self.store.writing() as books:
            if not any(one.state is TicketState.FULFILLED for one in books.orders.tickets_of(order_id)):
                raise Refusal(Reason.UNKNOWN_TICKET)
            job_id = self.ids.new()
            token = books.prints.next_token()
            books.prints.put_new([new_job(job_id, JobKind.GROUP_LIST, order_id, self.clock.now(), token)])
        return job_id
