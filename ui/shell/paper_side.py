"""The virtual printer's paper beside the screens, where there is room for both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QHBoxLayout

if TYPE_CHECKING:
    from ui.shell.window import MainWindow
    from ui.widgets.roll import Roll

FROM_PX: Final = 1240  # at 100 %: beside most screens
ALWAYS_PX: Final = 1560  # beside all of them
PX_MIN, PX_MAX, PERCENT = 280, 440, 23  # of the window's width


class PaperSide:
    """With a real printer there is none, and nothing is shown. ``beside``: the line that the screens stand in."""

    def __init__(self, window: MainWindow, beside: QHBoxLayout) -> None:
        self._window = window
        self._beside = beside
        self._roll: Roll | None = None
        self._wanted = False

    @property
    def shown(self) -> bool:
        return self._roll is not None and self._roll.isVisibleTo(self._window)

    def show(self) -> None:
        sheets = self._window.parts.sheets
        if sheets is None:
            return
        if self._roll is None:
            from ui.widgets.roll import Roll  # noqa: PLC0415 - only where there is a virtual printer

            self._roll = Roll(self._window, sheets)
            self._roll.closed.connect(self.hide)
            self._beside.addWidget(self._roll)
            self._roll.retranslate()
        self._wanted = True
        self.make_room()

    def hide(self) -> None:
        self._wanted = False
        self.make_room()

    def toggle(self) -> None:
        if self.shown:
            self.hide()
        else:
            self.show()

    def refresh(self) -> None:
        if self._roll is not None:
            self._roll.refresh()

    def retranslate(self) -> None:
        if self._roll is not None:
            self._roll.retranslate()

    def make_room(self) -> None:
        """Where both do not fit, a screen that needs the width has it alone."""
        roll, window = self._roll, self._window
        if roll is None:
            return
        here, px = window.current, window.theme.tokens().px
        before = roll.isVisibleTo(window)
        able = window.width() >= px(ALWAYS_PX) or (window.width() >= px(FROM_PX) and not (here and here.needs_width))
        shown = self._wanted and not window.locked and able
        roll.setFixedWidth(max(PX_MIN, min(PX_MAX, window.width() * PERCENT // 100)))
        roll.setVisible(shown)
        if shown and not before:
            roll.refresh()
