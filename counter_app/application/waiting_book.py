"""Parties that wait for places at this window, as the counter keeps them: beside the feed's values, one key a party.

Nothing of a customer is kept but a number to call: how many travel, of which kinds, on which run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from counter_app.ports.store import Reading, Writing
from counter_app.wire import messages as m
from counter_app.wire.codec import BadMessage, Size, plain, read

PARTY: Final = "waiting/"  # + claim id
NUMBER: Final = "waiting_number"  # the last one of a day that was given out


class PartyState(StrEnum):
    ASKING = "asking"  # committed before central is asked: it may not know of them yet
    WAITING = "waiting"
    SERVED = "served"  # central holds places for them
    OVER = "over"  # those are gone, or nothing of the kind will come
    LEAVING = "leaving"  # central is to be told that they do not wait any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    number: int  # called out; counts from 1 every day
    claim_id: UUID
    order_id: UUID
    run: m.WireRun  # as central was last asked for it
    board: m.LegIndex
    alight: m.LegIndex
    service: str
    origin: str  # station ids: a new timetable finds its calls by them
    destination: str
    depart: datetime
    travel_class: str
    count: m.SaleCount
    since: datetime
    state: PartyState
    preferences: Annotated[tuple[str, ...], Size(0, 8)] = ()
    passengers: Annotated[dict[str, int], Size(0, 20)] = field(default_factory=dict)  # type -> how many
    place: int | None = None  # in the line, from 1
    heard: datetime | None = None  # when that was said, by this counter's clock
    served: m.ClaimAnswer | None = None

    def request(self) -> m.ClaimRequest:
        return m.ClaimRequest(
            claim_id=self.claim_id,
            order_id=self.order_id,
            run=self.run,
            board=self.board,
            alight=self.alight,
            count=self.count,
            travel_class=self.travel_class,
            preferences=self.preferences,
        )


def parties(books: Reading | Writing) -> list[Party]:
    """In the order of their coming."""
    found = [_read(books.sync.feed_value(key)) for key in books.sync.feed_keys(PARTY)]
    return sorted((one for one in found if one is not None), key=lambda one: (one.since, one.number))


def party(books: Reading | Writing, claim_id: UUID) -> Party | None:
    return _read(books.sync.feed_value(f"{PARTY}{claim_id}"))


def put_party(books: Writing, one: Party) -> None:
    books.sync.put_feed_value(f"{PARTY}{one.claim_id}", dict(plain(one)))


def drop_party(books: Writing, claim_id: UUID) -> None:
    books.sync.put_feed_value(f"{PARTY}{claim_id}", None)


def next_number(books: Writing, day: date) -> int:
    known = books.sync.feed_value(NUMBER) or {}
    last = known.get("last") if known.get("day") == day.isoformat() else 0
    number = (last if isinstance(last, int) else 0) + 1
    books.sync.put_feed_value(NUMBER, {"day": day.isoformat(), "last": number})
    return number


def _read(body: Mapping[str, object] | None) -> Party | None:
    try:
        return None if body is None else read(Party, dict(body))
    except BadMessage:  # of another version of the program: the claim lapses by its time
        return None
