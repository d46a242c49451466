"""A slip or report on screen, block by block as it will stand on paper. Plain text; words are the slip's own."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from counter_app.domain.papers import Block, Code, Pair, Rule, Slip, Strength, Table, Text, Verbatim
from ui.widgets import basic
from ui.widgets.basic import Label, Role

_ROLES: dict[Strength, Role] = {
    Strength.PLAIN: "paper",
    Strength.STRONG: "paper_strong",
    Strength.LARGE: "paper_large",
    Strength.FAINT: "paper_faint",
}
_ALIGN = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
    "l": Qt.AlignmentFlag.AlignLeft,
    "c": Qt.AlignmentFlag.AlignHCenter,
    "r": Qt.AlignmentFlag.AlignRight,
}


COLUMNS_APART_PX = 20  # a count beside an amount reads as one figure, else


class SlipView(QFrame):
    """``show_slip`` for a composed slip, ``show_picture`` for one that the printers drew (PNG)."""

    def __init__(self, width: int = 400) -> None:
        super().__init__()
        self.setProperty("role", "sheet")
        self.setFixedWidth(width)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(22, 20, 22, 24)
        self._column.setSpacing(5)

    def clear(self) -> None:
        _empty(self._column)

    def show_picture(self, png: bytes) -> None:
        self.clear()
        picture = QPixmap()
        picture.loadFromData(png)
        label = Label()
        room = self.width() - 44
        label.setPixmap(picture.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation))
        self._column.addWidget(label)

    def show_slip(self, slip: Slip) -> None:
        self.clear()
        title = Label(slip.title, role="paper_large", wrap=True)
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._column.addWidget(title)
        if slip.subtitle:
            sub = Label(slip.subtitle, role="paper_faint", wrap=True)
            sub.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            self._column.addWidget(sub)
        for number, part in enumerate(slip.named()):
            if number:
                self._column.addWidget(basic.Rule())
            for block in part.blocks:
                self._column.addWidget(_draw(block))
        self._column.addStretch(1)


def _draw(block: Block) -> QWidget:
    match block:
        case Text():
            label = Label(block.text, role=_ROLES[block.strength], wrap=True)
            label.setAlignment(_ALIGN[block.align])
            return label
        case Pair():
            line = QWidget()
            left, right = Label(block.label, role=_ROLES[block.strength]), Label(block.value)
            right.set_role(_ROLES[block.strength])
            basic_row = basic.row(left, None, right)
            line.setLayout(basic_row)
            return line
        case Table():
            return _table(block)
        case Rule():
            return basic.Rule()
        case Code():
            return Label(block.content, role="paper_faint", wrap=True)
        case Verbatim():
            return Label("\n".join(block.lines), role="paper_faint")


def _table(block: Table) -> QWidget:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setVerticalSpacing(3)
    grid.setHorizontalSpacing(COLUMNS_APART_PX)
    for line, cells in enumerate((block.head, *block.rows)):
        for place, text in enumerate(cells):
            label = Label(text, role="paper_faint" if line == 0 else "paper")
            grid.addWidget(label, line, place, _ALIGN[block.align[place]])
    grid.setColumnStretch(0, 1)
    return holder


def _empty(layout: QVBoxLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            basic.discard(widget)
