"""The window's part on the line to central: who keeps it going, and where it shows. The main window owns one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal

from counter_app.application.desk import Desk
from counter_app.application.views import SyncStatus, SyncTurn
from counter_app.domain.staff import Actor
from counter_app.texts import Texts
from ui.presenters import line
from ui.presenters.lane import Lanes
from ui.presenters.line_keeper import LineKeeper
from ui.widgets.chrome import StandingBar, StatusLine


class LineWatch(QObject):
    """``changed``: the status is another. ``refreshed``: a turn brought something, screens look again.

    ``new_timetable``: another one is in force.
    """

    changed = Signal()
    refreshed = Signal()
    new_timetable = Signal()

    def __init__(
        self, t: Texts, status_line: StatusLine, bar: StandingBar, now: Callable[[], datetime], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._t = t
        self._status_line = status_line
        self._bar = bar
        self._now = now
        self._keeper: LineKeeper | None = None
        self._desk: Desk | None = None
        self._actor: Actor | None = None
        self._inside = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._due)

    @property
    def status(self) -> SyncStatus | None:
        return self._keeper.status if self._keeper is not None else None

    @property
    def enrolled(self) -> bool:
        return self._keeper is not None and self._keeper.enrolled

    def begin(self, desk: Desk, lanes: Lanes, first: SyncStatus) -> None:
        self.end()
        self._desk = desk
        self._keeper = LineKeeper(
            desk, lanes, first, wait=self._timer.start, changed=self._changed, turned=self._turned
        )
        self.retranslate()
        self._keeper.start()

    def end(self) -> None:
        self._timer.stop()
        if self._keeper is not None:
            self._keeper.stop()

    def second(self) -> None:
        if self._keeper is not None:
            self._keeper.poll()

    def hurry(self) -> None:
        if self._keeper is not None:
            self._keeper.hurry()

    def try_now(self) -> None:
        if self._keeper is not None:
            self._keeper.try_now()

    def retranslate(self) -> None:
        """Another language or size: other widths."""
        if self.enrolled and self._desk is not None:
            self._status_line.chip.keep_room(line.room_for(self._t, self._desk.profile.currency))
        self.show()

    def signed(self, actor: Actor | None, *, inside: bool) -> None:
        """``inside``: signed in and not locked; outside the bar's button would lead nowhere."""
        if (actor, inside) != (self._actor, self._inside):
            self._actor, self._inside = actor, inside
            self.show()

    def show(self) -> None:
        status = self.status
        if status is None or self._desk is None:
            return
        self._status_line.show_line(line.line_item(status, self._desk.profile.zone, self._now(), self._t))
        notice = line.standing(status, self._actor, self._t)
        self._bar.show_notice(notice, self._t("Sync  Alt+S") if self._inside else "")

    def _due(self) -> None:
        if self._keeper is not None:
            self._keeper.due()

    def _changed(self) -> None:
        self.show()
        self.changed.emit()

    def _turned(self, turn: SyncTurn) -> None:
        if turn.new_timetable:
            self.new_timetable.emit()
        if turn.changed or turn.new_timetable:
            self.refreshed.emit()
