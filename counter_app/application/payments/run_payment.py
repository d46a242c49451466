"""Brings an intent as far as it comes: at the terminal, or at central."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from counter_app.application.card_slips import card_slip_jobs
from counter_app.application.payment_views import PaymentLeg
from counter_app.application.payments.card import CardPayments
from counter_app.application.payments.moving import Mover, move
from counter_app.application.payments.payment_list import leg_view
from counter_app.application.payments.remote import RemotePayments
from counter_app.application.rights import demand
from counter_app.domain.payments import (
    BY_CENTRAL,
    IN_FLIGHT,
    UNRESOLVED,
    Direction,
    PaymentIntent,
    PaymentState,
    Tender,
    after_crash,
)
from counter_app.domain.staff import Actor, Right
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.clock import Ids
from counter_app.ports.store import MoneyStore, Writing

S = PaymentState
Says = Callable[[str], None]
CODE_BYTES_MIN, CODE_BYTES_MAX = 4, 128


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPayments:
    """One at a time, whoever calls: a terminal has one customer, and so has the window."""

    store: MoneyStore
    mover: Mover
    ids: Ids
    card: CardPayments | None
    remote: RemotePayments | None
    merchant_slips: bool = True  # printed with each payment; if not, only those to be signed
    _one: threading.Lock = field(default_factory=threading.Lock)
    # Of which a commit left open whether they were sent: what is CREATED otherwise waits for its turn.
    _begun: set[UUID] = field(default_factory=set)

    # ---- sending

    def run(
        self, intent_id: UUID, says: Says, *, code: str = "", stopped: Callable[[], bool] = lambda: False
    ) -> PaymentLeg:
        """Sends an intent that was never sent; any other is only shown: nothing is sent twice.

        ``stopped``: whether the clerk thought better of it before; a refund that is posted is sent all the same.
        """
        with self._one:
            intent = self.mover.read(intent_id)
            if intent.state is not S.CREATED:
                return leg_view(intent)
            if intent.direction is Direction.CHARGE and stopped():
                return leg_view(self.mover(intent_id, S.NOT_PERFORMED, reason="stopped"))
            self._begun.add(intent_id)
            with self._not_left_open(intent_id):
                return self._sent(intent, says, code)

    def _sent(self, intent: PaymentIntent, says: Says, code: str) -> PaymentLeg:
        if intent.tender is Tender.CARD:
            if self.card is None:
                return leg_view(self.mover(intent.intent_id, S.NOT_PERFORMED, reason="not_configured"))
            return self._shown(self.card.run(intent, says))
        if self.remote is None:
            return leg_view(self.mover(intent.intent_id, S.NOT_PERFORMED, reason="stand_alone"))
        if intent.direction is Direction.CHARGE and not CODE_BYTES_MIN <= len(code.encode()) <= CODE_BYTES_MAX:
            return leg_view(self.mover(intent.intent_id, S.NOT_PERFORMED, reason="no_code"))
        return leg_view(self.remote.run(intent, says, code=code, subject=self._subject(intent)))

    @contextmanager
    def _not_left_open(self, intent_id: UUID) -> Iterator[None]:
        """What raises on the way (our own mistake, a commit of which nobody knows) leaves an intent that nobody is at.

        Where that cannot be committed either, the next ``ask`` or ``recover`` does it: they hold the same lock.
        """
        try:
            yield
        except BaseException:
            with suppress(OutcomeUnknown, Refusal):
                self._end_if_left(self.mover.read(intent_id))
            raise
        self._begun.discard(intent_id)

    def _end_if_left(self, intent: PaymentIntent) -> PaymentIntent:
        """With the lock held, and nothing running: what is in flight was left there."""
        left = intent.state in IN_FLIGHT and (intent.state is not S.CREATED or intent.intent_id in self._begun)
        if left:
            intent = self.mover(intent.intent_id, after_crash(intent.state), reason="fault")
        self._begun.discard(intent.intent_id)
        return intent

    def _shown(self, intent: PaymentIntent) -> PaymentLeg:
        """With the jobs of its slips; those of an approved charge are printed with the sale, or when it is reversed."""
        if intent.direction is Direction.CHARGE and intent.state is S.APPROVED:
            return leg_view(intent)
        with self.store.reading() as books:
            slips = len(books.payments.slip_ids(intent.intent_id))
        if not slips:
            return leg_view(intent)
        with self.store.writing() as books:
            now = self.mover.clock.now()
            jobs = card_slip_jobs(books, self.ids, intent.intent_id, now, merchant=self.merchant_slips)
            books.prints.put_new(jobs)
        return leg_view(intent, [job.job_id for job in jobs])

    def _subject(self, intent: PaymentIntent) -> str:
        """What the customer reads in the wallet: the train and the day. No name, no document."""
        with self.store.reading() as books:
            claim = books.stock.claim_of(intent.order_id)
            frozen = None if claim is None else books.stock.run(claim.run.run_id)
            if claim is None or frozen is None:
                return self.store.profile.operator[:120]
            calls = frozen.trip.calls
            ends = [frozen.stations[calls[at].station_id].name for at in (claim.span.board, claim.span.alight)]
        return f"{frozen.trip.service} {ends[0]}-{ends[1]} {claim.run.service_date.isoformat()}"[:120]

    # ---- taking back

    def reverse(self, actor: Actor, intent_id: UUID, says: Says) -> PaymentLeg:
        """Raises Refusal: NOT_ALLOWED, PAYMENT_NOT_OPEN, TERMINAL_NOT_READY, TERMINAL_BLOCKED, CENTRAL_UNREACHABLE."""
        demand(actor, Right.SELL)
        with self._one:
            intent = self.mover.read(intent_id)
            may = intent.loose or (
                intent.state in {S.UNKNOWN, S.REVERSE_UNKNOWN}
                and intent.direction is Direction.CHARGE
                and intent.tender in BY_CENTRAL
            )
            if not may:
                raise Refusal(Reason.PAYMENT_NOT_OPEN)
            if intent.tender is Tender.CARD:
                if self.card is None:
                    raise Refusal(Reason.TERMINAL_NOT_READY, trouble="not_configured")
                with self._not_left_open(intent_id):
                    return self._shown(self.card.reverse(intent, says, actor=actor))
            if self.remote is None:
                raise Refusal(Reason.CENTRAL_UNREACHABLE)
            with self._not_left_open(intent_id):
                return leg_view(self.remote.reverse(intent, actor=actor))

    # ---- what became of it

    def ask(self, intent_id: UUID, says: Says) -> PaymentLeg:
        with self._one:
            return leg_view(self._asked(self.mover.read(intent_id), says))

    def recover(self, says: Says) -> list[PaymentLeg]:
        """Every one that is unknown. A device that does not answer is not asked again in the same round."""
        with self._one:
            with self.store.reading() as books:
                waiting = [one for one in books.payments.unresolved() if one.state in UNRESOLVED - {S.MANUAL}]
            silent: set[str] = set()
            asked = []
            for intent in waiting:
                if intent.device in silent:
                    continue
                if intent.state is S.CREATED and intent.intent_id not in self._begun:
                    continue  # its turn comes
                after = self._asked(intent, says)
                if after.state in {S.UNKNOWN, S.REVERSE_UNKNOWN}:
                    silent.add(intent.device)
                asked.append(leg_view(after))
            return asked

    def _asked(self, intent: PaymentIntent, says: Says) -> PaymentIntent:
        intent = self._end_if_left(intent)
        if intent.state not in {S.UNKNOWN, S.REVERSE_UNKNOWN}:
            return intent
        says("asking")
        if intent.tender is Tender.CARD:
            return intent if self.card is None else self.card.ask(intent)
        return intent if self.remote is None else self.remote.ask(intent)


def end_in_flight(books: Writing, now: datetime) -> list[PaymentIntent]:
    """At start, in the caller's transaction: of what was under way nobody knows how far it came."""
    return [
        move(books, intent, after_crash(intent.state), now, reason="crash")
        for intent in books.payments.unresolved()
        if intent.state in IN_FLIGHT
    ]
