"""A dialog over the window that does not hold the program: it is opened, and tells when it ends."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from ui.widgets.basic import Button, Choice, Edit, Label, row

ABOVE_PX = 60  # a title bar and a panel, which a dialog leaves free


def fit(dialog: QDialog) -> None:
    """As tall as its wrapped words need. By itself a dialog with such words is two thirds of the screen at most, and on

    a small one its fields would be cut.
    """
    layout, screen = dialog.layout(), dialog.screen().availableGeometry()
    assert layout is not None
    layout.activate()
    width = max(dialog.minimumWidth(), min(layout.sizeHint().width(), screen.width()))
    needed = layout.heightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()
    height = min(needed, screen.height() - ABOVE_PX)
    dialog.setMinimumHeight(height)
    dialog.resize(width, height)


class Popup(QDialog):
    """``body`` takes what is asked; ``yes`` is its main button, ``no`` leaves. Esc leaves too.

    Enter anywhere but in a field or on a button presses ``yes``; a disabled one does nothing.
    """

    def __init__(self, parent: QWidget, title: str, yes: str, no: str, *, width: int = 560) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(width)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(Label(title, role="title"))
        self.body = QVBoxLayout()
        self.body.setSpacing(10)
        column.addLayout(self.body)
        self.answer = Label(role="strong", wrap=True)
        self.answer.hide()
        column.addWidget(self.answer)
        self.yes, self.no = Button("primary", self.on_yes, yes), Button("", self.reject, no)
        column.addLayout(row(None, self.no, self.yes))
        self.finished.connect(lambda _result: parent.window().activateWindow())

    def on_yes(self) -> None:
        """To override; closes with success."""
        self.accept()

    def say(self, words: str, mood: str = "") -> None:
        """What became of it, above the buttons; "" takes it away."""
        from ui.widgets.chrome import MOODS  # noqa: PLC0415 - chrome knows the shell, which opens popups

        self.answer.setText(words)
        self.answer.set_mood(MOODS.get(mood, ""))
        self.answer.setVisible(bool(words))
        if self.isVisible():
            fit(self)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        fit(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if not isinstance(self.focusWidget(), Edit | Choice):  # these say themselves where Enter leads
                self.yes.click()
        else:
            super().keyPressEvent(event)
