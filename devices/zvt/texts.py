"""Texts of a terminal: its code page, what may not stand on paper, and the card numbers that must not."""

from __future__ import annotations

import re
from typing import Final

from devices.zvt.masking import scrubbed

ZVT: Final = "zvt"  # CP437, unless the bytes themselves say Latin 1
ENCODINGS: Final = frozenset({ZVT, "cp437", "latin-1", "iso8859-2", "iso8859-15", "utf-8", "ascii"})

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
# Umlauts and sharp s. Some terminals send Latin 1, though the default is CP437, where these are lines and Greek.
_LATIN_1: Final = re.compile(rb"[A-Za-z][\xc4\xd6\xdc\xe4\xf6\xfc\xdf]|[\xc4\xd6\xdc\xe4\xf6\xfc][A-Za-z]")
_CP437: Final = re.compile(rb"[\x81\x84\x8e\x94\x99\x9a]")


def encoding_of(tag_14: bytes, default: str) -> str:
    """What tag 14 names (PA00P015, 9.4.2.1); ``default`` where it names nothing that exists."""
    number = int.from_bytes(tag_14, "big") if tag_14 else -1
    if number == 0:
        return "ascii"
    if 1 <= number <= 16 and number != 12:
        return f"iso8859-{number}"
    return {0xFE: "utf-8", 0xFF: "cp437"}.get(number, default)


def text(data: bytes, encoding: str = ZVT) -> str:
    """Never raises: a byte that the code page has not is shown as such. Without control characters, numbers masked."""
    if encoding == ZVT:
        encoding = "latin-1" if _LATIN_1.search(data) and not _CP437.search(data) else "cp437"
    return scrubbed(_CONTROL.sub("", data.decode(encoding, "replace")))
