"""Reimbursement slips, pieces of luggage, counted cash: what of a paper stands nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReimbursementRecord:
    """The one original of a ticket; copies are print jobs of their own, under the same number."""

    ticket_id: UUID
    epoch: int
    serial: int  # gapless per counter and epoch
    number: str  # as printed: CSQ-01-1-R000012
    job_id: UUID
    amount_minor: int
    currency: str
    at: datetime
    clerk: str  # display name
    journal_seq: int
    back_seq: int | None = None  # of the refund for which it was taken back


@dataclass(frozen=True, slots=True, kw_only=True)
class LuggagePiece:
    job_id: UUID
    ticket_id: UUID
    piece: int
    pieces: int  # so many the ticket had when this was printed


class PaperReader(Protocol):
    def reimbursement(self, ticket_id: UUID) -> ReimbursementRecord | None: ...

    def piece(self, job_id: UUID) -> LuggagePiece | None: ...

    def pieces_of(self, ticket_id: UUID) -> int:
        """So many have a tag."""
        ...

    def cash_count(self, movement_id: UUID) -> Mapping[int, int]:
        """Denomination in minor units to pieces, largest first; empty: it was not counted."""
        ...


class PaperBook(PaperReader, Protocol):
    def next_reimbursement(self, epoch: int) -> int:
        """The serial of the next original."""
        ...

    def add_reimbursement(self, record: ReimbursementRecord) -> None: ...

    def take_back(self, ticket_id: UUID, journal_seq: int) -> None:
        """The refund's entry."""
        ...

    def add_pieces(self, pieces: Sequence[LuggagePiece]) -> None: ...

    def put_cash_count(self, movement_id: UUID, count: Mapping[int, int]) -> None: ...
