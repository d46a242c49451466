"""Runs one benchmark in the process that was started for it."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from benchmarks.result import Context, Result


def run_one(name: str, context: Context) -> list[Result]:
    """``name``: the module in this package. A child process cannot find it in ``__main__``."""
    run: Callable[[Context], list[Result]] = importlib.import_module(f"benchmarks.{name}").run
    return run(context)
