"""Passengers of a sale that is not made yet, kept sealed with its order: while it is parked, or being paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from counter_app.application.hold import erase_draft
from counter_app.application.stock_holder import Act
from counter_app.application.views import PassengerInput
from counter_app.ports.clock import Ids
from counter_app.ports.orders import AgreedExchange, DraftPassenger, OrderRecord
from counter_app.ports.people import PersonalData
from counter_app.ports.store import Reading, Writing


def keep_draft(
    act: Act,
    order: OrderRecord,
    passengers: Sequence[PassengerInput],
    ids: Ids,
    *,
    exchange: AgreedExchange | None = None,
) -> OrderRecord:
    """What was kept before is erased. The order is the caller's to put. ``exchange``: of the one passenger."""
    erase_draft(act, order)
    draft = []
    for one in passengers:
        person_id = None
        if one.name or one.document:
            person_id = ids.new()
            data = PersonalData(name=one.name, document_type=one.document_type, document=one.document)
            act.books.people.put(person_id, data)
        draft.append(DraftPassenger(passenger_type=one.passenger_type, person_id=person_id, exchange=exchange))
    return replace(order, draft=tuple(draft))


def draft_passengers(books: Reading | Writing, order: OrderRecord) -> tuple[PassengerInput, ...]:
    """As they were typed."""
    found = []
    for one in order.draft:
        person = books.people.get(one.person_id) if one.person_id is not None else None
        found.append(
            PassengerInput(
                passenger_type=one.passenger_type,
                name=person.name if person else "",
                document_type=person.document_type if person else "",
                document=person.document if person else "",
            )
        )
    return tuple(found)
