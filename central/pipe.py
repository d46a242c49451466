"""Statements that travel together: libpq's pipeline without the driver's cursors, whose cost is most of a short query.

What is asked goes out at once and in order; answers are waited for at ``sync``, or when one is looked at. Every
statement is prepared the first time (unless the connection says never: ``prepare_threshold`` None), its parameters are
sent as text, of which PostgreSQL infers the types: write a cast where it cannot.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import psycopg
from psycopg import pq
from psycopg.adapt import Transformer
from psycopg.errors import FeatureNotSupported, InvalidSqlStatementName, error_from_result
from psycopg.waiting import Ready, Wait

Connection = psycopg.Connection[tuple[Any, ...]]
PREPARED_MAX: Final = 500  # the program's statements are constants: there are not so many
UNPREPARED: Final = (InvalidSqlStatementName, FeatureNotSupported)
"""A prepared statement was deallocated behind the pipe's back, or a table is not what it was planned for: again."""
_OK: Final = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK})
_SYNC: Final = pq.ExecStatus.PIPELINE_SYNC
_ABORTED: Final = pq.ExecStatus.PIPELINE_ABORTED


class Answer:
    """A statement's answer. An error of it, or of one before it, comes up where an answer is next waited for."""

    __slots__ = ("_pipe", "failed", "forget", "result")

    def __init__(self, pipe: Pipe, forget: Callable[[], object] | None = None) -> None:
        self._pipe = pipe
        self.result: Any = None
        self.failed: Any = None  # the first failed result among those that were marked off with it
        self.forget = forget  # called where it failed

    def rows(self) -> list[tuple[Any, ...]]:
        return self._pipe.rows(self._arrived())

    def count(self) -> int:
        """Rows touched."""
        return self._arrived().command_tuples or 0

    def _arrived(self) -> Any:
        if self.result is None and self.failed is None:
            self._pipe.sync()
        if self.failed is not None:
            raise self._pipe.error_of(self.failed)
        return self.result


class Pipe:
    """Of one connection, for its thread; ``enter`` and ``leave`` around its use. In between nothing else uses it."""

    def __init__(self, connection: Connection) -> None:
        # Not the connection itself: it would never be forgotten.
        self._wait = weakref.WeakMethod(connection.wait)
        self._pgconn = connection.pgconn
        self._loader = Transformer.from_context(None)
        self._never = connection.prepare_threshold is None
        self._prepared: dict[str, bytes] = {}
        self._names = 0
        self._under_way: deque[Answer | None] = deque()  # None: a mark

    def enter(self) -> None:
        self._pgconn.enter_pipeline_mode()

    def leave(self) -> None:
        """Whatever is still on its way is waited for; where that fails, the connection is closed."""
        try:
            while self._under_way and self._pgconn.status == pq.ConnStatus.OK:
                try:
                    self.sync()
                except psycopg.Error:
                    continue
            self._pgconn.exit_pipeline_mode()
        except psycopg.Error:
            self._pgconn.finish()

    def ask(self, sql: LiteralString, parameters: Sequence[Any] = ()) -> Answer:
        values = [None if value is None else _DUMP[type(value)](value) for value in parameters]
        name = self._prepared.get(sql)
        if name is None and (self._never or len(self._prepared) >= PREPARED_MAX):
            self._pgconn.send_query_params(_numbered(sql), values, result_format=pq.Format.BINARY)
        else:
            if name is None:
                name = self._prepare(sql)
            self._pgconn.send_query_prepared(name, values, result_format=pq.Format.BINARY)
        answer = Answer(self)
        self._under_way.append(answer)
        return answer

    def mark(self) -> None:
        """What was asked until here stands by itself, committed or failed, whatever becomes of what is asked next.

        Nothing is waited for. An error of it comes up where one of its answers is looked at.
        """
        if self._under_way:
            self._pgconn.pipeline_sync()
            self._under_way.append(None)

    def sync(self) -> None:
        """All that was asked has its answer. Raises the first error among what was asked since the last mark."""
        if not self._under_way:
            return
        connection_wait = self._wait()
        assert connection_wait is not None
        self._pgconn.pipeline_sync()
        asked, self._under_way = self._under_way, deque()
        try:
            failed = connection_wait(_arriving(self._pgconn, deque(asked)))
        except BaseException:
            self._forget(asked)
            raise
        self._forget(asked)
        if failed is not None:
            raise self.error_of(failed)

    def error_of(self, failed: Any) -> psycopg.Error:
        error = error_from_result(failed, "utf-8")
        if isinstance(error, UNPREPARED):
            self._prepared.clear()
        return error

    def rows(self, result: Any) -> list[tuple[Any, ...]]:
        count = result.ntuples
        if not count:
            return []
        self._loader.set_pgresult(result)
        return self._loader.load_rows(0, count, tuple)

    def _prepare(self, sql: LiteralString) -> bytes:
        self._names += 1  # a name is never used again: the server may still have what was forgotten here
        name = self._prepared[sql] = b"cf_%d" % self._names
        self._pgconn.send_prepare(name, _numbered(sql))
        self._under_way.append(Answer(self, forget=lambda: self._prepared.pop(sql, None)))
        return name

    @staticmethod
    def _forget(asked: Iterable[Answer | None]) -> None:
        """What was to be prepared, and was not."""
        for answer in asked:
            if answer is not None and answer.forget is not None and answer.result is None:
                answer.forget()


def _arriving(pgconn: pq.abc.PGconn, asked: deque[Answer | None]) -> Generator[Wait, Ready | int, Any]:
    """Hands each its result, until the last sync. Returns the first failed result since the last mark."""
    while pgconn.flush():
        if (yield Wait.RW) & Ready.R:
            pgconn.consume_input()
    failed = None
    without: list[Answer] = []
    while True:
        while pgconn.is_busy():
            yield Wait.R
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:
            if pgconn.status != pq.ConnStatus.OK:
                raise psycopg.OperationalError("the connection is lost")
            continue
        status = result.status
        if status == _SYNC:
            if not asked:
                return failed
            marked = asked.popleft()
            assert marked is None, "a sync that nobody asked for"
            for one in without:
                one.failed = failed
            failed, without = None, []
            continue
        answer = asked.popleft()
        assert answer is not None, "an answer that nobody asked for"
        if status in _OK:
            answer.result = result
            continue
        without.append(answer)
        if failed is None and status != _ABORTED:
            failed = result


_pipes: weakref.WeakKeyDictionary[Connection, Pipe] = weakref.WeakKeyDictionary()


def pipe_of(connection: Connection) -> Pipe:
    """The connection's own: it knows which statements are prepared there."""
    found = _pipes.get(connection)
    if found is None:
        found = _pipes[connection] = Pipe(connection)
    return found


# ---- as PostgreSQL reads them ------------------------------------------------------------------------------------


def _numbered(sql: LiteralString) -> bytes:
    """``%s`` becomes ``$1``, ``$2``, …, and ``%%`` one per cent sign."""
    parts = sql.split("%s")
    made = [parts[0], *(f"${n}{part}" for n, part in enumerate(parts[1:], 1))]
    return "".join(part.replace("%%", "%") for part in made).encode()


def _list(items: Sequence[Any]) -> bytes:
    return b"{" + b",".join([_item(item) for item in items]) + b"}"


def _item(item: Any) -> bytes:
    if item is None:
        return b"NULL"
    text: bytes = _DUMP[type(item)](item)
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


_DUMP: Final[dict[type, Callable[[Any], bytes]]] = {
    str: str.encode,
    int: lambda value: b"%d" % value,
    bool: lambda value: b"t" if value else b"f",
    UUID: lambda value: b"%032x" % value.int,
    datetime: lambda value: value.isoformat().encode(),
    date: lambda value: value.isoformat().encode(),
    bytes: lambda value: b"\\x" + value.hex().encode(),
    list: _list,
    tuple: _list,
}
