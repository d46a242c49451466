"""What nature gives to a simulated world: time, chance, and blows. Everything follows from the seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from counter_app.system import Uuid7Ids

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
START: Final = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)  # 08:00 in the stations' zone


class Killed(BaseException):
    """The power of one node went. No ``Exception``: no code under test may catch it and go on."""

    def __init__(self, node: str, where: str) -> None:
        self.node = node
        self.where = where
        super().__init__(f"{node} killed at {where}")


@dataclass(slots=True)
class Time:
    """The one true time of the world, in milliseconds since its start. It only goes forward."""

    ms: int = 0

    def forward(self, ms: int) -> None:
        assert ms >= 0
        self.ms += ms

    def moment(self) -> datetime:
        return START + timedelta(milliseconds=self.ms)


@dataclass(slots=True)
class NodeClock:
    """One machine's clock: its wall clock drifts and jumps, its monotonic clock drifts only.

    ``drift_ppm``: so many microseconds a second too fast. ``off_ms``: what jumps have added up to.
    """

    time: Time
    drift_ppm: int = 0
    off_ms: int = 0
    started_ms: int = 0  # of this run of the program: the monotonic clock survives no restart

    def _own_ms(self) -> int:
        return self.time.ms + self.time.ms * self.drift_ppm // 1_000_000

    def now(self) -> datetime:
        return START + timedelta(milliseconds=self._own_ms() + self.off_ms)

    def monotonic_ms(self) -> int:
        return self._own_ms() - self.started_ms

    def restarted(self) -> None:
        self.started_ms = self._own_ms() - 1_000


@dataclass(slots=True)
class Entropy:
    """Unpredictable for the code under test, the same for the same seed."""

    chance: random.Random

    def bytes(self, count: int) -> bytes:
        return self.chance.randbytes(count)


@dataclass(slots=True)
class Body:
    """A node's clock, ids and entropy, each by constructor to what runs on it."""

    clock: NodeClock
    entropy: Entropy
    ids: Uuid7Ids = field(init=False)

    def __post_init__(self) -> None:
        self.ids = Uuid7Ids(clock=self.clock, entropy=self.entropy)


def body(time: Time, seed: str, *, drift_ppm: int = 0) -> Body:
    return Body(NodeClock(time, drift_ppm=drift_ppm), Entropy(random.Random(seed)))
