"""The corners of the inventory: each of them is a way in which a counter, a person or a database can be odd."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from central.allotments import AllotmentRule, write_rule
from central.request import Refusing
from central.stock.giving import Span, pool_of
from central.stock.leases import Leasing
from central.stock.runs import RunName
from central.stock.words import Abandoned, Refunded, Returned, RunKey, Settled
from central.tx import Tx, in_transaction
from counter_app.errors import Reason, Refusal
from counter_app.wire.messages import ClaimAct, ClaimStatus, Refused, WaitRequest
from tests.unit.central.stock.test_leases import RULE, leased, ref_of
from tests.unit.central.stock.test_settle import leased_claim, ref, settle, sold, states
from tests.unit.central.stock.world import World, act


def cancel(world: World, trip: str = "T1") -> None:
    run = world.run(trip)
    in_transaction(world.connection, lambda tx: world.desk.cancel_run(tx, RunKey(run.service_date, run.run_id)))


def test_a_claim_id_is_used_once(world: World) -> None:
    """The same id for other places would make the first answer a lie."""
    device, asked = world.device(), world.ask(world.run())
    world.desk.claim(device, asked, world.connection)
    with pytest.raises(Refusing) as refusing:
        world.desk.claim(device, replace(asked, alight=2), world.connection)
    assert refusing.value.code is Refused.BAD_MESSAGE


def test_acts_on_claims_and_runs_that_are_not_there(world: World) -> None:
    """A release that comes before its claim, or after everything: answered, and nothing is made."""
    device = world.device()
    nowhere = ClaimAct(claim_id=world.numbers.new(), run_id=world.run().run_id, service_date=world.run().service_date)
    for call in (world.desk.lease, world.desk.release):
        assert call(device, nowhere, world.connection).status is ClaimStatus.GONE
    world.desk.claim(device, world.ask(world.run()), world.connection)
    for call in (world.desk.lease, world.desk.release):
        assert call(device, nowhere, world.connection).status is ClaimStatus.GONE


def test_no_money_on_a_run_that_was_cancelled(world: World) -> None:
    device, asked = world.device(), world.ask(world.run())
    world.desk.claim(device, asked, world.connection)
    cancel(world)
    answer = world.desk.lease(device, act(asked), world.connection)
    assert (answer.status, answer.reason) == (ClaimStatus.GONE, "cancelled")
    assert states(world) == {}
    for call in (
        lambda: world.desk.claim(device, world.ask(world.run()), world.connection),
        lambda: world.desk.wait(device, WaitRequest(claim=world.ask(world.run())), world.connection),
    ):
        with pytest.raises(Refusing) as refusing:
            call()
        assert refusing.value.code is Refused.UNKNOWN_RUN
    with pytest.raises(Refusal) as refusal:
        cancel(world, "T2")  # never touched
    assert refusal.value.reason is Reason.UNKNOWN_RUN


def test_without_a_timetable_nothing_is_sold(world: World) -> None:
    world.connection.execute("UPDATE issue SET activation = NULL")
    with pytest.raises(Refusing) as refusing:
        world.desk.claim(world.device(), world.ask(world.run()), world.connection)
    assert refusing.value.code is Refused.NO_TIMETABLE


@pytest.mark.parametrize("missing", ["formation", "station"])
def test_a_timetable_with_a_hole_freezes_nothing(world: World, missing: str) -> None:
    if missing == "formation":
        del world.timetable.formations["small"]
    else:
        trip = world.timetable.trips["T1"]
        calls = (replace(trip.calls[0], station_id="nowhere"), *trip.calls[1:])
        world.timetable.trips["T1"] = replace(trip, calls=calls)
    with pytest.raises(Refusing) as refusing:
        world.desk.claim(world.device(), world.ask(world.run()), world.connection)
    assert refusing.value.code is Refused.UNKNOWN_RUN
    assert world.connection.execute("SELECT count(*) FROM run").fetchone() == (0,)


def test_nobody_boards_where_nobody_may(world: World) -> None:
    trip = world.timetable.trips["T1"]
    world.timetable.trips["T1"] = replace(
        trip, calls=(trip.calls[0], replace(trip.calls[1], boarding=False), *trip.calls[2:])
    )
    with pytest.raises(Refusing) as refusing:
        world.desk.claim(world.device(), world.ask(world.run(), 1, 3), world.connection)
    assert refusing.value.code is Refused.UNKNOWN_RUN
    assert world.desk.claim(world.device(), world.ask(world.run(), 0, 3), world.connection).reason == ""


def test_a_run_whose_row_is_gone_is_frozen_again(world: World) -> None:
    """A process that remembers a run which the database no longer has: nobody is refused for it."""
    device = world.device()
    first = world.ask(world.run())
    world.desk.claim(device, first, world.connection)
    world.desk.release(device, act(first), world.connection)
    world.connection.execute("DELETE FROM run")
    assert world.desk.claim(device, world.ask(world.run()), world.connection).status is ClaimStatus.HELD


def test_rows_that_change_under_every_attempt_are_told_as_busy(world: World) -> None:
    """The key forbids it, the picture does not know: after some attempts the counter hears that nothing was done."""
    device = world.device()
    world.desk.claim(device, world.ask(world.run(), places=("01/01A",)), world.connection)
    world.connection.execute(
        "CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION USING ERRCODE = 'unique_violation'; END $$"
    )
    world.connection.execute("CREATE TRIGGER never BEFORE INSERT ON place_leg FOR EACH ROW EXECUTE FUNCTION never()")
    with pytest.raises(Refusing) as refusing:
        world.desk.claim(device, world.ask(world.run()), world.connection)
    assert refusing.value.code is Refused.BUSY


# ---- settlement


def test_an_unpaid_claim_that_its_counter_sold_all_the_same(world: World) -> None:
    """Central never heard the LEASE: the paper is out there, and the cells were its own."""
    device, asked = world.device(), world.ask(world.run(), count=2)
    places = world.desk.claim(device, asked, world.connection).places
    assert settle(world, device, sold(asked, places))[0].outcome is Settled.DONE
    units = world.ask(world.run("BUS"), 0, 2, count=3)
    world.desk.claim(device, units, world.connection)
    assert settle(world, device, sold(units, (), 3))[0].outcome is Settled.DONE
    world.clock.pass_(minutes=30)
    assert world.desk.tend(world.connection)["holds_expired"] == 0
    assert set(states(world).values()) == {"SOLD"}
    assert world.desk.check_cells(world.connection) == []


def test_what_no_run_can_have_been_sold(world: World) -> None:
    device = world.device()
    for trip in ("T1", "BUS"):
        world.desk.claim(device, world.ask(world.run(trip), 0, 1), world.connection)
    train, bus = world.ask(world.run(), 0, 1), world.ask(world.run("BUS"), 0, 1)
    results = settle(
        world,
        device,
        sold(train, (), 1),
        sold(bus, ("01/01A",)),
        replace(sold(bus, (), 1), travel_class="royal"),
        Refunded(run=ref(bus.run), claim_id=bus.claim_id, board=0, alight=9, travel_class="second", place=None),
        Refunded(run=ref(bus.run), claim_id=bus.claim_id, board=0, alight=1, travel_class="royal", place=None),
        Abandoned(run=replace(ref(bus.run), run_id=world.numbers.new()), claim_id=bus.claim_id),
    )
    assert [(one.outcome, one.detail) for one in results] == [
        (Settled.UNKNOWN_RUN, "places"),
        (Settled.UNKNOWN_RUN, "places"),
        (Settled.UNKNOWN_RUN, "travel_class"),
        (Settled.NOTHING, ""),
        (Settled.NOTHING, ""),
        (Settled.NOTHING, ""),
    ]


def test_what_a_displaced_sale_held_of_its_own_is_free(world: World) -> None:
    """Two leased legs and one that is somebody else's: the seat is not his, so none of its legs stay his."""
    device, other = world.device(), world.device()
    write_rule(Tx(world.connection), RULE)
    grant = leased(world, device, count=1, span=(0, 2))
    asked, places = leased_claim(world, other, places=grant.places, board=2, alight=4)
    assert places == grant.places
    result = settle(world, device, sold(world.ask(world.run(), 0, 3), grant.places))[0]
    assert result.outcome is Settled.DISPLACED
    assert set(states(world)) == {(grant.places[0], 2), (grant.places[0], 3)}
    assert world.connection.execute("SELECT state FROM lease").fetchall() == [("SETTLED",)]
    assert world.desk.check_cells(world.connection) == []
    assert asked.claim_id != grant.lease_id


def test_units_displaced_and_given_back_in_one_batch_free_nothing(world: World) -> None:
    device = world.device()
    asked = world.ask(world.run("BUS"), 0, 2)
    back = Refunded(run=ref(asked.run), claim_id=asked.claim_id, board=0, alight=2, travel_class="second", place=None)
    results = settle(world, device, sold(asked, (), 101), back, back)
    assert [one.outcome for one in results] == [Settled.DISPLACED, Settled.NOTHING, Settled.DONE]
    used = world.connection.execute("SELECT sold FROM capacity_leg WHERE leg = 0").fetchone()
    assert used == (99,)
    older = replace(sold(world.ask(asked.run, 0, 1), (), 1), run=replace(ref(asked.run), pattern="older"))
    (kept,) = settle(world, device, older)
    assert (kept.outcome, kept.changed) == (Settled.LATE, True)
    assert world.connection.execute("SELECT sold FROM capacity_leg WHERE leg = 0").fetchone() == (99,)


def test_a_lease_that_was_written_off_takes_nothing_back(world: World) -> None:
    device = world.device()
    write_rule(Tx(world.connection), RULE)
    grant = leased(world, device)
    in_transaction(world.connection, lambda tx: world.desk.write_off_lease(tx, grant.lease_id))
    back = Returned(
        run=ref_of(grant),
        lease_id=grant.lease_id,
        holder_epoch=grant.holder_epoch,
        board=0,
        alight=4,
        places=grant.places,
        count=4,
    )
    (result,) = settle(world, device, back)
    assert (result.outcome, result.detail) == (Settled.NOTHING, "WRITTEN_OFF")
    (unknown,) = settle(world, device, replace(back, lease_id=world.numbers.new()))
    assert (unknown.outcome, unknown.detail) == (Settled.NOTHING, "lease")


# ---- leases


def test_the_closest_rule_holds(world: World) -> None:
    """A station that gets less must not get more through a rule for everybody."""
    tx = Tx(world.connection)
    for station, name, per_window in (("*", "*", 1), ("*", "second", 2), ("AAA", "first", 3)):
        write_rule(tx, replace(RULE, station_code=station, travel_class=name, per_window=per_window))
    assert {name: rule.per_window for name, rule in Leasing.rules_of(tx, "AAA").items()} == {
        "*": 1,
        "second": 2,
        "first": 3,
    }
    write_rule(tx, replace(RULE, station_code="AAA", per_window=4))
    assert {name: rule.per_window for name, rule in Leasing.rules_of(tx, "AAA").items()} == {"*": 4, "first": 3}
    assert {name: rule.per_window for name, rule in Leasing.rules_of(tx, "BBB").items()} == {"*": 1, "second": 2}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"trip_id": "none"}, Reason.UNKNOWN_RUN),
        ({"span": Span(board=0, alight=9, travel_class="second", count=1)}, Reason.BAD_INPUT),
        ({"span": Span(board=0, alight=2, travel_class="royal", count=1)}, Reason.BAD_INPUT),
        ({"valid": timedelta(0)}, Reason.DEPARTED),
    ],
)
def test_by_hand_what_cannot_be_leased_is_refused(world: World, change: dict[str, object], reason: Reason) -> None:
    run = world.run()
    asked: dict[str, object] = {
        "trip_id": "T1",
        "span": Span(board=0, alight=2, travel_class="second", count=1),
        "valid": timedelta(hours=1),
        **change,
    }
    name = RunName(run_id=run.run_id, service_date=run.service_date, trip_id=str(asked["trip_id"]))
    with pytest.raises(Refusal) as refusal:
        in_transaction(
            world.connection,
            lambda tx: world.desk.leasing.grant(
                tx,
                to=pool_of("AAA"),
                name=name,
                span=asked["span"],  # type: ignore[arg-type]
                valid=asked["valid"],  # type: ignore[arg-type]
                guard_s=60,
                by="boss",
            ),
        )
    assert refusal.value.reason is reason


def test_no_rule_no_lease(world: World) -> None:
    rule = AllotmentRule(
        station_code="BBB",
        travel_class="*",
        per_window=4,
        hours_ahead=24,
        share_permille=1_000,
        valid_minutes=60,
        guard_s=60,
    )
    write_rule(Tx(world.connection), rule)
    assert leased(world, world.device("BBB")).count == 4
    with pytest.raises(ValueError, match="not enough values"):
        leased(world, world.device("AAA"))
