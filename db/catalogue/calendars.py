"""calendar.txt and calendar_dates.txt: on which days a service runs. Days are never enumerated."""

from __future__ import annotations

import re
import sys
from array import array
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from db.catalogue import limits
from db.catalogue.schema import DAYS
from db.catalogue.source import Source

FILE: Final = "calendar.txt"
DATES: Final = "calendar_dates.txt"
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DATE: Final = re.compile(r"[0-9]{8}", re.ASCII)
NO_DAYS: Final = (1, 0)  # a range that holds none


@dataclass(slots=True)
class Service:
    service_id: str
    first_day: int = NO_DAYS[0]
    last_day: int = NO_DAYS[1]
    weekdays: int = 0
    added: set[int] = field(default_factory=set)
    removed: set[int] = field(default_factory=set)

    def plain(self, day: int) -> bool:
        return self.first_day <= day <= self.last_day and bool(self.weekdays >> ((day - 1) % 7) & 1)

    def row(self, n: int) -> tuple[int, str, int, int, int, bytes, bytes]:
        removed = {day for day in self.removed if self.plain(day)}
        return (n, self.service_id, self.first_day, self.last_day, self.weekdays, _packed(self.added), _packed(removed))

    def ends(self) -> tuple[int, int] | None:
        """First and last day on which it runs; None: never. At most as many steps as there are exceptions."""
        days = set(self.added)
        for start, step in ((self.first_day, 1), (self.last_day, -1)):
            day = start
            while self.first_day <= day <= self.last_day and self.weekdays:
                if self.plain(day) and day not in self.removed:
                    days.add(day)
                    break
                day += step
        return (min(days), max(days)) if days else None


@dataclass(slots=True)
class Services:
    """``index``: service_id → n; -1 where the calendar is known and unusable: what runs by it is left out."""

    index: dict[str, int] = field(default_factory=dict)
    all: list[Service] = field(default_factory=list)

    def add(self, service_id: str) -> Service:
        service = Service(service_id)
        self.index[service_id] = len(self.all)
        self.all.append(service)
        return service


def load_services(source: Source) -> Services:
    source.need(FILE, DATES)
    services = Services()
    _read_weeks(source, services)
    _read_dates(source, services)
    return services


def _read_weeks(source: Source, services: Services) -> None:
    faults = source.faults
    columns = ("service_id", "start_date", "end_date", *_WEEKDAYS)
    for line, row in source.bounded(FILE, columns, required=columns, at_most=limits.SMALL_ROWS):
        service_id, start, end, *week = row
        if not service_id:
            faults.add(FILE, line, "missing_value", "service_id")
            continue
        if service_id in services.index:
            faults.add(FILE, line, "duplicate_id", service_id)
            continue
        first, last = day_of(start), day_of(end)
        if first is None or last is None:
            fault, detail = "bad_date", f"{service_id} {start} {end}"
        elif first > last:
            fault, detail = "calendar_reversed", service_id
        elif any(flag not in ("0", "1") for flag in week):
            fault, detail = "bad_value", f"{service_id} {','.join(week)}"
        else:
            service = services.add(service_id)
            service.first_day, service.last_day = max(first, DAYS.start), min(last, DAYS.stop - 1)
            service.weekdays = sum(1 << i for i, flag in enumerate(week) if flag == "1")
            continue
        faults.add(FILE, line, fault, detail)
        services.index[service_id] = -1


def _read_dates(source: Source, services: Services) -> None:
    faults = source.faults
    columns = ("service_id", "date", "exception_type")
    days: dict[str, int | None] = {}
    for line, row in source.bounded(DATES, columns, required=columns, at_most=limits.EXCEPTION_DAYS):
        service_id, text, kind = row
        if text not in days:
            days[text] = day_of(text)
        day = days[text]
        if not service_id:
            faults.add(DATES, line, "missing_value", "service_id")
        elif day is None:
            faults.add(DATES, line, "bad_date", f"{service_id} {text}")
        elif kind not in ("1", "2"):
            faults.add(DATES, line, "bad_value", f"{service_id} exception_type {kind}")
        else:
            n = services.index.get(service_id)
            if n == -1:
                continue
            service = services.add(service_id) if n is None else services.all[n]
            if day in service.added or day in service.removed:
                faults.add(DATES, line, "duplicate_id", f"{service_id} {text}")
            elif day in DAYS:
                (service.added if kind == "1" else service.removed).add(day)


def day_of(text: str) -> int | None:
    """``20261121`` as a proleptic ordinal."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).toordinal()
    except ValueError:
        return None


def _packed(days: set[int]) -> bytes:
    return le_bytes(array("i", sorted(days)))


def le_bytes(numbers: array[int]) -> bytes:
    """Little-endian, whatever the machine."""
    if sys.byteorder == "big":
        numbers = array(numbers.typecode, numbers)
        numbers.byteswap()
    return numbers.tobytes()
