"""The desk's part that speaks of central records: one implementation for an enrolled counter, one for a stand-alone."""

from __future__ import annotations

from typing import Final, NoReturn, Protocol
from uuid import UUID

from counter_app.application.views import (
    CentralTicket,
    InboxItem,
    LeaseLine,
    LineWord,
    OutboxItem,
    SyncStatus,
    SyncTurn,
)
from counter_app.domain.money import Money
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal

QUIET_MS: Final = 3_600_000


class LineDesk(Protocol):
    """As ``application.desk.Desk`` has it."""

    def sync_status(self) -> SyncStatus: ...

    def sync_turn(self) -> SyncTurn: ...

    def sync_now(self) -> None: ...

    def outbox(self, actor: Actor, *, limit: int = 200) -> list[OutboxItem]: ...

    def sync_inbox(self, actor: Actor, *, limit: int = 200) -> list[InboxItem]: ...

    def settle_inbox(self, actor: Actor, epoch: int, seq: int, *, note: str) -> None: ...

    def leases(self) -> list[LeaseLine]: ...

    def return_lease(self, actor: Actor, lease_id: UUID) -> None: ...

    def find_central_tickets(self, text: str) -> list[CentralTicket]: ...

    def request_epoch(self, actor: Actor, *, reason: str) -> int: ...


class StandAlone:
    """There is no central: nothing is owed to it, and what would need it is refused."""

    def __init__(self, currency: str) -> None:
        self._nothing = Money(0, currency)

    def sync_status(self) -> SyncStatus:
        return SyncStatus(
            line=LineWord.STAND_ALONE,
            since=None,
            last_answer=None,
            last_error="",
            unsynced_entries=0,
            unsynced_tickets=0,
            unsynced_value=self._nothing,
            unsynced_oldest=None,
            inbox_open=0,
            leased_places=0,
            leases_end=None,
            loading=None,
            stopped="",
            epoch_needed=False,
        )

    def sync_turn(self) -> SyncTurn:
        return SyncTurn(next_ms=QUIET_MS, changed=False)

    def sync_now(self) -> None:
        """There is no line to try."""

    def outbox(self, actor: Actor, *, limit: int = 200) -> list[OutboxItem]:
        del actor, limit
        return []

    def sync_inbox(self, actor: Actor, *, limit: int = 200) -> list[InboxItem]:
        del actor, limit
        return []

    def settle_inbox(self, actor: Actor, epoch: int, seq: int, *, note: str) -> NoReturn:
        del actor, epoch, seq, note
        raise Refusal(Reason.STAND_ALONE)

    def leases(self) -> list[LeaseLine]:
        return []

    def return_lease(self, actor: Actor, lease_id: UUID) -> NoReturn:
        del actor, lease_id
        raise Refusal(Reason.STAND_ALONE)

    def find_central_tickets(self, text: str) -> NoReturn:
        del text
        raise Refusal(Reason.STAND_ALONE)

    def request_epoch(self, actor: Actor, *, reason: str) -> NoReturn:
        del actor, reason
        raise Refusal(Reason.STAND_ALONE)
