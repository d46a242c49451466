"""Payments as screens show them: one leg, a sale's checkout, and everything that somebody has to do something about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from counter_app.application.payment_views import AboutPayment, Checkout, PaymentLeg, SettleAction, SettleItem
from counter_app.application.payments.tenders import Tendering, blocks_terminal
from counter_app.domain.money import Money
from counter_app.domain.payments import (
    BY_CENTRAL,
    UNRESOLVED,
    Direction,
    PaymentIntent,
    PaymentState,
    Tender,
    cash_due,
    remaining,
)
from counter_app.domain.policy import Policy
from counter_app.domain.timetable import instant
from counter_app.ports.orders import OrderRecord
from counter_app.ports.store import MoneyStore, Reading

S = PaymentState
A = SettleAction


def leg_view(intent: PaymentIntent, jobs: Sequence[UUID] = ()) -> PaymentLeg:
    return PaymentLeg(
        intent_id=intent.intent_id,
        order_id=intent.order_id,
        refund_id=intent.refund_id,
        direction=intent.direction,
        tender=intent.tender,
        amount=intent.amount,
        state=intent.state,
        reason=intent.reason,
        card=intent.evidence.card or intent.evidence.payer,
        card_name=intent.evidence.card_name,
        at=intent.moved_at,
        bound=intent.bound,
        jobs=tuple(jobs),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCheckout:
    store: MoneyStore
    policy: Policy
    tendering: Tendering

    def __call__(self, order_id: UUID, total: Money) -> Checkout:
        with self.store.reading() as books:
            intents = [one for one in books.payments.of_order(order_id) if one.direction is Direction.CHARGE]
            options = self.tendering.options(books)
        left = remaining(total, intents)
        return Checkout(
            order_id=order_id,
            total=total,
            legs=tuple(leg_view(one) for one in intents),
            left=left,
            cash=cash_due(left, self.policy.tenders.cash_step_minor),
            options=options,
            abandonable=not any(one.state in UNRESOLVED for one in intents),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentsToSettle:
    store: MoneyStore
    terminal: str

    def __call__(self) -> list[SettleItem]:
        """Those that block the terminal first, then the oldest. A charge that was not sent yet is not among them."""
        with self.store.reading() as books:
            items = [
                self._item(books, one)
                for one in books.payments.unresolved()
                if one.state is not S.CREATED or one.direction is Direction.REFUND
            ]
        return sorted(items, key=lambda item: not item.blocks_terminal)

    def _item(self, books: Reading, intent: PaymentIntent) -> SettleItem:
        order = books.orders.order(intent.order_id)
        next_step, actions = self._way_out(books, intent, order)
        if not intent.carried:
            actions = (*actions, A.CARRY)
        return SettleItem(
            leg=leg_view(intent),
            device=intent.device,
            about=self._about(books, intent),
            clerk=intent.clerk,
            since=intent.sent_at or intent.created_at,
            next_step=next_step,
            actions=actions,
            alarm=intent.state is S.MANUAL,
            carried=intent.carried,
            blocks_terminal=blocks_terminal(intent, self.terminal),
        )

    def _way_out(
        self, books: Reading, intent: PaymentIntent, order: OrderRecord | None
    ) -> tuple[str, tuple[SettleAction, ...]]:
        match intent.state:
            case S.UNKNOWN | S.REVERSE_UNKNOWN:
                where = "terminal" if intent.tender is Tender.CARD else "central"
                word = "unknown" if intent.state is S.UNKNOWN else "reversal_unknown"
                may_reverse = intent.tender in BY_CENTRAL and intent.direction is Direction.CHARGE
                return f"{word}_ask_{where}", (A.ASK, A.REVERSE) if may_reverse else (A.ASK,)
            case S.MANUAL:
                word = "decide_reversed_another" if intent.reason == "reversed_another" else "decide"
                return word, (A.DECIDE,)
            case S.APPROVED:
                if self._sellable(books, intent, order):
                    all_paid = order is not None and self._covered(books, order)
                    word, first = ("finish_sale", A.FINISH_SALE) if all_paid else ("continue_sale", A.CONTINUE_SALE)
                    return word, (first, A.REVERSE)
                return "reverse", (A.REVERSE,)
            case S.CREATED:  # a refund's leg that was not run where the refund was made
                return "refund_owed", (A.TRY_AGAIN,)
            case S.DECLINED | S.NOT_PERFORMED:
                return "refund_owed", (A.TRY_AGAIN, A.PAY_OUT_CASH)
            case _:
                return "under_way", ()

    @staticmethod
    def _sellable(books: Reading, intent: PaymentIntent, order: OrderRecord | None) -> bool:
        claim = books.stock.claim_of(intent.order_id)
        return order is not None and order.journal_seq == 0 and claim is not None and claim.state.value == "LEASED"

    @staticmethod
    def _covered(books: Reading, order: OrderRecord) -> bool:
        charges = [one for one in books.payments.of_order(order.order_id) if one.direction is Direction.CHARGE]
        if any(one.state in UNRESOLVED for one in charges) or not order.draft:
            return False
        return order.total_minor > 0 and not remaining(Money(order.total_minor, order.currency), charges)

    def _about(self, books: Reading, intent: PaymentIntent) -> AboutPayment:
        if intent.refund_id is not None:
            refund = books.orders.refund(intent.refund_id)
            ticket = None if refund is None else books.orders.ticket(refund.ticket_id)
            if ticket is not None:
                return AboutPayment(ticket=ticket.number)
        claim = books.stock.claim_of(intent.order_id)
        frozen = None if claim is None else books.stock.run(claim.run.run_id)
        if claim is None or frozen is None:
            return AboutPayment()
        trip = frozen.trip
        boards_at = instant(claim.run.service_date, trip.calls[claim.span.board].depart_s, trip.zone)
        return AboutPayment(
            service=trip.service,
            travel_on=boards_at.astimezone(ZoneInfo(self.store.profile.zone)).date(),
            places=tuple(str(place) for place in claim.places),
        )
