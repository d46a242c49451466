"""The cells of a run that is carried over to other legs or other coaches: whose each is now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from central.stock.holdings import LIVE, Claim, Lease, Move
from central.stock.legmaps import Calls, legs_of
from central.stock.rests import Rest

Cells = dict[tuple[str, int], tuple[str, UUID | None, int]]  # place and leg: state, holder, epoch


@dataclass(frozen=True, slots=True)
class Row:
    """Of a cell, in the legs of before."""

    place: str
    leg: int
    state: str
    holder: UUID | None
    epoch: int

    @property
    def what(self) -> tuple[str, UUID | None, int]:
        return self.state, self.holder, self.epoch


def cells_now(
    move: Move, rows: Sequence[Row], claims: Sequence[Claim], leases: Sequence[Lease]
) -> tuple[Cells, list[Lease]]:
    """Claims and leases as they are now; the leases are given back with what they have left."""
    assert move.places is not None
    places, cells = move.places, Cells()

    def put(place: str, legs: Iterable[int], state: str, holder: UUID | None, epoch: int) -> None:
        """Who comes first has it."""
        if place in places:
            for leg in legs:
                cells.setdefault((place, leg), (state, holder, epoch))

    gone = {one.claim_id for one in claims if one.state == "GONE"}
    of_lease: dict[UUID, list[Row]] = {one.lease_id: [] for one in leases if one.places and one.state in LIVE}
    paid: dict[tuple[UUID, str], tuple[range, int]] = {}
    for ticket in move.holdings.tickets:
        span = move.ticket_now(ticket)
        if ticket.state == "FULFILLED" and ticket.place is not None and span is not None:
            paid[ticket.claim_id, ticket.place] = (range(*span), ticket.epoch)
    sold: list[Row] = []  # of whom it is not known how they were sold: they go where their legs go
    claimed: list[Row] = []
    blocked: list[Row] = []
    for row in sorted(rows, key=lambda one: (one.place, one.leg)):
        if row.holder is None:
            blocked.append(row)
        elif row.state == "SOLD" and (row.holder, row.place) in paid:
            within = paid[row.holder, row.place][0]
            put(row.place, (leg for leg in legs_of(move.calls, row.leg) if leg in within), *row.what)
        elif row.state == "SOLD":
            sold.append(row)
        elif row.holder in of_lease:
            of_lease[row.holder].append(row)
        elif row.holder not in gone:
            claimed.append(row)
    for row in (*sold, *claimed):
        put(row.place, legs_of(move.calls, row.leg), *row.what)
    # Of a leg somebody else had the row of, or of a train that was without its coach. Nobody loses a row by it.
    for (claim_id, place), (legs, epoch) in paid.items():
        put(place, legs, "SOLD", claim_id, epoch)
    resting = [_with_rest(move, one, of_lease[one.lease_id]) if one.lease_id in of_lease else one for one in leases]
    for lease in resting:
        if lease.lease_id in of_lease:
            state = "IN_DOUBT" if lease.state == "IN_DOUBT" else "LEASED"
            for place, leg in _legs_of(move, lease, of_lease[lease.lease_id]):
                put(place, (leg,), state, lease.lease_id, lease.granted.epoch)
    for row in blocked:
        put(row.place, legs_of(move.calls, row.leg), *row.what)
    left: dict[UUID | None, int] = defaultdict(int)
    for state, holder, _ in cells.values():
        if state != "SOLD":
            left[holder] += 1
    return cells, [replace(one, left=left[one.lease_id]) if one.lease_id in of_lease else one for one in resting]


def _with_rest(move: Move, lease: Lease, rows: Iterable[Row]) -> Lease:
    """Of a device's, what is left is remembered in the legs by which it sells: until now its rows said it."""
    if lease.rest is not None or lease.device_id is None:
        return lease
    had: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        had[row.place].add(row.leg)
    grant, calls = lease.granted, move.was(lease.granted.pattern)
    if calls is None:
        return replace(lease, rest=Rest(pattern=move.old.pattern_version, cells=dict(had)))
    cells = {
        place: {leg for leg in range(grant.board, grant.alight) if not legs.isdisjoint(legs_of(calls, leg))}
        for place, legs in had.items()
    }
    return replace(
        lease, rest=Rest(pattern=grant.pattern, cells={place: legs for place, legs in cells.items() if legs})
    )


def _legs_of(move: Move, lease: Lease, rows: Iterable[Row]) -> Iterable[tuple[str, int]]:
    calls = None if lease.rest is None else move.became(lease.rest.pattern)
    if lease.rest is None or calls is None:
        return [(row.place, leg) for row in rows for leg in legs_of(move.calls, row.leg)]
    return lease.rest.now(became_legs(calls))


def became_legs(calls: Calls) -> Callable[[int], range]:
    """Of a leg, what it is now."""
    return lambda leg: legs_of(calls, leg) if 0 <= leg < len(calls) - 1 else range(0)
