"""A new issue of the timetable, and what is sold on the old one: which call became which, and who must be told.

Two issues of one feed reuse trip ids with other times (66 of 2,535 in a real pair), other calls, other coaches. What
is sold names calls of the old pattern. A run whose every span and place is found again is carried over whole; one
where any is lost stays as it was sold, closed for sale, and those who lost something are on the disruption list.
Order along the trip is kept, so that two spans that shared no leg share none afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from counter_app.domain.coaches import Formation, PlaceRef
from counter_app.domain.timetable import Call, RunRef, Span, Trip


class Fate(StrEnum):
    KEPT = "kept"  # the pattern is the same: nothing to do
    MOVED = "moved"  # the run goes on under the new pattern, and is sold on
    CLOSED = "closed"  # it vanished, or cannot be carried over whole: it stays as it was sold, and nothing more is


class Trouble(StrEnum):
    """Why a claim is on the disruption list."""

    RUN_VANISHED = "run_vanished"
    CALL_VANISHED = "call_vanished"  # it no longer calls, or nobody may get on or off there
    PLACE_VANISHED = "place_vanished"  # the seat is not in the new formation
    TIME_CHANGED = "time_changed"  # the ticket stays valid; its holder must hear of it


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldClaim:
    """What an order holds or held on a run. ``places``: what it still occupies; empty for unreserved capacity.

    ``live`` False: all its tickets are given back; they still name their calls.
    """

    claim_id: UUID
    span: Span
    places: tuple[PlaceRef, ...]
    live: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldRun:
    """A run of which anything is or was held or sold, with the pattern that it is frozen under, and its claims, if any

    are left: without them it goes where the timetable goes.
    """

    run: RunRef
    trip: Trip
    claims: tuple[SoldClaim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimChange:
    """``span`` counts calls of the new pattern; None: the claim's calls are not in it."""

    claim_id: UUID
    span: Span | None
    trouble: Trouble | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChange:
    run: RunRef
    fate: Fate
    claims: tuple[ClaimChange, ...]  # KEPT: empty; MOVED: each with a span
    calls: tuple[int | None, ...]  # by old call index, the new one; KEPT: the identity

    @property
    def troubled(self) -> list[ClaimChange]:
        """Who must be told."""
        return [claim for claim in self.claims if claim.trouble is not None]


def reissue(sold: SoldRun, new: Trip | None, places: Collection[PlaceRef] | None) -> RunChange:
    """What becomes of a run. ``new``: the trip in the new issue, None when it does not run on that date.

    ``places``: those of the new formation, None for a trip without one (then nothing is reserved any more).
    """
    if new is None:
        gone = tuple(_changed(claim, None, Trouble.RUN_VANISHED) for claim in sold.claims)
        return RunChange(run=sold.run, fate=Fate.CLOSED, claims=gone, calls=(None,) * len(sold.trip.calls))
    old = sold.trip
    if new.pattern_version == old.pattern_version and new.zone == old.zone:
        return RunChange(run=sold.run, fate=Fate.KEPT, claims=(), calls=tuple(range(len(old.calls))))
    calls = map_calls(old.calls, new.calls)
    claims = tuple(_carried(claim, calls, old, new, places) for claim in sold.claims)
    whole = all(claim.span is not None and claim.trouble is not Trouble.PLACE_VANISHED for claim in claims)
    return RunChange(run=sold.run, fate=Fate.MOVED if whole else Fate.CLOSED, claims=claims, calls=calls)


def _carried(
    claim: SoldClaim, calls: Sequence[int | None], old: Trip, new: Trip, places: Collection[PlaceRef] | None
) -> ClaimChange:
    board, alight = calls[claim.span.board], calls[claim.span.alight]
    if board is None or alight is None or not (new.calls[board].boarding and new.calls[alight].alighting):
        return _changed(claim, None, Trouble.CALL_VANISHED)
    trouble = None
    if any(places is None or place not in places for place in claim.places):
        trouble = Trouble.PLACE_VANISHED
    elif (
        old.zone != new.zone
        or old.calls[claim.span.board].depart_s != new.calls[board].depart_s
        or old.calls[claim.span.alight].arrive_s != new.calls[alight].arrive_s
    ):
        trouble = Trouble.TIME_CHANGED
    return _changed(claim, Span(board, alight), trouble)


def _changed(claim: SoldClaim, span: Span | None, trouble: Trouble | None) -> ClaimChange:
    return ClaimChange(claim_id=claim.claim_id, span=span, trouble=trouble if claim.live else None)


def places_of(formation: Formation | None) -> frozenset[PlaceRef] | None:
    if formation is None:
        return None
    return frozenset(
        PlaceRef(coach.number, place.label)
        for coach in formation.coaches
        for section in coach.sections
        for place in section.places
    )


def map_calls(old: Sequence[Call], new: Sequence[Call]) -> tuple[int | None, ...]:
    """By old index, the index of the same call in ``new``, None where it is gone; ascending where not None.

    Most calls matched wins; among equals, the least difference of times (a station may be called at twice).
    """
    stations = [call.station_id for call in new]
    if [call.station_id for call in old] == stations:
        return tuple(range(len(old)))
    # best[i][j]: (matches, minus seconds of difference) for old[i:] against new[j:].
    width = len(new)
    best = [[(0, 0)] * (width + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        here, below = best[i], best[i + 1]
        for j in range(width - 1, -1, -1):
            score = max(below[j], here[j + 1])
            if old[i].station_id == stations[j]:
                matches, nearness_s = below[j + 1]
                score = max(score, (matches + 1, nearness_s - _apart_s(old[i], new[j])))
            here[j] = score
    found: list[int | None] = [None] * len(old)
    i = j = 0
    while i < len(old) and j < width:
        matches, nearness_s = best[i + 1][j + 1]
        both = (matches + 1, nearness_s - _apart_s(old[i], new[j]))
        if old[i].station_id == stations[j] and best[i][j] == both:
            found[i] = j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return tuple(found)


def _apart_s(a: Call, b: Call) -> int:
    return abs(a.arrive_s - b.arrive_s) + abs(a.depart_s - b.depart_s)
