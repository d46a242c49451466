"""The import as a process: it can be stopped and killed, and what it did not finish never was."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from counter_app.errors import Cancelled, Reason, Refusal
from counter_app.ports.catalogue import ImportReport, Progress
from db.catalogue import builder as builder_module
from db.catalogue.builder import ChildProcessBuilder
from tests.unit.db.catalogue.feeds import COACHES, TINY, zipped


def _build(folder: Path, feed: Path, *, cancelled: Callable[[], bool] = lambda: False) -> ImportReport:
    return ChildProcessBuilder(folder).build(feed, progress=lambda _: None, cancelled=cancelled)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return zipped(tmp_path / "feed.zip", {**TINY, **COACHES})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "catalogues"


def test_a_catalogue_is_named_after_its_content_and_read_only(folder: Path, feed: Path) -> None:
    """Whatever changes the file later is seen, since the name no longer fits."""
    seen: list[Progress] = []
    builder = ChildProcessBuilder(folder)
    report = builder.build(feed, progress=seen.append, cancelled=lambda: False)
    assert [path.name for path in folder.iterdir()] == [report.catalogue.name]
    assert report.catalogue.stem == builder_module.file_digest_of(report.catalogue)
    assert stat.S_IMODE(report.catalogue.stat().st_mode) == 0o444
    assert {"stops.txt", "stop_times.txt", "index"} <= {progress.stage for progress in seen}
    assert all(0 <= progress.done <= progress.total for progress in seen)
    assert builder.open(report.catalogue).info == report.issue


def test_the_same_feed_again_is_the_same_file(folder: Path, feed: Path) -> None:
    """An operator who is not sure whether the import went through does it once more, and nothing changes."""
    assert _build(folder, feed) == _build(folder, feed)
    assert len(list(folder.iterdir())) == 1


def test_a_damaged_catalogue_is_replaced_by_importing_again(folder: Path, feed: Path) -> None:
    """A disk error in the timetable is mended by importing the feed once more."""
    first = _build(folder, feed).catalogue
    good = first.read_bytes()
    first.chmod(0o644)
    first.write_bytes(good[:100] + b"\0" * 100 + good[200:])
    assert _build(folder, feed).catalogue.read_bytes() == good


def test_the_report_crosses_the_process_border_whole(folder: Path, tmp_path: Path) -> None:
    """Line and file of each fault are what the operator sends back to whoever made the feed."""
    bad = zipped(tmp_path / "bad.zip", {**TINY, "stops.txt": TINY["stops.txt"] + "E,,戊\x1b站,,\n"})
    report = _build(folder, bad)
    assert [(f.file, f.line, f.fault, f.detail) for f in report.faults] == [
        ("stops.txt", 6, "control_character", "E  戊站")
    ]
    assert report.issue.feed_name == "bad.zip"


def test_a_refused_feed_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    """The timetable in force stays the only one there is."""
    bad = zipped(tmp_path / "bad.zip", {**TINY, "stop_times.txt": TINY["stop_times.txt"].encode("utf-16")})
    with pytest.raises(Refusal) as refused:
        _build(folder, bad)
    assert (refused.value.reason, refused.value.facts["code"]) == (Reason.FILE_REFUSED, "not_utf8")
    assert list(folder.iterdir()) == []


def _large(path: Path) -> Path:
    """Seconds of work: long enough to be stopped in the middle."""
    calls = "".join(f"L{i},08:00:00,08:00:00,A,1\nL{i},09:00:00,09:00:00,B,2\n" for i in range(60_000))
    trips = "".join(f"G,DAILY,L{i},,\n" for i in range(60_000))
    return zipped(
        path, {**TINY, "trips.txt": TINY["trips.txt"] + trips, "stop_times.txt": TINY["stop_times.txt"] + calls}
    )


def test_cancelling_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    """A clerk who needs the machine now stops the import, and goes on selling from the old timetable."""
    reached = threading.Event()

    def progress(at: Progress) -> None:
        if at.stage == "stop_times.txt":
            reached.set()

    with pytest.raises(Cancelled):
        ChildProcessBuilder(folder).build(_large(tmp_path / "l.zip"), progress=progress, cancelled=reached.is_set)
    assert reached.is_set()
    assert list(folder.iterdir()) == []


def test_a_killed_child_is_told_and_leaves_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's memory killer takes the import, not the shift: the answer says so, and the counter sells on."""
    started: list[subprocess.Popen[bytes]] = []

    class Kept(subprocess.Popen[bytes]):
        def __init__(self, *arguments: object, **named: object) -> None:
            super().__init__(*arguments, **named)  # type: ignore[call-overload]
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Kept)

    def progress(at: Progress) -> None:
        if at.stage == "stop_times.txt":
            started[0].kill()

    with pytest.raises(Refusal) as refused:
        ChildProcessBuilder(folder).build(_large(tmp_path / "l.zip"), progress=progress, cancelled=lambda: False)
    assert refused.value.facts["code"] == "import_crashed"
    assert list(folder.iterdir()) == []


def test_a_child_that_falls_silent_is_ended(folder: Path, feed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import that hangs must not wait for ever with the operator before it."""
    monkeypatch.setattr(builder_module, "_BOOT", "import time; time.sleep(60)")
    with pytest.raises(Refusal) as refused:
        ChildProcessBuilder(folder, silence_s=0.2).build(feed, progress=lambda _: None, cancelled=lambda: False)
    assert refused.value.facts["code"] == "import_stalled"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "boot", ["raise RuntimeError('our own mistake')", "print('{\"half')", "print('[1]')", "import os; os._exit(0)"]
)
def test_a_child_without_a_last_word_has_failed(
    folder: Path, feed: Path, monkeypatch: pytest.MonkeyPatch, boot: str
) -> None:
    """Silence is not success."""
    monkeypatch.setattr(builder_module, "_BOOT", boot)
    with pytest.raises(Refusal) as refused:
        _build(folder, feed)
    assert refused.value.facts["code"] == "import_crashed"
    if "mistake" in boot:
        assert "our own mistake" in str(refused.value.facts["detail"])
    assert list(folder.iterdir()) == []


def test_what_a_killed_import_left_is_swept(folder: Path, feed: Path) -> None:
    """A power cut in the middle of an import must not fill the disk, one unfinished file a time."""
    folder.mkdir()
    (folder / ".building-old").write_bytes(b"half")
    report = _build(folder, feed)
    assert list(folder.iterdir()) == [report.catalogue]


def test_modules_of_the_current_folder_are_not_imported(
    folder: Path, feed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started in a folder of downloads, the import must not run a csv.py that lies there."""
    trap = tmp_path / "trap"
    trap.mkdir()
    for name in ("csv.py", "zlib.py", "db.py", "counter_app.py"):
        (trap / name).write_text("raise SystemExit('trapped')")
    monkeypatch.chdir(trap)
    assert _build(folder, feed).trips == 2


@pytest.mark.skipif(sys.platform == "win32", reason="a current folder cannot be removed there")
# Seen with PySide6 6.11.3 on CPython 3.13.0: pytest's own imports fail, and take the whole run along.
@pytest.mark.skipif(sys.version_info >= (3, 13), reason="PySide6's import hook needs a current folder on Python 3.13")
def test_a_current_folder_that_is_gone_does_not_matter(
    folder: Path, feed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started from a memory stick that was pulled out since."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert _build(folder, feed).trips == 2


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
def test_the_child_ends_when_its_parent_is_gone(folder: Path, tmp_path: Path) -> None:
    """After a killed counter no import goes on in the background, and no half file stays."""
    folder.mkdir()
    target = folder / ".building-x"
    target.touch()
    root = str(Path(builder_module.__file__).resolve().parents[2])
    large = _large(tmp_path / "l.zip")
    command = [sys.executable, "-P", "-c", builder_module._BOOT, root, str(large), str(target)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdout.readline()
    child.stdin.close()
    assert child.wait(30) == 3
    child.stdout.close()
    assert not target.exists()
    assert list(folder.iterdir()) == []
