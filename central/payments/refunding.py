"""A refund before it is sent: whose charge, how much is left of it, and a number that is fixed from then on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from central.acts import ActKind, Acts
from central.payments.funds import Funds
from central.payments.machine import RefundState, State
from central.payments.orders import Kept, Rows, lock_id, lock_order, lock_refund, refunded_minor
from central.request import Refusing
from central.services import Device, Services
from central.tx import Tx
from counter_app.domain.journal import Json
from counter_app.domain.staff import SYSTEM
from counter_app.wire import messages as m


@dataclass(frozen=True, slots=True)
class Refunding:
    services: Services
    funds: Funds

    def begin(self, device: Device, message: m.PayRefund, tx: Tx) -> None:
        """The refund's row, once. Raises Refusing(NOT_ALLOWED): another refund under this id, or another's."""
        lock_id(tx, message.intent_id)  # its counter may be asking for it just now, and would go on without it
        charge = lock_order(tx, message.charge_id)  # refunds of one charge one after the other
        known = lock_refund(tx, message.intent_id)
        if known is not None:
            own = known.device_id == device.device_id
            refund = known.refund
            told = (message.charge_id, message.amount_minor, message.currency)
            if not own or (refund is not None and told != (refund.charge_id, refund.amount_minor, refund.currency)):
                raise Refusing(m.Refused.NOT_ALLOWED, "intent_id")
            return
        closed = lock_order(tx, message.intent_id)
        if closed is not None:  # its counter asked for it before it came, and went on; or it is a charge's id
            if closed.device_id != device.device_id or closed.order is not None:
                raise Refusing(m.Refused.NOT_ALLOWED, "intent_id")
            self._insert(tx, device, message, charge, RefundState.NOT_PERFORMED, "never_heard")
            return
        reason = self._refusal(tx, device, message, charge)
        if reason:
            self._insert(tx, device, message, charge, RefundState.DECLINED, reason)
            return
        assert charge is not None
        if charge.fund_id is None:
            self._insert(tx, device, message, charge, RefundState.SENT, "")
        else:
            self._insert(tx, device, message, charge, RefundState.PAID_BACK, "")
            self.funds.refund(
                tx,
                charge.fund_id,
                charge_id=message.charge_id,
                intent_id=message.intent_id,
                amount_minor=message.amount_minor,
            )
        if charge.device_id != device.device_id:
            body: dict[str, Json] = {
                "refund": str(message.intent_id),
                "charge": str(message.charge_id),
                "window": device.window,
                "amount_minor": message.amount_minor,
            }
            Acts(self.services).append(tx, ActKind.REFUNDED_ELSEWHERE, body, by=SYSTEM)

    def _refusal(self, tx: Tx, device: Device, message: m.PayRefund, charge: Kept | None) -> str:
        if charge is None or charge.order is None:
            return "no_such_charge"
        if charge.device_id != device.device_id and not self._has_its_ticket(tx, charge.order_id, device.device_id):
            return "not_its_charge"
        if charge.order.state is not State.APPROVED:
            return "not_paid"
        if message.currency != charge.order.currency:
            return "wrong_currency"
        left = charge.order.amount_minor - refunded_minor(tx, message.charge_id)
        return "more_than_was_paid" if message.amount_minor > left else ""

    @staticmethod
    def _has_its_ticket(tx: Tx, order_id: UUID | None, device_id: UUID) -> bool:
        """Whether this window locked a ticket of that order, or has refunded one."""
        found = tx.scalar(
            "SELECT EXISTS (SELECT FROM ticket WHERE order_id = %s AND locked_by IS NOT NULL AND locked_by = %s)"
            " OR EXISTS (SELECT FROM ticket WHERE order_id = %s AND ended_device <> device_id AND ended_device = %s)",
            (order_id, device_id, order_id, device_id),
        )
        return bool(found)

    def _insert(
        self,
        tx: Tx,
        device: Device,
        message: m.PayRefund,
        charge: Kept | None,
        state: RefundState,
        reason: str,
    ) -> None:
        now = self.services.clock.now()
        tx.run(
            "INSERT INTO payment_refund (intent_id, charge_id, device_id, method, amount_minor, currency,"
            " refund_number, state, reason, sent_at, moved_at, due_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (
                message.intent_id,
                None if charge is None or charge.order is None else message.charge_id,
                device.device_id,
                None if charge is None else charge.method or None,
                message.amount_minor,
                message.currency,
                message.intent_id.hex,
                state.value,
                reason,
                now,
                now,
                now + timedelta(seconds=5) if state is RefundState.SENT else None,
            ),
        )
        Rows(self.services).event(tx, message.intent_id, "refund", state, {"reason": reason} if reason else {})
