"""The window's ear for a scanner that types: an event filter before any widget sees the key."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QWidget

from counter_app.domain.device_settings import ReaderSettings
from counter_app.ports.scanner import ScanTrouble
from ui.presenters.wedge import Verdict, WedgeReader

_PLAIN = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier


class WedgeFilter(QObject):
    """Installed on the application. Keys that turn out to be typing are typed again where the focus is."""

    def __init__(
        self,
        settings: ReaderSettings,
        parent: QObject,
        *,
        scanned: Callable[[str], None],
        misread: Callable[[ScanTrouble], None],
        now_ms: Callable[[], int],
    ) -> None:
        super().__init__(parent)
        self._reader: WedgeReader[QKeyEvent] = WedgeReader(
            settings, release=self._type, scanned=scanned, misread=misread
        )
        self._now_ms = now_ms
        self._typing = False
        self._pause = QTimer(self, singleShot=True, interval=self._reader.patience_ms)
        self._pause.timeout.connect(self._paused)
        # Behind a stall of the window keys wait in the system's queue while the timer is due: those go first.
        self._after = QTimer(self, singleShot=True, interval=0)
        self._after.timeout.connect(self._reader.paused)
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        kind = event.type()
        if kind != QEvent.Type.KeyPress or self._typing or not isinstance(watched, (QWidget, QWindow)):
            return False
        assert isinstance(event, QKeyEvent)
        if event.key() in _MODIFIERS:
            return False  # Shift, between two capital letters
        plain = not (event.modifiers() & ~_PLAIN) and not event.isAutoRepeat()
        text = _typed(event) if plain else ""
        at_ms = event.timestamp() or self._now_ms()
        held = self._reader.key(QKeyEvent(event), text, at_ms) is Verdict.HELD
        self._after.stop()
        if self._reader.holding:
            self._pause.start()
        else:
            self._pause.stop()
        return held

    def _paused(self) -> None:
        self._after.start()

    def _type(self, keys: list[QKeyEvent]) -> None:
        """Held keys of a hand, to whoever has the keyboard now. Their releases went through already."""
        self._typing = True
        try:
            for key in keys:
                target = QApplication.focusWidget() or QApplication.activeWindow()
                if target is not None:
                    QCoreApplication.sendEvent(target, key)
        finally:
            self._typing = False


_MODIFIERS = frozenset(
    {
        Qt.Key.Key_Shift.value,
        Qt.Key.Key_Control.value,
        Qt.Key.Key_Alt.value,
        Qt.Key.Key_AltGr.value,
        Qt.Key.Key_Meta.value,
        Qt.Key.Key_CapsLock.value,
        Qt.Key.Key_NumLock.value,
    }
)


def _typed(event: QKeyEvent) -> str:
    if event.key() in {Qt.Key.Key_Return.value, Qt.Key.Key_Enter.value}:
        return "\r"
    if event.key() == Qt.Key.Key_Tab.value:
        return "\t"
    return event.text()
