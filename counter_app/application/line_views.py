"""What stands on the Sync screen: the outbox by entry, the inbox of verdicts, what is held by lease."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from counter_app.application.central_clock import CentralClock
from counter_app.application.views import InboxItem, LeaseLine, OutboxItem, OutboxState
from counter_app.domain.journal import Entry, Json, Kind
from counter_app.domain.money import Money
from counter_app.domain.timetable import RunRef, Trip, instant
from counter_app.errors import Reason, Refusal
from counter_app.ports.catalogue import Catalogue
from counter_app.ports.clock import Clock
from counter_app.ports.store import MoneyStore, Reading
from counter_app.ports.sync import InboxEntry, InboxState, LeaseLeft, SyncState
from counter_app.wire.messages import Judgement

LIMIT_MAX: Final = 1_000
FACT_MAX: Final = 200
DAMAGED: Final = "damaged"  # where a kind would stand
_JUDGED: Final = {
    Judgement.ACCEPTED: OutboxState.ACCEPTED,
    Judgement.CONFLICT: OutboxState.CONFLICT,
    Judgement.QUARANTINED: OutboxState.QUARANTINED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Damaged:
    """Of an entry that cannot be read, or is gone. ``epoch`` and ``at`` are those of the next one that can."""

    epoch: int
    seq: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    store: MoneyStore

    def __call__(self, limit: int) -> list[OutboxItem]:
        """READ. Newest first."""
        currency = self.store.profile.currency
        with self.store.reading() as books:
            state = books.sync.state()
            found = _latest(books, max(0, min(limit, LIMIT_MAX)))
            return [_outbox_item(books, state, entry, currency) for entry in found]


def _outbox_item(books: Reading, state: SyncState, entry: Entry | _Damaged, currency: str) -> OutboxItem:
    known = entry if isinstance(entry, Entry) else None
    return OutboxItem(
        epoch=entry.epoch,
        seq=entry.seq,
        at=entry.at,
        kind=known.kind.value if known else DAMAGED,
        subject=subject_of(known) if known else "",
        amount=_amount(known, currency) if known else None,
        state=_state(books, state, entry),
    )


def _latest(books: Reading, limit: int) -> list[Entry | _Damaged]:
    """Newest first. A damaged one stands with what is known of it: its number and about when it was."""
    try:
        return [*books.journal.latest(limit=limit)]
    except Refusal as refusal:
        if refusal.reason is not Reason.STORE_DAMAGED:
            raise
    head = books.journal.head()
    numbers = range(head.seq, max(0, head.seq - limit), -1)
    read = {seq: _entry_at(books, seq) for seq in numbers}
    near = next((entry for entry in read.values() if entry is not None), None)
    found: list[Entry | _Damaged] = []
    for seq, entry in read.items():
        near = entry or near
        if near is not None:
            found.append(entry or _Damaged(epoch=near.epoch, seq=seq, at=near.at))
    return found


def _entry_at(books: Reading, seq: int) -> Entry | None:
    """None: it is damaged, or gone."""
    with suppress(Refusal):
        entry = next(books.journal.entries(after_seq=seq - 1, limit=1), None)
        return entry if entry is not None and entry.seq == seq else None
    return None


def _state(books: Reading, state: SyncState, entry: Entry | _Damaged) -> OutboxState:
    if entry.seq > state.sent_seq:
        return OutboxState.WAITING
    if entry.seq > state.stored_seq:
        return OutboxState.SENT
    known = books.sync.verdict(entry.epoch, entry.seq)
    if known is not None:
        return _JUDGED[known.verdict.judgement]
    return OutboxState.STORED if entry.seq > state.judged_seq else OutboxState.ACCEPTED


def subject_of(entry: Entry) -> str:
    """What people call it: ticket numbers; else the entry's kind."""
    body: dict[str, Any] = dict(entry.body)
    if entry.kind is Kind.SOLD:
        numbers = [str(ticket["number"]) for ticket in body.get("tickets", ())]
        return numbers[0] if len(numbers) == 1 else f"{numbers[0]} +{len(numbers) - 1}" if numbers else ""
    if entry.kind is Kind.REFUNDED:
        return str(body.get("number", ""))
    return entry.kind.value


def _amount(entry: Entry, currency: str) -> Money | None:
    names = {Kind.SOLD: ("total_minor", 1), Kind.REFUNDED: ("refunded_minor", -1), Kind.CASH_MOVED: ("amount_minor", 1)}
    if entry.kind not in names:
        return None
    name, sign = names[entry.kind]
    minor = entry.body.get(name)
    return Money(sign * minor, currency) if isinstance(minor, int) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    store: MoneyStore

    def __call__(self, limit: int) -> list[InboxItem]:
        """READ. Open ones first, of each the newest first."""
        limit = max(0, min(limit, LIMIT_MAX))
        with self.store.reading() as books:
            found = books.sync.inbox(limit=limit, state=InboxState.OPEN)
            if len(found) < limit:
                found += books.sync.inbox(limit=limit - len(found), state=InboxState.SETTLED)
            return [_inbox_item(books, one) for one in found]


def _inbox_item(books: Reading, one: InboxEntry) -> InboxItem:
    verdict = one.verdict
    entry = _entry_at(books, verdict.seq) if verdict.seq > 0 else None
    ours = entry is not None and (entry.epoch, entry.seq) == (verdict.epoch, verdict.seq)
    return InboxItem(
        epoch=verdict.epoch,
        seq=verdict.seq,
        received_at=one.received_at,
        judgement=verdict.judgement.value,
        reason=verdict.reason,
        owner=verdict.owner,
        next_step=verdict.next_step,
        subject=subject_of(entry) if entry is not None and ours else "",
        facts={name: _fact(value) for name, value in verdict.facts.items()},
        settled=one.state is InboxState.SETTLED,
        settled_by=one.settled_by,
        note=one.note,
    )


def _fact(value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ("" if value is None else str(value))[:FACT_MAX]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leases:
    store: MoneyStore
    catalogue: Callable[[], Catalogue | None]
    central_clock: CentralClock
    clock: Clock

    def __call__(self) -> list[LeaseLine]:
        """READ. By departure; of runs that neither the timetable nor a sale knows here there is no line."""
        central_now = self.central_clock.now()
        catalogue = self.catalogue()  # it may look into the store itself: before the snapshot, not within
        found = []
        with self.store.reading() as books:
            for left in books.sync.left():
                known = self._known(books, catalogue, left)
                if known is not None:
                    found.append(
                        self._line(
                            left, *known, sells=central_now is not None and left.lease.grant.sells_at(central_now)
                        )
                    )
        return sorted(found, key=lambda one: (one.depart, one.service, one.travel_class, one.lease_id))

    @staticmethod
    def _known(books: Reading, catalogue: Catalogue | None, left: LeaseLeft) -> tuple[Trip, Mapping[str, str]] | None:
        grant = left.lease.grant
        trip = catalogue.trip(grant.trip_id) if catalogue is not None else None
        if catalogue is not None and trip is not None and trip.pattern_version == grant.pattern:
            stations = {call.station_id: catalogue.station(call.station_id) for call in trip.calls}
            return trip, {key: station.name for key, station in stations.items() if station is not None}
        frozen = books.stock.run(grant.run_id)
        if frozen is None or frozen.trip.pattern_version != grant.pattern:
            return None
        return frozen.trip, {key: station.name for key, station in frozen.stations.items()}

    def _line(self, left: LeaseLeft, trip: Trip, names: Mapping[str, str], *, sells: bool) -> LeaseLine:
        grant = left.lease.grant
        board, alight = trip.calls[grant.board], trip.calls[grant.alight]
        depart = instant(grant.service_date, board.depart_s, trip.zone)
        central_now = self.central_clock.now()
        ends = grant.expires_at if central_now is None else self.clock.now() + (grant.expires_at - central_now)
        return LeaseLine(
            lease_id=grant.lease_id,
            run=RunRef(run_id=grant.run_id, trip_id=grant.trip_id, service_date=grant.service_date),
            service=trip.service,
            depart=depart.astimezone(ZoneInfo(self.store.profile.zone)),
            origin=names.get(board.station_id, board.station_id),
            destination=names.get(alight.station_id, alight.station_id),
            travel_class=grant.travel_class,
            left=left.count,
            total=grant.count,
            expires_at=ends,
            sells=sells,
        )
