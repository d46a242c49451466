"""The bytes of the two kinds of displays that nearly all others imitate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from devices.displays.spelling import COLUMNS, line_bytes

ROWS: Final = 2
_ESC: Final = b"\x1b"
_US: Final = b"\x1f"
CLEAR: Final = b"\x0c"
INITIALISE: Final = b"\x1b@"
# ESC t n, where the display has such tables (Epson, "Customer display control commands").
_EPSON_TABLES: Final = {"cp437": 0, "cp858": 19}


class DisplayProtocol(Protocol):
    def begin(self, encoding: str) -> bytes:
        """To a display that was switched on just now, or that showed something else."""
        ...

    def lines(self, texts: Sequence[str], encoding: str) -> bytes:
        """Both lines, each written over whole: nothing flickers and nothing of the last message is left."""
        ...


class Cd5220:
    """``ESC Q A text CR`` writes the upper line, ``ESC Q B text CR`` the lower. Its table is set by its switches."""

    def begin(self, encoding: str) -> bytes:
        del encoding
        return INITIALISE + CLEAR

    def lines(self, texts: Sequence[str], encoding: str) -> bytes:
        upper, lower = _two(texts, encoding)
        return _ESC + b"QA" + upper + b"\r" + _ESC + b"QB" + lower + b"\r"


class Epson:
    """``US $ column row``, both from 1, in overwrite mode (``US MD1``): the last column scrolls nothing."""

    def begin(self, encoding: str) -> bytes:
        table = _EPSON_TABLES.get(encoding)
        chosen = _ESC + b"t" + bytes([table]) if table is not None else b""
        return INITIALISE + CLEAR + _US + b"\x01" + chosen

    def lines(self, texts: Sequence[str], encoding: str) -> bytes:
        upper, lower = _two(texts, encoding)
        return _US + b"$\x01\x01" + upper + _US + b"$\x01\x02" + lower


PROTOCOLS: Final[dict[str, DisplayProtocol]] = {"cd5220": Cd5220(), "epson": Epson()}


def _two(texts: Sequence[str], encoding: str) -> tuple[bytes, bytes]:
    upper, lower = [*texts[:ROWS], "", ""][:ROWS]
    return line_bytes(upper, encoding, COLUMNS), line_bytes(lower, encoding, COLUMNS)
