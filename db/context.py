"""What everything inside one transaction shares. Each book is constructed with it and with nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Connection

from counter_app.ports.clock import Clock, Entropy, Ids, Signer
from counter_app.ports.profile import ProfileInfo

if TYPE_CHECKING:
    from db.vault import Vault

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Context:
    """One snapshot (``writable`` false) or the one transaction under way.

    ``memory`` is the single writer's own memory: serials, the journal's head, bitmaps. It outlives transactions that
    committed and is emptied by each that did not, and when the store is reopened; a reader's is always empty.
    A book may therefore keep there what it has read or written itself, under a key that starts with its table's name.
    """

    connection: Connection
    profile: ProfileInfo
    clock: Clock
    ids: Ids
    entropy: Entropy
    signer: Signer
    vault: Vault
    writable: bool
    session: str = ""  # of this run of the program: a monotonic clock's readings mean nothing to another
    memory: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def bare(cls, connection: Connection, *, writable: bool) -> Context:
        """Of a connection alone, for schema and verification: no time, no keys, no profile to ask for."""
        nothing: Any = None
        return cls(
            connection=connection,
            profile=nothing,
            clock=nothing,
            ids=nothing,
            entropy=nothing,
            signer=nothing,
            vault=nothing,
            writable=writable,
        )

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """One constant statement with ``?`` marks; returns the rows that it touched.

        Straight to the driver (4 µs; a Core statement costs 12): the hot path is a dozen of these.
        """
        return self.connection.exec_driver_sql(sql, tuple(parameters)).rowcount

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        many = [tuple(row) for row in rows]
        if many:
            self.connection.exec_driver_sql(sql, many)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.connection.exec_driver_sql(sql, tuple(parameters))]

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row, or None."""
        found = self.connection.exec_driver_sql(sql, tuple(parameters)).fetchone()
        return None if found is None else tuple(found)

    def scalar(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        found = self.row(sql, parameters)
        return None if found is None else found[0]


# How values are kept: ids as text (36 characters, readable in any SQLite tool), instants as integer milliseconds.


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970 UTC. Exact: instants carry no more than milliseconds."""
    assert at.tzinfo is not None, "instants are aware"
    delta = at - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def from_ms(ms: int) -> datetime:
    return datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)


def maybe_ms(at: datetime | None) -> int | None:
    return None if at is None else to_ms(at)


def maybe_from_ms(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)


def to_uuid(text: str) -> UUID:
    return UUID(text)
