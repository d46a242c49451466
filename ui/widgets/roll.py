"""The virtual printer's paper beside the window: sheets as they came out, the newest at the bottom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from counter_app.application.views import Sheet
from ui.presenters.lane import Lane, Trouble
from ui.presenters.printers import printer_name
from ui.widgets.basic import Button, Card, Choice, Label, Scroll, discard, row

if TYPE_CHECKING:
    from ui.shell.screen import Shell

SHOWN_MAX = 30  # a roll of a whole day would hold hundreds of megabytes of pictures
ZOOMS_PERCENT = (60, 80, 100, 130, 170)  # of the roll's width


class Roll(QWidget):
    """``sheets`` runs on the READ lane. A sheet is as wide as the roll; ``closed`` when the clerk puts it away."""

    closed = Signal()

    def __init__(self, shell: Shell, sheets: Callable[[], Sequence[Sheet]]) -> None:
        super().__init__()
        self.setProperty("role", "roll")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._shell = shell
        self._sheets = sheets
        self._zoom = 2
        self._all: list[Sheet] = []
        self._shown: list[Sheet] = []
        self._asking = False
        self._empty = Label(role="muted", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._scroll = Scroll()
        self._scroll.body.setContentsMargins(12, 12, 12, 24)
        self._scroll.body.setSpacing(14)
        self._out, self._in = Button("quiet", lambda: self._step(-1), "−"), Button("quiet", lambda: self._step(1), "+")
        self._caption = Label(role="lead")
        self.printer = Choice()  # where there are rolls of several
        self.printer.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.printer.currentIndexChanged.connect(lambda _index: self._draw())
        self.printer.hide()
        self._shut = Button("quiet", self.closed.emit, "✕")
        for button in (self._out, self._in, self._shut):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 8, 0, 0)  # the line at the left stays free
        head = row(self._caption, None, self._out, self._in, self._shut, spacing=2)
        head.setContentsMargins(16, 0, 8, 0)
        column.addLayout(head)
        choice = row(self.printer)
        choice.setContentsMargins(16, 0, 16, 0)
        column.addLayout(choice)
        column.addWidget(self._scroll, 1)
        # The end of the roll is known only once the layout has settled.
        self._scroll.verticalScrollBar().rangeChanged.connect(lambda _low, high: self._to_end(high))

    def retranslate(self) -> None:
        t = self._shell.t
        self._caption.setText(t("Paper roll"))
        self._empty.setText(t("Nothing has come out of the virtual printer yet."))
        self._in.setAccessibleName(t("Larger"))
        self._out.setAccessibleName(t("Smaller"))
        self._shut.setAccessibleName(t("Close"))
        self._shut.setToolTip("Ctrl+P")
        self.printer.setAccessibleName(t("Printer"))
        self._fill()
        if self._all:
            self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        before = event.oldSize().width()
        super().resizeEvent(event)
        if self._shown and before != event.size().width():
            self._draw()

    def refresh(self) -> None:
        if self._asking or not self.isVisibleTo(self.window()):
            return
        self._asking = True
        self._shell.lanes.run(
            Lane.READ, lambda: list(self._sheets())[-SHOWN_MAX:], done=self._have, failed=self._failed
        )

    def _have(self, sheets: list[Sheet]) -> None:
        self._asking = False
        self._all = sheets
        self._fill()
        self._draw()

    def _fill(self) -> None:
        """A choice of printers only where there are several."""
        names = list(dict.fromkeys(sheet.printer for sheet in self._all if sheet.printer))
        before = self.printer.currentData()
        self.printer.blockSignals(True)
        self.printer.clear()
        self.printer.addItem(self._shell.t("All printers"), "")
        for name in names:
            self.printer.addItem(printer_name(name, self._shell.t), name)
        self.printer.setCurrentIndex(max(0, self.printer.findData(before)))
        self.printer.blockSignals(False)
        self.printer.setVisible(len(names) > 1)

    def _failed(self, trouble: Trouble) -> None:
        self._asking = False
        self._shell.refuse(trouble)

    def _step(self, steps: int) -> None:
        self._zoom = max(0, min(len(ZOOMS_PERCENT) - 1, self._zoom + steps))
        self._draw()

    def _draw(self) -> None:
        wanted = str(self.printer.currentData() or "")
        self._shown = [sheet for sheet in self._all if not wanted or sheet.printer == wanted]
        body = self._scroll.body
        while body.count():
            item = body.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is self._empty:
                widget.hide()
            elif widget is not None:
                discard(widget)
        if not self._shown:
            body.addWidget(self._empty)
            self._empty.show()
            return
        body.addStretch(1)
        for sheet in self._shown:
            picture = QPixmap()
            picture.loadFromData(sheet.png)
            # 12 px on either side of the sheet, 8 + 1 inside it, the roll's own line at the left, and the scroll bar
            # whether it shows or not.
            bar = self._scroll.verticalScrollBar().sizeHint().width()
            width = max(1, (self.width() - 43 - bar) * ZOOMS_PERCENT[self._zoom] // 100)
            paper = Card(margin=8, role="sheet")
            label = Label()
            label.setPixmap(picture.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation))
            label.setAccessibleName(sheet.title)
            paper.body.addWidget(label)
            if not self.printer.isHidden() and not wanted:
                body.addWidget(Label(printer_name(sheet.printer, self._shell.t), role="caption"))
            body.addWidget(paper, 0, Qt.AlignmentFlag.AlignHCenter)

    def _to_end(self, end: int) -> None:
        self._scroll.verticalScrollBar().setValue(end)
