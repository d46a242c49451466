from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from ui.tokens import LINE_ON, SCALES_PERCENT, TEXT_ON, THEMES, contrast, load

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "resources" / "themes"


@pytest.mark.parametrize("name", THEMES)
def test_text_is_readable_on_its_ground(name: str) -> None:
    """A clerk at a dim or sunlit window reads every word: WCAG AA (4.5:1), in high contrast AAA (7:1)."""
    colour = load(FOLDER, name).colour
    wanted = 7.0 if name == "contrast" else 4.5
    poor = {
        f"{text} on {ground}": round(contrast(colour[text], colour[ground]), 2)
        for text, ground in TEXT_ON
        if contrast(colour[text], colour[ground]) < wanted
    }
    assert not poor


@pytest.mark.parametrize("name", THEMES)
def test_boundaries_that_mean_something_can_be_seen(name: str) -> None:
    """The focus ring and a place's outline are seen by people with weak sight: 3:1 (WCAG 1.4.11)."""
    colour = load(FOLDER, name).colour
    poor = {
        f"{line} on {ground}": round(contrast(colour[line], colour[ground]), 2)
        for line, ground in LINE_ON
        if contrast(colour[line], colour[ground]) < 3.0
    }
    assert not poor


def test_every_theme_has_the_same_colours() -> None:
    """A screen drawn in one theme does not crash in another for want of a colour."""
    names = [set(load(FOLDER, name).colour) for name in THEMES]
    assert names[0] == names[1] == names[2]
    for name in THEMES:
        assert all(re.fullmatch("#[0-9a-f]{6}", value) for value in load(FOLDER, name).colour.values())


def test_a_larger_scale_makes_everything_larger() -> None:
    """A clerk who sets 200 % gets letters, fields and rows of twice the size, not only letters."""
    small, large = load(FOLDER, "light", 100), load(FOLDER, "light", SCALES_PERCENT[-1])
    for table in ("type", "space", "size", "radius"):
        before, after = getattr(small, table), getattr(large, table)
        assert all(after[key] == 2 * before[key] for key in before)
    assert large.px(10) == 20


def test_contrast_is_wcags() -> None:
    """The figure that the other tests lean on is WCAG's own: black on white 21, #777777 on white 4.48."""
    assert round(contrast("#000000", "#ffffff"), 2) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(")


def test_no_widget_carries_its_own_colours_or_style() -> None:
    """A theme reaches everything: no colour literal, no named Qt colour and no style sheet outside the one."""
    found = []
    for path in sorted((ROOT / "ui").rglob("*.py")):
        if path.name == "stylesheet.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            where = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            match node:
                case ast.Constant(value=str() as text) if _COLOUR.fullmatch(text.strip()):
                    found.append(f"{where} {text}")
                case ast.Attribute(attr="GlobalColor"):
                    found.append(f"{where} Qt.GlobalColor")
                case ast.Call(func=ast.Attribute(attr="setStyleSheet")) if path.name != "theme.py":
                    found.append(f"{where} setStyleSheet")
                case ast.Call(func=ast.Name(id="QColor"), args=[first, *_rest]) if (
                    path.name != "theme.py" and isinstance(first, ast.Constant)
                ):
                    found.append(f"{where} QColor of a literal")
    assert not found
