"""A clerk takes the drawer, with a float counted by denomination."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from counter_app.application.rights import demand
from counter_app.application.shift_views import shift_view
from counter_app.application.views import ShiftView
from counter_app.domain.journal import Json, Kind
from counter_app.domain.shifts import count_total, counted
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.shifts import CashKind, CashMovement, ShiftRecord, ShiftState
from counter_app.ports.store import MoneyStore


@dataclass(frozen=True, slots=True)
class OpenShift:
    store: MoneyStore
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, float_count: Mapping[int, int]) -> ShiftView:
        """Raises Refusal: NOT_ALLOWED, SHIFT_ALREADY_OPEN(login), BAD_INPUT(field="count")."""
        demand(actor, Right.OWN_SHIFT)
        currency = self.store.profile.currency
        total, count = count_total(float_count, currency), counted(float_count)
        with self.store.writing() as books:
            standing = books.shifts.open_any()
            if standing is not None:
                raise Refusal(Reason.SHIFT_ALREADY_OPEN, login=standing.login)
            shift = ShiftRecord(
                shift_id=self.ids.new(),
                number=books.shifts.next_number(),
                user_id=actor.user_id,
                login=actor.login,
                opened_at=self.clock.now(),
                state=ShiftState.OPEN,
                float_count=count,
                declared_count=None,
                declared_minor=None,
                expected_minor=None,
                over_short_reason="",
                declared_at=None,
                closed_at=None,
                closed_by=None,
                z_number=None,
                z_report=None,
            )
            movement_id = self.ids.new()
            body: dict[str, Json] = {
                "shift_id": str(shift.shift_id),
                "number": shift.number,
                "user_id": str(actor.user_id),
                "float": count_fact(count),
                "float_minor": total,
                "movement_id": str(movement_id),
            }
            entry = books.journal.append(Kind.SHIFT_OPENED, body, actor=actor)
            shift = replace(shift, opened_at=entry.at)
            books.shifts.put(shift)
            books.shifts.move_cash(
                CashMovement(
                    movement_id=movement_id,
                    shift_id=shift.shift_id,
                    kind=CashKind.FLOAT,
                    amount_minor=total,
                    reason="",
                    at=entry.at,
                    journal_seq=entry.seq,
                )
            )
            return shift_view(shift, books, currency)


def count_fact(count: Mapping[int, int]) -> dict[str, Json]:
    return {str(denomination): pieces for denomination, pieces in count.items()}
