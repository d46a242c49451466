"""A picture of a roll's width and of the dots that a profile prints on it, to scale."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import Theme

ROLLS_MM: Final = (58, 80)
MM_PER_INCH: Final = 25.4


class PaperWidths(QWidget):
    """The two usual rolls, one above the other; what is printed on the chosen one is filled."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._dots, self._dpi = 0, 203
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)
        theme.changed.connect(self.update)

    def show_width(self, dots: int, dpi: int) -> None:
        """0: nothing is chosen."""
        self._dots, self._dpi = dots, dpi
        self.setAccessibleName(f"{dots} · {self.printed_mm} mm" if dots else "")
        self.update()

    @property
    def printed_mm(self) -> int:
        return round(self._dots / self._dpi * MM_PER_INCH)

    @property
    def roll_mm(self) -> int:
        """The narrowest roll that takes it."""
        return next((roll for roll in ROLLS_MM if self.printed_mm <= roll), ROLLS_MM[-1])

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        px = self._theme.tokens().px
        return QSize(px(300), px(96))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        del event
        tokens, painter = self._theme.tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font("small"))
        label = painter.fontMetrics().horizontalAdvance("80 mm") + tokens.px(10)
        scale = (self.width() - label - tokens.px(4)) / ROLLS_MM[-1]
        tall, gap = tokens.px(38), tokens.px(12)
        for place, roll in enumerate(ROLLS_MM):
            top = tokens.px(4) + place * (tall + gap)
            chosen = bool(self._dots) and roll == self.roll_mm
            painter.setPen(self._theme.colour("text" if chosen else "text_muted"))
            painter.drawText(QRectF(0, top, label, tall), int(Qt.AlignmentFlag.AlignVCenter), f"{roll} mm")
            paper = QRectF(label, top, roll * scale, tall)
            painter.setPen(QPen(self._theme.colour("line_strong"), 1))
            painter.setBrush(self._theme.colour("paper"))
            painter.drawRect(paper)
            if chosen:
                wide = self.printed_mm * scale
                printed = QRectF(paper.center().x() - wide / 2, top + tokens.px(5), wide, tall - tokens.px(10))
                painter.setBrush(self._theme.colour("accent"))
                painter.setPen(Qt.PenStyle.NoPen)
                painter.drawRect(printed)
                painter.setPen(self._theme.colour("accent_text"))
                words = f"{self._dots} · {self.printed_mm} mm"
                painter.drawText(printed, int(Qt.AlignmentFlag.AlignCenter), words)
        painter.end()
