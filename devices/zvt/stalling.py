"""While our own store takes its time to commit an answer, the terminal is told to wait: 84 9C 00.

A terminal waits for the answer to its status, by default 30 s, T3 at some; then it takes the payment back. Asked to
wait, it sends the status again two seconds later (PA00P015, 2.2.6). A commit takes milliseconds: this is for bad days.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Final

from devices.zvt import commands
from devices.zvt.apdu import Apdu
from devices.zvt.dialogue import Dialogue
from devices.zvt.messages import STATUS
from devices.zvt.transport import LineTrouble

_SLICE_S: Final = 0.1


class Stalling:
    """``run`` calls ``commit`` on the caller's thread."""

    def __init__(self, dialogue: Dialogue, after_s: float) -> None:
        self._dialogue = dialogue
        self._after_s = after_s
        self._over = Event()
        self._put_off = False  # the last status was answered with "wait"
        self.trouble: LineTrouble | None = None
        self.came: list[Apdu] = []  # after each "wait": the status again, if all is well; the last one is unanswered

    def run(self, commit: Callable[[], bool]) -> bool:
        beside = Thread(target=self._wait, daemon=True, name="terminal-stall")
        beside.start()
        try:
            return commit()
        finally:
            self._over.set()
            beside.join()

    @property
    def put_off(self) -> bool:
        """The terminal will send the status once more before it can be acknowledged."""
        return self._put_off

    def _wait(self) -> None:
        while not self._over.wait(self._after_s):
            try:
                self._dialogue.answer(commands.WAIT)
                self._put_off = True
                if not self._again():
                    return
            except LineTrouble as trouble:
                self.trouble = trouble
                return

    def _again(self) -> bool:
        """Until the status came again, which stands unanswered then; False: something else came, or we are done."""
        while not self._over.is_set():
            got = self._dialogue.receive(_SLICE_S)
            if got is None:
                continue
            self.came.append(got)
            self._put_off = False
            return got.control == STATUS
        return False
