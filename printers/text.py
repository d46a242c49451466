"""The one choke point: whatever is drawn or sent passes here, so that no field ever puts a control byte on the wire."""

from __future__ import annotations

from typing import Final
from unicodedata import category, normalize

# Variation selectors draw nothing here; direction marks and joiners (which can make a price or a name read otherwise
# than it is stored) are of category Cf.
_SELECTORS: Final = frozenset([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
LENGTH_MAX: Final = 2000


def clean(text: str) -> str:
    """Without C0, C1, direction marks, invisible and unassigned characters; blanks of all kinds become one space.

    Composed (NFC), so that é is one glyph. At most 2,000 characters: no honest field is longer.
    """
    kept: list[str] = []
    for char in normalize("NFC", text[:LENGTH_MAX]):
        if char in "\t\n\r\v\f" or category(char) in {"Zs", "Zl", "Zp"}:
            kept.append("\u3000" if char == "\u3000" else " ")
        elif category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"} or ord(char) in _SELECTORS:
            continue
        else:
            kept.append(char)
    return "".join(kept).strip(" ")
