"""The feed: nobody misses anything, whatever commits when."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from uuid import UUID

import pytest

from central.feed import (
    News,
    advance,
    device_shard,
    drop_old_tombstones,
    publish,
    publish_all,
    shard_order,
)
from central.operator import new_incarnation
from central.services import Device
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.journal import Json
from counter_app.wire import messages as m
from counter_app.wire.messages import FEED_ITEMS_MAX, FeedKind
from tests.postgres import Database
from tests.unit.central.office import Office, Window, refused


def layout(n: int, words: str | None = "") -> News:
    body: dict[str, Json] | None = None if words is None else {"name": str(n), "body": words}
    return News(kind=FeedKind.LAYOUT, key=f"layout/{n}", body=body)


def say(office: Office, *items: News, shard: str = "operator") -> None:
    in_transaction(office.connection, lambda tx: publish(tx, shard, items))


def cursor(page: m.FeedPage) -> dict[str, object]:
    return {"incarnation": page.incarnation, "position": page.position}


@pytest.fixture
def window(office: Office) -> Window:
    return office.window()


def layouts(page: m.FeedPage) -> list[tuple[str, object]]:
    return [(item.key, item.body and item.body["body"]) for item in page.items if item.kind == "layout"]


class TestPages:
    def test_snapshot_then_what_changed(self, office: Office, window: Window) -> None:
        """Every turn would load everything, or a change would never come."""
        say(office, layout(1, "a"), layout(2, "b"))
        first = office.page(window, "operator")
        assert (first.snapshot, first.more) == (True, False)
        assert layouts(first) == [("layout/1", "a"), ("layout/2", "b")]
        assert first.position == first.head
        nothing = office.page(window, "operator", **cursor(first))
        assert (nothing.items, nothing.position, nothing.snapshot) == ((), first.position, False)
        say(office, layout(2, "c"))
        say(office, layout(3, "d"), layout(2, "e"))
        page = office.page(window, "operator", **cursor(first))
        assert sorted(layouts(page)) == [("layout/2", "e"), ("layout/3", "d")], "each key once, its newest word"

    def test_in_pages(self, office: Office, window: Window) -> None:
        say(office, *(layout(n) for n in range(10)))
        whole = office.page(window, "operator")
        found: list[m.FeedItem] = []
        page = office.page(window, "operator", limit=3)
        assert page.snapshot
        found += page.items
        while page.more:
            page = office.page(window, "operator", limit=3, **cursor(page))
            assert len(page.items) <= 3
            found += page.items
        assert [item.key for item in found] == [item.key for item in whole.items]
        assert [item.position for item in found] == sorted({item.position for item in found})

    def test_pages_have_a_bound_in_bytes(self, office: Office, window: Window) -> None:
        """One answer would hold more than a counter takes."""
        say(office, *(layout(n, "x" * 300_000) for n in range(6)))
        page, count = office.page(window, "operator"), 0
        while True:
            count += len(layouts(page))
            assert sum(len(str(item.body)) for item in page.items) < 1 << 21
            if not page.more:
                break
            page = office.page(window, "operator", **cursor(page))
        assert count == 6

    def test_tombstones(self, office: Office, window: Window) -> None:
        """What is gone would stay on every counter for ever."""
        say(office, layout(1), layout(2))
        before = office.page(window, "operator")
        say(office, layout(1, None))
        page = office.page(window, "operator", **cursor(before))
        assert [(item.key, item.body) for item in page.items] == [("layout/1", None)]
        fresh = office.page(window, "operator")
        assert [key for key, _ in layouts(fresh)] == ["layout/2"], "a snapshot needs no tombstones"
        assert fresh.position == page.position

    def test_a_tombstone_between_the_pages_of_a_snapshot(self, office: Office, window: Window) -> None:
        """What vanished while a counter loads would stay with it."""
        say(office, *(layout(n) for n in range(6)))
        page = office.page(window, "operator", limit=office.page(window, "operator").items.__len__() - 3)
        gone = page.items[-1].key
        assert gone.startswith("layout/")
        say(office, layout(int(gone.removeprefix("layout/")), None))
        rest = office.page(window, "operator", **cursor(page))
        assert (gone, None) in [(item.key, item.body) for item in rest.items]

    def test_dropped_tombstones_end_old_cursors(self, office: Office, window: Window) -> None:
        """A counter that was away for a year would miss what went in between, and not know it."""
        say(office, *(layout(n) for n in range(8)))
        before = office.page(window, "operator")
        say(office, *(layout(n, None) for n in range(6)))
        middle = office.page(window, "operator")
        assert drop_old_tombstones(office.connection, kept=2) == 4
        assert drop_old_tombstones(office.connection, kept=2) == 0
        answer = refused(office.ask(window.feed("operator", incarnation=before.incarnation, position=before.position)))
        assert answer.code == "cursor_gone"
        for page in (office.page(window, "operator", **cursor(middle)), office.page(window, "operator")):
            assert [key for key, _ in layouts(page)] == ["layout/6", "layout/7"], "told anew, above the floor"

    def test_another_incarnation(self, office: Office, window: Window) -> None:
        """After a restore a counter would believe what never was."""
        say(office, layout(1))
        page = office.page(window, "operator")
        new = new_incarnation(office.connection, office.services)
        response = office.ask(window.feed("operator", incarnation=page.incarnation, position=page.position))
        assert (response.status, refused(response).code) == (410, "cursor_gone")
        assert refused(office.ask(window.feed("operator", position=page.position))).code == "cursor_gone"
        assert office.page(window, "operator").incarnation == new

    def test_a_cursor_from_the_future(self, office: Office, window: Window) -> None:
        """A database put back to yesterday, with nobody saying so, would be read on at today's number."""
        page = office.page(window, "operator")
        request = window.feed("operator", incarnation=page.incarnation, position=page.head + 1)
        assert refused(office.ask(request)).code == "cursor_gone"

    def test_empty_shards(self, office: Office, window: Window) -> None:
        for shard in ("device", "stock/0", "stock/15"):
            page = office.page(window, shard)
            assert (page.items, page.position, page.more, page.snapshot) == ((), 0, False, True)

    @pytest.mark.parametrize(
        "shard", ["stock/16", "stock/-1", "stock/01", "stock/", "x", "device/1", "operator2", "stock/1x"]
    )
    def test_no_such_shard(self, office: Office, window: Window, shard: str) -> None:
        """A window could read another's verdicts."""
        assert refused(office.ask(window.feed(shard))).code == "not_found"

    def test_limits_are_bounded(self, office: Office, window: Window) -> None:
        say(office, layout(1))
        for limit in (0, FEED_ITEMS_MAX + 1):
            assert refused(office.ask(window.feed("operator", limit=limit))).code == "bad_message"
        assert office.page(window, "operator", limit=FEED_ITEMS_MAX).items
        page = office.feed.page(
            _as_device(window), office.connection, shard="operator", incarnation="", position=0, limit=10**9
        )
        assert page.items

    def test_each_device_sees_its_own(self, office: Office, window: Window) -> None:
        other = office.window(2)
        say(office, layout(1, "mine"), shard=device_shard(window.device_id))
        assert layouts(office.page(window, "device")) == [("layout/1", "mine")]
        assert office.page(other, "device").items == ()

    def test_nothing_to_say_takes_no_position(self, office: Office, window: Window) -> None:
        before = office.page(window, "operator").head
        say(office)
        assert office.page(window, "operator").head == before


class TestStockShards:
    def item(self, position: int, words: str = "") -> m.FeedItem:
        return m.FeedItem(position=position, kind="stock", key=str(position), body={"x": words})

    def test_pages_of_stock(self, office: Office, window: Window) -> None:
        office.stock.items = [self.item(n) for n in (2, 5, 9)]
        in_transaction(office.connection, lambda tx: advance(tx, "stock/3", 12))
        page = office.page(window, "stock/3", limit=2)
        assert ([item.position for item in page.items], page.position, page.more) == ([2, 5], 5, True)
        page = office.page(window, "stock/3", limit=2, **cursor(page))
        assert ([item.position for item in page.items], page.position, page.more) == ([9], 12, False)

    def test_stock_newer_than_the_head_that_was_read(self, office: Office, window: Window) -> None:
        """A run committed between the two statements would be sent again and again."""
        office.stock.items = [self.item(7)]
        page = office.page(window, "stock/3")
        assert (page.position, page.head, page.more) == (7, 7, False)

    def test_large_stock_in_pieces(self, office: Office, window: Window) -> None:
        office.stock.items = [self.item(n, "x" * 700_000) for n in (1, 2)]
        in_transaction(office.connection, lambda tx: advance(tx, "stock/3", 2))
        page = office.page(window, "stock/3")
        assert ([item.position for item in page.items], page.position, page.more) == ([1], 1, True)


def test_heads_are_locked_in_one_order() -> None:
    """Two writers would wait for each other."""
    one, two = device_shard(UUID(int=1)), device_shard(UUID(int=2))
    shards = ["operator", two, "stock/10", one, "stock/2"]
    assert sorted(shards, key=shard_order) == ["stock/2", "stock/10", one, two, "operator"]


def test_writers_of_the_same_shards_never_deadlock(fresh_database: Database) -> None:
    """Enrolments and verdicts would fail by chance under load."""
    office = Office(fresh_database.connect())
    shards = ["operator", *(device_shard(UUID(int=n)) for n in range(3))]
    failures: list[BaseException] = []

    def write(connection: Connection, seed: int) -> None:
        chance = random.Random(seed)
        try:
            for n in range(30):
                many = chance.sample(shards, 3)
                with connection.transaction():  # no second try: a deadlock would show
                    publish_all(Tx(connection), {shard: [layout(n)] for shard in many})
        except BaseException as error:  # noqa: BLE001 - shown by the assertion at the end
            failures.append(error)

    threads = [threading.Thread(target=write, args=(fresh_database.connect(), seed)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    rows = office.connection.execute("SELECT sum(position) FROM feed_head WHERE shard = ANY(%s)", (shards,)).fetchone()
    assert rows is not None
    assert rows[0] >= 4 * 30 * 3


# ---- the promise, and the naive cursor beside it --------------------------------------------------------------------

Write = Callable[[Connection, int], None]
Pull = Callable[[Connection, int], tuple[list[int], int]]
"""``pull(connection, cursor)``: the numbers of what is new, and the next cursor."""


def pull_under_slow_commits(database: Database, write: Write, pull: Pull) -> tuple[set[int], set[int]]:
    """Two writers that take their place early or late and commit late, one reader that pulls all the while.

    Each transaction of the first writer is held open until the second has committed a later one, and the reader has
    pulled in between: no timing decides, it happens in every round. Returns (written, seen).
    """
    rounds = 25
    seen: set[int] = set()
    slow, quick, reader = database.connect(), database.connect(), database.connect()
    begun, pulled = threading.Barrier(2, timeout=60), threading.Barrier(2, timeout=60)
    failures: list[BaseException] = []

    def be_slow() -> None:
        try:
            for n in range(rounds):
                with slow.transaction():
                    slow.execute("SELECT nextval('naive_numbers')")
                    begun.wait()  # it has its number; now the other one writes, and the reader pulls
                    pulled.wait()
                    write(slow, 2 * n)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion at the end
            failures.append(error)
            begun.abort()
            pulled.abort()

    thread = threading.Thread(target=be_slow)
    thread.start()
    cursor = 0
    try:
        for n in range(rounds):
            begun.wait()
            with quick.transaction():
                quick.execute("SELECT nextval('naive_numbers')")
                write(quick, 2 * n + 1)
            found, cursor = pull(reader, cursor)
            seen.update(found)
            pulled.wait()
    finally:
        thread.join()
    found, cursor = pull(reader, cursor)
    seen.update(found)
    assert not failures
    return set(range(2 * rounds)), seen


def _tables(connection: Connection) -> None:
    connection.execute("CREATE SEQUENCE naive_numbers")
    connection.execute("CREATE TABLE naive (seq bigint PRIMARY KEY, n integer NOT NULL)")


def _naive_write(connection: Connection, n: int) -> None:
    """The row's number was taken from the sequence when the transaction began to write."""
    connection.execute("INSERT INTO naive VALUES (currval('naive_numbers'), %s)", (n,))


def _naive_pull(connection: Connection, cursor: int) -> tuple[list[int], int]:
    rows = connection.execute("SELECT seq, n FROM naive WHERE seq > %s ORDER BY seq", (cursor,)).fetchall()
    return [n for _, n in rows], max([cursor, *(seq for seq, _ in rows)])


def test_a_pull_under_concurrent_slow_commits_misses_nothing(fresh_database: Database) -> None:
    """A counter would sell a seat whose sale elsewhere it never heard of."""
    office = Office(fresh_database.connect())
    window = office.window()
    _tables(office.connection)
    incarnation = str(office.info.incarnation)

    def write(connection: Connection, n: int) -> None:
        publish(Tx(connection), "operator", [layout(n)])

    def pull(connection: Connection, cursor: int) -> tuple[list[int], int]:
        page = office.feed.page(
            _as_device(window), connection, shard="operator", incarnation=incarnation, position=cursor, limit=2_000
        )
        found = [int(item.key.removeprefix("layout/")) for item in page.items if item.kind == FeedKind.LAYOUT]
        return found, page.position

    written, seen = pull_under_slow_commits(fresh_database, write, pull)
    assert seen == written


def test_the_naive_cursor_fails_the_same_test(fresh_database: Database) -> None:
    """Then the test above would prove nothing."""
    _tables(fresh_database.connect())
    written, seen = pull_under_slow_commits(fresh_database, _naive_write, _naive_pull)
    assert seen < written


def test_a_position_is_seen_only_after_all_before_it(fresh_database: Database) -> None:
    """Random writers that hold their positions for a while: a reader's cursor never passes one that is not there."""
    office = Office(fresh_database.connect())
    window = office.window()
    incarnation = str(office.info.incarnation)
    writers, each = 4, 40
    seen: list[int] = []
    failures: list[BaseException] = []
    hold = threading.Event()  # never set: only its wait is used

    def write(connection: Connection, worker: int) -> None:
        chance = random.Random(worker)
        try:
            for n in range(each):
                with connection.transaction():
                    connection.execute("SELECT pg_sleep(%s)", (chance.random() * 0.002,))
                    publish(Tx(connection), "operator", [layout(worker * each + n)])
                    hold.wait(chance.random() * 0.003)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion at the end
            failures.append(error)

    threads = [threading.Thread(target=write, args=(fresh_database.connect(), n)) for n in range(writers)]
    reader, cursor = fresh_database.connect(), 0
    for thread in threads:
        thread.start()
    while True:
        alive = any(thread.is_alive() for thread in threads)
        page = office.feed.page(
            _as_device(window), reader, shard="operator", incarnation=incarnation, position=cursor, limit=7
        )
        seen += [int(item.key.removeprefix("layout/")) for item in page.items if item.kind == FeedKind.LAYOUT]
        cursor = page.position
        if not alive and not page.more:
            break
    assert not failures
    assert sorted(seen) == list(range(writers * each)), "each exactly once"


def test_nobody_waits_for_a_reader(office: Office, window: Window, fresh_database: Database) -> None:
    """A counter that loads the whole timetable would hold up every sale, or the other way round."""
    writer = fresh_database.connect()
    with writer.transaction():
        publish(Tx(writer), "operator", [layout(1)])
        office.connection.execute("SET lock_timeout = '1ms'")
        page = office.page(window, "operator")
        assert layouts(page) == []
    assert layouts(office.page(window, "operator", **cursor(page))) == [("layout/1", "")]


def _as_device(window: Window) -> Device:
    return Device(
        device_id=window.device_id,
        station_code="CSQ",
        counter=1,
        epoch=1,
        current_epoch=1,
        lease_epoch=0,
        state="active",
        forked=False,
        wire=2,
    )
