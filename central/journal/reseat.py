"""What can be offered to somebody whose place another one has (C4): same class, upgrade, standing, next run, refund."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol
from uuid import UUID

from central.request import Refusing
from central.services import Device
from central.tx import Connection, Tx
from counter_app.domain.journal import Json
from counter_app.wire.messages import QUESTIONS_MAX, AvailabilityAnswer, AvailabilityQuery, Question, WireRun

STANDING: Final = "standing"


class Seek(Protocol):
    """``StockDesk.availability``."""

    def __call__(self, device: Device, message: AvailabilityQuery, connection: Connection) -> AvailabilityAnswer: ...


@dataclass(frozen=True, slots=True)
class Offer:
    """A displaced ticket; ``facts`` of its incident."""

    ticket_id: UUID
    service_date: date
    run_id: UUID
    facts: dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """``step``: same_class, upgrade, standing, next_run, refund."""

    step: str
    words: str


def propose(tx: Tx, offers: Sequence[Offer], seek: Seek, connection: Connection) -> dict[UUID, tuple[Proposal, ...]]:
    """Best first. The last two are always there; of the others those for which places are free at this moment."""
    known = _tickets(tx, offers[:QUESTIONS_MAX])
    asked = [(offer, *known[offer.ticket_id]) for offer in offers[:QUESTIONS_MAX] if offer.ticket_id in known]
    if not asked:
        return {}
    query = AvailabilityQuery(
        questions=tuple(
            Question(run=run, board=int(offer.facts["board"]), alight=int(offer.facts["alight"]))  # type: ignore[arg-type]
            for offer, _, run, _ in asked
        )
    )
    try:
        free = seek(_nobody(asked[0][1]), query, connection).free
    except Refusing:  # no timetable, or busy: what needs no place can be offered all the same
        free = ({},) * len(asked)
    return {
        offer.ticket_id: _proposals(offer, fact, places)
        for (offer, _, _, fact), places in zip(asked, free, strict=True)
    }


def _proposals(offer: Offer, fact: dict[str, Any], free: dict[str, int]) -> tuple[Proposal, ...]:
    own = str(offer.facts["travel_class"])
    made = []
    if free.get(own, 0):
        made.append(Proposal(step="same_class", words=f"another place in {own}: {free[own]} free on {fact['service']}"))
    others = {name: count for name, count in sorted(free.items()) if count and name not in {own, STANDING}}
    if others:
        listed = ", ".join(f"{name} ({count} free)" for name, count in others.items())
        made.append(Proposal(step="upgrade", words=f"a place in another class at no charge: {listed}"))
    if free.get(STANDING, 0):
        made.append(Proposal(step="standing", words=f"standing, and the difference back: {free[STANDING]} left"))
    made.append(
        Proposal(step="next_run", words=f"the next run from {fact['origin']} to {fact['destination']}, same class")
    )
    price, currency = offer.facts["price_minor"], offer.facts["currency"]
    made.append(Proposal(step="refund", words=f"the whole price back: {price} minor units {currency}, without a fee"))
    return tuple(made)


def _tickets(tx: Tx, offers: Sequence[Offer]) -> dict[UUID, tuple[str, WireRun, dict[str, Any]]]:
    """Those still displaced: what their holders were sold."""
    if not offers:
        return {}
    rows = tx.rows(
        "SELECT t.ticket_id, t.service_date, t.run_id, t.fact FROM ticket t"
        " JOIN unnest(%s::date[], %s::uuid[], %s::uuid[]) AS k (service_date, run_id, ticket_id)"
        " ON t.service_date = k.service_date AND t.run_id = k.run_id AND t.ticket_id = k.ticket_id"
        " WHERE t.state = 'DISPLACED'",
        (
            [one.service_date for one in offers],
            [one.run_id for one in offers],
            [one.ticket_id for one in offers],
        ),
    )
    found = {}
    for ticket_id, service_date, run_id, text in rows:
        fact = json.loads(text)
        run = WireRun(run_id=run_id, trip_id=fact["trip_id"], service_date=service_date, pattern=fact["pattern"])
        found[ticket_id] = (fact["station_code"], run, fact)
    return found


def _nobody(station_code: str) -> Device:
    """Central itself asks, with the quotas of the station that sold it."""
    return Device(
        device_id=UUID(int=0),
        station_code=station_code,
        counter=0,
        epoch=0,
        current_epoch=0,
        lease_epoch=0,
        state="active",
        forked=False,
        wire=0,
    )
