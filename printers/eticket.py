"""An e-ticket: one A4 page a ticket, to be shown on a telephone or printed at 100 %. Points; y grows downwards here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from counter_app.domain.papers import StationName, TicketFace
from counter_app.texts import languages_of, mark
from printers.codes import modules
from printers.compose import Composer
from printers.fonts import REGULAR, FontBook
from printers.pdf_type import draw_dots, draw_words, font_name, words_width
from printers.profiles import Symbology
from printers.text import clean
from printers.words import Words

MM: Final = 72 / 25.4
_PAGE: Final = (210 * MM, 297 * MM)
_MARGIN: Final = 18 * MM
_CODE: Final = 46 * MM  # at most; three quarters of a millimetre a module: read from paper and from a screen
_RULER: Final = 50 * MM
_ROW: Final = 41.0  # a fact with its caption
_GREY: Final = 0.38
_NAME_SIZES: Final = (30.0, 26.0, 22.0, 19.0, 16.0, 14.0, 12.0, 10.0)
_NAME_ALONE: Final = 19.0  # below that two lines read better than one

TITLE: Final = mark("E-ticket")
LABELS: Final = {
    "date": mark("Date of travel"),
    "departs": mark("Departure"),
    "arrives": mark("Arrival"),
    "service": mark("Service"),
    "coach": mark("Coach"),
    "place": mark("Place"),
    "class": mark("Class"),
    "gate": mark("Check gate"),
    "passenger": mark("Passenger"),
    "document": mark("Document"),
    "type": mark("Passenger type"),
    "price": mark("Price"),
    "number": mark("Ticket number"),
    "issued": mark("Issued by"),
}
SHOW: Final = mark("Show this code at the gate, on a screen or on paper.")
BAR: Final = mark("Printed at 100 %, this line is 50 mm long.")
ONCE: Final = mark("Valid once: a second showing of the same code is refused, whoever comes first.")


def eticket_pdf(faces: Sequence[TicketFace], composer: Composer, *, symbology: Symbology = "aztec") -> bytes:
    """The PDF's bytes: a page for each face, in their order. The same faces give the same bytes."""
    from reportlab.pdfgen.canvas import Canvas as Pdf  # noqa: PLC0415 - 0.1 s that a counter without PDF never waits

    assert faces
    file = BytesIO()
    first_font = font_name(composer.fonts.folder / REGULAR[0])
    pdf = Pdf(file, pagesize=_PAGE, pageCompression=1, invariant=1, initialFontName=first_font)
    first = faces[0]
    pdf.setTitle(clean(f"{first.ticket_number} {first.origin.native}-{first.destination.native}"))
    pdf.setCreator("Counterfoil")
    pdf.setSubject(clean(first.operator))
    for number, face in enumerate(faces, 1):
        spoken = tuple(composer.words(language) for language in languages_of(face.language))
        sheet = _Sheet(pdf, composer.fonts, spoken)
        of = f"{number}/{len(faces)}" if len(faces) > 1 else ""
        _page(sheet, face, of, symbology)
        pdf.showPage()
    pdf.save()
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One page; ``y`` is measured from its top edge."""

    pdf: Any
    fonts: FontBook
    spoken: Sequence[Words]  # of each language of the paper, the first one leading

    @property
    def words(self) -> Words:
        return self.spoken[0]

    def say(self, source: str) -> str:
        return self.each(lambda words: words.t(source))

    def each(self, of: Callable[[Words], str], between: str = " ") -> str:
        """The same in every language, said once where they say it alike."""
        return between.join(dict.fromkeys(of(words) for words in self.spoken))

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        return words_width(self.fonts, text, size, bold=bold)

    def text(self, left: float, y: float, text: str, size: float, *, bold: bool = False, grey: float = 0) -> None:
        draw_words(self.pdf, self.fonts, text, left=left, baseline=_PAGE[1] - y, size=size, bold=bold, grey=grey)

    def right(self, right: float, y: float, text: str, size: float, *, bold: bool = False, grey: float = 0) -> None:
        self.text(right - self.width(text, size, bold=bold), y, text, size, bold=bold, grey=grey)

    def fitted(self, text: str, room: float, sizes: Sequence[float], *, bold: bool = False) -> float:
        return next((size for size in sizes if self.width(text, size, bold=bold) <= room), sizes[-1])

    def paragraph(self, left: float, y: float, text: str, size: float, room: float, *, grey: float = 0) -> float:
        """Wrapped at blanks, hanzi anywhere; returns the ``y`` below it."""
        for line in _lines(self, text, size, room):
            self.text(left, y, line, size, grey=grey)
            y += size * 1.45
        return y

    def line(self, left: float, right: float, y: float, *, grey: float = 0.75, thick: float = 0.6) -> None:
        self.pdf.saveState()
        self.pdf.setStrokeGray(grey)
        self.pdf.setLineWidth(thick)
        self.pdf.line(left, _PAGE[1] - y, right, _PAGE[1] - y)
        self.pdf.restoreState()

    def bar(self, left: float, right: float, top: float, bottom: float, *, grey: float = 0) -> None:
        self.pdf.saveState()
        self.pdf.setFillGray(grey)
        self.pdf.roundRect(left, _PAGE[1] - bottom, right - left, bottom - top, 2.5, stroke=0, fill=1)
        self.pdf.restoreState()


def _lines(sheet: _Sheet, text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """Wrapped; a word that is wider than ``room`` is parted where the line is full."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        parts = [piece] if sheet.width(piece.rstrip(), size, bold=bold) <= room else list(piece)
        for part in parts:
            if line and sheet.width((line + part).rstrip(), size, bold=bold) > room:
                lines.append(line.rstrip())
                line = part.lstrip()
            else:
                line += part
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    """Words with the blank behind them; a hanzi by itself, closing marks kept with what stands before them."""
    pieces: list[str] = []
    for char in text:
        alone = ord(char) >= 0x2E80
        glued = bool(pieces) and (char in "，。、；：！？）」』】·" or (not alone and not pieces[-1].endswith(" ")))
        if glued and (char in "，。、；：！？）」』】·" or ord(pieces[-1][-1]) < 0x2E80):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _page(sheet: _Sheet, face: TicketFace, of: str, symbology: Symbology) -> None:
    left, right = _MARGIN, _PAGE[0] - _MARGIN
    y = _MARGIN + 12
    size = sheet.fitted(face.operator, right - left - 120, (15, 13, 11, 9), bold=True)
    sheet.text(left, y, face.operator, size, bold=True)
    sheet.right(right, y, "  ".join(part for part in (sheet.say(TITLE), of) if part), 12, grey=_GREY)
    y += 10
    sheet.line(left, right, y, grey=0, thick=1.2)
    for one in face.marks:
        number = f" {face.copy_number}" if one.value == "duplicate" and face.copy_number else ""
        words = sheet.each(lambda spoken, one=one: spoken.mark(one), "  ") + number  # type: ignore[misc] # bound now
        sheet.bar(left, right, y + 8, y + 30)
        size = sheet.fitted(words, right - left - 24, (13, 11, 9), bold=True)
        sheet.text((left + right - sheet.width(words, size, bold=True)) / 2, y + 23.5, words, size, bold=True, grey=1)
        y += 30
    y = _journey(sheet, face, left, right, y + 20)
    y = _facts(sheet, face, left, right, y, symbology)
    sheet.line(left, right, y)
    y += 20
    for rule in (*face.rules, *dict.fromkeys(words.t(ONCE) for words in sheet.spoken)):
        y = sheet.paragraph(left, y, rule, 9, right - left) + 3
    foot = _PAGE[1] - _MARGIN
    sheet.line(left, left + _RULER, foot - 12, grey=0, thick=0.8)
    for x in (left, left + _RULER):
        sheet.pdf.saveState()
        sheet.pdf.setLineWidth(0.8)
        sheet.pdf.line(x, _PAGE[1] - foot + 8.5, x, _PAGE[1] - foot + 15.5)
        sheet.pdf.restoreState()
    sheet.text(left, foot, sheet.say(BAR), 7.5, grey=_GREY)
    sheet.right(right, foot, face.ticket_number, 7.5, grey=_GREY)


def _journey(sheet: _Sheet, face: TicketFace, left: float, right: float, y: float) -> float:
    """Both ends in one size, their times below them, the service and an arrow between."""
    middle = 34 * MM
    side = (right - left - middle) / 2
    ends = (face.origin, face.destination)
    size = min(_name_size(sheet, name.native, side) for name in ends)
    wrapped = [_lines(sheet, name.native, size, side, bold=True) for name in ends]
    y += (max(map(len, wrapped)) - 1) * size * 1.15
    base = y + 30
    for name, lines, at, last in zip(ends, wrapped, (face.depart, face.arrive), (False, True), strict=True):
        put = sheet.right if last else sheet.text
        x = right if last else left
        for above, line in enumerate(reversed(lines)):
            put(x, base - above * size * 1.15, line, size, bold=True)
        if _latin(name):
            put(x, base + 16, name.latin, sheet.fitted(name.latin, side, (11, 10, 9, 8, 7)), grey=_GREY)
        if at is not None:
            later = (at.date() - face.depart.date()).days
            put(x, base + 50, f"{at:%H:%M}" + (f" +{later}" if later else ""), 26, bold=True)
            day = sheet.each(lambda spoken, at=at: spoken.day(at), "  ")  # type: ignore[misc] # bound now
            put(x, base + 66, day, sheet.fitted(day, side, (10.5, 9.5, 8.5, 7.5)))
    centre = (left + right) / 2
    wide = sheet.fitted(face.service, middle - 8, (20, 17, 14, 11, 9, 7), bold=True)
    sheet.text(centre - sheet.width(face.service, wide, bold=True) / 2, base - 4, face.service, wide, bold=True)
    start, end = centre - middle / 2 + 12, centre + middle / 2 - 12
    sheet.line(start, end - 5, base + 7, grey=0, thick=1.4)
    head = sheet.pdf.beginPath()
    head.moveTo(end - 7, _PAGE[1] - base - 3)
    head.lineTo(end, _PAGE[1] - base - 7)
    head.lineTo(end - 7, _PAGE[1] - base - 11)
    head.close()
    sheet.pdf.drawPath(head, stroke=0, fill=1)
    y = base + 84
    sheet.line(left, right, y)
    return y


def _name_size(sheet: _Sheet, name: str, side: float) -> float:
    """One line, or where that makes it small, two."""
    alone = sheet.fitted(name, side, _NAME_SIZES, bold=True)
    if alone >= _NAME_ALONE:
        return alone
    fits = (size for size in _NAME_SIZES[2:] if len(_lines(sheet, name, size, side, bold=True)) <= 2)
    return next(fits, _NAME_SIZES[-1])


def _latin(name: StationName) -> bool:
    return bool(name.latin) and name.latin != name.native


def _facts(sheet: _Sheet, face: TicketFace, left: float, right: float, y: float, symbology: Symbology) -> float:
    """Two columns of facts beside the code; returns the ``y`` below both."""
    words, code = sheet.words, face.travel_class
    seller = face.station.native if words.chinese or not face.station.latin else face.station.latin
    facts = [
        ("coach", words.coach(face.coach) if face.coach else ""),
        ("place", _place(sheet, face)),
        ("class", sheet.each(lambda spoken: spoken.travel_class(code), "  ")),
        ("gate", face.check_gate or ""),
        ("passenger", face.passenger_name or ""),
        ("document", face.masked_document or ""),
        ("type", sheet.each(lambda spoken: spoken.passenger_type(face.passenger_type), "  ")),
        ("price", words.price(face.price)),
        ("number", face.ticket_number),
        ("issued", f"{seller} {face.counter:02d}  {face.sold_at:%Y-%m-%d %H:%M}"),
    ]
    shown = [(label, text) for label, text in facts if text]
    code_left = right - _CODE
    column = (code_left - left - 8 * MM) / 2
    top = at = y + 26
    for pair in range(0, len(shown), 2):
        tall = 0.0
        for index, (label, text) in enumerate(shown[pair : pair + 2]):
            x = left + (column + 3 * MM) * index
            caption = sheet.say(LABELS[label])
            sheet.text(x, at, caption, sheet.fitted(caption, column, (8.5, 7.5, 6.5)), grey=_GREY)
            strong = label in {"coach", "place", "price"}
            size, lines = _value(sheet, text, column, strong=strong)
            for number, line in enumerate(lines):
                sheet.text(x, at + 18 + number * size * 1.2, line, size, bold=strong)
            tall = max(tall, (len(lines) - 1) * size * 1.2)
        at += _ROW + tall
    picture = modules(face.code, symbology)  # white paper around it is its quiet zone
    draw_dots(sheet.pdf, picture, left=code_left, top=_PAGE[1] - (top - 10), dot=_CODE / picture.width)
    below = top + _CODE + 4
    for spoken in sheet.spoken:
        below = sheet.paragraph(code_left, below, spoken.t(SHOW), 8, _CODE, grey=_GREY)
    return max(at, below + 6)


def _place(sheet: _Sheet, face: TicketFace) -> str:
    """A seat's label is read alike in every language; which berth it is, is a word."""
    if not face.place:
        return ""
    label, kind = face.place, face.place_kind
    berth = (kind or "").startswith("berth_")
    return sheet.each(lambda spoken: spoken.place(label, kind), "  ") if berth else sheet.words.place(label, kind)


def _value(sheet: _Sheet, text: str, room: float, *, strong: bool) -> tuple[float, list[str]]:
    """One line; where that makes it small, two; a name of many words as many as it needs."""
    sizes = (16.0, 14.0, 12.0, 10.0) if strong else (12.0, 11.0, 10.0, 9.0)
    for size in sizes:
        if sheet.width(text, size, bold=strong) <= room:
            return size, [text]
    parted = ((size, _lines(sheet, text, size, room, bold=strong)) for size in (10.0, 9.0, 8.0, 7.0))
    return next(((size, lines) for size, lines in parted if len(lines) <= 2), (7.0, _lines(sheet, text, 7.0, room)))
