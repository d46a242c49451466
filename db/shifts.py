"""Shifts and what went in and out of the drawer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from counter_app.domain.journal import canonical
from counter_app.errors import Reason, Refusal
from counter_app.ports.shifts import CashKind, CashMovement, ShiftRecord, ShiftState
from db.context import Context, from_ms, maybe_from_ms, maybe_ms, to_ms

_COLUMNS: Final = (
    "shift_id, number, user_id, login, opened_at, state, float_count, declared_count, declared_minor, expected_minor, "
    "over_short_reason, declared_at, closed_at, closed_by, z_number, z_report, "
    "declared_by"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM shift"  # noqa: S608 - constants of this file
_PUT: Final = f"""
    INSERT INTO shift ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (shift_id) DO UPDATE SET state = excluded.state, declared_count = excluded.declared_count,
        declared_minor = excluded.declared_minor, expected_minor = excluded.expected_minor,
        over_short_reason = excluded.over_short_reason, declared_at = excluded.declared_at,
        closed_at = excluded.closed_at, closed_by = excluded.closed_by, z_number = excluded.z_number,
        z_report = excluded.z_report, declared_by = excluded.declared_by
"""  # noqa: S608
_MOVE: Final = (
    "INSERT INTO cash_movement (movement_id, shift_id, kind, amount_minor, reason, at, journal_seq) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_OPEN: Final = "shift.open"
_CASH: Final = "shift.cash"


class SqlShifts:
    def __init__(self, context: Context) -> None:
        self._context = context

    def open_of(self, user_id: UUID) -> ShiftRecord | None:
        shift = self.open_any()
        return shift if shift is not None and shift.user_id == user_id else None

    def open_any(self) -> ShiftRecord | None:
        memory = self._context.memory
        if _OPEN not in memory:  # asked for by every sale: the writer remembers it
            memory[_OPEN] = self._first("WHERE state != 'closed'", ())
        found: ShiftRecord | None = memory[_OPEN]
        return found

    def get(self, shift_id: UUID) -> ShiftRecord | None:
        return self._first("WHERE shift_id = ?", (str(shift_id),))

    def by_z(self, z_number: int) -> ShiftRecord | None:
        return self._first("WHERE z_number = ?", (z_number,))

    def latest(self, limit: int) -> list[ShiftRecord]:
        return [_shift(row) for row in self._context.rows(f"{_SELECT} ORDER BY number DESC LIMIT ?", (limit,))]

    def movements(self, shift_id: UUID) -> list[CashMovement]:
        found = self._context.rows(
            "SELECT movement_id, shift_id, kind, amount_minor, reason, at, journal_seq FROM cash_movement "
            "WHERE shift_id = ? ORDER BY journal_seq, movement_id",
            (str(shift_id),),
        )
        return [_movement(row) for row in found]

    def movement(self, movement_id: UUID) -> CashMovement | None:
        row = self._context.row(
            "SELECT movement_id, shift_id, kind, amount_minor, reason, at, journal_seq FROM cash_movement "
            "WHERE movement_id = ?",
            (str(movement_id),),
        )
        return None if row is None else _movement(row)

    def cash_minor(self, shift_id: UUID) -> int:
        sums: dict[UUID, int] = self._context.memory.setdefault(_CASH, {})
        if shift_id not in sums:
            sums[shift_id] = self._context.scalar(
                "SELECT coalesce(sum(amount_minor), 0) FROM cash_movement WHERE shift_id = ?", (str(shift_id),)
            )
        return sums[shift_id]

    def put(self, shift: ShiftRecord) -> None:
        try:
            self._context.run(_PUT, _row(shift))
        except IntegrityError as error:
            raise Refusal(Reason.SHIFT_ALREADY_OPEN) from error
        self._context.memory.pop(_OPEN, None)

    def move_cash(self, movement: CashMovement) -> None:
        expected = self.cash_minor(movement.shift_id)
        self._context.run(
            _MOVE,
            (
                str(movement.movement_id),
                str(movement.shift_id),
                movement.kind.value,
                movement.amount_minor,
                movement.reason,
                to_ms(movement.at),
                movement.journal_seq,
            ),
        )
        self._context.memory[_CASH][movement.shift_id] = expected + movement.amount_minor

    def next_number(self) -> int:
        return int(self._context.scalar("SELECT coalesce(max(number), 0) + 1 FROM shift"))

    def last_z(self) -> int:
        return int(self._context.scalar("SELECT coalesce(max(z_number), 0) FROM shift"))

    def _first(self, where: str, parameters: tuple[Any, ...]) -> ShiftRecord | None:
        found = self._context.row(f"{_SELECT} {where}", parameters)
        return None if found is None else _shift(found)


def _row(shift: ShiftRecord) -> tuple[Any, ...]:
    return (
        str(shift.shift_id),
        shift.number,
        str(shift.user_id),
        shift.login,
        to_ms(shift.opened_at),
        shift.state.value,
        count_text(shift.float_count),
        None if shift.declared_count is None else count_text(shift.declared_count),
        shift.declared_minor,
        shift.expected_minor,
        shift.over_short_reason,
        maybe_ms(shift.declared_at),
        maybe_ms(shift.closed_at),
        shift.closed_by,
        shift.z_number,
        shift.z_report,
        shift.declared_by,
    )


def count_text(count: Mapping[int, int]) -> str:
    """``{"10000":5,"500":2}``: denomination in minor units to pieces, canonical."""
    return canonical({str(denomination): pieces for denomination, pieces in count.items()}).decode()


def _count(text: str | None) -> dict[int, int] | None:
    return None if text is None else {int(denomination): pieces for denomination, pieces in json.loads(text).items()}


def _shift(row: tuple[Any, ...]) -> ShiftRecord:
    return ShiftRecord(
        shift_id=UUID(row[0]),
        number=row[1],
        user_id=UUID(row[2]),
        login=row[3],
        opened_at=from_ms(row[4]),
        state=ShiftState(row[5]),
        float_count=_count(row[6]) or {},
        declared_count=_count(row[7]),
        declared_minor=row[8],
        expected_minor=row[9],
        over_short_reason=row[10],
        declared_at=maybe_from_ms(row[11]),
        closed_at=maybe_from_ms(row[12]),
        closed_by=row[13],
        z_number=row[14],
        z_report=row[15],
        declared_by=row[16],
    )


def _movement(row: tuple[Any, ...]) -> CashMovement:
    return CashMovement(
        movement_id=UUID(row[0]),
        shift_id=UUID(row[1]),
        kind=CashKind(row[2]),
        amount_minor=row[3],
        reason=row[4],
        at=from_ms(row[5]),
        journal_seq=row[6],
    )
