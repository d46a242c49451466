"""A dialog over the window that does not hold the program: it is opened, and tells when it ends."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from ui.widgets.basic import Button, Choice, Edit, Label, row


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

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if not isinstance(self.focusWidget(), Edit | Choice):  # these say themselves where Enter leads
                self.yes.click()
        else:
            super().keyPressEvent(event)
