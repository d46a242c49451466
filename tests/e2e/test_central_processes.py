"""Central and eight windows as real processes over a line with faults: whoever is killed, nothing is lost or doubled.

``COUNTERFOIL_STORM_S=300`` keeps the bad weather up for longer than the suite does, ``COUNTERFOIL_STORM_SEED`` makes
another one.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from resources.demo.invent import invent
from tests.e2e.central_station import (
    CLERK_PASSWORD,
    PASSWORD,
    PATIENCE_S,
    CentralProcess,
    Window,
    all_ended,
    counterfoil,
    good,
    members,
    wait_for,
)
from tests.e2e.faultproxy import Fault, FaultProxy

STORM_S = float(os.environ.get("COUNTERFOIL_STORM_S", "25"))
SEED = int(os.environ.get("COUNTERFOIL_STORM_SEED", "1"))
WINDOWS = 8

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(900 + STORM_S * 3)]


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("feed") / "invented.gtfs.zip"
    # Real processes live by the real clock: the timetable begins yesterday, whatever the zone.
    invent(path, first_date=(datetime.now(UTC) - timedelta(days=1)).date(), days=40, services=60)
    return path


@pytest.fixture(scope="module")
def made(feed: Path) -> Iterator[Path]:
    """A central with timetable, people and rules, at rest.

    Not in pytest's own folder: each pytest that starts shuts that one to others, and under root PostgreSQL runs as
    another user.
    """
    with tempfile.TemporaryDirectory(prefix="counterfoil-e2e-") as place:
        central = CentralProcess(Path(place) / "central")
        central.make(feed)
        yield central.folder


@pytest.fixture
def central(made: Path) -> Iterator[CentralProcess]:
    with tempfile.TemporaryDirectory(prefix="counterfoil-e2e-") as place:
        folder = Path(place) / "central"
        _copy(made, folder)
        copied = CentralProcess(folder)
        try:
            yield copied
        finally:
            copied.stop()


def enrolled(central: CentralProcess, url: str, folder: Path, count: int) -> list[Window]:
    windows = []
    for number in range(1, count + 1):
        station, name = (("CWQ", "长沙南"), ("CSQ", "长沙"))[number % 2]
        window = Window(folder / f"window-{number}")
        window.enrol(url, central.code(station, number, name))
        windows.append(window)
    return windows


def settle(windows: list[Window]) -> None:
    """The weather is fine again: every window brings its journal in."""
    with ThreadPoolExecutor(4) as pool:
        for done in pool.map(lambda window: window.sync(120), windows):
            assert done.returncode == 0, f"{done.stdout}{done.stderr}"


def compare(central: CentralProcess, windows: list[Window]) -> None:
    """Every durable line is a ticket at central, once; every store verifies; central verifies."""
    report = central.verified()
    assert report["ok"], report["findings"]
    numbers: Counter[str] = Counter()
    for window in windows:
        verdict = json.loads(good("--profile", window.folder, "journal", "verify", "--json"))
        assert verdict["ok"], verdict
        said = {line["ticket"] for line in window.durable() if line["act"] == "sale"}
        own = window.tickets()
        assert said <= own, "a durable sale is not in its own store"
        numbers.update(own)
    assert not [number for number, count in numbers.items() if count > 1]
    assert report["counts"]["tickets"] == len(numbers)


def test_a_storm_loses_nothing_and_sells_nothing_twice(central: CentralProcess, tmp_path: Path) -> None:
    """Line cut, central killed, windows killed, all at once and again and again."""
    random = Random(SEED)
    central.start()
    with FaultProxy(central.port, seed=SEED) as proxy:
        windows = enrolled(central, f"http://127.0.0.1:{proxy.port}", tmp_path, WINDOWS)
        kills = 0
        for number, window in enumerate(windows):
            window.drill(100_000, seed=number)
        wait_for("every window sells", lambda: all(window.durable() for window in windows), PATIENCE_S * 2)
        began = time.monotonic()
        # A busy machine does less in the same time: the storm is over when enough has happened.
        while time.monotonic() < began + STORM_S or not (kills >= 4 and proxy.cut >= 4):
            assert time.monotonic() < began + STORM_S + PATIENCE_S * 2, f"{kills} kills, {proxy.cut} lines cut"
            proxy.fault = random.choice((Fault.NONE, Fault.FLAKY, Fault.REFUSED, Fault.SILENT, Fault.ANSWER_LOST))
            time.sleep(random.uniform(0.5, 2.5))
            chance = random.random()
            if chance < 0.3:
                window = random.choice(windows)
                window.kill()
                window.drill(100_000, seed=random.randrange(1 << 30))
                kills += 1
            elif chance < 0.5:
                central.kill()
                central.start()
                kills += 1
        proxy.fault = Fault.NONE
        for window in windows:
            ended_by_itself = window.running is not None and window.running.poll() is not None
            assert not ended_by_itself, window.complaints()
            window.kill()
        settle(windows)
    sold = sum(len(window.tickets()) for window in windows)
    assert sold, "nobody sold anything"
    compare(central, windows)


def test_an_outage_of_hours_is_sold_through(central: CentralProcess, tmp_path: Path) -> None:
    """The line is down; the window sells what it holds, refuses the rest, and brings it all in afterwards."""
    central.start()
    with FaultProxy(central.port) as proxy:
        (window,) = enrolled(central, f"http://127.0.0.1:{proxy.port}", tmp_path, 1)
        settle([window])
        status = json.loads(good("--profile", window.folder, "sync", "--status", "--json"))
        assert status["leased_places"] > 0, "nothing is held for an outage"
        proxy.fault = Fault.REFUSED
        window.drill(10, seed=5)
        wait_for("the drill has sold", lambda: all_ended([window]))
        assert window.running is not None
        assert window.running.returncode == 0, window.complaints()
        status = json.loads(good("--profile", window.folder, "sync", "--status", "--json"))
        assert status["unsynced_tickets"] >= 10
        refused = window.sync(1)
        assert refused.returncode == 3
        proxy.fault = Fault.NONE
        settle([window])
        status = json.loads(good("--profile", window.folder, "sync", "--status", "--json"))
        assert status["unsynced_entries"] == 0
    compare(central, [window])


def test_postgresql_put_back_from_a_backup(central: CentralProcess, tmp_path: Path) -> None:
    """Central comes back as it was an hour ago, while eight windows sell over a bad line and one is killed: they have

    what it lost, and bring it again.
    """
    central.start()
    with FaultProxy(central.port, seed=SEED) as proxy:
        windows = enrolled(central, f"http://127.0.0.1:{proxy.port}", tmp_path, WINDOWS)
        settle(windows)
        central.stop()
        backup = tmp_path / "backup"
        data = central.folder / "postgres"
        wait_for("PostgreSQL has stopped", lambda: not (data / "data" / "postmaster.pid").exists())
        _copy(data, backup)
        central.start()
        for number, window in enumerate(windows):
            window.drill(4, seed=number)
        wait_for("the drills have sold", lambda: all_ended(windows), PATIENCE_S * 2)
        settle(windows)
        lost = central.verified()["counts"]["tickets"]
        assert lost >= 4 * WINDOWS
        proxy.fault = Fault.FLAKY
        for number, window in enumerate(windows):
            window.drill(100_000, seed=100 + number)
        wait_for("every window sells on", lambda: all(len(window.tickets()) > 4 for window in windows), PATIENCE_S * 2)
        central.stop()
        wait_for("PostgreSQL has stopped", lambda: not (data / "data" / "postmaster.pid").exists())
        _remove(data)
        _copy(backup, data)
        good("central", "migrate", "--data", central.folder, "--restored")
        windows[0].kill()
        central.start()
        windows[0].drill(100_000, seed=200)
        sold = {window.folder: len(window.tickets()) for window in windows}
        wait_for(
            "every window sells with the central that forgot",
            lambda: all(len(window.tickets()) > sold[window.folder] for window in windows),
            PATIENCE_S * 2,
        )
        for window in windows:
            window.kill()
        proxy.fault = Fault.NONE
        settle(windows)
    assert central.verified()["counts"]["tickets"] >= lost + 2 * WINDOWS
    compare(central, windows)


def test_a_worker_that_outlives_its_main_process_keeps_the_database(central: CentralProcess) -> None:
    """kill -9 of the main process alone: a command beside it must not stop PostgreSQL under who is still at work."""
    central.workers = 2
    central.start()
    assert central.running is not None
    main = central.running.pid
    worker = next(pid for pid in members(main) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(worker, signal.SIGSTOP)  # as long as we say
    try:
        central.kill_main()
        good("central", "counters", "--data", central.folder)
        postmaster = central.folder / "postgres" / "data" / "postmaster.pid"
        assert postmaster.exists()
    finally:
        os.kill(worker, signal.SIGCONT)
    wait_for("all have ended", lambda: not members(main))
    assert not postmaster.exists(), "who went last stopped it"
    central.workers = 1
    central.start()
    central.stop()


def _copy(source: Path, target: Path) -> None:
    """As an administrator would, with owners and modes."""

    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


def _remove(folder: Path) -> None:

    shutil.rmtree(folder)


def test_two_people_write_off_what_a_lost_window_held(central: CentralProcess, tmp_path: Path) -> None:
    """One person alone, or the same one twice, frees nothing; and a lost window still brings its sales in."""
    central.start()
    with FaultProxy(central.port) as proxy:
        (window,) = enrolled(central, f"http://127.0.0.1:{proxy.port}", tmp_path, 1)
        settle([window])
        proxy.fault = Fault.REFUSED
        window.drill(4, seed=3)
        wait_for("the drill has sold", lambda: all_ended([window]))
        where = ("--data", central.folder)
        name = "CSQ/1"
        good("central", "counters", *where, "--lost", name, "--reason", "stolen", "--user", "admin",
             "--password-stdin", stdin=f"{PASSWORD}\n")  # fmt: skip
        off = ("central", "write-off", *where, "--counter", name, "--reason", "stolen", "--user", "wang")
        both = f"{CLERK_PASSWORD}\n{CLERK_PASSWORD}\n"
        same = counterfoil(*off, "--second", "wang", "--password-stdin", stdin=both)
        assert same.returncode == 3
        clerk = counterfoil(*off, "--second", "li", "--password-stdin", stdin=both)
        assert clerk.returncode == 3
        told = json.loads(good(*off, "--second", "zhao", "--json", "--password-stdin", stdin=both))
        assert told["leases"] > 0
        proxy.fault = Fault.NONE
        late = window.sync(30)  # it may push its journal, and nothing else
        assert late.returncode in {0, 3}
    compare(central, [window])
    assert central.verified()["counts"]["tickets"] == len(window.tickets()) >= 4
