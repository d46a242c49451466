"""What was let through at a gate is not simply given back."""

from __future__ import annotations

from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.store import Reading, Writing


def guard_redeemed(books: Reading | Writing, actor: Actor, number: str) -> None:
    """A ticket that was let through has been travelled on: a supervisor decides. Raises Refusal(TICKET_REDEEMED)."""
    if actor.may(Right.OVERRULE):
        return
    if books.redemptions.of(number) is not None:
        raise Refusal(Reason.TICKET_REDEEMED, ticket=number)
