"""The refund: quoted by the after-sales engine, posted exactly as quoted, places free in the same commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from counter_app.application.exchange_links import given_in
from counter_app.application.give_back import GivenBack, demand_cash, give_back, planned_back, slip_back
from counter_app.application.issue_reimbursement import slips_out
from counter_app.application.issuing import selling_shift
from counter_app.application.quote_sale import quote_items
from counter_app.application.redeemed import guard_redeemed
from counter_app.application.refund_plan import PlannedLeg, Policies
from counter_app.application.rights import demand
from counter_app.application.stock_holder import LocalHolder
from counter_app.application.ticket_views import ticket_view
from counter_app.application.views import Refunded, RefundQuote
from counter_app.domain import aftersales
from counter_app.domain.money import Money
from counter_app.domain.orders import TicketState
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.orders import TicketRecord
from counter_app.ports.shifts import ShiftRecord
from counter_app.ports.store import MoneyStore, Reading, Writing


def current_quote(
    books: Reading | Writing, ticket: TicketRecord, policies: Policies, clock: Clock
) -> aftersales.AfterSale:
    """Raises Refusal: ALREADY_REFUNDED, NOT_REFUNDABLE(rule)."""
    if ticket.state is TicketState.REFUNDED:
        raise Refusal(Reason.ALREADY_REFUNDED, ticket=ticket.number)
    before = _given_in_terms(books, ticket, policies)
    return aftersales.quote_refund(ticket_terms(ticket), before, clock.now(), policies(ticket.policy))


def ticket_terms(ticket: TicketRecord) -> aftersales.TicketTerms:
    return aftersales.TicketTerms(
        price=Money(ticket.price_minor, ticket.currency), sold_at=ticket.sold_at, depart=ticket.depart
    )


def _given_in_terms(
    books: Reading | Writing, ticket: TicketRecord, policies: Policies
) -> aftersales.GivenInTerms | None:
    """Of the ticket it came of by an exchange, as its refund stands in the store. One step: a ticket that came of an

    exchange is not exchanged again.
    """
    given = given_in(books, ticket)
    if given is None:
        return None
    old, refund = books.orders.ticket(given.ticket_id), books.orders.refund(given.refund_id)
    assert old is not None, "both halves are in one commit"
    assert refund is not None, "both halves are in one commit"
    return aftersales.GivenInTerms(ticket=ticket_terms(old), at=refund.at, policy=policies(old.policy))


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRefund:
    store: MoneyStore
    policies: Policies
    clock: Clock
    ids: Ids

    def __call__(self, ticket_id: UUID) -> RefundQuote:
        """READ. Raises Refusal: UNKNOWN_TICKET, ALREADY_REFUNDED, NOT_REFUNDABLE(rule)."""
        with self.store.reading() as books:
            ticket = books.orders.ticket(ticket_id)
            if ticket is None:
                raise Refusal(Reason.UNKNOWN_TICKET)
            now = self.clock.now()
            answer = current_quote(books, ticket, self.policies, self.clock)
            view = ticket_view(books, ticket, self.store.profile)
            out = slips_out(books, ticket_id)
            slip = books.papers.reimbursement(ticket_id) if out else None
        return RefundQuote(
            quote_id=self.ids.new(),
            ticket=view,
            rule=answer.rule,
            rule_words=answer.words,
            items=quote_items(answer.items, ticket.currency),
            fee=answer.fee,
            refundable=answer.refundable,
            quoted_at=now,
            valid_until=answer.valid_until,
            slip_number="" if slip is None else slip.number,
            slips_out=out,
        )


Guard = Callable[[Writing, TicketRecord], None]


def no_guard(books: Writing, ticket: TicketRecord) -> None:
    """A stand-alone counter's tickets are nobody else's."""
    del books, ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """``guard`` refuses, inside the transaction, what this counter may not give back alone.

    A ticket whose reimbursement slip is out is given back against that slip only: else an employer pays for a journey
    that was refunded. Whoever takes it back says so in the quote, and the entry keeps it.
    """

    store: MoneyStore
    holder: LocalHolder
    policies: Policies
    clock: Clock
    ids: Ids
    guard: Guard = no_guard

    def __call__(self, actor: Actor, quote: RefundQuote) -> Refunded:
        """``quote.quote_id`` becomes the refund's id: posting it again returns what was posted.

        Raises Refusal: NOT_ALLOWED, SHIFT_CLOSED, UNKNOWN_TICKET, ALREADY_REFUNDED, NOT_REFUNDABLE, QUOTE_CHANGED,
        DRAWER_SHORT, SLIP_OUT(issue, papers); OutcomeUnknown.
        """
        demand(actor, Right.REFUND)
        with self.holder.writing() as act:
            books = act.books
            ticket = books.orders.ticket(quote.ticket.ticket_id)
            if ticket is None:
                raise Refusal(Reason.UNKNOWN_TICKET)
            if books.orders.refund(quote.quote_id) is None:
                self.guard(books, ticket)
                shift, answer, planned = self._checked(books, actor, ticket, quote)
                give_back(
                    act,
                    GivenBack(
                        refund_id=quote.quote_id,
                        ticket=ticket,
                        answer=answer,
                        planned=planned,
                        shift=shift,
                        actor=actor,
                        slip_back=slip_back(books, ticket, taken_back=quote.slip_taken_back),
                    ),
                    self.ids,
                )
        return refunded_view(self.store, quote.quote_id)

    def check(self, actor: Actor, quote: RefundQuote) -> None:
        """Whether it would be posted as things stand. Raises as ``__call__``."""
        with self.store.reading() as books:
            ticket = books.orders.ticket(quote.ticket.ticket_id)
            if ticket is None:
                raise Refusal(Reason.UNKNOWN_TICKET)
            self._checked(books, actor, ticket, quote)
            slip_back(books, ticket, taken_back=quote.slip_taken_back)

    def _checked(
        self, books: Reading | Writing, actor: Actor, ticket: TicketRecord, quote: RefundQuote
    ) -> tuple[ShiftRecord, aftersales.AfterSale, tuple[PlannedLeg, ...]]:
        shift = selling_shift(books, actor)
        guard_redeemed(books, actor, ticket.number)
        answer = current_quote(books, ticket, self.policies, self.clock)
        same = (answer.rule, quote_items(answer.items, ticket.currency), answer.fee, answer.refundable)
        if same != (quote.rule, quote.items, quote.fee, quote.refundable):
            raise Refusal(Reason.QUOTE_CHANGED, total=answer.refundable.plain())
        planned = planned_back(books, ticket, answer.refundable, self.policies)
        demand_cash(books, shift, planned)
        return shift, answer, planned


def refunded_view(store: MoneyStore, refund_id: UUID) -> Refunded:
    """A refund as it stands in the store. Raises Refusal(UNKNOWN_TICKET) where there is none of that id."""
    with store.reading() as books:
        refund = books.orders.refund(refund_id)
        ticket = None if refund is None else books.orders.ticket(refund.ticket_id)
        if refund is None or ticket is None:
            raise Refusal(Reason.UNKNOWN_TICKET)
        view = ticket_view(books, ticket, store.profile)
        jobs = tuple(job.job_id for job in books.prints.of(refund_id) if job.copy_number == 0)
    return Refunded(
        refund_id=refund_id,
        ticket=view,
        refunded=Money(refund.refunded_minor, ticket.currency),
        fee=Money(refund.fee_minor, ticket.currency),
        jobs=jobs,
        journal_seq=refund.journal_seq,
    )
