"""One worker lane per resource (architecture, idea 5): the screen never waits.

Answers come back through one queued signal and run on the GUI thread in the order in which the work ended.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar, cast

from PySide6.QtCore import QObject, Qt, Signal

from counter_app.application.desk import Desk
from counter_app.errors import OutcomeUnknown
from ui.presenters.lane import TROUBLES, CancelToken, Lane, Trouble

__all__ = ["CancelToken", "Lane", "QtLanes", "Trouble", "off_gui"]

T = TypeVar("T")
_log = logging.getLogger(__name__)

SWITCH_INTERVAL_S = 0.001
QUEUE_MAX = 1000  # per lane: a clerk cannot type that much; more is a loop of ours


class QtLanes(QObject):
    """Create on the GUI thread. ``crashed`` receives what is our own mistake, on the GUI thread."""

    _home = Signal(object)

    def __init__(self, crashed: Callable[[BaseException], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        # A lane that computes in Python gives the interpreter back this often. With the usual 5 ms a repaint, which
        # takes it up many times, stood 60 ms beside a first search.
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self.crashed = crashed
        self._gui = threading.get_ident()
        self._pools = {
            lane: ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"lane-{lane.value}")
            for lane in Lane
            if lane is not Lane.APART
        }
        self._pending: dict[Lane, int] = dict.fromkeys(Lane, 0)
        self._futures: set[Future[None]] = set()
        self._apart: set[threading.Thread] = set()
        self._tokens: set[CancelToken] = set()
        self._open = True
        self._home.connect(self._arrive, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        lane: Lane,
        work: Callable[[], T],
        *,
        done: Callable[[T], None],
        failed: Callable[[Trouble], None],
        cancel: CancelToken | None = None,
    ) -> CancelToken:
        assert threading.get_ident() == self._gui, "lanes are driven from the GUI thread"
        token = cancel or CancelToken()
        if not self._open:
            return token
        assert self._pending[lane] < QUEUE_MAX, f"{lane.value} lane is flooded"
        self._pending[lane] += 1
        self._tokens.add(token)

        def arrive(answer: Callable[[], None] | None) -> None:
            self._pending[lane] -= 1
            self._tokens.discard(token)
            if answer is not None and not token.cancelled():
                answer()

        def job() -> None:
            back: Callable[[], None] | None = None
            if not token.cancelled():
                try:
                    result = work()
                except TROUBLES as trouble:
                    caught = trouble

                    def tell() -> None:
                        failed(caught)

                    back = tell
                except BaseException as mistake:  # noqa: BLE001 - reported below, on the GUI thread
                    wrong = mistake

                    def crash() -> None:
                        # Whether a write happened is not known: the screen must not stay busy for ever.
                        failed(OutcomeUnknown("internal", type(wrong).__name__))
                        self.crashed(wrong)

                    back = crash
                else:

                    def hand() -> None:
                        done(result)

                    back = hand
            with contextlib.suppress(RuntimeError):  # the window is gone: nobody to tell
                self._home.emit(lambda: arrive(back))

        if lane is Lane.APART:
            thread = threading.Thread(target=job, name="lane-apart", daemon=True)
            self._apart = {t for t in self._apart if t.is_alive()} | {thread}
            thread.start()
        else:
            future = self._pools[lane].submit(job)
            self._futures.add(future)
            future.add_done_callback(self._futures.discard)
        return token

    def post(self, call: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):
            self._home.emit(call)

    def pending(self, lane: Lane) -> int:
        """Jobs of ``lane`` whose answer has not arrived yet."""
        return self._pending[lane]

    def shut_down(self, *, wait_s_max: float = 5.0) -> bool:
        """Takes no more work, cancels what has not begun, waits at most ``wait_s_max``. True when all ended."""
        self._open = False
        for token in list(self._tokens):
            token.cancel()
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        left = wait(list(self._futures), timeout=wait_s_max).not_done
        for thread in self._apart:
            thread.join(timeout=0.2 if left else wait_s_max)
        if left:
            _log.error("%d jobs did not end within %.1f s", len(left), wait_s_max)
        return not left and not any(t.is_alive() for t in self._apart)

    def _arrive(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as mistake:  # noqa: BLE001 - a slot's error must not vanish into Qt
            self.crashed(mistake)


class _OffGui:
    """Passes every call on, after making sure that it does not come from the GUI thread."""

    def __init__(self, desk: Desk, gui_thread: int) -> None:
        self._desk = desk
        self._gui_thread = gui_thread

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._desk, name)
        if not callable(found):
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            assert threading.get_ident() != self._gui_thread, f"desk.{name} called on the GUI thread: use a lane"
            return found(*args, **kwargs)

        return call


def off_gui(desk: Desk) -> Desk:
    """``desk``, refusing calls from the calling (GUI) thread. Plain values such as ``profile`` may be read anywhere."""
    return cast(Desk, _OffGui(desk, threading.get_ident()))
