"""Scenery for pictures of paying: a real desk whose card terminal, central and customers are only painted.

As in ``gallery_line``: the sale itself is made by the desk that it stands before, for cash; nothing outside the gallery
uses it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

from PySide6.QtCore import Qt

from counter_app.application.payment_views import (
    AboutPayment,
    BackLegView,
    Checkout,
    PaymentLeg,
    SettleAction,
    SettleItem,
    TenderOption,
    TerminalView,
)
from counter_app.application.views import PassengerInput, Sold
from counter_app.domain.money import Money
from counter_app.domain.payments import DEAD, UNRESOLVED, Direction, PaymentState, Tender, cash_due
from counter_app.domain.staff import Actor
from counter_app.ports.clock import Clock
from counter_app.ports.orders import AgreedExchange
from counter_app.ports.payments import Difference, DifferenceState
from ui.presenters.lane import Lane
from ui.screens.checkout import CheckoutScreen
from ui.screens.payments import PaymentsScreen
from ui.shell.screen import Screen

if TYPE_CHECKING:
    from ui.gallery import Gallery

SPACE: Final = UUID("b9a5c9d0-2f43-5a51-8f0c-3d8b7a6c5e21")
CASH_STEP_MINOR: Final = 10
CUSTOMER_S_MAX: Final = 300.0
VOUCHER: Final = "GIFT-2026-0042"
KEY = Qt.Key
S = PaymentState
A = SettleAction


class StagedPayments:
    """While ``on``: ``ends`` says how each payment ends, approved where it is empty; a card waits for ``go``."""

    def __init__(self, desk: Any, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self.on = False
        self.legs: list[PaymentLeg] = []
        self.ends: list[PaymentState] = []
        self.go = threading.Event()
        self.others: list[SettleItem] = []
        self.found: list[Difference] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)

    # ---- the checkout
    def checkout(self, order_id: UUID, total: Money) -> Checkout:
        if not self.on:
            found: Checkout = self._desk.checkout(order_id, total)
            return found
        taken = sum(leg.amount.minor for leg in self.legs if leg.state not in DEAD)
        left = Money(total.minor - taken, total.currency)
        return Checkout(
            order_id=order_id,
            total=total,
            legs=tuple(self.legs),
            left=left,
            cash=cash_due(left, CASH_STEP_MINOR),
            options=tuple(TenderOption(tender=one) for one in Tender),
            abandonable=not any(leg.state in UNRESOLVED for leg in self.legs),
        )

    def start_payment(self, actor: Actor, order_id: UUID, tender: Tender, amount: Money, **sale: object) -> UUID:
        del actor, sale
        self.legs.append(self._leg(tender, amount, order_id, number=len(self.legs)))
        return self.legs[-1].intent_id

    def run_payment(self, intent_id: UUID, says: Callable[[str], None], *, code: str = "") -> PaymentLeg:
        del code
        (leg,) = (leg for leg in self.legs if leg.intent_id == intent_id)
        if leg.tender is Tender.CARD:
            says("Insert the card")
            self.go.wait(CUSTOMER_S_MAX)
        return self._end(leg)

    def ask_payment(self, intent_id: UUID, says: Callable[[str], None]) -> PaymentLeg:
        del says
        (leg,) = (leg for leg in self.legs if leg.intent_id == intent_id)
        return self._end(leg)

    def recover_payments(self, says: Callable[[str], None]) -> list[PaymentLeg]:
        if self.on:
            return []
        found: list[PaymentLeg] = self._desk.recover_payments(says)
        return found

    def sell(
        self,
        actor: Actor,
        order_id: UUID,
        passengers: Sequence[PassengerInput],
        *,
        quoted: Money,
        received: Money | None,
        exchange: AgreedExchange | None = None,
    ) -> Sold:
        by_legs = self.on and received is None
        sold: Sold = self._desk.sell(
            actor,
            order_id,
            passengers,
            quoted=quoted,
            received=quoted if by_legs else received,
            exchange=exchange,
        )
        nothing = Money(0, quoted.currency)
        return replace(sold, received=nothing, change=nothing) if by_legs else sold

    # ---- what is not settled, and the way back
    def payments_to_settle(self) -> list[SettleItem]:
        if not self.on:
            items: list[SettleItem] = self._desk.payments_to_settle()
            return items
        return list(self.others)

    def differences(self, *, limit: int = 200) -> list[Difference]:
        return self.found[:limit] if self.on else self._desk.differences(limit=limit)

    def terminal_view(self) -> TerminalView:
        if not self.on:
            view: TerminalView = self._desk.terminal_view()
            return view
        return TerminalView(
            name="card",
            configured=True,
            ready=True,
            trouble="",
            terminal_id="52500031",
            last_receipt=217,
            blocked_by=None,
            last_closing=None,
        )

    def refund_legs(self, ticket_id: UUID, refundable: Money) -> list[BackLegView]:
        if not self.on:
            legs: list[BackLegView] = self._desk.refund_legs(ticket_id, refundable)
            return legs
        nothing = Money(0, refundable.currency)
        voucher = Money(min(100_00, refundable.minor // 2), refundable.currency)
        card = BackLegView(
            tender=Tender.CARD, amount=refundable - voucher, rounding=nothing, card="**** 1234", how="refund"
        )
        return [
            card,
            BackLegView(tender=Tender.VOUCHER, amount=voucher, rounding=nothing, card="", how="central"),
        ]

    # ---- inside
    def of_earlier(self) -> None:
        """Three of this morning: not known, to be decided, and a refund that did not go back; and a difference."""
        currency = self._desk.profile.currency
        unknown = self._leg(Tender.CARD, Money(338_00, currency), number=100, state=S.UNKNOWN)
        charged = self._leg(Tender.CARD, Money(178_00, currency), number=101, state=S.MANUAL)
        back = replace(
            self._leg(Tender.WECHAT, Money(298_50, currency), number=102, state=S.DECLINED),
            refund_id=uuid5(SPACE, "refund"),
            direction=Direction.REFUND,
            reason="no_answer",
        )
        self.others = [
            self._item(
                replace(unknown, reason="timeout"), "unknown_ask_terminal", (A.ASK, A.CARRY), blocks_terminal=True
            ),
            self._item(
                replace(charged, reason="reversed_another"),
                "decide_reversed_another",
                (A.DECIDE, A.CARRY),
                alarm=True,
                blocks_terminal=True,
            ),
            self._item(back, "refund_owed", (A.TRY_AGAIN, A.PAY_OUT_CASH)),
        ]
        self.found = [
            Difference(
                difference_id=uuid5(SPACE, "difference"),
                source="card",
                found_at=self._clock.now() - timedelta(hours=14),
                kind="amount",
                tender=Tender.CARD,
                ours_minor=4_231_50,
                theirs_minor=4_409_50,
                intent_id=None,
                detail="",
                state=DifferenceState.OPEN,
                owner="",
                note="",
            )
        ]

    def _leg(
        self,
        tender: Tender,
        amount: Money,
        order_id: UUID | None = None,
        *,
        number: int,
        state: PaymentState = S.CREATED,
    ) -> PaymentLeg:
        return PaymentLeg(
            intent_id=uuid5(SPACE, f"intent/{number}"),
            order_id=order_id or uuid5(SPACE, f"order/{number}"),
            refund_id=None,
            direction=Direction.CHARGE,
            tender=tender,
            amount=amount,
            state=state,
            reason="",
            card="**** 1234" if tender is Tender.CARD else "",
            card_name="",
            at=self._clock.now() - (timedelta(minutes=number) if number >= 100 else timedelta()),
            bound=False,
        )

    def _end(self, leg: PaymentLeg) -> PaymentLeg:
        end = self.ends.pop(0) if self.ends else S.APPROVED
        ended = replace(leg, state=end, reason="timeout" if end is S.UNKNOWN else "")
        self.legs[self.legs.index(leg)] = ended
        return ended

    def _item(
        self,
        leg: PaymentLeg,
        next_step: str,
        actions: tuple[SettleAction, ...],
        *,
        alarm: bool = False,
        blocks_terminal: bool = False,
    ) -> SettleItem:
        return SettleItem(
            leg=leg,
            device="card" if leg.tender is Tender.CARD else leg.tender.value,
            about=AboutPayment(service="G1", travel_on=self._clock.now().date(), places=("05-12A", "05-12B")),
            clerk="李芳",
            since=leg.at,
            next_step=next_step,
            actions=actions,
            alarm=alarm,
            carried="",
            blocks_terminal=blocks_terminal,
        )


def take_payments(gallery: Gallery, staged: StagedPayments) -> None:
    """A sale by voucher and card whose answer is late, what stands on the list meanwhile, and where a refund goes."""
    window = gallery.window
    staged.on = True
    gallery.to_checkout()
    gallery.shot("checkout-ways-to-pay")
    gallery.press(KEY.Key_F6)
    gallery.shot("checkout-wallet")
    gallery.press(KEY.Key_Escape)
    gallery.type_in("100")
    gallery.press(KEY.Key_F7)
    gallery.type_in(VOUCHER)
    gallery.shot("checkout-voucher")
    gallery.press(KEY.Key_Return)
    gallery.shot("checkout-part-paid")
    staged.ends = [S.UNKNOWN]
    with gallery.waiting_at(Lane.TERMINAL):
        gallery.press(KEY.Key_F5)
        gallery.until(lambda: _said(gallery))
        gallery.shot("checkout-card-under-way")
        staged.go.set()
    gallery.settle()
    gallery.shot("checkout-not-known")
    gallery.press(KEY.Key_F9)
    gallery.shot("checkout-done-by-legs")
    gallery.press(KEY.Key_Return)
    staged.of_earlier()
    window.payments.look()
    gallery.show(PaymentsScreen, "payments")
    gallery.shot("payments-to-settle")
    gallery.press(KEY.Key_Down)
    gallery.shot("payments-alarm")
    gallery.press(KEY.Key_Down)
    gallery.shot("payments-refund-owed")
    gallery.press(KEY.Key_F8)
    gallery.shot("payments-differences")
    ticket = gallery.on_lane(lambda desk: desk.find_tickets("", limit=1))[0]
    gallery.show(Screen, "refund", text=ticket.number)
    gallery.shot("refund-quote-by-legs")
    gallery.press(KEY.Key_Escape)
    staged.others, staged.found, staged.legs = [], [], []
    staged.on = False
    window.payments.look()
    gallery.settle()


def _said(gallery: Gallery) -> bool:
    screen = gallery.window.current
    assert isinstance(screen, CheckoutScreen)
    running = screen.presenter.paying.running
    return running is not None and bool(running.says)
