"""What a gateway knows: trades, refunds, customers who pay, or not. Nothing here speaks a protocol.

A customer is known by the last two figures of the code: 91 types a password after a while, 92 never does, 93 has not
enough, 94 shows a code of yesterday; every other one pays at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

NEEDS_PASSWORD, NEVER_PAYS, POOR, YESTERDAYS = "91", "92", "93", "94"
TRADES_MAX = 100_000


class TradeState(StrEnum):
    WAITING = "waiting"
    PAID = "paid"
    FAILED = "failed"
    CLOSED = "closed"  # unpaid, for good
    REVOKED = "revoked"  # taken back: what was paid went back


class Trouble(StrEnum):
    """Why a trade was not made, or a refund."""

    WRONG_CODE = "wrong_code"
    EXPIRED = "expired"
    NO_FUNDS = "no_funds"
    NUMBER_USED = "number_used"
    ABSENT = "absent"
    TOO_MUCH = "too_much"
    NOT_PAID = "not_paid"
    DIFFERENT = "different"


class NotDoneError(Exception):
    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble
        super().__init__(trouble.value)


@dataclass(slots=True)
class Back:
    number: str
    amount_minor: int
    reference: str
    at: datetime


@dataclass(slots=True)
class Trade:
    gateway: str
    number: str
    amount_minor: int
    currency: str
    subject: str
    reference: str
    made_at: datetime
    pays_at: datetime | None  # when the customer will have typed the password
    state: TradeState = TradeState.WAITING
    paid_at: datetime | None = None
    backs: dict[str, Back] = field(default_factory=dict)
    payments: int = 0  # how often money was taken: never more than once

    @property
    def held_minor(self) -> int:
        """What the merchant has of it now."""
        if self.state is not TradeState.PAID:
            return 0
        return self.amount_minor - sum(back.amount_minor for back in self.backs.values())


class Books:
    """Of one gateway. ``password_s``: how long a customer takes to type it."""

    def __init__(self, gateway: str, now: Callable[[], datetime], *, password_s: float = 8) -> None:
        self.gateway = gateway
        self.now = now
        self.password_s = password_s
        self.trades: dict[str, Trade] = {}
        self.lock = threading.RLock()
        self._count = 0

    def charge(self, number: str, code: str, amount_minor: int, currency: str, subject: str) -> Trade:
        """Raises NotDoneError; a number that is known is never charged again."""
        with self.lock:
            if number in self.trades:
                raise NotDoneError(Trouble.NUMBER_USED)
            assert len(self.trades) < TRADES_MAX
            now = self.now()
            customer = code[-2:]
            trade = Trade(self.gateway, number, amount_minor, currency, subject, self._reference("42"), now, None)
            if customer == YESTERDAYS:
                raise NotDoneError(Trouble.EXPIRED)
            self.trades[number] = trade
            if customer == POOR:
                trade.state = TradeState.FAILED
                raise NotDoneError(Trouble.NO_FUNDS)
            if customer == NEEDS_PASSWORD:
                trade.pays_at = now + timedelta(seconds=self.password_s)
            elif customer != NEVER_PAYS:
                self._take_money(trade, now)
            return trade

    def look(self, number: str) -> Trade:
        """Raises NotDoneError(ABSENT)."""
        with self.lock:
            trade = self.trades.get(number)
            if trade is None:
                raise NotDoneError(Trouble.ABSENT)
            if trade.state is TradeState.WAITING and trade.pays_at is not None and self.now() >= trade.pays_at:
                self._take_money(trade, trade.pays_at)
            return trade

    def pay(self, number: str) -> Trade:
        """The customer pays now, whatever was said before: also what was closed, which no gateway should allow."""
        with self.lock:
            trade = self.look(number)
            if trade.state is not TradeState.PAID:
                self._take_money(trade, self.now())
            return trade

    def reverse(self, number: str) -> Trade:
        """Paid: the money goes back; not yet: it never will be. Raises NotDoneError: ABSENT, DIFFERENT (refunded)."""
        with self.lock:
            trade = self.look(number)
            if trade.state is TradeState.PAID:
                if trade.backs:
                    raise NotDoneError(Trouble.DIFFERENT)
                trade.state = TradeState.REVOKED
            elif trade.state is TradeState.WAITING:
                trade.state = TradeState.CLOSED
            trade.pays_at = None
            return trade

    def refund(self, number: str, refund_number: str, amount_minor: int) -> tuple[Back, bool]:
        """``True``: paid back now; False: it was before, under this number. Raises NotDoneError."""
        with self.lock:
            trade = self.look(number)
            known = trade.backs.get(refund_number)
            if known is not None:
                if known.amount_minor != amount_minor:
                    raise NotDoneError(Trouble.DIFFERENT)
                return known, False
            if trade.state is not TradeState.PAID:
                raise NotDoneError(Trouble.NOT_PAID)
            if amount_minor > trade.held_minor:
                raise NotDoneError(Trouble.TOO_MUCH)
            back = Back(refund_number, amount_minor, self._reference("50"), self.now())
            trade.backs[refund_number] = back
            return back, True

    def find_refund(self, refund_number: str) -> tuple[Trade, Back]:
        """Raises NotDoneError(ABSENT)."""
        with self.lock:
            for trade in self.trades.values():
                if refund_number in trade.backs:
                    return trade, trade.backs[refund_number]
        raise NotDoneError(Trouble.ABSENT)

    @property
    def held_minor(self) -> int:
        with self.lock:
            return sum(trade.held_minor for trade in self.trades.values())

    def _take_money(self, trade: Trade, at: datetime) -> None:
        trade.state, trade.paid_at, trade.pays_at = TradeState.PAID, at, None
        trade.payments += 1

    def _reference(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self.now():%Y%m%d}{self._count:018d}"
