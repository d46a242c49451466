"""What is left of a lease goes back: when its time is over, when its train has left or does not run, or when a

supervisor says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from counter_app.application.central_clock import CentralClock
from counter_app.application.enrolled_holder import EnrolledHolder
from counter_app.application.hold import let_go, reap
from counter_app.application.rights import demand
from counter_app.application.stock_holder import Act
from counter_app.application.take_leases import lease_fact
from counter_app.domain.journal import Json, Kind
from counter_app.domain.leases import LeaseGrant, LeaseState
from counter_app.domain.staff import SYSTEM, Actor, Right
from counter_app.domain.timetable import instant
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock
from counter_app.ports.stock import Claim, ClaimOrigin, ClaimState
from counter_app.ports.store import MoneyStore, Reading, Writing
from counter_app.ports.sync import Lease, LeaseLeft

AT_ONCE_MAX: Final = 50
RECALL: Final = "recall/"  # and a run's id: of the feed values that central puts
_AHEAD: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLeases:
    store: MoneyStore
    holder: EnrolledHolder
    central_clock: CentralClock
    clock: Clock

    def __call__(self) -> bool:
        """Those that nobody sells from any more. Whether any went back."""
        with self.store.reading() as books:
            recalled = {key.removeprefix(RECALL) for key in books.sync.feed_keys(RECALL)}
            over = [
                one.grant.lease_id
                for one in books.sync.leases()
                if str(one.grant.run_id) in recalled or self._over(books, one.grant)
            ]
        return bool(over) and self._give_back(over[:AT_ONCE_MAX], SYSTEM)

    def by_hand(self, actor: Actor, lease_id: UUID) -> None:
        """Raises Refusal: NOT_ALLOWED, NOT_HELD where there is nothing left, or a sale is using it."""
        demand(actor, Right.OTHERS_SHIFTS)
        with self.store.reading() as books:
            left = next((one for one in books.sync.left() if one.lease.grant.lease_id == lease_id), None)
        if left is None or not left.rests or not self._give_back([lease_id], actor):
            raise Refusal(Reason.NOT_HELD)

    def _over(self, books: Reading, grant: LeaseGrant) -> bool:
        central_now = self.central_clock.now()
        if central_now is None:
            return False
        if not grant.sells_at(central_now):
            return True
        if grant.service_date > self.clock.now().date() + _AHEAD:  # leaves tomorrow at the earliest, in any zone
            return False
        frozen = books.stock.run(grant.run_id)
        if frozen is None or frozen.trip.pattern_version != grant.pattern:
            return False  # of a timetable that is not in force here: it goes back whole when its time is over
        depart = instant(grant.service_date, frozen.trip.calls[grant.board].depart_s, frozen.trip.zone)
        return depart <= self.clock.now()

    def _give_back(self, lease_ids: Iterable[UUID], actor: Actor) -> bool:
        done = False
        with self.holder.writing() as act:
            reap(act, self.clock.now())
            in_use = _in_use(act.books)
            for lease_id in lease_ids:
                lease = act.books.sync.lease(lease_id)
                # An unpaid sale stands on it: what that holds is not left, and nobody would give it back afterwards.
                if lease is None or lease.state is not LeaseState.ACTIVE or lease.grant.run_id in in_use:
                    continue
                _end(act.books, lease, actor)
                done = True
        self.holder.forget_outside()
        return done


def leave_patterns(books: Writing, pattern_of: Callable[[LeaseGrant], str | None]) -> bool:
    """A new timetable is about to take over: leases count the legs of the pattern that they were granted under, so what

    is left of those whose pattern it does not have goes back, in those legs, and is asked for anew. Unpaid sales from
    them are let go. ``pattern_of``: what the run is under the new timetable; None: it does not run.

    False: money is being taken on one of them, and nothing was changed.
    """
    leaving = [one for one in books.sync.leases() if pattern_of(one.grant) != one.grant.pattern]
    if not leaving:
        return True
    runs = {one.grant.run_id for one in leaving}

    def standing(state: ClaimState) -> list[Claim]:
        return [
            claim
            for claim in books.stock.claims_in(state)
            if claim.origin is ClaimOrigin.LEASE and claim.run.run_id in runs
        ]

    if standing(ClaimState.LEASED):
        return False
    act = Act(books=books)
    for claim in standing(ClaimState.HELD):
        let_go(act, claim)
    for lease in leaving:
        _end(books, lease, SYSTEM)
    return True


def _end(books: Writing, lease: Lease, actor: Actor) -> None:
    lease_id = lease.grant.lease_id
    left = next(one for one in books.sync.left_of(lease.grant.run_id) if one.lease.grant.lease_id == lease_id)
    _journal(books, left, actor)
    books.sync.end_lease(lease_id, LeaseState.RETURNED if left.rests else LeaseState.ENDED)


def _journal(books: Writing, left: LeaseLeft, actor: Actor) -> None:
    """Exactly the cells that are left: what is not listed stays as it is at central."""
    fact = lease_fact(left.lease.grant)
    for rest in left.rests:
        body: dict[str, Json] = {
            **fact,
            "pattern": left.lease.grant.pattern,
            "travel_class": left.lease.grant.travel_class,
            "board": rest.span.board,
            "alight": rest.span.alight,
            "places": list(rest.places),
            "count": rest.count,
        }
        books.journal.append(Kind.LEASE_RETURNED, body, actor=actor)
    if not left.rests:  # all of it was sold
        books.journal.append(Kind.LEASE_ENDED, fact, actor=actor)


def _in_use(books: Writing) -> set[UUID]:
    return {
        claim.run.run_id
        for state in (ClaimState.HELD, ClaimState.LEASED)
        for claim in books.stock.claims_in(state)
        if claim.origin is ClaimOrigin.LEASE
    }


def end_of_first(left: Iterable[LeaseLeft]) -> datetime | None:
    """By central's clock: when the first lease with anything left stops selling."""
    return min((one.lease.grant.expires_at for one in left if one.rests), default=None)
