"""Setting text: a style's sizes, one line or two, alignment within a frame, lines across it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from printers.flow import balanced, breakable, placed, wrap
from printers.fonts import FontBook
from printers.layout.model import Align, Style
from printers.raster import Canvas

LineKind = Literal["solid", "dashed", "double", "thick"]
ASCENT = 1.06  # of the size: from the top of a line to its baseline


@dataclass(frozen=True, slots=True)
class Frame:
    """The dots from ``left`` up to ``right``."""

    left: int
    right: int

    @property
    def width(self) -> int:
        return self.right - self.left


def size_for(fonts: FontBook, text: str, width: int, style: Style) -> int:
    """The largest size that gives one line; where that is too small, two lines of whole words; else the last one."""
    one_line = next((size for size in style.sizes if fonts.width(text, size, bold=style.bold) <= width), 0)
    if one_line and one_line >= style.two_lines_below:
        return one_line
    for size in style.sizes:
        if not style.two_lines_below or size * 3 > style.two_lines_below * 4:  # two lines of the largest size shout
            continue
        whole = all(fonts.width(word, size, bold=style.bold) <= width for word in text.split() if not breakable(word))
        if whole and len(wrap(fonts, text, width, size, bold=style.bold)) <= 2:
            return max(size, one_line)
    return one_line or style.sizes[-1]


def lines_of(fonts: FontBook, text: str, width: int, style: Style, size: int, align: Align) -> Sequence[str]:
    if fonts.width(text, size, bold=style.bold) <= width:
        return (text,)
    if align == "center" or style.two_lines_below:
        return balanced(fonts, text, width, size, bold=style.bold)
    return wrap(fonts, text, width, size, bold=style.bold)


def text_block(canvas: Canvas, text: str, style: Style, frame: Frame, align: str, *, size: int = 0) -> None:
    """Below ``canvas.y``, which is moved down. ``size``: decided already."""
    size = size or size_for(canvas.fonts, text, frame.width, style)
    sides: Align = "center" if align == "center" else "right" if align == "right" else "left"
    for line in lines_of(canvas.fonts, text, frame.width, style, size, sides):
        width = canvas.fonts.width(line, size, bold=style.bold)
        spare = frame.width - width
        start = frame.left + (spare // 2 if align == "center" else spare if align == "right" else 0)
        canvas.text(placed(canvas, start, width), canvas.y + round(size * ASCENT), line, size, bold=style.bold)
        canvas.y += round(size * style.leading / 100)


def rule_line(canvas: Canvas, frame: Frame, kind: LineKind) -> None:
    canvas.y += 6
    if kind == "dashed":
        canvas.dashes(canvas.y, left=frame.left, right=frame.right)
        canvas.y += 2
    else:
        thick = 5 if kind == "thick" else 2
        canvas.box(frame.left, canvas.y, frame.right, canvas.y + thick)
        canvas.y += thick
        if kind == "double":
            canvas.box(frame.left, canvas.y + 3, frame.right, canvas.y + 5)
            canvas.y += 5
    canvas.y += 6
