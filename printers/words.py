"""The words on paper: classes, passenger types, places, dates and prices, in the paper's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from counter_app.domain.money import Money
from counter_app.domain.papers import Mark
from counter_app.texts import Texts, mark

CLASSES: Final[Mapping[str, str]] = {
    "second": mark("Second class"),
    "first": mark("First class"),
    "business": mark("Business class"),
    "premium_first": mark("Premium first class"),
    "premier": mark("Premium first class"),
    "hard_seat": mark("Hard seat"),
    "soft_seat": mark("Soft seat"),
    "hard_sleeper": mark("Hard sleeper"),
    "soft_sleeper": mark("Soft sleeper"),
    "deluxe_sleeper": mark("Deluxe sleeper"),
    "second_sleeper": mark("Second-class sleeper"),
    "first_sleeper": mark("First-class sleeper"),
    "standing": mark("Standing"),
    "unreserved": mark("Unreserved"),
    "economy": mark("Economy class"),
    "standard": mark("Standard class"),
}
BERTHS: Final[Mapping[str, str]] = {
    "upper": mark("Upper berth"),
    "middle": mark("Middle berth"),
    "lower": mark("Lower berth"),
}
TYPES: Final[Mapping[str, str]] = {
    "adult": mark("Adult"),
    "child": mark("Child"),
    "student": mark("Student"),
    "disabled_veteran": mark("Disabled veteran"),
    "veteran": mark("Disabled veteran"),
    "military": mark("Disabled veteran"),
    "infant": mark("Infant"),
    "senior": mark("Senior"),
    "group": mark("Group"),
    "concession": mark("Concession"),
    "youth": mark("Youth"),
    "disabled": mark("Disabled"),
    "staff": mark("Staff"),
}
MARKS: Final[Mapping[Mark, str]] = {
    Mark.DUPLICATE: mark("DUPLICATE"),
    Mark.OFFLINE: mark("SOLD OFFLINE"),
    Mark.TRAINING: mark("TRAINING - NOT VALID"),
    Mark.EXCHANGED: mark("EXCHANGED"),
    Mark.DEMONSTRATION: mark("DEMONSTRATION - NO REAL JOURNEY"),
}
# Plain digits with a point, never grouped; the currency in letters where it has no word.
_CURRENCY_ZH: Final[Mapping[str, str]] = {"CNY": "元", "EUR": "欧元", "USD": "美元"}
_DAYS_ZH: Final = "一二三四五六日"
_DAYS_EN: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Words:
    """``Words(folder of the .ts files, "zh" | "en")``."""

    def __init__(self, folder: Path, language: str) -> None:
        self.language = language
        self.chinese = language == "zh"
        self.t = Texts(folder, language)

    def travel_class(self, code: str) -> str:
        """``hard_sleeper_middle`` → 硬卧 / Hard sleeper: the berth is said by the place."""
        plain, _, berth = code.rpartition("_")
        word = plain if berth in BERTHS else code
        return self.t(CLASSES.get(word, _spelled(word)))

    def passenger_type(self, code: str) -> str:
        word = self.t(TYPES.get(code, _spelled(code)))
        return f"{word}票" if self.chinese and not word.endswith("票") else word

    def mark(self, which: Mark) -> str:
        return self.t(MARKS[which])

    def coach(self, number: str) -> str:
        """05 车 as China Railway prints it; Coach 5 elsewhere."""
        return f"{number.zfill(2)} 车" if self.chinese else f"{self.t('Coach')} {number}"

    def coach_number(self, number: str) -> str:
        """05, where Chinese coaches have two digits; 5 elsewhere."""
        return number.zfill(2) if self.chinese and number else number

    def place(self, label: str, kind: str | None) -> str:
        """12A 号, 03 号 中铺; Seat 12A, Berth 03 middle. The deck's letter of a berth's label is said in words."""
        berth = (kind or "").removeprefix("berth_")
        if berth not in BERTHS:
            return f"{label} 号" if self.chinese else f"{self.t('Seat')} {label}"
        number = label[:-1] if label[-1:].upper() == berth[0].upper() and label[:-1].isdigit() else label
        words = self.t(BERTHS[berth])
        return f"{number} 号 {words}" if self.chinese else f"{words} {number}"

    def price(self, price: Money) -> str:
        if self.chinese and price.currency in _CURRENCY_ZH:
            sign = "￥" if price.currency == "CNY" else ""  # drawn as dots: no code page can spoil it
            return f"{sign}{price.plain()} {_CURRENCY_ZH[price.currency]}"  # the gap keeps 0 and 元 apart
        return f"{price.plain()} {price.currency}"

    def day(self, at: datetime) -> str:
        if self.chinese:
            return f"{at:%Y}年{at:%m}月{at:%d}日 周{_DAYS_ZH[at.weekday()]}"
        return f"{_DAYS_EN[at.weekday()]} {at.day} {_MONTHS_EN[at.month - 1]} {at.year}"

    def day_short(self, at: datetime) -> str:
        return f"{at:%m}月{at:%d}日" if self.chinese else f"{at.day} {_MONTHS_EN[at.month - 1]}"

    def weekday(self, at: datetime) -> str:
        return f"周{_DAYS_ZH[at.weekday()]}" if self.chinese else _DAYS_EN[at.weekday()]


def _spelled(code: str) -> str:
    """A code that has no words: ``couchette_6`` → Couchette 6."""
    return code.replace("_", " ").strip().capitalize()
