"""A new timetable at both ends while a window is cut off: production code of two counters and central, and the line.

The train does not call at one station any more, so its legs are counted anew. What the cut-off window sells by the old
timetable must not be anybody else's, and what it did not sell must be everybody's again.
"""

from __future__ import annotations

import random
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from central.journal.verify import verify_central
from counter_app.application.views import HoldView, PassengerInput, PlaceWish, RunOffer
from counter_app.domain.policy import read_policy
from counter_app.errors import Refusal
from db.catalogue.feed import build
from db.verify import verify_profile
from tests.postgres import Cluster
from tests.simulation.audit import units_sold
from tests.simulation.headquarters import POLICY_TEXT, Headquarters
from tests.simulation.mutants import BY_NAME
from tests.simulation.nature import Time, body
from tests.simulation.network import Network, Weather, Wire
from tests.simulation.timetable import Issue, feed_files, make_issue
from tests.simulation.track import look_at_cells
from tests.simulation.truth import Broken, Truth
from tests.simulation.window import Window, enrol_window

SHORT_MS = 1_000
TODAY = date(2026, 12, 1)  # the coach leaves in the afternoon; tomorrow's is not leased yet


def _without_a_call(folder: Path) -> Issue:
    """G1 does not call at CCH."""
    files = dict(feed_files(1))
    for name, prefix, gone in (("stop_times.txt", "G1,", ",CCH,3"), ("stop_fares.txt", "G1,3,", "")):
        lines = files[name].splitlines(keepends=True)
        files[name] = "".join(one for one in lines if not (one.startswith(prefix) and gone in one))
    feed, target = folder / "feed.zip", folder / "shorter.catalogue"
    with zipfile.ZipFile(feed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return Issue(target, build(feed, target, progress=lambda *_: None))


@dataclass
class Both:
    """Central, and the windows by their station."""

    central: Headquarters
    network: Network
    time: Time
    windows: dict[str, Window]
    shorter: Issue
    truth: Truth

    def sync(self, *names: str) -> None:
        for name in names:
            window = self.windows[name]
            assert window.desk is not None
            window.desk.sync_now()
            for _ in range(200):
                done = window.desk.sync_turn()
                self.network.pass_time(min(max(done.next_ms, 10), SHORT_MS))
                if done.next_ms > 0 and not done.changed:
                    break

    def offer(self, name: str, to: str, day: date, origin: str = "AAH", trip: str = "G1") -> RunOffer:
        desk = self.windows[name].desk
        assert desk is not None
        (found,) = [one for one in desk.search(origin, to, day) if one.run.trip_id == trip]
        return found

    def hold(self, name: str, to: str, day: date, count: int = 1, origin: str = "AAH", trip: str = "G1") -> HoldView:
        desk = self.windows[name].desk
        assert desk is not None
        offer = self.offer(name, to, day, origin, trip)
        wish = PlaceWish(travel_class="second" if trip == "G1" else "standard", count=count)
        return desk.hold(self.central.people["li"], offer.run, offer.span, wish)

    def pay(self, name: str, hold: HoldView) -> list[str]:
        self.sell(name, hold)
        return [str(place) for place in hold.places]

    def sell(self, name: str, hold: HoldView) -> list[UUID]:
        desk, li = self.windows[name].desk, self.central.people["li"]
        assert desk is not None
        people = [PassengerInput() for _ in range(hold.count)]
        total = desk.quote(hold, people).total
        desk.begin_tender(li, hold.order_id)
        sold = desk.sell(li, hold.order_id, people, received=total, quoted=total)
        return [ticket.ticket_id for ticket in sold.order.tickets]

    def refund(self, name: str, ticket_id: UUID) -> None:
        desk = self.windows[name].desk
        assert desk is not None
        desk.refund(self.central.people["li"], desk.quote_refund(ticket_id))

    def cut(self, name: str) -> None:
        self.windows[name].wire.weather.up = False
        self.network.pass_time(60_000)

    def mend(self, name: str) -> None:
        self.windows[name].wire.weather.up = True
        self.network.pass_time(60_000)

    def buys_all(self, name: str, to: str, day: date, origin: str = "AAH", trip: str = "G1") -> None:
        while True:
            try:
                self.pay(name, self.hold(name, to, day, origin=origin, trip=trip))
            except Refusal:
                break


@pytest.fixture
def both(cluster: Cluster, tmp_path: Path) -> Iterator[Both]:
    with two_windows(cluster, tmp_path) as made:
        yield made


@contextmanager
def two_windows(cluster: Cluster, tmp_path: Path) -> Iterator[Both]:
    time = Time()
    shorter = _without_a_call(tmp_path)
    files = (make_issue(tmp_path, 1), shorter, make_issue(tmp_path, 4), make_issue(tmp_path, 3))
    central = Headquarters(cluster, tmp_path / "central", body(time, "central"), random.Random(1), files)
    network = Network(time, random.Random(2), central, lambda name: None, lambda words: None)
    policy = read_policy(POLICY_TEXT)
    windows = {}
    truth = Truth(unit_capacity=policy.unreserved_capacity, lines=central.lines)
    for number, station in enumerate(("AAH", "BBH")):
        weather = Weather()
        weather.calm()
        node = body(time, station)
        wire = Wire(f"{station}/1", network, weather, random.Random(3 + number))
        folder = tmp_path / station
        device_id = enrol_window(folder, body=node, wire=wire, code=central.code_for(station, 1))
        windows[station] = Window(
            station=station,
            counter=1,
            copy=0,
            folder=folder,
            body=node,
            wire=wire,
            chance=random.Random(5 + number),
            truth=truth,
            policy=policy,
            device_id=device_id,
        )
        windows[station].open()
    made = Both(central, network, time, windows, shorter, truth)
    made.sync("AAH", "BBH")
    for window in windows.values():
        assert window.desk is not None
        window.desk.open_shift(central.people["li"], {10_000: 5, 1_000: 10})
    yield made
    for window in windows.values():
        if window.running:
            window.kill()
    central.close()


def _leases(both: Both, station: str) -> list[tuple[str, str, int]]:
    """Of G1: pattern of the grant, state, cells left; by their age."""
    return [
        (body.partition('"pattern":"')[2].partition('"')[0], state, left)
        for body, state, left in both.central.rows(
            "SELECT l.grant_body, l.state, l.left_count FROM lease l JOIN run r ON r.service_date = l.service_date "
            "AND r.run_id = l.run_id WHERE r.trip_id = 'G1' AND l.device_id = %s AND l.travel_class = 'second' "
            "AND l.service_date = %s ORDER BY l.granted_at, l.lease_id",
            both.windows[station].device_id,
            _day(),
        )
    ]


def _day() -> date:
    return date(2026, 12, 2)  # tomorrow: it has not left


def test_a_cut_off_window_and_a_new_timetable(both: Both) -> None:
    day = _day()
    both.sync("AAH")
    ((old, state, left),) = _leases(both, "AAH")
    assert (state, left) == ("ACTIVE", 3 * 4)
    both.windows["AAH"].wire.weather.up = False
    both.network.pass_time(60_000)
    sold = both.pay("AAH", both.hold("AAH", "EEH", day))
    both.central.activate(both.shorter)
    both.sync("BBH")
    assert both.offer("AAH", "EEH", day).span.alight == 4
    assert both.offer("BBH", "EEH", day).span.alight == 3
    # The other window gets all that is free, and nothing that the one without a line may be selling.
    theirs: list[str] = []
    while True:
        try:
            theirs += both.pay("BBH", both.hold("BBH", "EEH", day))
        except Refusal:
            break
    sold += both.pay("AAH", both.hold("AAH", "BBH", day))
    unpaid = both.hold("AAH", "EEH", day)
    assert not set(theirs) & {*sold, *map(str, unpaid.places)}
    both.windows["AAH"].wire.weather.up = True
    both.network.pass_time(60_000)
    both.sync("AAH", "BBH", "AAH")
    before, *after = _leases(both, "AAH")
    assert before == (old, "SETTLED", 0), "given back in its old legs, sold in its old legs"
    assert all(pattern != old for pattern, _, _ in after)
    assert both.central.rooms.stock.check_cells(both.central.connection) == []
    with pytest.raises(Refusal):  # what it held unpaid was let go with the old timetable
        both.pay("AAH", unpaid)
    # And goes on selling the train, by the new timetable: the place of who gets off at BBH is free again from there.
    again = both.hold("AAH", "BBH", day)
    both.pay("AAH", again)
    both.sync("AAH", "BBH")
    _all_is_well(both)


def test_a_timetable_waits_for_money_on_its_way(both: Both) -> None:
    """The customer pays while it comes: the seat stays this window's until the sale is done."""
    day = _day()
    both.sync("AAH")
    both.windows["AAH"].wire.weather.up = False
    both.network.pass_time(60_000)
    hold = both.hold("AAH", "EEH", day)
    desk = both.windows["AAH"].desk
    assert desk is not None
    people = [PassengerInput()]
    total = desk.quote(hold, people).total
    desk.begin_tender(both.central.people["li"], hold.order_id)
    both.central.activate(both.shorter)
    both.windows["AAH"].wire.weather.up = True
    both.network.pass_time(60_000)
    both.sync("AAH")
    assert both.offer("AAH", "EEH", day).span.alight == 4, "the old one is in force"
    desk.sell(both.central.people["li"], hold.order_id, people, received=total, quoted=total)
    both.sync("AAH", "AAH")
    assert both.offer("AAH", "EEH", day).span.alight == 3
    assert both.central.rows("SELECT board, alight FROM ticket") == [(0, 3)]
    _all_is_well(both)


def _a_seat_in_two_halves(both: Both) -> None:
    """Sold to CCH and from there, without a line, while the train ceases to call at CCH; one half is given back."""
    day = _day()
    both.sync("AAH")
    both.cut("AAH")
    first = both.hold("AAH", "CCH", day)
    (given_back,) = both.sell("AAH", first)
    desk = both.windows["AAH"].desk
    assert desk is not None
    offer = both.offer("AAH", "EEH", day, origin="CCH")
    behind = desk.hold(both.central.people["li"], offer.run, offer.span, places=first.places)
    both.sell("AAH", behind)
    both.central.activate(both.shorter)
    both.refund("AAH", given_back)
    both.central.grant_no_more()  # what is free by mistake would be leased, and not be seen
    both.mend("AAH")
    both.sync("AAH", "BBH", "AAH")
    look_at_cells(both)
    both.buys_all("BBH", "DDH", day, origin="BBH")
    both.sync("BBH")


def test_half_of_a_joined_leg_is_given_back(both: Both) -> None:
    """Between BBH and DDH, one leg now, the seat is his who was to get on at CCH."""
    _a_seat_in_two_halves(both)
    both.central.activate(both.central.files[0])
    both.sync("AAH", "BBH", "AAH")
    look_at_cells(both)
    both.buys_all("BBH", "CCH", _day())
    both.sync("BBH")
    _all_is_well(both)


def test_the_planted_bug_of_it_is_found(both: Both) -> None:
    """``half_a_leg_frees``, in a world that is made for it: in others, few have two halves of one seat."""
    with BY_NAME["half_a_leg_frees"].planted(), pytest.raises(Broken, match="free at central"):
        _a_seat_in_two_halves(both)


def test_a_coach_that_goes_and_comes(both: Both) -> None:
    """Its seats are sold without a line while the train runs without it, and nobody else gets them when it is back."""
    day = _day()
    both.sync("AAH")
    both.cut("AAH")
    sold = both.pay("AAH", both.hold("AAH", "EEH", day))
    assert sold[0].startswith("03/")
    both.central.activate(both.central.files[2])
    both.sync("BBH")
    both.buys_all("BBH", "EEH", day)
    both.central.activate(both.central.files[0])
    both.sync("BBH")
    look_at_cells(both)
    both.buys_all("BBH", "EEH", day)
    both.pay("AAH", both.hold("AAH", "EEH", day))
    both.mend("AAH")
    both.sync("AAH", "BBH", "AAH")
    look_at_cells(both)
    _all_is_well(both)


def test_units_to_and_from_a_call_that_goes_and_comes(both: Both) -> None:
    """A coach without numbered places, sold to DDH and from there without a line, while it does not call there."""
    day = TODAY
    both.sync("AAH")
    both.cut("AAH")
    (first,) = both.sell("AAH", both.hold("AAH", "DDH", day, trip="K9"))
    both.sell("AAH", both.hold("AAH", "EEH", day, origin="DDH", trip="K9"))
    both.central.activate(both.central.files[3])
    both.sync("BBH")
    both.mend("AAH")
    both.sync("AAH", "BBH", "AAH")
    look_at_cells(both)
    both.central.activate(both.central.files[0])
    both.sync("AAH", "BBH", "AAH")
    look_at_cells(both)
    assert list(units_sold(both)) == []
    both.refund("AAH", first)
    both.buys_all("BBH", "EEH", day, trip="K9")
    both.sync("AAH", "BBH")
    look_at_cells(both)
    assert list(units_sold(both)) == []
    _all_is_well(both)


def test_units_of_an_end_that_goes_and_comes(both: Both) -> None:
    """Sold beyond CCH without a line, while the coach goes no farther: told of then, and later, when it goes again."""
    day = TODAY
    both.sync("AAH")
    both.cut("AAH")
    both.pay("AAH", both.hold("AAH", "EEH", day, origin="CCH", trip="K9"))
    both.central.activate(both.central.files[2])
    both.sync("BBH")
    both.mend("AAH")
    both.sync("AAH", "BBH", "AAH")
    look_at_cells(both)
    both.central.activate(both.central.files[0])
    both.sync("AAH", "BBH", "AAH")
    look_at_cells(both)
    assert list(units_sold(both)) == []
    both.buys_all("BBH", "EEH", day, origin="BBH", trip="K9")
    both.sync("AAH", "BBH")
    look_at_cells(both)
    assert list(units_sold(both)) == []
    _all_is_well(both)


def _all_is_well(both: Both) -> None:
    central = both.central
    report = verify_central(central.connection, central.services, check_cells=central.rooms.stock.check_cells)
    assert report.ok, report
    assert central.rows("SELECT 1 FROM lease WHERE state = 'IN_DOUBT'") == []
    assert central.rows("SELECT reason FROM verdict WHERE judgement = 'quarantined'") == []
    for window in both.windows.values():
        window.close()
        assert verify_profile(window.folder).ok, window.name
