"""A gateway's bill against what central has, and that against the journals: every difference is listed, once.

Somebody owns and resolves it (``differences``). A bill is read as often as one likes: a difference is listed once, one
that somebody resolved stays resolved, and one that is not there any more (the refund came through meanwhile) is closed
by the bill itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from central.acts import ActKind, Acts
from central.payments.asking import give_back_number
from central.payments.differences import Difference, Differences, Source, count_open, lock_differences
from central.payments.journal_look import JournalLook, Waiting, days_between
from central.payments.terminal_look import TerminalLook
from central.payments.words import Bill, BillKind, BillRow
from central.services import Services
from central.staff import Right, demand
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.journal import Json
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal

DAY: Final = timezone(timedelta(hours=8))  # both gateways' days end at midnight in Beijing
DAYS_MAX: Final = 31
_CHUNK: Final = 1_000


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
class JournalReconciled:
    """``matched``: payments that agree. ``waiting``: windows that have not told yet of what they took."""

    first: date
    last: date
    matched: int
    found: int
    new: int
    closed: int
    still_open: int
    waiting: tuple[Waiting, ...]


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
            book = Differences(self.services)
            lock_differences(tx)
            found, matched = self._compare(tx, method, rows, days)
            new = book.keep(tx, found)
            # A bill with lines that could not be read says nothing of what it does not name.
            closed = 0 if bill.faults else book.close(tx, Source.BILL, method, days, found, by)
            left = count_open(tx, Source.BILL, method)
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

    def journals(self, connection: Connection, by: Actor, first: date, last: date) -> JournalReconciled:
        """Payments and terminals' totals of those days, by the operator's clock, against the journals.

        Raises Refusal: NOT_ALLOWED, BAD_INPUT(day).
        """
        demand(by, Right.DIRECT)
        if not 0 <= (last - first).days < DAYS_MAX:
            raise Refusal(Reason.BAD_INPUT, field="day", detail=f"{DAYS_MAX} days at most")
        days = list(days_between(first, last))

        def work(tx: Tx) -> JournalReconciled:
            book, zone = Differences(self.services), zone_of(tx)
            lock_differences(tx)
            look = JournalLook(tx, zone)
            looked = look.days(days)
            terminals = [one for day in days for one in TerminalLook(tx, zone).day(day)]
            new = book.keep(tx, [*looked.found, *terminals])
            closed = book.close(tx, Source.JOURNAL, None, days, looked.found, by)
            closed += book.close(tx, Source.TERMINAL, None, days, terminals, by)
            found = len(looked.found) + len(terminals)
            body: dict[str, Json] = {
                "first": first.isoformat(),
                "last": last.isoformat(),
                "matched": looked.matched,
                "found": found,
                "new": new,
            }
            Acts(self.services).append(tx, ActKind.JOURNALS_RECONCILED, body, by=by)
            return JournalReconciled(
                first=first,
                last=last,
                matched=looked.matched,
                found=found,
                new=new,
                closed=closed,
                still_open=count_open(tx, Source.JOURNAL) + count_open(tx, Source.TERMINAL),
                waiting=tuple(look.waiting(looked)),
            )

        return in_transaction(connection, work)

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


def zone_of(tx: Tx) -> ZoneInfo:
    """The operator's."""
    return ZoneInfo(tx.scalar("SELECT zone FROM central"))


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
