"""The timetable in force, and importing another: progress, cancel, and what was wrong in the file by line."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QProgressBar, QVBoxLayout

from counter_app.domain.staff import Right
from counter_app.ports.catalogue import Fault, ImportReport, IssueInfo, Progress
from ui.presenters import line
from ui.presenters.lane import CancelToken, Lane, Trouble
from ui.presenters.refusals import Notice
from ui.presenters.timetable import fault_words, stage_words
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import Button, Card, Fact, Label, row
from ui.widgets.table import Column, DataTable


class TimetableScreen(Screen):
    name = "timetable"
    needs_width = True

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._cancel: CancelToken | None = None
        self._head = Label(role="field")
        self._name = Label(role="title", elide=True)
        self._facts = {name: Fact() for name in ("trips", "stations", "first", "last", "currency")}
        self._mark = Label(role="badge", mood="warn")
        self._import = Button("primary", self._choose)
        self._own = not line.enrolled(shell.line)  # else central says which is in force
        self._centrals = Label(role="muted", wrap=True)
        card = Card(margin=20, spacing=10)
        card.body.addLayout(row(self._head, None, self._mark))
        card.body.addWidget(self._name)
        card.body.addLayout(row(*self._facts.values(), None, self._import, spacing=36))
        card.body.addWidget(self._centrals)
        self._work = Card(margin=20, spacing=10)
        self._stage = Label(role="lead")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._calm = Label(role="muted", wrap=True)
        self._stop = Button("", self._do_cancel)
        self._work.body.addWidget(self._stage)
        self._work.body.addWidget(self._bar)
        foot = row(self._calm, self._stop)
        foot.setStretch(0, 1)
        self._work.body.addLayout(foot)
        self._work.hide()
        self._faults_title = Label(role="lead")
        self._faults = DataTable[Fault](
            [
                Column(title=lambda: self.t("File"), text=lambda f: f.file, width=180),
                Column(title=lambda: self.t("Line"), text=lambda f: str(f.line or "—"), width=80, right=True),
                Column(title=lambda: self.t("Fault"), text=lambda f: fault_words(f, self.t), width=260),
                Column(title=lambda: self.t("Detail"), text=lambda f: f.detail),
            ],
            shell.theme,
        )
        self._faults.set_empty(lambda: self.t("Rows that an import leaves out or mends are listed here."))
        self._fault_count = 0
        self._feed = ""
        self._step: Progress | None = None  # of the import under way, the last that was told
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 12, 24, 16)
        page.setSpacing(12)
        page.addWidget(card)
        page.addWidget(self._work)
        page.addWidget(self._faults_title)
        page.addWidget(self._faults, 1)
        if self._own:
            self._centrals.hide()
        else:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._faults_title.hide()
            self._faults.hide()
            page.addStretch(1)

    def title(self) -> str:
        return self.t("Timetable")

    def retranslate(self) -> None:
        t = self.t
        self._head.setText(t("In force"))
        self._mark.setText(t("Invented, for demonstration"))
        self._import.setText(t("Import a file …"))
        self._centrals.setText(
            t(
                "The timetable comes from central. A new one is loaded in the background and is in force here as soon "
                "as it is checked; selling goes on meanwhile."
            )
        )
        self._calm.setText(t("Selling goes on meanwhile; the present timetable stays until the new one is checked."))
        self._stop.setText(t("Cancel"))
        self._say_stage()
        self._say_faults()
        self._faults.retranslate()
        self._show(self.shell.issue)

    def fkeys(self) -> list[FKey]:
        if not self._own:
            return [FKey("F6", self.t("Sync"), lambda: self.shell.show_screen("sync"))]
        may = self.shell.actor.may(Right.MANAGE)
        running = self._cancel is not None
        keys = [FKey("F2", self.t("Import a file …"), self._choose, may and not running, primary=True)]
        if running:
            keys.append(FKey("Esc", self.t("Cancel"), self._do_cancel))
        return keys

    def on_enter(self, **kwargs: object) -> None:
        del kwargs
        self._import.setVisible(self._own and self.shell.actor.may(Right.MANAGE))
        self.run(Lane.READ, self.shell.desk.timetable, self._show)
        if self._own:
            (self._import if self._import.isVisible() else self._faults).setFocus()
        else:
            self.setFocus()  # nothing to type or choose

    def may_leave(self) -> bool:
        return not self.under_way()

    def under_way(self) -> bool:
        if self._cancel is None:
            return False
        self.shell.notify(
            lambda: Notice(
                title=self.t("An import is running"),
                what_to_do=self.t("Wait for its end, or cancel it with Esc."),
                mood="info",
                code="import_running",
            )
        )
        return True

    def begin(self, feed: Path) -> None:
        """Imports ``feed``; also what the file dialog leads to."""
        desk, actor = self.shell.desk, self.shell.actor
        asked = self._cancel = CancelToken()
        answer = CancelToken()  # the answer is wanted even when the work was told to stop

        def progress(step: Progress) -> None:
            self.shell.lanes.post(lambda: self._progress(step))

        self.show_progress(feed, None)
        self.run(
            Lane.APART,
            lambda: desk.import_timetable(actor, feed, progress=progress, cancelled=asked.cancelled),
            self._imported,
            self._not_imported,
            answer,
        )

    def show_progress(self, feed: Path, step: Progress | None) -> None:
        """The card of an import under way; ``step`` None: it has just begun."""
        self._stop.setEnabled(True)
        self._work.show()
        self._bar.setRange(0, 0)
        self._feed, self._step = feed.name, None
        self._say_stage()
        if step is not None:
            self._say_step(step)
        self.fkeys_changed.emit()

    def _choose(self) -> None:
        chosen, _kind = QFileDialog.getOpenFileName(
            self, self.t("Import a timetable"), "", self.t("GTFS timetables (*.zip)")
        )
        if chosen:
            self.begin(Path(chosen))

    def _do_cancel(self) -> None:
        if self._cancel is not None:
            self._cancel.cancel()
            self._stop.setEnabled(False)
            self._say_stage()

    def _progress(self, step: Progress) -> None:
        if self._cancel is None or self._cancel.cancelled():
            return
        self._say_step(step)

    def _say_stage(self) -> None:
        """Also at a change of language."""
        if self._cancel is not None and self._cancel.cancelled():
            self._stage.setText(self.t("Stopping …"))
        elif self._step is not None:
            self._stage.setText(stage_words(self._step, self.t))
        elif self._feed:
            self._stage.setText(self.t("Reading {name}", name=self._feed))

    def _say_step(self, step: Progress) -> None:
        self._step = step
        self._say_stage()
        if step.total:
            self._bar.setRange(0, 1000)
            self._bar.setValue(min(1000, step.done * 1000 // step.total))
        else:
            self._bar.setRange(0, 0)

    def _finish(self) -> None:
        self._cancel = None
        self._work.hide()
        self.fkeys_changed.emit()

    def _imported(self, report: ImportReport) -> None:
        self._finish()
        self._show(report.issue)
        self._fault_count = report.fault_count
        self._faults.set_rows(report.faults)
        self._say_faults()
        self.shell.refresh_timetable()
        self.shell.notify(
            lambda: Notice(
                title=self.t("The new timetable is in force"),
                what_happened=self.t(
                    "{trips} trains from {name}.", trips=f"{report.trips:,}", name=report.issue.feed_name
                ),
                what_to_do=self.t("Rows left out or mended: {count}.", count=f"{report.fault_count:,}")
                if report.fault_count
                else "",
                mood="ok",
                code="imported",
            )
        )

    def _not_imported(self, trouble: Trouble) -> None:
        self._finish()
        self.shell.refuse(trouble)

    def _show(self, issue: IssueInfo | None) -> None:
        t = self.t
        self._mark.setVisible(issue is not None and issue.invented)
        self._name.setText(issue.feed_name if issue is not None else t("No timetable"))
        values = {
            "trips": (t("Trains"), f"{issue.trips:,}" if issue else "—"),
            "stations": (t("Stations"), f"{issue.stations:,}" if issue else "—"),
            "first": (t("First day"), issue.first_date.isoformat() if issue else "—"),
            "last": (t("Last day"), issue.last_date.isoformat() if issue else "—"),
            "currency": (t("Currency"), (issue.currency or "—") if issue else "—"),
        }
        for name, (caption, value) in values.items():
            self._facts[name].set(caption, value)

    def _say_faults(self) -> None:
        count = f" ({self._fault_count:,})" if self._fault_count else ""
        self._faults_title.setText(self.t("Faults of the last import") + count)
