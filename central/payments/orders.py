"""Charges and refunds as rows: read, taken to be worked on by one process at a time, written with what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from central.payments.machine import Order, Refund, RefundState, State
from central.services import Services
from central.tx import Tx
from counter_app.domain.journal import Json, canonical

WORK_MAX: Final = timedelta(seconds=60)  # longer than any call of a gateway: who has not come back by then is gone
WALLETS: Final = frozenset({"alipay", "wechat"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A charge with whose it is. ``order`` None: its id was closed before it was heard of."""

    device_id: UUID
    order_id: UUID | None
    method: str
    fund_id: UUID | None
    order: Order | None
    asked_at: datetime | None
    worker: UUID | None
    worker_until: datetime | None

    def busy(self, now: datetime) -> bool:
        return self.worker_until is not None and self.worker_until > now


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRefund:
    """``refund`` None: its id was closed, or it was refused before it was one."""

    device_id: UUID
    method: str
    charge_id: UUID | None
    state: RefundState
    reason: str
    refund: Refund | None
    asked_at: datetime | None
    worker: UUID | None
    worker_until: datetime | None

    def busy(self, now: datetime) -> bool:
        return self.worker_until is not None and self.worker_until > now


_ORDER: Final = (
    "SELECT intent_id, device_id, order_id, method, fund_id, amount_minor, currency, number, state, reason, reference,"
    " payer, paid, taken_back, giving_back, given_back, asked_reverse, late_check, tries, sent_at, due_at, asked_at,"
    " worker, worker_until, paid_at FROM payment_order WHERE intent_id = %s"
)
_REFUND: Final = (
    "SELECT r.intent_id, r.device_id, r.method, r.charge_id, r.amount_minor, r.currency, r.refund_number, r.state,"
    " r.reason, r.reference, r.ask_again, r.tries, r.sent_at, r.due_at, r.asked_at, r.worker, r.worker_until, o.number,"
    " o.amount_minor, r.paid_at FROM payment_refund r LEFT JOIN payment_order o ON o.intent_id = r.charge_id"
    " WHERE r.intent_id = %s"
)


def lock_id(tx: Tx, intent_id: UUID) -> None:
    """Whoever closes an id that nobody has heard of, and whoever begins under it, come one after the other.

    There is no row to lock yet: until the end of the transaction the id itself is.
    """
    tx.run("SELECT pg_advisory_xact_lock(%s)", (int.from_bytes(intent_id.bytes[-8:], "big", signed=True),))


def find_order(tx: Tx, intent_id: UUID) -> Kept | None:
    row = tx.row(_ORDER, (intent_id,))
    return None if row is None else _kept(row)


def lock_order(tx: Tx, intent_id: UUID) -> Kept | None:
    row = tx.row(f"{_ORDER} FOR UPDATE", (intent_id,))
    return None if row is None else _kept(row)


def _kept(row: tuple[Any, ...]) -> Kept:
    order = None
    if row[5] is not None:
        order = Order(
            intent_id=row[0],
            amount_minor=row[5],
            currency=row[6],
            number=row[7],
            state=State(row[8]),
            reason=row[9],
            reference=row[10],
            payer=row[11],
            paid=row[12],
            taken_back=row[13],
            giving_back=row[14],
            given_back=row[15],
            asked_reverse=row[16],
            late_check=row[17],
            tries=row[18],
            sent_at=row[19],
            due_at=row[20],
            paid_at=row[24],
        )
    return Kept(
        device_id=row[1],
        order_id=row[2],
        method=row[3] or "",
        fund_id=row[4],
        order=order,
        asked_at=row[21],
        worker=row[22],
        worker_until=row[23],
    )


def find_refund(tx: Tx, intent_id: UUID) -> KeptRefund | None:
    row = tx.row(_REFUND, (intent_id,))
    return None if row is None else _kept_refund(row)


def lock_refund(tx: Tx, intent_id: UUID) -> KeptRefund | None:
    row = tx.row(f"{_REFUND} FOR UPDATE OF r", (intent_id,))
    return None if row is None else _kept_refund(row)


def _kept_refund(row: tuple[Any, ...]) -> KeptRefund:
    refund = None
    if row[3] is not None:
        refund = Refund(
            intent_id=row[0],
            charge_id=row[3],
            number=row[17],
            refund_number=row[6],
            amount_minor=row[4],
            whole_minor=row[18],
            currency=row[5],
            state=RefundState(row[7]),
            reason=row[8],
            reference=row[9],
            ask_again=row[10],
            tries=row[11],
            sent_at=row[12],
            due_at=row[13],
            paid_at=row[19],
        )
    return KeptRefund(
        device_id=row[1],
        method=row[2] or "",
        charge_id=row[3],
        state=RefundState(row[7]),
        reason=row[8],
        refund=refund,
        asked_at=row[14],
        worker=row[15],
        worker_until=row[16],
    )


@dataclass(frozen=True, slots=True)
class Rows:
    """Writing. Every change of a state leaves an event beside it, in the same transaction."""

    services: Services

    def close_id(self, tx: Tx, intent_id: UUID, device_id: UUID) -> None:
        """Nothing was ever sent under this id, and nothing will be."""
        now = self.services.clock.now()
        done = tx.run(
            "INSERT INTO payment_order (intent_id, device_id, number, state, reason, created_at, sent_at, moved_at)"
            " VALUES (%s, %s, %s, 'not_performed', 'never_heard', %s, %s, %s) ON CONFLICT DO NOTHING",
            (intent_id, device_id, intent_id.hex, now, now, now),
        )
        if done:
            self.event(tx, intent_id, "close", State.NOT_PERFORMED, {})

    def take(self, tx: Tx, intent_id: UUID, *, refund: bool = False) -> UUID:
        """Of a row that is locked and that nobody is at: it is ours for a while."""
        worker, now = self.services.ids.new(), self.services.clock.now()
        parameters = (worker, now + WORK_MAX, now, intent_id)
        if refund:
            tx.run(
                "UPDATE payment_refund SET worker = %s, worker_until = %s, asked_at = %s WHERE intent_id = %s",
                parameters,
            )
        else:
            tx.run(
                "UPDATE payment_order SET worker = %s, worker_until = %s, asked_at = %s WHERE intent_id = %s",
                parameters,
            )
        return worker

    def put(self, tx: Tx, order: Order, step: str, body: dict[str, Json], *, leave: bool = True) -> None:
        """``leave``: whoever was at it is done."""
        tx.run(
            "UPDATE payment_order SET state = %s, reason = %s, reference = %s, payer = %s, paid = %s, taken_back = %s,"
            " giving_back = %s, given_back = %s, asked_reverse = %s, late_check = %s, tries = %s, due_at = %s,"
            " paid_at = %s, moved_at = %s, worker = CASE WHEN %s THEN NULL ELSE worker END,"
            " worker_until = CASE WHEN %s THEN NULL ELSE worker_until END WHERE intent_id = %s",
            (
                order.state.value,
                order.reason,
                order.reference,
                order.payer,
                order.paid,
                order.taken_back,
                order.giving_back,
                order.given_back,
                order.asked_reverse,
                order.late_check,
                order.tries,
                order.due_at,
                order.paid_at,
                self.services.clock.now(),
                leave,
                leave,
                order.intent_id,
            ),
        )
        self.event(tx, order.intent_id, step, order.state, body)

    def put_refund(self, tx: Tx, refund: Refund, step: str, body: dict[str, Json]) -> None:
        tx.run(
            "UPDATE payment_refund SET state = %s, reason = %s, reference = %s, ask_again = %s, tries = %s,"
            " due_at = %s, paid_at = %s, moved_at = %s, worker = NULL, worker_until = NULL WHERE intent_id = %s",
            (
                refund.state.value,
                refund.reason,
                refund.reference,
                refund.ask_again,
                refund.tries,
                refund.due_at,
                refund.paid_at,
                self.services.clock.now(),
                refund.intent_id,
            ),
        )
        self.event(tx, refund.intent_id, step, refund.state, body)

    def event(self, tx: Tx, intent_id: UUID, step: str, state: State | RefundState, body: dict[str, Json]) -> None:
        tx.run(
            "INSERT INTO payment_event (event_id, intent_id, at, step, state, body) VALUES (%s, %s, %s, %s, %s, %s)",
            (
                self.services.ids.new(),
                intent_id,
                self.services.clock.now(),
                step,
                state.value,
                canonical(body).decode(),
            ),
        )


def refunded_minor(tx: Tx, charge_id: UUID) -> int:
    """What went back, or may have: refunds that were refused or never performed do not count."""
    found = tx.scalar(
        "SELECT coalesce(sum(amount_minor), 0) FROM payment_refund WHERE charge_id = %s"
        " AND state IN ('sent', 'pending', 'unknown', 'paid_back', 'manual')",
        (charge_id,),
    )
    return int(found)


def due(tx: Tx, method: str, now: datetime, limit: int) -> list[tuple[UUID, bool]]:
    """Charges and refunds (True) of a gateway that central has to look at, longest due first."""
    rows = tx.rows(
        "SELECT intent_id, refund FROM ("
        "SELECT intent_id, false AS refund, due_at FROM payment_order WHERE method = %s AND due_at <= %s"
        " AND (worker_until IS NULL OR worker_until <= %s) UNION ALL "
        "SELECT intent_id, true, due_at FROM payment_refund WHERE method = %s AND due_at <= %s"
        " AND (worker_until IS NULL OR worker_until <= %s)) AS both_kinds ORDER BY due_at LIMIT %s",
        (method, now, now, method, now, now, limit),
    )
    return [(intent_id, refund) for intent_id, refund in rows]
