"""The command line as real processes: pipes, locales, signals, and a printer on the other end of a line."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from db.lock import ProfileLock
from db.store import LOCK_NAME
from tests.conftest import ROOT
from tests.unit.command_line import PASSWORD, soon, tiny_feed

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

COUNTERFOIL = (sys.executable, str(ROOT / "main.py"))
PATIENCE_S = 60


def counterfoil(*argv: object, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COUNTERFOIL, *map(str, argv)],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        timeout=PATIENCE_S,
        check=False,
    )


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


class Simulator:
    """``simulate printer`` with its control line."""

    def __init__(self, out: Path, *line: str) -> None:
        self.out = out
        self._process = subprocess.Popen(
            [*COUNTERFOIL, "simulate", "printer", *line, "--out", str(out)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self.answer().removeprefix("printer ")

    def answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def control(self, line: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self.answer()

    def sheets(self) -> list[Path]:
        return sorted(self.out.glob("sheet-*.png"))

    def quit(self) -> int:
        self._process.communicate("quit\n", timeout=PATIENCE_S)
        return self._process.returncode


@pytest.fixture(scope="module")
def printer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    made = Simulator(tmp_path_factory.mktemp("paper"), "--listen", "127.0.0.1:0")
    yield made
    assert made.quit() == 0


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_feed(tmp_path_factory.mktemp("feed") / "tiny.zip")


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory, printer: Simulator, feed: Path) -> Path:
    """Made, imported to and sold at, with a printer on the network."""
    folder = tmp_path_factory.mktemp("counter") / "counter"
    line = ("--name", "甲站", "--station-code", "AAH", "--admin", "admin", "--printer", printer.url, "--password-stdin")
    made = counterfoil("--profile", folder, "init", *line, stdin=f"{PASSWORD}\n")
    assert made.returncode == 0, made.stderr
    taken = counterfoil("import-timetable", feed, "--json", "--profile", folder)
    assert json.loads(taken.stdout)["accepted"] is True, taken.stderr
    sold = counterfoil("drill", "--sales", 3, "--seed", 3, "--profile", folder)
    assert sold.returncode == 0, sold.stderr
    (folder.parent / "sold.jsonl").write_text(sold.stdout, "utf-8")
    return folder


def test_what_was_printed_is_genuine(counter: Path, printer: Simulator, tmp_path: Path) -> None:
    """The paper in the passenger's hand and the line that was said to be durable are two different tickets."""
    said = lines_of((counter.parent / "sold.jsonl").read_text("utf-8"))
    numbers = {line["ticket"] for line in said if line["act"] == "sale"}
    assert {"act", "ticket", "journal_seq"} == said[0].keys()
    assert numbers
    assert counterfoil("trust", "export", tmp_path / "trust.json", "--profile", counter).returncode == 0
    found = set()
    for sheet in printer.sheets():
        checked = counterfoil("verify-ticket", sheet, "--json", "--trust", tmp_path / "trust.json")
        if checked.returncode == 0:
            found.add(json.loads(checked.stdout)["ticket"])
        else:  # a refund's slip carries no code
            assert "bad_code" in checked.stderr
    assert found == numbers
    verified = json.loads(counterfoil("journal", "verify", "--json", "--profile", counter).stdout)
    assert verified["ok"] is True
    assert verified["entries"] >= max(line["journal_seq"] for line in said)


def test_a_printer_without_paper_keeps_what_was_sold(counter: Path, printer: Simulator) -> None:
    """The paper ran out in a rush hour, and the tickets after it were never printed."""
    before = len(printer.sheets())
    assert printer.control("paper_out on").startswith("ok")
    sold = counterfoil("drill", "--sales", 1, "--seed", 5, "--profile", counter)
    assert sold.returncode == 0, sold.stderr
    assert len(printer.sheets()) == before
    ill = counterfoil("doctor", "--json", "--profile", counter)
    assert ill.returncode == 2
    states = {finding["what"]: finding for finding in json.loads(ill.stdout)}
    assert states["printer"]["state"] == "trouble"
    assert states["printer"]["facts"]["error"] == "paper_out"
    assert states["print jobs"]["state"] == "warning"
    assert printer.control("clear") == "ok no faults"
    assert counterfoil("drill", "--sales", 0, "--seed", 6, "--profile", counter).returncode == 0
    assert len(printer.sheets()) > before
    assert counterfoil("doctor", "--profile", counter).returncode == 0


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminals here")
def test_a_serial_printer(counter: Path, tmp_path: Path) -> None:
    """The window has the cable of the old printer."""
    serial = Simulator(tmp_path / "paper", "--pty")
    try:
        line = ("--name", "x", "--admin", "admin", "--printer", f"{serial.url}?baud=115200", "--password-stdin")
        folder = tmp_path / "counter"
        assert counterfoil("init", *line, "--profile", folder, stdin=f"{PASSWORD}\n").returncode == 0
        doctor = counterfoil("doctor", "--language", "en", "--profile", folder)
        assert "ready, paper Enough" in doctor.stdout
    finally:
        assert serial.quit() == 0


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, {"LC_ALL": "POSIX"}]
)
def test_chinese_under_any_locale(counter: Path, locale: dict[str, str]) -> None:
    """A service without a locale finds no station, or dies printing one."""
    found = counterfoil("search", "甲站", "乙站", soon(), "--profile", counter, **locale)
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith("G1")
    refused = counterfoil("search", "丑站站", "乙站", soon(), "--profile", counter, PYTHONIOENCODING="ascii", **locale)
    assert refused.returncode == 3
    assert "Traceback" not in refused.stderr


def _piped(shell: str, counter: Path) -> subprocess.CompletedProcess[str]:
    command = f'"{COUNTERFOIL[0]}" "{COUNTERFOIL[1]}" stations 站 --json --profile "{counter}" {shell}'
    return subprocess.run(
        ["bash", "-c", command], capture_output=True, encoding="utf-8", timeout=PATIENCE_S, check=False
    )


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")
@pytest.mark.parametrize(
    ("shell", "status"),
    [
        ("| head -n 1; exit ${PIPESTATUS[0]}", 0),
        ("| true; exit ${PIPESTATUS[0]}", 0),
        (">&-", 0),
        ("<&-", 0),
        ("2>&-", 0),
        ("> /dev/full", 3),
    ],
)
def test_streams_that_go_away(counter: Path, shell: str, status: int) -> None:
    """A traceback in the middle of a pipeline."""
    ended = _piped(shell, counter)
    assert ended.returncode == status, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("wait_s", [0.6, 0.8, 1.0])
def test_an_interrupted_import_is_all_or_nothing(
    counter: Path, tmp_path_factory: pytest.TempPathFactory, wait_s: float
) -> None:
    """Ctrl-C, and the counter has half a timetable."""
    other = tiny_feed(
        tmp_path_factory.mktemp("feed") / "other.zip", feed_info=f"feed_publisher_name,feed_version\nX,{wait_s}\n"
    )
    before = json.loads(counterfoil("journal", "verify", "--json", "--profile", counter).stdout)
    running = subprocess.Popen(
        [*COUNTERFOIL, "import-timetable", str(other), "--json", "--profile", str(counter)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    time.sleep(wait_s)
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=PATIENCE_S)
    after = json.loads(counterfoil("journal", "verify", "--json", "--profile", counter).stdout)
    assert after["ok"] is True
    assert "Traceback" not in err or "main.py" not in err
    if running.returncode == 0:
        assert json.loads(out)["accepted"] is True
        assert after["entries"] > before["entries"]
    else:
        assert after == before
    assert not list((counter / "catalogues").glob(".building-*"))
    assert counterfoil("stations", "甲站", "--profile", counter).returncode == 0


def test_one_writer_and_any_reader(counter: Path, feed: Path) -> None:
    """Two windows on one counter sell the same seat; or a report has to wait for the end of the shift."""
    again = ("import-timetable", feed, "--json", "--profile", counter)
    window = ProfileLock(counter / LOCK_NAME)  # what an open window has
    try:
        acts: Sequence[tuple[tuple[object, ...], int]] = [
            (("drill", "--sales", 1, "--seed", 1), 3),
            (("search", "甲站", "乙站", soon(), "--json"), 0),
            (("journal", "verify", "--json"), 0),
            (("report", "x", "--format", "json"), 0),
        ]
        refused = counterfoil(*again)
        assert refused.returncode == 3
        assert json.loads(refused.stdout)["reason"] == "profile_in_use"
        for argv, status in acts:
            done = counterfoil(*argv, "--profile", counter)
            assert done.returncode == status, (argv, done.stderr)
            assert status == 0 or "profile_in_use" in done.stderr
    finally:
        window.release()
    assert counterfoil(*again).returncode == 0


def test_two_listeners_on_one_port(tmp_path: Path) -> None:
    """A second simulator on the port of the first, and nobody knows where the paper goes."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = counterfoil("simulate", "printer", "--listen", f"127.0.0.1:{port}", "--out", tmp_path / "out")
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("argv", [["bogus"], ["search", "a"], ["report", "y"], ["simulate"], ["--bogus"], ["journal"]])
def test_wrong_usage_is_two(argv: list[str]) -> None:
    """A script cannot tell its own typing error from a counter's no."""
    wrong = counterfoil(*argv)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("usage: counterfoil")
