"""The desk's part about parties that wait for places (``desk.Desk`` includes it). Lanes and errors as there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from counter_app.application.views import ParkedSale, PlaceWish
from counter_app.domain.staff import Actor
from counter_app.domain.timetable import RunRef, Span


class WaitingWord(StrEnum):
    WAITING = "waiting"
    SERVED = "served"  # places are held for them until ``expires_at``
    OVER = "over"  # the time of those ran out, or the run does not go like that any more
    DEPARTED = "departed"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingView:
    """``number``: what the customer is called by. ``place`` in the line, None: central has not said so lately.

    ``expires_at`` by this counter's clock; ``places`` as central chose them.
    """

    claim_id: UUID
    number: int
    service: str
    origin: str
    destination: str
    depart: datetime  # aware, in the station's zone
    travel_class: str
    count: int
    since: datetime
    word: WaitingWord
    place: int | None
    expires_at: datetime | None
    places: tuple[str, ...]


class WaitingDesk(Protocol):
    def waiting(self) -> list[WaitingView]:
        """READ. Those who can be served first, then as they came. Empty in a stand-alone counter."""
        ...

    def wait_for_places(
        self, actor: Actor, run: RunRef, span: Span, wish: PlaceWish, passengers: Mapping[str, int]
    ) -> WaitingView:
        """WRITE. Asks central; no place in the answer: it did not come, and central is asked again by and by.

        ``passengers``: type -> how many. Raises as ``hold``, and CENTRAL_UNREACHABLE, STAND_ALONE,
        BAD_INPUT(field="waiting", maximum).
        """
        ...

    def leave_waiting(self, actor: Actor, claim_id: UUID) -> None:
        """WRITE. Central hears of it as soon as the line allows. Harmless when they are gone."""
        ...

    def take_waiting(self, actor: Actor, claim_id: UUID) -> ParkedSale:
        """WRITE. The places of a party that was served, held for a sale like any other.

        Raises HOLD_EXPIRED where they went, NOT_HELD where the party is not served, DEPARTED, UNKNOWN_RUN.
        """
        ...
