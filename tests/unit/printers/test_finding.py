"""What is found of printers, and that nothing else is touched."""

from __future__ import annotations

import socket
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest
from serial.tools import list_ports

from printers import finding
from printers.finding import find_printers, profile_for
from printers.profiles import PROFILES
from printers.simulator.usb import Gadget, SimulatedBus
from printers.transports.usb import NoUsb

NOBODY = ("127.0.0.1", 1)


@pytest.fixture(autouse=True)
def no_ports_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_ports, "comports", list)


def test_printers_on_the_bus_are_named_and_the_others_left_alone() -> None:
    """A card reader would be opened in the middle of a payment; a printer would have to be looked up in a table."""
    bus = SimulatedBus()
    told = "MFG:EPSON;CMD:ESC/POS;MDL:TM-T20III;CLS:PRINTER;"
    bus.plug(Gadget(0x04B8, 0x0E28, "X3A1", device_id=told)).kernel_driver = False
    kept = bus.plug(Gadget(0x0FE6, 0x811E, maker="Gprinter", name="GP-L80180 Series"))  # the system has it
    bus.plug(Gadget(0x0416, 0x5011))
    denied = bus.plug(Gadget(0x0519, 0x0003, denied=True))
    reader = bus.plug(Gadget(0x0ACA, 0x0001, "R", interface_class=11))
    found = find_printers(10.0, spooler=NOBODY, usb_bus=lambda: bus)
    assert [(one.url, one.name, one.profile, one.sure) for one in found] == [
        ("usb://04b8:0e28/X3A1", "EPSON TM-T20III", "epson-tm-t20iii", True),
        ("usb://0fe6:811e", "Gprinter GP-L80180 Series", "gprinter-gp-l80180", True),
        ("usb://0416:5011", "usb://0416:5011", "", True),
        ("usb://0519:0003", "usb://0519:0003", "", True),
    ]
    assert (reader.opened, denied.opened) == (0, 0)
    assert kept.kernel_driver


def test_serial_ports_are_listed_and_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes to a scale or a card terminal are not taken back."""
    port = SimpleNamespace(
        device="/dev/ttyUSB7", description="USB-Serial", hwid="USB VID:PID=1A86:7523", manufacturer="wch", product="x"
    )
    board = SimpleNamespace(device="/dev/ttyS4", description="n/a", hwid="n/a", manufacturer=None, product=None)
    monkeypatch.setattr(list_ports, "comports", lambda: [port, board])
    monkeypatch.setattr("serial.Serial", lambda *_, **__: pytest.fail("a serial port was opened"))
    found = find_printers(10.0, spooler=NOBODY, usb_bus=SimulatedBus)
    assert [(one.url, one.how, one.sure) for one in found] == [("serial:///dev/ttyUSB7", "serial", False)]


def test_named_hosts_are_tried_and_nothing_is_said_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A word to a port that is no printer's may be a command there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setattr(finding, "RAW_PORT", listener.getsockname()[1])
        found = find_printers(10.0, hosts=["127.0.0.1", "127.0.0.1", "a..b"], spooler=NOBODY, usb_bus=SimulatedBus)
        assert [one.how for one in found] == ["tcp"]
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(10)
            assert connection.recv(100) == b""


def test_what_hangs_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken hub would leave the screen turning for ever."""
    free = threading.Event()

    def hangs() -> list[Any]:
        free.wait(60)
        return []

    monkeypatch.setattr(list_ports, "comports", hangs)
    bus = SimulatedBus()
    bus.plug(Gadget(0x0416, 0x5011))
    try:
        found = find_printers(1.0, spooler=NOBODY, usb_bus=lambda: bus)
        assert not free.is_set()
    finally:
        free.set()
    assert [one.url for one in found] == ["usb://0416:5011"]


def test_a_search_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clerk leaves the screen, and the search goes on behind a sale."""
    free = threading.Event()
    monkeypatch.setattr(list_ports, "comports", lambda: [free.wait(60)][:0])
    stop = threading.Event()
    ended = threading.Event()

    def search() -> None:
        find_printers(600.0, stop=stop, spooler=NOBODY, usb_bus=SimulatedBus)
        ended.set()

    thread = threading.Thread(target=search)
    thread.start()
    stop.set()
    assert ended.wait(30)
    assert not free.is_set()
    free.set()
    thread.join(10)


def test_a_machine_without_usb_has_no_usb_printers() -> None:
    """Without libusb the whole search would fail."""

    def none() -> object:
        raise NoUsb("no libusb")

    began = time.monotonic()
    assert find_printers(30.0, spooler=NOBODY, usb_bus=none) == []
    assert time.monotonic() - began < 30  # it waits for nothing once all have looked


def test_guesses_are_profiles_that_there_are() -> None:
    """A guess that is refused when it is saved."""
    for _, profile in finding._MODELS:
        assert profile in PROFILES
    assert profile_for("Star mC-Print3") == "star-mc-print3"
    assert profile_for("a fax") == ""
