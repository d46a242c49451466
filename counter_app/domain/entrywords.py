"""The words of the entry line that are not names: dates, classes, passengers, wishes. In Chinese and English.

Each reader takes one word (or a few that belong together) and answers with what it means, or None: not such a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

BAD_DATE: Final = "bad"  # looks like a date and is none: 20260231

# ---------------------------------------------------------------- classes

# As on coaches and tickets (SW ZY ZE, YZ RZ YW RW, WZ) with the berth in pinyin: s upper, z middle, x lower; Chinese
# with and without 座 and 铺; English; and the two that are sold most as 1 and 2.
_CLASSES: Final[Mapping[str, tuple[str, ...]]] = {
    "business": ("商务座", "商务", "sw", "business"),
    "premier": ("特等座", "特等", "tz", "premier"),
    "first": ("一等座", "一等", "zy", "first", "1"),
    "second": ("二等座", "二等", "ze", "second", "2"),
    "soft_seat": ("软座", "rz", "softseat"),
    "hard_seat": ("硬座", "yz", "hardseat"),
    "standing": ("无座", "站票", "wz", "standing"),
    "standard": ("普通", "standard"),
    "deluxe_sleeper": ("高级软卧", "高软", "gr", "deluxesleeper"),
    "soft_sleeper": ("软卧", "rw", "softsleeper"),
    "hard_sleeper": ("硬卧", "yw", "hardsleeper"),
}
_BERTHS: Final[Mapping[str, tuple[str, str, str]]] = {
    "upper": ("上", "s", "upper"),
    "middle": ("中", "z", "middle"),
    "lower": ("下", "x", "lower"),
}
BERTHS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "hard_sleeper": ("upper", "middle", "lower"),
    "soft_sleeper": ("upper", "lower"),
    "deluxe_sleeper": ("upper", "lower"),
}


def _class_words() -> dict[str, str]:
    words = {word: name for name, known in _CLASSES.items() for word in known}
    for name, berths in BERTHS_OF.items():
        for berth in berths:
            han, letter, english = _BERTHS[berth]
            for word in _CLASSES[name]:
                if word.isascii():
                    words[word + (letter if len(word) == 2 else english)] = f"{name}_{berth}"
                else:
                    words[word + han] = words[f"{word}{han}铺"] = f"{name}_{berth}"
    return words


CLASS_WORDS: Final[Mapping[str, str]] = _class_words()


def classes_beginning(start: str) -> tuple[str, ...]:
    """Classes of which a word begins so: 硬 → hard_seat, hard_sleeper_upper, ...; of letters at least three."""
    if len(start) < (3 if start.isascii() else 1):
        return ()
    names = (name for word, name in CLASS_WORDS.items() if word.startswith(start) and name not in BERTHS_OF)
    return tuple(dict.fromkeys(names))


# ---------------------------------------------------------------- wishes

_WISHES: Final[Mapping[str, tuple[str, ...]]] = {
    "window": ("靠窗", "窗", "窗口", "window", "win"),
    "aisle": ("过道", "靠过道", "靠道", "aisle"),
    "upper": ("上铺", "上", "upper"),
    "middle": ("中铺", "中", "middle"),
    "lower": ("下铺", "下", "lower"),
    "together": ("连座", "一起", "邻座", "together"),
}
WISH_WORDS: Final[Mapping[str, str]] = {word: wish for wish, words in _WISHES.items() for word in words}

# ---------------------------------------------------------------- passengers

PASSENGER_WORDS: Final[Mapping[str, str]] = {
    "a": "adult",
    "adult": "adult",
    "adults": "adult",
    "成": "adult",
    "成人": "adult",
    "大": "adult",
    "人": "adult",
    "张": "adult",
    "c": "child",
    "child": "child",
    "children": "child",
    "童": "child",
    "儿童": "child",
    "孩": "child",
    "小": "child",
    "s": "student",
    "student": "student",
    "students": "student",
    "学": "student",
    "学生": "student",
    "v": "disabled_veteran",
    "军": "disabled_veteran",
    "残军": "disabled_veteran",
    "i": "infant",
    "婴": "infant",
}
PASSENGERS_MAX: Final = 99
_GROUP: Final = re.compile(r"(\d{1,2})([a-z]+|[\u4e00-\u9fff]{1,2}?)(?=\d|$)")


def read_passengers(word: str) -> dict[str, int] | None:
    """``2a1c1s``, ``2成1童``, ``3张``: passenger type → count, in the order said. None for anything else, and for 0."""
    folded = word.casefold()
    counts: dict[str, int] = {}
    at = 0
    while at < len(folded):
        found = _GROUP.match(folded, at)
        kind = PASSENGER_WORDS.get(found[2]) if found else None
        if found is None or kind is None:
            return None
        counts[kind] = counts.get(kind, 0) + int(found[1])
        at = found.end()
    total = sum(counts.values())
    return {kind: count for kind, count in counts.items() if count} if 0 < total <= PASSENGERS_MAX else None


# ---------------------------------------------------------------- dates

_DAY_WORDS: Final[Mapping[str, int]] = {
    "今天": 0,
    "今日": 0,
    "today": 0,
    "明天": 1,
    "明日": 1,
    "tomorrow": 1,
    "tmr": 1,
    "后天": 2,
    "大后天": 3,
}
_WEEKDAYS_ENGLISH: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAYS: Final[Mapping[str, int]] = (
    {name: at for at, name in enumerate(_WEEKDAYS_ENGLISH)}
    | {name[:3]: at for at, name in enumerate(_WEEKDAYS_ENGLISH)}
    | {"tues": 1, "thur": 3, "thurs": 3}
    | {
        f"{lead}{name}": min(at, 6)
        for lead in ("周", "星期", "礼拜")
        for at, name in enumerate(("一", "二", "三", "四", "五", "六", "日", "天"))
    }
)
_FULL: Final = re.compile(r"^(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))$")
_MONTH_DAY: Final = re.compile(r"^(?:(\d{1,2})(?:[-/.]|月)(\d{1,2})[日号]?|(\d{2})(\d{2}))$")
_DAY: Final = re.compile(r"^(\d{1,2})[日号]$|^(\d{2})$")
_LATER: Final = re.compile(r"^\+(\d{1,3})天?$")


def read_date(word: str, today: date) -> date | str | None:
    """What date a word means, seen from ``today``; ``BAD_DATE`` for one that does not exist; None: no date at all.

    ``+1`` days from today · ``20261205`` ``2026-12-05`` ``2026年12月5日`` · ``1205`` ``12-5`` ``12/5`` ``12.5``
    ``12月5日``: the next such day, today included · ``05`` (two digits) ``5日`` ``5号``: the next such day of any
    month · ``fri`` ``friday`` ``周五``: the next one, today included · ``下周五``: in the week after this one, which
    begins on Monday · ``今天`` ``明天`` ``后天`` ``大后天`` ``today`` ``tomorrow`` ``tmr``. A single digit is none: 1
    and 2 are classes.
    """
    folded = word.casefold()
    if folded in _DAY_WORDS:
        return today + timedelta(days=_DAY_WORDS[folded])
    if found := _LATER.match(folded):
        return today + timedelta(days=int(found[1]))
    if folded in _WEEKDAYS:
        return today + timedelta(days=(_WEEKDAYS[folded] - today.weekday()) % 7)
    if folded.startswith("下") and folded[1:] in _WEEKDAYS and not folded.isascii():
        return today + timedelta(days=7 - today.weekday() + _WEEKDAYS[folded[1:]])
    if found := _FULL.match(folded):
        year, month, day = (int(part) for part in (found[1], found[2] or found[4], found[3] or found[5]))
        return _existing(year, month, day) or BAD_DATE
    if found := _MONTH_DAY.match(folded):
        month, day = int(found[1] or found[3]), int(found[2] or found[4])
        # Nine years: 29 February may be as far away as that.
        years = (_existing(today.year + ahead, month, day) for ahead in range(9))
        return next((when for when in years if when is not None and when >= today), BAD_DATE)
    if found := _DAY.match(folded):
        return _next_day_of_month(int(found[1] or found[2]), today)
    return None


def _existing(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _next_day_of_month(day: int, today: date) -> date | str:
    for ahead in range(4):  # no two months in a row lack a day up to the 31st
        month = today.month - 1 + ahead
        when = _existing(today.year + month // 12, month % 12 + 1, day)
        if when is not None and when >= today:
            return when
    return BAD_DATE
