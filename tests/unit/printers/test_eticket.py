"""E-tickets: an A4 page each, embedded type, a code that reads, and measures that are right at 100 %."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pypdfium2 as pdfium
import pytest
from pypdfium2 import raw

from counter_app.domain.papers import Mark, StationName
from printers.codes import read_picture
from printers.compose import Composer
from printers.eticket import MM, eticket_pdf
from printers.profiles import Symbology
from tests.unit.printers.samples import CODE, ENGLISH, LONG, RESOURCES, SLEEPER

COMPOSER = Composer(RESOURCES)


def shown(content: bytes, page: int, scale: float = 2) -> bytes:
    document = pdfium.PdfDocument(content)
    try:
        file = BytesIO()
        document[page].render(scale=scale).to_pil().convert("L").save(file, "PNG")
        return file.getvalue()
    finally:
        document.close()


def texts(content: bytes) -> list[str]:
    document = pdfium.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


@pytest.mark.parametrize("symbology", ["aztec", "qr"])
def test_a_page_for_each_traveller_and_each_code_reads(symbology: Symbology) -> None:
    """A family of three would pass the gate with one code, or with none."""
    other = CODE[:-4] + "AAAA"
    content = eticket_pdf([SLEEPER, replace(ENGLISH, code=other), LONG], COMPOSER, symbology=symbology)
    assert [read_picture(shown(content, page)) for page in range(3)] == [[SLEEPER.code], [other], [LONG.code]]


def test_what_a_traveller_looks_for_can_be_selected_in_both_languages() -> None:
    """A picture of text can neither be searched in a mailbox nor read aloud."""
    chinese, english = texts(eticket_pdf([SLEEPER, ENGLISH], COMPOSER))
    for words in (
        "电子客票",
        "长沙",
        "北京西",
        "Z2",
        "2026年12月01日",
        "18:08",
        "05 车",
        "03 号 中铺",
        "￥332.50 元",
        "张𠮷㛃",
        "1/2",
    ):
        assert words in chinese, words
    for words in ("E-ticket", "Bratislava", "Košice", "Žofia Ďurčová", "19.90 EUR", "Coach 7", "Seat 64", "2/2"):
        assert words in english, words


def test_marks_are_on_it() -> None:
    """A training ticket sent by mail would be taken for a real one."""
    face = replace(ENGLISH, marks=(Mark.TRAINING, Mark.DUPLICATE), copy_number=2)
    (text,) = texts(eticket_pdf([face], COMPOSER))
    assert "TRAINING - NOT VALID" in text
    assert "DUPLICATE 2" in text


@pytest.mark.parametrize(
    "name",
    ["Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch", "新疆维吾尔自治区乌鲁木齐南高铁站", "W" * 60, "吉"],
)
def test_no_name_runs_into_the_other_or_off_the_page(name: str) -> None:
    """A destination that is half covered is a wrong train."""
    end = StationName(native=name, latin="")
    content = eticket_pdf([replace(ENGLISH, origin=end, destination=end)], COMPOSER)
    document = pdfium.PdfDocument(content)
    try:
        page = document[0]
        boxes = [one.get_bounds() for one in page.get_objects([raw.FPDF_PAGEOBJ_TEXT])]
        width = page.get_width()
    finally:
        document.close()
    assert boxes
    assert min(box[0] for box in boxes) >= 17 * MM
    assert max(box[2] for box in boxes) <= width - 17 * MM
    crossing = [
        (one, two)
        for index, one in enumerate(boxes)
        for two in boxes[index + 1 :]
        # Two fonts of one line touch by a thick stroke; a name that runs into the next covers letters.
        if min(one[2], two[2]) - max(one[0], two[0]) > 4 and min(one[3], two[3]) - max(one[1], two[1]) > 2
    ]
    assert crossing == []


def test_its_measures_are_right_and_nothing_is_left_to_the_readers_fonts() -> None:
    """Scaled by a viewer, a code prints too small for the gate: the line of 50 mm shows it."""
    content = eticket_pdf([SLEEPER], COMPOSER)
    document = pdfium.PdfDocument(content)
    try:
        page = document[0]
        assert (round(page.get_width() / MM), round(page.get_height() / MM)) == (210, 297)
        wide = [box[2] - box[0] for box in (one.get_bounds() for one in page.get_objects([raw.FPDF_PAGEOBJ_PATH]))]
    finally:
        document.close()
    assert any(abs(one - 50 * MM) < 2 for one in wide)  # the stroke counts
    assert any(44 * MM < one < 46 * MM + 1 for one in wide)  # the code: its outermost modules may be white
    assert b"Helvetica" not in content
    assert content == eticket_pdf([SLEEPER], COMPOSER)


def test_both_languages_stand_on_it_where_both_are_asked_for() -> None:
    """A foreigner with a ticket of both languages would read Chinese labels alone."""
    (text,) = texts(eticket_pdf([replace(SLEEPER, language="both", marks=(Mark.TRAINING,))], COMPOSER))
    for words in (
        "电子客票 E-ticket",
        "车厢 Coach",
        "硬卧",
        "Hard sleeper",
        "票种 Passenger type",
        "Middle berth",
        "TRAINING - NOT VALID",
    ):
        assert words in text, words
    for words in ("Show this code", "Valid once", "Tue 1 Dec 2026", "2026年12月01日", "50 mm long"):
        assert words in text, words
    (chinese,) = texts(eticket_pdf([SLEEPER], COMPOSER))
    assert "E-ticket" not in chinese


@pytest.mark.parametrize("language", ["zh", "en", "both"])
@pytest.mark.parametrize(
    "passenger", ["迪丽热巴·迪力木拉提·阿卜杜拉·买买提明·吐尔逊江·库尔班江", "Wolfeschlegelsteinhausen" * 4]
)
def test_no_passengers_name_runs_into_the_document(passenger: str, language: str) -> None:
    """A name over a document's number: neither can be compared with the passport at the gate."""
    face = replace(SLEEPER, language=language, passenger_name=passenger, travel_class="deluxe_sleeper_lower")
    document = pdfium.PdfDocument(eticket_pdf([face], COMPOSER))
    try:
        page = document[0]
        boxes = [one.get_bounds() for one in page.get_objects([raw.FPDF_PAGEOBJ_TEXT])]
        said = page.get_textpage().get_text_range()
    finally:
        document.close()
    crossing = [
        (one, two)
        for index, one in enumerate(boxes)
        for two in boxes[index + 1 :]
        if min(one[2], two[2]) - max(one[0], two[0]) > 4 and min(one[3], two[3]) - max(one[1], two[1]) > 2
    ]
    assert crossing == []
    assert passenger in "".join(said.split())
