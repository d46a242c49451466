"""Receipts, refund slips, X and Z reports: a heading, marks and blocks, composed for a roll."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, assert_never
from unicodedata import combining, east_asian_width

from counter_app.domain.papers import Block, Code, Pair, Rule, Slip, Strength, Table, Text, Verbatim
from printers.codes import drawn
from printers.flow import marks, paragraph, wrap
from printers.profiles import Symbology
from printers.raster import Canvas
from printers.text import clean
from printers.words import Words

_LARGE_WIDTH: Final = 500
_COLUMNS_MIN, _COLUMNS_MAX = 24, 48  # of lines that another device made


@dataclass(frozen=True, slots=True)
class Style:
    sizes: tuple[int, ...]
    bold: bool


_WIDE: Final = {
    Strength.PLAIN: Style((25, 23, 21), False),
    Strength.STRONG: Style((26, 24, 22), True),
    Strength.LARGE: Style((46, 40, 34), True),
    Strength.FAINT: Style((20, 19), False),
}
_NARROW: Final = {
    Strength.PLAIN: Style((23, 21, 20), False),
    Strength.STRONG: Style((24, 22, 20), True),
    Strength.LARGE: Style((38, 34, 30), True),
    Strength.FAINT: Style((19, 18), False),
}


def compose_slip(slip: Slip, canvas: Canvas, words: Words, symbology: Symbology) -> None:
    """Draws the slip from the top of ``canvas`` down and leaves ``canvas.y`` below it."""
    wide = canvas.width >= _LARGE_WIDTH
    styles = _WIDE if wide else _NARROW
    canvas.y = 4
    paragraph(canvas, slip.title, (42, 36, 30) if wide else (34, 30, 26), bold=True, align="center", left=4)
    operator = slip.facts.get("operator", "")
    if operator not in {"", slip.subtitle}:
        paragraph(canvas, operator, styles[Strength.STRONG].sizes, bold=True, align="center", left=4)
    if slip.subtitle:
        paragraph(canvas, slip.subtitle, styles[Strength.PLAIN].sizes, align="center", left=4)
    canvas.y += 4
    marks(canvas, words, slip.marks, 0, 36 if wide else 30)
    for part in slip.named():
        for block in (Rule(), *part.blocks):
            _block(block, canvas, styles, symbology)
    canvas.y += 20  # as below a ticket


def _block(block: Block, canvas: Canvas, styles: dict[Strength, Style], symbology: Symbology) -> None:
    match block:
        case Text():
            style = styles[block.strength]
            paragraph(
                canvas, block.text, style.sizes, bold=style.bold, align=block.align, left=4, right=canvas.width - 4
            )
        case Pair():
            _pair(block, canvas, styles[block.strength])
        case Table():
            _table(block, canvas, styles[Strength.PLAIN])
        case Rule():
            canvas.box(0, canvas.y + 6, canvas.width, canvas.y + 8)
            canvas.y += 14
        case Code():
            code = drawn(block.content, room=canvas.width, symbology=symbology)
            canvas.paste((canvas.width - code.width) // 2, canvas.y + 4, code)
            canvas.y += code.height + 8
        case Verbatim():
            _verbatim(block, canvas, styles[Strength.PLAIN])
        case _:
            assert_never(block)


def _verbatim(block: Verbatim, canvas: Canvas, style: Style) -> None:
    """On a grid: the other device counted columns. Lines that no paper holds are broken, never cut."""
    cells = [_cells(clean(line)) for line in block.lines]
    columns = min(_COLUMNS_MAX, max([_COLUMNS_MIN, *(len(line) for line in cells)]))
    step = (canvas.width - 8) / columns
    size = min(style.sizes[0], round(step * 1.5))
    for line in cells:
        for start in range(0, max(1, len(line)), columns):
            for column, char in enumerate(line[start : start + columns]):
                if char.strip():
                    canvas.text(round(4 + column * step), canvas.y + round(size * 1.06), char, size)
            canvas.y += round(size * 1.36)


def _cells(line: str) -> list[str]:
    """One entry a column: a wide character is followed by an empty one, a mark stays with its letter."""
    found: list[str] = []
    for char in line:
        if combining(char) and found:
            found[-1] += char
        else:
            found += [char, ""] if east_asian_width(char) in "WF" else [char]
    return found


def _pair(pair: Pair, canvas: Canvas, style: Style) -> None:
    left, right = 4, canvas.width - 4
    for size in style.sizes:
        label = canvas.fonts.width(pair.label, size, bold=style.bold)
        value = canvas.fonts.width(pair.value, size, bold=style.bold)
        if label + value + 12 <= right - left:
            baseline = canvas.y + round(size * 1.06)
            canvas.text(left, baseline, pair.label, size, bold=style.bold)
            canvas.text(right - value, baseline, pair.value, size, bold=style.bold)
            canvas.y += round(size * 1.36)
            return
    paragraph(canvas, pair.label, style.sizes, bold=style.bold, left=left, right=right)
    paragraph(canvas, pair.value, style.sizes, bold=style.bold, left=left, right=right, align="right")


def _table(table: Table, canvas: Canvas, style: Style) -> None:
    """Columns as wide as they need; when that is too much the type shrinks, then the widest column wraps."""
    assert all(len(row) == len(table.align) for row in table.rows)
    head = [table.head] if any(table.head) else []
    gap = 14
    room = canvas.width - 8 - gap * (len(table.align) - 1)
    for size in style.sizes:
        widths = [
            max([canvas.fonts.width(row[n], size, bold=row in head) for row in (*head, *table.rows)] or [0])
            for n in range(len(table.align))
        ]
        if sum(widths) <= room:
            break
    while sum(widths) > room:
        widest = max(range(len(widths)), key=widths.__getitem__)
        others = sorted(widths)[-2] if len(widths) > 1 else 0
        widths[widest] = max(widths[widest] - (sum(widths) - room), min(others, widths[widest] - 1), 20)
    spare = room - sum(widths)
    if len(widths) > 1:  # on wide paper figures don't crowd
        gap += min(30, spare // (3 * (len(widths) - 1)))
        spare = canvas.width - 8 - gap * (len(widths) - 1) - sum(widths)
    if "l" in table.align:  # words take what is left, figures stay together
        widths[table.align.index("l")] += spare
    else:
        widths = [width + spare // len(widths) for width in widths]
    canvas.y += 6
    for row in (*head, *table.rows):
        _row(row, canvas, table.align, widths, size, gap, bold=row in head)
        if row in head:
            canvas.box(4, canvas.y, canvas.width - 4, canvas.y + 1)
            canvas.y += 4


def _row(
    row: tuple[str, ...], canvas: Canvas, align: str, widths: list[int], size: int, gap: int, *, bold: bool
) -> None:
    cells = [wrap(canvas.fonts, cell, width, size, bold=bold) for cell, width in zip(row, widths, strict=True)]
    for line in range(max(len(cell) for cell in cells)):
        left = 4
        for cell, width, side in zip(cells, widths, align, strict=True):
            if line < len(cell) and cell[line]:
                spare = max(0, width - canvas.fonts.width(cell[line], size, bold=bold))
                start = left + (spare if side == "r" else spare // 2 if side == "c" else 0)
                canvas.text(start, canvas.y + round(size * 1.06), cell[line], size, bold=bold)
            left += width + gap
        canvas.y += round(size * 1.36)
