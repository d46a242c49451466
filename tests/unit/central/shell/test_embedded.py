"""A PostgreSQL of our own in a folder: shared, killed, found again."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from central.shell.embedded import EmbeddedPostgres, runtime_folder, sharing
from central.shell.trouble import Trouble
from tests.postgres import FAST

ROOT = Path(__file__).parents[4]
_OTHER = """
import os, signal, sys
from pathlib import Path
import psycopg
from central.shell.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
with psycopg.connect(server.start(), autocommit=True) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS written (pid int)")
    connection.execute("INSERT INTO written VALUES (%s)", (os.getpid(),))
if sys.argv[2] == "die":
    os.kill(os.getpid(), signal.SIGKILL)
print(server.stop())
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short, and outside of pytest's own (see tests.postgres)."""
    made = Path(tempfile.mkdtemp(prefix="counterfoil-pg-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def other(folder: Path, how: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _OTHER, str(folder), how],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def rows(server: EmbeddedPostgres) -> int:
    with psycopg.connect(server.url()) as connection:
        row = connection.execute("SELECT count(*) FROM written").fetchone()
    assert row is not None
    return int(row[0])


def test_two_processes_share_one_server_and_the_last_one_stops_it(folder: Path) -> None:
    """A command beside the running service must not start a second server on the same files, nor stop the first."""
    server = EmbeddedPostgres(folder, settings=FAST)
    server.start()
    beside = other(folder, "stop")
    assert (beside.returncode, beside.stdout) == (0, "False\n"), beside.stderr
    assert rows(server) == 1
    assert server.stop()
    assert not (folder / "data" / "postmaster.pid").exists()
    assert not server.stop(), "stopped once"


def test_who_shares_it_keeps_it_from_being_stopped_after_the_owner_was_killed(folder: Path) -> None:
    """Workers that still answer somebody: the next command must not take the database away from them."""
    assert other(folder, "die").returncode == -signal.SIGKILL
    with sharing(folder):
        beside = other(folder, "stop")
        assert (beside.returncode, beside.stdout) == (0, "False\n"), beside.stderr
        assert rows(EmbeddedPostgres(folder)) == 2
    assert not (folder / "data" / "postmaster.pid").exists(), "the last one stops it"
    with sharing(folder):
        pass  # it is stopped already: nothing to say


def test_a_killed_owner_leaves_it_whole_and_the_next_one_takes_it_over(folder: Path) -> None:
    """kill -9 of central: what was committed is there, and nobody has to clean up by hand."""
    killed = other(folder, "die")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    server = EmbeddedPostgres(folder)
    server.start()
    assert rows(server) == 1
    assert server.stop()


def test_a_killed_server_is_started_again(folder: Path) -> None:
    """A power cut: its own files of a process that is no more do not keep it from starting."""
    server = EmbeddedPostgres(folder)
    with psycopg.connect(server.start(), autocommit=True) as connection:
        connection.execute("CREATE TABLE written (pid int)")
        connection.execute("INSERT INTO written VALUES (1)")
    postmaster = int((folder / "data" / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children")
    pids = [postmaster, *(int(pid) for pid in children.read_text(encoding="ascii").split())]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    while _alive(postmaster):
        time.sleep(0.01)
    again = EmbeddedPostgres(folder)
    again.start()
    assert rows(again) == 1
    assert not again.stop(), "the first one still counts itself in"
    assert server.stop()


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def test_a_folder_with_a_long_name_has_its_socket_elsewhere(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A socket's path is short by nature; a user's folder need not be."""
    deep = folder / ("x" * 60) / ("y" * 60)
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    with EmbeddedPostgres(deep, settings=FAST) as server:
        assert str(runtime) in server.url().replace("%2F", "/")
        with psycopg.connect(server.url()) as connection:
            connection.execute("SELECT 1")


def test_a_set_up_that_was_cut_off_is_begun_again(folder: Path) -> None:
    (folder / "data.new").mkdir(parents=True)
    (folder / "data.new" / "PG_VERSION").write_text("18\n", encoding="ascii")
    with EmbeddedPostgres(folder, settings=FAST) as server, psycopg.connect(server.url()) as connection:
        connection.execute("SELECT 1")


def test_files_of_another_version_are_refused(folder: Path) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "PG_VERSION").write_text("15\n", encoding="ascii")
    with pytest.raises(Trouble, match="pg_upgrade"):
        EmbeddedPostgres(folder).start()


def test_without_the_package_it_says_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Trouble, match="--database"):
        EmbeddedPostgres(folder).start()


def test_the_runtime_folder_is_the_owners_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may enter it may connect as the database's owner."""
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(folder))
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    made = runtime_folder()
    assert made.stat().st_mode & 0o777 == 0o700
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    made.chmod(0o777)
    with pytest.raises(Trouble, match="XDG_RUNTIME_DIR"):
        runtime_folder()
