"""Places for a sale at an enrolled counter: asked of central while the line is good, else of what was leased to it.

One sale path: whoever granted the places, the claim stands in the same rows, and is tendered, parked and sold alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from counter_app.application.enrolled_holder import EnrolledHolder
from counter_app.application.hold import (
    Hold,
    check_labels,
    choose,
    held_claim,
    hold_view,
    let_go,
    picked,
    reap,
    settle_unsold,
)
from counter_app.application.lease_view import leased_mask, leased_units
from counter_app.application.rights import demand
from counter_app.application.standing import Standing, check_account, check_selling, unreachable
from counter_app.application.stock_holder import Act, RunStock
from counter_app.application.views import HoldView, PlaceWish
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.staff import Actor, Right
from counter_app.domain.timetable import RunRef, Span
from counter_app.errors import CentralSaidNo, NoAnswer, Reason, Refusal
from counter_app.ports.line import Line
from counter_app.ports.stock import Claim, ClaimOrigin, ClaimState, FrozenRun
from counter_app.ports.store import MoneyStore
from counter_app.wire import messages as m

CLAIM_MS: Final = 1_500  # as long as a clerk may be kept waiting
LEASE_MS: Final = 2_500


def wire_run(frozen: FrozenRun) -> m.WireRun:
    return m.WireRun(
        run_id=frozen.run.run_id,
        trip_id=frozen.run.trip_id,
        service_date=frozen.run.service_date,
        pattern=frozen.trip.pattern_version,
    )


@dataclass(frozen=True, slots=True)
class _Granted:
    answer: m.ClaimAnswer


@dataclass(frozen=True, slots=True)
class _Denied:
    """By central, which has done nothing."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class _Silent:
    """Not asked, or no answer: then central may hold places under ``claim_id`` all the same."""

    claim_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledHold(Hold):
    holder: EnrolledHolder
    store: MoneyStore
    line: Line
    standing: Standing

    def __call__(
        self,
        actor: Actor,
        run: RunRef,
        span: Span,
        wish: PlaceWish | None = None,
        *,
        places: Sequence[PlaceRef] = (),
        replaces: UUID | None = None,
    ) -> HoldView:
        """As ``Hold``; besides raises Refusal: NOT_LEASED, LEASE_EXPIRED (without the line), SELLING_STOPPED,

        DEVICE_REVOKED, EPOCH_NEEDED, CENTRAL_REFUSED(code). Central is asked outside the store's transaction.
        """
        demand(actor, Right.SELL)
        count = self._count(wish, places)
        fresh = self._fresh(run, span)
        with self.store.reading() as books:
            check_selling(books)
            check_account(books, actor)
            known = None if replaces is None else books.stock.claim_of(replaces)
        order_id = replaces or self.ids.new()
        word = self._ask(fresh, span, wish, places, count, order_id, known)
        try:
            claim = self._take(actor, fresh, span, wish, places, count, order_id, replaces, word)
        except Refusal:
            self._give_up(word, fresh)
            raise
        return hold_view(claim)

    # ---- what central granted to a party that waited

    def wanted(self, actor: Actor, run: RunRef, span: Span, wish: PlaceWish) -> FrozenRun:
        """What is checked before central is asked; raises Refusal as a hold does."""
        demand(actor, Right.SELL)
        self._count(wish, ())
        fresh = self._fresh(run, span)
        self._fare(fresh.trip, span, wish.travel_class)
        with self.store.reading() as books:
            check_selling(books)
            check_account(books, actor)
        return fresh

    def take_granted(
        self,
        actor: Actor,
        run: RunRef,
        span: Span,
        wish: PlaceWish,
        order_id: UUID,
        answer: m.ClaimAnswer,
        *,
        also: Callable[[Act], None],
    ) -> HoldView:
        """Its HELD claim, as if it had been asked for just now. ``also`` is done in the same transaction."""
        fresh = self.wanted(actor, run, span, wish)
        granted = _Granted(answer)
        return hold_view(self._take(actor, fresh, span, wish, (), wish.count, order_id, None, granted, also))

    # ---- asking central

    def _ask(
        self,
        fresh: FrozenRun,
        span: Span,
        wish: PlaceWish | None,
        places: Sequence[PlaceRef],
        count: int,
        order_id: UUID,
        known: Claim | None,
    ) -> _Granted | _Denied | _Silent:
        if not self.line.worth_asking() or (places and self._all_leased(fresh, span, places)):
            return _Silent(None)
        # Only what is surely no more than held there may be let go by a request.
        follows = known is not None and known.origin is ClaimOrigin.CENTRAL and not known.asked
        request = m.ClaimRequest(
            claim_id=self.ids.new(),
            order_id=order_id,
            run=wire_run(fresh),
            board=span.board,
            alight=span.alight,
            count=count,
            travel_class=wish.travel_class if wish is not None else "",
            coach=wish.coach if wish is not None else None,
            preferences=wish.preferences[:8] if wish is not None else (),
            places=tuple(str(place) for place in places),
            replaces=known.claim_id if known is not None and follows and known.run.run_id == fresh.run.run_id else None,
        )
        try:
            answer = self.line.claim(request, deadline_ms=CLAIM_MS)
        except NoAnswer as silence:
            return _Silent(request.claim_id if silence.sent else None)
        except CentralSaidNo as no:
            raise self.standing.refusal(no, trip=fresh.run.trip_id) from no
        if answer.status in {m.ClaimStatus.HELD, m.ClaimStatus.LEASED}:
            return _Granted(answer)
        return _Denied(_denied(answer))

    def _all_leased(self, fresh: FrozenRun, span: Span, places: Sequence[PlaceRef]) -> bool:
        table = self.holder.table(fresh.formation)
        if table is None:
            return False
        left = self.holder.selling(fresh.run.run_id, fresh.trip.pattern_version)
        mask = leased_mask(left, table, span) if left else 0
        return all((index := table.index(place)) is not None and mask >> index & 1 for place in places)

    def _give_up(self, word: _Granted | _Denied | _Silent, fresh: FrozenRun) -> None:
        """What central holds for nobody is let go as soon as the line allows."""
        claim_id = word.answer.claim_id if isinstance(word, _Granted) else getattr(word, "claim_id", None)
        if claim_id is not None:
            with self.store.writing() as books:
                books.sync.put_release(claim_id, fresh.run)

    # ---- writing it down

    def _take(
        self,
        actor: Actor,
        fresh: FrozenRun,
        span: Span,
        wish: PlaceWish | None,
        places: Sequence[PlaceRef],
        count: int,
        order_id: UUID,
        replaces: UUID | None,
        word: _Granted | _Denied | _Silent,
        also: Callable[[Act], None] = lambda _act: None,
    ) -> Claim:
        now = self.clock.now()
        with self.holder.writing() as act:
            act.books.journal.check_clock()
            check_selling(act.books)
            reap(act, now, but=replaces)
            frozen = self._frozen(act, fresh)
            stock = self.holder.of(act.books.stock, frozen)
            before = self._replaced(act, actor, replaces, stock, word, frozen)
            expires_at = now + self.policy.hold
            if isinstance(word, _Granted):
                travel_class, chosen = _granted(word.answer, frozen, stock, wish, places, count)
                expires_at = min(expires_at, _expires(word.answer, now, expires_at))
                claim_id, origin = word.answer.claim_id, ClaimOrigin.CENTRAL
            else:
                if isinstance(word, _Silent) and word.claim_id is not None:
                    act.books.sync.put_release(word.claim_id, fresh.run)
                travel_class, chosen = self._from_lease(act, frozen, stock, span, wish, places, before, word)
                claim_id, origin = self.ids.new(), ClaimOrigin.LEASE
            check_labels(chosen)
            fare = self._fare(fresh.trip, span, travel_class)
            self._order(act, actor, order_id, fare, now)
            claim = Claim(
                claim_id=claim_id,
                order_id=order_id,
                run=frozen.run,
                span=span,
                travel_class=travel_class,
                places=chosen,
                count=count,
                state=ClaimState.HELD,
                expires_at=expires_at,
                fare_minor=fare.minor,
                currency=fare.currency,
                origin=origin,
            )
            act.books.stock.take(claim, capacity=None if chosen else frozen.unreserved_capacity)
            also(act)
            return act.changed(claim)

    @staticmethod
    def _replaced(
        act: Act,
        actor: Actor,
        replaces: UUID | None,
        stock: RunStock,
        word: _Granted | _Denied | _Silent,
        frozen: FrozenRun,
    ) -> Claim | None:
        """As ``Hold._before``; central lets its own go in the request that followed it, or hears of it here."""
        if replaces is None:
            return None
        claim = act.books.stock.claim_of(replaces)
        if claim is None or claim.state is not ClaimState.HELD:
            raise Refusal(Reason.NOT_HELD)
        let_go_there = isinstance(word, _Granted) and not claim.asked and claim.run.run_id == frozen.run.run_id
        if not let_go_there:
            settle_unsold(act, claim, actor)
        act.gone(claim)
        return claim if claim.claim_id in stock.held else None

    def _from_lease(
        self,
        act: Act,
        frozen: FrozenRun,
        stock: RunStock,
        span: Span,
        wish: PlaceWish | None,
        places: Sequence[PlaceRef],
        before: Claim | None,
        word: _Denied | _Silent,
    ) -> tuple[str, tuple[PlaceRef, ...]]:
        left = self.holder.leased(act, frozen)
        if stock.table is not None:
            within = leased_mask(left, stock.table, span) if left else 0
            of_class = within if wish is None else within & stock.table.by_class.get(wish.travel_class, 0)
            here = of_class.bit_count()
        else:
            here = within = leased_units(left, wish.travel_class, span) if wish is not None else 0
        try:
            return choose(stock, span, wish, places, before, within=within)
        except Refusal as refusal:
            if refusal.reason not in {Reason.NOT_ENOUGH_PLACES, Reason.PLACE_TAKEN}:
                raise
            if isinstance(word, _Denied):
                raise _more(word.refusal, here) from refusal
            raise self._not_leased(act, frozen, wish, here) from refusal

    def _not_leased(self, act: Act, frozen: FrozenRun, wish: PlaceWish | None, here: int) -> Refusal:
        held = act.books.sync.left_of(frozen.run.run_id)
        over = [
            one
            for one in held
            if one not in self.holder.still_selling(held, frozen.trip.pattern_version)
            and one.rests
            and (wish is None or one.lease.grant.travel_class == wish.travel_class)
        ]
        if over and not here:
            return Refusal(Reason.LEASE_EXPIRED)
        return Refusal(Reason.NOT_LEASED, free=here)


def _denied(answer: m.ClaimAnswer) -> Refusal:
    if answer.reason == "place_taken":
        return Refusal(Reason.PLACE_TAKEN, place=answer.place)
    return Refusal(Reason.NOT_ENOUGH_PLACES, free=answer.free or 0)


def _more(refusal: Refusal, here: int) -> Refusal:
    """Who is told "two left" hears of those that this window holds itself too."""
    if refusal.reason is Reason.NOT_ENOUGH_PLACES:
        return Refusal(Reason.NOT_ENOUGH_PLACES, free=max(int(refusal.facts.get("free", 0)), here))
    return refusal


def _granted(
    answer: m.ClaimAnswer,
    frozen: FrozenRun,
    stock: RunStock,
    wish: PlaceWish | None,
    places: Sequence[PlaceRef],
    count: int,
) -> tuple[str, tuple[PlaceRef, ...]]:
    """Class and places as central chose them, if they are what was asked for, and in the train as it is known here."""
    bad = Refusal(Reason.CENTRAL_REFUSED, code="bad_answer", detail="other places than asked for")
    if stock.table is None:
        if answer.places or wish is None:
            raise bad
        return wish.travel_class, ()
    try:
        chosen = tuple(PlaceRef.parse(name) for name in answer.places)
    except ValueError as error:
        raise bad from error
    if len(chosen) != count or (places and set(chosen) != set(places)):
        raise bad
    if any(stock.table.index(place) is None for place in chosen):  # of a coach that only one of the two knows
        raise Refusal(Reason.UNKNOWN_RUN, trip=frozen.run.trip_id, detail="changed_timetable")
    travel_class, _ = picked(stock.table, stock.table.all, chosen)
    if wish is not None and travel_class != wish.travel_class:
        raise bad
    return travel_class, tuple(places) or chosen


def _expires(answer: m.ClaimAnswer, now: datetime, otherwise: datetime) -> datetime:
    """By this counter's clock: so long as central gave it from its own now."""
    if answer.expires_at is None:
        return otherwise
    return now + max(timedelta(0), answer.expires_at - answer.central_time)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledBeginTender:
    """HELD becomes LEASED at central before it does here: no answer, no money on those places (decisions 12)."""

    holder: EnrolledHolder
    line: Line
    standing: Standing

    def __call__(self, actor: Actor, order_id: UUID) -> HoldView:
        """Raises Refusal: NOT_ALLOWED, NOT_HELD, HOLD_EXPIRED (central gave the places to others), LEASE_EXPIRED,

        CENTRAL_UNREACHABLE, SELLING_STOPPED, DEVICE_REVOKED, EPOCH_NEEDED.
        """
        demand(actor, Right.SELL)
        with self.holder.writing() as act:
            check_selling(act.books)
            check_account(act.books, actor)
            claim = held_claim(act, order_id)
            if claim.state is ClaimState.LEASED:
                return hold_view(claim)
            if claim.origin is not ClaimOrigin.CENTRAL:
                self.holder.check_claim(act, claim)
                return hold_view(act.changed(act.books.stock.change(claim, ClaimState.LEASED, expires_at=None)))
            if not self.line.worth_asking():
                raise Refusal(Reason.CENTRAL_UNREACHABLE)
            # Before it is asked: should no answer come, only the journal can settle what central then has.
            claim = act.changed(act.books.stock.mark_asked(claim))
        return hold_view(self._lease(actor, claim))

    def _lease(self, actor: Actor, claim: Claim) -> Claim:
        request = m.ClaimAct(claim_id=claim.claim_id, run_id=claim.run.run_id, service_date=claim.run.service_date)
        try:
            answer = self.line.lease(request, deadline_ms=LEASE_MS)
        except NoAnswer as silence:
            raise unreachable(silence) from silence
        except CentralSaidNo as no:
            raise self.standing.refusal(no, trip=claim.run.trip_id) from no
        with self.holder.writing() as act:
            standing = held_claim(act, claim.order_id)
            if standing.claim_id != claim.claim_id:
                raise Refusal(Reason.NOT_HELD)
            if answer.status is m.ClaimStatus.LEASED:
                return act.changed(act.books.stock.change(standing, ClaimState.LEASED, expires_at=None))
            if answer.status not in {m.ClaimStatus.GONE, m.ClaimStatus.REFUSED}:
                raise Refusal(Reason.CENTRAL_REFUSED, code="bad_answer", detail=f"not leased: {answer.status.value}")
            let_go(act, standing, actor=actor)
        raise Refusal(Reason.HOLD_EXPIRED)
