"""Money, times and codes in the words of the clerk's language. No Qt, no locale: the same on every machine."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from counter_app.domain.money import MINOR_DIGITS, Money
from counter_app.texts import Texts, mark

_SYMBOLS = {"CNY": "¥", "EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "HKD": "HK$", "TWD": "NT$"}

TRAVEL_CLASSES = {
    "business": mark("Business class"),
    "premier": mark("Premier class"),
    "first": mark("First class"),
    "second": mark("Second class"),
    "second_cabin": mark("Second-class compartment"),
    "hard_seat": mark("Hard seat"),
    "soft_seat": mark("Soft seat"),
    "hard_sleeper": mark("Hard sleeper"),
    "soft_sleeper": mark("Soft sleeper"),
    "deluxe_sleeper": mark("Deluxe soft sleeper"),
    "standing": mark("Standing"),
    "standard": mark("Standard"),
    "economy": mark("Economy"),
    "hard_sleeper_upper": mark("Hard sleeper, upper"),
    "hard_sleeper_middle": mark("Hard sleeper, middle"),
    "hard_sleeper_lower": mark("Hard sleeper, lower"),
    "soft_sleeper_upper": mark("Soft sleeper, upper"),
    "soft_sleeper_lower": mark("Soft sleeper, lower"),
    "deluxe_sleeper_upper": mark("Deluxe soft sleeper, upper"),
    "deluxe_sleeper_lower": mark("Deluxe soft sleeper, lower"),
    "none": mark("No places"),
}
PASSENGER_TYPES = {
    "adult": mark("Adult"),
    "child": mark("Child"),
    "student": mark("Student"),
    "infant": mark("Infant"),
    "disabled_veteran": mark("Disabled veteran"),
    "veteran": mark("Disabled veteran"),
    "senior": mark("Senior"),
    "group": mark("Group"),
    "military": mark("Disabled veteran"),
}
DOCUMENT_TYPES = {"cn_id": mark("ID card"), "passport": mark("Passport"), "other": mark("Other document")}
_WEEKDAYS = (mark("Mon"), mark("Tue"), mark("Wed"), mark("Thu"), mark("Fri"), mark("Sat"), mark("Sun"))


def money(amount: Money | None, *, symbol: bool = True, sign: bool = False) -> str:
    """``¥1,234.50``; an em dash for None; ``sign`` shows a plus too."""
    if amount is None:
        return "—"
    digits = MINOR_DIGITS[amount.currency]
    whole, part = divmod(abs(amount.minor), 10**digits)
    lead = "−" if amount.minor < 0 else "+" if sign and amount.minor else ""
    mark = _SYMBOLS.get(amount.currency, f"{amount.currency} ") if symbol else ""
    return f"{lead}{mark}{whole:,}.{part:0{digits}d}" if digits else f"{lead}{mark}{whole:,}"


def denomination(minor: int, currency: str, t: Texts) -> str:
    """``¥100``, ``¥0.5`` or, in Chinese, ``100 元``, ``5 角``: as people name notes and coins."""
    digits = MINOR_DIGITS[currency]
    unit = 10**digits
    if currency == "CNY" and t.language == "zh":
        if minor % 100 == 0:
            return f"{minor // 100} 元"
        return f"{minor // 10} 角" if minor % 10 == 0 else f"{minor} 分"
    mark = _SYMBOLS.get(currency, f"{currency} ")
    if minor % unit == 0:
        return f"{mark}{minor // unit}"
    return mark + f"{minor // unit}.{minor % unit:0{digits}d}".rstrip("0")


def day(when: date, t: Texts, *, year: bool = False) -> str:
    """``12-05 Sat`` · ``12月5日 周六``; with ``year`` the full date."""
    weekday = t(_WEEKDAYS[when.weekday()])
    if t.language == "zh":
        lead = f"{when.year}年" if year else ""
        return f"{lead}{when.month}月{when.day}日 {weekday}"
    return f"{weekday} {when.isoformat()}" if year else f"{weekday} {when:%m-%d}"


def clock(when: datetime, zone: str | None = None) -> str:
    """``09:05`` in ``zone``, or in the instant's own."""
    return f"{when.astimezone(ZoneInfo(zone)) if zone else when:%H:%M}"


def moment(when: datetime, zone: str, t: Texts) -> str:
    """Date and time of an instant in ``zone``: ``2026-12-05 09:05``, the same in both languages."""
    del t
    return f"{when.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def short_moment(when: datetime, zone: str) -> str:
    """``12-05 09:05``: for lists, where the year is plain."""
    return f"{when.astimezone(ZoneInfo(zone)):%m-%d %H:%M}"


def duration(minutes: int, t: Texts) -> str:
    """``4 h 31 min`` · ``4小时31分``."""
    hours, rest = divmod(max(0, minutes), 60)
    if not hours:
        return t("{m} min", m=rest)
    return t("{h} h {m} min", h=hours, m=f"{rest:02d}")


def travel_class(code: str, t: Texts) -> str:
    """An unknown class of a feed is shown as the feed names it."""
    return t(TRAVEL_CLASSES[code]) if code in TRAVEL_CLASSES else code.replace("_", " ")


def document_type(code: str, t: Texts) -> str:
    return t(DOCUMENT_TYPES[code]) if code in DOCUMENT_TYPES else code.replace("_", " ")


def passenger_type(code: str, t: Texts) -> str:
    return t(PASSENGER_TYPES[code]) if code in PASSENGER_TYPES else code.replace("_", " ")
