"""The refund: quoted by the after-sales engine, posted exactly as quoted, places free in the same commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from counter_app.application.issue_reimbursement import slips_out
from counter_app.application.issuing import new_job, selling_shift
from counter_app.application.payments.moving import create
from counter_app.application.quote_sale import quote_items
from counter_app.application.redeemed import guard_redeemed
from counter_app.application.refund_plan import PlannedLeg, Policies, plan_refund
from counter_app.application.rights import demand
from counter_app.application.stock_holder import LocalHolder
from counter_app.application.ticket_views import ticket_view
from counter_app.application.views import Refunded, RefundQuote
from counter_app.domain import aftersales
from counter_app.domain.journal import Kind
from counter_app.domain.money import Money
from counter_app.domain.orders import OrderState, TicketState
from counter_app.domain.payment_facts import LegFact
from counter_app.domain.payments import Direction, PaymentIntent, PaymentState, Tender
from counter_app.domain.policy import Transaction
from counter_app.domain.sale_facts import refunded_fact
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.orders import RefundRecord, TicketRecord
from counter_app.ports.payments import TenderLeg
from counter_app.ports.prints import JobKind, JobState
from counter_app.ports.shifts import CashKind, CashMovement, ShiftRecord
from counter_app.ports.store import MoneyStore, Reading, Writing


def current_quote(ticket: TicketRecord, policies: Policies, clock: Clock) -> aftersales.AfterSale:
    """Raises Refusal: ALREADY_REFUNDED, NOT_REFUNDABLE(rule)."""
    if ticket.state is TicketState.REFUNDED:
        raise Refusal(Reason.ALREADY_REFUNDED, ticket=ticket.number)
    terms = aftersales.TicketTerms(
        price=Money(ticket.price_minor, ticket.currency), sold_at=ticket.sold_at, depart=ticket.depart
    )
    return aftersales.quote(Transaction.REFUND, terms, clock.now(), policies(ticket.policy))


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
            answer = current_quote(ticket, self.policies, self.clock)
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
                order = books.orders.order(ticket.order_id)
                assert order is not None, "a ticket has an order"
                others = books.orders.tickets_of(ticket.order_id)
                all_back = all(
                    other.state is TicketState.REFUNDED for other in others if other.ticket_id != ticket.ticket_id
                )
                legs = tuple(self._leg(one) for one in planned)
                cash = next((one for one in legs if one.tender is Tender.CASH), None)
                paid_out = 0 if cash is None else cash.amount_minor + cash.rounding_minor
                movement_id = None if cash is None else self.ids.new()
                slip = self.ids.new()
                drawer = self.ids.new() if paid_out else None  # nothing to pay out opens no drawer
                slip_back = self._slip_back(books, ticket, quote)
                entry = books.journal.append(
                    Kind.REFUNDED,
                    refunded_fact(
                        refund_id=str(quote.quote_id),
                        ticket_id=str(ticket.ticket_id),
                        number=ticket.number,
                        order_id=str(ticket.order_id),
                        shift_id=str(shift.shift_id),
                        rule=answer.rule,
                        items=answer.items,
                        refunded_minor=answer.refundable.minor,
                        fee_minor=answer.fee.minor,
                        currency=ticket.currency,
                        policy=ticket.policy,
                        order_refunded=all_back,
                        legs=legs,
                        movement_id=None if movement_id is None else str(movement_id),
                        slip_job=str(slip),
                        drawer_job=None if drawer is None else str(drawer),
                        reimbursement_back=slip_back,
                    ),
                    actor=actor,
                )
                books.orders.add_refund(
                    RefundRecord(
                        refund_id=quote.quote_id,
                        ticket_id=ticket.ticket_id,
                        rule=answer.rule,
                        items=answer.items,
                        refunded_minor=answer.refundable.minor,
                        fee_minor=answer.fee.minor,
                        at=entry.at,
                        clerk=actor.display_name,
                        shift_id=shift.shift_id,
                        journal_seq=entry.seq,
                    )
                )
                if slip_back is not None:
                    books.papers.take_back(ticket.ticket_id, entry.seq)
                if all_back:
                    books.orders.put_order(replace(order, state=OrderState.REFUNDED))
                books.stock.give_back(
                    ticket.run,
                    ticket.span,
                    place=ticket.place,
                    travel_class=ticket.travel_class,
                    claim_id=ticket.claim_id,
                )
                act.given_back.append((ticket.run, ticket.span, ticket.place, ticket.travel_class))
                for leg, one in zip(legs, planned, strict=True):
                    if leg.intent_id is not None and one.charge is not None:
                        create(
                            books, self._intent(leg.intent_id, one, quote.quote_id, shift, actor, entry.at), actor=actor
                        )
                books.payments.add_legs(
                    [
                        TenderLeg(
                            order_id=ticket.order_id,
                            refund_id=quote.quote_id,
                            n=n,
                            tender=leg.tender,
                            amount_minor=-leg.amount_minor,
                            rounding_minor=-leg.rounding_minor,
                            intent_id=leg.intent_id,
                            shift_id=shift.shift_id,
                            journal_seq=entry.seq,
                        )
                        for n, leg in enumerate(legs)
                    ]
                )
                if movement_id is not None:
                    books.shifts.move_cash(
                        CashMovement(
                            movement_id=movement_id,
                            shift_id=shift.shift_id,
                            kind=CashKind.REFUND,
                            amount_minor=-paid_out,
                            reason="",
                            at=entry.at,
                            journal_seq=entry.seq,
                        )
                    )
                jobs = [new_job(slip, JobKind.REFUND_SLIP, quote.quote_id, entry.at, books.prints.next_token())]
                if drawer is not None:
                    jobs.insert(0, new_job(drawer, JobKind.DRAWER, quote.quote_id, entry.at, books.prints.next_token()))
                books.prints.put_new(jobs)
                for job in books.prints.of(ticket.ticket_id):
                    if job.state in {JobState.QUEUED, JobState.FAILED_BEFORE_SEND}:  # no paper for what is given back
                        books.prints.put(
                            replace(job, state=JobState.SETTLED_SPOILED, detail="refunded", updated_at=entry.at)
                        )
        return refunded_view(self.store, quote.quote_id)

    def check(self, actor: Actor, quote: RefundQuote) -> None:
        """Whether it would be posted as things stand. Raises as ``__call__``."""
        with self.store.reading() as books:
            ticket = books.orders.ticket(quote.ticket.ticket_id)
            if ticket is None:
                raise Refusal(Reason.UNKNOWN_TICKET)
            self._checked(books, actor, ticket, quote)
            self._slip_back(books, ticket, quote)

    @staticmethod
    def _slip_back(books: Reading | Writing, ticket: TicketRecord, quote: RefundQuote) -> str | None:
        """The number of the reimbursement slip that was taken back. Raises Refusal(SLIP_OUT)."""
        out, slip = slips_out(books, ticket.ticket_id), books.papers.reimbursement(ticket.ticket_id)
        if not out or slip is None:
            return None
        if not quote.slip_taken_back:
            raise Refusal(Reason.SLIP_OUT, issue=slip.number, papers=out)
        return slip.number

    def _checked(
        self, books: Reading | Writing, actor: Actor, ticket: TicketRecord, quote: RefundQuote
    ) -> tuple[ShiftRecord, aftersales.AfterSale, tuple[PlannedLeg, ...]]:
        shift = selling_shift(books, actor)
        guard_redeemed(books, actor, ticket.number)
        answer = current_quote(ticket, self.policies, self.clock)
        same = (answer.rule, quote_items(answer.items, ticket.currency), answer.fee, answer.refundable)
        if same != (quote.rule, quote.items, quote.fee, quote.refundable):
            raise Refusal(Reason.QUOTE_CHANGED, total=answer.refundable.plain())
        step = self.policies(ticket.policy).tenders.cash_step_minor
        planned = plan_refund(books, ticket.order_id, answer.refundable, step)
        paid_out = sum(one.back.amount.minor + one.back.rounding.minor for one in planned if one.charge is None)
        if books.shifts.cash_minor(shift.shift_id) < paid_out:
            raise Refusal(Reason.DRAWER_SHORT)
        return shift, answer, planned

    def _leg(self, one: PlannedLeg) -> LegFact:
        return LegFact(
            tender=one.back.tender,
            amount_minor=one.back.amount.minor,
            rounding_minor=one.back.rounding.minor,
            intent_id=None if one.charge is None else self.ids.new(),
            charge_id=one.back.charge_id,
        )

    @staticmethod
    def _intent(
        intent_id: UUID, leg: PlannedLeg, refund_id: UUID, shift: ShiftRecord, actor: Actor, at: datetime
    ) -> PaymentIntent:
        """To be run once this is durable; until it is approved, the customer is owed it."""
        charge = leg.charge
        assert charge is not None, "cash is paid out at once"
        return PaymentIntent(
            intent_id=intent_id,
            order_id=charge.order_id,
            refund_id=refund_id,
            charge_id=charge.intent_id,
            shift_id=shift.shift_id,
            user_id=actor.user_id,
            clerk=actor.display_name,
            direction=Direction.REFUND,
            tender=charge.tender,
            amount=leg.back.amount,
            device=charge.device,
            terminal_id="",
            baseline=None,
            state=PaymentState.CREATED,
            created_at=at,
            sent_at=None,
            moved_at=at,
            reverses=leg.reverses,
            bound=True,
        )


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
