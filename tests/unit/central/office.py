"""Central's office for tests: real PostgreSQL, real keys, windows that enrol and sign as counters do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import argon2

from central.devices import Devices
from central.enrol import Enrolment
from central.feed import Feed
from central.handle import Central, Desks
from central.issues import Issues
from central.operator import create_central
from central.payments.desk import PaymentDesk
from central.policies import import_policy
from central.request import Refusing, Request, Response
from central.services import Device, Services, Timetable
from central.staff import Staff
from central.stock.words import Act, Admitting, Ask
from central.tx import Connection, Tx, together
from counter_app.domain.staff import SYSTEM, Actor, Role
from counter_app.security import Argon2Passwords, SigningKey, verify
from counter_app.wire import messages as m
from counter_app.wire.codec import decode, encode
from counter_app.wire.routes import BY_NAME
from counter_app.wire.signing import ENROL_PURPOSE, EPOCH_PURPOSE, WIRE_VERSION, enrol_text, epoch_text, seal
from db.frozen import read_formation, read_pattern, write_formation, write_pattern
from tests.unit.central.stock.world import OPERATOR, Numbers, SmallTimetable, TestClock, Timetables, railway

POLICY = (Path(__file__).parents[3] / "resources" / "policies" / "default.toml").read_text(encoding="utf-8")
QUICK_PASSWORDS = Argon2Passwords(argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
PASSWORD = "correct horse"
A = TypeVar("A")


@dataclass
class RecordingStock:
    """Says "no places" to every claim, and remembers what it was told; its rules are tested beside it."""

    batches: list[list[Ask]] = field(default_factory=list)
    doubted: list[UUID] = field(default_factory=list)
    reissued: list[str] = field(default_factory=list)
    items: list[m.FeedItem] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)
    now: datetime | None = None

    def decide_claims(self, batch: Sequence[Ask], connection: Connection) -> list[m.ClaimAnswer | Refusing]:
        self.batches.append(list(batch))
        if self.trouble:
            raise self.trouble.pop(0)
        assert self.now is not None
        return [
            m.ClaimAnswer(
                claim_id=ask.message.claim_id,
                status=m.ClaimStatus.REFUSED,
                reason="not_enough_places",
                free=0,
                central_time=self.now,
            )
            for ask in batch
        ]

    def decide_admitting(
        self, wanted: Sequence[tuple[Act, m.ClaimRequest | m.ClaimAct]], who: Admitting, connection: Connection
    ) -> list[m.ClaimAnswer | Refusing] | None:
        def ask(tx: Tx) -> Sequence[Device | Refusing]:
            who.ask(tx)
            return who.devices()

        found = together(connection, ask)
        asks = [
            Ask(device=device, act=act, message=message)
            for (act, message), device in zip(wanted, found, strict=True)
            if isinstance(device, Device)
        ]
        answers = iter(self.decide_claims(asks, connection) if asks else [])
        return [next(answers) if isinstance(device, Device) else device for device in found]

    def availability(
        self, device: Device, message: m.AvailabilityQuery, connection: Connection
    ) -> m.AvailabilityAnswer:
        assert self.now is not None
        return m.AvailabilityAnswer(free=tuple({} for _ in message.questions), central_time=self.now)

    def availabilities(
        self, asked: Sequence[tuple[Device, m.AvailabilityQuery]], connection: Connection
    ) -> list[m.AvailabilityAnswer]:
        return [self.availability(device, message, connection) for device, message in asked]

    def top_up(self, device: Device, message: m.TopUp, connection: Connection) -> m.TopUpAnswer:
        assert self.now is not None
        return m.TopUpAnswer(central_time=self.now)

    def wait(self, device: Device, message: m.WaitRequest, connection: Connection) -> m.WaitAnswer:
        assert self.now is not None
        return m.WaitAnswer(place_in_line=0, central_time=self.now)

    def stock_items(self, tx: Tx, shard: int, after: int, limit: int) -> list[m.FeedItem]:
        return [item for item in self.items if item.position > after][:limit]

    def doubt_device(self, tx: Tx, device_id: UUID) -> None:
        self.doubted.append(device_id)

    def reissue(self, tx: Tx, sha256: str) -> None:
        self.reissued.append(sha256)


@dataclass
class RecordingIntake:
    pushed: list[tuple[Device, m.Push]] = field(default_factory=list)
    now: datetime | None = None

    def push(self, device: Device, message: m.Push, connection: Connection) -> m.PushAnswer:
        assert self.now is not None
        self.pushed.append((device, message))
        last = message.first_seq + len(message.entries) - 1
        return m.PushAnswer(epoch=message.epoch, stored_seq=last, judged_seq=last, central_time=self.now)


@dataclass
class NoTickets:
    now: datetime

    def find(self, device: Device, message: m.TicketQuestion, connection: Connection) -> m.TicketsFound:
        return m.TicketsFound(central_time=self.now)

    def lock(self, device: Device, message: m.TicketLock, connection: Connection) -> m.LockAnswer:
        return m.LockAnswer(granted=False, reason="unknown_ticket", central_time=self.now)


def open_railway(path: Path) -> Timetable:
    """What a test stores as a catalogue is only bytes: they all open as the same small railway."""
    assert path.is_file()
    return railway()


@dataclass
class Window:
    """A counter's side of the line: its keys, its sequence, its clock."""

    device_id: UUID
    key: SigningKey
    clock: TestClock
    epoch: int = 1
    sequence: int = 0

    def request(
        self,
        name: str,
        message: object | None = None,
        *,
        body: bytes | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **over: Any,
    ) -> Request:
        """A sealed request. ``over`` replaces parts of the seal: wire, sequence, at, epoch, device_id, key."""
        route = BY_NAME[name]
        if body is None:
            body = b"" if message is None else encode(message)
        target = route.path if not query else f"{route.path}?{urlencode(query)}"
        self.sequence += 1
        key: SigningKey = over.pop("key", self.key)
        parts: dict[str, Any] = {
            "device_id": self.device_id,
            "epoch": self.epoch,
            "sequence": self.sequence,
            "at": self.clock.now(),
            "wire": WIRE_VERSION,
            **over,
        }
        sealed = seal(method=route.method, path=target, body=body, sign=key.sign, **parts)
        return Request(
            method=route.method,
            path=route.path,
            target=target,
            query=dict(parse_qsl(target.partition("?")[2])),
            headers={name.lower(): value for name, value in sealed.headers().items()} | dict(headers or {}),
            body=body,
        )

    def feed(self, shard: str, *, incarnation: UUID | None = None, position: int = 0, limit: int = 100) -> Request:
        query = {"shard": shard, "position": str(position), "limit": str(limit)}
        if incarnation is not None:
            query["incarnation"] = str(incarnation)
        return self.request("feed", query=query)


@dataclass
class Office:
    connection: Connection
    clock: TestClock = field(default_factory=TestClock)
    numbers: Numbers = field(default_factory=Numbers)
    timetable: SmallTimetable = field(default_factory=railway)

    def __post_init__(self) -> None:
        self.services = Services(
            clock=self.clock,
            ids=self.numbers,
            entropy=self.numbers,
            operator=OPERATOR,
            operator_tag=bytes(32),
            passwords=QUICK_PASSWORDS,
            timetables=Timetables({"f" * 64: self.timetable}),
            verify=verify,
            write_pattern=write_pattern,
            write_formation=write_formation,
            read_pattern=read_pattern,
            read_formation=read_formation,
        )
        self.stock = RecordingStock(now=self.clock.now())
        self.intake = RecordingIntake(now=self.clock.now())
        self.staff = Staff(self.services)
        self.enrolment = Enrolment(self.services)
        self.devices = Devices(self.services, self.stock)
        self.issues = Issues(self.services, open_railway, self.stock)
        self.feed = Feed(self.clock, self.stock)
        self.info = create_central(
            self.connection,
            self.services,
            operator_name="Test Railway",
            zone="Asia/Shanghai",
            currency="CNY",
            demonstration=True,
        )
        import_policy(self.connection, self.services, SYSTEM, POLICY)
        self.central = self.process()

    def process(self) -> Central:
        """Another process of the same central: it shares the database and nothing else."""
        desks = Desks(
            stock=self.stock,
            intake=self.intake,
            tickets=NoTickets(self.clock.now()),
            payments=PaymentDesk(self.services),
            feed=self.feed,
            issues=self.issues,
            enrolment=self.enrolment,
            devices=self.devices,
        )
        return Central(self.services, desks)

    def administrator(self, login: str = "admin") -> Actor:
        self.staff.first_administrator(self.connection, login=login, password=PASSWORD)
        return self.staff.check(self.connection, login, PASSWORD)

    def person(self, login: str, role: Role) -> Actor:
        self.staff.add(self.connection, SYSTEM, login=login, display_name=login, role=role, password=PASSWORD)
        return self.staff.check(self.connection, login, PASSWORD)

    def code(self, counter: int = 1, *, station_code: str = "CSQ", hours: int = 24) -> str:
        made = self.enrolment.issue_code(
            self.connection, SYSTEM, station_code=station_code, counter=counter, hours=hours, name="长沙南", latin="CS"
        )
        return made.code

    def new_key(self) -> SigningKey:
        return SigningKey.generate(self.numbers.bytes(32))

    def enrol_request(self, code: str, device_id: UUID, key: SigningKey) -> Request:
        message = m.EnrolRequest(
            code=code,
            device_id=device_id,
            public_key=key.public,
            proof=key.sign(ENROL_PURPOSE, enrol_text(code, device_id, key.public)),
            app_version="0.2.0",
        )
        return plain("enrol", message)

    def window(self, counter: int = 1, *, station_code: str = "CSQ") -> Window:
        """Enrolled through the front door."""
        key, device_id = self.new_key(), self.numbers.new()
        request = self.enrol_request(self.code(counter, station_code=station_code), device_id, key)
        enrolled = good(self.central.handle(request, self.connection), m.Enrolled)
        return Window(device_id=device_id, key=key, clock=self.clock, epoch=enrolled.epoch)

    def ask(self, request: Request) -> Response:
        return self.central.handle(request, self.connection)

    def page(self, window: Window, shard: str, **cursor: Any) -> m.FeedPage:
        return good(self.ask(window.feed(shard, **cursor)), m.FeedPage)


def plain(name: str, message: object | None = None, query: Mapping[str, str] | None = None) -> Request:
    """A request that nobody signed."""
    route = BY_NAME[name]
    target = route.path if not query else f"{route.path}?{urlencode(query)}"
    body = b"" if message is None else encode(message)
    return Request(method=route.method, path=route.path, target=target, query=query or {}, body=body)


def epoch_request(window: Window, key: SigningKey, *, head_hash: bytes = b"h" * 32) -> m.EpochRequest:
    return m.EpochRequest(
        public_key=key.public,
        head_seq=7,
        head_hash=head_hash,
        reason="restored",
        proof=key.sign(EPOCH_PURPOSE, epoch_text(window.device_id, key.public, head_hash)),
    )


def claim(number: int = 1) -> m.ClaimRequest:
    return m.ClaimRequest(
        claim_id=UUID(int=number),
        order_id=UUID(int=number + 1_000_000),
        run=m.WireRun(run_id=UUID(int=5), trip_id="T1", service_date=TestClock().now().date(), pattern="p"),
        board=0,
        alight=1,
        count=1,
        travel_class="second",
    )


def good(response: Response, kind: type[A]) -> A:
    assert response.status == 200, response.body
    return decode(kind, response.body)


def refused(response: Response) -> m.ErrorAnswer:
    assert response.status >= 400, response.body
    answer = decode(m.ErrorAnswer, response.body)
    assert answer.central_time is not None
    return answer
