"""``kill -9`` at any instant: making the profile, importing, selling, printing, recovering.

``COUNTERFOIL_KILLS=200`` kills more often than the suite does, ``COUNTERFOIL_KILLS_SEED`` elsewhere, and
``COUNTERFOIL_KILLS_FEED`` names another timetable than the invented one.
"""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from resources.demo.invent import invent
from tests.e2e.audit import drill_command, faults_at_rest, faults_on_paper, lost, verdict, whole_lines

KILLS = int(os.environ.get("COUNTERFOIL_KILLS", "25"))
SEED = int(os.environ.get("COUNTERFOIL_KILLS_SEED", "1"))
KILLS_A_PROFILE = 8
SIGKILLED = -9

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(120 + KILLS * 20)]


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if given := os.environ.get("COUNTERFOIL_KILLS_FEED"):
        return Path(given)
    path = tmp_path_factory.mktemp("feed") / "invented.gtfs.zip"
    # Real processes live by the real clock: the timetable begins yesterday, whatever the zone.
    invent(path, first_date=(datetime.now(UTC) - timedelta(days=1)).date(), days=60, services=120)
    return path


def _drill_until_killed(command: list[str], after_s: float, printed: Path, complaints: Path) -> int:
    with printed.open("ab") as out, complaints.open("wb") as err:
        running = subprocess.Popen(command, stdout=out, stderr=err)
        try:
            return running.wait(after_s)
        except subprocess.TimeoutExpired:
            running.kill()
            return running.wait()


@pytest.mark.parametrize("profile_number", range(-(-KILLS // KILLS_A_PROFILE)))
def test_no_kill_loses_what_was_printed(profile_number: int, feed: Path, tmp_path: Path) -> None:
    """A line that was read is a ticket in somebody's hand: its sale must be there, once, with its money and paper."""
    random = Random(f"{SEED}/{profile_number}")
    profile, printed = tmp_path / "counter", tmp_path / "lines"
    printed.touch()
    for kill in range(KILLS_A_PROFILE):
        # The first kills fall into making the profile and the import, later ones into recovery and sales.
        early, late = random.uniform(0.0, 2.5), random.uniform(1.0, 5.0)
        after_s = early if kill < 2 else random.choice((early, late))
        # What a kill cuts short is no line: the next run begins a new one.
        text = printed.read_bytes()
        printed.write_bytes(text[: text.rfind(b"\n") + 1])
        command = drill_command(profile, sales=100_000, seed=random.randrange(1 << 30), feed=feed)
        status = _drill_until_killed(command, after_s, printed, tmp_path / "complaints")
        complaints = (tmp_path / "complaints").read_text()
        assert status == SIGKILLED, f"ended by itself after kill {kill}: {status}\n{complaints}"
        assert not complaints
        if (profile / "counterfoil.sqlite").exists():
            assert verdict(profile)["ok"], f"after kill {kill} at {after_s:.3f} s"
            assert not lost(profile, whole_lines(printed.read_bytes()))
    command = drill_command(profile, sales=3, seed=1, feed=feed)
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    lines = whole_lines(printed.read_bytes()) + whole_lines(done.stdout)
    found = [*lost(profile, lines), *faults_at_rest(profile), *faults_on_paper(profile, profile / "paper.escpos")]
    assert not found
    assert verdict(profile)["ok"]
    assert {path.name for path in tmp_path.iterdir()} == {"counter", "lines", "complaints"}, "halves of a profile"
