"""What a person decides about a payment, with a second person: by the terminal's own paper, or past a shift's end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from counter_app.application.credentials import Credentials
from counter_app.application.issuing import selling_shift
from counter_app.application.payment_views import PaymentLeg, Verdict
from counter_app.application.payments.moving import create, found, move
from counter_app.application.payments.payment_list import leg_view
from counter_app.application.rights import demand
from counter_app.domain.journal import Kind
from counter_app.domain.payment_facts import carried_fact
from counter_app.domain.payments import Direction, Evidence, PaymentState
from counter_app.domain.shifts import check_reason
from counter_app.domain.staff import RIGHTS, Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.store import MoneyStore
from counter_app.ports.users import UserRecord

S = PaymentState


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondPerson:
    credentials: Credentials

    def __call__(self, actor: Actor, supervisor: str, password: str) -> UserRecord:
        """Another person than the actor, who may overrule. Raises SECOND_PERSON_NEEDED, BAD_CREDENTIALS, …"""
        login = supervisor.strip()
        if not login or login == actor.login or not password:
            raise Refusal(Reason.SECOND_PERSON_NEEDED)
        verifier = self.credentials.check(login, password)
        if Right.OVERRULE not in RIGHTS[verifier.role] or verifier.user_id == actor.user_id:
            raise Refusal(Reason.SECOND_PERSON_NEEDED)
        return verifier


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidePayment:
    store: MoneyStore
    clock: Clock
    second: SecondPerson

    def __call__(
        self, actor: Actor, intent_id: UUID, verdict: Verdict, *, reason: str, supervisor: str, supervisor_password: str
    ) -> PaymentLeg:
        """Raises Refusal: NOT_ALLOWED, REASON_NEEDED, SECOND_PERSON_NEEDED, BAD_CREDENTIALS, PAYMENT_NOT_OPEN."""
        demand(actor, Right.SELL)
        plain = check_reason(reason)
        verifier = self.second(actor, supervisor, supervisor_password)
        with self.store.writing() as books:
            intent = found(books, intent_id)
            to = {
                Verdict.PAID: S.APPROVED,
                Verdict.NOT_PAID: S.NOT_PERFORMED,
                Verdict.REVERSED: S.REVERSED,
            }[verdict]
            if intent.state is not S.MANUAL:
                raise Refusal(Reason.PAYMENT_NOT_OPEN)
            evidence: Evidence = replace(intent.evidence, code=f"{verifier.login}: {plain}"[:200])
            after = move(
                books, intent, to, self.clock.now(), actor=actor, evidence=evidence, reason="decided_by_supervisor"
            )
        return leg_view(after)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarryPayment:
    store: MoneyStore
    second: SecondPerson

    def __call__(self, actor: Actor, intent_id: UUID, *, note: str, supervisor: str, supervisor_password: str) -> None:
        """Raises Refusal as ``DecidePayment``. It no longer blocks the close, nor its terminal (decisions 15)."""
        demand(actor, Right.SELL)
        plain = check_reason(note)
        verifier = self.second(actor, supervisor, supervisor_password)
        with self.store.writing() as books:
            intent = found(books, intent_id)
            if not intent.unsettled or intent.carried:
                raise Refusal(Reason.PAYMENT_NOT_OPEN)
            word = f"{verifier.login}: {plain}"[:200]
            body = carried_fact(intent, note=word, supervisor_id=verifier.user_id)
            entry = books.journal.append(Kind.PAYMENT_CARRIED, body, actor=actor)
            books.payments.put(replace(intent, carried=word, journal_seq=entry.seq))


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRefund:
    store: MoneyStore
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, intent_id: UUID) -> UUID:
        """A refund's leg that came to nothing, once more, as an intent of its own: to be run.

        Raises Refusal: NOT_ALLOWED, SHIFT_CLOSED, PAYMENT_NOT_OPEN.
        """
        demand(actor, Right.REFUND)
        with self.store.writing() as books:
            intent = found(books, intent_id)
            if intent.direction is not Direction.REFUND or not intent.owed:
                raise Refusal(Reason.PAYMENT_NOT_OPEN)
            shift = selling_shift(books, actor)
            now = self.clock.now()
            again = replace(
                intent,
                intent_id=self.ids.new(),
                shift_id=shift.shift_id,
                user_id=actor.user_id,
                clerk=actor.display_name,
                terminal_id="",
                baseline=None,
                state=S.CREATED,
                created_at=now,
                sent_at=None,
                moved_at=now,
                evidence=Evidence(),
                reason="",
                # A reversal that was refused, or whose terminal is gone, is not tried twice: the card is credited.
                reverses=None if intent.state is S.DECLINED or intent.reason == "another_terminal" else intent.reverses,
                carried="",
            )
            books.payments.put(replace(intent, superseded=True))
            create(books, again, actor=actor, replaces=intent.intent_id)
        return again.intent_id
