"""Refusals of which the reason alone says too little: their ``detail`` makes another sentence of them. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from counter_app.errors import Reason, Refusal
from counter_app.texts import mark
from ui.presenters.said import Said

_PICTURE: Final = mark("Picture refused")
_OTHER_PICTURE: Final = mark("Choose another picture, or scan the paper itself.")

CASES: Final[Mapping[tuple[Reason, str], Said]] = {
    (Reason.NOT_ALLOWED, "last_administrator"): Said(
        mark("The last administrator"),
        mark("Nobody would be left who may manage accounts here."),
        mark("Make another account an administrator first."),
    ),
    (Reason.JOB_NOT_OPEN, "unsettled"): Said(
        mark("The paper before may still come out"),
        mark("It waits, or nobody has said yet whether it came out."),
        mark("Look at the printer and answer under Devices (Alt+7), then print the copy."),
    ),
    (Reason.JOB_NOT_OPEN, "none"): Said(
        mark("Nothing to print again"),
        mark("No paper of this kind was printed yet."),
        mark("Choose it in the list of papers to print it for the first time."),
    ),
    (Reason.JOB_NOT_OPEN, "there"): Said(
        mark("It is there already"),
        mark("This paper goes to that printer already."),
        mark("Choose another printer."),
    ),
    (Reason.FILE_REFUSED, "picture too large"): Said(
        _PICTURE, mark("The picture is too large to be looked through."), _OTHER_PICTURE
    ),
    (Reason.FILE_REFUSED, "not a PNG or JPEG picture"): Said(
        _PICTURE, mark("The file is no PNG or JPEG picture, or it is damaged."), _OTHER_PICTURE
    ),
    (Reason.NOT_REFUNDABLE, "came_of_exchange"): Said(
        mark("Not refundable"),
        mark("It came of an exchange, and the old ticket could not be refunded any more by then."),
        mark("It is good for its own journey."),
    ),
    (Reason.QUOTE_CHANGED, "paid_before"): Said(
        mark("What was agreed does not hold any more"),
        mark("The exchange was agreed and paid in part too long ago: another amount is due by now."),
        mark("Give back what was paid (Payments, Alt+P), then read the new amount to the customer."),
    ),
    (Reason.BAD_CODE, "no code in the picture"): Said(
        mark("No code found"), mark("There is no ticket code in this picture that can be read."), _OTHER_PICTURE
    ),
}


def case_of(refusal: Refusal) -> Said | None:
    return CASES.get((refusal.reason, str(refusal.facts.get("detail", ""))))
