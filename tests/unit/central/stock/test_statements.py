"""Every statement on an inventory table names run_id and service_date: that is what makes the tables ready to be spread

over machines by run. Heard from the statements themselves, in a day of everything that the inventory does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from central.allotments import write_rule
from central.stock.giving import raise_epoch
from central.stock.partitions import TABLES, ensure_partitions
from central.stock.words import Abandoned, Refunded, Returned
from central.tx import Tx, in_transaction
from counter_app.wire.messages import AvailabilityQuery, Question, WaitRequest
from tests.postgres import Database
from tests.unit.central.stock.test_leases import RULE, by_hand, leased, ref_of
from tests.unit.central.stock.test_settle import ref, settle, sold
from tests.unit.central.stock.world import World, act

# Sweeps: they look for the runs that something is to be done with, by an index of their own or over everything; what
# they find is then locked and read again by its key. One of them is needed for each way in that has no run to name.
SWEEPS = {
    "SELECT service_date, run_id, stock_position FROM run WHERE stock_shard": "the feed reads runs by position",
    "SELECT service_date, run_id, lease_id FROM lease WHERE state = 'ACTIVE'": "leases whose time is over",
    "SELECT service_date, run_id FROM claim WHERE state = 'HELD'": "holds whose time is over, and runs waited for",
    "DELETE FROM waiting WHERE service_date <": "who waited for a run that left",
    "SELECT service_date, run_id, lease_id, true FROM lease WHERE device_id": "what a lost device holds",
    "SELECT service_date, run_id FROM lease WHERE lease_id": "a lease that a person names",
    "SELECT service_date, run_id, expires_at FROM lease WHERE lease_id": "a pool that a person names",
    "SELECT service_date, run_id FROM run WHERE service_date >=": "verify reads every run",
    "SELECT s.kind, s.service_date, s.run_id FROM (": "verify looks for rows without a run",
}
_TABLE = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE|USING)\s+({'|'.join(TABLES)})\b")


@pytest.fixture
def heard() -> Iterator[set[str]]:
    statements: set[str] = set()
    Tx.watch = statements.add
    yield statements
    Tx.watch = None


def names_its_run(statement: str) -> bool:
    """Both columns are compared, or written by an INSERT; of a join both stand in its condition."""
    if statement.startswith("INSERT"):
        columns = statement.partition("(")[2]
        return columns.startswith("service_date, run_id")
    return bool(
        re.search(r"\bservice_date = (?:%s|[a-z]\.service_date)", statement)
        and re.search(r"\brun_id = (?:%s|[a-z]\.run_id)", statement)
    )


def test_every_statement_names_its_run(world: World, heard: set[str]) -> None:
    device, other = world.device(), world.device()
    desk, connection = world.desk, world.connection
    write_rule(Tx(connection), RULE)
    for trip in ("T1", "BUS"):
        run = world.run(trip)
        first, second, third = (world.ask(run, 0, 2) for _ in range(3))
        places = desk.claim(device, first, connection).places
        desk.claim(device, second, connection)
        desk.claim(device, third, connection)
        desk.lease(device, act(first), connection)
        desk.lease(device, act(third), connection)
        desk.release(device, act(second), connection)
        grant = leased(world, device, trip=trip, span=(0, 3))
        refund = Refunded(
            run=ref(run),
            claim_id=first.claim_id,
            board=0,
            alight=2,
            travel_class="second",
            place=places[0] if places else None,
        )
        back = Returned(
            run=ref_of(grant),
            lease_id=grant.lease_id,
            holder_epoch=grant.holder_epoch,
            board=0,
            alight=3,
            places=grant.places[:1],
            count=1,
        )
        sale = sold(first, places, 1)
        settle(world, device, sale, refund, back, Abandoned(run=ref(run), claim_id=third.claim_id))
        pool = by_hand(world, None, count=2, trip=trip)
        in_transaction(
            connection,
            lambda tx, pool=pool: desk.leasing.split(  # type: ignore[misc]
                tx, pool.lease_id, to=raise_epoch(tx, other.device_id), count=1, guard_s=60, by="boss"
            ),
        )
        many = world.ask(run, 0, 3, count=100) if trip == "BUS" else world.ask(run, 0, 3, count=10)
        desk.wait(device, WaitRequest(claim=many), connection)
        desk.wait(device, WaitRequest(claim=many, leave=True), connection)
        query = AvailabilityQuery(questions=(Question(run=run, board=0, alight=2),))
        desk.availability(device, query, connection)
        world.another().availability(device, query, connection)
        desk.claim(device, world.ask(run, 0, 1), connection)
        in_transaction(connection, lambda tx, grant=grant: desk.write_off_lease(tx, grant.lease_id))  # type: ignore[misc]
    for shard in range(16):
        desk.stock_items(Tx(connection), shard, 0, 100)
    in_transaction(connection, lambda tx: desk.doubt_device(tx, other.device_id))
    in_transaction(connection, lambda tx: desk.write_off_device(tx, other.device_id))
    world.clock.pass_(minutes=150)
    desk.tend(connection)
    world.clock.pass_(days=3)
    desk.tend(connection)
    assert desk.check_cells(connection) == []
    plain = {" ".join(one.split()) for one in heard}
    inventory = {one for one in plain if _TABLE.search(one)}
    swept = {sweep for sweep in SWEEPS if any(one.startswith(sweep) for one in inventory)}
    unnamed = {one for one in inventory if not names_its_run(one) and not any(one.startswith(s) for s in swept)}
    assert unnamed == set()
    assert swept == SWEEPS.keys()  # an exception that nothing needs is none
    touched = {match for one in inventory for match in _TABLE.findall(one)}
    assert touched == set(TABLES)


def test_the_ear_hears_what_names_no_run() -> None:
    """The check itself: a statement without the key does not pass."""
    assert not names_its_run("SELECT state FROM claim WHERE claim_id = %s")
    assert not names_its_run("UPDATE place_leg SET state = 'SOLD' WHERE run_id = %s AND place = %s")
    assert not names_its_run("INSERT INTO claim (claim_id, run_id) VALUES (%s, %s)")
    assert names_its_run("DELETE FROM waiting WHERE service_date = %s AND run_id = %s AND claim_id = ANY(%s)")


def test_months_are_made_beside_writers_and_once(world: World, fresh_database: Database) -> None:
    """Partitions come while a writer is at work: attaching waits for nobody, and two processes make them once."""
    asked = world.ask(world.run())
    world.desk.claim(world.device(), asked, world.connection)
    writer = fresh_database.connect()
    with writer.transaction():
        writer.execute("SELECT 1 FROM run FOR UPDATE")
        writer.execute("UPDATE place_leg SET state = state")
        writer.execute("UPDATE claim SET state = state")
        world.clock.pass_(days=100)
        world.connection.execute("SET lock_timeout = '30s'")  # a wait for the writer would never end
        made = in_transaction(
            world.connection,
            lambda tx: ensure_partitions(tx, world.clock.now().date(), world.clock.now().date() + timedelta(days=90)),
        )
    assert made >= len(TABLES)
    assert made % len(TABLES) == 0
    again = in_transaction(
        writer,
        lambda tx: ensure_partitions(tx, world.clock.now().date(), world.clock.now().date() + timedelta(days=90)),
    )
    assert again == 0
