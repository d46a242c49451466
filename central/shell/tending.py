"""What central does by itself: holds and leases whose time is over, partitions ahead, the waiting list, entries that

are stored and not judged. One process of all does it at a time; which one does not matter.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Final

from central.faults import told
from central.tx import Connection

_log = logging.getLogger("central.tending")
EVERY_S: Final = 2.0
BUSY_S: Final = 0.02  # a step that has much left to do goes on soon, but lets requests in between
MUCH: Final = 1_000  # a step that returns a number tells how much it did
AFTER_TROUBLE_S: Final = 10.0
_LOCK: Final = 0x54656E64  # an advisory lock: whoever has it tends

Step = tuple[str, Callable[[Connection], object]]


class Tending:
    """A thread with a connection of its own. Each step is tried in each round, whatever became of the one before."""

    def __init__(
        self,
        steps: Sequence[Step],
        *,
        connect: Callable[[], Connection],
        every_s: float = EVERY_S,
        name: str = "tending",
        alone: bool = True,
    ) -> None:
        """``alone``: one process of all does it at a time. Steps that share their work by themselves need not be."""
        self._alone = alone
        self._steps = tuple(steps)
        self._connect = connect
        self._every_s = every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float = 30) -> bool:
        self._stopping.set()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        connection: Connection | None = None
        wait_s = 0.0
        while not self._stopping.wait(wait_s):
            try:
                if connection is None or connection.closed:
                    connection = self._connect()
                wait_s = self.round(connection)
            except Exception as error:  # noqa: BLE001 - the database may be away; the next round tries again
                _log.info("no round of tending: %s", type(error).__name__)
                if connection is not None:
                    connection.close()
                connection, wait_s = None, AFTER_TROUBLE_S
        if connection is not None:
            connection.close()

    def round(self, connection: Connection) -> float:
        """Every step once, unless another process is at it. Returns the seconds until the next round."""
        if self._alone:
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).fetchone()
            if row is None or not row[0]:
                return self._every_s
        wait_s = self._every_s
        try:
            for name, step in self._steps:
                if self._stopping.is_set() or connection.closed:
                    break
                try:
                    did = step(connection)
                    if isinstance(did, int) and did >= MUCH:
                        wait_s = min(wait_s, BUSY_S)
                except Exception as error:  # noqa: BLE001 - the next step is not to wait for this one's repair
                    wait_s = AFTER_TROUBLE_S
                    _log.error("tending: %s", told(error), extra={"step": name})
        finally:
            if self._alone and not connection.closed:
                connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))
        return wait_s
