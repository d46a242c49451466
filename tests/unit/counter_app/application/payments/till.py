"""A counter with a card terminal that does what a test says, and remembers what it was told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from counter_app.application.payments.card import CardPayments
from counter_app.application.payments.moving import Mover
from counter_app.application.payments.payment_list import PaymentsToSettle, ShowCheckout
from counter_app.application.payments.run_payment import RunPayments
from counter_app.application.payments.start_payment import StartPayment
from counter_app.application.payments.tenders import Tendering
from counter_app.application.views import HoldView, PassengerInput
from counter_app.domain.money import Money
from counter_app.domain.payments import CardResult, PaymentIntent, Tender, TerminalReport
from counter_app.ports.payments import (
    Approved,
    CardOutcome,
    Closing,
    Declined,
    Slip,
    TerminalStatus,
    TerminalTrouble,
    Unknown,
    Watch,
)
from tests.unit.counter_app.application.counter import HAN, LI, Counter, SetClock, cny

TID = "52500004"
LONGEST = timedelta(seconds=200)


@dataclass
class Terminal:
    """Its books are real: what it acknowledged is its last transaction. ``script`` says how the next act goes."""

    name: str = "terminal"
    longest: timedelta = LONGEST
    trouble: TerminalTrouble = TerminalTrouble.NONE
    ready: bool = True
    last: CardResult | None = None
    script: list[Callable[[Terminal, CardResult, Watch], CardOutcome]] = field(default_factory=list)
    told: list[tuple[str, int]] = field(default_factory=list)

    def status(self) -> TerminalStatus:
        report = TerminalReport(ready=self.ready, terminal_id=TID, last=self.last)
        return TerminalStatus(name=self.name, trouble=self.trouble, report=None if self.trouble else report)

    def charge(self, amount: Money, watch: Watch) -> CardOutcome:
        return self._act("payment", amount, watch, self._next_receipt())

    def reverse(self, receipt: int, amount: Money, watch: Watch) -> CardOutcome:
        return self._act("reversal", amount, watch, receipt)

    def refund(self, amount: Money, watch: Watch) -> CardOutcome:
        return self._act("refund", amount, watch, self._next_receipt())

    def end_of_day(self, watch: Watch) -> Closing:
        raise NotImplementedError

    def abort(self) -> None: ...

    def close(self) -> None: ...

    def result(self, kind: str, amount_minor: int, receipt: int, result: str = "00") -> CardResult:
        return CardResult(
            kind=kind,
            result=result,
            amount_minor=amount_minor,
            currency="CNY",
            terminal_id=TID,
            receipt=receipt,
            trace=receipt + 1000,
            card="**** 1234",
            card_name="Mastercard",
        )

    def _next_receipt(self) -> int:
        return (self.last.receipt or 0) + 1 if self.last is not None else 1

    def _act(self, kind: str, amount: Money, watch: Watch, receipt: int) -> CardOutcome:
        self.told.append((kind, amount.minor))
        done = self.script.pop(0) if self.script else approve
        return done(self, self.result(kind, amount.minor, receipt), watch)


def approve(terminal: Terminal, result: CardResult, watch: Watch) -> CardOutcome:
    watch.says("insert_card")
    if not watch.answered(result):
        return Unknown(reason="not_committed", result=result)
    terminal.last = result
    return Approved(result=result, slips=(Slip(whose="customer", lines=("APPROVED",)),))


def decline(terminal: Terminal, result: CardResult, watch: Watch) -> CardOutcome:
    return Declined(code="6c", words="")


def silent(terminal: Terminal, result: CardResult, watch: Watch) -> CardOutcome:
    return Unknown(reason="timeout")


def paid_but_lost(terminal: Terminal, result: CardResult, watch: Watch) -> CardOutcome:
    """The terminal booked it, and nothing of that arrived."""
    del watch
    terminal.last = result
    return Unknown(reason="reset")


class Till(Counter):
    def __init__(self, folder: Path, *, terminal: Terminal | None = None, clock: SetClock | None = None) -> None:
        self.terminal = terminal or Terminal()
        self.said: list[str] = []
        super().__init__(folder, clock=clock)

    def open(self) -> None:
        super().open()
        self.mover = Mover(store=self.store, clock=self.clock)
        self.tendering = Tendering(policy=self.policy, terminal=self.terminal, line=None)
        self.start = StartPayment(
            store=self.store,
            holder=self.holder,
            policy=self.policy,
            clock=self.clock,
            ids=self.ids,
            drawable=lambda _: True,
            tendering=self.tendering,
        )
        card = CardPayments(mover=self.mover, terminal=self.terminal, clock=self.clock)
        self.payments = RunPayments(store=self.store, mover=self.mover, ids=self.ids, card=card, remote=None)
        self.checkout = ShowCheckout(store=self.store, policy=self.policy, tendering=self.tendering)
        self.to_settle = PaymentsToSettle(store=self.store, terminal=self.terminal.name)

    def in_tender(self, count: int = 1) -> HoldView:
        hold = self.held(count)
        return self.begin_tender(self.clerk, hold.order_id)

    def pay(
        self,
        hold: HoldView,
        amount: Money | None = None,
        *,
        people: Sequence[PassengerInput] = (LI,),
        tender: Tender = Tender.CARD,
    ) -> UUID:
        total = Money(hold.fare.minor * len(people), "CNY")
        return self.start(self.clerk, hold.order_id, tender, amount or total, passengers=people, quoted=total)

    def intent(self, intent_id: UUID) -> PaymentIntent:
        return self.mover.read(intent_id)


__all__ = ["HAN", "LI", "LONGEST", "TID", "Terminal", "Till", "approve", "cny", "decline", "paid_but_lost", "silent"]
