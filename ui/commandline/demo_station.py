"""``counterfoil demo``: central records and two windows on this machine, ready to be sold at and to be cut off.

Everything goes through the same commands that an operator would use. Central runs as a process of its own, so that one
can kill it and see the windows sell on from what they hold.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO, Final, Protocol

from counter_app.application.desk import Desk
from counter_app.domain.staff import Role
from counter_app.errors import Reason, Refusal
from resources.demo.invent import invent
from ui.commandline.demo import ACCOUNTS, NAMES
from ui.commandline.demo_devices import card_terminals, ending_with_us, kept_port, wallet_gateways
from ui.commandline.demo_funds import issue_funds, tell_funds
from ui.commandline.syncing import settled

WINDOWS: Final = (1, 2)
_MARKER: Final = "DEMONSTRATION"
_STATION: Final = ("CWQ", "长沙南", "Changshanan")
_OPERATOR: Final = "演示铁路 Demonstration Railway"
_DAYS: Final = 400
_RENEW_WITHIN: Final = timedelta(days=40)
_START_S: Final = 120
_STOP_S: Final = 30
_TURNS_MAX: Final = 400


class RunCentral(Protocol):
    """``counterfoil central …`` in this process: arguments and standard input in, standard output back."""

    def __call__(self, *arguments: str, stdin: str = "") -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What main hands in. ``hold_database``: keeps central's PostgreSQL up while many commands need it."""

    central: RunCentral
    hold_database: Callable[[Path], AbstractContextManager[object]]
    enrol: Callable[[Path, str, str], object]  # folder, URL, code
    opened: Callable[[Path], AbstractContextManager[Desk]]
    exists: Callable[[Path], bool]
    command: Sequence[str]  # how this program is started
    now: Callable[[], datetime]


def window_folder(folder: Path, number: int) -> Path:
    return folder / f"window-{number}"


@contextlib.contextmanager
def demo_station(folder: Path, *, reset: bool, means: Means) -> Iterator[None]:
    """Everything is made that is missing, central serves, the windows are loaded; ends with central stopped."""
    _begin(folder, reset=reset)
    central = folder / "central"
    with means.hold_database(central):
        _prepare_central(central, means)
        issue_funds(folder, central, means.central)
        tell_funds(folder)
        port = kept_port(folder / "port")  # the windows know central by it
        with (
            wallet_gateways(folder, central, means.central, means.command),
            _serving(central, port, folder / "central.log", means),
        ):
            _prepare_windows(folder, central, f"http://127.0.0.1:{port}", means)
            windows = [window_folder(folder, number) for number in WINDOWS]
            with card_terminals(folder, windows, means.command):
                yield


def _begin(folder: Path, *, reset: bool) -> None:
    if reset and folder.exists():
        if not (folder / _MARKER).is_file():
            raise Refusal(Reason.BAD_INPUT, detail=f"{folder} is not a demonstration: nothing is removed")
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / _MARKER).exists() and any(folder.iterdir()):
        raise Refusal(Reason.BAD_INPUT, detail=f"{folder} holds something else: choose another folder")
    (folder / _MARKER).touch()


# ---- central --------------------------------------------------------------------------------------------------------


def _prepare_central(central: Path, means: Means) -> None:
    done = central / "prepared"
    if not done.exists():
        _say("making central records, with a PostgreSQL of their own")
        _make_central(central, means)
    issue_until = central / "timetable-until"
    today = means.now().date()
    if not issue_until.exists() or date.fromisoformat(issue_until.read_text("ascii")) - today < _RENEW_WITHIN:
        _say("inventing a timetable of a few hundred services around real station names")
        feed = central / "invented.gtfs.zip"
        invent(feed, first_date=today - timedelta(days=2), days=_DAYS)
        _say("importing it")
        told = json.loads(means.central("import-timetable", str(feed), "--json", "--data", str(central)))
        issue_until.write_text(told["last_date"], "ascii")
        feed.unlink(missing_ok=True)
    done.touch()


def _make_central(central: Path, means: Means) -> None:
    admin = ACCOUNTS[-1]
    where = ("--data", str(central))
    means.central("migrate", *where, "--operator", _OPERATOR, "--demonstration")
    with contextlib.suppress(Refusal):  # made by a start that was interrupted
        means.central("migrate", *where, "--admin", admin.login, "--password-stdin", stdin=f"{admin.password}\n")
    by_admin = ("--user", admin.login, "--password-stdin")
    for account in ACCOUNTS[:-1]:
        try:
            means.central(
                "add-user", *where, "--login", account.login, "--display-name", NAMES[account.login],
                "--role", Role(account.role).value, *by_admin, stdin=f"{admin.password}\n{account.password}\n",
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.reason is not Reason.NAME_TAKEN:
                raise
    means.central(
        "allotments", *where, "--rule", "--per-window", "6", "--hours-ahead", "10", *by_admin,
        stdin=f"{admin.password}\n",
    )  # fmt: skip


@contextlib.contextmanager
def _serving(central: Path, port: int, log: Path, means: Means) -> Iterator[None]:
    command = [*means.command, "central", "serve", "--data", str(central), "--listen", f"127.0.0.1:{port}"]
    with log.open("ab") as complaints:
        server = subprocess.Popen(  # noqa: S603 - this program itself
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            start_new_session=True,
            env=ending_with_us(),
        )
        try:
            assert server.stdout is not None
            _await_listening(server.stdout, server, log)
            yield
        finally:
            server.terminate()
            try:
                server.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _await_listening(output: IO[bytes], server: subprocess.Popen[bytes], log: Path) -> None:
    """Its first line says where it listens; an end without one is told with where to look."""
    line = output.readline()
    if line:
        _say(f"central records serve at {json.loads(line)['listening']}")
        return
    server.wait(_START_S)
    raise Refusal(Reason.CENTRAL_REFUSED, detail=f"central did not start: see {log}")


# ---- windows --------------------------------------------------------------------------------------------------------


def _prepare_windows(folder: Path, central: Path, url: str, means: Means) -> None:
    admin = ACCOUNTS[-1]
    code, name, latin = _STATION
    for number in WINDOWS:
        place = window_folder(folder, number)
        if not means.exists(place):
            _say(f"enrolling {name} ({latin}), window {number}")
            told = means.central(
                "enrol-code", "--data", str(central), "--station", code, "--name", name, "--latin", latin,
                "--counter", str(number), "--policy", "demonstration", "--json",
                "--user", admin.login, "--password-stdin", stdin=f"{admin.password}\n",
            )  # fmt: skip
            means.enrol(place, url, json.loads(told)["code"])
        with means.opened(place) as desk:
            _load(desk, number)


def _load(desk: Desk, number: int) -> None:
    """Timetable and accounts, so that the first log-in finds them."""
    if desk.timetable() is not None:
        return
    _say(f"window {number} loads the timetable from central")
    desk.sync_now()
    for _ in range(_TURNS_MAX):
        desk.sync_turn()
        if desk.timetable() is not None and settled(desk.sync_status()):
            return


@contextlib.contextmanager
def other_window(folder: Path, number: int, means: Means) -> Iterator[subprocess.Popen[bytes]]:
    """A second window as a process of its own; waited for at the end."""
    command = [*means.command, "demo", "--only-window", str(number), "--profile", str(folder)]
    with (folder / f"window-{number}.log").open("ab") as complaints:
        window = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=complaints)  # noqa: S603 - this program
        try:
            yield window
            if window.poll() is None:
                _say(f"window {number} is still open; the demonstration ends with it")
                window.wait()
        finally:
            if window.poll() is None:
                window.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    window.wait(_STOP_S)


def _say(text: str) -> None:
    sys.stderr.write(f"counterfoil demo: {text}\n")
    sys.stderr.flush()
