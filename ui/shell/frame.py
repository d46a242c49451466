"""How the window's parts stand: the rail at the left, lines above the screen, keys below, paper beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget


class ScreenHead(QFrame):
    """The screen's title, and what is going on."""

    def hold(self, title: QWidget, busy: QWidget) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(24, 14, 24, 2)
        line.addWidget(title)
        line.addStretch(1)
        line.addWidget(busy)


class WindowPage(QWidget):
    """``beside``: the line of the screen, for what stands at its right."""

    def __init__(self, rail: QWidget, above: Sequence[QWidget], screen: QWidget, keys: QWidget) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self.beside = QHBoxLayout()
        self.beside.setSpacing(0)
        self.beside.addWidget(screen, 1)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        for widget in above:
            right.addWidget(widget)
        right.addLayout(self.beside, 1)
        right.addWidget(keys)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(rail)
        line.addLayout(right, 1)
