"""A leg of a sale that is to be paid by something else than cash: checked, and durable before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from counter_app.application.exchange import Exchanges, wanted_exchange
from counter_app.application.hold import check_departure, held_claim
from counter_app.application.issuing import selling_shift
from counter_app.application.keep_draft import keep_draft
from counter_app.application.payments.moving import create
from counter_app.application.payments.tenders import Tendering
from counter_app.application.quote_sale import Drawable, check_count, check_not_twice, checked, priced
from counter_app.application.rights import demand
from counter_app.application.stock_holder import LocalHolder
from counter_app.application.views import PassengerInput
from counter_app.domain.money import Money
from counter_app.domain.orders import OrderState
from counter_app.domain.passengers import Passenger
from counter_app.domain.payments import (
    LEGS_MAX,
    UNRESOLVED,
    Direction,
    PaymentIntent,
    PaymentState,
    Tender,
    remaining,
)
from counter_app.domain.policy import Policy
from counter_app.domain.staff import Actor, Right
from counter_app.domain.timetable import instant
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.orders import AgreedExchange
from counter_app.ports.stock import ClaimState
from counter_app.ports.store import MoneyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPayment:
    store: MoneyStore
    holder: LocalHolder
    policy: Policy
    clock: Clock
    ids: Ids
    drawable: Drawable
    tendering: Tendering
    exchanges: Exchanges | None = None

    def __call__(
        self,
        actor: Actor,
        order_id: UUID,
        tender: Tender,
        amount: Money,
        *,
        passengers: Sequence[PassengerInput],
        quoted: Money,
        exchange: AgreedExchange | None = None,
    ) -> UUID:
        """Everything that the sale will be checked for is checked now, while no money has moved.

        ``exchange`` as in ``Sell``: what is paid is the difference, and what was agreed is kept with the order.

        Raises Refusal: NOT_ALLOWED, SHIFT_CLOSED, NOT_HELD, DEPARTED, QUOTE_CHANGED(total), TENDER_NOT_TAKEN,
        TENDER_NEEDS_LINE, TERMINAL_NOT_READY, TERMINAL_BLOCKED, PAYMENT_OPEN, PAYMENT_TOO_MUCH(due),
        TOO_MANY_PAYMENTS, AMOUNT_OUT_OF_RANGE, and what is wrong with a passenger; OutcomeUnknown.
        """
        demand(actor, Right.SELL)
        people = checked(passengers, self.policy, self.drawable)
        intent_id = self.ids.new()
        try:
            self._create(actor, order_id, tender, amount, passengers, people, quoted, intent_id, exchange)
        except OutcomeUnknown:
            # Looked up by its id (decisions 14): one that is there would block sale and terminal with nobody to run it.
            with self.store.reading() as books:
                if books.payments.intent(intent_id) is None:
                    raise
        return intent_id

    def _create(
        self,
        actor: Actor,
        order_id: UUID,
        tender: Tender,
        amount: Money,
        passengers: Sequence[PassengerInput],
        people: Sequence[Passenger],
        quoted: Money,
        intent_id: UUID,
        exchange: AgreedExchange | None,
    ) -> None:
        with self.holder.writing() as act:
            books = act.books
            order = books.orders.order(order_id)
            if order is None or order.state in {OrderState.FULFILLED, OrderState.REFUNDED}:
                raise Refusal(Reason.NOT_HELD)
            claim = held_claim(act, order_id)
            if claim.state is not ClaimState.LEASED:  # decisions 12: no money on places that may yet go
                raise Refusal(Reason.NOT_HELD)
            shift = selling_shift(books, actor)
            frozen = self.holder.frozen(books.stock, claim.run.run_id)
            assert frozen is not None, "a held run is frozen"
            check_count(claim, people)
            wanted, money = wanted_exchange(books, order, exchange)
            instead_of = None if wanted is None else wanted.ticket_id
            check_not_twice(books, people, claim, frozen.trip, self.policy, instead_of=instead_of)
            calls = frozen.trip.calls
            depart = instant(claim.run.service_date, calls[claim.span.board].depart_s, frozen.trip.zone)
            check_departure(depart, self.clock.now(), self.policy)
            lines = priced(people, Money(claim.fare_minor, claim.currency), claim.travel_class, self.policy)
            total = Money(sum(line.price_minor for line in lines), claim.currency)
            if total != quoted:
                raise Refusal(Reason.QUOTE_CHANGED, total=total.plain())
            if wanted is not None:
                assert self.exchanges is not None, "tickets are not exchanged here"
                given = self.exchanges.checked(books, actor, wanted, claim, frozen, people, total, paid=money)
                total = given.due
            others = books.payments.of_order(order_id)
            self._check_amount(amount, total, others)
            self.tendering.check(books, tender)
            kept = keep_draft(act, order, passengers, self.ids, exchange=wanted)
            books.orders.put_order(replace(kept, total_minor=total.minor))
            now = self.clock.now()
            intent = PaymentIntent(
                intent_id=intent_id,
                order_id=order_id,
                refund_id=None,
                charge_id=None,
                shift_id=shift.shift_id,
                user_id=actor.user_id,
                clerk=actor.display_name,
                direction=Direction.CHARGE,
                tender=tender,
                amount=amount,
                device=self.tendering.device(tender),
                terminal_id="",
                baseline=None,
                state=PaymentState.CREATED,
                created_at=now,
                sent_at=None,
                moved_at=now,
            )
            create(books, intent, actor=actor)

    @staticmethod
    def _check_amount(amount: Money, total: Money, others: Sequence[PaymentIntent]) -> None:
        if amount.currency != total.currency or amount.minor <= 0:
            raise Refusal(Reason.AMOUNT_OUT_OF_RANGE)
        if any(one.state in UNRESOLVED for one in others):
            raise Refusal(Reason.PAYMENT_OPEN)
        due = remaining(total, others)
        if due < amount:
            raise Refusal(Reason.PAYMENT_TOO_MUCH, due=due.plain())
        if len(others) >= LEGS_MAX:
            raise Refusal(Reason.TOO_MANY_PAYMENTS, maximum=LEGS_MAX)
