"""Keeps the line of an enrolled counter going: one sync turn after the other, and how it stands once a second. No Qt.

A stand-alone counter has one too, which does nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from counter_app.application.desk import Desk
from counter_app.application.views import LineWord, SyncStatus, SyncTurn
from counter_app.errors import OutcomeUnknown
from ui.presenters.lane import CancelToken, Lane, Lanes, Trouble

WAIT_MS_MIN: Final = 20  # a turn that wants the next at once still lets the window breathe
WAIT_MS_MAX: Final = 60_000
TROUBLE_WAIT_MS: Final = 5_000  # after a turn that failed; doubled each time
TROUBLE_WAIT_MS_MAX: Final = 1_800_000
_log = logging.getLogger(__name__)


class LineKeeper:
    """``wait(ms)`` calls :meth:`due` once, later, on this thread; a second ``wait`` replaces the first.

    ``changed``: the status is another. ``turned``: a turn has ended.
    """

    def __init__(
        self,
        desk: Desk,
        lanes: Lanes,
        first: SyncStatus,
        *,
        wait: Callable[[int], None],
        changed: Callable[[], None],
        turned: Callable[[SyncTurn], None],
    ) -> None:
        self._desk = desk
        self._lanes = lanes
        self._wait = wait
        self._changed = changed
        self._turned = turned
        self._token = CancelToken()
        self._turning = False
        self._asking = False
        self._again = False  # something came up during the turn: the next one begins at once
        self._failures = 0
        self.status = first

    @property
    def enrolled(self) -> bool:
        return self.status.line is not LineWord.STAND_ALONE

    def start(self) -> None:
        if self.enrolled:
            self.due()

    def stop(self) -> None:
        """No more turns; the answer of one under way is dropped."""
        self._token.cancel()

    def due(self) -> None:
        """The wait is over."""
        if self._turning or self._token.cancelled() or not self.enrolled:
            return
        self._turning = True
        self._again = False
        self._lanes.run(Lane.SYNC, self._desk.sync_turn, done=self._done, failed=self._failed, cancel=self._token)

    def hurry(self) -> None:
        """There is something to send: it goes with the turn under way or with one that begins now."""
        if self._turning:
            self._again = True
        else:
            self.due()

    def try_now(self) -> None:
        """As a person asks for it: whatever the patience after failures was."""
        if not self.enrolled:
            return
        self._failures = 0
        self._lanes.run(
            Lane.READ,
            self._desk.sync_now,
            done=lambda _none: self.hurry(),
            failed=lambda _trouble: self.hurry(),
            cancel=self._token,
        )

    def poll(self) -> None:
        """How it stands now; called once a second. One question at a time."""
        if self._asking or self._token.cancelled() or not self.enrolled:
            return
        self._asking = True
        self._lanes.run(
            Lane.READ, self._desk.sync_status, done=self._have_status, failed=self._no_status, cancel=self._token
        )

    def _have_status(self, status: SyncStatus) -> None:
        self._asking = False
        if status != self.status:
            self.status = status
            self._changed()

    def _no_status(self, _trouble: Trouble) -> None:
        self._asking = False

    def _done(self, turn: SyncTurn) -> None:
        self._turning = False
        self._failures = 0
        if turn.changed or turn.new_timetable:
            self.poll()
        self._turned(turn)
        self._next(turn.next_ms)

    def _failed(self, trouble: Trouble) -> None:
        """A turn keeps a dead line to itself: what arrives here is the store's trouble, or our own mistake.

        Patience doubles, so that a mistake is not reported every few seconds; ``try_now`` ends it.
        """
        self._turning = False
        self._failures += 1
        if not isinstance(trouble, OutcomeUnknown):  # that one has been reported
            _log.warning("sync turn: %s", trouble)
        self._again = False
        self._wait(min(TROUBLE_WAIT_MS_MAX, TROUBLE_WAIT_MS * 2 ** min(self._failures, 12)))

    def _next(self, wanted_ms: int) -> None:
        self._wait(WAIT_MS_MIN if self._again else max(WAIT_MS_MIN, min(WAIT_MS_MAX, wanted_ms)))
