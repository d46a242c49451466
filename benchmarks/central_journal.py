"""Journals as counters write them while the line is down: sales of leased places, chained and signed, in batches."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from benchmarks.central_load import Signer
from benchmarks.central_world import Ride, Window
from counter_app.domain.ids import TicketNumber
from counter_app.domain.journal import START, Json, Kind, Link, timestamp, write_entry
from counter_app.security import SigningKey
from counter_app.system import SystemClock, SystemEntropy, Uuid7Ids
from counter_app.wire.codec import encode
from counter_app.wire.messages import Push, WireEntry

PRICE = 12_350


@dataclass(frozen=True, slots=True)
class Work:
    """What one window sold: ``places`` over every leg of the ride, one leg a ticket, at most ``entries`` of them."""

    window: Window
    ride: Ride
    places: tuple[str, ...]
    issue_id: str
    policy: str
    entries: int
    batch: int


@dataclass(frozen=True, slots=True)
class Written:
    requests: tuple[bytes, ...]
    raw_bytes: int


def write(work: Work) -> Written:
    """Signed requests of ``batch`` entries each, deflated as a counter sends them."""
    clock, entropy = SystemClock(), SystemEntropy()
    ids = Uuid7Ids(clock=clock, entropy=entropy)
    key, link = SigningKey(work.window.private), START
    signer = Signer(work.window.device_id, work.window.private)
    shift, user, now = str(ids.new()), str(ids.new()), clock.now()
    cells = [(place, leg) for leg in range(work.ride.calls - 1) for place in work.places][: work.entries]
    wires: list[WireEntry] = []
    for n, (place, leg) in enumerate(cells, 1):
        body = _sold(work, ids, n, place, leg, shift, user)
        entry = write_entry(
            link,
            epoch=1,
            at=now + timedelta(milliseconds=n),
            kind=Kind.SOLD,
            actor="wang",
            body=body,
            sign=key.sign,
        )
        link = Link(epoch=entry.epoch, seq=entry.seq, hash=entry.hash)
        wires.append(WireEntry(raw=entry.raw.decode(), signature=entry.signature))
    requests = []
    for first in range(0, len(wires), work.batch):
        push = encode(Push(epoch=1, first_seq=first + 1, entries=tuple(wires[first : first + work.batch])))
        requests.append(signer.request("POST", "/v1/journal", zlib.compress(push, 6), deflated=True))
    return Written(tuple(requests), sum(len(wire.raw) for wire in wires))


def _sold(work: Work, ids: Uuid7Ids, n: int, place: str, leg: int, shift: str, user: str) -> dict[str, Json]:
    window, ride = work.window, work.ride
    number = TicketNumber(station_code=window.station_code, counter=window.counter, epoch=1, serial=n)
    tickets: list[Json] = [
        {
            "ticket_id": str(ids.new()),
            "number": str(number),
            "epoch": 1,
            "serial": n,
            "stock_number": f"A{n:07d}",
            "job_id": str(ids.new()),
            "place": place,
            "passenger_type": "adult",
            "items": [["fare", "fare", PRICE]],
            "price_minor": PRICE,
            "person_id": None,
            "commitment": None,
            "code_sha256": f"{n:064x}",
        }
    ]
    return {
        "order_id": str(ids.new()),
        "claim_id": str(ids.new()),
        "shift_id": shift,
        "user_id": user,
        "run": {
            "run_id": str(ride.run.run_id),
            "trip_id": ride.run.trip_id,
            "service_date": ride.run.service_date.isoformat(),
            "service": ride.service,
            "pattern": ride.run.pattern,
            "board": leg,
            "alight": leg + 1,
            "origin": ride.stations[leg],
            "destination": ride.stations[leg + 1],
            "depart": timestamp(ride.times[leg]),
            "arrive": timestamp(ride.times[leg + 1]),
        },
        "travel_class": "second",
        "tickets": tickets,
        "total_minor": PRICE,
        "currency": "CNY",
        "tender": {"kind": "cash", "received_minor": PRICE, "change_minor": 0},
        "policy": work.policy,
        "issue_id": work.issue_id,
        "movement_id": str(ids.new()),
        "drawer_job": str(ids.new()),
        "receipt_job": None,
    }


def write_all(works: Sequence[Work]) -> list[Written]:
    return [write(work) for work in works]
