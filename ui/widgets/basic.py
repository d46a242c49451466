"""The small parts every screen is built from. They carry a role, never a colour; text is plain text, always.

Station names come from files that others wrote: ``<b>`` in one is shown, not interpreted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

Role = Literal[
    "",
    "caption",
    "small",
    "muted",
    "field",
    "strong",
    "lead",
    "title",
    "display",
    "figure",
    "huge",
    "badge",
    "brand",
    "hint_active",
    "paper",
    "paper_faint",
    "paper_strong",
    "paper_large",
]
B = TypeVar("B", bound=QBoxLayout)
Mood = Literal["", "ok", "warn", "bad", "info", "accent"]


def restyle(widget: QWidget) -> None:
    """After a dynamic property changed."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)


def discard(widget: QWidget) -> None:
    """Takes a widget away. Hidden first: a layout may still have a show queued for it, and without a parent that

    would flash up as a window of its own and take the keyboard.
    """
    widget.hide()
    widget.setParent(None)
    widget.deleteLater()


class Label(QLabel):
    """Plain text only. ``wrap`` for sentences; ``elide`` for one line that may have to be cut."""

    def __init__(
        self, text: str = "", role: Role = "", mood: Mood = "", *, wrap: bool = False, elide: bool = False
    ) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._whole = text
        self._elide = elide
        self.setProperty("role", role)
        self.setProperty("mood", mood)
        self.setWordWrap(wrap)
        if elide:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        self._whole = text
        if self._elide:
            self._cut()
        else:
            super().setText(text)

    def set_mood(self, mood: Mood) -> None:
        if self.property("mood") != mood:
            self.setProperty("mood", mood)
            restyle(self)

    def set_role(self, role: Role) -> None:
        if self.property("role") != role:
            self.setProperty("role", role)
            restyle(self)
            QCoreApplication.sendEvent(self, QEvent(QEvent.Type.StyleChange))  # else the padding of the role before

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        if self._elide:
            self._cut()

    def _cut(self) -> None:
        room = max(0, self.width() - 2)
        super().setText(self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, room))
        self.setAccessibleName(self._whole)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        hint = super().minimumSizeHint()
        return QSize(0, hint.height()) if self._elide else hint


class Button(QPushButton):
    """Enter presses it, as clerks expect, and not only Space. ``kind``: "" | primary | large | quiet | danger."""

    def __init__(self, kind: str = "", action: Callable[[], None] | None = None, text: str = "") -> None:
        super().__init__(text)
        self.setProperty("kind", kind)
        self.setAutoDefault(False)
        if action is not None:
            self.clicked.connect(lambda _checked=False: action())

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        super().setText(text.replace("&", "&&"))  # no mnemonics out of data
        self.setAccessibleName(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)


class Card(QFrame):
    """A surface with a line around it; ``body`` is its layout."""

    def __init__(self, *, margin: int = 16, spacing: int = 10, role: str = "card") -> None:
        super().__init__()
        self.setProperty("role", role)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(margin, margin, margin, margin)
        self.body.setSpacing(spacing)

    def set_mood(self, mood: Mood) -> None:
        """Of a card whose role has colours for it."""
        if self.property("mood") != mood:
            self.setProperty("mood", mood)
            restyle(self)


class Rule(QFrame):
    """A thin line across."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "rule")


class Edit(QLineEdit):
    """A line edit that can say that what is in it is wrong. ``role``: "" | entry | figure."""

    def __init__(self, role: str = "", *, limit: int = 200) -> None:
        super().__init__()
        self.setProperty("role", role)
        self.setMaxLength(limit)

    def set_invalid(self, invalid: bool) -> None:
        if bool(self.property("invalid")) != invalid:
            self.setProperty("invalid", invalid)
            restyle(self)


class Choice(QComboBox):
    """One of a few. Enter goes on, as it does from a line of text; arrow keys choose, Space opens."""

    returnPressed = Signal()  # noqa: N815 - as QLineEdit names it

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.returnPressed.emit()
        else:
            super().keyPressEvent(event)


class Field(QWidget):
    """A caption above an input, tied together for screen readers."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.widget = widget
        self.caption = Label(role="field")
        self.caption.setBuddy(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.caption)
        column.addWidget(widget)

    def set_caption(self, text: str) -> None:
        self.caption.setText(text)
        self.widget.setAccessibleName(text)


class Fact(QWidget):
    """A caption above a value: ``role`` is the value's type size."""

    def __init__(self, role: Role = "lead") -> None:
        super().__init__()
        self.caption = Label(role="field")
        self.value = Label(role=role)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.caption)
        column.addWidget(self.value)

    def set(self, caption: str, value: str, mood: Mood = "") -> None:
        self.caption.setText(caption)
        self.value.setText(value)
        self.value.set_mood(mood)
        self.setAccessibleName(f"{caption}: {value}")


class Scroll(QScrollArea):
    """A page that scrolls when the window is small or the scale large; ``body`` is its layout."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inner.setProperty("role", "scroll")
        self.body = QVBoxLayout(inner)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.setWidget(inner)


class _OnePage(QStackedLayout):
    """Asks only the page that shows what it needs, and of that what it cannot do without."""

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        page = self.currentWidget()
        return page.sizeHint() if page is not None else super().sizeHint()

    def minimumSize(self) -> QSize:  # noqa: N802 - Qt's name
        page = self.currentWidget()
        return page.minimumSizeHint() if page is not None else super().minimumSize()

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """What the page cannot do without: a scroll area around asks this, and would scroll for the mere wish."""
        page = self.currentWidget()
        layout = page.layout() if page is not None else None
        if layout is None or not layout.hasHeightForWidth():
            return self.minimumSize().height()
        return layout.minimumHeightForWidth(width)


class Pages(QWidget):
    """Only as large as the page that shows: a large one somewhere does not make every screen scroll."""

    def __init__(self) -> None:
        super().__init__()
        # Not a QStackedWidget: a layout around asks the layout within, and not the widget.
        self._layout = _OnePage(self)
        self._layout.currentChanged.connect(lambda _page: self.updateGeometry())

    def addWidget(self, page: QWidget) -> None:  # noqa: N802 - as QStackedWidget's
        self._layout.addWidget(page)

    def removeWidget(self, page: QWidget) -> None:  # noqa: N802 - as QStackedWidget's
        self._layout.removeWidget(page)

    def setCurrentWidget(self, page: QWidget) -> None:  # noqa: N802 - as QStackedWidget's
        self._layout.setCurrentWidget(page)

    def currentWidget(self) -> QWidget | None:  # noqa: N802 - as QStackedWidget's
        return self._layout.currentWidget()


def row(*items: QWidget | QLayout | int | None, spacing: int = 8) -> QHBoxLayout:
    """Side by side. An int is a gap in pixels, None a stretch."""
    return _fill(QHBoxLayout(), items, spacing)


def column(*items: QWidget | QLayout | int | None, spacing: int = 8) -> QVBoxLayout:
    """One below the other. An int is a gap in pixels, None a stretch."""
    return _fill(QVBoxLayout(), items, spacing)


def _fill(box: B, items: tuple[QWidget | QLayout | int | None, ...], spacing: int) -> B:
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(spacing)
    for item in items:
        if item is None:
            box.addStretch(1)
        elif isinstance(item, int):
            box.addSpacing(item)
        elif isinstance(item, QLayout):
            box.addLayout(item)
        else:
            box.addWidget(item)
    return box
