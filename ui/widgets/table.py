"""A table of rows that are values: one object a row, words per column. Plain text, keyboard first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QToolTip

from ui.theme import Theme
from ui.widgets.basic import Label

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex
_NONE = QModelIndex()
STRETCH_PX = 160  # at 100 %: what a column that takes the rest keeps, before others grow


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[R]):
    """``title`` is asked anew at each change of language. ``width`` in pixels at 100 %; 0 takes what is left."""

    title: Callable[[], str]
    text: Callable[[R], str]
    width: int = 0
    right: bool = False
    mood: Callable[[R], str] | None = None  # colour role of the text: ok, warn, bad, text_muted, ...
    strong: bool = False


class _Model(QAbstractTableModel, Generic[R]):
    def __init__(self, columns: Sequence[Column[R]], theme: Theme) -> None:
        super().__init__()
        self.columns = columns
        self.rows: list[R] = []
        self._theme = theme

    def rowCount(self, parent: Index = _NONE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NONE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column = self.columns[index.column()]
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return column.text(row)
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
                return int(side | Qt.AlignmentFlag.AlignVCenter)
            case Qt.ItemDataRole.ForegroundRole if column.mood is not None:
                name = column.mood(row)
                return self._theme.colour(name) if name else None
            case Qt.ItemDataRole.FontRole if column.strong:
                return self._theme.font(strong=True)
        return None

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self.columns[section].right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def replace(self, rows: Sequence[R]) -> None:
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()


class DataTable(QTableView, Generic[R]):
    """``on_choose`` hears the row under the cursor, ``on_open`` Enter or a double click."""

    def __init__(
        self,
        columns: Sequence[Column[R]],
        theme: Theme,
        *,
        on_choose: Callable[[R | None], None] | None = None,
        on_open: Callable[[R], None] | None = None,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._on_choose: Callable[[R | None], None] | None = None  # set last: the view calls while it is being built
        self._on_open = on_open
        self._model: _Model[R] = _Model(columns, theme)
        self.setModel(self._model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)  # Tab leaves the table: a till is walked with Tab
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        for place, column in enumerate(columns):
            mode = QHeaderView.ResizeMode.Interactive if column.width else QHeaderView.ResizeMode.Stretch
            head.setSectionResizeMode(place, mode)
        self._empty = Label("", role="muted", wrap=True)
        self._empty.setParent(self.viewport())
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty_words: Callable[[], str] = str
        self.doubleClicked.connect(lambda _index: self._open())
        theme.changed.connect(self._sizes)
        self._sizes()
        self._on_choose = on_choose

    def set_empty(self, words: Callable[[], str]) -> None:
        """What stands there when there are no rows: say why, and what to do."""
        self._empty_words = words
        self._say_empty()

    def set_rows(self, rows: Sequence[R], *, keep: Callable[[R], object] | None = None) -> None:
        """``keep``: identity of a row, so that the cursor stays on it."""
        before = self.chosen()
        wanted = keep(before) if keep is not None and before is not None else None
        self._model.replace(rows)
        self._say_empty()
        place = 0
        if keep is not None and wanted is not None:
            place = next((i for i, row in enumerate(rows) if keep(row) == wanted), 0)
        if rows:
            self.selectRow(place)
        elif self._on_choose is not None:
            self._on_choose(None)

    def rows(self) -> Sequence[R]:
        return self._model.rows

    def chosen(self) -> R | None:
        place = self.currentIndex().row()
        return self._model.rows[place] if 0 <= place < len(self._model.rows) else None

    def retranslate(self) -> None:
        self.setAccessibleName(", ".join(filter(None, (column.title() for column in self._model.columns))))
        self._model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._model.columns) - 1)
        self.viewport().update()
        self._say_empty()

    def currentChanged(self, current: Index, previous: Index) -> None:  # noqa: N802 - Qt's name
        super().currentChanged(current, previous)
        if self._on_choose is not None:
            self._on_choose(self.chosen())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self._on_open is not None:
            self._open()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._empty.setGeometry(self.viewport().rect().adjusted(24, 8, -24, -8))
        self._widths()

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """A cell that is cut says all of it under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            index = self.indexAt(event.pos())
            cut = index.isValid() and self.sizeHintForIndex(index).width() > self.columnWidth(index.column())
            QToolTip.showText(event.globalPos(), str(index.data()) if cut else "", self)
            return True
        return super().viewportEvent(event)

    def _open(self) -> None:
        row = self.chosen()
        if row is not None and self._on_open is not None:
            self._on_open(row)

    def _say_empty(self) -> None:
        self._empty.setText(self._empty_words())
        self._empty.setVisible(not self._model.rows)
        self.horizontalHeader().setVisible(bool(self._model.rows))  # no headings over nothing
        self._sizes()

    def _sizes(self) -> None:
        tokens = self._theme.tokens()
        self.verticalHeader().setDefaultSectionSize(tokens.size["row"])
        self.horizontalHeader().setMinimumHeight(tokens.size["row"])
        self._widths()

    def _widths(self) -> None:
        """Never narrower than the heading is in this language; as wide as what is shown, where there is room for it.

        Where there is not, what one column does not need goes to those that would be cut.
        """
        tokens, head = self._theme.tokens(), self.horizontalHeader()
        shown = [place for place in range(len(self._model.columns)) if not self.isColumnHidden(place)]
        fixed = {place: self._model.columns[place].width for place in shown if self._model.columns[place].width}
        widths = {place: max(tokens.px(width), head.sectionSizeHint(place)) for place, width in fixed.items()}
        needs = {place: max(self.sizeHintForColumn(place), head.sectionSizeHint(place)) for place in fixed}
        free = self.viewport().width() - sum(widths.values()) - tokens.px(STRETCH_PX) * (len(shown) - len(fixed))
        cut = sum(max(0, needs[place] - width) for place, width in widths.items())
        for place, width in widths.items():
            given = max(0, min(cut - free, width - needs[place]))
            free += given
            widths[place] -= given
        for place, width in widths.items():
            more = max(0, min(free, needs[place] - width))
            free -= more
            self.setColumnWidth(place, width + more)
