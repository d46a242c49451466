"""Central's codes in words: why it said no, why a counter is to sell nothing. No Qt.

A code that is not known here (central may be newer) is shown as it is, with spaces.
"""

from __future__ import annotations

from collections.abc import Mapping

from counter_app.texts import Texts, mark

# By ``wire.messages.Refused``, and what this counter itself says of an answer; a test holds them to it.
REFUSED_WORDS: Mapping[str, str] = {
    "bad_message": mark("the request was not understood"),
    "unknown_route": mark("central does not know this question"),
    "too_large": mark("the request was too large"),
    "not_signed": mark("the request was not signed"),
    "bad_signature": mark("the signature does not fit"),
    "unknown_device": mark("central does not know this counter"),
    "device_revoked": mark("this counter is revoked"),
    "epoch_superseded": mark("another one works under this counter's current epoch"),
    "clock_off": mark("this computer's clock is off"),
    "replayed": mark("the request had been sent before"),
    "rate_limited": mark("too many requests in a short time"),
    "wire_version": mark("this program is too old for central"),
    "not_allowed": mark("this is not allowed"),
    "bad_code": mark("the code is wrong, was used before or is too old"),
    "cursor_gone": mark("what was asked for is no longer kept"),
    "not_found": mark("there is no such thing"),
    "forked": mark("this counter's journal exists twice: a copy or a restored backup"),
    "gap": mark("entries before this one are missing"),
    "no_timetable": mark("central has no timetable"),
    "unknown_run": mark("central does not know this service"),
    "changed_timetable": mark("central has another timetable of this service"),
    "busy": mark("central is busy"),
    "fault": mark("central made a mistake of its own"),
    "bad_answer": mark("central answered something else than was asked"),
    "bad_certificate": mark("the certificate is not of this operator or not of this counter"),
}
STOP_WORDS: Mapping[str, str] = {
    "outdated": mark("this program is too old and has to be brought up to date"),
    "wire_version": mark("this program is too old and has to be brought up to date"),
    "revoked": mark("this counter is revoked"),
    "device_revoked": mark("this counter is revoked"),
    "lost": mark("this counter was reported lost"),
    "forked": mark("this counter's journal exists twice: a copy or a restored backup"),
    "epoch_superseded": mark("another one works under this counter's current epoch"),
    "epoch_needed": mark("the data here is older than what central has seen"),
}


def refused_words(code: str, t: Texts) -> str:
    return _words(REFUSED_WORDS, code, t)


def stop_words(code: str, t: Texts) -> str:
    return _words(STOP_WORDS, code, t)


def _words(table: Mapping[str, str], code: str, t: Texts) -> str:
    return t(table[code]) if code in table else code.replace("_", " ")
