"""A window that is enrolled with an operator whose key the test holds, and what central would send to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from counter_app.application.users import fact_of
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.ids import run_id
from counter_app.domain.journal import Entry, Json, Kind
from counter_app.domain.leases import CentralTime, LeaseGrant, LeaseState
from counter_app.domain.orders import OrderState, TicketState
from counter_app.domain.staff import SYSTEM, Role
from counter_app.domain.timetable import RunRef, Span
from counter_app.domain.trust import Certificate, certify
from counter_app.ports.epochs import Enrolment
from counter_app.ports.orders import OrderRecord, TicketRecord
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.stock import Claim, ClaimOrigin, ClaimState, FrozenRun
from counter_app.ports.store import Writing
from counter_app.ports.users import UserRecord
from counter_app.security import SigningKey
from counter_app.wire.messages import Judgement, RunStock, Verdict
from db.store import SqlMoneyStore
from tests.unit.counter_app.application.counter import formation, stations, trip
from tests.unit.db.station import Station

OPERATOR = SigningKey(b"operator".ljust(32, b"."))
DEVICE = SigningKey(b"device".ljust(32, b"."))
INCARNATION = UUID(int=77)
DAY = date(2026, 12, 4)
RUN = RunRef(run_id=run_id("test", "G1", DAY), trip_id="G1", service_date=DAY)
BUS = RunRef(run_id=run_id("test", "B1", DAY), trip_id="B1", service_date=DAY)


@dataclass
class Window(Station):
    """Window 7 of station CSQ. ``epoch``: its first here; another device may have sold at it before."""

    epoch: int = 3
    profile_id: UUID = field(default_factory=lambda: UUID(int=0xD))

    def certificate(
        self, epoch: int, key: bytes = DEVICE.public, *, station: str = "CSQ", counter: int = 7
    ) -> Certificate:
        return certify(
            public_key=key,
            station=station,
            counter=counter,
            epoch=epoch,
            not_before=self.clock.at - timedelta(minutes=5),
            not_after=self.clock.at + timedelta(days=400),
            sign=OPERATOR.sign,
        )

    def info(self) -> ProfileInfo:
        return ProfileInfo(
            profile_id=self.profile_id,
            station_name="长沙",
            station_latin="Changsha",
            station_code="CSQ",
            counter=7,
            operator="Test Railway",
            zone="Asia/Shanghai",
            currency="CNY",
            policy="cn-rail",
            training=False,
            demonstration=False,
        )

    def enrolment(self) -> Enrolment:
        return Enrolment(
            url="https://central.example",
            certificate_file="",
            operator_key=OPERATOR.public,
            operator_tag=bytes(32),
            certificate=self.certificate(self.epoch),
            incarnation=INCARNATION,
            key=DEVICE.private_bytes(),
        )

    def enrol(self) -> None:
        self.factory().create_enrolled(self.info(), self.enrolment())

    def moved_to(self, directory: Path) -> Window:
        copy = self.copy_to(directory)
        return Window(copy.directory, copy.clock, copy.ids, copy.entropy)

    # ---- what central sends

    def grant(self, **more: object) -> LeaseGrant:
        """Three places of G1's second class over the whole way, unless told otherwise."""
        wanted = LeaseGrant(
            lease_id=self.ids.new(),
            device_id=self.profile_id,
            holder_epoch=1,
            run_id=RUN.run_id,
            trip_id="G1",
            service_date=DAY,
            pattern="v1",
            travel_class="second",
            board=0,
            alight=4,
            places=("02/01A", "02/01B", "02/01C"),
            count=3,
            granted_at=self.clock.at,
            expires_at=self.clock.at + timedelta(hours=20),
            guard_s=120,
        )
        return replace(wanted, **more).signed(OPERATOR.sign)  # type: ignore[arg-type]

    def account(self, login: str, **more: object) -> UserRecord:
        made = UserRecord(
            user_id=self.ids.new(),
            login=login,
            display_name=login.title(),
            role=Role.CLERK,
            password_hash="$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA",
            active=True,
            failed_tries=0,
            locked_until=None,
        )
        return replace(made, **more)  # type: ignore[arg-type]


def take_lease(store: SqlMoneyStore, grant: LeaseGrant) -> LeaseGrant:
    with store.writing() as books:
        body: dict[str, Json] = {
            "lease_id": str(grant.lease_id),
            "run_id": str(grant.run_id),
            "service_date": grant.service_date.isoformat(),
            "travel_class": grant.travel_class,
            "board": grant.board,
            "alight": grant.alight,
            "places": list(grant.places),
            "count": grant.count,
            "holder_epoch": grant.holder_epoch,
        }
        entry = books.journal.append(Kind.LEASE_TAKEN, body, actor=SYSTEM)
        books.sync.put_lease(grant, journal_seq=entry.seq)
    return grant


def give_back_lease(store: SqlMoneyStore, grant: LeaseGrant) -> None:
    with store.writing() as books:
        (left,) = [one for one in books.sync.left_of(grant.run_id) if one.lease.grant == grant]
        for rest in left.rests:
            body: dict[str, Json] = {
                "lease_id": str(grant.lease_id),
                "holder_epoch": grant.holder_epoch,
                "run_id": str(grant.run_id),
                "service_date": grant.service_date.isoformat(),
                "board": rest.span.board,
                "alight": rest.span.alight,
                "places": list(rest.places),
                "count": rest.count,
            }
            books.journal.append(Kind.LEASE_RETURNED, body, actor=SYSTEM)
        books.sync.end_lease(grant.lease_id, LeaseState.RETURNED)


def freeze_run(books: Writing, run: RunRef) -> FrozenRun:
    known = books.stock.run(run.run_id)
    if known is not None:
        return known
    seats = run != BUS
    frozen = FrozenRun(
        run=run,
        trip=trip(run.trip_id, seats=seats),
        formation=formation() if seats else None,
        stations=stations(),
        issue_id="0" * 64,
        policy="cn-rail@1",
        demonstration=False,
        unreserved_capacity=0 if seats else 40,
    )
    books.stock.put_run(frozen)
    return frozen


def hold(store: SqlMoneyStore, station: Station, span: Span, *places: str, run: RunRef = RUN, count: int = 0) -> Claim:
    """As the sale path holds places (or ``count`` units) of a lease."""
    with store.writing() as books:
        frozen = freeze_run(books, run)
        order = OrderRecord(
            order_id=station.ids.new(),
            state=OrderState.PREBOOKED,
            created_at=station.clock.at,
            user_id=UUID(int=1),
            clerk="Li",
            shift_id=None,
            total_minor=0,
            received_minor=0,
            change_minor=0,
            currency="CNY",
            policy="cn-rail@1",
            label="",
            parked_at=None,
            draft=(),
            journal_seq=0,
        )
        books.orders.put_order(order)
        claim = Claim(
            claim_id=station.ids.new(),
            order_id=order.order_id,
            run=run,
            span=span,
            travel_class="second" if places else "standard",
            places=tuple(map(PlaceRef.parse, places)),
            count=len(places) or count,
            state=ClaimState.HELD,
            expires_at=station.clock.at + timedelta(minutes=10),
            fare_minor=150_00,
            currency="CNY",
            origin=ClaimOrigin.LEASE,
        )
        books.stock.take(claim, capacity=None if places else frozen.unreserved_capacity)
    return claim


def sell(store: SqlMoneyStore, station: Station, claim: Claim) -> list[TicketRecord]:
    """The rows that a sale leaves, under an entry of its own."""
    with store.writing() as books:
        entry = books.journal.append(Kind.SOLD, {}, actor=SYSTEM)
        books.stock.change(claim, ClaimState.SOLD, expires_at=None)
        order = books.orders.order(claim.order_id)
        assert order is not None
        books.orders.put_order(replace(order, state=OrderState.FULFILLED, journal_seq=entry.seq))
        serial = books.orders.last_serial(entry.epoch)
        tickets = [
            _ticket(station, claim, entry, serial + 1 + n, claim.places[n] if claim.places else None)
            for n in range(claim.count)
        ]
        books.orders.add_tickets(tickets)
    return tickets


def _ticket(station: Station, claim: Claim, entry: Entry, serial: int, place: PlaceRef | None) -> TicketRecord:
    return TicketRecord(
        ticket_id=station.ids.new(),
        order_id=claim.order_id,
        claim_id=claim.claim_id,
        number=f"CSQ-7-{entry.epoch}-{serial}",
        epoch=entry.epoch,
        serial=serial,
        state=TicketState.FULFILLED,
        run=claim.run,
        span=claim.span,
        place=place,
        travel_class=claim.travel_class,
        passenger_type="adult",
        items=(),
        price_minor=claim.fare_minor,
        currency="CNY",
        person_id=None,
        depart=entry.at,
        arrive=entry.at,
        sold_at=entry.at,
        clerk="Li",
        shift_id=UUID(int=2),
        policy="cn-rail@1",
        payload=b"code",
        journal_seq=entry.seq,
    )


def receive(store: SqlMoneyStore, *users: UserRecord) -> int:
    """How many accounts changed."""
    with store.writing() as books:
        changed = [one for user in users for one in books.users.receive(user)]
        if changed:
            accounts: list[Json] = [dict(fact_of(one)) for one in changed]
            books.journal.append(Kind.ACCOUNTS_RECEIVED, {"accounts": accounts}, actor=SYSTEM)
    return len(changed)


def work(store: SqlMoneyStore, window: Window) -> None:
    """Something of everything that central gives: accounts, leases, verdicts, its feed."""
    receive(store, window.account("li"))
    take_lease(store, window.grant())
    gone = take_lease(store, window.grant(run_id=UUID(int=9)))
    give_back_lease(store, gone)
    shadow = RunStock(service_date=DAY, run_id=RUN.run_id, pattern="v1", version=3, taken=("ff", ""), checksum="c")
    with store.writing() as books:
        sync = books.sync
        for seq in (2, 3):
            sync.put_verdict(Verdict(epoch=3, seq=seq, judgement=Judgement.CONFLICT), window.clock.at)
        books.journal.append(Kind.VERDICT_SETTLED, {"epoch": 3, "seq": 3, "note": "told him"}, actor=SYSTEM)
        sync.settle_verdict(3, 3, by="system", note="told him")
        sync.put_certificate(window.certificate(1, bytes(range(32)), counter=8))
        sync.mark_sending(4)
        sync.mark_stored(stored_seq=3, judged_seq=2)
        at = window.clock.at
        sync.put_time(CentralTime(told=at, told_wall=at, told_monotonic_ms=7, high_water=at), at)
        sync.put_cursor("operator", INCARNATION, 12)
        sync.put_feed_value("policy/cn-rail", {"name": "cn-rail"})
        sync.put_stock("stock/3", [shadow])
        sync.put_release(UUID(int=4), RUN)
