"""``verify`` finds nothing where all is whole, and finds each thing that is not."""

from __future__ import annotations

import pytest

from central.acts import ActKind, Acts
from central.journal.verify import Report, verify_central
from central.tx import in_transaction
from counter_app.domain.journal import Kind
from counter_app.domain.staff import SYSTEM
from tests.unit.central.journal.counter import Counter, enrol, wire
from tests.unit.central.journal.test_intake import cash, spoil
from tests.unit.central.journal.test_judge import sell_claimed
from tests.unit.central.stock.world import World


@pytest.fixture
def counter(world: World) -> Counter:
    """A window's day with a bit of everything: sales, a refund, cash, a corrupt entry, a fork, a new epoch, a C4."""
    counter = enrol(world)
    run = world.run()
    first = sell_claimed(counter, run, "01/01A")
    sell_claimed(counter, run, "01/01B")
    counter.refund(first)
    for _ in range(3):
        counter.write(Kind.CASH_MOVED, cash(counter, 100))
    wires = [wire(entry) for entry in counter.entries]
    wires[4] = spoil(wires[4], 20)
    counter.push(wires=wires)
    copy = counter.clone()
    copy.log_in()
    counter.sell(world.run("BUS"), None, None, board=0, alight=3)
    counter.push(7)
    copy.push(7)
    counter.next_epoch()
    counter.log_in()
    counter.push(8)
    other = enrol(world)
    other.sell(run, "01/01B")
    other.sell(run, "01/01B")
    other.push()
    in_transaction(
        world.connection, lambda tx: Acts(world.services).append(tx, ActKind.STATION_ADDED, {"x": 1}, by=SYSTEM)
    )
    return counter


def report(counter: Counter) -> Report:
    world = counter.world
    return verify_central(world.connection, world.services, check_cells=world.desk.check_cells)


def test_what_is_whole_is_found_whole(counter: Counter) -> None:
    told = report(counter)
    assert told.findings == ()
    assert told.ok
    assert told.counts["entries"] == 11
    assert told.counts["chains"] == 3
    assert told.counts["strays"] == 1
    assert told.counts["tickets"] == 6
    assert told.counts["acts"] == 1
    assert told.counts["open_conflict"] == 2
    assert told.counts["open_quarantined"] == 2
    assert told.fields()["ok"] is True


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("UPDATE entry SET raw = raw || ' '::bytea WHERE seq = 2", "hash"),
        ("UPDATE entry SET raw = '\\xff00'::bytea WHERE seq = 2", "hash"),
        ("UPDATE entry SET raw = raw || ' '::bytea, hash = sha256(raw || ' '::bytea) WHERE seq = 2", "link"),
        ("DELETE FROM entry WHERE seq = 3", "gap"),
        ("DELETE FROM entry WHERE seq = 9 AND epoch = 2", "anchor"),
        ("UPDATE entry SET signature = sha256(raw) || sha256(raw) WHERE seq = 9", "signature"),
        ("UPDATE chain SET hash = sha256(hash) WHERE epoch = 2", "anchor"),
        ("DELETE FROM verdict WHERE seq = 5", "hash"),
        ("DELETE FROM verdict WHERE seq = 7", "no_verdict"),
        ("UPDATE money SET amount_minor = amount_minor + 1 WHERE seq = 4", "money"),
        ("DELETE FROM money WHERE seq = 4", "money"),
        ("UPDATE ticket SET price_minor = price_minor - 1 WHERE place = '01/01A'", "ticket"),
        ("DELETE FROM place_leg WHERE place = '01/01B' AND leg = 2", "ticket_without_cells"),
        ("UPDATE ticket SET state = 'REFUNDED' WHERE place = '01/01B' AND state = 'FULFILLED'", "cell_without_ticket"),
        ("UPDATE capacity_leg SET sold = sold - 1", "units"),
        ("UPDATE ticket_number SET number = number || 'X'", "number"),
        ("UPDATE act SET raw = raw || ' '::bytea", "act"),
    ],
)
def test_each_thing_that_was_changed_behind_its_back_is_found(counter: Counter, sql: str, what: str) -> None:
    """Somebody with access to the database, or a disk that forgets."""
    touched = counter.world.connection.execute(sql).rowcount
    assert touched > 0
    told = report(counter)
    assert not told.ok
    assert what in {finding.what for finding in told.findings}
