"""``devices.toml``: a wrong file is refused where it is wrong, and never half believed."""

from __future__ import annotations

import pytest

from counter_app.domain.device_settings import (
    NO_DEVICES,
    Address,
    SerialAddress,
    TcpAddress,
    TerminalSettings,
    example_text,
    parse_address,
    parse_devices,
)
from counter_app.errors import Reason, Refusal


def test_an_empty_file_has_no_devices_and_the_example_is_one() -> None:
    """A counter without a terminal would not start, or would look for one that is not there."""
    assert parse_devices("") == NO_DEVICES
    assert parse_devices(example_text()) == NO_DEVICES


def test_the_example_with_its_marks_taken_away_is_read_whole() -> None:
    """A technician who follows the example would be refused."""
    lines = [
        line.removeprefix("#") if line.startswith("#") and line[1:2] != " " else line
        for line in example_text().split("\n")
    ]
    found = parse_devices("\n".join(lines))
    assert found.terminal == TerminalSettings(address=TcpAddress("192.168.1.50", 20007))
    assert found.customer_display is not None
    assert found.customer_display.address == SerialAddress("/dev/ttyUSB1", 9600)
    assert found.scanner is not None
    assert (found.scanner.kind, found.scanner.suffix, found.scanner.length_max) == ("serial", "\r", 1024)
    assert found.id_reader is not None
    assert found.customer_window is not None
    assert found.customer_window.open_at_start


def test_a_password_is_in_no_representation() -> None:
    """It would stand in the next trouble report."""
    found = parse_devices('[terminal]\naddress = "tcp://a:1"\npassword = "123456"')
    assert found.terminal is not None
    assert found.terminal.password == "123456"
    assert "123456" not in repr(found)


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("[terminl]\n", "terminl", 1),
        ("\nnonsense = 1\n", "nonsense", 2),
        ('[terminal]\naddress = "tcp://a:1"\n\npasword = "000000"\n', "terminal.pasword", 4),
        ('[terminal]\naddress = "tcp://a:0"\n', "terminal.address", 2),
        ('[terminal]\naddress = "tcp://a:99999"\n', "terminal.address", 2),
        ('[terminal]\naddress = "http://a"\n', "terminal.address", 2),
        ('[terminal]\naddress = "tcp://a:1"\npassword = "12345"\n', "terminal.password", 3),
        ('[terminal]\naddress = "tcp://a:1"\nt4_ms = true\n', "terminal.t4_ms", 3),
        ('# first\n[scanner]\nkind = "wedge"\n\n[terminal]\nkind = "zvt"\n', "terminal.address", 5),
        ('[scanner]\naddress = "serial:///dev/x"\nsuffix = ""\n', "scanner.suffix", 3),
        ('[scanner]\naddress = "serial:///dev/x"\nprefix = "\\r"\n', "scanner.prefix", 3),
        ('[scanner]\nkind = "wedge"\nsuffix = "#"\n', "scanner.suffix", 3),
        ('[scanner]\nkind = "wedge"\naddress = "serial:///dev/x"\n', "scanner.address", 3),
        ('[customer_display]\naddress = "serial:///dev/x?baud=12345"\n', "customer_display.address", 2),
        ('[customer_display]\naddress = "serial:///dev/x"\nencoding = "utf-8"\n', "customer_display.encoding", 3),
        ("customer_window = 3\n", "customer_window", 1),
        ('[customer_display]\naddress = "serial:///dev/x"\nlanguage = "zh"\n', "customer_display.language", 3),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, key: str, line: int) -> None:
    """Somebody looks through forty lines for a letter that is missing."""
    with pytest.raises(Refusal) as caught:
        parse_devices(text)
    assert caught.value.reason is Reason.BAD_SETTING
    assert caught.value.facts["key"] == key
    assert caught.value.facts["line"] == line
    assert f"line {line}" in str(caught.value.facts["detail"])


def test_what_is_no_toml_is_refused_with_its_line() -> None:
    """The program would end with a traceback."""
    with pytest.raises(Refusal, match=r"line 2"):
        parse_devices("[terminal]\naddress = \n")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("tcp://terminal.example:20007", TcpAddress("terminal.example", 20007)),
        ("tcp://10.0.0.9", TcpAddress("10.0.0.9", 20007)),
        ("tcp://[fe80::1]:20008", TcpAddress("fe80::1", 20008)),
        ("serial:///dev/ttyUSB0", SerialAddress("/dev/ttyUSB0")),
        ("serial:///dev/ttyUSB0?baud=9600", SerialAddress("/dev/ttyUSB0", 9600)),
        ("serial://COM3?baud=115200", SerialAddress("COM3", 115200)),
    ],
)
def test_addresses_are_read_and_written_alike(text: str, address: Address) -> None:
    """The Devices screen would name another port than the one that is used."""
    assert parse_address(text, "key", default_port=20007) == address
    assert parse_address(str(address), "key") == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tcp://",
        "tcp://user:word@host:1",
        "tcp://h:1/path",
        "tcp://h:1?x=1",
        "serial://",
        "serial:///dev/a b",
        "serial:///dev/x?speed=1",
        "serial:///dev/x?baud",
        "tcp://h h:1",
        "tcp://[::1",
        "tcp://h:x",
    ],
)
def test_no_other_text_is_an_address(text: str) -> None:
    """A device would be looked for where nobody meant it."""
    with pytest.raises(Refusal):
        parse_address(text, "key")
