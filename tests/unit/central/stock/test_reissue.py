"""Legs that a new timetable renumbers, while places are held, leased and sold by the old one (C7).

A mistake here gives a seat to two people, or leaves one in doubt for ever: nobody dares to free it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from psycopg import errors

from central.allotments import write_rule
from central.request import Refusing
from central.stock.reissuing import RUNS_A_TIME, Reissued, Reissuing
from central.stock.words import Abandoned, Refunded, Returned, Settled, SettleResult, Sold, SoldRunRef
from central.tx import Tx, in_transaction
from counter_app.domain.leases import LeaseGrant
from counter_app.domain.timetable import Trip
from counter_app.wire.messages import ClaimStatus, Refused, WaitRequest, WireRun
from tests.postgres import Database
from tests.unit.central.stock.test_leases import RULE, lease_states, leased, returned
from tests.unit.central.stock.test_reissuing import issue, later, sell
from tests.unit.central.stock.test_settle import leased_claim, ref, settle, sold, states
from tests.unit.central.stock.test_statements import _TABLE as TABLE
from tests.unit.central.stock.test_statements import names_its_run
from tests.unit.central.stock.world import DAY, NAMESPACE, SmallTimetable, World, act

VANISHED = "call_vanished"


def without(trip: Trip, *gone: int, version: str = "shorter") -> Trip:
    """The same train that does not call there any more."""
    kept = [n for n in range(len(trip.calls)) if n not in gone]
    return replace(
        trip,
        calls=tuple(trip.calls[n] for n in kept),
        pattern_version=version,
        cumulative_fares={name: tuple(fares[n] for n in kept) for name, fares in trip.cumulative_fares.items()},
    )


@pytest.fixture
def ruled(world: World) -> World:
    write_rule(Tx(world.connection), RULE)
    return world


def replaced(world: World, new: Trip, sha: str = "e" * 64) -> Reissued:
    """An issue with this trip in the place of its namesake; the one before stays as it is."""
    old = world.timetable
    made = SmallTimetable(
        info=replace(old.info, issue_id="another"), trips={**old.trips, new.trip_id: new}, formations=old.formations
    )
    world.timetables.issues[sha] = world.timetable = made

    def work(tx: Tx) -> Reissued:
        tx.connection.execute(
            "INSERT INTO issue SELECT %s, 'another', %s, 'new', %s, %s, 3, 0, 1, max(activation) + 1, %s FROM issue",
            (sha, NAMESPACE, DAY, DAY, world.clock.now()),
        )
        return Reissuing(world.services).reissue(tx, sha)

    return in_transaction(world.connection, work)


def from_lease(world: World, grant: LeaseGrant, place: str, board: int, alight: int, old: WireRun) -> Sold:
    return Sold(
        run=ref(old),
        claim_id=world.numbers.new(),
        board=board,
        alight=alight,
        travel_class=grant.travel_class,
        places=(place,) if place else (),
        count=1,
    )


def rest(grant: LeaseGrant, places: tuple[str, ...], board: int, alight: int, count: int = 0) -> Returned:
    back = returned(grant, places, board, alight, count)
    return replace(back, run=replace(back.run, pattern=grant.pattern))


def test_a_lease_is_sold_and_given_back_in_its_old_legs(ruled: World) -> None:
    """The window was offline: what it sold becomes its customers', what is left everybody's, nothing stays in doubt."""
    device, other, old = ruled.device(), ruled.device(), ruled.run()
    grant = leased(ruled, device)
    a, b, c, d = grant.places
    assert issue(ruled, without(ruled.timetable.trips["T1"], 2)).moved == 1
    assert set(states(ruled).values()) == {"LEASED"}
    assert len(states(ruled)) == 4 * 3
    assert ruled.desk.check_cells(ruled.connection) == []
    taken = ruled.desk.claim(other, ruled.ask(ruled.run(), 0, 3, places=(a,)), ruled.connection)
    assert taken.reason == "place_taken"
    whole, first, last = settle(
        ruled,
        device,
        from_lease(ruled, grant, a, 0, 4, old),
        from_lease(ruled, grant, b, 0, 1, old),
        from_lease(ruled, grant, c, 3, 4, old),
    )
    assert (whole.outcome, whole.changed, whole.span) == (Settled.DONE, False, (0, 3))
    assert (first.span, last.span) == ((0, 1), (2, 3))
    settle(ruled, device, rest(grant, (d,), 0, 4), rest(grant, (b,), 1, 4), rest(grant, (c,), 0, 3))
    expected = {(a, 0), (a, 1), (a, 2), (b, 0), (c, 2)}
    assert states(ruled) == dict.fromkeys(expected, "SOLD")
    assert lease_states(ruled) == [("SETTLED", 0)]
    assert ruled.desk.check_cells(ruled.connection) == []
    ruled.clock.pass_(hours=3)
    ruled.desk.tend(ruled.connection)
    assert lease_states(ruled) == [("SETTLED", 0)], "time does not put it in doubt"
    new = ruled.ask(ruled.run(), 1, 3, places=(b,))
    assert ruled.desk.claim(other, new, ruled.connection).status is ClaimStatus.HELD


def test_journeys_that_cannot_be_made_any_more(ruled: World) -> None:
    """Two customers of one seat, to and from a station without a stop now: both are told, and nothing is stuck."""
    device, old = ruled.device(), ruled.run()
    grant = leased(ruled, device)
    a, b, *others = grant.places
    issue(ruled, without(ruled.timetable.trips["T1"], 2))
    found = settle(
        ruled,
        device,
        from_lease(ruled, grant, a, 0, 2, old),
        from_lease(ruled, grant, a, 2, 4, old),
        from_lease(ruled, grant, b, 1, 2, old),
        rest(grant, (b,), 0, 1),
        rest(grant, (b,), 2, 4),
        rest(grant, tuple(others), 0, 4),
    )
    assert [(one.outcome, one.changed, one.trouble) for one in found[:3]] == [(Settled.DONE, True, VANISHED)] * 3
    assert all(one.outcome is Settled.DONE for one in found[3:])
    assert lease_states(ruled) == [("SETTLED", 0)]
    assert ruled.desk.check_cells(ruled.connection) == []


def test_a_lease_to_a_call_that_went_is_kept_until_its_window_settles(ruled: World) -> None:
    """Cut off, the window goes on selling. The timetable was a mistake and is taken back: its customers have seats."""
    window, other, old = ruled.device(), ruled.device(), ruled.run()
    before = ruled.timetable.trips["T1"]
    grant = leased(ruled, window, span=(2, 4))
    a, b, c, d = grant.places
    granted = {(place, leg): "LEASED" for place in grant.places for leg in (2, 3)}
    assert states(ruled) == granted
    issue(ruled, without(before, 2))
    assert states(ruled) == {(place, leg): "LEASED" for place in grant.places for leg in (1, 2)}
    assert ruled.desk.check_cells(ruled.connection) == []
    for place in (a, b):
        refused = ruled.desk.claim(other, ruled.ask(ruled.run(), 1, 2, places=(place,)), ruled.connection)
        assert refused.reason == "place_taken"
    (meanwhile,) = settle(ruled, window, from_lease(ruled, grant, d, 2, 3, old))
    assert (meanwhile.outcome, meanwhile.trouble) == (Settled.DONE, VANISHED)
    issue(ruled, before, sha="f" * 64)
    sold_meanwhile = {(d, 1): "SOLD", (d, 2): "SOLD"}
    assert states(ruled) == granted | sold_meanwhile, "no leg more than it was granted"
    assert ruled.desk.check_cells(ruled.connection) == []
    done, *back = settle(
        ruled,
        window,
        from_lease(ruled, grant, a, 2, 3, old),
        rest(grant, (a, d), 3, 4),
        rest(grant, (b, c), 2, 4),
    )
    assert (done.outcome, done.displaced) == (Settled.DONE, ())
    assert all(one.outcome is Settled.DONE for one in back)
    assert states(ruled) == {(a, 2): "SOLD"} | sold_meanwhile
    assert lease_states(ruled) == [("SETTLED", 0)]


def test_a_ticket_to_a_call_that_went_and_came_is_given_back_whole(ruled: World) -> None:
    """A leg would stay sold to nobody."""
    window, old = ruled.device(), ruled.run()
    before = ruled.timetable.trips["T1"]
    grant = leased(ruled, window, span=(2, 4))
    issue(ruled, without(before, 2))
    place = grant.places[0]
    paid = from_lease(ruled, grant, place, 2, 3, old)
    settle(ruled, window, paid)
    issue(ruled, before, sha="f" * 64)
    assert {leg for (at, leg), state in states(ruled).items() if state == "SOLD"} == {1, 2}
    refund = Refunded(run=ref(old), claim_id=paid.claim_id, board=2, alight=3, travel_class="second", place=place)
    assert settle(ruled, window, refund)[0].outcome is Settled.DONE
    assert "SOLD" not in states(ruled).values()
    assert ruled.desk.check_cells(ruled.connection) == []


def test_two_leases_that_would_share_a_leg_keep_the_run_as_it_is(ruled: World) -> None:
    """To and from a call that goes, of one seat: one of the two windows would sell what the other sold."""
    to, onward, old = ruled.device(), ruled.device(), ruled.run()
    before = ruled.timetable.trips["T1"]
    first = leased(ruled, to, span=(0, 2))
    others = tuple(place for place in _second_class(ruled) if place not in first.places)
    held = ruled.ask(ruled.run(), 0, 4, places=others, count=len(others))
    assert ruled.desk.claim(ruled.device(), held, ruled.connection).status is ClaimStatus.HELD
    second = leased(ruled, onward, span=(2, 4))
    (place, *_) = sorted({*first.places} & {*second.places})
    assert issue(ruled, without(before, 2)) == replace(NONE, closed=1)
    both = settle(ruled, to, from_lease(ruled, first, place, 0, 2, old))
    both += settle(ruled, onward, from_lease(ruled, second, place, 2, 4, old))
    assert [(one.outcome, one.cancelled) for one in both] == [(Settled.DONE, True)] * 2
    assert ruled.desk.check_cells(ruled.connection) == []


NONE = Reissued(kept=0, moved=0, closed=0, opened=0, troubled=0)


def _second_class(world: World) -> list[str]:
    (formation,) = [one for one in world.timetable.formations.values() if one.formation_id == "small"]
    return [
        f"{coach.number}/{place.label}"
        for coach in formation.coaches
        for section in coach.sections
        for place in section.places
    ]


def test_an_unpaid_hold_goes_on_or_is_let_go(world: World) -> None:
    """Held before, asked for money after: only what still has its journey may be paid."""
    device = world.device()
    good, lost = world.ask(world.run(), 1, 4), world.ask(world.run(), 0, 2)
    for asked in (good, lost):
        world.desk.claim(device, asked, world.connection)
    issue(world, without(world.timetable.trips["T1"], 2))
    assert world.desk.lease(device, act(good), world.connection).status is ClaimStatus.LEASED
    assert world.desk.lease(device, act(lost), world.connection).status is ClaimStatus.GONE
    with pytest.raises(Refusing) as refused:
        world.desk.claim(device, world.ask(replace(world.run(), pattern=good.run.pattern)), world.connection)
    assert refused.value.code is Refused.CHANGED_TIMETABLE
    assert {leg for _, leg in states(world)} == {1, 2}
    assert world.desk.check_cells(world.connection) == []


def test_money_that_was_under_way_is_settled_in_the_new_legs(world: World) -> None:
    """Leased online, paid by the old timetable: the seat is sold where the passenger sits, or free again."""
    device = world.device()
    asked, places = leased_claim(world, device, board=1, alight=4)
    given_up, _ = leased_claim(world, device, board=0, alight=3)
    issue(world, without(world.timetable.trips["T1"], 2))
    done, gone = settle(
        world, device, sold(asked, places), Abandoned(run=ref(given_up.run), claim_id=given_up.claim_id)
    )
    assert done == SettleResult(outcome=Settled.DONE, span=(1, 3))
    assert gone.outcome is Settled.DONE
    assert states(world) == {(places[0], 1): "SOLD", (places[0], 2): "SOLD"}
    refund = Refunded(
        run=ref(asked.run), claim_id=asked.claim_id, board=1, alight=4, travel_class="second", place=places[0]
    )
    assert settle(world, device, refund)[0].outcome is Settled.DONE
    assert states(world) == {}
    assert world.desk.check_cells(world.connection) == []


def test_money_under_way_for_a_journey_that_vanished_closes_the_run(world: World) -> None:
    device = world.device()
    asked, places = leased_claim(world, device, board=0, alight=2)
    assert issue(world, without(world.timetable.trips["T1"], 2)).closed == 1
    (done,) = settle(world, device, sold(asked, places))
    assert (done.outcome, done.cancelled) == (Settled.DONE, True)
    assert world.desk.check_cells(world.connection) == []


def test_a_closed_run_knows_the_legs_of_who_went_on(world: World) -> None:
    """A window that had nobody with the lost journey took the new timetable over, and sold in its legs."""
    device = world.device()
    sell(world, world.ask(world.run(), 0, 2))
    asked, places = leased_claim(world, device, board=1, alight=4)
    shorter = without(world.timetable.trips["T1"], 2)
    assert issue(world, shorter).closed == 1
    carried = replace(sold(asked, places), run=replace(ref(asked.run), pattern="shorter"), board=1, alight=3)
    (done,) = settle(world, device, carried)
    assert (done.outcome, done.cancelled, done.span) == (Settled.DONE, True, (1, 4))
    assert {leg for (place, leg), state in states(world).items() if place == places[0] and state == "SOLD"} >= {1, 2, 3}
    assert world.desk.check_cells(world.connection) == []


def test_times_alone_are_told(ruled: World) -> None:
    """C7: the ticket stands, its holder has to hear that the train leaves at another time."""
    device, old = ruled.device(), ruled.run()
    grant = leased(ruled, device)
    issue(ruled, later(ruled.timetable.trips["T1"]))
    (done,) = settle(ruled, device, from_lease(ruled, grant, grant.places[0], 0, 4, old))
    assert (done.outcome, done.changed, done.trouble, done.span) == (Settled.DONE, True, "time_changed", (0, 4))


def test_several_timetables_and_back(ruled: World) -> None:
    """A journal that comes after three timetables finds its legs; back at the first, they are their own again."""
    device, old = ruled.device(), ruled.run()
    original = ruled.timetable.trips["T1"]
    grant = leased(ruled, device)
    a, b, *others = grant.places
    issue(ruled, without(original, 2, version="one"))
    issue(ruled, without(original, 1, 2, version="two"), sha="d" * 64)
    (done,) = settle(ruled, device, from_lease(ruled, grant, a, 0, 4, old))
    assert done.span == (0, 2)
    issue(ruled, original, sha="c" * 64)
    (again,) = settle(ruled, device, from_lease(ruled, grant, b, 0, 3, old))
    assert (again.outcome, again.span) == (Settled.DONE, None)
    settle(ruled, device, rest(grant, (b,), 3, 4), rest(grant, tuple(others), 0, 4))
    assert set(states(ruled)) == {(a, 0), (a, 1), (a, 2), (a, 3), (b, 0), (b, 1), (b, 2)}
    assert lease_states(ruled) == [("SETTLED", 0)]
    assert ruled.desk.check_cells(ruled.connection) == []


def test_an_added_call_splits_legs(ruled: World) -> None:
    device = ruled.device()
    original = ruled.timetable.trips["T1"]
    issue(ruled, without(original, 2))
    old = ruled.run()
    grant = leased(ruled, device, span=(0, 3))
    issue(ruled, original, sha="d" * 64)
    assert lease_states(ruled) == [("ACTIVE", 16)]
    (done,) = settle(ruled, device, from_lease(ruled, grant, grant.places[0], 1, 3, old))
    assert done.span == (1, 4)
    assert ruled.desk.check_cells(ruled.connection) == []


def test_units_are_counted_anew(ruled: World) -> None:
    """A bus without numbered places: what is leased stays leased, what is sold sold, and nothing is counted twice."""
    device, old = ruled.device(), ruled.run("BUS")
    grant = leased(ruled, device, trip="BUS", span=(0, 3))
    held = ruled.ask(old, 0, 3, count=2)
    ruled.desk.claim(device, held, ruled.connection)
    assert replaced(ruled, without(ruled.timetable.trips["BUS"], 1)).moved == 1
    assert _units(ruled) == [(0, 2, 4, 0), (1, 2, 4, 0)]
    found = settle(
        ruled,
        device,
        from_lease(ruled, grant, "", 0, 3, old),
        from_lease(ruled, grant, "", 2, 3, old),
        from_lease(ruled, grant, "", 0, 1, old),
        rest(grant, (), 0, 3, 1),
    )
    assert [one.span for one in found[:2]] == [(0, 2), (1, 2)]
    assert found[2].trouble == VANISHED
    assert lease_states(ruled) == [("SETTLED", 0)]
    assert _units(ruled) == [(0, 2, 0, 2), (1, 2, 0, 2)], "also who wanted to get off where it does not stop"
    assert ruled.desk.check_cells(ruled.connection) == []


def _units(world: World) -> list[tuple[int, int, int, int]]:
    return world.connection.execute("SELECT leg, held, leased, sold FROM capacity_leg ORDER BY leg").fetchall()


def test_a_run_that_central_first_meets_afterwards(world: World) -> None:
    """Sold by one window offline, then by another one by the new timetable: only the issue knows the old legs."""
    device, other, old = world.device(), world.device(), world.run()
    assert replaced(world, without(world.timetable.trips["T1"], 2)).moved == 0
    world.desk.claim(other, world.ask(world.run(), 0, 1, places=("01/01A",)), world.connection)
    sale = Sold(
        run=ref(old),
        claim_id=world.numbers.new(),
        board=1,
        alight=4,
        travel_class="second",
        places=("01/01A",),
        count=1,
    )
    (done,) = settle(world, device, sale)
    assert (done.outcome, done.span) == (Settled.LATE, (1, 3))
    assert states(world) == {("01/01A", 0): "HELD", ("01/01A", 1): "SOLD", ("01/01A", 2): "SOLD"}


def test_a_run_that_vanished_before_central_met_it(world: World) -> None:
    """Nobody else may be sold a seat in a train that does not run; who has one is on the disruption list."""
    device, old = world.device(), world.run()
    issue(world, None)
    sale = Sold(
        run=ref(old),
        claim_id=world.numbers.new(),
        board=0,
        alight=4,
        travel_class="second",
        places=("01/01A",),
        count=1,
    )
    (done,) = settle(world, device, sale)
    assert done.cancelled
    with pytest.raises(Refusing):
        world.desk.claim(device, world.ask(old), world.connection)


def test_who_waits_goes_on_waiting(world: World) -> None:
    device = world.device()
    everything = world.ask(world.run(), 0, 4, count=10)
    world.desk.claim(device, everything, world.connection)
    stays, leaves = world.ask(world.run(), 1, 4), world.ask(world.run(), 2, 3)
    for asked in (stays, leaves):
        assert world.desk.wait(device, WaitRequest(claim=asked), world.connection).place_in_line > 0
    issue(world, without(world.timetable.trips["T1"], 2))
    world.desk.release(device, act(everything), world.connection)
    rows = world.connection.execute("SELECT claim_id, board, alight, state FROM claim WHERE state = 'HELD'").fetchall()
    assert rows == [(stays.claim_id, 1, 3, "HELD")]
    assert world.connection.execute("SELECT count(*) FROM waiting").fetchone() == (0,)


@pytest.fixture
def counted() -> Iterator[list[str]]:
    statements: list[str] = []
    Tx.watch = statements.append
    yield statements
    Tx.watch = None


def test_many_runs_are_read_together(world: World, counted: list[str]) -> None:
    """Every claim waits while a timetable comes into force: its questions must not grow with the runs."""
    device = world.device()
    runs = [world.run("T1", world.run().service_date.replace(day=day)) for day in range(1, 29)]
    for run in runs:
        world.desk.claim(device, world.ask(run), world.connection)
    counted.clear()
    assert issue(world, without(world.timetable.trips["T1"], 2)).moved == len(runs)
    assert len(runs) < RUNS_A_TIME
    assert len(counted) < len(runs)
    assert world.desk.check_cells(world.connection) == []


def test_every_statement_names_its_run(ruled: World, counted: list[str]) -> None:
    """Or it could not be spread over machines. One looks for the runs, and one for lines of the disruption list."""
    device = ruled.device()
    leased(ruled, device)
    leased(ruled, device, trip="BUS", span=(0, 3))
    ruled.desk.claim(device, ruled.ask(ruled.run()), ruled.connection)
    counted.clear()
    replaced(ruled, without(ruled.timetable.trips["T1"], 2))
    replaced(ruled, without(ruled.timetable.trips["BUS"], 1), sha="d" * 64)
    inventory = {" ".join(one.split()) for one in counted if TABLE.search(one)}
    assert len(inventory) > 10
    unnamed = {one for one in inventory if not names_its_run(one)}
    assert {one.partition(" FROM ")[2].partition(" ORDER")[0] for one in unnamed} == {"run WHERE service_date >= %s"}


def test_no_run_is_frozen_while_a_timetable_is_replaced(world: World, fresh_database: Database) -> None:
    """One frozen by the old timetable at that moment would be left behind, unsellable to everybody."""
    beside = fresh_database.connect()
    world.connection.execute("SET lock_timeout = '50ms'")
    with beside.transaction():
        beside.execute("LOCK TABLE issue IN SHARE ROW EXCLUSIVE MODE")  # as ``Issues.activate`` begins
        with pytest.raises(errors.LockNotAvailable):
            world.desk.claim(world.device(), world.ask(world.run()), world.connection)
    answer = world.desk.claim(world.device(), world.ask(world.run()), world.connection)
    assert answer.status is ClaimStatus.HELD


def test_a_return_without_a_pattern_is_of_the_pattern_of_now(ruled: World) -> None:
    device = ruled.device()
    grant = leased(ruled, device)
    run = SoldRunRef(run_id=grant.run_id, service_date=grant.service_date)
    (done,) = settle(ruled, device, replace(returned(grant, grant.places), run=run))
    assert done.outcome is Settled.DONE
    assert lease_states(ruled) == [("SETTLED", 0)]


def test_what_is_given_back_is_found_in_the_new_legs(ruled: World) -> None:
    """An early call is gone, so every later leg has another number: the first of the rest would stay in doubt."""
    device, old = ruled.device(), ruled.run()
    grant = leased(ruled, device)
    a, *others = grant.places
    issue(ruled, without(ruled.timetable.trips["T1"], 1))
    settle(
        ruled,
        device,
        from_lease(ruled, grant, a, 0, 2, old),
        rest(grant, (a,), 2, 4),
        rest(grant, tuple(others), 0, 4),
    )
    assert states(ruled) == {(a, 0): "SOLD"}
    assert lease_states(ruled) == [("SETTLED", 0)]
