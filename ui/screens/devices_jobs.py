"""The list of print jobs on the Devices screen: what waits for an answer first, of one printer or of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from counter_app.application.views import PrintJobView
from counter_app.texts import Texts
from ui.presenters import jobs, printers, words
from ui.shell.screen import Shell
from ui.widgets.basic import Choice, Label, row
from ui.widgets.table import Column, DataTable

PRINTER_COLUMN = 3
ROWS_SHOWN_MIN = 4


class JobsPart(QWidget):
    def __init__(self, shell: Shell, chosen: Callable[[PrintJobView | None], None]) -> None:
        super().__init__()
        self._shell = shell
        self._zone = shell.desk.profile.zone
        self._all: Sequence[PrintJobView] = ()
        self._names: list[str] = []
        self.title = Label(role="lead")
        self.filter = Choice()
        self.filter.currentIndexChanged.connect(lambda _index: self._show())
        self.table = DataTable[PrintJobView](
            [
                Column(
                    title=lambda: self._t("Time"),
                    text=lambda job: words.short_moment(job.created_at, self._zone),
                    width=110,
                ),
                Column(title=lambda: self._t("Kind"), text=lambda job: jobs.kind_words(job, self._t), width=110),
                Column(title=lambda: self._t("For"), text=lambda job: job.title),
                Column(
                    title=lambda: self._t("Printer"),
                    text=lambda job: printers.printer_name(job.printer, self._t),
                    width=125,
                ),
                Column(
                    title=lambda: self._t("State"),
                    text=lambda job: jobs.state_words(job, self._t),
                    mood=jobs.state_mood,
                    width=130,
                ),
            ],
            shell.theme,
            on_choose=chosen,
        )
        self.table.set_empty(
            lambda: self._t("Nothing has been printed yet.") if not self._all else self._t("Nothing for this printer.")
        )
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # tickets differ in their last digits
        self.table.setMinimumHeight(shell.theme.tokens().size["row"] * (ROWS_SHOWN_MIN + 1))
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(8)
        page.addLayout(row(self.title, None, self.filter))
        page.addWidget(self.table, 1)

    @property
    def _t(self) -> Texts:
        return self._shell.t

    def retranslate(self) -> None:
        self.title.setText(self._t("Print jobs"))
        self.filter.setAccessibleName(self._t("Print jobs of"))
        self._fill()
        self.table.retranslate()

    def chosen(self) -> PrintJobView | None:
        return self.table.chosen()

    def show_jobs(self, found: Sequence[PrintJobView], names: Sequence[str]) -> None:
        self._all = found
        if list(names) != self._names:
            self._names = list(names)
            self._fill()
        self._show()

    def _fill(self) -> None:
        before = self.filter.currentData()
        self.filter.blockSignals(True)
        self.filter.clear()
        self.filter.addItem(self._t("All printers"), "")
        for name in self._names:
            self.filter.addItem(printers.printer_name(name, self._t), name)
        self.filter.setCurrentIndex(max(0, self.filter.findData(before)))
        self.filter.blockSignals(False)
        several = len(self._names) > 1
        self.filter.setVisible(several)
        self.table.setColumnHidden(PRINTER_COLUMN, not several)

    def _show(self) -> None:
        wanted = str(self.filter.currentData() or "")
        shown = [job for job in self._all if not wanted or job.printer == wanted]
        # What a person has to answer comes first: it blocks the paper, and it may be far down by time.
        self.table.set_rows(sorted(shown, key=lambda job: not jobs.may_settle(job)), keep=lambda job: job.job_id)
