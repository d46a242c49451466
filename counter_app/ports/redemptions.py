"""Tickets that were let through (核销): by number, whatever copy was shown. Nothing personal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """``at``, ``clerk``, ``copy_number``: of the first time, which is the one that counts. ``clerk``: a login."""

    number: str
    copy_number: int
    run_id: UUID
    service_date: date
    key_id: bytes
    at: datetime
    clerk: str
    seen: int  # how often it was shown, the first included
    last_at: datetime
    journal_seq: int


class RedemptionReader(Protocol):
    def of(self, number: str) -> Redemption | None: ...

    def latest(self, limit: int) -> list[Redemption]:
        """By when they were let through, the newest first."""
        ...


class RedemptionBook(RedemptionReader, Protocol):
    def add(self, redemption: Redemption) -> None:
        """With its TICKET_REDEEMED. Of a number that has none yet."""
        ...

    def seen_again(self, number: str, at: datetime) -> Redemption:
        """Counted, not journaled: nobody was let through."""
        ...
