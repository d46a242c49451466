"""What judged entries say of each payment, as rows: by its id they are found without reading journals.

``payment_entry`` has a row for each entry and payment that it names; ``terminal_closing`` each end of a terminal's day,
with what the window found and resolved of it in ``window_difference``. All can be made again from the entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from central.journal.facts import RefundedFact, SoldFact, Told, read_told
from central.journal.payment_facts import ClosedFact, DifferenceFact, PaidOutFact, PaymentFact, ResolvedFact
from central.journal.reading import Unreadable
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.verdicts import Why

BATCH: Final = 1_000
_SPOILT: Final = [Why.CORRUPT.value, Why.BAD_SIGNATURE.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTold:
    """``kind``: created, again (instead of one that came to nothing), moved, sold, refunded, paid_out."""

    seq: int
    intent_id: UUID
    kind: str
    state: str = ""
    direction: str = ""
    tender: str = ""
    amount_minor: int | None = None
    currency: str = ""
    order_id: UUID | None = None
    terminal: str = ""
    takes_back: UUID | None = None
    at: datetime


def payments_in(told: Told) -> Iterator[PaymentTold]:
    seq, at = told.seq, told.at
    match told.fact:
        case PaymentFact(begun=None, state=""):
            pass  # carried past the end of a shift: nothing moved
        case PaymentFact(intent_id=intent_id, begun=None, state=state):
            yield PaymentTold(seq=seq, intent_id=intent_id, kind="moved", state=state, at=at)
        case PaymentFact(intent_id=intent_id, begun=begun, state=state):
            assert begun is not None
            yield PaymentTold(
                seq=seq,
                intent_id=intent_id,
                kind="again" if begun.again else "created",
                state=state,
                direction=begun.direction,
                tender=begun.tender,
                amount_minor=begun.amount_minor,
                currency=begun.currency,
                order_id=begun.order_id,
                terminal=begun.terminal,
                takes_back=begun.takes_back,
                at=at,
            )
        case SoldFact() | RefundedFact() as fact:
            sold = isinstance(fact, SoldFact)
            for leg in fact.legs:
                if leg.intent_id is not None:
                    yield PaymentTold(
                        seq=seq,
                        intent_id=leg.intent_id,
                        kind="sold" if sold else "refunded",
                        direction="charge" if sold else "refund",
                        tender=leg.tender,
                        amount_minor=abs(leg.amount_minor),
                        currency=fact.currency,
                        order_id=fact.order_id if isinstance(fact, SoldFact) else None,
                        at=at,
                    )
        case PaidOutFact(intent_id=intent_id, currency=currency, legs=(instead, _)):
            yield PaymentTold(
                seq=seq,
                intent_id=intent_id,
                kind="paid_out",
                direction="refund",
                tender=instead.tender,
                amount_minor=instead.amount_minor,
                currency=currency,
                at=at,
            )
        case _:
            pass


_NAMES: Final = tuple(one.name for one in fields(PaymentTold))


def write_payments(tx: Tx, device_id: UUID, epoch: int, told: Iterable[Told]) -> None:
    """In the transaction that judges; what is here already stays as it is."""
    entries = list(told)
    rows = [row for one in entries for row in payments_in(one)]
    if rows:
        columns = [[getattr(row, name) for row in rows] for name in _NAMES]
        tx.run(
            "INSERT INTO payment_entry (device_id, epoch, seq, intent_id, kind, state, direction, tender, amount_minor,"
            " currency, order_id, terminal, takes_back, at) SELECT %s, %s, * FROM unnest(%s::bigint[], %s::uuid[],"
            " %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::uuid[], %s::text[],"
            " %s::uuid[], %s::timestamptz[])"
            " ON CONFLICT DO NOTHING",
            (device_id, epoch, *columns),
        )
    for one in entries:
        match one.fact:
            case ClosedFact() as closed:
                tx.run(
                    "INSERT INTO terminal_closing (device_id, epoch, seq, terminal, done, count, total_minor,"
                    " theirs_count, theirs_minor, currency, at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
                    " ON CONFLICT DO NOTHING",
                    (
                        *(device_id, epoch, one.seq, closed.terminal, closed.done, closed.count, closed.total_minor),
                        *(closed.theirs_count, closed.theirs_minor, closed.currency, closed.at),
                    ),
                )
            case DifferenceFact() as found:
                tx.run(
                    "INSERT INTO window_difference (device_id, difference_id, terminal, kind, found_at)"
                    " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                    (device_id, found.difference_id, found.terminal, found.kind, found.found_at),
                )
            case ResolvedFact() as resolved:
                tx.run(
                    "UPDATE window_difference SET owner = %s, note = %s WHERE device_id = %s AND difference_id = %s",
                    (resolved.owner, resolved.note, device_id, resolved.difference_id),
                )
            case _:
                pass


def wrong_payments(tx: Tx, device_id: UUID, epoch: int, told: Iterable[Told], first: int, last: int) -> list[int]:
    """Of these entries, the numbers of those that say something else than their rows."""
    rows = tx.rows(
        "SELECT seq, intent_id, kind, state, direction, tender, amount_minor, currency, order_id, terminal,"
        " takes_back, at FROM payment_entry WHERE device_id = %s AND epoch = %s AND seq BETWEEN %s AND %s",
        (device_id, epoch, first, last),
    )
    said = {payment for one in told for payment in payments_in(one)}
    return sorted({one.seq for one in {payment_told(row) for row in rows} ^ said})


def payment_told(row: Sequence[Any]) -> PaymentTold:
    return PaymentTold(**dict(zip(_NAMES, row, strict=True)))


def fill(connection: Connection) -> int:
    """The rows of entries that were judged before there were any, all or none. Returns how many entries were read."""
    return in_transaction(connection, _fill)


def _fill(tx: Tx) -> int:
    if tx.scalar("SELECT 1 FROM payment_entry LIMIT 1"):
        return 0
    read = 0
    for device_id, epoch, judged in tx.rows("SELECT device_id, epoch, judged_seq FROM chain ORDER BY 1, 2"):
        after = 0
        while batch := tx.rows(
            "SELECT e.seq, e.raw FROM entry e LEFT JOIN verdict v ON v.device_id = e.device_id AND v.epoch = e.epoch"
            " AND v.seq = e.seq AND v.judgement = 'quarantined' AND v.reason = ANY(%s)"
            " WHERE e.device_id = %s AND e.epoch = %s AND e.seq > %s AND e.seq <= %s AND v.seq IS NULL"
            " ORDER BY e.seq LIMIT %s",
            (_SPOILT, device_id, epoch, after, judged, BATCH),
        ):
            write_payments(tx, device_id, epoch, _readable(epoch, batch))
            after = batch[-1][0]
            read += len(batch)
    return read


def _readable(epoch: int, batch: Iterable[tuple[Any, ...]]) -> Iterator[Told]:
    for seq, raw in batch:
        try:
            yield read_told(bytes(raw), epoch=epoch, seq=seq)
        except Unreadable:
            continue  # quarantined: judged again some day
