"""Each device's state in words: a device that is gone is said to be, before a queue stands in front of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from counter_app.application.payment_views import TerminalView
from counter_app.domain.device_settings import NO_DEVICES, parse_devices
from counter_app.ports.customer_display import DeviceState, DeviceStatus
from counter_app.texts import Texts
from ui.presenters.devices import device_lines

EN = Texts(Path(__file__).resolve().parents[4] / "resources" / "i18n", "en")
FILE = """
[terminal]
address = "tcp://10.0.0.9"
password = "123456"
[customer_display]
address = "serial:///dev/ttyUSB1"
[scanner]
address = "serial:///dev/ttyACM0"
[id_reader]
kind = "wedge"
"""


def test_without_a_file_only_the_customer_window_is_there() -> None:
    """A clerk would read of a scanner that nobody bought."""
    (window,) = device_lines(NO_DEVICES, EN, display=None, readers=[], window_open=False)
    assert (window.name, window.state) == ("Customer window", "shut")


def test_each_device_has_its_state_and_what_the_system_says() -> None:
    """Whoever is called for help would have to look for the cable first."""
    lines = device_lines(
        parse_devices(FILE),
        EN,
        display=DeviceStatus(state=DeviceState.LOST, detail="no such file"),
        readers=[("serial:///dev/ttyACM0", DeviceStatus(state=DeviceState.CONNECTED))],
        window_open=True,
        refused=[("cat.png", "no_picture")],
    )
    told = {line.name: (line.state, line.mood, line.detail) for line in lines}
    assert told == {
        "Card terminal": ("not asked yet", "", "tcp://10.0.0.9:20007"),
        "Customer display": ("not there; tried again by itself", "bad", "serial:///dev/ttyUSB1: no such file"),
        "Scanner": ("connected", "ok", "serial:///dev/ttyACM0"),
        "Document reader": ("types like a keyboard", "ok", ""),
        "Customer window": ("open", "ok", "cat.png: no picture"),
    }
    assert "123456" not in repr(lines)


TERMINAL = TerminalView(
    name="zvt",
    configured=True,
    ready=True,
    trouble="",
    terminal_id="52500031",
    last_receipt=17,
    blocked_by=None,
    last_closing=datetime(2026, 11, 20, 15, 10, tzinfo=UTC),
)


def _terminal_line(view: TerminalView) -> tuple[str, str, str]:
    lines = device_lines(
        parse_devices(FILE),
        EN,
        display=None,
        readers=[],
        window_open=False,
        terminal=view,
        zone="Asia/Shanghai",
    )
    (line,) = [one for one in lines if one.name == "Card terminal"]
    return line.state, line.mood, line.detail


def test_of_the_terminal_all_that_is_known_is_said() -> None:
    """Whoever calls the bank's help line is asked for the number first; whoever closes, for the day's end."""
    state, mood, detail = _terminal_line(TERMINAL)
    assert (state, mood) == ("ready", "ok")
    for part in ("52500031", "last receipt 17", "2026-11-20 23:10", "tcp://10.0.0.9:20007"):
        assert part in detail
    never = replace(
        TERMINAL, ready=False, trouble="not_reachable", terminal_id="", last_receipt=None, last_closing=None
    )
    state, mood, detail = _terminal_line(never)
    assert (state, mood) == ("not ready", "bad")
    assert "day last closed: never" in detail
    assert "52500031" not in detail
    assert detail.split(" · ")[0] != "tcp://10.0.0.9:20007"  # why comes before where
