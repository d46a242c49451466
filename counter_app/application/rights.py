"""The one check that an actor may do what they ask for."""

from __future__ import annotations

from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal


def demand(actor: Actor, right: Right) -> None:
    """Raises Refusal(NOT_ALLOWED, right=...)."""
    if not actor.may(right):
        raise Refusal(Reason.NOT_ALLOWED, right=right.value)
