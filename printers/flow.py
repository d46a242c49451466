"""How text finds its place: shrink by rule, then wrap, never cut."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from unicodedata import category

from counter_app.domain.papers import Mark
from printers.fonts import FontBook
from printers.raster import Canvas
from printers.text import clean
from printers.words import Words

# Where a line may be broken: after a blank or hyphen, and on either side of a hanzi or other wide character.
_PIECE: Final = re.compile(
    r"[\u2e80-\uffef\U00020000-\U0003ffff][，。、；：！？）」』】·]*|[^\s\u2e80-\uffef\U00020000-\U0003ffff-]+-?\s*|\s+|."
)


@dataclass(frozen=True, slots=True)
class Fitted:
    lines: tuple[str, ...]
    size: int


def fit(fonts: FontBook, text: str, width: int, sizes: Sequence[int], *, bold: bool = False) -> Fitted:
    """The largest of ``sizes`` (descending) in which ``text`` is one line of ``width`` dots, or the last, wrapped."""
    for size in sizes:
        if fonts.width(text, size, bold=bold) <= width:
            return Fitted((clean(text),), size)
    return Fitted(tuple(wrap(fonts, text, width, sizes[-1], bold=bold)), sizes[-1])


def wrap(fonts: FontBook, text: str, width: int, size: int, *, bold: bool = False) -> list[str]:
    """Lines of at most ``width`` dots; a word longer than a line is broken where it must be. Never empty."""
    lines: list[str] = []
    line = ""
    for piece in _PIECE.findall(clean(text)):
        if fonts.width((line + piece).rstrip(), size, bold=bold) <= width:
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece.lstrip()
        while fonts.width(line.rstrip(), size, bold=bold) > width:
            head = _longest(fonts, line, width, size, bold=bold)
            lines.append(line[:head])
            line = line[head:]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def balanced(fonts: FontBook, text: str, width: int, size: int, *, bold: bool = False) -> list[str]:
    """As :func:`wrap` in as few lines, but of about one length: no lone word below a full line."""
    lines = wrap(fonts, text, width, size, bold=bold)
    longest = max((fonts.width(piece.strip(), size, bold=bold) for piece in _PIECE.findall(clean(text))), default=0)
    low, high = max(longest, width // len(lines)), width
    while low < high:
        middle = (low + high) // 2
        if len(wrap(fonts, text, middle, size, bold=bold)) <= len(lines):
            high = middle
        else:
            low = middle + 1
    return wrap(fonts, text, high, size, bold=bold)


def _longest(fonts: FontBook, word: str, width: int, size: int, *, bold: bool) -> int:
    low, high = 1, len(word)  # at least one character: a line that takes none would never end
    while low < high:
        middle = (low + high + 1) // 2
        if fonts.width(word[:middle], size, bold=bold) <= width:
            low = middle
        else:
            high = middle - 1
    while low > 1 and low < len(word) and category(word[low]).startswith("M"):
        low -= 1  # a mark stays with its letter
    return low


def paragraph(
    canvas: Canvas,
    text: str,
    sizes: Sequence[int],
    *,
    left: int = 0,
    right: int | None = None,
    bold: bool = False,
    align: str = "left",
    leading: float = 1.32,
) -> None:
    """Draws below ``canvas.y`` and moves it down. ``align``: left | center | right within left .. right."""
    edge = canvas.width if right is None else right
    fitted = fit(canvas.fonts, text, edge - left, sizes, bold=bold)
    lines: Sequence[str] = fitted.lines
    if align == "center" and len(lines) > 1:
        lines = balanced(canvas.fonts, text, edge - left, fitted.size, bold=bold)
    for line in lines:
        width = canvas.fonts.width(line, fitted.size, bold=bold)
        spare = edge - left - width
        start = left + (spare // 2 if align == "center" else spare if align == "right" else 0)
        canvas.text(max(0, start), canvas.y + round(fitted.size * 1.06), line, fitted.size, bold=bold)
        canvas.y += round(fitted.size * leading)


def marks(canvas: Canvas, words: Words, which: Sequence[Mark], copy_number: int, size: int) -> None:
    """White on black across the paper, one bar a mark: nobody overlooks what kind of paper it is."""
    for mark in which:
        text = words.mark(mark)
        if mark is Mark.DUPLICATE and copy_number:
            text = f"{text} {copy_number}"
        if words.chinese:
            text = f"{text}  {MARK_LATIN[mark]}"
        top = canvas.y
        canvas.y += size // 4
        paragraph(
            canvas,
            text,
            (size, size * 3 // 4, size * 5 // 8),
            left=8,
            right=canvas.width - 8,
            bold=True,
            align="center",
        )
        canvas.y += size // 8
        canvas.invert(0, top, canvas.width, canvas.y)
        canvas.y += 6


MARK_LATIN: Final = {
    Mark.DUPLICATE: "DUPLICATE",
    Mark.OFFLINE: "OFFLINE",
    Mark.TRAINING: "TRAINING",
    Mark.EXCHANGED: "EXCHANGED",
    Mark.DEMONSTRATION: "DEMONSTRATION",
}
