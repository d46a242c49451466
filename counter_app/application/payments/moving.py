"""One step of an intent, durable: the record and its entry in one transaction, whoever asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from counter_app.domain.journal import Kind
from counter_app.domain.payment_facts import created_fact, moved_fact
from counter_app.domain.payments import Evidence, PaymentIntent, PaymentState, moved
from counter_app.domain.staff import SYSTEM, Actor
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock
from counter_app.ports.payments import Slip
from counter_app.ports.store import MoneyStore, Reading, Writing


def create(books: Writing, intent: PaymentIntent, *, actor: Actor, replaces: UUID | None = None) -> PaymentIntent:
    """Before anything is sent. ``replaces``: a refund that came to nothing, paid back by this one."""
    entry = books.journal.append(Kind.PAYMENT_CREATED, created_fact(intent, replaces=replaces), actor=actor)
    intent = replace(intent, journal_seq=entry.seq)
    books.payments.put(intent)
    return intent


def move(
    books: Writing,
    intent: PaymentIntent,
    to: PaymentState,
    at: datetime,
    *,
    actor: Actor = SYSTEM,
    evidence: Evidence | None = None,
    reason: str = "",
    baseline: int | None = None,
    terminal_id: str = "",
) -> PaymentIntent:
    """In the transaction of the caller. What devices answer is the system's act, what a person decides is theirs."""
    after = moved(intent, to, at, evidence=evidence, reason=reason, baseline=baseline, terminal_id=terminal_id)
    entry = books.journal.append(Kind.PAYMENT_MOVED, moved_fact(intent, after), actor=actor)
    after = replace(after, journal_seq=entry.seq)
    books.payments.put(after)
    return after


def found(books: Reading | Writing, intent_id: UUID) -> PaymentIntent:
    """Raises Refusal(PAYMENT_NOT_OPEN)."""
    intent = books.payments.intent(intent_id)
    if intent is None:
        raise Refusal(Reason.PAYMENT_NOT_OPEN)
    return intent


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """A step in a transaction of its own. The intent is read again inside it: the latest word counts."""

    store: MoneyStore
    clock: Clock

    def read(self, intent_id: UUID) -> PaymentIntent:
        with self.store.reading() as books:
            return found(books, intent_id)

    def __call__(
        self,
        intent_id: UUID,
        to: PaymentState,
        *,
        actor: Actor = SYSTEM,
        evidence: Evidence | None = None,
        reason: str = "",
        baseline: int | None = None,
        terminal_id: str = "",
        slips: Sequence[Slip] = (),
    ) -> PaymentIntent:
        """Raises Refusal of the store, PAYMENT_NOT_OPEN (to be reversed, and sold upon meanwhile); OutcomeUnknown."""
        with self.store.writing() as books:
            intent = found(books, intent_id)
            if to is PaymentState.REVERSING and intent.bound:
                raise Refusal(Reason.PAYMENT_NOT_OPEN)
            after = move(
                books,
                intent,
                to,
                self.clock.now(),
                actor=actor,
                evidence=evidence,
                reason=reason,
                baseline=baseline,
                terminal_id=terminal_id,
            )
            if slips:
                books.payments.put_slips(intent_id, slips)
            return after
