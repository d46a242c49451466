"""Starts the window. ``main.py`` calls :func:`run_window`; what is heavy is imported when it is first shown."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QApplication

from ui.lanes import QtLanes
from ui.presenters.lane import Lane
from ui.shell import dialogs
from ui.shell.parts import Parts
from ui.shell.window import MainWindow
from ui.theme import Theme

_log = logging.getLogger(__name__)
WITH_ROLL_PX = 1640  # on a screen as wide as this the window opens wide enough for the paper roll beside it
TITLE_BAR_PX = 48
BESIDE_PX = 1240  # two windows stand side by side from here on
STEP_PX = 64  # else one is so far from the other, at least
TERMINATED = 143  # the exit status after SIGTERM, as a shell says it: 128 and the signal's number


class Application:
    """Everything that lives as long as the window. ``close`` ends the lanes within their deadline."""

    def __init__(self, parts: Parts, app: QApplication) -> None:
        self.parts = parts
        self.app = app
        values = parts.settings.values
        parts.texts.use(values.language)
        self.theme = Theme(parts.resources, values.theme, values.scale_percent)
        self.theme.apply()
        self.lanes = QtLanes(self.crashed)
        self.window = MainWindow(parts, self.lanes, self.theme)

    def start(self, place: tuple[int, int] | None = None) -> None:
        """``place``: of how many windows on this screen it is the how-manieth."""
        self.window.show_screen("login")
        room = self.app.primaryScreen().availableGeometry()
        if self.parts.sheets is not None:
            if room.width() >= WITH_ROLL_PX:
                self.window.resize(WITH_ROLL_PX, 860)
            self.window.desk_opened.connect(self.window.show_roll)
        small = room.height() < self.window.height() + TITLE_BAR_PX or room.width() < self.window.width()
        if place is not None and place[1] > 1:
            self.window.setGeometry(placed(room, self.window.size(), *place))
            self.window.show()
        elif self.parts.settings.values.maximised or small:  # nothing of it below the edge: there are the keys
            if small:
                self.window.setGeometry(room)  # where no window manager maximises
            self.window.showMaximized()
        else:
            self.window.show()
        # Without a window manager (a kiosk's bare X server) nobody else gives us the keyboard, and keys would be dead.
        self.window.activateWindow()
        self.window.open_store()

    def crashed(self, mistake: BaseException) -> None:
        _log.error("our own mistake", exc_info=mistake)
        report = dialogs.write_report(self.parts.report_folder, mistake, self.parts.clock.now())
        dialogs.show_crash(self.window, self.parts.texts, report)

    def close(self) -> None:
        close_desk, hang_up = self.parts.close_desk, self.parts.hang_up
        if hang_up is not None:
            hang_up()  # else the lanes would wait for a dead line's deadline
        self.lanes.shut_down()
        if close_desk is not None:
            close_desk()


def placed(room: QRect, wish: QSize, number: int, of: int) -> QRect:
    """Side by side where each has the width for its paper roll; else from corner to corner, each title to be seen."""
    side = room.width() // of
    if side >= BESIDE_PX:
        size = QSize(min(wish.width(), side), min(wish.height(), room.height() - TITLE_BAR_PX))
        return QRect(room.topLeft() + QPoint((number - 1) * side, TITLE_BAR_PX), size)
    step = STEP_PX * (of - 1)
    size = QSize(min(wish.width(), room.width() - step), min(wish.height(), room.height() - TITLE_BAR_PX - step))
    free = QPoint(room.width() - size.width(), room.height() - TITLE_BAR_PX - size.height()) * (number - 1) / (of - 1)
    return QRect(room.topLeft() + QPoint(0, TITLE_BAR_PX) + free, size)


def run_window(
    parts: Parts,
    *,
    place: tuple[int, int] | None = None,
    started: Callable[[Application], None] | None = None,
) -> int:
    """Blocks until the window is closed; returns the exit code. ``started`` is for benchmarks: the window shows."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        QApplication.setApplicationName("Counterfoil")
        QApplication.setStyle("Fusion")
        app = QApplication(sys.argv[:1])
    application = Application(parts, app)
    before = sys.excepthook

    def hook(kind: type[BaseException], mistake: BaseException, _trace: object) -> None:
        if issubclass(kind, KeyboardInterrupt):
            app.quit()
            return
        application.crashed(mistake)

    def leave(*_: object) -> None:
        """SIGTERM ends the window as closing it does: the store is closed, other processes are told to end."""
        app.exit(TERMINATED)

    sys.excepthook = hook
    own_thread = threading.current_thread() is threading.main_thread()
    terminate = signal.signal(signal.SIGTERM, leave) if own_thread else None
    try:
        application.start(place)
        if started is not None:
            started(application)
        return app.exec()
    finally:
        sys.excepthook = before
        application.close()
        if terminate is not None:
            signal.signal(signal.SIGTERM, terminate)


__all__ = ["Application", "Lane", "Parts", "run_window"]
