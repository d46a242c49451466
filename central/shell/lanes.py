"""Threads that work for the event loop, each with its own connection, and take what is waiting in one go.

While a lane commits, the next requests gather; then it takes them all (up to ``batch_max``): with one caller nobody
waits for company, with hundreds a commit carries hundreds. There is no timer. What a full queue does not take, and
what has waited too long, is told that nothing was done.
"""

from __future__ import annotations

import asyncio
import logging
import selectors
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar, cast

import psycopg

from central import faults
from central.tx import Connection

I = TypeVar("I")  # noqa: E741 - an item of work
O = TypeVar("O")  # noqa: E741 - what comes of it

Told = Callable[[O | None, BaseException | None], None]  # a result, or why there is none

_log = logging.getLogger("central.lanes")
WAIT_S_MAX: Final = 10.0  # a counter has given up long before
RECONNECT_S: Final = 0.5
REST_S: Final = (
    0.05  # a connection that was not used for so long is looked at first: the database may be another by now
)


class Busy(Exception):  # noqa: N818 - an answer
    """Nothing was done: the queue is full, or it was stopped."""


class _Waiting(Generic[I, O]):
    __slots__ = ("future", "item", "since", "told")

    def __init__(self, item: I, told: Told[O], since: float, future: asyncio.Future[O] | None) -> None:
        self.item = item
        self.told = told
        self.since = since
        self.future = future  # of who may have gone meanwhile


class Lane(Generic[I, O]):
    """``threads`` that share one queue. ``work`` gets a batch and the thread's connection, and returns as many results.

    ``queue_max`` bounds what waits. An exception out of ``work`` reaches every caller of its batch; the connection is
    opened again if it broke.
    """

    def __init__(
        self,
        name: str,
        *,
        connect: Callable[[], Connection],
        work: Callable[[Sequence[I], Connection], Sequence[O]],
        threads: int = 1,
        batch_max: int = 1,
        queue_max: int = 2_000,
    ) -> None:
        self.name = name
        self._connect = connect
        self._work = work
        self._batch_max = batch_max
        self._queue_max = queue_max
        self._waiting: deque[_Waiting[I, O]] = deque()
        self._some = threading.Condition()
        self._stopping = False
        self._idle = 0
        self._threads = [
            threading.Thread(target=self._run, name=f"{name}-{n}", daemon=True) for n in range(1, threads + 1)
        ]
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_s: float = 30) -> bool:
        """Finishes what waits and lets the connections go. Not to be called on the loop's thread."""
        with self._some:
            self._stopping = True
            self._some.notify_all()
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def busy(self) -> int:
        """Threads at work."""
        return len(self._threads) - self._idle

    def ask(self, item: I) -> asyncio.Future[O]:
        """On the loop's thread. Raises ``Busy``."""
        assert self._loop is not None, "not started"
        future: asyncio.Future[O] = self._loop.create_future()

        def told(result: O | None, error: BaseException | None) -> None:
            if future.done():  # its caller has gone
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(cast("O", result))

        self.put(item, told, future=future)
        return future

    def put(self, item: I, told: Told[O], *, future: asyncio.Future[O] | None = None) -> None:
        """As ``ask``; ``told`` is called on the loop's thread. Where ``future`` is cancelled, nobody waits any more."""
        if self._stopping or len(self._waiting) >= self._queue_max:
            raise Busy(self.name)
        with self._some:
            self._waiting.append(_Waiting(item, told, time.monotonic(), future))
            if self._idle:
                self._some.notify()

    # ---- on the threads -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        connection: Connection | None = None
        used_s = 0.0
        try:
            while True:
                batch = self._take()
                if batch is None:
                    return
                if connection is not None and time.monotonic() - used_s > REST_S and not _rests(connection):
                    connection.close()
                connection = self._serve(batch, connection)
                used_s = time.monotonic()
        finally:
            if connection is not None:
                connection.close()

    def _take(self) -> list[_Waiting[I, O]] | None:
        with self._some:
            while not self._waiting:
                if self._stopping:
                    return None
                self._idle += 1
                self._some.wait()
                self._idle -= 1
            many = min(self._batch_max, len(self._waiting))
            return [self._waiting.popleft() for _ in range(many)]

    def _serve(self, batch: list[_Waiting[I, O]], connection: Connection | None) -> Connection | None:
        """Returns the connection to go on with; None: a new one is needed."""
        latest = time.monotonic() - WAIT_S_MAX
        late = [one for one in batch if one.since < latest or (one.future is not None and one.future.cancelled())]
        fresh = [one for one in batch if one not in late] if late else batch
        done: list[tuple[Told[O], O | None, BaseException | None]] = [(one.told, None, Busy(self.name)) for one in late]
        if fresh:
            try:
                if connection is None or connection.closed or connection.broken:
                    connection = self._open()
                results = self._work([one.item for one in fresh], connection)
                assert len(results) == len(fresh), self.name
                done += [(one.told, result, None) for one, result in zip(fresh, results, strict=True)]
            except BaseException as error:  # noqa: BLE001 - every caller has to hear of it, whatever it is
                done += [(one.told, None, error) for one in fresh]
                connection = self._after(error, connection)
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(_deliver, done)
        except RuntimeError:  # the loop has gone: nobody waits for these any more
            _log.info("an answer came after the end")
        return connection

    def _open(self) -> Connection:
        """Raises ``Busy``: without a connection nothing can have been done."""
        try:
            return self._connect()
        except Exception as error:
            _log.error("lane %s has no database: %s", self.name, type(error).__name__)
            raise Busy(self.name) from error

    def _after(self, error: BaseException, connection: Connection | None) -> Connection | None:
        broken = isinstance(error, psycopg.OperationalError) and not error.sqlstate
        if connection is not None and not connection.closed and not broken:
            return connection
        if connection is not None:
            connection.close()
        if not self._stopping:
            time.sleep(RECONNECT_S)  # a database that restarts is not hammered
        return None


def _rests(connection: Connection) -> bool:
    """A server has nothing to say to a connection that asks nothing, but that it ends. Nothing is sent for this."""
    try:
        with selectors.DefaultSelector() as line:
            line.register(connection.fileno(), selectors.EVENT_READ)
            return not line.select(0)
    except (OSError, ValueError, psycopg.Error):  # closed already
        return False


def _deliver(done: Sequence[tuple[Told[Any], Any, BaseException | None]]) -> None:
    for told, result, error in done:
        try:
            told(result, error)
        except Exception as trouble:  # noqa: BLE001 - one caller's trouble is not the others'
            _log.error("an answer could not be given: %s", faults.told(trouble))
