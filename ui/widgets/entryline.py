"""The one line that sells: Tab takes the first completion, Down walks into the results, Enter goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ui.widgets.basic import Button, Edit, Label, Mood, discard


class EntryLine(Edit):
    """``typed`` carries (text, cursor). ``went_down``: Down with nothing to complete. ``entered``: Enter."""

    typed = Signal(str, int)
    entered = Signal()
    went_down = Signal()

    def __init__(self) -> None:
        super().__init__("entry", limit=120)
        self._completions: Sequence[str] = ()
        self.textChanged.connect(lambda text: self.typed.emit(text, self.cursorPosition()))

    def set_completions(self, lines: Sequence[str]) -> None:
        """Whole lines, best first."""
        self._completions = lines

    def take(self, line: str) -> None:
        self.setText(line if line.endswith(" ") else f"{line} ")

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Tab
            and not event.modifiers()
            and self._completions
            and self._completions[0].strip() != self.text().strip()
        ):
            self.take(self._completions[0])
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Down:
            self.went_down.emit()
        else:
            super().keyPressEvent(event)


class Chips(QWidget):
    """Words understood, each in a chip: caption and meaning. Or completions, which can be clicked."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(6)
        self._line.addStretch(1)
        self._items: list[QWidget] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(30)

    def show_parts(self, parts: Sequence[tuple[str, Mood]], lead: str = "") -> None:
        self._clear()
        if lead:
            self._add(Label(lead, role="muted"))
        for text, mood in parts:
            self._add(Label(text, role="badge", mood=mood))
        self.setAccessibleName(lead + " " + ", ".join(text for text, _ in parts))

    def show_choices(self, lead: str, choices: Sequence[tuple[str, str]]) -> None:
        """(what is shown, what is sent)."""
        self._clear()
        self.setVisible(bool(choices))  # the chips beside it get the room
        if choices:
            self._add(Label(lead, role="muted"))
        for shown, sent in choices:
            button = Button("quiet", self._sender(sent), shown)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._add(button)

    def _sender(self, sent: str) -> Callable[[], None]:
        def send() -> None:
            self.chosen.emit(sent)

        return send

    def _clear(self) -> None:
        for item in self._items:
            discard(item)
        self._items = []

    def _add(self, widget: QWidget) -> None:
        self._line.insertWidget(len(self._items), widget)
        self._items.append(widget)
