"""Stations, and the matcher that turns what a clerk types into one."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import accumulate
from unicodedata import normalize


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    station_id: str
    name: str  # as the feed has it: 长沙南
    code: str  # telegraph or station code, "" where none
    pinyin: str  # "changshanan", "" where not Chinese and not given
    initials: str  # "csn"
    english: str  # other latin name, "" where none
    city: str = ""
    weight: int = 0  # trips that call here: a static rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """``how``: code | name | pinyin | initials | english | city | fuzzy. A higher ``score`` is better.

    ``exact``: the text names this station and no other. ``quality``: the part of ``score`` that the text alone earned.
    """

    station: Station
    how: str
    quality: int
    score: int
    exact: bool


# What the text is worth. Within one figure the stations that this window sells come first, then the busy ones.
CODE, NAME, PINYIN_WHOLE = 1000, 990, 980
PREFIX = 900  # of the name, pinyin or English; and the initials in full
INITIALS_PREFIX, CITY, CODE_PREFIX = 850, 830, 800
SHORTENED = 750  # bratislava hl st: each word the beginning of one of the name's
WORD_INSIDE, INSIDE = 700, 650
SOUND_WHOLE, SOUND_PREFIX, TYPO_WHOLE, TYPO_PREFIX = 480, 450, 420, 400
FUZZY_BELOW = 500

_TEXT_MAX = 64  # letters of a query that count
_LETTERS: dict[str, str] = {"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th"}
_SPECIAL = str.maketrans(_LETTERS)


def fold(text: str) -> str:
    """Letters and digits only, without capitals, accents, blanks, full-width forms: Žilina → zilina, xi'an → xian."""
    if text.isascii():
        lowered = text.lower()
        return lowered if lowered.isalnum() else "".join(filter(str.isalnum, lowered))
    if text.isalnum() and min(text) >= "\u4e00" and max(text) <= "\u9fff":
        return text  # Chinese as it is: most names, and nothing to fold
    # Before and after: ㎴ has capitals only once it is taken apart, and folding capitals may make accents.
    plain = normalize("NFKD", normalize("NFKD", text).casefold()).translate(_SPECIAL)
    return "".join(filter(str.isalnum, plain))


def sound(pinyin: str) -> str:
    """Pinyin with what many speakers, and fingers, do not tell apart made equal: zh z, ch c, sh s, ng n, ü v u."""
    return (
        pinyin.replace("zh", "z")
        .replace("ch", "c")
        .replace("sh", "s")
        .replace("ng", "n")
        .replace("lyu", "lu")
        .replace("nyu", "nu")
        .replace("v", "u")
    )


def one_edit(typed: str, key: str) -> int:
    """2: ``typed`` is ``key`` but for one letter wrong, missing, too many, or two changed over. 1: its start is."""
    at = 0
    for a, b in zip(typed, key, strict=False):
        if a != b:
            break
        at += 1
    rest, after = typed[at:], key[at:]
    if not rest:
        return 2 if len(after) == 1 else 1
    tails = [(rest[1:], after[1:]), (rest, after[1:]), (rest[1:], after)]
    if len(rest) > 1 and len(after) > 1 and rest[0] == after[1] and rest[1] == after[0]:
        tails.append((rest[2:], after[2:]))
    if any(wanted == found for wanted, found in tails):
        return 2
    return int(any(found.startswith(wanted) for wanted, found in tails))


class _Field:
    """Folded keys in order, each with the station that it leads to; found by start in a few comparisons."""

    __slots__ = ("_ends", "_joined", "how", "keys", "owners")

    def __init__(self, how: str, pairs: list[tuple[str, int]]) -> None:
        pairs.sort()
        self.how = how
        self.keys = [key for key, _ in pairs]
        self.owners = array("i", [owner for _, owner in pairs])
        self._joined = ""
        self._ends: array[int] = array("i")

    def starting(self, text: str) -> range:
        low = bisect_left(self.keys, text)
        return range(low, bisect_left(self.keys, text + "\U0010ffff", low))

    def joined(self) -> str:
        if not self._joined:
            self._joined = "\n" + "\n".join(self.keys) + "\n"
            self._ends = array("i", accumulate(len(key) + 1 for key in self.keys))
        return self._joined

    def containing(self, text: str) -> Iterator[int]:
        """Positions of the keys that hold ``text`` anywhere, each once: one scan of all keys in C."""
        joined, at = self.joined(), 0
        while (at := joined.find(text, at)) >= 0:
            where = bisect_right(self._ends, at - 1)
            yield where
            at = self._ends[where]

    def alike(self, text: str) -> Iterator[tuple[int, int]]:
        """(position, 1 or 2) of keys within one edit: half of the text must be right, so look for either half."""
        half = len(text) // 2
        head, tail = text[:half], text[half:]
        seen = set(self.starting(head))
        # Of two letters changed over across the middle neither half is right.
        seen.update(self.starting(text[: half - 1] + text[half] + text[half - 1] + text[half + 1 :]))
        for found in re.finditer(f"\n[^\n]{{{half - 1},{half + 1}}}{re.escape(tail)}", self.joined()):
            seen.add(bisect_right(self._ends, found.start()))
        for position in seen:
            if how_far := one_edit(text, self.keys[position]):
                yield position, how_far


@dataclass(frozen=True, slots=True)
class _Fields:
    code: _Field
    name: _Field
    pinyin: _Field
    initials: _Field
    english: _Field
    word: _Field
    city: _Field
    sound: _Field


class StationIndex:
    """The one-line matcher. Made once for a timetable, from any thread; each question is answered in well under 3 ms.

    ``usage``: station id → how often this window sold it; ``ranked_by`` gives the same index with fresh figures.
    """

    def __init__(self, stations: Sequence[Station], usage: Mapping[str, int] | None = None) -> None:
        self._stations = stations
        self._fields: _Fields | None = None
        self._usage = usage or {}

    def ranked_by(self, usage: Mapping[str, int]) -> StationIndex:
        fresh = StationIndex(self._stations, usage)
        fresh._fields = self.warm()
        return fresh

    def warm(self) -> _Fields:
        """Builds the index now (tens of milliseconds for thousands of stations) instead of at the first question."""
        if self._fields is None:
            self._fields = _index(self._stations)
        return self._fields

    def match(self, text: str, limit: int = 10) -> list[Match]:
        """The stations that ``text`` may mean, best first. Empty text: those that this window sells most."""
        typed = fold(text)[:_TEXT_MAX]
        fields = self.warm()
        found: dict[int, tuple[int, str]] = {}
        if not typed:
            if text.strip():
                return []
            found = dict.fromkeys(range(len(self._stations)), (0, "name"))
        else:
            self._collect(fields, typed, text, found, limit)
            if typed.endswith("站") and len(typed) > 1:  # 北京南站: no name has it, every clerk says it
                self._collect(fields, typed[:-1], text[:-1], found, limit)
        exact = self._named(fields, text)
        best = nsmallest(limit, ((self._key(owner, worth[0]), owner) for owner, worth in found.items()))
        return [self._match(owner, *found[owner], exact=owner == exact) for _, owner in best]

    def _collect(self, fields: _Fields, typed: str, text: str, found: dict[int, tuple[int, str]], limit: int) -> None:
        def offer(field: _Field, positions: Iterable[int], quality: int, how: str | None = None) -> None:
            for position in positions:
                owner = field.owners[position]
                known = found.get(owner)
                if known is None or known[0] < quality:
                    found[owner] = quality, how or field.how

        def by_start(field: _Field, whole: int, start: int) -> None:
            hits = field.starting(typed)
            split = bisect_right(field.keys, typed, hits.start, hits.stop)
            offer(field, range(hits.start, split), whole)
            offer(field, range(split, hits.stop), start)

        by_start(fields.code, CODE, CODE_PREFIX)
        by_start(fields.name, NAME, PREFIX)
        by_start(fields.english, NAME, PREFIX)
        by_start(fields.pinyin, PINYIN_WHOLE, PREFIX)
        by_start(fields.initials, PREFIX, INITIALS_PREFIX)
        by_start(fields.city, CITY, CITY)
        if len(found) >= limit:
            return
        for owner in self._shortened(text):
            found.setdefault(owner, (SHORTENED, "name"))
        offer(fields.word, fields.word.starting(typed), WORD_INSIDE)
        if len(typed) > 1 or not typed.isascii():
            for field in (fields.name, fields.english, fields.pinyin):
                offer(field, field.containing(typed), INSIDE)
        if found and (len(found) >= 3 or max(worth for worth, _ in found.values()) >= WORD_INSIDE):
            return
        if typed.isascii() and len(typed) >= 3:
            alike = sound(typed)
            hits = fields.sound.starting(alike)
            split = bisect_right(fields.sound.keys, alike, hits.start, hits.stop)
            offer(fields.sound, range(hits.start, split), SOUND_WHOLE)
            offer(fields.sound, range(split, hits.stop), SOUND_PREFIX)
        if len(typed) >= (4 if typed.isascii() else 3):
            for field in (fields.pinyin, fields.english, fields.name):
                for position, how_far in field.alike(typed):
                    offer(field, (position,), TYPO_WHOLE if how_far == 2 else TYPO_PREFIX, "fuzzy")

    def named(self, text: str) -> Station | None:
        """The station whose name, English name or pinyin ``text`` is in full, if there is only one."""
        fields, typed = self.warm(), fold(text)
        if not typed:
            return None
        owners = _whole(fields.name, typed) | _whole(fields.english, typed) or _whole(fields.pinyin, typed)
        return self._stations[next(iter(owners))] if len(owners) == 1 else None

    def shortened(self, text: str) -> Station | None:
        """The station that ``text`` names by the beginnings of its words, if there is only one."""
        owners = self._shortened(text)
        return self._stations[owners[0]] if len(owners) == 1 else None

    def _shortened(self, text: str) -> list[int]:
        """Of latin names: the first word begins the name, the others begin later words of it, in their order."""
        typed = [fold(word) for word in _WORDS.findall(text[:_TEXT_MAX])]
        if len(typed) < 2 or not typed[0].isascii():
            return []
        fields = self.warm()
        owners = dict.fromkeys(
            field.owners[at] for field in (fields.name, fields.english) for at in field.starting(typed[0])
        )
        return [owner for owner in owners if _begins_words(typed, self._stations[owner])]

    def _named(self, fields: _Fields, text: str) -> int | None:
        """The one station that the text names, or None. A code in capitals and a name in full come before the rest;

        else code, pinyin and initials must agree: ``dyn`` is 当阳's code and 东营南's initials, so it is neither.
        """
        typed = fold(text)
        if not typed:
            return None
        names = _whole(fields.name, typed) | _whole(fields.english, typed)
        if not names and typed.endswith("站"):
            names = _whole(fields.name, typed[:-1])
        codes = _whole(fields.code, typed)
        if text.strip() == text.strip().upper() and len(codes) == 1:
            return next(iter(codes))
        if names:
            return next(iter(names)) if len(names) == 1 else None
        shorter = codes | _whole(fields.pinyin, typed) | _whole(fields.initials, typed)
        return next(iter(shorter)) if len(shorter) == 1 else None

    def _key(self, owner: int, quality: int) -> tuple[int, int, int, int]:
        station = self._stations[owner]
        return -quality, -self._usage.get(station.station_id, 0), -station.weight, len(station.name)

    def _match(self, owner: int, quality: int, how: str, *, exact: bool) -> Match:
        station = self._stations[owner]
        sold = min(self._usage.get(station.station_id, 0), 99_999)
        return Match(
            station=station,
            how=how,
            quality=quality,
            score=(quality * 100_000 + sold) * 100_000 + min(station.weight, 99_999),
            exact=exact,
        )


def code_of(station: Station) -> str:
    """The code that names a station where its name does not: its own, or the feed's id where it has none."""
    return station.code or station.station_id


def _begins_words(typed: Sequence[str], station: Station) -> bool:
    words = iter([fold(word) for word in _WORDS.findall(station.name)])
    return all(any(word.startswith(start) for word in words) for start in typed)


def _whole(field: _Field, typed: str) -> set[int]:
    low = bisect_left(field.keys, typed)
    return set(field.owners[low : bisect_right(field.keys, typed, low)])


_WORDS = re.compile(r"[^\W_]+")


def _index(stations: Sequence[Station]) -> _Fields:
    pairs: dict[str, list[tuple[str, int]]] = {
        kind: [] for kind in ("code", "name", "pinyin", "initials", "english", "word", "city", "sound")
    }

    def put(kind: str, text: str, owner: int) -> None:
        key = fold(text)
        if key:
            pairs[kind].append((key, owner))

    for owner, station in enumerate(stations):
        put("code", code_of(station), owner)
        put("name", station.name, owner)
        put("city", station.city, owner)
        if station.pinyin:
            pinyin = fold(station.pinyin)
            pairs["pinyin"].append((pinyin, owner))
            pairs["sound"].append((sound(pinyin), owner))
            if "v" in pinyin:
                pairs["pinyin"].append((pinyin.replace("v", "u"), owner))
        initials = station.initials
        for latin in dict.fromkeys((station.name, station.english)):
            if not _chinese(latin):
                words = _WORDS.findall(latin)
                for at in range(1, len(words)):
                    put("word", "".join(words[at:]), owner)
                if not initials and len(words) > 1:
                    initials = "".join(word[0] for word in words)
        put("initials", initials, owner)
        if station.english:
            put("english", station.english, owner)
    fuzzy = {"word": "name", "sound": "fuzzy"}
    return _Fields(**{kind: _Field(fuzzy.get(kind, kind), found) for kind, found in pairs.items()})


def _chinese(text: str) -> bool:
    return any("\u3400" <= letter <= "\u9fff" for letter in text)
