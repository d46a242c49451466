"""How long the window's event loop was away: the longest gap between two ticks that should come evenly.

Used by the benchmarks; costs one timer and no thread, so that measuring does not disturb what is measured.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer

TICK_MS = 5


class StallMeter(QObject):
    """``start``, work, ``stop``: then ``longest_ms`` is the longest time in which no event was handled."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._last_ns = 0
        self._gaps_ns: list[int] = []

    def start(self) -> None:
        self._gaps_ns = []
        self._last_ns = time.perf_counter_ns()
        self._timer.start()

    def stop(self) -> None:
        self._tick()
        self._timer.stop()

    @property
    def longest_ms(self) -> float:
        """Beyond the tick itself; 0.0 when the loop was never late."""
        return max(0.0, max(self._gaps_ns, default=0) / 1e6 - TICK_MS)

    def over(self, limit_ms: float) -> list[float]:
        """The stalls longer than ``limit_ms``, in the order in which they happened."""
        late = (gap / 1e6 - TICK_MS for gap in self._gaps_ns)
        return [round(gap, 1) for gap in late if gap > limit_ms]

    def _tick(self) -> None:
        now = time.perf_counter_ns()
        self._gaps_ns.append(now - self._last_ns)
        self._last_ns = now
