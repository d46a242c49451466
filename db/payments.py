"""Payments in the store: intents, legs, slips, differences, closings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from counter_app.domain.journal import canonical
from counter_app.domain.money import Money
from counter_app.domain.payments import Direction, PaymentIntent, PaymentState, Tender, read_evidence
from counter_app.ports.payments import Difference, DifferenceState, Slip, TenderLeg
from db.context import Context, from_ms, maybe_from_ms, maybe_ms, to_ms

_INTENT: Final = (
    "intent_id, order_id, refund_id, charge_id, shift_id, user_id, clerk, direction, tender, amount_minor, currency, "
    "device, terminal_id, baseline, state, created_at, sent_at, moved_at, evidence, reason, reverses, carried, bound, "
    "superseded, unsettled, journal_seq"
)
_SELECT: Final = f"SELECT {_INTENT} FROM payment_intent"  # noqa: S608 - constants of this file
_PUT: Final = f"""
    INSERT INTO payment_intent ({_INTENT}) VALUES ({", ".join("?" * 26)})
    ON CONFLICT (intent_id) DO UPDATE SET terminal_id = excluded.terminal_id, baseline = excluded.baseline,
        state = excluded.state, sent_at = excluded.sent_at, moved_at = excluded.moved_at, evidence = excluded.evidence,
        reason = excluded.reason, carried = excluded.carried, bound = excluded.bound, superseded = excluded.superseded,
        unsettled = excluded.unsettled, journal_seq = excluded.journal_seq
"""  # noqa: S608
_LEG: Final = "journal_seq, n, order_id, refund_id, tender, amount_minor, rounding_minor, intent_id, shift_id"
_DIFFERENCE: Final = (
    "difference_id, source, found_at, kind, tender, ours_minor, theirs_minor, intent_id, detail, state, owner, note"
)
_PUT_DIFFERENCE: Final = f"""
    INSERT INTO difference ({_DIFFERENCE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (difference_id) DO UPDATE SET state = excluded.state, owner = excluded.owner, note = excluded.note
"""  # noqa: S608
SLIPS_MAX: Final = 32  # of one intent, those of what came to nothing included


class SqlPayments:
    def __init__(self, context: Context) -> None:
        self._context = context

    # ---- reading

    def intent(self, intent_id: UUID) -> PaymentIntent | None:
        found = self._context.row(f"{_SELECT} WHERE intent_id = ?", (str(intent_id),))
        return None if found is None else _intent(found)

    def of_order(self, order_id: UUID) -> list[PaymentIntent]:
        return self._intents("WHERE order_id = ? ORDER BY created_at, intent_id", str(order_id))

    def of_refund(self, refund_id: UUID) -> list[PaymentIntent]:
        return self._intents("WHERE refund_id = ? ORDER BY created_at, intent_id", str(refund_id))

    def unresolved(self) -> list[PaymentIntent]:
        return self._intents("WHERE unsettled = 1 ORDER BY created_at, intent_id")

    def unsettled_of_shift(self, shift_id: UUID) -> list[PaymentIntent]:
        return self._intents("WHERE unsettled = 1 AND shift_id = ? ORDER BY created_at, intent_id", str(shift_id))

    def at_device(self, device: str, since: datetime) -> list[PaymentIntent]:
        return self._intents(
            "WHERE device = ? AND moved_at > ? AND state NOT IN ('declined', 'not_performed') "
            "ORDER BY created_at, intent_id",
            device,
            to_ms(since),
        )

    def legs_of_order(self, order_id: UUID) -> list[TenderLeg]:
        found = self._context.rows(
            f"SELECT {_LEG} FROM tender_leg WHERE order_id = ? ORDER BY journal_seq, n",  # noqa: S608
            (str(order_id),),
        )
        return [_leg(row) for row in found]

    def slips(self, intent_id: UUID) -> list[Slip]:
        found = self._context.rows(
            "SELECT whose, lines FROM payment_slip WHERE intent_id = ? ORDER BY n", (str(intent_id),)
        )
        return [Slip(whose=whose, lines=tuple(json.loads(lines))) for whose, lines in found]

    def slip_ids(self, intent_id: UUID) -> list[UUID]:
        found = self._context.rows("SELECT slip_id FROM payment_slip WHERE intent_id = ? ORDER BY n", (str(intent_id),))
        return [UUID(slip_id) for (slip_id,) in found]

    def slip(self, slip_id: UUID) -> Slip | None:
        found = self._context.row("SELECT whose, lines FROM payment_slip WHERE slip_id = ?", (str(slip_id),))
        return None if found is None else Slip(whose=found[0], lines=tuple(json.loads(found[1])))

    def differences(self, limit: int) -> list[Difference]:
        found = self._context.rows(
            f"SELECT {_DIFFERENCE} FROM difference ORDER BY state, found_at DESC, difference_id LIMIT ?",  # noqa: S608
            (limit,),
        )
        return [_difference(row) for row in found]

    def difference(self, difference_id: UUID) -> Difference | None:
        found = self._context.row(
            f"SELECT {_DIFFERENCE} FROM difference WHERE difference_id = ?",  # noqa: S608
            (str(difference_id),),
        )
        return None if found is None else _difference(found)

    def last_closing(self, device: str) -> datetime | None:
        return maybe_from_ms(self._context.scalar("SELECT max(at) FROM terminal_closing WHERE device = ?", (device,)))

    def _intents(self, where: str, *parameters: Any) -> list[PaymentIntent]:
        return [_intent(row) for row in self._context.rows(f"{_SELECT} {where}", parameters)]

    # ---- writing

    def put(self, intent: PaymentIntent) -> None:
        self._context.run(_PUT, _row(intent))

    def add_legs(self, legs: Sequence[TenderLeg]) -> None:
        self._context.run_many(
            f"INSERT INTO tender_leg ({_LEG}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            [
                (
                    leg.journal_seq,
                    leg.n,
                    str(leg.order_id),
                    _text(leg.refund_id),
                    leg.tender.value,
                    leg.amount_minor,
                    leg.rounding_minor,
                    _text(leg.intent_id),
                    str(leg.shift_id),
                )
                for leg in legs
            ],
        )

    def put_slips(self, intent_id: UUID, slips: Sequence[Slip]) -> None:
        known = self.slips(intent_id)
        new = [slip for slip in dict.fromkeys(slips) if slip not in known][: max(0, SLIPS_MAX - len(known))]
        self._context.run_many(
            "INSERT INTO payment_slip (intent_id, n, slip_id, whose, lines) VALUES (?, ?, ?, ?, ?)",
            [
                (
                    str(intent_id),
                    n,
                    str(uuid5(intent_id, f"slip {n}")),
                    slip.whose,
                    canonical(list(slip.lines)).decode(),
                )
                for n, slip in enumerate(new, len(known))
            ],
        )

    def put_difference(self, difference: Difference) -> None:
        self._context.run(
            _PUT_DIFFERENCE,
            (
                str(difference.difference_id),
                difference.source,
                to_ms(difference.found_at),
                difference.kind,
                difference.tender.value,
                difference.ours_minor,
                difference.theirs_minor,
                _text(difference.intent_id),
                difference.detail,
                difference.state.value,
                difference.owner,
                difference.note,
            ),
        )

    def put_closing(self, device: str, at: datetime) -> None:
        self._context.run("INSERT INTO terminal_closing (device, at) VALUES (?, ?)", (device, to_ms(at)))


def _text(one: UUID | None) -> str | None:
    return None if one is None else str(one)


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


def _row(intent: PaymentIntent) -> tuple[Any, ...]:
    return (
        str(intent.intent_id),
        str(intent.order_id),
        _text(intent.refund_id),
        _text(intent.charge_id),
        str(intent.shift_id),
        str(intent.user_id),
        intent.clerk,
        intent.direction.value,
        intent.tender.value,
        intent.amount.minor,
        intent.amount.currency,
        intent.device,
        intent.terminal_id,
        intent.baseline,
        intent.state.value,
        to_ms(intent.created_at),
        maybe_ms(intent.sent_at),
        to_ms(intent.moved_at),
        canonical(dict(intent.evidence.fields())).decode(),
        intent.reason,
        intent.reverses,
        intent.carried,
        int(intent.bound),
        int(intent.superseded),
        int(intent.unsettled),
        intent.journal_seq,
    )


def _intent(row: tuple[Any, ...]) -> PaymentIntent:
    return PaymentIntent(
        intent_id=UUID(row[0]),
        order_id=UUID(row[1]),
        refund_id=_id(row[2]),
        charge_id=_id(row[3]),
        shift_id=UUID(row[4]),
        user_id=UUID(row[5]),
        clerk=row[6],
        direction=Direction(row[7]),
        tender=Tender(row[8]),
        amount=Money(row[9], row[10]),
        device=row[11],
        terminal_id=row[12],
        baseline=row[13],
        state=PaymentState(row[14]),
        created_at=from_ms(row[15]),
        sent_at=maybe_from_ms(row[16]),
        moved_at=from_ms(row[17]),
        evidence=read_evidence(json.loads(row[18])),
        reason=row[19],
        reverses=row[20],
        carried=row[21],
        bound=bool(row[22]),
        superseded=bool(row[23]),
        journal_seq=row[25],
    )


def _leg(row: tuple[Any, ...]) -> TenderLeg:
    return TenderLeg(
        journal_seq=row[0],
        n=row[1],
        order_id=UUID(row[2]),
        refund_id=_id(row[3]),
        tender=Tender(row[4]),
        amount_minor=row[5],
        rounding_minor=row[6],
        intent_id=_id(row[7]),
        shift_id=UUID(row[8]),
    )


def _difference(row: tuple[Any, ...]) -> Difference:
    return Difference(
        difference_id=UUID(row[0]),
        source=row[1],
        found_at=from_ms(row[2]),
        kind=row[3],
        tender=Tender(row[4]),
        ours_minor=row[5],
        theirs_minor=row[6],
        intent_id=_id(row[7]),
        detail=row[8],
        state=DifferenceState(row[9]),
        owner=row[10],
        note=row[11],
    )
