"""The real clock, ids and entropy: the only place that reads the system's time and chance."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from counter_app.domain.ids import uuid7
from counter_app.ports.clock import Clock, Entropy

_SINCE_BOOT: Final[int | None] = getattr(time, "CLOCK_BOOTTIME", None)  # where there is one: Linux


class SystemClock:
    def now(self) -> datetime:
        moment = datetime.now(UTC)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def monotonic_ms(self) -> int:
        # Of a machine that was asleep too: a lease that ended meanwhile has ended.
        return (time.monotonic_ns() if _SINCE_BOOT is None else time.clock_gettime_ns(_SINCE_BOOT)) // 1_000_000


class SystemEntropy:
    def bytes(self, count: int) -> bytes:
        return os.urandom(count)


class Uuid7Ids:
    """Ids in the order in which they were made, also within one millisecond and when the clock steps back."""

    def __init__(self, *, clock: Clock, entropy: Entropy) -> None:
        self._clock = clock
        self._entropy = entropy
        self._last = 0

    def new(self) -> UUID:
        unix_ms = int(self._clock.now().timestamp() * 1000)
        value = uuid7(unix_ms, self._entropy.bytes(10))
        if value.int <= self._last:
            # Same millisecond or an earlier one: step on from the last, which keeps version and variant bits
            # because the random tail below them has room (62 bits).
            value = UUID(int=self._last + 1 + int.from_bytes(self._entropy.bytes(4), "big"))
        self._last = value.int
        return value
