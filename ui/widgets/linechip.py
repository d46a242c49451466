"""The status line's part on central: how the line is, what is unsynced, what is held here. A click opens the Sync

screen. Its parts keep their room, so that nothing jumps when the line comes and goes.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar

from ui.presenters.line import LineItem
from ui.widgets.basic import Label, Mood

MOODS: dict[str, Mood] = {"ok": "ok", "warn": "warn", "bad": "bad"}
GAP = 10
BAR_PX = 72


class LineChip(QFrame):
    pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "linechip")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.word, self.unsynced = Label(role="badge"), Label(role="muted")
        self.held, self.inbox = Label(role="muted"), Label(role="badge", mood="warn")
        self.loading, self.bar = Label(role="muted"), QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(BAR_PX)
        self.word.setAlignment(Qt.AlignmentFlag.AlignCenter)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GAP)
        # What comes and goes stands on the left, where the status line has its free room: the rest stays in place.
        for part in (self.loading, self.bar, self.inbox, self.word, self.unsynced, self.held):
            line.addWidget(part)
        self._rooms = [0, 0, 0]
        self._samples: Sequence[Sequence[str]] = ((), (), ())
        self._inbox_room = 0
        self._has_loading = self._has_inbox = self._by_held = False
        self._spare = 0
        self.hide()

    def keep_room(self, samples: tuple[Sequence[str], Sequence[str], Sequence[str], str]) -> None:
        """The widest usual words of the line, of what is unsynced, of what is held, of the inbox; anew with a language
        or size.
        """
        *self._samples, inbox = samples
        self._measure(inbox)

    @property
    def may_grow(self) -> int:
        """What comes and goes and is not there now: pixels that nothing else is to need, or it would jump."""
        inbox = 0 if self._has_inbox else self._inbox_room
        return inbox + (0 if self._has_loading else BAR_PX + GAP)

    def _measure(self, inbox: str) -> None:
        before = self.inbox.text()
        self.inbox.setText(inbox)
        self.inbox.ensurePolished()
        self._inbox_room = self.inbox.sizeHint().width() + GAP
        self.inbox.setText(before)
        self._rooms = []
        for label, samples in zip((self.word, self.unsynced, self.held), self._samples, strict=True):
            before, role = label.text(), label.property("role")
            if label is self.unsynced:
                label.set_role("strong")  # as wide as it gets
            label.ensurePolished()
            widest = 0
            for sample in samples:
                label.setText(sample)
                widest = max(widest, label.sizeHint().width())
            self._rooms.append(widest)
            label.setText(before)
            label.set_role(role)
        self._show_parts()

    def show_item(self, item: LineItem | None) -> None:
        self.setVisible(item is not None)
        if item is None:
            return
        self.word.setText(item.word)
        self.word.set_mood(MOODS.get(item.mood, ""))
        self.unsynced.setText(item.unsynced)
        self.unsynced.set_role("strong" if item.waiting else "muted")
        self.held.setText(item.held)
        self.inbox.setText(item.inbox)
        self.loading.setText(item.loading)
        if item.per_mille is not None and item.per_mille >= 0:
            self.bar.setRange(0, 1000)
            self.bar.setValue(item.per_mille)
        else:
            self.bar.setRange(0, 0 if item.per_mille is not None else 1)
        self._has_inbox, self._has_loading = bool(item.inbox), bool(item.loading)
        self._by_held = item.by_held
        self.setAccessibleName(item.spoken)
        self.setToolTip(item.spoken)
        self._show_parts()

    def squeeze(self, spare: int) -> None:
        """In a narrow status line: 1 no words at the loading bar, 2 nor what is held, unless that is all there is to

        sell, 3 nor that all is sent, and no room kept; 4 nothing of what is held; 5 not even what is unsynced: the Sync
        screen has it.
        """
        self._spare = spare
        self._show_parts()

    def _show_parts(self) -> None:
        self.loading.setVisible(self._has_loading and self._spare < 1)
        self.bar.setVisible(self._has_loading)
        self.inbox.setVisible(self._has_inbox)
        self.held.setVisible(self._spare < (4 if self._by_held else 2))
        waiting = self.unsynced.property("role") == "strong"
        self.unsynced.setVisible(self._spare < (5 if waiting else 3))
        for label, room in zip((self.word, self.unsynced, self.held), self._rooms, strict=True):
            label.setMinimumWidth(room if self._spare < 3 else 0)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if self.rect().contains(event.position().toPoint()) and event.button() is Qt.MouseButton.LeftButton:
            self.pressed.emit()
        super().mouseReleaseEvent(event)
