"""Central as processes: TLS, several workers, an orderly end."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg
import pytest

from central.shell.serve import Options, _bind, serve
from central.shell.trouble import Trouble
from counter_app.security import SigningKey, self_signed_certificate
from counter_app.wire import messages as m
from counter_app.wire.codec import decode, encode
from counter_app.wire.signing import seal
from tests.postgres import Cluster, Database
from tests.unit.central.shell.serving import PATIENCE_S, served, started
from tests.unit.central.stock.world import World


class Window:
    """A device that is in the database already."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.device = world.device()
        self.key = SigningKey(world.numbers.bytes(32))
        self.sequence = 0
        world.connection.execute(
            "INSERT INTO device_key (device_id, epoch, public_key, certificate, granted_at)"
            " VALUES (%s, 1, %s, '{}', %s)",
            (self.device.device_id, self.key.public, world.clock.now()),
        )

    def claim(self, url: str, asked: m.ClaimRequest) -> httpx.Response:
        self.sequence += 1
        body = encode(asked)
        sealed = seal(
            method="POST",
            path="/v1/claims",
            body=body,
            device_id=self.device.device_id,
            epoch=1,
            sequence=self.sequence,
            at=self.world.clock.now(),
            sign=self.key.sign,
        )
        return httpx.post(f"{url}/v1/claims", content=body, headers=sealed.headers(), timeout=60, trust_env=False)


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def test_a_stop_answers_what_was_accepted_and_takes_nothing_new(fresh_database: Database) -> None:
    """SIGTERM in the middle of a sale: the counter gets its answer, and the places are what the answer says."""
    world = World(fresh_database.connect())
    window = Window(world)
    answers: list[httpx.Response] = []
    with served(fresh_database.url) as central:
        first = window.claim(central.url, world.ask(world.run("T1")))
        assert decode(m.ClaimAnswer, first.content).status is m.ClaimStatus.HELD
        with psycopg.connect(fresh_database.url) as other:
            other.execute("SELECT version FROM run FOR UPDATE")  # the next claim waits for this train
            asking = threading.Thread(
                target=lambda: answers.append(window.claim(central.url, world.ask(world.run("T1"))))
            )
            asking.start()
            until(lambda: _waiting_for_a_lock(world))
            central.process.send_signal(signal.SIGTERM)
            until(lambda: _refuses_connections(central.url))
            assert central.process.poll() is None, "it waits for the one that it took in"
            other.rollback()
        asking.join(PATIENCE_S)
        assert central.process.wait(PATIENCE_S) == 0, "".join(central.log)
    assert decode(m.ClaimAnswer, answers[0].content).status is m.ClaimStatus.HELD
    row = world.connection.execute("SELECT count(*) FROM claim WHERE state = 'HELD'").fetchone()
    assert row == (2,)


def _waiting_for_a_lock(world: World, number: int = 1) -> bool:
    row = world.connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ).fetchone()
    return row is not None and row[0] >= number


def _refuses_connections(url: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=10).close()
    except OSError:
        return True
    return False


def test_over_tls_with_a_certificate_that_a_counter_is_given(fresh_database: Database, tmp_path: Path) -> None:
    """Its certificate is the counter's CA file; without it the counter does not talk to it."""
    certificate, key = self_signed_certificate(
        ["localhost", "127.0.0.1"], now=datetime.now(UTC), valid=timedelta(days=2)
    )
    files = (tmp_path / "central.pem", tmp_path / "central.key")
    for path, content in zip(files, (certificate, key), strict=True):
        path.write_bytes(content)
    World(fresh_database.connect())
    with served(fresh_database.url, tls=files) as central:
        assert central.url.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=str(files[0]))
        trusting.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python 3.13 does of itself
        told = httpx.get(f"{central.url}/v1/time", verify=trusting, trust_env=False, timeout=60)
        assert told.status_code == 200
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{central.url}/v1/time", verify=ssl.create_default_context(), trust_env=False, timeout=60)


def test_several_workers_sell_one_train_and_a_dead_one_is_replaced(fresh_database: Database) -> None:
    """Ten places, two processes, thirty buyers: ten are sold. Then one is killed, and central still answers."""
    world = World(fresh_database.connect())
    windows = [Window(world) for _ in range(30)]
    held: list[m.ClaimStatus] = []
    with served(fresh_database.url, workers=2) as central:
        threads = [
            threading.Thread(
                target=lambda one=one: held.append(
                    decode(m.ClaimAnswer, one.claim(central.url, world.ask(world.run("T1"))).content).status
                )
            )
            for one in windows
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)
        assert (held.count(m.ClaimStatus.HELD), held.count(m.ClaimStatus.REFUSED)) == (10, 20)
        pages = [httpx.get(f"{central.url}/metrics", trust_env=False, timeout=60).text for _ in range(4)]
        assert all('central_requests_total{route="claim",status="200"} 30.0' in page for page in pages), pages[0]
        victim = _workers(central.process.pid)[0]
        os.kill(victim, signal.SIGKILL)
        until(lambda: victim not in _workers(central.process.pid) and len(_workers(central.process.pid)) == 2)
        until(lambda: any('"a worker ended"' in line for line in central.log))
        until(lambda: _answers(central.url))
        central.process.send_signal(signal.SIGTERM)
        assert central.process.wait(PATIENCE_S) == 0, "".join(central.log)


def test_workers_whose_main_process_is_killed_answer_what_they_took_in_and_end(
    fresh_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """kill -9 tells nobody anything. An operator who starts central again finds the port free and no second one."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    world = World(fresh_database.connect())
    window = Window(world)
    answers: list[httpx.Response] = []
    with served(fresh_database.url, workers=2) as central:
        workers = _workers(central.process.pid)
        port = int(central.url.rpartition(":")[2])
        assert len(workers) == 2
        assert list(tmp_path.iterdir()), "the workers' numbers for /metrics"
        first = window.claim(central.url, world.ask(world.run("T1")))
        assert decode(m.ClaimAnswer, first.content).status is m.ClaimStatus.HELD
        with psycopg.connect(fresh_database.url) as other:
            other.execute("SELECT version FROM run FOR UPDATE")  # the next claim waits for this train
            asking = threading.Thread(
                target=lambda: answers.append(window.claim(central.url, world.ask(world.run("T1"))))
            )
            asking.start()
            until(lambda: _waiting_for_a_lock(world))
            central.process.kill()
            with served(fresh_database.url, port=port) as again:  # alone on the port: nobody else may have it
                assert again.url == central.url
                assert _answers(again.url)
            until(lambda: sum(map(_lives, workers)) == 1)  # the one that has a claim to answer
            other.rollback()
        asking.join(PATIENCE_S)
        until(lambda: not any(map(_lives, workers)))
        assert not list(tmp_path.iterdir()), "nothing is left behind"
    assert decode(m.ClaimAnswer, answers[0].content).status is m.ClaimStatus.HELD


def test_workers_that_are_starting_when_their_main_process_is_killed_end_too(
    fresh_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    world = World(fresh_database.connect())
    with psycopg.connect(fresh_database.url) as other:
        other.execute("LOCK TABLE central IN SHARE ROW EXCLUSIVE MODE")  # they wait for it while they are made
        starting = started(fresh_database.url, workers=2)
        try:
            until(lambda: _waiting_for_a_lock(world, 2))
            workers = _workers(starting.pid)
            starting.kill()
            until(lambda: not any(map(_lives, workers)))
            assert not list(tmp_path.iterdir())
        finally:
            starting.kill()
            starting.communicate(timeout=PATIENCE_S)
    assert len(workers) == 2


def _workers(pid: int) -> list[int]:
    """Processes that serve; multiprocessing's own helper is none of them."""
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        line = Path(f"/proc/{child}/cmdline").read_bytes()
        if b"spawn_main" in line:
            found.append(int(child))
    return found


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", trust_env=False, timeout=60).status_code == 200
    except httpx.TransportError:
        return False


def test_the_log_is_lines_of_json_without_what_was_asked(fresh_database: Database) -> None:
    """A log travels further than a database: it holds routes, codes and numbers."""
    world = World(fresh_database.connect())
    window = Window(world)
    with served(fresh_database.url) as central:
        window.claim(central.url, world.ask(world.run("T1"), coach="geheim"))
        httpx.post(f"{central.url}/v1/tickets/find", content=b'{"number":"geheim"}', trust_env=False, timeout=60)
        central.process.send_signal(signal.SIGTERM)
        central.process.wait(PATIENCE_S)
    lines = [json.loads(line) for line in central.log]
    refused = next(line for line in lines if line.get("route") == "find_tickets")
    assert (refused["status"], refused["code"], refused["level"]) == (401, "not_signed", "info")
    assert not any("geheim" in line for line in central.log)


def test_a_taken_port_is_said_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Trouble, match="cannot listen on 127"):
        _bind("127.0.0.1", taken.getsockname()[1], shared=False)


def test_a_database_without_schema_is_not_served(cluster: Cluster) -> None:
    empty = cluster.empty()
    options = Options(host="127.0.0.1", port=0, database_url=empty.url, version="test", log="text")
    with pytest.raises(Trouble, match="central migrate"):
        serve(lambda: pytest.fail("nothing is built"), options)
    cluster.drop(empty)
