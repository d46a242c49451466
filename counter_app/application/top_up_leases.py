"""Places to sell through an outage are asked for in the background: of what this window sells, before it departs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from counter_app.application.enrolled_holder import EnrolledHolder
from counter_app.application.lease_view import leased_units
from counter_app.application.receive_operator import ALLOTMENT
from counter_app.application.take_leases import TakeLeases
from counter_app.domain.coaches import Formation, PlaceRef
from counter_app.domain.places import PlaceTable
from counter_app.domain.timetable import Span, instant
from counter_app.ports.catalogue import Catalogue, TripSpan
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.line import Line
from counter_app.ports.store import MoneyStore
from counter_app.ports.sync import LeaseLeft
from counter_app.wire import messages as m

TOP_UP_MS: Final = 10_000
HOURS_AHEAD: Final = 24  # where central's policy says nothing; how much is given is central's to decide
PER_CLASS: Final = 8
UNSYNCED_MAX: Final = 200  # with more to say than that, this counter asks for nothing
WANTS_MAX: Final = 200
RUNS_MAX: Final = 1_000  # looked at
DESTINATIONS_MAX: Final = 40
STATIONS_MAX: Final = 400  # looked at by a window that has sold nothing yet
PATIENCE_MS: Final = 600_000  # of what was not granted nothing is asked again for so long


@dataclass(frozen=True, slots=True)
class Allotting:
    hours_ahead: int
    per_class: int
    classes: Mapping[str, int]


@dataclass(slots=True, kw_only=True)
class TopUpLeases:
    """``usage``: station id → how often this window sold it. ``home``: its own station; None: not in the timetable."""

    store: MoneyStore
    holder: EnrolledHolder
    line: Line
    leases: TakeLeases
    catalogue: Callable[[], Catalogue | None]
    home: Callable[[], str | None]
    usage: Callable[[], Mapping[str, int]]
    sellable: Callable[[TripSpan], Mapping[str, bool]]  # class → whether it has a fare
    sale_ends_minutes: int
    clock: Clock
    ids: Ids
    _asked: m.TopUp | None = field(default=None)  # not answered yet: asked again as it was
    _refused: dict[tuple[UUID, str], int] = field(default_factory=dict)  # monotonic ms

    def __call__(self) -> bool:
        """One question. Whether leases came. Raises NoAnswer, CentralSaidNo."""
        request = self._asked or self._request()
        if request is None:
            return False
        self._asked = request
        answer = self.line.top_up(request, deadline_ms=TOP_UP_MS)
        self._asked = None
        granted = [grant for grant in answer.grants if self.leases.genuine(grant)]
        given: dict[tuple[UUID, str], int] = {}
        for grant in granted:
            key = (grant.run_id, grant.travel_class)
            given[key] = given.get(key, 0) + grant.count
        now_ms = self.clock.monotonic_ms()
        for want in request.wants:
            key = (want.run.run_id, want.travel_class)
            if given.get(key, 0) < want.count:
                self._refused[key] = now_ms
        if not granted:
            return False
        with self.store.writing() as books:
            runs = {grant.run_id for grant in granted if self.leases.take(books, grant)}
        self.holder.forget_outside(runs)
        return bool(runs)

    def forget(self) -> None:
        """After a new timetable: runs have other patterns now."""
        self._asked = None
        self._refused.clear()

    # ---- what is wanted

    def _request(self) -> m.TopUp | None:
        catalogue, home = self.catalogue(), self.home()
        if catalogue is None or home is None:
            return None
        with self.store.reading() as books:
            if books.sync.unsynced().entries > UNSYNCED_MAX:
                return None
            policy = allotting(books.sync.feed_value(ALLOTMENT))
        now_ms = self.clock.monotonic_ms()
        self._refused = {key: at for key, at in self._refused.items() if now_ms - at < PATIENCE_MS}
        wants = []
        for found in self._departures(catalogue, home, policy):
            for travel_class, fare_known in self.sellable(found).items():
                target = policy.classes.get(travel_class, policy.per_class)
                if not fare_known or not target or (found.run.run_id, travel_class) in self._refused:
                    continue
                missing = target - self._left(found, travel_class, catalogue)
                if missing > 0:
                    wants.append(_want(found, travel_class, missing))
                if len(wants) == WANTS_MAX:
                    break
        return m.TopUp(request_id=self.ids.new(), wants=tuple(wants[:WANTS_MAX])) if wants else None

    def _departures(self, catalogue: Catalogue, home: str, policy: Allotting) -> list[TripSpan]:
        """What this window sells most comes first; of one run the longest way, which serves the shorter ones too."""
        zone = ZoneInfo(self.store.profile.zone)
        now = self.clock.now()
        first = now + timedelta(minutes=self.sale_ends_minutes)
        last = now + timedelta(hours=policy.hours_ahead)
        today, until = now.astimezone(zone).date(), last.astimezone(zone).date()
        found: dict[UUID, TripSpan] = {}
        for destination in self._destinations(catalogue, home):
            day = today
            while day <= until:
                for one in catalogue.runs_between(home, destination, day, zone.key):
                    known = found.get(one.run.run_id)
                    if first < _depart(one) <= last and (known is None or known.span.alight < one.span.alight):
                        found[one.run.run_id] = one
                day += timedelta(days=1)
            if len(found) >= RUNS_MAX:
                break
        runs = list(found.values())
        # Without a favourite the next train is the one that an outage would hit first.
        return runs if self._popular(home) else sorted(runs, key=_depart)

    def _destinations(self, catalogue: Catalogue, home: str) -> Iterator[str]:
        popular = self._popular(home)
        yield from popular
        if not popular:  # a new window: anything that leaves here
            for station in catalogue.stations()[:STATIONS_MAX]:
                if station.station_id != home:
                    yield station.station_id

    def _popular(self, home: str) -> list[str]:
        sold = sorted(self.usage().items(), key=lambda one: (-one[1], one[0]))
        return [station_id for station_id, _ in sold if station_id != home][:DESTINATIONS_MAX]

    def _left(self, found: TripSpan, travel_class: str, catalogue: Catalogue) -> int:
        left = self.holder.selling(found.run.run_id, found.trip.pattern_version)
        if not left:
            return 0
        table = self.holder.table(_formation(catalogue, found))
        if table is None:
            return leased_units(left, travel_class, Span(found.span.board, found.span.board + 1))
        return _places(left, table, travel_class, found.span.board)


def _places(left: list[LeaseLeft], table: PlaceTable, travel_class: str, board: int) -> int:
    """Of the class, from the boarding call on at least: how far each goes is another matter."""
    names = {
        name
        for one in left
        for rest in one.rests
        if rest.span.board <= board < rest.span.alight
        for name in rest.places
    }
    indexes = (table.index(PlaceRef.parse(name)) for name in names)
    return sum(1 for index in indexes if index is not None and table.classes[index] == travel_class)


def _formation(catalogue: Catalogue, found: TripSpan) -> Formation | None:
    return catalogue.formation(found.trip.formation_id) if found.trip.formation_id is not None else None


def _depart(found: TripSpan) -> datetime:
    return instant(found.run.service_date, found.trip.calls[found.span.board].depart_s, found.trip.zone)


def _want(found: TripSpan, travel_class: str, count: int) -> m.Want:
    return m.Want(
        run=m.WireRun(
            run_id=found.run.run_id,
            trip_id=found.run.trip_id,
            service_date=found.run.service_date,
            pattern=found.trip.pattern_version,
        ),
        travel_class=travel_class,
        board=found.span.board,
        alight=found.span.alight,
        count=count,
    )


def allotting(said: Mapping[str, object] | None) -> Allotting:
    """From central's word in the feed; bounded here, and every grant is bounded there."""
    said = said or {}
    hours, per_class, classes = said.get("hours"), said.get("per_class"), said.get("classes")
    return Allotting(
        hours_ahead=min(max(hours, 0), 24 * 60) if isinstance(hours, int) else HOURS_AHEAD,
        per_class=min(max(per_class, 0), m.PLACES_MAX) if isinstance(per_class, int) else PER_CLASS,
        classes={
            name: min(max(count, 0), m.PLACES_MAX)
            for name, count in (classes.items() if isinstance(classes, dict) else ())
            if isinstance(name, str) and isinstance(count, int)
        },
    )
