"""Money that goes in or out of the drawer without a sale: paid in, paid out, dropped to the safe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from counter_app.application.issuing import new_job
from counter_app.application.shift_views import PAYING, demand_shift
from counter_app.domain.journal import Json, Kind
from counter_app.domain.money import Money
from counter_app.domain.shifts import check_reason, count_total, counted
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.prints import JobKind
from counter_app.ports.shifts import CashKind, CashMovement, ShiftState
from counter_app.ports.store import MoneyStore


@dataclass(frozen=True, slots=True)
class MoveCash:
    store: MoneyStore
    clock: Clock
    ids: Ids

    def __call__(
        self, actor: Actor, kind: CashKind, amount: Money, reason: str, count: Mapping[int, int] | None = None
    ) -> tuple[UUID, ...]:
        """``amount`` is positive; ``count``: denomination in minor units to pieces, where it was counted.

        Returns its jobs, the drawer's kick and the slip; their ``ref`` is the movement.

        Raises Refusal: SHIFT_CLOSED, SHIFT_COUNTED, NOT_ALLOWED, AMOUNT_OUT_OF_RANGE, REASON_NEEDED, DRAWER_SHORT (more
        than should be there; the sum is not told, the count stays blind), BAD_INPUT(field="count") where it is another
        sum.
        """
        assert kind in PAYING, kind
        currency = self.store.profile.currency
        if amount.minor <= 0 or amount.currency != currency:
            raise Refusal(Reason.AMOUNT_OUT_OF_RANGE)
        plain = check_reason(reason)
        pieces = counted(count or {})
        if pieces and count_total(pieces, currency) != amount.minor:
            raise Refusal(Reason.BAD_INPUT, field="count")
        gained = amount.minor if kind is CashKind.PAID_IN else -amount.minor
        with self.store.writing() as books:
            shift = demand_shift(actor, books.shifts)
            if shift.state is not ShiftState.OPEN:
                raise Refusal(Reason.SHIFT_COUNTED)
            if books.shifts.cash_minor(shift.shift_id) + gained < 0:
                raise Refusal(Reason.DRAWER_SHORT)
            movement_id, job_id, drawer = self.ids.new(), self.ids.new(), self.ids.new()
            body: dict[str, Json] = {
                "movement_id": str(movement_id),
                "shift_id": str(shift.shift_id),
                "kind": kind.value,
                "amount_minor": gained,
                "reason": plain,
                "job_id": str(job_id),
                "drawer_job": str(drawer),
            }
            if pieces:
                body["count"] = {str(value): number for value, number in pieces.items()}
            entry = books.journal.append(Kind.CASH_MOVED, body, actor=actor)
            books.shifts.move_cash(
                CashMovement(
                    movement_id=movement_id,
                    shift_id=shift.shift_id,
                    kind=kind,
                    amount_minor=gained,
                    reason=plain,
                    at=entry.at,
                    journal_seq=entry.seq,
                )
            )
            if pieces:
                books.papers.put_cash_count(movement_id, pieces)
            books.prints.put_new(
                [
                    new_job(drawer, JobKind.DRAWER, movement_id, entry.at, books.prints.next_token()),
                    new_job(job_id, JobKind.CASH_SLIP, movement_id, entry.at, books.prints.next_token()),
                ]
            )
        return drawer, job_id
