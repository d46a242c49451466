"""Statements that travel together: what comes back, what an error among them does, and what the connection is after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import psycopg
import pytest

from central.tx import Asked, Connection, Tx, in_transaction, together
from tests.postgres import Database


@pytest.fixture
def connection(fresh_database: Database) -> Iterator[Connection]:
    with fresh_database.connect() as made:
        made.execute("CREATE TEMPORARY TABLE thing (n integer PRIMARY KEY, text text)")
        yield made


def test_parameters_arrive_as_they_are(connection: Connection) -> None:
    """Ids, times and texts with quotes, backslashes and nothing in them: a place's name must not become another's."""
    values = (
        'a "quoted" \\ text, {braces} NULL',
        7,
        True,
        UUID("01a1fef5-acbb-7a40-af69-707d85db1718"),
        datetime(2026, 12, 1, 1, 2, 3, 4000, UTC),
        date(2026, 12, 1),
        b"\x00\xff\\",
        ["a,b", 'c"d', "NULL", "", None, "\\"],
        [1, 2],
        None,
    )
    found = together(
        connection,
        lambda tx: tx.row(
            "SELECT %s::text, %s::int, %s::boolean, %s::uuid, %s::timestamptz, %s::date, %s::bytea, %s::text[], "
            "%s::int[], %s::text, '100%%'",
            values,
        ),
    )
    assert found == (*values, "100%")


def test_many_asked_come_back_each_to_its_own(connection: Connection) -> None:
    """Hundreds on their way at once, the same statement often: no answer is another's."""

    def work(tx: Tx) -> None:
        asked = [tx.ask("SELECT g, %s::int FROM generate_series(1, 50) g", (n,)) for n in range(300)]
        made = tx.ask("INSERT INTO thing SELECT g, 'x' FROM generate_series(1, %s) g", (9,))
        changed = tx.ask("UPDATE thing SET text = 'y' WHERE n > %s", (4,))
        assert all(one.rows() == [(g, n) for g in range(1, 51)] for n, one in enumerate(asked))
        assert (made.count(), changed.count()) == (9, 5)

    together(connection, work)
    assert connection.execute("SELECT count(*) FROM thing").fetchone() == (9,)


def test_an_error_undoes_the_transaction_and_leaves_the_connection(connection: Connection) -> None:
    """A double sale that the key forbids is told as such; the next transaction on the line is a fresh one."""

    def twice(tx: Tx) -> None:
        tx.ask("INSERT INTO thing VALUES (%s, 'first')", (1,))
        tx.ask("INSERT INTO thing VALUES (%s, 'second')", (1,))
        tx.ask("SELECT 'asked for the first time, behind the error'")

    for _ in range(3):
        with pytest.raises(psycopg.errors.UniqueViolation):
            in_transaction(connection, twice, pipelined=True)
    assert connection.execute("SELECT count(*) FROM thing").fetchone() == (0,)

    def right(tx: Tx) -> list[tuple[object, ...]]:
        tx.ask("INSERT INTO thing VALUES (%s, 'first')", (1,))
        return tx.rows("SELECT 'asked for the first time, behind the error'")

    assert in_transaction(connection, right, pipelined=True) == [("asked for the first time, behind the error",)]
    assert connection.execute("SELECT count(*) FROM thing").fetchone() == (1,)


def test_an_error_that_nobody_looks_at_comes_up_all_the_same(connection: Connection) -> None:
    """The last statement before the commit may fail: who asked must not hear that it was done."""
    with pytest.raises(psycopg.errors.DivisionByZero):
        in_transaction(connection, lambda tx: tx.ask("SELECT 1 / %s::int", (0,)), pipelined=True)
    with pytest.raises(psycopg.errors.DivisionByZero):
        together(connection, lambda tx: tx.ask("SELECT 1 / %s::int", (0,)))
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_what_the_work_raises_undoes_it(connection: Connection) -> None:
    """A refusal halfway leaves nothing behind."""

    def refuse(tx: Tx) -> None:
        tx.ask("INSERT INTO thing VALUES (5, 'gone')")
        raise LookupError

    with pytest.raises(LookupError):
        in_transaction(connection, refuse, pipelined=True)
    assert connection.execute("SELECT count(*) FROM thing").fetchone() == (0,)


def test_many_rows_in_one_go(connection: Connection) -> None:
    """``run_many`` counts what it touched, in a pipeline as without."""
    rows = [(n, str(n)) for n in range(120)]
    written = in_transaction(
        connection, lambda tx: tx.run_many("INSERT INTO thing VALUES (%s, %s)", rows), pipelined=True
    )
    assert written == 120


def test_a_lost_connection_is_no_answer(connection: Connection, fresh_database: Database) -> None:
    """PostgreSQL ends it halfway: an error of the line, not an endless wait, and the connection is told gone."""

    def killed(tx: Tx) -> None:
        tx.ask("INSERT INTO thing VALUES (6, 'lost')")
        (backend,) = tx.rows("SELECT pg_backend_pid()")
        with fresh_database.connect() as other:
            other.execute("SELECT pg_terminate_backend(%s)", backend)
        tx.rows("SELECT pg_sleep(10)")

    with pytest.raises(psycopg.OperationalError):
        in_transaction(connection, killed, pipelined=True)
    assert connection.closed


def test_without_prepared_statements(fresh_database: Database) -> None:
    """Behind a pooler that knows none."""
    with fresh_database.connect() as made:
        made.prepare_threshold = None
        assert [together(made, lambda tx, n=n: tx.scalar("SELECT %s::int", (n,))) for n in range(3)] == [0, 1, 2]  # type: ignore[misc]
        assert made.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)


def test_statements_that_somebody_deallocated(connection: Connection) -> None:
    """The driver forgets all prepared statements after a change of tables: the next request is answered still."""
    for _ in range(2):
        assert together(connection, lambda tx: tx.scalar("SELECT count(*) FROM thing WHERE n > %s", (0,))) == 0
        connection.execute("DEALLOCATE ALL")
        assert in_transaction(connection, lambda tx: tx.scalar("SELECT count(*) FROM thing"), pipelined=True) == 0
        connection.execute("ALTER TABLE thing ADD COLUMN more integer")
        connection.execute("ALTER TABLE thing DROP COLUMN more")


def test_what_goes_ahead_stands_by_itself(connection: Connection) -> None:
    """The record of a request's seal must outlive the decision that failed behind it: it would be taken again."""

    def ahead(tx: Tx) -> None:
        tx.ask("INSERT INTO thing VALUES (1, 'ahead')")

    def fails(tx: Tx) -> None:
        tx.ask("INSERT INTO thing VALUES (2, 'behind')")
        tx.rows("SELECT 1 / %s::int", (0,))

    with pytest.raises(psycopg.errors.DivisionByZero):
        in_transaction(connection, fails, pipelined=True, ahead=ahead)
    assert connection.execute("SELECT n FROM thing").fetchall() == [(1,)]


def test_an_error_ahead_is_its_own(connection: Connection) -> None:
    """It comes up where its answer is looked at, each time, and what was asked behind it has its own answers."""
    asked: list[Asked] = []

    def ahead(tx: Tx) -> None:
        asked.append(tx.ask("SELECT 1 / %s::int", (0,)))
        asked.append(tx.ask("SELECT 'never reached'"))

    def work(tx: Tx) -> list[tuple[object, ...]]:
        tx.ask("INSERT INTO thing VALUES (3, 'behind')")
        return tx.rows("SELECT n FROM thing")

    for _ in range(2):
        assert in_transaction(connection, work, pipelined=True, ahead=ahead) == [(3,)]
        for one in asked:
            with pytest.raises(psycopg.errors.DivisionByZero):
                one.rows()
        connection.execute("DELETE FROM thing")
    assert together(connection, lambda tx: tx.scalar("SELECT 'never reached'")) == "never reached"


def test_what_goes_ahead_goes_once(connection: Connection) -> None:
    """A transaction that PostgreSQL gave up is tried again; the seals before it were recorded already."""
    tries: list[int] = []

    def ahead(tx: Tx) -> None:
        tx.ask("INSERT INTO thing VALUES (4, 'once')")

    def given_up_once(tx: Tx) -> None:
        tx.rows("SELECT 1")
        tries.append(1)
        if len(tries) == 1:
            raise psycopg.errors.SerializationFailure

    in_transaction(connection, given_up_once, pipelined=True, ahead=ahead, sleep=lambda _: None)
    assert len(tries) == 2
    assert connection.execute("SELECT count(*) FROM thing").fetchone() == (1,)
