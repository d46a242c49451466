"""What can be printed of an order at this moment, and what each paper asks for: the list behind one key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from counter_app.application.issue_reimbursement import check_reimbursable
from counter_app.application.print_job import OPEN_STATES
from counter_app.domain.luggage import PIECES_MAX
from counter_app.domain.orders import TicketState
from counter_app.errors import Reason, Refusal
from counter_app.ports.orders import OrderRecord, TicketRecord
from counter_app.ports.prints import JobKind
from counter_app.ports.store import MoneyStore, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperOffer:
    """``ref``: as that of its print job. ``copy``: one was printed; another is a numbered copy and needs a reason.

    ``refused``: why it cannot be printed now (``Reason``'s value), "" where it can.
    """

    kind: JobKind
    ref: UUID
    title: str  # a ticket's number, or whose slip: customer | merchant
    copy: bool = False
    refused: str = ""
    pieces_max: int = 0  # of luggage tags: so many more


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPapers:
    store: MoneyStore

    def __call__(self, order_id: UUID, ticket_id: UUID | None = None) -> list[PaperOffer]:
        """READ. Of the order, and of one of its tickets. Raises Refusal(UNKNOWN_TICKET)."""
        with self.store.reading() as books:
            order = books.orders.order(order_id)
            ticket = books.orders.ticket(ticket_id) if ticket_id is not None else None
            if order is None or not order.journal_seq or (ticket is not None and ticket.order_id != order_id):
                raise Refusal(Reason.UNKNOWN_TICKET)
            offers = [_again(books, JobKind.RECEIPT, order_id, "")]
            if ticket is not None:
                offers += self._of_ticket(books, ticket)
            offers += self._group(books, order)
            offers += self._slips(books, order_id)
            return offers

    @staticmethod
    def _group(books: Reading, order: OrderRecord) -> Iterator[PaperOffer]:
        if any(one.state is TicketState.FULFILLED for one in books.orders.tickets_of(order.order_id)):
            yield PaperOffer(kind=JobKind.GROUP_LIST, ref=order.order_id, title="")

    @staticmethod
    def _of_ticket(books: Reading, ticket: TicketRecord) -> Iterator[PaperOffer]:
        valid = ticket.state is TicketState.FULFILLED
        gone = "" if valid else Reason.ALREADY_REFUNDED.value
        if valid and books.papers.reimbursement(ticket.ticket_id) is not None:
            yield _again(books, JobKind.REIMBURSEMENT, ticket.ticket_id, ticket.number)
        else:
            refused = ""
            try:
                check_reimbursable(books, ticket)
            except Refusal as no:
                refused = no.reason.value
            yield PaperOffer(kind=JobKind.REIMBURSEMENT, ref=ticket.ticket_id, title=ticket.number, refused=refused)
        left = PIECES_MAX - books.papers.pieces_of(ticket.ticket_id)
        yield PaperOffer(
            kind=JobKind.LUGGAGE_TAG,
            ref=ticket.ticket_id,
            title=ticket.number,
            refused=gone or ("" if left else Reason.BAD_INPUT.value),
            pieces_max=left,
        )
        refund = books.orders.refund_of(ticket.ticket_id)
        if refund is not None:
            yield _again(books, JobKind.REFUND_SLIP, refund.refund_id, ticket.number)

    @staticmethod
    def _slips(books: Reading, order_id: UUID) -> Iterator[PaperOffer]:
        for intent in books.payments.of_order(order_id):
            for slip_id in books.payments.slip_ids(intent.intent_id):
                slip = books.payments.slip(slip_id)
                if slip is not None:
                    yield _again(books, JobKind.CARD_SLIP, slip_id, slip.whose)


def _again(books: Reading, kind: JobKind, ref: UUID, title: str) -> PaperOffer:
    papers = [job for job in books.prints.of(ref) if job.kind is kind]
    unsettled = any(job.state in OPEN_STATES for job in papers)
    return PaperOffer(
        kind=kind,
        ref=ref,
        title=title,
        copy=bool(papers),
        refused=Reason.JOB_NOT_OPEN.value if unsettled else "",
    )
