"""The station finder and the entry line over a real catalogue file, made from the demonstration's timetable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from counter_app.application.find_stations import FindStations
from counter_app.application.read_entry import ReadEntry
from counter_app.application.views import ReadingState
from counter_app.domain.stations import Station
from counter_app.errors import Reason, Refusal
from counter_app.ports.catalogue import TripSpan
from db.catalogue.feed import build
from db.catalogue.reader import CatalogueFile

TODAY, LAST = date(2026, 12, 1), date(2026, 12, 15)
ZONE = "Asia/Shanghai"


@pytest.fixture(scope="module")
def catalogue(invented_feed: Path, tmp_path_factory: pytest.TempPathFactory) -> CatalogueFile:
    target = tmp_path_factory.mktemp("read_entry") / "invented.catalogue"
    build(invented_feed, target, progress=lambda *_: None)
    return CatalogueFile(target)


@pytest.fixture(scope="module")
def ride(catalogue: CatalogueFile) -> TripSpan:
    """Some run of tomorrow between two stations with initials of their own."""
    stations = sorted(catalogue.stations(), key=lambda one: -one.weight)
    for origin in stations:
        for destination in stations:
            runs = catalogue.runs_between(origin.station_id, destination.station_id, date(2026, 12, 2), ZONE)
            if runs and runs[0].trip.service[0].isalpha():
                return runs[0]
    raise AssertionError("the demonstration has no trains")


def finder(catalogue: CatalogueFile | None, home: str = "", usage: Mapping[str, int] | None = None) -> FindStations:
    return FindStations(catalogue=lambda: catalogue, usage=lambda: usage or {}, home_name=home)


def reader(catalogue: CatalogueFile | None, home: str = "") -> ReadEntry:
    return ReadEntry(
        find=finder(catalogue, home), catalogue=lambda: catalogue, sale_dates=lambda: (TODAY, LAST), zone=ZONE
    )


def ends(catalogue: CatalogueFile, ride: TripSpan) -> tuple[Station, Station]:
    found = [catalogue.station(ride.trip.calls[call].station_id) for call in (ride.span.board, ride.span.alight)]
    assert found[0] is not None
    assert found[1] is not None
    return found[0], found[1]


def test_a_whole_line_is_complete(catalogue: CatalogueFile, ride: TripSpan) -> None:
    """The one line that sells."""
    origin, destination = ends(catalogue, ride)
    line = f"{ride.trip.service.lower()} {origin.name} {destination.pinyin} 1202 2 2a1c"
    reading = reader(catalogue)(line)
    assert (reading.state, reading.problem) == (ReadingState.COMPLETE, "")
    assert (reading.service, reading.origin, reading.destination) == (ride.trip.service, origin, destination)
    assert (reading.departing_on, reading.travel_class) == (date(2026, 12, 2), "second")
    assert reading.passengers == {"adult": 2, "child": 1}
    assert [part.meaning for part in reading.parts[:4]] == [
        ride.trip.service,
        origin.name,
        destination.name,
        "2026-12-02",
    ]


def test_a_service_that_does_not_run_there_is_said_before_the_search(catalogue: CatalogueFile, ride: TripSpan) -> None:
    """The wrong way round the train is another one."""
    origin, destination = ends(catalogue, ride)
    reading = reader(catalogue)(f"{ride.trip.service} {destination.name} {origin.name} 1202")
    assert (reading.state, reading.problem) == (ReadingState.WRONG, Reason.UNKNOWN_RUN.value)
    assert [part.ok for part in reading.parts] == [False, True, True, True]


def test_one_station_is_where_to(catalogue: CatalogueFile, ride: TripSpan) -> None:
    """Nine of ten customers leave from here: the clerk never types the own station."""
    origin, destination = ends(catalogue, ride)
    reading = reader(catalogue, home=origin.name)(destination.name)
    assert (reading.state, reading.origin, reading.destination) == (ReadingState.COMPLETE, origin, destination)
    assert reading.departing_on == TODAY, "today, where no date is said"


def test_what_is_missing_wrong_or_too_far_has_its_own_state(catalogue: CatalogueFile, ride: TripSpan) -> None:
    """The colour of the line tells the clerk whether Enter will search."""
    origin, destination = ends(catalogue, ride)
    read = reader(catalogue)
    assert read("").state is ReadingState.INCOMPLETE
    assert read(origin.name).state is ReadingState.INCOMPLETE
    both = f"{origin.name} {destination.name}"
    assert (read(f"{both} 20260231").state, read(f"{both} 20260231").problem) == (
        ReadingState.WRONG,
        Reason.BAD_DATE.value,
    )
    assert read(f"{both} 20260231").departing_on is None
    assert (read(f"{both} 1225").state, read(f"{both} 1225").problem) == (
        ReadingState.COMPLETE,
        Reason.BEYOND_HORIZON.value,
    )
    assert read(f"{both} qqqqq").problem == Reason.UNKNOWN_STATION.value
    assert read(f"G98765 {both}").problem == Reason.UNKNOWN_RUN.value
    assert read(f"{origin.name} {origin.name}").state is ReadingState.WRONG


def test_completions_replace_the_word_at_the_cursor_and_are_understood(
    catalogue: CatalogueFile, ride: TripSpan
) -> None:
    """A completion that is in doubt itself would ask the clerk twice."""
    origin, destination = ends(catalogue, ride)
    read = reader(catalogue)
    line = f"{origin.pinyin[:2]} {destination.name} 1202"
    reading = read(line, cursor=2)
    assert f"{origin.name} {destination.name} 1202" in reading.completions
    assert len(reading.completions) <= 8
    for completion in reading.completions:
        assert completion.endswith(f" {destination.name} 1202")
        assert read(completion).parts[0].ok, completion
    assert read(f"{origin.name} {destination.name} ").completions == (), "between words there is nothing to complete"
    service = ride.trip.service
    begun = read(service[:2])
    assert any(text.startswith(service[:2].upper()) for text in begun.completions)


def test_a_class_is_completed_by_a_word_that_is_nothing_else(catalogue: CatalogueFile, ride: TripSpan) -> None:
    """In Chinese where Chinese is typed, else in English: and never by a code that is a station's initials too."""
    _, destination = ends(catalogue, ride)
    read = reader(catalogue, home=ends(catalogue, ride)[0].name)
    for begun, wanted in (("硬卧", "硬卧下"), ("bus", "business"), ("软", "软座")):
        reading = read(f"{destination.name} {begun}")
        assert f"{destination.name} {wanted}" in reading.completions
        for completion in reading.completions:
            part = read(completion).parts[-1]
            assert part.role == "class", completion
            assert part.ok or part.word in {"软卧", "硬卧"}, completion


def test_after_a_service_its_own_calls_are_offered(catalogue: CatalogueFile, ride: TripSpan) -> None:
    """Of fifty stations that begin so, the train calls at two."""
    origin, _ = ends(catalogue, ride)
    calls = {catalogue.station(call.station_id) for call in ride.trip.calls}
    named = {one.name for one in calls if one is not None}
    for completion in reader(catalogue)(f"{ride.trip.service} {origin.pinyin[:1]}").completions:
        assert completion.partition(" ")[2] in named


def test_the_finder_resolves_or_says_why_not(catalogue: CatalogueFile, ride: TripSpan) -> None:
    """The command line must not search for a station that nobody named."""
    origin, _ = ends(catalogue, ride)
    find = finder(catalogue)
    assert find.resolve(origin.name) == origin
    assert find.resolve(origin.station_id) == origin
    with pytest.raises(Refusal) as refused:
        find.resolve("qqqqq")
    assert refused.value.reason is Reason.UNKNOWN_STATION
    for text in (origin.pinyin[:1], ""):
        with pytest.raises(Refusal) as refused:
            find.resolve(text)
        assert refused.value.reason in {Reason.AMBIGUOUS_STATION, Reason.UNKNOWN_STATION}
    with pytest.raises(Refusal) as refused:
        find.resolve(origin.pinyin[:1])
    assert refused.value.reason is Reason.AMBIGUOUS_STATION
    assert refused.value.facts["candidates"]


def test_the_own_station_comes_first_where_journeys_begin(catalogue: CatalogueFile) -> None:
    """As the origin the own station is meant; as the destination never."""
    stations = sorted(catalogue.stations(), key=lambda one: one.weight)
    home = next(one for one in stations if one.pinyin)
    letter = home.pinyin[0]
    find = finder(catalogue, home=home.name)
    assert find.home() == home
    assert find(letter, limit=1)[0].station == home
    hits = find(letter, limit=200, as_destination=True)
    assert len(hits) > 1
    assert hits[0].station != home
    assert finder(catalogue, usage={home.station_id: 3})(letter, as_destination=True)[0].station == home


def test_without_a_timetable_everything_says_so(catalogue: CatalogueFile) -> None:
    """A fresh counter has none: the clerk is told to import one, instead of finding no station."""
    for act in (lambda: finder(None)("a"), lambda: reader(None)("a"), lambda: finder(None).resolve("a")):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.reason is Reason.NO_TIMETABLE
    reader(None).warm()
    reader(catalogue).warm()


def test_a_new_issue_brings_its_own_stations(catalogue: CatalogueFile) -> None:
    """After an import the old list would sell to stations that are closed."""
    current: list[CatalogueFile | None] = [None]
    find = FindStations(catalogue=lambda: current[0], usage=dict, home_name="")
    with pytest.raises(Refusal):
        find("a")
    current[0] = catalogue
    assert find(catalogue.stations()[0].name, limit=1)
