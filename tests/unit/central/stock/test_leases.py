"""Leases: what a window holds for an outage must be its own until its journal, or two people, say otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from central.allotments import AllotmentRule, write_rule
from central.feed import device_shard
from central.services import Device
from central.stock.ending import Ended
from central.stock.giving import Given, Holder, Span, pool_of, raise_epoch
from central.stock.runs import RunName
from central.stock.words import Refunded, Returned, Settled, Sold, SoldRunRef
from central.tx import Tx, in_transaction
from counter_app.domain.leases import LeaseGrant
from counter_app.errors import Reason, Refusal
from counter_app.security import verify
from counter_app.wire.messages import ClaimStatus, TopUp, Want
from tests.unit.central.stock.test_settle import ref, settle, sold, states
from tests.unit.central.stock.world import OPERATOR, World, act

RULE = AllotmentRule(
    station_code="*",
    travel_class="*",
    per_window=4,
    hours_ahead=24,
    share_permille=500,
    valid_minutes=120,
    guard_s=60,
)


@pytest.fixture
def ruled(world: World) -> World:
    write_rule(Tx(world.connection), RULE)
    return world


def top_up(world: World, device: Device, *, trip: str = "T1", count: int = 4, span: tuple[int, int] = (0, 4)) -> TopUp:
    want = Want(run=world.run(trip), travel_class="second", board=span[0], alight=span[1], count=count)
    return TopUp(request_id=world.numbers.new(), wants=(want,))


def leased(world: World, device: Device, **more: object) -> LeaseGrant:
    answer = world.desk.top_up(device, top_up(world, device, **more), world.connection)  # type: ignore[arg-type]
    (grant,) = answer.grants
    return grant


def lease_states(world: World) -> list[tuple[str, int]]:
    return world.connection.execute("SELECT state, left_count FROM lease ORDER BY granted_at, lease_id").fetchall()


def items(world: World, device: Device) -> dict[str, bool]:
    rows = world.connection.execute(
        "SELECT key, body IS NOT NULL FROM feed_item WHERE shard = %s", (device_shard(device.device_id),)
    ).fetchall()
    return dict(rows)


def returned(grant: LeaseGrant, places: tuple[str, ...], board: int = 0, alight: int = 4, count: int = 0) -> Returned:
    return Returned(
        run=ref_of(grant),
        lease_id=grant.lease_id,
        holder_epoch=grant.holder_epoch,
        board=board,
        alight=alight,
        places=places,
        count=count or len(places),
    )


def ref_of(grant: LeaseGrant) -> SoldRunRef:
    return SoldRunRef(run_id=grant.run_id, service_date=grant.service_date)


def test_a_top_up_is_signed_bounded_and_the_same_again(ruled: World) -> None:
    """A window gets what the rules allow, from the end of the train; a lost answer gives it nothing twice."""
    device = ruled.device()
    asked = top_up(ruled, device, count=9)
    first = ruled.desk.top_up(device, asked, ruled.connection)
    (grant,) = first.grants
    assert grant.holds(OPERATOR.public, verify)
    assert grant.places == ("01/02B", "01/02C", "01/02D", "01/02F")  # four a window, the last of the train
    assert (grant.holder_epoch, grant.expires_at) == (1, ruled.clock.now() + timedelta(minutes=120))
    assert ruled.desk.top_up(device, asked, ruled.connection) == first
    assert ruled.desk.top_up(device, top_up(ruled, device), ruled.connection).grants == ()  # it has its four
    assert items(ruled, device) == {f"lease/{grant.lease_id}": True}
    other = leased(ruled, ruled.device())
    assert other.count == 3  # half of the six that are free
    assert other.holder_epoch == 1
    assert ruled.desk.check_cells(ruled.connection) == []


def test_nobody_else_gets_leased_places(ruled: World) -> None:
    device = ruled.device()
    grant = leased(ruled, device)
    refused = ruled.desk.claim(device, ruled.ask(ruled.run(), places=(grant.places[0],)), ruled.connection)
    assert refused.reason == "place_taken"
    assert ruled.desk.claim(device, ruled.ask(ruled.run(), count=7), ruled.connection).free == 6


def test_no_lease_without_a_rule_for_far_runs_or_another_pattern(ruled: World) -> None:
    device = ruled.device()
    late = replace(top_up(ruled, device), request_id=ruled.numbers.new())
    (want,) = late.wants
    wants = (
        replace(want, run=ruled.run("T1", ruled.run().service_date + timedelta(days=3))),
        replace(want, run=replace(want.run, pattern="older")),
        replace(want, travel_class="first"),
        replace(want, run=replace(want.run, run_id=ruled.numbers.new())),
        replace(want, board=2, alight=9),
    )
    answer = ruled.desk.top_up(device, TopUp(request_id=ruled.numbers.new(), wants=wants), ruled.connection)
    assert answer.grants == ()
    ruled.clock.pass_(hours=12)  # it has left
    assert ruled.desk.top_up(device, late, ruled.connection).grants == ()


def test_sold_from_a_lease_what_is_left_comes_back(ruled: World) -> None:
    """Offline sales settle; the rest comes back by exactly the cells that are said, and then the lease is over."""
    device = ruled.device()
    grant = leased(ruled, device)
    asked = ruled.ask(ruled.run(), 0, 2)
    first, second, *rest = grant.places
    (done,) = settle(ruled, device, sold(asked, [first], claim_id=ruled.numbers.new()))
    assert done.outcome is Settled.DONE
    assert lease_states(ruled) == [("ACTIVE", 14)]
    assert settle(ruled, ruled.device(), returned(grant, grant.places))[0].outcome is Settled.NOTHING  # not its own
    old = replace(returned(grant, grant.places), holder_epoch=0)
    assert settle(ruled, device, old)[0].outcome is Settled.NOTHING
    # A sold cell that is said to be returned stays sold: a counter's mistake gives no seat away.
    assert settle(ruled, device, returned(grant, (first, second)))[0].outcome is Settled.DONE
    left = {place for place, _ in states(ruled)}
    assert left == {first, *rest}
    assert states(ruled)[first, 0] == "SOLD"
    assert (first, 2) not in states(ruled)
    assert lease_states(ruled) == [("ACTIVE", 8)]
    assert ruled.desk.check_cells(ruled.connection) == []
    settle(ruled, device, returned(grant, tuple(rest)))
    assert lease_states(ruled) == [("SETTLED", 0)]
    assert items(ruled, device) == {f"lease/{grant.lease_id}": False}
    assert ruled.desk.check_cells(ruled.connection) == []


def test_expiry_stops_and_never_frees(ruled: World) -> None:
    """The simulation of time-based reclaiming sold hundreds of seats twice: only settlement frees."""
    device = ruled.device()
    grant = leased(ruled, device)
    ruled.clock.pass_(minutes=121)
    assert ruled.desk.tend(ruled.connection)["leases_expired"] == 1
    assert ruled.desk.tend(ruled.connection)["leases_expired"] == 0
    assert set(states(ruled).values()) == {"IN_DOUBT"}
    assert lease_states(ruled) == [("IN_DOUBT", 16)]
    assert items(ruled, device) == {f"lease/{grant.lease_id}": True}  # it is to return what is left
    assert ruled.desk.claim(device, ruled.ask(ruled.run(), count=7), ruled.connection).free == 6
    assert ruled.desk.check_cells(ruled.connection) == []
    sale = sold(ruled.ask(ruled.run()), [grant.places[0]])
    results = settle(ruled, device, sale, returned(grant, grant.places[1:]))
    assert [one.outcome for one in results] == [Settled.DONE, Settled.DONE]
    assert lease_states(ruled) == [("SETTLED", 0)]
    assert {place for place, _ in states(ruled)} == {grant.places[0]}


def write_off(world: World, device: Device) -> Ended:
    return in_transaction(world.connection, lambda tx: world.desk.write_off_device(tx, device.device_id))


def test_a_lost_device_is_in_doubt_then_written_off(ruled: World) -> None:
    """What a lost window held is nobody's until two people free it; what it sold all the same is accepted, late."""
    device, other = ruled.device(), ruled.device()
    grant = leased(ruled, device)
    paid = ruled.ask(ruled.run(), 0, 1, places=("01/01A",))
    ruled.desk.claim(device, paid, ruled.connection)
    ruled.desk.lease(device, act(paid), ruled.connection)
    doubted = in_transaction(ruled.connection, lambda tx: ruled.desk.doubt_device(tx, device.device_id))
    assert doubted == Ended(leases=1, claims=1, cells=17)
    assert set(states(ruled).values()) == {"IN_DOUBT"}
    assert items(ruled, device) == {f"lease/{grant.lease_id}": False}
    assert ruled.desk.lease(device, act(paid), ruled.connection).status is ClaimStatus.GONE
    assert ruled.desk.check_cells(ruled.connection) == []
    assert write_off(ruled, device) == Ended(leases=1, claims=1, cells=17)
    assert states(ruled) == {}
    assert lease_states(ruled) == [("WRITTEN_OFF", 0)]
    assert write_off(ruled, device) == Ended(leases=0, claims=0, cells=0)
    taken = ruled.ask(ruled.run(), places=(grant.places[0],))
    assert ruled.desk.claim(other, taken, ruled.connection).status is ClaimStatus.HELD
    ruled.desk.lease(other, act(taken), ruled.connection)
    lost, late, claim = settle(
        ruled,
        device,
        sold(ruled.ask(ruled.run()), [grant.places[0]]),
        sold(ruled.ask(ruled.run()), [grant.places[1]]),
        sold(paid, ["01/01A"]),
    )
    assert (lost.outcome, lost.written_off) == (Settled.DISPLACED, True)
    assert (late.outcome, late.written_off) == (Settled.LATE, True)
    assert (claim.outcome, claim.written_off) == (Settled.LATE, True)
    assert ruled.desk.check_cells(ruled.connection) == []


def test_one_lease_written_off(ruled: World) -> None:
    device = ruled.device()
    grant = leased(ruled, device)

    def off(lease_id: UUID) -> Ended:
        return in_transaction(ruled.connection, lambda tx: ruled.desk.write_off_lease(tx, lease_id))

    assert off(grant.lease_id) == Ended(leases=1, claims=0, cells=16)
    with pytest.raises(Refusal) as refusal:
        off(grant.lease_id)
    assert refusal.value.reason is Reason.BAD_INPUT


def test_units_of_a_lease_are_sold_whole(ruled: World) -> None:
    """A counter reckons a unit sold on a part of the way as gone from its lease: central frees the rest of it."""
    device = ruled.device()
    grant = leased(ruled, device, trip="BUS", count=3, span=(0, 3))
    assert (grant.places, grant.count) == ((), 3)
    used = "SELECT leased, in_doubt, sold FROM capacity_leg ORDER BY leg"
    asked = ruled.ask(ruled.run("BUS"), 1, 2)
    assert settle(ruled, device, sold(asked, (), 2))[0].outcome is Settled.DONE
    assert ruled.connection.execute(used).fetchall() == [(1, 0, 0), (1, 0, 2), (1, 0, 0)]
    assert ruled.desk.check_cells(ruled.connection) == []
    ruled.clock.pass_(minutes=121)
    ruled.desk.tend(ruled.connection)
    assert ruled.connection.execute(used).fetchall() == [(0, 1, 0), (0, 1, 2), (0, 1, 0)]
    settle(ruled, device, returned(grant, (), 0, 3, count=9))  # never more than there are
    assert ruled.connection.execute(used).fetchall() == [(0, 0, 0), (0, 0, 2), (0, 0, 0)]
    assert lease_states(ruled) == [("SETTLED", 0)]
    back = Refunded(run=ref(asked.run), claim_id=asked.claim_id, board=1, alight=2, travel_class="second", place=None)
    assert settle(ruled, device, back)[0].outcome is Settled.DONE
    assert ruled.desk.check_cells(ruled.connection) == []


def by_hand(world: World, to: Holder | None, *, count: int = 4, trip: str = "T1", station: str = "AAA") -> Given:
    run = world.run(trip)

    def work(tx: Tx) -> Given:
        return world.desk.leasing.grant(
            tx,
            to=to or pool_of(station),
            name=RunName(run_id=run.run_id, service_date=run.service_date, trip_id=run.trip_id),
            span=Span(board=0, alight=3, travel_class="second", count=count),
            valid=timedelta(hours=2),
            guard_s=60,
            by="boss",
        )

    return in_transaction(world.connection, work)


@pytest.mark.parametrize("trip", ["T1", "BUS"])
def test_a_pool_is_split_to_windows(world: World, trip: str) -> None:
    """A supervisor puts places aside for a station and hands them to its windows as they are needed."""
    device, stranger = world.device(), world.device("BBB")
    pool = by_hand(world, None, trip=trip)
    assert pool.grant is None

    def split(to: Device, count: int) -> Given:
        return in_transaction(
            world.connection,
            lambda tx: world.desk.leasing.split(
                tx, pool.lease_id, to=raise_epoch(tx, to.device_id), count=count, guard_s=60, by="boss"
            ),
        )

    first = split(device, 3)
    assert first.grant is not None
    assert first.grant.holds(OPERATOR.public, verify)
    assert first.grant.holder_epoch == 1
    assert world.desk.check_cells(world.connection) == []
    for to, count, reason in ((device, 2, Reason.NOT_ENOUGH_PLACES), (stranger, 1, Reason.BAD_INPUT)):
        with pytest.raises(Refusal) as refusal:
            split(to, count)
        assert refusal.value.reason is reason
    assert split(device, 1).grant is not None
    assert [state for state, _ in lease_states(world)].count("SPLIT") == 1
    assert world.desk.check_cells(world.connection) == []
    run = world.run(trip)
    sale = Sold(
        run=ref(run),
        claim_id=world.numbers.new(),
        board=0,
        alight=3,
        travel_class="second",
        places=first.places[:1],
        count=1,
    )
    assert settle(world, device, sale)[0].outcome is Settled.DONE
    assert world.desk.check_cells(world.connection) == []


def test_a_pool_that_nobody_took_is_free_when_its_time_is_over(world: World) -> None:
    """It was in no window's hands: nobody can have sold from it."""
    by_hand(world, None)
    by_hand(world, None, trip="BUS")
    world.clock.pass_(hours=3)
    assert world.desk.tend(world.connection)["leases_expired"] == 2
    assert states(world) == {}
    assert [state for state, _ in lease_states(world)] == ["SETTLED", "SETTLED"]
    assert world.desk.check_cells(world.connection) == []


def test_by_hand_it_is_all_or_nothing(world: World) -> None:
    with pytest.raises(Refusal) as refusal:
        by_hand(world, None, count=11)
    assert (refusal.value.reason, refusal.value.facts) == (Reason.NOT_ENOUGH_PLACES, {"free": 10})
    device = world.device()
    given = in_transaction(
        world.connection,
        lambda tx: world.desk.leasing.grant(
            tx,
            to=raise_epoch(tx, device.device_id),
            name=RunName(run_id=world.run().run_id, service_date=world.run().service_date, trip_id="T1"),
            span=Span(board=0, alight=4, travel_class="second", count=2),
            valid=timedelta(hours=1),
            guard_s=60,
            by="boss",
        ),
    )
    assert given.grant is not None
    assert items(world, device) == {f"lease/{given.lease_id}": True}
