"""Runs worlds one after the other, and says what became of each."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from central.shell.embedded import EmbeddedPostgres
from tests.postgres import FAST, Cluster, make_template
from tests.simulation.audit import audit, settle
from tests.simulation.nature import Killed
from tests.simulation.timetable import Issue, issues_in
from tests.simulation.world import Odds, World, odds_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``failure``: empty when every invariant held, else the seed, the last steps and what broke."""

    seed: int
    steps: int
    seconds: float
    failure: str
    sales: int = 0
    refunds: int = 0
    exchanges: int = 0
    doubles: int = 0
    twins: int = 0
    digest: str = ""  # of all that happened
    told: Counter[str] = field(default_factory=Counter)

    @property
    def line(self) -> str:
        word = "FAILED" if self.failure else "ok"
        rare = {name: self.told[name] for name in RARE if self.told[name]}
        return (
            f"seed {self.seed}: {word}, {self.steps} steps in {self.seconds:.0f} s, {self.sales} sales,"
            f" {self.refunds} refunds ({self.exchanges} exchanges), {self.doubles} excused doubles, {self.twins} twin"
            f" numbers, {rare}"
        )


RARE = (
    "killed", "epoch", "reissue", "legs renumbered", "calls lost", "coaches lost", "counter restored",
    "cloned", "revoked", "lost", "written off",
    "central restored", "log_in", "sell", "refund",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ground:
    """What worlds stand on: a server, a folder in memory, the timetables."""

    cluster: Cluster
    folder: Path
    files: tuple[Issue, ...]

    def run(self, seed: int, steps: int, odds: Odds | None = None) -> Outcome:
        started = time.monotonic()
        world = World(seed, self.cluster, self.folder / f"seed-{seed}", self.files, odds or odds_of(seed))
        failure = ""
        try:
            world.run(steps)
            settle(world)
            audit(world)
        except (Exception, Killed) as error:  # noqa: BLE001 - whatever it is, it is told with its seed
            failure = world.failure(error)
        finally:
            world.close()
        truth = world.truth
        return Outcome(
            seed=seed,
            steps=world.steps,
            seconds=time.monotonic() - started,
            failure=failure,
            sales=truth.sales,
            refunds=truth.refunds,
            exchanges=truth.exchanges,
            doubles=len(truth.doubles),
            twins=truth.twins,
            digest=world.digest.hexdigest(),
            told=world.told,
        )


def memory_folder() -> Path:
    """Where a commit costs no disk: else, the temporary folder."""
    shm = Path("/dev/shm")
    return shm if shm.is_dir() else Path(tempfile.gettempdir())


@contextmanager
def own_ground() -> Iterator[Ground]:
    """A server of its own, in memory."""
    folder = Path(tempfile.mkdtemp(prefix="counterfoil-simulation-", dir=memory_folder()))
    try:
        with EmbeddedPostgres(folder / "pg", settings=FAST) as server:
            make_template(server)
            yield Ground(Cluster(server), folder, issues_in(folder / "timetable"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
