"""Vouchers, members' points, corporate accounts: what central itself pays from, in one transaction each.

A posting is never changed; ``once`` keeps it from being made twice. The balance beside them is their sum.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from central.services import Services
from central.tx import Tx

FUNDS: Final = frozenset({"voucher", "points", "account"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fund:
    """``balance``: minor units; of points: points."""

    fund_id: UUID
    kind: str
    code_last4: str
    label: str
    currency: str
    balance: int
    credit_minor: int
    single_use: bool
    valid_from: datetime | None
    valid_until: datetime | None
    closed_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsRule:
    """``earn_every_minor`` paid in money earn a point; a point pays ``point_minor``."""

    earn_every_minor: int
    point_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """``reason`` empty: it was charged. ``left_minor``: what more it could pay; None: nothing is said of it."""

    reason: str
    fund_id: UUID | None = None
    left_minor: int | None = None


_FUND: Final = (
    "SELECT fund_id, kind, code_last4, label, currency, balance, credit_minor, single_use, valid_from, valid_until,"
    " closed_at, created_at FROM fund"
)
_NAMES: Final = tuple(Fund.__dataclass_fields__)


def read_fund(row: tuple[Any, ...]) -> Fund:
    return Fund(**dict(zip(_NAMES, row, strict=True)))


@dataclass(frozen=True, slots=True)
class Funds:
    services: Services

    def code_hash(self, kind: str, code: str) -> bytes:
        """As it is found by: nobody makes a code out of the table."""
        text = f"fund/{kind}/{plain_code(code)}".encode()
        return hmac.new(self.services.operator_tag, text, sha256).digest()

    def find(self, tx: Tx, kind: str, code: str) -> Fund | None:
        row = tx.row(f"{_FUND} WHERE code_hash = %s", (self.code_hash(kind, code),))
        return None if row is None else read_fund(row)

    def lock(self, tx: Tx, fund_id: UUID) -> Fund:
        row = tx.row(f"{_FUND} WHERE fund_id = %s FOR UPDATE", (fund_id,))
        assert row is not None, fund_id
        return read_fund(row)

    def charge(
        self, tx: Tx, *, kind: str, code: str, amount_minor: int, currency: str, intent_id: UUID, order_id: UUID
    ) -> Taken:
        """Takes it, or says why not: wrong_code, closed, not_valid, used, no_funds, wrong_currency."""
        found = self.find(tx, kind, code)
        if found is None:
            return Taken(reason="wrong_code")
        fund = self.lock(tx, found.fund_id)
        reason = self._refusal(tx, fund, currency)
        if reason:
            return Taken(reason=reason)
        rule = points_rule(tx)
        cost = self._cost(fund, amount_minor, rule)
        if fund.balance + fund.credit_minor < cost:
            return Taken(reason="no_funds", left_minor=left_minor(fund, rule))
        left = self.post(tx, fund, "charged", -cost, once=f"charge/{intent_id}", intent_id=intent_id, order_id=order_id)
        return Taken(reason="", fund_id=fund.fund_id, left_minor=0 if fund.single_use else left_minor(left, rule))

    def left_minor(self, tx: Tx, fund_id: UUID) -> int:
        """What it could pay now."""
        row = tx.row(f"{_FUND} WHERE fund_id = %s", (fund_id,))
        assert row is not None, fund_id
        fund = read_fund(row)
        return 0 if self._refusal(tx, fund, fund.currency) else left_minor(fund, points_rule(tx))

    def reverse(self, tx: Tx, fund_id: UUID, intent_id: UUID) -> None:
        """All of it back."""
        fund = self.lock(tx, fund_id)
        charged = tx.scalar("SELECT amount FROM fund_posting WHERE once = %s", (f"charge/{intent_id}",))
        self.post(tx, fund, "reversed", -charged, once=f"reverse/{intent_id}", intent_id=intent_id)

    def refund(self, tx: Tx, fund_id: UUID, *, charge_id: UUID, intent_id: UUID, amount_minor: int) -> None:
        """Part of it back; of points as many as they cost, never more than were taken."""
        fund = self.lock(tx, fund_id)
        rule = points_rule(tx)
        units = self._cost(fund, amount_minor, rule)
        if fund.kind == "points":
            taken = -tx.scalar("SELECT amount FROM fund_posting WHERE once = %s", (f"charge/{charge_id}",))
            back = tx.scalar(
                "SELECT coalesce(sum(p.amount), 0) FROM fund_posting p"
                " JOIN payment_refund r ON p.intent_id = r.intent_id WHERE r.charge_id = %s AND p.kind = 'refunded'",
                (charge_id,),
            )
            units = min(units, taken - back)
        self.post(tx, fund, "refunded", units, once=f"refund/{intent_id}", intent_id=intent_id)

    def post(
        self,
        tx: Tx,
        fund: Fund,
        kind: str,
        amount: int,
        *,
        once: str,
        intent_id: UUID | None = None,
        order_id: UUID | None = None,
        by_login: str = "",
        note: str = "",
    ) -> Fund:
        """Of a fund that is locked. What was posted before changes nothing. Returns the fund after it."""
        made = tx.run(
            "INSERT INTO fund_posting (posting_id, fund_id, kind, amount, once, intent_id, order_id, at, by_login,"
            " note) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (once) DO NOTHING",
            (
                self.services.ids.new(),
                fund.fund_id,
                kind,
                amount,
                once,
                intent_id,
                order_id,
                self.services.clock.now(),
                by_login,
                note,
            ),
        )
        if made:
            tx.run("UPDATE fund SET balance = balance + %s WHERE fund_id = %s", (amount, fund.fund_id))
        return self.lock(tx, fund.fund_id)

    def _refusal(self, tx: Tx, fund: Fund, currency: str) -> str:
        now = self.services.clock.now()
        if fund.closed_at is not None:
            return "closed"
        if (fund.valid_from is not None and now < fund.valid_from) or (
            fund.valid_until is not None and now >= fund.valid_until
        ):
            return "not_valid"
        if fund.currency != currency:
            return "wrong_currency"
        if fund.single_use:
            issued = tx.scalar(
                "SELECT sum(amount) FROM fund_posting WHERE fund_id = %s AND kind = 'issued'", (fund.fund_id,)
            )
            if fund.balance < issued:
                return "used"
        return ""

    @staticmethod
    def _cost(fund: Fund, amount_minor: int, rule: PointsRule) -> int:
        return amount_minor if fund.kind != "points" else -(-amount_minor // rule.point_minor)


def points_rule(tx: Tx) -> PointsRule:
    row = tx.row("SELECT earn_every_minor, point_minor FROM points_rule")
    assert row is not None
    return PointsRule(earn_every_minor=row[0], point_minor=row[1])


def left_minor(fund: Fund, rule: PointsRule) -> int:
    return fund.balance * rule.point_minor if fund.kind == "points" else fund.balance + fund.credit_minor


def plain_code(code: str) -> str:
    """As it is compared: without the blanks and dashes that people read it with."""
    return "".join(char for char in code.upper() if char.isalnum())
