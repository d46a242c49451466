from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from counter_app.domain.tariff import great_circle_m
from counter_app.domain.timetable import Span, instant
from counter_app.errors import Reason, Refusal
from counter_app.ports.catalogue import TripSpan
from db.catalogue.feed import build
from db.catalogue.reader import CatalogueFile
from db.engine import driver
from tests.unit.db.catalogue.plain_gtfs import PlainFeed, PlainRide

FEEDS = {
    "cn-rail-2016.gtfs.zip": "Asia/Shanghai",
    "cn-rail-2016-small.gtfs.zip": "Asia/Shanghai",
    "gtfs_ph-pnr.zip": "Asia/Manila",
    "gtfs_sk-zssk-2025-01-07.zip": "Europe/Bratislava",
    "gtfs_sk-zssk-2025-02-09.zip": "Europe/Bratislava",
    "gtfs_th-rail-coach.zip": "Asia/Bangkok",
    "gtfs_us-caltrain.zip": "America/Los_Angeles",
}
Open = Callable[[str], tuple[PlainFeed, CatalogueFile]]


@pytest.fixture(scope="module")
def opened(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Open:
    folder = tmp_path_factory.mktemp("catalogues")
    known: dict[str, tuple[PlainFeed, CatalogueFile]] = {}

    def open_feed(name: str) -> tuple[PlainFeed, CatalogueFile]:
        if name not in known:
            target = folder / f"{Path(name).stem}.catalogue"
            build(test_data / name, target, progress=lambda *_: None)
            known[name] = PlainFeed(test_data / name), CatalogueFile(target)
        return known[name]

    return open_feed


def as_ride(found: TripSpan) -> PlainRide:
    calls, span, trip = found.trip.calls, found.span, found.trip
    return PlainRide(
        depart=instant(found.run.service_date, calls[span.board].depart_s, trip.zone),
        trip_id=trip.trip_id,
        service_date=found.run.service_date,
        board=span.board,
        alight=span.alight,
        arrive=instant(found.run.service_date, calls[span.alight].arrive_s, trip.zone),
    )


def taken_in(plain: PlainFeed, catalogue: CatalogueFile) -> PlainFeed:
    """Trips that the import left out with a fault are its business (and its tests')."""
    plain.calls = {trip_id: calls for trip_id, calls in plain.calls.items() if catalogue.trip(trip_id) is not None}
    return plain


@pytest.mark.parametrize("name", FEEDS)
def test_every_run_between_two_stations_is_found_and_no_other(name: str, opened: Open) -> None:
    """A run that is missing is a train that the clerk swears does not exist; one too many is a ticket for nothing."""
    plain, catalogue = opened(name)
    taken_in(plain, catalogue)
    dice = random.Random(name)
    trips = sorted(plain.calls)
    info = catalogue.info
    days = (info.last_date - info.first_date).days
    compared = 0
    for turn in range(40):
        calls = plain.calls[dice.choice(trips)]
        board, alight = sorted(dice.sample(range(len(calls)), 2))
        origin, destination = calls[board].station, calls[alight].station
        if origin == destination:
            continue
        day = info.first_date + timedelta(
            days=[-1, 0, 1, 2, days, days + 1, days + 2][turn] if turn < 7 else dice.randint(0, days)
        )
        # A station far to the east or west of the feed has other dates at the same instants.
        zone = dice.choice([FEEDS[name], FEEDS[name], "Pacific/Auckland", "America/Los_Angeles"])
        wanted = plain.rides(origin, destination, day, zone)
        found = catalogue.runs_between(origin, destination, day, zone)
        assert sorted(as_ride(run) for run in found) == wanted
        departures = [as_ride(run).depart for run in found]
        assert departures == sorted(departures)
        compared += len(wanted)
    assert compared > 20


@pytest.mark.parametrize("name", FEEDS)
def test_trips_and_stations_are_as_the_feed_has_them(name: str, opened: Open) -> None:
    """Times at the stops on the way stand on the ticket and in the seat map's legs."""
    plain, catalogue = opened(name)
    taken_in(plain, catalogue)
    dice = random.Random(name)
    for trip_id in dice.sample(sorted(plain.calls), min(60, len(plain.calls))):
        trip = catalogue.trip(trip_id)
        assert trip is not None
        assert [call.stop_id for call in trip.calls] == [call.stop for call in plain.calls[trip_id]]
        assert [call.station_id for call in trip.calls] == [call.station for call in plain.calls[trip_id]]
        for ours, theirs in zip(trip.calls, plain.calls[trip_id], strict=True):
            assert theirs.depart_s in {None, ours.depart_s}
            assert theirs.arrive_s in {None, ours.arrive_s}
            assert (ours.boarding, ours.alighting) == (theirs.boarding, theirs.alighting)
            station = catalogue.station(ours.station_id)
            assert station is not None
            assert station.name == plain.station_names[ours.station_id]
        assert trip_id in {found.trip_id for found in catalogue.trips_of(trip.service)} or len(trip.service) == 0
    assert catalogue.trip("no such trip") is None
    assert catalogue.station("no such station") is None
    assert catalogue.runs_between("no", "where", catalogue.info.first_date, "UTC") == []


@pytest.mark.parametrize("name", FEEDS)
def test_running_days_are_those_of_the_feed(name: str, opened: Open) -> None:
    """A parked sale is recalled for a run: one on a day without the train must be refused."""
    plain, catalogue = opened(name)
    taken_in(plain, catalogue)
    dice = random.Random(name)
    info = catalogue.info
    days = (info.last_date - info.first_date).days
    told = set()
    for trip_id in dice.sample(sorted(plain.calls), min(150, len(plain.calls))):
        day = info.first_date + timedelta(days=dice.choice([-1, 0, days, days + 1, *[dice.randint(0, days)] * 8]))
        assert catalogue.runs_on(trip_id, day) == plain.runs_on(trip_id, day), (trip_id, day)
        told.add(plain.runs_on(trip_id, day))
    assert told == {True, False}
    assert not catalogue.runs_on("no such trip", info.first_date)


@pytest.mark.parametrize(
    ("name", "metres_a_unit"), [("cn-rail-2016-small.gtfs.zip", 1000), ("gtfs_us-caltrain.zip", 1)]
)
def test_distances_of_the_feed_are_metres(name: str, metres_a_unit: int, opened: Open) -> None:
    """Kilometres read as metres price a ride across the country at the minimum fare."""
    plain, catalogue = opened(name)
    at: dict[tuple[str, int], float] = {}
    for row in plain.rows("stop_times.txt"):
        if row["shape_dist_traveled"]:
            at[row["trip_id"], int(row["stop_sequence"])] = float(row["shape_dist_traveled"])
    compared = 0
    for trip_id, calls in plain.calls.items():
        ends = at.get((trip_id, calls[0].sequence)), at.get((trip_id, calls[-1].sequence))
        trip = catalogue.trip(trip_id)
        if ends[0] is None or ends[1] is None or trip is None:
            continue
        found = catalogue.span_distance(trip, Span(0, trip.legs))
        assert found is not None
        assert found.metres == pytest.approx((ends[1] - ends[0]) * metres_a_unit, abs=2)
        assert not found.straight
        compared += 1
    assert compared > 10


def test_without_distances_straight_lines_are_told_as_such(opened: Open) -> None:
    """The tariff adds the detour to straight lines only."""
    plain, catalogue = opened("gtfs_sk-zssk-2025-01-07.zip")
    where = {row["stop_id"]: (float(row["stop_lat"]), float(row["stop_lon"])) for row in plain.rows("stops.txt")}
    for trip_id in random.Random(5).sample(sorted(plain.calls), 30):
        trip = catalogue.trip(trip_id)
        assert trip is not None
        found = catalogue.span_distance(trip, Span(0, trip.legs))
        assert found is not None
        assert found.straight
        points = [where[call.stop] for call in plain.calls[trip_id]]
        wanted = great_circle_m([(round(lat * 1e6), round(lon * 1e6)) for lat, lon in points])
        assert found.metres == pytest.approx(wanted, rel=0.001, abs=5)


def test_cumulative_fares_are_differences_and_unknown_where_either_end_is(opened: Open) -> None:
    """A missing line read as free, or as the last known fare, sells a ticket at a price that nobody set."""
    plain, catalogue = opened("cn-rail-2016-small.gtfs.zip")
    table: dict[tuple[str, str, int], int] = {}
    classes: dict[str, set[str]] = defaultdict(set)
    for row in plain.rows("stop_fares.txt"):
        table[row["trip_id"], row["travel_class"], int(row["stop_sequence"])] = int(row["cumulative_fare_minor"])
        classes[row["trip_id"]].add(row["travel_class"])
    dice = random.Random(16)
    unknown = known = 0
    for trip_id in dice.sample(sorted(plain.calls), 120):
        calls = plain.calls[trip_id]
        trip = catalogue.trip(trip_id)
        assert trip is not None
        board, alight = sorted(dice.sample(range(len(calls)), 2))
        wanted: dict[str, int | None] = {}
        for name in classes[trip_id]:
            low = 0 if board == 0 else table.get((trip_id, name, calls[board].sequence))
            high = table.get((trip_id, name, calls[alight].sequence))
            wanted[name] = None if low is None or high is None else high - low
        assert dict(catalogue.od_fares(trip, Span(board, alight))) == wanted
        unknown += sum(fare is None for fare in wanted.values())
        known += sum(fare is not None for fare in wanted.values())
    assert known > 100
    assert unknown > 0


@pytest.mark.parametrize(("name", "minor"), [("gtfs_ph-pnr.zip", 100), ("gtfs_us-caltrain.zip", 100)])
def test_zone_fares_follow_their_rules(name: str, minor: int, opened: Open) -> None:
    """The clerk would charge the fare of another pair of stations."""
    plain, catalogue = opened(name)
    prices = {row["fare_id"]: round(float(row["price"]) * minor) for row in plain.rows("fare_attributes.txt")}
    rules = list(plain.rows("fare_rules.txt"))
    dice = random.Random(name)
    priced = 0
    for trip_id in dice.sample(sorted(plain.calls), 30):
        calls = plain.calls[trip_id]
        board, alight = sorted(dice.sample(range(len(calls)), 2))
        start, end = plain.fare_zone[calls[board].stop], plain.fare_zone[calls[alight].stop]
        passed = {plain.fare_zone[call.stop] for call in calls[board : alight + 1]}
        applying = [
            prices[rule["fare_id"]]
            for rule in rules
            if rule.get("origin_id") in {"", None, start}
            and rule.get("destination_id") in {"", None, end}
            and rule.get("route_id") in {"", None, plain.route_of[trip_id]}
            and (not rule.get("contains_id") or {rule["contains_id"]} == passed)
        ]
        trip = catalogue.trip(trip_id)
        assert trip is not None
        found = catalogue.od_fares(trip, Span(board, alight))
        assert dict(found) == ({"standard": min(applying)} if applying else {})
        assert trip.currency == {"gtfs_ph-pnr.zip": "PHP", "gtfs_us-caltrain.zip": "USD"}[name]
        priced += bool(applying)
    assert priced > 10


def test_nights_when_the_clock_changes(opened: Open) -> None:
    """On two nights a year a ticket would show a time an hour off, and the refund tiers would count from it."""
    _, catalogue = opened("hostile/dst-crossing.zip")
    zone = "Europe/Bratislava"

    def departures(day: date, trip_id: str) -> list[tuple[date, str, str]]:
        return [
            (ride.service_date, f"{ride.depart.astimezone(UTC):%dT%H:%MZ}", f"{ride.arrive.astimezone(UTC):%dT%H:%MZ}")
            for ride in map(as_ride, catalogue.runs_between("A", "C", day, zone))
            if ride.trip_id == trip_id
        ]

    # 01:00 by the feed is 00:30 local, a day early: noon minus 12 h begins at 23:00 of the day before.
    night = [*departures(date(2027, 3, 27), "N1"), *departures(date(2027, 3, 28), "N1")]
    assert (date(2027, 3, 28), "27T23:30Z", "28T02:30Z") in night
    autumn = [*departures(date(2027, 10, 30), "N1"), *departures(date(2027, 10, 31), "N1")]
    assert (date(2027, 10, 31), "31T00:30Z", "31T03:30Z") in autumn
    assert (date(2027, 3, 27), "27T22:00Z", "28T03:00Z") in departures(date(2027, 3, 27), "N2")
    assert (date(2027, 10, 30), "30T21:00Z", "31T02:00Z") in departures(date(2027, 10, 30), "N2")
    for day, arrival in ((date(2027, 3, 27), "2027-03-28T01:30"), (date(2027, 10, 30), "2027-10-31T00:30")):
        to_b = [ride for ride in map(as_ride, catalogue.runs_between("A", "B", day, zone)) if ride.trip_id == "N2"]
        assert [ride.arrive for ride in to_b] == [datetime.fromisoformat(f"{arrival}+00:00")]


def test_a_station_called_at_twice_is_offered_for_each_pair_of_calls(opened: Open) -> None:
    """A ticket names calls: sold for the wrong one of two, the passenger boards hours early or pays for a detour."""
    plain, catalogue = opened("hostile/station-called-at-twice.zip")
    day = catalogue.info.first_date + timedelta(days=3)
    found = catalogue.runs_between("A", "B", day, "Asia/Shanghai")
    assert sorted(map(as_ride, found)) == plain.rides("A", "B", day, "Asia/Shanghai")
    pairs: dict[tuple[str, int], list[int]] = defaultdict(list)
    for run in found:
        pairs[run.trip.trip_id, run.span.board].append(run.span.alight)
    assert max(map(len, pairs.values())) > 1, "one boarding call with two ways to alight"
    assert all(alights == sorted(alights) for alights in pairs.values()), "the shorter ride comes first"


def test_runs_that_started_days_ago_still_leave_today(opened: Open) -> None:
    """On a train that is three days under way the clerk at the last stations would find nothing to sell."""
    plain, catalogue = opened("hostile/times-past-84-hours.zip")
    far = max(
        (call.depart_s or 0, trip_id, at)
        for trip_id, calls in plain.calls.items()
        for at, call in enumerate(calls[:-1])
    )
    assert far[0] > 86_400
    calls = plain.calls[far[1]]
    day = date(2026, 11, 20)
    found = catalogue.runs_between(calls[far[2]].station, calls[-1].station, day, "Asia/Shanghai")
    assert any(run.run.service_date < day for run in found)
    assert sorted(map(as_ride, found)) == plain.rides(calls[far[2]].station, calls[-1].station, day, "Asia/Shanghai")


def test_formations_keep_their_coaches_and_sections_in_order(opened: Open) -> None:
    """The seat map would show places that the train does not have, or a coach in the wrong order."""
    plain, catalogue = opened("cn-rail-2016-small.gtfs.zip")
    wanted: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in plain.rows("formations.txt"):
        wanted[row["formation_id"]].append((row["coach_no"], row["coach_type"]))
    places: dict[str, list[str]] = defaultdict(list)
    for row in plain.rows("coach_places.txt"):
        places[row["coach_type"]].append(row["place"])
    for formation_id, coaches in wanted.items():
        formation = catalogue.formation(formation_id)
        assert formation is not None
        found = [(coach.number, section) for coach in formation.coaches for section in coach.sections]
        assert [(number, section.coach_type) for number, section in found] == coaches
        for _, section in found:
            assert [place.label for place in section.places] == places[section.coach_type]
    assert catalogue.formation("no such formation") is None


def test_all_lanes_may_ask_at_once(opened: Open) -> None:
    """The window's lanes share one catalogue: an answer mixed up between threads sells another train."""
    plain, catalogue = opened("cn-rail-2016-small.gtfs.zip")
    trips = sorted(plain.calls)[:200]
    wanted = {trip_id: [call.station for call in plain.calls[trip_id]] for trip_id in trips}

    def ask(seed: int) -> bool:
        dice = random.Random(seed)
        for trip_id in dice.sample(trips, 60):
            trip = catalogue.trip(trip_id)
            assert trip is not None
            assert [call.station_id for call in trip.calls] == wanted[trip_id]
            calls = plain.calls[trip_id]
            found = catalogue.runs_between(calls[0].station, calls[-1].station, date(2026, 12, 1), "Asia/Shanghai")
            assert any(run.trip.trip_id == trip_id for run in found)
        return True

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(16)))
    catalogue.close()
    assert ask(99), "a closed catalogue opens itself again"


def test_another_file_is_refused_as_a_catalogue(tmp_path: Path) -> None:
    """A damaged or foreign file would be read as a timetable without trains."""
    text = tmp_path / "text.catalogue"
    text.write_text("not a database")
    with pytest.raises(Refusal) as refused:
        CatalogueFile(text)
    assert refused.value.reason is Reason.FILE_REFUSED
    newer = tmp_path / "newer.catalogue"
    connection = driver().connect(str(newer))
    connection.execute("CREATE TABLE info (key TEXT PRIMARY KEY, value TEXT)")
    connection.execute("INSERT INTO info VALUES ('schema', '999')")
    connection.commit()
    connection.close()
    with pytest.raises(Refusal) as refused:
        CatalogueFile(newer)
    assert refused.value.facts["code"] == "catalogue_version"
