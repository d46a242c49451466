"""What central and a gateway say to each other, in words that are the same for every gateway.

``Gateway`` is the slot for another one: docs/gateways.md tells how to fill it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from counter_app.domain.journal import Json


class Said(StrEnum):
    """What a gateway's answer means, after its signature, its age and its subject were checked."""

    PAID = "paid"
    WAITING = "waiting"  # the customer has to do something yet
    REFUSED = "refused"  # an explicit refusal of what was asked: it was not done, and will not be
    ABSENT = "absent"  # it knows no such number
    CLOSED = "closed"  # for good, and nobody's money is held: never paid, or given back whole
    DONE = "done"  # a reversal or a refund was carried out
    AGAIN = "again"  # it asks to be asked again
    UNKNOWN = "unknown"  # no answer, or none that can be trusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One answer. ``reason``: a stable code; ``reference``: the gateway's number of it; ``payer``: masked.

    ``amount_minor`` and ``currency``: of the whole charge or refund as the gateway has it; None: not said. ``at``: when
    it was paid, by the gateway's word. PAID and a refund's DONE always say the amount.
    """

    said: Said
    reason: str = ""
    reference: str = ""
    amount_minor: int | None = None
    currency: str = ""
    payer: str = ""
    at: datetime | None = None

    @property
    def fields(self) -> dict[str, Json]:
        """What is set, for the record of what was said."""
        found: dict[str, Json] = {
            "said": self.said.value,
            "reason": self.reason,
            "reference": self.reference,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
            "payer": self.payer,
            "at": None if self.at is None else self.at.isoformat(),
        }
        return {name: value for name, value in found.items() if value is not None and value != ""}


def unknown(reason: str) -> Word:
    return Word(said=Said.UNKNOWN, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCharge:
    """``number``: ours, fixed before it is sent. ``code``: of the customer's wallet, in no log and in no table."""

    number: str
    amount_minor: int
    currency: str
    code: str
    subject: str
    terminal: str  # of ours, as the gateway shall know it: CSQ-2

    def __repr__(self) -> str:
        return f"ToCharge({self.number})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToRefund:
    """``refund_number``: ours, fixed before it is sent; the gateway pays once for each."""

    number: str
    refund_number: str
    amount_minor: int
    whole_minor: int
    currency: str


class BillKind(StrEnum):
    CHARGE = "charge"
    REFUND = "refund"
    REVERSED = "reversed"  # a charge that the gateway took back


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRow:
    """One line of a gateway's bill. ``amount_minor``: positive. ``refund_number``: of a refund, ours."""

    line: int
    kind: BillKind
    number: str
    refund_number: str
    amount_minor: int
    reference: str
    state: str
    day: str  # as the gateway counts days: 2026-12-01


@dataclass(frozen=True, slots=True, kw_only=True)
class BillFault:
    """A line that is no line of such a bill. ``reason``: a stable code."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """``days``: the first and the last that its lines tell of, as the bill writes them; empty: it has no lines."""

    rows: tuple[BillRow, ...]
    faults: tuple[BillFault, ...]
    days: tuple[str, ...]


class Gateway(Protocol):
    """One merchant's contract with one gateway. Every method ends within ``deadline_s``, whatever the other side does.

    Nothing here raises for what a gateway or a line does: what cannot be trusted is ``Said.UNKNOWN``. Threads call it
    at the same time.
    """

    @property
    def reverse_after_s(self) -> int:
        """A charge is not reversed earlier than so long after it was sent."""
        ...

    def takes(self, code: str) -> bool:
        """Whether it looks like a code of this wallet."""
        ...

    def charge(self, charge: ToCharge) -> Word:
        """PAID, WAITING, REFUSED, UNKNOWN. A number that was charged before is never charged again."""
        ...

    def query(self, number: str) -> Word:
        """PAID, WAITING, REFUSED (it failed for good), ABSENT, CLOSED, UNKNOWN."""
        ...

    def reverse(self, number: str) -> Word:
        """DONE, AGAIN, ABSENT, REFUSED, UNKNOWN. Paid or not, it ends without anybody's money."""
        ...

    def refund(self, refund: ToRefund) -> Word:
        """DONE, WAITING (accepted, under way), REFUSED, AGAIN, UNKNOWN."""
        ...

    def query_refund(self, refund: ToRefund) -> Word:
        """DONE, WAITING, ABSENT, REFUSED (it failed for good), UNKNOWN."""
        ...


class BillReader(Protocol):
    """The day's lines out of a file as the gateway gives it. Hostile until read; bounded."""

    def __call__(self, lines: Iterable[str]) -> Bill: ...


def plain(value: object, most: int = 64) -> str:
    """A number or account of a gateway's, without what no such thing has in it."""
    return re.sub(r"[^0-9A-Za-z_\-*@.]", "", value)[:most] if isinstance(value, str) else ""


def masked(value: object) -> str:
    """A payer's account, recognisable to its owner only. Gateways mask most of them already."""
    text = plain(value)
    if "*" in text:
        return text[:40]
    return text if not text else f"{text[:2]}***{text[-2:]}" if len(text) > 6 else "***"
