"""Payments to settle: what nobody knows yet, what a person has to decide, what is owed; and a terminal's day. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from counter_app.application.desk import Desk
from counter_app.application.exchange_views import ExchangeQuote
from counter_app.application.payment_views import (
    ClosingView,
    PaymentLeg,
    SettleAction,
    SettleItem,
    TerminalView,
    Verdict,
)
from counter_app.application.views import ParkedSale, SaleQuote, Sold
from counter_app.domain.payments import PaymentState
from counter_app.domain.staff import Actor, Right
from counter_app.ports.payments import Difference, DifferenceState
from ui.presenters.checkout import Basket
from ui.presenters.lane import Lane, Lanes, Trouble
from ui.presenters.paying import Paying

LIMIT = 200


class Part(StrEnum):
    OPEN = "open"
    DIFFERENCES = "differences"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a second person puts in: why, and who they are. ``verdict``: of a decision only."""

    reason: str
    supervisor: str
    password: str
    verdict: Verdict | None = None


class SettlePresenter:
    """``changed`` after every step; ``sold`` and ``printed`` bring print jobs; ``checkout`` takes a sale up again."""

    def __init__(
        self,
        desk: Callable[[], Desk],
        lanes: Lanes,
        actor: Callable[[], Actor],
        *,
        changed: Callable[[], None],
        troubled: Callable[[Trouble], None],
        printed: Callable[[Sequence[UUID]], None],
        ended: Callable[[PaymentLeg], None],
        sold: Callable[[Sold], None],
        checkout: Callable[[Basket], None],
        closed: Callable[[ClosingView], None],
    ) -> None:
        self._desk = desk
        self._lanes = lanes
        self._actor = actor
        self._changed = changed
        self._troubled = troubled
        self._ended = ended
        self._sold = sold
        self._checkout = checkout
        self._closed = closed
        self.part = Part.OPEN
        self.items: Sequence[SettleItem] = ()
        self.differences: Sequence[Difference] = ()
        self.terminal: TerminalView | None = None
        self.asking_all = False
        self.closing = False
        self.paying = Paying(desk, lanes, actor, changed=changed, troubled=self._failed, printed=printed)

    @property
    def busy(self) -> bool:
        return self.paying.running is not None or self.asking_all or self.closing

    # ---- reading
    def read(self) -> None:
        def both() -> tuple[list[SettleItem], list[Difference]]:
            return self._desk().payments_to_settle(), self._desk().differences(limit=LIMIT)

        def have(found: tuple[list[SettleItem], list[Difference]]) -> None:
            self.items, self.differences = tuple(found[0]), tuple(found[1])
            self._changed()

        self._lanes.run(Lane.READ, both, done=have, failed=self._troubled)

    def look_at_terminal(self) -> None:
        def have(view: TerminalView) -> None:
            self.terminal = view
            self._changed()

        if not self.busy:
            self._lanes.run(Lane.TERMINAL, lambda: self._desk().terminal_view(), done=have, failed=self._troubled)

    # ---- acting on one
    def may(self, action: SettleAction, item: SettleItem | None) -> bool:
        if item is None or action not in item.actions or self.busy:
            return False
        right = Right.REFUND if action in {SettleAction.TRY_AGAIN, SettleAction.PAY_OUT_CASH} else Right.SELL
        return self._actor().may(right)

    def act(self, action: SettleAction, item: SettleItem, signed: Signed | None = None) -> None:
        if not self.may(action, item):
            return
        match action:
            case SettleAction.ASK:
                self.paying.ask(item.leg, self._done)
            case SettleAction.REVERSE:
                self.paying.reverse(item.leg, self._done)
            case SettleAction.TRY_AGAIN:
                self._try_again(item)
            case SettleAction.FINISH_SALE:
                actor, order = self._actor(), item.leg.order_id
                self._lanes.run(
                    Lane.DATABASE,
                    lambda: self._desk().finish_sale(actor, order),
                    done=self._finished,
                    failed=self._failed,
                )
            case SettleAction.CONTINUE_SALE:
                self._continue(item)
            case SettleAction.DECIDE | SettleAction.CARRY | SettleAction.PAY_OUT_CASH:
                assert signed is not None, "a second person signs for it"
                self._sign(action, item, signed)

    def _done(self, leg: PaymentLeg) -> None:
        self._ended(leg)
        self.read()

    def _failed(self, trouble: Trouble) -> None:
        self._troubled(trouble)
        self.asking_all = self.closing = False
        self.read()

    def _finished(self, sale: Sold) -> None:
        self._sold(sale)
        self.read()

    def _try_again(self, item: SettleItem) -> None:
        actor, leg = self._actor(), item.leg
        if leg.state is PaymentState.CREATED:
            self.paying.pay_back(leg, self._done)
            return

        def again(intent_id: UUID) -> None:
            self.paying.pay_back_again(intent_id, leg, self._done)

        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk().retry_refund(actor, leg.intent_id),
            done=again,
            failed=self._failed,
        )

    def _continue(self, item: SettleItem) -> None:
        actor, order = self._actor(), item.leg.order_id

        def again() -> tuple[ParkedSale, SaleQuote, ExchangeQuote | None]:
            desk = self._desk()
            sale = desk.resume_sale(actor, order)
            if sale.exchanging is None:
                return sale, desk.quote(sale.hold, sale.passengers), None
            exchange = desk.quote_exchange(sale.hold, sale.passengers, sale.exchanging)
            return sale, exchange.sale, exchange

        def have(found: tuple[ParkedSale, SaleQuote, ExchangeQuote | None]) -> None:
            sale, quote, exchange = found
            self._checkout(
                Basket(
                    offer=sale.offer,
                    hold=sale.hold,
                    passengers=sale.passengers,
                    quote=quote,
                    sold=lambda: None,
                    exchange=exchange,
                )
            )

        self._lanes.run(Lane.READ, again, done=have, failed=self._failed)

    def _sign(self, action: SettleAction, item: SettleItem, signed: Signed) -> None:
        actor, intent_id = self._actor(), item.leg.intent_id
        who = {"supervisor": signed.supervisor, "supervisor_password": signed.password}

        def work() -> object:
            desk = self._desk()
            if action is SettleAction.DECIDE:
                assert signed.verdict is not None
                return desk.decide_payment(actor, intent_id, signed.verdict, reason=signed.reason, **who)
            if action is SettleAction.CARRY:
                desk.carry_payment(actor, intent_id, note=signed.reason, **who)
                return None
            return desk.pay_out_cash(actor, intent_id, reason=signed.reason, **who)

        self._lanes.run(Lane.DATABASE, work, done=lambda _answer: self.read(), failed=self._failed)

    # ---- all of them, and the terminal's day
    def ask_all(self) -> None:
        """Every one that is unknown, one after the other; a device that is silent is left at its first."""
        if self.busy:
            return
        self.asking_all = True
        self._changed()

        def have(_legs: list[PaymentLeg]) -> None:
            self.asking_all = False
            self.read()

        self._lanes.run(
            Lane.TERMINAL, lambda: self._desk().recover_payments(lambda _text: None), done=have, failed=self._failed
        )

    def end_day(self) -> None:
        if self.busy:
            return
        self.closing = True
        self._changed()
        actor = self._actor()

        def have(view: ClosingView) -> None:
            self.closing = False
            self._closed(view)
            self.read()

        self._lanes.run(
            Lane.TERMINAL,
            lambda: self._desk().end_terminal_day(actor, lambda _text: None),
            done=have,
            failed=self._failed,
        )

    def may_resolve(self, one: Difference | None) -> bool:
        return one is not None and one.state is DifferenceState.OPEN and self._actor().may(Right.OTHERS_SHIFTS)

    def resolve(self, one: Difference, note: str) -> None:
        actor = self._actor()
        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk().resolve_difference(actor, one.difference_id, note=note),
            done=lambda _nothing: self.read(),
            failed=self._failed,
        )
