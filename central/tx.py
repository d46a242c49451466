"""One transaction on one connection, and the rule for those that PostgreSQL gives up (40001, 40P01).

Handlers get a ``Tx``; who made the connection and when it is closed is the shell's business (or the simulator's).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Final, LiteralString, TypeVar

import psycopg
from psycopg import errors

R = TypeVar("R")
ATTEMPTS: Final = 8
_GIVEN_UP: Final = (errors.SerializationFailure, errors.DeadlockDetected)

Connection = psycopg.Connection[tuple[Any, ...]]


class Tx:
    """The transaction under way. Statements are constants with ``%s`` marks: nothing from outside is ever spliced in.

    ``watch`` hears every statement: the test that each one on stock names run_id and service_date listens there.
    """

    __slots__ = ("_pipeline", "connection")
    watch: Callable[[str], None] | None = None

    def __init__(self, connection: Connection, pipeline: psycopg.Pipeline | None = None) -> None:
        self.connection = connection
        self._pipeline = pipeline

    def run(self, sql: LiteralString, parameters: Sequence[Any] = ()) -> int:
        """Returns the rows that it touched."""
        return self.ask(sql, parameters).count()

    def ask(self, sql: LiteralString, parameters: Sequence[Any] = ()) -> Asked:
        """As ``run`` and ``rows``; in a pipelined transaction it is on its way, and waited for when it is looked at."""
        return Asked(self._execute(sql, parameters), self._pipeline)

    def run_many(self, sql: LiteralString, rows: Iterable[Sequence[Any]]) -> int:
        """In one pipeline; returns the rows touched in all."""
        many = list(rows)
        if not many:
            return 0
        if Tx.watch is not None:
            Tx.watch(sql)
        with self.connection.cursor() as cursor:
            cursor.executemany(sql, many)
            return cursor.rowcount

    def rows(self, sql: LiteralString, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._execute(sql, parameters).fetchall()

    def row(self, sql: LiteralString, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row, or None."""
        return self._execute(sql, parameters).fetchone()

    def scalar(self, sql: LiteralString, parameters: Sequence[Any] = ()) -> Any:
        found = self.row(sql, parameters)
        return None if found is None else found[0]

    def _execute(self, sql: LiteralString, parameters: Sequence[Any]) -> psycopg.Cursor[tuple[Any, ...]]:
        if Tx.watch is not None:
            Tx.watch(sql)
        return self.connection.execute(sql, parameters)


class Asked:
    """A statement's answer; an error of it, or of one before it, comes up where the next answer is looked at."""

    __slots__ = ("_cursor", "_pipeline")

    def __init__(self, cursor: psycopg.Cursor[tuple[Any, ...]], pipeline: psycopg.Pipeline | None) -> None:
        self._cursor = cursor
        self._pipeline = pipeline

    def rows(self) -> list[tuple[Any, ...]]:
        return self._cursor.fetchall()

    def count(self) -> int:
        """Rows touched."""
        if self._pipeline is not None and self._cursor.rowcount < 0:
            self._pipeline.sync()
        return self._cursor.rowcount


def in_transaction(
    connection: Connection,
    work: Callable[[Tx], R],
    *,
    pipelined: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    chance: Callable[[], float] = random.random,
) -> R:
    """``work`` in one transaction; again, with jitter, when PostgreSQL gave it up. ``work`` may run several times.

    ``pipelined``: statements that are only asked (``Tx.ask``) travel together, begin and commit among them.
    """
    once = _pipelined if pipelined else _plain
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return once(connection, work)
        except _GIVEN_UP:
            if attempt == ATTEMPTS:
                raise
            sleep(0.002 * 2**attempt * (0.5 + chance()))
    raise AssertionError("unreachable")


def _plain(connection: Connection, work: Callable[[Tx], R]) -> R:
    with connection.transaction():
        return work(Tx(connection))


def _pipelined(connection: Connection, work: Callable[[Tx], R]) -> R:
    with connection.pipeline() as pipeline, connection.transaction():
        try:
            return work(Tx(connection, pipeline))
        except BaseException:
            with suppress(psycopg.Error):  # what was still on its way failed with it; nothing else runs until then
                pipeline.sync()
            raise
