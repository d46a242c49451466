"""The program on a store that somebody or something spoiled: said in words, never a traceback."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from resources.demo.invent import invent
from tests.e2e.audit import MAIN, drill_command
from tests.unit.db.station import Station

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def drilled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drilled")
    invent(folder / "feed.zip", first_date=(datetime.now(UTC) - timedelta(days=1)).date(), days=30, services=40)
    command = drill_command(folder / "counter", sales=3, seed=1, feed=folder / "feed.zip")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    return folder / "counter"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE frozen SET body = 'x'",
        "UPDATE run SET service_date = 'never'",
        "UPDATE user SET role = 7",
        "UPDATE shift SET opened_at = 'x', float_count = '['",
        "UPDATE claim SET places = '{'",
    ],
)
def test_a_spoiled_value_is_said_to_be_damage(statement: str, drilled: Path, tmp_path: Path) -> None:
    """A clerk who sees a traceback calls nobody; one who reads "the store is damaged" stops selling."""
    import shutil

    shutil.copytree(drilled, tmp_path / "counter")
    Station(tmp_path / "counter").edit(statement, keep_triggers=True)
    command = [*MAIN, "drill", "--sales", "3", "--seed", "2", "--profile", str(tmp_path / "counter")]
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=60)
    assert "Traceback" not in done.stderr
    assert done.returncode in {0, 3}
    assert done.returncode == 0 or "damaged" in done.stderr
