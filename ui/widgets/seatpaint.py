"""Paints a coach: shell, fixtures and places by state, in shapes as well as colours."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF

from counter_app.application.views import SpotState
from counter_app.texts import Texts
from ui.presenters import words
from ui.presenters.seatplan import Box, CoachDrawing, Fixture, Spot
from ui.presenters.seatwords import DECKS_SHORT
from ui.theme import Theme

_CENTRE = Qt.AlignmentFlag.AlignCenter


class SeatPainter:
    """``unit``: pixels of one seat; ``origin``: where the coach's corner is."""

    def __init__(self, painter: QPainter, theme: Theme, t: Texts, unit: float, origin: QPointF) -> None:
        self._p = painter
        self._theme = theme
        self._t = t
        self._unit = unit
        self._origin = origin
        self._thin = max(1.0, unit * 0.035)

    def rect(self, box: Box) -> QRectF:
        u = self._unit
        return QRectF(self._origin.x() + box.x * u, self._origin.y() + box.y * u, box.w * u, box.h * u)

    def _text(self, rect: QRectF, text: str, colour: QColor, share: float, *, strong: bool = False) -> None:
        """``share``: of a seat's height."""
        font = self._theme.font("body", strong=strong)
        size = max(self._theme.tokens().px(8), min(int(self._unit * share), self._theme.tokens().type["lead"]))
        font.setPixelSize(size)
        self._p.setFont(font)
        metrics = self._p.fontMetrics()
        while size > 7 and metrics.horizontalAdvance(text) > rect.width() - 2:
            size -= 1
            font.setPixelSize(size)
            self._p.setFont(font)
            metrics = self._p.fontMetrics()
        self._p.setPen(colour)
        self._p.drawText(rect, _CENTRE, text)

    def shell(self, drawing: CoachDrawing) -> None:
        c = self._theme.colour
        body = self.rect(Box(x=0, y=0, w=drawing.width, h=drawing.height))
        radius = self._unit * 0.35
        self._p.setPen(QPen(c("coach_line"), max(1.5, self._unit * 0.06)))
        self._p.setBrush(c("coach_shell"))
        self._p.drawRoundedRect(body, radius, radius)
        for fixture in drawing.fixtures:
            self._fixture(fixture)

    def _fixture(self, fixture: Fixture) -> None:
        c, p = self._theme.colour, self._p
        rect = self.rect(fixture.box)
        line = QPen(c("line"), self._thin)
        faint = c("text_muted")
        match fixture.kind:
            case "vestibule":
                p.setPen(Qt.PenStyle.NoPen)
                p.setBrush(QBrush(c("raised")))
                inset = self._unit * 0.08
                p.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), inset, inset)
            case "door":
                p.setPen(Qt.PenStyle.NoPen)
                p.setBrush(c("coach_line"))
                p.drawRect(rect)
                p.setBrush(c("bg"))
                p.drawRect(rect.adjusted(rect.width() * 0.46, 0, -rect.width() * 0.46, 0))
            case "wall":
                p.setPen(Qt.PenStyle.NoPen)
                p.setBrush(c("coach_line"))
                p.drawRect(rect)
            case "table":
                p.setPen(line)
                p.setBrush(c("raised"))
                p.drawRoundedRect(rect, 2, 2)
            case "counter":
                p.setPen(line)
                p.setBrush(c("raised"))
                p.drawRoundedRect(rect, 4, 4)
                self._text(rect, self._t("Buffet") if fixture.text == "buffet" else self._t("Kitchen"), faint, 0.34)
            case "corridor":
                p.setPen(QPen(c("line"), self._thin, Qt.PenStyle.DashLine))
                p.drawLine(rect.topLeft(), rect.topRight())
            case "row" | "column":
                self._text(rect, fixture.text, faint, 0.32)
            case "deck":
                self._text(rect, self._t(DECKS_SHORT.get(fixture.text, fixture.text)), faint, 0.32)
            case "section":
                name = self._t("Dining coach") if fixture.text == "none" else words.travel_class(fixture.text, self._t)
                self._text(rect, name, faint, 0.36)

    def place(self, spot: Spot, state: SpotState, *, faded: bool) -> None:
        c, p, u = self._theme.colour, self._p, self._unit
        inset = u * 0.05
        rect = self.rect(spot.box).adjusted(inset, inset, -inset, -inset)
        fill, line, text = (c(f"seat_{state.value}{part}") for part in ("", "_line", "_text"))
        if faded:
            p.setOpacity(0.55)
        radius = u * 0.16
        strong = state is SpotState.OURS
        pen = QPen(line, max(1.2, u * (0.07 if strong else 0.045)))
        if state is SpotState.BLOCKED:
            pen.setStyle(Qt.PenStyle.DotLine)
        p.setPen(pen)
        p.setBrush(fill)
        p.drawRoundedRect(rect, radius, radius)
        self._furniture(rect, spot, line)
        self._shape(rect, state, line, fill)
        inner = rect.adjusted(u * 0.05, 0, -u * 0.05, 0)
        if spot.back:
            inner = (
                rect.adjusted(u * 0.16, 0, -u * 0.02, 0)
                if spot.back == "left"
                else rect.adjusted(u * 0.02, 0, -u * 0.16, 0)
            )
        self._text(inner, spot.short, text, 0.36, strong=strong)
        if faded:
            p.setOpacity(1)

    def _furniture(self, rect: QRectF, spot: Spot, line: QColor) -> None:
        """A backrest on a seat, a pillow on a berth: which way one sits or lies."""
        u = self._unit
        self._p.setPen(Qt.PenStyle.NoPen)
        self._p.setBrush(line)
        if spot.back:
            thick = u * 0.11
            x = rect.left() + u * 0.04 if spot.back == "left" else rect.right() - thick - u * 0.04
            back = QRectF(x, rect.top() + u * 0.12, thick, rect.height() - u * 0.24)
            self._p.drawRoundedRect(back, thick / 2, thick / 2)
        else:
            bar = QRectF(rect.left() + u * 0.14, rect.bottom() - u * 0.1, rect.width() - u * 0.28, u * 0.05)
            self._p.drawRoundedRect(bar, 1, 1)

    def _shape(self, rect: QRectF, state: SpotState, line: QColor, fill: QColor) -> None:
        """What tells the state without colour."""
        p, u = self._p, self._unit
        match state:
            case SpotState.PART:
                size = u * 0.3
                corner = QPolygonF(
                    [rect.bottomLeft(), rect.bottomLeft() + QPointF(size, 0), rect.bottomLeft() - QPointF(0, size)]
                )
                p.setPen(Qt.PenStyle.NoPen)
                p.setBrush(line)
                p.drawPolygon(corner)
            case SpotState.HELD:
                p.setPen(Qt.PenStyle.NoPen)
                hatch = QColor(line)
                hatch.setAlpha(90)
                p.setBrush(QBrush(hatch, Qt.BrushStyle.BDiagPattern))
                p.drawRoundedRect(rect, u * 0.16, u * 0.16)
            case SpotState.SOLD:
                p.setPen(QPen(line, max(1.0, u * 0.04)))
                p.drawLine(
                    rect.topLeft() + QPointF(u * 0.08, u * 0.08), rect.bottomRight() - QPointF(u * 0.08, u * 0.08)
                )
                p.drawLine(
                    rect.topRight() + QPointF(-u * 0.08, u * 0.08), rect.bottomLeft() + QPointF(u * 0.08, -u * 0.08)
                )
                p.setPen(Qt.PenStyle.NoPen)
                p.setBrush(fill)  # the label stands free of the cross
                p.drawEllipse(rect.center(), rect.width() * 0.34, rect.height() * 0.26)
            case SpotState.OURS:
                p.setPen(QPen(self._theme.colour("seat_ours_text"), max(1.4, u * 0.06)))
                x, y = rect.left() + u * 0.34, rect.top() + u * 0.2
                p.drawPolyline(
                    QPolygonF(
                        [
                            QPointF(x, y - u * 0.03),
                            QPointF(x + u * 0.08, y + u * 0.05),
                            QPointF(x + u * 0.24, y - u * 0.1),
                        ]
                    )
                )
            case SpotState.BLOCKED:
                p.setPen(QPen(line, max(1.2, u * 0.06)))
                y = rect.top() + u * 0.16
                p.drawLine(QPointF(rect.left() + u * 0.2, y), QPointF(rect.right() - u * 0.2, y))

    def cursor(self, spot: Spot) -> None:
        out = self._unit * 0.06
        rect = self.rect(spot.box).adjusted(-out, -out, out, out)
        self._p.setBrush(Qt.BrushStyle.NoBrush)
        self._p.setPen(QPen(self._theme.colour("surface"), max(4.5, self._unit * 0.14)))
        self._p.drawRoundedRect(rect, self._unit * 0.2, self._unit * 0.2)
        self._p.setPen(QPen(self._theme.colour("focus"), max(2.5, self._unit * 0.08)))
        self._p.drawRoundedRect(rect, self._unit * 0.2, self._unit * 0.2)
