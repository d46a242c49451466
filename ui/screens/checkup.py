"""Check everything: what ``counterfoil doctor`` looks at, as a list that grows, each with its next step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QProgressBar, QVBoxLayout

from counter_app.errors import Cancelled
from ui.presenters import findings
from ui.presenters.findings import Finding, Weight
from ui.presenters.lane import CancelToken, Lane, Trouble
from ui.presenters.refusals import Notice
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import Card, Label, row
from ui.widgets.chrome import MOODS
from ui.widgets.table import Column, DataTable

if TYPE_CHECKING:
    from ui.shell.window import MainWindow


class CheckupScreen(Screen):
    name = "checkup"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._window = cast("MainWindow", shell)
        self.found: list[Finding] = []
        self._token: CancelToken | None = None
        self._said = Label(role="title")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        self._bar.setFixedWidth(160)
        self._what, self._detail, self._next = Label(role="lead"), Label(wrap=True), Label(role="strong", wrap=True)
        self.table = DataTable[Finding](
            [
                Column(
                    title=lambda: self.t("State"),
                    text=lambda one: self.t(findings.WEIGHTS[one.state]),
                    mood=lambda one: findings.MOODS[one.state],
                    width=110,
                ),
                Column(title=lambda: self.t("What"), text=lambda one: findings.title(one, self.t), width=230),
                Column(title=lambda: self.t("What was found"), text=lambda one: findings.said(one, self.t)),
            ],
            shell.theme,
            on_choose=self._chosen,
        )
        self.table.set_empty(lambda: self.t("F5 begins the check. Nothing is changed by it."))
        card = Card(margin=18, spacing=6)
        card.body.addWidget(self._what)
        card.body.addWidget(self._detail)
        card.body.addWidget(self._next)
        self._card = card
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 8, 24, 16)
        page.setSpacing(12)
        page.addLayout(row(self._said, None, self._bar))
        page.addWidget(self.table, 1)
        page.addWidget(card)

    # ---- the shell's
    def title(self) -> str:
        return self.t("Check everything")

    def retranslate(self) -> None:
        self.table.retranslate()
        self._show()

    def fkeys(self) -> list[FKey]:
        running = self._token is not None
        return [
            FKey("F5", self.t("Check again"), self.begin, not running, primary=not running),
            FKey("F6", self.t("Copy the list"), self._copy, bool(self.found)),
            FKey("Esc", self.t("Stop") if running else self.t("Back"), self._leave),
        ]

    def on_enter(self, **kwargs: object) -> None:
        del kwargs
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self.begin()

    def on_leave(self) -> None:
        self._stop()

    # ---- the check
    def begin(self) -> None:
        workshop = self._window.parts.workshop
        if workshop is None or self._token is not None:
            return
        token = self._token = CancelToken()
        self.found = []
        lanes = self.shell.lanes

        def heard(finding: Finding) -> None:
            lanes.post(lambda: self._heard(token, finding))

        def done(_all: Sequence[Finding]) -> None:
            self._ended()

        def failed(trouble: Trouble) -> None:
            self._ended()
            if not isinstance(trouble, Cancelled):
                self.shell.refuse(trouble)

        def go_on(found: Sequence[Finding]) -> None:
            self.found += found
            self._show()
            # Devices are asked with their own deadlines, codes are drawn: seconds, on a thread of their own.
            self.run(Lane.APART, lambda: workshop.check(heard, token.cancelled), done, failed, token)

        self.run(Lane.READ, workshop.check_store, go_on, failed, token)
        self._show()
        self.fkeys_changed.emit()

    def _heard(self, token: CancelToken, finding: Finding) -> None:
        if token is self._token:
            self.found.append(finding)
            self._show()

    def _ended(self) -> None:
        self._token = None
        self._show()
        self.table.selectRow(0)  # the worst
        self.fkeys_changed.emit()

    def _stop(self) -> None:
        if self._token is not None:
            self._token.cancel()
            self._token = None
            self._show()
            self.fkeys_changed.emit()

    def _leave(self) -> None:
        if self._token is not None:
            self._stop()
        else:
            self.shell.back()

    # ---- what is shown
    def _show(self) -> None:
        running = self._token is not None
        self._bar.setVisible(running)
        if running:
            self._said.setText(self.t("Checking … {n}", n=len(self.found)))
            self._said.set_mood("")
        elif self.found:
            words, mood = findings.summary(self.found, self.t)
            self._said.setText(words)
            self._said.set_mood(MOODS.get(mood, ""))
        else:
            self._said.setText(self.t("Not checked yet"))
            self._said.set_mood("")
        self.table.set_rows(findings.in_order(self.found), keep=lambda one: (one.what, one.name, one.code))
        self._chosen(self.table.chosen())

    def _chosen(self, finding: Finding | None) -> None:
        self._card.setVisible(finding is not None)
        if finding is None:
            return
        self._what.setText(findings.title(finding, self.t))
        self._what.set_mood("" if finding.state is Weight.OK else MOODS.get(findings.MOODS[finding.state], ""))
        self._detail.setText(findings.said(finding, self.t))
        step = findings.next_step(finding, self.t)
        self._next.setText(self.t("What to do: {step}", step=step) if step else self.t("Nothing to do."))
        self._next.setVisible(bool(step) or finding.state is Weight.OK)  # else what was found says it

    def _copy(self) -> None:
        QApplication.clipboard().setText(findings.as_text(self.found, self.t))
        self.shell.notify(
            lambda: Notice(
                title=self.t("Lines on the clipboard: {count}", count=len(self.found)), mood="ok", code="copied"
            )
        )
