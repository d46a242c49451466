"""Each device's state in words: a device that is gone is said to be, before a queue stands in front of it."""

from __future__ import annotations

from pathlib import Path

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
        "Card terminal": ("set up", "", "tcp://10.0.0.9:20007"),
        "Customer display": ("not there; tried again by itself", "bad", "serial:///dev/ttyUSB1: no such file"),
        "Scanner": ("connected", "ok", "serial:///dev/ttyACM0"),
        "Document reader": ("types like a keyboard", "ok", ""),
        "Customer window": ("open", "ok", "cat.png: no picture"),
    }
    assert "123456" not in repr(lines)
