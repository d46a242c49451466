"""A sheet with a paper's values on a canvas: dots, vectors, or only its height."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, assert_never

from PIL import Image

from counter_app.domain.papers import Mark, Paper, Part, Slip, TicketFace
from printers.codes import drawn
from printers.flow import placed
from printers.fonts import FontBook
from printers.layout.blocks import draw_block
from printers.layout.elements import shares
from printers.layout.fields import Values
from printers.layout.model import (
    Align,
    Arrow,
    Box,
    CodeOf,
    Columns,
    Element,
    Grid,
    Line,
    ListOf,
    LogoOf,
    MarksOf,
    OwnWords,
    PartOf,
    Sheet,
    Sides,
    Space,
    Style,
    TextOf,
)
from printers.layout.type import ASCENT, Frame, lines_of, rule_line, size_for, text_block
from printers.profiles import Symbology
from printers.raster import Canvas
from printers.words import Words

MARK_LATIN: Final = {
    Mark.DUPLICATE: "DUPLICATE",
    Mark.OFFLINE: "OFFLINE",
    Mark.TRAINING: "TRAINING",
    Mark.EXCHANGED: "EXCHANGED",
    Mark.DEMONSTRATION: "DEMONSTRATION",
}
_ARROW_ROWS: Final = 28
_SIDES_STEPS: Final = 4
_ARROW_MIN: Final = 24  # its head


class Ruler(Canvas):
    """Measures a height: draws nothing."""

    def __init__(self, width: int, fonts: FontBook) -> None:
        self.width, self.fonts, self.y = width, fonts, 0

    def need(self, bottom: int) -> None: ...

    def text(self, left: int, baseline: int, text: str, size: int, *, bold: bool = False) -> int:
        del left, baseline
        return self.fonts.width(text, size, bold=bold)

    def box(self, left: int, top: int, right: int, bottom: int) -> None: ...

    def frame(self, left: int, top: int, right: int, bottom: int, thickness: int = 2) -> None: ...

    def arrow(self, left: int, right: int, y: int, *, thickness: int = 3) -> None: ...

    def dashes(self, y: int, *, left: int = 0, right: int | None = None) -> None: ...

    def invert(self, left: int, top: int, right: int, bottom: int) -> None: ...

    def paste(self, left: int, top: int, dots: Image.Image) -> None: ...


@dataclass(slots=True)
class Drawing:
    """One paper on one canvas. ``words``: of the paper's first language, for its marks."""

    canvas: Canvas
    sheet: Sheet
    paper: Paper
    values: Values
    words: Words
    symbology: Symbology
    logo: Image.Image | None
    _parts: dict[str, Part] = field(default_factory=dict)

    def draw(self) -> None:
        """From the top of the canvas down; ``canvas.y`` ends below the last element and the sheet's own bottom."""
        canvas, sheet = self.canvas, self.sheet
        if isinstance(self.paper, Slip):
            for part in self.paper.named():
                known = self._parts.get(part.name)
                blocks = part.blocks if known is None else (*known.blocks, *part.blocks)
                self._parts[part.name] = Part(part.name, blocks)
        frame = Frame(sheet.margin, canvas.width - sheet.margin)
        canvas.y = sheet.top
        self._stack(sheet.elements, frame)
        if not _has_rest(sheet.elements):
            left_over = PartOf(names=(), styles=sheet.house.styles, line="solid", sign=0, align="left")
            self._stack((left_over,), frame)
        canvas.y += sheet.bottom

    # ---- what is shown

    def _shown(self, element: Element) -> bool:
        values = self.values
        if any(not values.has(name) for name in element.when) or any(values.has(name) for name in element.unless):
            return False
        match element:
            case TextOf():
                return bool(element.template.fill(values))
            case Sides():
                return bool(element.left.fill(values) or element.right.fill(values))
            case Columns():
                return any(self._shown(one) for column in element.columns for one in column.elements)
            case Box():
                return any(self._shown(one) for one in element.elements)
            case ListOf():
                return bool(values.entries(element.of))
            case Grid():
                return bool(self._rows(element))
            case CodeOf():
                return isinstance(self.paper, TicketFace) and bool(self.paper.code)
            case LogoOf():
                return self.logo is not None
            case MarksOf():
                return bool(self.paper.marks)
            case PartOf():
                return bool(self._blocks(element))
            case OwnWords():
                return bool(self.sheet.house.words[element.of])
            case Line() | Space() | Arrow():
                return True
            case _:
                assert_never(element)

    def _rows(self, grid: Grid) -> list[tuple[str, ...]]:
        filled = (tuple(cell.fill(self.values) for cell in row) for row in grid.rows)
        return [row for row in filled if all(row)]

    def _blocks(self, element: PartOf) -> list[Part]:
        placed_already = self.sheet.placed()
        names = element.names or tuple(name for name in self._parts if name not in placed_already)
        return [self._parts[name] for name in names if name in self._parts and self._parts[name].blocks]

    # ---- drawing

    def _stack(self, elements: Iterable[Element], frame: Frame, sizes: dict[str, int] | None = None) -> None:
        for element in elements:
            if self._shown(element):
                self.canvas.y += element.above
                self._one(element, frame, sizes or {})
                self.canvas.y += element.below

    def _one(self, element: Element, frame: Frame, sizes: dict[str, int]) -> None:
        canvas, values = self.canvas, self.values
        match element:
            case TextOf():
                size = sizes.get(element.style.name, 0)
                text_block(canvas, element.template.fill(values), element.style, frame, element.align, size=size)
            case Sides():
                self._sides(element, frame)
            case Columns():
                self._columns(element, frame)
            case Box():
                self._box(element, frame)
            case ListOf():
                for entry in values.entries(element.of):
                    values.with_item(entry)
                    text_block(canvas, element.template.fill(values), element.style, frame, element.align)
            case Grid():
                self._grid(element, frame)
            case Line():
                rule_line(canvas, frame, element.kind)
            case CodeOf():
                assert isinstance(self.paper, TicketFace)
                code = drawn(self.paper.code, room=frame.width, dots_max=element.dots_max, symbology=self.symbology)
                self._paste(code, frame, element.align)
            case LogoOf():
                assert self.logo is not None
                self._paste(self.logo, frame, element.align)
            case MarksOf():
                self._marks(element.style, frame)
            case Space():
                canvas.y += element.dots
            case Arrow():
                if frame.width >= _ARROW_MIN:
                    canvas.arrow(frame.left + 2, frame.right - 2, canvas.y + _ARROW_ROWS // 2)
                    canvas.y += _ARROW_ROWS
            case PartOf():
                self._part(element, frame)
            case OwnWords():
                for line in self.sheet.house.words[element.of]:
                    text_block(canvas, line, element.style, frame, element.align)
            case _:
                assert_never(element)

    def _paste(self, dots: Image.Image, frame: Frame, align: Align) -> None:
        spare = max(0, frame.width - dots.width)
        start = frame.left + (0 if align == "left" else spare if align == "right" else spare // 2)
        self.canvas.paste(placed(self.canvas, start, dots.width), self.canvas.y, dots)
        self.canvas.y += dots.height

    def _sides(self, element: Sides, frame: Frame) -> None:
        """Both shrink together, and part to two lines before either is cut."""
        canvas, fonts = self.canvas, self.canvas.fonts
        texts = (element.left.fill(self.values), element.right.fill(self.values))
        styles = (element.left_style, element.right_style)
        steps = max(len(style.sizes) for style in styles)
        # A price or a time takes a line of its own before it gets much smaller.
        for step in range(steps if steps <= _SIDES_STEPS else (steps + 1) // 2):
            sizes = [style.sizes[min(step, len(style.sizes) - 1)] for style in styles]
            widths = [
                fonts.width(text, size, bold=style.bold) for text, size, style in zip(texts, sizes, styles, strict=True)
            ]
            if sum(widths) + 12 <= frame.width:
                baseline = canvas.y + round(max(sizes) * ASCENT)
                canvas.text(frame.left, baseline, texts[0], sizes[0], bold=styles[0].bold)
                canvas.text(frame.right - widths[1], baseline, texts[1], sizes[1], bold=styles[1].bold)
                canvas.y += max(round(size * style.leading / 100) for size, style in zip(sizes, styles, strict=True))
                return
        for text, style, align in zip(texts, styles, ("left", "right"), strict=True):
            if text:
                text_block(canvas, text, style, frame, align)

    def _columns(self, element: Columns, frame: Frame) -> None:
        """Columns in which nothing stands give their room to the others. Texts of one style have one size in all."""
        kept = [one for one in element.columns if one.keep or any(self._shown(inner) for inner in one.elements)]
        room = frame.width - element.gap * (len(kept) - 1)
        weights = [one.weight for one in kept]
        fixed = [one.width for one in kept]
        if all(fixed):  # what had a weight is empty: the last one takes its room
            fixed[-1] = 0
        widths = shares(fixed, weights, room) or shares([0] * len(kept), weights, room)
        assert widths is not None
        widths[-1] += room - sum(widths)
        frames: list[Frame] = []
        left = frame.left
        for width in widths:
            frames.append(Frame(left, left + width))
            left += width + element.gap
        stacks = [one.elements for one in kept]
        sizes = self._together(stacks, frames)
        if element.aligned:
            self._aligned(stacks, frames, sizes)
            return
        heights = [self._height(stack, one, sizes) for stack, one in zip(stacks, frames, strict=True)]
        top, tallest = self.canvas.y, max(heights)
        for column, one, height in zip(kept, frames, heights, strict=True):
            spare = tallest - height
            self.canvas.y = top + (
                spare if column.valign == "bottom" else spare // 2 if column.valign == "middle" else 0
            )
            self._stack(column.elements, one, sizes)
        self.canvas.y = top + tallest

    def _together(self, stacks: Sequence[Sequence[Element]], frames: Sequence[Frame]) -> dict[str, int]:
        sizes: dict[str, int] = {}
        for stack, frame in zip(stacks, frames, strict=True):
            for element in stack:
                if isinstance(element, TextOf) and self._shown(element):
                    size = size_for(self.canvas.fonts, element.template.fill(self.values), frame.width, element.style)
                    sizes[element.style.name] = min(size, sizes.get(element.style.name, size))
        return sizes

    def _aligned(self, stacks: Sequence[Sequence[Element]], frames: Sequence[Frame], sizes: dict[str, int]) -> None:
        canvas = self.canvas
        for row in range(max(len(stack) for stack in stacks)):
            cells = [
                (stack[row], frame)
                for stack, frame in zip(stacks, frames, strict=True)
                if row < len(stack) and self._shown(stack[row])
            ]
            if not cells:
                continue
            top = canvas.y + max(cell.above for cell, _ in cells)
            tall = max((sizes[cell.style.name] for cell, _ in cells if isinstance(cell, TextOf)), default=0)
            bottom = top
            for cell, frame in cells:
                own = sizes[cell.style.name] if isinstance(cell, TextOf) else tall
                canvas.y = top + round(tall * ASCENT) - round(own * ASCENT)
                self._one(cell, frame, sizes)
                bottom = max(bottom, canvas.y + cell.below)
            canvas.y = bottom

    def _height(self, stack: Sequence[Element], frame: Frame, sizes: dict[str, int]) -> int:
        ruler = Ruler(self.canvas.width, self.canvas.fonts)
        measured = Drawing(
            ruler, self.sheet, self.paper, self.values, self.words, self.symbology, self.logo, self._parts
        )
        measured._stack(stack, frame, sizes)
        return ruler.y

    def _box(self, element: Box, frame: Frame) -> None:
        canvas, inset = self.canvas, element.pad + element.line
        top = canvas.y
        canvas.y += inset
        self._stack(element.elements, Frame(frame.left + inset, frame.right - inset))
        canvas.y += inset
        if element.inverted:
            canvas.invert(frame.left, top, frame.right, canvas.y)
        elif element.line:
            canvas.frame(frame.left, top, frame.right, canvas.y, element.line)

    def _grid(self, element: Grid, frame: Frame) -> None:
        """First columns as wide as they need, the last one takes the rest."""
        canvas, fonts = self.canvas, self.canvas.fonts
        rows = self._rows(element)
        styles = [element.first_style, *[element.style] * (len(element.align) - 1)]
        gap, most = 12, frame.width // len(element.align)
        widths = [
            min(most, max(fonts.width(row[n], style.sizes[0], bold=style.bold) for row in rows))
            for n, style in enumerate(styles)
        ]
        widths[-1] = frame.width - sum(widths[:-1]) - gap * (len(widths) - 1)
        for row in rows:
            top, bottom, left = canvas.y, canvas.y, frame.left
            for cell, width, style, side in zip(row, widths, styles, element.align, strict=True):
                canvas.y = top
                own = Frame(left, left + width)
                text_block(canvas, cell, style, own, {"l": "left", "c": "center", "r": "right"}[side])
                bottom = max(bottom, canvas.y)
                left += width + gap
            canvas.y = bottom

    def _marks(self, style: Style, frame: Frame) -> None:
        """White on black across the paper, one bar a mark: nobody overlooks what kind of paper it is."""
        canvas, paper = self.canvas, self.paper
        for mark in paper.marks:
            text = self.words.mark(mark)
            if mark is Mark.DUPLICATE and paper.copy_number:
                text = f"{text} {paper.copy_number}"
            if self.words.chinese:
                text = f"{text}  {MARK_LATIN[mark]}"
            inside = Frame(frame.left + 8, frame.right - 8)
            size = size_for(canvas.fonts, text, inside.width, style)
            top = canvas.y
            canvas.y += size // 5
            for line in lines_of(canvas.fonts, text, inside.width, style, size, "center"):
                text_block(canvas, line, style, inside, "center", size=size)
            canvas.y += size // 10
            canvas.invert(frame.left, top, frame.right, canvas.y)
            canvas.y += 6

    def _part(self, element: PartOf, frame: Frame) -> None:
        for part in self._blocks(element):
            if element.line:
                rule_line(self.canvas, frame, element.line)
            for block in part.blocks:
                draw_block(
                    block, self.canvas, frame, element.styles, self.symbology, align=element.align, sign=element.sign
                )


def _has_rest(elements: Iterable[Element]) -> bool:
    for element in elements:
        match element:
            case PartOf(names=()):
                return True
            case Box():
                if _has_rest(element.elements):
                    return True
            case Columns():
                if any(_has_rest(column.elements) for column in element.columns):
                    return True
            case _:
                pass
    return False
