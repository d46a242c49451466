"""After-sales of a ticket that central has: locked there first, so that no other window gives it back as well.

A ticket whose entry was never sent is only this counter's (decisions 13), and needs no line.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, TypeVar
from uuid import UUID

from counter_app.application.aftersales import Refund
from counter_app.application.exchange import kept_exchange
from counter_app.application.hold import money_on
from counter_app.application.rights import demand
from counter_app.application.standing import Standing, check_not_ended, unreachable
from counter_app.application.views import Refunded, RefundQuote
from counter_app.domain.journal import Json, Kind
from counter_app.domain.orders import TicketState
from counter_app.domain.staff import SYSTEM, Actor, Right
from counter_app.errors import CentralSaidNo, NoAnswer, Reason, Refusal
from counter_app.ports.line import Line
from counter_app.ports.orders import TicketRecord
from counter_app.ports.stock import ClaimState
from counter_app.ports.store import MoneyStore, Reading, Writing
from counter_app.wire import messages as m

T = TypeVar("T")
LOCK_MS: Final = 2_500
UNLOCK_MS: Final = 5_000
UNLOCK: Final = "unlock/"  # noted before central is asked: locks that nobody needs any more are let go by this
AT_ONCE_MAX: Final = 20
ATTEMPTS: Final = 2


class _Sent(Exception):  # noqa: N818 - a turn of events
    """It went out between two looks at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLocks:
    store: MoneyStore
    line: Line
    standing: Standing
    _lock: threading.Condition = field(default_factory=threading.Condition)
    _held: set[UUID] = field(default_factory=set)  # of after-sales under way in this program
    _releasing: set[UUID] = field(default_factory=set)  # central is asked to let them go: none is taken meanwhile

    def needed(self, books: Reading | Writing, ticket: TicketRecord) -> bool:
        return ticket.journal_seq <= books.sync.state().sent_seq

    def guard(self, books: Writing, ticket: TicketRecord) -> None:
        """Inside the refund's transaction: its entry ends the lock at central, so there is none to let go."""
        check_not_ended(books)
        with self._lock:
            held = ticket.ticket_id in self._held
        if self.needed(books, ticket) and not held:
            raise _Sent
        books.sync.put_feed_value(f"{UNLOCK}{ticket.ticket_id}", None)

    def take(self, actor: Actor, ticket: TicketRecord) -> None:
        """Raises Refusal: CENTRAL_UNREACHABLE, TICKET_LOCKED(by), ALREADY_REFUNDED, CENTRAL_REFUSED."""
        if not self.line.worth_asking():
            raise Refusal(Reason.CENTRAL_UNREACHABLE)
        with self._lock:
            self._held.add(ticket.ticket_id)
            # Granted while a release is on its way, a lock would be gone before the entry that it is for is there.
            if not self._lock.wait_for(lambda: ticket.ticket_id not in self._releasing, LOCK_MS / 1000):
                raise Refusal(Reason.CENTRAL_UNREACHABLE)
        key = f"{UNLOCK}{ticket.ticket_id}"
        fact = _fact(ticket.ticket_id, ticket.run.run_id, ticket.run.service_date)
        with self.store.writing() as books:
            entry = books.journal.append(Kind.TICKET_LOCKED, fact, actor=actor)
            books.sync.put_feed_value(key, {**fact, "seq": entry.seq})  # no two notes of one ticket are the same
        try:
            answer = self.line.lock_ticket(_request(ticket, release=False), deadline_ms=LOCK_MS)
        except NoAnswer as silence:
            raise unreachable(silence) from silence
        except CentralSaidNo as no:
            raise self.standing.refusal(no) from no
        if not answer.granted:
            with self.store.writing() as books:
                books.sync.put_feed_value(key, None)
            raise _refused(answer, ticket)

    def let_go(self, ticket_id: UUID) -> None:
        """The after-sale is over, done or given up."""
        with self._lock:
            self._held.discard(ticket_id)

    def release_forgotten(self) -> bool:
        """Of after-sales that were given up. Whether more are waiting. Raises NoAnswer, CentralSaidNo."""
        with self.store.reading() as books:
            noted = [UUID(key.removeprefix(UNLOCK)) for key in books.sync.feed_keys(UNLOCK)]
            paid_for = _paid_for(books) if noted else set()
        waiting = [one for one in noted if one not in paid_for]
        for ticket_id in waiting[:AT_ONCE_MAX]:
            with self._lock:
                if ticket_id in self._held or ticket_id in self._releasing:
                    continue
                self._releasing.add(ticket_id)
            try:
                self._release(ticket_id)
            finally:
                with self._lock:
                    self._releasing.discard(ticket_id)
                    self._lock.notify_all()
        return len(waiting) > AT_ONCE_MAX

    def _release(self, ticket_id: UUID) -> None:
        key = f"{UNLOCK}{ticket_id}"
        with self.store.reading() as books:  # now that nobody takes it: an after-sale may have begun and ended since
            note = books.sync.feed_value(key)
            if note is None or ticket_id in _paid_for(books):
                return
        run_id, service_date = UUID(str(note["run_id"])), date.fromisoformat(str(note["service_date"]))
        request = m.TicketLock(ticket_id=ticket_id, run_id=run_id, service_date=service_date, release=True)
        self.line.lock_ticket(request, deadline_ms=UNLOCK_MS)
        with self.store.writing() as books:
            if books.sync.feed_value(key) != note:
                return
            books.sync.put_feed_value(key, None)
            books.journal.append(Kind.TICKET_UNLOCKED, _fact(ticket_id, run_id, service_date), actor=SYSTEM)


def _paid_for(books: Reading) -> set[UUID]:
    """Tickets for which another one is being paid: locked until that order is sold, given up or settled."""
    found = set()
    for claim in books.stock.claims_in(ClaimState.LEASED):
        order = books.orders.order(claim.order_id) if money_on(books, claim.order_id) else None
        kept = None if order is None else kept_exchange(order)
        if kept is not None:
            found.add(kept.ticket_id)
    return found


def _fact(ticket_id: UUID, run_id: UUID, service_date: date) -> dict[str, Json]:
    return {"ticket_id": str(ticket_id), "run_id": str(run_id), "service_date": service_date.isoformat()}


def _request(ticket: TicketRecord, *, release: bool) -> m.TicketLock:
    return m.TicketLock(
        ticket_id=ticket.ticket_id,
        run_id=ticket.run.run_id,
        service_date=ticket.run.service_date,
        release=release,
    )


def _refused(answer: m.LockAnswer, ticket: TicketRecord) -> Refusal:
    match answer.reason:
        case "already_refunded":
            return Refusal(Reason.ALREADY_REFUNDED, ticket=ticket.number)
        case "locked_elsewhere":
            return Refusal(Reason.TICKET_LOCKED, by=answer.by)
    return Refusal(Reason.CENTRAL_REFUSED, code=answer.reason or "not_granted")


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedWork:
    """An after-sale of a ticket that may have been sent: central locks it first."""

    store: MoneyStore
    locks: TicketLocks

    def __call__(self, actor: Actor, ticket_id: UUID, work: Callable[[], T]) -> T:
        """``work`` calls ``locks.guard`` inside its transaction. Raises Refusal as ``TicketLocks.take``."""
        try:
            for _ in range(ATTEMPTS):
                with self.store.reading() as books:
                    ticket = books.orders.ticket(ticket_id)
                    given = ticket is None or ticket.state is TicketState.REFUNDED
                    needed = ticket is not None and not given and self.locks.needed(books, ticket)
                if ticket is not None and needed:
                    self.locks.take(actor, ticket)
                with suppress(_Sent):
                    return work()
            raise Refusal(Reason.CENTRAL_UNREACHABLE)
        finally:
            self.locks.let_go(ticket_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledRefund:
    """``refund`` is made with ``locks.guard``."""

    store: MoneyStore
    refund: Refund
    locks: TicketLocks

    def __call__(self, actor: Actor, quote: RefundQuote) -> Refunded:
        """As ``Refund``; besides raises Refusal: CENTRAL_UNREACHABLE, TICKET_LOCKED(by), EPOCH_NEEDED, ..."""
        demand(actor, Right.REFUND)
        ticket_id = quote.ticket.ticket_id
        try:
            for _ in range(ATTEMPTS):
                with self.store.reading() as books:
                    ticket = books.orders.ticket(ticket_id)
                    posted = books.orders.refund(quote.quote_id) is not None
                    needed = ticket is not None and not posted and self.locks.needed(books, ticket)
                if ticket is not None and needed:
                    self.refund.check(actor, quote)  # what is refused anyway needs no lock
                    self.locks.take(actor, ticket)
                with suppress(_Sent):
                    return self.refund(actor, quote)
            raise Refusal(Reason.CENTRAL_UNREACHABLE)
        finally:
            self.locks.let_go(ticket_id)


def guarded(refund: Refund, locks: TicketLocks) -> EnrolledRefund:
    return EnrolledRefund(store=refund.store, refund=replace(refund, guard=locks.guard), locks=locks)
