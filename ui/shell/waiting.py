"""The window's part on parties that wait for places: reads the list when something changed, says who was served."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from counter_app.application.waiting_desk import WaitingView
from ui.presenters import waiting
from ui.presenters.waiting import WaitingRoom

if TYPE_CHECKING:
    from ui.shell.window import MainWindow

TICK_MS = 1000


class WaitingWatch(QObject):
    """``changed``: the list is another. ``in_sale``: whether places are held for another customer just now."""

    changed = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.in_sale: Callable[[], bool] = lambda: False
        self.room = WaitingRoom(
            lambda: window.desk,
            window.lanes,
            lambda: window.actor if window.signed_in and not window.locked else None,
            changed=self._list_changed,
            told=self._told,
        )
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._second)
        window.line_watch.changed.connect(self.look)
        window.line_watch.refreshed.connect(self.look)
        window.desk_opened.connect(self.look)

    def look(self) -> None:
        if self._window.desk_is_open and self._window.line_watch.enrolled:
            self.room.read()

    def end(self) -> None:
        self._timer.stop()

    def _list_changed(self) -> None:
        if self.room.parties:
            self._timer.start()
        else:
            self._timer.stop()
        self.changed.emit()

    def _second(self) -> None:
        """A hold ends by itself; what was not told because nobody was there is told when somebody is."""
        if self.room.ran_out(self._window.now()):
            self.look()
        self.room.tell()

    def _told(self, fresh: list[WaitingView]) -> None:
        window = self._window
        zone = window.local_now().tzinfo
        window.notify(lambda: waiting.said(fresh, lambda at: at.astimezone(zone), window.t))
