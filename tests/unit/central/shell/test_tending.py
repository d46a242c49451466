"""What central does by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from central.shell import tending
from central.shell.tending import AFTER_TROUBLE_S, BUSY_S, Tending
from central.tx import Connection
from tests.conftest import LogWatch
from tests.postgres import Database

Connect = Callable[[], Connection]


def test_one_step_in_trouble_does_not_keep_the_next_from_its_turn(connect: Connect, log_watch: LogWatch) -> None:
    """Holds must still run out while a journal cannot be judged."""
    log_watch.expect("tending")
    done: list[str] = []

    def broken(_: Connection) -> None:
        raise KeyError("ours")

    tend = Tending((("a", broken), ("b", lambda _: done.append("b"))), connect=connect)
    assert tend.round(connect()) == AFTER_TROUBLE_S
    assert done == ["b"]


def test_much_to_do_is_gone_on_with_soon(connect: Connect) -> None:
    """A hundred thousand entries after a long outage are not judged in steps of two seconds."""
    tend = Tending((("much", lambda _: tending.MUCH), ("little", lambda _: 1)), connect=connect)
    assert tend.round(connect()) == BUSY_S
    idle = Tending((("little", lambda _: 1), ("told", lambda _: {"holds": 5_000})), connect=connect)
    assert idle.round(connect()) == tending.EVERY_S


def test_two_processes_take_turns(connect: Connect) -> None:
    """What one does the other need not do again, and they do not wait for each other's locks."""
    done: list[str] = []
    other = Tending((("x", lambda _: done.append("other")),), connect=connect)
    mine = Tending((("x", lambda _: done.append(str(other.round(connect())))),), connect=connect)
    mine.round(connect())
    assert done == [str(tending.EVERY_S)]
    other.round(connect())
    assert done[1:] == ["other"]


def test_a_lost_connection_is_opened_again(
    connect: Connect, database: Database, monkeypatch: pytest.MonkeyPatch, log_watch: LogWatch
) -> None:
    log_watch.expect("tending")
    monkeypatch.setattr(tending, "AFTER_TROUBLE_S", 0.0)
    turns: list[int] = []
    enough = threading.Event()

    def step(connection: Connection) -> None:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        turns.append(row[0])
        if len(turns) == 1:
            connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        if len(turns) == 3:
            enough.set()

    tend = Tending((("x", step),), connect=connect, every_s=0.0)
    tend.start()
    assert enough.wait(60)
    assert tend.stop(60)
    assert len(set(turns[:3])) == 2
