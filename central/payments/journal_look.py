"""Payments against the journals: what central (for a card, the window) has as paid, beside what sales and refunds name.

Central's own books hold wallets, vouchers, points and accounts; a card payment is known by the entries of its window
alone, and its sale is compared with those. Of what a window has not told yet nothing is said but whom it waits for.
Reads only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from central.journal.payments_told import PaymentTold, payment_told
from central.payments.differences import Difference, Source
from central.payments.machine import OPEN, REFUND_OPEN
from central.tx import Tx
from counter_app.domain.payments import DEAD, UNRESOLVED, PaymentState, Tender

TOLD_AFTER: Final = timedelta(hours=1)  # no checkout lasts so long: whoever has told what came later has no sale of it
SILENT: Final = timedelta(days=1)  # a window that central heard of after so long, and that tells nothing
_CHUNK: Final = 1_000
_OPEN: Final = frozenset({*(one.value for one in OPEN), *(one.value for one in REFUND_OPEN)})
_UNRESOLVED: Final = frozenset(one.value for one in UNRESOLVED)
_DEAD: Final = frozenset(one.value for one in DEAD)
_APPROVED: Final = PaymentState.APPROVED.value
_AGREES: Final = "agrees"
_NOTHING: Final = "nothing"
_WAITS: Final = "waits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Payments of which a window has not told yet. ``told_until``: the time of its last judged entry; None: none."""

    window: str
    payments: int
    minor: int
    last_heard: datetime | None
    told_until: datetime | None


@dataclass(slots=True)
class Looked:
    """``matched``: payments that agree."""

    matched: int = 0
    found: list[Difference] = field(default_factory=list)
    waiting: dict[UUID, list[int]] = field(default_factory=dict)  # by window: what they come to


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    name: str
    lost: bool
    last_heard: datetime | None
    told_until: datetime | None

    def has_told(self, since: datetime) -> bool:
        """Whether a sale that began then would be known by now."""
        if self.lost or (self.told_until is not None and self.told_until >= since + TOLD_AFTER):
            return True
        return self.last_heard is not None and self.last_heard >= since + SILENT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paid:
    """One payment as the books have it. ``refund``: paid back. ``open``: whoever moves the money is still asked."""

    refund: bool
    method: str
    amount_minor: int
    currency: str
    state: str
    held: bool
    open: bool
    device_id: UUID
    order_id: UUID | None
    since: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class JournalLook:
    """``zone``: whose days are counted."""

    tx: Tx
    zone: ZoneInfo
    windows: dict[UUID, Window] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.windows.update(read_windows(self.tx))

    def days(self, days: Iterable[date]) -> Looked:
        looked = Looked()
        for day in days:
            self._day(day, looked)
        return looked

    def waiting(self, looked: Looked) -> list[Waiting]:
        return [
            Waiting(
                window=self.windows[device_id].name,
                payments=len(amounts),
                minor=sum(amounts),
                last_heard=self.windows[device_id].last_heard,
                told_until=self.windows[device_id].told_until,
            )
            for device_id, amounts in sorted(looked.waiting.items(), key=lambda one: self.windows[one[0]].name)
        ]

    # ---- one day

    def _day(self, day: date, looked: Looked) -> None:
        first = datetime.combine(day, datetime.min.time(), self.zone)
        last = datetime.combine(day + timedelta(days=1), datetime.min.time(), self.zone)
        rows = self.tx.rows(
            "SELECT intent_id FROM payment_order WHERE sent_at >= %s AND sent_at < %s AND order_id IS NOT NULL UNION"
            " SELECT intent_id FROM payment_refund WHERE sent_at >= %s AND sent_at < %s AND amount_minor IS NOT NULL"
            " UNION SELECT intent_id FROM payment_entry WHERE at >= %s AND at < %s AND kind <> 'moved' ORDER BY 1",
            (first, last) * 3,
        )
        ids = [row[0] for row in rows]
        for chunk in (ids[at : at + _CHUNK] for at in range(0, len(ids), _CHUNK)):
            paid, told = self._paid(chunk), self._told(chunk)
            for intent_id in chunk:
                self._one(day, intent_id, paid.get(intent_id), told.get(intent_id, []), looked)

    def _one(
        self, day: date, intent_id: UUID, paid: _Paid | None, told: Sequence[tuple[UUID, PaymentTold]], looked: Looked
    ) -> None:
        if paid is None:
            paid = _by_card(told)
        since = min([one.at for _, one in told] if paid is None else [paid.since])
        if since.astimezone(self.zone).date() != day:
            return  # another day's, on which it was begun
        judged = _judge(paid, told, self.windows)
        device_id = paid.device_id if paid is not None else told[0][0]
        if judged == _AGREES:
            looked.matched += 1
        elif judged == _WAITS:
            assert paid is not None, "somebody has it"
            looked.waiting.setdefault(device_id, []).append(paid.amount_minor)
        elif judged != _NOTHING:
            looked.found.append(self._difference(judged, day, intent_id, paid, told, device_id))

    def _difference(
        self,
        kind: str,
        day: date,
        intent_id: UUID,
        paid: _Paid | None,
        told: Sequence[tuple[UUID, PaymentTold]],
        device_id: UUID,
    ) -> Difference:
        named = [one for _, one in told if one.kind in {"sold", "refunded", "again", "paid_out"}]
        said = next((one for _, one in told if one.amount_minor is not None), None)
        refund = paid.refund if paid is not None else said is not None and said.direction == "refund"
        theirs = named[-1] if named else said
        return Difference(
            source=Source.JOURNAL,
            method=paid.method if paid is not None else (said.tender if said is not None else ""),
            day=day,
            kind=kind,
            what="refund" if refund else "charge",
            number=intent_id.hex,
            ours_minor=None if paid is None else paid.amount_minor,
            theirs_minor=None if theirs is None else theirs.amount_minor,
            ours_state="" if paid is None else paid.state,
            theirs_state=_in_words(told),
            reference="" if paid is None else paid.reference,
            at_window=self.windows[device_id].name,
        )

    # ---- reading

    def _told(self, ids: Sequence[UUID]) -> dict[UUID, list[tuple[UUID, PaymentTold]]]:
        found: dict[UUID, list[tuple[UUID, PaymentTold]]] = {}
        for row in self.tx.rows(
            "SELECT device_id, seq, intent_id, kind, state, direction, tender, amount_minor, currency, order_id,"
            " terminal, takes_back, at FROM payment_entry WHERE intent_id = ANY(%s) ORDER BY device_id, epoch, seq",
            (list(ids),),
        ):
            found.setdefault(row[2], []).append((row[0], payment_told(row[1:])))
        return found

    def _paid(self, ids: Sequence[UUID]) -> dict[UUID, _Paid]:
        rows = self.tx.rows(
            "SELECT intent_id, false, method, amount_minor, currency, state, device_id, order_id,"
            " sent_at, reference FROM payment_order"
            " WHERE intent_id = ANY(%s) AND order_id IS NOT NULL UNION ALL"
            " SELECT r.intent_id, true, r.method, r.amount_minor, r.currency, r.state, r.device_id, o.order_id,"
            " r.sent_at, r.reference FROM payment_refund r"
            " LEFT JOIN payment_order o ON o.intent_id = r.charge_id"
            " WHERE r.intent_id = ANY(%s) AND r.amount_minor IS NOT NULL",
            (list(ids), list(ids)),
        )
        return {
            row[0]: _Paid(
                refund=row[1],
                method=row[2],
                amount_minor=row[3],
                currency=row[4],
                state=row[5],
                held=row[5] in {"approved", "paid_back"},
                open=row[5] in _OPEN,
                device_id=row[6],
                order_id=row[7],
                since=row[8],
                reference=row[9],
            )
            for row in rows
        }


def read_windows(tx: Tx) -> dict[UUID, Window]:
    """Every device that ever was, with how far its journal has told."""
    told: dict[UUID, datetime] = {}
    for device_id, raw, received_at in tx.rows(
        "SELECT c.device_id, e.raw, e.received_at FROM chain c"
        " JOIN entry e ON e.device_id = c.device_id AND e.epoch = c.epoch AND e.seq = c.judged_seq"
    ):
        at = _at(bytes(raw), received_at)
        told[device_id] = max(at, told.get(device_id, at))
    return {
        row[0]: Window(name=f"{row[1]}/{row[2]}", lost=row[3] == "lost", last_heard=row[4], told_until=told.get(row[0]))
        for row in tx.rows("SELECT device_id, station_code, counter, state, seen_at FROM device")
    }


def _at(raw: bytes, received_at: datetime) -> datetime:
    """Of an entry that may be quarantined: what cannot be read was written before it came."""
    try:
        at = datetime.fromisoformat(json.loads(raw)["at"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return received_at
    return min(at, received_at) if at.tzinfo is not None else received_at


# ---- rules


def _by_card(told: Sequence[tuple[UUID, PaymentTold]]) -> _Paid | None:
    """A card payment as its window has it; None: it was never begun there, or central should have it."""
    begun = next(((device, one) for device, one in told if one.kind in {"created", "again"}), None)
    if begun is None or begun[1].tender != Tender.CARD.value:
        return None
    device_id, one = begun
    state = _state(told, device_id)
    assert one.amount_minor is not None, "by the entry that began it"
    return _Paid(
        refund=one.direction == "refund",
        method=one.tender,
        amount_minor=one.amount_minor,
        currency=one.currency,
        state=state,
        held=state == _APPROVED,
        open=state in _UNRESOLVED,
        device_id=device_id,
        order_id=one.order_id,
        since=one.at,
        reference="",
    )


def _state(told: Sequence[tuple[UUID, PaymentTold]], device_id: UUID) -> str:
    """The last word of that window; empty: it never spoke of it."""
    return next((one.state for device, one in reversed(told) if device == device_id and one.state), "")


def _judge(paid: _Paid | None, told: Sequence[tuple[UUID, PaymentTold]], windows: dict[UUID, Window]) -> str:
    """The kind of a difference, or one of ``_AGREES``, ``_NOTHING``, ``_WAITS``."""
    if paid is None:
        return _without_books(told)
    wrong = _refund(paid, told) if paid.refund else _charge(paid, told)
    may_come = wrong == "missing_there" or (wrong == "state" and not any(one.kind == "sold" for _, one in told))
    if may_come and not windows[paid.device_id].has_told(paid.since):
        return _WAITS
    return wrong


def _without_books(told: Sequence[tuple[UUID, PaymentTold]]) -> str:
    """Nobody has it: a sale must not stand on it, nor may a window believe that it was paid."""
    named = any(one.kind == "sold" for _, one in told)
    believed = any(_state(told, device) == _APPROVED for device, _ in told)
    return "missing_here" if named or believed else _NOTHING


def _charge(paid: _Paid, told: Sequence[tuple[UUID, PaymentTold]]) -> str:
    sales = [(device, one) for device, one in told if one.kind == "sold"]
    state = _state(told, paid.device_id)
    if not paid.held:
        if paid.open and paid.method != Tender.CARD.value:
            return _WAITS if sales else _NOTHING
        return "state" if sales or state == _APPROVED else _NOTHING
    if not sales:
        return "state" if state in _DEAD else "missing_there"
    if len(sales) > 1:
        return "twice"
    device_id, sale = sales[0]
    if (sale.amount_minor, sale.currency) != (paid.amount_minor, paid.currency):
        return "amount"
    if (sale.tender, sale.order_id, device_id) != (paid.method, paid.order_id, paid.device_id):
        return "order"
    return _AGREES


def _refund(paid: _Paid, told: Sequence[tuple[UUID, PaymentTold]]) -> str:
    named = [one for _, one in told if one.kind in {"refunded", "again"}]
    state = _state(told, paid.device_id)
    if not paid.held:
        if paid.open:
            return _WAITS if state == _APPROVED else _NOTHING
        return "state" if state == _APPROVED else _NOTHING
    if any(one.kind == "paid_out" for _, one in told):
        return "twice"  # in cash as well
    if not named:
        return "missing_there"
    if state != _APPROVED:
        return "state"
    if any((one.amount_minor, one.currency) != (paid.amount_minor, paid.currency) for one in named):
        return "amount"
    return "order" if any(one.tender != paid.method for one in named) else _AGREES


def _in_words(told: Iterable[tuple[UUID, PaymentTold]]) -> str:
    """What the entries say of it, in their order, each once: ``created, sent, approved, sold``."""
    words = dict.fromkeys(one.state or one.kind for _, one in told)
    return ", ".join(words)


def days_with_payments(tx: Tx, zone: ZoneInfo) -> list[date]:
    """Days on which anything was begun, told or closed: a window may say of an entry that it is of any year."""
    rows = tx.rows(
        "SELECT (sent_at AT TIME ZONE %s)::date FROM payment_order UNION"
        " SELECT (sent_at AT TIME ZONE %s)::date FROM payment_refund UNION"
        " SELECT (at AT TIME ZONE %s)::date FROM payment_entry WHERE kind <> 'moved' UNION"
        " SELECT (at AT TIME ZONE %s)::date FROM terminal_closing ORDER BY 1",
        (zone.key,) * 4,
    )
    return [row[0] for row in rows]


def days_between(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def waiting_fields(one: Waiting) -> dict[str, Any]:
    """For a list."""
    return {
        "window": one.window,
        "payments": one.payments,
        "minor": one.minor,
        "last_heard": "never" if one.last_heard is None else one.last_heard.isoformat(timespec="seconds"),
        "told_until": "nothing" if one.told_until is None else one.told_until.isoformat(timespec="seconds"),
    }
