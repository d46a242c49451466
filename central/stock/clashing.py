"""Runs that cannot be carried over: a call goes, two legs become one, and two hold it.

Each of them may be selling its own of the two at this moment. Whose the one leg is, nobody can say before both have
settled, so such a run stays in its legs. So does one that would have more units of a class on a leg than there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from central.stock.arrays import dates, ids
from central.stock.carried_cells import became_legs
from central.stock.carrying import carried_units, claim_now, lease_now
from central.stock.holdings import LIVE, Holdings, Move
from central.stock.legmaps import legs_of
from central.stock.words import RunKey
from central.tx import Tx


def clashes(tx: Tx, moves: Sequence[Move]) -> set[RunKey]:
    """Two statements, and none where no call goes or nothing is leased; of units, where nobody has any."""
    some = {
        move.key: move
        for move in moves
        if (None in move.calls and any(lease.state in LIVE for lease in move.holdings.leases))
        or any(lease.state in LIVE and lease.rest is not None for lease in move.holdings.leases)
        or (move.places is None and _anything(move.holdings))
    }
    if not some:
        return set()
    keys = sorted(some)
    where = dates(key.service_date for key in keys), ids(key.run_id for key in keys)
    cells = tx.rows(
        "SELECT p.service_date, p.run_id, p.place, p.leg, p.claim_id FROM place_leg p "
        "JOIN unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "
        "ON p.service_date = q.service_date AND p.run_id = q.run_id WHERE p.claim_id IS NOT NULL",
        where,
    )
    units = tx.rows(
        "SELECT k.service_date, k.run_id, k.travel_class, k.leg, k.capacity, k.blocked FROM capacity_leg k "
        "JOIN unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "
        "ON k.service_date = q.service_date AND k.run_id = q.run_id",
        where,
    )
    return _of_places(some, cells) | _of_units(some, units)


def _anything(holdings: Holdings) -> bool:
    """What is left of it is counted anew: legs that come back have tickets again that were told of without them."""
    return bool(holdings.tickets or holdings.leases)


def _of_places(moves: Mapping[RunKey, Move], rows: Sequence[Any]) -> set[RunKey]:
    found: set[RunKey] = set()
    gone = {
        (key, claim.claim_id)
        for key, move in moves.items()
        for claim in move.holdings.claims
        if claim_now(move, claim).state == "GONE"
    }
    # What is hidden under a ticket for another part of the leg is nobody's trouble: they have shared it before.
    sharing = {
        (key, ticket.claim_id, ticket.place)
        for key, move in moves.items()
        for ticket in move.holdings.tickets
        if ticket.place is not None and move.is_stranded(ticket)
    }
    resting = {
        (key, lease.lease_id): lease.rest
        for key, move in moves.items()
        for lease in move.holdings.leases
        if lease.rest is not None and lease.state in LIVE
    }
    holders: dict[tuple[RunKey, str, int], UUID] = {}
    for service_date, run_id, place, leg, holder in rows:
        key = RunKey(service_date, run_id)
        move = moves[key]
        if (key, holder) in gone or move.places is None or place not in move.places:
            continue
        if (key, holder, place) in sharing or (key, holder) in resting:
            continue
        for now in legs_of(move.calls, leg):
            if holders.setdefault((key, place, now), holder) != holder:
                found.add(key)
    for (key, lease_id), rest in resting.items():
        move = moves[key]
        calls = move.became(rest.pattern)
        for place, now in rest.now(became_legs(calls)) if calls is not None else ():
            if (
                move.places is not None
                and place in move.places
                and holders.setdefault((key, place, now), lease_id) != (lease_id)
            ):
                found.add(key)
    return found


def _of_units(moves: Mapping[RunKey, Move], rows: Sequence[Any]) -> set[RunKey]:
    claims = {key: [claim_now(move, one) for one in move.holdings.claims] for key, move in moves.items()}
    leases = {key: [lease_now(move, one) for one in move.holdings.leases] for key, move in moves.items()}
    units = carried_units(moves, rows, claims, leases)
    return {key for (key, _, _), (capacity, *used) in units.items() if sum(used) > capacity}
