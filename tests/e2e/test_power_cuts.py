"""The power goes at any instant: what was printed before is sold, what was half written is no trouble.

A drill is recorded by strace; from the recording come the states in which the disk may be found afterwards.
``COUNTERFOIL_CUTS=300`` looks at more of them than the suite does, ``COUNTERFOIL_CUTS_SEED`` at others.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from resources.demo.invent import invent
from tests.e2e.audit import ROOT, drill_command
from tests.e2e.powercut import Disk, Event, events, recording

CUTS = int(os.environ.get("COUNTERFOIL_CUTS", "40"))
SEED = int(os.environ.get("COUNTERFOIL_CUTS_SEED", "1"))
PROFILE = "disk/counter"

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(180 + CUTS * 10)]


def _traceable(folder: Path) -> bool:
    if shutil.which("strace") is None:
        return False
    command = recording(["true"], folder / "log")
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folder of the recordings, and the feed: a first run that was killed, and a second that ended by itself."""
    folder = tmp_path_factory.mktemp("recorded")
    if not _traceable(folder):
        pytest.skip("strace is not there, or may not trace")
    feed = folder / "invented.gtfs.zip"
    invent(feed, first_date=(datetime.now(UTC) - timedelta(days=1)).date(), days=60, services=40)
    (folder / "disk").mkdir()
    with (folder / "printed").open("ab") as printed:
        for number, sales in enumerate((25, 30)):
            command = drill_command(folder / PROFILE, sales=sales, seed=SEED + number, feed=feed)
            log = folder / f"log-{number}"
            done = subprocess.run(recording(command, log), stdout=printed, stderr=subprocess.PIPE, check=False)
            assert done.returncode == 0, done.stderr.decode()
    return folder, feed


@pytest.fixture(scope="module")
def opened(recorded: tuple[Path, Path]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.e2e.after_cut", str(recorded[1])]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        yield server
        assert server.stdin is not None
        server.stdin.close()
        server.wait(60)


def test_no_power_cut_loses_what_was_printed(
    recorded: tuple[Path, Path], opened: subprocess.Popen[str], tmp_path: Path
) -> None:
    """A passenger rides on a ticket that the counter does not know: that is what a missing fsync costs."""
    folder, _ = recorded
    random = Random(SEED)
    happened: list[Event] = [event for number in (0, 1) for event in events(folder / f"log-{number}")]
    disk, printed = Disk(str(folder / "disk")), b""
    mattering = [at for at, event in enumerate(happened) if disk.holds(event.path)]
    cuts = set(random.sample(mattering, min(CUTS, len(mattering))))
    # The first instants are few and the worst: a profile that is half made.
    cuts |= set(mattering[:200:10])
    troubles = []
    assert opened.stdin is not None
    assert opened.stdout is not None
    for at, event in enumerate(happened):
        if event.path == str(folder / "printed"):
            printed += event.data
        disk.apply(event)
        if at in cuts:
            state = tmp_path / f"cut-{at}"
            disk.write_to(state, random)
            opened.stdin.write(json.dumps({"profile": str(state / "counter"), "printed": printed.decode()}) + "\n")
            opened.stdin.flush()
            found = json.loads(opened.stdout.readline())["found"]
            if found:
                troubles.append((at, event.call, event.path, found))
            else:
                shutil.rmtree(state)
    assert not troubles
    assert printed == (folder / "printed").read_bytes(), "the recording is whole"
