"""Test pages, dot by dot: a ruler that measures the paper's width, darkness, type, both codes, the cutter.

They go through the same bytes and the same questions as a ticket, and take no number, no blank and no job.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PIL import Image

from counter_app.domain.papers import Document
from counter_app.texts import Texts, mark
from printers.codes import QUIET_MODULES, drawn, modules
from printers.drawn import DrawnPaper
from printers.fonts import FontBook
from printers.profiles import Symbology
from printers.raster import Canvas, Raster

PAGES: Final[Mapping[str, str]] = {
    "all": mark("Everything but cutter and drawer"),
    "ruler": mark("Width ruler"),
    "darkness": mark("Darkness"),
    "type": mark("Alignment and type"),
    "codes": mark("Both codes"),
    "cutter": mark("Cutter"),
}
# As long as the longest ticket's code, and of the same letters: drawn just as dense.
CODE_SAMPLE: Final = ("COUNTERFOIL-TEST_no-ticket_" + "aZ3kQ9xB7mR1vT5wE8nY2pL6cJ4sH0dGfUiO" * 5)[:200]
_DPI_MM: Final = 25.4
_BLACK: Final = 255


def test_page(page: str, fonts: FontBook, t: Texts) -> DrawnPaper:
    """``page``: one of :data:`PAGES`; its words are those of ``t``."""
    assert page in PAGES, page

    def dots(width: int) -> Raster:
        canvas = Canvas(width, fonts)
        draw_page(canvas, page, t)
        return canvas.finished(canvas.y)

    return DrawnPaper(
        language=t.language, title=t("Test print"), subtitle=t(PAGES[page]), marks=(), document=Document.TEST, dots=dots
    )


def draw_page(canvas: Canvas, page: str, t: Texts) -> None:
    pens: dict[str, tuple[Callable[[Canvas, Texts], None], ...]] = {
        "all": (_ruler, _darkness, _type, _codes),
        "ruler": (_ruler,),
        "darkness": (_darkness,),
        "type": (_type,),
        "codes": (_codes,),
        "cutter": (_cutter,),
    }
    canvas.y = 8
    _line(canvas, t("Test print"), 34, bold=True)
    for pen in pens[page]:
        pen(canvas, t)
        canvas.y += 14
    canvas.y += 10


def _line(canvas: Canvas, text: str, size: int, *, align: str = "left", bold: bool = False) -> None:
    """One line; smaller where the paper is narrow, and in two where even that is too wide."""
    while size > 20 and canvas.fonts.width(text, size, bold=bold) > canvas.width:
        size -= 2
    words = [text]
    if canvas.fonts.width(text, size, bold=bold) > canvas.width:
        words = _halves(text)
    for part in words:
        room = max(0, canvas.width - canvas.fonts.width(part, size, bold=bold))
        left = {"left": 0, "center": room // 2, "right": room}[align]
        canvas.y += round(size * 1.3)
        canvas.text(left, canvas.y - round(size * 0.3), part, size, bold=bold)


def _halves(text: str) -> list[str]:
    middle = len(text) // 2
    space = min((n for n, char in enumerate(text) if char == " "), key=lambda n: abs(n - middle), default=middle)
    return [text[:space].strip(), text[space:].strip()]


def _ruler(canvas: Canvas, t: Texts) -> None:
    """Ticks at every eighth dot, a number at every hundredth, the first and the last dot as walls."""
    width = canvas.width
    _line(canvas, t("Ruler: {dots} dots. Both walls must be whole.", dots=width), 24)
    canvas.y += 6
    top = canvas.y
    canvas.box(0, top, width, top + 2)
    for x in range(0, width, 8):
        tall = 26 if x % 100 < 8 and x else 18 if x % 40 == 0 else 10
        canvas.box(x, top, x + 1, top + tall)
    for x in range(100, width, 100):
        canvas.box(x, top, x + 2, top + 34)
        label = str(x)
        left = min(max(0, x - canvas.fonts.width(label, 22) // 2), width - canvas.fonts.width(label, 22))
        canvas.text(left, top + 56, label, 22)
    last = str(width - 1)
    wide = canvas.fonts.width(last, 22, bold=True)
    if width % 100 > 60 or width % 100 == 0:  # else it would run into the last hundred
        canvas.text(width - wide, top + 80, last, 22, bold=True)
    canvas.box(0, top, 2, top + 84)
    canvas.box(width - 2, top, width, top + 84)
    canvas.y = top + 92
    _line(canvas, t("Fifty millimetres at 203 dots an inch:"), 22)
    canvas.y += 6
    length = min(round(50 / _DPI_MM * 203), width - 4)
    canvas.box(0, canvas.y, length, canvas.y + 3)
    for x in (0, length - 3):
        canvas.box(x, canvas.y - 8, x + 3, canvas.y + 11)
    canvas.y += 20


def _darkness(canvas: Canvas, t: Texts) -> None:
    """Eighths of black by an ordered pattern, lines of one to four dots, small type in black and in white."""
    _line(canvas, t("Darkness: eight different greys, thin lines unbroken."), 24)
    canvas.y += 6
    steps, gap = 8, 4
    wide = (canvas.width - (steps - 1) * gap) // steps
    for step in range(1, steps + 1):
        canvas.paste((step - 1) * (wide + gap), canvas.y, _grey(wide, 56, step))
        label = f"{step}/8"
        left = (step - 1) * (wide + gap) + max(0, (wide - canvas.fonts.width(label, 20)) // 2)
        canvas.text(left, canvas.y + 78, label, 20)
    canvas.y += 90
    for thick in (1, 2, 3, 4):
        canvas.box(0, canvas.y, canvas.width, canvas.y + thick)
        canvas.y += thick + 8
    for size in (20, 24):
        _line(canvas, "长沙南 酷鬱㛃𠮷 0123456789 AaBbGg é ￥", size)
    top = canvas.y + 4
    _line(canvas, "长沙南 酷鬱 0123456789 ￥", 24, align="center", bold=True)
    canvas.invert(0, top, canvas.width, canvas.y + 8)
    canvas.y += 12


_ORDER: Final = (  # Bayer's, so that each step adds evenly placed dots
    (0, 4, 1, 5),
    (6, 2, 7, 3),
    (1, 5, 0, 4),
    (7, 3, 6, 2),
)


def _grey(width: int, height: int, eighths: int) -> Image.Image:
    rows = bytes(_BLACK if _ORDER[y % 4][x % 4] < eighths else 0 for y in range(height) for x in range(width))
    return Image.frombytes("L", (width, height), rows)


def _type(canvas: Canvas, t: Texts) -> None:
    _line(canvas, t("Alignment: left, middle, right."), 24)
    for align, words in (("left", "← 左 left"), ("center", "— 中 middle —"), ("right", "right 右 →")):
        _line(canvas, words, 26, align=align)
    canvas.box(canvas.width // 2, canvas.y + 2, canvas.width // 2 + 1, canvas.y + 14)
    canvas.y += 16
    for amount in ("￥1,553.00", "￥53.50", "￥0.00"):
        _line(canvas, amount, 28, align="right", bold=True)
    for size, words in (
        (22, "长沙南 Žilina é ￥ 𠮷 㛃 ě ő ł"),
        (28, "长沙南 Žilina é ￥ 𠮷"),
        (36, "长沙南 é ￥ 㛃"),
        (48, "长沙南 ￥𠮷"),
    ):
        _line(canvas, f"{size} {words}", size)


def _codes(canvas: Canvas, t: Texts) -> None:
    """As large as a ticket's: what a gate cannot read here it cannot read there."""
    _line(canvas, t("Codes: scan both; each must say COUNTERFOIL TEST."), 24)
    kinds: tuple[Symbology, ...] = ("aztec", "qr")
    for symbology in kinds:
        picture = drawn(CODE_SAMPLE, room=canvas.width, symbology=symbology)
        dots = dots_a_module(picture.width, symbology)
        canvas.y += 6
        canvas.paste((canvas.width - picture.width) // 2, canvas.y, picture)
        canvas.y += picture.height
        _line(canvas, t("{kind}, {dots} dots a module", kind=symbology.upper(), dots=dots), 22, align="center")


def dots_a_module(side: int, symbology: Symbology) -> int:
    """Of a code that is ``side`` dots wide, its quiet zone included."""
    return side // (modules(CODE_SAMPLE, symbology).width + 2 * QUIET_MODULES[symbology])


def _cutter(canvas: Canvas, t: Texts) -> None:
    _line(canvas, t("Cutter: below this line the paper is cut once."), 24)
    canvas.y += 8
    canvas.dashes(canvas.y)
    canvas.y += 6
