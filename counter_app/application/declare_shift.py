"""The blind count: what is in the drawer, said before anyone is told what should be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from counter_app.application.open_shift import count_fact
from counter_app.application.shift_views import demand_shift, shift_view
from counter_app.application.views import ShiftView
from counter_app.domain.journal import Json, Kind
from counter_app.domain.shifts import count_total, counted
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal
from counter_app.ports.shifts import ShiftState
from counter_app.ports.store import MoneyStore


@dataclass(frozen=True, slots=True)
class DeclareShift:
    store: MoneyStore

    def __call__(self, actor: Actor, count: Mapping[int, int]) -> ShiftView:
        """From here on the figures show and nothing more is sold. Once: a second count would not be blind.

        Raises Refusal: SHIFT_CLOSED, SHIFT_COUNTED (declared already), NOT_ALLOWED, BAD_INPUT(field="count").
        """
        currency = self.store.profile.currency
        total, plain = count_total(count, currency), counted(count)
        with self.store.writing() as books:
            shift = demand_shift(actor, books.shifts)
            if shift.state is not ShiftState.OPEN:
                raise Refusal(Reason.SHIFT_COUNTED)
            expected = books.shifts.cash_minor(shift.shift_id)
            body: dict[str, Json] = {
                "shift_id": str(shift.shift_id),
                "count": count_fact(plain),
                "declared_minor": total,
                "expected_minor": expected,
            }
            entry = books.journal.append(Kind.SHIFT_DECLARED, body, actor=actor)
            declared = replace(
                shift,
                state=ShiftState.DECLARED,
                declared_count=plain,
                declared_minor=total,
                expected_minor=expected,
                declared_at=entry.at,
                declared_by=actor.login,
            )
            books.shifts.put(declared)
            return shift_view(declared, books, currency)
