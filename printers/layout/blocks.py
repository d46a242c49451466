"""The blocks of slips and reports on a canvas: texts, pairs, tables, another device's lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import assert_never
from unicodedata import combining, east_asian_width

from counter_app.domain.papers import Block, Code, Pair, Rule, Strength, Table, Text, Verbatim
from printers.codes import drawn
from printers.flow import pieces, placed, wrap
from printers.layout.model import Align, Style
from printers.layout.type import ASCENT, Frame, rule_line, text_block
from printers.profiles import Symbology
from printers.raster import Canvas
from printers.text import clean

_COLUMNS_MIN, _COLUMNS_MAX = 24, 48  # of lines that another device made
_COLUMN_DOTS_MIN, _GRID_SIZE_MIN = 9, 16  # as wide as a printer's own small type: what is smaller cannot be read
_LARGE_STEPS = 3  # a large value gets smaller so often before it takes a line of its own


def draw_block(
    block: Block,
    canvas: Canvas,
    frame: Frame,
    styles: Mapping[str, Style],
    symbology: Symbology,
    *,
    align: Align = "left",
    sign: int = 0,
) -> None:
    """Below ``canvas.y``. ``sign``: dots above a line to sign on, for pairs that have no value yet."""
    match block:
        case Text():
            said = block.align if block.align in {"center", "right"} else align
            text_block(canvas, block.text, styles[block.strength.value], frame, said)
        case Pair():
            if sign and not block.value.strip("_ "):
                _signature(block.label, canvas, frame, styles[Strength.FAINT.value], sign)
            else:
                # A large value stands out by its label being small.
                label = Strength.STRONG if block.strength is Strength.LARGE else block.strength
                _pair(block, canvas, frame, styles[label.value], styles[block.strength.value])
        case Table():
            _table(block, canvas, frame, styles[Strength.PLAIN.value])
        case Rule():
            rule_line(canvas, frame, "solid")
        case Code():
            code = drawn(block.content, room=frame.width, symbology=symbology)
            canvas.paste(frame.left + (frame.width - code.width) // 2, canvas.y + 4, code)
            canvas.y += code.height + 8
        case Verbatim():
            _verbatim(block, canvas, frame, styles[Strength.PLAIN.value])
        case _:
            assert_never(block)


def _signature(label: str, canvas: Canvas, frame: Frame, style: Style, room: int) -> None:
    """Room for a hand, a line, and small below it what is signed."""
    canvas.y += room
    canvas.box(frame.left, canvas.y, frame.right, canvas.y + 2)
    canvas.y += 4
    text_block(canvas, label, style, frame, "left")


def _pair(pair: Pair, canvas: Canvas, frame: Frame, label_style: Style, style: Style) -> None:
    """On one baseline; both shrink, and part to two lines before either is cut."""
    steps = max(len(label_style.sizes), len(style.sizes))
    for step in range(steps if label_style is style else _LARGE_STEPS):
        sizes = [one.sizes[min(step, len(one.sizes) - 1)] for one in (label_style, style)]
        label = canvas.fonts.width(pair.label, sizes[0], bold=label_style.bold)
        value = canvas.fonts.width(pair.value, sizes[1], bold=style.bold)
        if label + value + 12 <= frame.width:
            baseline = canvas.y + round(max(sizes) * ASCENT)
            canvas.text(frame.left, baseline, pair.label, sizes[0], bold=label_style.bold)
            canvas.text(frame.right - value, baseline, pair.value, sizes[1], bold=style.bold)
            canvas.y += round(max(sizes) * style.leading / 100)
            return
    text_block(canvas, pair.label, label_style, frame, "left")
    text_block(canvas, pair.value, style, frame, "right")


def _verbatim(block: Verbatim, canvas: Canvas, frame: Frame, style: Style) -> None:
    """On a grid: the other device counted columns. Lines that no paper holds are broken, never cut."""
    lines = [_cells(" " * (len(line) - len(line.lstrip(" "))) + clean(line)) for line in block.lines]
    most = min(_COLUMNS_MAX, frame.width // _COLUMN_DOTS_MIN)
    columns = min(most, max([_COLUMNS_MIN, *(len(line) for line in lines)]))
    step = frame.width / columns
    size = max(_GRID_SIZE_MIN, min(style.sizes[0], round(step * 1.6)))
    for line in lines:
        for start in range(0, max(1, len(line)), columns):
            row = line[start : start + columns]
            for column, char in enumerate(row):
                if char.strip():
                    cells = 2 if row[column + 1 : column + 2] == [""] else 1
                    wide = canvas.fonts.width(char, size)
                    left = frame.left + column * step + (cells * step - wide) / 2
                    canvas.text(placed(canvas, round(left), wide), canvas.y + round(size * ASCENT), char, size)
            canvas.y += round(size * style.leading / 100)


def _cells(line: str) -> list[str]:
    """One entry a column: a wide character is followed by an empty one, a mark stays with its letter."""
    found: list[str] = []
    for char in line:
        if combining(char) and found:
            found[-1] += char
        else:
            found += [char, ""] if east_asian_width(char) in "WF" else [char]
    return found


def _table(table: Table, canvas: Canvas, frame: Frame, style: Style) -> None:
    """Columns as wide as they need; when that is too much the type shrinks, then the widest column wraps."""
    assert all(len(row) == len(table.align) for row in table.rows)
    head = [table.head] if any(table.head) else []
    gap = 14
    room = frame.width - gap * (len(table.align) - 1)
    for size in style.sizes:
        widths = [
            max([canvas.fonts.width(row[n], size, bold=row in head) for row in (*head, *table.rows)] or [0])
            for n in range(len(table.align))
        ]
        if sum(widths) <= room:
            break
    if sum(widths) > room:
        columns = range(len(widths))
        words = [_longest_word(canvas, table, n, size) for n in columns]
        rows = [max((canvas.fonts.width(row[n], size) for row in table.rows), default=0) for n in columns]
        whole_rows = [max(pair) for pair in zip(rows, words, strict=True)]
        _narrowed(widths, (whole_rows, words, [20] * len(widths)), room)
    spare = room - sum(widths)
    if len(widths) > 1:  # on wide paper figures don't crowd
        gap += min(30, spare // (3 * (len(widths) - 1)))
        spare = frame.width - gap * (len(widths) - 1) - sum(widths)
    if "l" in table.align:  # words take what is left, figures stay together
        texts = [n for n, side in enumerate(table.align) if side == "l"]
        for n in texts:
            widths[n] += spare // len(texts)
        widths[texts[0]] += spare % len(texts)  # to the dot: figures end at the paper's edge
    else:
        widths = [width + spare // len(widths) for width in widths]
    canvas.y += 6
    for row in (*head, *table.rows):
        _row(row, canvas, frame, table.align, widths, replace(style, sizes=(size,), bold=row in head), gap)
        if row in head:
            canvas.box(frame.left, canvas.y + 1, frame.right, canvas.y + 3)
            canvas.y += 6


def _longest_word(canvas: Canvas, table: Table, column: int, size: int) -> int:
    """A column that is no narrower breaks no figure and no word."""
    fonts = canvas.fonts
    heads = [fonts.width(word, size, bold=True) for word in pieces(table.head[column])]
    return max([0, *heads, *(fonts.width(word, size) for row in table.rows for word in pieces(row[column]))])


def _narrowed(widths: list[int], stages: Iterable[list[int]], room: int) -> None:
    """The widest gives way first, to each stage's least: heads wrap, then rows between words, then words break."""
    for least in stages:
        while (over := sum(widths) - room) > 0:
            slack = [width - low for width, low in zip(widths, least, strict=True)]
            if max(slack) <= 0:
                break
            at = max((n for n in range(len(widths)) if slack[n] > 0), key=widths.__getitem__)
            others = max((width for n, width in enumerate(widths) if n != at), default=0)
            widths[at] -= min(over, slack[at], max(1, widths[at] - others))


def _row(
    row: tuple[str, ...], canvas: Canvas, frame: Frame, align: str, widths: list[int], style: Style, gap: int
) -> None:
    size, bold = style.sizes[0], style.bold
    cells = [wrap(canvas.fonts, cell, width, size, bold=bold) for cell, width in zip(row, widths, strict=True)]
    for line in range(max(len(cell) for cell in cells)):
        left = frame.left
        for cell, width, side in zip(cells, widths, align, strict=True):
            if line < len(cell) and cell[line]:
                wide = canvas.fonts.width(cell[line], size, bold=bold)
                spare = max(0, width - wide)
                start = left + (spare if side == "r" else spare // 2 if side == "c" else 0)
                canvas.text(placed(canvas, start, wide), canvas.y + round(size * ASCENT), cell[line], size, bold=bold)
            left += width + gap
        canvas.y += round(size * style.leading / 100)
