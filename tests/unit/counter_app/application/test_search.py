from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from counter_app.application.search import Search
from counter_app.domain.coaches import Coach, Formation, Place, Section
from counter_app.domain.money import Money
from counter_app.domain.stations import Station
from counter_app.domain.tariff import Band, DistanceTariff
from counter_app.domain.timetable import Call, RunRef, Span, Trip
from counter_app.errors import Reason, Refusal
from counter_app.ports.availability import Availability, Untouched
from counter_app.ports.catalogue import IssueInfo, SpanDistance, TripSpan
from ui.commandline.search_json import search_json

DAY = date(2026, 12, 1)
TARIFF = DistanceTariff(currency="CNY", bands=(Band(0, 50_000),), class_permille={"second": 1000, "standard": 1000})


def place(label: str) -> Place:
    return Place(label=label, row="1", column="A", kind="seat", position="none")


SECTION = Section(coach_type="ZE", travel_class="second", description="", places=tuple(map(place, ("1A", "1B", "1C"))))
FIRST = Section(coach_type="ZY", travel_class="first", description="", places=(place("2A"),))


def trip(service: str, leave_s: int, **more: object) -> Trip:
    fares = more.get("fares", {"second": (0, 1000, 2500)})
    assert isinstance(fares, dict)
    return Trip(
        trip_id=f"trip {service}",
        service=service,
        route_id="G",
        route_type=2,
        zone="Asia/Shanghai",
        operator="X",
        headsign="C",
        calls=tuple(
            Call(stop_id=name, station_id=name, arrive_s=leave_s + at * 3600, depart_s=leave_s + at * 3600 + 120)
            for at, name in enumerate("ABC")
        ),
        pattern_version="v",
        formation_id="F" if more.get("coaches", True) else None,
        currency="CNY" if fares else None,
        cumulative_fares=fares,
    )


class Shelf:
    """A catalogue of a few trips, all from A over B to C, that run every day."""

    def __init__(self, *trips: Trip, distance: SpanDistance | None = None, priced: bool = True) -> None:
        self.trips = trips
        self.distance = distance
        self.formations_read = 0
        self.info = IssueInfo(
            issue_id="i",
            feed_name="f",
            feed_namespace="n",
            stations=3,
            trips=len(trips),
            first_date=DAY,
            last_date=DAY,
            currency="CNY" if priced else None,
            invented=False,
        )

    def stations(self) -> Sequence[Station]:
        return [found for name in "ABC" if (found := self.station(name))]

    def station(self, station_id: str) -> Station | None:
        if station_id not in "ABC":
            return None
        return Station(station_id=station_id, name=station_id, code="", pinyin="", initials="", english="")

    def runs_between(self, origin: str, destination: str, departing_on: date, zone: str) -> list[TripSpan]:
        span = Span("ABC".index(origin), "ABC".index(destination))
        return [TripSpan(run=self._run(one), trip=one, span=span) for one in self.trips]

    def _run(self, one: Trip) -> RunRef:
        return RunRef(run_id=UUID(int=hash(one.trip_id) & 0xFFFF), trip_id=one.trip_id, service_date=DAY)

    def trip(self, trip_id: str) -> Trip | None:
        return next((one for one in self.trips if one.trip_id == trip_id), None)

    def runs_on(self, trip_id: str, service_date: date) -> bool:
        return service_date == DAY

    def formation(self, formation_id: str) -> Formation | None:
        self.formations_read += 1
        return Formation(formation_id=formation_id, coaches=(Coach(number="1", sections=(SECTION, FIRST)),))

    def od_fares(self, trip: Trip, span: Span) -> Mapping[str, int | None]:
        from counter_app.domain.tariff import cumulative_fares

        return cumulative_fares(trip, span)

    def span_distance(self, trip: Trip, span: Span) -> SpanDistance | None:
        return self.distance


class Noon:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def monotonic_ms(self) -> int:
        return 0


class Sold:
    """One class of one run is touched."""

    def __init__(self, trip_id: str, free: Mapping[str, int]) -> None:
        self.trip_id = trip_id
        self.free = free

    def free_by_class(self, run: RunRef, trip: Trip, span: Span) -> Mapping[str, int] | None:
        assert run.trip_id == trip.trip_id
        return self.free if run.trip_id == self.trip_id else None


def search(
    shelf: Shelf | None,
    *,
    availability: Availability | None = None,
    now: datetime = datetime(2026, 11, 30, tzinfo=UTC),
    tariff: DistanceTariff | None = None,
    sale_ends_minutes: int = 0,
    last_date: date = date(2026, 12, 14),
) -> Search:
    return Search(
        catalogue=lambda: shelf,
        availability=availability or Untouched(),
        clock=Noon(now),
        zone="Asia/Shanghai",
        currency="CNY",
        last_date=lambda: last_date,
        unreserved_capacity=80,
        tariff=tariff,
        sale_ends_minutes=sale_ends_minutes,
    )


def test_an_offer_says_what_the_clerk_reads_aloud() -> None:
    """Service, times in the station's zone, fare and free places: what the passenger hears before paying."""
    shelf = Shelf(trip("G1", 9 * 3600))
    offer = search(shelf)("A", "C", DAY)[0]
    assert (offer.service, offer.legs, offer.closed) == ("G1", 2, "")
    assert offer.depart.isoformat() == "2026-12-01T09:02:00+08:00"
    assert offer.arrive.isoformat() == "2026-12-01T11:00:00+08:00"
    assert [(entry.travel_class, entry.fare, entry.free, entry.reserved) for entry in offer.classes] == [
        ("first", None, 1, True),
        ("second", Money(2500, "CNY"), 3, True),
    ]


def test_only_touched_runs_are_counted_down() -> None:
    """Free places of another run on the screen: the clerk refuses a passenger for whom there is a seat."""
    shelf = Shelf(trip("G1", 9 * 3600), trip("G3", 10 * 3600))
    offers = search(shelf, availability=Sold("trip G3", {"second": 0}))("A", "C", DAY)
    assert [[entry.free for entry in offer.classes] for offer in offers] == [[1, 3], [1, 0]]
    assert shelf.formations_read == 1, "a formation is counted once, not once a train"


def test_a_run_closes_when_it_has_left_and_beyond_the_horizon() -> None:
    """Sold after departure, a ticket is worth nothing and must be given back by a supervisor."""
    shelf = Shelf(trip("G1", 9 * 3600))
    leaves = datetime(2026, 12, 1, 1, 2, tzinfo=UTC)

    def closed(now: datetime, sale_ends_minutes: int = 0) -> str:
        return search(shelf, now=now, sale_ends_minutes=sale_ends_minutes)("A", "C", DAY)[0].closed

    assert closed(leaves - timedelta(seconds=1)) == ""
    assert closed(leaves) == Reason.DEPARTED.value
    assert closed(leaves - timedelta(minutes=5), sale_ends_minutes=5) == Reason.DEPARTED.value
    assert closed(leaves - timedelta(minutes=5, seconds=1), sale_ends_minutes=5) == ""
    assert search(shelf, last_date=date(2026, 11, 30))("A", "C", DAY)[0].closed == Reason.BEYOND_HORIZON.value
    assert search(shelf, last_date=DAY)("A", "C", DAY)[0].closed == ""


def test_a_run_without_coaches_sells_capacity() -> None:
    """Coaches and ferries have no seat numbers: the policy says how many go in."""
    shelf = Shelf(
        trip("12", 3600, coaches=False, fares={}), distance=SpanDistance(metres=100_000, straight=False), priced=False
    )
    offer = search(shelf, tariff=TARIFF)("A", "B", DAY)[0]
    assert [(entry.travel_class, entry.fare, entry.free, entry.reserved) for entry in offer.classes] == [
        ("standard", Money(5000, "CNY"), 80, False)
    ]


@pytest.mark.parametrize(
    ("distance", "wanted"),
    [
        (SpanDistance(metres=100_000, straight=False), 5000),
        (SpanDistance(metres=100_000, straight=True), 6250),  # a quarter longer than the straight line
        (None, None),
    ],
)
def test_kilometres_price_what_the_feed_does_not(distance: SpanDistance | None, wanted: int | None) -> None:
    """A feed without fares can be sold where the operator has set a rate, and only there."""
    shelf = Shelf(trip("G1", 3600, fares={}), distance=distance, priced=False)
    fares = {entry.travel_class: entry.fare for entry in search(shelf, tariff=TARIFF)("A", "B", DAY)[0].classes}
    assert fares == {"first": None, "second": None if wanted is None else Money(wanted, "CNY")}
    elsewhere = Shelf(trip("G1", 3600, fares={}), distance=distance)
    for without in (search(shelf), search(elsewhere, tariff=TARIFF)):
        assert [entry.fare for entry in without("A", "B", DAY)[0].classes] == [None, None]


def test_what_cannot_be_answered_is_refused() -> None:
    """An empty list would be read as "no trains"."""
    with pytest.raises(Refusal) as refused:
        search(None)("A", "B", DAY)
    assert refused.value.reason is Reason.NO_TIMETABLE
    with pytest.raises(Refusal) as refused:
        search(Shelf())("A", "Z", DAY)
    assert refused.value.reason is Reason.UNKNOWN_STATION


def test_one_run_can_be_asked_for_again() -> None:
    """A parked sale is recalled with the run's fares of now, or told that the run is gone."""
    shelf = Shelf(trip("G1", 9 * 3600))
    use = search(shelf)
    first = use("A", "C", DAY)[0]
    assert use.offer(first.run, first.span) == first
    assert use.fares(shelf.trips[0], Span(0, 1)) == {"first": None, "second": Money(1000, "CNY")}
    gone = RunRef(run_id=first.run.run_id, trip_id="trip G9", service_date=DAY)
    for run, span in ((gone, first.span), (first.run, Span(0, 7))):
        with pytest.raises(Refusal) as refused:
            use.offer(run, span)
        assert refused.value.reason is Reason.UNKNOWN_RUN


def test_the_json_of_a_search_has_the_promised_shape() -> None:
    """Other programs read it: a key that moves breaks a station's departure board."""
    shelf = Shelf(trip("G1", 9 * 3600, fares={"second": (0, 0, 2500)}))
    document = search_json(search(shelf)("A", "B", DAY))
    assert len(document) == 1
    assert {key: document[0][key] for key in ("service", "depart", "arrive", "trip_id", "service_date", "closed")} == {
        "service": "G1",
        "depart": "2026-12-01T09:02:00+08:00",
        "arrive": "2026-12-01T10:00:00+08:00",
        "trip_id": "trip G1",
        "service_date": "2026-12-01",
        "closed": "",
    }
    assert document[0]["classes"] == [
        {"class": "first", "fare_minor": None, "free": 1, "currency": None, "reserved": True},
        {"class": "second", "fare_minor": 0, "free": 3, "currency": "CNY", "reserved": True},
    ]
