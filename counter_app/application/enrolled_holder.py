"""The stock as an enrolled counter may sell it: its own rows, what central said is taken, and what it holds by lease.

With the line up everything that central has may be asked for; without it only the leases are this counter's to sell.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from counter_app.application.central_clock import CentralClock
from counter_app.application.lease_view import covers, leased_mask, leased_units, selling, unit_classes
from counter_app.application.stock_holder import Act, LocalHolder, RunStock
from counter_app.application.views import SpotState
from counter_app.domain.coaches import Formation, PlaceRef
from counter_app.domain.places import PlaceTable
from counter_app.domain.timetable import RunRef, Span, Trip
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock
from counter_app.ports.line import Line, LineState
from counter_app.ports.stock import Claim, ClaimOrigin, ClaimState, FrozenRun
from counter_app.ports.store import MoneyStore
from counter_app.ports.sync import LeaseLeft
from counter_app.wire.messages import RunStock as Shadow

OUTSIDE_MAX: Final = 8_192


@dataclass(frozen=True, slots=True)
class Outside:
    """Of one run: bitmaps by leg over the formation's places, and units by class and leg, as central said."""

    pattern: str
    taken: tuple[int, ...]
    used: Mapping[str, tuple[int, ...]]
    left: tuple[LeaseLeft, ...]

    @property
    def empty(self) -> bool:
        return not self.taken and not self.used and not self.left

    def taken_over(self, span: Span) -> int:
        mask = 0
        for leg in self.taken[span.board : span.alight]:
            mask |= leg
        return mask


def outside_of(shadow: Shadow | None, left: Iterable[LeaseLeft]) -> Outside:
    if shadow is None:
        return Outside("", (), {}, tuple(left))
    try:
        taken = tuple(int(mask or "0", 16) for mask in shadow.taken)
    except ValueError:  # central's mistake; what is taken shows when it is asked for
        taken = ()
    return Outside(shadow.pattern, taken, dict(shadow.used), tuple(left))


class Free(Mapping[str, int]):
    """Free places by class; a class that is not named has none."""

    def __init__(self, known: Mapping[str, int]) -> None:
        self._known = known

    def __getitem__(self, travel_class: str) -> int:
        return self._known.get(travel_class, 0)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


class EnrolledHolder(LocalHolder):
    """``ports.stock.Holder`` and ``ports.availability.Availability`` of a counter with central records."""

    def __init__(
        self,
        *,
        store: MoneyStore,
        clock: Clock,
        central_clock: CentralClock,
        line: Line,
        formation: Callable[[Trip], Formation | None],
        unreserved_capacity: int,
    ) -> None:
        super().__init__(store=store, clock=clock)
        self._central_clock = central_clock
        self._line = line
        self._formation = formation
        self._unreserved_capacity = unreserved_capacity
        self._outside: OrderedDict[UUID, Outside] = OrderedDict()

    # ---- asking

    def free_by_class(self, run: RunRef, trip: Trip, span: Span) -> Mapping[str, int] | None:
        outside, local = self.outside(run.run_id), self.picture(run)
        online = self._line.health().state is LineState.ONLINE
        if online and local is None and outside.empty:
            return None
        if local is not None and local.frozen.trip.pattern_version != trip.pattern_version:
            return Free({})
        leased = self._leased(outside, local, trip, span)
        if not online:
            return Free(leased)
        at_central = self._at_central(outside, local, trip, span)
        if at_central is None:
            return Free(leased) if leased else None
        return {name: free + leased.get(name, 0) for name, free in at_central.items()}

    def leased_by_class(self, run: RunRef, trip: Trip, span: Span) -> Mapping[str, int]:
        """What this counter holds itself, and sells through an outage."""
        outside = self.outside(run.run_id)
        return Free(self._leased(outside, self.picture(run), trip, span) if outside.left else {})

    def spots(self, run: RunRef, trip: Trip, span: Span) -> Mapping[PlaceRef, SpotState]:
        """Places that other windows have, or that cannot be had without the line; what is missing is free."""
        table = self.table(self._formation(trip))
        if table is None:
            return {}
        outside = self.outside(run.run_id)
        mine = leased_mask(self._selling(outside, trip), table, span)
        known = outside.pattern == trip.pattern_version
        sold = outside.taken_over(span) & ~mine if known else 0
        part = outside.taken_over(Span(0, trip.legs)) & ~sold & ~mine if known else 0
        found = dict.fromkeys(table.refs_of(part & table.all), SpotState.PART)
        if self._line.health().state is not LineState.ONLINE:
            found |= dict.fromkeys(table.refs_of(table.all & ~mine), SpotState.BLOCKED)
        return found | dict.fromkeys(table.refs_of(sold & table.all), SpotState.SOLD)

    def outside(self, run_id: UUID) -> Outside:
        with self._lock:
            known = self._outside.get(run_id)
            if known is not None:
                return known
            changes, quiet = self._changes, self._under_way == 0
        with self._store.reading() as books:
            made = outside_of(books.sync.stock_of(run_id), books.sync.left_of(run_id))
        with self._lock:
            if quiet and changes == self._changes:
                self._outside[run_id] = made
                if len(self._outside) > OUTSIDE_MAX:
                    self._outside.popitem(last=False)
        return made

    def selling(self, run_id: UUID, pattern: str) -> list[LeaseLeft]:
        """What may be sold of a run's leases now."""
        return self.still_selling(self.outside(run_id).left, pattern)

    def still_selling(self, left: Sequence[LeaseLeft], pattern: str) -> list[LeaseLeft]:
        return selling(left, self._central_clock.now(), pattern) if left else []

    def _selling(self, outside: Outside, trip: Trip) -> list[LeaseLeft]:
        return self.still_selling(outside.left, trip.pattern_version)

    def _leased(self, outside: Outside, local: RunStock | None, trip: Trip, span: Span) -> dict[str, int]:
        left = self._selling(outside, trip)
        if not left:
            return {}
        table = self._table_of(local, trip)
        if table is None:
            return {name: leased_units(left, name, span) for name in unit_classes(left)}
        mask = leased_mask(left, table, span)
        return {name: (mask & of_class).bit_count() for name, of_class in table.by_class.items()}

    def _at_central(self, outside: Outside, local: RunStock | None, trip: Trip, span: Span) -> dict[str, int] | None:
        """None: nothing is known, so everything may be free."""
        table = self._table_of(local, trip)
        known = outside.pattern == trip.pattern_version
        if table is None:
            used = outside.used if known else {}
            capacity = self._unreserved_capacity
            found = {name: max(0, capacity - max(units[span.board : span.alight])) for name, units in used.items()}
            with self._lock:
                for name, free in (local.free_by_class(span) if local is not None else {}).items():
                    found[name] = min(free, found.get(name, capacity))
            return found or None
        taken = outside.taken_over(span) if known else 0
        with self._lock:
            here = table.all if local is None or local.places is None else local.places.free(span.board, span.alight)
        free = here & ~taken
        if free == table.all:
            return None
        left = leased_mask(self._selling(outside, trip), table, span)
        return {name: (free & of_class & ~left).bit_count() for name, of_class in table.by_class.items()}

    def _table_of(self, local: RunStock | None, trip: Trip) -> PlaceTable | None:
        return local.table if local is not None else self.table(self._formation(trip))

    # ---- inside a transaction

    def leased(self, act: Act, frozen: FrozenRun) -> list[LeaseLeft]:
        """What may be sold of this run's leases now, as the rows have it."""
        left = act.books.sync.left_of(frozen.run.run_id)
        now = self._central_clock.now()
        if left and now is not None:
            act.books.sync.raise_high_water(now)
        return selling(left, now, frozen.trip.pattern_version)

    def check_claim(self, act: Act, claim: Claim) -> None:
        """Before money is asked for, and before a sale. Raises Refusal: EPOCH_NEEDED, LEASE_EXPIRED, NOT_HELD."""
        if act.books.sync.state().forked:
            raise Refusal(Reason.EPOCH_NEEDED)
        if claim.origin is ClaimOrigin.CENTRAL:
            if claim.state is not ClaimState.LEASED:  # no money on places that central may give to others
                raise Refusal(Reason.NOT_HELD, detail="not_leased")
            return
        frozen = self.frozen(act.books.stock, claim.run.run_id)
        assert frozen is not None, "what is claimed was frozen"
        pattern = frozen.trip.pattern_version  # legs of another one are other legs
        leases = [one for one in act.books.sync.leases_of(claim.run.run_id) if one.grant.pattern == pattern]
        tendered = claim.state is ClaimState.LEASED
        if not covers(leases, claim, self._central_clock.now(), tendered=tendered):
            raise Refusal(Reason.LEASE_EXPIRED)

    # ---- acting

    @contextmanager
    def writing(self) -> Iterator[Act]:
        with super().writing() as act:
            yield act
        self.forget_outside({claim.run.run_id for claim in act.claims} | {run.run_id for run, *_ in act.given_back})

    def forget_outside(self, run_ids: Iterable[UUID] | None = None) -> None:
        """After leases changed, or central said something new of these runs; None: of all."""
        with self._lock:
            self._changes += 1
            if run_ids is None:
                self._outside.clear()
            else:
                for run_id in run_ids:
                    self._outside.pop(run_id, None)

    def forget(self) -> None:
        super().forget()
        self.forget_outside()
