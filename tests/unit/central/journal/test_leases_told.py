"""What was sold through an outage, and what became of the leases meanwhile: C2, C3, C4, and what is returned."""

from __future__ import annotations

from datetime import timedelta

import pytest

from central.allotments import write_rule
from central.tx import Tx, in_transaction
from counter_app.domain.journal import Entry, Json, Kind
from counter_app.domain.leases import LeaseGrant
from counter_app.wire.messages import ClaimStatus
from tests.unit.central.journal.counter import PRICE, Counter, enrol
from tests.unit.central.journal.test_judge import cells, rows, states
from tests.unit.central.stock.test_leases import RULE, leased
from tests.unit.central.stock.world import World, act


@pytest.fixture
def counter(world: World) -> Counter:
    write_rule(Tx(world.connection), RULE)
    return enrol(world)


def taken(counter: Counter, grant: LeaseGrant, kind: Kind = Kind.LEASE_TAKEN, **more: Json) -> Entry:
    body: dict[str, Json] = {
        "lease_id": str(grant.lease_id),
        "run_id": str(grant.run_id),
        "service_date": grant.service_date.isoformat(),
        "travel_class": grant.travel_class,
        "board": grant.board,
        "alight": grant.alight,
        "places": list(grant.places),
        "count": grant.count,
        "holder_epoch": grant.holder_epoch,
    }
    return counter.write(kind, {**body, **more})


def test_c2_sold_of_a_lease_and_the_rest_returned(counter: Counter) -> None:
    """The day's end after an outage: what was sold is sold, the rest is everybody's again."""
    world, run = counter.world, counter.world.run()
    grant = leased(world, counter.device)
    taken(counter, grant)
    counter.sell(run, *grant.places[:2])
    rest = list(grant.places[2:])
    taken(counter, grant, Kind.LEASE_RETURNED, places=list(rest), count=len(rest))
    assert counter.push().verdicts == ()
    assert cells(world, run) == {place: {"SOLD"} for place in grant.places[:2]}
    assert rows(world, "SELECT state FROM lease") == [("SETTLED",)]


def test_c2_sold_of_a_lease_in_doubt(counter: Counter) -> None:
    """The outage lasted longer than the lease: the place waited for its journal."""
    world, run = counter.world, counter.world.run()
    grant = leased(world, counter.device)
    world.clock.pass_(hours=3)
    world.desk.tend(world.connection)
    assert cells(world, run)[grant.places[0]] == {"IN_DOUBT"}
    counter.sell(run, grant.places[0])
    assert counter.push().verdicts == ()
    assert cells(world, run)[grant.places[0]] == {"SOLD"}


def write_off(counter: Counter) -> None:
    in_transaction(
        counter.world.connection, lambda tx: counter.world.desk.write_off_device(tx, counter.device.device_id)
    )


def test_c3_sold_of_a_lease_that_was_written_off_and_is_free(counter: Counter) -> None:
    world, run = counter.world, counter.world.run()
    grant = leased(world, counter.device)
    write_off(counter)
    assert cells(world, run) == {}
    counter.sell(run, grant.places[0])
    (told,) = counter.push().verdicts
    assert (told.judgement.value, told.reason, told.facts) == ("accepted", "late", {"written_off": True})
    assert cells(world, run) == {grant.places[0]: {"SOLD"}}


def test_c4_sold_of_a_lease_that_was_written_off_and_sold_again(counter: Counter) -> None:
    """Two people gave the window up; it comes back with a paper for a place that has been sold since."""
    world, run = counter.world, counter.world.run()
    grant = leased(world, counter.device)
    write_off(counter)
    other = enrol(world)
    place = grant.places[0]
    asked = world.ask(run, places=(place,), travel_class="")
    assert world.desk.claim(other.device, asked, world.connection).status is ClaimStatus.HELD
    assert world.desk.lease(other.device, act(asked), world.connection).status is ClaimStatus.LEASED
    other.sell(run, place, claim_id=asked.claim_id)
    other.push()
    counter.sell(run, place)
    (told,) = counter.push().verdicts
    assert told.reason == "displaced"
    assert told.facts["written_off"] is True
    assert sorted(states(world)) == [(place, "DISPLACED"), (place, "FULFILLED")]
    assert (counter.cash(), other.cash()) == (PRICE, PRICE)


def test_what_is_not_this_counters_cannot_be_returned(counter: Counter) -> None:
    """Else one window could free what another is selling of at this moment."""
    world, run = counter.world, counter.world.run()
    grant = leased(world, counter.device)
    thief = enrol(world)
    taken(thief, grant)
    taken(thief, grant, Kind.LEASE_RETURNED)
    taken(thief, grant, Kind.LEASE_RETURNED, holder_epoch=grant.holder_epoch + 1)
    thief.push()
    assert thief.verdicts() == {
        1: ("conflict", "unknown_lease"),
        2: ("conflict", "not_leased"),
        3: ("conflict", "not_leased"),
    }
    assert cells(world, run) == {place: {"LEASED"} for place in grant.places}


def test_units_are_settled_like_places(counter: Counter) -> None:
    world = counter.world
    run = world.run("BUS")
    grant = leased(world, counter.device, trip="BUS", span=(0, 3), count=3)
    taken(counter, grant)
    sold = counter.sell(run, None, None, board=0, alight=3)
    counter.refund(sold)
    assert counter.push().verdicts == ()
    assert rows(world, "SELECT DISTINCT sold, leased FROM capacity_leg WHERE travel_class = 'second'") == [
        (1, grant.count - 2)
    ]
    world.clock.at += timedelta(minutes=1)
    assert sorted(state for _, state in states(world)) == ["FULFILLED", "REFUNDED"]
