"""The stock as this counter may sell it: bitmaps of the runs in question, kept in memory, always rebuilt from rows.

A stand-alone station holds everything. Changes are told after their commit only, so a transaction that came to nothing
leaves no trace here; a reader that began before a commit cannot put its older picture back.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from counter_app.application.views import SpotState
from counter_app.domain.coaches import Formation, PlaceRef
from counter_app.domain.places import Counters, LegBitmaps, PlaceTable
from counter_app.domain.timetable import RunRef, Span, Trip
from counter_app.errors import OutcomeUnknown, Refusal
from counter_app.ports.clock import Clock
from counter_app.ports.stock import CellState, Claim, ClaimState, FrozenRun, StockReader
from counter_app.ports.store import MoneyStore, Writing

RUNS_MAX: Final = 4_096  # pictures kept; one of a long train is a few kilobytes
TABLES_MAX: Final = 256


@dataclass(slots=True)
class RunStock:
    """One run: which places are taken on which leg, what an unpaid sale holds of them, and how many units are used."""

    frozen: FrozenRun
    table: PlaceTable | None
    places: LegBitmaps | None
    units: dict[str, Counters]
    held: dict[UUID, Claim] = field(default_factory=dict)  # HELD claims that count as taken
    lapsed: dict[UUID, Claim] = field(default_factory=dict)  # run out, no longer counted; their rows await reaping
    firm: set[UUID] = field(default_factory=set)  # LEASED claims: counted, and may still go

    def lapse(self, now: datetime) -> None:
        """What ran out is free for whoever asks from now on."""
        for claim in [one for one in self.held.values() if one.expires_at is not None and one.expires_at <= now]:
            self._mark(claim, taken=False)
            self.lapsed[claim.claim_id] = self.held.pop(claim.claim_id)

    def changed(self, claim: Claim) -> None:
        """The claim as it was committed."""
        known = self.held.pop(claim.claim_id, None)
        lapsed = self.lapsed.pop(claim.claim_id, None)
        counted = known is not None or (lapsed is None and claim.claim_id in self.firm)
        match claim.state:
            case ClaimState.HELD | ClaimState.LEASED | ClaimState.SOLD:
                if not counted:
                    self._mark(claim, taken=True)
                if claim.state is ClaimState.HELD:
                    self.firm.discard(claim.claim_id)
                    self.held[claim.claim_id] = claim
                elif claim.state is ClaimState.LEASED:
                    self.firm.add(claim.claim_id)
                else:
                    self.firm.discard(claim.claim_id)
            case ClaimState.GONE:
                if counted:
                    self._mark(claim, taken=False)
                self.firm.discard(claim.claim_id)

    def give_back(self, span: Span, place: PlaceRef | None, travel_class: str) -> None:
        """One sold place or unit."""
        if place is None:
            self.units[travel_class].release(1, span.board, span.alight)
        elif self.table is not None and self.places is not None and self.table.index(place) is not None:
            self.places.release(self.table.mask([place]), span.board, span.alight)

    def counter(self, travel_class: str) -> Counters:
        if travel_class not in self.units:
            self.units[travel_class] = Counters(self.frozen.unreserved_capacity, self.frozen.trip.legs)
        return self.units[travel_class]

    def free_by_class(self, span: Span) -> dict[str, int]:
        if self.table is None or self.places is None:
            return {name: units.count_free(span.board, span.alight) for name, units in self.units.items()}
        free = self.places.free(span.board, span.alight)
        return {name: (free & mask).bit_count() for name, mask in self.table.by_class.items()}

    def _mark(self, claim: Claim, *, taken: bool) -> None:
        span = claim.span
        if not claim.places:
            counter = self.counter(claim.travel_class)
            (counter.take if taken else counter.release)(claim.count, span.board, span.alight)
            return
        if self.table is None or self.places is None:
            return
        mask = self.table.mask(place for place in claim.places if self.table.index(place) is not None)
        (self.places.take if taken else self.places.release)(mask, span.board, span.alight)


def build_run_stock(stock: StockReader, frozen: FrozenRun, table: PlaceTable | None) -> RunStock:
    """From the rows."""
    legs = frozen.trip.legs
    held = {claim.claim_id: claim for claim in stock.held_claims(frozen.run.run_id)}
    units: dict[str, Counters] = {}
    places: LegBitmaps | None = None
    firm: set[UUID] = set()
    if table is None:
        used: dict[str, list[int]] = {}
        capacity: dict[str, int] = {}
        for unit in stock.capacity(frozen.run):
            used.setdefault(unit.travel_class, [0] * legs)[unit.leg] = unit.used
            capacity[unit.travel_class] = unit.capacity
        units = {name: Counters(capacity[name], legs, figures) for name, figures in used.items()}
        firm = {claim.claim_id for claim in stock.claims_in(ClaimState.LEASED) if claim.run.run_id == frozen.run.run_id}
    else:
        indexed = []
        for cell in stock.cells(frozen.run):
            index = table.index(PlaceRef.parse(cell.place))
            if index is not None:
                indexed.append((index, cell.leg))
            if cell.state is CellState.LEASED and cell.claim_id is not None:
                firm.add(cell.claim_id)
        places = LegBitmaps.from_cells(table.count, legs, indexed)
    return RunStock(frozen=frozen, table=table, places=places, units=units, held=held, firm=firm)


@dataclass(slots=True)
class Act:
    """A transaction that may change stock. What it changes is named here, in its order."""

    books: Writing
    claims: list[Claim] = field(default_factory=list)  # as they stand after the commit
    given_back: list[tuple[RunRef, Span, PlaceRef | None, str]] = field(default_factory=list)

    def changed(self, claim: Claim) -> Claim:
        self.claims.append(claim)
        return claim

    def gone(self, claim: Claim) -> None:
        self.books.stock.let_go(claim)
        self.claims.append(replace(claim, state=ClaimState.GONE, expires_at=None))


class _NothingFree(Mapping[str, int]):
    """No place in any class, whatever the class."""

    def __getitem__(self, travel_class: str) -> int:
        return 0

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class LocalHolder:
    """``ports.stock.Holder`` and ``ports.availability.Availability`` of a stand-alone station, which holds everything.

    Safe from the writing and the reading lane at once.
    """

    def __init__(self, *, store: MoneyStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.RLock()
        self._runs: OrderedDict[UUID, RunStock] = OrderedDict()
        self._tables: OrderedDict[int, tuple[Formation, PlaceTable]] = OrderedDict()
        self._touched: set[UUID] | None = None
        self._unproven: set[UUID] = set()  # pictures made inside the transaction under way: gone if it comes to nothing
        self._changes = 0  # counts transactions: a picture from before or during one is not kept
        self._under_way = 0

    # ---- asking

    def demand_held(self, run: RunRef, span: Span, places: Sequence[PlaceRef], travel_class: str, count: int) -> None:
        """A stand-alone station may sell every cell of its timetable."""
        del run, span, places, travel_class, count

    def check_claim(self, act: Act, claim: Claim) -> None:
        """Whether money may be taken on it: always, of one's own stock."""
        del act, claim

    def free_by_class(self, run: RunRef, trip: Trip, span: Span) -> Mapping[str, int] | None:
        stock = self.picture(run)
        if stock is None:
            return None
        with self._lock:
            return self._free(stock, trip, span)

    def leased_by_class(self, run: RunRef, trip: Trip, span: Span) -> Mapping[str, int] | None:
        """None: there are no leases in a stand-alone station."""
        del run, trip, span
        return None

    def spots(self, run: RunRef, trip: Trip, span: Span) -> Mapping[PlaceRef, SpotState]:
        """Places that are not free for another reason than this counter's own rows."""
        del run, trip, span
        return {}

    def picture(self, run: RunRef) -> RunStock | None:
        """What this counter's rows say of a run; None: untouched. To be read under the lock."""
        if run.run_id not in self._touched_runs():
            return None
        with self._lock:
            known = self._runs.get(run.run_id)
            if known is not None:
                known.lapse(self._clock.now())
                return known
            changes, quiet = self._changes, self._under_way == 0
        with self._store.reading() as books:
            frozen = books.stock.run(run.run_id)
            if frozen is None:
                return None
            made = build_run_stock(books.stock, frozen, self.table(frozen.formation))
        made.lapse(self._clock.now())
        with self._lock:
            if quiet and changes == self._changes:
                self._keep(made)
        return made

    def _free(self, stock: RunStock, trip: Trip, span: Span) -> Mapping[str, int] | None:
        if stock.frozen.trip.pattern_version != trip.pattern_version:
            # The timetable has changed under a run that was sold: its legs may be others. Nothing can be promised, of a
            # class that only the new timetable knows neither.
            return _NothingFree()
        stock.lapse(self._clock.now())
        return stock.free_by_class(span)

    def table(self, formation: Formation | None) -> PlaceTable | None:
        if formation is None:
            return None
        with self._lock:
            known = self._tables.get(id(formation))
            if known is None:
                known = (formation, PlaceTable(formation))  # holding the formation keeps its id its own
                self._tables[id(formation)] = known
                if len(self._tables) > TABLES_MAX:
                    self._tables.popitem(last=False)
            else:
                self._tables.move_to_end(id(formation))
            return known[1]

    def of(self, stock: StockReader, frozen: FrozenRun) -> RunStock:
        """For a use case inside its transaction, before it changes anything of the run; never changed by it."""
        with self._lock:
            known = self._runs.get(frozen.run.run_id)
            if known is None:
                known = build_run_stock(stock, frozen, self.table(frozen.formation))
                self._keep(known)
                self._unproven.add(frozen.run.run_id)
            known.lapse(self._clock.now())
            return known

    def frozen(self, stock: StockReader, run_id: UUID) -> FrozenRun | None:
        """From memory where it is known: what is frozen never changes."""
        with self._lock:
            known = self._runs.get(run_id)
        return known.frozen if known is not None else stock.run(run_id)

    # ---- acting: everything that changes stock goes through here

    @contextmanager
    def writing(self) -> Iterator[Act]:
        """The store's one transaction; what its ``Act`` names is told to the pictures once it is durable."""
        with self._lock:
            self._under_way += 1
        try:
            with self._store.writing() as books:
                self._unproven.clear()
                act = Act(books=books)
                yield act
            with self._lock:
                self._tell(act)
        except OutcomeUnknown:
            self.forget()
            raise
        except BaseException:
            self._drop_unproven()
            raise
        finally:
            with self._lock:
                self._changes += 1
                self._under_way -= 1

    def _drop_unproven(self) -> None:
        """Of a run that was to be frozen in a transaction that was refused there is no row."""
        with self._lock:
            for run_id in self._unproven:
                self._runs.pop(run_id, None)

    def _tell(self, act: Act) -> None:
        for claim in act.claims:
            if self._touched is not None:
                self._touched.add(claim.run.run_id)
            self._try(claim.run, lambda known, claim=claim: known.changed(claim))  # type: ignore[misc]
        for run, span, place, travel_class in act.given_back:
            self._try(run, lambda known, given=(span, place, travel_class): known.give_back(*given))  # type: ignore[misc]

    def _try(self, run: RunRef, change: Callable[[RunStock], None]) -> None:
        known = self._runs.get(run.run_id)
        if known is not None:
            try:
                change(known)
            except (Refusal, KeyError):  # the picture is not what the rows are: the rows are right
                del self._runs[run.run_id]

    def forget(self) -> None:
        """After a commit whose outcome is unknown, or a new timetable: everything is read again."""
        with self._lock:
            self._changes += 1
            self._runs.clear()
            self._touched = None

    # ---- inside

    def _touched_runs(self) -> set[UUID]:
        known = self._touched  # replaced as a whole: reading it needs no lock
        if known is not None:
            return known
        with self._lock:
            changes, quiet = self._changes, self._under_way == 0
        with self._store.reading() as books:
            found = books.stock.touched_runs()
        with self._lock:
            if quiet and changes == self._changes:
                self._touched = found
        return found

    def _keep(self, stock: RunStock) -> None:
        self._runs[stock.frozen.run.run_id] = stock
        self._runs.move_to_end(stock.frozen.run.run_id)
        if len(self._runs) > RUNS_MAX:
            self._runs.popitem(last=False)
