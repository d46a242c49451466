"""A ticket's face composed for a roll: Chinese first with pinyin, or an English one. Measures are dots at 203 dpi."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from counter_app.domain.papers import StationName, TicketFace
from printers.codes import drawn
from printers.flow import balanced, fit, marks, paragraph, wrap
from printers.fonts import FontBook
from printers.profiles import Symbology
from printers.raster import Canvas
from printers.words import Words

_HANZI: Final = re.compile(r"[\u2e80-\uffef\U00020000-\U0003ffff]")  # a line may be broken beside any of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Type sizes of a roll's width, largest first where a text may shrink; the last one wraps."""

    margin: int
    station: tuple[int, ...]
    latin: tuple[int, ...]
    service: tuple[int, ...]
    middle: int  # width of the column with service and arrow
    day: tuple[int, ...]
    time: tuple[int, ...]
    place: tuple[int, ...]
    travel_class: tuple[int, ...]
    price: tuple[int, ...]
    body: tuple[int, ...]
    small: tuple[int, ...]
    mark: int
    code_beside: bool  # the code left of the particulars; else in the middle, below them
    code_dots: int


WIDE: Final = Measures(
    margin=10,
    station=(54, 48, 42, 36, 31, 27),
    latin=(24, 22, 20, 18),
    service=(40, 34, 28, 24),
    middle=136,
    day=(32, 28, 24),
    time=(50, 44),
    place=(50, 44, 38, 32),
    travel_class=(38, 32, 28, 24),
    price=(44, 38, 32),
    body=(28, 26, 24),
    small=(21, 20),
    mark=40,
    code_beside=True,
    code_dots=5,
)
NARROW: Final = Measures(
    margin=4,
    station=(40, 36, 32, 28, 25, 22, 20),
    latin=(20, 19, 18),
    service=(30, 26, 22, 20),
    middle=92,
    day=(28, 25, 22),
    time=(42, 36),
    place=(40, 36, 32, 28),
    travel_class=(32, 28, 24),
    price=(38, 34, 30),
    body=(24, 22, 21),
    small=(21, 20),
    mark=34,
    code_beside=False,
    code_dots=6,
)


def compose_ticket(face: TicketFace, canvas: Canvas, words: Words, symbology: Symbology) -> None:
    """Draws the face from the top of ``canvas`` down and leaves ``canvas.y`` below it."""
    measures = WIDE if canvas.width >= 500 else NARROW
    left, right = measures.margin, canvas.width - measures.margin
    canvas.y = 4
    _line(canvas, measures, (face.operator, measures.small, False), (face.ticket_number, measures.body, True))
    marks(canvas, words, face.marks, face.copy_number, measures.mark)
    if face.check_gate:
        paragraph(
            canvas, words.t("Gate {gate}", gate=face.check_gate), measures.body, left=left, right=right, bold=True
        )
    canvas.y += 4
    _route(canvas, face, measures)
    _when(canvas, face, measures, words)
    _where(canvas, face, measures, words)
    price, kind = words.price(face.price), words.passenger_type(face.passenger_type)
    _line(canvas, measures, (price, measures.price, True), (kind, measures.body, True))
    person = "   ".join(part for part in (face.masked_document, face.passenger_name) if part)
    if person:
        paragraph(canvas, person, measures.body, left=left, right=right)
    canvas.y += 8
    canvas.dashes(canvas.y, left=left, right=right)
    canvas.y += 10
    _foot(canvas, face, measures, words, symbology)
    canvas.y += 20  # the knife stands some dots off where it should


def _route(canvas: Canvas, face: TicketFace, measures: Measures) -> None:
    side = (canvas.width - 2 * measures.margin - measures.middle) // 2
    columns = (
        (measures.margin, measures.margin + side, face.origin),
        (canvas.width - measures.margin - side, canvas.width - measures.margin, face.destination),
    )
    top = canvas.y
    # Both ends in one size: neither looks the lesser.
    size = min(_station_size(canvas.fonts, name.native, side, measures.station) for _, _, name in columns)
    tallest = max(len(balanced(canvas.fonts, name.native, side, size, bold=True)) for _, _, name in columns)
    bottom = top
    for left, right, name in columns:
        canvas.y = top
        paragraph(canvas, name.native, (size,), left=left, right=right, bold=True, align="center", leading=1.2)
        if _latin(name):
            canvas.y = top + round(size * 1.2) * tallest + 2
            paragraph(canvas, name.latin, measures.latin, left=left, right=right, align="center")
        bottom = max(bottom, canvas.y)
    left, right = measures.margin + side + 4, canvas.width - measures.margin - side - 4
    service = fit(canvas.fonts, face.service, right - left, measures.service, bold=True)
    canvas.y = top + max(0, round(size * 1.06) - round(service.size * 1.06))  # on the stations' baseline
    paragraph(canvas, face.service, (service.size,), left=left, right=right, bold=True, align="center", leading=1.2)
    canvas.arrow(left + 4, right - 4, canvas.y + 14)
    canvas.y = max(bottom, canvas.y + 26) + 8
    canvas.dashes(canvas.y, left=measures.margin, right=canvas.width - measures.margin)
    canvas.y += 8


def _station_size(fonts: FontBook, name: str, side: int, sizes: tuple[int, ...]) -> int:
    """One line, or where that makes it small two lines of whole words in a size that is read from afar."""
    one_line = next((size for size in sizes if fonts.width(name, size, bold=True) <= side), 0)
    if one_line >= sizes[4]:
        return one_line
    for size in sizes[3:]:
        whole = all(fonts.width(word, size, bold=True) <= side for word in name.split() if not _HANZI.search(word))
        if len(wrap(fonts, name, side, size, bold=True)) <= 2 and whole:
            return max(size, one_line)
    return one_line or sizes[-1]


def _latin(name: StationName) -> bool:
    return bool(name.latin) and name.latin != name.native


def _when(canvas: Canvas, face: TicketFace, measures: Measures, words: Words) -> None:
    departs = words.t("departs {time}", time=f"{face.depart:%H:%M}") if words.chinese else f"{face.depart:%H:%M}"
    _line(canvas, measures, (words.day(face.depart), measures.day, True), (departs, measures.time, True))
    if face.arrive is None:
        return
    later = (face.arrive.date() - face.depart.date()).days
    day = "" if not later else words.t("next day") if later == 1 else f"+{later}d"
    arrives = words.t("arrives {time}", time=f"{face.arrive:%H:%M}")
    words_of_arrival = f"{day}{arrives}" if words.chinese else f"{arrives} {day}"
    right = canvas.width - measures.margin
    paragraph(canvas, words_of_arrival.strip(), measures.small, left=measures.margin, right=right, align="right")


def _where(canvas: Canvas, face: TicketFace, measures: Measures, words: Words) -> None:
    travel_class = words.travel_class(face.travel_class)
    parts = [
        words.coach(face.coach) if face.coach else "",
        words.place(face.place, face.place_kind) if face.place else "",
    ]
    where = ("  " if words.chinese else ", ").join(part for part in parts if part)
    if not where:
        _line(canvas, measures, (travel_class, measures.place, True), ("", measures.body, False))
        return
    _line(canvas, measures, (where, measures.place, True), (travel_class, measures.travel_class, True))


def _foot(canvas: Canvas, face: TicketFace, measures: Measures, words: Words, symbology: Symbology) -> None:
    t = words.t
    seller = face.station.native if words.chinese or not face.station.latin else face.station.latin
    particulars = [
        f"{seller}  {t('Window {counter}', counter=face.counter)}",
        t("Clerk {clerk}", clerk=face.clerk),
        f"{face.sold_at:%Y-%m-%d %H:%M} {t('Sold at')}" if words.chinese else f"Sold {face.sold_at:%Y-%m-%d %H:%M}",
        t("Stock no. {number}", number=face.stock_number) if face.stock_number else "",
    ]
    left, right = measures.margin, canvas.width - measures.margin
    if measures.code_beside:
        top = canvas.y
        code = drawn(face.code, room=canvas.width // 2, dots_max=measures.code_dots, symbology=symbology)
        canvas.paste(left, top, code)
        beside = left + code.width + 10
        for text in filter(None, particulars):
            paragraph(canvas, text, measures.small, left=beside, right=right)
        canvas.y += 6
        for text in face.rules:  # all in one size
            paragraph(canvas, text, measures.small[-1:], left=beside, right=right)
        canvas.y = max(canvas.y, top + code.height)
        return
    for text in filter(None, particulars):
        paragraph(canvas, text, measures.small, left=left, right=right)
    code = drawn(face.code, room=canvas.width, dots_max=measures.code_dots, symbology=symbology)
    canvas.paste((canvas.width - code.width) // 2, canvas.y + 4, code)
    canvas.y += code.height + 10
    for text in face.rules:
        paragraph(canvas, text, measures.small[-1:], left=left, right=right)


_Side = tuple[str, tuple[int, ...], bool]  # text, sizes, bold


def _line(canvas: Canvas, measures: Measures, one: _Side, other: _Side) -> None:
    """Two texts on one baseline, left and right; both shrink by rule, and part to two lines before either is cut."""
    left, right = measures.margin, canvas.width - measures.margin
    steps = max(len(one[1]), len(other[1]))
    for step in range(steps):
        sizes = [side[1][min(step, len(side[1]) - 1)] for side in (one, other)]
        widths = [
            canvas.fonts.width(side[0], size, bold=side[2]) for side, size in zip((one, other), sizes, strict=True)
        ]
        if sum(widths) + 12 <= right - left:
            tall = max(sizes)
            baseline = canvas.y + round(tall * 1.06)
            canvas.text(left, baseline, one[0], sizes[0], bold=one[2])
            canvas.text(right - widths[1], baseline, other[0], sizes[1], bold=other[2])
            canvas.y += round(tall * 1.3)
            return
    for (text, sizes_of, bold), align in ((one, "left"), (other, "right")):
        if text:
            paragraph(canvas, text, sizes_of, left=left, right=right, bold=bold, align=align)
