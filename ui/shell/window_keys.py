"""What keys do in the window: the screen's own function keys, the shell's, and the ways to other screens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut

from ui.shell.navigation import SCREENS
from ui.shell.screen import FKey

if TYPE_CHECKING:
    from ui.shell.window import MainWindow

SHELL_KEYS: Final = ("F1", "F10", "F11", "F12")
KEY_NAMES: Final = {
    Qt.Key.Key_Escape.value: "Esc",
    Qt.Key.Key_Return.value: "Enter",
    Qt.Key.Key_Enter.value: "Enter",
}


class WindowKeys:
    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def begin(self) -> None:
        window = self._window
        for number in range(1, 13):
            self._shortcut(f"F{number}", self._presser(f"F{number}"))
        for name, place in SCREENS.items():
            if place.key:
                self._shortcut(place.key, self.going(name))
        self._shortcut("Ctrl+L", window.lock)
        if window.parts.sheets is not None:
            self._shortcut("Ctrl+P", window.toggle_roll)
        self._shortcut("Ctrl++", lambda: window.step_scale(1))
        self._shortcut("Ctrl+=", lambda: window.step_scale(1))
        self._shortcut("Ctrl+-", lambda: window.step_scale(-1))

    def own(self) -> list[FKey]:
        """The screen's, as they are now; while it is busy only Esc."""
        here = self._window.current
        if here is None:
            return []
        keys = here.fkeys()
        if here.busy:
            return [FKey(k.key, k.label, k.action, enabled=k.enabled and k.key == "Esc") for k in keys]
        assert not any(k.key in SHELL_KEYS for k in keys), f"{here.name} takes one of the shell's keys"
        return keys

    def of_the_shell(self) -> list[FKey]:
        window, t = self._window, self._window.t
        other = "English" if t.language == "zh" else "中文"
        keys = [FKey("F11", other, window.switch_language), FKey("F12", t("Theme"), window.switch_theme)]
        if window.signed_in and not window.locked:
            keys = [FKey("F1", t("Help"), window.help), FKey("F10", t("Menu"), window.focus_menu), *keys]
        return keys

    def press(self, key: str) -> bool:
        """A key of the screen's, "Enter" say. False: it has none of that name, or it is off."""
        for fkey in self.own():
            if fkey.key == key and fkey.enabled:
                fkey.action()
                return True
        return False

    def going(self, name: str) -> Callable[[], None]:
        """What leads to that screen, where who is signed in may open it."""

        def go() -> None:
            window = self._window
            here = window.current
            inside = window.signed_in and not window.locked and window.may_open(name)
            if inside and (here is None or here.name != name):
                window.show_screen(name)

        return go

    def _presser(self, key: str) -> Callable[[], None]:
        def press() -> None:
            for fkey in [*self.own(), *self.of_the_shell()]:
                if fkey.key == key and fkey.enabled:
                    fkey.action()
                    return

        return press

    def _shortcut(self, keys: str, action: Callable[[], None]) -> None:
        QShortcut(QKeySequence(keys), self._window, activated=action)  # type: ignore[call-overload] # PySide's stubs lack it
