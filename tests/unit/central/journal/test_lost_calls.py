"""A timetable leaves a call out while a window without a line sells by the one before: its customers keep their seats.

A cell of a ticket in force that is free at central is sold once more: two people meet at one seat, both are right.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from central.allotments import write_rule
from central.journal.verify import verify_central
from central.request import Refusing
from central.tx import Tx
from counter_app.domain.journal import Entry, Json, Kind
from counter_app.domain.leases import LeaseGrant
from counter_app.domain.timetable import Trip
from counter_app.wire.messages import ClaimStatus, WireRun
from tests.unit.central.journal.counter import Counter, enrol
from tests.unit.central.journal.test_judge import claimed, rows, states
from tests.unit.central.journal.test_leases_told import taken
from tests.unit.central.stock.test_leases import RULE, by_hand, leased
from tests.unit.central.stock.test_reissue import replaced, without
from tests.unit.central.stock.test_reissuing import later
from tests.unit.central.stock.world import SMALL, World, _coach, act

Cell = tuple[str, int]  # place, and piece of the track: from station n of the first timetable to the next
ALL = (0, 1, 2, 3)
WEEKS = int(os.environ.get("COUNTERFOIL_WEEKS", "6"))


@pytest.fixture
def counter(world: World) -> Counter:
    write_rule(Tx(world.connection), RULE)
    return enrol(world)


@dataclass
class Line:
    """One train of the first timetable, where each station is called at once."""

    world: World
    first: Trip = field(init=False)
    trips: dict[str, Trip] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.first = self.world.timetable.trips["T1"]
        self.trips[self.first.pattern_version] = self.first

    def becomes(self, trip: Trip, sha: str) -> None:
        self.trips[trip.pattern_version] = trip
        replaced(self.world, trip, sha)

    def cells(self) -> dict[Cell, tuple[str, object]]:
        """What is not free at central, on the track."""
        ((version,),) = rows(self.world, "SELECT pattern_version FROM run")
        stations = [call.station_id for call in self.first.calls]
        at = [stations.index(call.station_id) for call in self.trips[version].calls]
        return {
            (place, piece): (state, holder)
            for place, leg, state, holder in rows(self.world, "SELECT place, leg, state, claim_id FROM place_leg")
            for piece in range(at[leg], at[leg + 1])
        }

    def sold(self) -> set[Cell]:
        return {cell for cell, (state, _) in self.cells().items() if state == "SOLD"}

    def verify(self) -> None:
        world = self.world
        report = verify_central(world.connection, world.services, check_cells=world.desk.check_cells)
        assert report.ok, report


def give_back(counter: Counter, grant: LeaseGrant, place: str, board: int, alight: int) -> Entry:
    span: dict[str, Json] = {"board": board, "alight": alight, "pattern": grant.pattern}
    return taken(counter, grant, Kind.LEASE_RETURNED, places=[place], count=1, **span)


def test_a_seat_sold_to_and_from_a_call_that_went(counter: Counter) -> None:
    """Both halves of one leg, given back one after the other; and each has its own when the call is there again."""
    world, line = counter.world, Line(counter.world)
    old = world.run()
    grant = leased(world, counter.device)
    place, *others = grant.places
    taken(counter, grant)
    line.becomes(without(line.first, 2), "e" * 64)
    before = counter.sell(old, place, board=1, alight=2)
    behind = counter.sell(old, place, board=2, alight=4)
    counter.push()
    assert {(place, 1), (place, 2), (place, 3)} <= line.sold()
    counter.refund(before)
    counter.push(before.seq + 2)
    assert {(place, 1), (place, 2), (place, 3)} <= line.sold(), "the other half of the leg is somebody's"
    line.becomes(line.first, "b" * 64)
    assert line.sold() == {(place, 2), (place, 3)}, "each has its own legs again"
    assert line.cells()[place, 0][0] == "LEASED"
    assert (place, 1) not in line.cells(), "given back: everybody's"
    other = enrol(world)
    again = claimed(other, old, place, board=1, alight=2)
    other.sell(old, place, board=1, alight=2, claim_id=again.claim_id)
    assert other.push().verdicts == ()
    counter.refund(behind)
    give_back(counter, grant, place, 0, 1)
    for one in others:
        give_back(counter, grant, one, 0, 4)
    counter.push(before.seq + 3)
    assert line.sold() == {(place, 1)}
    assert rows(world, "SELECT state, left_count FROM lease") == [("SETTLED", 0)]
    line.verify()


@pytest.mark.parametrize("kept", ["before", "behind"])
def test_who_did_not_give_back_keeps_the_leg(counter: Counter, kept: str) -> None:
    world, line = counter.world, Line(counter.world)
    old, other = world.run(), enrol(world)
    grant = leased(world, counter.device)
    place = grant.places[0]
    line.becomes(without(line.first, 2), "e" * 64)
    sold = {
        "before": counter.sell(old, place, board=0, alight=2),
        "behind": counter.sell(old, place, board=2, alight=4),
    }
    given = next(entry for name, entry in sold.items() if name != kept)
    counter.refund(given)
    counter.push()
    # Without call 2 the train's legs are 0-1, 1-3, 3-4: the second is a part of both journeys.
    refused = world.desk.claim(other.device, world.ask(world.run(), 1, 2, places=(place,)), world.connection)
    assert refused.reason == "place_taken"
    assert sorted(state for _, state in states(world)) == ["FULFILLED", "REFUNDED"]
    line.verify()


def test_what_the_window_may_still_sell_is_not_free_by_a_refund(counter: Counter) -> None:
    """One half is given back before the other is sold: what is left of the lease is not told of yet."""
    world, line = counter.world, Line(counter.world)
    old, other = world.run(), enrol(world)
    grant = leased(world, counter.device)
    place = grant.places[0]
    line.becomes(without(line.first, 2), "e" * 64)
    first = counter.sell(old, place, board=0, alight=2)
    counter.refund(first)
    counter.push()
    assert {line.cells()[place, piece][0] for piece in (1, 2, 3)} == {"LEASED"}
    taken_by_another = world.desk.claim(other.device, world.ask(world.run(), 1, 2, places=(place,)), world.connection)
    assert taken_by_another.reason == "place_taken"
    counter.sell(old, place, board=2, alight=4)
    counter.push(first.seq + 2)
    line.becomes(line.first, "b" * 64)
    assert line.sold() == {(place, 2), (place, 3)}
    assert {(place, 0), (place, 1)}.isdisjoint(line.cells()), "given back, and everybody's since"
    line.verify()


def test_a_train_that_ended_before_goes_to_its_end_again(counter: Counter) -> None:
    """The window's cells on a leg that was not there have no rows; meanwhile it sold them."""
    world, line = counter.world, Line(counter.world)
    old = world.run()
    grant = leased(world, counter.device, span=(3, 4))
    sold, unsold, *others = grant.places
    line.becomes(without(line.first, 4), "e" * 64)
    assert line.cells() == {}
    assert rows(world, "SELECT state FROM lease") == [("ACTIVE",)], "its window has not said what it sold"
    paid = counter.sell(old, sold, board=3, alight=4)
    counter.push()
    line.becomes(line.first, "b" * 64)
    assert line.sold() == {(sold, 3)}
    assert line.cells()[unsold, 3][0] == "LEASED"
    counter.refund(paid)
    for one in (unsold, *others):
        give_back(counter, grant, one, 3, 4)
    counter.push(paid.seq + 1)
    assert line.cells() == {}
    assert rows(world, "SELECT state FROM lease") == [("SETTLED",)]
    line.verify()


def _coaches(world: World, trip: Trip, *coaches: str) -> Trip:
    """The train with these: the first has two rows, as it always had, others one."""
    name = "-".join(coaches)
    made = replace(SMALL, formation_id=name, coaches=tuple(_coach(one, 2 if one == "01" else 1) for one in coaches))
    world.timetable.formations[name] = made
    return replace(trip, formation_id=name, pattern_version=f"{name} {trip.pattern_version}"[:16])


def test_a_coach_that_went_and_came(counter: Counter) -> None:
    """Seats of a window's lease were not in the train for a while, and it sold them: nobody else gets them."""
    world, line = counter.world, Line(counter.world)
    longer = _coaches(world, line.first, "01", "02")
    line.becomes(longer, "d" * 64)
    old = world.run()
    grant = leased(world, counter.device, count=4)
    assert {place[:2] for place in grant.places} == {"02"}
    early, late, *others = grant.places
    line.becomes(_coaches(world, line.first, "01"), "e" * 64)
    assert line.cells() == {}
    sold = counter.sell(old, early, board=0, alight=4)
    (told,) = counter.push().verdicts
    assert (told.reason, told.facts["trouble"]) == ("run_changed", "place_vanished")
    line.becomes(longer, "b" * 64)
    assert line.sold() == {(early, piece) for piece in ALL}
    assert {line.cells()[place, piece][0] for place in (late, *others) for piece in ALL} == {"LEASED"}
    counter.sell(old, late, board=0, alight=4)
    counter.refund(sold)
    for one in others:
        give_back(counter, grant, one, 0, 4)
    assert counter.push(sold.seq + 1).verdicts == ()
    assert set(line.cells()) == {(late, piece) for piece in ALL} == line.sold()
    assert rows(world, "SELECT state FROM lease") == [("SETTLED",)]
    line.verify()


def test_seats_of_one_sale_of_which_the_train_has_one(counter: Counter) -> None:
    """The other traveller's seat would be free, though he sits on it."""
    world, line = counter.world, Line(counter.world)
    longer = _coaches(world, line.first, "01", "02")
    line.becomes(longer, "d" * 64)
    old = world.run()
    unpaid = world.ask(old, places=("01/01A",), travel_class="")
    assert world.desk.claim(counter.device, unpaid, world.connection).status is ClaimStatus.HELD
    line.becomes(_coaches(world, line.first, "01"), "e" * 64)
    counter.sell(old, "01/01A", "02/01A")
    (told,) = counter.push().verdicts
    assert (told.reason, told.facts["trouble"]) == ("run_changed", "place_vanished")
    assert line.sold() == {("01/01A", piece) for piece in ALL}
    line.becomes(longer, "b" * 64)
    assert line.sold() == {(place, piece) for place in ("01/01A", "02/01A") for piece in ALL}
    line.verify()


def test_who_has_a_part_of_his_way_takes_none_of_another(counter: Counter) -> None:
    """Central lost the timetable by which a seat was sold, and sold the seat again; each later one moved the border.

    Found by the simulator (seed 10014): of what the first had, a timetable made more, and took it from the second.
    """
    world, line = counter.world, Line(counter.world)
    run, other = world.run(), enrol(world)
    shorter = without(line.first, 2)
    unknown = replace(run, pattern=shorter.pattern_version)  # central never heard of it
    claimed(counter, run, "01/01A", board=0, alight=1)
    counter.sell(unknown, "01/01B", board=0, alight=3)
    (told,) = counter.push().verdicts
    assert (told.reason, told.facts["trouble"]) == ("run_changed", "")
    taken_by = claimed(other, run, "01/01B", board=1, alight=4)
    other.sell(run, "01/01B", board=1, alight=4, claim_id=taken_by.claim_id)
    assert other.push().verdicts == ()
    for n, trip in enumerate((shorter, line.first, shorter, line.first)):
        line.becomes(trip, f"{n:064x}")
        assert {piece for place, piece in line.sold() if place == "01/01B"} == set(ALL)
        line.verify()


def test_units_sold_to_and_from_a_call_that_went(counter: Counter) -> None:
    """A coach without numbered places: nobody else is sold the room of who was to get on or off there."""
    world = counter.world
    old, first = world.run("BUS"), world.timetable.trips["BUS"]
    grant = leased(world, counter.device, trip="BUS", span=(0, 3), count=3)

    def sold() -> list[tuple[int, ...]]:
        return rows(world, "SELECT sold FROM capacity_leg ORDER BY leg")

    replaced(world, without(first, 1), "e" * 64)
    before = counter.sell(old, None, board=0, alight=1)
    behind = counter.sell(old, None, board=1, alight=3)
    counter.push()
    assert sold() == [(2,), (1,)]
    Line(world).verify()
    replaced(world, first, "b" * 64)
    assert sold() == [(1,), (1,), (1,)], "each has its own legs again"
    Line(world).verify()
    counter.refund(before)
    counter.push(before.seq + 2)
    assert sold() == [(0,), (1,), (1,)]
    counter.refund(behind)
    taken(counter, grant, Kind.LEASE_RETURNED, pattern=grant.pattern, count=1)
    counter.push(before.seq + 3)
    assert sold() == [(0,), (0,), (0,)]
    assert rows(world, "SELECT state FROM lease") == [("SETTLED",)]
    Line(world).verify()


def test_other_times_of_a_coach_without_numbers(counter: Counter) -> None:
    """Central's records were called wrong for a sale that it had settled, and told to the disruption desk."""
    world = counter.world
    old = world.run("BUS")
    leased(world, counter.device, trip="BUS", span=(0, 3), count=3)
    replaced(world, later(world.timetable.trips["BUS"], -600))
    counter.sell(old, None, board=0, alight=3)
    (told,) = counter.push().verdicts
    assert told.facts["trouble"] == "time_changed"
    Line(world).verify()


def test_a_pool_goes_with_its_run(counter: Counter) -> None:
    """Nobody had signed for a station's pool: a new timetable stumbled over it, and could not come into force."""
    world, line = counter.world, Line(counter.world)
    by_hand(world, None)
    before = line.cells()
    line.becomes(without(line.first, 2), "e" * 64)
    assert {state for state, _ in before.values()} == {"LEASED"}
    assert before.keys() <= line.cells().keys()
    line.verify()


# ---- whatever comes in whatever order --------------------------------------------------------------------------------


@dataclass
class Sale:
    by: Counter
    entry: Entry
    cells: frozenset[Cell]


@dataclass
class Week:
    """A window without a line, another that buys what is free, and timetables that change."""

    counter: Counter
    chance: random.Random
    line: Line = field(init=False)
    other: Counter = field(init=False)
    grant: LeaseGrant = field(init=False)
    old: WireRun = field(init=False)
    left: set[Cell] = field(default_factory=set)  # of the lease, as its window has it
    live: list[Sale] = field(default_factory=list)
    told: dict[int, int] = field(default_factory=dict)  # by window: so many entries are at central
    issues: Iterator[int] = field(default_factory=lambda: iter(range(100)))

    def __post_init__(self) -> None:
        world = self.counter.world
        self.line = Line(world)
        longer = _coaches(world, self.line.first, "01", "02")
        self.line.becomes(longer, f"{next(self.issues):064x}")
        self.other, self.old = enrol(world), world.run()
        self.timetables = [
            longer,
            longer,
            without(longer, 1, version="no 1"),
            without(longer, 2, version="no 2"),
            without(longer, 1, 2, version="no 1, 2"),
            without(longer, 4, version="no 4"),
            _coaches(world, self.line.first, "01"),
            _coaches(world, without(self.line.first, 3, version="no 3"), "01"),
        ]
        self.grant = leased(world, self.counter.device, span=self.chance.choice([(0, 4), (1, 4), (0, 3)]))
        span = range(self.grant.board, self.grant.alight)
        self.left = {(place, piece) for place in self.grant.places for piece in span}

    def step(self) -> None:
        self.chance.choice(
            [
                self.sell,
                self.sell,
                self.sell,
                self.refund,
                self.push,
                self.push,
                self.reissue,
                self.buy,
                self.return_one,
            ]
        )()

    def _gap(self) -> tuple[str, int, int] | None:
        if not self.left:
            return None
        place, start = self.chance.choice(sorted(self.left))
        end = start + 1
        while (place, end) in self.left and self.chance.random() < 0.6:
            end += 1
        return place, start, end

    def sell(self) -> None:
        gap = self._gap()
        if gap is not None:
            place, board, alight = gap
            cells = frozenset((place, piece) for piece in range(board, alight))
            entry = self.counter.sell(self.old, place, board=board, alight=alight)
            self.left -= cells
            self.live.append(Sale(self.counter, entry, cells))

    def return_one(self) -> None:
        gap = self._gap()
        if gap is not None and self.chance.random() < 0.5:
            give_back(self.counter, self.grant, *gap)
            self.left -= {(gap[0], piece) for piece in range(gap[1], gap[2])}

    def refund(self) -> None:
        if self.live:
            sale = self.live.pop(self.chance.randrange(len(self.live)))
            sale.by.refund(sale.entry)

    def push(self) -> None:
        for one in (self.counter, self.other):
            first = self.told.get(one.device.counter, 0) + 1
            if one.link.seq >= first:
                one.push(first)
                self.told[one.device.counter] = one.link.seq

    def reissue(self) -> None:
        self.line.becomes(self.chance.choice(self.timetables), f"{next(self.issues):064x}")

    def buy(self) -> None:
        """The other window takes what central says is free."""
        world = self.counter.world
        run = world.run()
        legs = world.timetable.trips["T1"].legs
        board = self.chance.randrange(legs)
        alight = self.chance.randrange(board, legs) + 1
        place = self.chance.choice(self.grant.places)
        asked = world.ask(run, board, alight, places=(place,), travel_class="")
        try:
            answer = world.desk.claim(self.other.device, asked, world.connection)
        except Refusing:  # the run was closed
            return
        if answer.status is not ClaimStatus.HELD:
            return
        world.desk.lease(self.other.device, act(asked), world.connection)
        entry = self.other.sell(run, place, board=board, alight=alight, claim_id=asked.claim_id)
        stations = [call.station_id for call in self.line.first.calls]
        at = [stations.index(call.station_id) for call in world.timetable.trips["T1"].calls]
        cells = frozenset((place, piece) for piece in range(at[board], at[alight]))
        self.live.append(Sale(self.other, entry, cells))

    # ---- what must hold

    def look(self) -> None:
        """At any moment, whatever central has heard yet."""
        owners = [cell for sale in self.live for cell in sale.cells]
        assert len(owners) == len(set(owners)), "a seat is sold twice"
        there, taken_now = self._there(), self.line.cells()
        for cell in (*owners, *self.left):
            assert cell in taken_now or cell not in there, f"{cell} is free at central"
        assert self.counter.world.desk.check_cells(self.counter.world.connection) == []

    def _there(self) -> set[Cell]:
        ((version,),) = rows(self.counter.world, "SELECT pattern_version FROM run")
        trip = self.line.trips[version]
        stations = [call.station_id for call in self.line.first.calls]
        first, last = (stations.index(trip.calls[n].station_id) for n in (0, -1))
        coaches = {coach.number for coach in self.counter.world.timetable.formations[trip.formation_id or ""].coaches}
        return {(place, piece) for place in self.grant.places if place[:2] in coaches for piece in range(first, last)}

    def end(self) -> None:
        """Everything is told and given back, and the first timetable is in force."""
        for place, piece in sorted(self.left):
            give_back(self.counter, self.grant, place, piece, piece + 1)
        self.left.clear()
        self.push()
        self.look()
        self.line.becomes(self.timetables[0], f"{next(self.issues):064x}")
        self.look()
        world = self.counter.world
        assert rows(world, "SELECT state, left_count FROM lease") == [("SETTLED", 0)]
        kept = {cell for sale in self.live for cell in sale.cells}
        ((version,),) = rows(world, "SELECT pattern_version FROM run")
        if version == self.timetables[0].pattern_version:
            assert self.line.sold() == set(self.line.cells()) == kept
        self.line.verify()


@pytest.mark.parametrize("seed", range(WEEKS))
def test_no_seat_is_sold_twice_and_none_is_lost(counter: Counter, seed: int) -> None:
    """Sales, refunds and returns of a window that was cut off, between timetables: whatever comes when."""
    week = Week(counter, random.Random(seed))
    for _ in range(30):
        week.step()
        week.look()
    week.end()
