"""Papers beside the ticket, of the invented counter: rights and refusals as the real desk has them, nothing drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from counter_app.application.order_papers import PaperOffer
from counter_app.application.views import RefundQuote, TicketView
from counter_app.domain.luggage import PIECES_MAX
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.prints import JobKind

if TYPE_CHECKING:
    from tests.ui.fake_desk import FakeDesk


class FakeDocuments:
    """``slips``: reimbursement slips by ticket; ``pieces``: tags by ticket; ``copies`` with their reasons."""

    def __init__(self) -> None:
        self.slips: dict[UUID, str] = {}
        self.pieces: dict[UUID, int] = {}
        self.receipts: set[UUID] = set()
        self.copies: list[tuple[JobKind, UUID, str]] = []

    def order_papers(self: FakeDesk, order_id: UUID, ticket_id: UUID | None = None) -> list[PaperOffer]:  # type: ignore[misc]
        offers = [
            PaperOffer(kind=JobKind.RECEIPT, ref=order_id, title="", copy=order_id in self.receipts),
            PaperOffer(kind=JobKind.GROUP_LIST, ref=order_id, title=""),
        ]
        if ticket_id is not None:
            ticket = self._ticket(ticket_id)
            gone = "" if ticket.state == "FULFILLED" else Reason.ALREADY_REFUNDED.value
            offers += [
                PaperOffer(
                    kind=JobKind.REIMBURSEMENT,
                    ref=ticket_id,
                    title=ticket.number,
                    copy=ticket_id in self.slips and not gone,
                    refused=gone,
                ),
                PaperOffer(
                    kind=JobKind.LUGGAGE_TAG,
                    ref=ticket_id,
                    title=ticket.number,
                    refused=gone,
                    pieces_max=PIECES_MAX - self.pieces.get(ticket_id, 0),
                ),
            ]
        return offers

    def issue_reimbursement(self: FakeDesk, actor: Actor, ticket_id: UUID) -> UUID:  # type: ignore[misc]
        self._may(actor, Right.SELL)
        if ticket_id in self.slips:
            raise Refusal(Reason.SLIP_ISSUED, issue=self.slips[ticket_id])
        self.slips[ticket_id] = f"CWQ-03-1-R{len(self.slips) + 1:06d}"
        return self._queue("reimbursement", self._ticket(ticket_id).number)

    def print_luggage_tags(self: FakeDesk, actor: Actor, ticket_id: UUID, pieces: int) -> tuple[UUID, ...]:  # type: ignore[misc]
        self._may(actor, Right.SELL)
        before = self.pieces.get(ticket_id, 0)
        self.pieces[ticket_id] = before + pieces
        return tuple(self._queue("luggage_tag", str(n)) for n in range(before + 1, before + pieces + 1))

    def print_group_list(self: FakeDesk, actor: Actor, order_id: UUID) -> UUID:  # type: ignore[misc]
        self._may(actor, Right.SELL)
        return self._queue("group_list", str(order_id)[:8])

    def print_receipt(self: FakeDesk, actor: Actor, order_id: UUID) -> UUID:  # type: ignore[misc]
        self._may(actor, Right.SELL)
        self.receipts.add(order_id)
        return self._queue("receipt", str(order_id)[:8])

    def print_card_slip(self: FakeDesk, actor: Actor, slip_id: UUID) -> UUID:  # type: ignore[misc]
        self._may(actor, Right.SELL)
        return self._queue("card_slip", str(slip_id)[:8])

    def copy_paper(self: FakeDesk, actor: Actor, kind: JobKind, ref: UUID, *, reason: str) -> UUID:  # type: ignore[misc]
        self._may(actor, Right.REPRINT)
        if not reason.strip():
            raise Refusal(Reason.REASON_NEEDED)
        self.copies.append((kind, ref, reason))
        return self._queue(kind.value, str(ref)[:8], copy=len(self.copies))

    def quoted_with_slip(self, quote: RefundQuote, ticket: TicketView) -> RefundQuote:
        if ticket.ticket_id not in self.slips:
            return quote
        return replace(quote, slip_number=self.slips[ticket.ticket_id], slips_out=1)

    def check_slip(self, quote: RefundQuote, ticket: TicketView) -> None:
        if ticket.ticket_id in self.slips and not quote.slip_taken_back:
            raise Refusal(Reason.SLIP_OUT, issue=self.slips[ticket.ticket_id], papers=1)
