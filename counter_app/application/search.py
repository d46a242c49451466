"""Runs between two stations on a date, with fares and free places per class, in departure order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from counter_app.application.views import ClassOffer, RunOffer
from counter_app.domain.money import Money
from counter_app.domain.stations import Station
from counter_app.domain.tariff import DistanceTariff, capacities, class_fares
from counter_app.domain.timetable import RunRef, Span, Trip, instant
from counter_app.errors import Reason, Refusal
from counter_app.ports.availability import Availability
from counter_app.ports.catalogue import Catalogue, Distances, TripSpan
from counter_app.ports.clock import Clock

OFFERS_MAX: Final = 2_000  # no pair of stations on earth has as many runs in a day


class Timetable(Catalogue, Distances, Protocol):
    """The catalogue with its distances."""


Leased = Callable[[RunRef, Trip, Span], Mapping[str, int] | None]
"""What an enrolled counter holds itself, by class; None: a stand-alone one."""


def _no_leases(run: RunRef, trip: Trip, span: Span) -> None:
    del run, trip, span


class Search:
    """READ. What is free comes from ``availability``; what an untouched run holds, from its formation.

    ``zone``: the station's: for the date and for the times shown. ``last_date``: the last departure date of the sale
    horizon. ``sale_ends_minutes`` before departure a run is closed. ``unreserved_capacity``: places of a run without
    coaches. ``tariff``: prices feeds that price nothing.
    """

    def __init__(
        self,
        *,
        catalogue: Callable[[], Timetable | None],
        availability: Availability,
        clock: Clock,
        zone: str,
        currency: str,
        last_date: Callable[[], date],
        unreserved_capacity: int,
        tariff: DistanceTariff | None = None,
        sale_ends_minutes: int = 0,
        leased: Leased = _no_leases,
    ) -> None:
        self._leased = leased
        self._catalogue = catalogue
        self._availability = availability
        self._clock = clock
        self._zone = ZoneInfo(zone)
        self._currency = currency
        self._last_date = last_date
        self._unreserved_capacity = unreserved_capacity
        self._tariff = tariff
        self._sale_ends = timedelta(minutes=sale_ends_minutes)
        self._whole: dict[tuple[str, str], Mapping[str, int]] = {}
        self._known_issue = ""

    def __call__(self, origin: str, destination: str, departing_on: date) -> list[RunOffer]:
        """By station ids. Raises NO_TIMETABLE, UNKNOWN_STATION(station)."""
        catalogue = self._catalogue()
        if catalogue is None:
            raise Refusal(Reason.NO_TIMETABLE)
        start, end = (_station(catalogue, station_id) for station_id in (origin, destination))
        now, last_date = self._clock.now(), self._last_date()
        found = catalogue.runs_between(origin, destination, departing_on, self._zone.key)[:OFFERS_MAX]
        return [self._offer(catalogue, run, start, end, now, last_date) for run in found]

    def offer(self, run: RunRef, span: Span) -> RunOffer:
        """One run again, with what is free now. Raises NO_TIMETABLE, UNKNOWN_RUN."""
        catalogue = self._catalogue()
        if catalogue is None:
            raise Refusal(Reason.NO_TIMETABLE)
        trip = catalogue.trip(run.trip_id)
        if trip is None or span.alight > trip.legs or not catalogue.runs_on(run.trip_id, run.service_date):
            raise Refusal(Reason.UNKNOWN_RUN, trip=run.trip_id)
        start, end = (_station(catalogue, trip.calls[call].station_id) for call in (span.board, span.alight))
        found = TripSpan(run=run, trip=trip, span=span)
        return self._offer(catalogue, found, start, end, self._clock.now(), self._last_date())

    def fares(self, trip: Trip, span: Span) -> dict[str, Money | None]:
        """The full fare of one adult in every class of the trip, best class first; None: unknown."""
        catalogue = self._catalogue()
        if catalogue is None:
            raise Refusal(Reason.NO_TIMETABLE)
        return self._fares(catalogue, trip, span, self._capacities(catalogue, trip))

    def _offer(
        self, catalogue: Timetable, found: TripSpan, start: Station, end: Station, now: datetime, last_date: date
    ) -> RunOffer:
        run, trip, span = found.run, found.trip, found.span
        base = _service_day_start(run.service_date, trip.zone)
        depart_at = base + timedelta(seconds=trip.calls[span.board].depart_s)
        depart = depart_at.astimezone(self._zone)
        arrive = (base + timedelta(seconds=trip.calls[span.alight].arrive_s)).astimezone(self._zone)
        whole = self._capacities(catalogue, trip)
        known = self._availability.free_by_class(run, trip, span)
        free = known if known is not None else whole
        leased = self._leased(run, trip, span)
        closed = ""
        if depart_at - self._sale_ends <= now:
            closed = Reason.DEPARTED.value
        elif depart.date() > last_date:
            closed = Reason.BEYOND_HORIZON.value
        reserved = trip.formation_id is not None
        return RunOffer(
            run=run,
            span=span,
            service=trip.service,
            operator=trip.operator,
            headsign=trip.headsign,
            origin=start,
            destination=end,
            depart=depart,
            arrive=arrive,
            legs=span.alight - span.board,
            classes=tuple(
                ClassOffer(
                    travel_class=name,
                    fare=fare,
                    free=free.get(name, whole[name]),
                    reserved=reserved,
                    leased=None if leased is None else leased.get(name, 0),
                )
                for name, fare in self._fares(catalogue, trip, span, whole).items()
            ),
            closed=closed,
        )

    def _fares(self, catalogue: Timetable, trip: Trip, span: Span, whole: Mapping[str, int]) -> dict[str, Money | None]:
        priced = catalogue.od_fares(trip, span)
        if priced:
            currency, metres = trip.currency or self._currency, None
        else:
            currency = self._tariff.currency if self._tariff else self._currency
            metres = self._metres(catalogue, trip, span)
        fares = class_fares(whole, priced, tariff=self._tariff, distance_m=metres)
        return {name: None if minor is None else Money(minor, currency) for name, minor in fares.items()}

    def _metres(self, catalogue: Timetable, trip: Trip, span: Span) -> int | None:
        # In a feed with fares a trip without is unknown (decisions 16): a rate of ours would be a second price list.
        if self._tariff is None or catalogue.info.currency is not None:
            return None
        distance = catalogue.span_distance(trip, span)
        if distance is None:
            return None
        # A straight line is shorter than any road: the tariff says by how much.
        return distance.metres * self._tariff.detour_permille // 1000 if distance.straight else distance.metres

    def _capacities(self, catalogue: Timetable, trip: Trip) -> Mapping[str, int]:
        if trip.formation_id is None:
            return capacities(None, trip, self._unreserved_capacity)
        if self._known_issue != catalogue.info.issue_id:
            self._whole, self._known_issue = {}, catalogue.info.issue_id
        known = self._whole.get((catalogue.info.issue_id, trip.formation_id))
        if known is None:
            formation = catalogue.formation(trip.formation_id)
            known = capacities(formation, trip, self._unreserved_capacity)
            self._whole[catalogue.info.issue_id, trip.formation_id] = known
        return known


def _station(catalogue: Catalogue, station_id: str) -> Station:
    station = catalogue.station(station_id)
    if station is None:
        raise Refusal(Reason.UNKNOWN_STATION, text=station_id)
    return station


# A search shows a hundred runs of two or three service dates: the zone's rules need to be asked for those only.
@lru_cache(maxsize=1024)
def _service_day_start(service_date: date, zone: str) -> datetime:
    return instant(service_date, 0, zone)
