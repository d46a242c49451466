"""The intake's statements on tickets, leases and cells name the run, as the inventory's own do."""

from __future__ import annotations

from central.allotments import write_rule
from central.journal.tickets import TicketDesk
from central.tx import Tx
from counter_app.domain.journal import Kind
from counter_app.wire.messages import TicketQuestion
from tests.unit.central.journal.counter import enrol
from tests.unit.central.journal.test_judge import sell_claimed
from tests.unit.central.journal.test_leases_told import taken
from tests.unit.central.journal.test_tickets import ask_lock, ticket_of
from tests.unit.central.stock.test_leases import RULE, leased
from tests.unit.central.stock.test_statements import _TABLE, names_its_run
from tests.unit.central.stock.world import World

# A document says nothing of a run: looked for by an index of its own, within the dates that matter.
BY_DOCUMENT = "SELECT service_date, run_id, ticket_id FROM ticket WHERE document_tag"


def test_every_statement_of_the_intake_names_its_run(world: World) -> None:
    """Else a ticket would be looked for on every machine of a cluster."""
    write_rule(Tx(world.connection), RULE)
    counter = enrol(world)
    heard: set[str] = set()
    Tx.watch = heard.add
    try:
        grant = leased(world, counter.device)
        taken(counter, grant)
        sold = counter.sell(world.run(), *grant.places[:2])
        taken(counter, grant, Kind.LEASE_RETURNED, places=list(grant.places[2:]), count=len(grant.places) - 2)
        counter.push()
        back = counter.refund(sold)
        late = sell_claimed(counter, world.run(), "01/02D")
        counter.push(back.seq)
        counter.refund(late)
        counter.push(late.seq + 1)
        desk = TicketDesk(world.services)
        ask_lock(desk, counter, sold)
        ask_lock(desk, counter, sold, release=True)
        desk.find(counter.device, TicketQuestion(number=ticket_of(sold)[1]), world.connection)
        desk.find(counter.device, TicketQuestion(document_tag=bytes(32)), world.connection)
    finally:
        Tx.watch = None
    assert counter.verdicts() == {}
    inventory = {" ".join(one.split()) for one in heard if _TABLE.search(one)}
    assert any("UPDATE ticket" in one for one in inventory)
    assert any("FROM lease" in one for one in inventory)
    unnamed = [one for one in sorted(inventory) if not names_its_run(one)]
    assert [one for one in unnamed if not one.startswith(BY_DOCUMENT)] == []
    assert len(unnamed) == 1
