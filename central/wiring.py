"""Central's parts put together, in whichever process they are needed: a worker, a command, the simulator.

What lies in other houses (catalogue files, the reading of frozen patterns, shipped policies) comes from main as
``Tools``: functions at the top of modules, so that a worker process can be handed them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from central import ends, heads, trust_file
from central.auth import drop_old_requests
from central.devices import Devices
from central.ends import EndsFile, note_ends
from central.enrol import Enrolment
from central.feed import Feed, drop_old_tombstones
from central.handle import Central, Desks
from central.heads import HeadsFile, note_head
from central.issues import CachedTimetables, Issues
from central.journal.intake import Intake
from central.journal.judge import Judge
from central.journal.tickets import TicketDesk
from central.operator import OperatorKeys, load_keys
from central.payments.desk import PaymentDesk
from central.payments.gateways.config import FOLDER as GATEWAYS
from central.payments.gateways.config import load_gateways
from central.payments.words import Gateway
from central.services import Clock, Entropy, Ids, Passwords, Services, Timetable, Verify
from central.shell.embedded import EmbeddedPostgres, sharing
from central.shell.migrate import connect
from central.shell.serve import Parts
from central.stock.desk import StockDesk
from central.stock.reissuing import Reissuing
from central.trust import note_statement
from central.trust_file import SaidFile
from central.tx import Connection
from counter_app.domain.coaches import Formation
from counter_app.domain.stations import Station
from counter_app.domain.timetable import Trip

KEYS: Final = "keys"
POSTGRES: Final = "postgres"
CACHE: Final = "catalogues"
DATABASE_VARIABLE: Final = "COUNTERFOIL_DATABASE_URL"


class Fault(Protocol):
    """A row of a feed that was left out or mended."""

    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def fault(self) -> str: ...
    @property
    def detail(self) -> str: ...


class Built(Protocol):
    """What an import made of a feed."""

    @property
    def catalogue(self) -> Path: ...
    @property
    def trips(self) -> int: ...
    @property
    def faults(self) -> Sequence[Fault]: ...
    @property
    def fault_count(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """From the other houses. Every field can be handed to another process."""

    clock: Clock
    ids: Ids
    entropy: Entropy
    passwords: Passwords
    verify: Verify
    open_timetable: Callable[[Path], Timetable]
    build_timetable: Callable[[Path, Path, Callable[[], bool]], Built]  # feed, folder of the result, cancelled
    write_pattern: Callable[[Trip, dict[str, Station]], str]
    write_formation: Callable[[Formation], str]
    read_pattern: Callable[[str], tuple[Trip, dict[str, Station]]]
    read_formation: Callable[[str], Formation]
    shipped_policies: Callable[[], Sequence[str]]  # their texts
    version: str


def services_of(keys: OperatorKeys, url: str, cache: Path, tools: Tools) -> Services:
    return Services(
        clock=tools.clock,
        ids=tools.ids,
        entropy=tools.entropy,
        operator=keys.signer,
        operator_tag=keys.tag,
        passwords=tools.passwords,
        timetables=CachedTimetables(partial(connect, url), cache, tools.open_timetable),
        verify=tools.verify,
        write_pattern=tools.write_pattern,
        write_formation=tools.write_formation,
        read_pattern=tools.read_pattern,
        read_formation=tools.read_formation,
        ends=EndsFile(keys.folder / ends.FILE),
        said=SaidFile(keys.folder / trust_file.FILE, keys.signer.public, tools.verify),
        heads=HeadsFile(keys.folder / heads.FILE),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """Central with everything behind it, for one process."""

    services: Services
    stock: StockDesk
    judge: Judge
    intake: Intake
    tickets: TicketDesk
    payments: PaymentDesk
    issues: Issues
    enrolment: Enrolment
    devices: Devices
    central: Central


def rooms_of(
    services: Services,
    open_timetable: Callable[[Path], Timetable],
    gateways: Mapping[str, Gateway] | None = None,
) -> Rooms:
    stock = StockDesk(services)
    judge = Judge(services, stock)
    intake = Intake(services, judge)
    tickets = TicketDesk(services)
    payments = PaymentDesk(services, gateways)
    issues = Issues(services, open_timetable, Reissuing(services))
    enrolment = Enrolment(services)
    devices = Devices(services, stock)
    desks = Desks(
        stock=stock,
        intake=intake,
        tickets=tickets,
        payments=payments,
        feed=Feed(services.clock, stock),
        issues=issues,
        enrolment=enrolment,
        devices=devices,
    )
    return Rooms(
        services=services,
        stock=stock,
        judge=judge,
        intake=intake,
        tickets=tickets,
        payments=payments,
        issues=issues,
        enrolment=enrolment,
        devices=devices,
        central=Central(services, desks),
    )


def served_parts(folder: Path, url: str, tools: Tools) -> Parts:
    """``shell.serve.Build``, called in the process that serves."""
    services = services_of(load_keys(folder / KEYS), url, folder / CACHE, tools)
    gateways = load_gateways(folder / GATEWAYS, services.clock, services.entropy)
    rooms = rooms_of(services, tools.open_timetable, gateways)

    def forget_requests(connection: Connection) -> object:
        return drop_old_requests(connection, services.clock.now())

    def outside(connection: Connection) -> object:
        note_statement(connection, services)
        return note_ends(connection, services.ends) + note_head(connection, services.heads)

    return Parts(
        central=rooms.central,
        clock=services.clock,
        tend=(
            ("stock", rooms.stock.tend),
            ("journal", rooms.intake.tend),
            ("requests", forget_requests),
            ("feed", drop_old_tombstones),
            ("outside", outside),
        ),
        beside=[(f"payments-{method}", partial(rooms.payments.tend, method)) for method in gateways],
    )


def database_there(folder: Path, given: str | None) -> bool:
    """False: ``database_of`` would make one."""
    return bool(given or os.environ.get(DATABASE_VARIABLE)) or (folder / POSTGRES / "data" / "PG_VERSION").exists()


def share_of(folder: Path, given: str | None) -> Callable[[], AbstractContextManager[object]]:
    """What a worker process holds on to of the database of ``database_of``; can be handed to it."""
    if given or os.environ.get(DATABASE_VARIABLE):
        return nullcontext
    return partial(sharing, folder / POSTGRES)


@contextmanager
def database_of(folder: Path, given: str | None) -> Iterator[str]:
    """The URL: as given, from the environment, or an embedded PostgreSQL of this folder for as long as it is used."""
    url = given or os.environ.get(DATABASE_VARIABLE)
    if url:
        yield url
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with EmbeddedPostgres(folder / POSTGRES) as server:
        yield server.url()
