"""What a gateway contradicted itself about, or never settled: two people look into its own books, and say what is so.

Nothing is sent to the gateway. A window that asks afterwards hears the decision as any other state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from central.acts import ActKind, Acts
from central.payments.machine import OPEN, REFUND_OPEN, RefundState, State
from central.payments.orders import Rows, lock_order, lock_refund
from central.services import Services
from central.staff import demand_two
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.journal import Json, timestamp
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal

LISTED_MAX: Final = 2_000
REASON_MAX: Final = 200


class Verdict(StrEnum):
    """Of a charge: the gateway has the money; never got any; gave it back. Of a refund: the customer has it, or not."""

    PAID = "paid"
    NOT_PAID = "not-paid"
    REVERSED = "reversed"
    PAID_BACK = "paid-back"
    NOT_PAID_BACK = "not-paid-back"


_CHARGE: Final = {
    Verdict.PAID: State.APPROVED,
    Verdict.NOT_PAID: State.NOT_PERFORMED,
    Verdict.REVERSED: State.REVERSED,
}
_REFUND: Final = {Verdict.PAID_BACK: RefundState.PAID_BACK, Verdict.NOT_PAID_BACK: RefundState.NOT_PERFORMED}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPayment:
    """``what``: charge, refund. ``number``: under which the gateway's own pages have it."""

    intent_id: UUID
    what: str
    method: str
    window: str
    amount_minor: int
    currency: str
    state: str
    reason: str
    number: str
    reference: str
    sent_at: datetime

    def fields(self) -> dict[str, Any]:
        return {
            "id": str(self.intent_id),
            "what": self.what,
            "method": self.method,
            "window": self.window,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
            "state": self.state,
            "reason": self.reason,
            "number": self.number,
            "reference": self.reference,
            "sent_at": timestamp(self.sent_at),
        }


@dataclass(frozen=True, slots=True)
class Deciding:
    services: Services

    def open(self, connection: Connection, *, asked_too: bool = False) -> list[OpenPayment]:
        """Those that wait for people, oldest first; ``asked_too``: and those that central still asks about."""
        states = ["manual"]
        if asked_too:
            states += [*(one.value for one in OPEN), *(one.value for one in REFUND_OPEN)]
        rows = Tx(connection).rows(
            "SELECT p.*, d.station_code || '/' || d.counter FROM ("
            "SELECT intent_id, 'charge' AS what, method, amount_minor, currency, state, reason, number, reference,"
            " sent_at, device_id FROM payment_order WHERE state = ANY(%s) AND order_id IS NOT NULL UNION ALL"
            " SELECT intent_id, 'refund', method, amount_minor, currency, state, reason, refund_number, reference,"
            " sent_at, device_id FROM payment_refund WHERE state = ANY(%s) AND amount_minor IS NOT NULL) AS p"
            " JOIN device d ON d.device_id = p.device_id ORDER BY p.state <> 'manual', p.sent_at, p.intent_id LIMIT %s",
            (states, states, LISTED_MAX),
        )
        return [
            OpenPayment(
                intent_id=row[0],
                what=row[1],
                method=row[2],
                window=row[11],
                amount_minor=row[3],
                currency=row[4],
                state=row[5],
                reason=row[6],
                number=row[7],
                reference=row[8],
                sent_at=row[9],
            )
            for row in rows
        ]

    def decide(
        self, connection: Connection, first: Actor, second: Actor, intent_id: UUID, verdict: Verdict, reason: str
    ) -> None:
        """Raises Refusal: NOT_ALLOWED, SECOND_PERSON_NEEDED, REASON_NEEDED, BAD_INPUT(reason, payment, verdict)."""
        demand_two(first, second)
        plain = " ".join(reason.split())
        if not plain:
            raise Refusal(Reason.REASON_NEEDED)
        if len(plain) > REASON_MAX or not plain.isprintable():
            raise Refusal(Reason.BAD_INPUT, field="reason")

        def work(tx: Tx) -> None:
            said: dict[str, Json] = {"verdict": verdict.value, "by": first.login, "second": second.login}
            before = self._charge(tx, intent_id, verdict, said) or self._refund(tx, intent_id, verdict, said)
            if before is None:
                raise Refusal(Reason.BAD_INPUT, field="payment", detail="nobody waits for a decision about it")
            body: dict[str, Json] = {
                "intent_id": str(intent_id),
                "verdict": verdict.value,
                "was": before,
                "reason": plain,
            }
            Acts(self.services).append(tx, ActKind.PAYMENT_DECIDED, body, by=first, second=second)

        in_transaction(connection, work)

    def _charge(self, tx: Tx, intent_id: UUID, verdict: Verdict, said: dict[str, Json]) -> str | None:
        """Why it was for people; None: it is not."""
        kept = lock_order(tx, intent_id)
        if kept is None or kept.order is None or kept.order.state is not State.MANUAL:
            return None
        state = _CHARGE.get(verdict)
        if state is None:
            raise Refusal(Reason.BAD_INPUT, field="verdict", detail="it is a charge")
        order, paid = kept.order, state is not State.NOT_PERFORMED
        now = self.services.clock.now()
        decided = replace(
            order,
            state=state,
            reason="decided",
            paid=paid,
            paid_at=(order.paid_at or now) if paid else order.paid_at,
            given_back=state is State.REVERSED,
            giving_back=False,
            late_check=False,
            due_at=None,
        )
        Rows(self.services).put(tx, decided, "decided", said)
        return order.reason or State.MANUAL.value

    def _refund(self, tx: Tx, intent_id: UUID, verdict: Verdict, said: dict[str, Json]) -> str | None:
        kept = lock_refund(tx, intent_id)
        if kept is None or kept.refund is None or kept.refund.state is not RefundState.MANUAL:
            return None
        state = _REFUND.get(verdict)
        if state is None:
            raise Refusal(Reason.BAD_INPUT, field="verdict", detail="it is a refund")
        refund = kept.refund
        decided = replace(
            refund,
            state=state,
            reason="decided",
            paid_at=self.services.clock.now() if state is RefundState.PAID_BACK else None,
            ask_again=False,
            due_at=None,
        )
        Rows(self.services).put_refund(tx, decided, "decided", said)
        return refund.reason or RefundState.MANUAL.value


__all__ = ["Deciding", "OpenPayment", "Verdict"]
