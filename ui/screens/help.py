"""The clerk's guide beside the keys: the section of the screen one came from, and a list of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtGui import QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QTextBrowser

from ui.presenters import guide
from ui.shell.screen import FKey, Screen, Shell

if TYPE_CHECKING:
    from ui.shell.window import MainWindow


class HelpScreen(Screen):
    name = "help"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._folder = cast("MainWindow", shell).parts.resources / "help"
        self._sections: dict[str, str] = {}
        self._topic = "home"
        self._list = QListWidget()
        self._list.setFixedWidth(220)
        self._page = QTextBrowser()  # our own text, not data: the one place where markup is read
        self._page.setOpenLinks(False)
        line = QHBoxLayout(self)
        line.setContentsMargins(24, 12, 24, 16)
        line.setSpacing(16)
        line.addWidget(self._list)
        self._page.setMaximumWidth(860)
        line.addWidget(self._page, 1)
        line.addStretch(0)
        self._list.currentRowChanged.connect(self._chosen)

    def title(self) -> str:
        return self.t("Help")

    def retranslate(self) -> None:
        self._sections = guide.sections(self._folder, self.t.language)
        self._list.blockSignals(True)
        self._list.clear()
        self._list.addItems([guide.heading(text) for text in self._sections.values()])
        self._list.blockSignals(False)
        self._list.setAccessibleName(self.t("Topics"))
        self._page.setAccessibleName(self.t("Help"))
        self._turn_to(self._topic)

    def fkeys(self) -> list[FKey]:
        return [FKey("Esc", self.t("Back"), self.shell.back)]

    def on_enter(self, **kwargs: object) -> None:
        self._turn_to(str(kwargs.get("topic", "home")))
        self._list.setFocus()

    def _turn_to(self, topic: str) -> None:
        names = list(self._sections)
        self._topic = topic if topic in names else "home"
        self._list.setCurrentRow(names.index(self._topic))
        self._chosen(names.index(self._topic))

    def _chosen(self, place: int) -> None:
        if place >= 0:
            self._topic = list(self._sections)[place]
            self._page.setMarkdown(self._sections[self._topic])
            self._space()

    def _space(self) -> None:
        """Markdown comes without air between its paragraphs."""
        gap = self.shell.theme.tokens().space["m"]
        cursor = QTextCursor(self._page.document())
        while True:
            form = cursor.blockFormat()
            form.setBottomMargin(gap)
            form.setLineHeight(140.0, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            cursor.setBlockFormat(form)
            if not cursor.movePosition(QTextCursor.MoveOperation.NextBlock):
                return
