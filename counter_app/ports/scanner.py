"""What reads codes: a scanner, a reader of documents. Whole codes only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from counter_app.ports.customer_display import DeviceStatus


class ScanTrouble(StrEnum):
    """Why something that was read is no code: it is dropped, and the clerk is told to scan again."""

    HALF = "half"  # silence before its end
    TOO_LONG = "too_long"
    CONTROL = "control"  # a byte that no code has: noise on the line, or wrong speed
    ENCODING = "encoding"
    NO_PREFIX = "no_prefix"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """One whole code. ``source``: ``scanner`` or ``id_reader``. It may be personal data: never in a log."""

    text: str = field(repr=False)
    at: datetime
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Misread:
    trouble: ScanTrouble
    source: str


class Scanner(Protocol):
    """``start`` once; what is read comes on a thread of the scanner's own."""

    @property
    def name(self) -> str: ...

    def start(self, heard: Callable[[Scanned | Misread], None]) -> None: ...

    def status(self) -> DeviceStatus: ...

    def close(self) -> None: ...
