"""The coaches of a run over a span: what is free, ours, held, sold, or sold on another part of the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from counter_app.application.hold import Fares
from counter_app.application.stock_holder import LocalHolder
from counter_app.application.views import SeatMap, SpotState
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.timetable import RunRef, Span
from counter_app.errors import Reason, Refusal
from counter_app.ports.catalogue import Catalogue
from counter_app.ports.clock import Clock
from counter_app.ports.stock import Cell, CellState, Claim
from counter_app.ports.store import MoneyStore

# Of a place whose legs are in several states the strongest shows.
_STRENGTH = (SpotState.PART, SpotState.OURS, SpotState.HELD, SpotState.SOLD, SpotState.BLOCKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSeatMap:
    store: MoneyStore
    holder: LocalHolder
    catalogue: Callable[[], Catalogue | None]
    fares: Fares
    clock: Clock

    def __call__(self, run: RunRef, span: Span, *, order_id: UUID | None = None) -> SeatMap:
        """READ, from the rows. ``order_id``: whose holds are OURS. No coaches for an unreserved run.

        Raises Refusal: NO_TIMETABLE, UNKNOWN_RUN.
        """
        catalogue = self.catalogue()
        if catalogue is None:
            raise Refusal(Reason.NO_TIMETABLE)
        trip = catalogue.trip(run.trip_id)
        if trip is None or span.alight > trip.legs:
            raise Refusal(Reason.UNKNOWN_RUN, trip=run.trip_id)
        now = self.clock.now()
        with self.store.reading() as books:
            cells = books.stock.cells(run)
            held = {claim.claim_id: claim for claim in books.stock.held_claims(run.run_id)} if cells else {}
            ours = books.stock.claim_of(order_id) if order_id is not None else None
            frozen = books.stock.run(run.run_id) if cells else None
        if frozen is not None:
            formation = frozen.formation
        else:
            formation = catalogue.formation(trip.formation_id) if trip.formation_id is not None else None
        coaches = formation.coaches if formation is not None else ()
        states = {
            PlaceRef(coach.number, place.label): SpotState.FREE
            for coach in coaches
            for section in coach.sections
            for place in section.places
        }
        for cell in cells:
            claim = held.get(cell.claim_id) if cell.claim_id is not None else None
            ran_out = claim is not None and claim.expires_at is not None and claim.expires_at <= now
            if ran_out and (ours is None or cell.claim_id != ours.claim_id):
                continue  # free for whoever asks
            place, state = PlaceRef.parse(cell.place), _state(cell, span, ours)
            before = states.get(place)
            if before is not None and (before is SpotState.FREE or _STRENGTH.index(state) > _STRENGTH.index(before)):
                states[place] = state
        for place, state in self.holder.spots(run, trip, span).items():
            before = states.get(place)
            if before in {SpotState.FREE, SpotState.PART}:  # what this counter's own rows say is said more exactly
                states[place] = state
        if frozen is not None and frozen.trip.pattern_version != trip.pattern_version:
            # Closed for sale: what is sold names calls of another timetable, and other legs than these.
            states = {
                place: SpotState.BLOCKED if state in {SpotState.FREE, SpotState.PART} else state
                for place, state in states.items()
            }
        return SeatMap(run=run, span=span, coaches=coaches, states=states, fares=dict(self.fares(trip, span)))


def _state(cell: Cell, span: Span, ours: Claim | None) -> SpotState:
    if cell.leg not in span.legs:
        return SpotState.PART
    if ours is not None and cell.claim_id == ours.claim_id:
        return SpotState.OURS
    match cell.state:
        case CellState.HELD | CellState.LEASED:
            return SpotState.HELD
        case CellState.SOLD:
            return SpotState.SOLD
        case CellState.BLOCKED:
            return SpotState.BLOCKED
