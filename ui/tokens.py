"""Design tokens: colours, type scale, spacing and radius, as values without Qt.

The files in ``resources/themes`` are the only place where a colour or a size is written down. A theme file must name
every colour of :data:`COLOURS`, so that a theme cannot be half done.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

THEMES = ("light", "dark", "contrast")
SCALES_PERCENT = (100, 110, 125, 150, 175, 200)

# Which text stands on which ground: what the contrast test computes, and what a designer may rely on.
TEXT_ON: tuple[tuple[str, str], ...] = (
    *((text, ground) for text in ("text", "text_muted") for ground in ("bg", "surface", "surface_alt", "raised")),
    ("accent_text", "accent"),
    ("accent_text", "accent_hover"),
    ("accent", "surface"),
    ("accent_soft_text", "accent_soft"),
    ("rail_text", "rail"),
    ("rail_text", "rail_hover"),
    ("rail_text_muted", "rail"),
    ("rail_active_text", "rail_active"),
    *((f"{mood}", ground) for mood in ("ok", "warn", "bad", "info") for ground in ("surface", f"{mood}_soft")),
    *(("text", f"{mood}_soft") for mood in ("ok", "warn", "bad", "info")),
    *((f"seat_{s}_text", f"seat_{s}") for s in ("free", "part", "ours", "held", "sold", "blocked")),
    ("paper_text", "paper"),
)
# Boundaries that carry meaning: 3:1 (WCAG 1.4.11).
LINE_ON: tuple[tuple[str, str], ...] = (
    ("line_strong", "surface"),
    ("focus", "surface"),
    ("focus", "bg"),
    ("seat_free_line", "coach_shell"),
    ("seat_held_line", "coach_shell"),
    ("seat_ours", "coach_shell"),
    ("coach_line", "bg"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """One theme at one scale. ``colour`` maps a role to ``#rrggbb``; the others map a name to logical pixels."""

    name: str
    label: str
    dark: bool
    scale_percent: int
    colour: Mapping[str, str]
    type: Mapping[str, int]
    space: Mapping[str, int]
    size: Mapping[str, int]
    radius: Mapping[str, int]

    def px(self, at_100: int) -> int:
        """A size that is given at 100 %, at this scale: for painted widgets."""
        return max(1, round(at_100 * self.scale_percent / 100))


def load(folder: Path, name: str, scale_percent: int = 100) -> Tokens:
    """Reads ``base.toml`` and ``<name>.toml``. A broken theme file is our own mistake: assertion."""
    assert name in THEMES, name
    base = tomllib.loads((folder / "base.toml").read_text("utf-8"))
    own = tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))

    def scaled(table: str) -> dict[str, int]:
        return {key: max(1, round(value * scale_percent / 100)) for key, value in base[table].items()}

    return Tokens(
        name=own["name"],
        label=own["label"],
        dark=own["dark"],
        scale_percent=scale_percent,
        colour=own["colour"],
        type=scaled("type"),
        space=scaled("space"),
        size=scaled("size"),
        radius=scaled("radius"),
    )


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two ``#rrggbb`` colours, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
