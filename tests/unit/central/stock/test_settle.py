"""Settlement (C2 to C4, C7): a seat sold twice, or one that nobody can ever sell again, is lost here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from central.services import Device
from central.stock.words import (
    Abandoned,
    Refunded,
    RunKey,
    Settled,
    SettleEvent,
    SettleResult,
    Sold,
    SoldRunRef,
)
from central.tx import Tx, in_transaction
from counter_app.wire.messages import ClaimRequest, ClaimStatus, WireRun
from tests.unit.central.stock.world import World, act


def ref(run: WireRun) -> SoldRunRef:
    return SoldRunRef(
        run_id=run.run_id,
        service_date=run.service_date,
        trip_id=run.trip_id,
        pattern=run.pattern,
        issue_id="issue-1",
    )


def key(run: WireRun) -> RunKey:
    return RunKey(run.service_date, run.run_id)


def settle(world: World, device: Device, *events: SettleEvent) -> list[SettleResult]:
    def work(tx: Tx) -> list[SettleResult]:
        settlement = world.desk.settle(tx, device, events)
        settlement.publish()
        return settlement.results

    return in_transaction(world.connection, work)


def sold(asked: ClaimRequest, places: Sequence[str], count: int = 0, claim_id: UUID | None = None) -> Sold:
    return Sold(
        run=ref(asked.run),
        claim_id=claim_id or asked.claim_id,
        board=asked.board,
        alight=asked.alight,
        travel_class=asked.travel_class or "second",
        places=tuple(places),
        count=count or len(places),
    )


def states(world: World) -> dict[tuple[str, int], str]:
    rows = world.connection.execute("SELECT place, leg, state FROM place_leg").fetchall()
    return {(place, leg): state for place, leg, state in rows}


def leased_claim(world: World, device: Device, **more: object) -> tuple[ClaimRequest, tuple[str, ...]]:
    asked = world.ask(world.run(), **more)  # type: ignore[arg-type]
    answer = world.desk.claim(device, asked, world.connection)
    assert answer.status is ClaimStatus.HELD, answer
    assert world.desk.lease(device, act(asked), world.connection).status is ClaimStatus.LEASED
    return asked, answer.places


def test_a_leased_claim_is_sold_and_refunded(world: World) -> None:
    """The ordinary life of a seat."""
    device = world.device()
    asked, places = leased_claim(world, device, count=2)
    (done,) = settle(world, device, sold(asked, places))
    assert done == SettleResult(outcome=Settled.DONE)
    assert set(states(world).values()) == {"SOLD"}
    refund = Refunded(
        run=ref(asked.run), claim_id=asked.claim_id, board=0, alight=4, travel_class="second", place=places[0]
    )
    assert [one.outcome for one in settle(world, device, refund, refund)] == [Settled.DONE, Settled.NOTHING]
    assert {place for place, _ in states(world)} == {places[1]}
    again = world.desk.claim(device, world.ask(world.run(), places=(places[0],)), world.connection)
    assert again.status is ClaimStatus.HELD


def test_fewer_sold_than_claimed_frees_the_rest(world: World) -> None:
    device = world.device()
    asked, places = leased_claim(world, device, count=3)
    settle(world, device, sold(asked, places[:1]))
    assert {place for place, _ in states(world)} == {places[0]}


def test_an_abandoned_sale_frees_its_claim_and_no_other(world: World) -> None:
    """A claim given up by its counter is free again; nobody gives up another's."""
    device, other = world.device(), world.device()
    asked, _ = leased_claim(world, device)
    gone = Abandoned(run=ref(asked.run), claim_id=asked.claim_id)
    assert settle(world, other, gone)[0].outcome is Settled.NOTHING
    assert len(states(world)) == 4
    assert [one.outcome for one in settle(world, device, gone, gone)] == [Settled.DONE, Settled.AGAIN]
    assert states(world) == {}


def test_c3_free_cells_are_sold_late_and_an_unpaid_hold_yields(world: World) -> None:
    """The paper is out there: who has not paid yet gives way to who has."""
    device, other = world.device(), world.device()
    unpaid = world.ask(world.run(), count=2, places=("01/01A", "01/01B"))
    world.desk.claim(other, unpaid, world.connection)
    asked = world.ask(world.run(), 1, 3)
    late, free = settle(world, device, sold(asked, ["01/01A"]), sold(asked, ["01/02F"], claim_id=world.numbers.new()))
    assert (late.outcome, free.outcome) == (Settled.LATE, Settled.LATE)
    assert states(world) == {(place, leg): "SOLD" for place in ("01/01A", "01/02F") for leg in (1, 2)}
    assert world.desk.lease(other, act(unpaid), world.connection).status is ClaimStatus.GONE
    assert world.desk.claim(other, world.ask(world.run(), places=("01/01B",)), world.connection).places == ("01/01B",)


def test_c4_what_is_sold_elsewhere_stays_theirs(world: World) -> None:
    """Two papers for one seat: the first at central keeps it, and the other's holder is named to be re-seated."""
    device, other = world.device(), world.device()
    asked, places = leased_claim(world, device, count=2)
    mine = world.ask(world.run(), 1, 2)
    results = settle(world, other, sold(mine, ["01/02D", places[0]]))
    assert results == [SettleResult(outcome=Settled.DISPLACED, displaced=(1,))]
    settle(world, device, sold(asked, places))
    assert states(world)[places[0], 1] == "SOLD"
    assert states(world)[places[0], 0] == "SOLD"
    assert states(world)["01/02D", 1] == "SOLD"
    # The same claim sold by another ticket (a restored backup): not accepted in silence.
    assert settle(world, device, sold(asked, places))[0].outcome is Settled.DISPLACED
    # Nor by naming another device's claim.
    theirs, seats = leased_claim(world, device)
    assert settle(world, other, sold(theirs, seats))[0].outcome is Settled.DISPLACED


def test_c7_cancelled_and_changed_runs_are_told(world: World) -> None:
    device = world.device()
    asked, places = leased_claim(world, device)
    world.connection.execute("UPDATE run SET state = 'cancelled', version = version + 1")
    world.desk.forget()
    other_pattern = replace(sold(asked, places), run=replace(ref(asked.run), pattern="older"))
    (told,) = settle(world, device, other_pattern)
    assert (told.outcome, told.cancelled, told.changed) == (Settled.DONE, True, True)
    free = replace(other_pattern, places=("01/01A",) if places != ("01/01A",) else ("01/01B",))
    settle(world, device, replace(free, claim_id=world.numbers.new()))
    assert {place for place, _ in states(world)} == set(places)  # by another pattern nothing new is taken


def test_a_run_first_heard_of_in_a_journal(world: World) -> None:
    """Sold offline by a counter that leased nothing there (an import): frozen then; an unknown one is said to be."""
    device = world.device()
    asked = world.ask(world.run("T2"), 0, 3)
    unknown = replace(sold(asked, ["01/01A"]), run=replace(ref(asked.run), run_id=world.numbers.new()))
    wrong = sold(asked, ["99/99Z"])
    results = settle(world, device, unknown, sold(asked, ["01/01A"]), wrong, replace(wrong, board=3, alight=99))
    assert [(one.outcome, one.detail) for one in results] == [
        (Settled.UNKNOWN_RUN, "run"),
        (Settled.LATE, ""),
        (Settled.UNKNOWN_RUN, "place"),
        (Settled.UNKNOWN_RUN, "span"),
    ]


def test_units(world: World) -> None:
    """Unreserved: claimed, sold, given back; more than there are is displaced, and given back it frees nothing."""
    device = world.device()
    asked = world.ask(world.run("BUS"), 0, 2, count=90)
    world.desk.claim(device, asked, world.connection)
    world.desk.lease(device, act(asked), world.connection)
    other = world.ask(world.run("BUS"), 1, 3)
    results = settle(world, device, sold(asked, (), 90), sold(other, (), 12))
    assert results == [
        SettleResult(outcome=Settled.DONE),
        SettleResult(outcome=Settled.DISPLACED, displaced=(10, 11)),
    ]
    used = "SELECT leg, held, leased, sold FROM capacity_leg ORDER BY 1"
    assert world.connection.execute(used).fetchall() == [(0, 0, 0, 90), (1, 0, 0, 100), (2, 0, 0, 10)]
    back = Refunded(run=ref(asked.run), claim_id=asked.claim_id, board=0, alight=2, travel_class="second", place=None)
    assert settle(world, device, back)[0].outcome is Settled.DONE
    assert world.connection.execute(used).fetchall() == [(0, 0, 0, 89), (1, 0, 0, 99), (2, 0, 0, 10)]
    yields = world.ask(world.run("BUS"), 2, 3, count=90)
    world.desk.claim(device, yields, world.connection)
    assert settle(world, device, sold(other, (), 1, world.numbers.new()))[0].outcome is Settled.LATE
    assert world.connection.execute(used).fetchall() == [(0, 0, 0, 89), (1, 0, 0, 100), (2, 0, 0, 11)]


def test_pictures_stay_true_through_settlement(world: World) -> None:
    """What intake did is seen by the next claim, in this process and in another."""
    device, another = world.device(), world.another()
    asked, _ = leased_claim(world, device, count=10)
    assert another.claim(device, world.ask(world.run()), world.connection).free == 0
    settle(world, device, Abandoned(run=ref(asked.run), claim_id=asked.claim_id))
    for desk in (world.desk, another):
        found = desk.claim(device, world.ask(world.run(), count=5), world.connection)
        assert found.status is ClaimStatus.HELD
    assert another.claim(device, world.ask(world.run()), world.connection).free == 0


def test_a_settlement_that_is_rolled_back_leaves_no_trace(world: World) -> None:
    """The intake tries again after a crash: what came to nothing must be nothing, in memory too."""
    device = world.device()
    asked, places = leased_claim(world, device, count=3)
    before = states(world)

    def work(tx: Tx) -> None:
        settlement = world.desk.settle(tx, device, [Abandoned(run=ref(asked.run), claim_id=asked.claim_id)])
        assert settlement.results[0].outcome is Settled.DONE
        raise ZeroDivisionError  # before it was published: the version is still the one that pictures are of

    with pytest.raises(ZeroDivisionError):
        in_transaction(world.connection, work)
    assert states(world) == before
    refused = world.desk.claim(device, world.ask(world.run(), places=(places[0],)), world.connection)
    assert refused.reason == "place_taken"
    assert world.desk.claim(device, world.ask(world.run(), count=8), world.connection).free == 7
    assert settle(world, device, sold(asked, places))[0].outcome is Settled.DONE
