"""Central records over HTTP, beside ``pgbench -N`` on the same PostgreSQL with the same number of clients, in one run.

Rounds of a few seconds take turns, so that what else the machine does falls on all alike; each ratio is the median of
its rounds, and each round is divided by the mean of the pgbench before and after it. The clients are lean processes on
the same machine with requests signed beforehand; PostgreSQL has its usual durability.

What bounds the figures: pgbench, in C, keeps both cores of a small machine busy with PostgreSQL alone. A claim's budget
of 1 / 0.35 of such a transaction pays for checking its Ed25519 signature (about a tenth of a millisecond of one core),
HTTP, one Python process on one core at most, PostgreSQL's share and the clients. Claims of one process commit
together; each commit waits for the disk (fsync) once, whatever it carries, and the next batch gathers meanwhile.
"""

from __future__ import annotations

import multiprocessing
import random
import re
import socket
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import psycopg

from benchmarks import central_world, pgbench
from benchmarks.central_journal import Work, Written, write_all
from benchmarks.central_load import CONNECTIONS, Load, Signer, load, spread
from benchmarks.central_world import Ride, World
from benchmarks.result import Context, Result, percentile
from central.shell.embedded import EmbeddedPostgres
from counter_app.system import SystemClock, SystemEntropy, Uuid7Ids
from counter_app.wire import messages as m
from counter_app.wire.codec import decode, encode

RUNS = 300
ROUNDS_MAX = 3
BATCH = 250  # entries of a push
QUESTIONS = 10  # runs of one availability query: a page of search results
QUERIES_PER_S = 500
AVAILABILITY_MS_MAX = 15
CLAIMS_PER_S_MAX = 4_000  # requests are signed beforehand: so many a second suffice


@dataclass
class Rounds:
    """What was measured, round by round; ``pgbench`` has one more."""

    pgbench: list[float] = field(default_factory=list)
    claims: list[Load] = field(default_factory=list)
    hot: list[Load] = field(default_factory=list)
    intake: list[float] = field(default_factory=list)
    intake_loads: list[Load] = field(default_factory=list)
    judged: list[float] = field(default_factory=list)
    raw_bytes: int = 0
    entries: int = 0

    def ratio(self, rates: Sequence[float]) -> float:
        around = [(before + after) / 2 for before, after in zip(self.pgbench, self.pgbench[1:], strict=False)]
        return statistics.median(rate / tps for rate, tps in zip(rates, around, strict=True))


def run(context: Context) -> list[Result]:
    seconds, rounds = (1.0, 1) if context.quick else (4.0, ROUNDS_MAX)
    with EmbeddedPostgres(context.folder / "postgres") as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE central")
        pgbench.prepare(server)
        world = central_world.prepare(server.url("central"), context.folder)
        with central_world.served(world) as (host, port, process):
            asker = _Asker(world, host, port)
            made = _rounds(server, asker, seconds, rounds)
            with psycopg.connect(server.url(), autocommit=True) as connection:
                connection.execute("CHECKPOINT")  # what pgbench wrote last is not what these queries wait for
            free = asker.availability(seconds * 1.5)
            memory_mb = _resident_mb(process)
    return _results(made, free, memory_mb)


def _rounds(server: EmbeddedPostgres, asker: _Asker, seconds: float, rounds: int) -> Rounds:
    made = Rounds()
    asker.first_claims()
    made.pgbench.append(pgbench.transactions_a_second(server, clients=CONNECTIONS, seconds=seconds))
    for number in range(rounds):
        made.claims.append(asker.claims(seconds))
        made.hot.append(asker.hot(number, seconds))
        written = asker.journals(number, seconds)
        got = load(asker.host, asker.port, [one.requests for one in written], seconds=seconds)
        assert set(got.answers) == {200}, got.answers
        made.intake.append(got.answers[200] * BATCH / got.seconds)
        made.intake_loads.append(got)
        made.raw_bytes += sum(one.raw_bytes for one in written)
        made.entries += sum(len(one.requests) for one in written) * BATCH
        made.judged.append(_judging(asker.world))
        made.pgbench.append(pgbench.transactions_a_second(server, clients=CONNECTIONS, seconds=seconds))
    return made


class _Asker:
    """Signs what is asked, and asks it."""

    def __init__(self, world: World, host: str, port: int) -> None:
        self.world, self.host, self.port = world, host, port
        self._signers = [Signer(one.device_id, one.private) for one in world.windows]
        self._ids = Uuid7Ids(clock=SystemClock(), entropy=SystemEntropy())
        self._chance = random.Random(1)
        # Three sorts of trains, and none of them in two: one that is leased out whole has nothing left for claims.
        by_size = iter(sorted(world.rides, key=lambda ride: ride.places * ride.calls, reverse=True))
        self._hot = list(islice(by_size, ROUNDS_MAX))
        self._leased = list(islice(by_size, ROUNDS_MAX * CONNECTIONS))
        self._claimed = list(islice(by_size, RUNS))
        assert len(self._claimed) == RUNS, len(world.rides)

    def first_claims(self) -> None:
        """A run is frozen at its first claim: that is another matter than the claims of a day's business."""
        rides = [*self._claimed, *self._hot]
        requests = [self._claim(n, ride) for n, ride in enumerate(rides)]
        got = load(self.host, self.port, spread(requests, CONNECTIONS), seconds=120)
        assert set(got.answers) == {200}, got.answers
        assert sum(got.answers.values()) == len(rides)

    def claims(self, seconds: float) -> Load:
        """A train is wanted as it has room: one that is sold out would be another measurement."""
        many = int(seconds * CLAIMS_PER_S_MAX)
        weights = [ride.places * (ride.calls - 1) for ride in self._claimed]
        wanted = self._chance.choices(self._claimed, weights=weights, k=many)
        requests = [self._claim(n, ride) for n, ride in enumerate(wanted)]
        return self._ask(requests, seconds)

    def _ask(self, requests: Sequence[bytes], seconds: float) -> Load:
        got = load(self.host, self.port, spread(requests, CONNECTIONS), seconds=seconds, word=b'"status":"')
        assert set(got.answers) == {200}, got.answers
        return got

    def hot(self, number: int, seconds: float) -> Load:
        """Everybody wants one train, another one in each round; one leg each, and not more than it has."""
        ride = self._hot[number]
        room = int(ride.places * (ride.calls - 1) * 0.8)
        many = min(room, int(seconds * CLAIMS_PER_S_MAX))
        requests = [self._claim(n, ride, legs_max=1) for n in range(many)]
        return self._ask(requests, seconds)

    def _claim(self, n: int, ride: Ride, *, legs_max: int = 3) -> bytes:
        board = self._chance.randrange(ride.calls - 1)
        message = m.ClaimRequest(
            claim_id=self._ids.new(),
            order_id=self._ids.new(),
            run=ride.run,
            board=board,
            alight=self._chance.randrange(board + 1, min(ride.calls, board + 1 + legs_max)),
            count=1,
            travel_class="second",
        )
        return self._signers[n % len(self._signers)].request("POST", "/v1/claims", encode(message))

    def journals(self, number: int, seconds: float) -> list[Written]:
        """Of windows that sold nothing yet: each leases one train of its own and sells it."""
        first = number * CONNECTIONS
        works: list[Work] = []
        for window, ride in zip(self.world.windows[first:], self._leased[first:], strict=False):
            if len(works) == CONNECTIONS:
                break
            want = m.Want(run=ride.run, travel_class="second", board=0, alight=ride.calls - 1, count=ride.places)
            body = encode(m.TopUp(request_id=self._ids.new(), wants=(want,)))
            signer = self._signers[self.world.windows.index(window)]
            grants = decode(m.TopUpAnswer, self._once(signer.request("POST", "/v1/leases", body))).grants
            places = tuple(place for grant in grants for place in grant.places)
            entries = min(int(seconds * 1_500), len(places) * (ride.calls - 1)) // BATCH * BATCH
            works.append(Work(window, ride, places, self.world.issue_id, self.world.policy, entries, BATCH))
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(max_workers=2, mp_context=context) as pool:
            halves = list(pool.map(write_all, [works[0::2], works[1::2]]))
        return [one for half in halves for one in half]

    def availability(self, seconds: float) -> Load:
        requests = []
        for n in range(int(seconds * QUERIES_PER_S)):
            asked = self._chance.sample(self._claimed, QUESTIONS)
            message = m.AvailabilityQuery(
                questions=tuple(m.Question(run=ride.run, board=0, alight=ride.calls - 1) for ride in asked)
            )
            signer = self._signers[n % len(self._signers)]
            requests.append(signer.request("POST", "/v1/availability", encode(message)))
        ways = spread(requests, CONNECTIONS)
        got = load(self.host, self.port, ways, seconds=seconds, interval_s=CONNECTIONS / QUERIES_PER_S, processes=1)
        assert set(got.answers) == {200}, got.answers
        return got

    def _once(self, request: bytes) -> bytes:
        with socket.create_connection((self.host, self.port), timeout=60) as line:
            line.sendall(request)
            got = b""
            while True:
                got += line.recv(1 << 18)
                head, _, body = got.partition(b"\r\n\r\n")
                length = re.search(rb"content-length: (\d+)", head)
                if length is not None and len(body) >= int(length[1]):
                    assert b" 200 " in head[:20], got
                    return body


# ---- beside it


def _judging(world: World) -> float:
    """Entries a second that central judges behind the intake, until none waits."""
    with psycopg.connect(world.url, autocommit=True) as connection:

        def waiting() -> int:
            row = connection.execute("SELECT coalesce(sum(seq - judged_seq), 0) FROM chain").fetchone()
            assert row is not None
            return int(row[0])

        begin, first = time.monotonic(), waiting()
        left, deadline = first, begin + 120
        while left and time.monotonic() < deadline:
            time.sleep(0.1)
            left = waiting()
        bad = connection.execute("SELECT judgement, reason, count(*) FROM verdict GROUP BY 1, 2").fetchall()
        assert not bad, bad
    return (first - left) / (time.monotonic() - begin)


def _resident_mb(process: int) -> float:
    text = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", text)
    assert found is not None
    return int(found[1]) / 1024


# ---- in words


def _results(made: Rounds, free: Load, memory_mb: float) -> list[Result]:
    # Only what was granted counts: a train that is sold out answers too.
    claims = [one.words["HELD"] / one.seconds for one in made.claims]
    hot = [one.words["HELD"] / one.seconds for one in made.hot]
    many, one_run, entries = made.ratio(claims), made.ratio(hot), made.ratio(made.intake)
    last = made.claims[-1]
    answered, sent = sum(last.answers.values()), sum(one.bytes_out for one in made.intake_loads)
    pushed = sum(one.answers[200] for one in made.intake_loads) * BATCH
    clients = f"{CONNECTIONS} connections"
    return [
        Result(
            name=f"pgbench -N, simple update, scale {pgbench.SCALE}",
            value=statistics.median(made.pgbench),
            unit="tps",
            note=clients,
        ),
        Result(name=f"claims over HTTP, {RUNS} runs", value=statistics.median(claims), unit="/s", note=_words(last)),
        Result(
            name=f"claims over HTTP, {RUNS} runs",
            value=many,
            unit="ratio",
            goal=0.35,
            comparator=">=",
            ratio_of=pgbench.NAME,
        ),
        Result(
            name="claims over HTTP, one hot run", value=statistics.median(hot), unit="/s", note=_words(made.hot[-1])
        ),
        Result(
            name="claims over HTTP, one hot run",
            value=one_run / many,
            unit="ratio",
            goal=0.8,
            comparator=">=",
            ratio_of=f"those on {RUNS}",
        ),
        Result(name="claim, p50", value=percentile(last.latency_ms, 50), unit="ms"),
        Result(name="claim, p99", value=percentile(last.latency_ms, 99), unit="ms"),
        Result(
            name="journal entries taken in",
            value=statistics.median(made.intake),
            unit="/s",
            note=f"pushes of {BATCH}: chain and signature checked, durable",
        ),
        Result(
            name="journal entries taken in",
            value=entries,
            unit="ratio",
            goal=1.5,
            comparator=">=",
            ratio_of=pgbench.NAME,
        ),
        Result(
            name="journal entries judged",
            value=statistics.median(made.judged),
            unit="/s",
            note="sales of leased places",
        ),
        Result(
            name=f"availability, p99 at {QUERIES_PER_S} queries/s",
            value=percentile(free.latency_ms, 99),
            unit="ms",
            goal=AVAILABILITY_MS_MAX,
            note=f"{QUESTIONS} runs a query; {sum(free.answers.values())} queries; {_late(free)}",
        ),
        Result(name="availability, p50", value=percentile(free.latency_ms, 50), unit="ms"),
        Result(
            name="a claim on the wire, both ways",
            value=(last.bytes_out + last.bytes_in) / answered,
            unit="bytes",
            note="heads included, without TLS",
        ),
        Result(
            name="a sold ticket's entry on the wire",
            value=sent / pushed,
            unit="bytes",
            note=f"{made.raw_bytes / made.entries:.0f} bytes in the journal",
        ),
        Result(name="memory of central", value=memory_mb, unit="MB", note="one process, resident"),
    ]


def _late(got: Load) -> str:
    """How many were late, and in how many bursts: answers come in order, and one stall makes many of them late."""
    late = [n for n, took_ms in enumerate(got.latency_ms) if took_ms > AVAILABILITY_MS_MAX]
    bursts = sum(1 for n, before in zip(late, [-2 * CONNECTIONS, *late], strict=False) if n - before > CONNECTIONS)
    return f"{len(late)} late in {bursts} bursts, the longest {max(got.latency_ms):.0f} ms"


def _words(got: Load) -> str:
    return ", ".join(f"{count} {word}" for word, count in got.words.most_common())
