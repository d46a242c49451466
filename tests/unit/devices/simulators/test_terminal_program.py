"""``counterfoil simulate terminal`` as a program of its own."""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from counter_app.system import SystemClock, SystemEntropy
from devices.simulators.terminal.run import add_arguments, run_terminal
from tests.unit.devices.simulators.till import REGISTER, SerialTill, Till

ROOT = Path(__file__).parents[4]
PAY = "06 01 0A 04 00 00 00 00 10 10 49 01 56"
PROGRAM = (
    "import argparse, sys; from counter_app.system import SystemClock, SystemEntropy\n"
    "from devices.simulators.terminal.run import add_arguments, run_terminal\n"
    "p = argparse.ArgumentParser(); add_arguments(p)\n"
    "sys.exit(run_terminal(p.parse_args(), SystemClock(), SystemEntropy()))"
)


def here(*words: str) -> int:
    """In this process: what ends at once."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run_terminal(parser.parse_args(words), SystemClock(), SystemEntropy())


@contextlib.contextmanager
def program(*words: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "TZ": "UTC"},
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str], starts: str) -> str:
    """The next line that starts so."""
    assert process.stdout is not None
    while text := process.stdout.readline():
        if text.startswith(starts):
            return text.strip()
    raise AssertionError(f"no line {starts}")


def test_it_takes_a_payment_and_obeys(tmp_path: Path) -> None:
    """Whoever shows the counter to a customer has no card terminal in the bag."""
    books, log = tmp_path / "books.json", tmp_path / "log.txt"
    with program(
        "--listen", "127.0.0.1:0", "--pace", "0", "--currency", "156", "--card", "visa", "--show",
        "--books", str(books), "--log", str(log), "--next", "unmasked", "--fault", "unmasked",
    ) as process:  # fmt: skip
        port = int(line(process, "terminal tcp://").rpartition(":")[2])
        with Till(port) as till:
            till.do(REGISTER.replace("09 78", "01 56"))
            assert till.do(PAY)[-1] == "06 0F 00"
        assert process.stdin is not None
        process.stdin.write("last\nclear\nquit\n")
        process.stdin.flush()
        shown = line(
            process, "ok payment stored receipt=0001 trace=000001 amount=10.10 result=00 card=************1111"
        )
        assert shown
        assert line(process, "ok no faults")
        assert process.wait(60) == 0
    assert "stored: payment 1010" in log.read_text("utf-8")
    assert "41111111" not in log.read_text("utf-8") + books.read_text("utf-8")


def test_it_is_told_over_a_socket(capsys: pytest.CaptureFixture[str]) -> None:
    """Tests and the demonstration switch faults on while it runs."""
    with program("--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--manual") as process:
        control = line(process, "terminal tcp://").rpartition("control ")[2]
        for words, code, said in (
            ("decline 05", 0, "ok decline=05"),
            ("fire", 3, "error no fault fire"),
            ("press insert", 3, "error nobody is paying"),
            ("status", 0, "ok idle registered=no stored=0 last=0000 decline=05"),
        ):
            assert here("--tell", control, *words.split()) == code
            assert capsys.readouterr().out.startswith(said)
        assert here("--tell", control, "quit") == 0
        assert process.wait(60) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
def test_it_stands_at_a_serial_line_under_a_name(tmp_path: Path) -> None:
    link = tmp_path / "terminal"
    with program("--pty", "--link", str(link)) as process:
        assert line(process, "terminal serial://") == f"terminal serial://{link}"
        till = SerialTill(str(link))
        till.send("10 02 05 01 00 10 03 10 06")  # the check sum may hold a 10 and a 06 and is not doubled
        assert till.take(1) == "06"
        assert till.take_block() == "10 02 80 00 00 10 03 F5 1F"
        till.close()
        assert process.stdin is not None
        process.stdin.write("quit\n")
        process.stdin.flush()
        assert process.wait(60) == 0
    assert not link.is_symlink()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--listen", "nowhere"], 2),
        (["--listen", "127.0.0.1:0", "--fault", "fire"], 2),
        (["--listen", "127.0.0.1:0", "--next", "drop=nowhere"], 2),
        (["--listen", "127.0.0.1:0", "--terminal-id", "1"], 2),
        (["--listen", "127.0.0.1:0", "words"], 2),
        (["--listen", "192.0.2.1:1"], 3),
        (["--listen", "127.0.0.1:0", "--log", "/nowhere/log"], 3),
        (["--tell", "127.0.0.1:1", "status"], 3),
    ],
)
def test_arguments_that_can_not_be(words: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Said in a line, not as a fall-over."""
    assert here(*words) == code
    assert capsys.readouterr().err.strip()
