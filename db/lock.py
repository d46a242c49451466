"""One writer process per profile: a lock of the operating system, which a kill frees (decisions 4)."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from counter_app.errors import Reason, Refusal


class ProfileLock:
    """Held from construction until ``release``. Raises Refusal(PROFILE_IN_USE) when another process holds it.

    The file stays: deleting a lock file lets two processes hold two files of one name.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            _lock(self._descriptor)
        except OSError as error:
            os.close(self._descriptor)
            self._descriptor = None
            raise Refusal(Reason.PROFILE_IN_USE) from error
        with contextlib.suppress(OSError):  # who holds it, for people; the lock itself is the kernel's
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0) if sys.platform != "win32" else None

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
