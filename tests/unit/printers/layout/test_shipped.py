"""The shipped layouts, each document on each width and in each language: bytes, preview and PDF say the same."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pypdfium2 as pdfium
import pytest
from PIL import Image

from counter_app.domain.papers import Document, Paper, Slip
from printers.codes import read_picture
from printers.compose import Composer
from printers.escpos import paper_bytes
from printers.fonts import FontBook
from printers.layout.model import SIZE_MIN
from printers.layout.samples import CASES, CODE, Case, sample
from printers.layout_preview import LANGUAGES, WIDTHS, LayoutPreview
from printers.pdf import VectorCanvas, canvas_pdf
from printers.profiles import PROFILES, Symbology
from printers.raster import Canvas, Raster
from tests.unit.printers.samples import RESOURCES
from tests.unit.printers.test_paper import Drawing

COMPOSER = Composer(RESOURCES)
PREVIEW = LayoutPreview(COMPOSER)
PROFILE = {384: "epson-58", 512: "epson-80-512", 576: "epson-80"}
MARGIN = 11.0  # points around the roll of a PDF
SCALE = 203 / 72
Line = tuple[int, int, str, int, bool]


class Noting(Canvas):
    """Writes down what is set, beside drawing it."""

    def __init__(self, width: int, fonts: FontBook) -> None:
        super().__init__(width, fonts)
        self.lines: list[Line] = []

    def text(self, left: int, baseline: int, text: str, size: int, *, bold: bool = False) -> int:
        self.lines.append((left, baseline, text, size, bold))
        return super().text(left, baseline, text, size, bold=bold)


def pictured(content: bytes) -> Image.Image:
    """The only page at 203 dots an inch, without its margins."""
    document = pdfium.PdfDocument(content)
    try:
        assert len(document) == 1
        page: Image.Image = document[0].render(scale=SCALE).to_pil().convert("L")
    finally:
        document.close()
    edge = round(MARGIN * SCALE)
    return page.crop((edge, edge, page.width - edge, page.height - edge))


def apart(one: Image.Image, other: Image.Image) -> tuple[float, float]:
    """Mean and largest difference of grey, 0 .. 1, seen from where single dots run into each other (2 mm)."""
    size = (max(1, one.width // 16), max(1, one.height // 16))
    first, second = (picture.resize(size, Image.Resampling.BOX).tobytes() for picture in (one, other))
    differences = [abs(a - b) / 255 for a, b in zip(first, second, strict=True)]
    return sum(differences) / len(differences), max(differences)


@pytest.mark.parametrize("document", list(Document))
def test_the_printer_draws_what_the_preview_shows(document: Document) -> None:
    """What an operator approves on the screen would not be what comes out."""
    for width, language, case in product(WIDTHS, LANGUAGES, CASES):
        raster = PREVIEW.raster(document, None, width, language, case)
        profile = PROFILES[PROFILE[width]]
        drawing = Drawing(paper_bytes(raster, profile, token=7), width)
        assert drawing.unknown == []
        assert (drawing.kicks, drawing.real_time, len(drawing.sheets)) == (0, 0, 1)
        assert drawing.sheets[0].rows[: len(raster.rows)] == raster.rows
        assert raster.width == width


@pytest.mark.parametrize(("document", "language"), list(product(Document, LANGUAGES)))
def test_the_pdf_has_the_same_lines_at_the_same_places(document: Document, language: str) -> None:
    """A customer's PDF would say something else than the paper in his hand."""
    case: Case = "long" if language == "both" else "usual"
    width = 384 if language == "en" else 576
    paper = sample(document, language, case)
    noted = COMPOSER.draw(paper, lambda: Noting(width, COMPOSER.fonts), "aztec")
    vectors = COMPOSER.draw(paper, lambda: VectorCanvas(width, COMPOSER.fonts), "aztec")
    assert noted.y == vectors.y
    assert len(noted.lines) == len([mark for mark in vectors.drawn if hasattr(mark, "baseline")])
    content = canvas_pdf(paper, COMPOSER, width=width)
    found = pdfium.PdfDocument(content)
    try:
        page = found[0]
        text, height = page.get_textpage(), page.get_height()
        for left, baseline, words, size, bold in noted.lines:
            if not words.strip():
                continue
            right = left + COMPOSER.fonts.width(words, size, bold=bold)
            said = text.get_text_bounded(
                left=MARGIN + (left - 3) / SCALE,
                right=MARGIN + (right + 3) / SCALE,
                top=height - MARGIN - (baseline - size) / SCALE,
                bottom=height - MARGIN - (baseline + size * 0.3) / SCALE,
            )
            assert "".join(words.split()) in "".join(said.split()), (words, said)
    finally:
        found.close()


@pytest.mark.parametrize("document", list(Document))
def test_the_pdf_looks_like_the_paper(document: Document) -> None:
    """The vectors would stand elsewhere than the dots: bars without words, a code beside its place."""
    cases: tuple[tuple[int, str, Case], ...] = ((576, "zh", "usual"), (384, "both", "short"))
    for width, language, case in cases:
        paper = sample(document, language, case)
        raster = COMPOSER.compose(paper, width=width).picture()
        drawn = pictured(canvas_pdf(paper, COMPOSER, width=width))
        assert abs(drawn.width - raster.width) <= 2  # pypdfium2 rounds the page up
        assert abs(drawn.height - raster.height) <= 2
        mean, most = apart(raster, drawn.resize(raster.size))
        assert (mean < 0.022, most < 0.18) == (True, True), (document, mean, most)  # 8 dots off: most > 0.22


@pytest.mark.parametrize("document", list(Document))
def test_type_is_as_large_as_a_thermal_head_shows(document: Document) -> None:
    """Hanzi below 20 dots clog into spots that no inspector reads; a terminal's own columns are narrower."""
    for width, language, case in product((384, 576), LANGUAGES, CASES):
        paper = sample(document, language, case)
        noted = COMPOSER.draw(paper, lambda width=width: Noting(width, COMPOSER.fonts), "aztec")  # type: ignore[misc]
        for left, _, words, size, bold in noted.lines:
            assert size >= (16 if len(words) == 1 and "card_slip" in document else SIZE_MIN), words
            assert 0 <= left <= left + COMPOSER.fonts.width(words, size, bold=bold) <= width


def test_every_ticket_shows_its_code_on_every_width_and_symbology() -> None:
    """A gate without a network would turn the passenger away."""
    symbologies: tuple[Symbology, ...] = ("aztec", "qr")
    for document, width, symbology in product((Document.TICKET, Document.COACH_TICKET), WIDTHS, symbologies):
        language, case = ("both", CASES[1]) if document is Document.TICKET else ("zh", CASES[0])
        raster = COMPOSER.compose(sample(document, language, case), width=width, symbology=symbology)
        assert read_picture(raster.png()) == [CODE]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_must_be_read_stands_on_the_ticket(language: str) -> None:
    """Price, place, train, date and name: without one of them the ticket is not taken at the gate."""
    paper = sample(Document.TICKET, language)
    for width in WIDTHS:
        noted = COMPOSER.draw(paper, lambda width=width: Noting(width, COMPOSER.fonts), "aztec")  # type: ignore[misc]
        words = " ".join(line[2] for line in noted.lines)
        wanted = ["CSQ-01-1-000042-7", "Z2", "18:08", "A12", "03", "332.50", "张𠮷㛃", "4301021990****123X"]
        wanted += {
            "zh": ["长沙南", "北京西", "Beijing West", "2026年12月01日", "中铺", "硬卧", "￥", "元", "成人票"],
            "en": ["Changsha South", "1 Dec 2026", "Middle berth", "Hard", "sleeper", "CNY", "Adult"],
            "both": ["北京西", "Beijing West", "2026年12月01日", "1 Dec 2026", "中铺", "Middle", "硬卧", "Adult", "￥"],
        }[language]
        joined = "".join(words.split())
        for word in wanted:
            assert "".join(word.split()) in joined or all(part in words for part in word.split()), (width, word)


def test_price_and_seat_are_what_is_read_first() -> None:
    """At arm's length, in a train's light: only the time and the stations may be as large."""
    for width in WIDTHS:
        noted = COMPOSER.draw(
            sample(Document.TICKET, "zh"),
            lambda width=width: Noting(width, COMPOSER.fonts),  # type: ignore[misc]
            "aztec",
        )
        sizes = {words: size for _, _, words, size, _ in noted.lines}
        small = max(size for words, size in sizes.items() if "窗口" in words or "售" in words)
        assert sizes["￥332.50 元"] >= 1.6 * small
        assert sizes["18:08" if width == 384 else "18:08 开"] >= 1.6 * small
        assert sizes["05"] >= 1.6 * small


@pytest.mark.parametrize("document", list(Document))
def test_a_paper_with_nothing_but_its_title_is_drawn(document: Document) -> None:
    """A slip without lines would be an error at the counter instead of a short paper."""
    for width, language in product(WIDTHS, LANGUAGES):
        paper: Paper = sample(document, language, "short")
        if isinstance(paper, Slip):
            paper = replace(paper, parts=(), blocks=(), facts={}, subtitle="")
        raster: Raster = COMPOSER.compose(paper, width=width)
        assert 40 < raster.height < 1200


def test_small_hanzi_are_told_apart_and_neither_clog_nor_fade() -> None:
    """At 20 dots two names that print as the same spot are one passenger; a thermal head prints no half dots."""
    drawn: dict[bytes, str] = {}
    for code in range(0x4E00, 0x4E00 + 6000, 4):
        char = chr(code)
        if COMPOSER.fonts.undrawable(char):
            continue
        ink = COMPOSER.fonts.draw(char, SIZE_MIN).ink
        share = ink.tobytes().count(255) / SIZE_MIN**2
        assert 0.02 < share < 0.55, (char, share)
        assert ink.tobytes() not in drawn, (char, drawn.get(ink.tobytes()))
        drawn[ink.tobytes()] = char
    assert len(drawn) > 1400
