"""Paper → dots. The raster made here is what goes to the printer, and what a preview shows."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Final, TypeVar

from counter_app.domain.papers import Code, Document, Pair, Paper, Slip, StationName, Strength, Table, Text, TicketFace
from printers.drawn import DrawnPaper
from printers.escpos import guarded
from printers.fonts import FontBook
from printers.layout.draw import Drawing
from printers.layout.fields import Values
from printers.layout.library import LayoutLibrary
from printers.layout.model import Sheet
from printers.layout.reading import Variant, form_of
from printers.profiles import Symbology
from printers.raster import Canvas, Raster
from printers.words import Words

ROWS_MAX = 40_000  # 5 m of paper at 203 dpi: beyond any honest list
LAYOUTS: Final = "layouts"  # the folder's name, of the shipped ones and in a profile

_log = logging.getLogger(__name__)
AnyCanvas = TypeVar("AnyCanvas", bound=Canvas)


class Composer:
    """``Composer(resources folder, the operator's layouts)``: its ``fonts``, ``i18n`` and ``layouts``.

    Safe for several threads.
    """

    def __init__(self, resources: Path, own_layouts: Path | None = None, *, log_troubles: bool = True) -> None:
        self.fonts = FontBook(resources / "fonts")
        self.layouts = LayoutLibrary(resources / LAYOUTS, own_layouts)
        for trouble in self.layouts.troubles if log_troubles else ():
            _log.error("layout refused, the shipped one is used: %s", trouble)
        self._i18n = resources / "i18n"
        self._words: dict[str, Words] = {}
        self._lock = Lock()

    def words(self, language: str) -> Words:
        """Of one language: ``both`` begins with Chinese."""
        language = "zh" if language == "both" else language
        with self._lock:
            if language not in self._words:
                self._words[language] = Words(self._i18n, language)
            return self._words[language]

    def compose(self, paper: Paper, *, width: int, symbology: Symbology = "aztec") -> Raster:
        """``width`` in dots: 384, 512 or 576."""
        if isinstance(paper, DrawnPaper):
            return guarded(paper.dots(width))
        return self._raster(self.draw(paper, lambda: Canvas(width, self.fonts), symbology))

    def compose_with(self, sheet: Sheet, paper: Paper, *, width: int, symbology: Symbology = "aztec") -> Raster:
        """With a layout that is only tried."""
        canvas = Canvas(width, self.fonts)
        self.draw_sheet(paper, canvas, sheet, symbology)
        return self._raster(canvas)

    @staticmethod
    def _raster(canvas: Canvas) -> Raster:
        assert canvas.y <= ROWS_MAX, canvas.y
        return guarded(canvas.finished(canvas.y))

    def draw(self, paper: Paper, new_canvas: Callable[[], AnyCanvas], symbology: Symbology) -> AnyCanvas:
        """From the top of the canvas down; the height is the ``y`` of the canvas that comes back."""
        canvas = new_canvas()
        variant = Variant(form_of(canvas.width), paper.language)
        if self.layouts.is_changed(paper.document):
            try:
                self.draw_sheet(paper, canvas, self.layouts.sheet(paper.document, variant), symbology)
            except Exception:  # noqa: BLE001 - whatever it is: the shipped layout prints, and the sale goes on
                _log.exception("the operator's layout of %s failed, the shipped one is used", paper.document)
                canvas = new_canvas()
            else:
                return canvas
        self.draw_sheet(paper, canvas, self.layouts.sheet(paper.document, variant, shipped=True), symbology)
        return canvas

    def draw_sheet(self, paper: Paper, canvas: Canvas, sheet: Sheet, symbology: Symbology) -> None:
        both = {language: self.words(language) for language in ("zh", "en")}
        words = self.words(paper.language)
        logo = self.layouts.logo(sheet.house, canvas.width - 2 * sheet.margin)
        Drawing(canvas, sheet, paper, Values(paper, both), words, symbology, logo).draw()

    def warm(self, *, width: int, symbology: Symbology = "aztec") -> None:
        """Loads what the first paper would load (fonts, codes): while the login screen shows, not under a sale."""
        blocks = (Text("长沙 Changsha 0123456789"), Text("长沙 0123456789", Strength.LARGE), Code("counterfoil"))
        slip = Slip(language="zh", title="存根", subtitle="", marks=(), blocks=blocks)
        self.compose(slip, width=width, symbology=symbology).png()
        for document in (Document.TICKET, Document.COACH_TICKET):
            self.layouts.sheet(document, Variant(form_of(width), "zh"))

    def undrawable(self, text: str) -> list[str]:
        """Characters of a name that no font has: asked before money is taken (``NAME_NOT_PRINTABLE``)."""
        return self.fonts.undrawable(text)


def texts_of(paper: Paper) -> list[str]:
    """Every free text on a paper, for checks."""
    if isinstance(paper, TicketFace):
        names = [word for name in (paper.origin, paper.destination, paper.station) for word in _names(name)]
        others = [paper.operator, paper.service, paper.coach, paper.place, paper.passenger_name, paper.clerk]
        return [*names, *(text for text in others if text), *paper.rules]
    return _slip_texts(paper)


def _names(name: StationName) -> tuple[str, str]:
    return (name.native, name.latin)


def _slip_texts(slip: Slip) -> list[str]:
    texts = [slip.title, slip.subtitle]
    for block in slip.blocks:
        if isinstance(block, Text):
            texts.append(block.text)
        elif isinstance(block, Pair):
            texts += [block.label, block.value]
        elif isinstance(block, Table):
            texts += [*block.head, *(cell for row in block.rows for cell in row)]
        else:
            assert not isinstance(block, Code) or block.content
    return texts
