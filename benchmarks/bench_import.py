"""The import of a national timetable, as an operator meets it: process start, reading, index, disk."""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter_ns

from benchmarks.result import Context, Result
from counter_app.ports.catalogue import ImportReport, Progress
from db.catalogue.builder import ChildProcessBuilder


def run(context: Context) -> list[Result]:
    times_s: list[float] = []
    report: ImportReport | None = None
    for i in range(1 if context.quick else 5):
        report, took_s = _one(context.feed, context.folder / str(i))
        times_s.append(took_s)
    assert report is not None
    note = f"{report.trips} trips, {report.fault_count} faults, {report.catalogue.stat().st_size / 2**20:.1f} MB file"
    results = [
        Result(name="import, median", value=sorted(times_s)[len(times_s) // 2], unit="s", goal=10, note=note),
        Result(name="import, worst", value=max(times_s), unit="s", note=f"of {len(times_s)}, each a new process"),
    ]
    peak_mb = _peak_of_children_mb()
    if peak_mb is not None:
        results.append(Result(name="import, peak memory of the child", value=peak_mb, unit="MB", goal=300))
    return results


def _one(feed: Path, folder: Path) -> tuple[ImportReport, float]:
    def nothing(_: Progress) -> None:
        pass

    start_ns = perf_counter_ns()
    report = ChildProcessBuilder(folder).build(feed, progress=nothing, cancelled=lambda: False)
    return report, (perf_counter_ns() - start_ns) / 1e9


def _peak_of_children_mb() -> float | None:
    """The largest of the children that ended: each benchmark has a process of its own, so these are imports only."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - not everywhere

    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
