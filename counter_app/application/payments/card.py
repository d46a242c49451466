"""An intent at the card terminal: the baseline before it, the answer durable before it is acknowledged, and its end.

What the terminal does is told in ``ports.payments``; what an answer proves, in ``domain.payments``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import assert_never

from counter_app.application.payments.moving import Mover
from counter_app.domain.payments import (
    DONE,
    CardResult,
    Direction,
    Evidence,
    PaymentIntent,
    PaymentState,
    find_charge,
    find_reversal,
    is_answer,
    is_reversal_of,
)
from counter_app.domain.staff import Actor
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.clock import Clock
from counter_app.ports.payments import (
    Approved,
    CardOutcome,
    CardTerminal,
    Declined,
    NotSent,
    TerminalStatus,
    Unknown,
)

S = PaymentState
Says = Callable[[str], None]


@dataclass(slots=True)
class _Watch:
    """Commits what the terminal says before it hears that we know."""

    mover: Mover
    intent: PaymentIntent
    to: PaymentState
    matches: Callable[[PaymentIntent, CardResult], bool]
    tell: Says
    durable: bool = field(default=False)

    def says(self, text: str) -> None:
        self.tell(text)

    def answered(self, result: CardResult) -> bool:
        if result.result != DONE:
            return True  # a refusal has nothing to lose; how it ends is in the outcome
        if not self.matches(self.intent, result):
            return False
        if not self.durable:  # a terminal repeats a status that it thinks was lost
            try:
                self.intent = self.mover(self.intent.intent_id, self.to, evidence=result.evidence())
            except (OutcomeUnknown, Refusal):
                # Not known to be durable here: the terminal must not think so either.
                return False
            self.durable = True
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPayments:
    mover: Mover
    terminal: CardTerminal
    clock: Clock

    # ---- a charge, or a refund's leg

    def run(self, intent: PaymentIntent, says: Says) -> PaymentIntent:
        """From CREATED. Nothing is sent without the terminal's own word on what its last transaction was."""
        status = self.terminal.status()
        stopped = self._cannot_begin(status)
        if stopped:
            return self.mover(intent.intent_id, S.NOT_PERFORMED, reason=stopped)
        assert status.report is not None
        last = status.report.last
        baseline = 0 if last is None or last.receipt is None else last.receipt
        intent = self.mover(
            intent.intent_id,
            S.SENT,
            baseline=baseline,
            terminal_id=status.report.terminal_id,
            evidence=self._original(intent),
            reason="sent",
        )
        watch = _Watch(self.mover, intent, S.APPROVED_UNACKED, is_answer, says)
        try:
            if intent.direction is Direction.CHARGE:
                outcome = self.terminal.charge(intent.amount, watch)
            elif intent.reverses is not None:
                outcome = self.terminal.reverse(intent.reverses, intent.amount, watch)
            else:
                outcome = self.terminal.refund(intent.amount, watch)
        except BaseException:
            self._lost(intent)
            raise
        return self._ended(intent, outcome)

    def _original(self, intent: PaymentIntent) -> Evidence | None:
        """Of a refund that reverses a payment: that one's trace, by which many terminals name it in their answer."""
        if intent.reverses is None or intent.charge_id is None:
            return None
        return Evidence(trace=self.mover.read(intent.charge_id).evidence.trace)

    def _cannot_begin(self, status: TerminalStatus) -> str:
        """Why nothing is sent; "" where all is well."""
        if status.trouble:
            return status.trouble.value
        if status.report is None or not status.report.ready:
            return "busy"
        if not status.report.terminal_id:
            return "nameless_terminal"  # its answer could never be told from another terminal's
        last = status.report.last
        return "no_baseline" if last is not None and last.receipt is None else ""

    def _ended(self, intent: PaymentIntent, outcome: CardOutcome) -> PaymentIntent:
        intent = self.mover.read(intent.intent_id)
        unacked = intent.state is S.APPROVED_UNACKED
        match outcome:
            case Approved(slips=slips):
                if not unacked:  # approved by the driver's word alone, with nothing durable of the terminal's
                    return self.mover(intent.intent_id, S.UNKNOWN, reason="no_status", slips=slips)
                return self.mover(intent.intent_id, S.APPROVED, reason="approved", slips=slips)
            case Declined(code=code, slips=slips):
                # Refused after it was approved: the terminal may have taken it back, and may not.
                to = S.UNKNOWN if unacked else S.DECLINED
                return self.mover(intent.intent_id, to, reason=f"terminal_{code}"[:60], slips=slips)
            case NotSent(trouble=trouble):
                to = S.UNKNOWN if unacked else S.NOT_PERFORMED
                return self.mover(intent.intent_id, to, reason=trouble.value or "not_sent")
            case Unknown(reason=reason, result=result, slips=slips):
                odd = result is not None and result.result == DONE and intent.reverses is not None
                if odd and not unacked:
                    # Some terminals reverse the last payment, whichever was asked for.
                    return self.mover(
                        intent.intent_id,
                        S.MANUAL,
                        reason="reversed_another",
                        evidence=None if result is None else result.evidence(),
                        slips=slips,
                    )
                return self.mover(intent.intent_id, S.UNKNOWN, reason=reason, slips=slips)
            case _:
                assert_never(outcome)

    # ---- taking back a leg of a sale that is given up

    def reverse(self, intent: PaymentIntent, says: Says, *, actor: Actor) -> PaymentIntent:
        """From APPROVED. Raises Refusal(TERMINAL_NOT_READY) where nothing was begun."""
        status = self.terminal.status()
        stopped = self._cannot_begin(status)
        other = status.report is not None and status.report.terminal_id != intent.terminal_id
        if stopped or other:
            raise Refusal(Reason.TERMINAL_NOT_READY, trouble=stopped or "another_terminal")
        receipt = intent.evidence.receipt
        intent = self.mover(intent.intent_id, S.REVERSING, actor=actor, reason="asked")
        if receipt is None:  # a terminal takes back by receipt: without one, a person does it there
            return self.mover(intent.intent_id, S.MANUAL, reason="no_receipt")
        watch = _Watch(self.mover, intent, S.REVERSED, is_reversal_of, says)
        try:
            outcome = self.terminal.reverse(receipt, intent.amount, watch)
        except BaseException:
            self._lost(intent)
            raise
        return self._taken_back(intent, outcome)

    def _taken_back(self, intent: PaymentIntent, outcome: CardOutcome) -> PaymentIntent:
        intent = self.mover.read(intent.intent_id)
        if intent.state is S.REVERSED:  # durable before it was acknowledged; the rest is the terminal's affair
            return self._keep(intent, outcome)
        match outcome:
            case Approved(slips=slips):
                return self.mover(intent.intent_id, S.REVERSE_UNKNOWN, reason="no_status", slips=slips)
            case Declined(code=code, slips=slips):
                return self.mover(intent.intent_id, S.APPROVED, reason=f"not_reversed_{code}"[:60], slips=slips)
            case NotSent(trouble=trouble):
                return self.mover(intent.intent_id, S.APPROVED, reason=trouble.value or "not_sent")
            case Unknown(reason=reason, result=result, slips=slips):
                if result is not None and result.result == DONE:
                    return self.mover(
                        intent.intent_id,
                        S.MANUAL,
                        reason="reversed_another",
                        evidence=intent.evidence,  # the payment's own: the other one is on the terminal's paper
                        slips=slips,
                    )
                return self.mover(intent.intent_id, S.REVERSE_UNKNOWN, reason=reason, slips=slips)
            case _:
                assert_never(outcome)

    def _keep(self, intent: PaymentIntent, outcome: CardOutcome) -> PaymentIntent:
        slips = () if isinstance(outcome, NotSent) else outcome.slips
        if slips:
            with self.mover.store.writing() as books:
                books.payments.put_slips(intent.intent_id, slips)
        return intent

    # ---- what became of it

    def ask(self, intent: PaymentIntent) -> PaymentIntent:
        """Of UNKNOWN and REVERSE_UNKNOWN. As it was, where nothing new is known."""
        status = self.terminal.status()
        if status.report is None:
            return intent
        if intent.state is S.REVERSE_UNKNOWN:
            finding = find_reversal(intent, status.report)
        elif intent.baseline is None:
            return intent
        else:
            finding = find_charge(intent, status.report, self.clock.now(), self.terminal.longest)
        if finding.state is None:
            return intent
        keeps = finding.state in {S.NOT_PERFORMED, S.MANUAL, S.REVERSED}
        return self.mover(
            intent.intent_id,
            finding.state,
            evidence=None if keeps else finding.evidence,
            reason=finding.reason,
        )

    def _lost(self, intent: PaymentIntent) -> None:
        """Our own mistake on the way, or the end of the program: it may have happened."""
        now = self.mover.read(intent.intent_id)
        if now.state in {S.SENT, S.APPROVED_UNACKED}:
            self.mover(now.intent_id, S.UNKNOWN, reason="fault")
        elif now.state is S.REVERSING:
            self.mover(now.intent_id, S.REVERSE_UNKNOWN, reason="fault")
