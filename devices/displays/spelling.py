"""Any text as the bytes of one display line. What the display cannot show is spelled, never replaced by '?'.

Rule, character by character: as the display has it; a Chinese character as its pinyin, words of it apart; a Latin
letter without its accents; a sign by its usual spelling (``→`` ``->``, ``¥`` ``CNY``); what has no reading is ``*``.
No control byte ever comes out of a text.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import groupby
from typing import Final

COLUMNS: Final = 20
ENCODINGS: Final = ("ascii", "cp437", "cp858", "gbk")
UNREADABLE: Final = "*"
_TEXT_MAX: Final = 200
# fmt: off
_SIGNS: Final = {
    "→": "->", "←": "<-", "↔": "<->", "–": "-", "—": "-", "−": "-", "…": "...", "·": ".", "•": "*", "×": "x",
    "¥": "CNY ", "￥": "CNY ", "€": "EUR ", "£": "GBP ", "₩": "KRW ", "“": '"', "”": '"', "‘": "'", "’": "'",
    "「": '"', "」": '"', "《": '"', "》": '"', "、": ",", "。": ".", "ß": "ss", "Æ": "AE", "æ": "ae", "Ø": "O",
    "ø": "o", "Œ": "OE", "œ": "oe", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "ı": "i",
}
# fmt: on


def line_bytes(text: str, encoding: str, columns: int = COLUMNS) -> bytes:
    """Exactly ``columns`` bytes, which are columns as well: a Chinese character of a ``gbk`` display takes two."""
    assert encoding in ENCODINGS
    out = bytearray()
    for cell in cells(text, encoding):
        if len(out) + len(cell) > columns:
            break
        out += cell
    assert all(byte >= 0x20 and byte != 0x7F for byte in out)
    return bytes(out.ljust(columns, b" "))


def width(text: str, encoding: str) -> int:
    """Columns that ``text`` takes, cut by nothing."""
    return sum(len(cell) for cell in cells(text, encoding))


def cells(text: str, encoding: str) -> list[bytes]:
    """What may not be parted, one after the other: a character's byte or two."""
    found: list[bytes] = []
    after_word = False
    for char, reading in _read(unicodedata.normalize("NFC", text[:_TEXT_MAX])):
        native = _native(char, encoding)
        word = native is None and bool(reading)
        touching = found and found[-1][-1:].isalnum()
        if touching and (word or (after_word and char.isalnum())):
            found.append(b" ")
        spelled = native if native is not None else (reading or _spelled(char)).encode("ascii")
        found.extend([spelled] if native is not None else [bytes([byte]) for byte in spelled])
        after_word = word
    return found


def _read(text: str) -> list[tuple[str, str]]:
    """Each character with its pinyin, "" of one that is not Chinese. Read in its word: 重庆 is Chongqing."""
    found: list[tuple[str, str]] = []
    for is_han, run in groupby(text, key=_is_han):
        word = "".join(run)
        found.extend(zip(word, _pinyin(word) if is_han else [""] * len(word), strict=True))
    return found


def _native(char: str, encoding: str) -> bytes | None:
    if unicodedata.category(char)[0] == "C" or unicodedata.category(char) in {"Zl", "Zp"}:
        return None
    try:
        # Displays with Chinese characters have those of GB 2312; its bytes are a part of GBK.
        coded = char.encode("gb2312" if encoding == "gbk" else encoding)
    except UnicodeEncodeError:
        return None
    return coded if all(byte >= 0x20 and byte != 0x7F for byte in coded) else None


def _spelled(char: str) -> str:
    if char in _SIGNS:
        return _SIGNS[char]
    if unicodedata.category(char)[0] in {"C", "Z"}:
        return " " if char.isspace() or char == "\u3000" else ""
    plain = "".join(c for c in unicodedata.normalize("NFKD", char) if c.isascii() and c.isprintable())
    if plain:
        return plain
    return "" if unicodedata.category(char)[0] == "M" else UNREADABLE


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or "\U00020000" <= char <= "\U0003ffff"


@lru_cache(maxsize=1024)
def _pinyin(word: str) -> tuple[str, ...]:
    """One reading a character, in plain Latin letters."""
    readings = _readings(word)
    if len(readings) != len(word):  # characters without a reading come back as one
        readings = [_readings(char)[0] for char in word]
    plain = ("".join(c for c in unicodedata.normalize("NFKD", one) if c.isascii() and c.isalpha()) for one in readings)
    return tuple(one.capitalize() or UNREADABLE for one in plain)


def _readings(word: str) -> list[str]:
    from pypinyin import Style, pinyin  # noqa: PLC0415 - its tables are large: only where a display needs them

    return [found[0] for found in pinyin(word, style=Style.NORMAL, errors=lambda _: UNREADABLE)]
