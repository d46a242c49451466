"""A real PostgreSQL for tests: one embedded server a process of the session; a database a module.

    def test_something(database: Database) -> None:
        with database.connect() as connection: ...

``database``: migrated, empty, of this test module alone. ``fresh_database``: of this test alone. ``connect()``: open a
connection to the module's database; it is closed with the test. ``cluster``: the server, to make more. The server is
the wheel's; ``COUNTERFOIL_TEST_POSTGRES=/usr/lib/postgresql/15/bin`` tests on another.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, LiteralString

import psycopg
import pytest
from psycopg import sql

from central.shell import embedded
from central.shell.embedded import EmbeddedPostgres
from central.shell.migrate import connect as connect_to
from central.shell.migrate import migrate
from central.tx import Connection

PARTITIONS_FROM: Final = date(2026, 11, 1)  # the tests' timetables lie in it
_TEMPLATE: Final = "migrated"
FAST: Final = {  # a test's database need not survive a power cut
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}
_numbers = itertools.count(1)


@dataclass
class Database:
    """A migrated database of its own."""

    url: str
    opened: list[Connection] = field(default_factory=list)

    def connect(self) -> Connection:
        """Autocommit, UTC; closed at the latest when the fixture ends."""
        connection = connect_to(self.url, application="test")
        self.opened.append(connection)
        return connection

    def close(self) -> None:
        while self.opened:
            self.opened.pop().close()


class Cluster:
    """The session's server. ``create`` makes a migrated database in some ten milliseconds (from a template)."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self.server = server

    def create(self) -> Database:
        name = f"t{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(_TEMPLATE))
            )
        return Database(self.server.url(name))

    def empty(self) -> Database:
        """A database without a schema."""
        name = f"t{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return Database(self.server.url(name))

    def drop(self, database: Database) -> None:
        database.close()
        name = psycopg.conninfo.conninfo_to_dict(database.url)["dbname"]
        assert isinstance(name, str)
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Not in pytest's own folder: each start of pytest closes that to others, and under root PostgreSQL is another."""
    folder = Path(tempfile.mkdtemp(prefix="counterfoil-pg-"))
    try:
        with (
            pytest.MonkeyPatch.context() as patched,
            _programs(patched),
            EmbeddedPostgres(folder, settings=FAST) as server,
        ):
            make_template(server)
            yield Cluster(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _programs(patched: pytest.MonkeyPatch) -> Iterator[None]:
    """Those of another PostgreSQL, where ``COUNTERFOIL_TEST_POSTGRES`` names a folder of them."""
    told = os.environ.get("COUNTERFOIL_TEST_POSTGRES")
    if told:
        version = subprocess.run([f"{told}/postgres", "--version"], check=True, capture_output=True, text=True).stdout
        patched.setattr(embedded, "binaries", lambda: Path(told))
        patched.setattr(embedded, "VERSION", int(version.split()[2].partition(".")[0]))
    yield


@pytest.fixture(scope="module")
def database(cluster: Cluster) -> Iterator[Database]:
    made = cluster.create()
    yield made
    cluster.drop(made)


@pytest.fixture
def fresh_database(cluster: Cluster) -> Iterator[Database]:
    made = cluster.create()
    yield made
    cluster.drop(made)


@pytest.fixture
def connect(database: Database) -> Iterator[Callable[[], Connection]]:
    """Connections to the module's database, closed with the test."""
    before = len(database.opened)
    yield database.connect
    while len(database.opened) > before:
        database.opened.pop().close()


def make_template(server: EmbeddedPostgres) -> None:
    exists: LiteralString = "SELECT 1 FROM pg_database WHERE datname = %s"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        if connection.execute(exists, (_TEMPLATE,)).fetchone():
            return
        connection.execute("CREATE DATABASE being_migrated")
        migrate(server.url("being_migrated"), today=PARTITIONS_FROM)
        connection.execute(sql.SQL("ALTER DATABASE being_migrated RENAME TO {}").format(sql.Identifier(_TEMPLATE)))
