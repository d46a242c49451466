"""How text is broken into lines: where, into as few as possible, and never cut."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import category

from printers.fonts import FontBook
from printers.raster import Canvas
from printers.text import clean

# Where a line may be broken: after a blank or hyphen, and on either side of a hanzi or other wide character.
_PIECE: Final = re.compile(
    r"[\u2e80-\uffef\U00020000-\U0003ffff][，。、；：！？）」』】·]*|[^\s\u2e80-\uffef\U00020000-\U0003ffff-]+-?\s*|\s+|."
)


_WIDE: Final = re.compile(r"[\u2e80-\uffef\U00020000-\U0003ffff]")


def pieces(text: str) -> list[str]:
    """What a line may be broken between."""
    return [piece.strip() for piece in _PIECE.findall(clean(text))]


def breakable(word: str) -> bool:
    """A line may be broken within it: beside a hanzi."""
    return bool(_WIDE.search(word))


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


def placed(canvas: Canvas, start: int, width: int) -> int:
    """``start``, or as near as the paper allows: a glyph may be wider than its column."""
    return max(0, min(start, canvas.width - width))
