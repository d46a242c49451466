"""The chapter of the gallery about tickets that are shown: a real ticket, and what else may come to the window."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from counter_app.application.desk import Desk
from counter_app.domain.checking import CheckedTicket, Verdict
from counter_app.domain.papers import TicketFace
from ui.screens.check import CheckScreen

if TYPE_CHECKING:
    from ui.gallery import Gallery

_SHOTS: Final = (
    ("check-valid", Verdict.GENUINE),
    ("check-used", Verdict.REDEEMED_BEFORE),
    ("check-forged", Verdict.FORGED),
    ("check-not-yet", Verdict.NOT_YET),
)


def take_check(gallery: Gallery) -> None:
    """The latest ticket's real code is checked; the verdicts are then set, so that each of them has its picture."""
    code = gallery.on_lane(_latest_code)
    screen = gallery.show(CheckScreen, "check")
    gallery.shot("check")
    gallery.type_in(code)
    screen.presenter.check(code)
    gallery.settle()
    found = screen.presenter.shown
    assert found is not None
    assert found.body is not None, "the code of a real ticket"
    for name, verdict in _SHOTS:
        screen.presenter.last.appendleft(_staged(found, verdict))
        screen.retranslate()
        gallery.settle()
        gallery.shot(name)


def _staged(found: CheckedTicket, verdict: Verdict) -> CheckedTicket:
    plain = replace(found, verdict=verdict, checked_at=found.checked_at + timedelta(minutes=2))
    if verdict is Verdict.REDEEMED_BEFORE:
        return replace(plain, first_at=found.checked_at, first_clerk="wang", seen=2)
    return replace(plain, body=None) if verdict is Verdict.FORGED else plain


def _latest_code(desk: Desk) -> str:
    ticket = desk.find_tickets("", limit=1)[0]
    face = desk.ticket_paper(ticket.ticket_id)
    assert isinstance(face, TicketFace)
    return face.code
