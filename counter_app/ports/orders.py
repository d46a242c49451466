"""Orders, tickets and refunds as the counter's store keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from counter_app.domain.coaches import PlaceRef
from counter_app.domain.orders import Item, OrderState, TicketState
from counter_app.domain.timetable import RunRef, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One line of a shift's totals. ``code`` is stable: cash, adult, second, ..."""

    code: str
    count: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """What a shift's exchanges booked as cash, out and in again, that was in nobody's hand."""

    tickets: int
    amount_minor: int
    sales: int  # of these, so many whose cash leg is nothing else
    refunds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftSales:
    """What one shift sold and gave back, from orders and tickets. All amounts are positive, in minor units."""

    first_ticket: str  # printed numbers, in the order of serials; "" where none was sold
    last_ticket: str
    tickets_sold: int
    tickets_refunded: int
    tickets_spoiled: int  # papers that a person called unusable
    papers_issued: int  # tickets and copies that went to the printer
    sales_minor: int  # gross
    refunds_minor: int  # paid out
    fees_minor: int  # kept back from refunds
    # Each tender's sales, then its refunds as "<tender>_refund"; then "exchange", what was credited for tickets that
    # were given in; last "cash_rounding": what the coins made of it.
    by_tender: tuple[Tally, ...]
    by_passenger_type: tuple[Tally, ...]
    by_class: tuple[Tally, ...]
    credited: Credited


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedExchange:
    """What was agreed with the customer of the ticket that is given in. ``refund_id``: of its after-sale, once posted.

    ``slip_taken_back``: the clerk's word on its reimbursement slip.
    """

    ticket_id: UUID
    refund_id: UUID
    rule: str
    fee_minor: int
    slip_taken_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPassenger:
    """A passenger of a parked sale; name and document are sealed under ``person_id``.

    ``exchange``: of a sale that is being paid, the ticket that is given in for this one.
    """

    passenger_type: str
    person_id: UUID | None
    exchange: AgreedExchange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    order_id: UUID
    state: OrderState
    created_at: datetime
    user_id: UUID
    clerk: str  # display name
    shift_id: UUID | None  # of the sale
    total_minor: int
    received_minor: int
    change_minor: int
    currency: str
    policy: str
    label: str  # of a parked sale
    parked_at: datetime | None
    draft: tuple[DraftPassenger, ...]
    journal_seq: int  # of SOLD; 0 before


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRecord:
    ticket_id: UUID
    order_id: UUID
    claim_id: UUID
    number: str  # as printed
    epoch: int
    serial: int
    state: TicketState
    run: RunRef
    span: Span
    place: PlaceRef | None
    travel_class: str
    passenger_type: str
    items: tuple[Item, ...]
    price_minor: int
    currency: str
    person_id: UUID | None
    depart: datetime
    arrive: datetime
    sold_at: datetime
    clerk: str  # display name
    shift_id: UUID
    policy: str
    payload: bytes  # of the original's code
    journal_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRecord:
    refund_id: UUID
    ticket_id: UUID
    rule: str
    items: tuple[Item, ...]
    refunded_minor: int
    fee_minor: int
    at: datetime
    clerk: str
    shift_id: UUID
    journal_seq: int


class OrderReader(Protocol):
    def sales_of_shift(self, shift_id: UUID) -> ShiftSales: ...

    def order(self, order_id: UUID) -> OrderRecord | None: ...

    def orders(self, limit: int) -> list[OrderRecord]:
        """Sold, parked and refunded ones, newest first."""
        ...

    def parked(self) -> list[OrderRecord]: ...

    def ticket(self, ticket_id: UUID) -> TicketRecord | None: ...

    def tickets_of(self, order_id: UUID) -> list[TicketRecord]: ...

    def by_number(self, number: str) -> TicketRecord | None: ...

    def by_serial(self, serial: int, limit: int) -> list[TicketRecord]:
        """Of every epoch, the newest first."""
        ...

    def by_persons(self, person_ids: Sequence[UUID]) -> list[TicketRecord]: ...

    def latest_tickets(self, limit: int) -> list[TicketRecord]: ...

    def last_serial(self, epoch: int) -> int:
        """0: none yet."""
        ...

    def refund(self, refund_id: UUID) -> RefundRecord | None: ...

    def refund_of(self, ticket_id: UUID) -> RefundRecord | None: ...

    def station_usage(self) -> Mapping[str, int]:
        """Station id -> how many tickets of this counter start or end there."""
        ...


class OrderBook(OrderReader, Protocol):
    def put_order(self, order: OrderRecord) -> None:
        """Inserts, or replaces by order_id."""
        ...

    def add_tickets(self, tickets: Sequence[TicketRecord]) -> None: ...

    def add_refund(self, refund: RefundRecord) -> None:
        """Marks the ticket REFUNDED too. Raises Refusal(ALREADY_REFUNDED)."""
        ...
