"""The seat map: all coaches as a strip, one of them drawn large; arrow keys, Space, PgUp and PgDn, or the mouse."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from counter_app.application.views import SpotState
from counter_app.domain.coaches import Place, PlaceRef
from counter_app.texts import Texts
from ui.presenters.seatchoice import SeatChoice
from ui.presenters.seatplan import Box, CoachDrawing, Spot, draw, neighbour
from ui.presenters.seatwords import LEGEND, describe
from ui.theme import Theme
from ui.widgets.seatpaint import SeatPainter

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_CENTRE = Qt.AlignmentFlag.AlignCenter
_SAMPLE = Spot(
    ref=PlaceRef("0", "0"),
    place=Place(label="0", row="", column="", kind="seat", position="none"),
    fare_class="",
    short="",
    box=Box(x=0, y=0, w=1, h=1),
    back="right",
)


class SeatMapView(QWidget):
    """``toggled`` carries the PlaceRef that was pressed; whoever listens asks the choice, then calls ``refresh``."""

    toggled = Signal(object)
    entered = Signal()  # Enter goes on; it never changes a place
    coach_changed = Signal(str)

    def __init__(self, theme: Theme, t: Texts) -> None:
        super().__init__()
        self._theme = theme
        self._t = t
        self._choice: SeatChoice | None = None
        self._wanted = ""
        self._coach = 0
        self._cursor: Spot | None = None
        self._drawings: dict[int, CoachDrawing] = {}
        self._free: list[int] = []
        self._tiles: list[QRectF] = []
        self._unit = 1.0
        self._origin = QPointF()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        theme.changed.connect(self.update)
        self.setAccessibleName(t("Seat map"))

    # ---- what is shown
    def show_choice(self, choice: SeatChoice, wanted_class: str) -> None:
        """A new map or a new pick. Stays at the present coach when it is the same train."""
        same = self._choice is not None and self._choice.map.coaches == choice.map.coaches
        self._choice = choice
        self._wanted = wanted_class
        if not same:
            self._drawings.clear()
            self._cursor = None
            self._coach = self._first_coach()
        self._count_free()
        self._put_cursor()
        self.update()

    def refresh(self) -> None:
        self._count_free()
        self._speak()
        self.update()

    def clear(self) -> None:
        self._choice = None
        self._cursor = None
        self._drawings.clear()
        self.update()

    @property
    def coach_number(self) -> str:
        choice = self._choice
        return choice.map.coaches[self._coach].number if choice and choice.map.coaches else ""

    @property
    def cursor_ref(self) -> PlaceRef | None:
        return self._cursor.ref if self._cursor else None

    def go_to(self, ref: PlaceRef) -> None:
        """Shows the coach of a place and puts the cursor on it."""
        assert self._choice is not None
        for i, coach in enumerate(self._choice.map.coaches):
            if coach.number == ref.coach:
                self._coach = i
                self._cursor = next((s for s in self._drawing().spots if s.ref == ref), None)
                self._put_cursor()
                self.update()
                return

    def _first_coach(self) -> int:
        """Where the sale's places are; else the first coach of the wanted class with room; else the first."""
        assert self._choice is not None
        coaches = self._choice.map.coaches
        if self._choice.chosen:
            numbers = [coach.number for coach in coaches]
            return numbers.index(self._choice.chosen[0].coach)
        free = self._choice.free_by_coach()
        for i, coach in enumerate(coaches):
            if self._wanted in self._choice.classes_of(coach.number) and free[coach.number]:
                return i
        return 0

    def _drawing(self, coach: int | None = None) -> CoachDrawing:
        assert self._choice is not None
        i = self._coach if coach is None else coach
        if i not in self._drawings:
            self._drawings[i] = draw(self._choice.map.coaches[i])
        return self._drawings[i]

    def _count_free(self) -> None:
        assert self._choice is not None
        choice = self._choice
        free = choice.free_by_coach()
        self._free = [free[coach.number] for coach in choice.map.coaches]

    def _put_cursor(self) -> None:
        choice = self._choice
        if choice is None or not choice.map.coaches:
            return
        spots = self._drawing().spots
        if self._cursor is None or all(spot.ref != self._cursor.ref for spot in spots):
            mine = [spot for spot in spots if spot.ref in choice.chosen]
            free = [
                spot for spot in spots if choice.state(spot.ref) is SpotState.FREE and spot.fare_class == self._wanted
            ]
            self._cursor = next(iter(mine or free or list(spots)), None)
        self._speak()

    def _speak(self) -> None:
        """The cursor's place as the accessible name, so that a screen reader says what an arrow key reached."""
        name = self.description()
        if name != self.accessibleName():
            self.setAccessibleName(name)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.NameChanged))

    def description(self) -> str:
        """The cursor's place in words."""
        choice, spot = self._choice, self._cursor
        if choice is None or spot is None:
            return self._t("Seat map")
        return self._describe(spot)

    def _describe(self, spot: Spot) -> str:
        assert self._choice is not None
        fare = self._choice.map.fares.get(spot.fare_class)
        return describe(spot.ref, spot.place, spot.fare_class, self._choice.state(spot.ref), fare, self._t)

    # ---- keys and mouse
    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        key = Qt.Key(event.key())
        if self._choice is None or not self._choice.map.coaches:
            super().keyPressEvent(event)
        elif key in _ARROWS:
            self._arrow(*_ARROWS[key])
        elif key == Qt.Key.Key_Space:
            if self._cursor is not None:
                self.toggled.emit(self._cursor.ref)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.entered.emit()
        elif key == Qt.Key.Key_PageUp:
            self.show_coach(self._coach - 1)
        elif key == Qt.Key.Key_PageDown:
            self.show_coach(self._coach + 1)
        elif key == Qt.Key.Key_Home:
            self.show_coach(0)
        elif key == Qt.Key.Key_End:
            self.show_coach(len(self._choice.map.coaches) - 1)
        else:
            super().keyPressEvent(event)

    def _arrow(self, dx: int, dy: int) -> None:
        spots = self._drawing().spots
        if self._cursor is None:
            self.show_coach(self._coach + dx)
            return
        found = neighbour(spots, self._cursor, dx, dy)
        if found is not None:
            self._cursor = found
            self._speak()
            self.update()
        elif dx:
            self.show_coach(self._coach + dx, from_end=dx < 0)

    def show_coach(self, coach: int, *, from_end: bool = False) -> None:
        """Out of range stays where it is."""
        assert self._choice is not None
        if not 0 <= coach < len(self._choice.map.coaches) or coach == self._coach:
            return
        self._coach = coach
        self._cursor = None
        spots = self._drawing().spots
        if from_end and spots:
            self._cursor = max(spots, key=lambda spot: (spot.box.x, -spot.box.y))
        self._put_cursor()
        self.coach_changed.emit(self.coach_number)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        at = event.position()
        for i, tile in enumerate(self._tiles):
            if tile.contains(at):
                self.show_coach(i)
                return
        spot = self._spot_at(at)
        if spot is not None:
            self._cursor = spot
            self.toggled.emit(spot.ref)
            self._speak()
            self.update()

    def _spot_at(self, at: QPointF) -> Spot | None:
        if self._choice is None or not self._choice.map.coaches:
            return None
        x, y = (at.x() - self._origin.x()) / self._unit, (at.y() - self._origin.y()) / self._unit
        for spot in self._drawing().spots:
            box = spot.box
            if box.x <= x <= box.x + box.w and box.y <= y <= box.y + box.h:
                return spot
        return None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            spot = self._spot_at(QPointF(event.pos()))
            if spot is not None:
                QToolTip.showText(event.globalPos(), self._describe(spot), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusOutEvent(event)
        self.update()

    # ---- painting
    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        px = self._theme.tokens().px
        return QSize(px(900), px(380))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        px = self._theme.tokens().px
        return QSize(px(480), px(230))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        choice = self._choice
        if choice is None or not choice.map.coaches:
            painter.setPen(self._theme.colour("text_muted"))
            painter.setFont(self._theme.font("lead"))
            painter.drawText(self.rect(), _CENTRE, self._t("No numbered places on this service"))
            painter.end()
            return
        px = self._theme.tokens().px
        strip, legend = px(62), px(30)
        self._paint_strip(painter, QRectF(0, 0, self.width(), strip))
        self._paint_coach(painter, QRectF(0, strip, self.width(), self.height() - strip - legend))
        self._paint_legend(painter, QRectF(0, self.height() - legend, self.width(), legend))
        painter.end()

    def _paint_strip(self, painter: QPainter, area: QRectF) -> None:
        assert self._choice is not None
        coaches = self._choice.map.coaches
        c, px = self._theme.colour, self._theme.tokens().px
        gap = px(4)
        nose = px(26)
        wide = min(px(96), (area.width() - nose - gap * len(coaches) - 2) / len(coaches))
        self._tiles = []
        dots: list[tuple[QRectF, int, float]] = []
        self._paint_nose(painter, QRectF(area.left() + 2, area.top() + px(6), nose - px(6), area.height() - px(20)))
        for i, coach in enumerate(coaches):
            tile = QRectF(nose + i * (wide + gap), area.top() + px(4), wide, area.height() - px(16))
            self._tiles.append(tile)
            here = i == self._coach
            ours = sum(1 for ref in self._choice.chosen if ref.coach == coach.number)
            classes = self._choice.classes_of(coach.number)
            suits = not self._wanted or self._wanted in classes
            painter.setPen(QPen(c("accent" if here else "line_strong"), px(2) if here else 1))
            painter.setBrush(c("accent_soft" if here else "surface" if suits and self._free[i] else "surface_alt"))
            painter.drawRoundedRect(tile, px(5), px(5))
            top = QRectF(tile.left(), tile.top() + px(3), tile.width(), tile.height() * 0.5)
            low = QRectF(tile.left(), tile.top() + tile.height() * 0.5, tile.width(), tile.height() * 0.45)
            painter.setPen(c("accent_soft_text" if here else "text" if suits else "text_muted"))
            painter.setFont(self._theme.font("lead" if wide > px(40) else "small", strong=here or suits))
            painter.drawText(top, _CENTRE, coach.number)
            painter.setFont(self._theme.font("caption"))
            words_ = self._t("{n} free", n=self._free[i]) if classes and wide > px(58) else str(self._free[i])
            painter.setPen(c("accent_soft_text" if here else "text_muted"))
            painter.drawText(low, _CENTRE, words_ if classes else self._t("Dining"))
            if ours:
                dots.append((tile, ours, wide))
        for tile, ours, wide in dots:  # last: no coach is drawn over its neighbour's
            self._paint_ours(painter, tile, ours, wide)

    def _paint_ours(self, painter: QPainter, tile: QRectF, ours: int, wide: float) -> None:
        """So many places of this sale are in that coach."""
        c, px = self._theme.colour, self._theme.tokens().px
        out = px(19) if wide > px(58) else px(9)  # not over the number of a narrow coach
        dot = QRectF(tile.right() - out, tile.top() - px(3), px(18), px(18))
        painter.setPen(QPen(c("bg"), px(2)))
        painter.setBrush(c("seat_ours"))
        painter.drawEllipse(dot)
        painter.setPen(c("seat_ours_text"))
        painter.setFont(self._theme.font("caption", strong=True))
        painter.drawText(dot, _CENTRE, str(ours))

    def _paint_nose(self, painter: QPainter, area: QRectF) -> None:
        """An arrow head: which way the train runs."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("coach_line"))
        middle = area.center().y()
        painter.drawPolygon(
            QPolygonF(
                [QPointF(area.left(), middle), area.topRight() + QPointF(0, 4), area.bottomRight() - QPointF(0, 4)]
            )
        )

    def _paint_coach(self, painter: QPainter, area: QRectF) -> None:
        assert self._choice is not None
        drawing = self._drawing()
        px = self._theme.tokens().px
        self._unit = min(
            (area.width() - px(6)) / drawing.width, (area.height() - px(10)) / (drawing.height + 0.75), px(60)
        )
        self._origin = QPointF(
            area.left() + (area.width() - drawing.width * self._unit) / 2,
            area.top() + max(px(4), (area.height() - (drawing.height + 0.7) * self._unit) / 2),
        )
        pen = SeatPainter(painter, self._theme, self._t, self._unit, self._origin)
        pen.shell(drawing)
        for spot in drawing.spots:
            other = bool(self._wanted) and spot.fare_class != self._wanted
            pen.place(spot, self._choice.state(spot.ref), faded=other)
        if self.hasFocus() and self._cursor is not None:
            pen.cursor(self._cursor)

    def _paint_legend(self, painter: QPainter, area: QRectF) -> None:
        c, px = self._theme.colour, self._theme.tokens().px
        painter.setFont(self._theme.font("small"))
        metrics = painter.fontMetrics()
        x = area.left() + px(2)
        side = area.height() - px(12)
        for state, source in LEGEND.items():
            label = self._t(source)
            room = metrics.horizontalAdvance(label)
            if x + side + room > area.right():
                break
            sample = SeatPainter(painter, self._theme, self._t, side, QPointF(x, area.top() + px(6)))
            sample.place(_SAMPLE, state, faded=False)
            painter.setFont(self._theme.font("small"))
            painter.setPen(c("text_muted"))
            box = QRectF(x + side + px(6), area.top(), room + 2, area.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, label)
            x += side + room + px(24)
        travel = self._t("◀ Direction of travel")
        room = metrics.horizontalAdvance(travel)
        if x + room < area.right():
            painter.setPen(c("text_muted"))
            box = QRectF(area.right() - room - px(4), area.top(), room + px(4), area.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, travel)
