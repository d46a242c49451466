"""``counterfoil verify-ticket``: a code's text, a picture in which codes are looked for, or what a scanner reads."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from counter_app.application.verify_ticket import GenuineTicket, VerifyTicket
from counter_app.domain.checking import CheckedTicket
from counter_app.domain.trust import BadTrust, TrustBundle, Verify, parse_bundle
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.scanner import Misread, Scanned, Scanner
from ui.commandline.commands import DONE, REFUSED, UNKNOWN, print_json

WAITING_MAX: Final = 50  # codes between the scanner's thread and ours
_LOOK_S: Final = 0.2


Check = Callable[[str], CheckedTicket]
"""One code, let through where it is good: the desk's ``check_ticket``."""


def read_trust(content: bytes, verify: Verify) -> TrustBundle:
    """Raises Refusal(BAD_INPUT, detail="trust bundle: ...")."""
    try:
        return parse_bundle(content, verify)
    except BadTrust as error:
        raise Refusal(Reason.BAD_INPUT, detail=f"trust bundle: {error}") from error


def codes_of(what: str, codes_in: Callable[[Path], list[str]]) -> list[str]:
    """Raises Refusal(BAD_CODE), also for a picture without a code."""
    if not _is_file(what):
        return [what]
    picture = Path(what)
    try:
        codes = codes_in(picture)
    except Refusal as refusal:  # also FILE_REFUSED, whose words are of timetables
        raise Refusal(Reason.BAD_CODE, **refusal.facts) from refusal
    if not codes:
        raise Refusal(Reason.BAD_CODE, detail="no code in the picture")
    return codes


def _is_file(what: str) -> bool:
    """A text that no file system takes as a name is none."""
    try:
        return Path(what).is_file()
    except (OSError, ValueError):
        return False


def verify_ticket(
    what: str,
    verify: VerifyTicket,
    codes_in: Callable[[Path], list[str]],
    *,
    now: datetime,
    as_json: bool,
) -> int:
    """Raises Refusal: BAD_CODE (also for a picture without a code), FORGED_CODE, UNKNOWN_KEY, KEY_REVOKED, KEY_EXPIRED,

    CODE_EXPIRED.
    """
    tickets = [verify(code, at=now) for code in codes_of(what, codes_in)]
    if as_json:
        print_json([ticket.fields() for ticket in tickets] if len(tickets) > 1 else tickets[0].fields())
    else:
        for ticket in tickets:
            print(_line(ticket))
    return DONE


def redeem(codes: Sequence[str], check: Check, *, as_json: bool) -> int:
    """0: all of them were let through. 3: at least one was not, for the reason that its verdict names."""
    checked = [check(code) for code in codes]
    if as_json:
        print_json([one.fields() for one in checked] if len(checked) > 1 else checked[0].fields())
    else:
        for one in checked:
            print(checked_line(one))
    return DONE if all(one.verdict.good for one in checked) else REFUSED


def from_scanner(scanners: Sequence[Scanner], answer: Callable[[str], None], stopped: Callable[[], bool]) -> int:
    """Each code that one of them reads, until it is stopped (Ctrl-C). A part of a code is dropped, and said."""
    heard: list[Scanned | Misread] = []
    woken = threading.Condition()

    def hear(one: Scanned | Misread) -> None:
        with woken:
            if len(heard) < WAITING_MAX:
                heard.append(one)
            woken.notify()

    for scanner in scanners:
        scanner.start(hear)
    while not stopped():
        with woken:
            if not heard:
                woken.wait(_LOOK_S)
            taken, heard[:] = heard[:], []
        for one in taken:
            if isinstance(one, Misread):
                print(f"counterfoil: half a code ({one.trouble.value}): scan again", file=sys.stderr, flush=True)
            else:
                answer(one.text)
    return DONE


def answer_lines(check: Callable[[str], CheckedTicket | GenuineTicket], *, as_json: bool) -> Callable[[str], None]:
    """One line for each code that a scanner reads; JSON: one object a line. A refusal is a line too."""

    def answer(code: str) -> None:
        try:
            found = check(code)
        except Refusal as refusal:
            fields: dict[str, object] = {"verdict": refusal.reason.value, "good": False}
            line = f"refused: {refusal.reason.value}"
        except OutcomeUnknown:
            fields = {"verdict": "outcome_unknown", "good": False, "exit": UNKNOWN}
            line = "not known whether it was let through: show it again"
        else:
            fields = dict(found.fields())
            line = checked_line(found) if isinstance(found, CheckedTicket) else _line(found)
        print(json.dumps(fields, ensure_ascii=False) if as_json else line, flush=True)

    return answer


def checked_line(found: CheckedTicket) -> str:
    body = found.body
    if body is None:
        keyboard = " (typed with Caps Lock, wide letters or another keyboard layout?)" if found.mistyped else ""
        return f"REFUSED {found.verdict.value}{keyboard}"
    seat = f", coach {body.coach} place {body.place}" if body.coach else ""
    said = (
        f"{body.ticket}: {body.service} of {body.service_date.isoformat()}, "
        f"{body.origin_code} to {body.destination_code}{seat}"
    )
    if found.verdict.good:
        return f"OK {said}{' (same reading)' if found.same_reading else ''}"
    since = "" if found.first_at is None else f", first at {found.first_at.isoformat()} by {found.first_clerk}"
    return f"REFUSED {found.verdict.value}: {said}{since}"


def _line(ticket: GenuineTicket) -> str:
    body = ticket.body
    seat = f", coach {body.coach} place {body.place}" if body.coach else ""
    marks = "".join(
        f" [{mark}]"
        for mark, holds in (
            ("not yet valid", ticket.not_yet),
            ("demonstration", body.demonstration),
            ("training", body.ticket.training),
            (f"copy {body.copy_number}", body.copy_number > 0),
        )
        if holds
    )
    return (
        f"genuine: {body.ticket}, {ticket.operator}: {body.service} of {body.service_date.isoformat()}, "
        f"{body.origin_code} to {body.destination_code}{seat}, {body.travel_class}, {body.passenger_type}{marks}"
    )
