"""A gateway's bill against what central has: every difference is listed, owned by somebody, and resolved with a note.

A bill is read as often as one likes: a difference is listed once, one that somebody resolved stays resolved, and one
that is not there any more (the refund came through meanwhile) is closed by the bill itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final
from uuid import UUID

from central.acts import ActKind, Acts
from central.payments.asking import give_back_number
from central.payments.words import Bill, BillKind, BillRow
from central.services import Services
from central.staff import Right, demand
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.journal import Json
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal

DAY: Final = timezone(timedelta(hours=8))  # both gateways' days end at midnight in Beijing
DAYS_MAX: Final = 31
LISTED_MAX: Final = 2_000
NOTE_MAX: Final = 200
_CHUNK: Final = 1_000
_GONE: Final = "not found by a later look"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """``kind``: missing_here, missing_there, amount, state. ``what``: charge, refund, reversed."""

    difference_id: UUID | None
    method: str
    day: date
    kind: str
    what: str
    number: str
    ours_minor: int | None
    theirs_minor: int | None
    ours_state: str
    theirs_state: str
    reference: str
    found_at: datetime | None = None
    owner: str = ""
    resolved_at: datetime | None = None
    note: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.what, self.number, self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """``matched``: lines of the bill that agree. ``closed``: differences of earlier looks that are gone."""

    days: tuple[date, ...]
    lines: int
    matched: int
    faults: int
    found: int
    new: int
    closed: int
    still_open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ours:
    amount_minor: int
    state: str
    given_back: bool
    reference: str


@dataclass(frozen=True, slots=True)
class Reconciling:
    services: Services

    def reconcile(
        self, connection: Connection, by: Actor, method: str, bill: Bill, digest: str, *, day: date | None
    ) -> Reconciled:
        """``day``: of a bill without lines, or where only one is meant. Raises Refusal: NOT_ALLOWED, BAD_INPUT(day)."""
        demand(by, Right.DIRECT)
        days = [date.fromisoformat(one) for one in bill.days] if day is None else [day]
        if not 1 <= len(days) <= DAYS_MAX:
            raise Refusal(Reason.BAD_INPUT, field="day")
        rows = [row for row in bill.rows if day is None or row.day == day.isoformat()]

        def work(tx: Tx) -> Reconciled:
            tx.run("LOCK TABLE payment_difference IN SHARE ROW EXCLUSIVE MODE")
            found, matched = self._compare(tx, method, rows, days)
            new = sum(self._keep(tx, one) for one in found)
            # A bill with lines that could not be read says nothing of what it does not name.
            closed = 0 if bill.faults else self._close(tx, method, days, found, by)
            left = tx.scalar(
                "SELECT count(*) FROM payment_difference WHERE method = %s AND resolved_at IS NULL", (method,)
            )
            body: dict[str, Json] = {
                "method": method,
                "sha256": digest,
                "days": [one.isoformat() for one in days],
                "lines": len(rows),
                "faults": len(bill.faults),
                "found": len(found),
                "new": new,
            }
            Acts(self.services).append(tx, ActKind.BILL_RECONCILED, body, by=by)
            return Reconciled(
                days=tuple(days),
                lines=len(rows),
                matched=matched,
                faults=len(bill.faults),
                found=len(found),
                new=new,
                closed=closed,
                still_open=left,
            )

        return in_transaction(connection, work)

    def differences(self, connection: Connection, *, resolved: bool = False) -> list[Difference]:
        """Open ones first, then the newest."""
        rows = Tx(connection).rows(
            "SELECT difference_id, method, day, kind, what, number, ours_minor, theirs_minor, ours_state, theirs_state,"
            " reference, found_at, owner, resolved_at, note FROM payment_difference"
            " WHERE %s OR resolved_at IS NULL ORDER BY resolved_at IS NOT NULL, found_at DESC, difference_id LIMIT %s",
            (resolved, LISTED_MAX),
        )
        names = tuple(Difference.__dataclass_fields__)
        return [Difference(**dict(zip(names, row, strict=True))) for row in rows]

    def own(self, connection: Connection, by: Actor, difference_id: UUID) -> None:
        """Who looks into it. Raises Refusal: NOT_ALLOWED, BAD_INPUT(field="difference")."""
        demand(by, Right.DIRECT)

        def work(tx: Tx) -> None:
            done = tx.run(
                "UPDATE payment_difference SET owner = %s WHERE difference_id = %s AND resolved_at IS NULL",
                (by.login, difference_id),
            )
            self._noted(tx, done, ActKind.DIFFERENCE_OWNED, {"difference_id": str(difference_id)}, by)

        in_transaction(connection, work)

    def resolve(self, connection: Connection, by: Actor, difference_id: UUID, note: str) -> None:
        """Raises Refusal: NOT_ALLOWED, BAD_INPUT(field): difference, note."""
        demand(by, Right.DIRECT)
        if not 1 <= len(note.strip()) <= NOTE_MAX or not note.isprintable():
            raise Refusal(Reason.BAD_INPUT, field="note")

        def work(tx: Tx) -> None:
            done = tx.run(
                "UPDATE payment_difference SET owner = CASE owner WHEN '' THEN %s ELSE owner END, resolved_at = %s,"
                " note = %s WHERE difference_id = %s AND resolved_at IS NULL",
                (by.login, self.services.clock.now(), note.strip(), difference_id),
            )
            body: dict[str, Json] = {"difference_id": str(difference_id), "note": note.strip()}
            self._noted(tx, done, ActKind.DIFFERENCE_RESOLVED, body, by)

        in_transaction(connection, work)

    def _noted(self, tx: Tx, done: int, kind: ActKind, body: dict[str, Json], by: Actor) -> None:
        if not done:
            raise Refusal(Reason.BAD_INPUT, field="difference")
        Acts(self.services).append(tx, kind, body, by=by)

    # ---- comparing

    def _compare(
        self, tx: Tx, method: str, rows: Sequence[BillRow], days: Sequence[date]
    ) -> tuple[list[Difference], int]:
        taken_back = {row.number for row in rows if row.kind is BillKind.REVERSED}
        given_back = {row.refund_number for row in rows if row.kind is BillKind.REFUND}
        found: list[Difference] = []
        named: set[tuple[str, str]] = set()
        for chunk in (rows[at : at + _CHUNK] for at in range(0, len(rows), _CHUNK)):
            orders = _orders(tx, method, [row.number for row in chunk])
            refunds = _refunds(tx, method, [row.refund_number for row in chunk if row.refund_number])
            for row in chunk:
                named.add(("refund", row.refund_number) if row.kind is BillKind.REFUND else ("charge", row.number))
                gone = row.number in taken_back or give_back_number(row.number) in given_back
                wrong = _judge(row, orders, refunds, gone=gone)
                if wrong is not None:
                    kind, ours = wrong
                    found.append(_difference(method, row, kind, ours))
        matched = len(rows) - len(found)
        first = datetime.combine(min(days), datetime.min.time(), DAY)
        last = datetime.combine(max(days), datetime.min.time(), DAY) + timedelta(days=1)
        wanted = {day.isoformat() for day in days}
        found += [
            one
            for one in _missing_there(tx, method, first, last)
            if (one.what, one.number) not in named and one.day.isoformat() in wanted
        ]
        return found, matched

    def _keep(self, tx: Tx, one: Difference) -> int:
        return tx.run(
            "INSERT INTO payment_difference (difference_id, method, day, kind, what, number, ours_minor, theirs_minor,"
            " ours_state, theirs_state, reference, found_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (method, day, what, number, kind) DO NOTHING",
            (
                self.services.ids.new(),
                one.method,
                one.day,
                one.kind,
                one.what,
                one.number,
                one.ours_minor,
                one.theirs_minor,
                one.ours_state,
                one.theirs_state,
                one.reference,
                self.services.clock.now(),
            ),
        )

    def _close(self, tx: Tx, method: str, days: Sequence[date], found: Sequence[Difference], by: Actor) -> int:
        still = {(one.day, *one.key) for one in found}
        rows = tx.rows(
            "SELECT difference_id, day, what, number, kind FROM payment_difference"
            " WHERE method = %s AND day = ANY(%s) AND resolved_at IS NULL",
            (method, list(days)),
        )
        gone = [row[0] for row in rows if tuple(row[1:]) not in still]
        return tx.run(
            "UPDATE payment_difference SET resolved_at = %s, note = %s,"
            " owner = CASE owner WHEN '' THEN %s ELSE owner END WHERE difference_id = ANY(%s)",
            (self.services.clock.now(), _GONE, by.login, gone),
        )


def _judge(
    row: BillRow, orders: dict[str, _Ours], refunds: dict[str, _Ours], *, gone: bool
) -> tuple[str, _Ours | None] | None:
    """What is wrong about a line; None: it agrees. ``gone``: the bill itself says that the charge went back whole."""
    if row.kind is BillKind.REFUND and row.refund_number == give_back_number(row.number):
        order = orders.get(row.number)
        if order is None:
            return "missing_here", None
        if order.amount_minor != row.amount_minor:
            return "amount", order
        return None if order.given_back else ("state", order)
    ours = refunds.get(row.refund_number) if row.kind is BillKind.REFUND else orders.get(row.number)
    if ours is None:
        return "missing_here", None
    if ours.amount_minor != row.amount_minor:
        return "amount", ours
    if row.kind is BillKind.REFUND:
        right = ours.state == "paid_back"
    elif row.kind is BillKind.REVERSED:
        right = ours.state in {"reversed", "not_performed"}
    elif gone:  # the line that takes it back says what is wrong
        right = True
    else:
        right = ours.state == "approved"
    return None if right else ("state", ours)


def _difference(method: str, row: BillRow, kind: str, ours: _Ours | None) -> Difference:
    return Difference(
        difference_id=None,
        method=method,
        day=date.fromisoformat(row.day),
        kind=kind,
        what=row.kind.value,
        number=row.refund_number or row.number,
        ours_minor=None if ours is None else ours.amount_minor,
        theirs_minor=row.amount_minor,
        ours_state="" if ours is None else ours.state,
        theirs_state=row.state,
        reference=row.reference,
    )


def _orders(tx: Tx, method: str, numbers: Sequence[str]) -> dict[str, _Ours]:
    rows = tx.rows(
        "SELECT number, amount_minor, state, given_back, reference FROM payment_order"
        " WHERE method = %s AND number = ANY(%s)",
        (method, list(numbers)),
    )
    return {row[0]: _Ours(amount_minor=row[1], state=row[2], given_back=row[3], reference=row[4]) for row in rows}


def _refunds(tx: Tx, method: str, numbers: Sequence[str]) -> dict[str, _Ours]:
    rows = tx.rows(
        "SELECT refund_number, amount_minor, state, false, reference FROM payment_refund"
        " WHERE method = %s AND refund_number = ANY(%s)",
        (method, list(numbers)),
    )
    return {row[0]: _Ours(amount_minor=row[1], state=row[2], given_back=row[3], reference=row[4]) for row in rows}


def _missing_there(tx: Tx, method: str, first: datetime, last: datetime) -> Iterator[Difference]:
    """Ours of those days: what is approved, and what was paid back."""
    rows = tx.rows(
        "SELECT 'charge', number, amount_minor, state, reference, paid_at FROM payment_order"
        " WHERE method = %s AND paid_at >= %s AND paid_at < %s AND state = 'approved' UNION ALL "
        "SELECT 'refund', refund_number, amount_minor, state, reference, paid_at FROM payment_refund"
        " WHERE method = %s AND paid_at >= %s AND paid_at < %s AND state = 'paid_back'",
        (method, first, last, method, first, last),
    )
    for what, number, amount, state, reference, at in rows:
        yield Difference(
            difference_id=None,
            method=method,
            day=at.astimezone(DAY).date(),
            kind="missing_there",
            what=what,
            number=number,
            ours_minor=amount,
            theirs_minor=None,
            ours_state=state,
            theirs_state="",
            reference=reference,
        )


def difference_fields(one: Difference) -> dict[str, Any]:
    """For a list."""
    return {
        "id": str(one.difference_id),
        "method": one.method,
        "day": one.day.isoformat(),
        "kind": one.kind,
        "what": one.what,
        "number": one.number,
        "ours_minor": one.ours_minor,
        "theirs_minor": one.theirs_minor,
        "ours": one.ours_state,
        "theirs": one.theirs_state,
        "reference": one.reference,
        "owner": one.owner,
        "resolved": one.resolved_at is not None,
        "note": one.note,
    }
