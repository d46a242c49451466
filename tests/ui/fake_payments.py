"""Payments of the fake desk: a terminal that does what ``script`` says, and the lists that the screens show."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID, uuid5

from counter_app.application.payment_views import (
    AboutPayment,
    BackLegView,
    Checkout,
    ClosingView,
    PaymentLeg,
    SettleAction,
    SettleItem,
    TenderOption,
    TerminalView,
    Verdict,
)
from counter_app.application.views import ParkedSale, PassengerInput, Refunded, Sold
from counter_app.domain.money import Money
from counter_app.domain.payments import UNRESOLVED, Direction, PaymentState, Tender, cash_due
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal
from counter_app.ports.orders import AgreedExchange
from counter_app.ports.payments import Difference, DifferenceState, Slip

S = PaymentState
A = SettleAction
SPACE = UUID("0b6a7a4c-2a53-5d0e-8a55-6f0f6f0a9a11")
SUPERVISOR = ("li", "demo-demo")
STEPS = {
    S.UNKNOWN: ("unknown_ask_terminal", (A.ASK, A.CARRY)),
    S.MANUAL: ("decide_reversed_another", (A.DECIDE, A.CARRY)),
    S.APPROVED: ("finish_sale", (A.FINISH_SALE, A.REVERSE)),
    S.DECLINED: ("refund_owed", (A.TRY_AGAIN, A.PAY_OUT_CASH)),
}


class FakePayments:
    """``script``: the end of each payment to come, approved where it is empty. ``hold``: until it is set, one waits."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.legs: dict[UUID, PaymentLeg] = {}
        self.script: list[PaymentState] = []
        self.codes: list[tuple[Tender, str]] = []
        self.hold: threading.Event | None = None
        self.aborted = threading.Event()
        self.why: dict[Tender, str] = {}
        self.carried: dict[UUID, str] = {}
        self.decided: list[tuple[UUID, Verdict]] = []
        self.found_differences: list[Difference] = []
        self.finished: list[UUID] = []
        self.people: dict[UUID, tuple[tuple[PassengerInput, ...], Money]] = {}
        self.back_tenders: tuple[Tender, ...] = (Tender.CASH,)

    def of_order(self, order_id: UUID) -> list[PaymentLeg]:
        return [leg for leg in self.legs.values() if leg.order_id == order_id and leg.refund_id is None]

    def move(self, intent_id: UUID, to: PaymentState, reason: str = "") -> PaymentLeg:
        self.legs[intent_id] = replace(self.legs[intent_id], state=to, reason=reason, at=self._now())
        return self.legs[intent_id]

    def bind(self, order_id: UUID) -> None:
        """A sale is made of them."""
        for leg in self.of_order(order_id):
            self.legs[leg.intent_id] = replace(leg, bound=True)

    def paid(self, order_id: UUID) -> Money | None:
        """What approved legs of it come to; None: one is not known."""
        legs = self.of_order(order_id)
        if any(leg.state in UNRESOLVED for leg in legs):
            return None
        return Money(sum(leg.amount.minor for leg in legs if leg.state is S.APPROVED), "CNY")

    def add(
        self,
        order_id: UUID,
        tender: Tender,
        amount: Money,
        *,
        state: PaymentState = S.CREATED,
        refund: UUID | None = None,
    ) -> PaymentLeg:
        made = PaymentLeg(
            intent_id=uuid5(SPACE, f"intent/{len(self.legs)}"),
            order_id=order_id,
            refund_id=refund,
            direction=Direction.REFUND if refund is not None else Direction.CHARGE,
            tender=tender,
            amount=amount,
            state=state,
            reason="",
            card="**** 1234" if tender is Tender.CARD else "",
            card_name="",
            at=self._now(),
            bound=refund is not None,
        )
        self.legs[made.intent_id] = made
        return made


class PayingDesk:
    """``application.payment_desk.PaymentDesk``, but for the sale itself."""

    payments: FakePayments

    def checkout(self, order_id: UUID, total: Money) -> Checkout:
        legs = self.payments.of_order(order_id)
        dead = {S.DECLINED, S.NOT_PERFORMED, S.REVERSED}
        left = Money(total.minor - sum(leg.amount.minor for leg in legs if leg.state not in dead), total.currency)
        taken = (Tender.CASH, Tender.CARD, Tender.ALIPAY, Tender.WECHAT, Tender.VOUCHER, Tender.ACCOUNT)
        return Checkout(
            order_id=order_id,
            total=total,
            legs=tuple(legs),
            left=left,
            cash=cash_due(left, 10),
            options=tuple(TenderOption(tender=one, why=self.payments.why.get(one, "")) for one in taken),
            abandonable=not any(leg.state in UNRESOLVED for leg in legs),
        )

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
        del exchange
        self.payments.people[order_id] = (tuple(passengers), quoted)
        return self.payments.add(order_id, tender, amount).intent_id

    def run_payment(self, intent_id: UUID, says: Callable[[str], None], *, code: str = "") -> PaymentLeg:
        leg = self.payments.legs[intent_id]
        self.payments.codes.append((leg.tender, code))
        says("Insert the card" if leg.tender is Tender.CARD else "customer_confirms")
        if self.payments.hold is not None:
            self.payments.hold.wait(20)
        end = self.payments.script.pop(0) if self.payments.script else S.APPROVED
        if self.payments.aborted.is_set():
            return self.payments.move(intent_id, S.DECLINED, "terminal_6C")
        return self.payments.move(intent_id, end, {S.UNKNOWN: "timeout", S.DECLINED: "terminal_05"}.get(end, ""))

    def abort_payment(self) -> None:
        self.payments.aborted.set()
        if self.payments.hold is not None:
            self.payments.hold.set()

    def reverse_payment(self, actor: Actor, intent_id: UUID, says: Callable[[str], None]) -> PaymentLeg:
        return self.payments.move(intent_id, self.payments.script.pop(0) if self.payments.script else S.REVERSED)

    def payments_to_settle(self) -> list[SettleItem]:
        items = []
        for leg in self.payments.legs.values():
            if leg.state not in STEPS or (
                leg.state is S.APPROVED and (leg.bound or leg.order_id in self.payments.finished)
            ):
                continue
            if leg.state is S.DECLINED and leg.refund_id is None:
                continue
            step, actions = STEPS[leg.state]
            items.append(
                SettleItem(
                    leg=leg,
                    device="card" if leg.tender is Tender.CARD else leg.tender.value,
                    about=AboutPayment(service="G1", travel_on=date(2026, 12, 5), places=("02-05A",)),
                    clerk="王芳",
                    since=leg.at,
                    next_step=step,
                    actions=actions,
                    alarm=leg.state is S.MANUAL,
                    carried=self.payments.carried.get(leg.intent_id, ""),
                    blocks_terminal=leg.state is S.UNKNOWN,
                )
            )
        return items

    def ask_payment(self, intent_id: UUID, says: Callable[[str], None]) -> PaymentLeg:
        end = self.payments.script.pop(0) if self.payments.script else S.APPROVED
        return self.payments.move(intent_id, end)

    def recover_payments(self, says: Callable[[str], None]) -> list[PaymentLeg]:
        waiting = [leg for leg in self.payments.legs.values() if leg.state is S.UNKNOWN]
        return [self.ask_payment(leg.intent_id, says) for leg in waiting]

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
        raise NotImplementedError  # the desk's

    def resume_sale(self, actor: Actor, order_id: UUID) -> ParkedSale:
        raise Refusal(Reason.NOT_HELD)  # nothing here survives its window

    def finish_sale(self, actor: Actor, order_id: UUID) -> Sold:
        people, quoted = self.payments.people[order_id]
        sold = self.sell(actor, order_id, people, quoted=quoted, received=None)
        self.payments.finished.append(order_id)
        return sold

    def _second(self, supervisor: str, password: str) -> None:
        if (supervisor, password) != SUPERVISOR:
            raise Refusal(Reason.BAD_CREDENTIALS)

    def decide_payment(
        self,
        actor: Actor,
        intent_id: UUID,
        verdict: Verdict,
        *,
        reason: str,
        supervisor: str,
        supervisor_password: str,
    ) -> PaymentLeg:
        self._second(supervisor, supervisor_password)
        self.payments.decided.append((intent_id, verdict))
        to = {Verdict.PAID: S.APPROVED, Verdict.NOT_PAID: S.NOT_PERFORMED, Verdict.REVERSED: S.REVERSED}[verdict]
        return self.payments.move(intent_id, to)

    def carry_payment(
        self,
        actor: Actor,
        intent_id: UUID,
        *,
        note: str,
        supervisor: str,
        supervisor_password: str,
    ) -> None:
        self._second(supervisor, supervisor_password)
        self.payments.carried[intent_id] = note

    def pay_out_cash(
        self,
        actor: Actor,
        intent_id: UUID,
        *,
        reason: str,
        supervisor: str,
        supervisor_password: str,
    ) -> UUID:
        self._second(supervisor, supervisor_password)
        self.payments.move(intent_id, S.NOT_PERFORMED)
        return uuid5(SPACE, f"slip/{intent_id}")

    def retry_refund(self, actor: Actor, intent_id: UUID) -> UUID:
        old = self.payments.legs[intent_id]
        self.payments.move(intent_id, S.NOT_PERFORMED)
        return self.payments.add(old.order_id, old.tender, old.amount, refund=old.refund_id).intent_id

    def order_slips(self, order_id: UUID) -> list[Slip]:
        return []

    def refund_legs(self, ticket_id: UUID, refundable: Money) -> list[BackLegView]:
        nothing = Money(0, refundable.currency)
        return [
            BackLegView(
                tender=one,
                amount=refundable,
                rounding=nothing,
                card="**** 1234" if one is Tender.CARD else "",
                how="cash" if one is Tender.CASH else "refund",
            )
            for one in self.payments.back_tenders[:1]
        ]

    def refund_payments(self, refunded: Refunded) -> list[PaymentLeg]:
        legs = [leg for leg in self.payments.legs.values() if leg.refund_id == refunded.refund_id]
        return [leg for leg in legs if leg.state is S.CREATED]

    def open_drawer(self, actor: Actor, *, reason: str) -> UUID:
        if not reason.strip():
            raise Refusal(Reason.REASON_NEEDED)
        return uuid5(SPACE, f"kick/{len(self.payments.legs)}")

    def terminal_view(self) -> TerminalView:
        return TerminalView(
            name="card",
            configured=True,
            ready=True,
            trouble="",
            terminal_id="52500004",
            last_receipt=17,
            blocked_by=None,
            last_closing=None,
        )

    def end_terminal_day(self, actor: Actor, says: Callable[[str], None]) -> ClosingView:
        return ClosingView(
            done=True,
            unknown=False,
            reason="",
            ours_count=0,
            ours=Money(0, "CNY"),
            theirs_count=0,
            theirs=Money(0, "CNY"),
            differences=tuple(self.payments.found_differences),
            job=None,
        )

    def differences(self, *, limit: int = 200) -> list[Difference]:
        return list(self.payments.found_differences)

    def resolve_difference(self, actor: Actor, difference_id: UUID, *, note: str) -> None:
        self.payments.found_differences = [
            replace(one, state=DifferenceState.RESOLVED, owner=actor.login, note=note)
            if one.difference_id == difference_id
            else one
            for one in self.payments.found_differences
        ]
