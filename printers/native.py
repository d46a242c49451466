"""Slips as text commands, for slow lines: the printer's own characters where it has them, a strip of dots where not.

What could be misread is never sent as text: a line with a character that the printer's sets lack becomes dots as a
whole. U+00A5 is said as the double-byte ￥ of the Chinese set, or by a code page that has it, and of GB 18030 only the
two-byte part is used: four bytes are shown as two wrong characters by most printers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, assert_never
from unicodedata import east_asian_width

from counter_app.domain.papers import Code, Mark, Pair, Rule, Slip, Strength, Table, Text, Verbatim
from printers.codes import drawn
from printers.compose import Composer
from printers.escpos import WRONG_YEN, guarded, raster_bytes, set_up, whole_paper
from printers.layout.draw import MARK_LATIN
from printers.profiles import Profile, TextAbility
from printers.raster import Canvas
from printers.text import clean

HANZI_ON: Final = b"\x1c&"
HANZI_OFF: Final = b"\x1c."
_GAP: Final = 2  # columns between a table's columns


@dataclass(frozen=True, slots=True)
class Cell:
    """Text in columns ``left`` .. ``left + width``."""

    text: str
    left: int
    width: int
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Line:
    cells: tuple[Cell, ...]
    strength: Strength = Strength.PLAIN


def slip_bytes(slip: Slip, profile: Profile, composer: Composer, *, token: int) -> bytes:
    """One whole slip, as :func:`printers.escpos.paper_bytes` has it."""
    assert profile.text is not None
    speech = _Speech(profile, profile.text, composer)
    words = composer.words(slip.language)
    layout = _Layout(profile.text)
    speech.lines(layout.text(slip.title, Strength.LARGE, "center"))
    for line in dict.fromkeys((slip.facts.get("operator", ""), slip.subtitle)):
        if line:
            speech.lines(layout.text(line, Strength.PLAIN, "center"))
    for mark in slip.marks:
        number = f" {slip.copy_number}" if mark is Mark.DUPLICATE and slip.copy_number else ""
        latin = f" {MARK_LATIN[mark]}" if words.chinese else ""
        speech.lines(layout.text(f"* {words.mark(mark)}{number}{latin} *", Strength.LARGE, "center"))
    for part in slip.named():
        for block in part.blocks:
            if isinstance(block, Code):
                speech.code(block.content)
            else:
                speech.lines(layout.block(block))
    return whole_paper([set_up(profile), b"\x1bR\x00", *speech.parts, b"\n"], profile, token=token)


# ---------------------------------------------------------------- columns


class _Layout:
    def __init__(self, ability: TextAbility) -> None:
        self._ability = ability
        self._columns = ability.columns

    def block(self, block: Text | Pair | Table | Rule | Verbatim) -> list[Line]:
        match block:
            case Text():
                return self.text(block.text, block.strength, block.align)
            case Pair():
                return self._pair(block)
            case Table():
                return self._table(block)
            case Rule():
                return [Line((Cell("-" * self._columns, 0, self._columns),))]
            case Verbatim():
                return [
                    Line((Cell(piece, 0, self._columns),))
                    for line in block.lines
                    for piece in self._cut(_columned(line), self._columns)
                ]
            case _:
                assert_never(block)

    def text(self, text: str, strength: Strength, align: str) -> list[Line]:
        room = self._room(strength)
        return [Line((Cell(piece, 0, room, align),), strength) for piece in self._wrap(text, room)]

    def _pair(self, pair: Pair) -> list[Line]:
        room = self._room(pair.strength)
        label, value = clean(pair.label), clean(pair.value)
        left, right = self._width(label), self._width(value)
        if left + right + 1 <= room:
            cells = (Cell(label, 0, left), Cell(value, room - right, right, "right"))
            return [Line(cells, pair.strength)]
        return [
            *self.text(label, pair.strength, "left"),
            *self.text(value, pair.strength, "right"),
        ]

    def _table(self, table: Table) -> list[Line]:
        head = [table.head] if any(table.head) else []
        room = self._columns - _GAP * (len(table.align) - 1)
        widths = [
            max([self._width(clean(row[n])) for row in (*head, *table.rows)] or [0]) or 1
            for n in range(len(table.align))
        ]
        while sum(widths) > room:
            widest = max(range(len(widths)), key=widths.__getitem__)
            widths[widest] -= 1
        if "l" in table.align:  # words take what is left, figures stay together
            widths[table.align.index("l")] += room - sum(widths)
        lines = []
        for row in (*head, *table.rows):
            lines += self._row(row, table.align, widths, Strength.STRONG if row in head else Strength.PLAIN)
            if row in head:
                lines.append(Line((Cell("-" * self._columns, 0, self._columns),)))
        return lines

    def _row(self, row: tuple[str, ...], align: str, widths: Sequence[int], strength: Strength) -> list[Line]:
        wrapped = [self._wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
        sides = {"l": "left", "r": "right", "c": "center"}
        lines = []
        for number in range(max(len(cell) for cell in wrapped)):
            left, cells = 0, []
            for cell, width, side in zip(wrapped, widths, align, strict=True):
                if number < len(cell) and cell[number]:
                    cells.append(Cell(cell[number], left, width, sides[side]))
                left += width + _GAP
            lines.append(Line(tuple(cells), strength))
        return lines

    def _room(self, strength: Strength) -> int:
        return self._columns // 2 if strength is Strength.LARGE else self._columns

    def _width(self, text: str) -> int:
        return sum(width_of(char, self._ability) for char in text)

    def _wrap(self, text: str, room: int) -> list[str]:
        """Broken at blanks and beside hanzi where possible, else anywhere; never cut off, never empty."""
        lines: list[str] = []
        line, width, soft = "", 0, 0
        for char in clean(text):
            wide = width_of(char, self._ability)
            if width + wide > room and line:
                at = soft or len(line)
                lines.append(line[:at].rstrip(" "))
                line = line[at:].lstrip(" ")
                width, soft = self._width(line), 0
            line += char
            width += wide
            if char == " " or east_asian_width(char) in "WF":
                soft = len(line)
        lines.append(line.rstrip(" "))
        return lines

    def _cut(self, text: str, room: int) -> list[str]:
        pieces, piece, width = [], "", 0
        for char in text:
            wide = width_of(char, self._ability)
            if width + wide > room:
                pieces.append(piece)
                piece, width = "", 0
            piece += char
            width += wide
        return [*pieces, piece]


def _columned(line: str) -> str:
    """Cleaned, with the blanks that it begins with: another device has counted columns."""
    return " " * min(80, len(line) - len(line.lstrip(" "))) + clean(line)


# ---------------------------------------------------------------- characters


@dataclass(frozen=True, slots=True)
class Spoken:
    """A character as the printer's sets have it. ``page``: -1 for ASCII, -2 for the Chinese set, else ``ESC t``."""

    data: bytes
    page: int


ASCII: Final = -1
HANZI: Final = -2


def spoken(char: str, ability: TextAbility) -> Spoken | None:
    """None: no set of this printer has it."""
    if " " <= char <= "~":
        return Spoken(char.encode("ascii"), ASCII)
    for same in _ALIKE.get(char, char):
        if ability.hanzi:
            data = _encoded(same, ability.hanzi)
            if len(data) == 2:
                return Spoken(data, HANZI)
        for codec, number in ability.pages:
            data = _encoded(same, codec)
            if len(data) == 1 and data[0] >= 0x80:
                return Spoken(data, number)
    return None


_ALIKE: Final = {"\u00a5": "\uffe5\u00a5", "\uffe5": "\uffe5\u00a5"}


def _encoded(char: str, codec: str) -> bytes:
    try:
        return char.encode(codec)
    except UnicodeEncodeError:
        return b""


def width_of(char: str, ability: TextAbility) -> int:
    """Columns: of a character that is sent as dots, those that it would take."""
    said = spoken(char, ability)
    if said is None:
        return 2 if east_asian_width(char) in "WF" else 1
    return len(said.data)


class _Speech:
    """Lines become bytes; it knows which style, page and mode the printer is in."""

    def __init__(self, profile: Profile, ability: TextAbility, composer: Composer) -> None:
        self.parts: list[bytes] = []
        self._profile = profile
        self._ability = ability
        self._composer = composer
        self._page = ASCII  # after the reset: none chosen by us
        self._strength = Strength.PLAIN

    def lines(self, lines: Iterable[Line]) -> None:
        for line in lines:
            data = self._in_text(line)
            if data is None or WRONG_YEN in data:
                self.parts += self._in_dots(line)
            else:
                self.parts.append(data)

    def code(self, content: str) -> None:
        canvas = Canvas(self._profile.width, self._composer.fonts)
        picture = drawn(content, room=canvas.width, symbology=self._profile.symbology)
        canvas.paste((canvas.width - picture.width) // 2, 4, picture)
        self.parts += raster_bytes(guarded(canvas.finished(picture.height + 8)), self._profile)

    def _in_text(self, line: Line) -> bytes | None:
        """None where a character is missing. Blanks fill the columns between cells."""
        data = b""
        column = 0
        page = self._page
        for cell in line.cells:
            text = cell.text
            spare = cell.width - sum(width_of(char, self._ability) for char in text)
            before = spare if cell.align == "right" else spare // 2 if cell.align == "center" else 0
            start = cell.left + max(0, before)
            data += b" " * (start - column)
            column = max(start, column) + sum(width_of(char, self._ability) for char in text)
            for char in text:
                said = spoken(char, self._ability)
                if said is None:
                    return None
                if said.page not in {ASCII, page}:
                    if page == HANZI:
                        data += HANZI_OFF
                    data += HANZI_ON if said.page == HANZI else bytes((0x1B, 0x74, said.page))
                    page = said.page
                data += said.data
        if page == HANZI:  # one byte of a code page between two of the Chinese set would be read with them
            data += HANZI_OFF
            page = ASCII
        self._page = page
        return self._style(line.strength) + data + b"\n"

    def _style(self, strength: Strength) -> bytes:
        if strength is self._strength:
            return b""
        self._strength = strength
        size = 0x11 if strength is Strength.LARGE else 0x00
        bold = 1 if strength in {Strength.STRONG, Strength.LARGE} else 0
        return bytes((0x1D, 0x21, size, 0x1B, 0x45, bold))

    def _in_dots(self, line: Line) -> list[bytes]:
        large = line.strength is Strength.LARGE
        bold = line.strength in {Strength.STRONG, Strength.LARGE}
        canvas = Canvas(self._profile.width, self._composer.fonts)
        columns = self._ability.columns // 2 if large else self._ability.columns
        step = canvas.width / columns
        for cell in line.cells:
            left, room = round(cell.left * step), round(min(cell.width * step, canvas.width - cell.left * step))
            size = 48 if large else 24
            while size > 12 and canvas.fonts.width(cell.text, size, bold=bold) > room:
                size -= 1
            spare = room - canvas.fonts.width(cell.text, size, bold=bold)
            shift = spare if cell.align == "right" else spare // 2 if cell.align == "center" else 0
            # A line of nothing but wide letters: each in its own column then.
            pieces = [cell.text] if spare >= 0 else list(cell.text)
            for number, piece in enumerate(pieces):
                start = left + max(0, shift) + (number * room // len(pieces))
                edge = canvas.width - canvas.fonts.width(piece, size, bold=bold)
                canvas.text(max(0, min(start, edge)), 52 if large else 26, piece, size, bold=bold)
        return raster_bytes(guarded(canvas.finished(64 if large else 32)), self._profile)
