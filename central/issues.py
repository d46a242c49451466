"""Timetables: each issue is one immutable catalogue file, kept in the database in chunks, in force by one number.

Every process fetches the files that it needs into its own cache folder; the database is the only thing that two
processes, or machines, of one central share.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Protocol

from central.acts import ActKind, Acts
from central.feed import News, publish
from central.request import Refusing
from central.services import Services, Timetable
from central.staff import Right, demand
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.journal import Json
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal
from counter_app.wire.messages import CHUNK_BYTES, OPERATOR_SHARD, FeedKind, Refused

FILE_BYTES_MAX: Final = 4 << 30
FILES_OPEN: Final = 4  # issues of which a process keeps the file open
FILES_CACHED: Final = 8
_HASH: Final = re.compile(r"[0-9a-f]{64}")

Opener = Callable[[Path], Timetable]


class Reissue(Protocol):
    def reissue(self, tx: Tx, sha256: str) -> object:
        """Carries the runs of which anything is held or sold over to the timetable that comes into force."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRecord:
    """``activation``: the highest is in force; None: it never was."""

    sha256: str
    issue_id: str
    feed_name: str
    first_date: date
    last_date: date
    trips: int
    faults: int
    bytes: int
    activation: int | None
    activated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Issues:
    """``open_file``: a catalogue file as a ``Timetable``; raises Refusal(FILE_REFUSED)."""

    services: Services
    open_file: Opener
    stock: Reissue | None = None

    def store(self, connection: Connection, by: Actor, path: Path, *, faults: int) -> IssueRecord:
        """The file into the database, not yet in force. One that is there already stays as it is.

        Raises Refusal: NOT_ALLOWED, FILE_REFUSED(code, detail); ``OSError``.
        """
        demand(by, Right.MANAGE)
        size = path.stat().st_size
        if not 0 < size <= FILE_BYTES_MAX:
            raise Refusal(Reason.FILE_REFUSED, code="too_large", detail=str(size))
        info = self.open_file(path).info
        digest = _digest(path)

        def work(tx: Tx) -> IssueRecord:
            stored = tx.run(
                "INSERT INTO issue (sha256, issue_id, feed_namespace, feed_name, first_date, last_date, trips, faults,"
                " bytes) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (
                    digest,
                    info.issue_id,
                    info.feed_namespace,
                    info.feed_name,
                    info.first_date,
                    info.last_date,
                    info.trips,
                    faults,
                    size,
                ),
            )
            if stored:
                again = sha256()
                for n, chunk in enumerate(_chunks(path)):
                    again.update(chunk)
                    tx.run("INSERT INTO issue_chunk (sha256, n, body) VALUES (%s, %s, %s)", (digest, n, chunk))
                if again.hexdigest() != digest:  # somebody writes to it
                    raise Refusal(Reason.FILE_REFUSED, code="changed", detail=path.name)
                body: dict[str, Json] = {"sha256": digest, "issue_id": info.issue_id, "trips": info.trips}
                Acts(self.services).append(tx, ActKind.ISSUE_STORED, body, by=by)
            return _one(tx, digest)

        return in_transaction(connection, work)

    def activate(self, connection: Connection, by: Actor, digest: str) -> IssueRecord:
        """In force from now on, at every counter; also an earlier one again. What is sold is carried over with it.

        Raises Refusal: NOT_ALLOWED, BAD_INPUT(field="sha256").
        """
        demand(by, Right.MANAGE)

        def work(tx: Tx) -> IssueRecord:
            tx.run("LOCK TABLE issue IN SHARE ROW EXCLUSIVE MODE")
            row = tx.row("SELECT activation FROM issue WHERE sha256 = %s", (digest,))
            if row is None:
                raise Refusal(Reason.BAD_INPUT, field="sha256")
            last = tx.scalar("SELECT max(activation) FROM issue") or 0
            if row[0] is not None and row[0] == last:
                return _one(tx, digest)
            replaced = tx.scalar("SELECT sha256 FROM issue WHERE activation = %s", (last,))
            tx.run(
                "UPDATE issue SET activation = %s, activated_at = %s WHERE sha256 = %s",
                (last + 1, self.services.clock.now(), digest),
            )
            record = _one(tx, digest)
            body: dict[str, Json] = {"sha256": digest, "issue_id": record.issue_id, "replaces": replaced}
            Acts(self.services).append(tx, ActKind.ISSUE_ACTIVATED, body, by=by)
            if self.stock is not None:
                self.stock.reissue(tx, digest)
            publish(tx, OPERATOR_SHARD, [News(kind=FeedKind.ISSUE, key="issue", body=_told(record))])
            return record

        return in_transaction(connection, work)

    def all(self, connection: Connection) -> list[IssueRecord]:
        """The one in force first, then by when they were."""
        rows = Tx(connection).rows(f"{_SELECT} ORDER BY activation DESC NULLS LAST, sha256")
        return [_record(row) for row in rows]

    def chunk(self, connection: Connection, digest: str, offset: int) -> bytes:
        """At most ``CHUNK_BYTES`` from ``offset`` on; empty at the end. Raises Refusing(NOT_FOUND)."""
        if not _HASH.fullmatch(digest):
            raise Refusing(Refused.NOT_FOUND, "sha256")
        n, skip = divmod(offset, CHUNK_BYTES)
        row = Tx(connection).row(
            "SELECT i.bytes, substring(c.body FROM %s) FROM issue i"
            " LEFT JOIN issue_chunk c ON c.sha256 = i.sha256 AND c.n = %s"
            " WHERE i.sha256 = %s AND i.activation IS NOT NULL",
            (skip + 1, min(n, 2**31 - 1), digest),
        )
        if row is None or offset > row[0]:
            raise Refusing(Refused.NOT_FOUND, "sha256" if row is None else "offset")
        return b"" if row[1] is None else bytes(row[1])


def in_force(tx: Tx) -> str | None:
    """The hash of the issue in force; None: no timetable was imported."""
    found = tx.scalar("SELECT sha256 FROM issue WHERE activation IS NOT NULL ORDER BY activation DESC LIMIT 1")
    return None if found is None else str(found)


class CachedTimetables:
    """``services.Timetables`` over the database and a folder of this process' own (or of several on one machine).

    ``connect``: a connection of its own, closed after each fetch. A file's hash is checked before it is believed.
    """

    def __init__(self, connect: Callable[[], Connection], folder: Path, open_file: Opener) -> None:
        self._connect = connect
        self._folder = folder
        self._open_file = open_file
        self._lock = threading.Lock()
        self._open: dict[str, Timetable] = {}

    def of(self, digest: str) -> Timetable:
        """Raises ``LookupError`` for an issue that central does not have, or not whole."""
        found = self._open.get(digest)
        if found is not None:
            return found
        if not _HASH.fullmatch(digest):
            raise LookupError(digest)
        with self._lock:
            found = self._open.get(digest)
            if found is None:
                found = self._open_file(self._file(digest))
                while len(self._open) >= FILES_OPEN:  # the oldest goes when nobody uses it any more
                    self._open.pop(next(iter(self._open)))
                self._open[digest] = found
            return found

    def _file(self, digest: str) -> Path:
        path = self._folder / f"{digest}.catalogue"
        if path.is_file():
            if _digest(path) == digest:
                os.utime(path)
                return path
            path.unlink()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = self._folder / f".{digest}.{os.getpid()}"
        try:
            with self._connect() as connection, beside.open("wb") as file:
                for chunk in _stored_chunks(Tx(connection), digest):
                    file.write(chunk)
            if _digest(beside) != digest:
                raise LookupError(digest)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        self._drop_old(path)
        return path

    def _drop_old(self, keep: Path) -> None:
        """An open file lives on without its name."""
        files = sorted(self._folder.glob("*.catalogue"), key=lambda one: one.stat().st_mtime, reverse=True)
        for path in files[FILES_CACHED:]:
            if path != keep:
                path.unlink(missing_ok=True)


_COLUMNS: Final = tuple(one.name for one in fields(IssueRecord))
_SELECT: Final = (
    "SELECT sha256, issue_id, feed_name, first_date, last_date, trips, faults, bytes, activation, activated_at"
    " FROM issue"
)


def _record(row: tuple[Any, ...]) -> IssueRecord:
    return IssueRecord(**dict(zip(_COLUMNS, row, strict=True)))


def _one(tx: Tx, digest: str) -> IssueRecord:
    row = tx.row(f"{_SELECT} WHERE sha256 = %s", (digest,))
    assert row is not None, digest
    return _record(row)


def _told(record: IssueRecord) -> dict[str, Json]:
    return {
        "issue_id": record.issue_id,
        "sha256": record.sha256,
        "size": record.bytes,
        "feed_name": record.feed_name,
        "trips": record.trips,
        "activation": record.activation,
    }


def _stored_chunks(tx: Tx, digest: str) -> Iterator[bytes]:
    count = tx.scalar("SELECT count(*) FROM issue_chunk WHERE sha256 = %s", (digest,))
    for n in range(count):
        yield bytes(tx.scalar("SELECT body FROM issue_chunk WHERE sha256 = %s AND n = %s", (digest, n)))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _digest(path: Path) -> str:
    digest = sha256()
    for chunk in _chunks(path):
        digest.update(chunk)
    return digest.hexdigest()
