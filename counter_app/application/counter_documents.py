"""The desk's part about papers beside tickets and reports: ``document_desk.DocumentDesk`` over the use cases."""

from __future__ import annotations

from uuid import UUID

from counter_app.application.card_slips import PrintCardSlip
from counter_app.application.copy_paper import CopyPaper
from counter_app.application.issue_reimbursement import IssueReimbursement
from counter_app.application.order_papers import OrderPapers, PaperOffer
from counter_app.application.print_group_list import PrintGroupList
from counter_app.application.print_luggage_tags import PrintLuggageTags
from counter_app.application.print_receipt import PrintReceipt
from counter_app.domain.staff import Actor
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.prints import JobKind
from counter_app.ports.store import MoneyStore


class CounterDocuments:
    def __init__(self, *, store: MoneyStore, clock: Clock, ids: Ids) -> None:
        self._order_papers = OrderPapers(store=store)
        self._issue_reimbursement = IssueReimbursement(store=store, ids=ids)
        self._luggage_tags = PrintLuggageTags(store=store, clock=clock, ids=ids)
        self._group_list = PrintGroupList(store=store, clock=clock, ids=ids)
        self._print_receipt = PrintReceipt(store=store, clock=clock, ids=ids)
        self._print_card_slip = PrintCardSlip(store=store, clock=clock, ids=ids)
        self._copy_paper = CopyPaper(store=store, clock=clock, ids=ids)

    def order_papers(self, order_id: UUID, ticket_id: UUID | None = None) -> list[PaperOffer]:
        return self._order_papers(order_id, ticket_id)

    def issue_reimbursement(self, actor: Actor, ticket_id: UUID) -> UUID:
        return self._issue_reimbursement(actor, ticket_id)

    def print_luggage_tags(self, actor: Actor, ticket_id: UUID, pieces: int) -> tuple[UUID, ...]:
        return self._luggage_tags(actor, ticket_id, pieces)

    def print_group_list(self, actor: Actor, order_id: UUID) -> UUID:
        return self._group_list(actor, order_id)

    def print_receipt(self, actor: Actor, order_id: UUID) -> UUID:
        return self._print_receipt(actor, order_id)

    def print_card_slip(self, actor: Actor, slip_id: UUID) -> UUID:
        return self._print_card_slip(actor, slip_id)

    def copy_paper(self, actor: Actor, kind: JobKind, ref: UUID, *, reason: str) -> UUID:
        return self._copy_paper(actor, kind, ref, reason=reason)
