"""Central's payments in memory, for tests of the counter's side: every charge, reversal and refund has one end.

``wallets.says(PayState.PENDING, PayState.APPROVED)``: how the next charge stands at first, and at each question after
that; the last word stays. ``wallets.paid`` is what customers are out of pocket for, and must be in tickets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from counter_app.wire import messages as m

P = m.PayState


@dataclass
class Charge:
    request: m.PayCharge | None  # None: closed before it was heard of
    script: list[m.PayState]
    reversed: bool = False
    refunds: dict[UUID, m.PayRefund] = field(default_factory=dict)

    @property
    def state(self) -> m.PayState:
        return P.REVERSED if self.reversed and self.script[0] is P.APPROVED else self.script[0]

    @property
    def paid(self) -> int:
        if self.request is None or self.state is not P.APPROVED:
            return 0
        return self.request.amount_minor - sum(one.amount_minor for one in self.refunds.values())


@dataclass
class Wallets:
    now: Callable[[], datetime]
    charges: dict[UUID, Charge] = field(default_factory=dict)
    reasons: dict[m.PayState, str] = field(default_factory=dict)
    reverse_says: m.PayState | None = None  # instead of what is true; nothing is done then
    refund_says: m.PayState | None = None
    _next: list[list[m.PayState]] = field(default_factory=list)

    def says(self, *states: m.PayState) -> None:
        self._next.append(list(states))

    @property
    def paid(self) -> int:
        return sum(charge.paid for charge in self.charges.values())

    def charge(self, request: m.PayCharge) -> m.PayAnswer:
        known = self.charges.get(request.intent_id)
        if known is None:
            script = self._next.pop(0) if self._next else [P.APPROVED]
            known = self.charges[request.intent_id] = Charge(request, script)
            return self._answer(request.intent_id, known)
        return self.ask(m.PayQuestion(intent_id=request.intent_id))

    def ask(self, question: m.PayQuestion) -> m.PayAnswer:
        refund = self._refund_of(question.intent_id)
        if refund is not None:
            return self._said(question.intent_id, P.PAID_BACK)
        known = self.charges.setdefault(question.intent_id, Charge(None, [P.NOT_PERFORMED]))
        if len(known.script) > 1:
            known.script.pop(0)
        return self._answer(question.intent_id, known)

    def reverse(self, request: m.PayReverse) -> m.PayAnswer:
        known = self.charges.setdefault(request.intent_id, Charge(None, [P.NOT_PERFORMED]))
        if self.reverse_says is not None:
            return self._said(request.intent_id, self.reverse_says)
        if known.state is P.APPROVED:
            known.reversed = True
        elif known.state in {P.PENDING, P.UNKNOWN}:
            known.script = [P.NOT_PERFORMED]
        return self._answer(request.intent_id, known)

    def refund(self, request: m.PayRefund) -> m.PayAnswer:
        if self.refund_says is not None:
            return self._said(request.intent_id, self.refund_says)
        charge = self.charges.get(request.charge_id)
        if charge is None or charge.state is not P.APPROVED:
            return self._said(request.intent_id, P.DECLINED, "no_such_charge")
        if request.intent_id not in charge.refunds:
            if request.amount_minor > charge.paid:
                return self._said(request.intent_id, P.DECLINED, "more_than_was_paid")
            charge.refunds[request.intent_id] = request
        return self._said(request.intent_id, P.PAID_BACK)

    def _refund_of(self, intent_id: UUID) -> m.PayRefund | None:
        return next((one.refunds[intent_id] for one in self.charges.values() if intent_id in one.refunds), None)

    def _answer(self, intent_id: UUID, charge: Charge) -> m.PayAnswer:
        return self._said(intent_id, charge.state, self.reasons.get(charge.state, ""))

    def _said(self, intent_id: UUID, state: m.PayState, reason: str = "") -> m.PayAnswer:
        reference = f"42{intent_id.int % 10**20:020d}" if state in {P.APPROVED, P.REVERSED, P.PAID_BACK} else ""
        return m.PayAnswer(
            intent_id=intent_id, state=state, reason=reason, reference=reference, central_time=self.now()
        )
