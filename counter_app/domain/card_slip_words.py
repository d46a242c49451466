"""What a card terminal's own lines ask for: whether the customer has to sign, and whether there is room for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_ASKED: Final = re.compile(r"unterschrift|signature|持卡人签[名字]|签[名字]", re.IGNORECASE)
_WAIVED: Final = re.compile(
    r"\b(?:keine?|ohne|no|not|without)\b.*(?:unterschrift|signature)"
    r"|(?:unterschrift|signature)\b.*\b(?:nicht|not|entfällt|entfaellt|waived)\b"
    r"|(?:免|无需|不需).{0,6}签[名字]|交易金额.*未超",
    re.IGNORECASE,
)
_ROOM: Final = re.compile(r"[_.…\-]{8,}\s*$|[xX]\s*[_.…\-]{6,}")


def asks_for_signature(lines: Sequence[str]) -> bool:
    """Whether the merchant's slip is to be signed: then it is printed whatever the settings say."""
    words = [line for line in lines if _ASKED.search(line)]
    return bool(words) and not any(_WAIVED.search(line) for line in words)


def wants_signature(lines: Sequence[str]) -> bool:
    """Whether we print a line to sign on: it is asked for, and the terminal drew none itself."""
    if not asks_for_signature(lines):
        return False
    first = next(n for n, line in enumerate(lines) if _ASKED.search(line))
    # A rule above or below the word is the line to sign on; those further off divide the slip.
    near = lines[max(0, first - 1) : first + 5]
    return not any(_ROOM.search(line) for line in near)
