from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Cluster
from tests.simulation.runner import Ground, memory_folder
from tests.simulation.timetable import issues_in


@pytest.fixture(scope="session")
def ground(cluster: Cluster) -> Iterator[Ground]:
    """The session's PostgreSQL; the counters' folders in memory, where a commit costs no disk."""
    folder = Path(tempfile.mkdtemp(prefix=f"counterfoil-simulation-{os.getpid()}-", dir=memory_folder()))
    yield Ground(cluster, folder, issues_in(folder / "timetable"))
    shutil.rmtree(folder, ignore_errors=True)
