"""The main window: chrome around one screen at a time, sign-in, lock, keys, and what polls in the background."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from counter_app.application.desk import Desk
from counter_app.application.views import ShiftView, SyncStatus
from counter_app.domain.papers import Paper
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Cancelled, Reason, Refusal
from counter_app.ports.catalogue import IssueInfo
from counter_app.ports.prints import PrinterStatus
from counter_app.ports.profile import ProfileInfo
from counter_app.texts import Texts
from ui.lanes import off_gui
from ui.presenters import customer
from ui.presenters.lane import Lane, Lanes, Trouble
from ui.presenters.refusals import Notice, explain
from ui.presenters.shift import of_another
from ui.shell import dialogs
from ui.shell.around import around_the_till
from ui.shell.closing import Closing
from ui.shell.line import LineWatch
from ui.shell.navigation import SCREENS, load, may_open
from ui.shell.paper_side import PaperSide
from ui.shell.parts import Parts
from ui.shell.payments_watch import PaymentsWatch
from ui.shell.print_watch import PrintWatch
from ui.shell.qt_words import QtWords
from ui.shell.screen import Screen
from ui.shell.sight import Sight
from ui.shell.surround import Surround
from ui.shell.waiting import WaitingWatch
from ui.shell.window_keys import KEY_NAMES, WindowKeys
from ui.theme import Theme

T = TypeVar("T")
# With what to print, the line, the printers, and those of them that a sale needs.
_Opened = tuple[Desk, tuple[UUID, ...], SyncStatus, tuple[str, ...], tuple[str, ...]]
_log = logging.getLogger(__name__)
POLL_MS = 5000
TICK_MS = 1000
IDLE_MS = 400


class MainWindow(QMainWindow):
    """Implements :class:`ui.shell.screen.Shell`. ``desk_opened`` once the store is open, else ``desk_failed``."""

    desk_opened = Signal()
    desk_failed = Signal(object)
    signed = Signal()  # in or out
    words_changed = Signal()
    printed = Signal(object)  # PrintJobView of each finished job
    printer_changed = Signal(str, object)  # its name, PrinterStatus, as polled
    payments_changed = Signal()  # what is not settled is another

    def __init__(self, parts: Parts, lanes: Lanes, theme: Theme) -> None:
        super().__init__()
        self.parts = parts
        self._lanes = lanes
        self._theme = theme
        self._desk: Desk | None = None
        self._leaving = Closing(self)
        self._closed = False
        self._actor: Actor | None = None
        self._shift: ShiftView | None = None
        self._issue: IssueInfo | None = None
        self.issue_asked = False
        self._locked = False
        self._said: Callable[[], Notice] | None = None
        self._behind: Screen | None = None
        self._focus_behind: QWidget | None = None
        self._screens: dict[str, Screen] = {}
        self._trail: list[str] = []
        self._touched_ms = parts.clock.monotonic_ms()
        self._qt_words = QtWords(parts.resources / "i18n")
        self._qt_words.use(parts.texts.language)
        self.printing = PrintWatch(self)
        self.printing.changed.connect(self._say_status)
        self.printing.said.connect(self._printer_said)
        self.printing.finished.connect(self._job_finished)
        self.printing.idle.connect(self._printers_idle)
        self.keys = WindowKeys(self)
        self._build()
        self.customer, self.scans = around_the_till(self)
        self.keys.begin()
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr] # an application there is
        self.retranslate()

    # ---- what screens see
    @property
    def desk(self) -> Desk:
        assert self._desk is not None, "the store is not open yet"
        return self._desk

    @property
    def desk_is_open(self) -> bool:
        return self._desk is not None

    @property
    def profile(self) -> ProfileInfo | None:
        return self._desk.profile if self._desk is not None else None

    @property
    def lanes(self) -> Lanes:
        return self._lanes

    @property
    def t(self) -> Texts:
        return self.parts.texts

    @property
    def theme(self) -> Theme:
        return self._theme

    @property
    def actor(self) -> Actor:
        assert self._actor is not None, "nobody is signed in"
        return self._actor

    @property
    def signed_in(self) -> bool:
        return self._actor is not None

    @property
    def locked(self) -> bool:
        return self._locked

    @property
    def shift(self) -> ShiftView | None:
        return self._shift

    @property
    def printer(self) -> PrinterStatus | None:
        """The main one's: tickets'."""
        return self.printing.main

    def printer_lane(self, name: str) -> Lane:
        return self.printing.lane_of(name)

    @property
    def notice_code(self) -> str:
        """Of the notice that shows, "" for none."""
        return self._notice.code

    @property
    def issue(self) -> IssueInfo | None:
        return self._issue

    @property
    def current(self) -> Screen | None:
        widget = self._stack.currentWidget()
        return widget if isinstance(widget, Screen) else None

    @property
    def line(self) -> SyncStatus | None:
        return self.line_watch.status

    def try_line(self) -> None:
        self.line_watch.try_now()

    def now(self) -> datetime:
        return self.parts.clock.now()

    def local_now(self) -> datetime:
        """In the station's zone."""
        profile = self.profile
        return self.now().astimezone(ZoneInfo(profile.zone) if profile is not None else None)

    def touched(self) -> None:
        """The clerk did something: the lock waits anew."""
        self._touched_ms = self.parts.clock.monotonic_ms()

    def go_if_allowed(self, name: str, **kwargs: object) -> None:
        if self.may_open(name):
            self.show_screen(name, **kwargs)

    def notify(self, notice: Notice | Callable[[], Notice]) -> None:
        self._said = notice if callable(notice) else None
        self._notice.show_notice(notice() if callable(notice) else notice)

    def clear_notice(self) -> None:
        self._notice.clear()

    def refuse(self, trouble: Trouble) -> None:
        if isinstance(trouble, Refusal):
            _log.info("refused: %s", trouble.reason.value)
        elif not isinstance(trouble, Cancelled):
            _log.warning("trouble: %s", trouble)
        self.notify(lambda: explain(trouble, self.t))

    def ask(self, title: str, text: str, yes: str, no: str, *, danger: bool = False) -> bool:
        return dialogs.ask(self, title, text, yes, no, danger=danger)

    def print_jobs(self, jobs: Sequence[UUID]) -> None:
        self.printing.enqueue(jobs)
        self.line_watch.hurry()  # what has a paper stands in the journal: it goes to central with the next turn

    def draw_paper(self, paper: Paper, done: Callable[[bytes], None]) -> None:
        draw = self.parts.draw_paper
        if draw is not None:
            self._lanes.run(Lane.READ, lambda: draw(paper), done=done, failed=self.refuse)

    def show_roll(self) -> None:
        """The virtual printer's paper beside the window; nothing with a real printer."""
        self.paper.show()

    def refresh_roll(self) -> None:
        """A paper came out that is no print job, say."""
        self.paper.refresh()

    def toggle_roll(self) -> None:
        self.paper.toggle()

    @property
    def roll_shown(self) -> bool:
        return self.paper.shown

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self.paper.make_room()

    def poll_now(self) -> None:
        """After something that changes the printer's or its jobs' state."""
        self.printing.ask()

    def payment_ended(self, jobs: Sequence[UUID]) -> None:
        if jobs:
            self.print_jobs(jobs)
        self.payments.look()

    def refresh_shift(self) -> None:
        self._lanes.run(Lane.READ, self.desk.current_shift, done=self.have_shift, failed=self.refuse)

    def refresh_timetable(self) -> None:
        self._lanes.run(Lane.READ, self.desk.timetable, done=self._have_issue, failed=self.refuse)

    # ---- screens
    def show_screen(self, name: str, **kwargs: object) -> None:
        assert name in SCREENS, name
        here = self.current
        if here is not None and here.name != name and not here.may_leave():
            self._rail.mark(here.name)
            return
        if self._actor is not None and not self.may_open(name):
            name, kwargs = "home", {}
        screen = self._screens.get(name) or self._make(name)
        if here is not None:
            here.on_leave()
            if here.name not in {"login", "lock", name}:
                self._trail = [*self._trail[-9:], here.name]
        self.clear_notice()
        self._stack.setCurrentWidget(screen)
        self._chrome()
        screen.on_enter(**kwargs)
        self._say_keys()

    def back(self) -> None:
        here = self.current
        while self._trail:
            name = self._trail.pop()
            if here is None or name != here.name:
                self.show_screen(name)
                if self._trail and here is not None and self._trail[-1] == here.name:
                    self._trail.pop()  # going back leaves no trace of where one came from
                return
        self.show_screen("home")

    def _prepare(self) -> None:
        """One screen of the usual sale at a time, while the clerk does nothing: her first sale finds them built."""
        actor = self._actor
        wanted = [name for name in ("sell", "checkout") if name not in self._screens]
        if actor is None or not wanted or not may_open(actor, wanted[0]):
            self._idle.stop()
        elif self.parts.clock.monotonic_ms() - self._touched_ms >= IDLE_MS:
            self._make(wanted[0])

    def _make(self, name: str) -> Screen:
        screen = load(name)(self)
        assert screen.name == name
        screen.retranslate()
        screen.fkeys_changed.connect(self._say_keys)
        screen.busy_changed.connect(self._surround.say_busy)
        self._screens[name] = screen
        self._stack.addWidget(screen)
        return screen

    # ---- opening, signing in, locking
    def open_store(self) -> None:
        """On the DATABASE lane, while the login screen already shows; then recovery."""

        def work() -> _Opened:
            desk = self.parts.open_desk()
            jobs = desk.recover().jobs_to_print
            names = tuple(one.name for one in desk.printers())
            return desk, jobs, desk.sync_status(), names, desk.sale_printers()

        self._lanes.run(Lane.DATABASE, work, done=self._opened, failed=self._not_opened)

    def _opened(self, opened: _Opened) -> None:
        desk, jobs, line, printers, needed = opened
        self._desk = off_gui(desk)
        self.printing.begin(self._desk, self._lanes, printers, jobs, needed=needed)
        self.refresh_timetable()
        self._poll.start()
        self._payments.begin()
        self.line_watch.begin(self._desk, self._lanes, line)
        self.customer.begin(self.profile)
        self.scans.start()
        self._say_status()
        self.desk_opened.emit()

    def _not_opened(self, trouble: Trouble) -> None:
        self.refuse(trouble)
        self.desk_failed.emit(trouble)

    def sign_in(self, actor: Actor) -> None:
        self._actor = actor
        self._touched_ms = self.parts.clock.monotonic_ms()
        self.parts.settings.values.last_login = actor.login
        self.parts.settings.save()
        self._trail = []

        def go(shift: ShiftView | None) -> None:
            self.have_shift(shift)
            self.signed.emit()
            self._idle.start()
            running = shift is not None and shift.state != "closed"
            if actor.may(Right.OWN_SHIFT) and not running:
                self.show_screen("open_shift")
            elif actor.may(Right.SELL) and shift is not None and shift.state == "open" and shift.login == actor.login:
                self.show_screen("sell")
            else:
                self.show_screen("home")
                if shift is not None and of_another(actor, shift):
                    others = Refusal(Reason.SHIFT_OF_ANOTHER, login=shift.login)
                    self.notify(lambda: replace(explain(others, self.t), what_was_done=""))

        self._lanes.run(Lane.READ, self.desk.current_shift, done=go, failed=self.refuse)

    def sign_out(self) -> None:
        here = self._behind if self._locked else self.current
        if here is not None and (here.under_way() if self._locked else not here.may_leave()):
            return
        self._locked = False
        if here is not None:
            here.on_leave()
        for screen in self._screens.values():
            screen.on_sign_out()
        self._actor = None
        for name, screen in list(self._screens.items()):  # nothing of one clerk is left for the next
            self._stack.removeWidget(screen)
            screen.deleteLater()
            del self._screens[name]
        self.signed.emit()
        self.show_screen("login")

    def lock(self) -> None:
        """The screen behind keeps its state: it is covered, not left."""
        if self._actor is None or self._locked:
            return
        self._locked = True
        self._behind, self._focus_behind = self.current, self.focusWidget()
        lock = self._screens.get("lock") or self._make("lock")
        self._notice.clear()
        self._stack.setCurrentWidget(lock)
        self._chrome()
        lock.on_enter()
        self._say_keys()

    def unlock(self) -> None:
        assert self._locked
        self._locked = False
        self._touched_ms = self.parts.clock.monotonic_ms()
        self.clear_notice()
        if self._behind is not None:
            self._stack.setCurrentWidget(self._behind)
            if self._focus_behind is not None and self._behind.isAncestorOf(self._focus_behind):
                self._focus_behind.setFocus()
        self._chrome()
        self._say_keys()

    # ---- language, theme, scale
    def switch_language(self) -> None:
        self.use_language("en" if self.t.language == "zh" else "zh")

    def use_language(self, language: str) -> None:
        self.t.use(language)
        self._qt_words.use(language)
        self.parts.settings.values.language = language
        self.parts.settings.save()
        self.retranslate()
        if self._said is not None and not self._notice.isHidden():
            self._notice.show_notice(self._said())
        for screen in self._screens.values():
            screen.retranslate()
        self.words_changed.emit()
        self._say_keys()

    def switch_theme(self) -> None:
        self.use_theme(self._theme.next())

    def use_theme(self, name: str) -> None:
        self._theme.use(name)
        self.parts.settings.values.theme = name
        self.parts.settings.save()

    def step_scale(self, steps: int) -> None:
        percent = self._theme.step_scale(steps)
        self._theme.use(scale_percent=percent)
        self.parts.settings.values.scale_percent = percent
        self.parts.settings.save()
        self._rail.setFixedWidth(self._theme.tokens().size["rail"])
        self.line_watch.retranslate()

    def retranslate(self) -> None:
        profile = self.profile
        name = self.t("Counterfoil")
        at = self.t("Window {number}", number=f"{profile.counter:02d}") if profile else ""
        self.setWindowTitle(f"{profile.station_name} · {at} · {name}" if profile else name)
        self._rail.brand.setText(name)
        self.paper.retranslate()
        self._chrome()
        self._say_status()
        self.line_watch.retranslate()

    # ---- inside
    def _build(self) -> None:
        self._sight = Sight()
        self._stack = self._sight.pages
        self._surround = Surround(self)
        self._rail, self._status = self._surround.rail, self._surround.status
        self._standing, self._notice = self._surround.standing, self._surround.notice
        self.line_watch = LineWatch(self.t, self._status, self._standing, self.now, self)
        self.line_watch.new_timetable.connect(self.refresh_timetable)
        self.waiting_watch = WaitingWatch(self)
        self._payments = PaymentsWatch(self)
        self._payments.changed.connect(self._payments_changed)
        self.payments = self._payments.keeper
        self._status.chip.pressed.connect(self.keys.going("sync"))
        self._standing.pressed.connect(self.keys.going("sync"))
        page = self._surround.around(self._sight)
        self.paper = PaperSide(self, page.beside)
        self.setCentralWidget(page)
        self.setMinimumSize(960, 600)
        self.resize(1280, 800)
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self.printing.ask)
        self._idle = QTimer(self, interval=IDLE_MS)
        self._idle.timeout.connect(self._prepare)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._second)
        self._tick.start()

    def _tell_customer(self) -> None:
        here = self.current
        if self._actor is None or self._locked or self._shift is None or self._shift.state != "open":
            self.customer.show(customer.CLOSED)
        else:
            self.customer.show((here.customer_view() if here is not None else None) or customer.IDLE)

    def help(self) -> None:
        """Of the screen that shows; from there back again."""
        here = self.current
        if here is not None and here.name == "help":
            self.back()
        else:
            self.show_screen("help", topic=here.name if here is not None else "home")

    def focus_menu(self) -> None:
        self._rail.focus_current()

    def may_open(self, name: str) -> bool:
        return self._actor is not None and may_open(self._actor, name, enrolled=self.line_watch.enrolled)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        name = KEY_NAMES.get(event.key())
        if name is None:
            super().keyPressEvent(event)
            return
        if not self.keys.press(name) and name == "Esc":
            self.clear_notice()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() in {QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel}:
            self._touched_ms = self.parts.clock.monotonic_ms()
        return super().eventFilter(watched, event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        if not self._leaving.may(self._behind if self._locked else self.current):
            event.ignore()
            return
        if self._closed:  # asked again, as a widget is that is closed and then deleted
            event.accept()
            return
        self._closed = True
        self._poll.stop()
        self._tick.stop()
        self._payments.end()
        self.line_watch.end()
        self.waiting_watch.end()
        self.customer.end()
        self._qt_words.end()
        self._sight.end()
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr] # an application there is
        event.accept()

    def _chrome(self) -> None:
        self._surround.show_screen()

    def _say_keys(self) -> None:
        self._tell_customer()
        self._surround.say_keys()

    def _say_status(self) -> None:
        self._surround.say_status()
        self._second()

    def _second(self) -> None:
        self.line_watch.second()
        self._surround.say_time()
        minutes = self.parts.settings.values.auto_lock_min
        idle_ms = self.parts.clock.monotonic_ms() - self._touched_ms
        if minutes and self._actor is not None and not self._locked and idle_ms >= minutes * 60_000:
            self.lock()

    def have_shift(self, shift: ShiftView | None) -> None:
        """A screen that changed the shift hands it over: no second read."""
        self._shift = shift
        self._say_status()
        self._tell_customer()

    def _have_issue(self, issue: IssueInfo | None) -> None:
        self._issue = issue
        self.issue_asked = True
        self.retranslate()

    def _payments_changed(self) -> None:
        self._say_status()
        self.payments_changed.emit()

    def _printer_said(self, name: str, answer: object) -> None:
        self._say_keys()
        self.printer_changed.emit(name, answer)

    def _job_finished(self, job: object) -> None:
        self.printed.emit(job)
        self.refresh_roll()

    def _printers_idle(self) -> None:
        if self._leaving.waits:
            self.close()
