"""The simulated printer as a program."""

from __future__ import annotations

import socket
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from counter_app.ports.prints import Delivery, PaperState
from counter_app.system import SystemClock
from printers.codes import read_picture
from printers.compose import Composer
from printers.driver import Deadlines, EscposPrinter
from printers.opening import open_printer
from printers.profiles import PROFILES
from printers.simulator.run import obey
from printers.simulator.serve import SimulatedPrinter
from printers.transports.base import Opener
from printers.transports.serial import SerialOpener
from printers.transports.tcp import TcpOpener
from tests.unit.printers.samples import CODE, RESOURCES, SLEEPER

PROGRAM = (
    "import argparse, sys; from printers.simulator.run import add_arguments, run_simulator\n"
    "p = argparse.ArgumentParser(); add_arguments(p); sys.exit(run_simulator(p.parse_args()))"
)


@pytest.mark.parametrize(
    "line",
    [
        ["--listen", "127.0.0.1:0", "--ipp", "127.0.0.1:0"],
        pytest.param(["--pty", "--link", "printer"], marks=pytest.mark.skipif(sys.platform == "win32", reason="POSIX")),
    ],
)
def test_it_prints_pictures_and_obeys_its_control_lines(tmp_path: Path, line: list[str]) -> None:
    """Whoever sets a counter up without a printer could not try paper out."""
    line = [str(tmp_path / word) if word == "printer" else word for word in line]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *line, "--out", str(tmp_path), "--fault", "cover_open"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None

    def tell(words: str) -> str:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(words + "\n")
        process.stdin.flush()
        return process.stdout.readline().strip()

    try:
        url = process.stdout.readline().strip().removeprefix("printer ")
        if "--ipp" in line:
            queue = process.stdout.readline().strip().removeprefix("spooler ")
            spooler = open_printer(queue, composer=Composer(RESOURCES), clock=SystemClock())
            assert (spooler.status().answered, spooler.status().paper) == (True, PaperState.UNKNOWN)
        opener: Opener = (
            TcpOpener("127.0.0.1", int(url.rpartition(":")[2]), bytes_per_s=900_000)
            if url.startswith("tcp://")
            else SerialOpener(url.removeprefix("serial://"), 921600)
        )
        quick = Deadlines(answer_s=2, confirm_s=5)
        driver = EscposPrinter(opener, PROFILES["epson-80"], Composer(RESOURCES), deadlines=quick)
        assert driver.status().error == "cover_open"
        assert tell("cover_open off") == "ok no faults"
        assert driver.deliver(SLEEPER, token=7).delivery is Delivery.CONFIRMED
        assert tell("status").startswith("ok sheets=1 kicks=0")
        assert tell("paper_out") == "ok paper_out=True"
        assert driver.status().error == "paper_out"
        assert tell("clear") == "ok no faults"
        assert tell("unplug") == "ok"
        assert driver.status().error == "not_reachable"
        assert tell("plug") == "ok"
        assert driver.status().ready
        assert tell("fire on").startswith("error")
        assert tell("stalls -1").startswith("error")
        assert read_picture(tmp_path / "sheet-0001.png") == [CODE]
        assert "GS ( H" in (tmp_path / "commands.log").read_text()
        process.stdin.write("quit\n")
        process.stdin.close()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_the_control_protocol() -> None:
    """A test with a fault that was never switched on proves nothing."""
    out = StringIO()
    with SimulatedPrinter() as printer:
        assert obey(printer, ["closes 500\n", "\n", "silent\n", "clear\n", "a b c\n", "quit\n", "silent\n"], out)
        assert not printer.machine.faults.silent
    assert out.getvalue().splitlines() == [
        "ok closes=500",
        "ok silent=True,closes=500",
        "ok no faults",
        "error FAULT [on|off|NUMBER]",
    ]


def test_automatic_status_and_unknown_commands() -> None:
    """A driver tested against a printer that forgives everything fails at the first real one."""
    with SimulatedPrinter() as printer:
        port = printer.listen()
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(b"\x1da\xff\x1dr\x01")
            assert line.recv(4, socket.MSG_WAITALL) == b"\x10\x00\x00\x00"
            assert line.recv(1) == b"\x00"
            printer.machine.switch("cover_open", "on")
            assert line.recv(4, socket.MSG_WAITALL) == b"\x38\x00\x00\x00"
            line.sendall(b"\x10\x04\x02")
            assert line.recv(1) == b"\x16"
            printer.machine.switch("clear", "on")
            assert line.recv(4, socket.MSG_WAITALL) == b"\x10\x00\x00\x00"
            line.sendall(b"\x1b!\x00\x1dr\x01")
            assert line.recv(1) == b"\x00"
        assert printer.machine.unknown[0] == b"\x1b!\x00\x1d"


def test_native_text_stands_in_the_log_as_it_came_out() -> None:
    """Whoever tries a setting would have to read dots to see which price a GBK printer shows."""
    with SimulatedPrinter(hanzi="gbk") as printer:
        port = printer.listen()
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(b"\x1b@\x1c&" + "¥6".encode("gb18030") + b"\n\x1c.\x1bt\x02\xbe6\n\x1dr\x01")
            assert line.recv(1) == b"\x00"
    assert [said for said in printer.commands if said.startswith("text")] == ["text ?0?66", "text ¥6"]


def test_the_drawer_and_a_recoverable_error_show_in_the_status() -> None:
    """The till would not know that its drawer stands open."""
    with SimulatedPrinter() as printer:
        port = printer.listen()
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(b"\x1bp\x00\x32\xfa\x10\x04\x01")
            assert line.recv(1) == b"\x16"
            printer.machine.switch("drawer_open", "off")
            printer.machine.switch("stuck", "on")
            line.sendall(b"\x10\x04\x01\x10\x04\x03")
            assert line.recv(1) + line.recv(1) == b"\x1a\x1a"
            line.sendall(b"\x10\x05\x02\x10\x04\x01\x10\x14\x01\x00\x05\x10\x04\x01")
            assert line.recv(1) + line.recv(1) == b"\x12\x16"
        assert printer.machine.drawer_kicks == 2
