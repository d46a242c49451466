"""Text as dots: a chain of fonts, chosen word by word, and a cache of what was drawn already.

Fonts lie in ``resources/fonts``; a bold cut covers Latin, Greek, Cyrillic, Thai and GB 2312, and beyond it the regular
one is thickened by a dot.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple
from unicodedata import combining

from PIL import Image, ImageChops, ImageDraw, ImageFont, features

from printers.cmap import characters_of
from printers.text import clean

REGULAR: Final = (
    "NotoSansSC-Regular.ttf",
    "NotoSans-Regular.ttf",
    "NotoSansThai-Regular.ttf",
    "RareHanzi-Regular.ttf",
)
BOLD: Final = (
    "NotoSansSC-Bold.ttf",
    "NotoSans-Bold.ttf",
    "NotoSansThai-Bold.ttf",
    *REGULAR,
)
_CACHE_BYTES_MAX: Final = 6_000_000
_WIDTHS_MAX: Final = 8_000
_GLYPHS_MAX: Final = 20_000
_ASCENT: Final = 1.08  # of the size: from the top of what is drawn to the baseline
_JOINED: Final = "NotoSansThai"  # its marks are placed by the letters around them
_INK: Final = 112  # grey level from which a dot is black: chosen by looking, 24-dot hanzi neither break nor clog
_BURNT: Final = [0] * _INK + [255] * (256 - _INK)
_WORD: Final = re.compile(r"[^\W\u2e80-\uffff\U00020000-\U0003ffff]+|.", re.DOTALL)


class Face(NamedTuple):
    file: str
    characters: frozenset[int]


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in one font."""

    text: str
    file: str
    thicken: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """Text as dots: ``ink`` is an 8-bit mask of 0 and 255, ``advance`` its width in dots, ``ascent`` the dots from its

    top to the baseline.
    """

    ink: Image.Image
    advance: int
    ascent: int


class _Glyph(NamedTuple):
    """``left``: from the pen to its first dot; ``top``: from the top of the line. ``grey`` None: a blank."""

    grey: Image.Image | None
    left: int
    top: int
    advance: int


class FontBook:
    """``FontBook(folder)``: safe for several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._fonts: dict[tuple[str, int], ImageFont.FreeTypeFont] = {}
        self._drawn: OrderedDict[tuple[str, int, bool], Drawn] = OrderedDict()
        self._bytes = 0
        self._widths: dict[tuple[str, int, bool], int] = {}
        self._glyphs: dict[tuple[str, int, str], _Glyph] = {}
        self._glyph_bytes = 0
        self._lock = Lock()

    @cached_property
    def _faces(self) -> dict[str, Face]:
        return {file: Face(file, characters_of(self.folder / file)) for file in BOLD}

    def undrawable(self, text: str) -> list[str]:
        """Characters that no font has, each once, in order: asked before money is taken (decisions 25)."""
        missing = (char for char in clean(text) if char != " " and self._face_for(char, REGULAR) is None)
        return list(dict.fromkeys(missing))

    def runs(self, text: str, *, bold: bool = False) -> list[Run]:
        """``text`` (cleaned) cut by font: a word in one font if one has it all, else character by character.

        What no font has is drawn as 〓 (the printers' geta): seen, and never silently left out.
        """
        chain = BOLD if bold else REGULAR
        runs: list[Run] = []
        for word in _WORD.findall(clean(text)):
            face = self._face_for(word, chain)
            pieces = [(word, face)] if face else [(char, self._face_for(char, chain)) for char in word]
            for piece, found in pieces:
                file = found.file if found else chain[0]
                shown = piece if found else "〓"
                thicken = bold and file in REGULAR
                if runs and combining(shown[0]):
                    file, thicken = runs[-1].file, runs[-1].thicken
                if runs and (runs[-1].file, runs[-1].thicken) == (file, thicken):
                    runs[-1] = Run(runs[-1].text + shown, file, thicken)
                else:
                    runs.append(Run(shown, file, thicken))
        return runs

    def width(self, text: str, size: int, *, bold: bool = False) -> int:
        """As drawn, without drawing: layouts try several sizes."""
        key = (text, size, bold)
        with self._lock:
            known = self._widths.get(key)
            if known is None:
                if len(self._widths) >= _WIDTHS_MAX:
                    self._widths.clear()
                known = self._widths[key] = sum(self._advances(self.runs(text, bold=bold), size))
            return known

    def _advances(self, runs: Sequence[Run], size: int) -> list[int]:
        return [sum(one.advance for one in self._set(run, size)) + run.thicken for run in runs]

    def _set(self, run: Run, size: int) -> list[_Glyph]:
        """Character by character: the basic layout neither kerns nor joins. Thai is set as a whole."""
        pieces = (run.text,) if run.file.startswith(_JOINED) else run.text
        return [self._glyph(run.file, size, piece) for piece in pieces]

    def _glyph(self, file: str, size: int, text: str) -> _Glyph:
        key = (file, size, text)
        known = self._glyphs.get(key)
        if known is None:
            font = self._font(file, size)
            advance, aside = round(font.getlength(text)), size  # marks may reach back over the letter before
            grey = Image.new("L", (advance + 2 * aside, size * 3 // 2), 0)
            ImageDraw.Draw(grey).text((aside, round(size * _ASCENT)), text, fill=255, font=font, anchor="ls")
            area = grey.getbbox()
            cut = grey.crop(area) if area is not None else None
            left, top = (area[0] - aside, area[1]) if area is not None else (0, 0)
            known = _Glyph(cut, left, top, advance)
            if self._glyph_bytes > _CACHE_BYTES_MAX or len(self._glyphs) > _GLYPHS_MAX:
                self._glyphs.clear()
                self._glyph_bytes = 0
            self._glyphs[key] = known
            self._glyph_bytes += cut.width * cut.height if cut is not None else 0
        return known

    def draw(self, text: str, size: int, *, bold: bool = False) -> Drawn:
        """``size`` in dots of the em square, 12 .. 120."""
        assert 12 <= size <= 120, size
        key = (text, size, bold)
        with self._lock:
            known = self._drawn.get(key)
            if known is not None:
                self._drawn.move_to_end(key)
                return known
            drawn = self._draw(text, size, bold=bold)
            self._drawn[key] = drawn
            self._bytes += drawn.ink.width * drawn.ink.height
            while self._bytes > _CACHE_BYTES_MAX and len(self._drawn) > 1:
                _, old = self._drawn.popitem(last=False)
                self._bytes -= old.ink.width * old.ink.height
            return drawn

    def _draw(self, text: str, size: int, *, bold: bool) -> Drawn:
        set_runs = [(run, self._set(run, size)) for run in self.runs(text, bold=bold)]
        advance = sum(one.advance for _, glyphs in set_runs for one in glyphs)
        advance += sum(run.thicken for run, _ in set_runs)
        height, ascent = size * 3 // 2, round(size * _ASCENT)
        grey = Image.new("L", (max(1, advance + 2), height), 0)
        left = 0
        for run, glyphs in set_runs:
            for glyph in glyphs:
                if glyph.grey is not None:
                    # As heavy as the bold letters beside it, from the size at which one dot is not enough.
                    for shift in range(1 + max(1, size // 16) if run.thicken else 1):
                        grey.paste(255, (left + glyph.left + shift, glyph.top), glyph.grey)
                left += glyph.advance
            left += run.thicken
        return Drawn(grey.point(_BURNT), advance, ascent)

    def _face_for(self, word: str, chain: tuple[str, ...]) -> Face | None:
        codes = {ord(char) for char in word}
        return next((self._faces[file] for file in chain if codes <= self._faces[file].characters), None)

    def _font(self, file: str, size: int) -> ImageFont.FreeTypeFont:
        key = (file, size)
        if key not in self._fonts:
            thai = file.startswith(_JOINED) and bool(features.check("raqm"))
            engine = ImageFont.Layout.RAQM if thai else ImageFont.Layout.BASIC
            self._fonts[key] = ImageFont.truetype(str(self.folder / file), size, layout_engine=engine)
        return self._fonts[key]


def inverted(ink: Image.Image) -> Image.Image:
    return ImageChops.invert(ink)
