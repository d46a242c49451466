"""Whether each device is there: opened, written to or listened to, and closed again. No payment is begun."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping

from counter_app.domain.device_settings import Address, DeviceSettings, DisplaySettings, ReaderSettings
from counter_app.errors import DeviceTrouble
from counter_app.ports.clock import Clock
from counter_app.ports.customer_display import CustomerDisplay, DeviceState, DeviceStatus
from counter_app.ports.scanner import Misread, Scanned, Scanner
from devices.links import opener_of
from devices.opening import open_display, open_reader

WITHIN_S = 5.0
Test = Callable[[], str]


def device_tests(settings: DeviceSettings, *, clock: Clock, scan_within_s: int | None = None) -> Mapping[str, Test]:
    """By the section's name. ``scan_within_s``: readers wait so long for a code; None: that they open is enough."""
    tests: dict[str, Test] = {}
    if settings.terminal is not None:
        address = settings.terminal.address
        tests["terminal"] = lambda: _opens(address)
    if settings.customer_display is not None:
        display = settings.customer_display
        tests["customer_display"] = lambda: _shows(display)
    for name, reader in (("scanner", settings.scanner), ("id_reader", settings.id_reader)):
        if reader is not None and reader.address is not None:
            tests[name] = _reader_test(name, reader, reader.address, clock, scan_within_s)
    return tests


def _opens(address: Address) -> str:
    opener_of(address, baud=9600).open(WITHIN_S).close()
    return "the line opens; nothing was asked of it"


def _shows(settings: DisplaySettings) -> str:
    display = open_display(settings)
    try:
        display.show(["COUNTERFOIL", "12345678901234567890"])
        _connected(display, display.name)
        return "COUNTERFOIL and twenty digits were sent: look at it"
    finally:
        display.close()


def _reader_test(name: str, settings: ReaderSettings, address: Address, clock: Clock, within_s: int | None) -> Test:
    def test() -> str:
        heard: queue.Queue[Scanned | Misread] = queue.Queue()
        reader = open_reader(settings, address, source=name, clock=clock)
        reader.start(heard.put)
        try:
            _connected(reader, reader.name)
            if within_s is None:
                return "the line opens"
            one = heard.get(timeout=within_s)
        except queue.Empty:
            raise DeviceTrouble(reader.name, f"nothing was scanned within {within_s} s") from None
        finally:
            reader.close()
        if isinstance(one, Misread):
            raise DeviceTrouble(reader.name, f"misread: {one.trouble.value}")
        return f"a code of {len(one.text)} characters arrived"  # what it says may be somebody's document

    return test


def _connected(device: CustomerDisplay | Scanner, name: str) -> None:
    """Within its deadline, else DeviceTrouble with what the system said."""
    pause = threading.Event()
    status: DeviceStatus = device.status()
    for _ in range(round(WITHIN_S / 0.05)):
        status = device.status()
        if status.state is DeviceState.CONNECTED:
            return
        if status.state is DeviceState.LOST:
            break
        pause.wait(0.05)
    raise DeviceTrouble(name, status.detail or "not reachable")
