"""Drives a real window through a whole shift, as a clerk would with keys, and takes its picture on the way.

Each picture is taken in every language and theme before the story goes on: what is compared is the same moment.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from counter_app.application.desk import Desk
from counter_app.ports.catalogue import Progress
from counter_app.ports.shifts import CashKind
from counter_app.texts import LANGUAGES
from ui.app import Application
from ui.gallery_check import take_check
from ui.gallery_customer import customer_shots, long_way
from ui.gallery_devices import StagedPaper, staged_workshop, take_devices
from ui.gallery_line import StagedLine, as_desk, take_line, take_stopped, to_guangzhou
from ui.gallery_payments import StagedPayments, take_payments
from ui.lanes import QtLanes
from ui.presenters.lane import Lane, Trouble
from ui.screens.journal import JournalScreen
from ui.screens.open_shift import OpenShiftScreen
from ui.screens.sell import SellScreen
from ui.screens.shift import ShiftScreen
from ui.screens.timetable import TimetableScreen
from ui.screens.users import UsersScreen
from ui.shell.parts import DemoAccount, Parts
from ui.shell.screen import Screen
from ui.tokens import THEMES

T = TypeVar("T")
S = TypeVar("S", bound=Screen)
_log = logging.getLogger(__name__)
SIZE: Final = (1280, 800)
WAIT_S_MAX: Final = 60.0
KEY = Qt.Key


class Gallery:
    """``only``: names that contain it; the story runs whole all the same, since one moment follows from another."""

    def __init__(
        self,
        parts: Parts,
        out_dir: Path,
        accounts: Sequence[DemoAccount],
        *,
        only: str = "",
        themes: Sequence[str] = THEMES,
        size: tuple[int, int] = SIZE,
    ) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.made: list[Path] = []
        self.mistakes: list[BaseException] = []
        self._only = only
        self._out = out_dir
        self._themes = themes
        self._accounts = {account.role: account for account in accounts}
        self._staged: list[StagedLine] = []
        self._paying: list[StagedPayments] = []
        self._papers: list[StagedPaper] = []
        self._waiting: set[Lane] = set()

        def open_desk() -> Desk:
            self._papers.append(StagedPaper(parts.open_desk(), parts.clock))
            self._paying.append(StagedPayments(self._papers[-1], parts.clock))
            self._staged.append(StagedLine(as_desk(self._paying[-1]), parts.clock))
            return as_desk(self._staged[-1])

        staged = replace(parts, open_desk=open_desk, workshop=staged_workshop(parts.workshop))
        self._application = Application(staged, app)
        self._application.lanes.crashed = self.mistakes.append
        self.window = self._application.window
        self._size = size

    # ---- tools
    @property
    def lanes(self) -> QtLanes:
        return self._application.lanes

    def settle(self) -> None:
        """Until nothing is under way; a deadline, so that a mistake ends."""
        end = time.monotonic() + WAIT_S_MAX
        quiet = 0
        while quiet < 3:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            busy = any(self.lanes.pending(lane) for lane in Lane if lane not in self._waiting)
            quiet = 0 if busy else quiet + 1
            if time.monotonic() > end:
                raise TimeoutError("the window did not come to rest")
            time.sleep(0.002)

    def until(self, condition: Callable[[], bool]) -> None:
        """As ``settle``, for what no lane's end tells."""
        end = time.monotonic() + WAIT_S_MAX
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError("the window did not get there")
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            time.sleep(0.002)

    @contextmanager
    def waiting_at(self, lane: Lane) -> Iterator[None]:
        """Meanwhile that lane is not waited for: somebody stands at a terminal."""
        self._waiting.add(lane)
        try:
            yield
        finally:
            self._waiting.discard(lane)

    def shot(self, name: str) -> None:
        """One picture per language and theme: ``<name>.<zh|en>.<theme>.png``."""
        if not self.wants(name):
            return
        before = self.window.t.language
        for theme in self._themes:
            self.window.use_theme(theme)
            for language in LANGUAGES:
                self.window.use_language(language)
                self.settle()
                self.keep(self.window.grab(), f"{name}.{language}.{theme}.png")
        self.window.use_theme(self._themes[0])
        self.window.use_language(before)
        self.settle()

    @property
    def themes(self) -> Sequence[str]:
        return self._themes

    def wants(self, name: str) -> bool:
        return self._only in name

    def keep(self, picture: QPixmap, name: str) -> None:
        path = self._out / name
        if not picture.save(str(path)):
            raise OSError(f"cannot write {path}")
        self.made.append(path)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        self.settle()

    def type_in(self, text: str) -> None:
        """Plain keys; Chinese comes in as an input method commits it."""
        target = QApplication.focusWidget()
        if target is None:
            raise LookupError("nothing has the keyboard")
        if text.isascii():
            QTest.keyClicks(target, text)
        else:
            insert: Callable[[str], None] = getattr(target, "insert")  # noqa: B009 - a line edit of any kind
            insert(text)
        self.settle()

    def show(self, kind: type[S], name: str, **kwargs: object) -> S:
        self.window.show_screen(name, **kwargs)
        self.settle()
        screen = self.window.current
        assert isinstance(screen, kind), f"{name} did not show"
        return screen

    def on_lane(self, work: Callable[[Desk], T]) -> T:
        """What no picture needs is done straight at the desk, on its lane."""
        answers: list[T] = []
        troubles: list[Trouble] = []
        desk = self.window.desk
        self.lanes.run(Lane.DATABASE, lambda: work(desk), done=answers.append, failed=troubles.append)
        self.settle()
        if troubles:
            raise troubles[0]
        return answers[0]

    def sign_in(self, role: str) -> None:
        account = self._accounts[role]
        self.window.sign_in(self.on_lane(lambda desk: desk.log_in(account.login, account.password)))
        self.settle()

    def _start(self) -> None:
        self._application.start()
        self.window.showNormal()  # a small screen has it maximised
        self.window.resize(*self._size)  # a wide screen would open it wider

    # ---- the story
    def run(self) -> None:
        self._start()
        self.settle()
        chapters = (
            self._arrive,
            self._sell,
            self._customer,
            self._payments,
            self._after,
            self._check,
            self._line,
            self._stopped,
            self._shift,
            self._administration,
        )
        try:
            for chapter in chapters:
                chapter()
        finally:
            self.close()
        if self.mistakes:
            raise self.mistakes[0]

    def close(self) -> None:
        self.window.close()
        self._application.close()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def sale_only(self, started: Callable[[bool], None]) -> dict[str, float]:
        """For benchmarks: a whole sale by keys, once to warm up and once more; ``started(True)`` before the second."""
        self._start()
        self.settle()
        self._arrive()
        for counted in (False, True):
            started(counted)
            self._sell()
        return {"sales": 2}

    def search_only(self) -> dict[str, float]:
        """For benchmarks: signed in, one search by keys."""
        self._start()
        self.settle()
        self.sign_in("clerk")
        if isinstance(self.window.current, OpenShiftScreen):
            self.press(KEY.Key_F2)
            self.press(KEY.Key_F5)
        self.show(Screen, "sell")
        self.type_in("gzn +1")
        return {"searches": 1}

    def _arrive(self) -> None:
        self.shot("login")
        self.type_in(self._accounts["clerk"].login)
        self.press(KEY.Key_Return)
        self.type_in("not the password")
        self.press(KEY.Key_Return)
        self.shot("login-refused")
        self.sign_in("clerk")
        self.shot("open-shift")
        screen = self.window.current
        assert isinstance(screen, OpenShiftScreen)
        self.press(KEY.Key_F2)
        self.shot("open-shift-filled")
        self.press(KEY.Key_F5)
        self.show(Screen, "home")
        self.shot("home-empty")
        self.show(Screen, "orders")
        self.shot("orders-empty")
        self.show(Screen, "parked")
        self.shot("parked-empty")
        self.show(Screen, "refund")
        self.shot("refund-empty")

    def _sell(self) -> None:
        self.show(Screen, "sell")
        self.shot("sell-empty")
        self.type_in("gzn +1 2 2a1c")
        self.shot("sell-results")
        self.press(KEY.Key_Return)
        if self.in_results():
            self.press(KEY.Key_Return)
        self.shot("sell-places")
        self._passengers(("张伟", "430102199003078516"), ("欧阳文静", "440301198811120040"), ("张小米", ""))
        self.shot("sell-passengers")
        self.press(KEY.Key_F7)
        self.show(Screen, "parked")
        self.shot("parked")
        self.press(KEY.Key_Return)
        self.shot("sell-recalled")
        self.press(KEY.Key_F9)
        self.shot("checkout")
        self.type_in("2000")
        self.shot("checkout-received")
        self.press(KEY.Key_F9)
        self.shot("checkout-done")
        self.press(KEY.Key_Return)

    def _customer(self) -> None:
        """What the other side of the counter saw."""
        self.made += customer_shots(
            self.window,
            long_way(self.on_lane(to_guangzhou)),
            self._out,
            themes=self._themes,
            wanted=lambda name: self._only in name,
            settle=self.settle,
        )

    def _payments(self) -> None:
        take_payments(self, self._paying[0])

    def _check(self) -> None:
        take_check(self)

    def to_checkout(self) -> None:
        """A sale for two as far as the money."""
        self.show(Screen, "sell")
        self.type_in("gzn +1 2 2a")
        self.press(KEY.Key_Return)
        if self.in_results():
            self.press(KEY.Key_Return)
        self._passengers(("李娜", "430104198805124324"), ("王伟", "440106199112190053"))
        self.press(KEY.Key_F9)

    def in_results(self) -> bool:
        """The first Enter moves into the list, the next chooses."""
        screen = self.window.current
        return screen is not None and not getattr(screen, "in_party", True)

    def _passengers(self, *people: tuple[str, str]) -> None:
        screen = self.window.current
        assert isinstance(screen, SellScreen)
        form = screen.presenter.form
        assert form is not None
        for number, (name, document) in enumerate(people):
            line = screen.party.lines[number]
            line.name.setFocus()
            self.type_in(name)
            if document and form.needs(number)[1]:
                line.document.setFocus()
                self.type_in(document)

    def _after(self) -> None:
        self.show(Screen, "home")
        self.shot("home")
        self.show(Screen, "orders")
        self.shot("orders")
        tickets = self.on_lane(lambda desk: desk.find_tickets("", limit=1))
        if tickets:
            self.show(Screen, "refund", text=tickets[0].number)
            self.shot("refund-quote")
            self.press(KEY.Key_F9)
            self.shot("refund-done")
        self.show(Screen, "devices")
        self.shot("devices")
        if self.window.parts.sheets is not None:
            self.window.show_roll()
            self.settle()
            self.shot("paper-roll")
        self.show(Screen, "help", topic="sell")
        self.shot("help")
        self.window.lock()
        self.settle()
        self.shot("locked")
        self.window.unlock()

    # ---- an enrolled counter
    def enrol(self, role: str, **painted: object) -> StagedLine:
        """Signs ``role`` in at a counter whose line is as ``painted``; every screen is made anew."""
        staged = self._staged[0]
        self.window.sign_out()
        staged.scene = replace(staged.scene, **painted)  # type: ignore[arg-type] # fields of the scene
        self.window.line_watch.begin(self.window.desk, self.lanes, staged.sync_status())
        self.settle()
        self.sign_in(role)
        return staged

    def turn(self, **painted: object) -> None:
        staged = self._staged[0]
        staged.scene = replace(staged.scene, **painted)  # type: ignore[arg-type] # fields of the scene
        self.window.line_watch.second()
        self.settle()

    def _line(self) -> None:
        take_line(self, self._staged[0])

    def _stopped(self) -> None:
        take_stopped(self)

    def _shift(self) -> None:
        screen = self.show(ShiftScreen, "shift")
        self.shot("shift")
        self.press(KEY.Key_F2)
        screen.begin_move(CashKind.PAID_OUT)
        self.type_in("50")
        self.press(KEY.Key_Return)
        self.shot("shift-paid-out")
        self.press(KEY.Key_Escape)
        self.press(KEY.Key_F5)
        self.shot("shift-x-report")
        self.press(KEY.Key_Escape)
        self.press(KEY.Key_F6)
        self.type_in("12")
        self.press(KEY.Key_Return)
        self.type_in("3")
        self.shot("shift-count")
        actor = self.window.actor
        pieces = screen.counted()
        self.on_lane(lambda desk: desk.declare_shift(actor, pieces))
        screen = self.show(ShiftScreen, "shift")
        self.press(KEY.Key_F7)
        self.type_in("One note too many was given as change" if self.window.t.language == "en" else "找零多付一张")
        self.shot("shift-close")
        second = self._accounts["supervisor"]
        screen.fill_close(second.login, second.password)
        self.press(KEY.Key_F5)
        self.shot("shift-z-report")
        self.window.sign_out()
        self.settle()

    def _administration(self) -> None:
        self.sign_in("administrator")
        self.shot("home-administrator")
        self.show(JournalScreen, "journal")
        self.shot("journal")
        timetable = self.show(TimetableScreen, "timetable")
        self.shot("timetable")
        timetable.show_progress(Path("national-2026-12.zip"), Progress(stage="stop_times.txt", done=62, total=100))
        self.shot("timetable-importing")
        timetable.begin(Path(__file__))  # not a feed: what a clerk reads when a file is refused
        self.settle()
        self.shot("timetable-refused")
        self.show(UsersScreen, "users")
        self.shot("accounts")
        take_devices(self, self._papers[0])
