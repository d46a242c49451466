"""An intent at the card terminal: the baseline before it, the answer durable before it is acknowledged, and its end.

What the terminal does is told in ``ports.payments``; what an answer proves, in ``domain.payments``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, assert_never

from counter_app.application.payments.moving import Mover
from counter_app.application.payments.tenders import blocks_terminal
from counter_app.domain.payments import (
    DONE,
    CardResult,
    Direction,
    Evidence,
    Finding,
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
CLOCK_BACK_MAX: Final = timedelta(days=1)  # how far a clock may have been set back without our looking amiss


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
            # Of a reversal the payment's own stays: by it the terminal is asked what became of it.
            evidence = result.evidence() if self.to is S.APPROVED_UNACKED else None
            try:
                self.intent = self.mover(self.intent.intent_id, self.to, evidence=evidence, reason="answered")
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
        """From CREATED. Nothing is sent without the terminal's own word on what its last transaction was.

        What raises leaves it in flight: the caller knows that nobody is at it any more.
        """
        status = self.terminal.status()
        original = None if intent.charge_id is None else self.mover.read(intent.charge_id)
        stopped = self._cannot_begin(status, intent)
        if not stopped and intent.reverses is not None and original is not None:
            # Another terminal has a receipt of that number too: a stranger's.
            stopped = self._is_another(status, original)
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
            # Of a refund that reverses a payment: that one's trace, by which many terminals name it in their answer.
            evidence=None if intent.reverses is None or original is None else Evidence(trace=original.evidence.trace),
            reason="sent",
        )
        watch = _Watch(self.mover, intent, S.APPROVED_UNACKED, is_answer, says)
        if intent.direction is Direction.CHARGE:
            outcome = self.terminal.charge(intent.amount, watch)
        elif intent.reverses is not None:
            outcome = self.terminal.reverse(intent.reverses, intent.amount, watch)
        else:
            outcome = self.terminal.refund(intent.amount, watch)
        return self._ended(intent, outcome)

    def _cannot_begin(self, status: TerminalStatus, intent: PaymentIntent) -> str:
        """Why nothing is sent; "" where all is well."""
        with self.mover.store.reading() as books:
            others = [one for one in books.payments.unresolved() if one.intent_id != intent.intent_id]
        # What was never sent has left nothing at the terminal: the other legs of this refund, say.
        if any(one.state is not S.CREATED and blocks_terminal(one, self.terminal.name) for one in others):
            return "terminal_blocked"
        if status.trouble:
            return status.trouble.value
        if status.report is None or not status.report.ready:
            return "busy"
        if not status.report.terminal_id:
            return "nameless_terminal"  # its answer could never be told from another terminal's
        last = status.report.last
        return "no_baseline" if last is not None and last.receipt is None else ""

    @staticmethod
    def _is_another(status: TerminalStatus, charge: PaymentIntent) -> str:
        same = status.report is not None and status.report.terminal_id == charge.terminal_id
        return "" if same else "another_terminal"

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
        """From APPROVED. Raises Refusal: TERMINAL_NOT_READY, TERMINAL_BLOCKED, PAYMENT_NOT_OPEN: nothing was begun."""
        status = self.terminal.status()
        stopped = self._cannot_begin(status, intent) or self._is_another(status, intent)
        if stopped:
            blocked = stopped == "terminal_blocked"
            raise Refusal(Reason.TERMINAL_BLOCKED if blocked else Reason.TERMINAL_NOT_READY, trouble=stopped)
        receipt = intent.evidence.receipt
        intent = self.mover(intent.intent_id, S.REVERSING, actor=actor, reason="asked")
        if receipt is None:  # a terminal takes back by receipt: without one, a person does it there
            return self.mover(intent.intent_id, S.MANUAL, reason="no_receipt")
        # A terminal that does not hear our yes undoes the reversal: until it has, the money may still be here.
        watch = _Watch(self.mover, intent, S.REVERSE_UNKNOWN, is_reversal_of, says)
        return self._taken_back(intent, self.terminal.reverse(receipt, intent.amount, watch))

    def _taken_back(self, intent: PaymentIntent, outcome: CardOutcome) -> PaymentIntent:
        intent = self.mover.read(intent.intent_id)
        answered = intent.state is S.REVERSE_UNKNOWN
        match outcome:
            case Approved(result=result, slips=slips) if answered:
                return self.mover(
                    intent.intent_id, S.REVERSED, evidence=result.evidence(), reason="approved", slips=slips
                )
            case _ if answered:  # acknowledged or not, undone or not: the terminal is asked
                return self._keep(intent, outcome)
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
            if finding.state is S.APPROVED and intent.reverses is None and self._may_be_of_another(intent, finding):
                finding = replace(finding, state=S.MANUAL, reason="terminal_has_another")
        if finding.state is None:
            return intent
        keeps = finding.state in {S.NOT_PERFORMED, S.MANUAL, S.REVERSED}
        return self.mover(
            intent.intent_id,
            finding.state,
            evidence=None if keeps else finding.evidence,
            reason=finding.reason,
        )

    def _may_be_of_another(self, intent: PaymentIntent, finding: Finding) -> bool:
        """Carried over, it blocked nothing: what was paid there since may have been of the same amount."""
        receipt = None if finding.evidence is None else finding.evidence.receipt
        with self.mover.store.reading() as books:
            others = books.payments.at_device(intent.device, intent.created_at - CLOCK_BACK_MAX)
        assert intent.sent_at is not None
        ours = (intent.sent_at, intent.intent_id)
        return any(
            (one.sent_at, one.intent_id) > ours or one.evidence.receipt == receipt
            for one in others
            if one.intent_id != intent.intent_id and one.sent_at is not None
        )
