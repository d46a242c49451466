"""A scanner on a serial line, on its own thread; one that is unplugged is tried again by itself."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Final

from counter_app.errors import DeviceTrouble
from counter_app.ports.clock import Clock
from counter_app.ports.customer_display import DeviceState, DeviceStatus
from counter_app.ports.scanner import Misread, Scanned, ScanTrouble
from devices.links import Link, LinkBroken, Opener
from devices.scanners.framing import Framer

BAUD: Final = 9600
RETRY_DELAYS_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
OPEN_WITHIN_S: Final = 2.0
_LOOK_S: Final = 0.1  # how soon silence is noticed
_log = logging.getLogger(__name__)


class SerialScanner:
    """Implements ``Scanner``. Codes are handed over on this thread: the one who hears passes them on and returns."""

    def __init__(
        self,
        opener: Opener,
        framer: Framer,
        *,
        clock: Clock,
        name: str,
        source: str,
        retry_delays_s: Sequence[float] = RETRY_DELAYS_S,
    ) -> None:
        self.name = name
        self._opener = opener
        self._framer = framer
        self._clock = clock
        self._source = source
        self._retry_delays_s = tuple(retry_delays_s)
        self._closing = threading.Event()
        self._gate = threading.Lock()
        self._status = DeviceStatus(state=DeviceState.STARTING)
        self._thread: threading.Thread | None = None

    def start(self, heard: Callable[[Scanned | Misread], None]) -> None:
        assert self._thread is None, "started once"
        self._thread = threading.Thread(target=self._work, args=(heard,), name=f"{self._source}", daemon=True)
        self._thread.start()

    def status(self) -> DeviceStatus:
        with self._gate:
            return self._status

    def close(self) -> None:
        self._closing.set()
        if self._thread is not None:
            self._thread.join(_LOOK_S * 30)
        self._say(DeviceState.CLOSED, "")

    # ---- on the thread
    def _work(self, heard: Callable[[Scanned | Misread], None]) -> None:
        failures = 0
        while not self._closing.is_set():
            try:
                line = self._opener.open(OPEN_WITHIN_S)
            except DeviceTrouble as trouble:
                self._say(DeviceState.LOST, trouble.detail)
                self._closing.wait(self._retry_delays_s[min(failures, len(self._retry_delays_s) - 1)])
                failures += 1
                continue
            failures = 0
            try:
                self._say(DeviceState.CONNECTED, "")
                self._listen(line, heard)
            except LinkBroken as lost:
                self._say(DeviceState.LOST, str(lost))
                if self._framer.in_code:
                    heard(Misread(trouble=ScanTrouble.HALF, source=self._source))
                self._closing.wait(self._retry_delays_s[0])
            finally:
                line.close()
                self._framer.reset()

    def _listen(self, line: Link, heard: Callable[[Scanned | Misread], None]) -> None:
        while not self._closing.is_set():
            data = line.read(_LOOK_S)
            now_ms = self._clock.monotonic_ms()
            for one in self._framer.feed(data, now_ms) if data else self._framer.idle(now_ms):
                if isinstance(one, ScanTrouble):
                    _log.info("%s: %s", self._source, one.value)
                    heard(Misread(trouble=one, source=self._source))
                else:
                    heard(Scanned(text=one, at=self._clock.now(), source=self._source))

    def _say(self, state: DeviceState, detail: str) -> None:
        with self._gate:
            self._status = DeviceStatus(state=state, detail=detail)
