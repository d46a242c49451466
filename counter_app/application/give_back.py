"""A ticket that is given back, posted: by a refund, or as the one half of an exchange. Every check was made before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from counter_app.application.issue_reimbursement import slips_out
from counter_app.application.issuing import new_job
from counter_app.application.payments.moving import create
from counter_app.application.refund_plan import PlannedLeg, Policies, plan_refund
from counter_app.application.stock_holder import Act
from counter_app.domain.aftersales import AfterSale
from counter_app.domain.journal import Entry, Json, Kind
from counter_app.domain.money import Money
from counter_app.domain.orders import OrderState, TicketState
from counter_app.domain.payment_facts import LegFact
from counter_app.domain.payments import Direction, PaymentIntent, PaymentState, Tender
from counter_app.domain.sale_facts import refunded_fact, taken_in_fact
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Ids
from counter_app.ports.orders import RefundRecord, TicketRecord
from counter_app.ports.payments import TenderLeg
from counter_app.ports.prints import JobKind, JobState
from counter_app.ports.shifts import CashKind, CashMovement, ShiftRecord
from counter_app.ports.store import Reading, Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What an exchange credits to the order of the new ticket instead of giving it back."""

    order_id: UUID
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """``planned`` and ``credit`` together are ``answer.refundable``. ``credit`` None: a refund.

    A credit is booked through the drawer, out with this entry and in with the sale's in the same commit, since cash is
    the one tender that every reader of journals, of older versions too, takes without a payment of its own.
    """

    refund_id: UUID
    ticket: TicketRecord
    answer: AfterSale
    planned: tuple[PlannedLeg, ...]
    shift: ShiftRecord
    actor: Actor
    slip_back: str | None  # number of the reimbursement slip that was taken back
    credit: Credit | None = None


def slip_back(books: Reading | Writing, ticket: TicketRecord, *, taken_back: bool) -> str | None:
    """The number of the reimbursement slip that was taken back. Raises Refusal(SLIP_OUT)."""
    out, slip = slips_out(books, ticket.ticket_id), books.papers.reimbursement(ticket.ticket_id)
    if not out or slip is None:
        return None
    if not taken_back:
        raise Refusal(Reason.SLIP_OUT, issue=slip.number, papers=out)
    return slip.number


def planned_back(
    books: Reading | Writing, ticket: TicketRecord, amount: Money, policies: Policies
) -> tuple[PlannedLeg, ...]:
    return plan_refund(books, ticket.order_id, amount, policies(ticket.policy).tenders.cash_step_minor)


def demand_cash(books: Reading | Writing, shift: ShiftRecord, planned: Sequence[PlannedLeg]) -> None:
    """Raises Refusal(DRAWER_SHORT)."""
    paid_out = sum(one.back.amount.minor + one.back.rounding.minor for one in planned if one.charge is None)
    if books.shifts.cash_minor(shift.shift_id) < paid_out:
        raise Refusal(Reason.DRAWER_SHORT)


def give_back(act: Act, given: GivenBack, ids: Ids) -> Entry:
    """Entry, refund, place, tenders, drawer, papers: all of it in the caller's transaction."""
    books, ticket = act.books, given.ticket
    order = books.orders.order(ticket.order_id)
    assert order is not None, "a ticket has an order"
    others = books.orders.tickets_of(ticket.order_id)
    all_back = all(one.state is TicketState.REFUNDED for one in others if one.ticket_id != ticket.ticket_id)
    legs = tuple(_leg(one, ids) for one in given.planned)
    paid_out = sum(leg.amount_minor + leg.rounding_minor for leg in legs if leg.tender is Tender.CASH)
    booked = _with_credit(legs, given.credit)
    moved = any(leg.tender is Tender.CASH for leg in booked)
    movement_id = ids.new() if moved else None
    slip = ids.new()
    drawer = ids.new() if paid_out else None  # nothing to pay out opens no drawer
    answer = given.answer
    entry = books.journal.append(
        Kind.REFUNDED,
        refunded_fact(
            refund_id=str(given.refund_id),
            ticket_id=str(ticket.ticket_id),
            number=ticket.number,
            order_id=str(ticket.order_id),
            shift_id=str(given.shift.shift_id),
            rule=answer.rule,
            items=answer.items,
            refunded_minor=answer.refundable.minor,
            fee_minor=answer.fee.minor,
            currency=ticket.currency,
            policy=ticket.policy,
            order_refunded=all_back,
            legs=booked,
            movement_id=None if movement_id is None else str(movement_id),
            slip_job=str(slip),
            drawer_job=None if drawer is None else str(drawer),
            reimbursement_back=given.slip_back,
            exchange=_credit_fact(given.credit),
        ),
        actor=given.actor,
    )
    books.orders.add_refund(
        RefundRecord(
            refund_id=given.refund_id,
            ticket_id=ticket.ticket_id,
            rule=answer.rule,
            items=answer.items,
            refunded_minor=answer.refundable.minor,
            fee_minor=answer.fee.minor,
            at=entry.at,
            clerk=given.actor.display_name,
            shift_id=given.shift.shift_id,
            journal_seq=entry.seq,
        )
    )
    if given.slip_back is not None:
        books.papers.take_back(ticket.ticket_id, entry.seq)
    if all_back:
        books.orders.put_order(replace(order, state=OrderState.REFUNDED))
    books.stock.give_back(
        ticket.run, ticket.span, place=ticket.place, travel_class=ticket.travel_class, claim_id=ticket.claim_id
    )
    act.given_back.append((ticket.run, ticket.span, ticket.place, ticket.travel_class))
    _book(books, given, booked, movement_id, entry)
    _papers(books, given, slip, drawer, entry)
    return entry


def _leg(one: PlannedLeg, ids: Ids) -> LegFact:
    return LegFact(
        tender=one.back.tender,
        amount_minor=one.back.amount.minor,
        rounding_minor=one.back.rounding.minor,
        intent_id=None if one.charge is None else ids.new(),
        charge_id=one.back.charge_id,
    )


def _with_credit(legs: tuple[LegFact, ...], credit: Credit | None) -> tuple[LegFact, ...]:
    """One cash leg an entry: the credit and what is paid out in cash stand in it together, cash last."""
    if credit is None or not credit.amount:
        return legs
    cash = next((leg for leg in legs if leg.tender is Tender.CASH), LegFact(tender=Tender.CASH, amount_minor=0))
    others = tuple(leg for leg in legs if leg.tender is not Tender.CASH)
    return (*others, replace(cash, amount_minor=cash.amount_minor + credit.amount.minor))


def _credit_fact(credit: Credit | None) -> dict[str, Json] | None:
    return None if credit is None else taken_in_fact(order_id=str(credit.order_id), credit_minor=credit.amount.minor)


def _book(books: Writing, given: GivenBack, legs: tuple[LegFact, ...], movement_id: UUID | None, entry: Entry) -> None:
    """``legs`` begin with the planned ones that are not cash, in their order."""
    charged = [one for one in given.planned if one.charge is not None]
    intents = [leg.intent_id for leg in legs if leg.intent_id is not None]
    for intent_id, one in zip(intents, charged, strict=True):
        create(books, _intent(intent_id, one, given, entry.at), actor=given.actor)
    books.payments.add_legs(
        [
            TenderLeg(
                order_id=given.ticket.order_id,
                refund_id=given.refund_id,
                n=n,
                tender=leg.tender,
                amount_minor=-leg.amount_minor,
                rounding_minor=-leg.rounding_minor,
                intent_id=leg.intent_id,
                shift_id=given.shift.shift_id,
                journal_seq=entry.seq,
            )
            for n, leg in enumerate(legs)
        ]
    )
    if movement_id is not None:
        gone = sum(leg.amount_minor + leg.rounding_minor for leg in legs if leg.tender is Tender.CASH)
        books.shifts.move_cash(
            CashMovement(
                movement_id=movement_id,
                shift_id=given.shift.shift_id,
                kind=CashKind.REFUND,
                amount_minor=-gone,
                reason="",
                at=entry.at,
                journal_seq=entry.seq,
            )
        )


def _papers(books: Writing, given: GivenBack, slip: UUID, drawer: UUID | None, entry: Entry) -> None:
    exchanged = given.credit is not None
    kind = JobKind.EXCHANGE_SLIP if exchanged else JobKind.REFUND_SLIP
    jobs = [new_job(slip, kind, given.refund_id, entry.at, books.prints.next_token())]
    if drawer is not None:
        jobs.insert(0, new_job(drawer, JobKind.DRAWER, given.refund_id, entry.at, books.prints.next_token()))
    books.prints.put_new(jobs)
    detail = "exchanged" if exchanged else "refunded"
    for job in books.prints.of(given.ticket.ticket_id):
        if job.state in {JobState.QUEUED, JobState.FAILED_BEFORE_SEND}:  # no paper for what is given back
            books.prints.put(replace(job, state=JobState.SETTLED_SPOILED, detail=detail, updated_at=entry.at))


def _intent(intent_id: UUID, leg: PlannedLeg, given: GivenBack, at: datetime) -> PaymentIntent:
    """To be run once this is durable; until it is approved, the customer is owed it."""
    charge = leg.charge
    assert charge is not None, "cash is paid out at once"
    return PaymentIntent(
        intent_id=intent_id,
        order_id=charge.order_id,
        refund_id=given.refund_id,
        charge_id=charge.intent_id,
        shift_id=given.shift.shift_id,
        user_id=given.actor.user_id,
        clerk=given.actor.display_name,
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
