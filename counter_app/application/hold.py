"""Places for a sale: best fit or the clerk's own pick, held for some minutes; let go, refreshed, leased for tender."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from counter_app.application.rights import demand
from counter_app.application.stock_holder import Act, LocalHolder, RunStock
from counter_app.application.views import HoldView, PlaceWish
from counter_app.domain.bestfit import PARTY_MAX, PREFERENCES_MAX, best_fit
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.journal import Json, Kind
from counter_app.domain.money import Money
from counter_app.domain.orders import OrderState
from counter_app.domain.payments import Direction
from counter_app.domain.places import PlaceTable
from counter_app.domain.policy import Policy
from counter_app.domain.staff import SYSTEM, Actor, Right
from counter_app.domain.timetable import RunRef, Span, Trip, instant
from counter_app.errors import Reason, Refusal
from counter_app.ports.catalogue import Catalogue
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.orders import OrderRecord
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.stock import Claim, ClaimOrigin, ClaimState, FrozenRun
from counter_app.ports.store import Reading, Writing

LABEL_BYTES_MAX = 8  # of a coach or place in the ticket's code (``domain.barcode``)
Fares = Callable[[Trip, Span], Mapping[str, Money | None]]
"""The full fare of one adult in every class (``Search.fares``)."""


def hold_view(claim: Claim) -> HoldView:
    return HoldView(
        order_id=claim.order_id,
        claim_id=claim.claim_id,
        run=claim.run,
        span=claim.span,
        travel_class=claim.travel_class,
        places=claim.places,
        count=claim.count,
        expires_at=claim.expires_at,
        fare=Money(claim.fare_minor, claim.currency),
    )


def reap(act: Act, now: datetime, *, but: UUID | None = None) -> int:
    """Lets go what ran out, in the transaction of whoever writes next. ``but``: an order that is being asked for."""
    count = 0
    for claim in act.books.stock.run_out(now):
        if claim.order_id != but:
            let_go(act, claim)
            count += 1
    return count


def let_go(act: Act, claim: Claim, *, actor: Actor = SYSTEM) -> None:
    """The places are free, the order is RELEASED, names of a parked sale are erased."""
    settle_unsold(act, claim, actor)
    act.gone(claim)
    order = act.books.orders.order(claim.order_id)
    assert order is not None
    erase_draft(act, order)
    act.books.orders.put_order(replace(order, state=OrderState.RELEASED, label="", parked_at=None, draft=()))


def abandon(act: Act, claim: Claim, *, actor: Actor = SYSTEM) -> None:
    """``let_go`` of a claim that may have been at a checkout: then the journal says that nothing came of it."""
    if claim.state is ClaimState.LEASED and claim.origin is not ClaimOrigin.CENTRAL:
        act.books.journal.append(Kind.SALE_ABANDONED, abandoned_fact(claim), actor=actor)
    let_go(act, claim, actor=actor)


def demand_no_money(books: Reading | Writing, order_id: UUID) -> None:
    """Before places are let go. Raises Refusal(PAYMENT_OPEN): somebody paid for them, or may have."""
    if money_on(books, order_id):
        raise Refusal(Reason.PAYMENT_OPEN)


def money_on(books: Reading | Writing, order_id: UUID) -> bool:
    """Whether a payment of the order is approved, under way or not known."""
    return any(one.direction is Direction.CHARGE and one.live for one in books.payments.of_order(order_id))


def settle_unsold(act: Act, claim: Claim, actor: Actor) -> None:
    """Central hears of it too, where it granted the claim: by a request while it is only held there for sure; once it

    was asked to lease it, the journal is what settles it, whatever its answer was.
    """
    if claim.origin is not ClaimOrigin.CENTRAL:
        return
    if claim.asked:
        act.books.journal.append(Kind.SALE_ABANDONED, abandoned_fact(claim), actor=actor)
    else:
        act.books.sync.put_release(claim.claim_id, claim.run)


def abandoned_fact(claim: Claim) -> dict[str, Json]:
    body: dict[str, Json] = {"order_id": str(claim.order_id), "claim_id": str(claim.claim_id)}
    if claim.origin is not ClaimOrigin.OWN:
        body |= {
            "run_id": str(claim.run.run_id),
            "service_date": claim.run.service_date.isoformat(),
            "origin": claim.origin.value,
        }
    return body


def erase_draft(act: Act, order: OrderRecord) -> None:
    for passenger in order.draft:
        if passenger.person_id is not None:
            act.books.people.erase(passenger.person_id)


def check_labels(places: Sequence[PlaceRef]) -> None:
    """Identity is never shortened in the ticket's code: better refused now than with the money on the counter."""
    for place in places:
        if max(len(place.coach.encode()), len(place.label.encode())) > LABEL_BYTES_MAX:
            raise Refusal(Reason.BAD_INPUT, field="place", place=str(place))


def check_departure(depart: datetime, now: datetime, policy: Policy) -> None:
    """Raises Refusal(DEPARTED): also for what leaves too soon for the policy."""
    if (depart - now).total_seconds() <= policy.sale_ends_minutes * 60:
        raise Refusal(Reason.DEPARTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    holder: LocalHolder
    catalogue: Callable[[], Catalogue | None]
    fares: Fares
    policy: Policy
    profile: ProfileInfo
    clock: Clock
    ids: Ids
    last_date: Callable[[], date]

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
        """Raises Refusal: NOT_ALLOWED, NO_TIMETABLE, UNKNOWN_RUN, DEPARTED, BEYOND_HORIZON, TOO_MANY_PASSENGERS,

        NOT_ENOUGH_PLACES(free), PLACE_TAKEN(place), FARE_UNKNOWN, NOT_HELD (``replaces`` is gone or paid).
        """
        demand(actor, Right.SELL)
        count = self._count(wish, places)
        fresh = self._fresh(run, span)
        now = self.clock.now()
        with self.holder.writing() as act:
            act.books.journal.check_clock()
            reap(act, now, but=replaces)
            frozen = self._frozen(act, fresh)
            stock = self.holder.of(act.books.stock, frozen)
            before = self._before(act, replaces, stock)
            travel_class, chosen = choose(stock, span, wish, places, before)
            check_labels(chosen)
            fare = self._fare(fresh.trip, span, travel_class)  # the price in force, as the search shows it
            self.holder.demand_held(run, span, chosen, travel_class, count)
            order = self._order(act, actor, replaces or self.ids.new(), fare, now)
            claim = Claim(
                claim_id=self.ids.new(),
                order_id=order.order_id,
                run=frozen.run,
                span=span,
                travel_class=travel_class,
                places=chosen,
                count=count,
                state=ClaimState.HELD,
                expires_at=now + self.policy.hold,
                fare_minor=fare.minor,
                currency=fare.currency,
            )
            act.books.stock.take(claim, capacity=None if chosen else frozen.unreserved_capacity)
            act.changed(claim)
        return hold_view(claim)

    def _count(self, wish: PlaceWish | None, places: Sequence[PlaceRef]) -> int:
        assert (wish is None) == bool(places), "either a wish or places"
        count = wish.count if wish is not None else len(places)
        if count < 1:
            raise Refusal(Reason.NO_PASSENGERS)
        if count > min(self.policy.passengers_max, PARTY_MAX):
            raise Refusal(Reason.TOO_MANY_PASSENGERS, maximum=self.policy.passengers_max)
        return count

    def _fresh(self, run: RunRef, span: Span) -> FrozenRun:
        """The run as the timetable has it now, checked."""
        catalogue = self.catalogue()
        if catalogue is None:
            raise Refusal(Reason.NO_TIMETABLE)
        trip = catalogue.trip(run.trip_id)
        if trip is None or span.alight > trip.legs or not catalogue.runs_on(run.trip_id, run.service_date):
            raise Refusal(Reason.UNKNOWN_RUN, trip=run.trip_id)
        if not trip.calls[span.board].boarding or not trip.calls[span.alight].alighting:
            raise Refusal(Reason.UNKNOWN_RUN, trip=run.trip_id)
        depart = instant(run.service_date, trip.calls[span.board].depart_s, trip.zone)
        check_departure(depart, self.clock.now(), self.policy)
        if depart.astimezone(ZoneInfo(self.profile.zone)).date() > self.last_date():
            raise Refusal(Reason.BEYOND_HORIZON, days=self.policy.horizon_days)
        stations = {}
        for call in trip.calls:
            station = catalogue.station(call.station_id)
            if station is None:
                raise Refusal(Reason.UNKNOWN_STATION, text=call.station_id)
            stations[call.station_id] = station
        return FrozenRun(
            run=run,
            trip=trip,
            formation=catalogue.formation(trip.formation_id) if trip.formation_id is not None else None,
            stations=stations,
            issue_id=catalogue.info.issue_id,
            policy=self.policy.reference,
            demonstration=catalogue.info.invented,
            unreserved_capacity=self.policy.unreserved_capacity,
        )

    def _frozen(self, act: Act, fresh: FrozenRun) -> FrozenRun:
        known = self.holder.frozen(act.books.stock, fresh.run.run_id)
        if known is None:
            act.books.stock.put_run(fresh)
            return fresh
        if known.trip.pattern_version != fresh.trip.pattern_version:
            raise Refusal(Reason.UNKNOWN_RUN, trip=fresh.run.trip_id, detail="changed_timetable")
        return known

    @staticmethod
    def _before(act: Act, replaces: UUID | None, stock: RunStock) -> Claim | None:
        """The hold that this one follows, let go; None where ``stock`` does not count its places as taken anyway."""
        if replaces is None:
            return None
        claim = act.books.stock.claim_of(replaces)
        if claim is None or claim.state is not ClaimState.HELD:
            raise Refusal(Reason.NOT_HELD)
        act.gone(claim)
        return claim if claim.claim_id in stock.held else None

    def _fare(self, trip: Trip, span: Span, travel_class: str) -> Money:
        fare = self.fares(trip, span).get(travel_class)
        if fare is None or fare.currency != self.profile.currency:
            raise Refusal(Reason.FARE_UNKNOWN, travel_class=travel_class)
        return fare

    def _order(self, act: Act, actor: Actor, order_id: UUID, fare: Money, now: datetime) -> OrderRecord:
        known = act.books.orders.order(order_id)
        if known is not None:
            erase_draft(act, known)
        order = OrderRecord(
            order_id=order_id,
            state=OrderState.PREBOOKED,
            created_at=known.created_at if known is not None else now,
            user_id=actor.user_id,
            clerk=actor.display_name,
            shift_id=None,
            total_minor=0,
            received_minor=0,
            change_minor=0,
            currency=fare.currency,
            policy=self.policy.reference,
            label="",
            parked_at=None,
            draft=(),
            journal_seq=0,
        )
        act.books.orders.put_order(order)
        return order


def choose(
    stock: RunStock,
    span: Span,
    wish: PlaceWish | None,
    places: Sequence[PlaceRef],
    before: Claim | None,
    *,
    within: int | None = None,
) -> tuple[str, tuple[PlaceRef, ...]]:
    """Class and places; no places for capacity. ``before``: a claim of the same order, whose places count as free.

    ``within``: the mask of places that may be chosen, or how many units; None: all.
    """
    if stock.table is None or stock.places is None:
        if wish is None:
            raise Refusal(Reason.UNKNOWN_RUN, detail="no places")
        units = stock.counter(wish.travel_class).copy()
        if before is not None and before.travel_class == wish.travel_class:
            units.release(before.count, before.span.board, before.span.alight)
        free = units.count_free(span.board, span.alight)
        free = free if within is None else min(free, within)
        if wish.count > free:
            raise Refusal(Reason.NOT_ENOUGH_PLACES, free=free)
        return wish.travel_class, ()
    table, bitmaps = stock.table, stock.places
    if before is not None:
        bitmaps = bitmaps.copy()
        bitmaps.release(table.mask(before.places), before.span.board, before.span.alight)
    allowed = table.all if within is None else within
    if wish is None:
        return picked(table, bitmaps.free(span.board, span.alight) & allowed, places)
    candidates = table.by_class.get(wish.travel_class, 0) & allowed
    if wish.coach is not None:
        candidates &= table.by_coach.get(wish.coach, 0)
    preferences = [mask for mask in map(table.preference, wish.preferences) if mask][:PREFERENCES_MAX]
    mask = best_fit(bitmaps, table, span.board, span.alight, wish.count, candidates=candidates, preferences=preferences)
    if mask is None:
        free = bitmaps.count_free(span.board, span.alight, candidates)
        raise Refusal(Reason.NOT_ENOUGH_PLACES, free=free)
    return wish.travel_class, table.refs_of(mask)


def picked(table: PlaceTable, free: int, places: Sequence[PlaceRef]) -> tuple[str, tuple[PlaceRef, ...]]:
    """The clerk's own choice, checked, and its class."""
    classes = set()
    for place in places:
        index = table.index(place)
        if index is None:
            raise Refusal(Reason.BAD_INPUT, field="place", place=str(place))
        if not free >> index & 1:
            raise Refusal(Reason.PLACE_TAKEN, place=str(place))
        classes.add(table.classes[index])
    if len(classes) != 1 or len(set(places)) != len(places):
        raise Refusal(Reason.BAD_INPUT, field="places", detail="of one class, each once")
    return classes.pop(), tuple(places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    holder: LocalHolder
    clock: Clock

    def __call__(self, actor: Actor, order_id: UUID) -> None:
        """Harmless when it is gone. Raises Refusal: NOT_ALLOWED, NOT_HELD for a sale that is paid, PAYMENT_OPEN."""
        demand(actor, Right.SELL)
        with self.holder.writing() as act:
            claim = act.books.stock.claim_of(order_id)
            if claim is None or claim.state is ClaimState.GONE:
                return
            if claim.state is ClaimState.SOLD:
                raise Refusal(Reason.NOT_HELD)
            demand_no_money(act.books, order_id)
            abandon(act, claim, actor=actor)


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginTender:
    """HELD becomes LEASED before money is taken: from here on only settlement frees the places (decisions 12)."""

    holder: LocalHolder
    clock: Clock

    def __call__(self, actor: Actor, order_id: UUID) -> HoldView:
        """Also of a hold that ran out, while its rows are there. Raises Refusal: NOT_ALLOWED, NOT_HELD."""
        demand(actor, Right.SELL)
        with self.holder.writing() as act:
            claim = held_claim(act, order_id)
            if claim.state is ClaimState.HELD:
                claim = act.changed(act.books.stock.change(claim, ClaimState.LEASED, expires_at=None))
        return hold_view(claim)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndTender:
    """Back from checkout without money."""

    holder: LocalHolder
    policy: Policy
    clock: Clock

    def __call__(self, actor: Actor, order_id: UUID) -> HoldView:
        """HELD with a fresh time. Raises Refusal: NOT_ALLOWED, NOT_HELD, PAYMENT_OPEN."""
        demand(actor, Right.SELL)
        with self.holder.writing() as act:
            claim = held_claim(act, order_id)
            demand_no_money(act.books, order_id)
            expires_at = self.clock.now() + self.policy.hold
            claim = act.changed(act.books.stock.change(claim, ClaimState.HELD, expires_at=expires_at))
        return hold_view(claim)


def held_claim(act: Act, order_id: UUID) -> Claim:
    """The order's claim, unpaid and with its rows. Raises Refusal(NOT_HELD)."""
    claim = act.books.stock.claim_of(order_id)
    if claim is None or claim.state not in {ClaimState.HELD, ClaimState.LEASED}:
        raise Refusal(Reason.NOT_HELD)
    return claim
