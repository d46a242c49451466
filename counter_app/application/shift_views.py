"""Shifts as people see them, and who may see whose."""

from __future__ import annotations

from dataclasses import dataclass

from counter_app.application.views import ShiftView
from counter_app.domain.money import Money
from counter_app.domain.shifts import denominations
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.shifts import CashKind, ShiftReader, ShiftRecord, ShiftState
from counter_app.ports.store import MoneyStore, Reading, Writing


def shift_view(shift: ShiftRecord, books: Reading | Writing, currency: str) -> ShiftView:
    """Expected and over/short are None until the count is declared (decisions 15): for everybody, so for screens."""
    user = books.users.by_id(shift.user_id)
    declared, expected = shift.declared_minor, shift.expected_minor
    shown = shift.state is not ShiftState.OPEN and declared is not None and expected is not None
    return ShiftView(
        shift_id=shift.shift_id,
        number=shift.number,
        login=shift.login,
        clerk=user.display_name if user else shift.login,
        state=shift.state.value,
        opened_at=shift.opened_at,
        float_amount=Money(sum(value * pieces for value, pieces in shift.float_count.items()), currency),
        declared=Money(declared, currency) if shown and declared is not None else None,
        expected=Money(expected, currency) if shown and expected is not None else None,
        over_short=Money(declared - expected, currency) if declared is not None and expected is not None else None,
        reason=shift.over_short_reason,
        z_number=shift.z_number,
    )


def demand_shift(actor: Actor, shifts: ShiftReader) -> ShiftRecord:
    """The shift that is not closed, which is the actor's own or one that the actor may act on.

    Raises Refusal: SHIFT_CLOSED where there is none, NOT_ALLOWED for another's.
    """
    shift = shifts.open_any()
    if shift is None:
        raise Refusal(Reason.SHIFT_CLOSED)
    if not may_act_on(actor, shift):
        raise Refusal(Reason.NOT_ALLOWED, right=Right.OTHERS_SHIFTS.value)
    return shift


def may_act_on(actor: Actor, shift: ShiftRecord) -> bool:
    own = shift.user_id == actor.user_id and actor.may(Right.OWN_SHIFT)
    return own or actor.may(Right.OTHERS_SHIFTS)


def sees_cash(actor: Actor, shift: ShiftRecord) -> bool:
    """Blind until declared: the clerk whose drawer it is, whoever they are, and whoever is nobody in particular."""
    if shift.state is not ShiftState.OPEN:
        return True
    return actor.may(Right.OTHERS_SHIFTS) and shift.user_id != actor.user_id


@dataclass(frozen=True, slots=True)
class CurrentShift:
    store: MoneyStore

    def __call__(self) -> ShiftView | None:
        """The one that is not closed, open or declared."""
        with self.store.reading() as books:
            shift = books.shifts.open_any()
            return None if shift is None else shift_view(shift, books, self.store.profile.currency)


@dataclass(frozen=True, slots=True)
class ListShifts:
    store: MoneyStore

    def __call__(self, actor: Actor, *, limit: int = 50) -> list[ShiftView]:
        """Newest first: a clerk's own; all for who may see others' (or audits)."""
        everyone = actor.may(Right.OTHERS_SHIFTS) or actor.may(Right.AUDIT)
        with self.store.reading() as books:
            return [
                shift_view(shift, books, self.store.profile.currency)
                for shift in books.shifts.latest(limit)
                if everyone or shift.user_id == actor.user_id
            ]


def station_denominations(store: MoneyStore) -> tuple[int, ...]:
    return denominations(store.profile.currency)


PAYING: tuple[CashKind, ...] = (CashKind.PAID_IN, CashKind.PAID_OUT, CashKind.DROP)
