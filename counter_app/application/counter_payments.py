"""The desk's part about payments, put together once: ``payment_desk.PaymentDesk`` over the use cases."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from uuid import UUID

from counter_app.application.card_slips import OrderSlips
from counter_app.application.credentials import Credentials
from counter_app.application.drawer import OpenDrawer, PayOutCash
from counter_app.application.exchange import Exchanges, Locked, at_once
from counter_app.application.park import Offer
from counter_app.application.payment_desk import Says
from counter_app.application.payment_views import (
    BackLegView,
    Checkout,
    ClosingView,
    PaymentLeg,
    SettleItem,
    TerminalView,
    Verdict,
)
from counter_app.application.payments.card import CardPayments
from counter_app.application.payments.free_places import FreePlaces
from counter_app.application.payments.moving import Mover
from counter_app.application.payments.payment_list import PaymentsToSettle, ShowCheckout
from counter_app.application.payments.remote import Pause, RemotePayments
from counter_app.application.payments.resume_sale import ResumeSale
from counter_app.application.payments.run_payment import RunPayments
from counter_app.application.payments.settle_payment import CarryPayment, DecidePayment, RetryRefund, SecondPerson
from counter_app.application.payments.start_payment import StartPayment
from counter_app.application.payments.tenders import Tendering
from counter_app.application.payments.terminal_day import TerminalDay
from counter_app.application.quote_sale import Drawable
from counter_app.application.refund_plan import Policies, RefundLegs, RefundPayments
from counter_app.application.stock_holder import LocalHolder
from counter_app.application.views import ParkedSale, PassengerInput, Refunded
from counter_app.domain.money import Money
from counter_app.domain.payments import Tender
from counter_app.domain.policy import Policy
from counter_app.domain.staff import Actor
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.line import Line
from counter_app.ports.orders import AgreedExchange
from counter_app.ports.payments import CardTerminal, Difference, Slip
from counter_app.ports.store import MoneyStore


class StoppablePause:
    """``payments.remote.Pause`` of a real window: ``stop`` ends the waits of the payment under way."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def wait(self, wait_ms: int) -> bool:
        stopped = self._stopped.wait(wait_ms / 1000)
        self._stopped.clear()
        return stopped

    def stop(self) -> None:
        self._stopped.set()

    def clear(self) -> None:
        self._stopped.clear()


class CounterPayments:
    """``terminal`` None: none is configured; ``line`` None: stand-alone, and nothing that central asks for is taken."""

    def __init__(
        self,
        *,
        store: MoneyStore,
        holder: LocalHolder,
        policy: Policy,
        clock: Clock,
        ids: Ids,
        drawable: Drawable,
        credentials: Credentials,
        terminal: CardTerminal | None,
        line: Line | None,
        offer: Offer,
        policies: Policies,
        pause: Pause | None = None,
        merchant_slips: bool = True,
        exchanges: Exchanges | None = None,
    ) -> None:
        self._locked: Locked[UUID] = at_once
        self._terminal = terminal
        self._own_pause = StoppablePause()
        self._stop_asked = threading.Event()  # before the payment that was just begun was sent
        tendering = Tendering(policy=policy, terminal=terminal, line=line)
        mover = Mover(store=store, clock=clock)
        second = SecondPerson(credentials=credentials)
        self._start = StartPayment(
            store=store,
            holder=holder,
            policy=policy,
            clock=clock,
            ids=ids,
            drawable=drawable,
            tendering=tendering,
            exchanges=exchanges,
        )
        card = None if terminal is None else CardPayments(mover=mover, terminal=terminal, clock=clock)
        remote = (
            None
            if line is None
            else RemotePayments(mover=mover, line=line, clock=clock, pause=pause or self._own_pause)
        )
        self._runs = RunPayments(
            store=store, mover=mover, ids=ids, card=card, remote=remote, merchant_slips=merchant_slips
        )
        self._checkout = ShowCheckout(store=store, policy=policy, tendering=tendering)
        self._to_settle = PaymentsToSettle(store=store, terminal="" if terminal is None else terminal.name)
        self._decide = DecidePayment(store=store, clock=clock, second=second)
        self._carry = CarryPayment(store=store, second=second)
        self._retry = RetryRefund(store=store, clock=clock, ids=ids)
        self._resume = ResumeSale(store=store, offer=offer)
        self._free_places = FreePlaces(store=store, holder=holder)
        self._at_checkout: UUID | None = None
        self._refund_legs = RefundLegs(store=store, policies=policies)
        self._refund_payments = RefundPayments(store=store)
        self._pay_out_cash = PayOutCash(store=store, policy=policy, ids=ids, second=second)
        self._open_drawer = OpenDrawer(store=store, ids=ids)
        self._order_slips = OrderSlips(store=store)
        self._day = TerminalDay(store=store, terminal=terminal, clock=clock, ids=ids)

    # ---- a sale's checkout

    def at_checkout(self, order_id: UUID) -> None:
        """Before its tender begins: a window has one checkout, so whatever stood there before was left."""
        self._at_checkout = order_id
        self._free()

    def _free(self) -> None:
        self._free_places(but=self._at_checkout)

    def checkout(self, order_id: UUID, total: Money) -> Checkout:
        return self._checkout(order_id, total)

    def start_payment(
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
        self._stop_asked.clear()

        def start() -> UUID:
            return self._start(actor, order_id, tender, amount, passengers=passengers, quoted=quoted, exchange=exchange)

        # No money for a ticket that another window may take back meanwhile, or has.
        return start() if exchange is None else self._locked(actor, exchange.ticket_id, start)

    def run_payment(self, intent_id: UUID, says: Says, *, code: str = "") -> PaymentLeg:
        self._own_pause.clear()
        return self._runs.run(intent_id, says, code=code, stopped=self._stop_asked.is_set)

    def abort_payment(self) -> None:
        self._stop_asked.set()
        self._own_pause.stop()
        if self._terminal is not None:
            self._terminal.abort()

    def reverse_payment(self, actor: Actor, intent_id: UUID, says: Says) -> PaymentLeg:
        leg = self._runs.reverse(actor, intent_id, says)
        self._free()
        return leg

    # ---- what is not settled

    def payments_to_settle(self) -> list[SettleItem]:
        return self._to_settle()

    def ask_payment(self, intent_id: UUID, says: Says) -> PaymentLeg:
        leg = self._runs.ask(intent_id, says)
        self._free()
        return leg

    def recover_payments(self, says: Says) -> list[PaymentLeg]:
        legs = self._runs.recover(says)
        self._free()
        return legs

    def decide_payment(
        self, actor: Actor, intent_id: UUID, verdict: Verdict, *, reason: str, supervisor: str, supervisor_password: str
    ) -> PaymentLeg:
        leg = self._decide(
            actor, intent_id, verdict, reason=reason, supervisor=supervisor, supervisor_password=supervisor_password
        )
        self._free()
        return leg

    def carry_payment(
        self, actor: Actor, intent_id: UUID, *, note: str, supervisor: str, supervisor_password: str
    ) -> None:
        self._carry(actor, intent_id, note=note, supervisor=supervisor, supervisor_password=supervisor_password)

    def resume_sale(self, actor: Actor, order_id: UUID) -> ParkedSale:
        sale = self._resume(actor, order_id)
        self._at_checkout = order_id  # a reading act: what was left is freed by the next one that writes
        return sale

    def retry_refund(self, actor: Actor, intent_id: UUID) -> UUID:
        return self._retry(actor, intent_id)

    def pay_out_cash(
        self, actor: Actor, intent_id: UUID, *, reason: str, supervisor: str, supervisor_password: str
    ) -> UUID:
        return self._pay_out_cash(
            actor, intent_id, reason=reason, supervisor=supervisor, supervisor_password=supervisor_password
        )

    def order_slips(self, order_id: UUID) -> list[Slip]:
        return self._order_slips(order_id)

    # ---- refunds and the drawer

    def refund_legs(self, ticket_id: UUID, refundable: Money) -> list[BackLegView]:
        return self._refund_legs(ticket_id, refundable)

    def refund_payments(self, refunded: Refunded) -> list[PaymentLeg]:
        return self._refund_payments(refunded)

    def open_drawer(self, actor: Actor, *, reason: str) -> UUID:
        return self._open_drawer(actor, reason=reason)

    # ---- the terminal's day

    def terminal_view(self) -> TerminalView:
        return self._day.view()

    def end_terminal_day(self, actor: Actor, says: Says) -> ClosingView:
        return self._day.end(actor, says)

    def differences(self, *, limit: int = 200) -> list[Difference]:
        return self._day.differences(limit=limit)

    def resolve_difference(self, actor: Actor, difference_id: UUID, *, note: str) -> None:
        self._day.resolve(actor, difference_id, note=note)
