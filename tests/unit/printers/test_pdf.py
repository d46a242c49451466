"""Tickets and reports as PDF."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2 as pdfium
import pytest

from counter_app.domain.papers import Pair, Text
from printers.codes import read_picture
from printers.compose import Composer
from printers.pdf import PageSize, paper_pdf
from tests.unit.printers.samples import CODE, ENGLISH, LONG, PAPERS, RESOURCES, SLEEPER, Z_REPORT

COMPOSER = Composer(RESOURCES)


def texts(content: bytes) -> list[str]:
    document = pdfium.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def picture(content: bytes, scale: float = 2) -> bytes:
    from io import BytesIO

    document = pdfium.PdfDocument(content)
    try:
        file = BytesIO()
        document[0].render(scale=scale).to_pil().convert("L").save(file, "PNG")
        return file.getvalue()
    finally:
        document.close()


@pytest.mark.parametrize("page", ["roll", "a4"])
@pytest.mark.parametrize("name", sorted(PAPERS))
def test_every_paper_is_a_page_with_its_code(name: str, page: PageSize) -> None:
    """A ticket sent by mail could not be checked at the gate."""
    content = paper_pdf(PAPERS[name], COMPOSER, page=page)
    assert len(texts(content)) == 1
    if name != "z_report":
        assert read_picture(picture(content, 4)) == [CODE]


def test_its_text_can_be_selected() -> None:
    """A traveller could not copy the train, an accountant not search the report."""
    text = texts(paper_pdf(SLEEPER, COMPOSER))[0]
    for words in ("长沙", "北京西", "Z2", "2026年12月01日", "18:08 开", "05", "03 中铺", "￥332.50 元", "张𠮷㛃"):
        assert words in text, words
    english = texts(paper_pdf(ENGLISH, COMPOSER))[0]
    for words in ("Bratislava", "Košice", "Žofia Ďurčová", "19.90 EUR", "Coach", "64"):
        assert words in english, words
    assert "1234567.89 元" in texts(paper_pdf(LONG, COMPOSER))[0]


@pytest.mark.parametrize("name", sorted(PAPERS))
def test_every_font_is_in_the_file(name: str) -> None:
    """Another computer would show the ticket in whatever font it has, or in boxes."""
    content = paper_pdf(PAPERS[name], COMPOSER)
    assert content.count(b"/Type /FontDescriptor") == content.count(b"/FontFile2") > 0
    assert b"Helvetica" not in content


def test_markup_in_a_name_is_text() -> None:
    """A passenger could draw over the price of his ticket."""
    name = "<b>x</b> (a) \\n &amp; %PDF"
    assert name in texts(paper_pdf(replace(SLEEPER, passenger_name=name), COMPOSER))[0].replace("\r\n", " ")


def test_a_long_report_goes_over_several_pages_and_loses_nothing() -> None:
    """A Z report whose second half is below the paper's edge."""
    blocks = tuple(Pair(f"line {n}", f"{n}.00") for n in range(200))
    pages = texts(paper_pdf(replace(Z_REPORT, blocks=(*blocks, Text("the end"))), COMPOSER, page="a4"))
    assert len(pages) > 2
    joined = "\n".join(pages)
    assert all(f"line {n}" in joined for n in range(200))
    assert "the end" in pages[-1]


def test_the_same_paper_gives_the_same_bytes() -> None:
    """A closed Z printed again would not be the same file."""
    assert paper_pdf(Z_REPORT, COMPOSER) == paper_pdf(Z_REPORT, COMPOSER)


def test_a_rare_name_among_many_characters_is_copied_right() -> None:
    """A font's second subset would give other characters than it shows."""
    name = "".join(chr(0x4E00 + n) for n in range(150)) + "𠮷"
    text = "".join(texts(paper_pdf(replace(SLEEPER, passenger_name=name), COMPOSER))[0].split())
    assert name in text
