"""What sales, refunds and returns of a device's journal do to tickets, money and places (conflict rules C2 to C7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from central.journal.facts import AbandonedFact, LeaseReturnedFact, RefundedFact, RunFact, SoldFact, Told
from central.journal.ledger import DISPLACED, FULFILLED, REFUNDED, Incident, Ledger, Ticket, new_ticket
from central.stock.words import Abandoned, Refunded, Returned, Settled, SettleEvent, SettleResult, Sold, SoldRunRef
from counter_app.domain.verdicts import Why


def post(ledger: Ledger) -> list[tuple[Told, SettleEvent]]:
    """Tickets and money, in the order of the entries. Returns what is to be said to the stock, in that order."""
    return list(_post(ledger))


def _post(ledger: Ledger) -> Iterator[tuple[Told, SettleEvent]]:
    for told in ledger.told:
        match told.fact:
            case SoldFact() as sold:
                yield from _sold(ledger, told, sold)
            case RefundedFact() as refunded:
                yield from _refunded(ledger, told, refunded)
            case AbandonedFact(run_id=UUID() as run_id, service_date=service_date, claim_id=claim_id):
                assert service_date is not None, "read together with run_id"
                yield told, Abandoned(run=SoldRunRef(run_id=run_id, service_date=service_date), claim_id=claim_id)
            case LeaseReturnedFact() as returned:
                yield (
                    told,
                    Returned(
                        run=SoldRunRef(
                            run_id=returned.run_id, service_date=returned.service_date, pattern=returned.pattern
                        ),
                        lease_id=returned.lease_id,
                        holder_epoch=returned.holder_epoch,
                        board=returned.board,
                        alight=returned.alight,
                        places=returned.places,
                        count=returned.count,
                    ),
                )
            case _:
                pass


def _sold(ledger: Ledger, told: Told, sold: SoldFact) -> Iterator[tuple[Told, SettleEvent]]:
    ledger.move(told, sold.shift_id, sold.legs, sold.currency)
    twice = [
        str(one.ticket_id)
        for one in sold.tickets
        if one.ticket_id in ledger.places or (one.ticket_id in ledger.tickets and ledger.tickets[one.ticket_id].fresh)
    ]
    if twice:  # sold by another entry already: those cells and tickets are that entry's
        ledger.findings.add(told.seq, Why.DUPLICATE_TICKET, tickets=list(twice[:20]))
        return
    window = f"{ledger.device.station_code}-{ledger.device.counter:02d}-{ledger.epoch}-"
    for one in sold.tickets:
        ticket = new_ticket(ledger, told, sold, one)
        if ledger.numbers.setdefault(one.number, one.ticket_id) != one.ticket_id:
            ticket.numbered = False
            ledger.findings.add(
                told.seq, Why.DUPLICATE_NUMBER, number=one.number, other=str(ledger.numbers[one.number])
            )
        if not one.number.startswith(window):
            ledger.findings.add(told.seq, Why.FOREIGN_NUMBER, number=one.number)
        ledger.tickets[one.ticket_id] = ticket
    yield (
        told,
        Sold(
            run=_run_ref(sold.run, sold.issue_id),
            claim_id=sold.claim_id,
            board=sold.board,
            alight=sold.alight,
            travel_class=sold.travel_class,
            places=tuple(one.place for one in sold.tickets if one.place is not None),
            count=len(sold.tickets),
        ),
    )


def _refunded(ledger: Ledger, told: Told, refunded: RefundedFact) -> Iterator[tuple[Told, SettleEvent]]:
    ledger.move(told, refunded.shift_id, refunded.legs, refunded.currency)
    ticket = ledger.tickets.get(refunded.ticket_id)
    if ticket is None:
        ledger.findings.add(told.seq, Why.UNKNOWN_TICKET, ticket=str(refunded.ticket_id), number=refunded.number)
        return
    if ticket.ended is not None:
        device_id, epoch, seq = ticket.ended
        ledger.findings.add(
            told.seq,
            Why.ALREADY_REFUNDED,
            number=ticket.number,
            by=ledger.windows.get(device_id, ledger.device.window if device_id == ledger.device.device_id else ""),
            entry=f"{epoch}/{seq}",
            amount_minor=refunded.refunded_minor,
        )
        return
    if refunded.refunded_minor > ticket.price_minor or refunded.currency != ticket.currency:
        ledger.findings.add(
            told.seq, Why.REFUND_TOO_HIGH, number=ticket.number, amount_minor=refunded.refunded_minor,
            price_minor=ticket.price_minor,
        )  # fmt: skip
    displaced = ticket.state == DISPLACED
    ticket.state = REFUNDED
    ticket.ended = (ledger.device.device_id, ledger.epoch, told.seq)
    ticket.changed = True
    if not displaced:  # the place of a displaced one is somebody else's
        yield told, _freed(ticket)


def _freed(ticket: Ticket) -> Refunded:
    return Refunded(
        run=SoldRunRef(run_id=ticket.run_id, service_date=ticket.service_date, pattern=ticket.pattern),
        claim_id=ticket.claim_id,
        board=ticket.board,
        alight=ticket.alight,
        travel_class=ticket.travel_class,
        place=ticket.place,
    )


def _run_ref(run: RunFact, issue_id: str) -> SoldRunRef:
    return SoldRunRef(
        run_id=run.run_id,
        service_date=run.service_date,
        trip_id=run.trip_id,
        pattern=run.pattern,
        issue_id=issue_id,
    )


def heard(ledger: Ledger, events: Sequence[tuple[Told, SettleEvent]], results: Sequence[SettleResult]) -> None:
    """What the stock answered, as verdicts and incidents."""
    for (told, event), result in zip(events, results, strict=True):
        match event:
            case Sold():
                _sale_heard(ledger, told, event, result)
            case Returned():
                if result.outcome in {Settled.NOTHING, Settled.UNKNOWN_RUN}:
                    ledger.findings.add(told.seq, Why.NOT_LEASED, lease=str(event.lease_id), detail=result.detail)
            case Abandoned() | Refunded():
                pass  # a claim that central never had, or cells that are free already


def _sale_heard(ledger: Ledger, told: Told, event: Sold, result: SettleResult) -> None:
    seq = told.seq
    run = {"run_id": str(event.run.run_id), "service_date": event.run.service_date.isoformat()}
    if result.span is not None:  # sold in the legs of an older timetable
        assert isinstance(told.fact, SoldFact)
        for one in told.fact.tickets:
            ledger.tickets[one.ticket_id].board, ledger.tickets[one.ticket_id].alight = result.span
    for ticket in _alike(ledger, told, len(result.without)):
        ticket.alight = ticket.board  # has units on no leg
    match result.outcome:
        case Settled.LATE:
            ledger.findings.add(seq, Why.LATE, written_off=result.written_off)
        case Settled.DISPLACED:
            numbers = []
            for ticket in _displaced(ledger, told, result):
                numbers.append(ticket.number)
                if ticket.state != FULFILLED:  # given back since: nobody is to be re-seated
                    continue
                ticket.state = DISPLACED
                ledger.incidents.append(
                    Incident(
                        "displaced",
                        seq,
                        ticket.service_date,
                        ticket.run_id,
                        ticket.ticket_id,
                        {
                            "number": ticket.number,
                            "place": ticket.place,
                            "travel_class": ticket.travel_class,
                            "board": ticket.board,
                            "alight": ticket.alight,
                            "price_minor": ticket.price_minor,
                            "currency": ticket.currency,
                            "written_off": result.written_off,
                        },
                    )
                )
            ledger.findings.add(seq, Why.DISPLACED, tickets=list(numbers[:40]), written_off=result.written_off, **run)
        case Settled.UNKNOWN_RUN:
            ledger.findings.add(seq, Why.UNKNOWN_RUN, trip_id=event.run.trip_id, detail=result.detail, **run)
            _incident(ledger, told, event, "unknown_run")
        case _:
            pass
    if result.cancelled:
        ledger.findings.add(seq, Why.RUN_CANCELLED, trip_id=event.run.trip_id, **run)
        _incident(ledger, told, event, "run_cancelled")
    if result.changed:
        ledger.findings.add(seq, Why.RUN_CHANGED, trip_id=event.run.trip_id, trouble=result.trouble, **run)
        _incident(ledger, told, event, "run_changed", trouble=result.trouble)


def _displaced(ledger: Ledger, told: Told, result: SettleResult) -> list[Ticket]:
    assert isinstance(told.fact, SoldFact)
    tickets = [ledger.tickets[one.ticket_id] for one in told.fact.tickets]
    if tickets[0].place is None:
        return _alike(ledger, told, len(result.displaced))
    return [tickets[n] for n in result.displaced]


def _alike(ledger: Ledger, told: Told, count: int) -> list[Ticket]:
    """So many of a sale of units: those that were given back by the same batch were the ones that nobody had."""
    assert isinstance(told.fact, SoldFact)
    tickets = [ledger.tickets[one.ticket_id] for one in told.fact.tickets]
    return sorted(tickets, key=lambda ticket: ticket.state != REFUNDED)[:count]


def _incident(ledger: Ledger, told: Told, event: Sold, kind: str, *, trouble: str = "") -> None:
    facts = {
        "trip_id": event.run.trip_id,
        "pattern": event.run.pattern,
        "board": event.board,
        "alight": event.alight,
        "tickets": event.count,
        "order_id": str(told.fact.order_id) if isinstance(told.fact, SoldFact) else "",
        "trouble": trouble,
    }
    ledger.incidents.append(Incident(kind, told.seq, event.run.service_date, event.run.run_id, None, facts))
