"""What may be done with the drawer now, and the figures a clerk may see. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from counter_app.application.views import ShiftView
from counter_app.domain.money import MINOR_DIGITS, Money
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.shifts import CashKind
from counter_app.texts import Texts, mark


class Act(StrEnum):
    PAID_IN = "paid_in"
    PAID_OUT = "paid_out"
    DROP = "drop"
    NO_SALE = "no_sale"
    X = "x"
    COUNT = "count"
    CLOSE = "close"
    Z = "z"


MOVE_WORDS: Mapping[CashKind, str] = {
    CashKind.PAID_IN: mark("Paid in"),
    CashKind.PAID_OUT: mark("Paid out"),
    CashKind.DROP: mark("Cash drop"),
}
MOVE_HINTS: Mapping[CashKind, str] = {
    CashKind.PAID_IN: mark("Cash put into the drawer that is not from a sale."),
    CashKind.PAID_OUT: mark("Cash taken out of the drawer for a purpose."),
    CashKind.DROP: mark("Cash handed in, from the drawer to the safe."),
}
STATE_WORDS = {"open": mark("Open"), "declared": mark("To be closed"), "closed": mark("Closed with Z")}
STATE_MOODS = {"open": "ok", "declared": "warn", "closed": ""}


def allowed(actor: Actor, shift: ShiftView | None) -> frozenset[Act]:
    """A supervisor may count and close another's shift; the desk decides again when it is done."""
    acts = {Act.Z} if actor.may(Right.OWN_SHIFT) or actor.may(Right.AUDIT) else set()
    if shift is None or shift.state == "closed":
        return frozenset(acts)
    own = shift.login == actor.login and actor.may(Right.OWN_SHIFT)
    if shift.state == "open" and own:
        acts |= {Act.PAID_IN, Act.PAID_OUT, Act.DROP, Act.NO_SALE}
    if own or actor.may(Right.OTHERS_SHIFTS):
        acts |= {Act.X, Act.COUNT if shift.state == "open" else Act.CLOSE}
    return frozenset(acts)


def clerk_words(shift: ShiftView) -> str:
    """``Wang Fang (wang)``: two people may have the same name."""
    return shift.clerk if shift.clerk == shift.login else f"{shift.clerk} ({shift.login})"


def not_selling(actor: Actor, shift: ShiftView | None) -> Refusal | None:
    """Why nobody may take or give money as ``actor`` now, as the desk would say it; None: the shift is theirs.

    Asked before questions that would be in vain. The desk decides again when it is done.
    """
    if shift is None or shift.state == "closed":
        return Refusal(Reason.SHIFT_CLOSED)
    if shift.login != actor.login:
        return Refusal(Reason.SHIFT_OF_ANOTHER, login=shift.login)
    return None if shift.state == "open" else Refusal(Reason.SHIFT_COUNTED)


def of_another(actor: Actor, shift: ShiftView | None) -> bool:
    """Whether somebody who has shifts of their own finds another's on the drawer."""
    running = shift is not None and shift.state != "closed"
    return running and shift is not None and shift.login != actor.login and actor.may(Right.OWN_SHIFT)


def standard_float(denominations: Sequence[int], currency: str) -> dict[int, int]:
    """A drawer to begin with where nothing was remembered: small notes, each worth about the same."""
    unit = 10 ** MINOR_DIGITS[currency]
    return {value: min(50, 100 * unit // value) for value in denominations if unit <= value <= 50 * unit}


def difference_words(shift: ShiftView, t: Texts) -> tuple[str, str]:
    """Words and mood of over / short; empty while it is not known."""
    if shift.over_short is None:
        return "", ""
    if shift.over_short.minor == 0:
        return t("Exact"), "ok"
    return (t("Over"), "warn") if shift.over_short.minor > 0 else (t("Short"), "bad")


def needs_reason(shift: ShiftView) -> bool:
    return shift.over_short is not None and shift.over_short.minor != 0


def total(pieces: Mapping[int, int], currency: str) -> Money:
    return Money(sum(value * count for value, count in pieces.items()), currency)
