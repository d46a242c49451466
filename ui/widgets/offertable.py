"""The results of a search: a row per run, a column per class. Arrow keys walk the classes; Enter sells the cell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from counter_app.application.views import ClassOffer, RunOffer
from counter_app.texts import Texts
from ui.presenters import words
from ui.presenters.offers import CLOSED, Cell, Offers, run_minutes, run_times
from ui.theme import Theme
from ui.widgets.basic import Label

Index = QModelIndex | QPersistentModelIndex
_NONE = QModelIndex()
FIXED = 4  # service, departure, arrival, duration
_WIDTHS = (92, 74, 92, 108)  # at 100 %: what they have where there is room
_PAD = 8  # left and right of a cell's words
_GAP = 10  # at 100 %: between a fare and what is free
CLASS_PX_MIN, CLASS_PX_MAX = 128, 250
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class _Model(QAbstractTableModel):
    def __init__(self, t: Texts) -> None:
        super().__init__()
        self.t = t
        self.offers = Offers()
        self.runs: list[RunOffer] = []
        self.classes: list[str] = []

    def rowCount(self, parent: Index = _NONE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(self.runs)

    def columnCount(self, parent: Index = _NONE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else FIXED + len(self.classes)

    def cell(self, index: Index) -> Cell | None:
        return self.offers.cell(self.runs[index.row()], self.classes[index.column() - FIXED], self.t)

    def words(self, index: Index) -> str:
        run = self.runs[index.row()]
        depart, arrive = run_times(run)
        match index.column():
            case 0:
                return run.service
            case 1:
                return depart
            case 2:
                return arrive
            case 3 if run.closed:
                return self.t(CLOSED.get(run.closed, run.closed))
            case 3:
                return words.duration(run_minutes(run), self.t)
        cell = self.cell(index)
        return f"{cell.fare} {cell.free}" if cell else ""

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.words(index)
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() >= FIXED:
            run = self.runs[index.row()]
            name = words.travel_class(self.classes[index.column() - FIXED], self.t)
            return f"{run.service} {run.depart:%H:%M} {name} {self.words(index)}"
        return None

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            fixed = (self.t("Service"), self.t("Departure"), self.t("Arrives"), self.t("Duration"))
            if section < FIXED:
                return fixed[section]
            return words.travel_class(self.classes[section - FIXED], self.t).replace(", ", ",\n")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(_LEFT)
        return None

    def replace(self, offers: Offers) -> None:
        self.beginResetModel()
        self.offers = offers
        self.runs = offers.shown()
        self.classes = offers.classes()
        self.endResetModel()


class _Painter(QStyledItemDelegate):
    def __init__(self, table: OfferTable, theme: Theme) -> None:
        super().__init__(table)
        self._table = table
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        c = self._theme.colour
        model = self._table.offers_model
        run = model.runs[index.row()]
        here = self._table.currentIndex()
        rect: QRect = option.rect
        mine = index.row() == here.row()
        chosen = mine and index.column() == here.column()
        painter.save()
        if mine:
            painter.fillRect(rect, c("accent_soft"))
        inner = rect.adjusted(_PAD, 0, -_PAD, 0)
        if index.column() < FIXED:
            faint = bool(run.closed)
            painter.setPen(c("accent_soft_text" if mine else "text_muted" if faint else "text"))
            painter.setFont(self._theme.font("body", strong=index.column() < 2))
            painter.drawText(inner, _LEFT, model.words(index))
        else:
            free = inner.adjusted(self._table.fare_room(index.column()), 0, 0, 0)
            self._cell(painter, inner, free, model.cell(index), chosen=chosen, mine=mine)
        if chosen:
            painter.setPen(QPen(c("focus") if self._table.hasFocus() else c("accent"), 2))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        painter.restore()

    def _cell(
        self, painter: QPainter, rect: QRect, free: QRect, cell: Cell | None, *, chosen: bool, mine: bool
    ) -> None:
        c = self._theme.colour
        if cell is None:
            painter.setPen(c("text_disabled"))
            painter.drawText(rect, _LEFT, "·")
            return
        painter.setFont(self._theme.font("body", strong=chosen))
        painter.setPen(c("accent_soft_text" if mine else "text" if cell.sellable else "text_muted"))
        painter.drawText(rect, _LEFT, cell.fare)
        painter.setFont(self._theme.font("small", strong=cell.sellable))
        painter.setPen(c("accent_soft_text" if mine else "ok" if cell.sellable else "text_muted"))
        painter.drawText(free, _LEFT, cell.free)


class OfferTable(QTableView):
    """``opened`` carries (RunOffer, fare class); ``moved`` when the cursor's run or class changes."""

    opened = Signal(object, str)
    moved = Signal()

    def __init__(self, theme: Theme, t: Texts) -> None:
        super().__init__()
        self._theme = theme
        self._t = t
        self.offers_model = _Model(t)
        self._fare_room: list[int] = []
        self._wants: list[int] = []
        self.setModel(self.offers_model)
        self.setItemDelegate(_Painter(self, theme))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        self._empty = Label("", role="muted", wrap=True)
        self._empty.setParent(self.viewport())
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.doubleClicked.connect(lambda _index: self.open_here())
        theme.changed.connect(self._measure)
        self._measure()

    def show_offers(self, offers: Offers, wanted: str | None, service: str | None, empty: str) -> None:
        """The cursor stays on its run and class, else goes to the first that can be sold (``service`` first)."""
        before = self.chosen()
        self.offers_model.replace(offers)
        self._measure()
        self._empty.setText(empty)
        self.setAccessibleName(self._t("Services"))
        self._empty.setVisible(not self.offers_model.runs)
        self.horizontalHeader().setVisible(bool(self.offers_model.runs))  # no headings over nothing
        runs = self.offers_model.runs
        if not runs:
            return
        row = next((i for i, run in enumerate(runs) if service and run.service == service), None)
        column = wanted
        if row is None and before is not None:
            row = next((i for i, run in enumerate(runs) if run.run == before[0].run), None)
            column = wanted or before[1]
        if row is None:
            able = [i for i, run in enumerate(runs) if any(offers.sellable(run, offer) for offer in run.classes)]
            row = able[0] if able else 0
        chosen = offers.best_class(runs[row], column)
        self._put(row, FIXED + (self.offers_model.classes.index(chosen) if chosen else 0))

    def chosen(self) -> tuple[RunOffer, str] | None:
        index = self.currentIndex()
        model = self.offers_model
        if not index.isValid() or index.row() >= len(model.runs) or not model.classes:
            return None
        column = max(0, min(index.column() - FIXED, len(model.classes) - 1))
        return model.runs[index.row()], model.classes[column]

    def open_here(self) -> None:
        chosen = self.chosen()
        if chosen is not None:
            self.opened.emit(*chosen)

    def retranslate(self) -> None:
        model = self.offers_model
        if model.columnCount():
            model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, model.columnCount() - 1)
        self._measure()
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        key = event.key()
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.open_here()
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            here = self.currentIndex()
            step = 1 if key == Qt.Key.Key_Right else -1
            self._put(here.row(), here.column() + step)
        elif key == Qt.Key.Key_Up and self.currentIndex().row() <= 0:
            previous = self.previousInFocusChain()
            if isinstance(previous, QWidget):
                self.focusPreviousChild()
        else:
            super().keyPressEvent(event)

    def currentChanged(self, current: Index, previous: Index) -> None:  # noqa: N802 - Qt's name
        super().currentChanged(current, previous)
        if current.isValid() and current.column() < FIXED and self.offers_model.classes:
            column = previous.column() if previous.isValid() and previous.column() >= FIXED else FIXED
            self._put(current.row(), column)
            return
        self.viewport().update()
        self.moved.emit()

    def resizeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._empty.setGeometry(self.viewport().rect().adjusted(24, 8, -24, -8))
        self._sizes()

    def _put(self, row: int, column: int) -> None:
        last = FIXED + len(self.offers_model.classes) - 1
        if row >= 0 and last >= FIXED:
            self.setCurrentIndex(self.offers_model.index(row, max(FIXED, min(column, last))))

    def _measure(self) -> None:
        self._wants = self._needs()
        self._sizes()

    def _sizes(self) -> None:
        tokens = self._theme.tokens()
        self.verticalHeader().setDefaultSectionSize(tokens.px(38))
        head = self.horizontalHeader()
        head.setMinimumHeight(tokens.size["row"])
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        needs = [max(need, head.sectionSizeHint(place)) for place, need in enumerate(self._wants)]
        fixed, classes = needs[:FIXED], needs[FIXED:]
        head.setStretchLastSection(not classes)
        room = self.viewport().width()
        wide = [max(tokens.px(width), need) for width, need in zip(_WIDTHS, fixed, strict=False)]
        if sum(wide) + sum(classes) <= room:
            fixed = wide
        each = (room - sum(fixed)) // len(classes) if classes else 0
        if each >= max([tokens.px(CLASS_PX_MIN), *classes]):
            classes = [min(each, tokens.px(CLASS_PX_MAX))] * len(classes)
        elif classes:
            spare = max(0, room - sum(fixed) - sum(classes)) // len(classes)
            classes = [need + spare for need in classes]
        for place, width in enumerate([*fixed, *classes]):
            self.setColumnWidth(place, width)

    def fare_room(self, column: int) -> int:
        """Where the number of free places begins, so that these stand below each other."""
        return self._fare_room[column - FIXED] if column - FIXED < len(self._fare_room) else 0

    def _needs(self) -> list[int]:
        """What each column's words take; nothing of them is cut as long as the window is wide enough."""
        model = self.offers_model
        letters = [QFontMetrics(self._theme.font("body", strong=strong)) for strong in (False, True)]
        small = QFontMetrics(self._theme.font("small", strong=True))
        needs = [0] * FIXED
        for column in range(FIXED if model.runs else 0):
            rows = {_like_fixed(run, column): row for row, run in enumerate(model.runs)}  # one of each length
            said = {model.words(model.index(row, column)) for row in rows.values()}
            needs[column] = _longest(said, letters[column < 2]) + 2 * _PAD
        self._fare_room = []
        like: list[dict[object, ClassOffer]] = [{} for _class in model.classes]
        for run in model.runs:
            for offer in run.classes:
                like[model.classes.index(offer.travel_class)][_like(offer)] = offer
        for offers in like:
            cells = [model.offers.cell_of(offer, sellable=True, t=model.t) for offer in offers.values()]
            fare = _longest({cell.fare for cell in cells}, letters[True]) + self._theme.tokens().px(_GAP)
            self._fare_room.append(fare)
            needs.append(fare + _longest({cell.free for cell in cells}, small) + 2 * _PAD)
        return needs


def _like(offer: ClassOffer) -> object:
    """Those of which this is the same take the same room."""
    fare = "" if offer.fare is None else str(offer.fare.minor)
    return len(fare), offer.free == 0, len(str(offer.free)), bool(offer.leased), len(str(offer.leased))


def _like_fixed(run: RunOffer, column: int) -> object:
    match column:
        case 0:
            return run.service
        case 1 | 2:
            return (run.arrive.date() - run.depart.date()).days
    return run.closed, run_minutes(run)


def _longest(said: Iterable[str], letters: QFontMetrics) -> int:
    return max((letters.horizontalAdvance(text) for text in said), default=0)
