"""Building a catalogue file from the counter's side: a child process reads, this side waits, renames or cleans up."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final

import db
from counter_app.errors import Cancelled
from counter_app.ports.catalogue import Catalogue, ImportReport, Progress
from db.catalogue import limits
from db.catalogue.child import unpacked
from db.catalogue.container import refuse
from db.catalogue.feed import Built

SUFFIX: Final = ".catalogue"
_UNFINISHED: Final = ".building-"
_BOOT: Final = "import sys; sys.path.insert(0, sys.argv[1]); from db.catalogue.child import main; main(*sys.argv[2:])"
_LOOK_EVERY_S: Final = 0.05
_END_S: Final = 10.0
_STDERR_CHARS: Final = 500


class ChildProcessBuilder:
    """``ports.catalogue.CatalogueBuilder``. Catalogues lie in ``folder`` as ``<sha256 of the file>.catalogue``.

    One build at a time; the profile's lock sees to it that no other process builds here.
    """

    def __init__(self, folder: Path, *, silence_s: float = limits.CHILD_SILENCE_S) -> None:
        self._folder = folder
        self._silence_s = silence_s
        self._one = threading.Lock()

    def build(self, feed: Path, *, progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> ImportReport:
        with self._one:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=self._folder)
            os.close(handle)
            unfinished = Path(name)
            try:
                built = self._run(feed, unfinished, progress, cancelled)
                catalogue = self._settle(unfinished, built.sha256)
            finally:
                _remove(unfinished)
        return ImportReport(
            issue=built.issue,
            trips=built.issue.trips,
            faults=built.faults,
            fault_count=built.fault_count,
            catalogue=catalogue,
        )

    def open(self, catalogue: Path) -> Catalogue:
        from db.catalogue.reader import CatalogueFile  # noqa: PLC0415 - a counter reads; only an import builds

        return CatalogueFile(catalogue)

    def _run(
        self, feed: Path, target: Path, progress: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> Built:
        root = str(Path(db.__file__).resolve().parent.parent)
        # -P: what lies in the current folder is not what we import. The folder itself may be gone: it is not used.
        command = [sys.executable, "-P", "-X", "utf8", "-c", _BOOT, root, str(feed.absolute()), str(target.absolute())]
        with tempfile.TemporaryFile() as complaints:
            child = subprocess.Popen(  # noqa: S603 - our own interpreter, arguments as a list
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                cwd=self._folder,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
            try:
                message = self._listen(child, progress, cancelled)
            except BaseException:
                child.kill()
                raise
            finally:
                _end(child)
            if message is None:
                raise refuse("import_crashed", f"exit {child.returncode} {_tail(complaints)}".strip())
        if "refused" in message:
            code, detail = message["refused"]
            raise refuse(code, detail)
        return unpacked(message["built"])

    def _listen(
        self, child: subprocess.Popen[bytes], progress: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> dict[str, Any] | None:
        """The child's last word; None: it died without one. Raises Cancelled, or Refusal when it hangs."""
        assert child.stdout is not None
        lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=_pump, args=(child.stdout, lines), daemon=True).start()
        heard = time.monotonic()
        while True:
            if cancelled():
                raise Cancelled
            try:
                line = lines.get(timeout=_LOOK_EVERY_S)
            except queue.Empty:
                if time.monotonic() - heard > self._silence_s:
                    raise refuse("import_stalled", f"{self._silence_s:.0f} s") from None
                continue
            heard = time.monotonic()
            if not line:
                return None
            message = _parsed(line)
            if message is None:
                return None
            if "progress" not in message:
                return message
            stage, done, total = message["progress"]
            progress(Progress(stage=stage, done=done, total=total))

    def _settle(self, unfinished: Path, sha256: str) -> Path:
        """Gives the file its name, read-only and durable. The same content is the same file."""
        final = self._folder / f"{sha256}{SUFFIX}"
        if not (final.exists() and file_digest_of(final) == sha256):
            unfinished.chmod(0o444)
            try:
                unfinished.replace(final)
            except OSError as error:
                raise refuse("unwritable", error.strerror or "") from None
            _sync_folder(self._folder)
        return final

    def _sweep(self) -> None:
        """What a build left behind whose parent and child were killed together."""
        for left in self._folder.glob(f"{_UNFINISHED}*"):
            _remove(left)


def _pump(stream: IO[bytes], lines: queue.SimpleQueue[bytes]) -> None:
    with contextlib.suppress(OSError, ValueError):
        for line in stream:
            lines.put(line)
    lines.put(b"")


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        message = json.loads(line)
    except ValueError:
        return None  # cut off in the middle: it died while it spoke
    return message if isinstance(message, dict) else None


def _end(child: subprocess.Popen[bytes]) -> None:
    """The child is gone when this returns, and so are the pipes."""
    if child.poll() is None:
        try:
            child.wait(_END_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(_END_S)
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def _tail(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    lines = complaints.read()[-4000:].decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:_STDERR_CHARS] if lines else ""


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.chmod(0o600)
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def file_digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
