"""One charge at a gateway: its states, what is done next, and what an answer makes of it. Pure rules.

A charge is SENT before the gateway is asked: whatever happens after that, somebody asks how it stands. What is not
known to be paid 45 s after it was sent is taken back, and asked for once more after that: money that turns up where it
should be gone is given back under a number that was fixed beforehand, once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from central.payments.words import Said, Word

QUERY_EVERY: Final = timedelta(seconds=5)
REVERSE_AFTER: Final = timedelta(seconds=45)  # nobody at a window waits longer for a wallet
# A number that the gateway does not know may still be on its way to it: longer than any line holds a request.
ABSENT_AFTER: Final = timedelta(seconds=120)
LATE_CHECK: Final = timedelta(minutes=10)  # what was given up unpaid is looked at once more
WAIT_MAX: Final = timedelta(minutes=10)
GIVE_UP: Final = timedelta(days=7)  # a person has to look into the gateway's own books by then


class State(StrEnum):
    """Stored. ``NOT_PERFORMED`` and ``DECLINED``: no money moved. ``REVERSED``: none is held any more."""

    SENT = "sent"
    PENDING = "pending"
    UNKNOWN = "unknown"
    APPROVED = "approved"
    DECLINED = "declined"
    NOT_PERFORMED = "not_performed"
    REVERSING = "reversing"
    REVERSED = "reversed"
    MANUAL = "manual"


OPEN: Final = frozenset({State.SENT, State.PENDING, State.UNKNOWN, State.REVERSING})
ENDED: Final = frozenset({State.DECLINED, State.NOT_PERFORMED, State.REVERSED})


class Step(StrEnum):
    CHARGE = "charge"
    QUERY = "query"
    REVERSE = "reverse"
    GIVE_BACK = "give_back"  # a refund of the whole, of what should have been gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """``paid``: the gateway said so at some time. ``taken_back``: it said that a reversal was carried out.

    ``given_back``: it said so of the refund that follows a reversal in vain. ``asked_reverse``: the last step was one,
    so the next is to look. ``due_at``: when central looks at it by itself; None: never again. ``tries``: in a row,
    without an answer.
    """

    intent_id: UUID
    number: str
    amount_minor: int
    currency: str
    state: State
    sent_at: datetime
    reason: str = ""
    reference: str = ""
    payer: str = ""
    paid: bool = False
    paid_at: datetime | None = None
    taken_back: bool = False
    given_back: bool = False
    giving_back: bool = False
    asked_reverse: bool = False
    late_check: bool = False
    tries: int = 0
    due_at: datetime | None = None


def next_step(order: Order, now: datetime, reverse_after_s: int) -> Step | None:
    """What to ask the gateway now. None: nothing, or not yet."""
    if order.giving_back and not order.given_back:
        return Step.GIVE_BACK
    if order.state in ENDED:
        return Step.QUERY if order.late_check else None
    if order.state not in OPEN:
        return None
    if order.state is not State.REVERSING or order.taken_back or order.asked_reverse:
        return Step.QUERY
    return Step.REVERSE if now >= order.sent_at + timedelta(seconds=reverse_after_s) else None


def want_reversal(order: Order, now: datetime, reason: str, reverse_after_s: int) -> Order:
    """It shall be taken back, paid or not. One that has ended stays as it is."""
    if order.state in ENDED or order.state in {State.REVERSING, State.MANUAL}:
        return order
    earliest = order.sent_at + timedelta(seconds=reverse_after_s)
    return replace(order, state=State.REVERSING, reason=reason, due_at=max(now, earliest), tries=0, asked_reverse=False)


def heard(order: Order, step: Step, word: Word, now: datetime, reverse_after_s: int) -> Order:
    """The order after an answer to ``step``. What is not new changes nothing but when it is looked at next."""
    if word.said is Said.PAID and (word.amount_minor, word.currency) != (order.amount_minor, order.currency):
        # Signed, and of another amount: nothing that a program may decide.
        return replace(_noted(order, word), state=State.MANUAL, reason="amount_differs", due_at=None)
    match step:
        case Step.GIVE_BACK:
            return _given_back(order, word, now)
        case Step.REVERSE:
            return _reversed(order, word, now)
        case _:
            if word.said is Said.PAID:
                order = replace(order, paid_at=order.paid_at or word.at or now)
            found = _answered(order, word, now) if order.state is not State.REVERSING else _looked(order, word, now)
    if found.due_at is not None and next_step(found, found.due_at, reverse_after_s) is None:
        found = replace(found, due_at=found.sent_at + timedelta(seconds=reverse_after_s))
    if found.state in {State.PENDING, State.UNKNOWN} and now >= found.sent_at + REVERSE_AFTER:
        return want_reversal(found, now, "too_late", reverse_after_s)
    return found


def _answered(order: Order, word: Word, now: datetime) -> Order:
    """Of a charge, or a question, while nobody wants it back."""
    noted = _noted(order, word)
    if order.state in ENDED:  # the look at what was given up
        if word.said is Said.PAID:
            return replace(noted, paid=True, giving_back=True, late_check=False, reason="paid_after_all", due_at=now)
        if word.said is Said.UNKNOWN:
            return _later(order, now)
        return replace(order, late_check=False, due_at=None)
    match word.said:
        case Said.PAID:
            return replace(noted, state=State.APPROVED, paid=True, reason="", due_at=None)
        case Said.REFUSED:
            return replace(noted, state=State.DECLINED, reason=word.reason or "refused", due_at=None)
        case Said.CLOSED:
            return replace(noted, state=State.NOT_PERFORMED, reason=word.reason or "closed", due_at=None)
        case Said.WAITING:
            due = now + QUERY_EVERY
            return replace(noted, state=State.PENDING, reason=word.reason or "customer_asked", tries=0, due_at=due)
        case _:
            due = min(now + QUERY_EVERY, max(now, order.sent_at + REVERSE_AFTER))
            return replace(order, state=State.UNKNOWN, reason=word.reason or word.said.value, due_at=due)


def _looked(order: Order, word: Word, now: datetime) -> Order:
    """Of a question while it is being taken back."""
    noted = replace(_noted(order, word), asked_reverse=False)
    match word.said:
        case Said.CLOSED:
            return _gone(noted, now)
        case Said.REFUSED:  # it had failed by itself: nothing was there to be taken back
            return _gone(noted, now)
        case Said.PAID if order.taken_back:
            return replace(noted, paid=True, giving_back=True, reason="paid_after_all", tries=0, due_at=now)
        case Said.PAID:
            return replace(noted, paid=True, due_at=now)
        case Said.ABSENT if not order.paid and now >= order.sent_at + ABSENT_AFTER:
            return _gone(noted, now)
        case Said.ABSENT | Said.WAITING:
            return replace(noted, taken_back=False, tries=0, due_at=now + QUERY_EVERY)
        case _:
            return _later(order, now)


def _reversed(order: Order, word: Word, now: datetime) -> Order:
    tried = replace(order, asked_reverse=True)
    match word.said:
        case Said.DONE:
            return replace(_noted(tried, word), taken_back=True, tries=0, due_at=now)
        case Said.REFUSED if order.paid:  # too old, or refunded in part: only a refund is left
            return replace(tried, giving_back=True, reason=word.reason or "reverse_refused", due_at=now)
        case Said.AGAIN | Said.UNKNOWN:
            return _later(tried, now)
        case _:
            return replace(tried, due_at=now)


def _given_back(order: Order, word: Word, now: datetime) -> Order:
    match word.said:
        case Said.DONE:
            return replace(order, given_back=True, state=State.REVERSED, reason="paid_back", due_at=None)
        case Said.REFUSED:
            return replace(order, state=State.MANUAL, giving_back=False, reason="give_back_refused", due_at=None)
        case _:
            return _later(order, now)


def _gone(order: Order, now: datetime) -> Order:
    """No money is held. What was never seen paid is looked at once more, long after."""
    return replace(
        order,
        state=State.REVERSED if order.paid else State.NOT_PERFORMED,
        late_check=not order.paid,
        tries=0,
        due_at=None if order.paid else now + LATE_CHECK,
    )


def _noted(order: Order, word: Word) -> Order:
    return replace(order, reference=word.reference or order.reference, payer=word.payer or order.payer)


def _later(order: Order, now: datetime) -> Order:
    """Without an answer: again after 5 s, 10 s, 20 s, … 10 minutes; not for ever."""
    if now > order.sent_at + GIVE_UP:
        return replace(order, state=State.MANUAL, reason="gave_up", due_at=None)
    wait = min(WAIT_MAX, QUERY_EVERY * 2 ** min(order.tries, 10))
    return replace(order, tries=order.tries + 1, due_at=now + wait)


# ---- refunds -----------------------------------------------------------------------------------------------------


class RefundState(StrEnum):
    SENT = "sent"
    PENDING = "pending"
    UNKNOWN = "unknown"
    PAID_BACK = "paid_back"
    DECLINED = "declined"
    NOT_PERFORMED = "not_performed"
    MANUAL = "manual"


REFUND_OPEN: Final = frozenset({RefundState.SENT, RefundState.PENDING, RefundState.UNKNOWN})
REFUND_COUNTS: Final = REFUND_OPEN | {RefundState.PAID_BACK, RefundState.MANUAL}
"""Against what is left of the charge: what was paid back, or may have been."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """``ask_again``: the gateway does not know the number, or asked for it: sending it again cannot pay twice."""

    intent_id: UUID
    charge_id: UUID
    number: str
    refund_number: str
    amount_minor: int
    whole_minor: int
    currency: str
    state: RefundState
    sent_at: datetime
    reason: str = ""
    reference: str = ""
    paid_at: datetime | None = None
    ask_again: bool = False
    tries: int = 0
    due_at: datetime | None = None


def heard_refund(refund: Refund, word: Word, now: datetime) -> Refund:
    """After an answer to a refund, or to a question about it."""
    noted = replace(refund, reference=word.reference or refund.reference, ask_again=False)
    match word.said:
        case Said.DONE if word.amount_minor not in {None, refund.amount_minor}:
            return replace(noted, state=RefundState.MANUAL, reason="amount_differs", due_at=None)
        case Said.DONE:
            return replace(noted, state=RefundState.PAID_BACK, reason="", paid_at=word.at or now, due_at=None)
        case Said.REFUSED:
            return replace(noted, state=RefundState.DECLINED, reason=word.reason or "refused", due_at=None)
        case Said.WAITING:
            due = now + min(WAIT_MAX, QUERY_EVERY * 2 ** min(refund.tries, 10))
            return replace(
                noted, state=RefundState.PENDING, reason=word.reason or "under_way", tries=refund.tries + 1, due_at=due
            )
        case Said.ABSENT | Said.AGAIN:
            return replace(_refund_later(noted, now, word), ask_again=True)
        case _:
            return _refund_later(replace(noted, ask_again=refund.ask_again), now, word)


def _refund_later(refund: Refund, now: datetime, word: Word) -> Refund:
    if now > refund.sent_at + GIVE_UP:
        return replace(refund, state=RefundState.MANUAL, reason="gave_up", due_at=None)
    wait = min(WAIT_MAX, QUERY_EVERY * 2 ** min(refund.tries, 10))
    return replace(
        refund,
        state=RefundState.UNKNOWN,
        reason=word.reason or word.said.value,
        tries=refund.tries + 1,
        due_at=now + wait,
    )
