"""Every hostile feed comes out as EXPECTED.csv says, through the child process, as an operator would meet it."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from counter_app.domain.timetable import instant
from counter_app.errors import Reason, Refusal
from counter_app.ports.catalogue import ImportReport
from db.catalogue.builder import ChildProcessBuilder
from db.catalogue.reader import CatalogueFile

_CODE = re.compile(r"[a-z]+(?:_[a-z0-9]+)+")

# What EXPECTED.csv says in prose: rows left out or mended, by file and line.
LINES: dict[str, set[tuple[str, int, str]]] = {
    "bad-coaches.zip": {
        ("coach_places.txt", 12, "duplicate_place"),
        ("coach_places.txt", 13, "bad_value"),
        ("coach_places.txt", 14, "dangling_reference"),
        ("formations.txt", 4, "dangling_reference"),
        ("trip_formations.txt", 4, "dangling_reference"),
        ("trip_formations.txt", 4, "duplicate_id"),
    },
    "bad-fares.zip": {
        ("stop_fares.txt", 5, "fare_not_monotone"),
        ("stop_fares.txt", 6, "bad_fare"),
        ("stop_fares.txt", 7, "bad_fare"),
        ("stop_fares.txt", 8, "bad_fare"),
        ("stop_fares.txt", 9, "dangling_reference"),
        ("stop_fares.txt", 10, "unknown_currency"),
    },
    "bad-times.zip": {("stop_times.txt", line, "bad_time") for line in (5, 8, 10, 12, 14, 16, 18)},
    "bidi-and-invisible-names.zip": {("stops.txt", line, "format_character") for line in (6, 7, 8)},
    "calendar-end-before-start.zip": {
        ("calendar.txt", 3, "calendar_reversed"),
        ("calendar.txt", 4, "bad_date"),
    },
    "case-twin-entry.zip": {("STOPS.TXT", 0, "unknown_file")},
    "dangling-references.zip": {
        ("trips.txt", 4, "dangling_reference"),
        ("trips.txt", 5, "dangling_reference"),
        ("stop_times.txt", 12, "dangling_reference"),
        ("stop_times.txt", 13, "dangling_reference"),
        ("stop_times.txt", 14, "dangling_reference"),
    },
    "decreasing-times.zip": {
        ("stop_times.txt", 6, "times_decrease"),
        ("stop_times.txt", 9, "times_decrease"),
    },
    "duplicate-ids.zip": {("stops.txt", 6, "duplicate_id"), ("trips.txt", 4, "duplicate_id")},
    "duplicate-sequence.zip": {("stop_times.txt", 9, "duplicate_sequence")},
    "escpos-in-names.zip": {("stops.txt", line, "control_character") for line in (6, 7, 8)},
    "negative-fare.zip": {
        ("stop_fares.txt", 4, "negative_fare"),
        ("fare_attributes.txt", 2, "negative_fare"),
    },
    "one-stop-trip.zip": {("trips.txt", 4, "too_few_calls"), ("trips.txt", 5, "too_few_calls")},
    "quoted-newlines.zip": {("stops.txt", 2, "line_break")},
    "ragged-rows.zip": {("stops.txt", 6, "ragged_row"), ("stops.txt", 7, "ragged_row")},
}
# Trips that are there afterwards; where nothing is said: T1 and T2.
TRIPS: dict[str, set[str]] = {
    "bad-times.zip": {"T1"},
    "calendar-end-before-start.zip": {"T1", "T2", "T5"},
    "decreasing-times.zip": {"T1"},
    "dst-crossing.zip": {"T1", "T2", "N1", "N2"},
    "duplicate-ids.zip": {"T2"},
    "station-called-at-twice.zip": {"T1", "T2", "RING"},
    "times-past-84-hours.zip": {"T1", "T2", "NIGHT"},
    "trip-120-stops.zip": {"T1", "T2", "LONG"},
}
ALL_TRIPS = ("T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "N1", "N2", "RING", "NIGHT", "LONG")
NAMES: dict[str, dict[str, str]] = {
    "bidi-and-invisible-names.zip": {"E": "戊站站", "H": "己站", "I": "庚站"},
    "escpos-in-names.zip": {"E": "戊p0P站", "H": "己V1站", "I": "庚2J站"},
    "quoted-newlines.zip": {"A": "甲 站", "B": '乙 "站", 二'},
    "duplicate-ids.zip": {"A": "甲站"},
    "markup-and-sql-names.zip": {"H": "Robert'); DROP TABLE stops;--", "J": "&#x202E;&amp;"},
    "csv-formula-names.zip": {"I": "+1+1", "K": "@SUM(A1)"},
}


# Names only: the folder itself is found by the fixture, so that a clone without the data skips and says why.
CASES = [
    "bad-coaches",
    "bad-fares",
    "bad-times",
    "bad-timezone",
    "bidi-and-invisible-names",
    "bom-crlf",
    "bomb-bzip2-5gb",
    "bomb-overlap-6gb",
    "bomb-size-lie",
    "calendar-end-before-start",
    "case-twin-entry",
    "crc-damage",
    "csv-formula-names",
    "dangling-references",
    "decreasing-times",
    "dst-crossing",
    "duplicate-entry",
    "duplicate-ids",
    "duplicate-sequence",
    "encrypted",
    "escpos-in-names",
    "gb18030-stops",
    "header-spaces",
    "huge-field",
    "invalid-utf8",
    "markup-and-sql-names",
    "missing-calendar",
    "missing-column",
    "missing-stop-times",
    "negative-fare",
    "nested-zip",
    "no-trips",
    "nul-bytes",
    "one-stop-trip",
    "open-quote",
    "path-traversal",
    "quoted-newlines",
    "ragged-rows",
    "station-called-at-twice",
    "subfolder",
    "symlink-entry",
    "text-named-zip",
    "times-past-84-hours",
    "too-many-entries",
    "trip-120-stops",
    "truncated",
    "utf16",
    "valid-tiny",
    "zero-bytes",
]


def _expected(test_data: Path) -> dict[str, str]:
    with (test_data / "hostile" / "EXPECTED.csv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: row["expected"] for row in csv.DictReader(file)}


def _import(path: Path, folder: Path) -> ImportReport:
    return ChildProcessBuilder(folder).build(path, progress=lambda _: None, cancelled=lambda: False)


def test_no_hostile_file_is_forgotten(test_data: Path) -> None:
    """A file that was added beside the others is tried too."""
    assert {f"{case}.zip" for case in CASES} == _expected(test_data).keys()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("case", CASES)
def test_a_hostile_feed_comes_out_as_expected(test_data: Path, tmp_path: Path, case: str) -> None:
    """The operator's file is somebody else's file: it must not harm the counter, and what is good in it must go in."""
    name = f"{case}.zip"
    expected = _expected(test_data)[name]
    path = test_data / "hostile" / name
    outcome, _, words = expected.partition(": ")
    if outcome == "refused":
        with pytest.raises(Refusal) as refused:
            _import(path, tmp_path)
        assert refused.value.reason is Reason.FILE_REFUSED
        code, _, detail = words.partition(" ")
        assert refused.value.facts["code"] == code
        assert not detail or refused.value.facts["detail"] == detail
        assert list(tmp_path.iterdir()) == [], "a refused file leaves nothing"
        return
    report = _import(path, tmp_path)
    without_examples = re.sub(r"\([^()]*\)", "", words)
    codes = {found[0] for part in re.split("[,;]", without_examples) if (found := _CODE.match(part.strip()))}
    assert {fault.fault for fault in report.faults} == codes
    assert bool(codes) == (outcome == "accepted with faults")
    assert {(fault.file, fault.line, fault.fault) for fault in report.faults} == LINES.get(name, set())
    assert report.fault_count == len(report.faults)
    catalogue = CatalogueFile(report.catalogue)
    trips = {trip_id for trip_id in ALL_TRIPS if catalogue.trip(trip_id)}
    assert trips == TRIPS.get(name, {"T1", "T2"})
    assert report.trips == len(trips)
    for station_id, station_name in NAMES.get(name, {}).items():
        station = catalogue.station(station_id)
        assert station is not None
        assert station.name == station_name
    catalogue.close()


@pytest.mark.timeout(60)
def test_clock_changes_are_counted_from_noon(test_data: Path, tmp_path: Path) -> None:
    """On the night of the clock change a night train's ticket must show the time at which it really leaves."""
    catalogue = CatalogueFile(_import(test_data / "hostile" / "dst-crossing.zip", tmp_path).catalogue)
    told = {
        ("N1", date(2027, 3, 28)): ("2027-03-27T23:30", "2027-03-28T02:30"),
        ("N1", date(2027, 10, 31)): ("2027-10-31T00:30", "2027-10-31T03:30"),
        ("N2", date(2027, 3, 27)): ("2027-03-27T22:00", "2027-03-28T03:00"),
        ("N2", date(2027, 10, 30)): ("2027-10-30T21:00", "2027-10-31T02:00"),
    }
    for (trip_id, day), ends in told.items():
        trip = catalogue.trip(trip_id)
        assert trip is not None
        assert catalogue.runs_on(trip_id, day)
        first, last = trip.calls[0], trip.calls[-1]
        found = (instant(day, first.depart_s, trip.zone), instant(day, last.arrive_s, trip.zone))
        assert tuple(f"{at:%Y-%m-%dT%H:%M}" for at in found) == ends
    assert not catalogue.runs_on("N1", date(2027, 6, 1))
    catalogue.close()


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("name", "trips", "faults"),
    [
        ("cn-rail-2016.gtfs.zip", 5505, 0),
        ("cn-rail-2016-small.gtfs.zip", 508, 0),
        ("gtfs_sk-zssk-2025-01-07.zip", 2562, 0),
        ("gtfs_sk-zssk-2025-02-09.zip", 2561, 0),
        ("gtfs_ph-pnr.zip", 38, 0),
        ("gtfs_us-caltrain.zip", 180, 0),
        # 5 trips with times out of order, and 238 with minutes of 60 and more ("19:70:00"): no one's times.
        ("gtfs_th-rail-coach.zip", 1564, 244),
    ],
)
def test_real_feeds_go_in_whole(test_data: Path, tmp_path: Path, name: str, trips: int, faults: int) -> None:
    """Each trip that is lost on the way in is a train that this counter cannot sell."""
    report = _import(test_data / name, tmp_path)
    assert (report.trips, report.fault_count) == (trips, faults)
    assert report.issue.trips == trips
