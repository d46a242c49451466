"""What is printed, as values: a ticket's face, and a slip or report as blocks. Drawing is the printers' business.

One face makes the ESC/POS raster, the preview and the PDF. How a document looks is said by its layout
(``docs/layouts.md``); what it must show, and which parts and facts it brings, by ``domain.paper_contents``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from counter_app.domain.money import Money

BODY: Final = "body"  # the part of blocks that were given without a name


class Document(StrEnum):
    """Kinds of paper; the value is the name of its layout's file."""

    TICKET = "ticket"  # rail, and ferries with coaches and berths
    COACH_TICKET = "coach_ticket"
    RECEIPT = "receipt"
    CARD_SLIP_CUSTOMER = "card_slip_customer"
    CARD_SLIP_MERCHANT = "card_slip_merchant"
    REIMBURSEMENT = "reimbursement"  # 报销凭证
    REFUND_SLIP = "refund_slip"
    EXCHANGE_SLIP = "exchange_slip"
    X_REPORT = "x_report"
    Z_REPORT = "z_report"
    CASH_SLIP = "cash_slip"
    LUGGAGE_TAG = "luggage_tag"
    GROUP_LIST = "group_list"
    TEST = "test"


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

    language: str  # "zh" | "en": which comes first, a Chinese ticket carries pinyin beside; "both": all in both
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
    document: Document = Document.TICKET  # or COACH_TICKET: by the run's route type
    # What a coach's passenger looks for; None where the timetable or the policy does not say, never guessed.
    platform: str | None = None  # bay or platform of departure, as the timetable has it
    boarding_closes: datetime | None = None
    headsign: str | None = None  # what stands on the vehicle, where that is not the destination


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


@dataclass(frozen=True, slots=True)
class Part:
    """Blocks under a name (``domain.paper_contents``): a layout places, orders and styles parts."""

    name: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A receipt, refund slip, report: a heading, marks and blocks, already in words of ``language``.

    Give either ``parts`` (named, for layouts) or ``blocks`` (then they are one part, ``BODY``). ``blocks`` always reads
    as all blocks in order; to change the parts of a slip: ``replace(slip, parts=..., blocks=())``.

    ``facts`` are single values that a layout may set anywhere (``{operator}``, ``{clerk}``); an empty or missing one
    is left out with the line that it stands in. ``copy_number`` is said beside the mark DUPLICATE. In a slip of
    language "both" every word is given in both languages (``Texts`` of "both" does it).
    """

    language: str
    title: str
    subtitle: str
    marks: tuple[Mark, ...]
    blocks: tuple[Block, ...] = ()
    parts: tuple[Part, ...] = ()
    document: Document = Document.TEST
    facts: Mapping[str, str] = field(default_factory=dict)
    copy_number: int = 0

    def __post_init__(self) -> None:
        if self.parts:
            flat = tuple(block for part in self.parts for block in part.blocks)
            assert self.blocks in {(), flat}, "give parts or blocks of a slip, not both"
            object.__setattr__(self, "blocks", flat)

    def named(self) -> tuple[Part, ...]:
        """The parts; loose blocks as one part ``BODY``."""
        return self.parts or (Part(BODY, self.blocks),)


Paper = TicketFace | Slip
