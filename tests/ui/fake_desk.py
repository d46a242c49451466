"""An in-memory Desk for developing and testing windows: real-looking, quick, with no store behind it.

It keeps the promises that screens lean on (rights, refusals, totals that add up). What is proved of money is proved
against the real desk, in tests/contract and tests/e2e.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

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
    PrintJobView,
    Recovered,
    Refunded,
    RefundQuote,
    RunOffer,
    SaleQuote,
    SeatMap,
    ShiftReport,
    ShiftView,
    Sold,
    SpotState,
    StationHit,
    SyncStatus,
    SyncTurn,
    TicketView,
    TotalsLine,
)
from counter_app.application.waiting_desk import WaitingView
from counter_app.domain.checking import Verdict
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.ids import TicketNumber
from counter_app.domain.money import Money
from counter_app.domain.papers import Document, Pair, Paper, Rule, Slip, Strength, Table, Text, TicketFace
from counter_app.domain.settings import MAIN_PRINTER
from counter_app.domain.staff import Actor, Right, Role
from counter_app.domain.timetable import RunRef, Span
from counter_app.errors import Cancelled, OutcomeUnknown, Reason, Refusal
from counter_app.ports.catalogue import Fault, ImportReport, IssueInfo, Progress
from counter_app.ports.orders import AgreedExchange
from counter_app.ports.prints import JobState
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.shifts import CashKind
from printers.layout.samples import sample
from tests.ui import fake_sale
from tests.ui.fake_checks import FakeChecks
from tests.ui.fake_documents import FakeDocuments
from tests.ui.fake_exchange import FakeExchange
from tests.ui.fake_line import FakeLine
from tests.ui.fake_payments import FakePayments, PayingDesk
from tests.ui.fake_printing import READY, FakePrinting
from tests.ui.fake_waiting import FakeWaiting

ZONE = ZoneInfo("Asia/Shanghai")
SPACE = UUID("4d0f0c1e-2f0b-5c9e-9a57-0c1d2e3f4a5b")
START = datetime(2026, 12, 1, 6, 5, tzinfo=UTC)  # 14:05 at the station
NOTES = (10000, 5000, 2000, 1000, 500, 100, 50, 10)


def make_id(*parts: object) -> UUID:
    return uuid5(SPACE, "/".join(str(part) for part in parts))


class FakeClock:
    def __init__(self) -> None:
        self.at = START
        self.ms = 0

    def now(self) -> datetime:
        return self.at

    def monotonic_ms(self) -> int:
        return self.ms

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.ms += int(seconds * 1000)


class FakeDesk(FakePrinting, FakeDocuments, FakeExchange, FakeChecks, PayingDesk):
    """Accounts: wang / li (supervisor) / admin / audit, each with the password ``demo-demo``."""

    def __init__(self, clock: FakeClock | None = None, *, empty: bool = False) -> None:
        self.clock = clock or FakeClock()
        FakeChecks.__init__(self)
        self.profile = ProfileInfo(
            profile_id=make_id("profile"),
            station_name="长沙南",
            station_latin="Changsha South",
            station_code="CWQ",
            counter=3,
            operator="示范铁路公司",
            zone="Asia/Shanghai",
            currency="CNY",
            policy="cn-rail",
            training=False,
            demonstration=True,
        )
        self.people = {
            login: Actor(user_id=make_id(login), login=login, display_name=name, role=role)
            for login, name, role in (
                ("wang", "王芳", Role.CLERK),
                ("li", "李建国", Role.SUPERVISOR),
                ("admin", "陈敏", Role.ADMINISTRATOR),
                ("audit", "赵磊", Role.AUDITOR),
            )
        }
        FakePrinting.__init__(self)
        FakeDocuments.__init__(self)
        FakeExchange.__init__(self)
        self.issue: IssueInfo | None = None if empty else ISSUE
        self._shift: ShiftView | None = None
        self._float: dict[int, int] = {}
        self.cash_count: dict[int, int] = {}
        self._moved_minor = 0
        self._past: list[ShiftView] = []
        self._reports: dict[int, ShiftReport] = {}
        self._orders: list[OrderView] = []
        self._journal: list[JournalLine] = []
        self._holds: dict[UUID, HoldView] = {}
        self._parked: dict[UUID, ParkedSale] = {}
        self._serial = 0
        self._refunds_minor = 0
        self._fees_minor = 0
        self.journal_ok = True
        self.line = FakeLine(self.clock.now)
        self.payments = FakePayments(self.clock.now)
        self.room = FakeWaiting(self.clock.now, lambda run: fake_sale.offer_of(run, self.clock.now()))
        self._note("profile_created", "system", station="CWQ", counter=3)

    # ---- who and where
    def log_in(self, login: str, password: str) -> Actor:
        if login not in self.people or password != "demo-demo":
            raise Refusal(Reason.BAD_CREDENTIALS)
        self._note("logged_in", login)
        return self.people[login]

    def users(self, actor: Actor) -> list[Actor]:
        self._may(actor, Right.MANAGE)
        return list(self.people.values())

    def add_user(self, actor: Actor, *, login: str, display_name: str, role: Role, password: str) -> Actor:
        self._may(actor, Right.MANAGE)
        self._not_centrals()
        if login in self.people:
            raise Refusal(Reason.NAME_TAKEN)
        if len(password) < 8:
            raise Refusal(Reason.PASSWORD_TOO_SHORT, minimum=8)
        self.people[login] = Actor(user_id=make_id(login), login=login, display_name=display_name, role=role)
        self._note("user_created", actor.login, login=login, role=role.value)
        return self.people[login]

    def today(self) -> date:
        return self.clock.now().astimezone(ZONE).date()

    def sale_dates(self) -> tuple[date, date]:
        return self.today(), self.today() + timedelta(days=14)

    # ---- timetable and search
    def timetable(self) -> IssueInfo | None:
        return self.issue

    def import_timetable(
        self, actor: Actor, feed: Path, *, progress: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> ImportReport:
        self._may(actor, Right.MANAGE)
        self._not_centrals()
        for done in range(0, 101, 10):
            progress(Progress(stage="stop_times.txt", done=done, total=100))
            if cancelled():
                raise Cancelled
        if feed.suffix != ".zip":
            raise Refusal(Reason.FILE_REFUSED, code="not_a_zip", detail=feed.name)
        self.issue = replace(ISSUE, feed_name=feed.name)
        self._note("catalogue_activated", actor.login, feed=feed.name)
        faults = (
            Fault(file="stop_times.txt", line=1204, fault="time_goes_back", detail="D2405 call 7"),
            Fault(file="stops.txt", line=88, fault="no_name", detail="stop X-88 left out"),
            Fault(file="fare_rules.txt", line=15, fault="unknown_fare", detail="F-K77"),
        )
        return ImportReport(issue=self.issue, trips=5505, faults=faults, fault_count=3, catalogue=Path("c.sqlite"))

    def find_stations(self, text: str, *, limit: int = 10, as_destination: bool = False) -> list[StationHit]:
        del as_destination
        return fake_sale.find_stations(text)[:limit]

    def resolve_station(self, text: str, *, as_destination: bool = False) -> str:
        hits = self.find_stations(text, limit=1, as_destination=as_destination)
        if not hits:
            raise Refusal(Reason.UNKNOWN_STATION, text=text)
        return hits[0].station.station_id

    def read_entry(self, line: str, *, cursor: int | None = None) -> EntryReading:
        return fake_sale.read_entry(line, cursor, self.today())

    def search(
        self, origin: str, destination: str, departing_on: date, *, order_id: UUID | None = None
    ) -> list[RunOffer]:
        del order_id
        if self.issue is None:
            raise Refusal(Reason.NO_TIMETABLE)
        found = fake_sale.offers(origin, destination, departing_on, self.clock.now())
        return [self._with_lease(offer) for offer in found] if self.line.enrolled else found

    def _with_lease(self, offer: RunOffer) -> RunOffer:
        """Without central only what is held here is free."""
        classes = []
        for one in offer.classes:
            left = self.line.left(offer.run, one.travel_class)
            classes.append(replace(one, leased=left, free=left if self.line.by_lease else max(one.free, left)))
        return replace(offer, classes=tuple(classes))

    def seat_map(self, run: RunRef, span: Span, *, order_id: UUID | None = None) -> SeatMap:
        return self._leased_only(fake_sale.seat_map(run, span, self._taken(run, order_id)))

    def _leased_only(self, seats: SeatMap) -> SeatMap:
        if not self.line.by_lease:
            return seats
        states = dict(seats.states)
        left = {name: self.line.left(seats.run, name) for name in fake_sale.TIMES}
        for place, state in seats.states.items():
            if state in {SpotState.FREE, SpotState.PART}:
                name = fake_sale.class_of(place)
                states[place] = SpotState.FREE if left[name] > 0 else SpotState.SOLD
                left[name] -= 1
        return replace(seats, states=states)

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
        self._may(actor, Right.SELL)
        self._open_shift()
        if self.line.switch.stopped:
            raise Refusal(Reason.SELLING_STOPPED, code=self.line.switch.stopped)
        taken = self._taken(run, replaces)
        if self.line.by_lease and wish is not None:
            left = self.line.left(run, wish.travel_class)
            if left < wish.count:
                raise Refusal(Reason.NOT_ENOUGH_PLACES, free=left) if left else Refusal(Reason.NOT_LEASED)
        held = fake_sale.choose(run, span, wish, places, taken)
        order_id = replaces or make_id("order", len(self._orders), len(self._holds), self.clock.ms)
        travel_class = fake_sale.class_of(held[0]) if held else wish.travel_class if wish else "second"
        hold = HoldView(
            order_id=order_id,
            claim_id=make_id("claim", order_id, *held),
            run=run,
            span=span,
            travel_class=travel_class,
            places=held,
            count=len(held),
            expires_at=self.clock.now() + timedelta(minutes=10),
            fare=fake_sale.fare(run, travel_class),
        )
        self._holds[order_id] = hold
        return hold

    def release(self, actor: Actor, order_id: UUID) -> None:
        del actor
        self._holds.pop(order_id, None)
        self._parked.pop(order_id, None)

    def passenger_rules(self, hold: HoldView) -> list[PassengerRule]:
        return fake_sale.rules(hold)

    def quote(self, hold: HoldView, passengers: Sequence[PassengerInput]) -> SaleQuote:
        return fake_sale.quote(hold, passengers)

    def begin_tender(self, actor: Actor, order_id: UUID) -> HoldView:
        del actor
        if self.line.switch.central_silent:
            raise Refusal(Reason.CENTRAL_UNREACHABLE)
        self._holds[order_id] = replace(self._held(order_id), expires_at=None)
        return self._holds[order_id]

    def end_tender(self, actor: Actor, order_id: UUID) -> HoldView:
        del actor
        self._holds[order_id] = replace(self._held(order_id), expires_at=self.clock.now() + timedelta(minutes=10))
        return self._holds[order_id]

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
        self._open_shift()
        hold = self._held(order_id)
        sale = fake_sale.quote(hold, passengers)
        if sale.total != quoted:
            raise Refusal(Reason.QUOTE_CHANGED)
        paid = self.payments.paid(order_id)
        if paid is None:
            raise Refusal(Reason.PAYMENT_OPEN)
        due = quoted - self.credit_of(exchange, quoted) - paid
        if received is None and due:
            raise Refusal(Reason.PAYMENT_MISSING, missing=due.plain())
        received = received or due
        if received < due:
            raise Refusal(Reason.CASH_SHORT, missing=(due - received).plain())
        self.payments.bind(order_id)
        offer = fake_sale.offer_of(hold.run, self.clock.now())
        tickets, jobs = [], []
        for place, passenger, priced in zip(hold.places, passengers, sale.passengers, strict=True):
            self._serial += 1
            number = str(TicketNumber(station_code="CWQ", counter=3, epoch=1, serial=self._serial))
            job = self._queue("ticket", number)
            jobs.append(job)
            tickets.append(
                TicketView(
                    ticket_id=make_id("ticket", self._serial),
                    number=number,
                    order_id=order_id,
                    state="FULFILLED",
                    service=offer.service,
                    origin=offer.origin,
                    destination=offer.destination,
                    depart=offer.depart,
                    arrive=offer.arrive,
                    coach=place.coach,
                    place=place.label,
                    travel_class=hold.travel_class,
                    passenger_type=passenger.passenger_type,
                    masked_name=passenger.name[:1] + "*" * (len(passenger.name) - 1),
                    masked_document=fake_sale.masked(passenger.document),
                    price=priced.total,
                    sold_at=self.clock.now(),
                    sold_by=actor.login,
                    copies=0,
                    stock_number=f"A{self._serial:07d}",
                    print_state=JobState.QUEUED,
                )
            )
        order = OrderView(
            order_id=order_id,
            state="FULFILLED",
            created_at=self.clock.now(),
            clerk=actor.display_name,
            total=sale.total,
            tickets=tuple(tickets),
            label="",
        )
        self._orders.insert(0, order)
        for ticket, passenger in zip(tickets, passengers, strict=True):
            self.travellers[ticket.ticket_id] = passenger
        given = None if exchange is None else self.take_in(exchange, tickets[0])
        del self._holds[order_id]
        self._parked.pop(order_id, None)
        if self.line.by_lease:
            self.line.take(hold.run, hold.travel_class, hold.count)
        self.line.note_entry("sold", self.clock.now(), tickets[0].number, sale.total)
        self._note("sold", actor.login, order=str(order_id), total_minor=sale.total.minor)
        return Sold(
            order=order,
            received=received,
            change=received - due,
            jobs=(*jobs, *(() if given is None else given.jobs)),
            journal_seq=len(self._journal),
            exchanged=given,
        )

    def park(self, actor: Actor, order_id: UUID, passengers: Sequence[PassengerInput], label: str) -> ParkedSale:
        hold = self._held(order_id)
        offer = fake_sale.offer_of(hold.run, self.clock.now())
        sale = ParkedSale(
            order_id=order_id,
            label=label,
            parked_at=self.clock.now(),
            expires_at=hold.expires_at,
            service=offer.service,
            origin=offer.origin.name,
            destination=offer.destination.name,
            depart=offer.depart,
            count=hold.count,
            passengers=tuple(passengers),
            hold=hold,
            offer=offer,
        )
        self._parked[order_id] = sale
        self._note("sale_parked", actor.login, order=str(order_id))
        return sale

    def recall(self, actor: Actor, order_id: UUID) -> ParkedSale:
        sale = self._parked.get(order_id)
        if sale is None or (sale.expires_at is not None and sale.expires_at <= self.clock.now()):
            raise Refusal(Reason.HOLD_EXPIRED)
        del self._parked[order_id]
        self._note("sale_recalled", actor.login, order=str(order_id))
        return sale

    def parked(self) -> list[ParkedSale]:
        return list(self._parked.values())

    # ---- who waits for places
    def waiting(self) -> list[WaitingView]:
        return self.room.views()

    def wait_for_places(
        self, actor: Actor, run: RunRef, span: Span, wish: PlaceWish, passengers: Mapping[str, int]
    ) -> WaitingView:
        del span
        self._may(actor, Right.SELL)
        if not self.line.enrolled:
            raise Refusal(Reason.STAND_ALONE)
        if self.line.by_lease:
            raise Refusal(Reason.CENTRAL_UNREACHABLE)
        return self.room.join(run, wish, passengers)

    def leave_waiting(self, actor: Actor, claim_id: UUID) -> None:
        self._may(actor, Right.SELL)
        self.room.leave(claim_id)

    def take_waiting(self, actor: Actor, claim_id: UUID) -> ParkedSale:
        return self.room.take(claim_id, lambda run, span, wish: self.hold(actor, run, span, wish))

    def quick_tenders(self, total: Money) -> list[Money]:
        sums = {total.minor} | {-(-total.minor // step) * step for step in (1000, 5000, 10000, 20000, 50000)}
        return [Money(minor, total.currency) for minor in sorted(sums)][:6]

    # ---- tickets and after-sales
    def find_tickets(self, text: str, *, limit: int = 50) -> list[TicketView]:
        wanted = text.strip().upper()
        every = [ticket for order in self._orders for ticket in order.tickets]
        found = [t for t in every if wanted in t.number or wanted == t.number.split("-")[-2].lstrip("0")]
        if wanted and not found:
            raise Refusal(Reason.UNKNOWN_TICKET)
        return found[:limit]

    def orders(self, *, limit: int = 100) -> list[OrderView]:
        return self._orders[:limit]

    def quote_refund(self, ticket_id: UUID) -> RefundQuote:
        ticket = self._ticket(ticket_id)
        return self.quoted_with_slip(fake_sale.quote_refund(ticket, self.clock.now()), ticket)

    def refund(self, actor: Actor, quote: RefundQuote) -> Refunded:
        self._may(actor, Right.REFUND)
        self._open_shift()
        ticket = self._ticket(quote.ticket.ticket_id)
        if ticket.state != "FULFILLED":
            raise Refusal(Reason.ALREADY_REFUNDED)
        self.check_slip(quote, ticket)
        done = replace(ticket, state="REFUNDED")
        self._orders = [
            replace(
                order,
                state="REFUNDED" if order.order_id == ticket.order_id else order.state,
                tickets=tuple(done if t.ticket_id == done.ticket_id else t for t in order.tickets),
            )
            for order in self._orders
        ]
        self._refunds_minor += quote.refundable.minor
        self._fees_minor += quote.fee.minor
        self._note("refunded", actor.login, ticket=ticket.number, refunded_minor=quote.refundable.minor)
        return Refunded(
            refund_id=make_id("refund", ticket.number),
            ticket=done,
            refunded=quote.refundable,
            fee=quote.fee,
            jobs=(self._queue("refund_slip", ticket.number),),
            journal_seq=len(self._journal),
        )

    def reprint(self, actor: Actor, ticket_id: UUID, *, reason: str) -> UUID:
        self._may(actor, Right.REPRINT)
        if not reason.strip():
            raise Refusal(Reason.REASON_NEEDED)
        ticket = self._ticket(ticket_id)
        self._note("reprinted", actor.login, ticket=ticket.number)
        return self._queue("ticket", ticket.number, copy=ticket.copies + 1)

    # ---- the shift
    def denominations(self) -> Sequence[int]:
        return NOTES

    def current_shift(self) -> ShiftView | None:
        return self._shift

    def open_shift(self, actor: Actor, float_count: Mapping[int, int]) -> ShiftView:
        self._may(actor, Right.OWN_SHIFT)
        if self._shift is not None:
            raise Refusal(Reason.SHIFT_ALREADY_OPEN, login=self._shift.login)
        total = sum(value * pieces for value, pieces in float_count.items())
        self._float = dict(float_count)
        self._shift = ShiftView(
            shift_id=make_id("shift", len(self._past) + 41),
            number=len(self._past) + 41,
            login=actor.login,
            clerk=actor.display_name,
            state="open",
            opened_at=self.clock.now(),
            float_amount=Money(total, "CNY"),
            declared=None,
            expected=None,
            over_short=None,
            reason="",
            z_number=None,
        )
        self._note("shift_opened", actor.login, number=self._shift.number, float_minor=total)
        return self._shift

    def move_cash(
        self, actor: Actor, kind: CashKind, amount: Money, reason: str, count: Mapping[int, int] | None = None
    ) -> tuple[UUID, ...]:
        self._open_shift()
        if count and sum(value * pieces for value, pieces in count.items()) != amount.minor:
            raise Refusal(Reason.BAD_INPUT, field="count")
        self.cash_count = dict(count or {})
        if not reason.strip():
            raise Refusal(Reason.REASON_NEEDED)
        if amount.minor <= 0:
            raise Refusal(Reason.AMOUNT_OUT_OF_RANGE)
        if kind is not CashKind.PAID_IN and amount.minor > self._expected():
            raise Refusal(Reason.DRAWER_SHORT)
        self._moved_minor += amount.minor if kind is CashKind.PAID_IN else -amount.minor
        self._note("cash_moved", actor.login, kind=kind.value, amount_minor=amount.minor)
        return (self._queue("cash_slip", kind.value),)

    def declare_shift(self, actor: Actor, count: Mapping[int, int]) -> ShiftView:
        shift = self._open_shift()
        declared = Money(sum(value * pieces for value, pieces in count.items()), "CNY")
        expected = Money(self._expected(), "CNY")
        self._shift = replace(
            shift, state="declared", declared=declared, expected=expected, over_short=declared - expected
        )
        self._note("shift_declared", actor.login, declared_minor=declared.minor)
        return self._shift

    def close_shift(
        self, actor: Actor, *, reason: str, supervisor: str = "", supervisor_password: str = ""
    ) -> ShiftReport:
        shift = self._shift
        if shift is None or shift.state == "open":
            raise Refusal(Reason.SHIFT_NOT_DECLARED)
        if shift.over_short and not reason.strip():
            raise Refusal(Reason.REASON_NEEDED)
        if not supervisor or supervisor == shift.login:
            raise Refusal(Reason.SECOND_PERSON_NEEDED)
        second = self.log_in(supervisor, supervisor_password)
        self._may(second, Right.OTHERS_SHIFTS)
        z_number = len(self._past) + 128
        closed = replace(shift, state="closed", reason=reason, z_number=z_number)
        report = replace(self._report(closed, "z"), z_number=z_number)
        self._past.insert(0, closed)
        self._reports[z_number] = report
        self._shift = None
        self._note("shift_closed", actor.login, z_number=z_number)
        return report

    def report_x(self, actor: Actor) -> ShiftReport:
        if self._shift is None:
            raise Refusal(Reason.SHIFT_CLOSED)
        self._note("x_printed", actor.login)
        return self._report(self._shift, "x")

    def report_z(self, actor: Actor, z_number: int | None = None) -> ShiftReport:
        del actor
        if not self._reports:
            raise Refusal(Reason.SHIFT_CLOSED)
        return self._reports[z_number if z_number is not None else max(self._reports)]

    def shifts(self, actor: Actor, *, limit: int = 50) -> list[ShiftView]:
        del actor
        return ([self._shift] if self._shift else []) + self._past[:limit]

    def report_paper(self, report: ShiftReport, language: str) -> Paper:
        zh = language == "zh"
        title = (
            (f"结账报表 Z {report.z_number}" if zh else f"Z report {report.z_number}")
            if report.kind == "z"
            else ("班中报表 X" if zh else "X report")
        )
        return Slip(
            language=language,
            title=title,
            subtitle=f"{report.station} {report.counter:02d} · {report.operator}",
            marks=(),
            blocks=(
                Pair("售票员" if zh else "Clerk", report.shift.clerk),
                Pair("开班" if zh else "Opened", f"{report.shift.opened_at.astimezone(ZONE):%Y-%m-%d %H:%M}"),
                Rule(),
                Pair("售票张数" if zh else "Tickets sold", str(report.tickets_sold)),
                Pair("退票张数" if zh else "Tickets refunded", str(report.tickets_refunded)),
                Pair("票款" if zh else "Sales", report.sales.plain(), Strength.STRONG),
                Pair("退款" if zh else "Refunds", report.refunds.plain()),
                Rule(),
                Table(
                    head=("支付方式" if zh else "Tender", "笔数" if zh else "Count", "金额" if zh else "Amount"),
                    rows=tuple(
                        (line.label, str(line.count or 0), line.amount.plain() if line.amount else "")
                        for line in report.by_tender
                    ),
                    align="lrr",
                ),
                Rule(),
                Text(
                    ("实点前不显示现金" if zh else "Cash is hidden until counted") if report.blind else "",
                    Strength.FAINT,
                ),
            ),
        )

    def print_report(self, actor: Actor, report: ShiftReport) -> UUID:
        del actor
        return self._queue(f"{report.kind}_report", f"{report.kind.upper()} {report.z_number or ''}".strip())

    # ---- journal
    def journal_page(self, actor: Actor, *, before_seq: int | None = None, limit: int = 200) -> list[JournalLine]:
        self._may(actor, Right.AUDIT)
        lines = [line for line in reversed(self._journal) if before_seq is None or line.seq < before_seq]
        return lines[:limit]

    def journal_head(self) -> int:
        return len(self._journal)

    def verify_journal(self, *, progress: Callable[[Progress], None] | None = None) -> JournalVerdict:
        if progress is not None:
            progress(Progress(stage="check", done=len(self._journal), total=len(self._journal)))
        return JournalVerdict(
            ok=self.journal_ok,
            entries=len(self._journal),
            head=self._journal[-1].hash_hex,
            first_bad=None if self.journal_ok else 7,
            reason="" if self.journal_ok else "hash",
        )

    # ---- paper
    def settle_job(self, actor: Actor, job_id: UUID, *, came_out: bool) -> UUID | None:
        job = self._jobs[job_id]
        if job.state is not JobState.UNKNOWN:
            raise Refusal(Reason.JOB_NOT_OPEN)
        self._jobs[job_id] = replace(job, state=JobState.SETTLED_OUT if came_out else JobState.SETTLED_SPOILED)
        self._note("paper_settled", actor.login, title=job.title, came_out=came_out)
        return None if came_out else self._queue(job.kind, job.title, copy=job.copy_number + 1)

    def ticket_paper(self, ticket_id: UUID) -> Paper:
        ticket = self._ticket(ticket_id)
        face = sample(Document.TICKET, "zh")
        assert isinstance(face, TicketFace)
        code = f"zwE{ticket.number}"
        self.verdicts.setdefault(code, Verdict.GENUINE)
        return replace(face, ticket_number=ticket.number, service=ticket.service, code=code)

    def issue_e_tickets(self, actor: Actor, ticket_ids: Sequence[UUID]) -> list[TicketFace]:
        tickets = [self._ticket(ticket_id) for ticket_id in ticket_ids]
        for ticket in tickets:
            self._note("e_ticket_issued", actor.login, ticket=ticket.number)
        return []

    def print_test(self, actor: Actor, printer: str = MAIN_PRINTER) -> UUID:
        del actor
        job_id = self._queue("test", "Test")
        self._jobs[job_id] = replace(self._jobs[job_id], printer=printer)
        return job_id

    # ---- the line to central records
    def sync_status(self) -> SyncStatus:
        return self.line.status()

    def sync_turn(self) -> SyncTurn:
        return self.line.turn()

    def sync_now(self) -> None:
        self.line.tried += 1

    def outbox(self, actor: Actor, *, limit: int = 200) -> list[OutboxItem]:
        del actor
        return self.line.outbox(limit)

    def sync_inbox(self, actor: Actor, *, limit: int = 200) -> list[InboxItem]:
        del actor
        return self.line.inbox(limit)

    def settle_inbox(self, actor: Actor, epoch: int, seq: int, *, note: str) -> None:
        self.line.settle(actor, epoch, seq, note)
        self._note("verdict_settled", actor.login, seq=seq)

    def leases(self) -> list[LeaseLine]:
        return list(self.line.held)

    def return_lease(self, actor: Actor, lease_id: UUID) -> None:
        self.line.give_back(actor, lease_id)
        self._note("lease_returned", actor.login, lease=str(lease_id))

    def find_central_tickets(self, text: str) -> list[CentralTicket]:
        return self.line.find(text)

    def request_epoch(self, actor: Actor, *, reason: str) -> int:
        epoch = self.line.new_epoch(actor, reason)
        self._note("epoch_started", actor.login, reason=reason)
        return epoch

    def recover(self) -> Recovered:
        return Recovered(holds_released=0, jobs_unknown=0, jobs_to_print=())

    # ---- inside
    def _may(self, actor: Actor, right: Right) -> None:
        if not actor.may(right):
            raise Refusal(Reason.NOT_ALLOWED)

    def _not_centrals(self) -> None:
        if self.line.enrolled:
            raise Refusal(Reason.ONLY_CENTRAL)

    def _open_shift(self) -> ShiftView:
        if self._shift is None or self._shift.state != "open":
            raise Refusal(Reason.SHIFT_CLOSED)
        return self._shift

    def _held(self, order_id: UUID) -> HoldView:
        hold = self._holds.get(order_id)
        if hold is None:
            raise Refusal(Reason.NOT_HELD)
        if hold.expires_at is not None and hold.expires_at <= self.clock.now():
            raise Refusal(Reason.HOLD_EXPIRED)
        return hold

    def _ticket(self, ticket_id: UUID) -> TicketView:
        for order in self._orders:
            for ticket in order.tickets:
                if ticket.ticket_id == ticket_id:
                    return ticket
        raise Refusal(Reason.UNKNOWN_TICKET)

    def _taken(self, run: RunRef, ours: UUID | None) -> dict[PlaceRef, bool]:
        """Place -> held by the sale ``ours``; sold places count as others'."""
        taken = {place: key == ours for key, hold in self._holds.items() if hold.run == run for place in hold.places}
        offer = fake_sale.offer_of(run, self.clock.now())
        for order in self._orders:
            for ticket in order.tickets:
                if ticket.service == offer.service and ticket.depart == offer.depart and ticket.state == "FULFILLED":
                    taken[PlaceRef(ticket.coach or "", ticket.place or "")] = False
        return taken

    def _queue(self, kind: str, title: str, *, copy: int = 0) -> UUID:
        job_id = make_id("job", len(self._jobs))
        self._jobs[job_id] = PrintJobView(
            job_id=job_id,
            kind=kind,
            state=JobState.QUEUED,
            detail="",
            created_at=self.clock.now() + timedelta(milliseconds=len(self._jobs)),
            title=title,
            copy_number=copy,
        )
        return job_id

    def _note(self, kind: str, login: str, /, **body: object) -> None:
        seq = len(self._journal) + 1
        pairs = ", ".join(f'"{key}": "{value}"' for key, value in sorted(body.items()))
        self._journal.append(
            JournalLine(
                epoch=1,
                seq=seq,
                at=self.clock.now(),
                kind=kind,
                actor=login,
                hash_hex=f"{make_id('entry', seq).hex}{make_id('hash', seq).hex}",
                body_json=f"{{{pairs}}}",
            )
        )

    def _sales_minor(self) -> int:
        return sum(order.total.minor for order in self._orders)

    def _expected(self) -> int:
        start = sum(value * pieces for value, pieces in self._float.items())
        return start + self._moved_minor + self._sales_minor() - self._refunds_minor

    def _report(self, shift: ShiftView, kind: str) -> ShiftReport:
        def cny(minor: int) -> Money:
            return Money(minor, "CNY")

        tickets = [ticket for order in self._orders for ticket in order.tickets]
        blind = shift.state == "open"
        cash = (
            ()
            if blind
            else (
                TotalsLine(label="float", count=None, amount=shift.float_amount),
                TotalsLine(label="cash_sales", count=len(tickets), amount=cny(self._sales_minor())),
                TotalsLine(label="cash_refunds", count=None, amount=cny(-self._refunds_minor)),
                TotalsLine(label="expected", count=None, amount=shift.expected),
                TotalsLine(label="declared", count=None, amount=shift.declared),
                TotalsLine(label="over_short", count=None, amount=shift.over_short),
            )
        )
        types = sorted({ticket.passenger_type for ticket in tickets})
        return ShiftReport(
            kind=kind,
            shift=shift,
            z_number=shift.z_number,
            made_at=self.clock.now(),
            station="长沙南",
            counter=3,
            operator=self.profile.operator,
            first_ticket=tickets[-1].number if tickets else "",
            last_ticket=tickets[0].number if tickets else "",
            tickets_sold=len(tickets),
            tickets_refunded=sum(ticket.state == "REFUNDED" for ticket in tickets),
            tickets_spoiled=0,
            sales=cny(self._sales_minor()),
            refunds=cny(self._refunds_minor),
            fees=cny(self._fees_minor),
            by_tender=(TotalsLine(label="cash", count=len(self._orders), amount=cny(self._sales_minor())),),
            by_passenger_type=tuple(
                TotalsLine(
                    label=name,
                    count=sum(t.passenger_type == name for t in tickets),
                    amount=cny(sum(t.price.minor for t in tickets if t.passenger_type == name)),
                )
                for name in types
            ),
            by_class=(TotalsLine(label="second", count=len(tickets), amount=cny(self._sales_minor())),)
            if tickets
            else (),
            cash=cash,
            denominations=(),
            perpetual_total=cny(1_284_506_00 + self._sales_minor()),
            unsynced_count=0,
            unsynced=cny(0),
            blind=blind,
            journal_first=1,
            journal_last=len(self._journal),
        )


ISSUE = IssueInfo(
    issue_id="5f" * 32,
    feed_name="demonstration-2026-12.zip",
    feed_namespace="INVENTED example railway",
    stations=118,
    trips=412,
    first_date=date(2026, 11, 1),
    last_date=date(2027, 3, 31),
    currency="CNY",
    invented=True,
)

__all__ = ["READY", "FakeClock", "FakeDesk", "OutcomeUnknown"]
