"""A whole counter for tests: a real store in a temporary folder, a small invented timetable, a clock that is set."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from counter_app.application.aftersales import QuoteRefund, Refund
from counter_app.application.blanks import EndRoll, LoadRoll, SpoilBlanks
from counter_app.application.compose_paper import ComposePaper
from counter_app.application.credentials import Credentials
from counter_app.application.find_tickets import FindTickets, ListOrders
from counter_app.application.hold import BeginTender, EndTender, Hold, Release
from counter_app.application.jobs_in_hand import JobsInHand
from counter_app.application.move_job import MoveJob
from counter_app.application.open_shift import OpenShift
from counter_app.application.park import Park, Parked, Recall
from counter_app.application.payments.settle_payment import SecondPerson
from counter_app.application.print_job import FinishJob, ListJobs, SendJob, StartJob
from counter_app.application.printer_log import PrinterLog
from counter_app.application.printer_set import Fitted, PrinterSet
from counter_app.application.quote_sale import QuoteSale
from counter_app.application.recover import Recover
from counter_app.application.report_paper import ReportPaper
from counter_app.application.reprint import Reprint
from counter_app.application.search import Search
from counter_app.application.seat_map import ShowSeatMap
from counter_app.application.sell import Sell
from counter_app.application.settle_job import SettleJob
from counter_app.application.stock_holder import LocalHolder
from counter_app.application.views import HoldView, PassengerInput, PlaceWish, Sold
from counter_app.domain.accounts import account_fact
from counter_app.domain.coaches import Coach, Formation, Place, Section
from counter_app.domain.ids import run_id
from counter_app.domain.journal import Kind
from counter_app.domain.money import Money
from counter_app.domain.policy import Policy, read_policy
from counter_app.domain.staff import SYSTEM, Actor, Role
from counter_app.domain.stations import Station
from counter_app.domain.stocknumbers import StockControl
from counter_app.domain.tariff import cumulative_fares
from counter_app.domain.timetable import Call, RunRef, Span, Trip
from counter_app.ports.catalogue import IssueInfo, SpanDistance, TripSpan
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.users import UserRecord
from counter_app.system import Uuid7Ids
from counter_app.texts import Texts
from db.create import ProfileFactory, account_of
from db.store import SqlMoneyStore
from tests.conftest import ROOT

NOW = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)  # 08:00 in Changsha
DAY = date(2026, 12, 4)
ZONE = "Asia/Shanghai"
NAMES = ("长沙南", "武汉", "郑州东", "石家庄", "北京西")
WHOLE = Span(0, 4)
CODES = ("CWQ", "WHN", "ZAF", "SJP", "BXP")


class SetClock:
    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def monotonic_ms(self) -> int:
        return int(self.at.timestamp() * 1000)

    def go(self, **delta: float) -> None:
        self.at += timedelta(**delta)


class SeededEntropy:
    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)

    def bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)


def stations() -> dict[str, Station]:
    return {
        code: Station(station_id=code, name=name, code=code, pinyin="", initials="", english="")
        for code, name in zip(CODES, NAMES, strict=True)
    }


def formation() -> Formation:
    def coach(number: str, travel_class: str, columns: str, rows: int) -> Coach:
        positions = {"A": "window", "F": "window", "C": "aisle", "D": "aisle", "B": "middle"}
        places = tuple(
            Place(label=f"{row:02d}{column}", row=str(row), column=column, kind="seat", position=positions[column])
            for row in range(1, rows + 1)
            for column in columns
        )
        return Coach(
            number=number,
            sections=(Section(coach_type="T", travel_class=travel_class, description="", places=places),),
        )

    return Formation(formation_id="F", coaches=(coach("01", "first", "ACDF", 3), coach("02", "second", "ABCDF", 4)))


def trip(trip_id: str = "G1", *, seats: bool = True, depart_s: int = 8 * 3600, version: str = "v1") -> Trip:
    calls = tuple(
        Call(
            stop_id=code,
            station_id=code,
            arrive_s=depart_s + at * 3600 - (300 if at else 0),
            depart_s=depart_s + at * 3600,
            distance_m=at * 300_000,
        )
        for at, code in enumerate(CODES)
    )
    classes = {"first": 250_00, "second": 150_00} if seats else {"standard": 30_00}
    return Trip(
        trip_id=trip_id,
        service=trip_id,
        route_id="R",
        route_type=2 if seats else 3,
        zone=ZONE,
        operator="Test Railway",
        headsign="北京西",
        calls=calls,
        pattern_version=version,
        formation_id="F" if seats else None,
        currency="CNY",
        cumulative_fares={name: tuple(step * at for at in range(5)) for name, step in classes.items()},
    )


class SmallCatalogue:
    """``ports.catalogue.Catalogue`` of a few trips that run every day."""

    def __init__(self, *trips: Trip) -> None:
        self._trips = {one.trip_id: one for one in trips or (trip("G1"), trip("G3", depart_s=9 * 3600), bus())}
        self._stations = stations()
        self._formation = formation()
        self.info = IssueInfo(
            issue_id="0" * 64,
            feed_name="test.zip",
            feed_namespace="test",
            stations=5,
            trips=len(self._trips),
            first_date=date(2026, 1, 1),
            last_date=date(2027, 12, 31),
            currency="CNY",
            invented=False,
        )

    def stations(self) -> Sequence[Station]:
        return list(self._stations.values())

    def station(self, station_id: str) -> Station | None:
        return self._stations.get(station_id)

    def runs_between(self, origin: str, destination: str, departing_on: date, zone: str) -> list[TripSpan]:
        if CODES.index(origin) >= CODES.index(destination):
            return []
        span = Span(CODES.index(origin), CODES.index(destination))
        return [TripSpan(run=run(one.trip_id, departing_on), trip=one, span=span) for one in self._trips.values()]

    def trip(self, trip_id: str) -> Trip | None:
        return self._trips.get(trip_id)

    def runs_on(self, trip_id: str, service_date: date) -> bool:
        return trip_id in self._trips

    def formation(self, formation_id: str) -> Formation | None:
        return self._formation

    def od_fares(self, trip: Trip, span: Span) -> Mapping[str, int | None]:
        return cumulative_fares(trip, span)

    def span_distance(self, trip: Trip, span: Span) -> SpanDistance | None:
        return None


def bus() -> Trip:
    return trip("K9", seats=False)


def run(trip_id: str = "G1", service_date: date = DAY) -> RunRef:
    return RunRef(run_id=run_id("test", trip_id, service_date), trip_id=trip_id, service_date=service_date)


def cny(yuan: float) -> Money:
    return Money(round(yuan * 100), "CNY")


def policy(name: str = "cn-rail") -> Policy:
    return read_policy((ROOT / "resources" / "policies" / f"{name}.toml").read_text("utf-8"))


LI = PassengerInput(name="李雷", document_type="cn_id", document="11010519491231002X")
HAN = PassengerInput(name="韩梅梅", document_type="passport", document="E12345678")


class Plain:
    """``ports.passwords.Passwords`` without the tenth of a second that a real one takes."""

    def hash(self, password: str) -> str:
        return password

    def matches(self, hashed: str | None, password: str) -> bool:
        return hashed == password

    def is_weak(self, hashed: str) -> bool:
        del hashed
        return False


PLAIN = Plain()


def texts(language: str) -> Texts:
    return Texts(ROOT / "resources" / "i18n", language)


class Counter:
    """Every use case of the sale, wired as ``main`` does."""

    def __init__(
        self,
        folder: Path,
        *,
        policy_name: str = "cn-rail",
        clock: SetClock | None = None,
        printers: PrinterSet | None = None,
        control: StockControl = StockControl.OPTIONAL,
    ) -> None:
        self.folder = folder
        self.printers = printers or PrinterSet(main=Fitted(printer=cast("Any", None)))
        self.clock = clock or SetClock()
        self.entropy = SeededEntropy()
        self.ids = Uuid7Ids(clock=self.clock, entropy=self.entropy)
        self.policy = replace(policy(policy_name), stock_control=control)
        self.catalogue = SmallCatalogue()
        self.clerk = Actor(user_id=UUID(int=1), login="li", display_name="李芳", role=Role.CLERK)
        self.chief = Actor(user_id=UUID(int=2), login="wang", display_name="王强", role=Role.SUPERVISOR)
        if not (folder / "counterfoil.sqlite").exists():
            self._create()
        self.open()

    def _create(self) -> None:
        info = ProfileInfo(
            profile_id=UUID(int=7),
            station_name="长沙南",
            station_latin="Changsha South",
            station_code="CSQ",
            counter=1,
            operator="Test Railway",
            zone=ZONE,
            currency="CNY",
            policy=self.policy.name,
            training=False,
            demonstration=False,
        )

        def user(actor: Actor) -> UserRecord:
            return UserRecord(
                user_id=actor.user_id,
                login=actor.login,
                display_name=actor.display_name,
                role=actor.role,
                password_hash="x",  # of the password "x": see PLAIN
                active=True,
                failed_tries=0,
                locked_until=None,
            )

        factory = ProfileFactory(
            directory=self.folder, clock=self.clock, ids=self.ids, entropy=self.entropy, key_choice="file"
        )
        factory.create(info, first_user=user(self.clerk))
        store = SqlMoneyStore(
            self.folder, clock=self.clock, ids=self.ids, entropy=self.entropy, writable=True, key_choice="file"
        )
        with store.writing() as books:
            books.users.put(user(self.chief))
            books.journal.append(Kind.USER_CREATED, account_fact(**account_of(user(self.chief))), actor=SYSTEM)
        store.close()

    def open(self) -> None:
        self.store = SqlMoneyStore(
            self.folder, clock=self.clock, ids=self.ids, entropy=self.entropy, writable=True, key_choice="file"
        )
        store, holder, clock, ids, rules = self.store, LocalHolder(store=self.store, clock=self.clock), *self._parts()
        self.holder = holder
        self.search = Search(
            catalogue=lambda: self.catalogue,
            availability=holder,
            clock=clock,
            zone=ZONE,
            currency="CNY",
            last_date=lambda: rules.last_sale_date(self.today()),
            unreserved_capacity=rules.unreserved_capacity,
            tariff=rules.tariff,
        )
        self.hold = Hold(
            holder=holder,
            catalogue=lambda: self.catalogue,
            fares=self.search.fares,
            policy=rules,
            profile=store.profile,
            clock=clock,
            ids=ids,
            last_date=lambda: rules.last_sale_date(self.today()),
        )
        self.release = Release(holder=holder, clock=clock)
        self.begin_tender = BeginTender(holder=holder, clock=clock)
        self.end_tender = EndTender(holder=holder, policy=rules, clock=clock)
        self.quote = QuoteSale(store=store, policy=rules, drawable=lambda text: "\x00" not in text)
        self.sell = Sell(
            store=store,
            holder=holder,
            policy=rules,
            clock=clock,
            ids=ids,
            signer=store.signer,
            drawable=lambda text: "\x00" not in text,
        )
        self.seats = ShowSeatMap(
            holder=holder, store=store, catalogue=lambda: self.catalogue, fares=self.search.fares, clock=clock
        )
        self.park = Park(holder=holder, store=store, policy=rules, clock=clock, ids=ids, offer=self.search.offer)
        self.recall = Recall(holder=holder, store=store, policy=rules, clock=clock, ids=ids, offer=self.search.offer)
        self.parked = Parked(store=store, offer=self.search.offer)
        self.quote_refund = QuoteRefund(store=store, policies=lambda _: rules, clock=clock, ids=ids)
        self.refund = Refund(store=store, holder=holder, policies=lambda _: rules, clock=clock, ids=ids)
        self.find = FindTickets(store=store, signer=store.signer)
        self.orders = ListOrders(store=store)
        self.compose = ComposePaper(
            store=store,
            policies=lambda _: rules,
            signer=store.signer,
            clock=clock,
            report_paper=ReportPaper(texts, store.profile),
            texts=texts,
            language="zh",
        )
        printers, control = self.printers, rules.stock_control
        self.log = PrinterLog(clock=clock)
        self.hand = hand = JobsInHand()
        self.move_job = MoveJob(store=store, clock=clock, printers=printers, control=control, log=self.log)
        self.jobs = ListJobs(store=store, printers=printers, hand=hand)
        self.start_job = StartJob(
            store=store,
            clock=clock,
            compose=self.compose,
            printers=printers,
            hand=hand,
            take_over=self.move_job.take_over,
        )
        self.send_job = SendJob(store=store, printers=printers, log=self.log, hand=hand)
        self.finish_job = FinishJob(store=store, clock=clock, printers=printers, log=self.log, hand=hand)
        self.settle_job = SettleJob(store=store, clock=clock, ids=ids, printers=printers, control=control, hand=hand)
        self.reprint = Reprint(store=store, clock=clock, ids=ids, printers=printers, control=control)
        self.load_roll = LoadRoll(
            store=store, ids=ids, printers=printers, control=control, renumber=self.move_job.renumber
        )
        second = SecondPerson(credentials=Credentials(store, clock, PLAIN))
        self.end_roll = EndRoll(store=store, second=second)
        self.spoil_blanks = SpoilBlanks(store=store, second=second)
        self.recover = Recover(store=store, holder=holder, clock=clock)

    def _parts(self) -> tuple[SetClock, Uuid7Ids, Policy]:
        return self.clock, self.ids, self.policy

    def today(self) -> date:
        return (self.clock.now() + timedelta(hours=8)).date()

    def close(self) -> None:
        self.store.close()

    def open_shift(self) -> None:
        OpenShift(store=self.store, clock=self.clock, ids=self.ids)(self.clerk, {100_00: 5})

    def held(self, count: int = 1, span: Span = WHOLE, travel_class: str = "second", **more: object) -> HoldView:
        return self.hold(self.clerk, run(), span, PlaceWish(travel_class=travel_class, count=count), **more)  # type: ignore[arg-type]

    def sold(
        self, *passengers: PassengerInput, span: Span = WHOLE, travel_class: str = "second", trip_id: str = "G1"
    ) -> Sold:
        """The whole way: hold, quote, tender, cash."""
        people = passengers or (LI,)
        wish = PlaceWish(travel_class=travel_class, count=len(people))
        hold = self.hold(self.clerk, run(trip_id), span, wish)
        quote = self.quote(hold, people)
        self.begin_tender(self.clerk, hold.order_id)
        return self.sell(self.clerk, hold.order_id, people, received=quote.total, quoted=quote.total)
