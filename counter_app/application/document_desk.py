"""The desk's part about papers beside tickets and reports (``desk.Desk`` includes it). Lanes and errors as there."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from counter_app.application.order_papers import PaperOffer
from counter_app.domain.staff import Actor
from counter_app.ports.prints import JobKind


class DocumentDesk(Protocol):
    def order_papers(self, order_id: UUID, ticket_id: UUID | None = None) -> list[PaperOffer]:
        """READ. What can be printed of an order, and of one of its tickets."""
        ...

    def issue_reimbursement(self, actor: Actor, ticket_id: UUID) -> UUID:
        """WRITE, SELL. The original, journaled; returns its job. Raises ALREADY_REFUNDED, NOTHING_PAID, SLIP_ISSUED."""
        ...

    def print_luggage_tags(self, actor: Actor, ticket_id: UUID, pieces: int) -> tuple[UUID, ...]:
        """WRITE, SELL. For so many more pieces; returns their jobs. Raises BAD_INPUT(most), ALREADY_REFUNDED."""
        ...

    def print_group_list(self, actor: Actor, order_id: UUID) -> UUID:
        """WRITE, SELL. Of the tickets that are valid now."""
        ...

    def print_receipt(self, actor: Actor, order_id: UUID) -> UUID:
        """WRITE, SELL. Of a sale that got none."""
        ...

    def print_card_slip(self, actor: Actor, slip_id: UUID) -> UUID:
        """WRITE, SELL. One that was not printed with its payment."""
        ...

    def copy_paper(self, actor: Actor, kind: JobKind, ref: UUID, *, reason: str) -> UUID:
        """WRITE, REPRINT. A numbered copy of a receipt, reimbursement, refund or card slip, journaled.

        Raises REASON_NEEDED, JOB_NOT_OPEN while the paper before may still come out.
        """
        ...
