"""Two real issues of one timetable, with sales before, between and after: the record stays whole."""

from __future__ import annotations

import io
import shutil
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

import main
from counter_app.domain.journal import Kind
from counter_app.domain.staff import SYSTEM
from counter_app.system import SystemClock
from db.verify import verify_profile
from tests.e2e.audit import faults_at_rest
from tests.unit.db.station import Station
from ui.commandline.drill import Drill
from ui.commandline.drilling import _clerk

OLD, NEW = "gtfs_sk-zssk-2025-01-07.zip", "gtfs_sk-zssk-2025-02-09.zip"


@pytest.fixture
def on_the_eve(monkeypatch: pytest.MonkeyPatch) -> None:
    """The day before the newer issue begins."""
    shift = datetime(2025, 2, 2, 9, 0, tzinfo=UTC) - datetime.now(UTC)
    real = SystemClock.now
    monkeypatch.setattr(SystemClock, "now", lambda clock: real(clock) + shift)


def _import(folder: Path, feed: Path) -> None:
    counter = main.open_counter(folder, writable=True)
    counter.desk.import_timetable(SYSTEM, feed, progress=lambda _: None, cancelled=lambda: False)
    counter.close()


def _sell(folder: Path, sales: int, seed: int) -> None:
    counter = main.open_counter(folder, writable=True)
    Drill(counter.desk, _clerk(counter.desk), sales, Random(seed), io.StringIO()).run()
    counter.close()


@pytest.mark.usefixtures("on_the_eve")
@pytest.mark.slow
def test_sold_runs_move_to_a_new_issue_and_back_and_the_record_verifies(test_data: Path, tmp_path: Path) -> None:
    """A change of timetable is when the most is at stake: a verdict that fails then says nothing any more."""
    folder = tmp_path / "counter"
    wanted: dict[str, object] = {
        "name": "Bratislava",
        "station_code": "BA",
        "policy": "default",
        "zone": "Europe/Bratislava",
        "currency": "EUR",
    }
    main.create_profile(folder, wanted, admin="admin", password="correct horse")
    for number, feed in enumerate((OLD, NEW, OLD)):
        _import(folder, test_data / feed)
        assert verify_profile(folder).ok
        _sell(folder, 200 if number == 0 else 30, number)
        assert verify_profile(folder).ok
    assert faults_at_rest(folder) == []
    counter = main.open_counter(folder, writable=False)
    with counter.store.reading() as books:
        moves = [entry.body for entry in books.journal.entries() if entry.kind is Kind.RUNS_MIGRATED]
    counter.close()
    recounted = [
        move
        for move in moves
        if move["fate"] == "moved" and isinstance(calls := move["calls"], list) and calls != list(range(len(calls)))
    ]
    assert recounted, "calls were counted anew: the folding of such an entry was looked at"
    run_id = recounted[0]["run_id"]
    for statement in (
        f"UPDATE ticket SET alight = alight + 1 WHERE run_id = '{run_id}'",
        f"UPDATE claim SET board = 0, alight = 40 WHERE run_id = '{run_id}'",
        "UPDATE run SET pattern = (SELECT max(hash) FROM frozen)",
    ):
        copy = Station(tmp_path / "copy")
        shutil.copytree(folder, copy.directory)
        copy.edit(statement, keep_triggers=True)
        assert verify_profile(copy.directory).reason.startswith("table_mismatch:"), statement
        shutil.rmtree(copy.directory)
