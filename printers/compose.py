"""Paper → dots. The raster made here is what goes to the printer, and what a preview shows."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from counter_app.domain.papers import Code, Pair, Paper, Slip, StationName, Strength, Table, Text, TicketFace
from printers.escpos import guarded
from printers.fonts import FontBook
from printers.profiles import Symbology
from printers.raster import Canvas, Raster
from printers.slip_layout import compose_slip
from printers.ticket_layout import compose_ticket
from printers.words import Words

ROWS_MAX = 12_000  # 1.5 m of paper at 203 dpi: beyond any honest report


class Composer:
    """``Composer(resources folder)``: its ``fonts`` and ``i18n``. Safe for several threads."""

    def __init__(self, resources: Path) -> None:
        self.fonts = FontBook(resources / "fonts")
        self._i18n = resources / "i18n"
        self._words: dict[str, Words] = {}
        self._lock = Lock()

    def words(self, language: str) -> Words:
        with self._lock:
            if language not in self._words:
                self._words[language] = Words(self._i18n, language)
            return self._words[language]

    def compose(self, paper: Paper, *, width: int, symbology: Symbology = "aztec") -> Raster:
        """``width`` in dots: 384, 512 or 576."""
        canvas = Canvas(width, self.fonts)
        words = self.words(paper.language)
        if isinstance(paper, TicketFace):
            compose_ticket(paper, canvas, words, symbology)
        else:
            compose_slip(paper, canvas, words, symbology)
        assert canvas.y <= ROWS_MAX, canvas.y
        return guarded(canvas.finished(canvas.y))

    def warm(self, *, width: int, symbology: Symbology = "aztec") -> None:
        """Loads what the first paper would load (fonts, codes): while the login screen shows, not under a sale."""
        blocks = (Text("长沙 Changsha 0123456789"), Text("长沙 0123456789", Strength.LARGE), Code("counterfoil"))
        slip = Slip(language="zh", title="存根", subtitle="", marks=(), blocks=blocks)
        self.compose(slip, width=width, symbology=symbology).png()

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
