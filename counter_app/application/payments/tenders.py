"""Which tender can be used now, and why not: shown before it is tried, and checked when it is."""

from __future__ import annotations

from dataclasses import dataclass

from counter_app.application.payment_views import TenderOption
from counter_app.domain.payments import BY_CENTRAL, UNRESOLVED, PaymentIntent, Tender
from counter_app.domain.policy import Policy
from counter_app.errors import Reason, Refusal
from counter_app.ports.line import Line
from counter_app.ports.payments import CardTerminal
from counter_app.ports.store import Reading, Writing

_REFUSED = {
    "not_configured": Reason.TERMINAL_NOT_READY,
    "terminal_blocked": Reason.TERMINAL_BLOCKED,
    "needs_line": Reason.TENDER_NEEDS_LINE,
    "offline_by_policy": Reason.TENDER_NEEDS_LINE,
    "stand_alone": Reason.TENDER_NOT_TAKEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tendering:
    """``line`` None: a stand-alone counter, which is its own central and is never offline."""

    policy: Policy
    terminal: CardTerminal | None
    line: Line | None

    def device(self, tender: Tender) -> str:
        if tender is not Tender.CARD:
            return tender.value
        return self.terminal.name if self.terminal is not None else Tender.CARD.value

    def options(self, books: Reading | Writing) -> tuple[TenderOption, ...]:
        open_ones = books.payments.unresolved()
        return tuple(TenderOption(tender=one, why=self.why(one, open_ones)) for one in self.policy.tenders.taken)

    def check(self, books: Reading | Writing, tender: Tender) -> None:
        """Raises Refusal: TENDER_NOT_TAKEN, TENDER_NEEDS_LINE, TERMINAL_NOT_READY, TERMINAL_BLOCKED."""
        if tender is Tender.CASH or tender not in self.policy.tenders.taken:
            raise Refusal(Reason.TENDER_NOT_TAKEN, tender=tender.value)
        why = self.why(tender, books.payments.unresolved())
        if why:
            raise Refusal(_REFUSED[why], tender=tender.value, trouble=why)

    def why(self, tender: Tender, unresolved: list[PaymentIntent]) -> str:
        if tender is Tender.CASH:
            return ""
        if tender in BY_CENTRAL:
            if self.line is None:
                return "stand_alone"
            return "" if self.line.worth_asking() else "needs_line"
        if self.terminal is None:
            return "not_configured"
        if any(blocks_terminal(one, self.terminal.name) for one in unresolved):
            return "terminal_blocked"
        offline = self.line is not None and not self.line.worth_asking()
        return "offline_by_policy" if offline and tender not in self.policy.tenders.offline else ""


def blocks_terminal(intent: PaymentIntent, terminal: str) -> bool:
    """A terminal reports its last transaction only: nothing new, until what became of this one is known."""
    return (
        intent.tender is Tender.CARD and intent.device == terminal and intent.state in UNRESOLVED and not intent.carried
    )
