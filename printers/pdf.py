"""Paper → PDF: the same layouts, drawn as vectors with embedded fonts and text that can be selected and searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Literal

from PIL import Image

from counter_app.domain.papers import Paper, TicketFace
from printers.compose import Composer
from printers.fonts import REGULAR, FontBook
from printers.layout.model import Sheet
from printers.pdf_type import draw_dots, draw_words, font_name
from printers.raster import Canvas, Raster
from printers.text import clean

PageSize = Literal["roll", "a4"]

_POINTS_PER_DOT: Final = 72 / 203
_ROLL_MARGIN: Final = 11.0  # points: a roll of 80 mm prints 72 mm
_A4: Final = (595.28, 841.89)
_A4_MARGIN: Final = 51.0  # 18 mm
_A4_DOTS: Final = 1280  # a report's width in layout dots: 9.6 points for its plain type, a Z on one page


@dataclass(frozen=True, slots=True)
class _Words:
    left: int
    baseline: int
    text: str
    size: int
    bold: bool


@dataclass(frozen=True, slots=True)
class _Box:
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class _Arrow:
    left: int
    right: int
    y: int


@dataclass(frozen=True, slots=True)
class _Dots:
    left: int
    top: int
    picture: Image.Image


_Mark = _Words | _Box | _Arrow | _Dots


class VectorCanvas(Canvas):
    """Takes the layout's calls down instead of burning dots. Measures are the layout's dots."""

    def __init__(self, width: int, fonts: FontBook) -> None:
        super().__init__(width, fonts)
        self.drawn: list[_Mark] = []
        self.inverted: list[_Box] = []

    def need(self, bottom: int) -> None:
        """Vectors need no room."""

    def text(self, left: int, baseline: int, text: str, size: int, *, bold: bool = False) -> int:
        self.drawn.append(_Words(left, baseline, clean(text), size, bold))
        return self.fonts.width(text, size, bold=bold)

    def box(self, left: int, top: int, right: int, bottom: int) -> None:
        self.drawn.append(_Box(left, top, right, bottom))

    def frame(self, left: int, top: int, right: int, bottom: int, thickness: int = 2) -> None:
        self.box(left, top, right, top + thickness)
        self.box(left, bottom - thickness, right, bottom)
        self.box(left, top, left + thickness, bottom)
        self.box(right - thickness, top, right, bottom)

    def arrow(self, left: int, right: int, y: int, *, thickness: int = 3) -> None:
        self.box(left, y - thickness // 2, right - 12, y - thickness // 2 + thickness)
        self.drawn.append(_Arrow(right - 16, right - 1, y))

    def dashes(self, y: int, *, left: int = 0, right: int | None = None) -> None:
        edge = self.width if right is None else right
        for x in range(left, edge, 12):
            self.box(x, y, min(x + 7, edge), y + 2)

    def invert(self, left: int, top: int, right: int, bottom: int) -> None:
        self.inverted.append(_Box(left, top, right, bottom))

    def paste(self, left: int, top: int, dots: Image.Image) -> None:
        self.drawn.append(_Dots(left, top, dots))

    def finished(self, height: int) -> Raster:
        raise AssertionError(f"vectors are no dots ({height})")


def paper_pdf(paper: Paper, composer: Composer, *, page: PageSize | None = None) -> bytes:
    """The PDF's bytes. ``roll``: one page of 80 mm, as long as it needs; ``a4``: as many pages as it needs.

    Without ``page`` a ticket is a roll and a slip or report is A4.

    A ticket on A4 keeps the size that it has on the roll.
    """
    page = page or ("roll" if isinstance(paper, TicketFace) else "a4")
    wide = page == "a4" and not isinstance(paper, TicketFace)
    dots = _A4_DOTS if wide else 576
    canvas = composer.draw(paper, lambda: VectorCanvas(dots, composer.fonts), "aztec")
    if isinstance(paper, TicketFace):
        title = f"{paper.ticket_number} {paper.origin.native}-{paper.destination.native}"
    else:
        title = paper.title
    if page == "roll":
        scale = _POINTS_PER_DOT
        size = (canvas.width * scale + 2 * _ROLL_MARGIN, canvas.y * scale + 2 * _ROLL_MARGIN)
        margin = _ROLL_MARGIN
    else:
        margin = _A4_MARGIN
        scale = (_A4[0] - 2 * margin) / canvas.width if wide else _POINTS_PER_DOT
        size = _A4
    room = round((size[1] - 2 * margin) / scale) + 1
    return _written(_pages(canvas.drawn, room), canvas, title, size, margin, scale)


def canvas_pdf(paper: Paper, composer: Composer, *, width: int, sheet: Sheet | None = None) -> bytes:
    """One page, as wide as a roll of ``width`` dots and as long as it needs. ``sheet``: a layout that is only tried."""
    canvas = VectorCanvas(width, composer.fonts)
    if sheet is None:
        canvas = composer.draw(paper, lambda: VectorCanvas(width, composer.fonts), "aztec")
    else:
        composer.draw_sheet(paper, canvas, sheet, "aztec")
    scale = _POINTS_PER_DOT
    size = (width * scale + 2 * _ROLL_MARGIN, canvas.y * scale + 2 * _ROLL_MARGIN)
    return _written(_pages(canvas.drawn, canvas.y), canvas, paper.document, size, _ROLL_MARGIN, scale)


def write_pdf(paper: Paper, composer: Composer, path: Path, *, page: PageSize | None = None) -> None:
    path.write_bytes(paper_pdf(paper, composer, page=page))


def _pages(drawn: Sequence[_Mark], room: int) -> list[tuple[int, list[_Mark]]]:
    """Pages as (first layout row, what stands on it), broken where nothing is cut in two."""
    pages: list[tuple[int, list[_Mark]]] = [(0, [])]
    for mark in sorted(drawn, key=_top):
        if _bottom(mark) - pages[-1][0] > room and pages[-1][1]:
            pages.append((_top(mark), []))
        pages[-1][1].append(mark)
    return pages


def _top(mark: _Mark) -> int:
    match mark:
        case _Words():
            return mark.baseline - mark.size
        case _Arrow():
            return mark.y - 8
        case _:
            return mark.top


def _bottom(mark: _Mark) -> int:
    match mark:
        case _Words():
            return mark.baseline + mark.size // 3
        case _Box():
            return mark.bottom
        case _Arrow():
            return mark.y + 8
        case _Dots():
            return mark.top + mark.picture.height


def _written(
    pages: Sequence[tuple[int, list[_Mark]]],
    canvas: VectorCanvas,
    title: str,
    size: tuple[float, float],
    margin: float,
    scale: float,
) -> bytes:
    from reportlab.pdfgen.canvas import Canvas as Pdf  # noqa: PLC0415 - 0.1 s that a counter without PDF never waits

    file = BytesIO()
    # invariant: no time of making in it, the same paper gives the same bytes
    # a font of ours from the first: reportlab would begin with Helvetica, which is in no file
    first_font = font_name(canvas.fonts.folder / REGULAR[0])
    pdf = Pdf(file, pagesize=size, pageCompression=1, invariant=1, initialFontName=first_font)
    pdf.setTitle(clean(title))
    pdf.setCreator("Counterfoil")
    for first, marks in pages:
        pdf.translate(margin, size[1] - margin + first * scale)
        pdf.scale(scale, scale)
        low, high = first, max((_bottom(mark) for mark in marks), default=first)
        bars = [bar for bar in canvas.inverted if low <= bar.top < high]
        for bar in bars:
            pdf.rect(bar.left, -bar.bottom, bar.right - bar.left, bar.bottom - bar.top, stroke=0, fill=1)
        for mark in marks:
            white = any(_within(mark, bar) for bar in bars)
            pdf.setFillGray(1 if white else 0)
            _draw(pdf, mark, canvas.fonts, white=white)
        pdf.showPage()
    pdf.save()
    return file.getvalue()


def _within(mark: _Mark, bar: _Box) -> bool:
    """What stands in an inverted area is white."""
    row = mark.baseline if isinstance(mark, _Words) else (_top(mark) + _bottom(mark)) // 2
    return bar.top < row < bar.bottom and bar.left <= mark.left < bar.right


def _draw(pdf: Any, mark: _Mark, fonts: FontBook, *, white: bool) -> None:
    match mark:
        case _Words():
            draw_words(
                pdf,
                fonts,
                mark.text,
                left=mark.left,
                baseline=-mark.baseline,
                size=mark.size,
                bold=mark.bold,
                # The layout reckons with whole dots: columns end where it put them.
                width=fonts.width(mark.text, mark.size, bold=mark.bold),
                grey=1 if white else 0,
            )
        case _Box():
            pdf.rect(mark.left, -mark.bottom, mark.right - mark.left, mark.bottom - mark.top, stroke=0, fill=1)
        case _Arrow():
            path = pdf.beginPath()
            path.moveTo(mark.left, -mark.y + 8)
            path.lineTo(mark.right, -mark.y)
            path.lineTo(mark.left, -mark.y - 8)
            path.close()
            pdf.drawPath(path, stroke=0, fill=1)
        case _Dots():
            draw_dots(pdf, mark.picture, left=mark.left, top=-mark.top)
