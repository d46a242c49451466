"""The line to central as a use case sees it: typed questions with deadlines, and how good the line is.

Implemented by ``sync.client`` over HTTPS; the simulator hands in its own transport below it. Every method raises
``NoAnswer`` (nothing that can be trusted came back in time; ``sent`` says whether it may have acted) or
``CentralSaidNo``. No method waits longer than its deadline, in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from counter_app.wire import messages as m


class LineState(StrEnum):
    ONLINE = "online"
    SLOW = "slow"  # answers, but later than a clerk should wait: sales go by lease where they can
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineHealth:
    state: LineState
    since: datetime
    last_answer: datetime | None
    last_error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WireResponse:
    status: int
    body: bytes


class Transport(Protocol):
    """Bytes there and back. Raises ``NoAnswer``."""

    def exchange(
        self, method: str, path: str, headers: dict[str, str], body: bytes, *, deadline_ms: int
    ) -> WireResponse: ...

    def close(self) -> None: ...


class Line(Protocol):
    def health(self) -> LineHealth: ...

    def worth_asking(self) -> bool:
        """Whether a clerk's request should be sent at all. False while the line is down or slow: one probe of the

        background finds out when it is back, so that no clerk waits for a dead line twice.
        """
        ...

    def time(self, *, deadline_ms: int) -> m.TimeAnswer: ...
    def epoch(self, request: m.EpochRequest, *, deadline_ms: int) -> m.EpochGranted: ...
    def push(self, request: m.Push, *, deadline_ms: int) -> m.PushAnswer: ...
    def feed(
        self, shard: str, *, incarnation: UUID | None, position: int, limit: int, deadline_ms: int
    ) -> m.FeedPage: ...
    def chunk(self, sha256: str, offset: int, *, deadline_ms: int) -> bytes: ...
    def availability(self, request: m.AvailabilityQuery, *, deadline_ms: int) -> m.AvailabilityAnswer: ...
    def claim(self, request: m.ClaimRequest, *, deadline_ms: int) -> m.ClaimAnswer: ...
    def lease(self, request: m.ClaimAct, *, deadline_ms: int) -> m.ClaimAnswer: ...
    def release(self, request: m.ClaimAct, *, deadline_ms: int) -> m.ClaimAnswer: ...
    def top_up(self, request: m.TopUp, *, deadline_ms: int) -> m.TopUpAnswer: ...
    def wait(self, request: m.WaitRequest, *, deadline_ms: int) -> m.WaitAnswer: ...
    def find_tickets(self, request: m.TicketQuestion, *, deadline_ms: int) -> m.TicketsFound: ...
    def lock_ticket(self, request: m.TicketLock, *, deadline_ms: int) -> m.LockAnswer: ...

    def pay(self, request: m.PayCharge, *, deadline_ms: int) -> m.PayAnswer: ...
    def pay_state(self, request: m.PayQuestion, *, deadline_ms: int) -> m.PayAnswer: ...
    def pay_reverse(self, request: m.PayReverse, *, deadline_ms: int) -> m.PayAnswer: ...
    def pay_refund(self, request: m.PayRefund, *, deadline_ms: int) -> m.PayAnswer: ...

    def close(self) -> None: ...
