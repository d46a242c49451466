"""A new timetable on a counter that has sold: real feeds, the real child process, the real store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from counter_app.application.import_timetable import ImportTimetable
from counter_app.application.views import PassengerInput, PlaceWish
from counter_app.domain.journal import Entry, Json, Kind
from counter_app.domain.staff import SYSTEM
from counter_app.domain.timetable import Span
from counter_app.errors import Cancelled, Reason, Refusal
from counter_app.ports.catalogue import ImportReport
from counter_app.ports.orders import TicketRecord
from db.catalogue.builder import ChildProcessBuilder
from db.catalogue.reader import CatalogueFile
from tests.unit.counter_app.application.counter import CODES, DAY, HAN, LI, NAMES, Counter, run
from tests.unit.db.catalogue.feeds import zipped

HEAD = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
WAY = tuple(zip(CODES, (8, 9, 10, 11, 12), strict=True))  # station, hour


def _feed(path: Path, *, way: tuple[tuple[str, int], ...] = WAY, last_day: str = "20271231", rows: int = 2) -> Path:
    """G1 with seats and fares, K9 without, along ``way``; ``rows`` of three seats in the only coach."""
    calls = HEAD + "".join(
        f"{trip_id},{hour:02d}:00:00,{hour:02d}:00:00,{code},{at}\n"
        for trip_id in ("G1", "K9")
        for at, (code, hour) in enumerate(way, 1)
    )
    fares = "trip_id,stop_sequence,travel_class,cumulative_fare_minor,currency\n" + "".join(
        f"{trip_id},{at},{travel_class},{(at - 1) * 10000},CNY\n"
        for trip_id, travel_class in (("G1", "second"), ("K9", "unreserved"))
        for at in range(2, len(way) + 1)
    )
    places = "".join(f"ZE,{row:02d}{c},{row},{c},seat,window\n" for row in range(1, rows + 1) for c in "ABC")
    week = "monday,tuesday,wednesday,thursday,friday,saturday,sunday"
    return zipped(
        path,
        {
            "agency.txt": "agency_name,agency_timezone\nTest Railway,Asia/Shanghai\n",
            "feed_info.txt": "feed_publisher_name\ntest\n",
            "stops.txt": "stop_id,stop_code,stop_name\nXXX,XXX,新站\n"
            + "".join(f"{code},{code},{name}\n" for code, name in zip(CODES, NAMES, strict=True)),
            "routes.txt": "route_id,route_type\nR,2\n",
            "trips.txt": "route_id,service_id,trip_id,trip_short_name\nR,D,G1,G1\nR,D,K9,K9\n",
            "calendar.txt": f"service_id,{week},start_date,end_date\nD,1,1,1,1,1,1,1,20261101,{last_day}\n",
            "stop_times.txt": calls,
            "stop_fares.txt": fares,
            "coach_types.txt": "coach_type,travel_class\nZE,second\n",
            "coach_places.txt": "coach_type,place,row,column,kind,position\n" + places,
            "formations.txt": "formation_id,coach_no,coach_type\nF,02,ZE\n",
            "trip_formations.txt": "trip_id,formation_id\nG1,F\n",
        },
    )


class Station:
    """A counter with a real catalogue; ``bring`` imports as the owner does and forgets as the desk does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.counter = Counter(folder / "profile")
        self.builder = ChildProcessBuilder(folder / "profile" / "catalogues")
        self.use = ImportTimetable(self.counter.store, self.builder, self.counter.clock)

    def bring(self, feed: Path) -> ImportReport:
        report = self.use(SYSTEM, feed, progress=lambda _: None, cancelled=lambda: False)
        self.counter.catalogue = CatalogueFile(report.catalogue)  # type: ignore[assignment]
        self.counter.holder.forget()
        return report

    def entries(self, kind: Kind) -> list[Entry]:
        with self.counter.store.reading() as books:
            return [entry for entry in books.journal.entries() if entry.kind is kind]

    def active(self) -> str | None:
        with self.counter.store.reading() as books:
            issue = books.issues.active()
        return None if issue is None else issue.file_name

    def free(self, span: Span, trip_id: str = "G1") -> int:
        trip = self.counter.catalogue.trip(trip_id)
        assert trip is not None
        found = self.counter.holder.free_by_class(run(trip_id), trip, span)
        assert found is not None, "touched"
        return sum(found.values())


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path)
    yield made
    made.counter.close()


def _person(document: str) -> PassengerInput:
    return replace(HAN, document=document)


def _troubles(entry: Entry) -> list[Json]:
    troubled = entry.body["troubled"]
    assert isinstance(troubled, list)
    return [line[1] for line in troubled if isinstance(line, list)]


def _give_back(counter: Counter, ticket: TicketRecord) -> None:
    counter.refund(counter.clerk, counter.quote_refund(ticket.ticket_id))


@pytest.fixture
def sold(station: Station) -> Station:
    """First issue in force; G1 sold from 1 to 3 (two seats) and whole (one), K9 from 0 to 2."""
    station.bring(_feed(station.folder / "one.zip"))
    station.counter.open_shift()
    station.counter.sold(LI, HAN, span=Span(1, 3))
    station.counter.sold(_person("E22222222"), span=Span(0, 4))
    station.counter.sold(_person("E33333333"), span=Span(0, 2), travel_class="unreserved", trip_id="K9")
    return station


def test_the_first_timetable_is_activated_and_journaled(station: Station) -> None:
    """From now on there is something to sell, and the journal says since when and by which file."""
    report = station.bring(_feed(station.folder / "one.zip"))
    assert station.active() == report.catalogue.name
    (entry,) = station.entries(Kind.CATALOGUE_ACTIVATED)
    assert entry.body["trips"] == 2
    assert entry.body["sha256"] == report.catalogue.stem
    assert entry.body["replaces"] is None
    assert entry.actor == "system"


def test_a_clerk_may_not_change_the_timetable(station: Station) -> None:
    """Whoever decides what is sold is an administrator, by name."""
    with pytest.raises(Refusal) as refused:
        station.use(station.counter.clerk, station.folder / "x", progress=lambda _: None, cancelled=lambda: False)
    assert refused.value.reason is Reason.NOT_ALLOWED


def test_a_refused_or_stopped_import_changes_nothing(sold: Station) -> None:
    """The clerk sells on from the timetable that was there."""
    before = (
        sold.active(),
        len(sold.entries(Kind.CATALOGUE_ACTIVATED)),
        sorted((sold.counter.folder / "catalogues").iterdir()),
    )
    bad = sold.folder / "bad.zip"
    bad.write_bytes(b"no zip")
    with pytest.raises(Refusal):
        sold.bring(bad)
    with pytest.raises(Cancelled):
        sold.use(SYSTEM, _feed(sold.folder / "two.zip", rows=3), progress=lambda _: None, cancelled=lambda: True)
    after = (
        sold.active(),
        len(sold.entries(Kind.CATALOGUE_ACTIVATED)),
        sorted((sold.counter.folder / "catalogues").iterdir()),
    )
    assert after == before


def test_the_same_timetable_again_is_no_event(sold: Station) -> None:
    """Importing twice to be sure leaves one line in the journal."""
    sold.bring(_feed(sold.folder / "one.zip"))
    assert len(sold.entries(Kind.CATALOGUE_ACTIVATED)) == 1


def test_runs_that_did_not_change_are_kept_without_a_word(sold: Station) -> None:
    """Most of a new issue is what it was: only what changed is worth an entry."""
    sold.bring(_feed(sold.folder / "two.zip", last_day="20281231"))
    assert len(sold.entries(Kind.CATALOGUE_ACTIVATED)) == 2
    assert sold.entries(Kind.RUNS_MIGRATED) == []
    assert sold.free(Span(0, 4)) == 3


def test_sold_seats_move_with_their_passengers(sold: Station) -> None:
    """A new stop on the way: who is sold from Wuhan to Shijiazhuang sits there over the new legs too, can give the
    ticket back, and nobody else was sold the seat in between.
    """
    counter = sold.counter
    way = (WAY[0], WAY[1], ("XXX", 10), *((code, hour + 1) for code, hour in WAY[2:]))
    sold.bring(_feed(sold.folder / "two.zip", way=way))
    moved = sold.entries(Kind.RUNS_MIGRATED)
    assert [(entry.body["trip_id"], entry.body["fate"]) for entry in moved] == [("G1", "moved"), ("K9", "moved")]
    assert moved[0].body["calls"] == [0, 1, 3, 4, 5]
    assert [sold.free(Span(leg, leg + 1)) for leg in range(5)] == [5, 3, 3, 3, 5]
    with counter.store.reading() as books:
        ticket, other = (one for one in books.orders.latest_tickets(9) if one.span == Span(1, 4))
        frozen = books.stock.run(run().run_id)
    assert frozen is not None
    assert frozen.trip.calls[ticket.span.board].station_id == "WHN"
    assert frozen.trip.calls[ticket.span.alight].station_id == "SJP"
    _give_back(counter, ticket)
    assert [sold.free(Span(leg, leg + 1)) for leg in range(5)] == [5, 4, 4, 4, 5]
    counter.holder.forget()
    assert [sold.free(Span(leg, leg + 1)) for leg in range(5)] == [5, 4, 4, 4, 5], "the rows say so too"
    counter.hold(counter.clerk, run(), Span(1, 4), PlaceWish(travel_class="second", count=4))
    with pytest.raises(Refusal) as refused:
        counter.hold(counter.clerk, run(), Span(2, 3), PlaceWish(travel_class="second", count=1))
    assert refused.value.reason is Reason.NOT_ENOUGH_PLACES
    assert other.number != ticket.number


def test_unreserved_capacity_moves_too(sold: Station) -> None:
    """A bus that is full between two stops is still full when a stop comes in between."""
    way = (WAY[0], ("XXX", 8), *WAY[1:])
    whole = sold.free(Span(3, 4), "K9")
    sold.bring(_feed(sold.folder / "two.zip", way=way))
    assert [sold.free(Span(leg, leg + 1), "K9") - whole for leg in range(5)] == [-1, -1, -1, 0, 0]


def test_a_run_that_loses_a_call_stays_as_it_was_sold(sold: Station) -> None:
    """Passengers for a stop that is gone are listed; their tickets keep their stations and can be given back."""
    counter = sold.counter
    sold.bring(_feed(sold.folder / "two.zip", way=tuple(call for call in WAY if call[0] != "WHN")))
    entry = next(entry for entry in sold.entries(Kind.RUNS_MIGRATED) if entry.body["trip_id"] == "G1")
    assert entry.body["fate"] == "closed"
    assert _troubles(entry) == ["call_vanished"]
    with counter.store.reading() as books:
        ticket = next(one for one in books.orders.latest_tickets(9) if one.span == Span(1, 3))
        frozen = books.stock.run(run().run_id)
    assert frozen is not None
    assert frozen.trip.calls[ticket.span.board].station_id == "WHN"
    assert sold.free(Span(0, 3)) == 0, "nothing can be promised on it"
    _give_back(counter, ticket)


def test_a_seat_that_is_gone_is_listed(sold: Station) -> None:
    """A shorter coach: whoever sat in it must be re-seated by a person."""
    sold.bring(_feed(sold.folder / "two.zip", rows=0 + 1))
    # Three seats were taken of the six; with one row left there are three: those that are not in it are listed.
    entries = [e for e in sold.entries(Kind.RUNS_MIGRATED) if e.body["trip_id"] == "G1"]
    with sold.counter.store.reading() as books:
        seats = {str(cell.place) for cell in books.stock.cells(run())}
    kept = seats <= {"02/01A", "02/01B", "02/01C"}
    assert [entry.body["fate"] for entry in entries] == ["moved" if kept else "closed"]


def test_a_run_that_vanished_is_listed_and_no_more_sold(sold: Station) -> None:
    """Every ticket of a train that no longer runs: the refund still pays, the search no longer offers it."""
    counter = sold.counter
    sold.bring(_feed(sold.folder / "two.zip", last_day="20261203"))
    listed = sold.entries(Kind.RUNS_MIGRATED)
    assert {entry.body["fate"] for entry in listed} == {"closed"}
    assert [trouble for entry in listed for trouble in _troubles(entry)] == ["run_vanished"] * 3
    with pytest.raises(Refusal) as refused:
        counter.hold(counter.clerk, run(), Span(0, 4), PlaceWish(travel_class="second", count=1))
    assert refused.value.reason is Reason.UNKNOWN_RUN
    with counter.store.reading() as books:
        ticket = books.orders.latest_tickets(1)[0]
    _give_back(counter, ticket)


def test_what_has_left_is_left_alone(sold: Station) -> None:
    """An issue that begins today does not call back yesterday's train."""
    sold.counter.clock.go(days=4)
    sold.bring(_feed(sold.folder / "two.zip", last_day="20261203"))
    assert sold.entries(Kind.RUNS_MIGRATED) == []
    assert date(2026, 12, 4) == DAY


def test_another_publisher_has_other_trains(sold: Station) -> None:
    """The G1 of another railway is not the G1 that was sold."""
    feed = _feed(sold.folder / "two.zip")
    other = sold.folder / "other.zip"
    import zipfile

    with zipfile.ZipFile(feed) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    sold.bring(zipped(other, {**files, "feed_info.txt": "feed_publisher_name\nsomeone else\n"}))
    assert {entry.body["fate"] for entry in sold.entries(Kind.RUNS_MIGRATED)} == {"closed"}
