"""Connections to the money store: one writer, readers beside it, and the settings that make a commit durable."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from counter_app.errors import Reason, Refusal

# Before 3.51.3 a WAL reset could lose commits (sqlite.org/wal.html, "The WAL-Reset Bug").
SQLITE_MIN: Final = (3, 51, 3)
BUSY_TIMEOUT_MS: Final = 5_000
FILE_NAME: Final = "counterfoil.sqlite"


def driver() -> ModuleType:
    """A DB-API module with a SQLite that is safe for money. Raises Refusal(SQLITE_TOO_OLD)."""
    candidates: list[ModuleType] = []
    try:
        import pysqlite3.dbapi2 as packaged  # noqa: PLC0415 - wheels exist for Linux only
    except ImportError:
        pass
    else:
        candidates.append(packaged)
    candidates.append(sqlite3)
    for module in candidates:
        if _version(module) >= SQLITE_MIN:
            return module
    raise Refusal(
        Reason.SQLITE_TOO_OLD,
        found=".".join(map(str, _version(candidates[0]))),
        needed=".".join(map(str, SQLITE_MIN)),
    )


def _version(module: ModuleType) -> tuple[int, ...]:
    info: tuple[int, ...] = module.sqlite_version_info
    return info


def database_error() -> type[Exception]:
    """The driver's base error, for code that holds its connection directly."""
    error: type[Exception] = driver().Error
    return error


def make_engine(path: Path, *, writable: bool) -> Engine:
    """An engine over ``path``, which must exist unless ``writable``. Connections are ours to keep: no pool."""
    module = driver()
    mode = "rwc" if writable else "ro"
    # A path may hold characters that mean something in a URI.
    target = f"{path.absolute().as_uri()}?mode={mode}"

    def connect() -> Any:
        connection = module.connect(
            target,
            uri=True,
            timeout=BUSY_TIMEOUT_MS / 1000,
            isolation_level=None,  # BEGIN and COMMIT are said by us, never guessed by the driver
            check_same_thread=False,  # a lane owns it; another thread may only close it
            cached_statements=512,
        )
        _configure(connection, writable=writable)
        return connection

    return create_engine("sqlite://", module=module, creator=connect, poolclass=NullPool, isolation_level="AUTOCOMMIT")


def make_memory_engine() -> Engine:
    """An empty database in memory, as good as its one connection."""
    return create_engine("sqlite://", module=driver(), poolclass=NullPool, isolation_level="AUTOCOMMIT")


def _configure(connection: Any, *, writable: bool) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS_WRITER if writable else _PRAGMAS_READER:
        cursor.execute(f"PRAGMA {pragma}").fetchall()
    cursor.close()


@contextlib.contextmanager
def in_words() -> Iterator[None]:
    """The driver's troubles before a commit, in the core's words: nothing has been changed by them."""
    try:
        yield
    except OperationalError as error:
        code = getattr(error.orig, "sqlite_errorname", "")
        if code.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")):
            raise Refusal(Reason.STORE_NOT_WRITABLE, detail=code) from error
        if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise Refusal(Reason.PROFILE_IN_USE, detail=code) from error
        raise
    except DatabaseError as error:
        if getattr(error.orig, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            raise Refusal(Reason.STORE_DAMAGED, part="database") from error
        if str(error.orig).startswith("the journal "):  # a trigger of its table
            raise Refusal(Reason.STORE_DAMAGED, part="journal") from error
        raise


_PRAGMAS_WRITER: Final = (
    "journal_mode = WAL",
    # FULL: a sale must survive a power cut; NORMAL may lose the last commits.
    "synchronous = FULL",
    "foreign_keys = ON",
    # Without it INSERT OR REPLACE deletes a row without asking the triggers that forbid deletion.
    "recursive_triggers = ON",
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "cache_size = -16000",
    "wal_autocheckpoint = 1000",
)
_PRAGMAS_READER: Final = ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON", "cache_size = -8000")
