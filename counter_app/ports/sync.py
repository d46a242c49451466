"""What an enrolled counter keeps of the line: how far its journal got, what it holds for an outage, what central said.

Facet ``books.sync`` of the money store. In a stand-alone profile it is there and empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from counter_app.domain.leases import CentralTime, LeaseGrant, LeaseState
from counter_app.domain.timetable import RunRef
from counter_app.wire.messages import RunStock, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Central:
    """Whom this profile is enrolled with, for life."""

    url: str
    operator_key: bytes
    incarnation: UUID | None  # as last seen
    certificate_file: str  # of a private authority that TLS is checked against; empty: the system's


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncState:
    """``sent_seq``: committed *before* sending: a ticket of an entry up to here is no longer only this counter's

    (decisions 13). ``stored_seq``: durable at central. ``judged_seq``: central gave its verdict.
    """

    sent_seq: int
    stored_seq: int
    judged_seq: int
    time: CentralTime | None
    last_contact: datetime | None
    stopped: str  # a reason to stop selling, by central's order; empty: sell
    forked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    grant: LeaseGrant
    state: LeaseState
    journal_seq: int  # of LEASE_TAKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseLeft:
    """A lease and what is left of it: places (names) or units that nothing local occupies."""

    lease: Lease
    places: tuple[str, ...]
    count: int


class InboxState(StrEnum):
    OPEN = "open"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEntry:
    verdict: Verdict
    received_at: datetime
    state: InboxState
    settled_by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsynced:
    """Entries that are not durable at central yet, and the money in them."""

    entries: int
    tickets: int
    value_minor: int  # sales minus refunds
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingRelease:
    """A claim at central that this counter no longer wants, HELD there: told as soon as the line allows."""

    claim_id: UUID
    run: RunRef


class SyncReader(Protocol):
    def central(self) -> Central | None:
        """None: a stand-alone profile."""
        ...

    def state(self) -> SyncState: ...

    def unsynced(self) -> Unsynced: ...

    def cursor(self, shard: str) -> tuple[UUID, int] | None:
        """(incarnation, position)."""
        ...

    def leases(self, state: LeaseState | None = LeaseState.ACTIVE) -> list[Lease]: ...

    def leases_of(self, run_id: UUID) -> list[Lease]:
        """Active ones of a run, expired or not."""
        ...

    def lease(self, lease_id: UUID) -> Lease | None: ...

    def left(self) -> list[LeaseLeft]:
        """Of every active lease, by departure."""
        ...

    def stock_of(self, run_id: UUID) -> RunStock | None:
        """What central last said is taken; None: nothing said."""
        ...

    def inbox(self, *, limit: int = 200, state: InboxState | None = None) -> list[InboxEntry]:
        """Newest first."""
        ...

    def inbox_open(self) -> int: ...

    def releases(self) -> list[PendingRelease]: ...

    def feed_value(self, key: str) -> dict[str, object] | None:
        """The body of an item of the operator's or the device's shard, as it was last received."""
        ...


class SyncBook(SyncReader, Protocol):
    def mark_sending(self, seq: int) -> None:
        """Committed before the entries up to ``seq`` go out for the first time."""
        ...

    def mark_stored(self, *, stored_seq: int, judged_seq: int) -> None: ...

    def put_time(self, time: CentralTime, contact: datetime) -> None: ...

    def raise_high_water(self, central_now: datetime) -> None: ...

    def put_stopped(self, reason: str) -> None: ...

    def put_forked(self, forked: bool) -> None: ...

    def put_incarnation(self, incarnation: UUID) -> None: ...

    def put_cursor(self, shard: str, incarnation: UUID, position: int) -> None: ...

    def put_lease(self, grant: LeaseGrant, *, journal_seq: int) -> None: ...

    def end_lease(self, lease_id: UUID, state: LeaseState) -> None: ...

    def put_stock(self, shard: str, stock: Sequence[RunStock]) -> None: ...

    def drop_stock(self, shard: str, run_ids: Sequence[UUID] | None = None) -> None:
        """None: everything of the shard, before a snapshot is put in its place."""
        ...

    def put_verdict(self, verdict: Verdict, received_at: datetime) -> bool:
        """False: known already."""
        ...

    def settle_verdict(self, epoch: int, seq: int, *, by: str, note: str) -> None: ...

    def put_release(self, claim_id: UUID, run: RunRef) -> None: ...

    def drop_release(self, claim_id: UUID) -> None: ...

    def put_feed_value(self, key: str, body: dict[str, object] | None) -> None: ...
