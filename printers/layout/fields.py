"""The fields of each document: their names, which are always there, and their values for a paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from counter_app.domain.paper_contents import COMMON_FACTS, CONTENTS, TICKETS
from counter_app.domain.papers import Document, Paper, StationName, TicketFace
from printers.words import BERTHS, Words

ITEM: Final = "item"  # an entry of a list


@dataclass(frozen=True, slots=True)
class TicketField:
    """``always``: no ticket lacks it. ``said`` gets the words of one language."""

    said: Callable[[TicketFace, Words], str]
    always: bool = False


def _first(name: StationName, words: Words) -> str:
    return name.native if words.chinese or not name.latin else name.latin


def _second(name: StationName, words: Words) -> str:
    """The other name, "" where it says the same."""
    other = name.latin if words.chinese else name.native
    return "" if other == _first(name, words) else other


def _later(face: TicketFace, words: Words) -> str:
    """The day of arrival, where it is not that of departure."""
    days = 0 if face.arrive is None else (face.arrive.date() - face.depart.date()).days
    if not days:
        return ""
    if words.chinese:
        return words.t("next day") if days == 1 else f"+{days}天"
    return f"+{days}d"


def _berth(face: TicketFace, words: Words) -> str:
    kind = (face.place_kind or "").removeprefix("berth_")
    return words.t(BERTHS[kind]) if kind in BERTHS else ""


def _number_of_place(face: TicketFace, words: Words) -> str:
    """12A; of a berth without the letter that the berth's word says: 03."""
    label, berth = face.place or "", (face.place_kind or "").removeprefix("berth_")
    if berth in BERTHS and label[:-1].isdigit() and label[-1:].upper() == berth[0].upper():
        label = label[:-1]
    return label if not words.chinese or not label.isdigit() else label.zfill(2)


_TICKET: Final[Mapping[str, TicketField]] = {
    "operator": TicketField(lambda face, _: face.operator),
    "ticket_number": TicketField(lambda face, _: face.ticket_number, always=True),
    "stock_number": TicketField(lambda face, _: face.stock_number),
    "gate": TicketField(lambda face, _: face.check_gate or ""),
    "platform": TicketField(lambda face, _: face.platform or ""),
    "closes": TicketField(lambda face, _: f"{face.boarding_closes:%H:%M}" if face.boarding_closes is not None else ""),
    "headsign": TicketField(lambda face, _: face.headsign or ""),
    "origin": TicketField(lambda face, words: _first(face.origin, words), always=True),
    "origin_second": TicketField(lambda face, words: _second(face.origin, words)),
    "destination": TicketField(lambda face, words: _first(face.destination, words), always=True),
    "destination_second": TicketField(lambda face, words: _second(face.destination, words)),
    "service": TicketField(lambda face, _: face.service, always=True),
    "date": TicketField(lambda face, words: words.day(face.depart), always=True),
    "day": TicketField(lambda face, words: words.day_short(face.depart), always=True),
    "weekday": TicketField(lambda face, words: words.weekday(face.depart), always=True),
    "year": TicketField(lambda face, _: f"{face.depart:%Y}", always=True),
    "departs": TicketField(lambda face, _: f"{face.depart:%H:%M}", always=True),
    "arrives": TicketField(lambda face, _: f"{face.arrive:%H:%M}" if face.arrive is not None else ""),
    "arrives_day": TicketField(_later),
    "coach": TicketField(lambda face, words: words.coach(face.coach) if face.coach else ""),
    "coach_number": TicketField(lambda face, words: words.coach_number(face.coach or "")),
    "place": TicketField(lambda face, words: words.place(face.place, face.place_kind) if face.place else ""),
    "place_number": TicketField(_number_of_place),
    "berth": TicketField(_berth),
    "class": TicketField(lambda face, words: words.travel_class(face.travel_class), always=True),
    "price": TicketField(lambda face, words: words.price(face.price), always=True),
    "passenger_type": TicketField(lambda face, words: words.passenger_type(face.passenger_type), always=True),
    "passenger_name": TicketField(lambda face, _: face.passenger_name or ""),
    "document": TicketField(lambda face, _: face.masked_document or ""),
    "station": TicketField(lambda face, words: _first(face.station, words)),
    "window": TicketField(lambda face, _: f"{face.counter:02d}", always=True),
    "clerk": TicketField(lambda face, _: face.clerk),
    "sold_at": TicketField(lambda face, _: f"{face.sold_at:%Y-%m-%d %H:%M}", always=True),
    "copy": TicketField(lambda face, _: str(face.copy_number) if face.copy_number else ""),
}
# A field that stands for another one: a place said as number and berth, a date without its year.
STANDS_FOR: Final[Mapping[str, tuple[str, ...]]] = {
    "coach": ("coach", "coach_number"),
    "place": ("place", "place_number"),
    "berth": ("berth", "place"),
    "date": ("date", "day"),
}
# Where the first is there, the others are too.
COMES_WITH: Final[Mapping[str, tuple[str, ...]]] = {
    "place": ("place_number",),
    "place_number": ("place",),
    "coach": ("coach_number",),
    "coach_number": ("coach",),
    "berth": ("place", "place_number"),
    "arrives_day": ("arrives",),
}
TICKET_LISTS: Final = ("rules",)
_SLIP: Final = ("title", "subtitle", "copy", *COMMON_FACTS)


def fields_of(document: Document) -> tuple[str, ...]:
    if document in TICKETS:
        return tuple(_TICKET)
    return (*_SLIP, *(fact for fact in CONTENTS[document].facts if fact not in _SLIP))


def always_there(document: Document) -> frozenset[str]:
    if document in TICKETS:
        return frozenset(name for name, field in _TICKET.items() if field.always)
    return frozenset({"title"})


def parts_of(document: Document) -> tuple[str, ...]:
    return () if document in TICKETS else (*CONTENTS[document].parts, "body")


class Values:
    """What a paper's fields say. ``words(language)``: those of zh and en."""

    def __init__(self, paper: Paper, words: Mapping[str, Words]) -> None:
        self._paper = paper
        self._words = words
        self._facts: dict[str, str] = {}
        self._item = ""
        self._known: dict[tuple[str, str], str] = {}
        if not isinstance(paper, TicketFace):
            copy = str(paper.copy_number) if paper.copy_number else ""
            self._facts = {**paper.facts, "title": paper.title, "subtitle": paper.subtitle, "copy": copy}

    def with_item(self, item: str) -> None:
        self._item = item

    def __call__(self, name: str, language: str = "") -> str:
        if name == ITEM:
            return self._item
        key = (name, language)
        if key not in self._known:
            self._known[key] = self._value(name, language or self._paper.language)
        return self._known[key]

    def _value(self, name: str, language: str) -> str:
        paper = self._paper
        if not isinstance(paper, TicketFace):
            return self._facts.get(name, "")
        said = _TICKET[name].said
        wanted = ("zh", "en") if language == "both" else (language,)
        found = (said(paper, self._words[one]) for one in wanted)
        if name in {"origin", "destination", "origin_second", "destination_second"}:
            return next(found)  # the Chinese name first; the other one is a field of its own
        return " ".join(dict.fromkeys(value for value in found if value))

    def entries(self, name: str) -> tuple[str, ...]:
        assert name in TICKET_LISTS
        return self._paper.rules if isinstance(self._paper, TicketFace) else ()

    def has(self, name: str) -> bool:
        """A field with a value, a list or a part with contents."""
        paper = self._paper
        if isinstance(paper, TicketFace):
            return bool(paper.rules) if name in TICKET_LISTS else bool(self(name))
        return any(part.name == name and part.blocks for part in paper.named()) or bool(self._facts.get(name))
