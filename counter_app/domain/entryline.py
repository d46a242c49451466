"""The entry line: ``G1 bjn shhq 1205 2 2a1c`` read word by word, in any order that leaves no doubt.

The rules, in the order in which they are tried. A word that could be two things is one of them only where a rule
says so; else it is *ambiguous*, and both are named.

1. Words in quotation marks, and words that together are one station's or class's name, are read together. Between two
   names ``到``, ``至``, ``-``, ``→`` part them as a blank does.
2. The service: a number that the timetable has. Digits alone are a service only as the first of several words, or where
   they are no date.
3. Dates, passengers, wishes and classes, as ``entrywords`` lists them. A class code that some station's initials are as
   well (``zy``: 一等座, 遵义) is a class where the line has two other stations; else it is a station as the first,
   and in doubt as the second.
4. Everything else is a station: by its code in capitals, its name in full, else the one that code, pinyin and initials
   agree on, else the only one that is left: of those that the service calls at, where a service is named.
5. Two stations are origin and destination. One is the destination, from this window's own; it is the origin where it is
   this window's own itself, or where the service that is named does not call here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from counter_app.domain.entrywords import (
    BERTHS_OF,
    CLASS_WORDS,
    WISH_WORDS,
    classes_beginning,
    read_date,
    read_passengers,
)
from counter_app.domain.stations import FUZZY_BELOW, Match, Station, StationIndex, fold

LINE_MAX: Final = 200  # characters that are read
WORDS_MAX: Final = 24
CANDIDATES_SHOWN: Final = 6
_TOGETHER_MAX: Final = 5  # words of one station's name

_WORD: Final = re.compile(r'["“”「]([^"“”」]*)["“”」]?|[^\s,，;；、"“”「」]+')
_BETWEEN: Final = re.compile(r"->|=>|[-–—→>~～]|到|至")
_SERVICE_SHAPE: Final = re.compile(r"^[A-Za-z]{1,3}\d{1,5}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineContext:
    """What a line is read against. The functions are asked for single words, so they must be quick."""

    today: date
    index: StationIndex
    home: Station | None  # this window's station
    service_named: Callable[[str], str | None]  # the number as the timetable writes it; None: no such service
    stations_of: Callable[[str], frozenset[str]]  # service -> ids of the stations that it calls at
    services_like: Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A word (or several that belong together) and what it was taken for. ``candidates``: what it may mean instead."""

    word: str
    start: int
    role: str  # service | origin | destination | date | class | passengers | preference | unknown
    meaning: str = ""
    ok: bool = True
    candidates: tuple[str, ...] = ()  # names to choose from; not ok and more than none: ambiguous
    station: Station | None = None


@dataclass(slots=True, kw_only=True)
class Line:
    """A line as it was understood; filled word by word, then handed on as it is."""

    parts: list[Part] = field(default_factory=list)
    service: str | None = None
    origin: Station | None = None
    destination: Station | None = None
    departing_on: date | None = None  # None: not said, or wrong
    travel_class: str | None = None
    passengers: dict[str, int] = field(default_factory=dict)
    preferences: list[str] = field(default_factory=list)
    bad_date: bool = False
    same_station: bool = False


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    quoted: bool = False


def read_line(text: str, context: LineContext) -> Line:
    """Never fails: what is not understood is a part that is not ok."""
    words = list(_words(text[:LINE_MAX], context))[:WORDS_MAX]
    return _Reader(text, words, context).read()


def _words(text: str, context: LineContext) -> Iterator[_Word]:
    for found in _WORD.finditer(text):
        if found[1] is not None:
            if found[1].strip():
                yield _Word(found[1], found.start(1), quoted=True)
            continue
        if _BETWEEN.fullmatch(found[0]):
            continue
        yield from _parted(_Word(found[0], found.start()), context)


def _parted(word: _Word, context: LineContext) -> Iterator[_Word]:
    """``长沙南到北京西``, ``csn-bjx``: two words, where both sides name a station and the whole does not."""
    if context.index.named(word.text) is None and read_date(word.text, context.today) is None:
        for cut in _BETWEEN.finditer(word.text):
            left, right = word.text[: cut.start()], word.text[cut.end() :]
            if left and right and _names_one(left, context) and _names_one(right, context):
                yield _Word(left, word.start)
                yield _Word(right, word.start + cut.end())
                return
    yield word


def _names_one(text: str, context: LineContext) -> bool:
    best = context.index.match(text, 1)
    return bool(best) and best[0].exact


class _Reader:
    def __init__(self, text: str, words: Sequence[_Word], context: LineContext) -> None:
        self._text = text
        self._words = words
        self._context = context
        self._line = Line()
        self._calls: frozenset[str] | None = None  # stations of the service that is named
        self._service_at = -1

    def read(self) -> Line:
        self._find_service()
        at = 0
        while at < len(self._words):
            at += self._read_together(at) or self._read_one(at)
        self._settle_stations()
        self._settle_berth()
        return self._line

    # ---- the service first: its calls tell stations apart

    def _find_service(self) -> None:
        for at, word in enumerate(self._words):
            service = self._service_named(word.text, first=at == 0)
            if service is not None:
                self._take_service(service, at)
                return

    def _take_service(self, service: str, at: int) -> None:
        self._line.service = service
        self._calls = self._context.stations_of(service)
        self._service_at = at

    def _service_named(self, word: str, *, first: bool) -> str | None:
        if not any(map(str.isdigit, word)) or (word.isdigit() and not first):
            return None
        if word.isdigit() and len(self._words) == 1 and isinstance(read_date(word, self._context.today), date):
            return None  # a field for a date holds nothing else
        if not first and (read_passengers(word) or read_date(word, self._context.today)):
            return None
        return self._context.service_named(word)

    # ---- words that belong together

    def _read_together(self, at: int) -> int:
        """How many words from ``at`` on are one name; 0: none."""
        for count in range(min(_TOGETHER_MAX, len(self._words) - at), 1, -1):
            words = self._words[at : at + count]
            if any(word.quoted for word in words):
                continue
            last = words[-1]
            text = self._text[words[0].start : last.start + len(last.text)]
            name = CLASS_WORDS.get(fold(text))
            if name is not None and not any(word.text.isdigit() for word in words):
                self._set_class(_Word(text, words[0].start), name)
                return count
            if self._service_at in range(at, at + count):
                continue
            if not self._line.service and not words[0].text.isdigit():
                service = self._context.service_named(text)
                if service is not None:
                    self._take_service(service, at)
                    self._put(_Word(text, words[0].start), "service", service)
                    return count
            station = self._context.index.named(text) or self._context.index.shortened(text)
            if station is not None and not all(_names_one(word.text, self._context) for word in words):
                self._put(_Word(text, words[0].start), "station", station.name, station=station)
                return count
        return 0

    # ---- one word

    def _read_one(self, at: int) -> int:
        word = self._words[at]
        context, line = self._context, self._line
        folded = fold(word.text)
        if word.quoted:
            self._read_station(word)
        elif at == self._service_at:
            self._put(word, "service", line.service or word.text)
        elif CLASS_WORDS.get(word.text) and word.text.isdigit():
            self._set_class(word, CLASS_WORDS[word.text])
        elif (when := read_date(word.text, context.today)) is not None:
            self._set_date(word, when)
        elif counts := read_passengers(word.text):
            self._put(word, "passengers", " ".join(f"{count} {kind}" for kind, count in counts.items()))
            self._once(not line.passengers)
            line.passengers = line.passengers or counts
        elif folded in WISH_WORDS and not self._also_station(word):
            self._put(word, "preference", WISH_WORDS[folded])
            line.preferences.append(WISH_WORDS[folded])
        elif folded in CLASS_WORDS and self._class_or_station(word, CLASS_WORDS[folded]):
            pass
        elif _SERVICE_SHAPE.match(word.text) and not _names_one(word.text, context):
            like = context.services_like(word.text, CANDIDATES_SHOWN)
            self._put(word, "service", " / ".join(like), ok=False, candidates=tuple(like))
        else:
            self._read_station(word)
        return 1

    def _put(
        self,
        word: _Word,
        role: str,
        meaning: str,
        *,
        ok: bool = True,
        candidates: tuple[str, ...] = (),
        station: Station | None = None,
    ) -> None:
        self._line.parts.append(
            Part(
                word=word.text,
                start=word.start,
                role=role,
                meaning=meaning,
                ok=ok,
                candidates=candidates,
                station=station,
            )
        )

    def _once(self, first: bool) -> None:
        """A second date, class or party is nothing that we may choose from."""
        if not first:
            self._line.parts[-1] = replace(self._line.parts[-1], role="unknown", ok=False)

    def _set_date(self, word: _Word, when: date | str) -> None:
        if not isinstance(when, date) or when < self._context.today:
            self._put(word, "date", when.isoformat() if isinstance(when, date) else "", ok=False)
            self._line.bad_date = True
            return
        self._put(word, "date", when.isoformat())
        self._once(self._line.departing_on is None)
        self._line.departing_on = self._line.departing_on or when

    def _set_class(self, word: _Word, name: str) -> None:
        self._put(word, "class", name)
        self._once(self._line.travel_class is None)
        self._line.travel_class = self._line.travel_class or name

    def _stations_so_far(self) -> int:
        return sum(part.role == "station" for part in self._line.parts)

    def _also_station(self, word: _Word) -> bool:
        """Only words of one Chinese character or of letters can be both, and only a whole name counts."""
        return self._context.index.named(word.text) is not None

    def _class_or_station(self, word: _Word, name: str) -> bool:
        """False: read it as a station."""
        whole = [hit for hit in self._context.index.match(word.text, CANDIDATES_SHOWN) if _is_whole(hit, word.text)]
        known = self._stations_so_far()
        if not whole or known >= 2:
            self._set_class(word, name)
            return True
        if known == 0:
            return False
        names = (name, *(hit.station.name for hit in whole))
        self._put(word, "class", " / ".join(names), ok=False, candidates=names)
        return True

    def _read_station(self, word: _Word) -> None:
        hits = self._context.index.match(word.text, 64 if self._calls else CANDIDATES_SHOWN)
        if (not hits or hits[0].quality < FUZZY_BELOW) and (names := classes_beginning(fold(word.text))):
            self._put(word, "class", " / ".join(names), ok=False, candidates=names)
            return
        if not hits:
            self._put(word, "unknown", "", ok=False)
            return
        chosen = next((hit for hit in hits if hit.exact), None)
        if self._calls and (chosen is None or self._lies_elsewhere(word, chosen.station)):
            calling = [hit for hit in hits if hit.station.station_id in self._calls and hit.quality >= FUZZY_BELOW]
            best = [hit for hit in calling if hit.quality == calling[0].quality]
            chosen = best[0] if len(best) == 1 else chosen
            hits = calling or hits
        if chosen is None and len(hits) == 1 and hits[0].quality >= FUZZY_BELOW:
            chosen = hits[0]
        if chosen is not None:
            self._put(word, "station", chosen.station.name, station=chosen.station)
            return
        names = tuple(hit.station.name for hit in hits[:CANDIDATES_SHOWN])
        self._put(word, "station", " / ".join(names), ok=False, candidates=names)

    def _lies_elsewhere(self, word: _Word, station: Station) -> bool:
        """``shh`` is 上海's code, but after G1 it is the beginning of 上海虹桥; SHH and 上海 stay what they are."""
        assert self._calls is not None
        said_outright = word.text.isupper() or self._context.index.named(word.text) is not None
        return not said_outright and station.station_id not in self._calls

    # ---- the line as a whole

    def _settle_stations(self) -> None:
        line = self._line
        self._tell_classes_from_stations()
        named = [at for at, part in enumerate(line.parts) if part.role == "station"]
        roles = ["origin", "destination"] if len(named) >= 2 or self._context.home is None else ["destination"]
        home = self._context.home
        elsewhere = home is not None and self._calls is not None and home.station_id not in self._calls
        if len(named) == 1 and (elsewhere or line.parts[named[0]].station == home):
            roles = ["origin"]  # and where to is yet to come
        for at, role in zip(named, roles, strict=False):
            line.parts[at] = replace(line.parts[at], role=role)
            if role == "origin":
                line.origin = line.parts[at].station
            else:
                line.destination = line.parts[at].station
        if "origin" not in roles[: len(named)] and not elsewhere:
            line.origin = home
        for at in named[2:]:
            line.parts[at] = replace(line.parts[at], role="unknown", ok=False, candidates=())
        line.same_station = line.origin is not None and line.origin == line.destination

    def _tell_classes_from_stations(self) -> None:
        """A journey has two stations: beside two others, the word that is a class code as well is the class."""
        line = self._line
        both = [
            at
            for at, part in enumerate(line.parts)
            if fold(part.word) in CLASS_WORDS and (part.role == "station" or (part.role == "class" and not part.ok))
        ]
        others = sum(part.role == "station" for at, part in enumerate(line.parts) if at not in both)
        if line.travel_class is None and len(both) == 1 and others == 2:
            name = CLASS_WORDS[fold(line.parts[both[0]].word)]
            part = line.parts[both[0]]
            line.parts[both[0]] = Part(word=part.word, start=part.start, role="class", meaning=name)
            line.travel_class = name

    def _settle_berth(self) -> None:
        """``yw`` and ``lower`` together are a class; ``yw`` alone is three, and the clerk says which."""
        line = self._line
        berths = BERTHS_OF.get(line.travel_class or "")
        if not berths or line.travel_class is None:
            return
        base = line.travel_class
        wished = [wish for wish in line.preferences if wish in berths]
        line.travel_class = f"{base}_{wished[0]}" if len(wished) == 1 else None
        at = next(at for at, part in enumerate(line.parts) if part.role == "class" and part.meaning == base)
        names = tuple(f"{base}_{berth}" for berth in berths)
        if line.travel_class:
            line.parts[at] = replace(line.parts[at], meaning=line.travel_class)
        else:
            line.parts[at] = replace(line.parts[at], meaning=" / ".join(names), ok=False, candidates=names)


def _is_whole(hit: Match, text: str) -> bool:
    typed = fold(text)
    station = hit.station
    return typed in {fold(station.code), fold(station.name), fold(station.pinyin), fold(station.initials)}
