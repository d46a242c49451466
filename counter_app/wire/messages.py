"""Every message between a counter and central. Names and bounds are the contract; ``routes`` says which goes where."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, ClassVar, Final
from uuid import UUID

from counter_app.domain.journal import RAW_BYTES_MAX, Json, canonical
from counter_app.domain.leases import LeaseGrant
from counter_app.wire.codec import Free, Size

PUSH_ENTRIES_MAX: Final = 1_000
PUSH_BYTES_MAX: Final = 4 << 20  # of the raw entries together
PLACES_MAX: Final = 2_000
QUESTIONS_MAX: Final = 400
FEED_ITEMS_MAX: Final = 2_000
CHUNK_BYTES: Final = 1 << 18

Key32 = Annotated[bytes, Size(32, 32)]
Signature = Annotated[bytes, Size(64, 64)]
Hash = Annotated[bytes, Size(32, 32)]
StationCode = Annotated[str, Size(1, 5)]
CounterNumber = Annotated[int, Size(1, 999)]
Epoch = Annotated[int, Size(1, 999)]
LegIndex = Annotated[int, Size(0, 2_000)]
PlaceName = Annotated[str, Size(1, 60)]
ClassName = Annotated[str, Size(1, 60)]
SaleCount = Annotated[int, Size(1, 100)]


class Refused(StrEnum):
    """Why central said no. Stable: translated by it, counted by it."""

    BAD_MESSAGE = "bad_message"
    UNKNOWN_ROUTE = "unknown_route"
    TOO_LARGE = "too_large"
    NOT_SIGNED = "not_signed"  # no or odd seal
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_DEVICE = "unknown_device"
    DEVICE_REVOKED = "device_revoked"  # may push its journal, and nothing else
    EPOCH_SUPERSEDED = "epoch_superseded"  # another one holds this device's current epoch
    CLOCK_OFF = "clock_off"  # the answer's central_time sets it right
    REPLAYED = "replayed"
    RATE_LIMITED = "rate_limited"
    WIRE_VERSION = "wire_version"
    NOT_ALLOWED = "not_allowed"
    BAD_CODE = "bad_code"  # of enrolment: wrong, used or too old
    CURSOR_GONE = "cursor_gone"  # 410: ask for a snapshot
    NOT_FOUND = "not_found"
    FORKED = "forked"  # a key with two histories: a new epoch is needed
    GAP = "gap"  # entries before these are missing
    NO_TIMETABLE = "no_timetable"
    UNKNOWN_RUN = "unknown_run"
    CHANGED_TIMETABLE = "changed_timetable"  # the counter's pattern of this run is not central's
    BUSY = "busy"  # nothing was done; ask again
    FAULT = "fault"  # central's own mistake


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorAnswer:
    """The body of every answer that is not 2xx."""

    TOLERANT: ClassVar = True
    code: str
    detail: str = ""
    central_time: datetime | None = None
    facts: Annotated[dict[str, Json], Free(4_096)] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAnswer:
    """Who central is and what time it has. ``incarnation`` changes when central was restored from a backup."""

    TOLERANT: ClassVar = True
    central_time: datetime
    incarnation: UUID
    wire_newest: int
    wire_oldest: int


# ---- enrolment and epochs --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolRequest:
    """A new device with a code from an administrator. ``proof``: by the new key, purpose ``enrol``, over

    ``code NUL device_id NUL public_key``.
    """

    code: Annotated[str, Size(8, 64)]
    device_id: UUID
    public_key: Key32
    proof: Signature
    app_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """Everything that a profile begins with. ``certificate``: ``domain.trust.Certificate.fields()``."""

    TOLERANT: ClassVar = True
    device_id: UUID
    station_name: str
    station_latin: str
    station_code: StationCode
    counter: CounterNumber
    operator: str
    operator_key: Key32
    operator_tag: Key32  # HMAC key of documents: equal documents are found at every window
    zone: str
    currency: str
    policy: str  # its name
    demonstration: bool
    epoch: Epoch
    certificate: Annotated[dict[str, Json], Free(4_096)]
    incarnation: UUID
    central_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochRequest:
    """A device that finds itself behind its witness, forked or restored, asks to go on under a new key.

    ``head_*``: where its journal ends now. ``proof``: by the new key, purpose ``epoch``, over
    ``device_id NUL public_key NUL head_hash``.
    """

    public_key: Key32
    head_seq: int
    head_hash: Hash
    reason: str
    proof: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochGranted:
    TOLERANT: ClassVar = True
    epoch: Epoch
    certificate: Annotated[dict[str, Json], Free(4_096)]
    central_time: datetime


# ---- the journal ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class WireEntry:
    """``raw``: the entry's canonical bytes as text. ``hash`` only in wire version 1."""

    TOLERANT: ClassVar = True
    raw: Annotated[str, Size(2, RAW_BYTES_MAX)]
    signature: Signature
    hash: Hash | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """Entries of one epoch in their order: ``first_seq``, ``first_seq + 1``, …"""

    TOLERANT: ClassVar = True
    epoch: Epoch
    first_seq: Annotated[int, Size(1, 2**40)]
    entries: Annotated[tuple[WireEntry, ...], Size(1, PUSH_ENTRIES_MAX)]


class Judgement(StrEnum):
    ACCEPTED = "accepted"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What central made of an entry. ``owner``: who has to act (clerk, supervisor, administrator, operator);

    ``next_step``: a stable code, put into words by the counter.
    """

    TOLERANT: ClassVar = True
    epoch: Epoch
    seq: int
    judgement: Judgement
    reason: str = ""
    owner: str = ""
    next_step: str = ""
    facts: Annotated[dict[str, Json], Free(4_096)] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushAnswer:
    """``stored_seq``: every entry of this epoch up to here is durable at central. Verdicts that are not ``accepted``

    come with the answer where they are known already, and through the device's feed in any case.
    """

    TOLERANT: ClassVar = True
    epoch: Epoch
    stored_seq: int
    judged_seq: int
    verdicts: Annotated[tuple[Verdict, ...], Size(0, PUSH_ENTRIES_MAX)] = ()
    forked: bool = False
    stop_selling: str = ""  # a reason: this counter is to stop selling (outdated, revoked, forked)
    central_time: datetime


# ---- the feed ---------------------------------------------------------------------------------------------------

OPERATOR_SHARD: Final = "operator"  # timetable, policies, layouts, accounts, revocations: for every counter
DEVICE_SHARD: Final = "device"  # leases, verdicts, orders to this device: each sees its own
STOCK_SHARDS: Final = 16  # "stock/0" … : what is taken, by run


class FeedKind(StrEnum):
    ISSUE = "issue"  # {issue_id, sha256, size, feed_name, trips, activation}; key "issue"
    POLICY = "policy"  # {name, version, body}; key "policy/<name>"
    STAFF = "staff"  # {user_id, login, display_name, role, password_hash, active}; key "staff/<user_id>"
    CERTIFICATE = "certificate"  # Certificate.fields(); key "certificate/<key_id>"
    REVOCATION = "revocation"  # {device_id, station, counter, epoch, from}; key "revocation/<device>/<epoch>"
    TRUST = "trust"  # Statement.envelope(): all keys and which of them ended, signed; key "trust"
    LAYOUT = "layout"  # {name, body}; key "layout/<name>"
    ALLOTMENT_POLICY = "allotment_policy"  # {hours, per_class, guard_s, ...}; key "allotment"
    STOCK = "stock"  # RunStock; key run_id
    LEASE = "lease"  # LeaseGrant, or a tombstone when it is settled or written off; key "lease/<lease_id>"
    RECALL = "recall"  # what is left of this device's leases of a run shall go back; key "recall/<run id>"
    VERDICT = "verdict"  # Verdict; key "verdict/<epoch>/<seq>"
    ORDER = "order"  # {"stop_selling": reason | ""}; key "order"
    WAITED = "waited"  # ClaimAnswer: a waiting party got its places; key "waited/<claim_id>"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStock:
    """What is not free of one run. ``taken``: per leg, hex of the bitmap over the formation's places (the order of

    ``domain.places.PlaceTable``), least significant byte last as ``int`` writes it. ``used``: per class, units per leg.
    ``checksum``: first 16 hex digits of SHA-256 over the canonical JSON of service_date, run_id, taken and used.
    """

    TOLERANT: ClassVar = True
    service_date: date
    run_id: UUID
    pattern: str
    version: int
    taken: Annotated[tuple[Annotated[str, Size(0, 6_000)], ...], Size(0, 2_000)] = ()
    used: Annotated[dict[str, Annotated[tuple[int, ...], Size(0, 2_000)]], Size(0, 60)] = field(default_factory=dict)
    checksum: str = ""

    def reckoned(self) -> str:
        """The checksum as both ends reckon it."""
        fields: dict[str, Json] = {
            "service_date": self.service_date.isoformat(),
            "run_id": str(self.run_id),
            "taken": list(self.taken),
            "used": {name: list(units) for name, units in self.used.items()},
        }
        return sha256(canonical(fields)).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """``body`` None: a tombstone, what had this key is gone."""

    TOLERANT: ClassVar = True
    position: int
    kind: str
    key: str
    body: Annotated[dict[str, Json] | None, Free(1 << 20)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """Items after the cursor, each key once, by position. ``more``: ask again from the last position.

    ``snapshot``: it began at 0: what is not among the items of this shard, when there is no more, does not exist.
    """

    TOLERANT: ClassVar = True
    shard: str
    incarnation: UUID
    position: int  # the cursor after these items
    head: int
    more: bool
    snapshot: bool
    items: Annotated[tuple[FeedItem, ...], Size(0, FEED_ITEMS_MAX)] = ()
    central_time: datetime


# ---- stock ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRun:
    """A run as the counter knows it: central refuses another ``pattern`` than its own (CHANGED_TIMETABLE)."""

    run_id: UUID
    trip_id: Annotated[str, Size(1, 200)]
    service_date: date
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    run: WireRun
    board: LegIndex
    alight: LegIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityQuery:
    questions: Annotated[tuple[Question, ...], Size(1, QUESTIONS_MAX)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityAnswer:
    """One map per question: class → free places. Empty: nothing is known of such a run, or it is closed."""

    TOLERANT: ClassVar = True
    free: Annotated[
        tuple[Annotated[dict[str, Annotated[int, Size(0, 1_000_000)]], Size(0, 60)], ...], Size(0, QUESTIONS_MAX)
    ]
    central_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRequest:
    """Places for an unpaid sale: the counter's own pick (``places``) or best fit by wish. ``claim_id`` makes it

    idempotent. ``replaces``: a HELD claim of the same order that is let go in the same transaction, only if this one
    is granted.
    """

    claim_id: UUID
    order_id: UUID
    run: WireRun
    board: LegIndex
    alight: LegIndex
    count: SaleCount
    travel_class: Annotated[str, Size(0, 60)] = ""  # empty with places
    coach: str | None = None
    preferences: Annotated[tuple[str, ...], Size(0, 8)] = ()
    places: Annotated[tuple[PlaceName, ...], Size(0, 100)] = ()
    replaces: UUID | None = None


class ClaimStatus(StrEnum):
    HELD = "HELD"  # unpaid: may expire on central's clock
    LEASED = "LEASED"  # the counter may take money: only settlement frees it
    SOLD = "SOLD"
    REFUSED = "REFUSED"  # never granted: ``reason``
    GONE = "GONE"  # was granted, is no more


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAnswer:
    """``reason`` of a refusal: not_enough_places (``free`` says how many), place_taken (``place``), not_held."""

    TOLERANT: ClassVar = True
    claim_id: UUID
    status: ClaimStatus
    reason: str = ""
    free: int | None = None
    place: str = ""
    travel_class: str = ""
    places: Annotated[tuple[PlaceName, ...], Size(0, 100)] = ()
    expires_at: datetime | None = None
    central_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAct:
    """LEASE: HELD → LEASED before the first tender, also after its time while its rows are there (decisions 12).

    RELEASE: a HELD one becomes free; a LEASED one is freed by the journal only.
    """

    claim_id: UUID
    run_id: UUID
    service_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """So many places (or units) of a class over a span that a window would like to hold for an outage."""

    run: WireRun
    travel_class: ClassName
    board: LegIndex
    alight: LegIndex
    count: Annotated[int, Size(1, PLACES_MAX)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp:
    """``request_id`` makes it idempotent: asked again, the same leases come back."""

    request_id: UUID
    wants: Annotated[tuple[Want, ...], Size(1, 200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUpAnswer:
    """What was granted; less than wanted, or nothing, is an answer too. The grants also lie in the device's feed."""

    TOLERANT: ClassVar = True
    grants: Annotated[tuple[LeaseGrant, ...], Size(0, 400)] = ()
    central_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitRequest:
    """A party that did not fit waits: first come, first whole party that fits, as a claim of this id."""

    claim: ClaimRequest
    leave: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitAnswer:
    TOLERANT: ClassVar = True
    place_in_line: int  # 0: not waiting (any more)
    central_time: datetime


# ---- tickets of every window ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketQuestion:
    """A ticket number, or the HMAC of a document (``document_tag``)."""

    number: Annotated[str, Size(0, 40)] = ""
    document_tag: Annotated[bytes | None, Size(32, 32)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WireTicket:
    """A ticket as central has it. No personal data."""

    TOLERANT: ClassVar = True
    ticket_id: UUID
    order_id: UUID
    number: str
    state: str  # FULFILLED, REFUNDED, ...
    station_code: StationCode
    counter: CounterNumber
    run: WireRun
    service: str
    board: LegIndex
    alight: LegIndex
    origin: str  # station ids
    destination: str
    depart: datetime
    arrive: datetime
    place: str | None
    travel_class: str
    passenger_type: str
    price_minor: int
    currency: str
    sold_at: datetime
    locked_by: str = ""  # "CSQ/2": an after-sale is under way there


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketsFound:
    TOLERANT: ClassVar = True
    tickets: Annotated[tuple[WireTicket, ...], Size(0, 50)] = ()
    central_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLock:
    """Before an after-sale of a ticket whose entry was sent: central locks it to this device until the entry comes, or

    ``release``.
    """

    ticket_id: UUID
    run_id: UUID
    service_date: date
    release: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LockAnswer:
    """``granted`` False: ``reason`` (already_refunded, locked_elsewhere, unknown_ticket) and by whom."""

    TOLERANT: ClassVar = True
    granted: bool
    reason: str = ""
    by: str = ""
    central_time: datetime


# ---- payments that central asks for: wallets, and what central itself keeps accounts of ---------------------------


class PayMethod(StrEnum):
    ALIPAY = "alipay"
    WECHAT = "wechat"
    VOUCHER = "voucher"
    POINTS = "points"
    ACCOUNT = "account"


class PayState(StrEnum):
    """How a payment stands by central's knowledge. Only APPROVED and PAID_BACK moved money for good."""

    PENDING = "pending"  # the customer is asked; query again
    APPROVED = "approved"
    DECLINED = "declined"  # an explicit refusal
    NOT_PERFORMED = "not_performed"  # central never heard of it, or the gateway closed it unpaid
    UNKNOWN = "unknown"  # the gateway's answer cannot be trusted, or did not come
    REVERSED = "reversed"
    PAID_BACK = "paid_back"  # of a refund
    MANUAL = "manual"  # the gateway's records contradict themselves


PayAmount = Annotated[int, Size(1, 10**13)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PayCharge:
    """Idempotent by ``intent_id``: sent again it asks how the first stands, and never charges twice.

    ``code``: what the customer showed (payment code, voucher, member card, account), never stored in clear.
    """

    intent_id: UUID
    order_id: UUID
    method: PayMethod
    amount_minor: PayAmount
    currency: Annotated[str, Size(3, 3)]
    code: Annotated[str, Size(4, 128)]
    subject: Annotated[str, Size(1, 120)]  # what the customer reads in the wallet; no name, no document


@dataclass(frozen=True, slots=True, kw_only=True)
class PayQuestion:
    """How does it stand? Of a charge or a refund, by its intent. Central asks the gateway where it must."""

    intent_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PayReverse:
    """Take the whole charge back, paid or not; idempotent. A charge that central never heard of is closed for ever."""

    intent_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PayRefund:
    """Part or all of a charge back to who paid. Idempotent by ``intent_id``: its number, fixed before it is sent."""

    intent_id: UUID
    charge_id: UUID
    amount_minor: PayAmount
    currency: Annotated[str, Size(3, 3)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PayAnswer:
    TOLERANT: ClassVar = True
    intent_id: UUID
    state: PayState
    reason: str = ""  # stable code: wrong_code, no_funds, expired, not_valid, too_late, bad_signature, stale, …
    reference: str = ""  # the gateway's number
    payer: str = ""  # masked
    left_minor: int | None = None  # of a voucher, an account, or points in money, after it
    central_time: datetime | None = None
