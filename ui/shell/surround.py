"""What frames the screen that shows, and what it says: rail, status line, notices, title, function keys."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QWidget

from ui.presenters import status
from ui.shell.frame import ScreenHead, WindowPage
from ui.shell.navigation import SCREENS
from ui.widgets.basic import Label
from ui.widgets.chrome import BusyLine, FKeyBar, NoticeBar, Rail, StandingBar, StatusLine

if TYPE_CHECKING:
    from ui.shell.window import MainWindow


class Surround:
    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.rail = Rail(window.theme.tokens().size["rail"])
        self.rail.chosen.connect(window.show_screen)
        self.rail.version.setText(window.parts.version)
        self.status = StatusLine()
        self.standing = StandingBar()
        self.notice = NoticeBar()
        self._fkeys = FKeyBar()
        self._head, self._title, self._busy = ScreenHead(), Label(role="title"), BusyLine()
        self._head.hold(self._title, self._busy)

    def around(self, screen: QWidget) -> WindowPage:
        return WindowPage(self.rail, (self.status, self.standing, self.notice, self._head), screen, self._fkeys)

    def show_screen(self) -> None:
        """Another one shows, or somebody signed in or out."""
        window, t = self._window, self._window.t
        inside = window.signed_in and not window.locked
        self.rail.setVisible(inside)
        self._head.setVisible(inside)
        here = window.current
        window.line_watch.signed(window.actor if window.signed_in else None, inside=inside)
        if inside:
            entries = [
                (name, t(place.rail), place.key)
                for name, place in SCREENS.items()
                if place.rail and window.may_open(name)
            ]
            self.rail.show_entries(entries, here.name if here is not None else "")
        self._say_title()
        window.paper.make_room()
        self.say_busy()

    def say_keys(self) -> None:
        self._fkeys.show_keys(self._window.keys.own(), self._window.keys.of_the_shell())
        self._say_title()

    def _say_title(self) -> None:
        here = self._window.current
        if here is not None:
            self._title.setText(here.title())

    def say_busy(self, words: str = "") -> None:
        here = self._window.current
        self._busy.show_words(words if here is not None and here.busy else "")

    def say_status(self) -> None:
        window = self._window
        actor = window.actor if window.signed_in else None
        self.status.show_items(
            status.left_items(window.profile, actor, window.shift, window.t),
            status.right_items(
                window.profile,
                window.issue,
                window.printing.main,
                window.t,
                asked=window.issue_asked,
                to_settle=window.printing.to_settle,
                enrolled=window.line_watch.enrolled,
                payments=window.payments.count if window.signed_in else 0,
                terminal=window.payments.terminal,
                printers=window.printing.statuses,
            ),
        )

    def say_time(self) -> None:
        profile = self._window.profile
        self.status.clock.setText(f"{self._window.now().astimezone(ZoneInfo(profile.zone)):%H:%M}" if profile else "")
