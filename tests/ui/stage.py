"""A real window around the fake desk, driven as a clerk would: the stage of the window tests and of its pictures."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop
from PySide6.QtWidgets import QApplication

from counter_app.application.desk import Desk
from counter_app.texts import Texts
from tests.ui.fake_desk import NOTES, FakeDesk
from ui.app import Application
from ui.presenters.lane import Lane
from ui.settings import SettingsFile
from ui.shell.parts import DemoAccount, Parts, Peripherals
from ui.shell.screen import Screen
from ui.shell.workshop import Workshop

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
PASSWORD = "demo-demo"
ACCOUNTS = (
    DemoAccount(login="wang", password=PASSWORD, role="clerk"),
    DemoAccount(login="li", password=PASSWORD, role="supervisor"),
    DemoAccount(login="admin", password=PASSWORD, role="administrator"),
    DemoAccount(login="audit", password=PASSWORD, role="auditor"),
)
FLOAT = {10000: 2, 5000: 2, 2000: 5, 1000: 6, 500: 4, 100: 20}


def make_parts(
    desk: FakeDesk,
    folder: Path,
    *,
    language: str = "en",
    keep: bool = False,
    around: Peripherals | None = None,
    workshop: Workshop | None = None,
) -> Parts:
    """``keep``: settings go to a file in ``folder``."""
    settings = SettingsFile(folder / "window.json" if keep else None)
    settings.values.language = language

    def open_desk() -> Desk:
        return desk

    return Parts(
        open_desk=open_desk,
        texts=Texts(RESOURCES / "i18n", language),
        clock=desk.clock,
        resources=RESOURCES,
        settings=settings,
        report_folder=folder / "reports",
        demo_accounts=ACCOUNTS,
        peripherals=around or Peripherals(),
        workshop=workshop,
        version="0.1.0",
    )


class Stage:
    """``app.window`` is the real main window on real lanes; waits are for conditions, never for time."""

    def __init__(
        self,
        folder: Path,
        *,
        desk: FakeDesk | None = None,
        language: str = "en",
        keep: bool = False,
        around: Peripherals | None = None,
        workshop: Workshop | None = None,
    ) -> None:
        self.desk = desk or FakeDesk()
        qt = QApplication.instance()
        assert isinstance(qt, QApplication)
        parts = make_parts(self.desk, folder, language=language, keep=keep, around=around, workshop=workshop)
        self.application = Application(parts, qt)
        self.window = self.application.window
        self.application.start()
        self.until(lambda: self.window.desk_is_open)
        self.settle()

    def until(self, condition: Callable[[], bool], *, seconds_max: float = 10.0) -> None:
        """Lets events run until ``condition``; a deadline only so that a failure ends."""
        end = time.monotonic() + seconds_max
        while not condition():
            assert time.monotonic() < end, "the window did not get there"
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
            time.sleep(0.001)

    def settle(self) -> None:
        """Until no lane has work left and its answers have arrived."""
        lanes = self.application.lanes
        for _round in range(2):
            self.until(lambda: not any(lanes.pending(lane) for lane in Lane))
            QApplication.processEvents()

    def sign_in(self, login: str = "wang") -> Screen:
        actor = self.desk.log_in(login, PASSWORD)
        self.window.sign_in(actor)
        self.settle()
        return self.screen

    def open_shift(self, login: str = "wang") -> None:
        assert all(value in NOTES for value in FLOAT)
        self.desk.open_shift(self.desk.people[login], FLOAT)

    @property
    def screen(self) -> Screen:
        here = self.window.current
        assert here is not None
        return here

    def show(self, name: str, **kwargs: object) -> Screen:
        self.window.show_screen(name, **kwargs)
        self.settle()
        return self.screen

    def close(self) -> None:
        self.settle()
        self.window.close()
        self.application.close()
        self.window.deleteLater()
        # No event loop ran here, so nothing would be deleted: windows would pile up and slow every later test.
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QApplication.processEvents()
