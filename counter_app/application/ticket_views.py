"""Tickets and orders as screens show them: names masked, documents masked, stations from the frozen run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from counter_app.application.exchange_links import is_exchange
from counter_app.application.views import OrderView, TicketView
from counter_app.domain.money import Money
from counter_app.domain.orders import TicketState
from counter_app.domain.passengers import mask_document, mask_name
from counter_app.ports.orders import OrderRecord, TicketRecord
from counter_app.ports.prints import JobKind, PrintJob
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.stock import FrozenRun
from counter_app.ports.store import Reading, Writing

EXCHANGED_STATE: Final = "EXCHANGED"


def ticket_view(
    books: Reading | Writing, ticket: TicketRecord, profile: ProfileInfo, *, frozen: FrozenRun | None = None
) -> TicketView:
    """``frozen``: the ticket's run, where the caller has it."""
    run = frozen if frozen is not None else books.stock.run(ticket.run.run_id)
    assert run is not None, "a ticket's run is frozen"
    zone = ZoneInfo(profile.zone)
    person = books.people.get(ticket.person_id) if ticket.person_id is not None else None
    papers = [job for job in books.prints.of(ticket.ticket_id) if job.kind is JobKind.TICKET]
    last: PrintJob | None = papers[-1] if papers else None
    calls = run.trip.calls
    return TicketView(
        ticket_id=ticket.ticket_id,
        number=ticket.number,
        order_id=ticket.order_id,
        state=_state(books, ticket),
        service=run.trip.service,
        origin=run.stations[calls[ticket.span.board].station_id],
        destination=run.stations[calls[ticket.span.alight].station_id],
        depart=ticket.depart.astimezone(zone),
        arrive=ticket.arrive.astimezone(zone),
        coach=None if ticket.place is None else ticket.place.coach,
        place=None if ticket.place is None else ticket.place.label,
        travel_class=ticket.travel_class,
        passenger_type=ticket.passenger_type,
        masked_name=mask_name(person.name) if person is not None else "",
        masked_document=mask_document(person.document) if person is not None else "",
        price=Money(ticket.price_minor, ticket.currency),
        sold_at=ticket.sold_at.astimezone(zone),
        sold_by=ticket.clerk,
        copies=max((job.copy_number for job in papers), default=0),
        stock_number=last.stock_number if last is not None else "",
        print_state=last.state if last is not None else None,
    )


def _state(books: Reading | Writing, ticket: TicketRecord) -> str:
    """OSDM's word: one that was given in for another is not refunded."""
    refund = books.orders.refund_of(ticket.ticket_id) if ticket.state is TicketState.REFUNDED else None
    return EXCHANGED_STATE if refund is not None and is_exchange(refund) else ticket.state.value


def order_view(
    books: Reading | Writing,
    order: OrderRecord,
    tickets: Sequence[TicketRecord],
    profile: ProfileInfo,
    *,
    frozen: FrozenRun | None = None,
) -> OrderView:
    return OrderView(
        order_id=order.order_id,
        state=order.state.value,
        created_at=order.created_at.astimezone(ZoneInfo(profile.zone)),
        clerk=order.clerk,
        total=Money(order.total_minor, order.currency),
        tickets=tuple(ticket_view(books, ticket, profile, frozen=frozen) for ticket in tickets),
        label=order.label,
    )
