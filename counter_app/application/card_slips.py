"""Print jobs of what a card terminal wants printed: each slip once, verbatim."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from counter_app.application.issuing import new_job
from counter_app.ports.clock import Ids
from counter_app.ports.payments import Slip
from counter_app.ports.prints import JobKind, PrintJob
from counter_app.ports.store import MoneyStore, Reading, Writing


def card_slip_jobs(books: Writing, ids: Ids, intent_id: UUID, at: datetime) -> list[PrintJob]:
    """New jobs, of the intent's slips that have none yet; the caller puts them (``books.prints.put_new``)."""
    return [
        new_job(ids.new(), JobKind.CARD_SLIP, slip_id, at, books.prints.next_token())
        for slip_id in books.payments.slip_ids(intent_id)
        if not books.prints.of(slip_id)
    ]


def jobs_of_slips(books: Reading | Writing, intent_id: UUID) -> list[PrintJob]:
    """Of the originals, in their order."""
    return [
        job
        for slip_id in books.payments.slip_ids(intent_id)
        for job in books.prints.of(slip_id)
        if job.copy_number == 0
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSlips:
    store: MoneyStore

    def __call__(self, order_id: UUID) -> list[Slip]:
        """READ. Of every payment of the order, charges and refunds, oldest first."""
        with self.store.reading() as books:
            return [
                slip for intent in books.payments.of_order(order_id) for slip in books.payments.slips(intent.intent_id)
            ]
