"""A profile in a temporary folder, its people and its use cases, with time that stands still until told."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import argon2

from counter_app.application.create_profile import CreateProfile, NewProfile
from counter_app.application.credentials import Credentials
from counter_app.application.log_in import LogIn
from counter_app.application.users import AddUser
from counter_app.domain.ids import uuid7
from counter_app.domain.projection import RECORD_TABLES
from counter_app.domain.staff import SYSTEM, Actor, Role
from counter_app.security import Argon2Passwords
from db import engine as engines
from db.create import ProfileFactory
from db.store import SqlMoneyStore

PASSWORD = "correct horse"
# The lightest that the library takes: tests count tries, they do not resist attackers.
LIGHT = Argon2Passwords(argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass
class StillClock:
    at: datetime = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic_ms(self) -> int:
        return int(self.at.timestamp() * 1000)

    def forward(self, **by: int) -> None:
        self.at += timedelta(**by)


@dataclass
class Chance:
    random: random.Random = field(default_factory=lambda: random.Random(1))

    def bytes(self, count: int) -> bytes:
        return self.random.randbytes(count)


@dataclass
class CountingIds:
    count: int = 0

    def new(self) -> UUID:
        self.count += 1
        return uuid7(1_800_000_000_000 + self.count, self.count.to_bytes(10, "big"))


@dataclass
class Station:
    directory: Path
    clock: StillClock = field(default_factory=StillClock)
    ids: CountingIds = field(default_factory=CountingIds)
    entropy: Chance = field(default_factory=Chance)

    def factory(self) -> ProfileFactory:
        return ProfileFactory(
            directory=self.directory, clock=self.clock, ids=self.ids, entropy=self.entropy, key_choice="file"
        )

    def init(self, **more: Any) -> None:
        wanted = NewProfile(**{"name": "长沙", "station_code": "CSQ", "policy": "cn-rail", **more})
        CreateProfile(self.factory(), self.ids, LIGHT)(wanted, admin="admin", password=PASSWORD)

    def open(self, *, writable: bool = True) -> SqlMoneyStore:
        return SqlMoneyStore(
            self.directory,
            clock=self.clock,
            ids=self.ids,
            entropy=self.entropy,
            writable=writable,
            key_choice="file",
        )

    def copy_to(self, directory: Path) -> Station:
        shutil.copytree(self.directory, directory)
        return Station(directory, self.clock, self.ids, self.entropy)

    @property
    def database(self) -> Path:
        return self.directory / engines.FILE_NAME

    def edit(self, *statements: str, keep_triggers: bool = False) -> None:
        """As somebody with a SQLite tool would: they take the triggers away, and put them back."""
        connection: sqlite3.Connection = engines.driver().connect(self.database, isolation_level=None)
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        if not keep_triggers:
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA foreign_keys = OFF")
        for statement in statements:
            connection.execute(statement)
        if not keep_triggers:
            for _, sql in triggers:
                connection.execute(sql)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def dump(self) -> list[Any]:
        """Everything that the database says of the record, as rows."""
        connection = engines.driver().connect(f"{self.database.as_uri()}?mode=ro", uri=True)
        try:
            tables = [
                name
                for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
                if name in RECORD_TABLES or name == "journal"
            ]
            return [
                [tuple(row) for row in connection.execute("SELECT * FROM sqlite_master ORDER BY name")],
                *([name, sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"')))] for name in tables),
            ]
        finally:
            connection.close()


def people(store: SqlMoneyStore, station: Station) -> tuple[Actor, Actor]:
    """A clerk and a supervisor, logged in."""
    add = AddUser(store, station.ids, LIGHT)
    add(SYSTEM, login="li", display_name="李芳", role=Role.CLERK, password=PASSWORD)
    add(SYSTEM, login="wang", display_name="王强", role=Role.SUPERVISOR, password=PASSWORD)
    log_in = LogIn(store, Credentials(store, station.clock, LIGHT))
    return log_in("li", PASSWORD), log_in("wang", PASSWORD)


def flip(path: Path, offset: int, bit: int) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        (byte,) = os.pread(descriptor, 1, offset)
        os.pwrite(descriptor, bytes([byte ^ 1 << bit]), offset)
    finally:
        os.close(descriptor)
