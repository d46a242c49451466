from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class ShiftState(StrEnum):
    OPEN = "open"
    DECLARED = "declared"
    CLOSED = "closed"


class CashKind(StrEnum):
    FLOAT = "float"
    SALE = "sale"  # net: received less change
    REFUND = "refund"  # negative
    PAID_IN = "paid_in"
    PAID_OUT = "paid_out"  # negative
    DROP = "drop"  # negative


@dataclass(frozen=True, slots=True, kw_only=True)
class CashMovement:
    movement_id: UUID
    shift_id: UUID
    kind: CashKind
    amount_minor: int  # signed: what the drawer gained
    reason: str
    at: datetime
    journal_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRecord:
    shift_id: UUID
    number: int  # from 1 per counter
    user_id: UUID
    login: str
    opened_at: datetime
    state: ShiftState
    float_count: Mapping[int, int]  # denomination in minor units -> pieces
    declared_count: Mapping[int, int] | None
    declared_minor: int | None
    expected_minor: int | None  # fixed when declared
    over_short_reason: str
    declared_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    z_number: int | None
    z_report: str | None  # canonical JSON of the figures, frozen when closed
    declared_by: str | None = None  # login of who counted: may not be who closes


class ShiftReader(Protocol):
    def open_of(self, user_id: UUID) -> ShiftRecord | None:
        """The user's shift that is not closed."""
        ...

    def open_any(self) -> ShiftRecord | None:
        """One drawer, one counter: at most one shift is not closed."""
        ...

    def get(self, shift_id: UUID) -> ShiftRecord | None: ...

    def by_z(self, z_number: int) -> ShiftRecord | None: ...

    def last_z(self) -> int:
        """0 before the first."""
        ...

    def latest(self, limit: int) -> list[ShiftRecord]: ...

    def movements(self, shift_id: UUID) -> list[CashMovement]: ...

    def movement(self, movement_id: UUID) -> CashMovement | None: ...

    def cash_minor(self, shift_id: UUID) -> int:
        """Expected cash in the drawer."""
        ...


class ShiftBook(ShiftReader, Protocol):
    def put(self, shift: ShiftRecord) -> None: ...

    def move_cash(self, movement: CashMovement) -> None: ...

    def next_number(self) -> int: ...
