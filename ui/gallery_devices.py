"""Scenery for pictures of paper: a real desk whose printers are only painted, and a search that finds what is painted.

As in ``gallery_line``; nothing outside the gallery uses it. No network and no port is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QDialog

from counter_app.application.print_views import PrinterView, RollView
from counter_app.application.views import PrintJobView
from counter_app.domain.staff import Actor
from counter_app.ports.clock import Clock
from counter_app.ports.printer_events import EventKind, PrinterEvent
from counter_app.ports.prints import (
    Delivery,
    DeliveryOutcome,
    JobState,
    PaperState,
    PrinterRole,
    PrinterStatus,
)
from counter_app.ports.workshop import Cancelled, FoundPrinter, ProfileLine, SearchStep
from counter_app.texts import LANGUAGES
from ui.presenters.findings import Finding, Weight
from ui.screens.blanks import BlanksScreen
from ui.screens.checkup import CheckupScreen
from ui.screens.devices import DevicesScreen
from ui.screens.find_printers import FindPrintersScreen
from ui.screens.layouts import LayoutsScreen
from ui.screens.printer_log import PrinterLogScreen
from ui.shell.workshop import Workshop

if TYPE_CHECKING:
    from ui.gallery import Gallery

SPACE: Final = UUID("4a3e1c55-0f7b-5b55-9a10-6b7f2d9c0e11")
READY: Final = PrinterStatus(
    ready=True, online=True, cover_open=False, paper=PaperState.ADEQUATE, error="", answered=True
)
LOW: Final = replace(READY, paper=PaperState.NEAR_END)
OUT: Final = replace(READY, ready=False, paper=PaperState.OUT, error="paper_out")
SILENT: Final = PrinterStatus(
    ready=False, online=False, cover_open=False, paper=PaperState.UNKNOWN, error="silent", answered=False
)
PRINTED: Final = DeliveryOutcome(delivery=Delivery.CONFIRMED, detail="", status=READY)


class StagedPaper:
    """While ``on`` its printers, jobs, rolls and events are painted."""

    def __init__(self, desk: Any, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self.on = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)

    def printers(self) -> list[PrinterView]:
        if not self.on:
            found: list[PrinterView] = self._desk.printers()
            return found
        roles = PrinterRole
        return [
            _printer("main", "tcp://192.0.2.21:9100", "epson-80", LOW, roles.TICKET),
            _printer("receipt", "usb://0fe6:811e", "thermal-58", READY, roles.RECEIPT, drawer=True),
            _printer("report", "cups:office", "thermal-80", OUT, roles.REPORT),
        ]

    def printer_status(self, name: str = "main") -> PrinterStatus:
        painted = {one.name: one.status for one in self.printers()} if self.on else {}
        answer: PrinterStatus = painted.get(name) or self._desk.printer_status(name)
        return answer

    def print_jobs(self, *, limit: int = 100) -> list[PrintJobView]:
        real: list[PrintJobView] = self._desk.print_jobs(limit=limit)
        if not self.on:
            return real
        now = self._clock.now()
        painted = [
            _job(1, "z_report", JobState.FAILED_BEFORE_SEND, "report", "Z 12", now - timedelta(minutes=2)),
            _job(2, "group_list", JobState.QUEUED, "report", "", now - timedelta(minutes=1)),
            _job(3, "ticket", JobState.UNKNOWN, "main", "CWQ-03-1-000017-9", now - timedelta(minutes=4)),
        ]
        return [*painted, *real][:limit]

    def rolls(self) -> list[RollView]:
        if not self.on:
            found: list[RollView] = self._desk.rolls()
            return found
        now = self._clock.now()
        return [
            _roll(1, "main", "A004001", "A005000", "A004964", 37, now - timedelta(days=2), inside=True),
            _roll(2, "spare", "B000001", "B001000", "B000412", 589, now - timedelta(days=9), inside=False),
            _roll(3, "main", "A003001", "A004000", "", 0, now - timedelta(days=11), inside=False),
        ]

    def load_roll(self, actor: Actor, printer: str, first: str, last: str) -> RollView:
        return _roll(4, printer, first, last, first, 1000, self._clock.now(), inside=True, clerk=actor.login)

    def printer_events(self, limit: int = 200, printer: str | None = None) -> list[PrinterEvent]:
        if not self.on:
            found: list[PrinterEvent] = self._desk.printer_events(limit, printer)
            return found
        now = self._clock.now()
        told = (
            (1, "report", EventKind.STATE, "ready -> paper_out"),
            (2, "report", EventKind.NOT_SENT, "z_report: paper_out"),
            (4, "main", EventKind.NO_WORD, "ticket: silent"),
            (4, "main", EventKind.FOUND, "silent -> near_end"),
            (5, "main", EventKind.LOST, "ready -> silent"),
            (12, "main", EventKind.MOVED, "receipt to receipt"),
            (31, "receipt", EventKind.STATE, "cover_open -> ready"),
            (33, "receipt", EventKind.STATE, "ready -> cover_open"),
            (180, "report", EventKind.OPENED, "cups:office thermal-80"),
            (180, "receipt", EventKind.OPENED, "usb://0fe6:811e thermal-58"),
            (180, "main", EventKind.OPENED, "tcp://192.0.2.21:9100 epson-80"),
        )
        events = [
            PrinterEvent(at=now - timedelta(minutes=minutes, seconds=7 * n), printer=name, kind=kind, detail=detail)
            for n, (minutes, name, kind, detail) in enumerate(told)
        ]
        return [one for one in events if printer in {None, one.printer}][:limit]


def _printer(
    name: str, url: str, profile: str, status: PrinterStatus, *roles: PrinterRole, drawer: bool = False
) -> PrinterView:
    return PrinterView(name=name, url=url, profile=profile, roles=frozenset(roles), status=status, drawer=drawer)


def _job(number: int, kind: str, state: JobState, printer: str, title: str, at: Any) -> PrintJobView:
    return PrintJobView(
        job_id=uuid5(SPACE, str(number)),
        kind=kind,
        state=state,
        detail="",
        created_at=at,
        title=title,
        copy_number=0,
        printer=printer,
    )


def _roll(
    number: int,
    printer: str,
    first: str,
    last: str,
    following: str,
    left: int,
    at: Any,
    *,
    inside: bool,
    clerk: str = "wang",
) -> RollView:
    return RollView(
        roll_id=uuid5(SPACE, f"roll {number}"),
        printer=printer,
        first=first,
        last=last,
        next=following,
        left=left,
        loaded_at=at,
        clerk=clerk,
        inside=inside,
    )


class StagedFinder:
    """``ports.workshop.Finder`` over a painted neighbourhood; profiles are the real ones where there are any."""

    def __init__(self, profiles: Callable[[], Sequence[ProfileLine]] | None) -> None:
        self._profiles = profiles
        self.found = (
            FoundPrinter(url="usb://04b8:0e28", title="EPSON TM-T20III", profile="epson-tm-t20iii", status=READY),
            FoundPrinter(url="serial:///dev/ttyUSB0", title="USB-Serial Controller", group="dialout"),
            FoundPrinter(url="cups:office", title="office (XP-80)", profile="xprinter-xp-n160ii", status=OUT),
            FoundPrinter(url="tcp://192.0.2.21:9100", title="192.0.2.21"),
        )

    def search(
        self, step: Callable[[SearchStep], None], found: Callable[[FoundPrinter], None], cancelled: Cancelled
    ) -> None:
        del cancelled
        for number, one in enumerate(self.found):
            step(SearchStep(what="network", done=number, total=len(self.found)))
            found(one)

    def profiles(self) -> Sequence[ProfileLine]:
        if self._profiles is not None:
            return self._profiles()
        return [
            ProfileLine(name="epson-tm-t20iii", label="Epson TM-T20III", width=576, confirms="process_id"),
            ProfileLine(name="thermal-58", label="58 mm", width=384, confirms="status"),
        ]

    def own_printer(self, url: str) -> str:
        del url
        return ""

    def ask(self, url: str, profile: str) -> PrinterStatus:
        del url, profile
        return READY

    def try_page(self, url: str, profile: str, page: str, language: str) -> DeliveryOutcome:
        del url, profile, page, language
        return PRINTED

    def save(self, actor: Actor, name: str, *, url: str, profile: str, drawer: bool) -> None:
        """Nothing is written for a picture."""

    def remove(self, actor: Actor, name: str) -> None:
        """As ``save``."""

    def pending(self) -> bool:
        return False


FINDINGS: Final = (
    Finding(what="window system", state=Weight.OK, code="qt_loads"),
    Finding(what="fonts", state=Weight.OK, code="fonts_there"),
    Finding(what="disk", state=Weight.OK, code="disk_free", facts={"mib": 48211, "path": "/home/ticket"}),
    Finding(what="keys", state=Weight.OK, code="keys_sign", facts={"key": "9f30c2d1a64be807"}),
    Finding(what="print jobs", state=Weight.WARNING, code="jobs_unknown", facts={"unknown": 1, "waiting": 2}),
    Finding(what="blanks", name="main", state=Weight.WARNING, code="blanks_low", facts={"left": 37, "next": "A004964"}),
    Finding(
        what="printer",
        name="report",
        state=Weight.TROUBLE,
        code="printer_trouble",
        facts={"url": "cups:office", "paper": "out", "error": "paper_out"},
    ),
    Finding(
        what="port",
        name="/dev/ttyUSB0",
        state=Weight.TROUBLE,
        code="port_forbidden",
        facts={"group": "dialout", "user": "ticket"},
    ),
    Finding(
        what="code",
        state=Weight.OK,
        code="code_read",
        facts={"symbology": "aztec", "width": 576, "dots": 6, "detail": ""},
    ),
)


def staged_workshop(real: Workshop | None) -> Workshop:
    """Layouts and profiles are the real ones; what would look around is painted."""

    def check(heard: Callable[[Finding], None], cancelled: Cancelled) -> Sequence[Finding]:
        del cancelled
        for finding in FINDINGS:
            heard(finding)
        return FINDINGS

    def try_page(printer: str, page: str, language: str) -> DeliveryOutcome:
        del printer, page, language
        return PRINTED

    finder = StagedFinder(real.finder.profiles if real is not None and real.finder is not None else None)
    pages = real.pages if real is not None else {}
    return Workshop(
        check_store=lambda: (),
        check=check,
        pages=pages,
        try_page=try_page,
        finder=finder,
        layouts=real.layouts if real is not None else None,
    )


def take_devices(gallery: Gallery, staged: StagedPaper) -> None:
    """The printers and all that a technician has around them. Somebody with the right to manage is signed in."""
    staged.on = True
    try:
        _take(gallery)
    finally:
        staged.on = False


def _take(gallery: Gallery) -> None:
    screen = gallery.show(DevicesScreen, "devices")
    gallery.shot("devices-printers")
    _dialogs(gallery, screen)
    gallery.show(BlanksScreen, "blanks")
    gallery.shot("blanks")
    _load_dialog(gallery)
    gallery.show(PrinterLogScreen, "printer_log")
    gallery.shot("printer-log")
    gallery.show(CheckupScreen, "checkup")
    gallery.shot("checkup")
    find = gallery.show(FindPrintersScreen, "find_printers")
    gallery.until(lambda: len(find.found) == 4)
    gallery.settle()
    gallery.press(Qt.Key.Key_F6)
    gallery.shot("find-printers")
    workshop = gallery.window.parts.workshop
    if workshop is not None and workshop.layouts is not None:
        gallery.show(LayoutsScreen, "layouts")
        gallery.shot("layouts")


def _dialogs(gallery: Gallery, screen: DevicesScreen) -> None:
    def test_print() -> QDialog:
        gallery.press(Qt.Key.Key_F6)
        assert screen.dialog is not None
        return screen.dialog

    def move() -> QDialog:
        rows = screen.jobs.table.rows()
        place = next(n for n, job in enumerate(rows) if job.state is JobState.FAILED_BEFORE_SEND)
        screen.jobs.table.selectRow(place)
        gallery.settle()
        gallery.press(Qt.Key.Key_F4)
        assert screen.dialog is not None
        return screen.dialog

    dialog_shot(gallery, "devices-test-print", test_print)
    dialog_shot(gallery, "devices-move", move)


def _load_dialog(gallery: Gallery) -> None:
    def load() -> QDialog:
        gallery.press(Qt.Key.Key_F2)
        screen = gallery.window.current
        assert isinstance(screen, BlanksScreen)
        assert screen.dialog is not None
        gallery.type_in("A006001")
        return screen.dialog

    dialog_shot(gallery, "blanks-load", load)


def dialog_shot(gallery: Gallery, name: str, opened: Callable[[], QDialog]) -> None:
    """A dialog over its window, opened anew for each picture: its words are those of when it was opened."""
    if not gallery.wants(name):
        return
    window, before = gallery.window, gallery.window.t.language
    for theme in gallery.themes:
        window.use_theme(theme)
        for language in LANGUAGES:
            window.use_language(language)
            gallery.settle()
            dialog = opened()
            picture = window.grab()
            painter = QPainter(picture)
            over = dialog.grab()
            painter.drawPixmap((window.width() - over.width()) // 2, (window.height() - over.height()) // 2, over)
            painter.end()
            gallery.keep(picture, f"{name}.{language}.{theme}.png")
            dialog.reject()
            gallery.settle()
    window.use_theme(gallery.themes[0])
    window.use_language(before)
    gallery.settle()
