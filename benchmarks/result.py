"""What a benchmark is given and what it hands back.

A benchmark is a file ``benchmarks/bench_<subject>.py`` with ``def run(context: Context) -> list[Result]``.
``python -m benchmarks`` finds it, runs it in a process of its own, and prints and saves what it returns.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter_ns
from typing import Literal

Comparator = Literal["<=", ">="]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One measured figure.

    ``goal`` None: told, not judged. ``ratio_of`` says what ``value`` was divided by, where it is a ratio
    ("SQLite FULL rows of this machine"). ``note`` is one line for the reader: counts, conditions.
    """

    name: str
    value: float
    unit: str
    goal: float | None = None
    comparator: Comparator = "<="
    ratio_of: str = ""
    note: str = ""

    @property
    def met(self) -> bool | None:
        """None where there is no goal."""
        if self.goal is None:
            return None
        return self.value <= self.goal if self.comparator == "<=" else self.value >= self.goal


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """``feed``: a timetable of national size. ``real``: it is the real one, not the generated one.

    ``folder``: an empty directory of this benchmark alone, gone afterwards. ``quick``: fewer repetitions, to see
    that a benchmark runs at all; its figures mean nothing.
    """

    feed: Path
    real: bool
    folder: Path
    quick: bool = False
    sales: int = 0  # that an outage has; 0: as many as the benchmark has by itself


def percentile(samples: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: a value that was measured, never one between two. ``samples`` is not empty."""
    assert samples
    assert 0 < percent <= 100
    ordered = sorted(samples)
    return ordered[math.ceil(percent / 100 * len(ordered)) - 1]


def timed_ms(act: Callable[[], object], times: int, *, warm_up: int = 0) -> list[float]:
    """Milliseconds of each of ``times`` calls, after ``warm_up`` calls that are not counted."""
    for _ in range(warm_up):
        act()
    samples = []
    for _ in range(times):
        start_ns = perf_counter_ns()
        act()
        samples.append((perf_counter_ns() - start_ns) / 1e6)
    return samples
