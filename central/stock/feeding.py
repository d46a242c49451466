"""The stock shards of the feed: the table of runs is their log, a run's body is made when it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from central.stock.arrays import dates, ids
from central.stock.pictures import Picture, Pictures
from central.stock.words import RunKey
from central.tx import Tx
from counter_app.wire.codec import plain
from counter_app.wire.messages import FeedItem, FeedKind, RunStock

ADVANCE: Final = (
    "INSERT INTO feed_head (shard, position, floor) "
    "SELECT 'stock/' || q.n, q.count, 0 FROM unnest(%s::integer[], %s::bigint[]) AS q (n, count) ORDER BY q.n "
    "ON CONFLICT (shard) DO UPDATE SET position = feed_head.position + EXCLUDED.position RETURNING shard, position"
)


def advance(tx: Tx, counts: Mapping[int, int]) -> dict[int, int]:
    """Moves the heads of stock shards on by so many and locks them until the commit, in the order of their numbers.

    Returns the new positions.
    """
    if not counts:
        return {}
    shards = sorted(counts)
    rows = tx.rows(
        ADVANCE,
        (shards, [counts[shard] for shard in shards]),
    )
    return {int(shard.removeprefix("stock/")): position for shard, position in rows}


def run_stock(picture: Picture) -> RunStock:
    """What is not free of a run. Of one that was cancelled nothing is free."""
    facts = picture.facts
    taken: tuple[str, ...] = ()
    used: dict[str, tuple[int, ...]] = {}
    if picture.places is not None:
        whole = picture.places.all
        masks = (picture.places.taken_on(leg) if picture.open else whole for leg in range(facts.legs))
        taken = tuple(f"{mask:x}" for mask in masks)
    else:
        for name, units in sorted(picture.units.items()):
            used[name] = tuple(units.used(leg) if picture.open else facts.capacity for leg in range(facts.legs))
    made = RunStock(
        service_date=facts.key.service_date,
        run_id=facts.key.run_id,
        pattern=facts.trip.pattern_version,
        version=picture.version,
        taken=taken,
        used=used,
    )
    return RunStock(
        service_date=made.service_date,
        run_id=made.run_id,
        pattern=made.pattern,
        version=made.version,
        taken=taken,
        used=used,
        checksum=made.reckoned(),
    )


# The log is read by its position: no run_id is known yet. The date bounds the partitions that are looked at.
_LOG: Final = (
    "SELECT service_date, run_id, stock_position FROM run "
    "WHERE stock_shard = %s AND stock_position > %s AND service_date >= %s ORDER BY stock_position LIMIT %s"
)


def stock_items(tx: Tx, pictures: Pictures, shard: int, after: int, limit: int, *, since: date) -> list[FeedItem]:
    """By position. A body may be newer than its position, never older; runs before ``since`` are left out."""
    rows = tx.rows(_LOG, (shard, after, since, limit))
    found = current(tx, pictures, [RunKey(service_date, run_id) for service_date, run_id, _ in rows])
    return [
        FeedItem(
            position=position,
            kind=FeedKind.STOCK.value,
            key=str(run_id),
            body=plain(run_stock(found[RunKey(service_date, run_id)])),
        )
        for service_date, run_id, position in rows
    ]


def current(tx: Tx, pictures: Pictures, keys: list[RunKey]) -> dict[RunKey, Picture]:
    """Pictures as they are now, without a lock: one statement reads the versions, one more loads what is old.

    Never inside a transaction that writes stock: what it reads is shared.
    """
    return ask_current(tx, pictures, keys)()


def ask_current(tx: Tx, pictures: Pictures, keys: list[RunKey]) -> Callable[[], dict[RunKey, Picture]]:
    """As ``current``, in two steps: asked now, read when it is called."""
    if not keys:
        return dict
    asked = tx.ask(
        "SELECT r.service_date, r.run_id, r.version, pg_postmaster_start_time(), "
        "(SELECT oid FROM pg_database WHERE datname = current_database()) FROM run r "
        "JOIN unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "
        "ON r.service_date = q.service_date AND r.run_id = q.run_id",
        (dates(key.service_date for key in keys), ids(key.run_id for key in keys)),
    )

    def read() -> dict[RunKey, Picture]:
        rows = asked.rows()
        if rows:
            pictures.are_of(rows[0][3:])
        found: dict[RunKey, Picture] = {}
        old: list[RunKey] = []
        for service_date, run_id, version, *_ in rows:
            key = RunKey(service_date, run_id)
            known = pictures.get(key)
            if known is not None and known.version == version:
                found[key] = known
            else:
                old.append(key)
        loaded = pictures.load(tx, old)
        pictures.put(loaded.values())
        return {**found, **loaded}

    return read
