"""The same as ``test_lost_calls``, where no place is numbered: whoever paid has room, and nobody is sold it once more.

Only counts are kept there, so what timetables do to them is told by tickets and leases alone.
"""

from __future__ import annotations

import os
import random
from collections import Counter as Count
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from central.allotments import write_rule
from central.journal.verify import verify_central
from central.request import Refusing
from central.tx import Tx
from counter_app.domain.journal import Entry, Kind
from counter_app.domain.leases import LeaseGrant
from counter_app.domain.timetable import Trip
from counter_app.wire.messages import ClaimStatus, TopUp, Want, WireRun
from tests.unit.central.journal.counter import Counter, enrol
from tests.unit.central.journal.test_judge import rows
from tests.unit.central.journal.test_leases_told import taken
from tests.unit.central.stock.test_leases import RULE, leased
from tests.unit.central.stock.test_reissue import replaced, without
from tests.unit.central.stock.world import World, act

WEEKS = int(os.environ.get("COUNTERFOIL_WEEKS", "8"))
CAPACITY = 6


@pytest.fixture
def counter(world: World) -> Counter:
    write_rule(Tx(world.connection), RULE)
    world.connection.execute(
        "UPDATE policy SET body = replace(body, 'unreserved_capacity = 100', 'unreserved_capacity = 6')"
    )
    return enrol(world)


@dataclass
class Coach:
    """One without numbered places, of the first timetable, where each station is called at once."""

    world: World
    first: Trip = field(init=False)
    trips: dict[str, Trip] = field(default_factory=dict)
    issues: Iterator[int] = field(default_factory=lambda: iter(range(1_000)))

    def __post_init__(self) -> None:
        self.first = self.world.timetable.trips["BUS"]
        self.trips[self.first.pattern_version] = self.first

    def becomes(self, trip: Trip) -> None:
        self.trips[trip.pattern_version] = trip
        replaced(self.world, trip, f"{next(self.issues):064x}")

    def at(self) -> list[int]:
        """Where the run calls, by the stations of the first timetable."""
        found = rows(self.world, "SELECT pattern_version FROM run")
        trip = self.trips[found[0][0]] if found else self.world.timetable.trips["BUS"]
        stations = [call.station_id for call in self.first.calls]
        return [stations.index(call.station_id) for call in trip.calls]

    def legs(self) -> list[tuple[range, int, int]]:
        """Pieces of the track, units that are not free on them, and units that are sold."""
        at = self.at()
        return [
            (range(at[leg], at[leg + 1]), used, sold)
            for leg, used, sold in rows(
                self.world, "SELECT leg, held + leased + in_doubt + sold + blocked, sold FROM capacity_leg ORDER BY leg"
            )
        ]

    def sold(self) -> list[int]:
        return [sold for _, _, sold in self.legs()]

    def used(self) -> list[int]:
        return [used for _, used, _ in self.legs()]

    def verify(self) -> None:
        world = self.world
        report = verify_central(world.connection, world.services, check_cells=world.desk.check_cells)
        assert report.ok, report


def give_back(counter: Counter, grant: LeaseGrant, count: int) -> Entry:
    return taken(counter, grant, Kind.LEASE_RETURNED, pattern=grant.pattern, count=count)


def test_a_coach_that_ended_before_goes_to_its_end_again(counter: Counter) -> None:
    """The window's units on legs that are not there for a while are still its own: it sells them all the time."""
    world, coach = counter.world, Coach(counter.world)
    old, other = world.run("BUS"), enrol(world)
    grant = leased(world, counter.device, trip="BUS", span=(2, 3), count=3)
    assert grant.count == 3
    coach.becomes(without(coach.first, 3))
    assert rows(world, "SELECT state FROM lease") == [("ACTIVE",)], "its window has not said what it sold"
    assert coach.used() == [0, 0]
    coach.verify()
    one = counter.sell(old, None, board=2, alight=3)
    counter.push()
    assert rows(world, "SELECT board, alight FROM ticket") == [(2, 2)]
    coach.verify()
    coach.becomes(coach.first)
    assert (coach.sold(), coach.used()) == ([0, 0, 1], [0, 0, 3])
    too_many = world.ask(world.run("BUS"), 2, 3, count=4, travel_class="second")
    assert world.desk.claim(other.device, too_many, world.connection).status is ClaimStatus.REFUSED
    counter.sell(old, None, None, board=2, alight=3)
    counter.push(one.seq + 1)
    assert (coach.sold(), coach.used()) == ([0, 0, 3], [0, 0, 3])
    assert rows(world, "SELECT state, left_count FROM lease") == [("SETTLED", 0)]
    coach.verify()
    counter.refund(one)
    counter.push(one.seq + 2)
    assert coach.used() == [0, 0, 2]
    coach.verify()


def test_units_that_come_back_while_their_legs_are_not_there(counter: Counter) -> None:
    """What the window returns then is nobody's when the legs are there again; what it gave a customer back neither."""
    world, coach = counter.world, Coach(counter.world)
    old = world.run("BUS")
    grant = leased(world, counter.device, trip="BUS", span=(2, 3), count=3)
    coach.becomes(without(coach.first, 3))
    sold = counter.sell(old, None, None, board=2, alight=3)
    counter.refund(sold)
    counter.push()
    refunded = counter.refund(sold, 1)
    give_back(counter, grant, 1)
    counter.push(refunded.seq)
    assert rows(world, "SELECT state, left_count FROM lease") == [("SETTLED", 0)]
    coach.becomes(coach.first)
    assert coach.used() == [0, 0, 0]
    coach.verify()


@pytest.mark.parametrize("ended", ["expired", "written off"])
def test_a_lease_that_ends_while_its_legs_are_not_there(counter: Counter, ended: str) -> None:
    """Time frees nothing of it; two people do."""
    world, coach = counter.world, Coach(counter.world)
    grant = leased(world, counter.device, trip="BUS", span=(2, 3), count=3)
    coach.becomes(without(coach.first, 3))
    if ended == "expired":
        world.clock.pass_(hours=3)
        world.desk.tend(world.connection)
    else:
        world.desk.write_off_lease(Tx(world.connection), grant.lease_id)
    coach.becomes(coach.first)
    state, doubtful = ("IN_DOUBT", [0, 0, 3]) if ended == "expired" else ("WRITTEN_OFF", [0, 0, 0])
    assert rows(world, "SELECT state FROM lease") == [(state,)]
    assert [row[0] for row in rows(world, "SELECT in_doubt FROM capacity_leg ORDER BY leg")] == doubtful
    coach.verify()


def test_a_journey_that_was_cut_short_has_its_whole_way_again(counter: Counter) -> None:
    """Told of while the coach ended before: its customer rides to the end, when it goes there again."""
    world, coach = counter.world, Coach(counter.world)
    old = world.run("BUS")
    grant = leased(world, counter.device, trip="BUS", span=(0, 3), count=2)
    coach.becomes(without(coach.first, 3))
    sold = counter.sell(old, None, board=1, alight=3)
    counter.push()
    assert (coach.sold(), coach.used()) == ([0, 1], [1, 2])
    coach.verify()
    coach.becomes(coach.first)
    assert (coach.sold(), coach.used()) == ([0, 1, 1], [1, 2, 2])
    coach.verify()
    counter.refund(sold)
    give_back(counter, grant, 1)
    counter.push(sold.seq + 1)
    assert coach.used() == [0, 0, 0]


def test_a_timetable_waits_where_there_would_be_more_than_there_is(counter: Counter) -> None:
    """Two windows' leases each side of a call: were they one leg, there would be too few units for both."""
    world, coach = counter.world, Coach(counter.world)
    other = enrol(world)
    world.connection.execute("UPDATE allotment_policy SET share_permille = 1000")
    for device, span in ((counter.device, (0, 1)), (other.device, (1, 3))):
        assert leased(world, device, trip="BUS", span=span, count=4).count == 4
    shorter = without(coach.first, 1)
    coach.becomes(shorter)
    assert rows(world, "SELECT state, pattern_version FROM run") == [("cancelled", coach.first.pattern_version)]
    coach.verify()


def test_a_sale_by_a_timetable_that_nobody_has(counter: Counter) -> None:
    """Nothing is taken for it, and nothing is free when its customer gives it back."""
    world, coach = counter.world, Coach(counter.world)
    run = world.run("BUS")
    asked = world.ask(run, 0, 3, count=2, travel_class="second")
    assert world.desk.claim(counter.device, asked, world.connection).status is ClaimStatus.HELD
    assert world.desk.lease(counter.device, act(asked), world.connection).status is ClaimStatus.LEASED
    counter.sell(run, None, None, board=0, alight=3, claim_id=asked.claim_id)
    unknown = WireRun(run_id=run.run_id, trip_id=run.trip_id, service_date=run.service_date, pattern="nobody's")
    nowhere = counter.sell(unknown, None, None, board=0, alight=2)
    counter.push()
    assert coach.sold() == [2, 2, 2]
    coach.verify()
    counter.refund(nowhere)
    counter.push(nowhere.seq + 1)
    assert coach.sold() == [2, 2, 2]
    coach.verify()
    coach.becomes(without(coach.first, 1))
    coach.becomes(coach.first)
    assert coach.sold() == [2, 2, 2]
    coach.verify()


def test_a_claim_that_is_sold_by_a_timetable_that_nobody_has(counter: Counter) -> None:
    """It stays where it was claimed, whatever legs the sale says, and is free when it is given back."""
    world, coach = counter.world, Coach(counter.world)
    run = world.run("BUS")
    asked = world.ask(run, 1, 3, count=2, travel_class="second")
    assert world.desk.claim(counter.device, asked, world.connection).status is ClaimStatus.HELD
    assert world.desk.lease(counter.device, act(asked), world.connection).status is ClaimStatus.LEASED
    unknown = WireRun(run_id=run.run_id, trip_id=run.trip_id, service_date=run.service_date, pattern="nobody's")
    sold = counter.sell(unknown, None, None, None, board=0, alight=2, claim_id=asked.claim_id)
    counter.refund(sold)
    counter.refund(sold, 1)
    counter.push()
    assert coach.sold() == [0, 1, 1]
    coach.verify()
    counter.refund(sold, 2)
    counter.push(sold.seq + 3)
    assert coach.used() == [0, 0, 0]
    coach.verify()


# ---- whatever comes in whatever order --------------------------------------------------------------------------------


@dataclass
class Sale:
    by: Counter
    entry: Entry
    nth: int
    pieces: range


@dataclass
class Lease:
    grant: LeaseGrant
    left: int

    @property
    def pieces(self) -> range:
        return range(self.grant.board, self.grant.alight)


@dataclass
class Week:
    """A window without a line and its leases, another that buys what is free, and timetables that change."""

    counter: Counter
    chance: random.Random
    coach: Coach = field(init=False)
    other: Counter = field(init=False)
    old: WireRun = field(init=False)
    leases: list[Lease] = field(default_factory=list)
    live: list[Sale] = field(default_factory=list)
    told: dict[int, int] = field(default_factory=dict)  # by window: so many entries are at central

    def __post_init__(self) -> None:
        world = self.counter.world
        self.coach = Coach(world)
        first = self.coach.first
        self.other, self.old = enrol(world), world.run("BUS")
        self.timetables = [
            first,
            first,
            without(first, 1, version="no 1"),
            without(first, 2, version="no 2"),
            without(first, 3, version="no 3"),
            without(first, 2, 3, version="no 2, 3"),
            without(first, 0, version="no 0"),
        ]
        world.connection.execute("UPDATE allotment_policy SET share_permille = 1000")
        for span in self.chance.sample([(0, 3), (0, 1), (1, 3), (2, 3), (0, 2)], 2):
            want = Want(run=self.old, travel_class="second", board=span[0], alight=span[1], count=2)
            asked = TopUp(request_id=world.numbers.new(), wants=(want,))
            for grant in world.desk.top_up(self.counter.device, asked, world.connection).grants:
                self.leases.append(Lease(grant, grant.count))
        assert self.leases

    def step(self) -> None:
        acts = [self.sell, self.refund, self.push, self.reissue, self.buy, self.return_some]
        self.chance.choices(acts, weights=[3, 2, 2, 2, 2, 0.4])[0]()

    def sell(self) -> None:
        """As the counter takes units: of the leases that the journey fits in, in the order of their grants."""
        board = self.chance.randrange(3)
        alight = self.chance.randrange(board, 3) + 1
        fit = [one for one in self.leases if one.grant.board <= board and alight <= one.grant.alight and one.left]
        if not fit:
            return
        count = self.chance.randint(1, min(2, sum(one.left for one in fit)))
        entry = self.counter.sell(self.old, *[None] * count, board=board, alight=alight)
        self.live += [Sale(self.counter, entry, n, range(board, alight)) for n in range(count)]
        for one in fit:
            taken_now = min(count, one.left)
            one.left -= taken_now
            count -= taken_now

    def return_some(self) -> None:
        one = self.chance.choice(self.leases)
        if one.left:
            count = self.chance.randint(1, one.left)
            give_back(self.counter, one.grant, count)
            one.left -= count

    def refund(self) -> None:
        if self.live:
            sale = self.live.pop(self.chance.randrange(len(self.live)))
            sale.by.refund(sale.entry, sale.nth)

    def push(self) -> None:
        for one in (self.counter, self.other):
            first = self.told.get(one.device.counter, 0) + 1
            if one.link.seq >= first:
                one.push(first)
                self.told[one.device.counter] = one.link.seq

    def reissue(self) -> None:
        self.coach.becomes(self.chance.choice(self.timetables))

    def buy(self) -> None:
        """The other window takes what central says is free."""
        world = self.counter.world
        run = world.run("BUS")
        at = self.coach.at()
        legs = world.timetable.trips["BUS"].legs
        board = self.chance.randrange(legs)
        alight = self.chance.randrange(board, legs) + 1
        count = self.chance.randint(1, 3)
        asked = world.ask(run, board, alight, count=count, travel_class="second")
        try:
            answer = world.desk.claim(self.other.device, asked, world.connection)
        except Refusing:  # the run was closed
            return
        if answer.status is not ClaimStatus.HELD:
            return
        world.desk.lease(self.other.device, act(asked), world.connection)
        entry = self.other.sell(run, *[None] * count, board=board, alight=alight, claim_id=asked.claim_id)
        self.live += [Sale(self.other, entry, n, range(at[board], at[alight])) for n in range(count)]

    # ---- what must hold

    def look(self) -> None:
        """At any moment, whatever central has heard yet."""
        people = Count(piece for sale in self.live for piece in sale.pieces)
        kept = Count(piece for one in self.leases for piece in one.pieces for _ in range(one.left))
        assert max((people + kept).values(), default=0) <= CAPACITY, "more is sold than there is"
        for pieces, used, _ in self.coach.legs():
            for piece in pieces:
                assert people[piece] + kept[piece] <= used <= CAPACITY, f"{piece} has units free that are not"
        assert self.counter.world.desk.check_cells(self.counter.world.connection) == []

    def end(self) -> None:
        """Everything is told and given back: of each leg as many are sold as have a part of it, and none is kept."""
        for one in self.leases:
            if one.left:
                give_back(self.counter, one.grant, one.left)
                one.left = 0
        self.push()
        self.look()
        self._counts()
        self.coach.becomes(self.coach.first)
        self._counts()
        assert {state for (state,) in rows(self.counter.world, "SELECT state FROM lease")} == {"SETTLED"}
        while self.live:
            self.refund()
        self.push()
        assert not any(self.coach.used())
        self.coach.verify()

    def _counts(self) -> None:
        for pieces, used, sold in self.coach.legs():
            parts = sum(not set(pieces).isdisjoint(sale.pieces) for sale in self.live)
            assert used == sold == parts, (pieces, self.coach.legs(), self.live)
        self.coach.verify()


@pytest.mark.parametrize("seed", range(WEEKS))
def test_no_unit_is_sold_twice_and_none_is_lost(counter: Counter, seed: int) -> None:
    """Sales, refunds and returns of a window that was cut off, between timetables: whatever comes when."""
    week = Week(counter, random.Random(seed))
    for _ in range(30):
        week.step()
        week.look()
    week.end()
