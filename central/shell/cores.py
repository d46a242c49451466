"""One core for one process, where the system lets a program choose (Linux).

Python lets one thread of a process compute at a time. Threads that take turns on two cores carry the interpreter's
memory from one core's cache to the other's and wake a sleeping core at every turn: on two cores that made central's
threads need up to twice the processor time for the same requests. On one core of its own choice the process loses
nothing that it could have used (only checking a signature runs without Python's lock), and the database gets the rest.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def one_core(number: int, *, wanted: bool = True) -> Iterator[int | None]:
    """The threads that this one starts inside are kept on one core; neighbours in ``number`` get different ones.

    Yields which core that is; None: all are allowed as before (not wanted, only one there, or the system has no such
    call). Afterwards this thread may use what it might before.
    """
    allowed = _allowed() if wanted else []
    if len(allowed) < 2:
        yield None
        return
    core = allowed[number % len(allowed)]
    if not _keep({core}):
        yield None
        return
    try:
        yield core
    finally:
        _keep(set(allowed))


def _allowed() -> list[int]:
    """Of this thread, ascending; a container may have been given some of the machine's only."""
    if sys.platform != "linux":
        return []
    with suppress(OSError):
        return sorted(os.sched_getaffinity(0))
    return []


def _keep(cores: set[int]) -> bool:
    if sys.platform == "linux":
        with suppress(OSError):  # a sandbox may forbid it: then the threads go where they like
            os.sched_setaffinity(0, cores)
            return True
    return False
