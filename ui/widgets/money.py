"""Typing money, and counting a drawer by denomination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtGui import QKeyEvent, QRegularExpressionValidator
from PySide6.QtWidgets import QGridLayout, QWidget

from counter_app.domain.money import Money, parse_amount
from counter_app.texts import Texts
from ui.presenters import words
from ui.widgets.basic import Edit, Label

_AMOUNT = QRegularExpression(r"[0-9０-９]{0,9}([.,．，。][0-9０-９]{0,3})?")
_PIECES = QRegularExpression(r"[0-9０-９]{0,5}")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


class MoneyEdit(Edit):
    """An amount as a clerk types it, full-width digits too. ``changed`` carries Money or None."""

    changed = Signal(object)

    def __init__(self, currency: str, *, large: bool = False) -> None:
        super().__init__("figure" if large else "", limit=14)
        self._currency = currency
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setValidator(QRegularExpressionValidator(_AMOUNT, self))
        self.textChanged.connect(self._typed)

    def money(self) -> Money | None:
        """None when empty or not an amount."""
        try:
            return parse_amount(self.text(), self._currency) if self.text().strip() else None
        except ValueError:
            return None

    def set_money(self, amount: Money | None) -> None:
        self.setText(amount.plain() if amount is not None else "")

    def _typed(self, text: str) -> None:
        self.set_invalid(bool(text.strip()) and self.money() is None)
        self.changed.emit(self.money())


class _Pieces(Edit):
    """Up and Down walk the list as Tab does. ``ended``: on from the last."""

    ended = Signal()
    last = False

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if self.last:
                self.ended.emit()
            else:
                self.focusNextChild()
        elif event.key() == Qt.Key.Key_Up:
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)


class CashCount(QWidget):
    """Pieces per denomination, largest first, with the sum of each and of all. ``changed`` carries the total,

    ``ended`` says that the clerk went on from the last one.
    """

    changed = Signal(object)  # Money
    ended = Signal()

    def __init__(self, currency: str, denominations: Sequence[int]) -> None:
        super().__init__()
        self._currency = currency
        self._names: dict[int, Label] = {}
        self._edits: dict[int, _Pieces] = {}
        self._sums: dict[int, Label] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        half = (len(denominations) + 1) // 2
        for place, value in enumerate(denominations):
            side, line = (place // half, place % half) if half else (0, 0)
            name, total = Label(role="strong"), Label(role="muted")
            edit = _Pieces(limit=5)
            edit.setAlignment(Qt.AlignmentFlag.AlignRight)
            edit.setValidator(QRegularExpressionValidator(_PIECES, edit))
            edit.setPlaceholderText("0")
            edit.setMaximumWidth(110)
            edit.textChanged.connect(lambda _text: self._typed())
            name.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            total.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            total.setMinimumWidth(96)
            for offset, widget in enumerate((name, edit, total)):
                grid.addWidget(widget, line, side * 4 + offset)
            self._names[value], self._edits[value], self._sums[value] = name, edit, total
        grid.setColumnMinimumWidth(3, 28)
        grid.setColumnStretch(7, 1)
        edits = list(self._edits.values())
        for edit in edits[-1:]:
            edit.last = True
            edit.ended.connect(self.ended)
        for one, other in pairwise(edits):
            QWidget.setTabOrder(one, other)

    def retranslate(self, t: Texts) -> None:
        for value, label in self._names.items():
            label.setText(words.denomination(value, self._currency, t))
            self._edits[value].setAccessibleName(
                t("Pieces of {value}", value=words.denomination(value, self._currency, t))
            )
        self._typed()

    def before(self, after: QWidget) -> None:
        """Tab leads from the last one to ``after``, whatever was made first."""
        for edit in list(self._edits.values())[-1:]:
            QWidget.setTabOrder(edit, after)

    def pieces(self) -> dict[int, int]:
        """Denomination in minor units -> pieces, zeros left out."""
        counted = {value: _number(edit.text()) for value, edit in self._edits.items()}
        return {value: count for value, count in counted.items() if count}

    def set_pieces(self, pieces: Mapping[int, int]) -> None:
        for value, edit in self._edits.items():
            count = pieces.get(value, 0)
            edit.setText(str(count) if count else "")

    def total(self) -> Money:
        return Money(sum(value * count for value, count in self.pieces().items()), self._currency)

    def focus_first(self) -> None:
        for edit in self._edits.values():
            edit.setFocus()
            edit.selectAll()
            return

    def _typed(self) -> None:
        for value, edit in self._edits.items():
            count = _number(edit.text())
            self._sums[value].setText(words.money(Money(value * count, self._currency)) if count else "")
        self.changed.emit(self.total())


def _number(text: str) -> int:
    plain = text.strip().translate(_FULL_WIDTH)
    return int(plain) if plain.isdigit() else 0
