"""Rolls of numbered blanks (stock control): what lies in which printer, what was used, what was spoiled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankRoll:
    """Numbers as ``domain.stocknumbers`` counts them. Used in order; ``next_n`` is the blank that is in the printer."""

    roll_id: UUID
    printer: str
    first_n: int
    last_n: int
    next_n: int
    loaded_at: datetime
    clerk: str
    shift_id: UUID | None
    ended_at: datetime | None  # taken out; None: it is in the printer
    journal_seq: int

    @property
    def left(self) -> int:
        return self.last_n - self.next_n + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoiledBlank:
    """One that no job took, or that a job left when it went to another printer."""

    n: int
    roll_id: UUID
    reason: str
    at: datetime
    clerk: str
    shift_id: UUID | None
    journal_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankCount:
    issued: int  # taken by papers, spoiled ones included
    spoiled: int  # blanks that no paper took, and those of papers that are spoiled


class BlankReader(Protocol):
    def inside(self, printer: str) -> BlankRoll | None: ...

    def rolls(self, limit: int) -> list[BlankRoll]:
        """Those in printers first, then the newest."""
        ...

    def of_number(self, n: int) -> BlankRoll | None:
        """The roll from which this blank was used or spoiled."""
        ...

    def used(self, first_n: int, last_n: int) -> int | None:
        """The lowest of the range that was taken, spoiled, or lies in a roll in a printer; None: none."""
        ...

    def count(self, since: datetime, until: datetime) -> BlankCount:
        """Of blanks out of rolls, by when they were taken or spoiled."""
        ...


class BlankBook(BlankReader, Protocol):
    def put(self, roll: BlankRoll) -> None:
        """Inserts, or replaces by ``roll_id``."""
        ...

    def take(self, printer: str, count: int) -> list[str]:
        """The next blanks of the roll in it, at most ``count``: for papers that are put in the same transaction."""
        ...

    def spoil(self, blanks: list[SpoiledBlank]) -> None: ...
