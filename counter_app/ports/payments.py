"""Payments as the counter keeps them, and the card terminal as a use case sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from counter_app.domain.money import Money
from counter_app.domain.payments import CardResult, PaymentIntent, Tender, TerminalReport

# ---- in the store


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderLeg:
    """One leg of a sale or a refund that was posted, with its amount as the order counts it.

    The drawer gained ``amount`` + ``rounding`` by a cash leg. ``amount`` is negative in a refund. A refund's leg by
    card or wallet is posted with the refund; whether it was paid out yet, its intent says.
    """

    order_id: UUID
    refund_id: UUID | None
    n: int  # from 0, in the order in which they were paid, anew in each entry
    tender: Tender
    amount_minor: int
    rounding_minor: int
    intent_id: UUID | None  # None: cash
    shift_id: UUID
    journal_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What the terminal wants printed, verbatim, card numbers masked. ``whose``: customer | merchant."""

    whose: str
    lines: tuple[str, ...]


class DifferenceState(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a terminal's closing totals (or a gateway's bill) and the journal do not agree on."""

    difference_id: UUID
    source: str  # the terminal's name
    found_at: datetime
    kind: str  # count | amount | missing_here | missing_there
    tender: Tender
    ours_minor: int
    theirs_minor: int
    intent_id: UUID | None
    detail: str
    state: DifferenceState
    owner: str  # login; "" nobody yet
    note: str


class PaymentReader(Protocol):
    def intent(self, intent_id: UUID) -> PaymentIntent | None: ...

    def of_order(self, order_id: UUID) -> list[PaymentIntent]:
        """Charges and refunds, oldest first."""
        ...

    def of_refund(self, refund_id: UUID) -> list[PaymentIntent]: ...

    def unresolved(self) -> list[PaymentIntent]:
        """Oldest first: those in ``UNRESOLVED``, loose approvals, refunds that came to nothing and are still owed."""
        ...

    def unsettled_of_shift(self, shift_id: UUID) -> list[PaymentIntent]:
        """Of ``unresolved`` those that a shift began."""
        ...

    def at_device(self, device: str, since: datetime) -> list[PaymentIntent]:
        """Approved, reversed and unresolved ones of a terminal that moved after ``since``, for its closing."""
        ...

    def legs_of_order(self, order_id: UUID) -> list[TenderLeg]:
        """Of the sale and of all its refunds."""
        ...

    def slips(self, intent_id: UUID) -> list[Slip]: ...

    def slip_ids(self, intent_id: UUID) -> list[UUID]:
        """Of its slips, in their order: what print jobs of kind ``CARD_SLIP`` refer to."""
        ...

    def slip(self, slip_id: UUID) -> Slip | None: ...

    def differences(self, limit: int) -> list[Difference]:
        """Open ones first, then the newest."""
        ...

    def difference(self, difference_id: UUID) -> Difference | None: ...

    def last_closing(self, device: str) -> datetime | None:
        """When a terminal's day was last ended by us."""
        ...


class PaymentBook(PaymentReader, Protocol):
    def put(self, intent: PaymentIntent) -> None:
        """Inserts, or replaces by intent_id what may change. ``journal_seq`` is an entry's: all is journaled."""
        ...

    def add_legs(self, legs: Sequence[TenderLeg]) -> None:
        """Once each: by the entry that posts them and their place in it."""
        ...

    def put_slips(self, intent_id: UUID, slips: Sequence[Slip]) -> None:
        """Added to what there is; one that is there already is not kept twice. Bounded."""
        ...

    def put_difference(self, difference: Difference) -> None: ...

    def put_closing(self, device: str, at: datetime) -> None: ...


# ---- the terminal


class TerminalTrouble(StrEnum):
    """Why a terminal cannot be asked now. Nothing was sent, or nothing that moves money."""

    NONE = ""
    NOT_CONFIGURED = "not_configured"
    NOT_REACHABLE = "not_reachable"
    NOT_REGISTERED = "not_registered"  # it refused the password or the registration
    SILENT = "silent"
    BUSY = "busy"
    GARBLED = "garbled"


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalStatus:
    """``report`` None: it did not say. ``ready`` only on the terminal's own word."""

    name: str
    trouble: TerminalTrouble
    report: TerminalReport | None

    @property
    def ready(self) -> bool:
        return self.trouble is TerminalTrouble.NONE and self.report is not None and self.report.ready


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """The terminal's status said done, ``Watch.answered`` committed it, and it was acknowledged.

    ``completed`` False: the completion did not come; it is approved all the same.
    """

    result: CardResult
    slips: tuple[Slip, ...] = ()
    completed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """An explicit refusal in the terminal's own words. ``code``: of the standard."""

    code: str
    words: str  # the terminal's own text, "" where it gave none
    slips: tuple[Slip, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """It is known that no byte of the order reached the terminal."""

    trouble: TerminalTrouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """It may have happened. ``reason``: timeout | reset | garbled | no_status | other_result | not_committed | …

    ``result``: what it said last, where that is not what was asked for (another receipt or amount in a reversal).
    """

    reason: str
    result: CardResult | None = None
    slips: tuple[Slip, ...] = ()


CardOutcome = Approved | Declined | NotSent | Unknown


class Watch(Protocol):
    """Called by the terminal while it works, on the lane that called it."""

    def says(self, text: str) -> None:
        """An intermediate text of the terminal, or a stable code of 04 FF in words: "insert card", "PIN" …"""
        ...

    def answered(self, result: CardResult) -> bool:
        """The terminal's status, approval or not, before it is acknowledged.

        True: it is durable and what was asked for: acknowledge it. False: do not; the terminal takes it back, or it is
        unknown what it does.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingLine:
    card_name: str
    count: int
    total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The end of a terminal's day. ``total`` None: it did not say. ``unknown``: asked, and no answer to trust."""

    done: bool
    unknown: bool
    reason: str
    count: int | None
    total: Money | None
    lines: tuple[ClosingLine, ...]
    slips: tuple[Slip, ...]


class CardTerminal(Protocol):
    """One terminal. Calls come one at a time, on its lane; each ends by its own deadline; ``abort`` from any thread.

    Nothing here raises for what a terminal or a line does: that is in the answer.
    """

    @property
    def name(self) -> str: ...

    @property
    def longest(self) -> timedelta:
        """After so long nobody is paying any more, whatever was heard."""
        ...

    def status(self) -> TerminalStatus:
        """Connects, registers where needed, asks whether it is ready and what its last transaction was."""
        ...

    def charge(self, amount: Money, watch: Watch) -> CardOutcome: ...

    def reverse(self, receipt: int, amount: Money, watch: Watch) -> CardOutcome:
        """Takes back the payment of that receipt. A status with another receipt or amount: ``Unknown`` with it."""
        ...

    def refund(self, amount: Money, watch: Watch) -> CardOutcome:
        """A credit to a card that is presented anew."""
        ...

    def end_of_day(self, watch: Watch) -> Closing: ...

    def abort(self) -> None:
        """Asks the terminal to stop what it does; the outcome is still what the terminal says."""
        ...

    def close(self) -> None: ...
