"""``python -m benchmarks [--only NAME] [--json FILE] [--quick]``: measures, prints a table, saves JSON.

Each benchmark runs in a fresh process, so that memory and start are its own. A missed goal is told, and is no error:
the exit status is 1 only where a benchmark broke.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

from benchmarks.feed import national_feed
from benchmarks.one import run_one
from benchmarks.result import Context, Result
from counter_app.system import SystemClock

HERE = Path(__file__).resolve().parent
MINUTES_MAX = 15


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help="benchmarks whose name contains this")
    parser.add_argument("--json", type=Path, default=None, help="where to save; else benchmarks/results/<time>.json")
    parser.add_argument("--quick", action="store_true", help="few repetitions: does it run at all?")
    parser.add_argument("--sales", type=int, default=0, metavar="N", help="with --only drain: so many offline sales")
    told = parser.parse_args()

    names = [path.stem for path in sorted(HERE.glob("bench_*.py")) if told.only in path.stem.removeprefix("bench_")]
    if not names:
        print(f"no benchmark is called like {told.only!r}", file=sys.stderr)
        return 2

    taken_at = SystemClock().now()
    machine = _machine()
    print(f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_mb']} MB; Python {machine['python']}")
    results: dict[str, list[Result]] = {}
    broken: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="counterfoil-bench-") as root:
        feed, real = national_feed(Path(root))
        print(f"timetable: {feed.name} ({'real' if real else 'generated, national size'})\n")
        for name in names:
            folder = Path(root) / name
            folder.mkdir()
            context = Context(feed=feed, real=real, folder=folder, quick=told.quick, sales=told.sales)
            start_ns = time.perf_counter_ns()
            # A process of its own: its memory, imports and caches are not the neighbour's.
            with ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn")) as pool:
                outcome = pool.submit(run_one, name, context)
                try:
                    results[name] = outcome.result(timeout=MINUTES_MAX * 60 + told.sales)
                except Exception:  # noqa: BLE001 - the others are still to be measured
                    broken[name] = traceback.format_exc()
                    for process in list(pool._processes.values()):
                        process.kill()
            took_s = (time.perf_counter_ns() - start_ns) / 1e9
            print(f"{name.removeprefix('bench_')} ({took_s:.1f} s)")
            print(broken[name] if name in broken else _table(results[name]), flush=True)

    target = told.json or HERE / "results" / f"{taken_at:%Y%m%dT%H%M%SZ}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "taken_at": taken_at.isoformat(),
        "quick": told.quick,
        "timetable": {"file": feed.name, "real": real},
        "machine": machine,
        "results": {name: [{**asdict(one), "met": one.met} for one in found] for name, found in results.items()},
        "broken": broken,
    }
    target.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    judged = [one for found in results.values() for one in found if one.met is not None]
    print(f"\n{sum(bool(one.met) for one in judged)} of {len(judged)} goals met; saved in {target}")
    return 1 if broken else 0


def _table(results: Sequence[Result]) -> str:
    lines = []
    for one in results:
        goal = "" if one.goal is None else f"{one.comparator} {_figure(one.goal)}"
        met = {None: "", True: "met", False: "MISSED"}[one.met]
        unit = f"{one.unit} of {one.ratio_of}" if one.ratio_of else one.unit
        lines.append(f"  {one.name:<52} {_figure(one.value):>10} {unit:<10} {goal:>12}  {met:<6}  {one.note}".rstrip())
    return "\n".join(lines)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _machine() -> dict[str, object]:
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_mb": _memory_mb(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": _sqlite(),
        "commit": _commit(),
        "load_before": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def _cpu() -> str:
    about = Path("/proc/cpuinfo")
    if about.is_file():
        for line in about.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_mb() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    except (AttributeError, ValueError):
        return None


def _sqlite() -> str:
    try:
        from pysqlite3 import dbapi2  # noqa: PLC0415 - absent on some systems
    except ImportError:
        return f"{sqlite3.sqlite_version} (standard library)"
    return f"{dbapi2.sqlite_version} (pysqlite3)"


def _commit() -> str:
    told = subprocess.run(
        ["git", "-C", str(HERE), "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or "unknown"


if __name__ == "__main__":
    raise SystemExit(main())
