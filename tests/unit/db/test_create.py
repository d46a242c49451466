"""Making a profile: whole or not at all, and killed halves are no trouble to the next try."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from counter_app.domain.settings import SETTINGS_FILE
from counter_app.errors import Reason, Refusal
from db import engine
from db.create import ProfileFactory
from db.engine import FILE_NAME
from db.lock import ProfileLock
from db.verify import verify_profile
from tests.unit.db.station import Station


class _KilledError(BaseException):
    """Nothing that a program catches: what follows a kill is only what lies on the disk."""


@contextlib.contextmanager
def _killed_at(count: int) -> Iterator[None]:
    """The ``count``-th rename and everything after it does not happen, nor any clearing up; locks end as kernels do."""
    left = [count]
    locks: list[ProfileLock] = []
    rename, unlink, rmtree = Path.rename, Path.unlink, shutil.rmtree

    def counted(path: Path, target: Path) -> Path:
        left[0] -= 1
        if left[0] <= 0:
            raise _KilledError
        return rename(path, target)

    def lock(path: Path) -> ProfileLock:
        locks.append(ProfileLock(path))
        return locks[-1]

    def alive(original: Any) -> Any:
        def call(*args: Any, **more: Any) -> Any:
            if left[0] <= 0:
                raise _KilledError
            return original(*args, **more)

        return call

    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(_KilledError):
        patch.setattr(Path, "rename", counted)
        patch.setattr(Path, "unlink", alive(unlink))
        patch.setattr("shutil.rmtree", alive(rmtree))
        patch.setattr("db.create.ProfileLock", lock)
        yield
    for one in locks:
        one.release()


@pytest.mark.parametrize("moves", range(1, 8))
def test_a_kill_in_the_middle_of_moving_in_is_no_dead_end(moves: int, tmp_path: Path) -> None:
    """Keys without a database would refuse every further ``init``, and nobody could open the window either."""
    station = Station(tmp_path / "counter")
    station.directory.mkdir()
    (station.directory / SETTINGS_FILE).write_text("")
    with _killed_at(moves):
        station.init()
    if not (station.directory / FILE_NAME).exists():
        station.init()
        assert [path.name for path in tmp_path.iterdir()] == ["counter"], "nothing is left beside"
    assert verify_profile(station.directory).ok
    station.open().close()


def test_what_a_killed_init_left_beside_is_cleared_away(tmp_path: Path) -> None:
    """It holds private keys, and the folder's owner does not know that it is there."""
    dead, alive = tmp_path / ".counter.00.new", tmp_path / ".counter.11.new"
    for half in (dead, alive):
        half.mkdir()
        (half / "lock").touch()
    lock = ProfileLock(alive / "lock")
    Station(tmp_path / "counter").init()
    lock.release()
    assert alive.exists(), "somebody works there"
    assert not dead.exists()


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """Half a profile with keys in it, and a traceback, are no answer to "no space left"."""
    station = Station(tmp_path / "counter")
    for pages in (0, 2, 20):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("db.engine._PRAGMAS_WRITER", (*engine._PRAGMAS_WRITER, f"max_page_count = {pages or 1}"))
            with pytest.raises(Refusal) as refused:
                station.init()
        assert refused.value.reason is Reason.STORE_NOT_WRITABLE
        assert list(tmp_path.iterdir()) == []
    station.init()
    assert verify_profile(station.directory).ok


def test_a_profile_whose_database_is_gone_is_not_written_over(tmp_path: Path) -> None:
    """Its keys are needed to read the backup that will be put back."""
    station = Station(tmp_path / "counter")
    station.init()
    station.database.unlink()
    keys = {path.name: path.read_bytes() for path in (station.directory / "keys").iterdir()}
    with pytest.raises(Refusal) as refused:
        station.init()
    assert refused.value.reason is Reason.PROFILE_EXISTS
    assert keys == {path.name: path.read_bytes() for path in (station.directory / "keys").iterdir()}


def test_settings_come_along_into_a_folder_that_is_there_already(tmp_path: Path) -> None:
    """A drill whose lines go into the profile's own folder must print to its file all the same."""
    station = Station(tmp_path / "counter")
    station.directory.mkdir()
    (station.directory / "lines").write_text("{}\n")
    factory = station.factory()
    with_files = ProfileFactory(
        directory=factory.directory,
        clock=factory.clock,
        ids=factory.ids,
        entropy=factory.entropy,
        key_choice="file",
        files={SETTINGS_FILE: b"# mine\n"},
    )
    station.factory = lambda: with_files  # type: ignore[method-assign]
    station.init()
    assert (station.directory / SETTINGS_FILE).read_bytes() == b"# mine\n"
    assert (station.directory / "lines").read_text() == "{}\n"
    assert {path.name for path in station.directory.iterdir()} == {
        *("lines", SETTINGS_FILE, "lock", "keys", "catalogues", "witness", FILE_NAME)
    }
