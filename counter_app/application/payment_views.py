"""What paying shows: the checkout of one sale, one leg of it, what is to settle, a terminal's day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from counter_app.domain.money import Money
from counter_app.domain.payments import CashDue, Direction, PaymentState, Tender
from counter_app.ports.payments import Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderOption:
    """A key of the checkout. ``why`` "": it can be used now; else a stable code, shown before it is tried:

    not_configured | terminal_blocked | needs_line | offline_by_policy | stand_alone.
    """

    tender: Tender
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLeg:
    """One leg by card, wallet and so on, as it stands."""

    intent_id: UUID
    order_id: UUID
    refund_id: UUID | None
    direction: Direction
    tender: Tender
    amount: Money
    state: PaymentState
    reason: str  # stable code of how it came to be so
    card: str  # masked
    card_name: str
    at: datetime
    bound: bool
    jobs: tuple[UUID, ...] = ()  # slips that the terminal wants printed now


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """``left``: neither paid nor possibly paid. ``cash``: if all of it were paid in cash."""

    order_id: UUID
    total: Money
    legs: tuple[PaymentLeg, ...]
    left: Money
    cash: CashDue
    options: tuple[TenderOption, ...]
    abandonable: bool  # nothing of it is under way or unknown

    @property
    def paid(self) -> bool:
        return not self.left and all(leg.state is PaymentState.APPROVED for leg in self.legs if not _dead(leg))


def _dead(leg: PaymentLeg) -> bool:
    return leg.state in {PaymentState.DECLINED, PaymentState.NOT_PERFORMED, PaymentState.REVERSED}


class SettleAction(StrEnum):
    """What can be done about a payment that is not settled; the screen offers these and no others."""

    ASK = "ask"  # the terminal or central is asked how it stands
    FINISH_SALE = "finish_sale"  # all is paid: the sale is made of it
    CONTINUE_SALE = "continue_sale"  # paid in part: back to its checkout
    REVERSE = "reverse"
    TRY_AGAIN = "try_again"  # a refund that was declined or never sent: pay it back again
    PAY_OUT_CASH = "pay_out_cash"  # a supervisor: cash instead
    DECIDE = "decide"  # a supervisor: by the terminal's own paper
    CARRY = "carry"  # a supervisor: past the close of the shift


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutPayment:
    """What is paid: a journey, or the ticket of a refund. Empty: not known any more."""

    ticket: str = ""  # its number; else
    service: str = ""
    travel_on: date | None = None  # when the passenger boards
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleItem:
    leg: PaymentLeg
    device: str
    about: AboutPayment
    clerk: str
    since: datetime
    next_step: str  # stable code: one sentence on the screen
    actions: tuple[SettleAction, ...]  # the usual one first
    alarm: bool  # money may have gone to or from the wrong person
    carried: str
    blocks_terminal: bool


class Verdict(StrEnum):
    """A supervisor's decision about MANUAL, from the terminal's or gateway's own records."""

    PAID = "paid"
    NOT_PAID = "not_paid"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackLegView:
    """Where a refund's money goes, before it is posted."""

    tender: Tender
    amount: Money
    rounding: Money
    card: str
    how: str  # reversal | refund | cash | central


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalView:
    name: str
    configured: bool
    ready: bool
    trouble: str  # TerminalTrouble
    terminal_id: str
    last_receipt: int | None
    blocked_by: UUID | None
    last_closing: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingView:
    """A terminal's end of day beside the journal since the one before."""

    done: bool
    unknown: bool
    reason: str
    ours_count: int
    ours: Money
    theirs_count: int | None
    theirs: Money | None
    differences: tuple[Difference, ...]
    job: UUID | None  # the slip's print job
