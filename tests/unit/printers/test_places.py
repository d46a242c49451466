"""Which addresses open the same device, however they are spelled."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from printers.opening import PrinterLines
from printers.places import NOWHERE, place_of

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tcp://localhost:9100", "tcp://127.0.0.1:9100"),
        ("tcp://127.0.0.1", "tcp://127.0.0.1:9100/"),
        ("tcp://[::1]:9100", "tcp://LOCALHOST"),
        ("tcp://192.0.2.7", "tcp://192.0.2.7:9100?profile=epson-80"),
        ("tcp://[::ffff:192.0.2.7]", "tcp://192.0.2.7"),
        ("tcp://[2001:DB8:0::1]:9100", "tcp://[2001:db8::1]"),
        ("tcp://Printer.Station.example.", "tcp://printer.station.example:9100"),
        ("usb://04B8:0E15", "usb://04b8:0e15"),
        ("usb://04b8:0e15/J1", "usb://04b8:0e15"),
        ("cups:Ticket", "ipp://localhost/printers/ticket"),
        ("ipp://127.0.0.1:631/printers/ticket", "cups:ticket"),
        ("serial://COM3", "serial://com3?baud=9600"),
        ("virtual:", "virtual:?profile=thermal-58"),
    ],
)
def test_two_spellings_are_one_printer(one: str, other: str) -> None:
    """A second conversation puts its questions among the dots of the first one's ticket."""
    assert place_of(one).same(place_of(other))
    assert place_of(other).same(place_of(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tcp://127.0.0.1:9100", "tcp://127.0.0.1:9101"),
        ("tcp://192.0.2.7", "tcp://192.0.2.8"),
        ("tcp://127.0.0.1:631", "ipp://127.0.0.1/printers/ticket"),
        ("usb://04b8:0e15/J1", "usb://04b8:0e15/J2"),
        ("usb://04b8:0e15", "usb://04b8:0e28"),
        ("cups:ticket", "cups:receipt"),
        ("serial://COM3", "serial://COM4"),
        ("tcp://x:99999", "tcp://x:99999"),
        ("nonsense", "nonsense"),
        ("", ""),
    ],
)
def test_two_printers_are_two(one: str, other: str) -> None:
    """A second printer waits for the first one's papers, or an address that cannot be stands for all others."""
    assert not place_of(one).same(place_of(other))


def test_nowhere_is_the_same_as_nothing() -> None:
    """Two addresses with typing mistakes would be one printer."""
    assert not NOWHERE.same(NOWHERE)


@POSIX
def test_a_device_is_known_behind_its_links(tmp_path: Path) -> None:
    """/dev/serial/by-id/… in the settings, /dev/ttyUSB0 in the list of ports: one cable."""
    ours, theirs = os.openpty()
    try:
        device = os.ttyname(theirs)
        (tmp_path / "by-id").symlink_to(device)
        assert place_of(f"serial://{tmp_path}/by-id").same(place_of(f"serial://{device}?baud=9600"))
        assert not place_of(f"serial://{device}").same(place_of("serial:///dev/null"))
    finally:
        os.close(ours)
        os.close(theirs)
    assert place_of("serial:///dev/not//there").same(place_of("serial:///dev/x/../not/there"))
    (tmp_path / "roll").touch()
    (tmp_path / "same").hardlink_to(tmp_path / "roll")
    assert place_of(f"file://{tmp_path}/roll").same(place_of(f"file://localhost{tmp_path}/same"))


def test_a_name_is_the_addresses_that_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings name the printer, the search finds its address."""

    def found(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        assert host == "kasse-drucker"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", port))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    assert place_of("tcp://kasse-drucker", resolve_s=5.0).same(place_of("tcp://192.0.2.7:9100"))
    assert not place_of("tcp://kasse-drucker").same(place_of("tcp://192.0.2.7:9100")), "nobody was asked"


def test_two_settings_for_one_device_share_its_line() -> None:
    """Receipts and tickets have a lane each: at one printer their bands would mix."""
    lines = PrinterLines()
    first, second = lines.at("tcp://localhost:9100"), lines.at("tcp://127.0.0.1?text=native")
    assert first is second
    assert lines.at("tcp://192.0.2.7") is not first
    first.assume(half_sent=True)
    second.assume(half_sent=False)
    assert first.half_sent, "what the second knows of its own papers says nothing of the first one's"
