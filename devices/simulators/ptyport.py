"""A pseudo-terminal whose other end a driver opens as a serial port; it can be pulled out and put in again. POSIX."""

from __future__ import annotations

import contextlib
import os
import select
from pathlib import Path


class PtyPort:
    """``link``: a path that stands for the device whatever number the pseudo-terminal has after it was put in again."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._master = -1
        self._slave = -1
        self.plug()

    @property
    def device(self) -> str:
        return str(self._link)

    def plug(self) -> None:
        import tty  # noqa: PLC0415 - not on Windows

        assert self._master < 0
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        # The slave is held open too: else the master reads an error whenever no driver is there.
        draft = self._link.with_name(self._link.name + ".new")
        draft.symlink_to(os.ttyname(self._slave))
        draft.replace(self._link)

    def unplug(self) -> None:
        """The driver's next call fails, as with a cable that was pulled."""
        if self._master >= 0:
            with contextlib.suppress(FileNotFoundError):
                self._link.unlink()
            os.close(self._slave)
            os.close(self._master)
            self._master = self._slave = -1

    def read(self, within_s: float) -> bytes:
        if self._master < 0:
            return b""
        ready, _, _ = select.select([self._master], [], [], within_s)
        if not ready:
            return b""
        try:
            return os.read(self._master, 4096)
        except OSError:
            return b""

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view and self._master >= 0:
            select.select([], [self._master], [])
            view = view[os.write(self._master, view) :]

    def close(self) -> None:
        self.unplug()
