"""Many worlds in several processes, each with a server of its own."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Iterator
from queue import Empty
from typing import Any

from tests.simulation.runner import Outcome, own_ground


def campaign(seeds: list[int], steps: int, processes: int) -> Iterator[Outcome]:
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


def end_orderly() -> None:
    """Told to end, a process stops the server that it started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def _worker(tasks: Any, outcomes: Any, steps: int) -> None:
    end_orderly()
    with own_ground() as ground:
        while (seed := tasks.get()) is not None:
            outcomes.put(ground.run(seed, steps))
