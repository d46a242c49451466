"""``python -m tests.simulation --seeds 1-50 --steps 20000``: a campaign of worlds in several processes.

A failure prints its seed and last steps; the same seed and number of steps show it again.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterator
from queue import Empty
from typing import Any

from tests.simulation.runner import Outcome, own_ground


def seeds_of(text: str) -> list[int]:
    """``1-50``, ``7``, ``1-3,9``."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=seeds_of, default=seeds_of("1-10"), help="1-50 or 7 or 1-3,9")
    parser.add_argument("--steps", type=int, default=5_000, help="of each world")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--stop", action="store_true", help="at the first failure")
    told = parser.parse_args()
    started = time.monotonic()
    failed: list[int] = []
    steps = sales = worlds = 0
    for outcome in _campaign(told.seeds, told.steps, max(1, min(told.processes, len(told.seeds)))):
        worlds += 1
        steps += outcome.steps
        sales += outcome.sales
        print(f"[{worlds}/{len(told.seeds)}, {steps} steps] {outcome.line}", flush=True)
        if outcome.failure:
            failed.append(outcome.seed)
            print(outcome.failure, flush=True)
            print(f"again: python -m tests.simulation --seeds {outcome.seed} --steps {told.steps}", flush=True)
            if told.stop:
                break
    seconds = time.monotonic() - started
    word = f"{len(failed)} FAILED: {failed}" if failed else "every invariant held"
    print(f"{worlds} worlds, {steps} steps, {sales} tickets sold, {seconds:.0f} s: {word}")
    return 1 if failed else 0


def _campaign(seeds: list[int], steps: int, processes: int) -> Iterator[Outcome]:
    if processes == 1:
        with own_ground() as ground:
            for seed in seeds:
                yield ground.run(seed, steps)
        return
    context = multiprocessing.get_context("spawn")
    tasks: Any = context.Queue()
    outcomes: Any = context.Queue()
    for seed in seeds:
        tasks.put(seed)
    for _ in range(processes):
        tasks.put(None)
    workers = [context.Process(target=_worker, args=(tasks, outcomes, steps), daemon=True) for _ in range(processes)]
    for worker in workers:
        worker.start()
    try:
        for _ in seeds:
            while True:
                try:
                    yield outcomes.get(timeout=5)
                    break
                except Empty:
                    if not any(worker.is_alive() for worker in workers):
                        raise SystemExit("the workers died") from None
    finally:
        for worker in workers:
            worker.join(timeout=15)
            if worker.is_alive():
                worker.terminate()


def _worker(tasks: Any, outcomes: Any, steps: int) -> None:
    with own_ground() as ground:
        while (seed := tasks.get()) is not None:
            outcomes.put(ground.run(seed, steps))


if __name__ == "__main__":
    sys.exit(main())
