"""An intent that central asks for: wallets, vouchers, points, accounts. Central does not forget; the counter asks it.

A charge is asked about until it is paid, refused or taken back. Central gives up a wallet's charge by itself after its
own deadline, and an id that it was asked to reverse can never be charged any more: so every intent comes to an end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from counter_app.application.payments.moving import Mover
from counter_app.domain.payments import Direction, Evidence, PaymentIntent, PaymentState
from counter_app.domain.staff import Actor
from counter_app.errors import CentralSaidNo, NoAnswer, Reason, Refusal
from counter_app.ports.clock import Clock
from counter_app.ports.line import Line
from counter_app.wire import messages as m

S = PaymentState
P = m.PayState
Says = Callable[[str], None]

PAY_MS: Final = 10_000
STATE_MS: Final = 6_000
POLL_MS: Final = 2_000
# A wallet's customer has 45 s; then central takes it back, and says so when it is sure.
PATIENCE_MS: Final = 75_000
_MAY_HAVE_ACTED: Final = frozenset({m.Refused.FAULT.value})  # a server's mistake: unknown, not no


class Pause(Protocol):
    """Waiting, as it comes by constructor. ``wait`` returns True as soon as somebody wants it to stop."""

    def wait(self, wait_ms: int) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RemotePayments:
    mover: Mover
    line: Line
    clock: Clock
    pause: Pause

    # ---- a charge

    def run(self, intent: PaymentIntent, says: Says, *, code: str, subject: str) -> PaymentIntent:
        if intent.direction is Direction.REFUND:
            return self._pay_back(intent)
        request = m.PayCharge(
            intent_id=intent.intent_id,
            order_id=intent.order_id,
            method=m.PayMethod(intent.tender.value),
            amount_minor=intent.amount.minor,
            currency=intent.amount.currency,
            code=code,
            subject=subject,
        )
        intent = self.mover(intent.intent_id, S.SENT, reason="sent")
        says("asking")
        try:
            answer = self.line.pay(request, deadline_ms=PAY_MS)
        except NoAnswer as silence:
            if not silence.sent:
                return self.mover(intent.intent_id, S.NOT_PERFORMED, reason="not_reached")
            return self._wait(intent, says)
        except CentralSaidNo as no:
            return self.mover(intent.intent_id, _refused(no), reason=no.code)
        if self._final(answer) is None:
            return self._wait(intent, says)
        return self._charged(intent, answer)

    def _wait(self, intent: PaymentIntent, says: Says) -> PaymentIntent:
        """Until it is known, the patience is over, or the clerk gives it up: then it is taken back."""
        until_ms = self.clock.monotonic_ms() + PATIENCE_MS
        given_up = False
        says("customer_confirms")
        while self.clock.monotonic_ms() < until_ms:
            if self.pause.wait(POLL_MS) and not given_up:
                given_up = True
                says("taking_back")
            answer = self._take_back(intent.intent_id) if given_up else self._state(intent.intent_id)
            if answer is not None and self._final(answer) is not None:
                return self._charged(intent, answer)
        return self.mover(intent.intent_id, S.UNKNOWN, reason="no_answer")

    def _charged(self, intent: PaymentIntent, answer: m.PayAnswer) -> PaymentIntent:
        to = self._final(answer)
        assert to is not None
        return self.mover(intent.intent_id, to, evidence=_evidence(answer), reason=answer.reason or answer.state.value)

    @staticmethod
    def _final(answer: m.PayAnswer) -> PaymentState | None:
        """What an answer about a charge makes of it; None: not decided yet."""
        return {
            P.APPROVED: S.APPROVED,
            P.DECLINED: S.DECLINED,
            P.NOT_PERFORMED: S.NOT_PERFORMED,
            P.REVERSED: S.NOT_PERFORMED,  # taken back before anybody counted on it
            P.MANUAL: S.MANUAL,
        }.get(answer.state)

    # ---- a refund's leg

    def _pay_back(self, intent: PaymentIntent) -> PaymentIntent:
        assert intent.charge_id is not None
        request = m.PayRefund(
            intent_id=intent.intent_id,
            charge_id=intent.charge_id,
            amount_minor=intent.amount.minor,
            currency=intent.amount.currency,
        )
        intent = self.mover(intent.intent_id, S.SENT, reason="sent")
        try:
            answer = self.line.pay_refund(request, deadline_ms=PAY_MS)
        except NoAnswer as silence:
            if not silence.sent:
                return self.mover(intent.intent_id, S.NOT_PERFORMED, reason="not_reached")
            return self.mover(intent.intent_id, S.UNKNOWN, reason="no_answer")
        except CentralSaidNo as no:
            return self.mover(intent.intent_id, _refused(no), reason=no.code)
        to = _paid_back(answer) or S.UNKNOWN
        return self.mover(intent.intent_id, to, evidence=_evidence(answer), reason=answer.reason or answer.state.value)

    # ---- taking back, asking

    def reverse(self, intent: PaymentIntent, *, actor: Actor) -> PaymentIntent:
        """From APPROVED or UNKNOWN. Raises Refusal(CENTRAL_UNREACHABLE) where the line is not worth asking."""
        if not self.line.worth_asking():
            raise Refusal(Reason.CENTRAL_UNREACHABLE)
        intent = self.mover(intent.intent_id, S.REVERSING, actor=actor, reason="asked")
        return self._reversed(intent, self._take_back(intent.intent_id))

    def _reversed(self, intent: PaymentIntent, answer: m.PayAnswer | None) -> PaymentIntent:
        if answer is None:
            return self.mover(intent.intent_id, S.REVERSE_UNKNOWN, reason="no_answer")
        to = {
            P.REVERSED: S.REVERSED,
            P.NOT_PERFORMED: S.NOT_PERFORMED,
            P.DECLINED: S.NOT_PERFORMED,
            P.MANUAL: S.MANUAL,
        }.get(answer.state, S.REVERSE_UNKNOWN)
        return self.mover(intent.intent_id, to, reason=answer.reason or answer.state.value)

    def ask(self, intent: PaymentIntent) -> PaymentIntent:
        """Of UNKNOWN and REVERSE_UNKNOWN. As it was, where nothing new is known."""
        if intent.state is S.REVERSE_UNKNOWN:
            answer = self._take_back(intent.intent_id)  # asking again is the same request
            return intent if answer is None else self._settled_reversal(intent, answer)
        answer = self._state(intent.intent_id)
        if answer is None:
            return intent
        if intent.direction is Direction.REFUND:
            to = _paid_back(answer)
        else:
            if answer.state is P.NOT_PERFORMED:
                # It may be on its way still: an id that was taken back is closed for good.
                answer = self._take_back(intent.intent_id)
                if answer is None:
                    return intent
            to = self._final(answer)
        if to is None:
            return intent
        return self.mover(intent.intent_id, to, evidence=_evidence(answer), reason=answer.reason or answer.state.value)

    def _settled_reversal(self, intent: PaymentIntent, answer: m.PayAnswer) -> PaymentIntent:
        if answer.state in {P.REVERSED, P.NOT_PERFORMED, P.DECLINED, P.MANUAL}:
            return self._reversed(intent, answer)
        return intent

    # ---- one question

    def _state(self, intent_id: UUID) -> m.PayAnswer | None:
        try:
            return self.line.pay_state(m.PayQuestion(intent_id=intent_id), deadline_ms=STATE_MS)
        except (NoAnswer, CentralSaidNo):
            return None

    def _take_back(self, intent_id: UUID) -> m.PayAnswer | None:
        try:
            return self.line.pay_reverse(m.PayReverse(intent_id=intent_id), deadline_ms=PAY_MS)
        except (NoAnswer, CentralSaidNo):
            return None


def _refused(no: CentralSaidNo) -> PaymentState:
    return S.UNKNOWN if no.code in _MAY_HAVE_ACTED else S.DECLINED


def _paid_back(answer: m.PayAnswer) -> PaymentState | None:
    return {
        P.PAID_BACK: S.APPROVED,
        P.DECLINED: S.DECLINED,
        P.NOT_PERFORMED: S.NOT_PERFORMED,
        P.MANUAL: S.MANUAL,
    }.get(answer.state)


def _evidence(answer: m.PayAnswer) -> Evidence:
    return Evidence(reference=answer.reference, payer=answer.payer, code=answer.reason)
