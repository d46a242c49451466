"""A central of its own for measuring: embedded PostgreSQL with its usual durability, the invented timetable, windows.

Served by the real program in processes of its own; asked through real sockets.
"""

from __future__ import annotations

import csv
import io
import multiprocessing
import os
import signal
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any
from uuid import UUID

from central.allotments import AllotmentRule, set_allotment_rule
from central.enrol import Enrolment
from central.issues import Issues
from central.operator import create_central, make_keys
from central.policies import import_policy
from central.services import Services
from central.shell.http import Shape
from central.shell.limits import Limits, Rate
from central.shell.migrate import connect, migrate
from central.shell.serve import Options, Parts, serve
from central.wiring import CACHE, KEYS, served_parts, services_of
from counter_app.domain import ids
from counter_app.domain.policy import read_policy
from counter_app.domain.staff import SYSTEM
from counter_app.domain.timetable import Trip, instant
from counter_app.security import SigningKey
from counter_app.system import SystemClock
from counter_app.wire.messages import EnrolRequest, WireRun
from counter_app.wire.signing import ENROL_PURPOSE, enrol_text
from db.catalogue.builder import ChildProcessBuilder
from db.catalogue.reader import CatalogueFile
from resources.demo.invent import invent

WINDOWS = 64


@dataclass(frozen=True, slots=True)
class Window:
    """An enrolled device with its private key."""

    device_id: UUID
    private: bytes
    station_code: str
    counter: int
    certificate: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ride:
    """A run with numbered places that can be asked for."""

    run: WireRun
    calls: int
    places: int
    service: str
    stations: tuple[str, ...]
    times: tuple[datetime, ...]  # of departure, by call


@dataclass(frozen=True, slots=True)
class World:
    url: str  # of the database
    folder: Path
    day: date
    windows: tuple[Window, ...]
    rides: tuple[Ride, ...]
    issue_id: str
    policy: str  # its reference


def services(database_url: str, folder: Path) -> Services:
    from main import central_tools  # noqa: PLC0415 - only main builds

    tools = central_tools()
    return services_of(make_keys(folder / KEYS, tools.entropy), database_url, folder / CACHE, tools)


def build(database_url: str, folder: Path) -> Parts:
    """``central.shell.serve.Build``: what ``counterfoil central serve`` serves."""
    from main import central_tools  # noqa: PLC0415 - only main builds

    return served_parts(folder, database_url, central_tools())


def prepare(database_url: str, folder: Path, *, windows: int = WINDOWS) -> World:
    """Migrates, imports the invented timetable, enrols windows as an administrator and their counters would."""

    today = SystemClock().now().date()
    day = today + timedelta(days=2)
    migrate(database_url, today=today)
    made = services(database_url, folder)
    feed = folder / "invented.gtfs.zip"
    invent(feed, first_date=today, days=30, services=600)
    report = ChildProcessBuilder(folder / "built").build(feed, progress=lambda _: None, cancelled=lambda: False)
    with connect(database_url) as connection:
        create_central(
            connection, made, operator_name="Benchmark", zone="Asia/Shanghai", currency="CNY", demonstration=True
        )
        text = (Path(__file__).parents[1] / "resources" / "policies" / "demonstration.toml").read_text(encoding="utf-8")
        policy, _ = import_policy(connection, made, SYSTEM, text)
        sold_by = read_policy(text).reference
        issues = Issues(made, CatalogueFile)
        record = issues.store(connection, SYSTEM, report.catalogue, faults=report.fault_count)
        issues.activate(connection, SYSTEM, record.sha256)
        rule = AllotmentRule(
            station_code="*",
            travel_class="*",
            per_window=2_000,
            hours_ahead=24 * 30,
            share_permille=1_000,
            valid_minutes=24 * 60,
            guard_s=120,
        )
        set_allotment_rule(connection, made, SYSTEM, rule)
        enrolled = tuple(_enrol(made, connection, policy, number) for number in range(1, windows + 1))
    catalogue = CatalogueFile(report.catalogue)
    return World(
        database_url, folder, day, enrolled, tuple(_rides(catalogue, feed, day)), report.issue.issue_id, sold_by
    )


def next_version(policy: str) -> str:
    """The text of a policy as its next version."""
    now = read_policy(policy).version
    return policy.replace(f"version = {now}\n", f"version = {now + 1}\n", 1)


def _enrol(made: Services, connection: Any, policy: str, number: int) -> Window:

    desk = Enrolment(made)
    code = desk.issue_code(
        connection, SYSTEM, station_code="BNC", counter=number, hours=1, name="基准", latin="Bench", policy=policy
    )
    private, device_id = made.entropy.bytes(32), made.ids.new()
    key = SigningKey(private)
    proof = key.sign(ENROL_PURPOSE, enrol_text(code.code, device_id, key.public))
    answer = desk.enrol(
        EnrolRequest(code=code.code, device_id=device_id, public_key=key.public, proof=proof), connection
    )
    return Window(device_id, private, answer.station_code, answer.counter, answer.certificate)


def _rides(catalogue: Any, feed: Path, day: date) -> Iterator[Ride]:
    for trip_id in _trip_ids(feed):
        trip: Trip | None = catalogue.trip(trip_id)
        if trip is None or trip.formation_id is None:
            continue
        formation = catalogue.formation(trip.formation_id)
        if formation is None:
            continue
        seats = [
            place
            for coach in formation.coaches
            for section in coach.sections
            if section.travel_class == "second"
            for place in section.places
        ]
        if seats:
            run_id = ids.run_id(catalogue.info.feed_namespace, trip_id, day)
            run = WireRun(run_id=run_id, trip_id=trip_id, service_date=day, pattern=trip.pattern_version)
            stations = tuple(call.station_id for call in trip.calls)
            times = tuple(instant(day, call.depart_s, trip.zone) for call in trip.calls)
            yield Ride(run, len(trip.calls), len(seats), trip.service, stations, times)


def _trip_ids(feed: Path) -> list[str]:
    with zipfile.ZipFile(feed) as archive, archive.open("trips.txt") as raw:
        return [row["trip_id"] for row in csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8-sig"))]


@contextmanager
def served(world: World, *, workers: int = 1, shape: Any = None) -> Iterator[tuple[str, int, int]]:
    """The real program in a process of its own. Yields host, port and the process id."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(world.url, world.folder, workers, shape, theirs))
    process.start()
    theirs.close()
    try:
        if not ours.poll(60):
            raise RuntimeError("central did not start")
        url: str = ours.recv()
        assert process.pid is not None
        yield "127.0.0.1", int(url.rpartition(":")[2]), process.pid
    finally:
        if process.is_alive() and process.pid is not None:
            os.kill(process.pid, signal.SIGTERM)
        process.join(60)
        if process.is_alive():
            process.kill()


def _serve(url: str, folder: Path, workers: int, shape: Any, pipe: Pipe) -> None:

    # All windows of this measurement are one address.
    free = Limits(device=Rate(per_s=1e6, burst=1e6), peer=Rate(per_s=1e6, burst=1e6))
    options = Options(
        host="127.0.0.1",
        port=0,
        database_url=url,
        version="benchmark",
        workers=workers,
        shape=shape or Shape(limits=free),
    )
    raise SystemExit(serve(partial(build, url, folder), options, ready=pipe.send))
