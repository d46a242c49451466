"""An outage ends: 10,000 offline sales go up to central over HTTP, checked, stored and judged.

One counter drains, so ``pgbench -N`` runs with one client, too: on the same PostgreSQL, before and after in the same
run; it divides what is measured. ``--sales 100000``: another number of sales. Their month without a line, and what is
checked of it: ``long_outage``.
"""

from __future__ import annotations

import statistics
from pathlib import Path

from benchmarks import pgbench
from benchmarks.long_outage import Drained, drained
from benchmarks.result import Context, Result
from central.shell.embedded import EmbeddedPostgres
from tests.postgres import Cluster, make_template

SALES = 10_000
CLIENTS = 1  # counters that drain
WIRE = "pushes and their answers, heads included, without TLS"


def run(context: Context) -> list[Result]:
    sales, seconds = (200, 1.0) if context.quick else (SALES, 4.0)
    with EmbeddedPostgres(context.folder / "postgres") as server:
        make_template(server)
        pgbench.prepare(server)
        tps: list[float] = []

        def beside() -> None:
            tps.append(pgbench.transactions_a_second(server, clients=CLIENTS, seconds=seconds))

        folder = Path(context.folder) / "outage"
        folder.mkdir()
        with drained(Cluster(server), folder, context.sales or sales, beside=beside) as made:
            assert not made.wrong, made.wrong
            return _results(made, tps)


def _results(made: Drained, tps: list[float]) -> list[Result]:
    beside, traffic, books = statistics.mean(tps), made.traffic, made.books
    of = f"{made.sales} sales over {made.days} days"
    return [
        Result(
            name="pgbench -N, simple update, scale 10",
            value=beside,
            unit="tps",
            note=f"{CLIENTS} client; before {tps[0]:.0f}, after {tps[-1]:.0f}",
        ),
        Result(name="a sale without a line", value=made.sold_s / made.sales * 1_000, unit="ms", note=of),
        Result(
            name="drain: durable at central",
            value=made.stored_s,
            unit="s",
            note=f"{made.entries} entries in {traffic.pushes} pushes of {traffic.requests} requests, HTTP",
        ),
        Result(name="drain: judged", value=made.judged_s, unit="s", note=f"{len(books.prices)} tickets, no verdict"),
        Result(name="drain: entries stored", value=made.entries / made.stored_s, unit="/s"),
        Result(
            name="drain: entries stored",
            value=made.entries / made.stored_s / beside,
            unit="ratio",
            ratio_of=pgbench.NAME,
        ),
        Result(name="drain: sales stored and judged", value=made.sales / made.judged_s, unit="/s"),
        Result(
            name="drain: sales stored and judged",
            value=made.sales / made.judged_s / beside,
            unit="ratio",
            ratio_of=pgbench.NAME,
        ),
        Result(name="drain: slowest push", value=traffic.slowest_ms, unit="ms"),
        Result(name="a sale on the wire, up", value=traffic.pushed_up / made.sales, unit="bytes", note=WIRE),
        Result(name="a sale on the wire, down", value=traffic.pushed_down / made.sales, unit="bytes", note=WIRE),
        Result(
            name="drain: everything else on the wire, both ways",
            value=(traffic.up + traffic.down - traffic.pushed_up - traffic.pushed_down) / 1024,
            unit="KiB",
            note="time, feed, leases",
        ),
        Result(
            name="drain: entries, tickets, money, places that differ",
            value=len(made.wrong),
            unit="",
            goal=0,
            note=f"numbers 1 to {books.last}, {books.cash_minor} fen, {len(books.places)} cells",
        ),
        Result(name="drain: central verify, journal compared", value=made.verified_s, unit="s"),
    ]
