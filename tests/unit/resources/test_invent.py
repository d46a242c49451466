"""The demonstration's timetable."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from resources.demo.invent import NATIONAL_SERVICES, NATIONAL_STATIONS, invent
from resources.demo.trains import COACH_TYPES, FORMATIONS, KINDS, fare_minor

FIRST = date(2026, 12, 1)


def _rows(feed: Path, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(feed) as zipped, zipped.open(name) as raw:
        return list(csv.DictReader(io.TextIOWrapper(raw, "utf-8", newline="")))


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("feed") / "demo.gtfs.zip"
    invent(path, first_date=FIRST)
    return path


def test_it_says_that_it_is_invented(feed: Path) -> None:
    """A visitor would take a made-up train for one that runs, and go to the station."""
    (info,) = _rows(feed, "feed_info.txt")
    assert info["feed_publisher_name"].startswith("INVENTED")
    (agency,) = _rows(feed, "agency.txt")
    assert "演示" in agency["agency_name"]
    assert "Demonstration" in agency["agency_name"]


def test_the_same_arguments_give_the_same_bytes(feed: Path, tmp_path: Path) -> None:
    """Two runs of a demonstration or a benchmark would not be about the same trains."""
    again, other = tmp_path / "again.zip", tmp_path / "other.zip"
    invent(again, first_date=FIRST)
    invent(other, first_date=FIRST, seed=2)
    assert again.read_bytes() == feed.read_bytes()
    assert other.read_bytes() != feed.read_bytes()


def test_it_runs_every_day_from_the_day_it_was_made_for(feed: Path) -> None:
    """A newcomer would find no train today."""
    (calendar,) = _rows(feed, "calendar.txt")
    assert (calendar["start_date"], calendar["end_date"]) == ("20261201", "20271130")
    assert {calendar[day] for day in ("monday", "wednesday", "sunday")} == {"1"}


def test_a_newcomer_has_something_to_sell(feed: Path) -> None:
    """The demonstration's window stands at 长沙南: without many trains there, the first minute finds nothing."""
    names = {row["stop_id"]: row["stop_name"] for row in _rows(feed, "stops.txt")}
    assert {row["stop_name"]: row["stop_code"] for row in _rows(feed, "stops.txt")}["长沙南"] == "CWQ"
    calls = defaultdict(set)
    for row in _rows(feed, "stop_times.txt"):
        calls[names[row["stop_id"]]].add(row["trip_id"])
    assert len(calls["长沙南"]) > 80
    for other in ("北京西", "上海虹桥", "广州南", "武汉", "昆明南"):
        assert calls["长沙南"] & calls[other], other
    assert set(names.values()) == set(calls)  # no station without a train


def test_every_trip_goes_forward_in_time_and_its_fares_never_fall(feed: Path) -> None:
    """An import would list faults in the demonstration's own feed, or a fare would come out negative."""
    times, fares = defaultdict(list), defaultdict(list)
    for row in _rows(feed, "stop_times.txt"):
        times[row["trip_id"]].append((row["arrival_time"], row["departure_time"], row["stop_id"]))
    for row in _rows(feed, "stop_fares.txt"):
        fares[row["trip_id"], row["travel_class"]].append(int(row["cumulative_fare_minor"]))
    for trip, calls in times.items():
        moments = [moment for arrive, depart, _ in calls for moment in (arrive, depart)]
        assert moments == sorted(moments), trip
        assert len({stop for _, _, stop in calls}) == len(calls) >= 2, trip
        # By day trains are home before midnight; the night is the sleepers'.
        assert trip[0] not in "GC" or moments[-1] < "24:00:00", trip
    for key, along in fares.items():
        assert along == sorted(along), key
        assert along[0] > 0, key
        assert len(along) == len(times[key[0]]) - 1, key


def test_places_are_those_of_the_real_coaches(feed: Path) -> None:
    """A seat map would show a coach that no clerk has ever seen."""
    for coach in COACH_TYPES:
        labels = [label for label, *_ in coach.rows()]
        assert len(labels) == len(set(labels)) == coach.places, coach.name
    per_type = {coach.name: coach.places for coach in COACH_TYPES}
    totals = {
        name: sum(per_type[section] for coach in coaches for section in coach.split("+"))
        for name, coaches in FORMATIONS.items()
    }
    assert totals["CR400AF"] == 576
    assert totals["CRH2A"] == 610
    assert totals["CRH2E"] == 630
    sections = defaultdict(list)
    for row in _rows(feed, "formations.txt"):
        sections[row["formation_id"], row["coach_no"]].append(row["coach_type"])
    assert sections["CR400AF", "01"] == ["ZYS-SW5", "ZYS-ZY28"]
    labels_of = {coach.name: {row[0] for row in coach.rows()} for coach in COACH_TYPES}
    assert not labels_of["ZYS-SW5"] & labels_of["ZYS-ZY28"]


@pytest.mark.parametrize("letter", sorted(KINDS))
def test_a_fare_rises_with_distance_and_a_lower_berth_costs_more(letter: str) -> None:
    """A longer journey would be cheaper than a part of it."""
    kind = KINDS[letter]
    for fare_class in kind.fares:
        along = [fare_minor(kind, fare_class, km) for km in range(1, 2700, 7)]
        assert along == sorted(along)
        assert all(fare % 50 == 0 for fare in along)
    if "hard_sleeper_upper" in kind.fares:
        assert fare_minor(kind, "hard_sleeper_lower", 900) > fare_minor(kind, "hard_sleeper_upper", 900)


def test_a_feed_of_national_size_is_as_large_as_the_country(tmp_path: Path) -> None:
    """Benchmarks without the real feed would measure a toy."""
    path = tmp_path / "national.zip"
    invent(path, first_date=FIRST, services=NATIONAL_SERVICES, stations=NATIONAL_STATIONS)
    stops = _rows(path, "stops.txt")
    assert len(stops) == NATIONAL_STATIONS
    assert len({row["stop_name"] for row in stops}) == NATIONAL_STATIONS
    codes = [row["stop_code"] for row in stops if row["stop_code"]]
    assert len(codes) == len(set(codes))
    trips = [row["trip_id"] for row in _rows(path, "trips.txt")]
    assert len(trips) == len(set(trips)) == NATIONAL_SERVICES
    assert len(_rows(path, "stop_times.txt")) > 55_000
    assert len(_rows(path, "stop_fares.txt")) > 160_000
