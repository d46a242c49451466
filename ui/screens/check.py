"""Check tickets (检票): a code is scanned, typed or dropped as a picture; the verdict stands large."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QGridLayout, QVBoxLayout

from counter_app.domain.checking import CheckedTicket
from counter_app.domain.scans import ScanKind
from counter_app.ports.scanner import Scanned
from ui.presenters import check, words
from ui.presenters.check import SAID, CheckPresenter
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import Button, Card, Edit, Fact, Field, Label, row
from ui.widgets.chrome import MOODS
from ui.widgets.table import Column, DataTable

if TYPE_CHECKING:
    from ui.shell.window import MainWindow

_FACTS = 8


class CheckScreen(Screen):
    name = "check"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._zone = shell.desk.profile.zone
        self.presenter = CheckPresenter(
            lambda: shell.desk,
            shell.lanes,
            lambda: shell.actor,
            changed=self._show,
            heard=self._sound,
            troubled=shell.refuse,
            read_codes=cast("MainWindow", shell).parts.read_codes,
        )
        self.text = Edit("entry", limit=check.CODE_CHARS_MAX)
        self._field = Field(self.text)
        self.train = Edit(limit=12)
        self.train.setClearButtonEnabled(True)
        self._train_field = Field(self.train)
        self._train_field.setFixedWidth(190)
        self._check = Button("primary", self._typed)
        self._check.setMinimumHeight(shell.theme.tokens().size["control_large"])
        self._mark = Label(role="huge")
        self.verdict = Label(role="huge", wrap=True)
        self._to_do = Label(role="lead", wrap=True)
        self._reason = Label(wrap=True)
        self._facts = [Fact("strong") for _ in range(_FACTS)]
        self._banner = self._verdict_card()
        self.table: DataTable[CheckedTicket] = DataTable(self._columns(), shell.theme)
        self.table.set_empty(lambda: self.t("What is checked here is listed, the newest first."))
        line = row(self._field, self._train_field, self._check, spacing=12)
        line.setAlignment(self._check, Qt.AlignmentFlag.AlignBottom)
        line.setAlignment(self._train_field, Qt.AlignmentFlag.AlignBottom)
        line.setStretch(0, 1)
        top = Card(margin=14, spacing=8)
        top.body.addLayout(line)
        page = QVBoxLayout(self)
        page.setContentsMargins(20, 8, 20, 12)
        page.setSpacing(12)
        page.addWidget(top)
        page.addWidget(self._banner)
        page.addWidget(self.table, 1)
        self.text.returnPressed.connect(self._typed)
        self.train.textChanged.connect(self._train_set)
        self.train.returnPressed.connect(self.text.setFocus)
        self.setAcceptDrops(True)
        self._show()

    def _verdict_card(self) -> Card:
        card = Card(margin=20, spacing=8, role="verdict")
        self._mark.setFixedWidth(56)
        self._mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        line = row(self._mark, self.verdict, spacing=12)
        line.setStretch(1, 1)
        card.body.addLayout(line)
        card.body.addWidget(self._to_do)
        card.body.addWidget(self._reason)
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(10)
        for place, fact in enumerate(self._facts):
            grid.addWidget(fact, place // 4, place % 4)
        for column in range(4):
            grid.setColumnStretch(column, 1)
        card.body.addLayout(grid)
        return card

    def _columns(self) -> list[Column[CheckedTicket]]:
        t = self.t
        return [
            Column(title=lambda: t("Time"), text=lambda k: words.clock(k.checked_at, self._zone), width=80),
            Column(
                title=lambda: t("Verdict"),
                text=lambda k: f"{SAID[k.verdict].mark}  {t(SAID[k.verdict].title)}",
                mood=lambda k: SAID[k.verdict].mood,
                width=200,
                strong=True,
            ),
            Column(title=lambda: t("Ticket"), text=lambda k: "—" if k.body is None else str(k.body.ticket), width=176),
            Column(title=lambda: t("Train"), text=lambda k: "—" if k.body is None else k.body.service, width=90),
            Column(title=lambda: t("Why"), text=lambda k: check.reason(k, t, self._zone)),
        ]

    def title(self) -> str:
        return self.t("Check tickets")

    def retranslate(self) -> None:
        t = self.t
        self._field.set_caption(t("Scan a ticket's code, or type it and press Enter"))
        self._train_field.set_caption(t("Only this train"))
        self._check.setText(t("Check"))
        self.table.retranslate()
        self._show()

    def fkeys(self) -> list[FKey]:
        t = self.t
        return [
            FKey("F2", t("Type a code"), self._focus),
            FKey("F3", t("From a picture"), self._choose_picture, self.presenter.reads_pictures),
            FKey("F4", t("Only this train"), self._focus_train),
            FKey("F6", t("Clear the list"), self._clear, bool(self.presenter.last)),
            FKey("Enter", t("Check"), self._typed, primary=True),
        ]

    def on_enter(self, **kwargs: object) -> None:
        """``text``: a code that was scanned elsewhere."""
        text = kwargs.get("text")
        if isinstance(text, str):
            self.presenter.check(text)
        self._focus()

    def on_sign_out(self) -> None:
        self.presenter.clear()

    def take_scan(self, scanned: Scanned, kind: ScanKind) -> bool:
        """Whatever is scanned here is meant as a ticket; a document is not, and is not shown."""
        if kind in {ScanKind.RESIDENT, ScanKind.ZONE_LINE}:
            return False
        self.presenter.check(scanned.text)
        return True

    # ---- what the clerk does
    def _focus(self) -> None:
        self.text.setFocus()
        self.text.selectAll()

    def _focus_train(self) -> None:
        self.train.setFocus()
        self.train.selectAll()

    def _typed(self) -> None:
        text = self.text.text()
        self.text.clear()
        self.presenter.check(text)

    def _train_set(self, text: str) -> None:
        self.presenter.service = text.strip()

    def _clear(self) -> None:
        self.presenter.clear()
        self._focus()

    def _choose_picture(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, self.t("A picture of a ticket"), "", self.t("Pictures (*.png *.jpg *.jpeg)")
        )
        if path:
            self.presenter.check_picture(Path(path))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if self.presenter.reads_pictures and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        for url in event.mimeData().urls()[: check.CODES_IN_PICTURE_MAX]:
            if url.isLocalFile():
                self.presenter.check_picture(Path(url.toLocalFile()))
        event.acceptProposedAction()

    # ---- what shows
    def _sound(self, found: CheckedTicket) -> None:
        """The system's own sound where somebody has to be stopped: the clerk looks at the passenger, not here."""
        if not found.verdict.good:
            QApplication.beep()

    def _show(self) -> None:
        t, found = self.t, self.presenter.shown
        mood = ""
        if found is None:
            self._mark.setText("")
            self.verdict.setText(t("Ready"))
            self._to_do.setText(t("Scan the code on a ticket. It works without a network."))
            self._reason.setText("")
        else:
            said = SAID[found.verdict]
            mood = said.mood
            self._mark.setText(said.mark)
            self.verdict.setText(t(said.title))
            self._to_do.setText(t(said.to_do))
            self._reason.setText(check.reason(found, t, self._zone))
        for label in (self._mark, self.verdict):
            label.set_mood(MOODS.get(mood, ""))
        self._mark.setVisible(found is not None)
        self._reason.setVisible(bool(self._reason.text()))
        self._banner.set_mood(MOODS.get(mood, ""))
        shown = [] if found is None else check.facts(found, t)
        for place, fact in enumerate(self._facts):
            fact.setVisible(place < len(shown))
            if place < len(shown):
                fact.set(shown[place].caption, shown[place].value)
        self._banner.setAccessibleName(f"{self.verdict.text()}. {self._to_do.text()}")
        self.table.set_rows(list(self.presenter.last))
        self.fkeys_changed.emit()
