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


# What a payment's state has as its reason, and a terminal as its trouble.
REASONS: Final[Mapping[str, str]] = {
    "timeout": mark("the terminal did not answer in time"),
    "reset": mark("the line to the terminal broke"),
    "garbled": mark("the terminal's answer was damaged"),
    "no_status": mark("the terminal ended without saying how"),
    "other_result": mark("the terminal answered about another payment"),
    "not_committed": mark("the answer could not be kept here"),
    "crash": mark("the program was ended on the way"),
    "fault": mark("the program could not keep what happened"),
    "terminal_blocked": mark("an earlier payment on the terminal is not settled"),
    "another_terminal": mark("it was paid at another terminal"),
    "no_answer": mark("central did not answer in time"),
    "not_reached": mark("central was not reached"),
    "not_reachable": mark("the terminal is not reachable"),
    "not_registered": mark("the terminal refused the registration"),
    "not_configured": mark("no terminal here"),
    "silent": mark("the terminal is silent"),
    "busy": mark("the terminal is busy"),
    "no_baseline": mark("the terminal did not say what its last payment was"),
    "nameless_terminal": mark("the terminal did not say who it is"),
    "terminal_has_another": mark("the terminal's last payment is another one"),
    "reversed_another": mark("the terminal gave back another payment"),
    "receipt_unchanged": mark("the terminal did nothing"),
    "found_at_terminal": mark("found at the terminal"),
    "no_receipt": mark("the terminal gave no receipt number"),
    "no_funds": mark("not enough money"),
    "wrong_code": mark("the code is not valid"),
    "expired": mark("the code has run out"),
    "not_valid": mark("not valid"),
    "stopped": mark("stopped before it was sent"),
    "no_code": mark("no code was shown"),
    "stand_alone": mark("needs central"),
    "decided_by_supervisor": mark("decided by a supervisor"),
}


def refused(reason: str, t: Texts) -> str:
    """The stable code of a leg, as ``terminal_05``; "" where it is none. The code stays: hotlines ask for it."""
    for prefix, other in ((NOT_REVERSED, _NOT_GIVEN), (REFUSED, _SAID_NO)):
        code = reason.removeprefix(prefix)
        if code != reason:
            said = t(other) if prefix == NOT_REVERSED else t(_WORDS.get(code.upper(), other))
            return f"{said} ({code})" if code else said
    return ""
