"""Leases in the store, and what is left of them: their cells without what this counter holds or has ever sold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from counter_app.domain.leases import LeaseGrant, LeaseState
from counter_app.domain.timetable import Span
from counter_app.errors import Reason, Refusal
from counter_app.ports.sync import Lease, LeaseLeft, LeaseRest
from counter_app.wire import codec
from db.context import Context, to_ms
from db.frozen import read_pattern

_LEASE: Final = "SELECT body, state, journal_seq FROM lease"
_PUT: Final = """
    INSERT INTO lease (lease_id, run_id, service_date, state, granted_at, expires_at, journal_seq, given_up, body)
    VALUES (?, ?, ?, 'active', ?, ?, ?, 0, ?)
    ON CONFLICT (lease_id) DO UPDATE SET run_id = excluded.run_id, service_date = excluded.service_date,
        state = excluded.state, granted_at = excluded.granted_at, expires_at = excluded.expires_at,
        journal_seq = excluded.journal_seq, given_up = excluded.given_up, body = excluded.body
"""
_OCCUPIED: Final = "SELECT place, leg FROM place_leg WHERE service_date = ? AND run_id = ?"
# Sold and given back: at central it is everybody's, or somebody's already.
_REFUNDED: Final = """
    SELECT place, board, alight, journal_seq FROM ticket
    WHERE run_id = ? AND state = 'REFUNDED' AND place IS NOT NULL
"""
# Units in the order in which central reads of them: what is not paid yet comes last.
_UNITS: Final = """
    SELECT travel_class, board, alight, count, coalesce(journal_seq, 0)
    FROM claim JOIN sale_order USING (order_id)
    WHERE claim.run_id = ? AND origin = 'lease' AND claim.state <> 'GONE' AND places = '[]'
    ORDER BY journal_seq = 0, journal_seq, claim_id
"""


class SqlLeases:
    """The part of ``ports.sync.SyncBook`` that is about leases."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def lease(self, lease_id: UUID) -> Lease | None:
        return next(self._leases("WHERE lease_id = ?", str(lease_id)), None)

    def leases(self, state: LeaseState | None = LeaseState.ACTIVE) -> list[Lease]:
        if state is None:
            return list(self._leases("ORDER BY service_date, expires_at, lease_id"))
        return list(self._leases("WHERE state = ? ORDER BY service_date, expires_at, lease_id", state.value))

    def leases_of(self, run_id: UUID) -> list[Lease]:
        return [one for one in self._of_run(run_id) if one.state is LeaseState.ACTIVE]

    def put_lease(self, grant: LeaseGrant, *, journal_seq: int) -> None:
        known = self.lease(grant.lease_id)
        if known is not None and known.grant.holder_epoch >= grant.holder_epoch:
            raise Refusal(Reason.NOT_HELD)
        self._context.run(
            _PUT,
            (
                str(grant.lease_id),
                str(grant.run_id),
                grant.service_date.isoformat(),
                to_ms(grant.granted_at),
                to_ms(grant.expires_at),
                journal_seq,
                codec.encode(grant),
            ),
        )

    def end_lease(self, lease_id: UUID, state: LeaseState) -> None:
        assert state is not LeaseState.ACTIVE
        known = self.lease(lease_id)
        if known is None or known.state is state or known.state is LeaseState.ENDED:
            raise Refusal(Reason.NOT_HELD)
        left = [one for one in self.left_of(known.grant.run_id) if one.lease.grant.lease_id == lease_id]
        self._context.run(
            "UPDATE lease SET state = ?, given_up = given_up + ? WHERE lease_id = ?",
            (state.value, sum(one.count for one in left), str(lease_id)),
        )

    def end_all_leases(self) -> None:
        """At a new epoch: what was sold of them in entries that were lost is not known here."""
        for run_id in {one.grant.run_id for one in self.leases()}:
            for one in self.left_of(run_id):
                self.end_lease(one.lease.grant.lease_id, LeaseState.ENDED)

    # ---- what is left

    def left(self) -> list[LeaseLeft]:
        active = self.leases()
        found = {
            one.lease.grant.lease_id: one
            for run_id in dict.fromkeys(lease.grant.run_id for lease in active)
            for one in self.left_of(run_id)
        }
        return [found[lease.grant.lease_id] for lease in active]

    def left_of(self, run_id: UUID) -> list[LeaseLeft]:
        leases = self._of_run(run_id)
        active = [one for one in leases if one.state is LeaseState.ACTIVE]
        if not active:
            return []
        pattern = self._pattern(run_id)
        units = self._units_left(run_id, [one for one in leases if pattern in {None, one.grant.pattern}])
        spent = _Spent(self._context, active[0]) if any(one.grant.places for one in active) else None
        found = []
        for lease in active:
            if pattern is not None and pattern != lease.grant.pattern:
                rests = _whole(lease)  # nothing was sold of it: at a change of timetables those that were went back
            elif spent is not None and lease.grant.places:
                rests = spent.rests(lease)
            else:
                rests = _units(lease, units.get(lease.grant.lease_id, 0))
            found.append(_left(lease, rests))
        return found

    def _pattern(self, run_id: UUID) -> str | None:
        """As the run is frozen here; None: untouched."""
        body = self._context.scalar(
            "SELECT body FROM run JOIN frozen ON frozen.hash = run.pattern WHERE run_id = ?", (str(run_id),)
        )
        return None if body is None else read_pattern(body)[0].pattern_version

    def _units_left(self, run_id: UUID, leases: list[Lease]) -> dict[UUID, int]:
        """Each claim takes from the leases that it fits in, as they were granted: central settles it alike."""
        left = {one.grant.lease_id: one.grant.count for one in leases if not one.grant.places}
        if not left:
            return left
        leases = [one for one in leases if not one.grant.places]
        for lease_id, given_up in self._context.rows(
            "SELECT lease_id, given_up FROM lease WHERE run_id = ? AND given_up > 0", (str(run_id),)
        ):
            left[UUID(lease_id)] = left.get(UUID(lease_id), 0) - given_up
        for travel_class, board, alight, count, sold_seq in self._context.rows(_UNITS, (str(run_id),)):
            for lease in leases:
                grant = lease.grant
                fits = grant.travel_class == travel_class and grant.board <= board and alight <= grant.alight
                if fits and (sold_seq == 0 or lease.journal_seq < sold_seq):
                    taken = min(count, left[grant.lease_id])
                    left[grant.lease_id] -= taken
                    count -= taken  # noqa: PLW2901 - what is still to be found
        return left

    def _of_run(self, run_id: UUID) -> list[Lease]:
        return list(self._leases("WHERE run_id = ? ORDER BY granted_at, lease_id", str(run_id)))

    def _leases(self, where: str, *values: Any) -> Iterator[Lease]:
        for body, state, journal_seq in self._context.rows(f"{_LEASE} {where}", values):
            yield Lease(grant=_grant(bytes(body)), state=LeaseState(state), journal_seq=journal_seq)


@lru_cache(maxsize=4_096)
def _grant(body: bytes) -> LeaseGrant:
    return codec.decode(LeaseGrant, body)


class _Spent:
    """Cells of a run that are occupied here, or were sold here and given back."""

    def __init__(self, context: Context, of: Lease) -> None:
        run_id = str(of.grant.run_id)
        self._now: dict[str, set[int]] = defaultdict(set)
        for place, leg in context.rows(_OCCUPIED, (of.grant.service_date.isoformat(), run_id)):
            self._now[place].add(leg)
        self._refunded = context.rows(_REFUNDED, (run_id,))

    def rests(self, lease: Lease) -> tuple[LeaseRest, ...]:
        """By maximal spans, the longest first."""
        grant = lease.grant
        spent = {place: set(self._now.get(place, ())) for place in grant.places}
        for place, board, alight, journal_seq in self._refunded:
            if place in spent and journal_seq > lease.journal_seq:
                spent[place].update(range(board, alight))
        found: dict[tuple[int, int], list[str]] = defaultdict(list)
        for place in grant.places:
            for span in _gaps(grant.board, grant.alight, spent[place]):
                found[span].append(place)
        longest = sorted(found.items(), key=lambda one: (one[0][0] - one[0][1], one[0]))
        return tuple(LeaseRest(span=Span(*span), places=tuple(places), count=len(places)) for span, places in longest)


def _gaps(board: int, alight: int, spent: Iterable[int]) -> Iterator[tuple[int, int]]:
    start = board
    for leg in [*sorted(leg for leg in spent if board <= leg < alight), alight]:
        if leg > start:
            yield start, leg
        start = leg + 1


def _whole(lease: Lease) -> tuple[LeaseRest, ...]:
    grant = lease.grant
    return (LeaseRest(span=Span(grant.board, grant.alight), places=grant.places, count=grant.count),)


def _units(lease: Lease, left: int) -> tuple[LeaseRest, ...]:
    span = Span(lease.grant.board, lease.grant.alight)
    return (LeaseRest(span=span, places=(), count=left),) if left > 0 else ()


def _left(lease: Lease, rests: tuple[LeaseRest, ...]) -> LeaseLeft:
    span = Span(lease.grant.board, lease.grant.alight)
    whole = next((one for one in rests if one.span == span), None)
    return LeaseLeft(
        lease=lease,
        places=whole.places if whole else (),
        count=whole.count if whole else 0,
        rests=rests,
    )
