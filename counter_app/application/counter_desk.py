"""The desk over a profile's store: every use case made once, from the ports that it needs.

Whoever has these ports has a counter: the window, the command line, a test, a simulator of a hundred windows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from counter_app.application.accept_clock import AcceptClock
from counter_app.application.aftersales import QuoteRefund, Refund
from counter_app.application.ask_waiting import AskWaiting
from counter_app.application.check_desk import CounterChecking
from counter_app.application.close_shift import CloseShift
from counter_app.application.compose_paper import ComposePaper
from counter_app.application.counter_documents import CounterDocuments
from counter_app.application.counter_payments import CounterPayments
from counter_app.application.counter_printing import CounterPrinting, TellRecovered
from counter_app.application.credentials import Credentials
from counter_app.application.declare_shift import DeclareShift
from counter_app.application.e_tickets import IssueETickets
from counter_app.application.enrolled import CentralLink, Enrolled
from counter_app.application.enrolled_hold import EnrolledBeginTender, EnrolledHold
from counter_app.application.enrolled_holder import EnrolledHolder
from counter_app.application.exchange import Exchanges, Locked, QuoteExchange, StartExchange, at_once
from counter_app.application.exchange_views import ExchangeQuote
from counter_app.application.export_journal import ExportJournal
from counter_app.application.export_trust import ExportTrust
from counter_app.application.find_stations import FindStations
from counter_app.application.find_tickets import FindTickets, ListOrders
from counter_app.application.hold import BeginTender, EndTender, Hold, Release
from counter_app.application.import_timetable import ImportTimetable
from counter_app.application.journal_views import JournalPage
from counter_app.application.line_desk import LineDesk, StandAlone
from counter_app.application.lock_tickets import EnrolledRefund, LockedWork
from counter_app.application.log_in import LogIn
from counter_app.application.manage_trust import TrustStore
from counter_app.application.move_cash import MoveCash
from counter_app.application.open_shift import OpenShift
from counter_app.application.park import Park, Parked, Recall
from counter_app.application.policies import Policies
from counter_app.application.quote_sale import PassengerRules, QuoteSale
from counter_app.application.read_entry import ReadEntry
from counter_app.application.recover import Recover
from counter_app.application.report_paper import ReportPaper
from counter_app.application.search import Search
from counter_app.application.seat_map import ShowSeatMap
from counter_app.application.sell import FinishSale, Sell
from counter_app.application.shift_report import PrintReport, ReportX, ReportZ
from counter_app.application.shift_views import CurrentShift, ListShifts, station_denominations
from counter_app.application.standing import Standing
from counter_app.application.start_epoch import StartEpoch
from counter_app.application.stock_holder import LocalHolder
from counter_app.application.timetable_in_force import TimetableInForce
from counter_app.application.users import AddUser, ListUsers
from counter_app.application.verify_journal import VerifyJournal
from counter_app.application.views import (
    CentralTicket,
    EntryReading,
    ExchangeStart,
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
    Sold,
    StationHit,
    SyncStatus,
    SyncTurn,
    TicketView,
)
from counter_app.application.waiting_parties import CounterWaiting, WaitingParties
from counter_app.domain.coaches import Formation, PlaceRef
from counter_app.domain.money import Money
from counter_app.domain.orders import quick_tenders
from counter_app.domain.papers import Paper, TicketFace
from counter_app.domain.policy import Policy
from counter_app.domain.staff import Actor, Role
from counter_app.domain.timetable import RunRef, Span, Trip
from counter_app.domain.trust import TrustBundle
from counter_app.errors import Reason, Refusal
from counter_app.ports.catalogue import (
    Catalogue,
    CatalogueBuilder,
    Distances,
    ImportReport,
    IssueInfo,
    Platforms,
    Progress,
    ServiceBook,
)
from counter_app.ports.clock import Clock, Ids, Signer
from counter_app.ports.epochs import WitnessKeeper
from counter_app.ports.orders import AgreedExchange
from counter_app.ports.passwords import Passwords
from counter_app.ports.payments import CardTerminal
from counter_app.ports.prints import Printers
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.shifts import CashKind
from counter_app.ports.store import Reading, Writing
from counter_app.texts import Texts


class Timetable(Catalogue, ServiceBook, Distances, Platforms, Protocol):
    """All that is asked of a timetable in force."""


class CounterStore(TrustStore, WitnessKeeper, Protocol):
    """All that is asked of a profile's store."""

    @property
    def signer(self) -> Signer: ...


def _one(policy: Policy) -> Callable[[str], Policy]:
    """One policy is in force for a stand-alone profile's life."""
    return lambda reference: policy  # noqa: ARG005 - whatever it is called


class CounterDesk(CounterPrinting, CounterChecking, CounterDocuments, CounterPayments, CounterWaiting):
    """``application.desk.Desk``; its parts about payments and paper are inherited.

    ``policies`` finds a policy by its reference, ``policy`` is the one in force.
    """

    def __init__(
        self,
        *,
        store: CounterStore,
        policy: Policy,
        clock: Clock,
        ids: Ids,
        passwords: Passwords,
        printers: Printers,
        builder: CatalogueBuilder,
        open_catalogue: Callable[[Path], Timetable],
        catalogues: Path,
        texts: Callable[[str], Texts],
        ticket_language: str,
        undrawable: Callable[[str], Sequence[str]],
        tell_recovered: TellRecovered,
        verify_store: Callable[[Callable[[Progress], None]], JournalVerdict],
        central: CentralLink | None = None,
        terminal: CardTerminal | None = None,
        merchant_slips: bool = True,
    ) -> None:
        self._store, self._policy, self._clock = store, policy, clock
        profile = store.profile
        self._zone = ZoneInfo(profile.zone)
        self._timetable = TimetableInForce(store=store, open_catalogue=open_catalogue, folder=catalogues)
        self._central = central
        standing = Standing(store=store)
        holder, enrolled_holder = self._holders(store, policy, clock, central)
        self._forget_stock = holder.forget
        credentials = Credentials(store, clock, passwords)

        def drawable(text: str) -> bool:
            return not undrawable(text)

        policies = Policies(store, policy) if central is not None else _one(policy)
        exchanges = Exchanges(store=store, policies=policies, clock=clock)
        CounterPayments.__init__(
            self,
            store=store,
            holder=holder,
            policy=policy,
            clock=clock,
            ids=ids,
            drawable=drawable,
            credentials=credentials,
            terminal=terminal,
            line=None if central is None else central.line,
            offer=self._offer,
            policies=policies,
            merchant_slips=merchant_slips,
            exchanges=exchanges,
        )
        CounterDocuments.__init__(self, store=store, clock=clock, ids=ids)

        self._log_in = LogIn(store, credentials)
        self._list_users = ListUsers(store)
        self._add_user = AddUser(store, ids, passwords)
        self._import = ImportTimetable(store, builder, clock)
        self._find_stations = FindStations(
            catalogue=self._timetable,
            usage=self._usage,
            home_name=profile.station_name,
            home_code=profile.station_code,
        )
        self._read_entry = ReadEntry(
            find=self._find_stations, catalogue=self._timetable, sale_dates=self.sale_dates, zone=profile.zone
        )
        self._search = Search(
            catalogue=self._timetable,
            availability=holder,
            clock=clock,
            zone=profile.zone,
            currency=profile.currency,
            last_date=lambda: self.sale_dates()[1],
            unreserved_capacity=policy.unreserved_capacity,
            tariff=policy.tariff,
            sale_ends_minutes=policy.sale_ends_minutes,
            leased=holder.leased_by_class,
        )
        self._hold = Hold(
            holder=holder,
            catalogue=self._timetable,
            fares=self._search.fares,
            policy=policy,
            profile=profile,
            clock=clock,
            ids=ids,
            last_date=lambda: self.sale_dates()[1],
        )
        self._release = Release(holder=holder, clock=clock)
        self._begin_tender: BeginTender | EnrolledBeginTender = BeginTender(holder=holder, clock=clock)
        self._end_tender = EndTender(holder=holder, policy=policy, clock=clock)
        self._passenger_rules = PassengerRules(policy=policy)
        self._quote = QuoteSale(store=store, policy=policy, drawable=drawable)
        self._sell = Sell(
            store=store,
            holder=holder,
            policy=policy,
            clock=clock,
            ids=ids,
            signer=store.signer,
            drawable=drawable,
            merchant_slips=merchant_slips,
            exchanges=exchanges,
        )
        self._finish_sale = FinishSale(store=store, sell=self._sell)
        self._start_exchange = StartExchange(store=store, exchanges=exchanges)
        self._quote_exchange = QuoteExchange(
            store=store, exchanges=exchanges, quote_sale=self._quote, policy=policy, drawable=drawable, ids=ids
        )
        self._sell_locked: Locked[Sold] = at_once
        offer = self._search.offer
        self._park = Park(store=store, holder=holder, policy=policy, clock=clock, ids=ids, offer=offer)
        self._recall = Recall(store=store, holder=holder, policy=policy, clock=clock, ids=ids, offer=offer)
        self._parked = Parked(store=store, offer=offer)
        self._quote_refund = QuoteRefund(store=store, policies=policies, clock=clock, ids=ids)
        refund = Refund(store=store, holder=holder, policies=policies, clock=clock, ids=ids)
        self._refund: Refund | EnrolledRefund = refund
        self._open_shift = OpenShift(store, clock, ids)
        self._move_cash = MoveCash(store, clock, ids)
        self._declare = DeclareShift(store)
        self._close = CloseShift(store, clock, credentials, store)
        self._report_x = ReportX(store, clock)
        self._report_z = ReportZ(store)
        self._report_paper = ReportPaper(texts, profile)
        self._print_report = PrintReport(store, ids)
        self._journal_page = JournalPage(store)
        self._verify_journal = VerifyJournal(verify_store)
        self._export_journal = ExportJournal(store, store)
        self._export_trust = ExportTrust(store)
        self._start_epoch = StartEpoch(store)
        self._accept_clock = AcceptClock(store, clock)
        self._current_shift = CurrentShift(store)
        self._list_shifts = ListShifts(store)
        self._seat_map = ShowSeatMap(
            store=store, holder=holder, catalogue=self._timetable, fares=self._search.fares, clock=clock
        )
        self._find_tickets = FindTickets(store=store, signer=store.signer)
        self._list_orders = ListOrders(store=store)
        self._compose = ComposePaper(
            store=store,
            policies=policies,
            signer=store.signer,
            clock=clock,
            report_paper=self._report_paper,
            texts=texts,
            language=ticket_language,
            platform=self._platform,
        )
        CounterChecking.__init__(self, store=store, clock=clock)
        CounterPrinting.__init__(
            self,
            store=store,
            policy=policy,
            printers=printers,
            clock=clock,
            ids=ids,
            credentials=credentials,
            compose=self._compose,
            tell_recovered=tell_recovered,
        )
        self._issue_e_tickets = IssueETickets(store=store, compose=self._compose)
        self._recover = Recover(store=store, holder=holder, clock=clock)
        self._station_usage: Mapping[str, int] | None = None
        self._line_desk: LineDesk = StandAlone(profile.currency)
        if central is not None and enrolled_holder is not None:
            hold = EnrolledHold(
                holder=enrolled_holder,
                catalogue=self._timetable,
                fares=self._search.fares,
                policy=policy,
                profile=profile,
                clock=clock,
                ids=ids,
                last_date=lambda: self.sale_dates()[1],
                store=store,
                line=central.line,
                standing=standing,
            )
            asking = AskWaiting(
                store=store, line=central.line, standing=standing, catalogue=self._timetable, clock=clock
            )
            self._hold = hold
            self._parties = WaitingParties(
                hold=hold, asking=asking, central_clock=central.central_clock, offer=self._offer
            )
            self._begin_tender = EnrolledBeginTender(holder=enrolled_holder, line=central.line, standing=standing)
            enrolled = Enrolled(
                store=store,
                central=central,
                holder=enrolled_holder,
                standing=standing,
                search=self._search,
                find_stations=self._find_stations,
                usage=self._usage,
                timetable=self._timetable,
                open_catalogue=open_catalogue,
                refreshed=self._new_timetable,
                refund=refund,
                waiting=asking.refresh,
                policy=policy,
                clock=clock,
                ids=ids,
            )
            self._line_desk, self._refund = enrolled, enrolled.refund
            guarded = replace(exchanges, guard=enrolled.locks.guard)
            self._sell = replace(self._sell, exchanges=guarded)
            self._finish_sale = FinishSale(store=store, sell=self._sell)
            self._locked = self._sell_locked = LockedWork(store=store, locks=enrolled.locks)

    def _holders(
        self, store: CounterStore, policy: Policy, clock: Clock, central: CentralLink | None
    ) -> tuple[LocalHolder, EnrolledHolder | None]:
        if central is None:
            return LocalHolder(store=store, clock=clock), None

        def formation(trip: Trip) -> Formation | None:
            catalogue = self._timetable()
            return catalogue.formation(trip.formation_id) if catalogue and trip.formation_id is not None else None

        made = EnrolledHolder(
            store=store,
            clock=clock,
            central_clock=central.central_clock,
            line=central.line,
            formation=formation,
            unreserved_capacity=policy.unreserved_capacity,
        )
        return made, made

    def _offer(self, run: RunRef, span: Span) -> RunOffer:
        return self._search.offer(run, span)

    def _platform(self, books: Reading | Writing, stop_id: str) -> str:
        catalogue = self._timetable.within(books)
        return "" if catalogue is None else catalogue.platform(stop_id)

    def _new_timetable(self) -> None:
        self._timetable.refresh()
        self._forget_stock()  # sold runs may have other legs now

    def _usage(self) -> Mapping[str, int]:
        """What this window sells, for the matcher: read once, and again after a sale."""
        if self._station_usage is None:
            with self._store.reading() as books:
                self._station_usage = books.orders.station_usage()
        return self._station_usage

    # ---- who and where

    @property
    def profile(self) -> ProfileInfo:
        return self._store.profile

    @property
    def behind_witness(self) -> bool:
        return self._store.behind_witness

    def log_in(self, login: str, password: str) -> Actor:
        return self._log_in(login, password)

    def users(self, actor: Actor) -> list[Actor]:
        return self._list_users(actor)

    def add_user(self, actor: Actor, *, login: str, display_name: str, role: Role, password: str) -> Actor:
        self._demand_stand_alone()
        return self._add_user(actor, login=login, display_name=display_name, role=role, password=password)

    def _demand_stand_alone(self) -> None:
        if self._central is not None:
            raise Refusal(Reason.ONLY_CENTRAL)

    def accept_clock(self, actor: Actor, *, reason: str) -> bool:
        """DATABASE. Raises Refusal: NOT_ALLOWED, REASON_NEEDED."""
        return self._accept_clock(actor, reason=reason)

    def start_epoch(self, actor: Actor, *, reason: str) -> int:
        self._demand_stand_alone()
        return self._start_epoch(actor, reason=reason)

    def today(self) -> date:
        return self._clock.now().astimezone(self._zone).date()

    def sale_dates(self) -> tuple[date, date]:
        first = self.today()
        last = self._policy.last_sale_date(first)
        catalogue = self._timetable()
        return first, max(first, min(last, catalogue.info.last_date)) if catalogue is not None else last

    # ---- timetable and search

    def timetable(self) -> IssueInfo | None:
        catalogue = self._timetable()
        return catalogue.info if catalogue is not None else None

    def import_timetable(
        self, actor: Actor, feed: Path, *, progress: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> ImportReport:
        self._demand_stand_alone()
        report = self._import(actor, feed, progress=progress, cancelled=cancelled)
        self._new_timetable()
        return report

    def find_stations(self, text: str, *, limit: int = 10, as_destination: bool = False) -> list[StationHit]:
        return self._find_stations(text, limit=limit, as_destination=as_destination)

    def resolve_station(self, text: str, *, as_destination: bool = False) -> str:
        return self._find_stations.resolve(text, as_destination=as_destination).station_id

    def read_entry(self, line: str, *, cursor: int | None = None) -> EntryReading:
        return self._read_entry(line, cursor=cursor)

    def search(
        self, origin: str, destination: str, departing_on: date, *, order_id: UUID | None = None
    ) -> list[RunOffer]:
        del order_id  # what a sale holds itself counts as taken: its own map shows it
        return self._search(origin, destination, departing_on)

    def seat_map(self, run: RunRef, span: Span, *, order_id: UUID | None = None) -> SeatMap:
        return self._seat_map(run, span, order_id=order_id)

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
        return self._hold(actor, run, span, wish, places=places, replaces=replaces)

    def release(self, actor: Actor, order_id: UUID) -> None:
        self._release(actor, order_id)

    def passenger_rules(self, hold: HoldView) -> list[PassengerRule]:
        return self._passenger_rules(hold)

    def quote(self, hold: HoldView, passengers: Sequence[PassengerInput]) -> SaleQuote:
        return self._quote(hold, passengers)

    def begin_tender(self, actor: Actor, order_id: UUID) -> HoldView:
        self.at_checkout(order_id)
        self._demand_blanks(order_id)
        return self._begin_tender(actor, order_id)

    def end_tender(self, actor: Actor, order_id: UUID) -> HoldView:
        return self._end_tender(actor, order_id)

    def sell(
        self,
        actor: Actor,
        order_id: UUID,
        passengers: Sequence[PassengerInput],
        *,
        quoted: Money,
        received: Money | None,
        exchange: AgreedExchange | None = None,
    ) -> Sold:
        def sell() -> Sold:
            return self._sell(actor, order_id, passengers, received=received, quoted=quoted, exchange=exchange)

        sold = sell() if exchange is None else self._sell_locked(actor, exchange.ticket_id, sell)
        self._station_usage = None
        return sold

    def finish_sale(self, actor: Actor, order_id: UUID) -> Sold:
        kept = self._finish_sale.exchange(order_id)

        def finish() -> Sold:
            return self._finish_sale(actor, order_id)

        sold = finish() if kept is None else self._sell_locked(actor, kept.ticket_id, finish)
        self._station_usage = None
        return sold

    def start_exchange(self, actor: Actor, ticket_id: UUID) -> ExchangeStart:
        return self._start_exchange(actor, ticket_id)

    def quote_exchange(
        self, hold: HoldView, passengers: Sequence[PassengerInput], start: ExchangeStart
    ) -> ExchangeQuote:
        return self._quote_exchange(hold, passengers, start)

    def park(self, actor: Actor, order_id: UUID, passengers: Sequence[PassengerInput], label: str) -> ParkedSale:
        return self._park(actor, order_id, passengers, label)

    def recall(self, actor: Actor, order_id: UUID) -> ParkedSale:
        return self._recall(actor, order_id)

    def parked(self) -> list[ParkedSale]:
        return self._parked()

    def quick_tenders(self, total: Money) -> list[Money]:
        return quick_tenders(total, self.denominations())

    # ---- tickets and after-sales

    def find_tickets(self, text: str, *, limit: int = 50) -> list[TicketView]:
        return self._find_tickets(text, limit=limit)

    def orders(self, *, limit: int = 100) -> list[OrderView]:
        return self._list_orders(limit=limit)

    def quote_refund(self, ticket_id: UUID) -> RefundQuote:
        return self._quote_refund(ticket_id)

    def refund(self, actor: Actor, quote: RefundQuote) -> Refunded:
        return self._refund(actor, quote)

    # ---- the shift

    def denominations(self) -> Sequence[int]:
        return station_denominations(self._store)

    def current_shift(self) -> ShiftView | None:
        return self._current_shift()

    def open_shift(self, actor: Actor, float_count: Mapping[int, int]) -> ShiftView:
        return self._open_shift(actor, float_count)

    def move_cash(
        self, actor: Actor, kind: CashKind, amount: Money, reason: str, count: Mapping[int, int] | None = None
    ) -> tuple[UUID, ...]:
        return self._move_cash(actor, kind, amount, reason, count)

    def declare_shift(self, actor: Actor, count: Mapping[int, int]) -> ShiftView:
        return self._declare(actor, count)

    def close_shift(
        self, actor: Actor, *, reason: str, supervisor: str = "", supervisor_password: str = ""
    ) -> ShiftReport:
        return self._close(actor, reason=reason, supervisor=supervisor, supervisor_password=supervisor_password)

    def report_x(self, actor: Actor) -> ShiftReport:
        return self._report_x(actor)

    def report_z(self, actor: Actor, z_number: int | None = None) -> ShiftReport:
        return self._report_z(actor, z_number)

    def shifts(self, actor: Actor, *, limit: int = 50) -> list[ShiftView]:
        return self._list_shifts(actor, limit=limit)

    def report_paper(self, report: ShiftReport, language: str) -> Paper:
        return self._report_paper(report, language)

    def print_report(self, actor: Actor, report: ShiftReport) -> UUID:
        return self._print_report(actor, report)

    # ---- journal

    def journal_page(self, actor: Actor, *, before_seq: int | None = None, limit: int = 200) -> list[JournalLine]:
        return self._journal_page(actor, before_seq=before_seq, limit=limit)

    def journal_head(self) -> int:
        with self._store.reading() as books:
            return books.journal.head().seq

    def verify_journal(self, *, progress: Callable[[Progress], None] | None = None) -> JournalVerdict:
        return self._verify_journal(progress=progress)

    def export_journal(self, actor: Actor, target: Path) -> int:
        return self._export_journal(actor, target)

    def export_trust(self, actor: Actor, target: Path) -> TrustBundle:
        return self._export_trust(actor, target)

    # ---- paper

    def ticket_paper(self, ticket_id: UUID) -> Paper:
        return self._compose.ticket(ticket_id)

    def issue_e_tickets(self, actor: Actor, ticket_ids: Sequence[UUID]) -> list[TicketFace]:
        return self._issue_e_tickets(actor, ticket_ids)

    # ---- the line to central records

    def sync_status(self) -> SyncStatus:
        return self._line_desk.sync_status()

    def sync_turn(self) -> SyncTurn:
        return self._line_desk.sync_turn()

    def sync_now(self) -> None:
        self._line_desk.sync_now()

    def outbox(self, actor: Actor, *, limit: int = 200) -> list[OutboxItem]:
        return self._line_desk.outbox(actor, limit=limit)

    def sync_inbox(self, actor: Actor, *, limit: int = 200) -> list[InboxItem]:
        return self._line_desk.sync_inbox(actor, limit=limit)

    def settle_inbox(self, actor: Actor, epoch: int, seq: int, *, note: str) -> None:
        self._line_desk.settle_inbox(actor, epoch, seq, note=note)

    def leases(self) -> list[LeaseLine]:
        return self._line_desk.leases()

    def return_lease(self, actor: Actor, lease_id: UUID) -> None:
        self._line_desk.return_lease(actor, lease_id)

    def find_central_tickets(self, text: str) -> list[CentralTicket]:
        return self._line_desk.find_central_tickets(text)

    def request_epoch(self, actor: Actor, *, reason: str) -> int:
        return self._line_desk.request_epoch(actor, reason=reason)

    def recover(self) -> Recovered:
        """Then each printer is told what an earlier process left in it."""
        recovered = self._recover()
        self._open_printers()
        return recovered
