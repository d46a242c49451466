"""What is printed, as values: a ticket's face, and a slip or report as blocks. Drawing is the printers' business.

One face makes the ESC/POS raster, the preview and the PDF.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from counter_app.domain.money import Money


class Mark(StrEnum):
    """Printed large, in words: what kind of paper this is."""

    DUPLICATE = "duplicate"  # 补打
    OFFLINE = "offline"
    TRAINING = "training"
    EXCHANGED = "exchanged"
    DEMONSTRATION = "demonstration"  # invented timetable: no real journey


@dataclass(frozen=True, slots=True, kw_only=True)
class StationName:
    native: str
    latin: str  # pinyin or English, "" where it equals the native name


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFace:
    """Everything that stands on a ticket. Times are aware, in the zone in which they are to be read."""

    language: str  # "zh" | "en": which comes first; a Chinese ticket carries pinyin beside
    operator: str
    ticket_number: str
    stock_number: str
    check_gate: str | None
    origin: StationName
    destination: StationName
    service: str
    depart: datetime
    arrive: datetime | None
    coach: str | None  # None: unreserved
    place: str | None
    place_kind: str | None  # seat | berth_upper | ...
    travel_class: str  # fare class: its words are translated where it is drawn
    price: Money
    passenger_type: str  # adult | child | student | ...
    passenger_name: str | None
    masked_document: str | None
    station: StationName
    counter: int
    clerk: str
    sold_at: datetime
    rules: tuple[str, ...]  # already in the ticket's language
    marks: tuple[Mark, ...]
    copy_number: int  # 0 the original
    code: str  # text content of the 2D code (domain.barcode)


class Strength(StrEnum):
    PLAIN = "plain"
    STRONG = "strong"
    LARGE = "large"
    FAINT = "faint"


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    strength: Strength = Strength.PLAIN
    align: str = "left"  # left | center | right


@dataclass(frozen=True, slots=True)
class Pair:
    """A label on the left and a value on the right of one line."""

    label: str
    value: str
    strength: Strength = Strength.PLAIN


@dataclass(frozen=True, slots=True)
class Table:
    """``align`` has one letter a column: l, r or c."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True, slots=True)
class Code:
    """A 2D code with its text content."""

    content: str


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Lines of a fixed width, as another device made them: every character in its own column."""

    lines: tuple[str, ...]


Block = Text | Pair | Table | Rule | Code | Verbatim


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A receipt, refund slip, X or Z report: a heading, marks and blocks, already in words of ``language``."""

    language: str
    title: str
    subtitle: str
    marks: tuple[Mark, ...]
    blocks: tuple[Block, ...]


Paper = TicketFace | Slip
