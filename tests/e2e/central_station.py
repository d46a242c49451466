"""Central records and windows as real processes, behind a proxy with faults; killed, restarted, compared."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.e2e.audit import ROOT

COUNTERFOIL: Final = [sys.executable, str(ROOT / "main.py")]
PATIENCE_S: Final = 180
PASSWORD: Final = "central-test-1"
CLERK_PASSWORD: Final = "clerk-test-1"


def counterfoil(*argv: object, stdin: str = "", timeout: float = PATIENCE_S) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COUNTERFOIL, *(str(one) for one in argv)],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )


def good(*argv: object, stdin: str = "") -> str:
    done = counterfoil(*argv, stdin=stdin)
    assert done.returncode == 0, f"{argv}: {done.returncode}\n{done.stderr}"
    return done.stdout


@dataclass(slots=True)
class CentralProcess:
    """``counterfoil central serve`` on a port that stays the same."""

    folder: Path
    port: int = 0
    running: subprocess.Popen[str] | None = None
    workers: int = 1
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.folder.parent / "central.log"
        if not self.port:
            with socket.create_server(("127.0.0.1", 0)) as listener:
                self.port = listener.getsockname()[1]

    def make(self, feed: Path) -> None:
        where = ("--data", self.folder)
        by = ("--user", "admin", "--password-stdin")
        good("central", "migrate", *where, "--operator", "甲铁路", "--admin", "admin", "--password-stdin",
             stdin=f"{PASSWORD}\n")  # fmt: skip
        good("central", "import-timetable", feed, *where)
        for login, role in (("li", "clerk"), ("wang", "supervisor"), ("zhao", "supervisor")):
            good("central", "add-user", *where, "--login", login, "--role", role, *by,
                 stdin=f"{PASSWORD}\n{CLERK_PASSWORD}\n")  # fmt: skip
        good("central", "allotments", *where, "--rule", "--per-window", 4, "--hours-ahead", 24 * 14,
             "--share-permille", 300, "--valid-minutes", 24 * 60, *by, stdin=f"{PASSWORD}\n")  # fmt: skip

    def code(self, station: str, counter: int, name: str) -> str:
        told = good(
            "central", "enrol-code", "--data", self.folder, "--station", station, "--name", name, "--counter", counter,
            "--policy", "demonstration", "--json", "--user", "admin", "--password-stdin", stdin=f"{PASSWORD}\n",
        )  # fmt: skip
        code: str = json.loads(told)["code"]
        return code

    def start(self) -> None:
        command = [*COUNTERFOIL, "central", "serve", "--data", str(self.folder), "--listen", f"127.0.0.1:{self.port}"]
        command += ["--workers", str(self.workers)]
        with self.log.open("ab") as complaints:
            self.running = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=complaints, text=True, start_new_session=True
            )
        assert self.running.stdout is not None
        line = self.running.stdout.readline()
        assert line, self.log.read_text()[-4000:]

    def kill(self) -> None:
        """-9, with all its workers; its PostgreSQL lives on, as after the crash of a process."""
        assert self.running is not None
        with suppress(ProcessLookupError):
            os.killpg(self.running.pid, signal.SIGKILL)
        self._ended()

    def kill_main(self) -> None:
        """-9, the process that was started and none of its workers."""
        assert self.running is not None
        self.running.kill()
        self._ended()

    def stop(self) -> None:
        if self.running is not None and self.running.poll() is None:
            self.running.terminate()
            self._ended()

    def _ended(self) -> None:
        assert self.running is not None
        self.running.wait(PATIENCE_S)
        if self.running.stdout is not None:
            self.running.stdout.close()

    def verified(self) -> dict[str, Any]:
        done = counterfoil("central", "verify", "--data", self.folder, "--json")
        report: dict[str, Any] = json.loads(done.stdout)
        return report


@dataclass(slots=True)
class Window:
    folder: Path
    lines: list[dict[str, Any]] = field(default_factory=list)
    running: subprocess.Popen[bytes] | None = None

    def enrol(self, url: str, code: str) -> None:
        good("--profile", self.folder, "enrol", "--central", url, "--code", code)

    def drill(self, sales: int, seed: int) -> None:
        """In the background; what it says goes to a file, so that a full pipe stops nobody."""
        command = [*COUNTERFOIL, "--profile", str(self.folder), "drill", "--sales", str(sales), "--seed", str(seed)]
        with self._out.open("ab") as out, self._err.open("ab") as err:
            self.running = subprocess.Popen(command, stdout=out, stderr=err)

    @property
    def _out(self) -> Path:
        return self.folder.with_suffix(".lines")

    @property
    def _err(self) -> Path:
        return self.folder.with_suffix(".err")

    def kill(self) -> None:
        if self.running is not None:
            self.running.kill()
            self.running.wait()
        if self._out.exists():  # what a kill cut short is no line
            text = self._out.read_bytes()
            self._out.write_bytes(text[: text.rfind(b"\n") + 1])

    def sync(self, wait_s: int) -> subprocess.CompletedProcess[str]:
        return counterfoil("--profile", self.folder, "sync", "--wait", wait_s, "--json", timeout=wait_s + PATIENCE_S)

    def durable(self) -> list[dict[str, Any]]:
        """What the drill said after its commits."""
        if not self._out.exists():
            return []
        whole = self._out.read_bytes().rpartition(b"\n")[0]  # the last one may be half written
        return [json.loads(line) for line in whole.splitlines() if line.startswith(b"{")]

    def tickets(self) -> set[str]:
        """Numbers of every ticket in this window's own store."""
        with sqlite3.connect(f"file:{self.folder / 'counterfoil.sqlite'}?mode=ro", uri=True) as store:
            return {number for (number,) in store.execute("SELECT number FROM ticket")}

    def complaints(self) -> str:
        return self._err.read_text() if self._err.exists() else ""


def wait_for(what: str, happened: Any, patience_s: float = PATIENCE_S) -> None:
    until = time.monotonic() + patience_s
    while not happened():
        assert time.monotonic() < until, what
        time.sleep(0.1)


def members(group: int) -> list[int]:
    """The living processes of a process group."""
    found = []
    for about in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, its_group = about.read_text(encoding="utf-8").rpartition(")")[2].split()[:3]
            if int(its_group) == group and state not in {"Z", "X"}:
                found.append(int(about.parent.name))
    return found


def all_ended(windows: Sequence[Window]) -> bool:
    return all(one.running is None or one.running.poll() is not None for one in windows)
