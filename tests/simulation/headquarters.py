"""Central in a simulated world: the production code over one connection to a real PostgreSQL.

It may die at any statement (the transaction rolls back, what it had in memory is gone) and be put back from a backup.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import argon2
import psycopg
from psycopg import sql

from central.allotments import AllotmentRule, set_allotment_rule
from central.auth import drop_old_requests
from central.issues import CachedTimetables
from central.operator import create_central, new_incarnation
from central.policies import import_policy
from central.request import Request, Response
from central.services import Services
from central.staff import Staff, demand_two
from central.stock.words import RunKey
from central.tx import Connection, Tx, in_transaction
from central.wiring import Rooms, rooms_of
from counter_app.domain.staff import Actor, Role
from counter_app.security import Argon2Passwords, SigningKey, verify
from db.catalogue.reader import CatalogueFile
from db.frozen import read_formation, read_pattern, write_formation, write_pattern
from tests.conftest import ROOT
from tests.postgres import Cluster, Database
from tests.simulation.nature import Body, Killed
from tests.simulation.timetable import Issue, Lines, lines_of
from tests.simulation.truth import UNITS, Cell, lease_cells

PASSWORD: Final = "correct horse"
# The lightest that the library takes: the simulation counts tries, it does not resist attackers.
LIGHT: Final = Argon2Passwords(argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
POLICY: Final = "simulated"
POLICY_TEXT: Final = (
    (ROOT / "resources" / "policies" / "demonstration.toml")
    .read_text("utf-8")
    .replace('name = "demonstration"', f'name = "{POLICY}"')
    .replace("unreserved_capacity = 100", "unreserved_capacity = 12")  # so that coaches are sold out too
    .replace("horizon_days = 15", "horizon_days = 3")
)
PEOPLE: Final = (("li", Role.CLERK), ("han", Role.CLERK), ("wang", Role.SUPERVISOR), ("zhao", Role.SUPERVISOR))
# Small, and ending soon: leases run out, and windows meet.
ALLOTMENT: Final = AllotmentRule(
    station_code="*",
    travel_class="*",
    per_window=3,
    hours_ahead=30,
    share_permille=300,
    valid_minutes=240,
    guard_s=60,
)


class _Faults(logging.Handler):
    """Central's own mistakes: it answers FAULT and writes down why. Each is a finding."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(logging.Formatter().format(record))


def services_of(body: Body, url: str, folder: Path) -> Services:
    return Services(
        clock=body.clock,
        ids=body.ids,
        entropy=body.entropy,
        operator=SigningKey(b"operator".ljust(32, b"\1")),
        operator_tag=b"tag".ljust(32, b"\2"),
        passwords=LIGHT,
        timetables=CachedTimetables(lambda: psycopg.connect(url), folder, CatalogueFile),
        verify=verify,
        write_pattern=write_pattern,
        write_formation=write_formation,
        read_pattern=read_pattern,
        read_formation=read_formation,
    )


@dataclass(slots=True)
class Headquarters:
    cluster: Cluster
    folder: Path
    body: Body
    chance: random.Random
    files: tuple[Issue, ...]
    crash_permille: int = 0
    database: Database = field(init=False)
    connection: Connection = field(init=False)
    backup: Database | None = None
    services: Services = field(init=False)
    rooms: Rooms = field(init=False)
    staff: Staff = field(init=False)
    admin: Actor = field(init=False)
    people: dict[str, Actor] = field(default_factory=dict)
    crashes: int = 0
    requests: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    lines: Lines = field(init=False)
    _faults: _Faults = field(default_factory=_Faults)

    def __post_init__(self) -> None:
        self.lines = lines_of(self.files)
        self.database = self.cluster.create()
        self.connection = self.database.connect()
        logging.getLogger("central").addHandler(self._faults)
        logging.getLogger("central").propagate = False
        self._assemble()
        self._found()

    def close(self) -> None:
        logging.getLogger("central").removeHandler(self._faults)
        logging.getLogger("central").propagate = True
        for one in (self.database, self.backup):
            if one is not None:
                self.cluster.drop(one)

    # ---- building it

    def _assemble(self) -> None:
        """A fresh process: nothing of an earlier one's memory is left."""
        self.services = services_of(self.body, self.database.url, self.folder)
        self.rooms = rooms_of(self.services, CatalogueFile)
        self.staff = Staff(self.services)

    def _found(self) -> None:
        """Days ago, so that no counter's clock, however wrong, speaks of a time before its tariff."""
        self.body.clock.off_ms = -2 * 24 * 3_600_000
        connection = self.connection
        create_central(
            connection,
            self.services,
            operator_name="Test Rail",
            zone="Asia/Shanghai",
            currency="CNY",
            demonstration=False,
        )
        self.staff.first_administrator(connection, login="admin", password=PASSWORD)
        self.admin = self.staff.check(connection, "admin", PASSWORD)
        import_policy(connection, self.services, self.admin, POLICY_TEXT)
        for login, role in PEOPLE:
            self.staff.add(connection, self.admin, login=login, display_name=login, role=role, password=PASSWORD)
            self.people[login] = self.staff.check(connection, login, PASSWORD)
        set_allotment_rule(connection, self.services, self.admin, ALLOTMENT)
        for issue in self.files:
            self.rooms.issues.store(connection, self.admin, issue.path, faults=0)
        self.rooms.issues.activate(connection, self.admin, self.files[0].built.sha256)
        self.body.clock.off_ms = 0

    # ---- at work

    def deliver(self, request: Request) -> Response:
        """Raises ``Killed`` when it dies over it."""
        self.requests += 1
        with self.mortal(f"{request.method} {request.path}"):
            response = self.rooms.central.handle(request, self.connection)
        if response.status >= 400:
            key = response.body[:60].decode(errors="replace").partition(',"detail')[0]
            self.refused[key] = self.refused.get(key, 0) + 1
        if response.status == 500 or self._faults.heard:
            raise AssertionError(f"central's own fault over {request.method} {request.path}: {self.take_faults()}")
        return response

    def take_faults(self) -> str:
        told = "\n".join(self._faults.heard) or "not logged"
        self._faults.heard.clear()
        return told

    def tend(self) -> None:
        """What central does by itself, once a second or so."""
        with self.mortal("tend"):
            self.rooms.stock.tend(self.connection)
            self.rooms.intake.tend(self.connection)
            drop_old_requests(self.connection, self.body.clock.now())
        assert not self._faults.heard, self.take_faults()

    @contextmanager
    def mortal(self, where: str) -> Iterator[None]:
        """Inside, it may die at any statement: the transaction under way rolls back."""
        doomed = self.crash_permille and self.chance.randrange(1_000) < self.crash_permille
        if doomed:
            Tx.watch = self._blow(self.chance.randrange(1, 12), where)
        try:
            yield
        except Killed:
            self.crashes += 1
            self._faults.heard.clear()
            self.restart()
            raise
        finally:
            Tx.watch = None

    @staticmethod
    def _blow(statements: int, where: str) -> Callable[[str], None]:
        left = [statements]

        def hear(statement: str) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise Killed("central", f"{where}, before {statement[:60]}")

        return hear

    def restart(self) -> None:
        self.connection.close()
        self.connection = self.database.connect()
        self._assemble()

    # ---- backups

    def back_up(self) -> None:
        """A copy of the database as it is now; the one before is dropped."""
        if self.backup is not None:
            self.cluster.drop(self.backup)
        self.connection.close()
        self.backup = self._copy(self.database)
        self.connection = self.database.connect()

    def restore(self) -> None:
        """Yesterday's database in the place of today's, and a new incarnation, as the operator's guide says."""
        assert self.backup is not None
        self.connection.close()
        self.cluster.drop(self.database)
        self.database = self._copy(self.backup)
        self.connection = self.database.connect()
        self._assemble()
        new_incarnation(self.connection, self.services, by=self.admin)

    def _copy(self, source: Database) -> Database:
        source.close()
        made = self.cluster.empty()
        names = [str(psycopg.conninfo.conninfo_to_dict(one.url)["dbname"]) for one in (made, source)]
        with psycopg.connect(self.cluster.server.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(names[0])))
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*(sql.Identifier(name) for name in names))
            )
        return made

    # ---- people at central

    def code_for(self, station: str, counter: int) -> str:
        made = self.rooms.enrolment.issue_code(
            self.connection,
            self.admin,
            station_code=station,
            counter=counter,
            hours=24,
            name=f"{station} station",
            latin=station,
            policy=POLICY,
        )
        return made.code

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement, values).fetchall()

    def activate(self, issue: Issue) -> None:
        self.rooms.issues.activate(self.connection, self.admin, issue.built.sha256)

    def state_of(self, device_id: UUID) -> str:
        return str(self.rows("SELECT state FROM device WHERE device_id = %s", device_id)[0][0])

    def stop_selling(self, device_id: UUID, place: tuple[str, int]) -> bool:
        if self.state_of(device_id) != "active":
            return False
        self.rooms.devices.stop_selling(self.connection, self.admin, place, "simulated")
        return True

    def resume_selling(self, device_id: UUID, place: tuple[str, int]) -> None:
        if self.state_of(device_id) == "active":
            self.rooms.devices.resume_selling(self.connection, self.admin, place)

    def revoke(self, place: tuple[str, int]) -> None:
        self.rooms.devices.revoke(self.connection, self.admin, place, "simulated")

    def mark_lost(self, place: tuple[str, int]) -> None:
        self.rooms.devices.mark_lost(self.connection, self.admin, place, "simulated")

    def grant_no_more(self) -> None:
        """Windows want no more leases from now on."""
        set_allotment_rule(self.connection, self.services, self.admin, replace(ALLOTMENT, per_window=0))

    def write_off(self, device_id: UUID) -> set[Cell]:
        """All that a device holds, by two people. Returns the cells that became free, or may have: of a lease, those

        too that its train has not at the moment.
        """
        demand_two(self.people["wang"], self.people["zhao"])
        before = self.cells()
        leased: set[Cell] = set()
        for (grant,) in self.rows(
            "SELECT grant_body FROM lease WHERE device_id = %s AND state IN ('ACTIVE', 'IN_DOUBT')", device_id
        ):
            leased |= lease_cells({"places": (), **json.loads(grant)}, self.lines)
        in_transaction(self.connection, lambda tx: self.rooms.stock.write_off_device(tx, device_id))
        after = self.cells()
        return leased | {cell for cell, holder in before.items() if after.get(cell) != holder}

    def cancel_run(self, service_date: date, run_id: UUID) -> None:
        key = RunKey(service_date, run_id)
        in_transaction(self.connection, lambda tx: self.rooms.stock.cancel_run(tx, key))

    def occupied(self, place: tuple[str, int]) -> bool:
        return self.rooms.devices.at(self.connection, place).state == "active"

    def cells(self) -> dict[Cell, str]:
        """Every cell that is not free, and whose it is; units by the claims, leases and sales that use them."""
        found: dict[Cell, str] = {}
        for run, pattern, place, leg, state, claim in self.rows(
            "SELECT p.run_id, r.pattern_version, p.place, p.leg, p.state, p.claim_id FROM place_leg p "
            "JOIN run r ON r.service_date = p.service_date AND r.run_id = p.run_id"
        ):
            for piece in self.lines.pieces(pattern, leg, leg + 1):
                found[str(run), place, piece] = f"{state} {claim}"
        for run, pattern, travel_class, leg, *used in self.rows(
            "SELECT k.run_id, r.pattern_version, k.travel_class, k.leg, k.held, k.leased, k.in_doubt, k.sold, k.blocked"
            " FROM capacity_leg k JOIN run r ON r.service_date = k.service_date AND r.run_id = k.run_id"
        ):
            for piece in self.lines.pieces(pattern, leg, leg + 1):
                found[str(run), f"{UNITS}{travel_class}", piece] = str(used)
        return found

    def units(self) -> dict[Cell, tuple[int, int]]:
        """Of runs without numbered places: how many are not free, and how many of them are sold."""
        found = {}
        for run, pattern, travel_class, leg, used, sold in self.rows(
            "SELECT k.run_id, r.pattern_version, k.travel_class, k.leg, k.held + k.leased + k.in_doubt + k.sold + "
            "k.blocked, k.sold FROM capacity_leg k "
            "JOIN run r ON r.service_date = k.service_date AND r.run_id = k.run_id"
        ):
            for piece in self.lines.pieces(pattern, leg, leg + 1):
                found[str(run), f"{UNITS}{travel_class}", piece] = (used, sold)
        return found

    def patterns(self) -> dict[str, str]:
        """By run, the pattern that it has."""
        return {str(run): pattern for run, pattern in self.rows("SELECT run_id, pattern_version FROM run")}
