"""Asking gateways: an order is taken, asked about without any transaction, and the answer is committed.

A row that somebody is at is left alone; who did not come back in a minute has lost it. One gateway that hangs holds as
many threads as it has places, and no other's.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final
from uuid import UUID

from central.payments.machine import (
    ENDED,
    OPEN,
    REFUND_OPEN,
    Order,
    Refund,
    RefundState,
    Step,
    heard,
    heard_refund,
    next_step,
)
from central.payments.orders import Kept, Rows, due, find_order, find_refund, lock_order, lock_refund
from central.payments.words import Gateway, Said, ToCharge, ToRefund, Word
from central.services import Services
from central.tx import Connection, Tx, in_transaction

PLACES: Final = 4  # calls under way at one gateway, from this process
STEPS_MAX: Final = 4  # in one go: reverse, look, give back, …
TENDED_MAX: Final = 50


class Gateways:
    """Those that this central has, each with its places."""

    def __init__(self, known: Mapping[str, Gateway], places: int = PLACES) -> None:
        self._known = dict(known)
        self._places = {method: threading.BoundedSemaphore(places) for method in known}

    @property
    def methods(self) -> tuple[str, ...]:
        return tuple(self._known)

    def of(self, method: str) -> Gateway | None:
        return self._known.get(method)

    def enter(self, method: str) -> bool:
        """False: all places are taken, nothing may be asked now. True: ``leave`` follows."""
        return self._places[method].acquire(blocking=False)

    def leave(self, method: str) -> None:
        self._places[method].release()


class Asker:
    def __init__(self, services: Services, gateways: Gateways) -> None:
        self._services = services
        self._gateways = gateways
        self._rows = Rows(services)

    # ---- charges

    def charge(self, connection: Connection, method: str, charge: ToCharge, intent_id: UUID, worker: UUID) -> None:
        """The first question, of a row that was made for it by ``worker``; the place is the caller's."""
        gateway = self._gateways.of(method)
        assert gateway is not None
        word = gateway.charge(charge)
        in_transaction(connection, partial(self._heard, intent_id, worker, Step.CHARGE, word, gateway))

    def advance(self, connection: Connection, intent_id: UUID, method: str) -> bool:
        """One charge as far as it goes now. True: the gateway is silent, or has no place: not worth asking more."""
        gateway = self._gateways.of(method)
        if gateway is None or not self._gateways.enter(method):
            return True
        silent = False
        try:
            for n in range(STEPS_MAX):
                taken = in_transaction(connection, partial(self._take, intent_id, gateway, again=n > 0))
                if taken is None:
                    break
                order, step, worker = taken
                word = self._ask(gateway, order, step)
                silent = word.said is Said.UNKNOWN
                in_transaction(connection, partial(self._heard, intent_id, worker, step, word, gateway))
        finally:
            self._gateways.leave(method)
        return silent

    def _take(self, intent_id: UUID, gateway: Gateway, tx: Tx, *, again: bool) -> tuple[Order, Step, UUID] | None:
        now = self._services.clock.now()
        kept = lock_order(tx, intent_id)
        if kept is None or kept.order is None or kept.busy(now):
            return None
        if again and (kept.order.due_at is None or kept.order.due_at > now):
            return None
        step = next_step(kept.order, now, gateway.reverse_after_s)
        if step is None:
            return None
        return kept.order, step, self._rows.take(tx, intent_id)

    @staticmethod
    def _ask(gateway: Gateway, order: Order, step: Step) -> Word:
        match step:
            case Step.REVERSE:
                return gateway.reverse(order.number)
            case Step.GIVE_BACK:
                said = ToRefund(
                    number=order.number,
                    refund_number=give_back_number(order.number),
                    amount_minor=order.amount_minor,
                    whole_minor=order.amount_minor,
                    currency=order.currency,
                )
                word = gateway.refund(said)
                # Accepted, now or before: whether it was carried out is another question.
                return gateway.query_refund(said) if word.said is Said.WAITING else word
            case _:
                return gateway.query(order.number)

    def _heard(self, intent_id: UUID, worker: UUID, step: Step, word: Word, gateway: Gateway, tx: Tx) -> None:
        """Commits an answer. Of who took too long it is only noted; the next look finds what is true."""
        now = self._services.clock.now()
        kept = lock_order(tx, intent_id)
        assert kept is not None
        assert kept.order is not None, "it was asked about"
        if kept.worker != worker:
            self._rows.event(tx, intent_id, step.value, kept.order.state, {**word.fields, "late": True})
            if kept.order.state in ENDED and word.said is not Said.UNKNOWN:
                # What was given up may have been paid by this very call: look again, now.
                looked_at = replace(kept.order, late_check=True, due_at=now)
                self._rows.put(tx, looked_at, "late", {}, leave=False)
            return
        order = heard(kept.order, step, word, now, gateway.reverse_after_s)
        self._rows.put(tx, order, step.value, dict(word.fields))

    # ---- refunds

    def refund(self, connection: Connection, intent_id: UUID, method: str) -> bool:
        """One refund, one question: it is sent, or asked for. True as in ``advance``."""
        gateway = self._gateways.of(method)
        if gateway is None or not self._gateways.enter(method):
            return True
        try:
            taken = in_transaction(connection, partial(self._take_refund, intent_id))
            if taken is None:
                return False
            refund, send, worker = taken
            said = ToRefund(
                number=refund.number,
                refund_number=refund.refund_number,
                amount_minor=refund.amount_minor,
                whole_minor=refund.whole_minor,
                currency=refund.currency,
            )
            word = gateway.refund(said) if send else gateway.query_refund(said)
            in_transaction(connection, partial(self._heard_refund, intent_id, worker, word, send))
            return word.said is Said.UNKNOWN
        finally:
            self._gateways.leave(method)

    def _take_refund(self, intent_id: UUID, tx: Tx) -> tuple[Refund, bool, UUID] | None:
        """``True``: it is to be sent (again: under its number it is paid once)."""
        now = self._services.clock.now()
        kept = lock_refund(tx, intent_id)
        if kept is None or kept.refund is None or kept.busy(now) or kept.state not in REFUND_OPEN:
            return None
        refund = kept.refund
        send = refund.ask_again or (refund.state is RefundState.SENT and kept.asked_at is None)
        return refund, send, self._rows.take(tx, intent_id, refund=True)

    def _heard_refund(self, intent_id: UUID, worker: UUID, word: Word, send: bool, tx: Tx) -> None:
        kept = lock_refund(tx, intent_id)
        assert kept is not None
        assert kept.refund is not None, "it was asked about"
        step = "refund" if send else "query_refund"
        if kept.worker != worker:
            self._rows.event(tx, intent_id, step, kept.state, {**word.fields, "late": True})
            return
        refund = heard_refund(kept.refund, word, self._services.clock.now())
        self._rows.put_refund(tx, refund, step, dict(word.fields))

    # ---- by itself

    def tend(self, method: str, connection: Connection) -> int:
        """What is due at one gateway. After a silence the rest waits for the next round: it is not hammered."""
        now = self._services.clock.now()
        done = 0
        for intent_id, is_refund in due(Tx(connection), method, now, TENDED_MAX):
            ask = self.refund if is_refund else self.advance
            silent = ask(connection, intent_id, method)
            done += 1
            if silent:
                break
        return done

    def see(self, connection: Connection, intent_id: UUID, *, refund: bool) -> None:
        """Asked by a counter: at the gateway too, unless that was done a second ago or somebody is at it."""
        now = self._services.clock.now()
        kept = find_refund(Tx(connection), intent_id) if refund else find_order(Tx(connection), intent_id)
        if kept is None or kept.busy(now):
            return
        if isinstance(kept, Kept) and (kept.order is None or kept.order.state not in OPEN):
            return
        if kept.asked_at is not None and (now - kept.asked_at).total_seconds() < 1:
            return
        if refund:
            self.refund(connection, intent_id, kept.method)
        else:
            self.advance(connection, intent_id, kept.method)


def give_back_number(number: str) -> str:
    """Of the refund that follows a reversal in vain: fixed with the charge's own."""
    return f"GB{number}"


__all__ = ["Asker", "Gateways", "give_back_number"]
