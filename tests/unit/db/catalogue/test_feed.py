"""What goes into the catalogue and what does not: one small feed, wrong in one way at a time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from counter_app.errors import Refusal
from db.catalogue import limits
from db.catalogue.feed import build
from db.catalogue.reader import CatalogueFile
from tests.unit.db.catalogue.feeds import COACHES, TINY, Part, built, crafted, detail_of, parts, told, zipped

FULL = {**TINY, **COACHES}
CALLS = TINY["stop_times.txt"]


def _open(folder: Path) -> CatalogueFile:
    return CatalogueFile(folder / "out.catalogue")


def _refused(folder: Path, **more: str | bytes) -> tuple[str, str]:
    with pytest.raises(Refusal) as refused:
        built(folder, TINY, **more)
    return str(refused.value.facts["code"]), str(refused.value.facts["detail"])


def _clocks(folder: Path, trip_id: str) -> list[tuple[int, int]]:
    trip = _open(folder).trip(trip_id)
    assert trip is not None
    return [(call.arrive_s, call.depart_s) for call in trip.calls]


def test_a_good_feed_has_no_faults(tmp_path: Path) -> None:
    """Faults that are none teach the operator to look away."""
    result = built(tmp_path, FULL)
    assert told(result) == []
    assert (result.issue.trips, result.issue.stations, result.issue.currency) == (2, 4, "CNY")
    assert (result.issue.first_date, result.issue.last_date) == (date(2026, 11, 1), date(2027, 12, 31))


def test_the_same_feed_makes_the_same_file(tmp_path: Path) -> None:
    """The catalogue is named after its content: two counters that import one feed hold one file."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert built(tmp_path / "a", FULL).sha256 == built(tmp_path / "b", FULL).sha256


# ---- agencies and names


def test_one_bad_zone_among_several_costs_its_own_trains(tmp_path: Path) -> None:
    """A rail operator's timetable is not lost because a bus company beside it made a mistake."""
    result = built(
        tmp_path,
        TINY,
        agency="agency_id,agency_name,agency_timezone\nX,Rail,Asia/Shanghai\nY,Bus,Mars/Phobos\n",
        routes="route_id,agency_id,route_short_name,route_type\nG,X,G,2\nB,Y,B,3\n",
        trips="route_id,service_id,trip_id\nG,DAILY,T1\nB,DAILY,T2\n",
    )
    assert told(result) == [("agency.txt", 3, "bad_timezone")]
    assert result.issue.trips == 1


@pytest.mark.parametrize(
    "zone", ["", "localtime", "../../etc/passwd", "posixrules", "right/UTC", "CST8", "asia/shanghai"]
)
def test_zones_are_those_of_the_tz_database(tmp_path: Path, zone: str) -> None:
    """A zone that means something else on another machine would print another departure time."""
    assert _refused(tmp_path, agency=f"agency_name,agency_timezone\nRail,{zone}\n")[0] == "bad_timezone"


def test_a_single_agency_needs_no_id(tmp_path: Path) -> None:
    """Small operators leave agency_id out everywhere."""
    result = built(
        tmp_path,
        TINY,
        agency="agency_name,agency_timezone\nRail,Asia/Shanghai\n",
        routes="route_id,route_short_name,route_type\nG,G,2\n",
    )
    assert told(result) == []
    trip = _open(tmp_path).trip("T1")
    assert trip is not None
    assert trip.operator == "Rail"


@pytest.mark.parametrize(
    ("info", "namespace", "invented"),
    [
        ("feed_publisher_name,feed_version\nTest  Rail,1\n", "test rail", False),
        ("feed_publisher_name,feed_version\nTest Rail,2\n", "test rail", False),
        ("feed_publisher_name,feed_id\nTest Rail,bus\n", "test rail bus", False),
        ("feed_publisher_name\nINVENTED for the demonstration\n", "invented for the demonstration", True),
        ("", "x", False),
    ],
)
def test_run_ids_survive_a_new_issue(tmp_path: Path, info: str, namespace: str, invented: bool) -> None:
    """A ticket names its run: were the issue part of the name, a new timetable would orphan every ticket sold."""
    issue = built(tmp_path, TINY, feed_info=info).issue
    assert (issue.feed_namespace, issue.invented) == (namespace, invented)


# ---- stations


def test_platforms_belong_to_their_station(tmp_path: Path) -> None:
    """A passenger asks for a station, not for platform 4; entrances are nowhere that a train calls."""
    stops = (
        "stop_id,stop_name,location_type,parent_station,zone_id\nP,Centre,1,,Z9\nA,Centre 1,0,P,\nB,,,P,Z2\n"
        "C,East,,,\nD,West,,,\nE,Door,2,P,\n"
    )
    result = built(tmp_path, TINY, stops=stops)
    assert told(result) == []
    catalogue = _open(tmp_path)
    assert [station.name for station in catalogue.stations()] == ["Centre", "East", "West"]
    trip = catalogue.trip("T1")
    assert trip is not None
    assert [(call.stop_id, call.station_id) for call in trip.calls] == [("A", "P"), ("B", "P"), ("C", "C")]
    assert {station.station_id: station.weight for station in catalogue.stations()} == {"P": 2, "C": 2, "D": 1}


def test_a_stops_platform_is_known_and_none_is_invented(tmp_path: Path) -> None:
    """Passengers at the wrong bay watch their coach leave."""
    stops = "stop_id,stop_name,platform_code\nA,Centre,12\nB,East,\nC,West,3b\nD,North,\n"
    built(tmp_path, TINY, stops=stops)
    catalogue = _open(tmp_path)
    assert [catalogue.platform(stop) for stop in ("A", "B", "C", "nowhere")] == ["12", "", "3b", ""]


def test_circles_and_bad_parents_are_mended(tmp_path: Path) -> None:
    """Two stops that name each other as parent must neither hang the import nor lose their trains."""
    stops = "stop_id,stop_name,location_type,parent_station\nA,a,,B\nB,b,,A\nC,c,,C\nD,d,1,GONE\n"
    result = built(tmp_path, TINY, stops=stops)
    assert told(result) == [
        ("stops.txt", 2, "bad_parent"),
        ("stops.txt", 3, "bad_parent"),
        ("stops.txt", 4, "bad_parent"),
        ("stops.txt", 5, "dangling_reference"),
    ]
    assert result.issue.trips == 2


def test_odd_stops_are_listed_and_their_trains_stay(tmp_path: Path) -> None:
    """A missing name or a coordinate beyond the pole is told; the trains still sell."""
    stops = "stop_id,stop_code,stop_name,stop_lat,stop_lon\nA,AAH,,1,1\nB,,b,91,0\nC,,c,NaN,0\nD,,{},0,0\n".format(
        "d" * 300
    )
    result = built(tmp_path, TINY, stops=stops)
    assert told(result) == [
        ("stops.txt", 2, "missing_value"),
        ("stops.txt", 3, "bad_coordinate"),
        ("stops.txt", 4, "bad_coordinate"),
        ("stops.txt", 5, "text_too_long"),
    ]
    assert [station.name for station in _open(tmp_path).stations()] == ["AAH", "b", "c", "d" * limits.NAME_CHARS]


def test_chinese_names_without_pinyin_get_it(tmp_path: Path) -> None:
    """A clerk types csn for 长沙南 whatever the feed brings."""
    built(tmp_path, TINY, stops="stop_id,stop_name\nA,长沙南\nB,绿园\nC,Žilina\nD,Bonn\n")
    found = [(s.pinyin, s.initials, s.english) for s in _open(tmp_path).stations()]
    assert found == [("changshanan", "csn", ""), ("lvyuan", "ly", ""), ("", "", "Zilina"), ("", "", "")]


# ---- calendars


@pytest.mark.parametrize("bad", ["20260230", "2026-11-01", "20261301", "00000101", "２０２６１１０１", "202611011", ""])
def test_dates_that_are_none_cost_the_service(tmp_path: Path, bad: str) -> None:
    """A train must not be sold on a day that nobody named."""
    calendar = TINY["calendar.txt"] + f"ODD,1,1,1,1,1,1,1,{bad},20271231\n"
    trips = TINY["trips.txt"] + "G,ODD,T3,,G3\n"
    calls = CALLS + "T3,12:00:00,12:00:00,A,1\nT3,13:00:00,13:00:00,B,2\n"
    result = built(tmp_path, TINY, calendar=calendar, trips=trips, stop_times=calls)
    assert told(result) == [("calendar.txt", 3, "bad_date")]
    assert result.issue.trips == 2


def test_exceptions_add_and_take_away(tmp_path: Path) -> None:
    """Holidays: the train that does not run is not sold, the extra one is."""
    dates = (
        "service_id,date,exception_type\nDAILY,20261224,2\nEXTRA,20280101,1\nDAILY,20261224,1\nDAILY,20261225,3\n"
        "DAILY,x,1\n"
    )
    result = built(tmp_path, TINY, calendar_dates=dates, trips=TINY["trips.txt"].replace("DAILY,T2", "EXTRA,T2"))
    assert told(result) == [
        ("calendar_dates.txt", 4, "duplicate_id"),
        ("calendar_dates.txt", 5, "bad_value"),
        ("calendar_dates.txt", 6, "bad_date"),
    ]
    catalogue = _open(tmp_path)
    assert not catalogue.runs_on("T1", date(2026, 12, 24))
    assert catalogue.runs_on("T1", date(2026, 12, 25))
    assert catalogue.runs_on("T2", date(2028, 1, 1))
    assert result.issue.last_date == date(2028, 1, 1)


# ---- calls


def test_blank_times_between_timepoints_are_filled_in(tmp_path: Path) -> None:
    """GTFS lets buses leave times blank between timepoints; passengers board there all the same."""
    calls = (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled\n"
        "T1,08:00:00,08:00:00,A,1,0\nT1,,,B,2,3\nT1,,,C,3,4\nT1,08:40:00,,D,4,4\n"
        "T2,,09:00:00,A,1,\nT2,,,B,5,\nT2,,,C,6,\nT2,10:30:00,10:30:00,D,9,\n"
    )
    result = built(tmp_path, TINY, stop_times=calls)
    assert told(result) == []
    assert [a // 60 for a, _ in _clocks(tmp_path, "T1")] == [480, 510, 520, 520]
    assert [d // 60 for _, d in _clocks(tmp_path, "T2")] == [540, 570, 600, 630]


def test_a_trip_without_a_first_or_last_time_is_left_out(tmp_path: Path) -> None:
    """Nothing says when it leaves: it cannot be sold."""
    calls = CALLS.replace("T1,08:00:00,08:00:00", "T1,,").replace("T2,11:30:00,11:30:00", "T2,,")
    with pytest.raises(Refusal) as refused:
        built(tmp_path, TINY, stop_times=calls)
    assert refused.value.facts == {"code": "empty_feed", "detail": "missing_time"}


def test_order_is_by_sequence_not_by_line(tmp_path: Path) -> None:
    """Exporters sort as they please."""
    lines = CALLS.splitlines()
    built(tmp_path, TINY, stop_times="\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    trip = _open(tmp_path).trip("T2")
    assert trip is not None
    assert [call.stop_id for call in trip.calls] == ["A", "C", "D"]


def test_frequencies_are_written_out(tmp_path: Path) -> None:
    """A ferry every half hour is a departure every half hour, each with its own free places."""
    rows = (
        "trip_id,start_time,end_time,headway_secs\nT1,09:00:00,10:30:00,1800\nT1,10:00:00,11:00:00,60\n"
        "T9,1:00:00,2:00:00,60\n"
    )
    result = built(tmp_path, TINY, frequencies=rows)
    assert told(result) == [
        ("frequencies.txt", 3, "frequencies_overlap"),
        ("frequencies.txt", 4, "dangling_reference"),
    ]
    assert result.issue.trips == 2, "what the feed calls a trip"
    catalogue = _open(tmp_path)
    assert catalogue.trip("T1") is None
    departures = [f"T1@{clock}" for clock in ("09:00:00", "09:30:00", "10:00:00")]
    assert [bool(catalogue.trip(trip_id)) for trip_id in departures] == [True, True, True]
    assert [d // 60 for _, d in _clocks(tmp_path, "T1@09:30:00")] == [570, 602, 640]


@pytest.mark.parametrize(
    "row", ["T1,09:00:00,10:00:00,0", "T1,09:00:00,09:00:00,60", "T1,0:00:00,300:00:00,1", "T1,x,y,60"]
)
def test_absurd_frequencies_are_bounded(tmp_path: Path, row: str) -> None:
    """One line must not stand for a million departures; a trip that repeats at no time does not run."""
    result = built(tmp_path, TINY, frequencies=f"trip_id,start_time,end_time,headway_secs\n{row}\n")
    assert [line for _, line, _ in told(result)] == [2]
    assert result.issue.trips == 1


@pytest.mark.timeout(60)
def test_trips_with_thousands_of_calls_cost_only_themselves(tmp_path: Path) -> None:
    """Pairs of calls grow with the square: one absurd trip must not stop the search of all the others."""
    many = "".join(
        f"T2,{i // 60 + 10:02d}:{i % 60:02d}:00,{i // 60 + 10:02d}:{i % 60:02d}:00,{'ABCD'[i % 4]},{i}\n"
        for i in range(9, 3009)
    )
    result = built(tmp_path, TINY, stop_times=CALLS + many)
    assert told(result) == [("trips.txt", 3, "too_many_calls")]


@pytest.mark.timeout(120)
def test_a_million_wrong_lines_are_counted_and_not_all_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of faults is for people; the count is exact."""
    monkeypatch.setattr(limits, "FAULTS_LISTED", 100)
    result = built(tmp_path, TINY, stop_times=CALLS + "T9,1:00:00,1:00:00,A,1\n" * 1_000_000)
    assert (result.fault_count, len(result.faults), result.issue.trips) == (1_000_000, 100, 2)


@pytest.mark.parametrize(
    ("unit", "expected_m"), [("km", [0, 100_000, 200_000]), ("m", [0, 100_000, 200_000]), ("none", [None, None, None])]
)
def test_distances_are_metres_whatever_the_feed_counts_in(
    tmp_path: Path, unit: str, expected_m: list[int | None]
) -> None:
    """A fare by the kilometre must not be a thousand times too much."""
    far = {"km": ["0", "100", "200"], "m": ["0", "100000", "200000.0"], "none": ["", "", ""]}[unit]
    stops = "stop_id,stop_name,stop_lat,stop_lon\nA,a,30.0,110\nB,b,30.8,110\nC,c,31.6,110\nD,d,,\n"
    for with_coordinates in (True, False):
        folder = tmp_path / str(with_coordinates)
        folder.mkdir()
        calls = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled\n" + "".join(
            f"T1,0{8 + i}:00:00,0{8 + i}:00:00,{stop},{i},{d}\n"
            for i, (stop, d) in enumerate(zip("ABC", far, strict=True))
        )
        trips = "route_id,service_id,trip_id\nG,DAILY,T1\n"
        files = dict(TINY) | ({"stops.txt": stops} if with_coordinates else {})
        built(folder, files, stop_times=calls, trips=trips)
        trip = _open(folder).trip("T1")
        assert trip is not None
        assert [call.distance_m for call in trip.calls] == expected_m


# ---- coaches and fares


def test_a_coach_of_two_classes_is_two_sections(tmp_path: Path) -> None:
    """Half business, half first: both are sold, under one coach number."""
    result = built(
        tmp_path,
        FULL,
        coach_types="coach_type,travel_class,description\nSW,business,\nZY,first,\nCA,none,dining\n",
        coach_places="coach_type,place,row,column,kind,position\nSW,01A,1,A,seat,window\nZY,02A,2,A,seat,window\nCA,1,1,A,seat,none\n",
        formations="formation_id,coach_no,coach_type\nF1,1,SW\nF1,1,ZY\nF1,2,CA\nF1,1,ZY\nF2,1/2,ZY\n",
    )
    assert told(result) == [
        ("coach_places.txt", 4, "bad_value"),
        ("formations.txt", 5, "duplicate_id"),
        ("formations.txt", 6, "bad_value"),
    ]
    formation = _open(tmp_path).formation("F1")
    assert formation is not None
    assert [(c.number, [s.travel_class for s in c.sections]) for c in formation.coaches] == [
        ("1", ["business", "first"]),
        ("2", ["none"]),
    ]


def test_one_place_in_two_sections_is_refused_for_the_second(tmp_path: Path) -> None:
    """Two passengers with a ticket for one seat."""
    result = built(
        tmp_path,
        FULL,
        coach_types="coach_type,travel_class,description\nZE2,second,\nZY,first,\n",
        coach_places=COACHES["coach_places.txt"] + "ZY,01A,1,A,seat,window\n",
        formations="formation_id,coach_no,coach_type\nF1,1,ZE2\nF1,1,ZY\n",
    )
    assert told(result) == [("formations.txt", 3, "duplicate_place")]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("T1,3,first,-0001,CNY", "negative_fare"),
        ("T1,3,first,99999999999999,CNY", "bad_fare"),
        ("T1,3,first,１００,CNY", "bad_fare"),
        ("T1,1,first,5,CNY", "bad_fare"),
        ("T1,3,first,5,cny", "unknown_currency"),
        ("T1,3,first,5,XAU", "unknown_currency"),
        ("T1,3,first,5,EUR", "currency_mixed"),
        ("T1,3,,5,CNY", "missing_value"),
        ("T1,x,first,5,CNY", "bad_value"),
        ("T1,3,second,2400,CNY", "duplicate_id"),
        ("T9,3,first,5,CNY", "dangling_reference"),
    ],
)
def test_a_wrong_fare_is_unknown_and_never_guessed(tmp_path: Path, row: str, fault: str) -> None:
    """Better that a class cannot be sold on a span than that it is sold at a price that nobody set."""
    result = built(tmp_path, FULL, stop_fares=COACHES["stop_fares.txt"] + row + "\n")
    assert told(result) == [("stop_fares.txt", 6, fault)]
    trip = _open(tmp_path).trip("T1")
    assert trip is not None
    assert trip.cumulative_fares["second"] == (0, 1000, None if fault == "duplicate_id" else 2500)
    assert "first" not in trip.cumulative_fares


@pytest.mark.parametrize(
    ("price", "fault"), [("3.755", "bad_fare"), ("1e3", "bad_fare"), ("-1", "negative_fare"), ("", "bad_fare")]
)
def test_od_fares_are_exact(tmp_path: Path, price: str, fault: str) -> None:
    """A price with more decimals than its currency has is a mistake, not something to round."""
    result = built(
        tmp_path,
        TINY,
        fare_attributes=f"fare_id,price,currency_type\nP,{price},USD\nQ,3.7500,USD\nR,100,JPY\nS,1.5,JPY\n",
        fare_rules="fare_id,origin_id,destination_id\nP,1,2\nQ,1,2\nZ,1,2\n",
    )
    assert told(result) == [
        ("fare_attributes.txt", 2, fault),
        ("fare_attributes.txt", 5, "bad_fare"),
        ("fare_rules.txt", 4, "dangling_reference"),
    ]


# ---- the file as a whole


def test_damage_in_a_file_that_nobody_reads_counts_too(tmp_path: Path) -> None:
    """A zip that is damaged anywhere is not what the operator sent."""
    path = crafted(tmp_path / "f.zip", [*parts(), Part(name=b"shapes.txt", content=b"x" * 99, crc=1)])
    with pytest.raises(Refusal) as refused:
        build(path, tmp_path / "o", progress=lambda *_: None)
    assert refused.value.facts["code"] == "damaged"


def test_only_suspicious_extra_files_are_listed(tmp_path: Path) -> None:
    """Real feeds carry notes, licences and extensions of others: those are no faults."""
    extra = {
        "LICENSE": "x",
        "pathways.txt": "a\n",
        "__MACOSX/stops.txt": "x",
        "old/stops.txt": "stop_id\n",
        "Trips.txt": "x",
    }
    result = build(zipped(tmp_path / "f.zip", {**TINY, **extra}), tmp_path / "o", progress=lambda *_: None)
    assert told(result) == [("old/stops.txt", 0, "unknown_file"), ("Trips.txt", 0, "unknown_file")]


def test_empty_optional_files_are_as_good_as_none(tmp_path: Path) -> None:
    """Exporters write empty files for what they do not have."""
    result = built(tmp_path, TINY, calendar_dates="", frequencies=b"", fare_rules="")
    assert told(result) == []


def test_details_are_printable(tmp_path: Path) -> None:
    """The list of faults goes to terminals: what it quotes from the feed must not steer them."""
    result = built(tmp_path, TINY, trips=TINY["trips.txt"] + "G\x1b]0;x\x07,DAILY,T3,,\n")
    assert all(
        detail.isprintable()
        for fault in ("dangling_reference", "control_character")
        for detail in detail_of(result, fault)
    )
