"""The world stops at every point of payment, commit and print: no ticket without money, no money without a ticket.

Every case ends as exactly one of sold with its ticket, reversed, or on the list of payments to settle; and when a clerk
does what that list offers first, the terminal's books, central's, the journal, the drawer and the paper say the same.

A run of the suite takes every ``STRIDE``-th point, ``COUNTERFOIL_PAYMENT_KILLS=1`` all of them (minutes).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import pytest

from counter_app.domain.payments import PaymentState
from devices.simulators.terminal.serve import TerminalSimulator
from tests.conftest import ROOT
from tests.e2e.payment_acts import SCRIPTS, TERMINALS, Script, quiet, settle
from tests.e2e.payment_audit import faults, how_it_stands
from tests.e2e.payment_world import Killed, KillTill, Points, Tray
from tests.unit.devices.simulators.till import terminal

STRIDE = int(os.environ.get("COUNTERFOIL_PAYMENT_KILLS", "89"))
LATER_S = 301.0  # the longest time of a payment is over
CASES = [
    (script, way) for script, one in SCRIPTS.items() for way in (TERMINALS if one.variants else {"takes_back": ""})
]
KILLED = [("card", at) for at in range(8, 112, 17)] + [("card_and_cash", at) for at in range(30, 120, 18)]
IN_FLIGHT = {PaymentState.CREATED, PaymentState.SENT, PaymentState.APPROVED_UNACKED, PaymentState.REVERSING}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile with an open shift, to be copied."""
    folder = tmp_path_factory.mktemp("fresh") / "profile"
    with terminal(currency=156) as simulator:
        till = KillTill(folder, simulator.serve_tcp(), life=1)
        till.open_shift()
        till.abandon()
    return folder


@dataclass
class Case:
    """One life of a counter, and the next one."""

    fresh: Path
    folder: Path
    script: Script
    way: str

    def __post_init__(self) -> None:
        self.folder.mkdir()
        shutil.copytree(self.fresh, self.folder / "first")

    def simulator(self) -> TerminalSimulator:
        plans = [""] * self.script.before + [*self.script.plans, self.way]
        return terminal(currency=156, script=plans)

    def play(self, at: int | None) -> tuple[Points, dict[str, int]]:
        """The first life ends at the point ``at``; ``points.dead`` False: it ended by itself before."""
        first, second = self.folder / "first", self.folder / "second"
        tray = Tray(self.folder / "paper")
        with self.simulator() as simulator:
            port = simulator.serve_tcp()
            points = Points(at=at, strike=lambda: _as_it_is(first, second), armed=True)
            till = KillTill(first, port, points=points, tray=tray, life=2)
            try:
                self.script.act(till)
            except Killed:
                assert points.dead
            struck = points.dead
            if not struck:
                _as_it_is(first, second)
            till.abandon()
            points.dead = struck
            ends = aftermath(
                self.script,
                KillTill(second, port, wallets=till.wallets, tray=tray, now=till.clock.now(), life=3),
                simulator,
            )
        return points, ends

    def play_for_real(self, name: str, at: int) -> dict[str, int]:
        """In a process of its own, which the system kills; its own files are opened again where they lie."""
        first = self.folder / "first"
        with self.simulator() as simulator:
            port = simulator.serve_tcp()
            command = [sys.executable, "-m", "tests.e2e.payment_child", str(first), str(port), name, str(at)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=120)
            assert done.returncode == -signal.SIGKILL, done.stderr.decode()
            second = KillTill(first, port, tray=Tray(self.folder / "paper"), life=3)
            return aftermath(self.script, second, simulator)


def _as_it_is(first: Path, second: Path) -> None:
    """What a kill leaves on the disk: every byte that was written, and nobody's lock."""
    shutil.copytree(first, second, ignore=shutil.ignore_patterns("*-shm", "lock"))


def aftermath(script: Script, till: KillTill, simulator: TerminalSimulator) -> dict[str, int]:
    """Started again, asked early and late, settled by a clerk. How each order stood before the clerk came."""
    assert simulator.wait_until_idle()
    till.clock.go(seconds=1)
    till.recover()
    listed = {item.leg.intent_id: item.leg.state for item in till.to_settle()}
    assert not IN_FLIGHT & set(listed.values())
    till.payments.recover(quiet)
    how_it_stands(till, simulator.books)
    till.clock.go(seconds=LATER_S)
    till.payments.recover(quiet)
    ends = Counter(how_it_stands(till, simulator.books).values())
    till.print_all()
    till.settle_paper()
    left = settle(till, simulator.books)
    till.settle_paper()
    after = how_it_stands(till, simulator.books)
    till.recover()  # the next start frees the places of sales that came to nothing
    found = list(faults(till, simulator.books, left, kicks=script.kicks))
    assert not found, found
    ends.update(f"{end} in the end" for end in after.values())
    return dict(ends)


def _places(count: int, name: str) -> Iterator[int]:
    """Every one, or each ``STRIDE``-th from another beginning in each case, and always the last."""
    yield from range(crc32(name.encode()) % STRIDE, count, STRIDE)


@pytest.mark.parametrize(("script", "way"), CASES, ids=[f"{one}-{two}" for one, two in CASES])
def test_every_kill_ends_with_both_or_neither(script: str, way: str, fresh: Path, tmp_path: Path) -> None:
    """A customer who paid and has no ticket, or has one and did not pay, is what this program must never make."""
    whole, _ = Case(fresh, tmp_path / "whole", SCRIPTS[script], TERMINALS[way]).play(None)
    assert not whole.dead
    ends: Counter[str] = Counter()
    kills = 0
    for at in _places(len(whole.passed), f"{script}-{way}"):
        folder = tmp_path / f"{at}"
        try:
            points, found = Case(fresh, folder, SCRIPTS[script], TERMINALS[way]).play(at)
        except Exception as trouble:
            raise AssertionError(f"killed at point {at}, {whole.passed[at - 1 : at + 2]}: {trouble}") from trouble
        kills += points.dead
        ends.update(found)
        shutil.rmtree(folder)
    print(json.dumps({"case": f"{script}-{way}", "points": len(whole.passed), "kills": kills, "ends": ends}))


@pytest.mark.e2e
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
@pytest.mark.parametrize(("script", "at"), KILLED)
def test_a_process_that_is_killed_leaves_what_the_harness_says(
    script: str, at: int, fresh: Path, tmp_path: Path
) -> None:
    """Copied files and a closed socket stand for a kill above; here it is one."""
    real = Case(fresh, tmp_path / "real", SCRIPTS[script], "").play_for_real(script, at)
    _, copied = Case(fresh, tmp_path / "copied", SCRIPTS[script], "").play(at)
    assert real == copied
