"""Payments that central asks for: wallets through their gateways, and what central itself keeps accounts of.

An intent's id makes everything idempotent. An id that central is asked about and has never heard of is closed for ever:
the charge that comes after it was overtaken, and its counter has gone on.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import Final
from uuid import UUID

from central.payments.asking import Asker, Gateways
from central.payments.funds import FUNDS, Funds
from central.payments.machine import REFUND_OPEN, Order, RefundState, State, Step, want_reversal
from central.payments.orders import (
    WORK_MAX,
    Kept,
    KeptRefund,
    Rows,
    find_order,
    find_refund,
    lock_id,
    lock_order,
    refunded_minor,
)
from central.payments.refunding import Refunding
from central.payments.words import Gateway, ToCharge
from central.request import Refusing
from central.services import Device, Services
from central.tx import Connection, Tx, in_transaction
from counter_app.wire import messages as m

_STATES: Final = {
    State.SENT: m.PayState.UNKNOWN,
    State.PENDING: m.PayState.PENDING,
    State.UNKNOWN: m.PayState.UNKNOWN,
    State.APPROVED: m.PayState.APPROVED,
    State.DECLINED: m.PayState.DECLINED,
    State.NOT_PERFORMED: m.PayState.NOT_PERFORMED,
    State.REVERSING: m.PayState.UNKNOWN,
    State.REVERSED: m.PayState.REVERSED,
    State.MANUAL: m.PayState.MANUAL,
}
_REFUND_STATES: Final = {
    RefundState.SENT: m.PayState.UNKNOWN,
    RefundState.PENDING: m.PayState.PENDING,
    RefundState.UNKNOWN: m.PayState.UNKNOWN,
    RefundState.PAID_BACK: m.PayState.PAID_BACK,
    RefundState.DECLINED: m.PayState.DECLINED,
    RefundState.NOT_PERFORMED: m.PayState.NOT_PERFORMED,
    RefundState.MANUAL: m.PayState.MANUAL,
}


class PaymentDesk:
    """``gateways``: method → its gateway, as this process has its keys. Any thread may call it."""

    def __init__(self, services: Services, gateways: Mapping[str, Gateway] | None = None) -> None:
        self._services = services
        self._gateways = Gateways(gateways or {})
        self._funds = Funds(services)
        self._rows = Rows(services)
        self._asker = Asker(services, self._gateways)
        self._refunding = Refunding(services, self._funds)

    @property
    def methods(self) -> tuple[str, ...]:
        return self._gateways.methods

    def tend(self, method: str, connection: Connection) -> int:
        """What is due at one gateway; on a thread of its own, since it waits for it."""
        return self._asker.tend(method, connection)

    # ---- a charge

    def pay(self, device: Device, message: m.PayCharge, connection: Connection) -> m.PayAnswer:
        """Raises Refusing: BUSY (nothing was done), NOT_ALLOWED (another's, or another charge under the same id)."""
        known = find_order(Tx(connection), message.intent_id)
        if known is None and message.method.value in FUNDS:
            return in_transaction(connection, partial(self._charge_fund, device, message))
        if known is None:
            return self._charge_wallet(device, message, connection)
        self._same(device, message, known)
        return self.state(device, m.PayQuestion(intent_id=message.intent_id), connection)

    def _same(self, device: Device, message: m.PayCharge, known: Kept) -> None:
        own = known.device_id == device.device_id
        if own and known.order is None:
            return  # closed before it came
        told = (message.order_id, message.method.value, message.amount_minor, message.currency)
        kept = known.order
        if not own or kept is None or told != (known.order_id, known.method, kept.amount_minor, kept.currency):
            raise Refusing(m.Refused.NOT_ALLOWED, "intent_id")

    def _charge_wallet(self, device: Device, message: m.PayCharge, connection: Connection) -> m.PayAnswer:
        method = message.method.value
        gateway = self._gateways.of(method)
        reason = self._refusal(gateway, message, connection)
        if gateway is None or reason:
            in_transaction(connection, partial(self._insert, device, message, State.DECLINED, reason))
            return self._told(message.intent_id, connection)
        if not self._gateways.enter(method):
            raise Refusing(m.Refused.BUSY, method)
        try:
            worker = in_transaction(connection, partial(self._insert, device, message, State.SENT, ""))
            if worker is not None:  # None: the same question came by another way, and somebody is at it
                charge = ToCharge(
                    number=number_of(message.intent_id),
                    amount_minor=message.amount_minor,
                    currency=message.currency,
                    code=message.code,
                    subject=message.subject,
                    terminal=f"{device.station_code}-{device.counter}",
                )
                self._asker.charge(connection, method, charge, message.intent_id, worker)
        finally:
            self._gateways.leave(method)
        return self._told(message.intent_id, connection)

    @staticmethod
    def _refusal(gateway: Gateway | None, message: m.PayCharge, connection: Connection) -> str:
        if gateway is None:
            return "not_taken"
        if not gateway.takes(message.code):
            return "wrong_code"
        return "" if message.currency == Tx(connection).scalar("SELECT currency FROM central") else "wrong_currency"

    def _insert(self, device: Device, message: m.PayCharge, state: State, reason: str, tx: Tx) -> UUID | None:
        """The charge, durable before anything is sent. Returns who works on it; None: it was there already."""
        now, worker = self._services.clock.now(), self._services.ids.new()
        sent = state is State.SENT
        made = tx.run(
            "INSERT INTO payment_order (intent_id, device_id, order_id, method, amount_minor, currency, number,"
            " code_hash, code_last4, state, reason, created_at, sent_at, moved_at, asked_at, due_at, worker,"
            " worker_until) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            (
                message.intent_id,
                device.device_id,
                message.order_id,
                message.method.value,
                message.amount_minor,
                message.currency,
                number_of(message.intent_id),
                self._code_hash(message),
                message.code[-4:],
                state.value,
                reason,
                now,
                now,
                now,
                now,
                now + timedelta(seconds=5) if sent else None,
                worker if sent else None,
                now + WORK_MAX if sent else None,
            ),
        )
        if not made:
            return None
        self._rows.event(tx, message.intent_id, Step.CHARGE.value, state, {"reason": reason} if reason else {})
        return worker

    def _code_hash(self, message: m.PayCharge) -> bytes:
        """Tells whether a disputed code was this one; it cannot be found by trying, without the operator's key."""
        salted = f"payment-code/{message.intent_id}/{message.code}".encode()
        return hmac.new(self._services.operator_tag, salted, sha256).digest()

    def _charge_fund(self, device: Device, message: m.PayCharge, tx: Tx) -> m.PayAnswer:
        """From what central keeps accounts of: charged or refused, at once."""
        if self._insert(device, message, State.DECLINED, "under_way", tx) is None:
            raise Refusing(m.Refused.BUSY, "intent_id")  # the same question came by another way: ask again
        taken = self._funds.charge(
            tx,
            kind=message.method.value,
            code=message.code,
            amount_minor=message.amount_minor,
            currency=message.currency,
            intent_id=message.intent_id,
            order_id=message.order_id,
        )
        state = State.DECLINED if taken.reason else State.APPROVED
        tx.run("UPDATE payment_order SET fund_id = %s WHERE intent_id = %s", (taken.fund_id, message.intent_id))
        kept = lock_order(tx, message.intent_id)
        assert kept is not None
        assert kept.order is not None
        paid = state is State.APPROVED
        order = replace(
            kept.order,
            state=state,
            reason=taken.reason,
            paid=paid,
            reference=number_of(message.intent_id) if paid else "",
        )
        self._rows.put(tx, order, "fund", {})
        return self._said(order, left_minor=taken.left_minor)

    # ---- how it stands

    def state(self, device: Device, message: m.PayQuestion, connection: Connection) -> m.PayAnswer:
        """Raises Refusing(NOT_ALLOWED): another window's."""
        tx = Tx(connection)
        refund = find_refund(tx, message.intent_id)
        if refund is not None:
            _own(device, refund)
            if refund.state in REFUND_OPEN:
                self._asker.see(connection, message.intent_id, refund=True)
            return self._refund_told(message.intent_id, connection)
        known = find_order(tx, message.intent_id)
        if known is None and self._forgotten(tx, message.intent_id):
            return self._restored(message.intent_id)
        if known is None:
            if not in_transaction(connection, partial(self._close, device, message.intent_id)):
                return self.state(device, message, connection)  # a refund came under it meanwhile
            known = find_order(tx, message.intent_id)
            assert known is not None
        _own(device, known)
        self._asker.see(connection, message.intent_id, refund=False)
        return self._told(message.intent_id, connection)

    def _close(self, device: Device, intent_id: UUID, tx: Tx) -> bool:
        """False: it was heard of in the meantime, as a refund's."""
        lock_id(tx, intent_id)
        if find_refund(tx, intent_id) is not None:
            return False
        self._rows.close_id(tx, intent_id, device.device_id)
        return True

    # ---- taking it back whole

    def reverse(self, device: Device, message: m.PayReverse, connection: Connection) -> m.PayAnswer:
        """Raises Refusing(NOT_ALLOWED): another window's."""
        refusal = in_transaction(connection, partial(self._want_back, device, message.intent_id))
        if refusal is not None:
            return refusal
        self._asker.see(connection, message.intent_id, refund=False)
        return self._told(message.intent_id, connection)

    def _want_back(self, device: Device, intent_id: UUID, tx: Tx) -> m.PayAnswer | None:
        if find_order(tx, intent_id) is None and self._forgotten(tx, intent_id):
            return self._restored(intent_id)
        self._rows.close_id(tx, intent_id, device.device_id)
        known = lock_order(tx, intent_id)
        assert known is not None
        _own(device, known)
        order = known.order
        if order is None:
            return None
        if order.state is State.APPROVED and refunded_minor(tx, intent_id):
            return self._said(order, reason="has_refunds")
        if known.fund_id is not None:
            if order.state is State.APPROVED:
                self._funds.reverse(tx, known.fund_id, intent_id)
                order = replace(order, state=State.REVERSED, reason="")
                self._rows.put(tx, order, "reverse", {})
            return self._said(order, left_minor=self._funds.left_minor(tx, known.fund_id))
        gateway = self._gateways.of(known.method)
        after_s = 0 if gateway is None else gateway.reverse_after_s
        wanted = want_reversal(order, self._services.clock.now(), "taken_back", after_s)
        if wanted is not order:
            # Whoever is at it stays at it: what they hear is heard by an order that is to be taken back.
            self._rows.put(tx, wanted, "reverse_wanted", {}, leave=False)
        return None

    @staticmethod
    def _forgotten(tx: Tx, intent_id: UUID) -> bool:
        """Whether central may have heard of it before it was put back to a backup: then it knows nothing, not "no"."""
        restored_at = tx.scalar("SELECT restored_at FROM central")
        if restored_at is None:
            return False
        made_ms = intent_id.int >> 80  # UUIDv7 begins with its time
        return intent_id.version != 7 or made_ms < restored_at.timestamp() * 1_000

    def _restored(self, intent_id: UUID) -> m.PayAnswer:
        """A person looks for its number (the id's 32 figures) in the gateway's own books."""
        return m.PayAnswer(
            intent_id=intent_id,
            state=m.PayState.MANUAL,
            reason="restored",
            central_time=self._services.clock.now(),
        )

    # ---- giving back

    def refund(self, device: Device, message: m.PayRefund, connection: Connection) -> m.PayAnswer:
        """Raises Refusing(NOT_ALLOWED): another refund under the same id."""
        in_transaction(connection, partial(self._refunding.begin, device, message))
        kept = find_refund(Tx(connection), message.intent_id)
        assert kept is not None
        if kept.state in REFUND_OPEN:
            self._asker.see(connection, message.intent_id, refund=True)
        return self._refund_told(message.intent_id, connection)

    # ---- answers

    def _told(self, intent_id: UUID, connection: Connection) -> m.PayAnswer:
        known = find_order(Tx(connection), intent_id)
        assert known is not None
        if known.order is None:
            return m.PayAnswer(
                intent_id=intent_id,
                state=m.PayState.NOT_PERFORMED,
                reason="never_heard",
                central_time=self._services.clock.now(),
            )
        left = None if known.fund_id is None else self._funds.left_minor(Tx(connection), known.fund_id)
        return self._said(known.order, left_minor=left)

    def _said(self, order: Order, *, reason: str | None = None, left_minor: int | None = None) -> m.PayAnswer:
        return m.PayAnswer(
            intent_id=order.intent_id,
            state=_STATES[order.state],
            reason=order.reason if reason is None else reason,
            reference=order.reference,
            payer=order.payer,
            left_minor=left_minor,
            central_time=self._services.clock.now(),
        )

    def _refund_told(self, intent_id: UUID, connection: Connection) -> m.PayAnswer:
        tx = Tx(connection)
        kept = find_refund(tx, intent_id)
        assert kept is not None
        charge = None if kept.charge_id is None else find_order(tx, kept.charge_id)
        fund_id = None if charge is None else charge.fund_id
        return m.PayAnswer(
            intent_id=intent_id,
            state=_REFUND_STATES[kept.state],
            left_minor=None if fund_id is None else self._funds.left_minor(tx, fund_id),
            reason=kept.reason,
            reference=kept.refund.reference if kept.refund is not None else "",
            central_time=self._services.clock.now(),
        )


def _own(device: Device, known: Kept | KeptRefund) -> None:
    if known.device_id != device.device_id:
        raise Refusing(m.Refused.NOT_ALLOWED, "intent_id")


def number_of(intent_id: UUID) -> str:
    """The merchant's number of it at every gateway: 32 letters and figures, WeChat's most."""
    return intent_id.hex


__all__ = ["PaymentDesk", "number_of"]
