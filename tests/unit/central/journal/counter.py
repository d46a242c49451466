"""A counter as central sees it: a device with a key that writes a journal and pushes it."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from central.journal.intake import Intake
from central.journal.judge import Judge
from central.services import Device
from counter_app.domain.ids import TicketNumber
from counter_app.domain.journal import GENESIS, START, Entry, Json, Kind, Link, canonical, timestamp, write_entry
from counter_app.domain.timetable import instant
from counter_app.domain.trust import certify
from counter_app.security import SigningKey
from counter_app.wire.messages import Push, PushAnswer, WireEntry, WireRun
from tests.unit.central.stock.world import OPERATOR, World

PRICE = 1_500


def enrol(world: World, station: str = "AAA") -> Counter:
    device = world.device(station)
    counter = Counter(world, device)
    counter.new_key()
    return counter


@dataclass
class Counter:
    world: World
    device: Device
    keys: dict[int, SigningKey] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    link: Link = START
    shift_id: UUID | None = None
    serials: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.judge = Judge(self.world.services, self.world.desk)
        self.intake = Intake(self.world.services, self.judge)
        self.shift_id = self.world.numbers.new()

    # ---- keys and copies

    def new_key(self) -> None:
        """Of ``device.current_epoch``, certified."""
        epoch = self.device.current_epoch
        key = SigningKey(self.world.numbers.bytes(32))
        self.keys[epoch] = key
        certificate = certify(
            public_key=key.public,
            station=self.device.station_code,
            counter=self.device.counter,
            epoch=epoch,
            not_before=self.world.clock.now(),
            not_after=self.world.clock.now() + timedelta(days=400),
            sign=OPERATOR.sign,
        )
        self.certificate = certificate.fields()
        self.world.connection.execute(
            "INSERT INTO device_key (device_id, epoch, public_key, certificate, granted_at)"
            " VALUES (%s, %s, %s, %s, %s)",
            (self.device.device_id, epoch, key.public, canonical(self.certificate).decode(), self.world.clock.now()),
        )

    def clone(self) -> Counter:
        """The machine copied, disk and all."""
        other = replace(self, keys=dict(self.keys), entries=list(self.entries))
        other.serials = copy.copy(self.serials)
        other.shift_id = self.shift_id
        other.certificate = self.certificate
        return other

    def next_epoch(self) -> None:
        epoch = self.device.current_epoch + 1
        self.device = replace(self.device, epoch=epoch, current_epoch=epoch, forked=False)
        self.world.connection.execute(
            "UPDATE device SET epoch = %s, forked = false WHERE device_id = %s", (epoch, self.device.device_id)
        )
        self.serials = itertools.count(1)
        self.new_key()
        self.write(Kind.EPOCH_STARTED, {"certificate": self.certificate, "reason": "test"}, epoch=epoch)

    # ---- writing

    def write(
        self, kind: Kind, body: dict[str, Json], *, at: datetime | None = None, epoch: int | None = None
    ) -> Entry:
        epoch = epoch or max(1, self.link.epoch)
        entry = write_entry(
            self.link,
            epoch=epoch,
            at=at or self.world.clock.now(),
            kind=kind,
            actor="wang",
            body=body,
            sign=self.keys[epoch].sign,
        )
        self.entries.append(entry)
        self.link = Link(epoch=entry.epoch, seq=entry.seq, hash=entry.hash)
        return entry

    def log_in(self) -> Entry:
        return self.write(Kind.LOGGED_IN, {"user_id": str(self.world.numbers.new())})

    def number(self) -> str:
        return str(
            TicketNumber(
                station_code=self.device.station_code,
                counter=self.device.counter,
                epoch=max(1, self.link.epoch),
                serial=next(self.serials),
            )
        )

    def sold_body(
        self,
        run: WireRun,
        places: Sequence[str | None],
        *,
        board: int = 0,
        alight: int = 4,
        claim_id: UUID | None = None,
        travel_class: str = "second",
        policy: str = "demonstration@1",
        issue_id: str = "issue-1",
    ) -> dict[str, Json]:
        new = self.world.numbers.new
        trip = self.world.timetable.trips[run.trip_id]
        tickets: list[Json] = [
            {
                "ticket_id": str(new()),
                "number": self.number(),
                "epoch": max(1, self.link.epoch),
                "serial": 1,
                "stock_number": "S1",
                "job_id": str(new()),
                "place": place,
                "passenger_type": "adult",
                "items": [["fare", "fare", PRICE]],
                "price_minor": PRICE,
                "person_id": None,
                "commitment": None,
                "code_sha256": "0" * 64,
            }
            for place in places
        ]
        return {
            "order_id": str(new()),
            "claim_id": str(claim_id or new()),
            "shift_id": str(self.shift_id),
            "user_id": str(new()),
            "run": {
                "run_id": str(run.run_id),
                "trip_id": run.trip_id,
                "service_date": run.service_date.isoformat(),
                "service": trip.service,
                "pattern": run.pattern,
                "board": board,
                "alight": alight,
                "origin": trip.calls[min(board, trip.legs)].station_id,
                "destination": trip.calls[min(alight, trip.legs)].station_id,
                "depart": timestamp(instant(run.service_date, trip.calls[min(board, trip.legs)].depart_s, trip.zone)),
                "arrive": timestamp(instant(run.service_date, trip.calls[min(alight, trip.legs)].arrive_s, trip.zone)),
            },
            "travel_class": travel_class,
            "tickets": tickets,
            "total_minor": PRICE * len(places),
            "currency": "CNY",
            "tender": {"kind": "cash", "received_minor": PRICE * len(places), "change_minor": 0},
            "policy": policy,
            "issue_id": issue_id,
            "movement_id": str(new()),
            "drawer_job": str(new()),
            "receipt_job": None,
        }

    def sell(self, run: WireRun, *places: str | None, **more: object) -> Entry:
        return self.write(Kind.SOLD, self.sold_body(run, places, **more))  # type: ignore[arg-type]

    def refund(self, sold: Entry, nth: int = 0, *, amount: int = PRICE) -> Entry:
        tickets = sold.body["tickets"]
        assert isinstance(tickets, list)
        ticket = tickets[nth]
        assert isinstance(ticket, dict)
        new = self.world.numbers.new
        return self.write(
            Kind.REFUNDED,
            {
                "refund_id": str(new()),
                "ticket_id": ticket["ticket_id"],
                "number": ticket["number"],
                "order_id": sold.body["order_id"],
                "shift_id": str(self.shift_id),
                "rule": "refund_48h",
                "items": [],
                "refunded_minor": amount,
                "fee_minor": PRICE - amount,
                "currency": "CNY",
                "policy": "demonstration@1",
                "order_refunded": True,
                "movement_id": str(new()),
                "slip_job": str(new()),
                "drawer_job": str(new()),
            },
        )

    # ---- pushing

    def push(
        self,
        first: int = 1,
        last: int | None = None,
        *,
        wires: Sequence[WireEntry] | None = None,
        epoch: int | None = None,
    ) -> PushAnswer:
        """Entries ``first`` to ``last`` by number."""
        entries = [entry for entry in self.entries if first <= entry.seq <= (last or self.link.seq)]
        wires = [wire(entry) for entry in entries] if wires is None else wires
        message = Push(epoch=epoch or entries[0].epoch, first_seq=first, entries=tuple(wires))
        return self.intake.push(self.device, message, self.world.connection)

    # ---- what central made of it

    def verdicts(self) -> dict[int, tuple[str, str]]:
        rows = self.world.connection.execute(
            "SELECT seq, judgement, reason FROM verdict WHERE device_id = %s ORDER BY seq", (self.device.device_id,)
        ).fetchall()
        return {seq: (judgement, reason) for seq, judgement, reason in rows}

    def cash(self) -> int:
        row = self.world.connection.execute(
            "SELECT coalesce(sum(amount_minor), 0) FROM money WHERE device_id = %s", (self.device.device_id,)
        ).fetchone()
        assert row is not None
        return int(row[0])


def wire(entry: Entry, *, version_1: bool = False) -> WireEntry:
    return WireEntry(raw=entry.raw.decode(), signature=entry.signature, hash=entry.hash if version_1 else None)


def before(counter: Counter, seq: int) -> bytes:
    """The hash that entry ``seq`` follows."""
    return next((entry.hash for entry in counter.entries if entry.seq == seq - 1), GENESIS)
