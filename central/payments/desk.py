"""Payments that central asks for: wallets through their gateways, and what central itself keeps accounts of."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from central.services import Device, Services
from central.tx import Connection
from counter_app.wire import messages as m


@dataclass(frozen=True, slots=True)
class PaymentDesk:
    """Of a central that has no gateway: it charges nobody, and so has nothing to give back."""

    services: Services

    def pay(self, device: Device, message: m.PayCharge, connection: Connection) -> m.PayAnswer:  # noqa: ARG002
        return self._said(message.intent_id, m.PayState.DECLINED, "not_taken")

    def state(self, device: Device, message: m.PayQuestion, connection: Connection) -> m.PayAnswer:  # noqa: ARG002
        return self._said(message.intent_id, m.PayState.NOT_PERFORMED, "never_heard")

    def reverse(self, device: Device, message: m.PayReverse, connection: Connection) -> m.PayAnswer:  # noqa: ARG002
        return self._said(message.intent_id, m.PayState.NOT_PERFORMED, "never_heard")

    def refund(self, device: Device, message: m.PayRefund, connection: Connection) -> m.PayAnswer:  # noqa: ARG002
        return self._said(message.intent_id, m.PayState.DECLINED, "no_such_charge")

    def _said(self, intent_id: UUID, state: m.PayState, reason: str) -> m.PayAnswer:
        return m.PayAnswer(intent_id=intent_id, state=state, reason=reason, central_time=self.services.clock.now())
