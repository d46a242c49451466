"""The commit of a whole sale, against one bare SQLite FULL row of the same disk in the same run.

Measured through the real use case (order, ticket, places, sealed passenger, signed journal entry and code, cash, print
jobs, witness), from BEGIN until the witness was told; and the use case as a whole. Bare rows and sales take turns, so
that a slow moment of the machine meets both.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from benchmarks.result import Context, Result, percentile
from counter_app.application.views import HoldView, PassengerInput, PlaceWish
from db import engine as engines
from tests.unit.counter_app.application.counter import DAY, WHOLE, Counter
from tests.unit.counter_app.application.counter import run as run_of

GOAL_TIMES = 8.0


def run(context: Context) -> list[Result]:
    sales = 20 if context.quick else 400
    counter = Counter(context.folder / "counter")
    counter.open_shift()
    bare = _BareRows(context.folder / "bare.sqlite")
    commits: list[float] = []
    wholes: list[float] = []
    rows: list[float] = []
    for number in range(sales):
        hold = _hold(counter, number)
        people = (PassengerInput(name="李雷", document_type="passport", document=f"E{number:08d}"),)
        quote = counter.quote(hold, people)
        counter.begin_tender(counter.clerk, hold.order_id)
        rows.append(bare.one_us(number))
        started = perf_counter_ns()
        with _timed(counter, commits):
            counter.sell(counter.clerk, hold.order_id, people, received=quote.total, quoted=quote.total)
        wholes.append((perf_counter_ns() - started) / 1000)
    counter.close()
    bare.close()
    row, sale = percentile(rows, 50), percentile(commits, 50)
    return [
        Result(name="bare SQLite FULL row, median", value=row, unit="µs", note=f"{sales} rows, WAL"),
        Result(name="whole sale's commit, median", value=sale, unit="µs", note="BEGIN until the witness was told"),
        Result(name="whole sale's commit, p99", value=percentile(commits, 99), unit="µs"),
        Result(
            name="whole sale's commit",
            value=sale / row,
            unit="×",
            goal=GOAL_TIMES,
            ratio_of="one bare SQLite FULL row in the same run",
            note="medians",
        ),
        Result(name="sell for cash, all of it, median", value=percentile(wholes, 50), unit="µs", note="with checks"),
    ]


def _hold(counter: Counter, number: int) -> HoldView:
    """Twenty second-class seats a train: then the next day's."""
    day = DAY + timedelta(days=number // 20 % 10)
    trip = ("G1", "G3")[number // 200 % 2]
    return counter.hold(counter.clerk, run_of(trip, day), WHOLE, PlaceWish(travel_class="second", count=1))


@contextlib.contextmanager
def _timed(counter: Counter, into: list[float]) -> Iterator[None]:
    store: Any = counter.store
    real = store._transaction

    @contextlib.contextmanager
    def timed() -> Iterator[Any]:
        started = perf_counter_ns()
        with real() as books:
            yield books
        into.append((perf_counter_ns() - started) / 1000)

    store._transaction = timed
    try:
        yield
    finally:
        del store._transaction


class _BareRows:
    """What this disk takes for the smallest durable thing: one row, one FULL commit."""

    def __init__(self, path: Path) -> None:
        self._connection = engines.driver().connect(path, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT)")

    def one_us(self, number: int) -> float:
        started = perf_counter_ns()
        self._connection.execute("INSERT INTO row VALUES (?, ?)", (number, "x" * 40))
        return (perf_counter_ns() - started) / 1000

    def close(self) -> None:
        self._connection.close()
