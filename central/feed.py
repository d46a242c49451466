"""What changed, by shard and position: how everything that central knows gets to the counters.

A position is taken from the shard's locked head as the last act of the writing transaction. The lock is held until
that transaction ends, so positions become visible in their order, and who asks for "after position p" misses nothing
(a number from a sequence, taken early and committed late, would be overtaken by a cursor). Shards are compacted logs:
the newest word on each key. Whatever is read at position p may already be newer than p, never older.

Old tombstones are dropped. The floor is the position of the last one that was: a cursor before it may have missed one.
Whatever is still there stands above the floor, so the cursor between two pages of a snapshot is never before it,
unless the floor rose in between: then that snapshot begins again, for what it named may be gone without a word.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from central.request import Refusing
from central.services import Clock, Device
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.journal import INTEGER_LIMIT, Json, canonical
from counter_app.wire.codec import encode
from counter_app.wire.messages import (
    DEVICE_SHARD,
    FEED_ITEMS_MAX,
    OPERATOR_SHARD,
    STOCK_SHARDS,
    FeedItem,
    FeedKind,
    FeedPage,
    Refused,
)

PAGE_BYTES_MAX: Final = 1 << 20  # of the items' bodies together; one larger item still goes, alone
TOMBSTONES_KEPT: Final = 20_000  # a shard; older ones are dropped, and a cursor before them begins again
_PILE: Final = 4  # they are dropped when a quarter more is there: each time the rest is told anew
_STOCK: Final = "stock/"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """The newest word on ``key``. ``body`` None: what had this key is gone."""

    kind: FeedKind
    key: str
    body: dict[str, Json] | None


class StockItems(Protocol):
    def stock_items(self, tx: Tx, shard: int, after: int, limit: int) -> Sequence[FeedItem]:
        """Items of ``stock/<shard>`` with a position above ``after``, by position, at most ``limit``: all there are,

        if they are fewer.
        """
        ...


def device_shard(device_id: UUID) -> str:
    """Its name in the database; the device itself asks for ``device``."""
    return f"{DEVICE_SHARD}/{device_id}"


def shard_order(shard: str) -> tuple[int, int, str]:
    """Heads are locked in this order: stock by number, then devices, then the operator's: no two writers cross."""
    if shard.startswith(_STOCK):
        return (0, int(shard.removeprefix(_STOCK)), "")
    return (2, 0, shard) if shard == OPERATOR_SHARD else (1, 0, shard)


def advance(tx: Tx, shard: str, count: int) -> int:
    """Locks the head until the transaction ends and takes ``count`` positions: returns the last of them."""
    last = tx.scalar(
        "INSERT INTO feed_head (shard, position, floor) VALUES (%s, %s, 0)"
        " ON CONFLICT (shard) DO UPDATE SET position = feed_head.position + excluded.position RETURNING position",
        (shard, count),
    )
    assert isinstance(last, int)
    return last


def publish(tx: Tx, shard: str, items: Sequence[News]) -> None:
    """The last act of the writing transaction. Of two words on one key the later stays."""
    newest = {item.key: item for item in items}
    if not newest:
        return
    tx.run(
        "WITH head AS (INSERT INTO feed_head (shard, position, floor) VALUES (%s, %s, 0)"
        " ON CONFLICT (shard) DO UPDATE SET position = feed_head.position + excluded.position RETURNING position)"
        " INSERT INTO feed_item (shard, key, position, kind, body)"
        " SELECT %s, i.key, head.position - %s + i.n, i.kind, i.body"
        " FROM head, unnest(%s::text[], %s::text[], %s::text[]) WITH ORDINALITY AS i (key, kind, body, n)"
        " ON CONFLICT (shard, key) DO UPDATE"
        " SET position = excluded.position, kind = excluded.kind, body = excluded.body",
        (
            shard,
            len(newest),
            shard,
            len(newest),
            list(newest),
            [item.kind.value for item in newest.values()],
            [None if item.body is None else canonical(item.body).decode() for item in newest.values()],
        ),
    )


def publish_all(tx: Tx, news: Mapping[str, Sequence[News]]) -> None:
    """Into several shards, in the order in which every writer locks them."""
    for shard in sorted(news, key=shard_order):
        publish(tx, shard, news[shard])


@dataclass(frozen=True, slots=True)
class Feed:
    """Reading locks nothing and waits for nobody."""

    clock: Clock
    stock: StockItems

    def publish(self, tx: Tx, shard: str, items: Sequence[News]) -> None:
        publish(tx, shard, items)

    def page(
        self, device: Device, connection: Connection, *, shard: str, incarnation: str, position: int, limit: int
    ) -> FeedPage:
        """What a device asks for: ``operator``, ``device`` (its own) or ``stock/<n>``. ``incarnation`` empty: unknown.

        Raises Refusing: NOT_FOUND (no such shard), CURSOR_GONE (another incarnation, or too old: ask from 0).
        """
        stock_shard = _stock_shard(shard)
        if stock_shard is None and shard not in {OPERATOR_SHARD, DEVICE_SHARD}:
            raise Refusing(Refused.NOT_FOUND, "shard")
        limit = min(max(limit, 1), FEED_ITEMS_MAX)
        tx = Tx(connection)
        stored = device_shard(device.device_id) if shard == DEVICE_SHARD else shard
        if stock_shard is None:
            log = _read(tx, stored, position, limit)
            _demand_known(log.told, incarnation, position)
        else:
            # The head first: whatever it names was committed, so the statement after it sees all up to there.
            told = _told(tx, stored)
            _demand_known(told, incarnation, position)
            log = self._read_stock(tx, told, stock_shard, position, limit)
        items, whole, head = log.items, log.whole, log.told.head
        last = items[-1].position if items else position
        reached = max(head, last) if whole else last
        return FeedPage(
            shard=shard,
            incarnation=log.told.incarnation,
            position=reached,
            head=max(head, reached),
            more=not whole,
            snapshot=position == 0,
            items=tuple(items),
            central_time=self.clock.now(),
        )

    def _read_stock(self, tx: Tx, told: _Told, number: int, position: int, limit: int) -> _Log:
        items = list(self.stock.stock_items(tx, number, position, limit))
        items, whole = _within_bytes(items, whole=len(items) < limit)
        return _Log(told=told, items=items, whole=whole)


def drop_old_tombstones(connection: Connection, *, kept: int = TOMBSTONES_KEPT) -> int:
    """Of a shard with a good deal more than ``kept`` all but the newest ``kept``. Returns how many.

    Cursors before the last that was dropped are gone (410). What is still alive down there is told anew, above the
    floor, in the order it had.
    """

    def work(tx: Tx) -> int:
        dropped = 0
        for (shard,) in tx.rows(
            "SELECT shard FROM feed_item WHERE body IS NULL GROUP BY shard HAVING count(*) > %s"
            # Living under the floor: left there by a program that did not move it.
            " UNION SELECT h.shard FROM feed_head h WHERE h.floor > 0 AND EXISTS"
            " (SELECT 1 FROM feed_item i WHERE i.shard = h.shard AND i.position <= h.floor) ORDER BY shard",
            (kept + kept // _PILE,),
        ):
            head = tx.row("SELECT position, floor FROM feed_head WHERE shard = %s FOR UPDATE", (shard,))
            assert head is not None, "positions were taken from it"
            found = tx.scalar(
                "SELECT position FROM feed_item WHERE shard = %s AND body IS NULL"
                " ORDER BY position DESC OFFSET %s LIMIT 1",
                (shard, kept),
            )
            floor = max(found or 0, head[1])
            dropped += tx.run(
                "DELETE FROM feed_item WHERE shard = %s AND body IS NULL AND position <= %s", (shard, floor)
            )
            moved = tx.run(
                "UPDATE feed_item i SET position = %s + m.n FROM"
                " (SELECT key, row_number() OVER (ORDER BY position) AS n FROM feed_item"
                " WHERE shard = %s AND position <= %s) m WHERE i.shard = %s AND i.key = m.key",
                (head[0], shard, floor, shard),
            )
            tx.run("UPDATE feed_head SET floor = %s, position = position + %s WHERE shard = %s", (floor, moved, shard))
        return dropped

    return in_transaction(connection, work)


def _stock_shard(shard: str) -> int | None:
    number = shard.removeprefix(_STOCK)
    if shard == number or not (number.isascii() and number.isdigit() and len(number) <= 2):
        return None
    return int(number) if str(int(number)) == number and int(number) < STOCK_SHARDS else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """Of a shard. ``floor``: nothing that lives stands at it or below, and no cursor before it is taken."""

    incarnation: UUID
    head: int
    floor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Log:
    """``whole``: there is nothing after these items up to the head."""

    told: _Told
    items: list[FeedItem]
    whole: bool


def _told(tx: Tx, shard: str) -> _Told:
    row = tx.row(
        "SELECT c.incarnation, h.position, h.floor FROM central c LEFT JOIN feed_head h ON h.shard = %s", (shard,)
    )
    assert row is not None, "central was created"
    return _Told(incarnation=row[0], head=row[1] or 0, floor=row[2] or 0)


def _demand_known(told: _Told, incarnation: str, position: int) -> None:
    if position and incarnation != str(told.incarnation):
        raise Refusing(Refused.CURSOR_GONE, "incarnation")
    if position and not told.floor <= position <= told.head:
        raise Refusing(Refused.CURSOR_GONE, "position", head=told.head, floor=told.floor)


def _read(tx: Tx, shard: str, after: int, limit: int) -> _Log:
    """In one statement: a floor that rose between the head and the items would hide a tombstone.

    A snapshot leaves tombstones out: there is nothing yet that they could end.
    """
    rows = tx.rows(
        "SELECT c.incarnation, h.position, h.floor, i.position, i.kind, i.key, i.body"
        " FROM central c LEFT JOIN feed_head h ON h.shard = %s LEFT JOIN LATERAL"
        " (SELECT position, kind, key, body FROM feed_item"
        " WHERE shard = h.shard AND position > %s AND (body IS NOT NULL OR %s > 0) ORDER BY position LIMIT %s) i"
        " ON true ORDER BY i.position",
        (shard, after, after, limit),
    )
    assert rows, "central was created"
    own, head, floor = rows[0][:3]
    found = [row[3:] for row in rows if row[3] is not None]
    items: list[FeedItem] = []
    size, whole = 0, len(found) < limit
    for position, kind, key, body in found:
        size += len(body) if body else 0
        if items and size > PAGE_BYTES_MAX:
            whole = False
            break
        items.append(FeedItem(position=position, kind=kind, key=key, body=None if body is None else json.loads(body)))
    return _Log(told=_Told(incarnation=own, head=head or 0, floor=floor or 0), items=items, whole=whole)


def _within_bytes(items: list[FeedItem], *, whole: bool) -> tuple[list[FeedItem], bool]:
    size = 0
    for n, item in enumerate(items):
        size += len(encode(item))
        if n and size > PAGE_BYTES_MAX:
            return items[:n], False
    return items, whole


def read_position(text: str) -> int:
    """A cursor's position or a limit from a query. Raises Refusing(BAD_MESSAGE)."""
    if not (text.isascii() and text.isdigit() and len(text) <= 16) or int(text) >= INTEGER_LIMIT:
        raise Refusing(Refused.BAD_MESSAGE, "not a number")
    return int(text)
