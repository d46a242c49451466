"""The simulated display on a real pseudo-terminal, in its own thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from devices.simulators.display.machine import DisplayMachine
from devices.simulators.ptyport import PtyPort

_TICK_S = 0.02


class SimulatedDisplay:
    """``with SimulatedDisplay(tmp / "display") as display: display.device``."""

    def __init__(self, link: Path) -> None:
        self.machine = DisplayMachine()
        self.received = 0
        self._port = PtyPort(link)
        self.device = self._port.device
        self._gate = threading.Condition()
        self._closing = threading.Event()
        self._hands = threading.Lock()  # the port is plugged by others while it is read here
        self._thread = threading.Thread(target=self._serve, name="simulated-display", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def wait_for(self, seen: Callable[[DisplayMachine], bool], within_s: float = 20.0) -> bool:
        with self._gate:
            return self._gate.wait_for(lambda: seen(self.machine), within_s)

    def unplug(self) -> None:
        """Without power what it showed is gone as well."""
        with self._hands:
            self._port.unplug()
        with self._gate:
            self.machine = DisplayMachine()

    def plug(self) -> None:
        with self._hands:
            self._port.plug()

    def close(self) -> None:
        self._closing.set()
        self._thread.join(timeout=5)
        self._port.close()

    def _serve(self) -> None:
        while not self._closing.is_set():
            with self._hands:
                data = self._port.read(_TICK_S)
            if not data:
                self._closing.wait(_TICK_S / 10)  # let others have the port
                continue
            with self._gate:
                self.received += len(data)
                self.machine.take(data)
                self._gate.notify_all()
