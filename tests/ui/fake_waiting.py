"""Waiting parties of :mod:`tests.ui.fake_desk`: they join, wait for ``serve``, and are taken or leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from counter_app.application.views import HoldView, ParkedSale, PassengerInput, PlaceWish, RunOffer
from counter_app.application.waiting_desk import WaitingView, WaitingWord
from counter_app.domain.timetable import RunRef, Span
from counter_app.errors import Reason, Refusal

SPACE = UUID("1f2b7a4e-9a41-5d2c-8f43-6d1f2f3a4b5d")


class FakeWaiting:
    """``silent``: central takes them in, and its answer does not arrive."""

    def __init__(self, now: Callable[[], datetime], offer: Callable[[RunRef], RunOffer]) -> None:
        self._now = now
        self._offer = offer
        self._numbers = 0
        self._asked: dict[UUID, tuple[RunRef, PlaceWish, dict[str, int]]] = {}
        self.parties: dict[UUID, WaitingView] = {}
        self.silent = False

    def views(self) -> list[WaitingView]:
        first = {WaitingWord.SERVED: 0, WaitingWord.WAITING: 1}
        return sorted(map(self._as_now, self.parties.values()), key=lambda one: (first.get(one.word, 2), one.number))

    def _as_now(self, one: WaitingView) -> WaitingView:
        over = one.expires_at is not None and one.expires_at <= self._now()
        return replace(one, word=WaitingWord.OVER) if over else one

    def join(self, run: RunRef, wish: PlaceWish, passengers: Mapping[str, int]) -> WaitingView:
        if len(self.parties) >= 20:
            raise Refusal(Reason.BAD_INPUT, field="waiting", maximum=20)
        self._numbers += 1
        offer = self._offer(run)
        made = WaitingView(
            claim_id=uuid5(SPACE, str(self._numbers)),
            number=self._numbers,
            service=offer.service,
            origin=offer.origin.name,
            destination=offer.destination.name,
            depart=offer.depart,
            travel_class=wish.travel_class,
            count=wish.count,
            since=self._now().astimezone(offer.depart.tzinfo),
            word=WaitingWord.WAITING,
            place=None if self.silent else len(self.parties) + 1,
            expires_at=None,
            places=(),
        )
        self._asked[made.claim_id] = (run, wish, dict(passengers))
        self.parties[made.claim_id] = made
        return made

    def serve(self, number: int, *, minutes: int = 10) -> None:
        """Central holds places for them."""
        claim_id = next(one.claim_id for one in self.parties.values() if one.number == number)
        self.parties[claim_id] = replace(
            self.parties[claim_id],
            word=WaitingWord.SERVED,
            place=None,
            expires_at=self._now() + timedelta(minutes=minutes),
        )

    def leave(self, claim_id: UUID) -> None:
        self.parties.pop(claim_id, None)

    def take(self, claim_id: UUID, hold: Callable[[RunRef, Span, PlaceWish], HoldView]) -> ParkedSale:
        one = self.parties.get(claim_id)
        if one is None or one.expires_at is None:
            raise Refusal(Reason.NOT_HELD)
        if one.expires_at <= self._now():
            raise Refusal(Reason.HOLD_EXPIRED)
        run, wish, passengers = self._asked[claim_id]
        offer = self._offer(run)
        held = hold(run, offer.span, wish)
        del self.parties[claim_id]
        return ParkedSale(
            order_id=held.order_id,
            label=str(one.number),
            parked_at=one.since,
            expires_at=held.expires_at,
            service=one.service,
            origin=one.origin,
            destination=one.destination,
            depart=one.depart,
            count=one.count,
            passengers=tuple(PassengerInput(passenger_type=kind) for kind, n in passengers.items() for _ in range(n)),
            hold=held,
            offer=offer,
        )
