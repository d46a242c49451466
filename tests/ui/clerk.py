"""A clerk at the keyboard: keys go to whatever has the focus, as they do at a window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from tests.ui.stage import Stage

ENTER = Qt.Key.Key_Return
ESC = Qt.Key.Key_Escape


class Clerk:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.presses = 0
        self._to_front()

    def _to_front(self) -> None:
        self.stage.window.activateWindow()
        assert QTest.qWaitForWindowActive(self.stage.window)

    @property
    def focus(self) -> QWidget:
        if not self.stage.window.isActiveWindow():  # the window of the test before may take its leave late
            self._to_front()
        widget = QApplication.focusWidget()
        assert widget is not None, "nothing has the focus: a clerk could not go on"
        return widget

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(self.focus, key)
            self.presses += 1
            self.stage.settle()

    def type(self, text: str) -> None:
        """Latin by keys; Chinese as an input method commits it."""
        if text.isascii():
            QTest.keyClicks(self.focus, text)
        else:
            edit = self.focus
            assert isinstance(edit, QLineEdit)
            edit.insert(text)
            edit.textEdited.emit(edit.text())
        self.stage.settle()
