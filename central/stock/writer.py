"""Group commit: what many ask of the same runs is decided by one writer at a time, many in one transaction.

Each lane is a thread with a connection of its own and a bounded queue. A lane takes what is waiting, up to a bound,
and waits a few milliseconds at most for more: under load batches grow by themselves, an idle lane answers at once.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final, Generic, TypeVar

import psycopg

from central.request import Refusing
from central.tx import Connection
from counter_app.wire.messages import Refused

Q = TypeVar("Q")
R = TypeVar("R")
BATCH_MAX: Final = 200
GATHER_S: Final = 0.005  # at most so long for more to come, and only while more keeps coming
QUEUE_MAX: Final = 2_000  # a lane; what comes then is told to ask again


class GroupCommit(Generic[Q, R]):
    """``decide(batch, connection)`` gives one result per item, in their order."""

    def __init__(
        self,
        decide: Callable[[Sequence[Q], Connection], Sequence[R]],
        connect: Callable[[], Connection],
        *,
        lanes: int = 4,
        batch_max: int = BATCH_MAX,
        gather_s: float = GATHER_S,
        queue_max: int = QUEUE_MAX,
    ) -> None:
        assert lanes > 0
        assert batch_max > 0
        self._decide = decide
        self._connect = connect
        self._batch_max = batch_max
        self._gather_s = gather_s
        self._lock = threading.Lock()
        self._closed = False
        self._queues: list[queue.Queue[tuple[Q, Future[R]] | None]] = [queue.Queue(queue_max) for _ in range(lanes)]
        self._threads = [
            threading.Thread(target=self._run, args=(one,), name=f"writer-{n}", daemon=True)
            for n, one in enumerate(self._queues)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, item: Q, key: int) -> Future[R]:
        """``key``: items of one key go through one lane, in their order. Raises Refusing(BUSY): nothing was done."""
        future: Future[R] = Future()
        with self._lock:  # nothing enters a queue after its end mark
            if self._closed:
                raise Refusing(Refused.BUSY, "closing")
            try:
                self._queues[key % len(self._queues)].put_nowait((item, future))
            except queue.Full:
                raise Refusing(Refused.BUSY, "too many are waiting") from None
        return future

    @property
    def waiting(self) -> int:
        return sum(one.qsize() for one in self._queues)

    def close(self, timeout_s: float = 30.0) -> bool:
        """What was accepted is finished, what comes is refused. False: a lane is still at it."""
        with self._lock:
            if not self._closed:
                self._closed = True
                ends = [threading.Thread(target=one.put, args=(None,), daemon=True) for one in self._queues]
                for end in ends:  # a full queue makes its end mark wait: not under the lock's holder
                    end.start()
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    # ---- a lane

    def _run(self, own: queue.Queue[tuple[Q, Future[R]] | None]) -> None:
        connection: Connection | None = None
        going = True
        while going:
            first = own.get()
            if first is None:
                break
            batch, going = self._gather(own, first)
            batch = [(item, future) for item, future in batch if future.set_running_or_notify_cancel()]
            if batch:
                connection = self._answer(batch, connection)
        if connection is not None:
            with contextlib.suppress(psycopg.Error):
                connection.close()

    def _gather(
        self, own: queue.Queue[tuple[Q, Future[R]] | None], first: tuple[Q, Future[R]]
    ) -> tuple[list[tuple[Q, Future[R]]], bool]:
        batch = [first]
        deadline = time.monotonic() + self._gather_s
        while len(batch) < self._batch_max:
            try:
                one = own.get_nowait()
            except queue.Empty:
                # Alone: answered at once. In company: whoever sent the others may be about to send more.
                left = deadline - time.monotonic()
                if len(batch) == 1 or left <= 0:
                    break
                try:
                    one = own.get(timeout=min(left, self._gather_s / 5))
                except queue.Empty:
                    break
            if one is None:
                return batch, False
            batch.append(one)
        return batch, True

    def _answer(self, batch: list[tuple[Q, Future[R]]], connection: Connection | None) -> Connection | None:
        """Returns the connection to go on with; None: a new one is needed."""
        try:
            if connection is None or connection.closed:
                connection = self._connect()
            results = self._decide([item for item, _ in batch], connection)
            assert len(results) == len(batch)
        except Exception as error:  # noqa: BLE001 - told to everyone who waits for it
            for _, future in batch:
                future.set_exception(error)
            if connection is not None and (connection.closed or connection.broken or isinstance(error, psycopg.Error)):
                with contextlib.suppress(psycopg.Error):
                    connection.close()
                return None
            return connection
        for (_, future), result in zip(batch, results, strict=True):
            future.set_result(result)
        return connection
