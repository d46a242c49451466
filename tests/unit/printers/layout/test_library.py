"""The operator's own layouts, words and logo; and that nothing of them stops a sale."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from counter_app.domain.papers import Document
from printers.compose import Composer
from printers.layout.draw import Drawing
from printers.layout.library import LayoutLibrary
from printers.layout.logo import BadLogo, read_logo
from printers.layout.model import Logo
from printers.layout.reading import Variant
from printers.layout.samples import sample
from printers.pdf import canvas_pdf
from tests.conftest import LogWatch
from tests.unit.printers.layout.test_shipped import Noting
from tests.unit.printers.samples import RESOURCES

PLAIN = Composer(RESOURCES)
OWN = """\
document = "receipt"

[[element]]
type = "text"
text = { zh = "我们的{title}", en = "Our {title}" }
style = "large"

[[element]]
type = "marks"

[[element]]
type = "rest"
"""
COMMON = """\
document = "common"

[styles]
title = { size = [60, 50, 40, 30] }

[operator]
header = { zh = ["湘江客运"], en = ["Xiang River Coaches", "since 1951"] }
footer = { zh = ["一路平安"], en = ["Have a good journey"] }
logo = { file = "logo.png", width = 200, height = 80 }
"""


def put(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder


def picture(folder: Path, name: str = "logo.png", size: tuple[int, int] = (600, 240)) -> None:
    folder.mkdir(exist_ok=True)
    logo = Image.new("RGBA", size, (0, 0, 0, 0))
    ImageDraw.Draw(logo).ellipse((10, 10, size[0] - 10, size[1] - 10), fill=(90, 90, 90, 255))
    logo.save(folder / name)


def words(composer: Composer, document: Document, language: str = "zh", width: int = 576) -> list[str]:
    paper = sample(document, language)
    return [line[2] for line in composer.draw(paper, lambda: Noting(width, composer.fonts), "aztec").lines]


def test_the_operator_s_layout_wins(tmp_path: Path) -> None:
    """The operator changed his receipt, and the printer went on with the old one."""
    composer = Composer(RESOURCES, put(tmp_path / "layouts", "mine.toml", OWN))
    assert composer.layouts.troubles == ()
    assert "我们的收据" in words(composer, Document.RECEIPT)
    assert "我们的收据 Our 收据 Receipt" not in words(composer, Document.RECEIPT, "zh")
    assert composer.layouts.is_own(Document.RECEIPT)
    assert not composer.layouts.is_own(Document.TICKET)
    assert words(composer, Document.TICKET) == words(PLAIN, Document.TICKET)


def test_logo_words_and_sizes_for_every_document(tmp_path: Path) -> None:
    """The operator would have to change fourteen files to have his name on paper."""
    folder = put(tmp_path / "layouts", "common.toml", COMMON)
    picture(folder)
    composer = Composer(RESOURCES, folder)
    assert composer.layouts.troubles == ()
    assert "湘江客运" in words(composer, Document.TICKET)
    assert "Have a good journey" in words(composer, Document.COACH_TICKET, "en", 384)
    both = words(composer, Document.RECEIPT, "both")
    assert both.index("湘江客运") < both.index("Xiang River Coaches") < both.index("since 1951")
    for width in (384, 576):
        taller = composer.compose(sample(Document.RECEIPT, "zh"), width=width).height
        assert taller > PLAIN.compose(sample(Document.RECEIPT, "zh"), width=width).height + 80
    assert b"FontFile2" in canvas_pdf(sample(Document.RECEIPT, "zh"), composer, width=576)


@pytest.mark.parametrize(
    ("name", "text", "code", "line"),
    [
        ("receipt.toml", OWN.replace('"rest"', '"rust"'), "wrong_value", 12),
        ("receipt.toml", OWN[:-9], "syntax", 12),
        ("receipt.toml", OWN.replace("large", "enormous"), "unknown_style", 6),
        ("common.toml", COMMON.replace("size = [60", "size = [600"), "wrong_value", 4),
        ("common.toml", COMMON, "logo_missing", 9),
        ("common.toml", COMMON.replace("logo.png", "\\u0000.png"), "wrong_value", 9),
        ("receipt.toml", "x = " + "1" * 5000, "syntax", 1),
        (
            "common.toml",
            COMMON.split("[operator]", maxsplit=1)[0].replace(
                "title = { size = [60, 50, 40, 30]", "value = { size = 96"
            ),
            "unfit_style",
            4,
        ),
        ("receipt.toml", "\udcff", "not_utf8", 1),
        ("receipt.toml", "#" * 70_000, "too_long", 1),
    ],
)
def test_a_broken_layout_is_told_and_the_sale_goes_on(
    tmp_path: Path, log_watch: LogWatch, name: str, text: str, code: str, line: int
) -> None:
    """A typing error in a layout would keep the counter from selling on a Saturday morning."""
    folder = tmp_path / "layouts"
    folder.mkdir()
    (folder / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    log_watch.expect("the shipped one is used")
    composer = Composer(RESOURCES, folder)
    (trouble,) = composer.layouts.troubles
    assert (trouble.facts["file"], trouble.facts["line"], trouble.facts["code"]) == (name, line, code)
    composer.fonts = PLAIN.fonts  # loaded already
    for document in (Document.TICKET, Document.RECEIPT):
        paper = sample(document, "zh")
        assert composer.compose(paper, width=576) == PLAIN.compose(paper, width=576)


def test_a_second_layout_of_one_document_is_refused(tmp_path: Path, log_watch: LogWatch) -> None:
    """A forgotten copy in the folder would win over the file that is being changed."""
    put(tmp_path / "layouts", "a.toml", OWN)
    folder = put(tmp_path / "layouts", "b.toml", OWN.replace("我们的", "别人的"))
    log_watch.expect("twice")
    composer = Composer(RESOURCES, folder)
    assert [trouble.facts["code"] for trouble in composer.layouts.troubles] == ["twice"]
    assert "我们的收据" in words(composer, Document.RECEIPT)


def test_a_layout_that_fails_while_it_draws_does_not_stop_the_sale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log_watch: LogWatch
) -> None:
    """Money was taken, and the ticket would not print for a mistake of ours in drawing an operator's layout."""
    composer = Composer(RESOURCES, put(tmp_path / "layouts", "receipt.toml", OWN))
    draw = Drawing.draw

    def failing(self: Drawing) -> None:
        if self.sheet is not shipped:
            raise ZeroDivisionError
        draw(self)

    shipped = composer.layouts.sheet(Document.RECEIPT, Variant("wide", "zh"), shipped=True)
    monkeypatch.setattr(Drawing, "draw", failing)
    log_watch.expect("failed, the shipped one is used")
    raster = composer.compose(sample(Document.RECEIPT, "zh"), width=576)
    monkeypatch.undo()
    assert raster == PLAIN.compose(sample(Document.RECEIPT, "zh"), width=576)


def test_files_that_are_no_layouts_are_left_alone(tmp_path: Path) -> None:
    """Notes and pictures beside the layouts would be told as troubles."""
    folder = put(tmp_path / "layouts", "notes.txt", "to do")
    picture(folder)
    assert LayoutLibrary(RESOURCES / "layouts", folder).troubles == ()
    assert LayoutLibrary(RESOURCES / "layouts", tmp_path / "nothing").troubles == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX")
def test_a_pipe_in_the_place_of_a_file_does_not_hold_up_the_start(tmp_path: Path, log_watch: LogWatch) -> None:
    """Nobody writes into it: the window would never open."""
    os.mkfifo(tmp_path / "receipt.toml")
    os.mkfifo(tmp_path / "logo.png")
    log_watch.expect("the shipped one is used")
    troubles = Composer(RESOURCES, tmp_path).layouts.troubles
    assert [(one.facts["file"], one.facts["code"]) for one in troubles] == [("receipt.toml", "unreadable")]
    with pytest.raises(BadLogo, match="logo_missing"):
        read_logo(Logo(file="logo.png", width=200, height=80, dither=True), tmp_path, most=384)


# ----------------------------------------------------------------------------------------------------------- logo


def test_a_logo_is_dots(tmp_path: Path) -> None:
    """Grey would come out as a black patch, or as nothing."""
    picture(tmp_path)
    for dither in (True, False):
        dots = read_logo(Logo(file="logo.png", width=200, height=80, dither=dither), tmp_path, most=384)
        assert dots.size == (200, 80)
        assert set(dots.tobytes()) == {0, 255}
        black = dots.tobytes().count(255) / (200 * 80)
        assert (0.3 < black < 0.7) if dither else (0.6 < black < 0.8)
        assert dots.getpixel((0, 0)) == 0  # what is transparent stays paper


def test_a_logo_fits_the_paper_and_is_never_blown_up(tmp_path: Path) -> None:
    """A small drawing made large would print as steps."""
    picture(tmp_path, size=(90, 30))
    assert read_logo(Logo(file="logo.png", width=500, height=300, dither=True), tmp_path, most=384).size == (90, 30)
    picture(tmp_path, size=(2000, 400))
    assert read_logo(Logo(file="logo.png", width=500, height=300, dither=True), tmp_path, most=376).width <= 376


@pytest.mark.parametrize("kind", ["missing", "text", "jpeg", "bytes", "sides", "white", "cut"])
def test_a_logo_that_cannot_be_used_is_refused(tmp_path: Path, kind: str) -> None:
    """A photo from a telephone would take minutes to print, or stop the program."""
    file = tmp_path / "logo.png"
    if kind == "text":
        file.write_text("no picture")
    elif kind == "jpeg":
        Image.new("L", (90, 30)).save(file, "JPEG")
    elif kind == "bytes":
        file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * (1 << 20))
    elif kind == "sides":
        Image.new("1", (5000, 10)).save(file)
    elif kind == "white":
        Image.new("L", (90, 30), 255).save(file)
    elif kind == "cut":
        picture(tmp_path)
        file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(BadLogo) as caught:
        read_logo(Logo(file="logo.png", width=200, height=80, dither=True), tmp_path, most=384)
    wanted = {"missing": "logo_missing", "bytes": "logo_large", "sides": "logo_large", "white": "logo_white"}
    assert caught.value.code == wanted.get(kind, "logo_no_png")
