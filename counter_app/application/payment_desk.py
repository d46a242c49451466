"""The desk's part about paying with more than cash (``desk.Desk`` includes it). Lanes and errors as there.

TERMINAL: may last as long as a customer takes; commits in between through the one writer; never on the GUI's thread,
and one call at a time per terminal. What a clerk is shown while it lasts comes through ``says``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

from counter_app.application.payment_views import (
    BackLegView,
    Checkout,
    ClosingView,
    PaymentLeg,
    SettleItem,
    TerminalView,
    Verdict,
)
from counter_app.application.views import ParkedSale, PassengerInput, Refunded, Sold
from counter_app.domain.money import Money
from counter_app.domain.payments import Tender
from counter_app.domain.staff import Actor
from counter_app.ports.orders import AgreedExchange
from counter_app.ports.payments import Difference, Slip

Says = Callable[[str], None]


class PaymentDesk(Protocol):
    # ---- a sale's checkout, after ``begin_tender``
    def checkout(self, order_id: UUID, total: Money) -> Checkout:
        """READ."""
        ...

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
        """WRITE. The intent, durable; passengers are kept sealed with the order, so that a crash loses no names.

        ``exchange``: the ticket that is given in; kept with the order too, and it holds from now on.

        Raises NOT_ALLOWED, SHIFT_CLOSED, NOT_HELD, QUOTE_CHANGED, TENDER_NOT_TAKEN, TENDER_NEEDS_LINE,
        TERMINAL_BLOCKED, PAYMENT_OPEN, PAYMENT_TOO_MUCH(due), TOO_MANY_PAYMENTS, and what is wrong with a passenger.
        """
        ...

    def run_payment(self, intent_id: UUID, says: Says, *, code: str = "") -> PaymentLeg:
        """TERMINAL. Sends what was committed and brings it as far as it comes; never raises for a device or a line.

        ``code``: what the customer showed, for a tender that central asks for. Also runs a refund's leg.
        """
        ...

    def abort_payment(self) -> None:
        """Any thread. Asks the terminal to stop; ``run_payment`` still says how it ended."""
        ...

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
        """WRITE. One commit, of every approved leg and, for what is left, cash. ``received`` None: nothing is left.

        ``exchange``: the ticket that is given in, in the same commit; ``quoted`` is the new one's whole price.

        Raises CASH_SHORT, QUOTE_CHANGED, NOT_HELD, SHIFT_CLOSED, PAYMENT_OPEN, PAYMENT_MISSING(missing), ...
        """
        ...

    def reverse_payment(self, actor: Actor, intent_id: UUID, says: Says) -> PaymentLeg:
        """TERMINAL. An approved leg of a sale that is given up. Raises PAYMENT_NOT_OPEN where a sale stands on it."""
        ...

    # ---- what is not settled
    def payments_to_settle(self) -> list[SettleItem]:
        """READ. Those that block come first."""
        ...

    def ask_payment(self, intent_id: UUID, says: Says) -> PaymentLeg:
        """TERMINAL. Asks the terminal or central what became of it.

        An approval of a sale that is still held stays loose until the sale is finished or it is reversed.
        """
        ...

    def recover_payments(self, says: Says) -> list[PaymentLeg]:
        """TERMINAL. At start and on demand: every intent in turn.

        Bounded: an answer that does not come ends the round of its device.
        """
        ...

    def resume_sale(self, actor: Actor, order_id: UUID) -> ParkedSale:
        """READ. A sale that was left with money on it, to be taken to its checkout again. Raises NOT_HELD."""
        ...

    def finish_sale(self, actor: Actor, order_id: UUID) -> Sold:
        """WRITE. A paid sale that a crash left, with the passengers that were kept."""
        ...

    def decide_payment(
        self, actor: Actor, intent_id: UUID, verdict: Verdict, *, reason: str, supervisor: str, supervisor_password: str
    ) -> PaymentLeg:
        """WRITE. MANUAL only; the supervisor is another person. Raises PAYMENT_NOT_OPEN, REASON_NEEDED, …"""
        ...

    def carry_payment(
        self, actor: Actor, intent_id: UUID, *, note: str, supervisor: str, supervisor_password: str
    ) -> None:
        """WRITE. It no longer blocks the close; it stays on the list, and the Z prints it."""
        ...

    def pay_out_cash(
        self, actor: Actor, intent_id: UUID, *, reason: str, supervisor: str, supervisor_password: str
    ) -> UUID:
        """WRITE. A refund's leg that came to nothing, in cash instead; returns the slip's job. DRAWER_SHORT."""
        ...

    def retry_refund(self, actor: Actor, intent_id: UUID) -> UUID:
        """WRITE. A refund's leg that came to nothing, once more: a new intent, to be run by ``run_payment``."""
        ...

    def order_slips(self, order_id: UUID) -> list[Slip]:
        """READ. Of every leg of the order."""
        ...

    # ---- refunds
    def refund_legs(self, ticket_id: UUID, refundable: Money) -> list[BackLegView]:
        """READ. Where the money would go."""
        ...

    def refund_payments(self, refunded: Refunded) -> list[PaymentLeg]:
        """READ. The legs of a posted refund that are still to be run, by ``run_payment``, one after the other."""
        ...

    # ---- drawer and terminal
    def open_drawer(self, actor: Actor, *, reason: str) -> UUID:
        """WRITE. A no-sale, with a reason, journaled; returns the kick's job."""
        ...

    def terminal_view(self) -> TerminalView:
        """TERMINAL."""
        ...

    def end_terminal_day(self, actor: Actor, says: Says) -> ClosingView:
        """TERMINAL. Refused while a payment on it is not settled: TERMINAL_BLOCKED."""
        ...

    def differences(self, *, limit: int = 200) -> list[Difference]:
        """READ."""
        ...

    def resolve_difference(self, actor: Actor, difference_id: UUID, *, note: str) -> None:
        """WRITE, OTHERS_SHIFTS."""
        ...
