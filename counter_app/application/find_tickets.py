"""Tickets by what a customer brings (the paper's code, a number, a document), and the orders of this counter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from counter_app.application.compose_paper import payload_of
from counter_app.application.ticket_views import order_view, ticket_view
from counter_app.application.views import OrderView, TicketView
from counter_app.domain.barcode import looks_like_code, parse_code_text, read_unverified
from counter_app.domain.ids import TicketNumber
from counter_app.domain.passengers import plain_document
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Signer
from counter_app.ports.orders import TicketRecord
from counter_app.ports.store import MoneyStore, Reading

TEXT_MAX: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class FindTickets:
    """``signer``: the counter's. A scanned code is genuine when it is, byte for byte, the one that we signed."""

    store: MoneyStore
    signer: Signer

    def __call__(self, text: str, *, limit: int = 50) -> list[TicketView]:
        """READ. Newest first; empty text: the latest.

        Raises Refusal: BAD_CODE, FORGED_CODE(ticket) for a scanned code that is not genuine. One of another counter
        finds nothing here.
        """
        plain = text.strip()
        if len(plain) > TEXT_MAX:
            raise Refusal(Reason.BAD_INPUT, field="text")
        with self.store.reading() as books:
            found = self._scanned(books, plain) if looks_like_code(plain) else self._found(books, plain, limit)
            return [ticket_view(books, ticket, self.store.profile) for ticket in found[:limit]]

    def _scanned(self, books: Reading, text: str) -> list[TicketRecord]:
        payload = parse_code_text(text)
        body, _ = read_unverified(payload)
        ticket = books.orders.by_number(str(body.ticket))
        if ticket is None:
            return []
        frozen = books.stock.run(ticket.run.run_id)
        assert frozen is not None, "a ticket's run is frozen"
        copies = {job.copy_number for job in books.prints.of(ticket.ticket_id)}
        # Ed25519 signs the same bytes the same way each time: no key needs to be looked up.
        if payload != ticket.payload and (
            body.copy_number not in copies
            or payload != payload_of(books, ticket, frozen, self.store.profile, self.signer, body.copy_number)
        ):
            raise Refusal(Reason.FORGED_CODE, ticket=ticket.number)
        return [ticket]

    def _found(self, books: Reading, plain: str, limit: int) -> list[TicketRecord]:
        if not plain:
            return books.orders.latest_tickets(limit)
        try:
            number = TicketNumber.parse(plain, station_code=self.store.profile.station_code)
        except ValueError:
            pass
        else:
            ticket = books.orders.by_number(str(number))
            return [] if ticket is None else [ticket]
        found: list[TicketRecord] = []
        if plain.isascii() and plain.isdigit() and 0 < int(plain) < 10**8 and len(plain) <= 8:
            found = books.orders.by_serial(int(plain), limit)
        document = plain_document(plain)
        if len(document) >= 3:
            people = books.people.by_document(document)
            known = {ticket.ticket_id for ticket in found}
            found += [ticket for ticket in books.orders.by_persons(people) if ticket.ticket_id not in known]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOrders:
    store: MoneyStore

    def __call__(self, *, limit: int = 100) -> list[OrderView]:
        """READ. Sold, parked and refunded ones, newest first."""
        with self.store.reading() as books:
            return [
                order_view(books, order, books.orders.tickets_of(order.order_id), self.store.profile)
                for order in books.orders.orders(limit)
            ]
