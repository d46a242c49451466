"""What may be sold of leases: pure reckoning over what the store says is left of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from counter_app.domain.coaches import PlaceRef
from counter_app.domain.places import PlaceTable
from counter_app.domain.timetable import Span
from counter_app.ports.stock import Claim
from counter_app.ports.sync import Lease, LeaseLeft


def selling(left: Iterable[LeaseLeft], central_now: datetime | None, pattern: str) -> list[LeaseLeft]:
    """Those whose time is not over, of the run as this counter has it: legs of another pattern are other legs."""
    if central_now is None:
        return []
    return [one for one in left if one.lease.grant.sells_at(central_now) and one.lease.grant.pattern == pattern]


def leased_mask(left: Sequence[LeaseLeft], table: PlaceTable, span: Span) -> int:
    """Places that are left over the whole span, be it of several leases."""
    whole, parts = 0, dict.fromkeys(span.legs, 0)
    for rest in (rest for one in left for rest in one.rests if rest.places):
        if rest.span.alight <= span.board or span.alight <= rest.span.board:
            continue
        mask = _mask(table, rest.places)
        if rest.span.board <= span.board and span.alight <= rest.span.alight:
            whole |= mask
        else:
            for leg in range(max(rest.span.board, span.board), min(rest.span.alight, span.alight)):
                parts[leg] |= mask
    joined = table.all
    for leg in span.legs:
        joined &= whole | parts[leg]
    return joined


def leased_units(left: Sequence[LeaseLeft], travel_class: str, span: Span) -> int:
    """Units of a class, each of one lease over the whole span."""
    return sum(
        rest.count
        for one in left
        if one.lease.grant.travel_class == travel_class
        for rest in one.rests
        if not rest.places and rest.span.board <= span.board and span.alight <= rest.span.alight
    )


def unit_classes(left: Sequence[LeaseLeft]) -> set[str]:
    return {one.lease.grant.travel_class for one in left if not one.lease.grant.places}


def covers(leases: Sequence[Lease], claim: Claim, central_now: datetime | None, *, tendered: bool) -> bool:
    """Whether leases that still sell hold every cell of a claim. ``tendered``: its tender was begun in time, and the

    guard is there for just that: it may end until the lease does.
    """
    if central_now is None:
        return False
    good = [
        one.grant
        for one in leases
        if central_now + timedelta(seconds=0 if tendered else one.grant.guard_s) < one.grant.expires_at
    ]
    if not claim.places:
        spans = [
            one.count
            for one in good
            if one.travel_class == claim.travel_class
            and one.board <= claim.span.board
            and claim.span.alight <= one.alight
        ]
        return sum(spans) >= claim.count
    return all(
        any(str(place) in one.places and one.board <= leg < one.alight for one in good)
        for place in claim.places
        for leg in claim.span.legs
    )


def _mask(table: PlaceTable, places: Iterable[str]) -> int:
    mask = 0
    for name in places:
        index = table.index(PlaceRef.parse(name))
        if index is not None:
            mask |= 1 << index
    return mask
