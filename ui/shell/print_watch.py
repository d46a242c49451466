"""The window's printers: what they say, what is on its way to them, and what the clerk has to hear of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from counter_app.application.desk import Desk
from counter_app.application.views import PrintJobView
from counter_app.domain.settings import MAIN_PRINTER
from counter_app.ports.prints import GIVEN_UP, JobKind, JobState, PaperState, PrinterStatus
from ui.presenters import print_notices
from ui.presenters.lane import Lane, Lanes, Trouble
from ui.presenters.printing import MUTE_MS, PrintPump

if TYPE_CHECKING:
    from ui.shell.window import MainWindow


_BAD = {JobState.UNKNOWN, JobState.FAILED_BEFORE_SEND}
_MUTE = PrinterStatus(
    ready=False, online=False, cover_open=False, paper=PaperState.UNKNOWN, error="no_answer_yet", answered=False
)


class PrintWatch(QObject):
    """``changed``: what a printer says, or how many papers are to be settled. ``idle``: nothing is being sent now."""

    changed = Signal()
    said = Signal(str, object)  # printer, PrinterStatus: another than before
    finished = Signal(object)  # PrintJobView: it is over, or cannot go on
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
        self._drawer: PrintJobView | None = None  # the last kick, as long as the clerk reads that it came to nothing
        self._told: set[UUID] = set()  # papers that wait, and kicks that could not be begun: said once
        self._stopped: set[UUID] = set()
        self._mute: set[str] = set()
        self._waiting = QTimer(self, interval=MUTE_MS // 4)
        self._waiting.timeout.connect(self._look_for_mute)
        self.to_settle = 0

    def begin(
        self, desk: Desk, lanes: Lanes, names: Sequence[str], jobs: Sequence[UUID], *, needed: Sequence[str]
    ) -> None:
        """``jobs``: what an earlier run of the program left to be printed; ``needed``: the printers of a sale."""
        self._desk, self._lanes, self._needed = desk, lanes, tuple(needed)
        self._statuses = dict.fromkeys(names)
        self._pump = PrintPump(
            desk,
            lanes,
            changed=self._finished,
            troubled=self._troubled,
            not_written=self._not_written,
            sent=self._sent,
            rested=self.idle.emit,
            now_ms=self._window.parts.clock.monotonic_ms,
            printers=names,
        )
        self._pump.enqueue(jobs)
        self.ask()

    @property
    def main(self) -> PrinterStatus | None:
        return self.statuses[MAIN_PRINTER]

    @property
    def statuses(self) -> Mapping[str, PrinterStatus | None]:
        """By name, the main one first; None: not asked yet. One that a job waits for is not what it said before."""
        pump = self._pump
        return {name: _MUTE if pump is not None and pump.mute(name) else said for name, said in self._statuses.items()}

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

    def try_again(self) -> None:
        """A person says so: what waits is printed now, also what was given up."""
        assert self._pump is not None, "the store is not open yet"
        self._pump.try_again()
        self.ask()

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
        else:
            self._pump.printer_troubled(name)
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
        for job in jobs:
            if job.kind == JobKind.DRAWER.value and job.state in _BAD and job.job_id not in self._told:
                self._say(job)  # a kick that could not be begun is over
        # What was not begun, or not written down, nobody hears of by the end of a job: the sale's screen would say that
        # it is printing.
        stopped = {job.job_id for job in jobs if job.refused or job.job_id in self._pump.unwritten}
        for job in jobs:
            if job.job_id in stopped - self._stopped:
                self.finished.emit(job)
        self._stopped = stopped
        self._pump.adopt(jobs)

    # ---- a job waits for its printer's word

    def _sent(self, _name: str) -> None:
        """Without an answer the printer is not shown as ready for long."""
        if not self._waiting.isActive():
            self._waiting.start()

    def _look_for_mute(self) -> None:
        assert self._pump is not None
        if not self._pump.awaited:
            self._waiting.stop()
        mute = {name for name in self._statuses if self._pump.mute(name)}
        if mute != self._mute:
            self._mute = mute
            self.changed.emit()

    # ---- a job is over, or cannot be begun

    def _finished(self, job: PrintJobView) -> None:
        self.finished.emit(job)
        self._say(job)
        if job.state is JobState.UNKNOWN and job.kind != JobKind.DRAWER.value:
            self.to_settle += 1
        self.changed.emit()
        self.ask()

    def _say(self, job: PrintJobView) -> None:
        window, t = self._window, self._window.t
        kick = job.kind == JobKind.DRAWER.value
        if job.state not in _BAD:
            self._told.discard(job.job_id)
            if job.state is JobState.CONFIRMED and window.notice_code == "paper_waiting":
                window.clear_notice()  # it printed by itself, as was said
            return
        if kick:
            self._told.add(job.job_id)
            self._drawer = job
        elif job.state is JobState.FAILED_BEFORE_SEND and not job.detail.endswith(GIVEN_UP):
            if job.job_id in self._told:
                return
            self._told.add(job.job_id)
        # The papers of the sale fail a moment after the drawer's kick: the clerk must read of both.
        drawer = self._drawer if kick or window.notice_code == print_notices.DRAWER else None
        several = len(self._statuses) > 1
        window.notify(lambda: print_notices.ended(job, t, drawer=drawer, elsewhere=several))

    def _troubled(self, trouble: Trouble) -> None:
        self._window.notify(lambda: print_notices.not_begun(trouble, self._window.t))

    def _not_written(self, trouble: Trouble) -> None:
        self._window.notify(lambda: print_notices.not_written(trouble, self._window.t))
        self.ask()  # it is to be settled


def _nothing(_answer: object) -> None:
    """The next look comes in a few seconds."""
