"""How good the line is, judged by deadlines, with hysteresis: one late answer is not an outage, and one quick one is

not a line that is back. Driven by the clock it is given; no thread of its own.
"""

from __future__ import annotations

import threading
from collections import deque
from enum import Enum
from typing import Final

from counter_app.ports.clock import Clock
from counter_app.ports.line import LineHealth, LineState

WINDOW: Final = 8  # outcomes looked at
WINDOW_MS: Final = 120_000  # and none older
NONE_MAX: Final = 2  # so many without an answer: the line is down
LATE_MAX: Final = 3  # so many late ones: it is slow
BACK_AFTER: Final = 3  # so many quick answers in a row: it is back
SLOW_MS: Final = 1_000  # later than this is late


class Outcome(Enum):
    QUICK = "quick"
    LATE = "late"
    NONE = "none"


class Health:
    """Thread-safe. ``answered`` and ``silent`` are told of every exchange."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        # Until central has answered once nobody waits for it; the first answer will do.
        self._state = LineState.OFFLINE
        self._since = clock.now()
        self._heard = False
        self._window: deque[tuple[int, Outcome]] = deque(maxlen=WINDOW)
        self._quick_in_a_row = 0
        self._answers_in_a_row = 0
        self._in_doubt = False  # the last question had no answer: the background asks before a clerk does
        self._last_answer = self._since
        self._last_error = ""

    def answered(self, took_ms: int, *, bulk: bool) -> None:
        """``bulk``: an exchange that may take its time; its lateness says nothing."""
        with self._lock:
            self._in_doubt = False
            self._last_answer = self._clock.now()
            self._answers_in_a_row += 1
            if took_ms <= SLOW_MS:
                self._quick_in_a_row += 1
                self._note(Outcome.QUICK)
            elif not bulk:
                self._quick_in_a_row = 0
                self._note(Outcome.LATE)
            self._judge_better()
            self._judge_worse()

    def silent(self, error: str) -> None:
        with self._lock:
            self._in_doubt = True
            self._quick_in_a_row = self._answers_in_a_row = 0
            self._last_error = error
            self._note(Outcome.NONE)
            self._judge_worse()

    def worth_asking(self) -> bool:
        with self._lock:
            return self._state is LineState.ONLINE and not self._in_doubt

    @property
    def in_doubt(self) -> bool:
        """The background is to ask at once."""
        with self._lock:
            return self._in_doubt

    def now(self) -> LineHealth:
        with self._lock:
            return LineHealth(
                state=self._state,
                since=self._since,
                last_answer=self._last_answer if self._heard else None,
                last_error=self._last_error if self._state is not LineState.ONLINE or self._in_doubt else "",
            )

    # ---- inside, under the lock

    def _note(self, outcome: Outcome) -> None:
        now = self._clock.monotonic_ms()
        self._window.append((now, outcome))
        while self._window and self._window[0][0] < now - WINDOW_MS:
            self._window.popleft()

    def _count(self, outcome: Outcome) -> int:
        return sum(1 for _, one in self._window if one is outcome)

    def _judge_worse(self) -> None:
        if self._state is not LineState.OFFLINE and self._count(Outcome.NONE) >= NONE_MAX:
            self._become(LineState.OFFLINE)
        elif self._state is LineState.ONLINE and self._count(Outcome.LATE) + self._count(Outcome.NONE) >= LATE_MAX:
            self._become(LineState.SLOW)

    def _judge_better(self) -> None:
        first = not self._heard
        self._heard = True
        if self._state is LineState.ONLINE:
            return
        if self._quick_in_a_row >= (1 if first else BACK_AFTER):
            self._become(LineState.ONLINE)
        elif self._state is LineState.OFFLINE and self._answers_in_a_row >= BACK_AFTER:
            self._become(LineState.SLOW)

    def _become(self, state: LineState) -> None:
        self._state = state
        self._since = self._clock.now()
        self._window.clear()  # what led here is judged: the new state begins with a clean sheet
        self._quick_in_a_row = self._answers_in_a_row = 0
