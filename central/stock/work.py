"""One transaction's work on runs: locked in order, changed on copies, positions in the feed taken last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

from psycopg import errors

from central.feed import News, device_shard, publish
from central.request import Refusing
from central.stock.arrays import dates, ids, numbers
from central.stock.cells import INSERT_CELLS, Stale
from central.stock.claimrows import INSERT_CLAIMS
from central.stock.feeding import ADVANCE, advance
from central.stock.pictures import Picture, Pictures
from central.stock.words import RunKey
from central.tx import Asked, Connection, Tx, in_transaction
from counter_app.wire.messages import Refused

R = TypeVar("R")
AGAIN: Final = 4


# Its parts run in no order that they could rely on, and need none: the heads are locked until the commit.
_ALL_AT_ONCE: Final = (
    "WITH cells AS (" + INSERT_CELLS + "), made AS (" + INSERT_CLAIMS + "), heads AS (" + ADVANCE + ")"
    """
UPDATE run r SET version = q.version, stock_position = h.position - q.behind
  FROM unnest(%s::date[], %s::uuid[], %s::bigint[], %s::integer[], %s::bigint[])
    AS q (service_date, run_id, version, shard, behind)
  JOIN heads h ON h.shard = 'stock/' || q.shard
 WHERE r.service_date = q.service_date AND r.run_id = q.run_id
"""
)


def decided(
    connection: Connection,
    pictures: Pictures,
    keys: Iterable[RunKey],
    attempt: Callable[[Tx], tuple[R, Work | None]],
    *,
    pipelined: bool = False,
    ahead: Callable[[Tx], None] | None = None,
) -> R:
    """``attempt`` in one transaction, its work shared when that is durable. Raises Refusing(BUSY). ``ahead``: see

    ``in_transaction``.

    Where the rows were not what the pictures said (somebody wrote past the lock, or the database is not the one that
    the pictures are of; the key of the cells forbade it), the pictures are dropped, and it is decided again.
    """
    runs = list(keys)
    for _ in range(AGAIN):
        try:
            first, ahead = ahead, None
            answer, work = in_transaction(connection, attempt, pipelined=pipelined, ahead=first)
        except (Stale, errors.UniqueViolation, errors.CheckViolation):
            pictures.drop(runs)
            continue
        if work is not None:
            work.committed()
        return answer
    raise Refusing(Refused.BUSY, "the rows change under every attempt")


_BY_KEYS: Final = (
    "SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), "
    "set_config('plan_cache_mode', 'force_generic_plan', true), "
    "pg_postmaster_start_time(), (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def _server(asked: Asked) -> tuple[object, ...]:
    (row,) = asked.rows()
    return row[3:]


def go_by_keys(tx: Tx) -> tuple[object, ...]:
    """For the rest of the transaction rows are found by their keys, one by one. Returns which server this is.

    Batches name their rows in arrays whose length the planner does not know: it would read whole tables for a few rows.
    And the plan is the same for all of them: it is made once, not for each batch's values.
    """
    return _server(ask_by_keys(tx))


def ask_by_keys(tx: Tx) -> Asked:
    """As ``go_by_keys``, on its way with what is asked next."""
    return tx.ask(_BY_KEYS)


def go_as_planned(tx: Tx) -> None:
    """Ends ``go_by_keys`` for who goes on in the same transaction."""
    tx.run(
        "SELECT set_config('enable_hashjoin', 'on', true), set_config('enable_mergejoin', 'on', true), "
        "set_config('plan_cache_mode', 'auto', true)"
    )


class Work:
    """``lock`` first, all runs at once; then change the copies and the rows, and name what was changed."""

    def __init__(self, tx: Tx, pictures: Pictures) -> None:
        self.tx = tx
        self._shared = pictures
        self._runs: dict[RunKey, Picture] = {}
        self._bumped: set[RunKey] = set()
        self._published: set[RunKey] = set()
        self._spoiled: set[RunKey] = set()
        self._items: dict[UUID, list[News]] = {}
        self._written: Asked | None = None

    def lock(self, keys: Iterable[RunKey]) -> None:
        """Runs that have no row are left out: ``known`` tells."""
        self.ask_lock(keys)()

    def ask_lock(self, keys: Iterable[RunKey]) -> Callable[[], None]:
        """The same in two steps, so that other questions travel with it: call what it returns before anything else."""
        wanted = sorted(set(keys))
        if not wanted:
            return lambda: None
        server = ask_by_keys(self.tx)
        locked = self.tx.ask(
            "SELECT r.service_date, r.run_id, r.version FROM run r "
            "JOIN unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "
            "ON r.service_date = q.service_date AND r.run_id = q.run_id "
            "ORDER BY r.service_date, r.run_id FOR UPDATE OF r",
            (dates(key.service_date for key in wanted), ids(key.run_id for key in wanted)),
        )

        def take() -> None:
            self._shared.are_of(_server(server))
            self._take(locked.rows())

        return take

    def _take(self, rows: Iterable[tuple[Any, ...]]) -> None:
        old: list[RunKey] = []
        for service_date, run_id, version in rows:
            key = RunKey(service_date, run_id)
            known = self._shared.get(key)
            if known is not None and known.version == version:
                self._runs[key] = known.copy()
            else:
                old.append(key)
        for key, picture in self._shared.load(self.tx, old).items():
            self._runs[key] = picture.copy()

    def known(self, key: RunKey) -> bool:
        return key in self._runs

    def picture(self, key: RunKey) -> Picture:
        return self._runs[key]

    @property
    def keys(self) -> Sequence[RunKey]:
        return list(self._runs)

    def changed(self, key: RunKey) -> None:
        """What is free of it is not what it was: pictures elsewhere are old, and the feed says so."""
        self._bumped.add(key)
        self._published.add(key)

    def touched(self, key: RunKey) -> None:
        """Pictures elsewhere are old, but what is free is as it was."""
        self._bumped.add(key)

    def spoiled(self, key: RunKey) -> None:
        """Its picture is not what the rows are: it is read again before it is next used."""
        self._spoiled.add(key)

    def tell(self, device_id: UUID, item: News) -> None:
        """An item of that device's own shard."""
        self._items.setdefault(device_id, []).append(item)

    def publish(self) -> None:
        """The last act: versions of what changed, and positions from the locked heads."""
        if self._bumped:
            self._write_versions()
        for device_id in sorted(self._items):
            publish(self.tx, device_shard(device_id), self._items[device_id])
        self._items = {}

    @property
    def tells_only_runs(self) -> bool:
        return bool(self._bumped) and self._bumped == self._published and not self._items

    def publish_with_new(self, cells: Sequence[Any], claims: Sequence[Any]) -> None:
        """As ``publish``, where new cells and claims are all that there is to write: all of it in one statement."""
        assert self.tells_only_runs
        bumped = sorted(self._bumped)
        for key in bumped:
            self._runs[key].version += 1
        shards = sorted(self._counts().items())
        self._written = self.tx.ask(
            _ALL_AT_ONCE,
            (
                *cells,
                *claims,
                numbers(shard for shard, _ in shards),
                numbers(count for _, count in shards),
                dates(key.service_date for key in bumped),
                ids(key.run_id for key in bumped),
                numbers(self._runs[key].version for key in bumped),
                numbers(self._runs[key].facts.shard for key in bumped),
                numbers(self._behind(bumped)),
            ),
        )

    def committed(self) -> None:
        """After the commit: what was worked on takes the place of the shared pictures."""
        assert self._written is None or self._written.count() == len(self._bumped), "a locked run is gone"
        self._shared.put(picture for key, picture in self._runs.items() if key not in self._spoiled)
        self._shared.drop(self._spoiled)

    def failed(self) -> None:
        """Nothing was shared: the next one reads what there is."""
        self._shared.drop(self._runs)

    def _write_versions(self) -> None:
        heads = advance(self.tx, self._counts())
        bumped = sorted(self._bumped)
        behind = self._behind(bumped)
        for key in bumped:
            self._runs[key].version += 1
        self._written = self.tx.ask(
            "UPDATE run r SET version = q.version, stock_position = coalesce(q.position, r.stock_position) "
            "FROM unnest(%s::date[], %s::uuid[], %s::bigint[], %s::bigint[]) "
            "AS q (service_date, run_id, version, position) "
            "WHERE r.service_date = q.service_date AND r.run_id = q.run_id",
            (
                dates(key.service_date for key in bumped),
                ids(key.run_id for key in bumped),
                numbers(self._runs[key].version for key in bumped),
                numbers(
                    heads[self._runs[key].facts.shard] - back if back is not None else None
                    for key, back in zip(bumped, behind, strict=True)
                ),
            ),
        )

    def _counts(self) -> dict[int, int]:
        """How many runs of each shard are told of."""
        counts: dict[int, int] = {}
        for key in self._published:
            shard = self._runs[key].facts.shard
            counts[shard] = counts.get(shard, 0) + 1
        return counts

    def _behind(self, bumped: Sequence[RunKey]) -> list[int | None]:
        """By how much each run's position is behind its shard's new head; None: it is not told of."""
        left = self._counts()
        behind: list[int | None] = []
        for key in bumped:
            shard = self._runs[key].facts.shard
            if key in self._published:
                left[shard] -= 1
            behind.append(left[shard] if key in self._published else None)
        return behind
