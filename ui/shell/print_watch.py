"""The window's printers: what they say, what is on its way to them, and what the clerk has to hear of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from counter_app.application.desk import Desk
from counter_app.application.views import PrintJobView
from counter_app.domain.settings import MAIN_PRINTER
from counter_app.ports.prints import JobKind, JobState, PrinterStatus
from ui.presenters.lane import Lane, Lanes
from ui.presenters.printing import PrintPump
from ui.presenters.refusals import Notice

if TYPE_CHECKING:
    from ui.shell.window import MainWindow


class PrintWatch(QObject):
    """``changed``: what a printer says, or how many papers are to be settled. ``idle``: nothing is being sent now."""

    changed = Signal()
    said = Signal(str, object)  # printer, PrinterStatus: another than before
    finished = Signal(object)  # PrintJobView
    idle = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._desk: Desk | None = None
        self._lanes: Lanes | None = None
        self._pump: PrintPump | None = None
        self._statuses: dict[str, PrinterStatus | None] = {MAIN_PRINTER: None}
        self._polling: set[str] = set()
        self._needed: tuple[str, ...] = ()
        self.to_settle = 0

    def begin(
        self, desk: Desk, lanes: Lanes, names: Sequence[str], jobs: Sequence[UUID], *, needed: Sequence[str]
    ) -> None:
        """``jobs``: what an earlier run of the program left to be printed; ``needed``: the printers of a sale."""
        self._desk, self._lanes, self._needed = desk, lanes, tuple(needed)
        self._statuses = dict.fromkeys(names)
        self._pump = PrintPump(desk, lanes, changed=self._finished, troubled=self._window.refuse, printers=names)
        self._pump.enqueue(jobs)
        self.ask()

    @property
    def main(self) -> PrinterStatus | None:
        return self._statuses[MAIN_PRINTER]

    @property
    def statuses(self) -> Mapping[str, PrinterStatus | None]:
        """By name, the main one first; None: not asked yet."""
        return self._statuses

    @property
    def sending(self) -> bool:
        return self._pump is not None and self._pump.sending

    def needed(self) -> Mapping[str, Lane]:
        """The printers that a sale needs, each with its lane."""
        return {name: self.lane_of(name) for name in self._needed}

    def lane_of(self, name: str) -> Lane:
        assert self._pump is not None, "the store is not open yet"
        return self._pump.lane_of(name)

    def enqueue(self, jobs: Sequence[UUID]) -> None:
        assert self._pump is not None, "the store is not open yet"
        self._pump.enqueue(jobs)

    def ask(self) -> None:
        """Those that nothing is sent to: a status between its bands would wait behind a job anyway."""
        if self._pump is None or self._desk is None or self._lanes is None:
            return
        for name in self._statuses:
            if name not in self._polling and self._pump.idle_at(name):
                self._polling.add(name)
                self._ask_one(self._desk, self._lanes, name)
        self._lanes.run(Lane.READ, self._desk.open_print_jobs, done=self._have_jobs, failed=_nothing)

    def _ask_one(self, desk: Desk, lanes: Lanes, name: str) -> None:
        lanes.run(
            self.lane_of(name),
            lambda: desk.printer_status(name),
            done=lambda answer: self._answered(name, answer),
            failed=lambda _trouble: self._polling.discard(name),
        )

    def _answered(self, name: str, answer: PrinterStatus) -> None:
        assert self._pump is not None
        assert self._desk is not None
        assert self._lanes is not None
        self._polling.discard(name)
        before, self._statuses[name] = self._statuses[name], answer
        if answer.ready:
            self._pump.printer_ready(name)
        if before != answer:
            self.changed.emit()
            self.said.emit(name, answer)
            self._lanes.run(Lane.DATABASE, self._desk.keep_printer_events, done=_nothing, failed=_nothing)

    def _have_jobs(self, jobs: list[PrintJobView]) -> None:
        assert self._pump is not None
        count = sum(job.state is JobState.UNKNOWN and job.kind != JobKind.DRAWER.value for job in jobs)
        if count != self.to_settle:
            self.to_settle = count
            self.changed.emit()
        self._pump.adopt(jobs)

    # ---- a job is over

    def _finished(self, job: PrintJobView) -> None:
        self.finished.emit(job)
        notice = self._notice_of(job)
        if notice is not None:
            self._window.notify(notice)
        elif job.state is JobState.CONFIRMED and self._window.notice_code == "paper_waiting":
            self._window.clear_notice()  # it printed by itself, as was said
        if job.state is JobState.UNKNOWN and job.kind != JobKind.DRAWER.value:
            self.to_settle += 1
        self.changed.emit()
        self.ask()
        if not self.sending:
            self.idle.emit()

    def _notice_of(self, job: PrintJobView) -> Callable[[], Notice] | None:
        t = self._window.t
        bad = job.state in {JobState.UNKNOWN, JobState.FAILED_BEFORE_SEND}
        if bad and job.kind == JobKind.DRAWER.value:
            return lambda: Notice(
                title=t("The cash drawer may be shut"),
                what_happened=t("The printer did not answer when it was to open the drawer."),
                what_to_do=t("Open it with its key."),
                mood="warn",
                code="drawer_shut",
            )
        if job.state is JobState.UNKNOWN:
            return lambda: Notice(
                title=t("Did it come out? {title}", title=job.title),
                what_happened=t("The printer did not confirm this paper."),
                what_was_done=t("The sale itself stands."),
                what_to_do=t("Look at the printer and answer under Devices (Alt+7)."),
                mood="bad",
                code="paper_unknown",
            )
        if job.state is JobState.FAILED_BEFORE_SEND:
            elsewhere = len(self._statuses) > 1
            return lambda: Notice(
                title=t("Not printed yet: {title}", title=job.title),
                what_happened=t("The printer was not ready. Nothing was sent to it."),
                what_to_do=t("It prints by itself once the printer is ready, or on another one: Devices (Alt+7).")
                if elsewhere
                else t("It prints by itself once the printer is ready."),
                mood="warn",
                code="paper_waiting",
            )
        return None


def _nothing(_answer: object) -> None:
    """The next look comes in a few seconds."""
