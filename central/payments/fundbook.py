"""Vouchers, members and corporate accounts as the operator makes and reads them. Every act is in central's journal.

A code is shown once, when it is made; what is kept of it is a keyed hash and its last four characters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from central.acts import ActKind, Acts
from central.payments.funds import FUNDS, Fund, Funds, PointsRule, left_minor, plain_code, points_rule, read_fund
from central.services import Services
from central.staff import Right, demand
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.journal import Json, timestamp
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal

_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32, none that is read as another
CODE_LENGTH: Final = 16  # 80 bits
VOUCHERS_MAX: Final = 1_000  # in one go
AMOUNT_MAX: Final = 10**10
CARD_MAX: Final = 40
LABEL_MAX: Final = 80
LISTED_MAX: Final = 1_000
_COLUMNS: Final = (
    "fund_id, kind, code_last4, label, currency, balance, credit_minor, single_use, valid_from, valid_until, closed_at,"
    " created_at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Of a voucher."""

    amount_minor: int
    single_use: bool
    valid_from: datetime | None
    valid_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    at: datetime
    kind: str
    amount: int
    balance: int  # after it
    order_id: UUID | None
    by_login: str
    note: str


@dataclass(frozen=True, slots=True)
class FundBook:
    services: Services

    @property
    def _funds(self) -> Funds:
        return Funds(self.services)

    # ---- making

    def issue(self, connection: Connection, by: Actor, terms: Terms, *, count: int, note: str) -> list[str]:
        """The codes, once. Raises Refusal: NOT_ALLOWED, BAD_INPUT(field)."""
        demand(by, Right.MANAGE)
        _check(1 <= count <= VOUCHERS_MAX, "count")
        _check(1 <= terms.amount_minor <= AMOUNT_MAX, "amount")
        until, since = terms.valid_until, terms.valid_from
        _check(until is None or since is None or since < until, "valid_until")
        _check(len(note) <= LABEL_MAX and note.isprintable(), "note")
        codes = [self._code() for _ in range(count)]

        def work(tx: Tx) -> None:
            for code in codes:
                fund = self._insert(tx, "voucher", code, "", terms=terms)
                self._funds.post(
                    tx, fund, "issued", terms.amount_minor, once=f"issue/{fund.fund_id}", by_login=by.login
                )
            body: dict[str, Json] = {
                "count": count,
                "amount_minor": terms.amount_minor,
                "single_use": terms.single_use,
                "valid_from": None if since is None else timestamp(since),
                "valid_until": None if until is None else timestamp(until),
                "last4": [code[-4:] for code in codes],
                "note": note,
            }
            Acts(self.services).append(tx, ActKind.VOUCHER_ISSUED, body, by=by)

        in_transaction(connection, work)
        return ["-".join(code[at : at + 4] for at in range(0, CODE_LENGTH, 4)) for code in codes]

    def add_member(self, connection: Connection, by: Actor, card: str) -> Fund:
        """Raises Refusal: NOT_ALLOWED, BAD_INPUT(field="card"): also one that is there already."""
        demand(by, Right.MANAGE)
        _check(4 <= len(plain_code(card)) <= CARD_MAX, "card")

        def work(tx: Tx) -> Fund:
            _check(self._funds.find(tx, "points", card) is None, "card")
            fund = self._insert(tx, "points", card, "")
            body: dict[str, Json] = {"fund_id": str(fund.fund_id), "last4": fund.code_last4}
            Acts(self.services).append(tx, ActKind.MEMBER_ADDED, body, by=by)
            return fund

        return in_transaction(connection, work)

    def give_points(self, connection: Connection, by: Actor, card: str, points: int, note: str) -> Fund:
        """The first ones, or a goodwill: who pays with none earns none. Raises NOT_ALLOWED, BAD_INPUT."""
        demand(by, Right.MANAGE)
        _check(1 <= points <= AMOUNT_MAX, "points")
        _check(1 <= len(note) <= LABEL_MAX and note.isprintable(), "note")

        def work(tx: Tx) -> Fund:
            fund = self._locked(tx, "points", card)
            once = f"given/{self.services.ids.new()}"
            fund = self._funds.post(tx, fund, "given", points, once=once, by_login=by.login, note=note)
            body: dict[str, Json] = {"fund_id": str(fund.fund_id), "points": points, "note": note}
            Acts(self.services).append(tx, ActKind.POINTS_GIVEN, body, by=by)
            return fund

        return in_transaction(connection, work)

    def add_account(self, connection: Connection, by: Actor, code: str, label: str, credit_minor: int) -> Fund:
        """Raises Refusal: NOT_ALLOWED, BAD_INPUT(field)."""
        demand(by, Right.MANAGE)
        _check(4 <= len(plain_code(code)) <= CARD_MAX, "code")
        _check(1 <= len(label.strip()) <= LABEL_MAX and label.isprintable(), "label")
        _check(0 <= credit_minor <= AMOUNT_MAX, "credit")

        def work(tx: Tx) -> Fund:
            _check(self._funds.find(tx, "account", code) is None, "code")
            fund = self._insert(tx, "account", code, label.strip(), credit_minor=credit_minor)
            body: dict[str, Json] = {"fund_id": str(fund.fund_id), "label": fund.label, "credit_minor": credit_minor}
            Acts(self.services).append(tx, ActKind.ACCOUNT_ADDED, body, by=by)
            return fund

        return in_transaction(connection, work)

    def pay_in(self, connection: Connection, by: Actor, code: str, amount_minor: int, note: str) -> Fund:
        """What a corporate customer paid of its debt. Raises Refusal: NOT_ALLOWED, BAD_INPUT(field)."""
        demand(by, Right.MANAGE)
        _check(1 <= amount_minor <= AMOUNT_MAX, "amount")
        _check(1 <= len(note) <= LABEL_MAX and note.isprintable(), "note")

        def work(tx: Tx) -> Fund:
            fund = self._locked(tx, "account", code)
            once = f"paid_in/{self.services.ids.new()}"
            fund = self._funds.post(tx, fund, "paid_in", amount_minor, once=once, by_login=by.login, note=note)
            body: dict[str, Json] = {"fund_id": str(fund.fund_id), "amount_minor": amount_minor, "note": note}
            Acts(self.services).append(tx, ActKind.ACCOUNT_PAID_IN, body, by=by)
            return fund

        return in_transaction(connection, work)

    def void(self, connection: Connection, by: Actor, code: str, reason: str) -> Fund:
        """A voucher that pays nothing any more. Raises Refusal: NOT_ALLOWED, BAD_INPUT(field)."""
        demand(by, Right.MANAGE)
        _check(1 <= len(reason) <= LABEL_MAX and reason.isprintable(), "reason")

        def work(tx: Tx) -> Fund:
            fund = self._locked(tx, "voucher", code)
            if fund.closed_at is not None:
                return fund
            now = self.services.clock.now()
            tx.run("UPDATE fund SET closed_at = %s WHERE fund_id = %s", (now, fund.fund_id))
            body: dict[str, Json] = {
                "fund_id": str(fund.fund_id),
                "last4": fund.code_last4,
                "left_minor": fund.balance,
                "reason": reason,
            }
            Acts(self.services).append(tx, ActKind.VOUCHER_VOIDED, body, by=by)
            return self._funds.lock(tx, fund.fund_id)

        return in_transaction(connection, work)

    def set_points_rule(self, connection: Connection, by: Actor, rule: PointsRule) -> None:
        """Raises Refusal: NOT_ALLOWED, BAD_INPUT(field)."""
        demand(by, Right.MANAGE)
        _check(1 <= rule.earn_every_minor <= AMOUNT_MAX, "earn_every")
        _check(1 <= rule.point_minor <= rule.earn_every_minor, "point")  # nobody earns more than was paid

        def work(tx: Tx) -> None:
            tx.run(
                "UPDATE points_rule SET earn_every_minor = %s, point_minor = %s",
                (rule.earn_every_minor, rule.point_minor),
            )
            body: dict[str, Json] = {"earn_every_minor": rule.earn_every_minor, "point_minor": rule.point_minor}
            Acts(self.services).append(tx, ActKind.POINTS_RULE_SET, body, by=by)

        in_transaction(connection, work)

    # ---- reading

    def find(self, connection: Connection, kind: str, code: str) -> Fund:
        """Raises Refusal(BAD_INPUT, field="code")."""
        found = self._funds.find(Tx(connection), kind, code)
        if found is None:
            raise Refusal(Reason.BAD_INPUT, field="code")
        return found

    def all(self, connection: Connection, kind: str) -> list[Fund]:
        """The newest first."""
        rows = Tx(connection).rows(
            f"SELECT {_COLUMNS} FROM fund WHERE kind = %s ORDER BY created_at DESC, fund_id LIMIT %s",  # noqa: S608
            (kind, LISTED_MAX),
        )
        return [read_fund(row) for row in rows]

    def statement(self, connection: Connection, fund: Fund) -> list[StatementLine]:
        """Every posting, oldest first, with what was left after it."""
        rows = Tx(connection).rows(
            "SELECT at, kind, amount, sum(amount) OVER (ORDER BY at, posting_id), order_id, by_login, note"
            " FROM fund_posting WHERE fund_id = %s ORDER BY at, posting_id",
            (fund.fund_id,),
        )
        names = tuple(StatementLine.__dataclass_fields__)
        return [StatementLine(**dict(zip(names, (*row[:3], int(row[3]), *row[4:]), strict=True))) for row in rows]

    def rule(self, connection: Connection) -> PointsRule:
        return points_rule(Tx(connection))

    # ---- steps

    def _locked(self, tx: Tx, kind: str, code: str) -> Fund:
        found = self._funds.find(tx, kind, code)
        if found is None:
            raise Refusal(Reason.BAD_INPUT, field="code")
        return self._funds.lock(tx, found.fund_id)

    def _insert(
        self, tx: Tx, kind: str, code: str, label: str, *, credit_minor: int = 0, terms: Terms | None = None
    ) -> Fund:
        assert kind in FUNDS
        fund_id = self.services.ids.new()
        tx.run(
            "INSERT INTO fund (fund_id, kind, code_hash, code_last4, label, currency, balance, credit_minor,"
            " single_use, valid_from, valid_until, created_at)"
            " SELECT %s, %s, %s, %s, %s, currency, 0, %s, %s, %s, %s, %s FROM central",
            (
                fund_id,
                kind,
                self._funds.code_hash(kind, code),
                plain_code(code)[-4:],
                label,
                credit_minor,
                terms is not None and terms.single_use,
                None if terms is None else terms.valid_from,
                None if terms is None else terms.valid_until,
                self.services.clock.now(),
            ),
        )
        return self._funds.lock(tx, fund_id)

    def _code(self) -> str:
        return "".join(_LETTERS[byte & 31] for byte in self.services.entropy.bytes(CODE_LENGTH))


def fund_fields(fund: Fund, rule: PointsRule) -> dict[str, Any]:
    """For a list, or a command's answer."""
    made: dict[str, Any] = {"code": f"…{fund.code_last4}"}
    if fund.kind == "account":
        made["label"] = fund.label
    if fund.kind == "points":
        made["points"] = fund.balance
    else:
        made["balance_minor"] = fund.balance
    if fund.kind == "account":
        made["credit_minor"] = fund.credit_minor
    made["left_minor"] = left_minor(fund, rule)
    made["currency"] = fund.currency
    if fund.kind == "voucher":
        made["single_use"] = fund.single_use
        made["valid_from"] = None if fund.valid_from is None else timestamp(fund.valid_from)
        made["valid_until"] = None if fund.valid_until is None else timestamp(fund.valid_until)
    made["closed"] = fund.closed_at is not None
    return made


def _check(right: bool, field: str) -> None:
    if not right:
        raise Refusal(Reason.BAD_INPUT, field=field)


__all__ = ["FundBook", "StatementLine", "Terms", "fund_fields"]
