"""A customer display on its own thread: the newest message only; one that was unplugged comes back by itself."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from typing import Final

from counter_app.errors import DeviceTrouble
from counter_app.ports.customer_display import DeviceState, DeviceStatus
from devices.displays.protocols import DisplayProtocol
from devices.displays.spelling import COLUMNS
from devices.links import Link, LinkBroken, Opener

BAUD: Final = 9600
RETRY_DELAYS_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
OPEN_WITHIN_S: Final = 2.0
WRITE_WITHIN_S: Final = 2.0
LAST_BYTES_S: Final = 0.2
LOOK_EVERY_S: Final = 2.0  # how soon an unplugged display is noticed while nothing is shown


class SerialDisplay:
    """Implements ``CustomerDisplay``. ``show`` leaves the message in one place, and never waits for the display."""

    columns = COLUMNS

    def __init__(
        self,
        opener: Opener,
        protocol: DisplayProtocol,
        *,
        name: str,
        encoding: str = "ascii",
        retry_delays_s: Sequence[float] = RETRY_DELAYS_S,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self.name = name
        self._opener = opener
        self._protocol = protocol
        self._encoding = encoding
        self._retry_delays_s = tuple(retry_delays_s)
        self._look_every_s = look_every_s
        self._gate = threading.Condition()
        self._wanted: tuple[str, ...] = ()
        self._changed = False
        self._closing = False
        self._status = DeviceStatus(state=DeviceState.STARTING)
        self._thread = threading.Thread(target=self._work, name="customer-display", daemon=True)
        self._thread.start()

    def show(self, lines: Sequence[str]) -> None:
        with self._gate:
            self._wanted = tuple(lines)
            self._changed = True
            self._gate.notify()

    def clear(self) -> None:
        self.show(())

    def status(self) -> DeviceStatus:
        with self._gate:
            return self._status

    def close(self) -> None:
        """Leaves the display empty, if it is there."""
        with self._gate:
            self._closing = True
            self._gate.notify()
        self._thread.join(WRITE_WITHIN_S * 2)

    # ---- on the thread
    def _work(self) -> None:
        failures = 0
        while not self._is_closing():
            try:
                line = self._opener.open(OPEN_WITHIN_S)
            except DeviceTrouble as trouble:
                self._say(DeviceState.LOST, trouble.detail)
                self._pause(self._retry_delays_s[min(failures, len(self._retry_delays_s) - 1)])
                failures += 1
                continue
            failures = 0
            try:
                self._serve(line)
            except LinkBroken as lost:
                self._say(DeviceState.LOST, str(lost))
                self._pause(self._retry_delays_s[0])
            finally:
                line.close()
        self._say(DeviceState.CLOSED, "")

    def _serve(self, line: Link) -> None:
        """Until it is closed or lost. Begins with the message as it is now: nothing else was ever shown here."""
        line.write(self._protocol.begin(self._encoding), WRITE_WITHIN_S)
        with self._gate:
            self._changed = True
        self._say(DeviceState.CONNECTED, "")
        while True:
            with self._gate:
                self._gate.wait_for(lambda: self._changed or self._closing, self._look_every_s)
                changed, closing, wanted = self._changed, self._closing, self._wanted
                self._changed = False
            if closing:
                with contextlib.suppress(LinkBroken):
                    line.write(self._protocol.begin(self._encoding), WRITE_WITHIN_S)
                    line.read(LAST_BYTES_S)  # until they have left: what is still here when a line is shut is lost
                return
            if changed:
                line.write(self._protocol.lines(wanted, self._encoding), WRITE_WITHIN_S)
            line.read(0.0)  # it says nothing that matters; an unplugged one shows here

    def _is_closing(self) -> bool:
        with self._gate:
            return self._closing

    def _pause(self, seconds: float) -> None:
        with self._gate:
            self._gate.wait_for(lambda: self._closing, seconds)

    def _say(self, state: DeviceState, detail: str) -> None:
        with self._gate:
            self._status = DeviceStatus(state=state, detail=detail)
