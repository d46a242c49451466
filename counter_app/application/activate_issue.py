"""A catalogue takes over as the timetable that is sold from: one row, and what is sold is carried over to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from counter_app.application.return_leases import leave_patterns
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.ids import run_id
from counter_app.domain.journal import Json, Kind
from counter_app.domain.leases import LeaseGrant
from counter_app.domain.reissue import Fate, RunChange, SoldRun, places_of, reissue
from counter_app.domain.staff import Actor
from counter_app.domain.timetable import Trip, instant
from counter_app.ports.catalogue import Catalogue, IssueInfo
from counter_app.ports.catalogue_issues import ActiveIssue
from counter_app.ports.clock import Clock
from counter_app.ports.stock import FrozenRun
from counter_app.ports.store import MoneyStore, Writing

# A run may be under way for days: the longest that an import takes in.
_RUN_DAYS_MAX: Final = 14


@dataclass(frozen=True, slots=True)
class ActivateIssue:
    """The store's writer is held only while the new issue takes over.

    Afterwards whoever remembers the old timetable, or pictures of its stock, is to forget them.
    """

    store: MoneyStore
    clock: Clock

    def __call__(
        self, actor: Actor, catalogue: Catalogue, path: Path, info: IssueInfo, *, trips: int, faults: int
    ) -> bool:
        """``path``: named by its digest. False: nothing was changed: the very same timetable is in force, or money is

        being taken on a lease that would end with the old one; after that sale it may be tried again.

        OutcomeUnknown: whether the new issue is in force shows in ``issues.active()`` after the store was opened again.
        """
        takeover = _Takeover(catalogue, self.clock.now())
        first_date = takeover.now.astimezone(ZoneInfo(self.store.profile.zone)).date() - timedelta(days=_RUN_DAYS_MAX)
        with self.store.reading() as books:
            active = books.issues.active()
            if active is not None and active.file_name == path.name:
                return False
            for sold in books.stock.sold_runs(first_date):
                takeover.warm(sold)
        with self.store.writing() as books:
            if not leave_patterns(books, takeover.pattern_of):
                return False
            self._activate(books, actor, path, info, trips, faults)
            for sold in books.stock.sold_runs(first_date):
                found = takeover.change(sold)
                if found is None or found[0].fate is Fate.KEPT:
                    continue
                change, trip = found
                if change.fate is Fate.MOVED:
                    old = books.stock.run(sold.run.run_id)
                    assert old is not None, "what is sold was frozen"
                    assert trip is not None, "what moves has somewhere to go"
                    books.stock.reissue(change, takeover.frozen(old, trip))
                body = _migrated(info.issue_id, sold, trip, change)
                books.journal.append(Kind.RUNS_MIGRATED, body, actor=actor)
        return True

    @staticmethod
    def _activate(books: Writing, actor: Actor, path: Path, info: IssueInfo, trips: int, faults: int) -> None:
        sha256 = path.stem
        before = books.issues.active()
        body: dict[str, Json] = {
            "issue_id": info.issue_id,
            "sha256": sha256,
            "file_name": path.name,
            "feed_name": info.feed_name,
            "trips": trips,
            "faults": faults,
            "replaces": before.sha256 if before else None,
        }
        entry = books.journal.append(Kind.CATALOGUE_ACTIVATED, body, actor=actor)
        books.issues.activate(
            ActiveIssue(
                issue_id=info.issue_id,
                file_name=path.name,
                sha256=sha256,
                feed_name=info.feed_name,
                trips=trips,
                activated_at=entry.at,
            )
        )


@dataclass(frozen=True, slots=True)
class _Takeover:
    """The new issue's answer for each run that is sold; what it has looked up once it knows."""

    catalogue: Catalogue
    now: datetime
    trips: dict[str, Trip | None] = field(default_factory=dict)
    places: dict[str, frozenset[PlaceRef] | None] = field(default_factory=dict)

    def warm(self, sold: SoldRun) -> None:
        trip = self._trip(sold.run.trip_id)
        if trip is not None:
            self._places(trip)

    def change(self, sold: SoldRun) -> tuple[RunChange, Trip | None] | None:
        """None: the new issue has no say in this run any more."""
        zone, calls = sold.trip.zone, sold.trip.calls
        if instant(sold.run.service_date, calls[-1].arrive_s, zone) <= self.now:
            return None
        namespace = self.catalogue.info.feed_namespace
        ours = run_id(namespace, sold.run.trip_id, sold.run.service_date) == sold.run.run_id
        # Another publisher's trip of the same id is another train.
        trip = self._trip(sold.run.trip_id) if ours else None
        runs = trip is not None and self.catalogue.runs_on(sold.run.trip_id, sold.run.service_date)
        if not runs and instant(sold.run.service_date, calls[0].depart_s, zone) <= self.now:
            return None  # under way: an issue that begins today does not call it back
        new = trip if runs else None
        return reissue(sold, new, self._places(new) if new else None), new

    def pattern_of(self, grant: LeaseGrant) -> str | None:
        """What the run of a lease is under the new issue; None: it does not run."""
        if run_id(self.catalogue.info.feed_namespace, grant.trip_id, grant.service_date) != grant.run_id:
            return None
        trip = self._trip(grant.trip_id)
        runs = trip is not None and self.catalogue.runs_on(grant.trip_id, grant.service_date)
        return trip.pattern_version if trip is not None and runs else None

    def frozen(self, old: FrozenRun, trip: Trip) -> FrozenRun:
        """The run's copy under the new issue."""
        found = {call.station_id: self.catalogue.station(call.station_id) for call in trip.calls}
        return replace(
            old,
            trip=trip,
            formation=self.catalogue.formation(trip.formation_id) if trip.formation_id else None,
            stations={station_id: station for station_id, station in found.items() if station},
            issue_id=self.catalogue.info.issue_id,
            demonstration=self.catalogue.info.invented,
        )

    def _trip(self, trip_id: str) -> Trip | None:
        if trip_id not in self.trips:
            self.trips[trip_id] = self.catalogue.trip(trip_id)
        return self.trips[trip_id]

    def _places(self, trip: Trip) -> frozenset[PlaceRef] | None:
        if trip.formation_id is None:
            return None
        if trip.formation_id not in self.places:
            self.places[trip.formation_id] = places_of(self.catalogue.formation(trip.formation_id))
        return self.places[trip.formation_id]


def _migrated(issue_id: str, sold: SoldRun, trip: Trip | None, change: RunChange) -> dict[str, Json]:
    """One run: enough to carry its tickets over again, and the disruption list's lines for it."""
    troubled: list[Json] = [[str(claim.claim_id), str(claim.trouble)] for claim in change.troubled]
    return {
        "issue_id": issue_id,
        "run_id": str(change.run.run_id),
        "trip_id": change.run.trip_id,
        "service_date": change.run.service_date.isoformat(),
        "fate": change.fate.value,
        "from_pattern": sold.trip.pattern_version,
        "to_pattern": trip.pattern_version if trip and change.fate is Fate.MOVED else None,
        "calls": list(change.calls),
        "troubled": troubled,
    }
