"""The world stops at every point of a sale's papers: no second print, no lost paper, the drawer opens once.

Two printers at the other end of real sockets, with the real driver: one echoes each job's number, one answers in
order. After the kill the next program recovers, prints what waits, and a clerk looks into the trays for the rest.

A run of the suite takes every ``STRIDE``-th point, ``COUNTERFOIL_PRINT_KILLS=1`` all of them (minutes).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from zlib import crc32

import pytest

from tests.conftest import ROOT
from tests.e2e.payment_world import Killed, Points
from tests.e2e.print_acts import ACTS
from tests.e2e.print_world import Till, Trays, faults, settle_papers

STRIDE = int(os.environ.get("COUNTERFOIL_PRINT_KILLS", "41"))
FOR_REAL = [("sale", 50)] if STRIDE > 1 else [("sale", at) for at in range(3, 100, 9)]  # 50: in the middle of a ticket

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile with an open shift, to be copied."""
    folder = tmp_path_factory.mktemp("fresh") / "profile"
    till = Till(folder, {"main": 9, "receipt": 9})
    till.open_shift()
    till.store.close()
    return folder


def _as_it_is(first: Path, second: Path) -> None:
    """What a kill leaves on the disk: every byte that was written, and nobody's lock."""
    shutil.copytree(first, second, ignore=shutil.ignore_patterns("*-shm", "lock"))


def _play(fresh: Path, place: Path, act: str, at: int | None) -> Points:
    first, second = place / "first", place / "second"
    shutil.copytree(fresh, first)
    with Trays() as trays:
        points = Points(at=at, strike=lambda: _as_it_is(first, second))
        till = Till(first, trays.ports, points=points, life=2)
        knife = ACTS[act](till)
        points.armed = True
        try:
            knife()
        except Killed:
            assert points.dead
        if not points.dead:
            _as_it_is(first, second)
        till.abandon()
        _aftermath(Till(second, trays.ports, life=3), trays)
    return points


def _aftermath(till: Till, trays: Trays) -> None:
    till.start_again()
    settle_papers(till, trays)
    found = list(faults(till, trays, kicks_max=1))
    assert not found, found


@pytest.mark.parametrize("act", ACTS)
def test_no_paper_twice_and_none_lost_wherever_it_stops(fresh: Path, tmp_path: Path, act: str) -> None:
    (tmp_path / "whole").mkdir()
    points = _play(fresh, tmp_path / "whole", act, None)
    names = points.passed
    assert {"uncommitted", "committed", "send", "half", "sent", "received"} <= set(names), "every kind of point"
    for at in range(crc32(act.encode()) % STRIDE, len(names), STRIDE):
        place = tmp_path / f"at-{at}"
        place.mkdir()
        struck = _play(fresh, place, act, at)
        # A line may cut an answer in two, or bring two at once: a few points more or less.
        assert len(struck.passed) == at + 1 or at >= len(names) - 10, "it got as far each time"
        shutil.rmtree(place)


@pytest.mark.parametrize(("act", "at"), FOR_REAL)
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_process_that_is_killed(fresh: Path, tmp_path: Path, act: str, at: int) -> None:
    folder = tmp_path / "profile"
    shutil.copytree(fresh, folder)
    with Trays() as trays:
        ports = [f"{name}={port}" for name, port in trays.ports.items()]
        command = [sys.executable, "-m", "tests.e2e.print_child", str(folder), act, str(at), *ports]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=120)
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()
        _aftermath(Till(folder, trays.ports, life=3), trays)
