"""``counterfoil devices``, through the program's own entry: a technician sets a window up with it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from devices.simulators.display.serve import SimulatedDisplay
from devices.simulators.scanner.serve import SimulatedScanner
from tests.unit.command_line import run


def _file(folder: Path, text: str) -> Path:
    (folder / "devices.toml").write_text(text, "utf-8")
    return folder


def test_the_example_is_a_file_that_is_right(tmp_path: Path) -> None:
    """The first thing that a technician does would be refused."""
    example = run("devices", "example")
    assert example.code == 0
    assert run("devices", "check", "--profile", _file(tmp_path, example.out)).code == 0


def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path) -> None:
    """The window would start without the device, and nobody would know why."""
    ran = run("devices", "check", "--profile", _file(tmp_path, '[scanner]\nkind = "wedge"\nsufix = "x"\n'))
    assert ran.code == 3
    assert "scanner.sufix" in ran.err
    assert "line 3" in ran.err


def test_a_listing_names_each_device_and_no_password(tmp_path: Path) -> None:
    """The listing goes into mails to whoever helps."""
    folder = _file(tmp_path, '[terminal]\naddress = "tcp://10.0.0.9"\npassword = "654321"\n[customer_window]\n')
    ran = run("devices", "list", "--json", "--profile", folder)
    assert [line["device"] for line in ran.json] == ["terminal", "customer_window"]
    assert "654321" not in ran.out
    assert "10.0.0.9:20007" in run("devices", "--profile", folder).out


def test_each_device_is_tried_and_one_that_is_not_there_is_trouble(tmp_path: Path) -> None:
    """A cable in the wrong socket would be found by the first customer."""
    with SimulatedDisplay(tmp_path / "display") as display, SimulatedScanner(tmp_path / "scanner") as scanner:
        folder = _file(
            tmp_path,
            f'[customer_display]\naddress = "serial://{display.device}"\n'
            f'[scanner]\naddress = "serial://{scanner.device}"\n'
            f'[id_reader]\naddress = "serial://{tmp_path}/nothing"\n',
        )
        ran = run("devices", "test", "--json", "--profile", folder)
        states = {line["device"]: line["state"] for line in ran.json}
        assert states == {"customer_display": "ok", "scanner": "ok", "id_reader": "trouble"}
        assert ran.code == 3
        assert display.received > 0
        assert run("devices", "test", "--only", "scanner", "--profile", folder).code == 0


@pytest.mark.parametrize("ends", [True, False])
def test_a_reader_is_tried_with_a_code(tmp_path: Path, ends: bool) -> None:
    """A scanner without its suffix would be found by the first customer."""
    with SimulatedScanner(tmp_path / "scanner") as scanner:
        folder = _file(tmp_path, f'[scanner]\naddress = "serial://{scanner.device}"\nsilence_ms = 50\n')
        done = threading.Event()

        def scan() -> None:  # again and again, as a technician does: what comes before the line is open is lost
            while not done.wait(0.4):
                scanner.send(b"E12345678" + (b"\r" if ends else b""))

        hand = threading.Thread(target=scan)
        hand.start()
        try:
            ran = run("devices", "test", "--wait", "20", "--profile", folder)
        finally:
            done.set()
            hand.join()
    assert ran.code == (0 if ends else 3)
    assert ("a code of 9 characters arrived" if ends else "misread: half") in ran.out
    assert "E12345678" not in ran.out
