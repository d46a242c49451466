"""A run that does not go: cancelled by hand, and told to everybody whom it concerns."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from central.acts import list_acts
from central.allotments import write_rule
from central.cancelling import Cancelling
from central.journal.conflicts import Conflicts
from central.journal.verify import verify_central
from central.request import Refusing
from central.stock.giving import Holder, Span
from central.stock.runs import RunName
from central.tx import Tx, in_transaction
from counter_app.domain.staff import Actor, Role
from counter_app.errors import Reason, Refusal
from counter_app.wire.messages import ClaimStatus
from tests.postgres import Database
from tests.unit.central.journal.counter import Counter, enrol
from tests.unit.central.journal.test_judge import sell_claimed
from tests.unit.central.stock.test_leases import RULE, leased
from tests.unit.central.stock.world import DAY, World


@pytest.fixture
def world(fresh_database: Database) -> World:
    return World(fresh_database.connect())


@pytest.fixture
def cancelling(world: World) -> Cancelling:
    return Cancelling(world.services, world.desk)


def chief(world: World, role: Role = Role.ADMINISTRATOR) -> Actor:
    return Actor(user_id=world.numbers.new(), login="chief", display_name="chief", role=role)


def in_feed(world: World, counter: Counter, kind: str) -> list[dict[str, object]]:
    rows = world.connection.execute(
        "SELECT body FROM feed_item WHERE shard = %s AND kind = %s ORDER BY position",
        (f"device/{counter.device.device_id}", kind),
    ).fetchall()
    return [json.loads(body) for (body,) in rows]


def test_the_list_tells_what_is_sold_held_and_leased(world: World, cancelling: Cancelling) -> None:
    """Nobody can say what cancelling a train means for how many people."""
    write_rule(Tx(world.connection), RULE)
    counter, run = enrol(world), world.run()
    sell_claimed(counter, run, "01/01A")
    counter.push()
    grant = leased(world, counter.device)
    world.desk.claim(counter.device, world.ask(run, count=2), world.connection)
    (told,) = cancelling.runs(world.connection, first=DAY, last=DAY)
    assert (told.service, told.trip_id, told.state) == ("G1", "T1", "open")
    assert (told.sold, told.held, told.leased) == (1, 1, grant.count)
    assert cancelling.runs(world.connection, first=DAY.replace(day=2)) == []


def test_a_cancelled_run_is_sold_by_nobody_and_told_to_all(world: World, cancelling: Cancelling) -> None:
    """Passengers of a train that does not run stand on the platform, and a window goes on selling it."""
    write_rule(Tx(world.connection), RULE)
    one, other, idle, run = enrol(world), enrol(world), enrol(world), world.run()
    sell_claimed(one, run, "01/01A")
    given_back = sell_claimed(one, run, "01/01B")
    one.refund(given_back)
    one.push()
    sell_claimed(other, run, "01/01C")
    other.push()
    grant = leased(world, idle.device)
    held = world.ask(run)
    assert world.desk.claim(idle.device, held, world.connection).status is ClaimStatus.HELD
    record = cancelling.named(world.connection, "G1", DAY)
    done = cancelling.cancel(world.connection, chief(world), record, " no  driver ", confirmed=2)
    assert (done.tickets, done.windows, done.leases) == (2, 2, 1)
    # Nobody sells any more: neither who asks, nor who holds something.
    with pytest.raises(Refusing, match="the run is cancelled"):
        world.desk.claim(one.device, world.ask(run), world.connection)
    assert in_feed(world, idle, "recall") == [{"run_id": str(run.run_id), "service_date": DAY.isoformat()}]
    leases = world.connection.execute("SELECT lease_id, state FROM lease").fetchall()
    assert leases == [(grant.lease_id, "ACTIVE")], "it is the window's until its journal returns it"
    # Who sold tickets has it in the inbox; what was given back concerns nobody.
    assert one.verdicts() == {1: ("conflict", "run_cancelled")}
    (verdict,) = in_feed(world, one, "verdict")
    assert (verdict["reason"], verdict["next_step"]) == ("run_cancelled", "disruption_desk")
    assert other.verdicts() == {1: ("conflict", "run_cancelled")}
    # And the disruption desk has every ticket.
    found = Conflicts(world.services, one.judge, world.desk.availability).all(world.connection)
    assert [len(conflict.incidents) for conflict in found] == [1, 1]
    assert found[0].incidents[0].facts["reason"] == "no driver"
    (act,) = list_acts(world.connection, limit=1)
    assert (act.kind, act.by, act.body["reason"], act.body["tickets"]) == ("run_cancelled", "chief", "no driver", 2)
    assert verify_central(world.connection, world.services, check_cells=world.desk.check_cells).findings == ()


def test_a_sale_that_comes_later_is_on_the_list_too(world: World, cancelling: Cancelling) -> None:
    counter, run = enrol(world), world.run()
    sell_claimed(counter, run, "01/01A")
    record = cancelling.named(world.connection, str(run.run_id), None)
    cancelling.cancel(world.connection, chief(world), record, "snow", confirmed=0)
    (told,) = counter.push().verdicts
    assert told.reason == "run_cancelled"


def test_a_pool_that_nobody_split_is_free(world: World, cancelling: Cancelling) -> None:
    name = RunName(run_id=world.run().run_id, service_date=DAY, trip_id="T1")
    in_transaction(
        world.connection,
        lambda tx: world.desk.leasing.grant(
            tx,
            to=Holder(station_code="AAA", device_id=None, epoch=0),
            name=name,
            span=Span(board=0, alight=4, travel_class="second", count=3),
            valid=timedelta(hours=2),
            guard_s=0,
            by="chief",
        ),
    )
    record = cancelling.named(world.connection, "T1", DAY)
    assert record.leased == 3
    done = cancelling.cancel(world.connection, chief(world), record, "snow", confirmed=0)
    assert done.leases == 0
    assert world.connection.execute("SELECT state FROM lease").fetchall() == [("SETTLED",)]
    assert world.connection.execute("SELECT count(*) FROM place_leg").fetchone() == (0,)


def test_one_that_nobody_touched_is_cancelled_before_anything_is_sold(world: World, cancelling: Cancelling) -> None:
    record = cancelling.named(world.connection, "G2", DAY)
    cancelling.cancel(world.connection, chief(world), record, "snow", confirmed=0)
    with pytest.raises(Refusing, match="the run is cancelled"):
        world.desk.claim(world.device(), world.ask(world.run("T2")), world.connection)
    (told,) = cancelling.runs(world.connection, first=DAY)
    assert (told.service, told.state) == ("G2", "cancelled")


def test_what_is_not_to_be_cancelled_is_refused(world: World, cancelling: Cancelling) -> None:
    """A slip of the hand ends a full train."""
    counter, run = enrol(world), world.run()
    sell_claimed(counter, run, "01/01A")
    counter.push()
    record = cancelling.named(world.connection, "G1", DAY)

    def refused(by: Actor, reason: str, confirmed: int) -> Refusal:
        with pytest.raises(Refusal) as told:
            cancelling.cancel(world.connection, by, record, reason, confirmed=confirmed)
        return told.value

    assert refused(chief(world, Role.SUPERVISOR), "snow", 1).reason is Reason.NOT_ALLOWED
    assert refused(chief(world), " ", 1).reason is Reason.REASON_NEEDED
    assert refused(chief(world), "snow", 0).facts == {"field": "confirm", "detail": "1 tickets are sold"}
    assert cancelling.named(world.connection, "G1", DAY).state == "open"
    cancelling.cancel(world.connection, chief(world), record, "snow", confirmed=1)
    assert refused(chief(world), "snow", 1).facts["detail"] == "is cancelled already"
    for name, day in (("G1", DAY.replace(year=2030)), ("G9", DAY), ("no id", None), (str(counter.shift_id), None)):
        with pytest.raises(Refusal) as told:
            cancelling.named(world.connection, name, day)
        assert told.value.facts["field"] == "run"
