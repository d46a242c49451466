"""Central's schema: made, brought to this version, and checked, by Alembic in one transaction."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy import Connection as EngineConnection
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from central.shell.trouble import Trouble
from central.stock.partitions import ensure_partitions
from central.tx import Connection, Tx, in_transaction

SCRIPTS: Final = Path(__file__).resolve().parent.parent / "migrations"
REVISIONS: Final = ("0001", "0002", "0003", "0004")  # oldest first; the last is this program's
POSTGRES_MIN: Final = 15
AHEAD: Final = timedelta(days=100)  # partitions are made so far ahead: longer than any timetable sells
_LOCK: Final = 0x436F756E746572  # of advisory locks: two migrations at once, the second waits and finds nothing to do


def connect(url: str, *, application: str = "counterfoil") -> Connection:
    """One connection as central uses them. Raises ``Trouble`` where there is no usable PostgreSQL."""
    try:
        connection = psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=15,
            application_name=application,
            # Behind PgBouncer in transaction mode name it in the URL instead: prepare_threshold=0 there.
            options="-c timezone=UTC -c standard_conforming_strings=on",
        )
    except psycopg.OperationalError as error:
        raise Trouble(f"the database does not answer: {_line(error)}") from error
    except psycopg.ProgrammingError as error:  # the URL
        raise Trouble(f"the database's URL is not right: {_line(error)}") from error
    version = connection.info.server_version // 10_000
    if version < POSTGRES_MIN:
        connection.close()
        raise Trouble(f"PostgreSQL {version} is too old: {POSTGRES_MIN} or later is needed")
    return connection


def schema_of(connection: Connection) -> str:
    """The revision of the database; empty where it has none yet."""
    found = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
    if found is None or not found[0]:
        return ""
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def is_central(connection: Connection) -> bool:
    """Whether a central was created here, at whichever version the schema is."""
    if not schema_of(connection):
        return False
    found = connection.execute("SELECT to_regclass('central') IS NOT NULL").fetchone()
    if found is None or not found[0]:
        return False
    return connection.execute("SELECT 1 FROM central").fetchone() is not None


def check_schema(connection: Connection) -> None:
    """Raises ``Trouble`` unless the database is exactly of this version."""
    found = schema_of(connection)
    if found == REVISIONS[-1]:
        return
    if not found:
        raise Trouble("this database is empty: run `counterfoil central migrate` first")
    if found in REVISIONS:
        raise Trouble(f"the database is of version {found}: run `counterfoil central migrate` (a backup first)")
    raise Trouble(f"the database is of version {found}, newer than this program knows ({REVISIONS[-1]})")


def migrate(url: str, *, today: date, ahead: timedelta = AHEAD) -> str:
    """Brings the database to this version, whole or not at all, and makes partitions ahead. Returns what it was."""
    with connect(url, application="counterfoil-migrate") as connection:
        before = schema_of(connection)
        if before and before not in REVISIONS:
            check_schema(connection)
    if before != REVISIONS[-1]:
        _upgrade(url)
    with connect(url, application="counterfoil-migrate") as connection:
        check_schema(connection)
        in_transaction(connection, lambda tx: _partitions(tx, today, today + ahead))
    return before


def _partitions(tx: Tx, first: date, last: date) -> None:
    tx.run("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    ensure_partitions(tx, first, last)


def _upgrade(url: str) -> None:
    from alembic import command  # noqa: PLC0415 - 0.2 s that only an upgrade needs
    from alembic.config import Config  # noqa: PLC0415

    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(url, connect_timeout=15, application_name="counterfoil-migrate"),
        poolclass=NullPool,
    )
    config = Config()
    config.set_main_option("script_location", SCRIPTS.as_posix().replace("%", "%%"))
    with engine.connect() as connection, connection.begin():
        _driver(connection).execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()


def _driver(connection: EngineConnection) -> psycopg.Connection[Any]:
    found: Any = connection.connection.driver_connection
    assert isinstance(found, psycopg.Connection)
    return found


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:500]
