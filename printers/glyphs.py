"""How a printer's own characters look: cells of 12 x 24 dots, hanzi of 24 x 24, drawn with our fonts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from unicodedata import east_asian_width

from PIL import Image

from printers.fonts import FontBook

CELL: Final = 12
HEIGHT: Final = 24
# What ``ESC t n`` chooses on most printers (Epson's numbers).
PAGES: Final = {
    0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 13: "cp857", 14: "cp737", 16: "cp1252", 17: "cp866",
    18: "cp852", 19: "cp858", 33: "cp775", 34: "cp855", 36: "cp862", 37: "cp864", 45: "cp1250", 46: "cp1251",
    47: "cp1253", 48: "cp1254", 49: "cp1255", 50: "cp1256", 51: "cp1257", 52: "cp1258",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Glyph:
    char: str
    cells: int  # of 12 dots
    across: int  # 1 .. 8 times as wide
    down: int
    bold: bool

    @property
    def width(self) -> int:
        return self.cells * CELL * self.across


@dataclass(slots=True)
class TextMode:
    """What the text commands have set. ``hanzi``: the set that the printer has, "" for none; ``chinese``: it is on."""

    hanzi: str = "gb18030"
    wakes_chinese: bool = False
    chinese: bool = False
    page: int = 0
    across: int = 1
    down: int = 1
    bold: bool = False
    spacing: int = 30

    def reset(self) -> None:
        """As after power-on."""
        self.chinese = self.wakes_chinese and bool(self.hanzi)
        self.page, self.across, self.down, self.bold, self.spacing = 0, 1, 1, False, 30

    def read(self, data: bytes) -> tuple[Glyph | None, int]:
        """The first character of ``data`` and its length; length 0: wait for more. None: nothing is printed.

        In Chinese mode a byte from 0x81 on begins a pair. GB 18030's four bytes are read by a printer that has them;
        another shows their pieces, as ``?0?6`` for U+00A5.
        """
        head = data[0]
        if head < 0x80:
            return self._glyph(chr(head), 1), 1
        if not self.chinese:
            codec = PAGES.get(self.page, "cp437")
            char = bytes((head,)).decode(codec, "replace").replace("\ufffd", "?")
            return self._glyph(char, 1), 1
        if not 0x81 <= head <= 0xFE:
            return self._glyph("?", 1), 1
        if len(data) < 2:
            return None, 0
        if 0x30 <= data[1] <= 0x39 and self.hanzi == "gb18030":
            if len(data) < 4:
                return None, 0
            return self._glyph(_decoded(data[:4], "gb18030"), 2), 4
        if 0x40 <= data[1] <= 0xFE and data[1] != 0x7F:
            return self._glyph(_decoded(data[:2], self.hanzi or "gbk"), 2), 2
        return self._glyph("?", 1), 1

    def _glyph(self, char: str, cells: int) -> Glyph:
        return Glyph(char, cells, self.across, self.down, self.bold)


def _decoded(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return "〓"


def drawn(glyphs: list[Glyph], width: int, fonts: FontBook) -> Image.Image:
    """One line: 255 burns. As tall as its tallest character."""
    height = HEIGHT * max((glyph.down for glyph in glyphs), default=1)
    line = Image.new("L", (width, height), 0)
    left = 0
    for glyph in glyphs:
        if glyph.char.strip():
            line.paste(_one(glyph, fonts), (left, height - HEIGHT * glyph.down))
        left += glyph.width
    return line


def _one(glyph: Glyph, fonts: FontBook) -> Image.Image:
    cell = Image.new("L", (glyph.cells * CELL, HEIGHT), 0)
    wide = east_asian_width(glyph.char) in "WF"
    found = fonts.draw(glyph.char, 22 if wide else 19, bold=glyph.bold)
    shift = max(0, (cell.width - found.advance) // 2)
    top = 20 - found.ascent
    cell.paste(found.ink.crop((0, max(0, -top), found.ink.width, found.ink.height)), (shift, max(0, top)))
    if (glyph.across, glyph.down) == (1, 1):
        return cell
    return cell.resize((cell.width * glyph.across, cell.height * glyph.down), Image.Resampling.NEAREST)
