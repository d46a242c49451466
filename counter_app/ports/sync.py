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
from counter_app.domain.timetable import RunRef, Span
from counter_app.domain.trust import Certificate
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

    ``odd``: what was found noted here that cannot be (``stored_seq`` and the like; empty: nothing). The other fields
    then hold what is certain all the same: everything may have been sent, and nothing is known to have arrived.
    """

    sent_seq: int
    stored_seq: int
    judged_seq: int
    time: CentralTime | None
    last_contact: datetime | None
    stopped: str  # a reason to stop selling, by central's order; empty: sell
    forked: bool
    odd: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    grant: LeaseGrant
    state: LeaseState
    journal_seq: int  # of LEASE_TAKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRest:
    """Cells of a lease that this counter neither holds nor ever sold: these places (or units) over one span.

    A place that was sold of the lease and refunded is none of it: settlement gives it back to everybody.
    """

    span: Span
    places: tuple[str, ...]  # empty for units
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseLeft:
    """A lease and what is left of it. ``rests`` are all of its free cells, by maximal spans, each cell once: what may

    be sold of, and what LEASE_RETURNED lists. ``places`` and ``count``: what is left over its whole span.
    """

    lease: Lease
    places: tuple[str, ...]
    count: int
    rests: tuple[LeaseRest, ...] = ()


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
        """Of every active lease, by service date, then by the end of its time.

        Nothing is left of a lease whose run was carried over to another pattern here: its legs are not the run's.
        """
        ...

    def left_of(self, run_id: UUID) -> list[LeaseLeft]:
        """Of a run's active leases, in the order in which units are taken from them: as they were granted."""
        ...

    def stock_of(self, run_id: UUID) -> RunStock | None:
        """What central last said is taken; None: nothing said."""
        ...

    def inbox(self, *, limit: int = 200, state: InboxState | None = None) -> list[InboxEntry]:
        """Newest first."""
        ...

    def verdict(self, epoch: int, seq: int) -> InboxEntry | None: ...

    def inbox_open(self) -> int: ...

    def releases(self) -> list[PendingRelease]: ...

    def feed_value(self, key: str) -> dict[str, object] | None:
        """The body of an item of the operator's or the device's shard, as it was last received."""
        ...

    def feed_keys(self, prefix: str) -> list[str]:
        """Keys that begin so, in their order: what a snapshot no longer names is to go."""
        ...

    def shadow_runs(self, shard: str) -> dict[UUID, str]:
        """Runs of a stock shard and the checksum of what is kept of each."""
        ...


class SyncBook(SyncReader, Protocol):
    def mark_sending(self, seq: int) -> None:
        """Committed before the entries up to ``seq`` go out for the first time."""
        ...

    def mark_stored(self, *, stored_seq: int, judged_seq: int) -> None:
        """As central said; lower than before when it was restored from a backup. Never beyond this journal's end."""
        ...

    def mend(self) -> None:
        """What is noted becomes what ``state`` says."""
        ...

    def put_time(self, time: CentralTime, contact: datetime) -> None:
        """Its high water never falls below the one that is kept."""
        ...

    def raise_high_water(self, central_now: datetime) -> None:
        """Nothing, as long as central has not told its time."""
        ...

    def put_stopped(self, reason: str) -> None: ...

    def put_forked(self, forked: bool) -> None: ...

    def put_incarnation(self, incarnation: UUID) -> None: ...

    def put_cursor(self, shard: str, incarnation: UUID, position: int) -> None: ...

    def put_lease(self, grant: LeaseGrant, *, journal_seq: int) -> None:
        """A new one, or another word on one of a lower holder epoch, with the LEASE_TAKEN that says so.

        Raises Refusal(NOT_HELD) for one that is known here at this holder epoch: what was returned or has ended stays.
        """
        ...

    def end_lease(self, lease_id: UUID, state: LeaseState) -> None:
        """In the transaction of LEASE_RETURNED or LEASE_ENDED, after ``left_of`` was asked for the last time.

        Raises Refusal(NOT_HELD) where it is not active, or RETURNED is to become ACTIVE again.
        """
        ...

    def put_stock(self, shard: str, stock: Sequence[RunStock]) -> None: ...

    def drop_stock(self, shard: str, run_ids: Sequence[UUID] | None = None) -> None:
        """None: everything of the shard, before a snapshot is put in its place."""
        ...

    def put_verdict(self, verdict: Verdict, received_at: datetime) -> bool:
        """False: known already, word for word. Another word on the same entry takes the place of the first."""
        ...

    def settle_verdict(self, epoch: int, seq: int, *, by: str, note: str) -> None:
        """With VERDICT_SETTLED {epoch, seq, …}, whose actor is ``by``. Raises Refusal(BAD_INPUT, field="verdict")."""
        ...

    def put_release(self, claim_id: UUID, run: RunRef) -> None:
        """Also of one that is noted already."""
        ...

    def drop_release(self, claim_id: UUID) -> None: ...

    def put_feed_value(self, key: str, body: dict[str, object] | None) -> None: ...

    def put_certificate(self, certificate: Certificate) -> None:
        """Another window's, for checking its tickets. Raises Refusal(BAD_INPUT, field="certificate") where it is not

        signed by this profile's operator.
        """
        ...

    def drop_certificate(self, key_id: bytes) -> None: ...
