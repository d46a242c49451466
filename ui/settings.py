"""What the window remembers between starts: language, theme, scale, auto-lock. A small JSON file in the profile."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from counter_app.texts import LANGUAGES
from ui.tokens import SCALES_PERCENT, THEMES

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class WindowSettings:
    """``auto_lock_min`` 0: never. ``maximised``: the window fills the screen."""

    language: str = "zh"
    theme: str = "light"
    scale_percent: int = 100
    auto_lock_min: int = 10
    maximised: bool = False
    last_login: str = ""
    customer_window: bool = False  # was open
    customer_screen: str = ""  # the monitor that it was on
    usual_float: dict[str, int] = field(default_factory=dict)  # denomination in minor units -> pieces


class SettingsFile:
    """A broken or missing file gives the defaults: a till must open. ``path`` None keeps nothing (tests, pictures)."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.values = self._read()

    def _read(self) -> WindowSettings:
        values = WindowSettings()
        if self._path is None or not self._path.exists():
            return values
        try:
            found = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            _log.warning("window settings unreadable, defaults are used: %s", error)
            return values
        if not isinstance(found, dict):
            return values
        for item in fields(WindowSettings):
            value = found.get(item.name)
            if type(value) is type(getattr(values, item.name)):
                setattr(values, item.name, value)
        values.usual_float = {
            key: count for key, count in values.usual_float.items() if key.isdigit() and type(count) is int
        }
        if values.language not in LANGUAGES:
            values.language = "zh"
        if values.theme not in THEMES:
            values.theme = "light"
        if values.scale_percent not in SCALES_PERCENT:
            values.scale_percent = 100
        values.auto_lock_min = max(0, min(values.auto_lock_min, 240))
        return values

    def save(self) -> None:
        if self._path is None:
            return
        draft = self._path.with_suffix(".tmp")
        try:
            draft.write_text(json.dumps(asdict(self.values), ensure_ascii=False, indent=1), "utf-8")
            os.replace(draft, self._path)  # noqa: PTH105 - atomic, and says so
        except OSError as error:
            _log.warning("window settings not kept: %s", error)
