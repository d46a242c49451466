"""Parties for which there are not enough places wait at central; what they get is a claim like any other, unpaid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from counter_app.application.ask_waiting import WAIT_MS, AskWaiting, as_now, departs, run_ref
from counter_app.application.central_clock import CentralClock
from counter_app.application.enrolled_hold import EnrolledHold, wire_run
from counter_app.application.rights import demand
from counter_app.application.standing import unreachable
from counter_app.application.stock_holder import Act
from counter_app.application.views import ParkedSale, PassengerInput, PlaceWish, RunOffer
from counter_app.application.waiting_book import (
    Party,
    PartyState,
    drop_party,
    next_number,
    parties,
    party,
    put_party,
)
from counter_app.application.waiting_desk import WaitingView, WaitingWord
from counter_app.domain.staff import Actor, Right
from counter_app.domain.timetable import RunRef, Span
from counter_app.errors import CentralSaidNo, NoAnswer, Reason, Refusal
from counter_app.wire import messages as m

PARTIES_MAX: Final = 20  # of one window
HEARD_LATELY: Final = timedelta(seconds=150)
_ORDER: Final = {WaitingWord.SERVED: 0, WaitingWord.OVER: 2, WaitingWord.DEPARTED: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingParties:
    """What a clerk does with them. ``offer``: a run again, as the timetable has it now (``Search.offer``)."""

    hold: EnrolledHold
    asking: AskWaiting
    central_clock: CentralClock
    offer: Callable[[RunRef, Span], RunOffer]

    # ---- those who wait

    def views(self) -> list[WaitingView]:
        with self.asking.store.reading() as books:
            known = [one for one in parties(books) if one.state is not PartyState.LEAVING]
        found = [self._view(one) for one in known]
        return sorted(found, key=lambda one: _ORDER.get(one.word, 1))

    def _view(self, one: Party) -> WaitingView:
        now, line = self.hold.clock.now(), self.asking.line
        zone = ZoneInfo(self.hold.profile.zone)
        lately = one.heard is not None and abs(now - one.heard) <= HEARD_LATELY and line.worth_asking()
        left = self._left(one.served) if one.state is PartyState.SERVED else None
        word = WaitingWord.WAITING
        if left is not None and left > timedelta(0):
            word = WaitingWord.SERVED
        elif left is not None or one.state is PartyState.OVER:
            word = WaitingWord.OVER
        elif one.depart <= now:
            word = WaitingWord.DEPARTED
        return WaitingView(
            claim_id=one.claim_id,
            number=one.number,
            service=one.service,
            origin=self._name(one.origin),
            destination=self._name(one.destination),
            depart=one.depart.astimezone(zone),
            travel_class=one.travel_class,
            count=one.count,
            since=one.since.astimezone(zone),
            word=word,
            place=one.place if lately and word is WaitingWord.WAITING else None,
            expires_at=None if left is None else now + left,
            places=() if one.served is None else one.served.places,
        )

    def _left(self, served: m.ClaimAnswer | None) -> timedelta:
        """Of the time for which central holds their places, by its clock."""
        if served is None or served.expires_at is None:
            return timedelta(0)
        return max(timedelta(0), served.expires_at - (self.central_clock.now() or served.central_time))

    def _name(self, station_id: str) -> str:
        catalogue = self.hold.catalogue()
        station = catalogue.station(station_id) if catalogue is not None else None
        return station_id if station is None else station.name

    # ---- coming and going

    def join(
        self, actor: Actor, run: RunRef, span: Span, wish: PlaceWish, passengers: Mapping[str, int]
    ) -> WaitingView:
        """As ``WaitingDesk.wait_for_places``. That they may be in central's line is committed before it is asked."""
        fresh = self.hold.wanted(actor, run, span, wish)
        if not self.asking.line.worth_asking():
            raise Refusal(Reason.CENTRAL_UNREACHABLE)
        trip, now = fresh.trip, self.hold.clock.now()
        day = now.astimezone(ZoneInfo(self.hold.profile.zone)).date()
        with self.asking.store.writing() as books:
            if sum(1 for one in parties(books) if one.state is not PartyState.LEAVING) >= PARTIES_MAX:
                raise Refusal(Reason.BAD_INPUT, field="waiting", maximum=PARTIES_MAX)
            one = Party(
                number=next_number(books, day),
                claim_id=self.hold.ids.new(),
                order_id=self.hold.ids.new(),
                run=wire_run(fresh),
                board=span.board,
                alight=span.alight,
                service=trip.service,
                origin=trip.calls[span.board].station_id,
                destination=trip.calls[span.alight].station_id,
                depart=departs(run.service_date, trip, span.board),
                travel_class=wish.travel_class,
                count=wish.count,
                since=_whole(now),
                state=PartyState.ASKING,
                preferences=wish.preferences[:8],
                passengers=dict(passengers) if sum(passengers.values()) == wish.count else {},
            )
            put_party(books, one)
        try:
            one = self.asking.ask(one)
        except NoAnswer as silence:
            if not silence.sent:
                self._forget(one)
                raise unreachable(silence) from silence
        except CentralSaidNo as no:
            self._forget(one)
            raise self.asking.standing.refusal(no, trip=trip.trip_id) from no
        else:
            self.asking.keep(one)
        return self._view(one)

    def _forget(self, one: Party) -> None:
        with self.asking.store.writing() as books:
            drop_party(books, one.claim_id)

    def leave(self, actor: Actor, claim_id: UUID) -> None:
        demand(actor, Right.SELL)
        with self.asking.store.writing() as books:
            one = party(books, claim_id)
            if one is not None:
                put_party(books, replace(one, state=PartyState.LEAVING))

    # ---- those who were served

    def take(self, actor: Actor, claim_id: UUID) -> ParkedSale:
        """As ``WaitingDesk.take_waiting``. With the line up central says once more for how long it holds them."""
        demand(actor, Right.SELL)
        with self.asking.store.reading() as books:
            kept = party(books, claim_id)
        if kept is None or kept.state is not PartyState.SERVED or kept.served is None:
            raise Refusal(Reason.NOT_HELD)
        one = as_now(kept, self.hold.catalogue())
        if one is None:
            raise Refusal(Reason.UNKNOWN_RUN, trip=kept.run.trip_id)
        run, span = run_ref(one), Span(one.board, one.alight)
        offer = self.offer(run, span)
        answer = self._asked_again(one, kept.served)
        if answer.status is not m.ClaimStatus.HELD or not self._left(answer):
            with self.asking.store.writing() as books:
                known = party(books, claim_id)
                if known is not None and known.state is PartyState.SERVED:
                    put_party(books, replace(known, state=PartyState.OVER, place=None))
            raise Refusal(Reason.HOLD_EXPIRED)

        def taken(act: Act) -> None:
            known = party(act.books, claim_id)
            if known is None or known.state is not PartyState.SERVED:  # taken or left meanwhile
                raise Refusal(Reason.NOT_HELD)
            drop_party(act.books, claim_id)

        wish = PlaceWish(travel_class=one.travel_class, count=one.count, preferences=one.preferences)
        hold = self.hold.take_granted(actor, run, span, wish, one.order_id, answer, also=taken)
        people = [PassengerInput(passenger_type=kind) for kind, n in one.passengers.items() for _ in range(n)]
        return ParkedSale(
            order_id=one.order_id,
            label=str(one.number),
            parked_at=one.since,
            expires_at=hold.expires_at,
            service=offer.service,
            origin=offer.origin.name,
            destination=offer.destination.name,
            depart=offer.depart,
            count=one.count,
            passengers=tuple(people),
            hold=hold,
            offer=offer,
            journal_seq=0,
        )

    def _asked_again(self, one: Party, served: m.ClaimAnswer) -> m.ClaimAnswer:
        if self.asking.line.worth_asking():
            try:
                return self.asking.line.claim(one.request(), deadline_ms=WAIT_MS)
            except NoAnswer:
                pass  # what it said before holds, until its time is over
            except CentralSaidNo as no:
                raise self.asking.standing.refusal(no, trip=one.run.trip_id) from no
        return replace(served, central_time=self.central_clock.now() or served.central_time)


def _whole(now: datetime) -> datetime:
    """As it is kept: to the millisecond."""
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class CounterWaiting:
    """``WaitingDesk``; ``_parties`` None: there is no central to wait at."""

    _parties: WaitingParties | None = None

    def waiting(self) -> list[WaitingView]:
        return [] if self._parties is None else self._parties.views()

    def wait_for_places(
        self, actor: Actor, run: RunRef, span: Span, wish: PlaceWish, passengers: Mapping[str, int]
    ) -> WaitingView:
        return self._at_central().join(actor, run, span, wish, passengers)

    def leave_waiting(self, actor: Actor, claim_id: UUID) -> None:
        self._at_central().leave(actor, claim_id)

    def take_waiting(self, actor: Actor, claim_id: UUID) -> ParkedSale:
        return self._at_central().take(actor, claim_id)

    def _at_central(self) -> WaitingParties:
        if self._parties is None:
            raise Refusal(Reason.STAND_ALONE)
        return self._parties
