"""The entries of one device that are judged together, and what they touch: read once, written once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from central.journal.facts import RefundedFact, SoldFact, TicketFact, Told
from central.journal.payment_facts import Leg, by_tender
from central.journal.verdicts import Findings
from central.services import Device
from central.stock.partitions import AHEAD, SOLD_AHEAD, ensure_partitions
from central.tx import Tx
from counter_app.domain.journal import Kind, canonical

FULFILLED: Final = "FULFILLED"
REFUNDED: Final = "REFUNDED"
DISPLACED: Final = "DISPLACED"
OLD: Final = timedelta(days=3_653)  # a date before it is a mistake


@dataclass(slots=True)
class Ticket:
    """A ticket as central has it, or is about to. ``fresh``: sold by one of these entries, in the legs of ``pattern``;

    others are kept in the legs that their run has now.
    """

    ticket_id: UUID
    service_date: date
    run_id: UUID
    order_id: UUID
    claim_id: UUID
    number: str
    device_id: UUID
    epoch: int
    seq: int
    state: str
    place: str | None
    board: int
    alight: int
    travel_class: str
    price_minor: int
    currency: str
    fact: str
    sold_at: datetime
    document_tag: bytes | None = None
    locked_by: UUID | None = None
    ended: tuple[UUID, int, int] | None = None
    fresh: bool = False
    pattern: str = ""
    numbered: bool = True
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Money:
    seq: int
    kind: Kind
    shift_id: UUID
    tender: str
    amount_minor: int
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    kind: str
    seq: int
    service_date: date
    run_id: UUID
    ticket_id: UUID | None
    facts: dict[str, Any]


@dataclass(slots=True)
class Ledger:
    device: Device
    epoch: int
    told: Sequence[Told]
    findings: Findings
    tickets: dict[UUID, Ticket] = field(default_factory=dict)
    places: set[UUID] = field(default_factory=set)  # ticket ids that central has already
    numbers: dict[str, UUID] = field(default_factory=dict)
    windows: dict[UUID, str] = field(default_factory=dict)  # of the devices that gave tickets back before
    money: list[Money] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)

    def move(self, told: Told, shift_id: UUID, legs: Iterable[Leg], currency: str) -> None:
        """Money, by tender."""
        for tender, amount_minor in by_tender(legs).items():
            self.money.append(Money(told.seq, told.kind, shift_id, tender, amount_minor, currency, told.at))


def load(tx: Tx, ledger: Ledger) -> None:
    """What central has of the tickets that these entries name. Tickets to be given back are locked."""
    sold = [ticket for told in ledger.told if isinstance(told.fact, SoldFact) for ticket in told.fact.tickets]
    if sold:
        ledger.places = {
            found
            for (found,) in tx.rows(
                "SELECT ticket_id FROM ticket_place WHERE ticket_id = ANY(%s)", ([one.ticket_id for one in sold],)
            )
        }
        ledger.numbers = dict(
            tx.rows(
                "SELECT number, ticket_id FROM ticket_number WHERE number = ANY(%s)", ([one.number for one in sold],)
            )
        )
    back = [told.fact.ticket_id for told in ledger.told if isinstance(told.fact, RefundedFact)]
    if back:
        where = tx.rows("SELECT ticket_id, service_date, run_id FROM ticket_place WHERE ticket_id = ANY(%s)", (back,))
        for ticket in read_tickets(tx, [(found[1], found[2], found[0]) for found in where], lock=True):
            ledger.tickets[ticket.ticket_id] = ticket
        before = {ticket.ended[0] for ticket in ledger.tickets.values() if ticket.ended}
        ledger.windows = window_names(tx, before)


def window_names(tx: Tx, devices: Iterable[UUID]) -> dict[UUID, str]:
    """``CSQ/2``, by device."""
    wanted = list(devices)
    if not wanted:
        return {}
    rows = tx.rows("SELECT device_id, station_code, counter FROM device WHERE device_id = ANY(%s)", (wanted,))
    return {device_id: f"{station}/{counter}" for device_id, station, counter in rows}


def read_tickets(tx: Tx, keys: Sequence[tuple[date, UUID, UUID]], *, lock: bool) -> list[Ticket]:
    """By (service date, run, ticket), in that order."""
    if not keys:
        return []
    parameters = ([key[0] for key in keys], [key[1] for key in keys], [key[2] for key in keys])
    columns = (
        "SELECT t.ticket_id, t.service_date, t.run_id, t.order_id, t.claim_id, t.number, t.device_id, t.epoch, t.seq,"
        " t.state, t.place, t.board, t.alight, t.travel_class, t.price_minor, t.currency, t.fact, t.sold_at,"
        " t.document_tag, t.locked_by, t.ended_device, t.ended_epoch, t.ended_seq"
        " FROM ticket t JOIN unnest(%s::date[], %s::uuid[], %s::uuid[]) AS k (service_date, run_id, ticket_id)"
        " ON t.service_date = k.service_date AND t.run_id = k.run_id AND t.ticket_id = k.ticket_id"
        " ORDER BY t.service_date, t.run_id, t.ticket_id"
    )
    rows = tx.rows(columns + " FOR UPDATE OF t", parameters) if lock else tx.rows(columns, parameters)
    return [_ticket(row) for row in rows]


def _ticket(row: Sequence[Any]) -> Ticket:
    ticket = Ticket(*row[:20])
    if row[20] is not None:
        ticket.ended = (row[20], row[21], row[22])
    return ticket


def new_ticket(ledger: Ledger, told: Told, sold: SoldFact, ticket: TicketFact) -> Ticket:
    run, device = sold.run, ledger.device
    fact = canonical(
        {
            "trip_id": run.trip_id,
            "pattern": run.pattern,
            "board": sold.board,  # in that pattern's legs, whatever their run has later
            "alight": sold.alight,
            "service": run.service,
            "origin": run.origin,
            "destination": run.destination,
            "depart": run.depart,
            "arrive": run.arrive,
            "passenger_type": ticket.passenger_type,
            "station_code": device.station_code,
            "counter": device.counter,
        }
    ).decode()
    return Ticket(
        ticket_id=ticket.ticket_id,
        service_date=run.service_date,
        run_id=run.run_id,
        order_id=sold.order_id,
        claim_id=sold.claim_id,
        number=ticket.number,
        device_id=device.device_id,
        epoch=ledger.epoch,
        seq=told.seq,
        state=FULFILLED,
        place=ticket.place,
        board=sold.board,
        alight=sold.alight,
        travel_class=sold.travel_class,
        price_minor=ticket.price_minor,
        currency=sold.currency,
        fact=fact,
        sold_at=told.at,
        document_tag=ticket.document_tag,
        fresh=True,
        pattern=run.pattern,
    )


_TICKET_TYPES: Final = [
    *("date", "uuid", "uuid", "uuid", "uuid", "text", "uuid", "int2", "int8", "text"),
    *("text", "int2", "int2", "text", "int8", "text", "text", "timestamptz", "bytea"),
    *("uuid", "int2", "int8"),
]


def write(tx: Tx, ledger: Ledger, *, ids: Sequence[UUID], now: datetime) -> None:
    """Tickets, numbers, money and incidents. ``ids``: one for each incident."""
    fresh = [ticket for ticket in ledger.tickets.values() if ticket.fresh]
    if fresh:
        _make_room(tx, {one.service_date for one in fresh}, now.date())
        tx.run(
            "INSERT INTO ticket_place (ticket_id, service_date, run_id)"
            " SELECT * FROM unnest(%s::uuid[], %s::date[], %s::uuid[])",
            (
                [one.ticket_id for one in fresh],
                [one.service_date for one in fresh],
                [one.run_id for one in fresh],
            ),
        )
        numbered = [one for one in fresh if one.numbered]
        tx.run(
            "INSERT INTO ticket_number (number, service_date, run_id, ticket_id)"
            " SELECT * FROM unnest(%s::text[], %s::date[], %s::uuid[], %s::uuid[])",
            (
                [one.number for one in numbered],
                [one.service_date for one in numbered],
                [one.run_id for one in numbered],
                [one.ticket_id for one in numbered],
            ),
        )
        _copy_tickets(tx, fresh)
    ended = [one for one in ledger.tickets.values() if one.changed and not one.fresh]
    if ended:
        tx.run(
            "UPDATE ticket t SET state = 'REFUNDED', ended_device = k.device, ended_epoch = k.epoch, ended_seq = k.seq,"
            " locked_by = NULL, locked_at = NULL"
            " FROM unnest(%s::date[], %s::uuid[], %s::uuid[], %s::uuid[], %s::smallint[], %s::bigint[])"
            " AS k (service_date, run_id, ticket_id, device, epoch, seq)"
            " WHERE t.service_date = k.service_date AND t.run_id = k.run_id AND t.ticket_id = k.ticket_id",
            (
                [one.service_date for one in ended],
                [one.run_id for one in ended],
                [one.ticket_id for one in ended],
                [one.ended[0] for one in ended if one.ended],
                [one.ended[1] for one in ended if one.ended],
                [one.ended[2] for one in ended if one.ended],
            ),
        )
    _copy_money(tx, ledger)
    tx.run_many(
        "INSERT INTO incident (incident_id, kind, device_id, epoch, seq, service_date, run_id, ticket_id, facts, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            (
                incident_id,
                one.kind,
                ledger.device.device_id,
                ledger.epoch,
                one.seq,
                one.service_date,
                one.run_id,
                one.ticket_id,
                canonical(one.facts).decode(),
                now,
            )
            for incident_id, one in zip(ids, ledger.incidents, strict=True)
        ],
    )


def _make_room(tx: Tx, dates: set[date], today: date) -> None:
    """What was sold long ago may be told of when its month was dropped, and what was sold for a day far ahead before

    that has any: the ticket counts all the same.
    """
    for day in sorted(dates):
        if today - OLD < day < today or today + AHEAD < day <= today + SOLD_AHEAD:
            ensure_partitions(tx, day, day)


def _copy_tickets(tx: Tx, tickets: Sequence[Ticket]) -> None:
    with (
        tx.connection.cursor() as cursor,
        cursor.copy(
            "COPY ticket (service_date, run_id, ticket_id, order_id, claim_id, number, device_id, epoch, seq, state,"
            " place, board, alight, travel_class, price_minor, currency, fact, sold_at, document_tag,"
            " ended_device, ended_epoch, ended_seq) FROM STDIN (FORMAT BINARY)"
        ) as copy,
    ):
        copy.set_types(_TICKET_TYPES)
        for one in tickets:
            copy.write_row(
                (
                    one.service_date,
                    one.run_id,
                    one.ticket_id,
                    one.order_id,
                    one.claim_id,
                    one.number,
                    one.device_id,
                    one.epoch,
                    one.seq,
                    one.state,
                    one.place,
                    one.board,
                    one.alight,
                    one.travel_class,
                    one.price_minor,
                    one.currency,
                    one.fact,
                    one.sold_at,
                    one.document_tag,
                    *(one.ended or (None, None, None)),
                )
            )


def _copy_money(tx: Tx, ledger: Ledger) -> None:
    if not ledger.money:
        return
    with (
        tx.connection.cursor() as cursor,
        cursor.copy(
            "COPY money (device_id, epoch, seq, kind, shift_id, tender, amount_minor, currency, at)"
            " FROM STDIN (FORMAT BINARY)"
        ) as copy,
    ):
        copy.set_types(["uuid", "int2", "int8", "text", "text", "text", "int8", "text", "timestamptz"])
        device_id, epoch = ledger.device.device_id, ledger.epoch
        for one in ledger.money:
            copy.write_row(
                (
                    device_id,
                    epoch,
                    one.seq,
                    one.kind.value,
                    str(one.shift_id),
                    one.tender,
                    one.amount_minor,
                    one.currency,
                    one.at,
                )
            )


__all__ = ["DISPLACED", "FULFILLED", "REFUNDED", "Incident", "Ledger", "Money", "Ticket"]
