"""Orders, tickets and refunds in the store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from counter_app.domain.aftersales import EXCHANGED
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.journal import canonical
from counter_app.domain.orders import Item, ItemKind, OrderState, TicketState
from counter_app.domain.timetable import RunRef, Span
from counter_app.errors import Reason, Refusal
from counter_app.ports.orders import (
    AgreedExchange,
    Credited,
    DraftPassenger,
    OrderRecord,
    RefundRecord,
    ShiftSales,
    Tally,
    TicketRecord,
)
from db.context import Context, from_ms, maybe_from_ms, maybe_ms, to_ms

_ORDER: Final = (
    "order_id, state, created_at, user_id, clerk, shift_id, total_minor, received_minor, change_minor, currency, "
    "policy, label, parked_at, draft, journal_seq"
)
_SELECT_ORDER: Final = f"SELECT {_ORDER} FROM sale_order"  # noqa: S608 - constants of this file
_PUT_ORDER: Final = f"""
    INSERT INTO sale_order ({_ORDER}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (order_id) DO UPDATE SET state = excluded.state, user_id = excluded.user_id, clerk = excluded.clerk,
        shift_id = excluded.shift_id, total_minor = excluded.total_minor, received_minor = excluded.received_minor,
        change_minor = excluded.change_minor, policy = excluded.policy, label = excluded.label,
        parked_at = excluded.parked_at, draft = excluded.draft, journal_seq = excluded.journal_seq
"""  # noqa: S608
_TICKET: Final = (
    "ticket_id, order_id, claim_id, number, epoch, serial, state, run_id, service_date, trip_id, board, alight, place, "
    "travel_class, passenger_type, items, price_minor, currency, person_id, depart, arrive, sold_at, clerk, shift_id, "
    "policy, payload, journal_seq"
)
_SELECT_TICKET: Final = f"SELECT {_TICKET} FROM ticket"  # noqa: S608
_ADD_TICKET: Final = f"INSERT INTO ticket ({_TICKET}) VALUES ({', '.join('?' * 27)})"  # noqa: S608
_REFUND: Final = "refund_id, ticket_id, rule, items, refunded_minor, fee_minor, at, clerk, shift_id, journal_seq"
_SELECT_REFUND: Final = f"SELECT {_REFUND} FROM refund"  # noqa: S608
_ADD_REFUND: Final = f"INSERT INTO refund ({_REFUND}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
# Of each exchange of a shift: its credit, and the cash legs of both entries (0: all of the rest was no cash at all).
_CREDITS: Final = """
    SELECT given.credit, coalesce(out.amount_minor + out.rounding_minor, 0), coalesce(into_.amount_minor
        + into_.rounding_minor, 0)
    FROM (
        SELECT refund.journal_seq AS seq,
            json_extract(CAST(journal.raw AS TEXT), '$.body.exchange.credit_minor') AS credit,
            json_extract(CAST(journal.raw AS TEXT), '$.body.exchange.order_id') AS order_id
        FROM refund JOIN journal ON journal.seq = refund.journal_seq
        WHERE refund.shift_id = ? AND instr(refund.items, ?) > 0
    ) AS given
    JOIN sale_order USING (order_id)
    LEFT JOIN tender_leg AS out ON out.journal_seq = given.seq AND out.tender = 'cash'
    LEFT JOIN tender_leg AS into_ ON into_.journal_seq = sale_order.journal_seq AND into_.tender = 'cash'
"""
_SERIAL: Final = "ticket.serial"


class SqlOrders:
    def __init__(self, context: Context) -> None:
        self._context = context

    # ---- orders

    def order(self, order_id: UUID) -> OrderRecord | None:
        found = self._context.row(f"{_SELECT_ORDER} WHERE order_id = ?", (str(order_id),))
        return None if found is None else _order(found)

    def orders(self, limit: int) -> list[OrderRecord]:
        found = self._context.rows(
            f"{_SELECT_ORDER} WHERE state IN ('ON_HOLD', 'FULFILLED', 'REFUNDED') ORDER BY order_id DESC LIMIT ?",
            (limit,),
        )
        return [_order(row) for row in found]

    def parked(self) -> list[OrderRecord]:
        found = self._context.rows(f"{_SELECT_ORDER} WHERE state = 'ON_HOLD' ORDER BY order_id")
        return [_order(row) for row in found]

    def put_order(self, order: OrderRecord) -> None:
        draft = [_draft_row(one) for one in order.draft]
        self._context.run(
            _PUT_ORDER,
            (
                str(order.order_id),
                order.state.value,
                to_ms(order.created_at),
                str(order.user_id),
                order.clerk,
                None if order.shift_id is None else str(order.shift_id),
                order.total_minor,
                order.received_minor,
                order.change_minor,
                order.currency,
                order.policy,
                order.label,
                maybe_ms(order.parked_at),
                json.dumps(draft),
                order.journal_seq,
            ),
        )

    # ---- tickets

    def ticket(self, ticket_id: UUID) -> TicketRecord | None:
        return self._first("WHERE ticket_id = ?", str(ticket_id))

    def tickets_of(self, order_id: UUID) -> list[TicketRecord]:
        return self._tickets("WHERE order_id = ? ORDER BY epoch, serial", str(order_id))

    def by_number(self, number: str) -> TicketRecord | None:
        return self._first("WHERE number = ?", number)

    def by_serial(self, serial: int, limit: int) -> list[TicketRecord]:
        return self._tickets("WHERE serial = ? ORDER BY epoch DESC LIMIT ?", serial, limit)

    def by_persons(self, person_ids: Sequence[UUID]) -> list[TicketRecord]:
        found: list[TicketRecord] = []
        for person_id in person_ids:
            found += self._tickets("WHERE person_id = ?", str(person_id))
        return sorted(found, key=lambda ticket: (ticket.sold_at, ticket.serial), reverse=True)

    def latest_tickets(self, limit: int) -> list[TicketRecord]:
        return self._tickets("ORDER BY ticket_id DESC LIMIT ?", limit)

    def last_serial(self, epoch: int) -> int:
        serials: dict[int, int] = self._context.memory.setdefault(_SERIAL, {})
        if epoch not in serials:
            serials[epoch] = (
                self._context.scalar("SELECT serial FROM ticket WHERE epoch = ? ORDER BY serial DESC LIMIT 1", (epoch,))
                or 0
            )
        return serials[epoch]

    def add_tickets(self, tickets: Sequence[TicketRecord]) -> None:
        serials: dict[int, int] = self._context.memory.setdefault(_SERIAL, {})
        for ticket in tickets:
            assert ticket.serial == self.last_serial(ticket.epoch) + 1, "ticket numbers have no gaps"
            serials[ticket.epoch] = ticket.serial
        self._context.run_many(_ADD_TICKET, [_ticket_row(ticket) for ticket in tickets])

    def _first(self, where: str, *parameters: Any) -> TicketRecord | None:
        found = self._context.row(f"{_SELECT_TICKET} {where}", parameters)
        return None if found is None else _ticket(found)

    def _tickets(self, where: str, *parameters: Any) -> list[TicketRecord]:
        return [_ticket(row) for row in self._context.rows(f"{_SELECT_TICKET} {where}", parameters)]

    # ---- refunds

    def refund(self, refund_id: UUID) -> RefundRecord | None:
        found = self._context.row(f"{_SELECT_REFUND} WHERE refund_id = ?", (str(refund_id),))
        return None if found is None else _refund(found)

    def refund_of(self, ticket_id: UUID) -> RefundRecord | None:
        found = self._context.row(f"{_SELECT_REFUND} WHERE ticket_id = ?", (str(ticket_id),))
        return None if found is None else _refund(found)

    def add_refund(self, refund: RefundRecord) -> None:
        changed = self._context.run(
            "UPDATE ticket SET state = 'REFUNDED' WHERE ticket_id = ? AND state = 'FULFILLED'",
            (str(refund.ticket_id),),
        )
        if changed != 1:
            raise Refusal(Reason.ALREADY_REFUNDED)
        self._context.run(
            _ADD_REFUND,
            (
                str(refund.refund_id),
                str(refund.ticket_id),
                refund.rule,
                write_items(refund.items),
                refund.refunded_minor,
                refund.fee_minor,
                to_ms(refund.at),
                refund.clerk,
                str(refund.shift_id),
                refund.journal_seq,
            ),
        )

    # ---- totals

    def station_usage(self) -> dict[str, int]:
        usage: dict[str, int] = {}
        rows = self._context.rows(
            "SELECT json_extract(frozen.body, '$.calls[' || ticket.board || '][1]'), "
            "       json_extract(frozen.body, '$.calls[' || ticket.alight || '][1]'), count(*) "
            "FROM ticket JOIN run USING (run_id) JOIN frozen ON frozen.hash = run.pattern "
            "GROUP BY run.pattern, ticket.board, ticket.alight"
        )
        for origin, destination, count in rows:
            for station in (origin, destination):
                if station is not None:
                    usage[station] = usage.get(station, 0) + count
        return usage

    def sales_of_shift(self, shift_id: UUID) -> ShiftSales:
        key = (str(shift_id),)
        numbers = self._context.rows("SELECT number FROM ticket WHERE shift_id = ? ORDER BY epoch, serial", key)
        sold = self._context.row("SELECT count(*), coalesce(sum(price_minor), 0) FROM ticket WHERE shift_id = ?", key)
        given = self._context.row(
            "SELECT count(*), coalesce(sum(refunded_minor), 0), coalesce(sum(fee_minor), 0) FROM refund "
            "WHERE shift_id = ?",
            key,
        )
        papers = self._context.row(
            "SELECT count(*), coalesce(sum(print_job.state = 'settled_spoiled'), 0) FROM print_job "
            "JOIN ticket ON ticket.ticket_id = print_job.ref WHERE print_job.kind = 'ticket' AND ticket.shift_id = ?",
            key,
        )
        assert sold is not None
        assert given is not None
        assert papers is not None
        credited = self._credited(key)
        return ShiftSales(
            first_ticket=numbers[0][0] if numbers else "",
            last_ticket=numbers[-1][0] if numbers else "",
            tickets_sold=sold[0],
            tickets_refunded=given[0],
            tickets_spoiled=papers[1],
            papers_issued=papers[0],
            sales_minor=sold[1],
            refunds_minor=given[1],
            fees_minor=given[2],
            by_tender=self._by_tender(key, credited),
            by_passenger_type=self._tallies("passenger_type", key),
            by_class=self._tallies("travel_class", key),
            credited=credited,
        )

    def _credited(self, key: tuple[str]) -> Credited:
        """As the entries say it: the tables have one cash leg with everything in it."""
        tickets = amount = sales = refunds = 0
        for credit, refund_leg, sale_leg in self._context.rows(_CREDITS, (*key, f'"{EXCHANGED}"')):
            tickets += 1
            amount += credit
            refunds += 0 < credit == -refund_leg
            sales += 0 < credit == sale_leg
        return Credited(tickets=tickets, amount_minor=amount, sales=sales, refunds=refunds)

    def _by_tender(self, key: tuple[str], credited: Credited) -> tuple[Tally, ...]:
        """Each tender's sales, then its refunds; what the coins made of the cash part is a line of its own."""
        found: list[Tally] = []
        rounded = [0, 0]
        pure = {"cash": credited.sales, "cash_refund": credited.refunds}
        for tender, refund, count, amount, coins, rounding in self._context.rows(
            "SELECT tender, refund_id IS NOT NULL, sum(CASE WHEN refund_id IS NULL OR amount_minor < 0 THEN 1 ELSE -1 "
            "END), sum(amount_minor), sum(rounding_minor <> 0), sum(rounding_minor) FROM tender_leg WHERE shift_id = ? "
            "GROUP BY tender, refund_id IS NOT NULL ORDER BY tender <> 'cash', tender, refund_id IS NOT NULL",
            key,
        ):
            code = f"{tender}_refund" if refund else tender
            legs = count - pure.get(code, 0)
            passed = (-amount if refund else amount) - (credited.amount_minor if code in pure else 0)
            if legs or passed or not credited.tickets:
                found.append(Tally(code=code, count=legs, amount_minor=passed))
            rounded[0] += coins
            rounded[1] += rounding
        if credited.tickets:
            found.append(Tally(code="exchange", count=credited.tickets, amount_minor=credited.amount_minor))
        if rounded[0]:
            found.append(Tally(code="cash_rounding", count=rounded[0], amount_minor=rounded[1]))
        return tuple(found)

    def _tallies(self, column: str, key: tuple[str]) -> tuple[Tally, ...]:
        found = self._context.rows(
            f"SELECT {column}, count(*), sum(price_minor) FROM ticket WHERE shift_id = ? "  # noqa: S608
            f"GROUP BY {column} ORDER BY {column}",
            key,
        )
        return tuple(Tally(code=code, count=count, amount_minor=amount) for code, count, amount in found)


def write_items(items: Sequence[Item]) -> str:
    return canonical([[item.kind.value, item.label, item.amount_minor] for item in items]).decode()


def read_items(text: str) -> tuple[Item, ...]:
    return tuple(Item(kind=ItemKind(kind), label=label, amount_minor=minor) for kind, label, minor in json.loads(text))


def _order(row: tuple[Any, ...]) -> OrderRecord:
    return OrderRecord(
        order_id=UUID(row[0]),
        state=OrderState(row[1]),
        created_at=from_ms(row[2]),
        user_id=UUID(row[3]),
        clerk=row[4],
        shift_id=None if row[5] is None else UUID(row[5]),
        total_minor=row[6],
        received_minor=row[7],
        change_minor=row[8],
        currency=row[9],
        policy=row[10],
        label=row[11],
        parked_at=maybe_from_ms(row[12]),
        draft=tuple(_draft(*one) for one in json.loads(row[13])),
        journal_seq=row[14],
    )


def _draft_row(one: DraftPassenger) -> list[Any]:
    """Type and person; where a ticket is given in, that as well."""
    row: list[Any] = [one.passenger_type, None if one.person_id is None else str(one.person_id)]
    if one.exchange is not None:
        given = one.exchange
        row.append([str(given.ticket_id), str(given.refund_id), given.rule, given.fee_minor, given.slip_taken_back])
    return row


def _draft(kind: str, person: str | None, exchange: list[Any] | None = None) -> DraftPassenger:
    given = None
    if exchange is not None:
        ticket_id, refund_id, rule, fee_minor, taken_back = exchange
        given = AgreedExchange(
            ticket_id=UUID(ticket_id),
            refund_id=UUID(refund_id),
            rule=rule,
            fee_minor=fee_minor,
            slip_taken_back=taken_back,
        )
    return DraftPassenger(passenger_type=kind, person_id=None if person is None else UUID(person), exchange=given)


def _ticket_row(ticket: TicketRecord) -> tuple[Any, ...]:
    return (
        str(ticket.ticket_id),
        str(ticket.order_id),
        str(ticket.claim_id),
        ticket.number,
        ticket.epoch,
        ticket.serial,
        ticket.state.value,
        str(ticket.run.run_id),
        ticket.run.service_date.isoformat(),
        ticket.run.trip_id,
        ticket.span.board,
        ticket.span.alight,
        None if ticket.place is None else str(ticket.place),
        ticket.travel_class,
        ticket.passenger_type,
        write_items(ticket.items),
        ticket.price_minor,
        ticket.currency,
        None if ticket.person_id is None else str(ticket.person_id),
        to_ms(ticket.depart),
        to_ms(ticket.arrive),
        to_ms(ticket.sold_at),
        ticket.clerk,
        str(ticket.shift_id),
        ticket.policy,
        ticket.payload,
        ticket.journal_seq,
    )


def _ticket(row: tuple[Any, ...]) -> TicketRecord:
    return TicketRecord(
        ticket_id=UUID(row[0]),
        order_id=UUID(row[1]),
        claim_id=UUID(row[2]),
        number=row[3],
        epoch=row[4],
        serial=row[5],
        state=TicketState(row[6]),
        run=RunRef(run_id=UUID(row[7]), trip_id=row[9], service_date=date.fromisoformat(row[8])),
        span=Span(row[10], row[11]),
        place=None if row[12] is None else PlaceRef.parse(row[12]),
        travel_class=row[13],
        passenger_type=row[14],
        items=read_items(row[15]),
        price_minor=row[16],
        currency=row[17],
        person_id=None if row[18] is None else UUID(row[18]),
        depart=from_ms(row[19]),
        arrive=from_ms(row[20]),
        sold_at=from_ms(row[21]),
        clerk=row[22],
        shift_id=UUID(row[23]),
        policy=row[24],
        payload=bytes(row[25]),
        journal_seq=row[26],
    )


def _refund(row: tuple[Any, ...]) -> RefundRecord:
    return RefundRecord(
        refund_id=UUID(row[0]),
        ticket_id=UUID(row[1]),
        rule=row[2],
        items=read_items(row[3]),
        refunded_minor=row[4],
        fee_minor=row[5],
        at=from_ms(row[6]),
        clerk=row[7],
        shift_id=UUID(row[8]),
        journal_seq=row[9],
    )
