"""From key to list: the station matcher and the entry line per key press, the search of the busiest pair."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from time import perf_counter_ns

from benchmarks.result import Context, Result, percentile, timed_ms
from counter_app.application.find_stations import FindStations
from counter_app.application.read_entry import ReadEntry
from counter_app.application.search import Search
from counter_app.domain.places import LegBitmaps, PlaceTable
from counter_app.domain.stations import Station, StationIndex
from counter_app.domain.timetable import RunRef, Span, Trip
from counter_app.ports.availability import Availability, Untouched
from db.catalogue.feed import build
from db.catalogue.reader import CatalogueFile

ZONE = "Asia/Shanghai"
BUSIEST_NAMED = ("苏州", "无锡")  # of the real national timetable: 129 runs a day
LOAD = 0.5


def run(context: Context) -> list[Result]:
    target = context.folder / "bench.catalogue"
    build(context.feed, target, progress=lambda *_: None)
    catalogue = CatalogueFile(target)
    stations = catalogue.stations()
    start_ns = perf_counter_ns()
    StationIndex(stations).warm()
    index_ms = (perf_counter_ns() - start_ns) / 1e6
    return [
        Result(name="station index, built", value=index_ms, unit="ms", goal=50, note=f"{len(stations)} stations"),
        *_per_key(stations, quick=context.quick),
        *_per_line(catalogue, quick=context.quick),
        *_searches(catalogue, quick=context.quick),
    ]


# ---------------------------------------------------------------- keys


def _per_key(stations: Sequence[Station], *, quick: bool) -> list[Result]:
    index = StationIndex(stations, {stations[0].station_id: 3})
    texts = list(_keys(stations, 20 if quick else 400))
    samples = []
    for text in texts:
        start_ns = perf_counter_ns()
        index.match(text)
        samples.append((perf_counter_ns() - start_ns) / 1e6)
    note = f"{len(texts)} keys of names, pinyin, initials, codes, with slips of the finger"
    return [
        Result(name="station match per key, p50", value=percentile(samples, 50), unit="ms", note=note),
        Result(name="station match per key, p99", value=percentile(samples, 99), unit="ms", goal=3),
        Result(name="station match per key, worst", value=max(samples), unit="ms"),
    ]


def _keys(stations: Sequence[Station], count: int) -> Iterator[str]:
    """Every state of the field while ``count`` stations are typed in four ways, and with two letters changed over."""
    dice = random.Random(2026)
    for station in dice.sample(list(stations), min(count, len(stations))):
        slip = list(station.pinyin or station.name)
        if len(slip) > 2:
            at = dice.randrange(len(slip) - 1)
            slip[at], slip[at + 1] = slip[at + 1], slip[at]
        for text in (station.name, station.pinyin, station.initials, station.code, "".join(slip)):
            yield from (text[: end + 1] for end in range(len(text)))


def _per_line(catalogue: CatalogueFile, *, quick: bool) -> list[Result]:
    find = FindStations(catalogue=lambda: catalogue, usage=dict, home_name="长沙")
    first = catalogue.info.first_date + timedelta(days=20)
    read = ReadEntry(
        find=find,
        catalogue=lambda: catalogue,
        sale_dates=lambda: (first, first + timedelta(days=14)),
        zone=ZONE,
    )
    start_ns = perf_counter_ns()
    read.warm()
    warm_ms = (perf_counter_ns() - start_ns) / 1e6
    lines = list(_lines(catalogue, 5 if quick else 100))
    samples = []
    for line in lines:
        for end in range(len(line) + 1):
            start_ns = perf_counter_ns()
            read(line[:end])
            samples.append((perf_counter_ns() - start_ns) / 1e6)
    note = f"{len(lines)} whole lines typed key by key, completions and the check of the run included"
    return [
        Result(name="entry line per key, p50", value=percentile(samples, 50), unit="ms", note=note),
        Result(name="entry line per key, p99", value=percentile(samples, 99), unit="ms", goal=10),
        Result(name="entry line, made ready", value=warm_ms, unit="ms", note="once, off the GUI thread"),
    ]


def _lines(catalogue: CatalogueFile, count: int) -> Iterator[str]:
    dice = random.Random(7)
    services = list(catalogue.services_like("", 4000))
    for service in dice.sample(services, min(count, len(services))):
        trip = catalogue.trips_of(service)[0]
        board, alight = sorted(dice.sample(range(len(trip.calls)), 2))
        ends = [catalogue.station(trip.calls[call].station_id) for call in (board, alight)]
        words = [(one.initials or one.name) if one is not None else "" for one in ends]
        yield f"{service} {words[0]} {words[1]} +3 2 2a1c"


# ---------------------------------------------------------------- searches


class HalfSold:
    """Every run is touched: bitmaps as the stock keeps them, with random journeys on half of the places."""

    def __init__(self, catalogue: CatalogueFile) -> None:
        self._catalogue = catalogue
        self._dice = random.Random(11)
        self._tables: dict[str, PlaceTable] = {}
        self._runs: dict[str, LegBitmaps] = {}

    def free_by_class(self, run: RunRef, trip: Trip, span: Span) -> Mapping[str, int] | None:
        if trip.formation_id is None:
            return None
        assert run.trip_id == trip.trip_id
        table = self._tables.get(trip.formation_id)
        if table is None:
            formation = self._catalogue.formation(trip.formation_id)
            assert formation is not None
            table = self._tables[trip.formation_id] = PlaceTable(formation)
        taken = self._runs.get(trip.trip_id)
        if taken is None:
            taken = self._runs[trip.trip_id] = self._sold(table, trip)
        free = taken.free(span.board, span.alight)
        return {name: (free & mask).bit_count() for name, mask in table.by_class.items()}

    def _sold(self, table: PlaceTable, trip: Trip) -> LegBitmaps:
        taken = LegBitmaps(table.count, trip.legs)
        for place in range(table.count):
            if self._dice.random() < LOAD:
                board = self._dice.randrange(trip.legs)
                taken.take(1 << place, board, self._dice.randint(board + 1, trip.legs))
        return taken


class _Clock:
    def __init__(self, day: date) -> None:
        self._now = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)

    def now(self) -> datetime:
        return self._now

    def monotonic_ms(self) -> int:
        return 0


def _searches(catalogue: CatalogueFile, *, quick: bool) -> list[Result]:
    origin, destination = _busiest(catalogue)
    day = catalogue.info.first_date + timedelta(days=30)

    def over(stock: Availability) -> Search:
        return Search(
            catalogue=lambda: catalogue,
            availability=stock,
            clock=_Clock(day),
            zone=ZONE,
            currency=catalogue.info.currency or "CNY",
            last_date=lambda: day + timedelta(days=14),
            unreserved_capacity=100,
        )

    fresh = CatalogueFile(catalogue.path)
    start_ns = perf_counter_ns()
    fresh.runs_between(origin.station_id, destination.station_id, day, ZONE)
    first_ms = (perf_counter_ns() - start_ns) / 1e6
    nothing_sold = over(Untouched())
    untouched = timed_ms(
        lambda: nothing_sold(origin.station_id, destination.station_id, day), 20 if quick else 300, warm_up=5
    )
    search = over(HalfSold(catalogue))
    offers = search(origin.station_id, destination.station_id, day)
    days = iter([day + timedelta(days=1 + turn) for turn in range(12)])
    other_days = timed_ms(lambda: search(origin.station_id, destination.station_id, next(days)), 3 if quick else 12)
    warm = timed_ms(lambda: search(origin.station_id, destination.station_id, day), 20 if quick else 1_000, warm_up=5)
    note = f"{origin.name} → {destination.name}, {len(offers)} runs, every one half sold"
    return [
        Result(name="search with availability, p50", value=percentile(warm, 50), unit="ms", note=note),
        Result(name="search with availability, p99", value=percentile(warm, 99), unit="ms", goal=10),
        Result(
            name="search, another date of a pair, worst", value=max(other_days), unit="ms", note="trips known, runs new"
        ),
        Result(name="search of runs of which nothing is sold, p50", value=percentile(untouched, 50), unit="ms"),
        Result(name="runs of a pair, nothing in memory yet", value=first_ms, unit="ms", note="file just opened"),
    ]


def _busiest(catalogue: CatalogueFile) -> tuple[Station, Station]:
    index = StationIndex(catalogue.stations())
    named = [index.named(name) for name in BUSIEST_NAMED]
    if named[0] is not None and named[1] is not None:
        return named[0], named[1]
    top = sorted(catalogue.stations(), key=lambda station: -station.weight)[:20]
    day = catalogue.info.first_date + timedelta(days=30)
    pairs = [(start, end) for start in top for end in top if start is not end]
    return max(pairs, key=lambda pair: len(catalogue.runs_between(pair[0].station_id, pair[1].station_id, day, ZONE)))
