"""What use cases take and return, as the window and the command line see it. Frozen values, no store, no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from counter_app.domain.coaches import Coach, PlaceRef
from counter_app.domain.money import Money
from counter_app.domain.stations import Station
from counter_app.domain.timetable import RunRef, Span
from counter_app.ports.prints import JobState

# ---------------------------------------------------------------- search


@dataclass(frozen=True, slots=True, kw_only=True)
class StationHit:
    station: Station
    how: str  # code | name | pinyin | initials | english | fuzzy
    score: int  # higher is better; equal text quality is ranked by what this window sells
    exact: bool  # the text names this station and no other


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassOffer:
    travel_class: str  # fare class
    fare: Money | None  # None: unknown, cannot be sold on this span (decisions 16)
    free: int
    reserved: bool  # False: capacity, no place numbers
    leased: int | None = None  # of an enrolled counter: what it holds itself, and sells through an outage


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOffer:
    run: RunRef
    span: Span
    service: str
    operator: str
    headsign: str
    origin: Station
    destination: Station
    depart: datetime  # aware, in the station's zone
    arrive: datetime
    legs: int
    classes: tuple[ClassOffer, ...]
    closed: str  # "" sellable, else a Reason value: departed, beyond_horizon


class SpotState(StrEnum):
    FREE = "free"
    PART = "part"  # sold on another part of the way, free on this span
    OURS = "ours"  # held by this sale
    HELD = "held"  # held by another sale
    SOLD = "sold"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatMap:
    run: RunRef
    span: Span
    coaches: tuple[Coach, ...]
    states: Mapping[PlaceRef, SpotState]
    fares: Mapping[str, Money | None]  # per fare class


# ---------------------------------------------------------------- the entry line


class ReadingState(StrEnum):
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    AMBIGUOUS = "ambiguous"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPart:
    """What one word of the line was understood as."""

    word: str
    start: int  # character offset in the line
    role: str  # service | origin | destination | date | class | passengers | preference | unknown
    meaning: str  # for people: 北京南, 2026-12-05, second
    ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryReading:
    """``G1 bjn shhq 1205 2 2a1c`` understood. Nothing is guessed silently: every word has a part."""

    line: str
    state: ReadingState
    parts: tuple[EntryPart, ...]
    service: str | None
    origin: Station | None
    destination: Station | None
    departing_on: date | None
    travel_class: str | None
    passengers: Mapping[str, int]  # passenger type -> count; empty: not said
    preferences: tuple[str, ...]  # window | aisle | lower | middle | upper | together
    completions: tuple[str, ...]  # for the word under the cursor, best first: whole-line texts
    problem: str  # Reason value or "" ; facts are in the parts


# ---------------------------------------------------------------- the sale


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceWish:
    """Ask for best fit: ``count`` places of a fare class, together where possible."""

    travel_class: str
    count: int
    preferences: tuple[str, ...] = ()
    coach: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldView:
    """Places (or units of capacity) held for a sale. After ``expires_at`` they may go to others."""

    order_id: UUID
    claim_id: UUID
    run: RunRef
    span: Span
    travel_class: str
    places: tuple[PlaceRef, ...]  # empty for capacity
    count: int
    expires_at: datetime | None  # None: LEASED for tender, or sold
    fare: Money  # of one adult


@dataclass(frozen=True, slots=True, kw_only=True)
class PassengerInput:
    passenger_type: str = "adult"
    name: str = ""
    document_type: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassengerRule:
    """What the policy says of a passenger type, for the form."""

    passenger_type: str
    sellable: bool  # for this class and service
    needs_document: bool
    needs_name: bool
    fare: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteItem:
    """``kind``: base | reduction | surcharge | fee | refund. Sums of items are what is posted."""

    kind: str
    label: str  # stable code, translated on screen: child_half, student, refund_fee_20, ...
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PassengerQuote:
    passenger_type: str
    place: PlaceRef | None
    items: tuple[QuoteItem, ...]
    total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleQuote:
    order_id: UUID
    passengers: tuple[PassengerQuote, ...]
    total: Money
    policy: str  # name@version that applied


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    ticket_id: UUID
    number: str
    order_id: UUID
    state: str  # OSDM: FULFILLED | REFUNDED | ...
    service: str
    origin: Station
    destination: Station
    depart: datetime
    arrive: datetime
    coach: str | None
    place: str | None
    travel_class: str
    passenger_type: str
    masked_name: str
    masked_document: str
    price: Money
    sold_at: datetime
    sold_by: str
    copies: int
    stock_number: str
    print_state: JobState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    order_id: UUID
    state: str
    created_at: datetime
    clerk: str
    total: Money
    tickets: tuple[TicketView, ...]
    label: str  # of a parked sale


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    order: OrderView
    received: Money
    change: Money
    jobs: tuple[UUID, ...]  # print jobs, in order
    journal_seq: int
    exchanged: Refunded | None = None  # the ticket that was given in


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedSale:
    order_id: UUID
    label: str
    parked_at: datetime
    expires_at: datetime | None
    service: str
    origin: str
    destination: str
    depart: datetime
    count: int
    passengers: tuple[PassengerInput, ...]
    hold: HoldView
    offer: RunOffer
    journal_seq: int = 0  # of the act that returned it; 0 in a list
    exchanging: ExchangeStart | None = None  # of a sale that was left with money on it: the ticket that is given in


# ---------------------------------------------------------------- after-sales


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundQuote:
    quote_id: UUID
    ticket: TicketView
    rule: str  # stable code of the tier: refund_48h, ...
    rule_words: Mapping[str, str]  # language -> sentence
    items: tuple[QuoteItem, ...]
    fee: Money
    refundable: Money
    quoted_at: datetime
    valid_until: datetime  # the instant at which a dearer tier begins
    slip_number: str = ""  # of a reimbursement slip that the customer may have: it has to come back first
    slips_out: int = 0  # so many papers of it
    slip_taken_back: bool = False  # the clerk's word


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    refund_id: UUID
    ticket: TicketView
    refunded: Money
    fee: Money
    jobs: tuple[UUID, ...]
    journal_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeStart:
    """A ticket that may be given in for another one, by the same route and for the same passenger."""

    ticket: TicketView
    passenger: PassengerInput
    slip_number: str = ""  # as in RefundQuote
    slips_out: int = 0
    slip_taken_back: bool = False


# ---------------------------------------------------------------- the shift


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftView:
    shift_id: UUID
    number: int
    login: str
    clerk: str
    state: str  # open | declared | closed
    opened_at: datetime
    float_amount: Money
    declared: Money | None
    expected: Money | None  # None while hidden: blind until declared (decisions 15)
    over_short: Money | None
    reason: str
    z_number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsLine:
    label: str  # stable code: tickets_sold, cash_sales, ...
    count: int | None
    amount: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedPayment:
    """A payment of the shift that is not settled. ``note`` "": nobody has carried it over yet."""

    intent_id: UUID
    direction: str  # charge | refund
    tender: str
    state: str  # PaymentState
    amount: Money
    clerk: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftReport:
    """X or Z as figures; cash lines of a blind X are absent, and ``blind`` says so."""

    kind: str  # x | z
    shift: ShiftView
    z_number: int | None
    made_at: datetime
    station: str
    counter: int
    operator: str
    first_ticket: str
    last_ticket: str
    tickets_sold: int
    tickets_refunded: int
    tickets_spoiled: int
    sales: Money
    refunds: Money  # paid out
    fees: Money
    by_tender: tuple[TotalsLine, ...]
    by_passenger_type: tuple[TotalsLine, ...]
    by_class: tuple[TotalsLine, ...]
    cash: tuple[TotalsLine, ...]
    denominations: tuple[tuple[int, int], ...]  # declared: denomination minor, pieces
    perpetual_total: Money
    unsynced_count: int
    unsynced: Money
    blind: bool
    journal_first: int
    journal_last: int
    papers_issued: int = 0  # tickets and copies: what left the stock of blanks
    carried: tuple[CarriedPayment, ...] = ()  # a Z names each one
    # Of numbered blanks out of rolls; None: none was ever loaded here.
    blanks_issued: int | None = None
    blanks_spoiled: int | None = None
    blanks_left: int | None = None  # in the printers
    tickets_exchanged: int = 0
    no_sales: int | None = None  # the drawer opened without a sale; None: a Z from before these were counted


# ---------------------------------------------------------------- journal, devices, store


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine:
    epoch: int
    seq: int
    at: datetime
    kind: str
    actor: str
    hash_hex: str
    body_json: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalVerdict:
    ok: bool
    entries: int
    head: str  # hex
    first_bad: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintJobView:
    job_id: UUID
    kind: str
    state: JobState
    detail: str
    created_at: datetime
    title: str  # ticket number, Z 12, ...
    copy_number: int
    printer: str = ""  # where it went, or goes
    stock_number: str = ""
    refused: str = ""  # why the last try to begin it came to nothing: a Reason's value, or "internal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    holds_released: int
    jobs_unknown: int
    jobs_to_print: tuple[UUID, ...]


class SheetKind(StrEnum):
    TICKET = "ticket"
    SLIP = "slip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One piece of paper of the virtual printer's roll, newest last: 8-bit grey PNG bytes."""

    title: str
    png: bytes
    printed_at: datetime
    printer: str = ""  # its name, where the roll shows more than one


# ---------------------------------------------------------------- the line to central records


class LineWord(StrEnum):
    """How this counter stands with central, in one word for the status line."""

    STAND_ALONE = "stand_alone"
    ONLINE = "online"
    SLOW = "slow"  # sold from the lease where there is one
    OFFLINE = "offline"
    STOPPED = "stopped"  # central (or a fork) says: sell nothing; ``stopped`` says why


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadingView:
    """What is being loaded from central: bytes or items, for a progress bar. The counter sells meanwhile."""

    what: str  # timetable | stock | accounts | journal
    done: int
    total: int  # 0: not known


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncStatus:
    line: LineWord
    since: datetime | None  # of that word
    last_answer: datetime | None
    last_error: str
    unsynced_entries: int
    unsynced_tickets: int
    unsynced_value: Money
    unsynced_oldest: datetime | None
    inbox_open: int
    leased_places: int  # left, over all departures
    leases_end: datetime | None  # the first to end, by this counter's clock
    loading: LoadingView | None
    stopped: str  # a stable reason; "" while selling
    epoch_needed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxItem:
    """What central said of one of our entries, other than a plain yes."""

    epoch: int
    seq: int
    received_at: datetime
    judgement: str  # conflict | quarantined | accepted (with a remark)
    reason: str  # stable codes, in words by the screen
    owner: str  # clerk | supervisor | administrator | operator
    next_step: str
    subject: str  # a ticket number, or the entry's kind
    facts: Mapping[str, str]
    settled: bool
    settled_by: str
    note: str


class OutboxState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"  # under way, or no answer yet
    STORED = "stored"  # durable at central, verdict to come
    ACCEPTED = "accepted"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    epoch: int
    seq: int
    at: datetime
    kind: str
    subject: str
    amount: Money | None
    state: OutboxState


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseLine:
    """What this window holds of one departure for an outage."""

    lease_id: UUID
    run: RunRef
    service: str
    depart: datetime  # at the boarding station, in the station's zone
    origin: str
    destination: str
    travel_class: str
    left: int
    total: int
    expires_at: datetime
    sells: bool  # False: its time is over here; it is on its way back


@dataclass(frozen=True, slots=True, kw_only=True)
class CentralTicket:
    """A ticket of any window, as central has it."""

    ticket_id: UUID
    number: str
    state: str
    window: str  # CSQ/2
    service: str
    origin: str
    destination: str
    depart: datetime
    arrive: datetime
    place: str
    travel_class: str
    passenger_type: str
    price: Money
    sold_at: datetime
    locked_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncTurn:
    """One turn of the background work: what it did, and when it wants the next."""

    next_ms: int
    changed: bool  # screens that show the line, leases, inbox or timetable should look again
    new_timetable: bool = False
