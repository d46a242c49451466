"""What somebody does to central and its windows who knows nothing of their insides: cuts, swaps, stops, reads along."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from central.shell.embedded import EmbeddedPostgres
from tests.e2e.central_station import (
    COUNTERFOIL,
    PASSWORD,
    PATIENCE_S,
    CentralProcess,
    Window,
    all_ended,
    counterfoil,
    good,
    wait_for,
)
from tests.e2e.faultproxy import Fault, FaultProxy
from tests.e2e.test_central_processes import central, compare, enrolled, feed, made, settle

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(900)]
__all__ = ("central", "feed", "made")  # fixtures


def sold(window: Window, sales: int, seed: int) -> None:
    window.drill(sales, seed)
    wait_for("the drill has ended", lambda: all_ended([window]))
    assert window.running is not None
    assert window.running.returncode == 0, window.complaints()


def test_a_line_cut_between_each_question_and_its_answer(central: CentralProcess, tmp_path: Path) -> None:
    """The question arrived, the answer did not: whatever it was, it is neither lost nor done twice."""
    central.start()
    with FaultProxy(central.port) as proxy:
        windows = enrolled(central, f"http://127.0.0.1:{proxy.port}", tmp_path, 2)
        settle(windows)
        for number, begin in enumerate((b"POST /v1/claims ", b"POST /v1/claims/lease ", b"POST /v1/journal ")):
            proxy.only, proxy.fault, before = begin, Fault.ANSWER_LOST, proxy.cut
            for window in windows:
                window.drill(1_000, seed=10 * number)
            wait_for(f"{begin!r} was cut", lambda before=before: proxy.cut >= before + 4)
            proxy.fault = Fault.NONE
            for window in windows:
                sales = len(window.tickets())
                wait_for("it sells on", lambda window=window, sales=sales: len(window.tickets()) > sales)
                window.kill()
            settle(windows)
        proxy.only, proxy.fault, before = b"POST /v1/leases ", Fault.ANSWER_LOST, proxy.cut
        fresh = Window(tmp_path / "window-9")
        fresh.enrol(f"http://127.0.0.1:{proxy.port}", central.code("CSQ", 9, "长沙"))
        fresh.sync(5)
        assert proxy.cut > before, "a top-up was cut"
        proxy.fault = Fault.NONE
        windows.append(fresh)
        settle(windows)
    status = json.loads(good("--profile", fresh.folder, "sync", "--status", "--json"))
    leases = json.loads(good("central", "allotments", "--data", central.folder, "--json"))
    assert len({lease["lease_id"] for lease in leases if lease["holder"] == "CSQ/9"}) > 0
    assert status["leased_places"] > 0, "what central gave to it, it has"
    compare(central, windows)


@pytest.mark.parametrize("witness", ["newer", "swapped_too"])
def test_last_weeks_store_in_the_place_of_todays(central: CentralProcess, tmp_path: Path, witness: str) -> None:
    """A technician puts a backup back. What was sold since is at central; nothing is sold under a number twice."""
    central.start()
    (window,) = enrolled(central, f"http://127.0.0.1:{central.port}", tmp_path, 1)
    sold(window, 3, seed=1)
    settle([window])
    backup = tmp_path / "backup"
    shutil.copytree(window.folder, backup)
    sold(window, 4, seed=2)
    settle([window])
    before = window.tickets()
    assert central.verified()["counts"]["tickets"] == len(before)
    kept = (window.folder / "witness").read_bytes()
    shutil.rmtree(window.folder)
    shutil.copytree(backup, window.folder)
    if witness == "newer":
        (window.folder / "witness").write_bytes(kept)
    refused = counterfoil("--profile", window.folder, "drill", "--sales", 2, "--seed", 3)
    assert refused.returncode == 3, refused.stderr
    assert re.search("witness|epoch|fork|stop", refused.stderr), refused.stderr
    good("--profile", window.folder, "start-epoch", "--user", "admin", "--reason", "backup put back",
         "--password-stdin", stdin=f"{PASSWORD}\n")  # fmt: skip
    sold(window, 3, seed=4)
    settle([window])
    report = central.verified()
    assert report["ok"], report["findings"]
    fresh = window.tickets() - before
    assert len(fresh) >= 3
    assert report["counts"]["tickets"] == len(before | fresh), "what the backup forgot is still there, once"


def test_a_stop_in_the_middle_of_the_rush(central: CentralProcess, tmp_path: Path) -> None:
    """An upgrade at noon: whatever a window was told holds, and the windows sell on."""
    central.workers = 2
    central.start()
    windows = enrolled(central, f"http://127.0.0.1:{central.port}", tmp_path, 3)
    settle(windows)
    for number, window in enumerate(windows):
        window.drill(100_000, seed=number)
    wait_for("every window sells", lambda: all(window.durable() for window in windows))
    for _ in range(2):
        central.stop()
        assert central.running is not None
        assert central.running.returncode == 0, central.log.read_text()[-2_000:]
        central.start()
        counts = [len(window.tickets()) for window in windows]
        wait_for("they sell on", lambda counts=counts: all(
            len(window.tickets()) > count for window, count in zip(windows, counts, strict=True)
        ))  # fmt: skip
    for window in windows:
        window.kill()
    settle(windows)
    compare(central, windows)
    log = central.log.read_text()
    metrics = httpx.get(f"http://127.0.0.1:{central.port}/metrics", trust_env=False, timeout=60).text
    for secret in people(windows):
        word = re.compile(rf"\b{re.escape(secret)}\b" if len(secret) < 8 and secret.isascii() else re.escape(secret))
        assert not word.search(metrics), secret
        assert not word.search(log), secret


def people(windows: list[Window]) -> set[str]:
    """Whatever names a person, or could: logins, names, ids and documents, as they stand in the windows' stores."""
    found = set()
    for window in windows:
        with sqlite3.connect(f"file:{window.folder / 'counterfoil.sqlite'}?mode=ro", uri=True) as store:
            for table, column in (("user", "user_id"), ("user", "display_name"), ("ticket", "number")):
                found |= {str(value) for (value,) in store.execute(f"SELECT {column} FROM {table}")}
    found |= {family + given for family in "赵钱孙李周吴郑王冯陈" for given in ("伟", "芳", "秀英", "敏", "强", "洋")}
    assert len(found) > 60
    return {one for one in found if len(one) > 1}


@pytest.fixture
def database() -> Iterator[EmbeddedPostgres]:
    with tempfile.TemporaryDirectory(prefix="counterfoil-e2e-") as place, EmbeddedPostgres(Path(place)) as server:
        yield server


def test_ready_or_not_while_postgresql_comes_and_goes(database: EmbeddedPostgres, tmp_path: Path) -> None:
    """A load balancer sends windows to a central that can do nothing; or never again to one that could."""
    url, folder = database.url(), tmp_path / "central"
    where = ("--data", folder, "--database", url)
    good("central", "migrate", *where, "--operator", "x")
    command = [*COUNTERFOIL, "central", "serve", *map(str, where), "--listen", "127.0.0.1:0"]
    serving = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert serving.stdout is not None
    try:
        address = json.loads(serving.stdout.readline())["listening"]

        def ready() -> tuple[int, str]:
            answer = httpx.get(f"{address}/readyz", trust_env=False, timeout=PATIENCE_S)
            return answer.status_code, answer.json()["database"]

        wait_for("it answers", lambda: ready()[1] == "ok")
        database._pg_ctl("stop", "--mode", "immediate")
        wait_for("it says so", lambda: ready()[0] == 503 and "does not answer" in ready()[1])
        assert httpx.get(f"{address}/healthz", trust_env=False, timeout=PATIENCE_S).status_code == 200
        told = httpx.get(f"{address}/v1/time", trust_env=False, timeout=PATIENCE_S)
        assert (told.status_code, told.json()["code"]) == (503, "busy")
        database._start_server()
        wait_for("it is back", lambda: ready()[1] == "ok")
        pid = int((database.data / "postmaster.pid").read_text().split("\n", 1)[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        stopped = [pid, *map(int, children)]
        for one in stopped:
            os.kill(one, signal.SIGSTOP)
        try:
            wait_for("a database that hangs is none", lambda: ready()[0] == 503)
        finally:
            for one in reversed(stopped):
                os.kill(one, signal.SIGCONT)
        wait_for("it is back again", lambda: ready()[1] == "ok")
    finally:
        serving.terminate()
        serving.wait(PATIENCE_S)
        serving.stdout.close()
