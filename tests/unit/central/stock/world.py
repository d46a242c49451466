"""A small railway for tests of the inventory: two trains and a coach without numbered places, real PostgreSQL."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from central.services import Device, Services
from central.stock.desk import StockDesk
from central.tx import Connection
from counter_app.domain import ids
from counter_app.domain.coaches import Coach, Formation, Place, Section
from counter_app.domain.stations import Station
from counter_app.domain.timetable import Call, Trip
from counter_app.security import SigningKey, verify
from counter_app.wire.messages import ClaimAct, ClaimRequest, WireRun
from db.frozen import read_formation, read_pattern, write_formation, write_pattern

NAMESPACE = "tests"
DAY = date(2026, 12, 1)
START = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
STATIONS = ("A", "B", "C", "D", "E")
RESOURCES = Path(__file__).parents[4] / "resources"
POLICY = (RESOURCES / "policies" / "demonstration.toml").read_text(encoding="utf-8")


def _coach(number: str, rows: int, travel_class: str = "second") -> Coach:
    places = tuple(
        Place(
            label=f"{row:02d}{column}",
            row=f"{row:02d}",
            column=column,
            kind="seat",
            position={"A": "window", "F": "window", "C": "aisle", "D": "aisle"}.get(column, "middle"),
        )
        for row in range(1, rows + 1)
        for column in "ABCDF"
    )
    return Coach(
        number=number,
        sections=(Section(coach_type="seat", travel_class=travel_class, description="", places=places),),
    )


SMALL = Formation(formation_id="small", coaches=(_coach("01", 2),))  # ten places
LONG = Formation(
    formation_id="long", coaches=(_coach("01", 10, "first"), *(_coach(f"{n:02d}", 18) for n in range(2, 12)))
)


def _trip(trip_id: str, formation: str | None, calls: int = 5, service: str = "G1") -> Trip:
    return Trip(
        trip_id=trip_id,
        service=service,
        route_id="r",
        route_type=2,
        zone="Asia/Shanghai",
        operator="op",
        headsign="E",
        calls=tuple(
            Call(
                stop_id=f"{STATIONS[n % 5]}{n}",
                station_id=STATIONS[n % 5],
                arrive_s=43_200 + n * 3_600,
                depart_s=43_260 + n * 3_600,
            )
            for n in range(calls)
        ),
        pattern_version=sha256(f"{trip_id}{calls}{formation}".encode()).hexdigest()[:16],
        formation_id=formation,
        currency="CNY",
        cumulative_fares={
            "second": tuple(range(0, calls * 1_000, 1_000)),
            **({} if formation is None else {"first": tuple(range(0, calls * 2_000, 2_000))}),
        },
    )


@dataclass
class Info:
    issue_id: str = "issue-1"
    feed_namespace: str = NAMESPACE
    feed_name: str = "tests.zip"
    first_date: date = date(2026, 11, 1)
    last_date: date = date(2027, 1, 31)
    trips: int = 3
    invented: bool = True


@dataclass
class SmallTimetable:
    """``services.Timetable`` in memory."""

    info: Info = field(default_factory=Info)
    trips: dict[str, Trip] = field(default_factory=dict)
    formations: dict[str, Formation] = field(default_factory=dict)

    def trip(self, trip_id: str) -> Trip | None:
        return self.trips.get(trip_id)

    def trips_of(self, service: str) -> list[Trip]:
        return [trip for trip in self.trips.values() if trip.service == service]

    def formation(self, formation_id: str) -> Formation | None:
        return self.formations.get(formation_id)

    def station(self, station_id: str) -> Station | None:
        if station_id not in STATIONS:
            return None
        return Station(station_id=station_id, name=station_id, code="", pinyin="", initials="", english="")

    def runs_on(self, trip_id: str, service_date: date) -> bool:
        return trip_id in self.trips and self.info.first_date <= service_date <= self.info.last_date


def railway(trains: int = 0) -> SmallTimetable:
    trips = [_trip("T1", "small"), _trip("T2", "long", 11, "G2"), _trip("BUS", None, 4, "K1")]
    trips += [_trip(f"M{n}", "long", 7, f"D{n}") for n in range(trains)]
    return SmallTimetable(trips={trip.trip_id: trip for trip in trips}, formations={"small": SMALL, "long": LONG})


@dataclass
class Timetables:
    issues: dict[str, SmallTimetable]

    def of(self, sha256: str) -> SmallTimetable:
        return self.issues[sha256]


class TestClock:
    __test__ = False

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def monotonic_ms(self) -> int:
        return int((self.at - START).total_seconds() * 1_000)

    def pass_(self, **passed: float) -> None:
        self.at += timedelta(**passed)


class Numbers:
    """UUIDs in a row, and bytes likewise."""

    def __init__(self) -> None:
        self._next = itertools.count(1)

    def new(self) -> UUID:
        return UUID(int=next(self._next) | 7 << 76 | 2 << 62)

    def bytes(self, count: int) -> bytes:
        return sha256(str(next(self._next)).encode()).digest()[:count]


class NoPasswords:
    def hash(self, password: str) -> str:
        raise AssertionError(password)

    def matches(self, password_hash: str | None, password: str) -> bool:
        raise AssertionError(password)


OPERATOR = SigningKey(bytes(range(32)))


def _pattern(trip: Trip, stations: dict[str, Station]) -> str:
    return write_pattern(trip, stations)


@dataclass
class World:
    """One central's services and devices. ``desk()``: another process's inventory on the same database."""

    connection: Connection
    clock: TestClock = field(default_factory=TestClock)
    numbers: Numbers = field(default_factory=Numbers)
    timetable: SmallTimetable = field(default_factory=railway)

    def __post_init__(self) -> None:
        self.timetables = Timetables({"f" * 64: self.timetable})
        self.services = Services(
            clock=self.clock,
            ids=self.numbers,
            entropy=self.numbers,
            operator=OPERATOR,
            operator_tag=bytes(32),
            passwords=NoPasswords(),
            timetables=self.timetables,
            verify=verify,
            write_pattern=_pattern,
            write_formation=write_formation,
            read_pattern=read_pattern,
            read_formation=read_formation,
        )
        run = self.connection.execute
        run(
            "INSERT INTO central VALUES (1, %s, 'op', %s, 'Asia/Shanghai', 'CNY', true, %s) ON CONFLICT DO NOTHING",
            (self.numbers.new(), OPERATOR.public, START),
        )
        run("INSERT INTO policy VALUES ('demonstration', 1, %s, %s) ON CONFLICT DO NOTHING", (POLICY, START))
        for code in ("AAA", "BBB"):
            run(
                "INSERT INTO station VALUES (%s, %s, %s, 'Asia/Shanghai', 'demonstration') ON CONFLICT DO NOTHING",
                (code, code, code),
            )
        run(
            "INSERT INTO issue VALUES (%s, 'issue-1', %s, 'tests.zip', %s, %s, 3, 0, 1, 1, %s) ON CONFLICT DO NOTHING",
            ("f" * 64, NAMESPACE, DAY, DAY, START),
        )
        self.desk = StockDesk(self.services)
        self.counters = itertools.count(1)

    def another(self) -> StockDesk:
        """Another process's."""
        return StockDesk(self.services)

    def device(self, station: str = "AAA") -> Device:
        device = Device(
            device_id=self.numbers.new(),
            station_code=station,
            counter=next(self.counters),
            epoch=1,
            current_epoch=1,
            lease_epoch=0,
            state="active",
            forked=False,
            wire=2,
        )
        self.connection.execute(
            "INSERT INTO device (device_id, station_code, counter, state, epoch, enrolled_at) "
            "VALUES (%s, %s, %s, 'active', 1, %s)",
            (device.device_id, station, device.counter, START),
        )
        return device

    def run(self, trip_id: str = "T1", day: date = DAY) -> WireRun:
        return WireRun(
            run_id=ids.run_id(NAMESPACE, trip_id, day),
            trip_id=trip_id,
            service_date=day,
            pattern=self.timetable.trips[trip_id].pattern_version,
        )

    def ask(self, run: WireRun, board: int = 0, alight: int = 4, count: int = 1, **more: object) -> ClaimRequest:
        made = ClaimRequest(
            claim_id=self.numbers.new(),
            order_id=self.numbers.new(),
            run=run,
            board=board,
            alight=alight,
            count=count,
            travel_class="second",
        )
        return replace(made, **more)  # type: ignore[arg-type]


def act(asked: ClaimRequest) -> ClaimAct:
    return ClaimAct(claim_id=asked.claim_id, run_id=asked.run.run_id, service_date=asked.run.service_date)
