"""``python -m tests.simulation --seeds 1-50 --steps 20000``: a campaign of worlds in several processes.

A failure prints its seed and last steps; the same seed and number of steps show it again.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.simulation.campaign import campaign, end_orderly


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
    end_orderly()
    started = time.monotonic()
    failed: list[int] = []
    steps = sales = worlds = 0
    for outcome in campaign(told.seeds, told.steps, max(1, min(told.processes, len(told.seeds)))):
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


if __name__ == "__main__":
    sys.exit(main())
