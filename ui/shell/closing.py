"""Whether the window may be closed now: not over a sale that is being paid, nor over a paper that is being printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.presenters.refusals import Notice
from ui.shell.screen import Screen

if TYPE_CHECKING:
    from ui.shell.window import MainWindow


class Closing:
    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.waits = False  # for what is on its way to a printer; then the window closes by itself

    def may(self, here: Screen | None) -> bool:
        """``here``: the screen that shows, or the one behind the lock. False: why is said."""
        window = self._window
        # Behind the lock nothing is done for whoever closes: it is only said why not.
        if here is not None and (here.unfinished() if window.locked else not here.may_leave()):
            return False
        if not window.printing.sending or self.waits:
            return True
        # What is cut off in mid-send ends unknown and is asked for at the next start: nothing is lost, but not to
        # be asked is better. Who closes again does not want to wait.
        self.waits = True
        window.notify(
            lambda: Notice(
                title=window.t("A paper is being printed"),
                what_happened=window.t("The window closes by itself as soon as the printer is done."),
                what_to_do=window.t("To close it at once, close it again: you will then be asked about this paper."),
                mood="info",
                code="closing",
            )
        )
        return False
