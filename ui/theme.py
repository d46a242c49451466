"""The theme as Qt wears it: one stylesheet, one palette, one font, all from tokens."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from ui import stylesheet
from ui.tokens import SCALES_PERCENT, THEMES, Tokens, load

FALLBACK_FAMILIES = ("Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei")


class Theme(QObject):
    """Painted widgets call :meth:`tokens` in ``paintEvent`` and repaint on :attr:`changed`."""

    changed = Signal()

    def __init__(self, resources: Path, name: str = "light", scale_percent: int = 100) -> None:
        super().__init__()
        self._folder = resources / "themes"
        self._fonts = resources / "fonts"
        self._icons = resources / "icons"
        self._tokens = load(self._folder, name, scale_percent)
        self._families: list[str] = []

    def tokens(self) -> Tokens:
        return self._tokens

    def colour(self, role: str) -> QColor:
        return QColor(self._tokens.colour[role])

    def font(self, size: str = "body", *, strong: bool = False) -> QFont:
        """For painted widgets. ``size`` is a name of the type scale."""
        font = QFont()
        font.setFamilies(self._families or list(FALLBACK_FAMILIES))
        font.setPixelSize(self._tokens.type[size])
        font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
        return font

    def load_fonts(self) -> None:
        """The shipped CJK font first, so that every machine draws the same; then what the system has."""
        for path in sorted(self._fonts.glob("*.ttf")):
            number = QFontDatabase.addApplicationFont(str(path))
            if number >= 0:
                self._families.extend(QFontDatabase.applicationFontFamilies(number))
        self._families.extend(name for name in FALLBACK_FAMILIES if name not in self._families)

    def apply(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        if not self._families:
            self.load_fonts()
        app.setFont(self.font())
        app.setPalette(_palette(self._tokens))
        sheet = stylesheet.build(self._tokens, self._icons)
        if app.styleSheet() != sheet:  # setting it polishes every widget anew
            app.setStyleSheet(sheet)

    def use(self, name: str | None = None, scale_percent: int | None = None) -> None:
        self._tokens = load(self._folder, name or self._tokens.name, scale_percent or self._tokens.scale_percent)
        self.apply()
        self.changed.emit()

    def next(self) -> str:
        """The theme after this one, for the key that goes round."""
        return THEMES[(THEMES.index(self._tokens.name) + 1) % len(THEMES)]

    def step_scale(self, steps: int) -> int:
        here = SCALES_PERCENT.index(self._tokens.scale_percent)
        return SCALES_PERCENT[max(0, min(len(SCALES_PERCENT) - 1, here + steps))]


def _palette(tokens: Tokens) -> QPalette:
    """What the stylesheet does not reach: placeholder text, selections, native dialogs."""
    colour = {name: QColor(value) for name, value in tokens.colour.items()}
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, name in (
        (roles.Window, "bg"),
        (roles.WindowText, "text"),
        (roles.Base, "surface"),
        (roles.AlternateBase, "surface_alt"),
        (roles.Text, "text"),
        (roles.Button, "raised"),
        (roles.ButtonText, "text"),
        (roles.ToolTipBase, "surface"),
        (roles.ToolTipText, "text"),
        (roles.Highlight, "accent_soft"),
        (roles.HighlightedText, "accent_soft_text"),
        (roles.PlaceholderText, "text_muted"),
        (roles.Link, "accent"),
        (roles.Accent, "accent"),
    ):
        palette.setColor(role, colour[name])
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, colour["text_disabled"])
    return palette


def set_letters(window: QWidget, sizes: Mapping[str, int]) -> None:
    """Other sizes of letters than everywhere, in pixels by role: for a window that is read from afar."""
    window.setStyleSheet("\n".join(f'QLabel[role="{role}"] {{ font-size: {px}px; }}' for role, px in sizes.items()))
