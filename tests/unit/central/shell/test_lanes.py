"""Threads that take what is waiting in one go."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any, cast

import psycopg
import pytest

from central.shell import lanes
from central.shell.lanes import Busy, Lane
from central.tx import Connection
from tests.conftest import LogWatch


class Line:
    """Stands for a connection: a lane only asks whether it is still usable. ``server``: its other end."""

    def __init__(self) -> None:
        self.closed = False
        self.broken = False
        self._own, self.server = socket.socketpair()

    def fileno(self) -> int:
        return self._own.fileno()

    def close(self) -> None:
        self.closed = True
        self._own.close()
        self.server.close()


class Bench:
    """``opened``: every connection; ``batches``: what each call was given. Work waits while ``gate`` is shut."""

    def __init__(self) -> None:
        self.opened: list[Line] = []
        self.batches: list[list[int]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.began = threading.Event()
        self.trouble: list[BaseException] = []

    def connect(self) -> Connection:
        self.opened.append(Line())
        return cast("Connection", self.opened[-1])

    def work(self, items: Sequence[int], connection: Connection) -> Sequence[int]:
        assert not connection.closed
        self.batches.append(list(items))
        self.began.set()
        assert self.gate.wait(60)
        if self.trouble:
            raise self.trouble.pop(0)
        return [item * 10 for item in items]


def run(bench: Bench, talk: Callable[[Lane[int, int]], Any], **shape: Any) -> Any:
    """``talk`` is a coroutine function; the lane is stopped after it."""

    async def whole() -> Any:
        lane: Lane[int, int] = Lane("test", connect=bench.connect, work=bench.work, **shape)
        loop = asyncio.get_running_loop()
        lane.start(loop)
        try:
            return await talk(lane)
        finally:
            bench.gate.set()
            assert await loop.run_in_executor(None, lane.stop)

    return asyncio.run(whole())


async def _began(bench: Bench) -> None:
    assert await asyncio.get_running_loop().run_in_executor(None, bench.began.wait, 60)


def test_what_gathers_while_a_lane_is_busy_is_one_batch() -> None:
    """A commit that took five milliseconds carries everybody who came meanwhile."""
    bench = Bench()
    bench.gate.clear()

    async def talk(lane: Lane[int, int]) -> list[int]:
        first = lane.ask(0)
        await _began(bench)
        rest = [lane.ask(n) for n in range(1, 8)]
        assert (lane.waiting, lane.busy) == (7, 1)
        bench.gate.set()
        return [await one for one in (first, *rest)]

    assert run(bench, talk, batch_max=5) == [0, 10, 20, 30, 40, 50, 60, 70]
    assert bench.batches == [[0], [1, 2, 3, 4, 5], [6, 7]]
    assert len(bench.opened) == 1


def test_a_full_queue_says_busy_and_takes_nothing() -> None:
    bench = Bench()
    bench.gate.clear()

    async def talk(lane: Lane[int, int]) -> None:
        first = lane.ask(0)
        await _began(bench)
        waiting = [lane.ask(1), lane.ask(2)]
        with pytest.raises(Busy):
            lane.ask(3)
        bench.gate.set()
        assert [await one for one in (first, *waiting)] == [0, 10, 20]

    run(bench, talk, queue_max=2)
    assert bench.batches == [[0], [1], [2]]


def test_a_fault_reaches_everybody_of_its_batch_and_the_lane_goes_on() -> None:
    bench = Bench()
    bench.trouble.append(KeyError("ours"))

    async def talk(lane: Lane[int, int]) -> int:
        with pytest.raises(KeyError):
            await lane.ask(1)
        return await lane.ask(2)

    assert run(bench, talk) == 20
    assert len(bench.opened) == 1, "the connection was not at fault"


def test_a_lost_connection_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "RECONNECT_S", 0.0)
    bench = Bench()
    bench.trouble.append(psycopg.OperationalError("gone"))

    async def talk(lane: Lane[int, int]) -> int:
        with pytest.raises(psycopg.OperationalError):
            await lane.ask(1)
        return await lane.ask(2)

    assert run(bench, talk) == 20
    assert [line.closed for line in bench.opened] == [True, True]  # the second at the end


@pytest.mark.parametrize("last", [b"", b"E: terminating connection"], ids=["gone", "told so"])
def test_a_connection_that_died_while_it_rested_is_not_used(monkeypatch: pytest.MonkeyPatch, last: bytes) -> None:
    """PostgreSQL was restarted at night: the first counter in the morning gets its answer, not a fault."""
    monkeypatch.setattr(lanes, "REST_S", -1.0)
    bench = Bench()

    async def talk(lane: Lane[int, int]) -> list[int]:
        first = [await lane.ask(1), await lane.ask(2)]
        assert len(bench.opened) == 1, "it only rested"
        bench.opened[0].server.sendall(last)
        bench.opened[0].server.close()
        return [*first, await lane.ask(3)]

    assert run(bench, talk) == [10, 20, 30]
    assert len(bench.opened) == 2
    assert bench.opened[0].closed


def test_without_a_database_nothing_was_done(monkeypatch: pytest.MonkeyPatch, log_watch: LogWatch) -> None:
    log_watch.expect("no database")
    monkeypatch.setattr(lanes, "RECONNECT_S", 0.0)
    bench = Bench()

    def refuse() -> Connection:
        raise psycopg.OperationalError("connection refused")

    monkeypatch.setattr(bench, "connect", refuse)

    async def talk(lane: Lane[int, int]) -> None:
        with pytest.raises(Busy):
            await lane.ask(1)

    run(bench, talk)
    assert bench.batches == []


def test_what_waited_too_long_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its counter has given up and asked again: doing it now would only make the next ones later."""
    bench = Bench()

    async def talk(lane: Lane[int, int]) -> None:
        monkeypatch.setattr(lanes, "WAIT_S_MAX", -1.0)
        with pytest.raises(Busy):
            await lane.ask(1)
        monkeypatch.setattr(lanes, "WAIT_S_MAX", 60.0)
        assert await lane.ask(2) == 20

    run(bench, talk)
    assert bench.batches == [[2]]


def test_stopping_finishes_what_was_accepted_and_takes_nothing_more() -> None:
    """A sale that central took in is not lost because somebody restarts it."""
    bench = Bench()
    bench.gate.clear()

    async def talk(lane: Lane[int, int]) -> list[int]:
        first = lane.ask(0)
        await _began(bench)
        second = lane.ask(1)
        ended = asyncio.get_running_loop().run_in_executor(None, lane.stop)
        while True:
            try:
                lane.ask(2)
            except Busy:
                break
            await asyncio.sleep(0)
        bench.gate.set()
        assert await ended
        return [await first, await second]

    assert run(bench, talk) == [0, 10]
    assert all(line.closed for line in bench.opened)


def test_a_caller_that_went_away_harms_nobody() -> None:
    bench = Bench()
    bench.gate.clear()

    async def talk(lane: Lane[int, int]) -> int:
        first = lane.ask(0)
        await _began(bench)
        gone, stays = lane.ask(1), lane.ask(2)
        first.cancel()
        gone.cancel()
        bench.gate.set()
        return await stays

    assert run(bench, talk, batch_max=5) == 20
    assert bench.batches == [[0], [2]]
