"""Text as it may stand in the catalogue: nothing that a printer obeys, that turns a line round, or that is not seen."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# What a whole block is searched for before any field is looked at. Sorted by why it must not pass:
# C0, DEL and C1 (ESC opens the drawer, GS cuts, CSI clears a terminal); line and paragraph separators; zero width,
# bidirectional and other format characters; fillers that look like nothing; noncharacters.
_CONTROL: Final = r"\x00-\x08\x09\x0b-\x1f\x7f-\x9f\ufffe\uffff"
_FORMAT: Final = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164"
    r"\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e007f"
)
_ODD_SPACES: Final = r"\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
SUSPECT: Final = re.compile(f"[{_CONTROL}{_FORMAT}{_ODD_SPACES}]")
CONTROL: Final = re.compile(f"[{_CONTROL}]")
FORMAT: Final = re.compile(f"[{_FORMAT}]")
_SPACES: Final = re.compile(f"[ \t{_ODD_SPACES}]+")

# Scripts whose spelling needs the zero width joiner and non-joiner: between their letters these are letters.
_JOINING: Final = ("ARABIC", "SYRIAC", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU")
_JOINING_TOO: Final = ("KANNADA", "MALAYALAM", "SINHALA", "MONGOLIAN", "KHMER", "MYANMAR", "TIBETAN")


def clean(field: str) -> tuple[str, list[str]]:
    """The field without what must not pass, and the fault codes that this earned, each once."""
    faults = []
    if "\n" in field:
        faults.append("line_break")
        field = " ".join(part.strip() for part in field.split("\n")).strip()
    if CONTROL.search(field):
        faults.append("control_character")
        field = CONTROL.sub(lambda found: " " if found[0] == "\t" else "", field)
    if FORMAT.search(field):
        kept = _without_format(field)
        if kept != field:
            faults.append("format_character")
            field = kept
    return _SPACES.sub(" ", field).strip(), faults


def _without_format(field: str) -> str:
    kept: list[str] = []
    for i, char in enumerate(field):
        joins = char in "\u200c\u200d" and 0 < i < len(field) - 1 and _needs(field[i - 1]) and _needs(field[i + 1])
        if joins or not FORMAT.match(char):
            kept.append(char)
    return "".join(kept)


def _needs(char: str) -> bool:
    return unicodedata.name(char, "").startswith(_JOINING + _JOINING_TOO)


def ascii_folded(name: str) -> str:
    """``Alekšince`` → ``Aleksince``; "" where the name is ASCII already, or has letters that have no latin base."""
    if name.isascii():
        return ""
    plain = unicodedata.normalize("NFKD", name.translate(_LATIN))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return plain if plain.isascii() else ""


def has_han(name: str) -> bool:
    return any("\u3400" <= char <= "\u9fff" or "\U00020000" <= char < "\U000323b0" for char in name)


_LATIN: Final = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}
    | {"ı": "i", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "’": "'", "‘": "'", "–": "-", "—": "-", "ʼ": "'"}
)
