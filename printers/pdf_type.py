"""Type and codes in PDFs: embedded fonts, chosen as on paper, and text that can be selected, searched and copied."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Final

from PIL import Image

from printers.fonts import FontBook

_registered: dict[str, str] = {}
_register_lock: Final = Lock()


def draw_words(
    pdf: Any,
    fonts: FontBook,
    text: str,
    *,
    left: float,
    baseline: float,
    size: float,
    bold: bool = False,
    width: float | None = None,
    grey: float = 0,
) -> float:
    """Draws in the page's own units and returns the width.

    ``width``: the text is stretched by some percent to be so wide, where its own differs little.
    """
    from reportlab.pdfbase.pdfmetrics import stringWidth  # noqa: PLC0415 - see font_name

    runs = [(run, font_name(fonts.folder / run.file)) for run in fonts.runs(text, bold=bold)]
    widths = [stringWidth(run.text, name, size) for run, name in runs]
    natural = sum(widths)
    stretch = min(1.08, max(0.92, width / natural)) if natural and width is not None else 1.0
    at = float(left)
    pdf.saveState()
    pdf.setFillGray(grey)
    pdf.setStrokeGray(grey)
    for (run, name), wide in zip(runs, widths, strict=True):
        line = pdf.beginText(at, baseline)
        line.setFont(name, size)
        line.setHorizScale(100 * stretch)
        if run.thicken:
            pdf.setLineWidth(size / 30)
            line.setTextRenderMode(2)
        line.textOut(run.text)
        pdf.drawText(line)
        at += wide * stretch
    pdf.restoreState()
    return at - left


def words_width(fonts: FontBook, text: str, size: float, *, bold: bool = False) -> float:
    """What :func:`draw_words` would take without a ``width``."""
    from reportlab.pdfbase.pdfmetrics import stringWidth  # noqa: PLC0415 - see font_name

    runs = fonts.runs(text, bold=bold)
    return float(sum(stringWidth(run.text, font_name(fonts.folder / run.file), size) for run in runs))


def draw_dots(pdf: Any, picture: Image.Image, *, left: float, top: float, dot: float = 1.0) -> None:
    """0 and 255 (255 is black) as rectangles, not as an image: sharp at any size. Equal rows are joined."""
    stride, data = picture.width, picture.tobytes()
    path = pdf.beginPath()
    row = 0
    while row < picture.height:
        line = data[row * stride : (row + 1) * stride]
        last = row + 1
        while last < picture.height and data[last * stride : (last + 1) * stride] == line:
            last += 1
        start = line.find(b"\xff")
        while start >= 0:
            end = line.find(b"\x00", start)
            end = stride if end < 0 else end
            path.rect(left + start * dot, top - last * dot, (end - start) * dot, (last - row) * dot)
            start = line.find(b"\xff", end)
        row = last
    pdf.drawPath(path, stroke=0, fill=1)


def font_name(path: Path) -> str:
    """Registers a font with reportlab once a process (it keeps them in a global of its own).

    reportlab is imported late: 0.1 s that a counter without PDF never waits.
    """
    from reportlab.pdfbase import ttfonts  # noqa: PLC0415 - see above
    from reportlab.pdfbase.pdfmetrics import registerFont  # noqa: PLC0415

    # reportlab 5.1 writes code points beyond U+FFFF as they are; the format wants UTF-16: 𠮷 would be copied as ₻.
    ttfonts.makeToUnicodeCMap = _to_unicode
    key = str(path)
    with _register_lock:
        if key not in _registered:
            name = f"Counterfoil-{path.stem}"
            registerFont(ttfonts.TTFont(name, key))
            _registered[key] = name
        return _registered[key]


def _to_unicode(name: str, subset: Sequence[int]) -> str:
    """The table by which a reader copies and searches text (PDF 32000-1, 9.10.3): UTF-16, at most 100 a block."""
    head = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap "
        f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def "
        f"/CMapName /{name} def /CMapType 2 def 1 begincodespacerange <00> <FF> endcodespacerange"
    )
    lines = [f"<{at:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>" for at, code in enumerate(subset)]
    blocks = [lines[at : at + 100] for at in range(0, len(lines), 100)]
    body = [part for block in blocks for part in (f"{len(block)} beginbfchar", *block, "endbfchar")]
    return "\n".join((head, *body, "endcmap CMapName currentdict /CMap defineresource pop end end"))
