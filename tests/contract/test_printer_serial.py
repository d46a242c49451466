"""Serial lines by pyserial's own calls, as on Windows: a blocked write is given up, and what left is counted."""

from __future__ import annotations

import threading

import pytest

from printers.transports.base import LinkBroken
from printers.transports.serial import _SerialLink


class WindowsPort:
    """A serial port as pyserial 3.5 has it on Windows (serialwin32.py): a write returns when all is taken, ends by its
    timeout, or is cancelled and returns how much was taken. This one's printer takes ``takes`` bytes, and then no more.
    """

    in_waiting = 0
    write_timeout = 0.0
    timeout = 0.0

    def __init__(self, takes: int) -> None:
        self.takes = takes
        self.taken = b""
        self.blocked = threading.Event()
        self._cancelled = threading.Event()
        self.closed = False

    def write(self, data: bytes) -> int:
        now = data[: self.takes - len(self.taken)]
        self.taken += now
        if len(now) < len(data):
            self.blocked.set()
            if not self._cancelled.wait(self.write_timeout):
                raise OSError("Write timeout")
            self._cancelled.clear()
        return len(now)

    def cancel_write(self) -> None:
        if self.blocked.is_set():
            self._cancelled.set()

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("takes", [0, 1, 64, 100])
def test_a_blocked_write_on_windows_is_cut_short_and_counted(takes: int) -> None:
    """The clerk presses "stop", and the window is busy until the deadline; or a job that never left is asked for."""
    port, stop = WindowsPort(takes), threading.Event()
    link = _SerialLink(port, stop)
    found: list[LinkBroken] = []

    def work() -> None:
        with pytest.raises(LinkBroken) as broken:
            link.write(bytes(5000), 300.0)
        found.append(broken.value)

    thread = threading.Thread(target=work)
    thread.start()
    assert port.blocked.wait(20)
    stop.set()
    thread.join(60)
    assert [(broken.why, broken.sent) for broken in found] == [("cancelled", takes)]
    link.close()
    assert port.closed
