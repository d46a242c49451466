"""The desk: every use case of the counter, by name. The window and the command line call nothing else.

Methods marked READ take a snapshot and may run on the READ lane; WRITE ones commit on the DATABASE lane; PRINTER
ones talk to the printer. All are synchronous. All raise Refusal for the world's "no" with nothing changed, and
OutcomeUnknown where a commit or a device left it open. ``actor`` is checked for the right on every call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol
from uuid import UUID

from counter_app.application.check_desk import CheckDesk
from counter_app.application.document_desk import DocumentDesk
from counter_app.application.exchange_desk import ExchangeDesk
from counter_app.application.payment_desk import PaymentDesk
from counter_app.application.print_desk import PrintDesk
from counter_app.application.views import (
    CentralTicket,
    EntryReading,
    HoldView,
    InboxItem,
    JournalLine,
    JournalVerdict,
    LeaseLine,
    OrderView,
    OutboxItem,
    ParkedSale,
    PassengerInput,
    PassengerRule,
    PlaceWish,
    Recovered,
    Refunded,
    RefundQuote,
    RunOffer,
    SaleQuote,
    SeatMap,
    ShiftReport,
    ShiftView,
    StationHit,
    SyncStatus,
    SyncTurn,
    TicketView,
)
from counter_app.application.waiting_desk import WaitingDesk
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.money import Money
from counter_app.domain.papers import Paper, TicketFace
from counter_app.domain.staff import Actor, Role
from counter_app.domain.timetable import RunRef, Span
from counter_app.ports.catalogue import ImportReport, IssueInfo, Progress
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.shifts import CashKind


class Desk(PaymentDesk, PrintDesk, CheckDesk, DocumentDesk, ExchangeDesk, WaitingDesk, Protocol):
    # ---- who and where
    @property
    def profile(self) -> ProfileInfo: ...

    def log_in(self, login: str, password: str) -> Actor:
        """WRITE. Raises BAD_CREDENTIALS (never says which was wrong), ACCOUNT_LOCKED(until)."""
        ...

    def users(self, actor: Actor) -> list[Actor]:
        """READ, MANAGE."""
        ...

    def add_user(self, actor: Actor, *, login: str, display_name: str, role: Role, password: str) -> Actor:
        """WRITE, MANAGE. Raises NAME_TAKEN, PASSWORD_TOO_SHORT."""
        ...

    def today(self) -> date:
        """In the station's zone."""
        ...

    def sale_dates(self) -> tuple[date, date]:
        """First and last departure date that may be sold now (horizon and timetable)."""
        ...

    # ---- timetable and search (READ)
    def timetable(self) -> IssueInfo | None: ...

    def import_timetable(
        self, actor: Actor, feed: Path, *, progress: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> ImportReport:
        """WRITE only at its end; runs for seconds: call it from a thread of its own, not from a lane. MANAGE."""
        ...

    def find_stations(self, text: str, *, limit: int = 10, as_destination: bool = False) -> list[StationHit]: ...

    def resolve_station(self, text: str, *, as_destination: bool = False) -> str:
        """The station id that a text names. Raises UNKNOWN_STATION, AMBIGUOUS_STATION(candidates), NO_TIMETABLE."""
        ...

    def read_entry(self, line: str, *, cursor: int | None = None) -> EntryReading: ...

    def search(
        self, origin: str, destination: str, departing_on: date, *, order_id: UUID | None = None
    ) -> list[RunOffer]:
        """By station ids, in departure order. Raises UNKNOWN_STATION, NO_TIMETABLE."""
        ...

    def seat_map(self, run: RunRef, span: Span, *, order_id: UUID | None = None) -> SeatMap:
        """``order_id``: the sale whose own holds are OURS. Coaches is empty for an unreserved run."""
        ...

    # ---- the sale
    def hold(
        self,
        actor: Actor,
        run: RunRef,
        span: Span,
        wish: PlaceWish | None = None,
        *,
        places: Sequence[PlaceRef] = (),
        replaces: UUID | None = None,
    ) -> HoldView:
        """WRITE. Best fit by ``wish``, or exactly ``places``. ``replaces``: the order whose hold this one follows

        (same order id, the old places are let go in the same transaction).
        """
        ...

    def release(self, actor: Actor, order_id: UUID) -> None:
        """WRITE. Lets an unpaid sale go; harmless when it is gone."""
        ...

    def passenger_rules(self, hold: HoldView) -> list[PassengerRule]: ...

    def quote(self, hold: HoldView, passengers: Sequence[PassengerInput]) -> SaleQuote:
        """READ. Checks the passengers by policy (names, documents, types) and prices them."""
        ...

    def begin_tender(self, actor: Actor, order_id: UUID) -> HoldView:
        """WRITE. HELD becomes LEASED before money is taken (decisions 12); reads no device. Raises BLANKS_SHORT."""
        ...

    def end_tender(self, actor: Actor, order_id: UUID) -> HoldView:
        """WRITE. Back from checkout without money: LEASED becomes HELD with a fresh hold."""
        ...

    def park(self, actor: Actor, order_id: UUID, passengers: Sequence[PassengerInput], label: str) -> ParkedSale: ...

    def recall(self, actor: Actor, order_id: UUID) -> ParkedSale:
        """WRITE. Refreshes the hold when it is still ours; raises HOLD_EXPIRED when the places went."""
        ...

    def parked(self) -> list[ParkedSale]: ...

    def quick_tenders(self, total: Money) -> list[Money]:
        """The sums that customers hand over: exact, next round notes; ascending, at most 6."""
        ...

    # ---- tickets and after-sales
    def find_tickets(self, text: str, *, limit: int = 50) -> list[TicketView]:
        """By scanned code, ticket number, its serial, or document; newest first. Empty text: the latest."""
        ...

    def orders(self, *, limit: int = 100) -> list[OrderView]: ...

    def quote_refund(self, ticket_id: UUID) -> RefundQuote: ...

    def refund(self, actor: Actor, quote: RefundQuote) -> Refunded:
        """WRITE. Posts exactly the quote, or raises QUOTE_CHANGED."""
        ...

    def reprint(self, actor: Actor, ticket_id: UUID, *, reason: str) -> UUID:
        """WRITE, REPRINT. A numbered copy of the same ticket; returns its job."""
        ...

    # ---- the shift
    def denominations(self) -> Sequence[int]:
        """Notes and coins of the currency in minor units, largest first."""
        ...

    def current_shift(self) -> ShiftView | None: ...

    def open_shift(self, actor: Actor, float_count: Mapping[int, int]) -> ShiftView: ...

    def move_cash(
        self, actor: Actor, kind: CashKind, amount: Money, reason: str, count: Mapping[int, int] | None = None
    ) -> tuple[UUID, ...]:
        """WRITE. PAID_IN, PAID_OUT or DROP with a positive amount; returns its jobs: the drawer's kick, the slip.

        ``count``: pieces by denomination, where it was counted.
        """
        ...

    def declare_shift(self, actor: Actor, count: Mapping[int, int]) -> ShiftView:
        """WRITE. The clerk's blind count; from here on the figures show and nothing more is sold."""
        ...

    def close_shift(
        self, actor: Actor, *, reason: str, supervisor: str = "", supervisor_password: str = ""
    ) -> ShiftReport:
        """WRITE. The supervisor is another person than the clerk. Raises REASON_NEEDED, SECOND_PERSON_NEEDED."""
        ...

    def report_x(self, actor: Actor) -> ShiftReport: ...

    def report_z(self, actor: Actor, z_number: int | None = None) -> ShiftReport:
        """None: the last closed."""
        ...

    def shifts(self, actor: Actor, *, limit: int = 50) -> list[ShiftView]: ...

    def report_paper(self, report: ShiftReport, language: str) -> Paper: ...

    def print_report(self, actor: Actor, report: ShiftReport) -> UUID: ...

    # ---- journal
    def journal_page(self, actor: Actor, *, before_seq: int | None = None, limit: int = 200) -> list[JournalLine]: ...

    def journal_head(self) -> int:
        """READ. The number of the last entry, 0 before the first."""
        ...

    def verify_journal(self, *, progress: Callable[[Progress], None] | None = None) -> JournalVerdict:
        """READ, seconds for long journals: in a child process when called from the window."""
        ...

    # ---- paper
    def ticket_paper(self, ticket_id: UUID) -> Paper: ...

    def issue_e_tickets(self, actor: Actor, ticket_ids: Sequence[UUID]) -> list[TicketFace]:
        """WRITE, REPRINT. Their faces for a PDF; journaled."""
        ...

    # ---- the line to central records (of an enrolled counter; a stand-alone one says so and refuses the rest)
    def sync_status(self) -> SyncStatus:
        """READ. Quick: asked every second by the status line."""
        ...

    def sync_turn(self) -> SyncTurn:
        """SYNC. One bounded piece of background work: upload, then download, then allotments. Never raises for a line

        that is down; one caller at a time.
        """
        ...

    def sync_now(self) -> None:
        """Any lane. The next turn tries the line whatever its patience was."""
        ...

    def outbox(self, actor: Actor, *, limit: int = 200) -> list[OutboxItem]:
        """READ. Newest first."""
        ...

    def sync_inbox(self, actor: Actor, *, limit: int = 200) -> list[InboxItem]:
        """READ. Open ones first."""
        ...

    def settle_inbox(self, actor: Actor, epoch: int, seq: int, *, note: str) -> None:
        """WRITE, OTHERS_SHIFTS or MANAGE. Raises NOT_ALLOWED, REASON_NEEDED."""
        ...

    def leases(self) -> list[LeaseLine]:
        """READ. By departure."""
        ...

    def return_lease(self, actor: Actor, lease_id: UUID) -> None:
        """WRITE, OTHERS_SHIFTS. What is left of it goes back; raises NOT_HELD where there is nothing left."""
        ...

    def find_central_tickets(self, text: str) -> list[CentralTicket]:
        """SYNC. Tickets of every window by number. Raises CENTRAL_UNREACHABLE, STAND_ALONE."""
        ...

    def request_epoch(self, actor: Actor, *, reason: str) -> int:
        """SYNC, MANAGE. Asks central for a new epoch after a restore or a fork. Raises CENTRAL_UNREACHABLE,

        CENTRAL_REFUSED, STAND_ALONE.
        """
        ...

    def recover(self) -> Recovered:
        """WRITE. At start: SENDING becomes UNKNOWN, dead tenders are let go, holds that ran out end."""
        ...
