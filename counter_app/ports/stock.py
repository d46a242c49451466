"""Places as the counter's store keeps them. Nobody sells what they do not hold: every sale names a claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from counter_app.domain.coaches import Formation, PlaceRef
from counter_app.domain.reissue import RunChange, SoldRun
from counter_app.domain.stations import Station
from counter_app.domain.timetable import RunRef, Span, Trip


class CellState(StrEnum):
    """Of one place on one leg. A free cell has no row."""

    HELD = "HELD"  # an unpaid sale: ends by its time
    LEASED = "LEASED"  # money is being taken: ends by settlement only
    SOLD = "SOLD"
    BLOCKED = "BLOCKED"


class ClaimState(StrEnum):
    HELD = "HELD"
    LEASED = "LEASED"
    SOLD = "SOLD"
    GONE = "GONE"  # let go, or run out and reaped


class ClaimOrigin(StrEnum):
    """By whose leave this counter sells the places."""

    OWN = "own"  # a stand-alone station's whole stock
    CENTRAL = "central"  # central granted this very claim
    LEASE = "lease"  # of an allotment that central leased beforehand


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenRun:
    """What a run was when it was first held: pattern, formation and stations, whatever is imported later."""

    run: RunRef
    trip: Trip
    formation: Formation | None
    stations: Mapping[str, Station]  # of its calls, by station id
    issue_id: str
    policy: str  # name@version
    demonstration: bool  # of an invented timetable
    unreserved_capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Places, or units of capacity, that one order holds over one span."""

    claim_id: UUID
    order_id: UUID
    run: RunRef
    span: Span
    travel_class: str
    places: tuple[PlaceRef, ...]  # empty for capacity
    count: int
    state: ClaimState
    expires_at: datetime | None  # of a HELD one
    fare_minor: int  # of one adult
    currency: str
    origin: ClaimOrigin = ClaimOrigin.OWN
    asked: bool = False  # central was asked to lease it, and may have done so


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    place: str
    leg: int
    state: CellState
    claim_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityCell:
    travel_class: str
    leg: int
    capacity: int
    held: int
    leased: int
    sold: int

    @property
    def used(self) -> int:
        return self.held + self.leased + self.sold


class StockReader(Protocol):
    def run(self, run_id: UUID) -> FrozenRun | None:
        """None: untouched."""
        ...

    def touched_runs(self) -> set[UUID]:
        """Every run of which something was ever held."""
        ...

    def claim_of(self, order_id: UUID) -> Claim | None:
        """The order's one claim that is not GONE, or else the last that was."""
        ...

    def held_claims(self, run_id: UUID) -> list[Claim]:
        """The HELD ones of a run, run out or not."""
        ...

    def claims_in(self, state: ClaimState) -> list[Claim]: ...

    def cells(self, run: RunRef) -> list[Cell]: ...

    def capacity(self, run: RunRef) -> list[CapacityCell]: ...

    def sold_runs(self, from_date: date) -> list[SoldRun]:
        """Runs of that service date or later of which anything is held or sold, each with its frozen pattern and

        every claim that is not GONE, whether it still occupies anything or not.
        """
        ...


class StockBook(StockReader, Protocol):
    def put_run(self, run: FrozenRun) -> None: ...

    def take(self, claim: Claim, *, capacity: int | None) -> None:
        """The claim and its cells, HELD. ``capacity``: of the class, for a claim without places.

        Raises Refusal: PLACE_TAKEN, NOT_ENOUGH_PLACES; the key of the table itself forbids a double sale.
        """
        ...

    def change(self, claim: Claim, state: ClaimState, *, expires_at: datetime | None) -> Claim:
        """HELD ⇄ LEASED, either → SOLD: the claim and all its cells. Raises Refusal(NOT_HELD) where any is gone."""
        ...

    def mark_asked(self, claim: Claim) -> Claim:
        """Committed before central is asked to lease it: from then on only the journal settles it.

        Raises Refusal(NOT_HELD) where it is neither HELD nor LEASED.
        """
        ...

    def let_go(self, claim: Claim) -> None:
        """An unpaid claim's cells become free; it is GONE."""
        ...

    def give_back(self, run: RunRef, span: Span, *, place: PlaceRef | None, travel_class: str, claim_id: UUID) -> None:
        """One SOLD place or unit over its span becomes free. Raises Refusal(NOT_HELD)."""
        ...

    def reissue(self, change: RunChange, frozen: FrozenRun) -> None:
        """Carries a MOVED run over to a new issue of the timetable, in the transaction under way.

        ``frozen`` replaces the run's copy; claims, their cells and tickets get the spans of the new pattern, blocked
        cells the legs that theirs became. Pictures in memory are to be dropped after the commit.
        """
        ...

    def run_out(self, now: datetime) -> list[Claim]:
        """HELD claims whose time is over; the caller lets them go."""
        ...


class Holder(Protocol):
    """Who may sell what. A stand-alone station holds the whole stock; a lease of central's will stand behind the same

    question.
    """

    def demand_held(self, run: RunRef, span: Span, places: Sequence[PlaceRef], travel_class: str, count: int) -> None:
        """Raises Refusal(NOT_HELD) where this counter may not sell these cells."""
        ...
