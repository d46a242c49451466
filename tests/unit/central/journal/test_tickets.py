"""Tickets of other windows: found by number or document, and given back once."""

from __future__ import annotations

from uuid import UUID

import pytest

from central.journal.tickets import TicketDesk
from counter_app.domain.journal import Entry, Kind
from counter_app.wire.messages import LockAnswer, TicketLock, TicketQuestion
from tests.unit.central.journal.counter import PRICE, Counter, enrol
from tests.unit.central.journal.test_judge import claimed, sell_claimed
from tests.unit.central.stock.world import World


@pytest.fixture
def counter(world: World) -> Counter:
    return enrol(world)


@pytest.fixture
def desk(world: World) -> TicketDesk:
    return TicketDesk(world.services)


def ticket_of(entry: Entry) -> tuple[UUID, str]:
    tickets = entry.body["tickets"]
    assert isinstance(tickets, list)
    ticket = tickets[0]
    assert isinstance(ticket, dict)
    return UUID(str(ticket["ticket_id"])), str(ticket["number"])


def ask_lock(desk: TicketDesk, counter: Counter, entry: Entry, *, release: bool = False) -> LockAnswer:
    run = counter.world.run()
    lock = TicketLock(ticket_id=ticket_of(entry)[0], run_id=run.run_id, service_date=run.service_date, release=release)
    return desk.lock(counter.device, lock, counter.world.connection)


def test_a_ticket_of_another_window_is_found_by_its_number(counter: Counter, desk: TicketDesk) -> None:
    """A passenger comes to another window than the one that sold."""
    world, run = counter.world, counter.world.run()
    entry = sell_claimed(counter, run, "01/01A")
    ticket_id, number = ticket_of(entry)
    other = enrol(world, "BBB")
    assert desk.find(other.device, TicketQuestion(number=number), world.connection).tickets == ()
    counter.push()
    (found,) = desk.find(other.device, TicketQuestion(number=number.lower()), world.connection).tickets
    assert (found.ticket_id, found.number, found.state, found.place) == (ticket_id, number, "FULFILLED", "01/01A")
    assert (found.station_code, found.counter) == ("AAA", counter.device.counter)
    assert found.run == run
    assert (found.service, found.origin, found.destination) == ("G1", "A", "E")
    assert (found.price_minor, found.currency, found.passenger_type) == (PRICE, "CNY", "adult")
    assert found.sold_at == entry.at
    assert found.locked_by == ""


def test_tickets_of_a_document_are_found_at_every_window(counter: Counter, desk: TicketDesk) -> None:
    world, run = counter.world, counter.world.run()
    asked = claimed(counter, run, "01/01A")
    body = counter.sold_body(run, ["01/01A"], claim_id=asked.claim_id)
    body["tickets"][0]["document_tag"] = "ab" * 32  # type: ignore[index,call-overload]
    counter.write(Kind.SOLD, body)
    sell_claimed(counter, run, "01/01B")
    counter.push()
    found = desk.find(counter.device, TicketQuestion(document_tag=b"\xab" * 32), world.connection).tickets
    assert [ticket.place for ticket in found] == ["01/01A"]
    assert desk.find(counter.device, TicketQuestion(document_tag=bytes(32)), world.connection).tickets == ()
    assert desk.find(counter.device, TicketQuestion(), world.connection).tickets == ()


def test_one_window_at_a_time_gives_a_ticket_back(counter: Counter, desk: TicketDesk) -> None:
    world = counter.world
    entry = sell_claimed(counter, world.run(), "01/01A")
    counter.push()
    first, second = enrol(world), enrol(world)
    assert ask_lock(desk, first, entry).granted
    assert ask_lock(desk, first, entry).granted  # its answer was lost
    refused = ask_lock(desk, second, entry)
    assert (refused.granted, refused.reason, refused.by) == (False, "locked_elsewhere", first.device.window)
    (seen,) = desk.find(second.device, TicketQuestion(number=ticket_of(entry)[1]), world.connection).tickets
    assert seen.locked_by == first.device.window
    # Another's release changes nothing; its own lets go, twice too.
    ask_lock(desk, second, entry, release=True)
    assert not ask_lock(desk, second, entry).granted
    assert ask_lock(desk, first, entry, release=True).granted
    assert ask_lock(desk, first, entry, release=True).granted
    assert ask_lock(desk, second, entry).granted
    second.refund(entry)
    second.push()
    ended = ask_lock(desk, first, entry)
    assert (ended.granted, ended.reason, ended.by) == (False, "already_refunded", second.device.window)
    rows = world.connection.execute("SELECT locked_by, locked_at FROM ticket").fetchall()
    assert rows == [(None, None)]


def test_a_lost_window_locks_nobody_out(counter: Counter, desk: TicketDesk) -> None:
    world = counter.world
    entry = sell_claimed(counter, world.run(), "01/01A")
    counter.push()
    lost, other = enrol(world), enrol(world)
    assert ask_lock(desk, lost, entry).granted
    world.connection.execute("UPDATE device SET state = 'lost' WHERE device_id = %s", (lost.device.device_id,))
    assert ask_lock(desk, other, entry).granted


def test_an_unknown_ticket_is_said(counter: Counter, desk: TicketDesk) -> None:
    entry = counter.sell(counter.world.run(), "01/01A")
    answer = ask_lock(desk, counter, entry)
    assert (answer.granted, answer.reason) == (False, "unknown_ticket")
