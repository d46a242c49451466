"""Money and ticket, both or neither: the states of one payment, what may follow what, and what an answer proves.

Pure rules. A charge and a refund are intents of the same machine; who asks a terminal or a gateway is elsewhere, and so
is who commits. The order of things is the promise: an intent is durable before anything is sent, an answer before it is
acknowledged, and a silence is UNKNOWN, never "no".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from counter_app.domain.money import Money, round_to_step_half_up


class Tender(StrEnum):
    """How it is paid. Stable: stored, journaled, printed by it."""

    CASH = "cash"
    CARD = "card"
    ALIPAY = "alipay"
    WECHAT = "wechat"
    VOUCHER = "voucher"
    POINTS = "points"
    ACCOUNT = "account"


BY_CENTRAL: Final = frozenset({Tender.ALIPAY, Tender.WECHAT, Tender.VOUCHER, Tender.POINTS, Tender.ACCOUNT})
"""Central asks the gateway, or keeps the account itself. Cash and card need nobody but the station."""

LEGS_MAX: Final = 12  # of one order, those that came to nothing included


class Direction(StrEnum):
    CHARGE = "charge"
    REFUND = "refund"


class PaymentState(StrEnum):
    CREATED = "created"  # durable, nothing was sent
    SENT = "sent"  # the first byte may have left
    APPROVED_UNACKED = "approved_unacked"  # the answer is durable; the terminal has not been told so
    APPROVED = "approved"
    DECLINED = "declined"  # an explicit refusal only
    UNKNOWN = "unknown"
    NOT_PERFORMED = "not_performed"
    MANUAL = "manual"  # what is known contradicts itself: a person decides by the terminal's own paper
    REVERSING = "reversing"
    REVERSED = "reversed"
    REVERSE_UNKNOWN = "reverse_unknown"


S = PaymentState
_NEXT: Final[Mapping[PaymentState, frozenset[PaymentState]]] = {
    S.CREATED: frozenset({S.SENT, S.NOT_PERFORMED}),
    # NOT_PERFORMED: it is known that no byte arrived.
    S.SENT: frozenset({S.APPROVED_UNACKED, S.APPROVED, S.DECLINED, S.UNKNOWN, S.NOT_PERFORMED, S.MANUAL}),
    S.APPROVED_UNACKED: frozenset({S.APPROVED, S.UNKNOWN, S.MANUAL}),
    # REVERSING: what may have been paid by a wallet is taken back by its stored order number.
    S.UNKNOWN: frozenset({S.APPROVED, S.DECLINED, S.NOT_PERFORMED, S.MANUAL, S.REVERSING}),
    S.MANUAL: frozenset({S.APPROVED, S.NOT_PERFORMED, S.REVERSED}),
    S.APPROVED: frozenset({S.REVERSING}),
    # APPROVED: the reversal was refused in so many words.
    S.REVERSING: frozenset({S.REVERSED, S.REVERSE_UNKNOWN, S.APPROVED, S.NOT_PERFORMED, S.MANUAL}),
    S.REVERSE_UNKNOWN: frozenset({S.REVERSED, S.APPROVED, S.NOT_PERFORMED, S.MANUAL, S.REVERSING}),
    S.DECLINED: frozenset(),
    S.NOT_PERFORMED: frozenset(),
    S.REVERSED: frozenset(),
}
IN_FLIGHT: Final = frozenset({S.CREATED, S.SENT, S.APPROVED_UNACKED, S.REVERSING})
"""Somebody is at it now; at a start nobody is, and ``after_crash`` says what they become."""
UNRESOLVED: Final = IN_FLIGHT | {S.UNKNOWN, S.MANUAL, S.REVERSE_UNKNOWN}
"""Blocks the terminal it went to, and the close of the shift."""
DEAD: Final = frozenset({S.DECLINED, S.NOT_PERFORMED, S.REVERSED})
"""No money moved, for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the terminal or the gateway said. No card number: ``card`` is masked to its last four digits."""

    receipt: int | None = None
    trace: int | None = None
    terminal_id: str = ""
    card: str = ""  # **** 1234
    card_name: str = ""
    reference: str = ""  # the gateway's own number of it
    code: str = ""  # its result, as a stable word or number
    payer: str = ""  # masked

    def fields(self) -> dict[str, str | int]:
        """What is set, for the journal."""
        found = {
            "receipt": self.receipt,
            "trace": self.trace,
            "terminal_id": self.terminal_id,
            "card": self.card,
            "card_name": self.card_name,
            "reference": self.reference,
            "code": self.code,
            "payer": self.payer,
        }
        return {name: value for name, value in found.items() if value not in {None, ""}}


def read_evidence(fields: Mapping[str, object]) -> Evidence:
    """From ``Evidence.fields``. Raises ``ValueError``."""
    known: dict[str, object] = {}
    for name, value in fields.items():
        wanted = int if name in {"receipt", "trace"} else str
        if name not in Evidence.__dataclass_fields__ or type(value) is not wanted:
            raise ValueError(name)
        known[name] = value
    return Evidence(**known)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentIntent:
    """One leg that is paid, or paid back, by something else than cash.

    ``device``: the terminal's name at this station (``card``), or the tender's for what central asks. ``baseline``: the
    terminal's last receipt number before it was sent, 0: none yet. ``charge_id``: of a refund, what it gives back;
    ``reverses``: the receipt of a whole card payment that it takes back, None: a refund that is booked anew.
    """

    intent_id: UUID
    order_id: UUID
    refund_id: UUID | None
    charge_id: UUID | None
    shift_id: UUID
    user_id: UUID
    clerk: str  # display name
    direction: Direction
    tender: Tender
    amount: Money  # positive
    device: str
    terminal_id: str
    baseline: int | None
    state: PaymentState
    created_at: datetime
    sent_at: datetime | None
    moved_at: datetime
    evidence: Evidence = field(default_factory=Evidence)
    reason: str = ""  # of the last move, a stable code
    reverses: int | None = None
    carried: str = ""  # a supervisor's word under which it was carried past the shift's end
    bound: bool = False  # a sale or a refund stands on it
    superseded: bool = False  # a refund that came to nothing, and was paid back otherwise: tried again, or in cash
    journal_seq: int = 0  # of the last move

    @property
    def live(self) -> bool:
        """Whether its money counts, or may yet."""
        return self.state not in DEAD

    @property
    def loose(self) -> bool:
        """Approved, and nothing was made of it: to be sold upon, or reversed."""
        return self.direction is Direction.CHARGE and self.state is S.APPROVED and not self.bound

    @property
    def owed(self) -> bool:
        """A refund that came to nothing: the customer has not got it back."""
        return self.direction is Direction.REFUND and self.state in DEAD and not self.superseded

    @property
    def unsettled(self) -> bool:
        """Somebody has to do something about it, or does just now."""
        return self.state in UNRESOLVED or self.loose or self.owed


def moved(
    intent: PaymentIntent,
    to: PaymentState,
    at: datetime,
    *,
    evidence: Evidence | None = None,
    reason: str = "",
    baseline: int | None = None,
    terminal_id: str = "",
) -> PaymentIntent:
    """The same intent one step on. A step that the machine does not have is our own mistake."""
    assert to in _NEXT[intent.state], f"{intent.state} -> {to}"
    assert not intent.bound or intent.direction is Direction.REFUND or to is not S.REVERSING, "a sale stands on it"
    assert (to is S.SENT and intent.tender is Tender.CARD) == (baseline is not None), "a card is sent with a baseline"
    return replace(
        intent,
        state=to,
        moved_at=at,
        sent_at=at if to is S.SENT else intent.sent_at,
        baseline=intent.baseline if baseline is None else baseline,
        terminal_id=terminal_id or intent.terminal_id,
        evidence=intent.evidence if evidence is None else evidence,
        reason=reason,
    )


def may_move(state: PaymentState, to: PaymentState) -> bool:
    return to in _NEXT[state]


def after_crash(state: PaymentState) -> PaymentState:
    """What an intent is, of which nobody knows how far it came."""
    return {
        S.CREATED: S.NOT_PERFORMED,
        S.SENT: S.UNKNOWN,
        S.APPROVED_UNACKED: S.UNKNOWN,  # a lost acknowledgement is ambiguous in the standard itself
        S.REVERSING: S.REVERSE_UNKNOWN,
    }.get(state, state)


# ---- what a terminal's report proves -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CardResult:
    """One transaction as the terminal reports it."""

    kind: str  # payment | reversal | refund | "" not said
    result: str  # "00": done; else the code
    amount_minor: int | None
    currency: str | None  # ISO 4217 letters; None: not said
    terminal_id: str
    receipt: int | None
    trace: int | None
    card: str = ""  # masked by whoever read it
    card_name: str = ""
    original_trace: int | None = None  # of a reversal: the payment's, where the reversal has a receipt of its own

    def evidence(self) -> Evidence:
        return Evidence(
            receipt=self.receipt,
            trace=self.trace,
            terminal_id=self.terminal_id,
            card=self.card,
            card_name=self.card_name,
            code=self.result,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalReport:
    """What a terminal says of itself. ``ready``: it answered that it is idle; silence and "wait" are not."""

    ready: bool
    terminal_id: str
    last: CardResult | None  # None: it has none, or did not say: then nothing is proved


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``state`` None: nothing new, ask again later."""

    state: PaymentState | None
    reason: str
    evidence: Evidence | None = None


def find_charge(intent: PaymentIntent, report: TerminalReport, now: datetime, longest: timedelta) -> Finding:
    """What a report says of a charge or refund that is UNKNOWN (payments.md, recovery; PA00P015, repeat receipt).

    ``longest``: the longest time that a payment takes at this terminal. Amount alone is never a match.
    """
    assert intent.baseline is not None
    last = report.last
    if last is not None and _is_ours(intent, last, report.terminal_id):
        return Finding(state=S.APPROVED, reason="found_at_terminal", evidence=last.evidence())
    if not report.ready:
        return Finding(state=None, reason="terminal_busy")
    if intent.sent_at is None or now < intent.sent_at + longest:
        return Finding(state=None, reason="may_still_be_paid")  # a customer may be typing the PIN
    if last is None:
        # A terminal that never had a transaction has none to report.
        never = intent.baseline == 0
        return Finding(state=S.NOT_PERFORMED if never else None, reason="no_receipt" if never else "terminal_silent")
    untouched = last.receipt == intent.baseline and report.terminal_id == intent.terminal_id
    if untouched and (intent.reverses is None or last.kind == "payment"):
        return Finding(state=S.NOT_PERFORMED, reason="receipt_unchanged", evidence=last.evidence())
    if last.receipt is None:
        return Finding(state=None, reason="terminal_silent")
    return Finding(state=S.MANUAL, reason="terminal_has_another", evidence=last.evidence())


def find_reversal(intent: PaymentIntent, report: TerminalReport) -> Finding:
    """Of a reversal without an answer. That the last receipt is still the payment's proves nothing by itself."""
    last = report.last
    ours = last is not None and last.kind == "reversal" and last.result == DONE and last.receipt is not None
    if last is not None and ours and last.terminal_id in {"", intent.terminal_id}:
        if _names(last, intent.evidence.receipt, intent) and last.amount_minor in {None, intent.amount.minor}:
            return Finding(state=S.REVERSED, reason="found_at_terminal", evidence=last.evidence())
        return Finding(state=S.MANUAL, reason="reversed_another", evidence=last.evidence())
    return Finding(state=None if not report.ready else S.MANUAL, reason="reversal_not_found")


DONE: Final = "00"


def _names(reversal: CardResult, receipt: int | None, intent: PaymentIntent) -> bool:
    """Whether a reversal is of the payment with that receipt.

    Some terminals answer under the payment's receipt, others under one of the reversal's own; then field 37 holds the
    payment's trace, which ``intent.evidence`` has to know: a payment's by its answer, a refund's from its beginning.
    """
    told, known = reversal.original_trace or None, intent.evidence.trace or None
    return told == known if told is not None and known is not None else reversal.receipt == receipt


def _is_ours(intent: PaymentIntent, last: CardResult, terminal_id: str) -> bool:
    if intent.reverses is not None:
        known = intent.evidence  # of the payment; or, once it was heard, of the reversal itself
        heard = known.receipt is not None and (known.receipt, known.trace) == (last.receipt, last.trace)
        right = last.kind == "reversal" and (heard or _names(last, intent.reverses, intent))
    else:
        wanted = "payment" if intent.direction is Direction.CHARGE else "refund"
        right = last.kind in {wanted, ""} and last.receipt not in {None, intent.baseline}
    return (
        last.result == DONE
        and right
        and last.amount_minor == intent.amount.minor
        and last.currency in {None, intent.amount.currency}
        and intent.terminal_id != ""
        and last.terminal_id == intent.terminal_id == terminal_id
    )


def is_answer(intent: PaymentIntent, result: CardResult) -> bool:
    """Whether a status that came in the intent's own dialogue approves it: result, amount, terminal, receipt."""
    return _is_ours(intent, result, intent.terminal_id)


def is_reversal_of(intent: PaymentIntent, result: CardResult) -> bool:
    """Whether a status that came in a reversal's own dialogue is of this payment, and of no other."""
    return (
        result.result == DONE
        and result.kind in {"reversal", ""}
        and result.receipt is not None
        and _names(result, intent.evidence.receipt, intent)
        and result.amount_minor in {None, intent.amount.minor}
        and result.terminal_id in {"", intent.terminal_id}
    )


# ---- splitting, cash rounding, giving back -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CashDue:
    """The cash part of a total. ``due`` = ``exact`` + ``rounding``; only cash is rounded."""

    exact: Money
    rounding: Money
    due: Money


def cash_due(exact: Money, step_minor: int) -> CashDue:
    """To the nearest coin that there is, halves up (Swiss and Swedish rounding). ``step_minor`` 1: not rounded."""
    assert exact.minor >= 0
    due = Money(round_to_step_half_up(exact.minor, 1, step_minor), exact.currency)
    return CashDue(exact=exact, rounding=due - exact, due=due)


def remaining(total: Money, intents: Sequence[PaymentIntent]) -> Money:
    """Of an order: what neither was paid nor may have been. Never negative: a leg is refused that would exceed it."""
    taken = sum(one.amount.minor for one in intents if one.direction is Direction.CHARGE and one.live)
    return Money(max(0, total.minor - taken), total.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidLeg:
    """One leg of a sale as it stands: what of it may still go back."""

    tender: Tender
    intent_id: UUID | None  # None: cash
    left: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class BackLeg:
    """One leg of a refund. ``rounding``: of cash, what was added (or taken off) to pay it in coins."""

    tender: Tender
    charge_id: UUID | None
    amount: Money  # what it settles of the refund
    rounding: Money


def refund_legs(refundable: Money, paid: Sequence[PaidLeg], step_minor: int) -> tuple[BackLeg, ...]:
    """To the tenders that paid, in the order in which they did, cash last; never more to one than it gave.

    What no leg covers any more (it cannot happen where prices add up) is cash. The cash part alone is rounded.
    """
    nothing = Money(0, refundable.currency)
    left, legs = refundable, []
    for leg in (one for one in paid if one.tender is not Tender.CASH):
        amount = min(left, leg.left, key=lambda money: money.minor)
        if amount:
            legs.append(BackLeg(tender=leg.tender, charge_id=leg.intent_id, amount=amount, rounding=nothing))
            left -= amount
    if left:
        cash = cash_due(left, step_minor)
        legs.append(BackLeg(tender=Tender.CASH, charge_id=None, amount=left, rounding=cash.rounding))
    return tuple(legs)
