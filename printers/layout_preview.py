"""What a layout looks like, with invented papers: for the preview screen and the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from counter_app.domain.papers import Document, Paper
from counter_app.errors import Refusal
from printers.compose import Composer
from printers.layout.library import read_text
from printers.layout.model import Sheet
from printers.layout.parse import COMMON, read_layout, sheet
from printers.layout.reading import PAPER_LANGUAGES, Variant, form_of
from printers.layout.samples import CASES, Case, sample
from printers.pdf import canvas_pdf
from printers.raster import Raster

WIDTHS: Final = (384, 512, 576)
LANGUAGES: Final = PAPER_LANGUAGES
SAMPLES: Final = CASES


class LayoutPreview:
    """``LayoutPreview(composer)``. Safe for several threads; nothing is written or printed."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer

    def documents(self) -> tuple[Document, ...]:
        return self._composer.layouts.documents()

    def is_own(self, document: Document) -> bool:
        """The operator's own layout is in force."""
        return self._composer.layouts.is_own(document)

    def troubles(self) -> tuple[Refusal, ...]:
        """Of the operator's files, found when the program started: the shipped layouts are used instead."""
        return self._composer.layouts.troubles

    def text(self, name: str) -> str:
        """The shipped layout of a document, or ``common``: to start from. Raises KeyError for another name."""
        if name not in {*Document, COMMON}:
            raise KeyError(name)
        return self._composer.layouts.shipped_text(name)

    def check(self, text: str, file: str) -> None:
        """Raises Refusal(LAYOUT_REFUSED): file, line, code, detail.

        Whether it can be read, shows what it must, and draws the longest and the shortest paper on every width and in
        every language.
        """
        layouts = self._composer.layouts
        found = layouts.check(text, file)
        for variant, tried in found.items():
            for case in CASES:
                for width in (one for one in WIDTHS if form_of(one) == variant.form):
                    self._composer.compose_with(tried, sample(tried.document, variant.language, case), width=width)

    def check_file(self, path: Path) -> None:
        """As :meth:`check`, and for a file that cannot be read."""
        self.check(read_text(path), path.name)

    def raster(self, document: Document, text: str | None, width: int, language: str, case: Case = "usual") -> Raster:
        """``text``: a layout to try, None for the one in force. ``width``: 384, 512 or 576. ``language``: zh, en, both.

        Raises Refusal(LAYOUT_REFUSED).
        """
        paper = sample(document, language, case)
        if text is None:
            return self._composer.compose(paper, width=width)
        return self._composer.compose_with(self._tried(document, text, width, language), paper, width=width)

    def png(self, document: Document, text: str | None, width: int, language: str, case: Case = "usual") -> bytes:
        """As :meth:`raster`."""
        return self.raster(document, text, width, language, case).png()

    def pdf(self, document: Document, text: str | None, width: int, language: str, case: Case = "usual") -> bytes:
        """The same with selectable text, as wide as the paper. As :meth:`raster`."""
        paper: Paper = sample(document, language, case)
        tried = None if text is None else self._tried(document, text, width, language)
        return canvas_pdf(paper, self._composer, width=width, sheet=tried)

    def picture(self, what: str, *, width: int, language: str, case: Case, pdf: bool) -> bytes:
        """``what``: a document's name, or a file; of a ``common`` one the ticket is drawn. PNG or PDF.

        Raises Refusal(LAYOUT_REFUSED).
        """
        draw = self.pdf if pdf else self.png
        if what in set(Document):
            return draw(Document(what), None, width, language, case)
        path = Path(what)
        text = read_text(path)
        document = read_layout(text, path.name).document or Document.TICKET
        return draw(document, text, width, language, case)

    def _tried(self, document: Document, text: str, width: int, language: str) -> Sheet:
        """What a text means: a document's own, or what all share tried with the shipped document."""
        layouts = self._composer.layouts
        variant = Variant(form_of(width), language)
        file = f"{document}.toml"
        found = read_layout(text, file)
        if found.document is not None:
            if found.document is not document:
                raise found.source.refusal(("document",), "other_document", document.value)
            return layouts.check(text, file)[variant]
        layouts.check(text, f"{COMMON}.toml")
        return sheet(layouts.file_of(document), layouts.houses_with(found.source)[variant], variant)
