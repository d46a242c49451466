"""The window: start to login, memory, and the longest time in which it handled no event during a scripted sale.

The demonstration station with the national timetable in force, in a process of its own, drawn into memory.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter_ns

from benchmarks.result import Context, Result, percentile

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}


def run(context: Context) -> list[Result]:
    folder = context.folder / "station"
    main = [sys.executable, str(ROOT / "main.py"), "--profile", str(folder)]
    subprocess.run([*main, "demo", "--prepare-only"], check=True, capture_output=True, env=ENVIRONMENT, cwd=ROOT)
    starts = [_start(folder) for _ in range(2 if context.quick else 8)]
    invented = _child(folder, "sale")
    subprocess.run(
        [*main, "import-timetable", str(context.feed)], check=True, capture_output=True, env=ENVIRONMENT, cwd=ROOT
    )
    national = _child(folder, "search")
    return [
        Result(
            name="start of the process to login painted, p50",
            value=percentile(starts, 50),
            unit="s",
            goal=1.2,
            note=f"worst of {len(starts)}: {max(starts):.2f} s",
        ),
        Result(
            name="longest stall of the event loop in a scripted sale",
            value=invented["stall_ms"],
            unit="ms",
            goal=50,
            note=f"over 50 ms: {invented['over']}",
        ),
        Result(
            name="the same in the first sale after signing in",
            value=invented["first_stall_ms"],
            unit="ms",
            goal=50,
            note=f"over 50 ms: {invented['first_over']}",
        ),
        Result(name="resident after the sale", value=invented["resident_mb"], unit="MB", goal=260),
        Result(
            name="resident with the national timetable, after a search",
            value=national["resident_mb"],
            unit="MB",
            goal=260,
        ),
    ]


def _start(folder: Path) -> float:
    start_ns = perf_counter_ns()
    command = [sys.executable, "-m", "benchmarks.gui_child", str(folder), "start"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=ENVIRONMENT, cwd=ROOT) as child:
        assert child.stdout is not None
        line = child.stdout.readline()
        took_s = (perf_counter_ns() - start_ns) / 1e9
        child.communicate(timeout=60)
    if line.strip() != b"login":
        raise RuntimeError(f"the window did not come up: {line!r}")
    return took_s


def _child(folder: Path, what: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.gui_child", str(folder), what],
        check=True,
        capture_output=True,
        env=ENVIRONMENT,
        cwd=ROOT,
        timeout=300,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
