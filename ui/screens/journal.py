"""The journal: newest first, an entry's content, and a check of the whole chain that can be stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QProcess, Qt
from PySide6.QtWidgets import QPlainTextEdit, QSplitter, QVBoxLayout, QWidget

from counter_app.application.views import JournalLine, JournalVerdict
from counter_app.ports.catalogue import Progress
from ui.presenters import journal, words
from ui.presenters.lane import Lane
from ui.presenters.refusals import Notice
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import Label
from ui.widgets.table import Column, DataTable

if TYPE_CHECKING:
    from ui.shell.window import MainWindow

PAGE = 200


class JournalScreen(Screen):
    name = "journal"
    needs_width = True

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._window = cast("MainWindow", shell)
        self._zone = shell.desk.profile.zone
        self._lines: list[JournalLine] = []
        self._all_read = False
        self._process: QProcess | None = None
        self._table = DataTable[JournalLine](
            [
                Column(title=lambda: self.t("No."), text=lambda j: f"{j.seq}", width=70, right=True),
                Column(title=lambda: self.t("Time"), text=lambda j: words.moment(j.at, self._zone, self.t), width=150),
                Column(title=lambda: self.t("Entry"), text=lambda j: journal.entry_words(j, self.t)),
                Column(title=lambda: self.t("By"), text=lambda j: journal.by_words(j.actor, self.t), width=100),
                Column(
                    title=lambda: self.t("Hash"),
                    text=lambda j: j.hash_hex[:12],
                    width=128,
                    mood=lambda _line: "text_muted",
                ),
            ],
            shell.theme,
            on_choose=self._chosen,
        )
        self._table.set_empty(lambda: self.t("The journal is empty."))
        self._detail_head = Label(role="lead")
        self._detail = QPlainTextEdit()
        self._detail.setReadOnly(True)
        self._detail.setProperty("role", "mono")
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._detail_head)
        column.addWidget(self._detail, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._table)
        split.addWidget(right)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(12)
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 12, 24, 16)
        page.addWidget(split)

    def title(self) -> str:
        return self.t("The journal")

    def retranslate(self) -> None:
        self._table.retranslate()
        self._chosen(self._table.chosen())
        self._detail.setAccessibleName(self.t("Content of the entry"))

    def fkeys(self) -> list[FKey]:
        checking = self._process is not None
        return [
            FKey("F5", self.t("Refresh"), self._read),
            FKey("F6", self.t("Older entries"), self._older, bool(self._lines) and not self._all_read),
            FKey("F8", self.t("Check the journal"), self._verify, not checking, primary=True),
            *([FKey("Esc", self.t("Stop checking"), self._stop)] if checking else []),
        ]

    def on_enter(self, **kwargs: object) -> None:
        del kwargs
        self._read()
        self._table.setFocus()

    def on_leave(self) -> None:
        self._stop()

    def _read(self) -> None:
        desk, actor = self.shell.desk, self.shell.actor
        self.run(Lane.READ, lambda: desk.journal_page(actor, limit=PAGE), self._have_first, busy=self.t("Reading …"))

    def _have_first(self, lines: list[JournalLine]) -> None:
        self._lines, self._all_read = lines, len(lines) < PAGE
        self._table.set_rows(lines, keep=lambda line: line.seq)
        self.fkeys_changed.emit()

    def _older(self) -> None:
        desk, actor, before = self.shell.desk, self.shell.actor, self._lines[-1].seq

        def done(lines: list[JournalLine]) -> None:
            self._lines += lines
            self._all_read = len(lines) < PAGE
            self._table.set_rows(self._lines, keep=lambda line: line.seq)
            self.fkeys_changed.emit()

        self.run(Lane.READ, lambda: desk.journal_page(actor, before_seq=before, limit=PAGE), done)

    def _chosen(self, line: JournalLine | None) -> None:
        if line is None:
            self._detail_head.setText("")
            self._detail.setPlainText("")
            return
        self._detail_head.setText(f"{line.seq} · {journal.entry_words(line, self.t)}")
        self._detail.setPlainText(journal.pretty(line))

    # ---- the check: in a child process, since it computes for seconds (decisions 19)
    def _verify(self) -> None:
        command = list(self._window.parts.verify_command)
        self.shell.clear_notice()
        if not command:
            desk = self.shell.desk

            def progress(step: Progress) -> None:
                self.shell.lanes.post(lambda: self._progress(step.done, step.total))

            self.run(
                Lane.READ, lambda: desk.verify_journal(progress=progress), self._verdict, busy=self.t("Checking …")
            )
            return
        self._process = QProcess(self)
        self._process.finished.connect(self._ended)
        self._process.errorOccurred.connect(lambda _error: self._ended())
        self._process.start(command[0], command[1:])
        self.busy_changed.emit(self.t("Checking …"))
        self.fkeys_changed.emit()

    def _progress(self, done: int, total: int) -> None:
        if self.busy:
            self.set_busy(self.t("Checking {done} of {total}", done=f"{done:,}", total=f"{total:,}"))

    def _ended(self, *_args: object) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        text = bytes(process.readAllStandardOutput().data()).decode("utf-8", "replace")
        verdict = journal.verdict_from_json(text)
        process.deleteLater()
        self.busy_changed.emit("")
        self.fkeys_changed.emit()
        if verdict is not None:
            self._verdict(verdict)
        else:
            self.shell.notify(
                lambda: Notice(
                    title=self.t("The check did not finish"),
                    what_was_done=self.t("Nothing was changed."),
                    what_to_do=self.t("Try again, or run “counterfoil journal verify”."),
                    mood="warn",
                    code="check_broken",
                )
            )

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.finished.disconnect()
            process.errorOccurred.disconnect()
            process.kill()
            process.waitForFinished(500)
            process.deleteLater()
            self.busy_changed.emit("")
            self.fkeys_changed.emit()
            self.shell.notify(lambda: Notice(title=self.t("Cancelled"), mood="info", code="cancelled"))

    def _verdict(self, verdict: JournalVerdict) -> None:
        self.shell.notify(lambda: journal.verdict_notice(verdict, self.t))
