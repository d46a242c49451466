"""The drawer opened without a sale: a no-sale with a reason, and cash for a refund that came to nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from counter_app.application.issuing import new_job, selling_shift
from counter_app.application.payments.moving import found
from counter_app.application.payments.settle_payment import SecondPerson
from counter_app.application.rights import demand
from counter_app.domain.journal import Json, Kind
from counter_app.domain.payment_facts import paid_out_fact
from counter_app.domain.payments import Tender, cash_due
from counter_app.domain.policy import Policy
from counter_app.domain.shifts import check_reason
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Ids
from counter_app.ports.payments import TenderLeg
from counter_app.ports.prints import JobKind
from counter_app.ports.shifts import CashKind, CashMovement
from counter_app.ports.store import MoneyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDrawer:
    store: MoneyStore
    ids: Ids

    def __call__(self, actor: Actor, *, reason: str) -> UUID:
        """No money moves. Returns the kick's job. Raises Refusal: NOT_ALLOWED, SHIFT_CLOSED, REASON_NEEDED."""
        demand(actor, Right.SELL)
        plain = check_reason(reason)
        with self.store.writing() as books:
            shift = selling_shift(books, actor)
            job_id = self.ids.new()
            body: dict[str, Json] = {"shift_id": str(shift.shift_id), "reason": plain, "job_id": str(job_id)}
            entry = books.journal.append(Kind.DRAWER_OPENED, body, actor=actor)
            books.prints.put(new_job(job_id, JobKind.DRAWER, job_id, entry.at, books.prints.next_token()))
        return job_id


@dataclass(frozen=True, slots=True, kw_only=True)
class PayOutCash:
    store: MoneyStore
    policy: Policy
    ids: Ids
    second: SecondPerson

    def __call__(
        self, actor: Actor, intent_id: UUID, *, reason: str, supervisor: str, supervisor_password: str
    ) -> UUID:
        """A refund's leg that came to nothing, out of the drawer of whoever does it; returns the slip's job.

        Raises Refusal: NOT_ALLOWED, REASON_NEEDED, SECOND_PERSON_NEEDED, BAD_CREDENTIALS, SHIFT_CLOSED,
        PAYMENT_NOT_OPEN, DRAWER_SHORT.
        """
        demand(actor, Right.REFUND)
        plain = check_reason(reason)
        verifier = self.second(actor, supervisor, supervisor_password)
        with self.store.writing() as books:
            shift = selling_shift(books, actor)
            intent = found(books, intent_id)
            if not intent.owed:
                raise Refusal(Reason.PAYMENT_NOT_OPEN)
            cash = cash_due(intent.amount, self.policy.tenders.cash_step_minor)
            if books.shifts.cash_minor(shift.shift_id) < cash.due.minor:
                raise Refusal(Reason.DRAWER_SHORT)
            movement_id, slip, drawer = self.ids.new(), self.ids.new(), self.ids.new()
            body = paid_out_fact(
                intent,
                shift_id=shift.shift_id,
                rounding=cash.rounding,
                reason=plain,
                supervisor_id=verifier.user_id,
                movement_id=movement_id,
                slip_job=slip,
                drawer_job=drawer,
            )
            entry = books.journal.append(Kind.REFUND_PAID_OUT, body, actor=actor)
            books.payments.put(replace(intent, superseded=True, journal_seq=entry.seq))
            # The leg to the card or wallet is taken back, and cash stands for it: both in the drawer's own shift.
            both = (
                (intent.tender, intent.amount.minor, 0, intent.intent_id),
                (Tender.CASH, -cash.exact.minor, -cash.rounding.minor, None),
            )
            books.payments.add_legs(
                [
                    TenderLeg(
                        order_id=intent.order_id,
                        refund_id=intent.refund_id,
                        n=n,
                        tender=tender,
                        amount_minor=amount,
                        rounding_minor=rounding,
                        intent_id=paid_by,
                        shift_id=shift.shift_id,
                        journal_seq=entry.seq,
                    )
                    for n, (tender, amount, rounding, paid_by) in enumerate(both)
                ]
            )
            books.shifts.move_cash(
                CashMovement(
                    movement_id=movement_id,
                    shift_id=shift.shift_id,
                    kind=CashKind.REFUND,
                    amount_minor=-cash.due.minor,
                    reason=plain,
                    at=entry.at,
                    journal_seq=entry.seq,
                )
            )
            books.prints.put_new(
                [
                    new_job(drawer, JobKind.DRAWER, movement_id, entry.at, books.prints.next_token()),
                    new_job(slip, JobKind.CASH_SLIP, movement_id, entry.at, books.prints.next_token()),
                ]
            )
        return slip
