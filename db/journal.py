"""The journal's table: append-only, held so by triggers, read by streaming."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from counter_app.domain.journal import (
    NEEDS_CLOCK,
    START,
    BadEntry,
    Entry,
    Json,
    Kind,
    Link,
    read_entry,
    timestamp,
    went_back,
    write_entry,
)
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal
from counter_app.ports.journal import Head, RawEntry
from db.context import Context
from db.outbox import outgoing_entries

# Checked at every open: a batch migration of SQLite rebuilds a table and drops its triggers without a word.
TRIGGERS: Final[dict[str, str]] = {
    "journal_no_update": (
        "CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal "
        "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
    ),
    "journal_no_delete": (
        "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal "
        "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
    ),
    # Also what stops INSERT OR REPLACE: its number is not the next.
    "journal_next_only": (
        "CREATE TRIGGER journal_next_only BEFORE INSERT ON journal "
        "WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM journal) "
        "BEGIN SELECT RAISE(ABORT, 'the journal has no gaps'); END"
    ),
}

_INSERT: Final = "INSERT INTO journal (seq, epoch, kind, raw, hash, signature) VALUES (?, ?, ?, ?, ?, ?)"
# Bytes, whatever somebody put there: SQLite hands out no text that is no UTF-8.
_LAST: Final = "SELECT CAST(epoch AS INTEGER), seq, CAST(hash AS BLOB) FROM journal ORDER BY seq DESC LIMIT 1"
_ENTRY: Final = "SELECT seq, CAST(raw AS BLOB), CAST(hash AS BLOB), CAST(signature AS BLOB) FROM journal"
_AFTER: Final = f"{_ENTRY} WHERE seq > ? ORDER BY seq LIMIT ?"
_BEFORE: Final = f"{_ENTRY} WHERE seq < ? ORDER BY seq DESC LIMIT ?"
_COUNT: Final = "SELECT count(*) FROM journal WHERE seq > ? AND kind = ?"
_PAGE: Final = 500
_LINK: Final = "journal.link"
_AT: Final = "journal.at"
_BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)
_EVER: Final = 2**62


class SqlJournal:
    """``epoch`` of new entries is the chain's own; ``append_in_epoch`` starts another."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def _link(self) -> Link:
        link: Link | None = self._context.memory.get(_LINK)
        if link is None:
            found = self._context.row(_LAST)
            link = START if found is None else Link(epoch=found[0], seq=found[1], hash=bytes(found[2] or b""))
            self._context.memory[_LINK] = link
        return link

    def head(self) -> Head:
        link = self._link()
        return Head(epoch=link.epoch, seq=link.seq, hash=link.hash)

    def append(self, kind: Kind, body: dict[str, Json], *, actor: Actor) -> Entry:
        return self.append_in_epoch(max(1, self._link().epoch), kind, body, actor=actor)

    def append_in_epoch(self, epoch: int, kind: Kind, body: dict[str, Json], *, actor: Actor) -> Entry:
        """For EPOCH_STARTED alone: the first entry of ``epoch``."""
        context = self._context
        assert context.writable, "a snapshot writes nothing"
        last, at = self._last_at(), context.clock.now()
        if at < last and kind is not Kind.CLOCK_ACCEPTED:
            if kind in NEEDS_CLOCK:
                self.check_clock()
            at = last
        entry = write_entry(
            self._link(),
            epoch=epoch,
            at=at,
            kind=kind,
            actor=actor.login,
            body=body,
            sign=context.signer.sign,
        )
        context.run(_INSERT, (entry.seq, epoch, kind.value, entry.raw, entry.hash, entry.signature))
        context.memory[_LINK] = Link(epoch=epoch, seq=entry.seq, hash=entry.hash)
        context.memory[_AT] = at
        return entry

    def check_clock(self) -> None:
        last, now = self._last_at(), self._context.clock.now()
        if went_back(last, now):
            raise Refusal(Reason.CLOCK_JUMPED, last=timestamp(last), now=timestamp(now))

    def _last_at(self) -> datetime:
        at: datetime | None = self._context.memory.get(_AT)
        if at is None:
            at = next((entry.at for entry in self.latest(limit=1)), _BEFORE_ALL)
            self._context.memory[_AT] = at
        return at

    def entries(self, *, after_seq: int = 0, limit: int | None = None) -> Iterator[Entry]:
        left = _EVER if limit is None else limit
        while left > 0:
            page = self._context.rows(_AFTER, (after_seq, min(left, _PAGE)))
            for row in page:
                yield _entry(row)
                after_seq = row[0]
            left -= len(page)
            if len(page) < _PAGE:
                return

    def first_whole(self, *, after_seq: int, limit: int) -> Entry | None:
        """The first of so many that can be read."""
        result = self._context.connection.exec_driver_sql(_AFTER, (after_seq, limit))
        try:
            for row in result:
                with contextlib.suppress(Refusal):
                    return _entry(tuple(row))
        finally:
            result.close()
        return None

    def raw_entries(self, *, after_seq: int, limit: int, bytes_max: int) -> list[RawEntry]:
        return outgoing_entries(self._context, after_seq=after_seq, limit=limit, bytes_max=bytes_max)

    def latest(self, *, limit: int, before_seq: int | None = None) -> list[Entry]:
        return [_entry(row) for row in self._context.rows(_BEFORE, (before_seq or _EVER, limit))]

    def count(self, kind: Kind, *, after_seq: int) -> int:
        found = self._context.row(_COUNT, (after_seq, kind.value))
        assert found is not None, "a count has a row"
        return int(found[0])


def _entry(row: tuple[Any, ...]) -> Entry:
    raw, digest, signature = (bytes(part or b"") for part in row[1:])
    try:
        return read_entry(raw, digest, signature)
    except BadEntry as error:
        raise Refusal(Reason.STORE_DAMAGED, part="journal", detail=error.reason) from error


def journal_link(context: Context) -> Link:
    head = SqlJournal(context).head()
    return Link(epoch=head.epoch, seq=head.seq, hash=head.hash)


def remembers_end(context: Context) -> bool:
    """Whether the chain's end is this writer's own memory, which nobody else can have changed."""
    return _LINK in context.memory
