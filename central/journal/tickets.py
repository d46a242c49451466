"""Tickets of every window: looked up, and locked before an after-sale, so that one ticket is not paid back twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from central.journal.ledger import REFUNDED, Ticket, read_tickets, window_names
from central.services import Device, Services
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.journal import parse_timestamp
from counter_app.wire.messages import LockAnswer, TicketLock, TicketQuestion, TicketsFound, WireRun, WireTicket

FOUND_MAX: Final = 50
DOCUMENT_BACK: Final = timedelta(days=45)  # a document's tickets are looked up by departure: no after-sale is later
DOCUMENT_AHEAD: Final = timedelta(days=400)


class Lock:
    """Why not: ``LockAnswer.reason``."""

    ALREADY_REFUNDED: Final = "already_refunded"
    LOCKED_ELSEWHERE: Final = "locked_elsewhere"
    UNKNOWN_TICKET: Final = "unknown_ticket"


@dataclass(frozen=True, slots=True)
class TicketDesk:
    services: Services

    def find(self, device: Device, message: TicketQuestion, connection: Connection) -> TicketsFound:
        """By number, or by document where there is no number. None found is an answer."""
        del device  # any active window may ask
        tx = Tx(connection)
        keys: list[tuple[date, UUID, UUID]] = []
        if message.number:
            keys = [
                (service_date, run_id, ticket_id)
                for service_date, run_id, ticket_id in tx.rows(
                    "SELECT service_date, run_id, ticket_id FROM ticket_number WHERE number = %s",
                    (message.number.strip().upper(),),
                )
            ]
        elif message.document_tag is not None:
            today = self.services.clock.now().date()
            keys = [
                (service_date, run_id, ticket_id)
                for service_date, run_id, ticket_id in tx.rows(
                    # Of all runs: a document says nothing of one. The newest departures first.
                    "SELECT service_date, run_id, ticket_id FROM ticket"
                    " WHERE document_tag = %s AND service_date BETWEEN %s AND %s"
                    " ORDER BY service_date DESC, run_id, ticket_id LIMIT %s",
                    (message.document_tag, today - DOCUMENT_BACK, today + DOCUMENT_AHEAD, FOUND_MAX),
                )
            ]
        tickets = read_tickets(tx, keys, lock=False)
        return TicketsFound(
            tickets=tuple(_wire_tickets(tx, tickets)),
            central_time=self.services.clock.now(),
        )

    def lock(self, device: Device, message: TicketLock, connection: Connection) -> LockAnswer:
        """Asked again, the same answer. The lock ends with the entry that gives the ticket back, or by ``release``.

        A device that was given up as lost holds no lock against the others.
        """
        return in_transaction(connection, lambda tx: self._lock(tx, device, message))

    def _lock(self, tx: Tx, device: Device, message: TicketLock) -> LockAnswer:
        row = tx.row(
            "SELECT state, locked_by, ended_device FROM ticket"
            " WHERE service_date = %s AND run_id = %s AND ticket_id = %s FOR UPDATE",
            (message.service_date, message.run_id, message.ticket_id),
        )
        if row is None:
            return self._answer(Lock.UNKNOWN_TICKET)
        state, locked_by, ended_device = row
        if message.release:
            if locked_by == device.device_id:
                self._put(tx, message, None)
            return self._answer()
        if state == REFUNDED:
            return self._answer(Lock.ALREADY_REFUNDED, by=_window(tx, ended_device))
        if locked_by is not None and locked_by != device.device_id and not _is_lost(tx, locked_by):
            return self._answer(Lock.LOCKED_ELSEWHERE, by=_window(tx, locked_by))
        if locked_by != device.device_id:
            self._put(tx, message, device.device_id)
        return self._answer()

    def _put(self, tx: Tx, message: TicketLock, holder: UUID | None) -> None:
        tx.run(
            "UPDATE ticket SET locked_by = %s, locked_at = %s"
            " WHERE service_date = %s AND run_id = %s AND ticket_id = %s",
            (
                holder,
                None if holder is None else self.services.clock.now(),
                message.service_date,
                message.run_id,
                message.ticket_id,
            ),
        )

    def _answer(self, reason: str = "", by: str = "") -> LockAnswer:
        return LockAnswer(granted=not reason, reason=reason, by=by, central_time=self.services.clock.now())


def _window(tx: Tx, device_id: UUID | None) -> str:
    return "" if device_id is None else window_names(tx, [device_id]).get(device_id, "")


def _is_lost(tx: Tx, device_id: UUID) -> bool:
    return bool(tx.scalar("SELECT state = 'lost' FROM device WHERE device_id = %s", (device_id,)))


def _wire_tickets(tx: Tx, tickets: Sequence[Ticket]) -> list[WireTicket]:
    windows = window_names(tx, {one.locked_by for one in tickets if one.locked_by is not None})
    return [_wire_ticket(one, windows.get(one.locked_by, "") if one.locked_by else "") for one in tickets]


def _wire_ticket(ticket: Ticket, locked_by: str) -> WireTicket:
    fact: dict[str, Any] = json.loads(ticket.fact)
    return WireTicket(
        ticket_id=ticket.ticket_id,
        order_id=ticket.order_id,
        number=ticket.number,
        state=ticket.state,
        station_code=fact["station_code"],
        counter=fact["counter"],
        run=WireRun(
            run_id=ticket.run_id,
            trip_id=fact["trip_id"],
            service_date=ticket.service_date,
            pattern=fact["pattern"],
        ),
        service=fact["service"],
        board=ticket.board,
        alight=ticket.alight,
        origin=fact["origin"],
        destination=fact["destination"],
        depart=parse_timestamp(fact["depart"]),
        arrive=parse_timestamp(fact["arrive"]),
        place=ticket.place,
        travel_class=ticket.travel_class,
        passenger_type=fact["passenger_type"],
        price_minor=ticket.price_minor,
        currency=ticket.currency,
        sold_at=ticket.sold_at,
        locked_by=locked_by,
    )


__all__ = ["FOUND_MAX", "Lock", "TicketDesk"]
