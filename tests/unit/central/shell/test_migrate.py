"""Central's schema: made, checked, refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from threading import Thread
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from central.shell import migrate as module
from central.shell.migrate import check_schema, connect, migrate, schema_of
from central.shell.trouble import Trouble
from tests.postgres import PARTITIONS_FROM, Cluster, Database


@pytest.fixture
def empty(cluster: Cluster) -> Iterator[Database]:
    made = cluster.empty()
    yield made
    cluster.drop(made)


def test_an_empty_database_is_made_and_a_second_time_changes_nothing(empty: Database) -> None:
    with empty.connect() as connection:
        with pytest.raises(Trouble, match="central migrate"):
            check_schema(connection)
        assert migrate(empty.url, today=PARTITIONS_FROM) == ""
        check_schema(connection)
        assert migrate(empty.url, today=PARTITIONS_FROM) == schema_of(connection) == module.REVISIONS[-1]


def test_partitions_lie_ahead_and_more_are_made_as_time_passes(empty: Database) -> None:
    """The day that a month without a partition is first sold, nothing of it could be stored."""
    migrate(empty.url, today=date(2026, 11, 20), ahead=timedelta(days=40))
    migrate(empty.url, today=date(2026, 12, 20), ahead=timedelta(days=40))
    with empty.connect() as connection:
        rows = connection.execute(
            "SELECT c.relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE c.relname LIKE 'place_leg%'"
            " AND c.relkind = 'r' ORDER BY 1"
        ).fetchall()
    assert [name for (name,) in rows] == ["place_leg_2026_11", "place_leg_2026_12", "place_leg_2027_01"]


def test_two_at_once_do_it_once(empty: Database) -> None:
    """Two machines are upgraded in the same minute."""
    troubles: list[BaseException] = []

    def one() -> None:
        try:
            migrate(empty.url, today=PARTITIONS_FROM)
        except BaseException as error:  # noqa: BLE001 - told below
            troubles.append(error)

    threads = [Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert troubles == []


def test_a_newer_database_is_refused_and_left_alone(fresh_database: Database) -> None:
    """An older program would write what the newer one does not expect."""
    with fresh_database.connect() as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(Trouble, match="newer"):
            check_schema(connection)
        with pytest.raises(Trouble, match="newer"):
            migrate(fresh_database.url, today=PARTITIONS_FROM)
        assert schema_of(connection) == "9999"


def test_a_migration_that_fails_leaves_nothing(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole or not at all: half a schema is worse than none."""
    with empty.connect() as connection:
        connection.execute("CREATE TABLE incident (x int)")  # the last table of the schema is in the way
        with pytest.raises(psycopg.errors.DuplicateTable):
            migrate(empty.url, today=PARTITIONS_FROM)
        assert schema_of(connection) == ""
        row = connection.execute("SELECT to_regclass('place_leg')").fetchone()
    assert row == (None,)


def test_an_old_postgresql_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []

    def old(*_: Any, **__: Any) -> Any:
        return SimpleNamespace(info=SimpleNamespace(server_version=140_011), close=lambda: closed.append(True))

    monkeypatch.setattr(psycopg, "connect", old)
    with pytest.raises(Trouble, match="PostgreSQL 14 is too old"):
        connect("postgresql://")
    assert closed == [True]


@pytest.mark.parametrize(
    ("url", "words"),
    [("postgresql://127.0.0.1:1/x", "does not answer"), ("no url at all", "URL is not right")],
)
def test_a_database_that_is_not_there_is_said_in_a_sentence(url: str, words: str) -> None:
    with pytest.raises(Trouble, match=words):
        connect(url)
