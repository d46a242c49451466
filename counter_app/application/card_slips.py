"""Print jobs of what a card terminal wants printed: each slip once, verbatim.

The customer's slip goes to the customer. The merchant's stays at the counter, the operator's proof of the payment; an
operator whose terminal keeps it may do without the paper, but never where the customer has to sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from counter_app.application.issuing import new_job
from counter_app.application.rights import demand
from counter_app.domain.card_slip_words import asks_for_signature
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.payments import Slip
from counter_app.ports.prints import JobKind, PrintJob
from counter_app.ports.store import MoneyStore, Reading, Writing


def card_slip_jobs(books: Writing, ids: Ids, intent_id: UUID, at: datetime, *, merchant: bool = True) -> list[PrintJob]:
    """New jobs, of the intent's slips that have none yet; the caller puts them (``books.prints.put_new``).

    ``merchant`` False: the merchant's slips only where they are to be signed.
    """
    return [
        new_job(ids.new(), JobKind.CARD_SLIP, slip_id, at, books.prints.next_token())
        for slip_id in books.payments.slip_ids(intent_id)
        if not books.prints.of(slip_id) and (merchant or _always(books.payments.slip(slip_id)))
    ]


def _always(slip: Slip | None) -> bool:
    return slip is not None and (slip.whose != "merchant" or asks_for_signature(slip.lines))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintCardSlip:
    store: MoneyStore
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, slip_id: UUID) -> UUID:
        """One that was not printed with its payment, a merchant's; another paper of a printed one is a copy.

        Returns its job. Raises Refusal: NOT_ALLOWED, JOB_NOT_OPEN(detail: none | printed).
        """
        demand(actor, Right.SELL)
        with self.store.writing() as books:
            if books.payments.slip(slip_id) is None:
                raise Refusal(Reason.JOB_NOT_OPEN, detail="none")
            if books.prints.of(slip_id):
                raise Refusal(Reason.JOB_NOT_OPEN, detail="printed")
            job_id, token = self.ids.new(), books.prints.next_token()
            books.prints.put_new([new_job(job_id, JobKind.CARD_SLIP, slip_id, self.clock.now(), token)])
        return job_id
