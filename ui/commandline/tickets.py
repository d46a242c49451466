"""Tickets named on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from counter_app.application.desk import Desk
from counter_app.errors import Reason, Refusal


def ticket_ids(desk: Desk, numbers: Sequence[str]) -> list[UUID]:
    """Of tickets that this window sold, in the order of ``numbers``. Raises Refusal(UNKNOWN_TICKET)."""
    found: list[UUID] = []
    for number in numbers:
        wanted = number.strip().upper()
        hits = [hit for hit in desk.find_tickets(wanted) if hit.number == wanted]
        if not hits:
            raise Refusal(Reason.UNKNOWN_TICKET, ticket=number)
        found.append(hits[0].ticket_id)
    return found
