"""What time it is at central, as this counter reckons it (decisions 17).

Shared by the line and by what sells leases.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime

from counter_app.domain.leases import CentralTime
from counter_app.ports.clock import Clock


class CentralClock:
    """Thread-safe. ``known``: the last word of central as the store kept it."""

    def __init__(self, clock: Clock, known: CentralTime | None) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._time = known
        self._heard = False  # in this run of the program

    def told(self, central_now: datetime) -> None:
        with self._lock:
            before = self._time
            self._time = CentralTime(
                told=central_now,
                told_wall=self._clock.now(),
                told_monotonic_ms=self._clock.monotonic_ms(),
                high_water=central_now if before is None else max(central_now, before.high_water),
            )
            self._heard = True

    def stamp(self) -> datetime:
        """For signing a request: the plain estimate. It may go back, when central says so."""
        with self._lock:
            if self._time is None:
                return self._clock.now()
            plain = replace(self._time, high_water=self._time.told)
            return plain.at(self._clock.now(), self._clock.monotonic_ms())

    def now(self) -> datetime | None:
        """For leases: never goes back. None before central's first word: then there is no lease either."""
        with self._lock:
            if self._time is None:
                return None
            estimate = self._time.at(self._clock.now(), self._clock.monotonic_ms())
            self._time = replace(self._time, high_water=estimate)
            return estimate

    def word(self) -> CentralTime | None:
        """To be kept, when it was heard in this run; None where the store knows as much."""
        with self._lock:
            return self._time if self._heard else None
