"""Printers without a printer: a file that collects the bytes, the roll on the screen, and URLs of each kind."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from counter_app.domain.papers import Paper, Slip
from counter_app.ports.prints import Delivery, PaperState, Printer
from printers.codes import read_picture
from printers.escpos import paper_bytes
from printers.interpreter import Events, Interpreter
from printers.opening import open_printer
from printers.paperless import FilePrinter, VirtualPrinter
from printers.profiles import PROFILES
from printers.raster import Raster
from tests.contract.test_printers import COMPOSER, FixedClock, bench_on, same_dots
from tests.unit.printers.samples import CODE, SLEEPER


def drawn_from(data: bytes, width: int) -> list[Raster]:
    sheets: list[Raster] = []
    unknown: list[bytes] = []
    Interpreter(width, Events(sheet=sheets.append, unknown=unknown.append)).feed(data)
    assert unknown == []
    return sheets


@pytest.mark.parametrize("profile", ["thermal-80", "epson-58", "listening-80"])
def test_a_file_collects_whole_papers(tmp_path: Path, profile: str) -> None:
    """What a drill printed could not be compared with its journal."""
    path = tmp_path / "roll.bin"
    width = PROFILES[profile].width
    for number in range(3):  # a new process each time
        printer: Printer = FilePrinter(path, PROFILES[profile], COMPOSER)
        assert printer.status().ready
        assert printer.deliver(SLEEPER, token=number + 1).delivery is Delivery.CONFIRMED
        assert printer.kick_drawer(token=50).delivery is Delivery.CONFIRMED
    sheets = drawn_from(path.read_bytes(), width)
    expected = COMPOSER.compose(SLEEPER, width=width)
    assert [same_dots(sheet, expected) for sheet in sheets] == [True] * 3
    assert len(path.read_bytes()) < 4 * len(paper_bytes(expected, PROFILES[profile], token=1)), "nothing was mended"


def test_a_file_that_ends_in_the_middle_is_mended(tmp_path: Path) -> None:
    """After kill -9 the next ticket would be read as the rest of the broken picture."""
    path = tmp_path / "roll.bin"
    profile = PROFILES["thermal-80"]
    whole = paper_bytes(COMPOSER.compose(SLEEPER, width=576), profile, token=1)
    expected = COMPOSER.compose(SLEEPER, width=576)
    for cut_at in (1, 9, 100, 20_000, len(whole) - 3):
        path.write_bytes(whole + whole[:cut_at])
        assert FilePrinter(path, profile, COMPOSER).deliver(SLEEPER, token=2).delivery is Delivery.CONFIRMED
        sheets: list[Raster] = []
        Interpreter(576, Events(sheet=sheets.append)).feed(path.read_bytes())
        assert same_dots(sheets[0], expected)
        assert same_dots(sheets[-1], expected), cut_at


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_file_that_cannot_be_written_is_a_failure_before(tmp_path: Path) -> None:
    """A full or foreign folder would look like printed tickets."""
    tmp_path.chmod(0o500)
    printer = FilePrinter(tmp_path / "roll.bin", PROFILES["thermal-80"], COMPOSER)
    assert not printer.status().ready
    assert printer.deliver(SLEEPER, token=1).delivery is Delivery.FAILED_BEFORE_SEND


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX")
def test_a_device_node_takes_bytes_and_gives_no_word(tmp_path: Path) -> None:
    """A printer behind /dev/usb/lp0 would "confirm" without paper, and a stuck one would hold the window for ever."""
    node = tmp_path / "lp0"
    os.mkfifo(node)
    printer = FilePrinter(node, PROFILES["thermal-80"], COMPOSER, device_s=0.3)
    held = os.open(node, os.O_RDWR | os.O_NONBLOCK)  # the device's other end: it reads nothing
    try:
        status = printer.status()
        assert (status.ready, status.answered, status.paper) == (True, False, PaperState.UNKNOWN)
        outcomes = [printer.deliver(SLEEPER, token=number + 1) for number in range(3)]
        assert {outcome.delivery for outcome in outcomes} <= {Delivery.UNKNOWN, Delivery.FAILED_BEFORE_SEND}
        assert outcomes[0].delivery is Delivery.UNKNOWN
        assert outcomes[-1].delivery is Delivery.FAILED_BEFORE_SEND  # full: not a byte of it left
    finally:
        os.close(held)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder given as the file would raise in the middle of a sale."""
    printer = FilePrinter(tmp_path, PROFILES["thermal-80"], COMPOSER)
    assert not printer.status().ready
    assert printer.deliver(SLEEPER, token=1).delivery is Delivery.FAILED_BEFORE_SEND


@pytest.mark.parametrize("profile", ["thermal-80", "thermal-58-tear", "epson-80"])
def test_the_virtual_roll_shows_what_would_be_burnt(profile: str) -> None:
    """The demonstration would show other paper than a printer prints."""
    printer = VirtualPrinter(PROFILES[profile], COMPOSER, FixedClock())
    short = Slip(language="zh", title="测试", subtitle="", marks=(), blocks=())
    for number in range(205):
        paper: Paper = replace(SLEEPER, ticket_number=f"CSQ-01-1-{number:06d}-0") if number > 200 else short
        assert printer.deliver(paper, token=1).delivery is Delivery.CONFIRMED
    assert printer.kick_drawer(token=2).delivery is Delivery.CONFIRMED
    sheets = printer.sheets()
    assert len(sheets) == 200
    assert sheets[-1].title == "CSQ-01-1-000204-0"
    assert printer.drawer_kicks == 1
    assert read_picture(sheets[-1].png) == [CODE]


def test_a_url_opens_each_kind(tmp_path: Path) -> None:
    """A counter's printer setting would not start."""
    path = tmp_path / "a roll.bin"
    opened = open_printer(f"{path.as_uri()}?profile=epson-58&code=qr", composer=COMPOSER, clock=FixedClock())
    assert opened.deliver(SLEEPER, token=1).delivery is Delivery.CONFIRMED
    assert len(drawn_from(path.read_bytes(), 384)) == 1
    virtual = open_printer("virtual:", composer=COMPOSER, clock=FixedClock())
    assert virtual.status().ready
    simulator, _ = bench_on("tcp", "thermal-80")
    with simulator:
        url = f"tcp://127.0.0.1:{simulator.listen()}"
        printer = open_printer(url, composer=COMPOSER, clock=FixedClock(), profile="thermal-80")
        assert printer.name == url
        assert printer.deliver(SLEEPER, token=1).delivery is Delivery.CONFIRMED
