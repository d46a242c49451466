"""Identities: UUIDv7 for what we make, UUIDv5 for runs, and the printed ticket number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID, uuid5

RUN_NAMESPACE: Final = UUID("6f0f4c1e-2f0b-5c9e-9a57-0c1d2e3f4a5b")


def uuid7(unix_ms: int, entropy: bytes) -> UUID:
    """RFC 9562 version 7: 48 bits of Unix milliseconds, then 74 random bits from ``entropy`` (10 bytes)."""
    assert len(entropy) >= 10
    value = (unix_ms & (1 << 48) - 1) << 80 | int.from_bytes(entropy[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def run_id(feed_namespace: str, trip_id: str, service_date: date) -> UUID:
    """One trip on one service date. ``feed_namespace`` names the feed's publisher, not its issue."""
    return uuid5(RUN_NAMESPACE, f"{feed_namespace}\x00{trip_id}\x00{service_date.isoformat()}")


_NUMBER: Final = re.compile(r"^(T?)([A-Z0-9]{1,5})-(\d{1,3})-(\d{1,3})-(\d{1,8})-(\d)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketNumber:
    """What is printed: ``CSQ-01-1-000042-7``: station code, counter, epoch, serial, check digit.

    ``serial`` is gapless per counter and epoch. A copy carries the same number. Training numbers start with ``T``.
    """

    station_code: str
    counter: int
    epoch: int
    serial: int
    training: bool = False

    def __post_init__(self) -> None:
        assert re.fullmatch(r"[A-Z0-9]{1,5}", self.station_code), self.station_code
        assert 0 < self.counter < 1000
        assert 0 < self.epoch < 1000
        assert 0 < self.serial < 10**8

    def _body(self) -> str:
        lead = "T" if self.training else ""
        return f"{lead}{self.station_code}-{self.counter:02d}-{self.epoch}-{self.serial:06d}"

    @property
    def check_digit(self) -> int:
        return _luhn36(self._body())

    def __str__(self) -> str:
        return f"{self._body()}-{self.check_digit}"

    @classmethod
    def parse(cls, text: str, *, station_code: str) -> TicketNumber:
        """Accepts lower case and blanks for hyphens. ``station_code`` decides what a leading T means.

        Raises ``ValueError`` for a wrong shape or check digit.
        """
        plain = re.sub(r"[\s\-]+", "-", text.strip().upper())
        found = _NUMBER.match(plain)
        if not found:
            raise ValueError(text)
        lead, code, counter, epoch, serial, check = found.groups()
        training = bool(lead) and f"{lead}{code}" != station_code
        if lead and not training:
            code = f"{lead}{code}"
        if not (int(counter) and int(epoch) and int(serial)):
            raise ValueError(text)
        number = cls(station_code=code, counter=int(counter), epoch=int(epoch), serial=int(serial), training=training)
        if number.check_digit != int(check):
            raise ValueError(text)
        return number


def _luhn36(body: str) -> int:
    """Luhn over base-36 values, reduced to a decimal digit: catches one wrong digit and most swaps."""
    total = 0
    for place, char in enumerate(reversed([c for c in body if c != "-"])):
        value = int(char, 36) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return -total % 10
