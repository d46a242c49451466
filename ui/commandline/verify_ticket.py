"""``counterfoil verify-ticket``: a code's text, or a picture in which the code is looked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from counter_app.application.verify_ticket import GenuineTicket, VerifyTicket
from counter_app.domain.trust import BadTrust, TrustBundle, Verify, parse_bundle
from counter_app.errors import Reason, Refusal
from ui.commandline.commands import DONE, print_json


def read_trust(content: bytes, verify: Verify) -> TrustBundle:
    """Raises Refusal(BAD_INPUT, detail="trust bundle: ...")."""
    try:
        return parse_bundle(content, verify)
    except BadTrust as error:
        raise Refusal(Reason.BAD_INPUT, detail=f"trust bundle: {error}") from error


def verify_ticket(
    what: str,
    verify: VerifyTicket,
    codes_in: Callable[[Path], list[str]],
    *,
    now: datetime,
    as_json: bool,
) -> int:
    """Raises Refusal: BAD_CODE (also for a picture without a code), FORGED_CODE, UNKNOWN_KEY, CODE_EXPIRED."""
    picture = Path(what)
    if len(what) < 240 and picture.is_file():
        try:
            codes = codes_in(picture)
        except Refusal as refusal:  # also FILE_REFUSED, whose words are of timetables
            raise Refusal(Reason.BAD_CODE, **refusal.facts) from refusal
        if not codes:
            raise Refusal(Reason.BAD_CODE, detail="no code in the picture")
    else:
        codes = [what.strip()]
    tickets = [verify(code, at=now) for code in codes]
    if as_json:
        print_json([ticket.fields() for ticket in tickets] if len(tickets) > 1 else tickets[0].fields())
    else:
        for ticket in tickets:
            print(_line(ticket))
    return DONE


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
