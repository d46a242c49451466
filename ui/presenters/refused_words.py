"""Why a terminal said no, in words that a clerk can pass on. The codes are the terminal's, in hexadecimal. No Qt.

Below 64 they are the bank's (as in ISO 8583), from 64 on the terminal's own (ZVT, chapter on error messages).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from counter_app.texts import Texts, mark

REFUSED: Final = "terminal_"
NOT_REVERSED: Final = "not_reversed_"

_BANK: Final = mark("the bank said no")
_BLOCKED: Final = mark("the card is blocked")
_EXPIRED: Final = mark("the card has expired")
_FUNDS: Final = mark("not enough money on the card")
_LIMIT: Final = mark("above the limit of the card")
_PIN: Final = mark("the PIN was wrong")
_PIN_OFTEN: Final = mark("the PIN was wrong too often")
_NO_LINE: Final = mark("the terminal did not reach the bank")
_UNREADABLE: Final = mark("the card could not be read")
_NOT_TAKEN: Final = mark("this card is not taken here")
_STOPPED: Final = mark("stopped, or no card was shown in time")
_SAID_NO: Final = mark("the terminal said no")
_NOT_GIVEN: Final = mark("the terminal did not give it back")

_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("04", "34", "36", "41", "43", "62", "6E"), _BLOCKED),
    "05": _BANK,
    **dict.fromkeys(("33", "54", "78"), _EXPIRED),
    **dict.fromkeys(("51", "71"), _FUNDS),
    **dict.fromkeys(("61", "C3"), _LIMIT),
    "55": _PIN,
    "75": _PIN_OFTEN,
    **dict.fromkeys(("91", "7D", "9B", "A1", "A3"), _NO_LINE),
    **dict.fromkeys(("64", "65", "72", "73"), _UNREADABLE),
    **dict.fromkeys(("67", "68", "76", "7A", "C5", "D2", "EA"), _NOT_TAKEN),
    "6C": _STOPPED,
}


def refused(reason: str, t: Texts) -> str:
    """The stable code of a leg, as ``terminal_05``; "" where it is none. The code stays: hotlines ask for it."""
    for prefix, other in ((NOT_REVERSED, _NOT_GIVEN), (REFUSED, _SAID_NO)):
        code = reason.removeprefix(prefix)
        if code != reason:
            said = t(other) if prefix == NOT_REVERSED else t(_WORDS.get(code.upper(), other))
            return f"{said} ({code})" if code else said
    return ""
