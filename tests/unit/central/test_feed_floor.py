"""The feed after old tombstones were dropped: snapshots end, nobody misses anything, nothing that is gone lives on."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from central.feed import drop_old_tombstones
from central.request import Refusing
from central.tx import Connection, Tx
from counter_app.application.read_feed import ReadShard
from counter_app.errors import CentralSaidNo
from counter_app.wire import messages as m
from tests.postgres import Database
from tests.unit.central.office import Office, Window
from tests.unit.central.test_feed import _as_device, cursor, layout, layouts, say

LIMIT = 4


@pytest.fixture
def window(office: Office) -> Window:
    return office.window()


@dataclass
class Counter:
    """The counter's own reader of a shard, over central's page, with a store of one cursor and a dictionary."""

    office: Office
    window: Window
    connection: Connection
    kept: dict[str, object] = field(default_factory=dict)
    at: tuple[UUID, int] | None = None
    refused: int = 0

    def __post_init__(self) -> None:
        store: Any = self
        self.sync = self
        self.reader = ReadShard(store=store, line=store, shard="operator", applier=self)

    # the line

    def feed(self, shard: str, *, incarnation: UUID | None, position: int, limit: int, deadline_ms: int) -> m.FeedPage:
        del limit, deadline_ms
        try:
            return self.office.feed.page(
                _as_device(self.window),
                self.connection,
                shard=shard,
                incarnation=str(incarnation or ""),
                position=position,
                limit=LIMIT,
            )
        except Refusing as refusing:
            self.refused += 1
            raise CentralSaidNo(refusing.code.value) from refusing

    # the store

    @contextmanager
    def reading(self) -> Iterator[Any]:
        yield self

    writing = reading

    def cursor(self, shard: str) -> tuple[UUID, int] | None:
        del shard
        return self.at

    def put_cursor(self, shard: str, incarnation: UUID, position: int) -> None:
        del shard
        self.at = (incarnation, position)

    # the applier

    def prepare(self, items: Sequence[m.FeedItem]) -> None:
        self.page = items

    def apply(self, books: object) -> bool:
        del books
        for item in self.page:
            if item.body is None:
                self.kept.pop(item.key, None)
            else:
                self.kept[item.key] = item.body
        return True

    def end_snapshot(self, books: object, named: set[str]) -> bool:
        del books
        self.kept = {key: body for key, body in self.kept.items() if key in named}
        return True

    def committed(self) -> None: ...

    def load(self) -> None:
        for _ in range(200):
            if not self.reader().more:
                return
        raise AssertionError("it never ends")


def alive(connection: Connection) -> set[str]:
    rows = connection.execute("SELECT key FROM feed_item WHERE shard = 'operator' AND body IS NOT NULL").fetchall()
    return {key for (key,) in rows}


def came_and_went(office: Office, count: int, first: int = 100) -> None:
    say(office, *(layout(n) for n in range(first, first + count)))
    say(office, *(layout(n, None) for n in range(first, first + count)))


def test_a_snapshot_of_several_pages_ends(office: Office, window: Window) -> None:
    """Each page after the first would be told to begin again, for ever: no counter could be set up any more."""
    say(office, *(layout(n) for n in range(10)))
    came_and_went(office, 20)
    assert drop_old_tombstones(office.connection, kept=2) == 18
    counter = Counter(office, window, office.connection)
    counter.load()
    assert counter.refused == 0
    assert set(counter.kept) == alive(office.connection) >= {f"layout/{n}" for n in range(10)}


def test_who_is_up_to_date_stays_so(office: Office, window: Window) -> None:
    """Every counter would load everything anew whenever old tombstones are dropped."""
    say(office, *(layout(n) for n in range(10)))
    came_and_went(office, 20)
    page = office.page(window, "operator", limit=1_000)
    drop_old_tombstones(office.connection, kept=2)
    say(office, layout(3, None))
    told = office.page(window, "operator", **cursor(page))
    assert not told.snapshot
    assert ("layout/3", None) in layouts(told)
    assert [item.position for item in told.items] == sorted({item.position for item in told.items})
    assert office.page(window, "operator", **cursor(told)).items == ()


def test_what_vanished_while_the_floor_rose_does_not_stay(office: Office, window: Window) -> None:
    """A snapshot named it; then it went, and so did the word that it went."""
    say(office, *(layout(n) for n in range(10)))
    counter = Counter(office, window, office.connection)
    while "layout/0" not in counter.kept:
        assert counter.reader().more
    say(office, layout(0, None))
    came_and_went(office, 20)
    assert drop_old_tombstones(office.connection, kept=2) == 19
    counter.load()
    assert counter.refused == 1
    assert set(counter.kept) == alive(office.connection)
    assert "layout/0" not in counter.kept


@pytest.mark.parametrize("statement", range(3))
def test_the_floor_rises_in_the_middle_of_a_page(fresh_database: Database, statement: int) -> None:
    """Before whichever statement of a page it happens: the tombstone comes, or the cursor is gone. Never neither."""
    office = Office(fresh_database.connect())
    window = office.window()
    say(office, *(layout(n) for n in range(2)))
    page = office.page(window, "operator", limit=1_000)
    say(office, layout(1, None))
    came_and_went(office, 20)
    reader = fresh_database.connect()
    heard: list[str] = []

    def drop(words: str) -> None:
        heard.append(words)
        if len(heard) == statement + 1:
            Tx.watch = None
            drop_old_tombstones(office.connection, kept=2)

    Tx.watch = drop
    told: m.FeedPage | None = None
    try:
        with suppress(Refusing):
            told = office.feed.page(
                _as_device(window),
                reader,
                shard="operator",
                incarnation=str(page.incarnation),
                position=page.position,
                limit=1_000,
            )
    finally:
        Tx.watch = None
    assert heard
    assert told is None or ("layout/1", None) in layouts(told)


def test_what_an_older_program_left_under_the_floor_is_lifted(office: Office, window: Window) -> None:
    """A central that had dropped tombstones before would go on refusing every snapshot."""
    say(office, *(layout(n) for n in range(10)))
    came_and_went(office, 3)
    office.connection.execute("DELETE FROM feed_item WHERE body IS NULL AND shard = 'operator'")
    office.connection.execute("UPDATE feed_head SET floor = position WHERE shard = 'operator'")
    assert drop_old_tombstones(office.connection) == 0
    counter = Counter(office, window, office.connection)
    counter.load()
    assert set(counter.kept) == alive(office.connection)
    head = office.page(window, "operator").head
    drop_old_tombstones(office.connection)
    assert office.page(window, "operator").head == head, "once"


def test_dropped_in_piles(office: Office) -> None:
    """Each time the rest is told anew to every counter: not for each tombstone that is one too many."""
    came_and_went(office, 10)
    assert drop_old_tombstones(office.connection, kept=8) == 0
    came_and_went(office, 1, first=200)
    assert drop_old_tombstones(office.connection, kept=8) == 3


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_in_whatever_order_the_counters_end_with_what_is_there(
    office: Office, window: Window, seed: int
) -> None:
    chance = random.Random(seed)
    counters = [Counter(office, window, office.connection) for _ in range(3)]
    for _ in range(120):
        match chance.randrange(6):
            case 0 | 1:
                say(office, *(layout(n) for n in chance.sample(range(30), 3)))
            case 2:
                say(office, *(layout(n, None) for n in chance.sample(range(30), 3)))
            case 3:
                drop_old_tombstones(office.connection, kept=2)
            case _:
                counters[min(chance.randrange(6), 2)].reader()
    for counter in counters:
        counter.load()
        assert set(counter.kept) == alive(office.connection)
    assert any(counter.refused for counter in counters), "the floor never rose over any of them"
