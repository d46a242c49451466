"""What central's log says of an error, and what not."""

from __future__ import annotations

import io
import logging
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from central import faults
from central.shell import logs
from central.shell.tending import Tending
from central.tx import Connection, Tx, in_transaction
from tests.conftest import LogWatch
from tests.unit.central.office import Office, claim

SECRET = "430102199003077777"
Connect = Callable[[], Connection]


def collide(connection: Connection) -> None:
    """As a mistake of ours would: the driver's text names the value."""

    def work(tx: Tx) -> None:
        tx.run("CREATE TEMP TABLE IF NOT EXISTS passenger (document text CONSTRAINT one_each UNIQUE)")
        tx.run("INSERT INTO passenger VALUES (%s), (%s)", (SECRET, SECRET))

    in_transaction(connection, work)


def caught(act: Callable[[], object]) -> BaseException:
    with pytest.raises(Exception) as found:  # noqa: PT011 - whatever it is
        act()
    return found.value


def test_an_error_is_told_by_kind_and_place(connect: Connect) -> None:
    """Enough to find the mistake by, and nobody's number: a log travels further than a database."""
    error = caught(lambda: collide(connect()))
    assert SECRET in str(error), "the driver does say it"
    told = faults.told(error)
    assert told.startswith("UniqueViolation 23505 (one_each) in ")
    assert re.search(r"central/tx\.py:\d+ _plain", told)
    assert re.search(r"tests/unit/central/test_faults\.py:\d+ work", told)
    assert SECRET not in told


def test_what_led_to_it_is_told_too(connect: Connect) -> None:
    def wrapped() -> None:
        try:
            collide(connect())
        except psycopg.Error as error:
            raise KeyError(SECRET) from error

    told = faults.told(caught(wrapped))
    assert re.fullmatch(r"KeyError in .+, after UniqueViolation 23505 .+", told)
    assert SECRET not in told


def test_a_deep_error_is_one_line_of_bounded_length() -> None:
    def deep(n: int) -> None:
        if n:
            deep(n - 1)
        raise ValueError(SECRET)

    told = faults.told(caught(lambda: deep(200)))
    assert told.count(" deep") == faults.FRAMES_MAX
    assert "\n" not in told


def test_a_fault_of_a_request_leaves_no_value_in_the_log(office: Office, log_watch: LogWatch) -> None:
    log_watch.expect("^fault: UniqueViolation 23505")
    window = office.window()
    error = caught(lambda: collide(office.connection))
    assert isinstance(error, psycopg.Error)
    office.stock.trouble.append(error)
    answer = office.ask(window.request("claim", claim()))
    assert answer.status == 500
    _without_values(log_watch)


def test_a_step_of_tending_leaves_no_value_in_the_log(connect: Connect, log_watch: LogWatch) -> None:
    log_watch.expect("^tending: UniqueViolation 23505")
    Tending((("a", collide),), connect=connect).round(connect())
    _without_values(log_watch)


def _without_values(watch: LogWatch) -> None:
    for record in watch.records:
        assert SECRET not in record.getMessage()
        assert not record.exc_info, "a traceback ends with the driver's text"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the log of ``serve`` writes."""
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(sys, "stderr", stream)
    try:
        logs.configure("json")
        yield stream
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def test_a_traceback_that_a_library_logs_is_told_without_values(connect: Connect, written: io.StringIO) -> None:
    """The server's own: "Exception in ASGI application", with everything."""
    try:
        collide(connect())
    except psycopg.Error:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    line = written.getvalue()
    assert '"exception": "UniqueViolation 23505 (one_each) in ' in line
    assert SECRET not in line


def test_nothing_of_central_logs_a_traceback() -> None:
    central = Path(faults.__file__).parent
    found = [
        f"{path.name}: {line.strip()}"
        for path in central.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"_log\.exception\(|exc_info=(?!None)|print_exc|format_exc\b", line)
    ]
    assert found == []
