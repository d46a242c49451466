"""Group commit: an answer lost or given to the wrong counter here is a seat sold twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future

import psycopg
import pytest

from central.request import Refusing
from central.stock.words import Act, Ask
from central.stock.writer import GroupCommit
from central.tx import Connection
from counter_app.wire.messages import ClaimAnswer, ClaimStatus, Refused
from tests.postgres import Database
from tests.unit.central.stock.world import World


class Gate:
    """A decision that waits until it is let go, and keeps what it was given."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.entered = threading.Event()
        self.batches: list[list[int]] = []

    def decide(self, batch: Sequence[int], connection: Connection) -> list[int]:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        self.batches.append(list(batch))
        self.entered.set()
        assert self.open.wait(60)
        return [n * 10 for n in batch]


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open.set()


Writers = Callable[..., GroupCommit[int, int]]


@pytest.fixture
def writer(database: Database, gate: Gate) -> Iterator[Writers]:
    made: list[GroupCommit[int, int]] = []

    def make(**options: int) -> GroupCommit[int, int]:
        made.append(GroupCommit(gate.decide, database.connect, **options))
        return made[-1]

    yield make
    gate.open.set()
    assert all(one.close() for one in made)


def test_what_waits_is_decided_together_each_with_its_own_answer(writer: Writers, gate: Gate) -> None:
    lane = writer(lanes=1, batch_max=7)
    first = lane.submit(1, 0)
    assert gate.entered.wait(60)
    rest = [lane.submit(n, 0) for n in range(2, 12)]
    gate.open.set()
    assert [future.result(60) for future in [first, *rest]] == [n * 10 for n in range(1, 12)]
    assert gate.batches == [[1], [2, 3, 4, 5, 6, 7, 8], [9, 10, 11]]


def test_a_full_queue_refuses_and_does_nothing(writer: Writers, gate: Gate) -> None:
    lane = writer(lanes=1, queue_max=2)
    taken = [lane.submit(1, 0)]
    assert gate.entered.wait(60)
    taken += [lane.submit(2, 0), lane.submit(3, 0)]
    assert lane.waiting == 2
    with pytest.raises(Refusing) as refusing:
        lane.submit(4, 0)
    assert refusing.value.code is Refused.BUSY
    gate.open.set()
    assert [future.result(60) for future in taken] == [10, 20, 30]


def test_closing_finishes_what_was_accepted(writer: Writers, gate: Gate) -> None:
    lane = writer(lanes=2)
    taken = [lane.submit(n, n) for n in range(6)]
    closing = threading.Thread(target=lane.close)
    closing.start()
    gate.open.set()
    closing.join(60)
    assert [future.result(60) for future in taken] == [n * 10 for n in range(6)]
    with pytest.raises(Refusing):
        lane.submit(7, 0)
    assert lane.close()


def test_a_lost_connection_is_told_to_those_who_wait_and_made_anew(database: Database) -> None:
    """PostgreSQL was restarted: whoever waited hears that it is not known, the next one is served."""
    opened: list[Connection] = []

    def connect() -> Connection:
        opened.append(database.connect())
        return opened[-1]

    def decide(batch: Sequence[int], connection: Connection) -> list[int]:
        if batch[0] < 0:
            connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        connection.execute("SELECT 1")
        return list(batch)

    lane = GroupCommit(decide, connect, lanes=1)
    try:
        assert lane.submit(1, 0).result(60) == 1
        with pytest.raises(psycopg.OperationalError):
            lane.submit(-1, 0).result(60)
        assert lane.submit(2, 0).result(60) == 2
        assert len(opened) == 2
    finally:
        assert lane.close()


def test_an_own_mistake_reaches_who_asked_and_the_lane_goes_on(database: Database) -> None:
    def decide(batch: Sequence[int], connection: Connection) -> list[int]:
        del connection
        return [1 // n for n in batch]

    lane = GroupCommit(decide, database.connect, lanes=1)
    try:
        with pytest.raises(ZeroDivisionError):
            lane.submit(0, 0).result(60)
        assert lane.submit(1, 0).result(60) == 1
    finally:
        assert lane.close()


def test_many_clients_through_the_lanes(world: World, fresh_database: Database) -> None:
    """64 clients on the last ten places, as central runs it: exactly ten, none falsely refused."""
    device = world.device()
    lanes = GroupCommit(world.desk.decide_claims, fresh_database.connect, lanes=3)
    try:
        asks = [Ask(device=device, act=Act.CLAIM, message=world.ask(world.run())) for _ in range(64)]
        futures: list[Future[ClaimAnswer | Refusing]] = [lanes.submit(ask, ask.lane_key) for ask in asks]
        answers = [future.result(60) for future in futures]
    finally:
        assert lanes.close()
    told = [answer for answer in answers if isinstance(answer, ClaimAnswer)]
    assert [answer.status for answer in told].count(ClaimStatus.HELD) == 10
    assert {answer.free for answer in told if answer.status is ClaimStatus.REFUSED} == {0}
    assert len(told) == 64
    assert world.desk.check_cells(world.connection) == []
