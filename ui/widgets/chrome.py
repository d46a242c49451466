"""What frames every screen: function keys, status line, navigation rail, notice bar, busy mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from ui.presenters.line import LineItem
from ui.presenters.refusals import Notice
from ui.presenters.status import StatusItem
from ui.shell.screen import FKey
from ui.widgets.basic import Button, Label, Mood, discard, restyle
from ui.widgets.linechip import LineChip

PASSING_MS = 7000  # good news goes away by itself; what needs an answer stays
MOODS: dict[str, Mood] = {"ok": "ok", "info": "info", "warn": "warn", "bad": "bad", "accent": "accent"}


class FKeyButton(Button):
    """The key's name and what it does now; the words are cut where the bar is full."""

    def __init__(self) -> None:
        self._fkey = FKey("", "", lambda: None)
        self._brief = False
        super().__init__("", lambda: self._fkey.action())  # noqa: PLW0108 - the key of the moment, not of now
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the clerk's focus stays where she types
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)  # else no bar is ever too full

    def show_key(self, fkey: FKey) -> None:
        same = (fkey.key, fkey.label) == (self._fkey.key, self._fkey.label)
        self._fkey = fkey
        self.setEnabled(fkey.enabled)
        kind = "primary" if fkey.primary else ""
        if self.property("kind") != kind:
            self.setProperty("kind", kind)
            restyle(self)
        if not same:
            self.setAccessibleName(f"{fkey.key} {fkey.label}")
            self.updateGeometry()
            self._say()

    def be_brief(self, *, brief: bool) -> None:
        """The key's name alone: what it does stands in the tool tip."""
        if brief != self._brief:
            self._brief = brief
            self.setToolTip(self._fkey.label if brief else "")
            self.updateGeometry()
            self._say()

    def _words(self) -> str:
        return self._fkey.key if self._brief else f"{self._fkey.key}  {self._fkey.label}"

    def _say(self) -> None:
        room = max(20, self.width() - self._around())
        words = self._words()
        metrics = self.fontMetrics()
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room) if self.width() > 60 else words
        super(Button, self).setText(shown.replace("&", "&&"))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._say()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        self.ensurePolished()
        words = self.fontMetrics().horizontalAdvance(self._words())
        return QSize(words + self._around() + 2, super().sizeHint().height())

    def _around(self) -> int:
        """Padding and border of the style, which grow with the scale."""
        return super().sizeHint().width() - self.fontMetrics().horizontalAdvance(self.text().replace("&&", "&"))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(48, super().minimumSizeHint().height())


class FKeyBar(QWidget):
    """Shows what each key does now: the screen's on the left, the shell's on the right.

    Where a row is too narrow for the words, the shell's keep their names only; where that is not enough, it is two.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "fkeys")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(12, 6, 12, 6)
        self._lines.setSpacing(6)
        self._first, self._second = QHBoxLayout(), QHBoxLayout()
        for line in (self._first, self._second):
            line.setSpacing(6)
            line.addStretch(1)
            self._lines.addLayout(line)
        self._own: list[FKeyButton] = []
        self._shell: list[FKeyButton] = []
        self.folded = False
        self._fits = 0  # of the screen's keys in the first row

    def show_keys(self, own: Sequence[FKey], shell: Sequence[FKey]) -> None:
        self._fit(self._own, own)
        self._fit(self._shell, shell)
        self._place(again=True)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:  # another scale: other widths
            self._place()

    def _place(self, *, again: bool = False) -> None:
        buttons = [*self._own, *self._shell]
        room = self.width() - 24
        widths = [button.sizeHint().width() + 6 for button in self._own]
        self._be_brief(brief=False)
        if sum(widths) + self._shell_width() > room:
            self._be_brief(brief=True)
        folded = sum(widths) + self._shell_width() > room and bool(widths)
        if folded:
            self._be_brief(brief=False)
        fits = sum(sum(widths[: place + 1]) <= room for place in range(len(widths))) if folded else len(widths)
        if (folded, fits) == (self.folded, self._fits) and not again:
            return
        self.folded, self._fits = folded, fits
        second = self._second if folded else self._first
        for line in (self._first, self._second):
            for button in buttons:
                line.removeWidget(button)
        for place, button in enumerate(self._own[:fits]):
            self._first.insertWidget(place, button)
        for place, button in enumerate(self._own[fits:]):
            self._second.insertWidget(place, button)
        for button in self._shell:
            second.addWidget(button)

    def _be_brief(self, *, brief: bool) -> None:
        for button in self._shell:
            button.be_brief(brief=brief)

    def _shell_width(self) -> int:
        return sum(button.sizeHint().width() + 6 for button in self._shell)

    def _fit(self, buttons: list[FKeyButton], keys: Sequence[FKey]) -> None:
        while len(buttons) > len(keys):
            discard(buttons.pop())
        while len(buttons) < len(keys):
            buttons.append(FKeyButton())
        for button, fkey in zip(buttons, keys, strict=True):
            button.show_key(fkey)


class StatusLine(QWidget):
    """Always visible: where, who, shift, devices, clock."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "statusbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(16, 7, 16, 7)
        self._line.setSpacing(14)
        self._left: list[Label] = []
        self._right: list[Label] = []
        self._line.addStretch(1)
        self.chip = LineChip()
        self._line.addWidget(self.chip)
        self.clock = Label(role="strong")
        self._line.addWidget(self.clock)

    def show_items(self, left: Sequence[StatusItem], right: Sequence[StatusItem]) -> None:
        self._fit(self._left, left, 0)
        self._fit(self._right, right, len(self._left) + 2)
        self._make_room()

    def show_line(self, item: LineItem | None) -> None:
        self.chip.show_item(item)
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._make_room()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(200, super().minimumSizeHint().height())

    def _make_room(self) -> None:
        """Where not all fits, what is only good to know goes first; what warns stays."""
        labels = [*self._left, *self._right]
        for label in labels:
            label.ensurePolished()
        needed = sum(label.sizeHint().width() + 14 for label in (*labels, self.clock)) + 32
        for label in labels:
            label.setVisible(True)
        self.chip.squeeze(0)

        def full(grows: int = 0) -> bool:
            chip = 0 if self.chip.isHidden() else self.chip.sizeHint().width() + 14 + grows
            return needed + chip > self.width()

        def drop(label: Label, grows: int = 0) -> None:
            nonlocal needed
            if full(grows) and label.property("role") == "muted":
                label.setVisible(False)
                needed -= label.sizeHint().width() + 14

        # What stands right of the line would move it: it goes whether or not the inbox and a loading bar show just now.
        grows = self.chip.may_grow
        self.chip.squeeze(1)
        for label in self._right:  # the timetable before the terminal
            drop(label, grows)
        self.chip.squeeze(0)
        for step in (1, 2):
            if full():
                self.chip.squeeze(step)
        for label in reversed(self._left):
            drop(label)
        for step in (3, 4, 5):
            if full():
                self.chip.squeeze(step)

    def _fit(self, labels: list[Label], items: Sequence[StatusItem], start: int) -> None:
        while len(labels) > len(items):
            discard(labels.pop())
        while len(labels) < len(items):
            label = Label(elide=False)
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            self._line.insertWidget(start + len(labels), label)
            labels.append(label)
        for label, item in zip(labels, items, strict=True):
            label.setText(item.text)
            label.set_role("badge" if item.badge else "strong" if item.strong else "muted")
            label.set_mood(MOODS.get(item.mood, ""))
            label.updateGeometry()  # a badge has room around its words
            label.setAccessibleName(item.spoken or item.text)
            label.setToolTip(item.spoken)


class Rail(QWidget):
    """The screens, with their keys. ``chosen`` carries the screen's name."""

    chosen = Signal(str)

    def __init__(self, width: int) -> None:
        super().__init__()
        self.setProperty("role", "rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(width)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(10, 14, 10, 10)
        self._column.setSpacing(2)
        self.brand = Label("Counterfoil", role="brand")
        self.brand.setContentsMargins(10, 0, 0, 8)
        self.who = Label(role="caption", elide=True)
        self._column.addWidget(self.brand)
        self._buttons: dict[str, Button] = {}
        self._hints: dict[str, Label] = {}
        self._column.addStretch(1)
        self.version = Label(role="caption")
        self.version.setContentsMargins(10, 0, 0, 0)
        self._column.addWidget(self.version)

    def show_entries(self, entries: Sequence[tuple[str, str, str]], current: str) -> None:
        """``(screen, words, key)`` in order."""
        if [name for name, _words, _key in entries] == list(self._buttons):  # usual: making them anew takes 10 ms
            for name, words, key in entries:
                button = self._buttons[name]
                if button.text() != words:
                    button.setText(words)
                    button.setAccessibleName(f"{words} {key}")
            self.mark(current)
            return
        for button in self._buttons.values():
            discard(button)
        self._buttons, self._hints = {}, {}
        for place, (name, words, key) in enumerate(entries):
            button = Button(text=f"{words}")
            button.setCheckable(True)
            button.setChecked(name == current)
            button.setAccessibleName(f"{words} {key}")
            hint = Label(key, role="hint_active" if name == current else "caption")
            self._hints[name] = hint
            hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            line = QHBoxLayout(button)
            line.setContentsMargins(0, 0, 8, 0)
            line.addStretch(1)
            line.addWidget(hint)
            button.clicked.connect(self._chooser(name))
            self._buttons[name] = button
            self._column.insertWidget(1 + place, button)

    def mark(self, current: str) -> None:
        for name, button in self._buttons.items():
            button.setChecked(name == current)
            self._hints[name].set_role("hint_active" if name == current else "caption")

    def focus_current(self) -> None:
        for button in self._buttons.values():
            if button.isChecked():
                button.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return
        for button in self._buttons.values():
            button.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return

    def _chooser(self, name: str) -> Callable[[], None]:
        def choose() -> None:
            self.mark(name)
            self.chosen.emit(name)

        return choose


class NoticeBar(QFrame):
    """What happened, what was and was not done, what to do. Good news passes; the rest stays until the next, or Esc."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self.title = Label(role="lead")
        self.text = Label(wrap=True)
        self.close_button = Button("quiet", self.clear, "✕")
        self.close_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.text)
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 8, 8, 8)
        line.addLayout(words, 1)
        line.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.code = ""
        self.passing = QTimer(self, interval=PASSING_MS, singleShot=True)
        self.passing.timeout.connect(self.clear)
        self.hide()

    def show_notice(self, notice: Notice) -> None:
        self.code = notice.code
        self.title.setText(notice.title)
        body = notice.body()
        self.text.setText(body)
        self.text.setVisible(bool(body))
        self.setProperty("mood", notice.mood)
        self.title.set_mood(MOODS.get(notice.mood, ""))
        self.setAccessibleName(f"{notice.title}. {body}")
        restyle(self)
        self.show()
        if notice.mood in {"ok", "info"}:
            self.passing.start()
        else:
            self.passing.stop()

    def clear(self) -> None:
        self.passing.stop()
        self.code = ""
        if not self.isHidden():
            self.hide()
            self.closed.emit()


class StandingBar(QFrame):
    """What stays above every screen for as long as it is so. ``pressed``: its button, which leads to the remedy."""

    pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self.title, self.text = Label(role="lead"), Label(wrap=True)
        self.button = Button("", self.pressed.emit)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it has a key; the clerk's focus stays where she types
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.text)
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 8, 16, 8)
        line.addLayout(words, 1)
        line.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def show_notice(self, notice: Notice | None, button: str) -> None:
        """None: no longer so. ``button`` "": there is nothing to press."""
        self.setVisible(notice is not None)
        if notice is None:
            return
        self.title.setText(notice.title)
        self.title.set_mood(MOODS.get(notice.mood, ""))
        self.text.setText(notice.body())
        self.button.setText(button)
        self.button.setVisible(bool(button))
        if self.property("mood") != notice.mood:
            self.setProperty("mood", notice.mood)
            restyle(self)
        self.setAccessibleName(f"{notice.title}. {notice.body()}")


class BusyLine(QWidget):
    """A thin moving bar with words: something runs, the window does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.words = Label(role="small")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.bar.setFixedWidth(140)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.words)
        line.addWidget(self.bar)
        self.hide()

    def show_words(self, words: str) -> None:
        self.words.setText(words)
        self.setVisible(bool(words))
