"""Where the screens stand: at a large scale on a small screen one scrolls; keys and status never do."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from ui.widgets.basic import Pages, Scroll

AROUND_PX = 24


class Sight(Scroll):
    """What has the keyboard is scrolled to."""

    def __init__(self) -> None:
        super().__init__()
        self.pages = Pages()
        self.setWidget(self.pages)
        QApplication.instance().focusChanged.connect(self._to_sight)  # type: ignore[union-attr] # there is one

    def end(self) -> None:
        QApplication.instance().focusChanged.disconnect(self._to_sight)  # type: ignore[union-attr] # as above

    def _to_sight(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.pages.isAncestorOf(now):
            QTimer.singleShot(0, self._see_focus)  # once the layout has settled

    def _see_focus(self) -> None:
        here = QApplication.focusWidget()
        if here is not None and self.pages.isAncestorOf(here):
            self.ensureWidgetVisible(here, AROUND_PX, AROUND_PX)
