"""One transaction on one connection, and the rule for those that PostgreSQL gives up (40001, 40P01).

Handlers get a ``Tx``; who made the connection and when it is closed is the shell's business (or the simulator's).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Final, LiteralString, Protocol, TypeVar

import psycopg
from psycopg import errors

from central.pipe import UNPREPARED, Pipe, pipe_of

R = TypeVar("R")
ATTEMPTS: Final = 8
_GIVEN_UP: Final = (errors.SerializationFailure, errors.DeadlockDetected, *UNPREPARED)

Connection = psycopg.Connection[tuple[Any, ...]]


class Asked(Protocol):
    """A statement's answer; an error of it, or of one before it, comes up where the next answer is looked at."""

    def rows(self) -> list[tuple[Any, ...]]: ...

    def count(self) -> int:
        """Rows touched."""
        ...


class Tx:
    """The transaction under way. Statements are constants with ``%s`` marks: nothing from outside is ever spliced in.

    ``watch`` hears every statement: the test that each one on stock names run_id and service_date listens there.
    """

    __slots__ = ("_pipe", "connection")
    watch: Callable[[str], None] | None = None

    def __init__(self, connection: Connection, pipe: Pipe | None = None) -> None:
        self.connection = connection
        self._pipe = pipe

    def run(self, sql: LiteralString, parameters: Sequence[Any] = ()) -> int:
        """Returns the rows that it touched."""
        return self.ask(sql, parameters).count()

    def ask(self, sql: LiteralString, parameters: Sequence[Any] = ()) -> Asked:
        """As ``run`` and ``rows``; in a pipelined transaction it is on its way, and waited for when it is looked at."""
        if Tx.watch is not None:
            Tx.watch(sql)
        if self._pipe is not None:
            return self._pipe.ask(sql, parameters)
        return _Here(self.connection.execute(sql, parameters))

    def run_many(self, sql: LiteralString, rows: Iterable[Sequence[Any]]) -> int:
        """In one pipeline; returns the rows touched in all."""
        many = list(rows)
        if not many:
            return 0
        if self._pipe is not None:
            asked = [self.ask(sql, row) for row in many]
            return sum(one.count() for one in asked)
        if Tx.watch is not None:
            Tx.watch(sql)
        with self.connection.cursor() as cursor:
            cursor.executemany(sql, many)
            return cursor.rowcount

    def rows(self, sql: LiteralString, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self.ask(sql, parameters).rows()

    def row(self, sql: LiteralString, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row, or None."""
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def scalar(self, sql: LiteralString, parameters: Sequence[Any] = ()) -> Any:
        found = self.row(sql, parameters)
        return None if found is None else found[0]


class _Here:
    """An answer that is here already."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: psycopg.Cursor[tuple[Any, ...]]) -> None:
        self._cursor = cursor

    def rows(self) -> list[tuple[Any, ...]]:
        return self._cursor.fetchall()

    def count(self) -> int:
        return self._cursor.rowcount


def in_transaction(
    connection: Connection,
    work: Callable[[Tx], R],
    *,
    pipelined: bool = False,
    ahead: Callable[[Tx], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
    chance: Callable[[], float] = random.random,
) -> R:
    """``work`` in one transaction; again, with jitter, when PostgreSQL gave it up. ``work`` may run several times.

    ``pipelined``: statements that are only asked (``Tx.ask``) travel together, begin and commit among them.
    ``ahead``, of a pipelined one: asks what commits by itself before it and travels with its first statements. It is
    called once, whatever becomes of the transaction.
    """
    assert pipelined or ahead is None
    for attempt in range(1, ATTEMPTS + 1):
        try:
            if not pipelined:
                return _plain(connection, work)
            first, ahead = ahead, None
            return _pipelined(connection, work, first)
        except _GIVEN_UP:
            if attempt == ATTEMPTS:
                raise
            sleep(0.002 * 2**attempt * (0.5 + chance()))
    raise AssertionError("unreachable")


def _plain(connection: Connection, work: Callable[[Tx], R]) -> R:
    with connection.transaction():
        return work(Tx(connection))


def _pipelined(connection: Connection, work: Callable[[Tx], R], ahead: Callable[[Tx], None] | None) -> R:
    pipe = pipe_of(connection)
    pipe.enter()
    try:
        if ahead is not None:
            ahead(Tx(connection, pipe))
            pipe.mark()
        pipe.ask("BEGIN")
        try:
            result = work(Tx(connection, pipe))
            done = pipe.ask("COMMIT")
            pipe.sync()
        except BaseException:
            with suppress(psycopg.Error):  # what was still on its way failed with it
                pipe.sync()
            with suppress(psycopg.Error):
                pipe.ask("ROLLBACK")
                pipe.sync()
            raise
        assert done.result.command_status == b"COMMIT", "a statement failed, and nobody heard of it"
        return result
    finally:
        pipe.leave()


def together(connection: Connection, work: Callable[[Tx], R]) -> R:
    """Outside a transaction: what is asked until an answer is looked at travels, and commits, together.

    ``work`` looks at answers once, after it asked for all: it may run again where nothing of it was done.
    """
    try:
        return _together(connection, work)
    except UNPREPARED:
        return _together(connection, work)


def _together(connection: Connection, work: Callable[[Tx], R]) -> R:
    pipe = pipe_of(connection)
    pipe.enter()
    try:
        result = work(Tx(connection, pipe))
        pipe.sync()
        return result
    finally:
        pipe.leave()
