"""What an enrolled counter does besides selling: the parts of its line to central, put together once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

from counter_app.application.activate_issue import ActivateIssue
from counter_app.application.aftersales import Refund
from counter_app.application.ask_central import FindCentralTickets, RequestEpoch, SettleInbox
from counter_app.application.central_clock import CentralClock
from counter_app.application.enrolled_holder import EnrolledHolder
from counter_app.application.find_stations import FindStations
from counter_app.application.line_status import LineStatus
from counter_app.application.line_views import Inbox, Leases, Outbox
from counter_app.application.lock_tickets import EnrolledRefund, TicketLocks, guarded
from counter_app.application.push_journal import PushJournal
from counter_app.application.read_feed import ReadShard
from counter_app.application.receive_catalogue import ReceiveCatalogue
from counter_app.application.receive_device import ReceiveDevice
from counter_app.application.receive_operator import ReceiveOperator
from counter_app.application.receive_stock import ReceiveStock
from counter_app.application.return_leases import ReturnLeases
from counter_app.application.search import Search
from counter_app.application.standing import Standing
from counter_app.application.sync_turn import SyncTurns, stock_shards
from counter_app.application.take_leases import TakeLeases
from counter_app.application.tell_releases import TellReleases
from counter_app.application.top_up_leases import TopUpLeases
from counter_app.application.views import (
    CentralTicket,
    InboxItem,
    LeaseLine,
    OutboxItem,
    SyncStatus,
    SyncTurn,
)
from counter_app.domain.policy import Policy
from counter_app.domain.staff import Actor
from counter_app.domain.trust import Certificate, certificate_holds
from counter_app.domain.trust_statement import BadTrust, Statement, check_statement, reached_from
from counter_app.errors import Refusal
from counter_app.ports.catalogue import Catalogue, TripSpan
from counter_app.ports.catalogue_receiver import CatalogueReceiver
from counter_app.ports.clock import Clock, Entropy, Ids
from counter_app.ports.epochs import EpochKeeper
from counter_app.ports.line import Line
from counter_app.ports.store import MoneyStore
from counter_app.wire.messages import DEVICE_SHARD, OPERATOR_SHARD, STOCK_SHARDS

Verify = Callable[[bytes, str, bytes, bytes], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class CentralLink:
    """All that an enrolled counter is given besides. ``verify``: ``security.verify``."""

    line: Line
    central_clock: CentralClock
    receiver: CatalogueReceiver
    verify: Verify
    entropy: Entropy


class EnrolledStore(MoneyStore, EpochKeeper, Protocol):
    """All that is asked of an enrolled profile's store."""


class Enrolled:
    """``application.line_desk.LineDesk``. ``refreshed`` hears of a new timetable, and of a new epoch.

    ``waiting``: asks for those who wait for places, in the background.
    """

    def __init__(
        self,
        *,
        store: EnrolledStore,
        central: CentralLink,
        holder: EnrolledHolder,
        standing: Standing,
        search: Search,
        find_stations: FindStations,
        usage: Callable[[], Mapping[str, int]],
        timetable: Callable[[], Catalogue | None],
        open_catalogue: Callable[[Path], Catalogue],
        refreshed: Callable[[], None],
        refund: Refund,
        waiting: Callable[[], bool],
        policy: Policy,
        clock: Clock,
        ids: Ids,
    ) -> None:
        line, central_clock = central.line, central.central_clock
        with store.reading() as books:
            known = books.sync.central()
        assert known is not None, "an enrolled profile knows its central"
        operator_key = known.operator_key
        device_id = store.profile.profile_id
        self._holder, self._refreshed = holder, refreshed
        leases = TakeLeases(device_id=device_id, operator_key=operator_key, verify=central.verify)
        locks = TicketLocks(store=store, line=line, standing=standing)

        def home() -> str | None:
            try:
                station = find_stations.home()
            except Refusal:  # no timetable yet
                return None
            return None if station is None else station.station_id

        def sellable(found: TripSpan) -> dict[str, bool]:
            return {name: fare is not None for name, fare in search.fares(found.trip, found.span).items()}

        def genuine(certificate: Certificate) -> bool:
            return certificate_holds(certificate, operator_key, central.verify)

        def said(statement: Statement, known: Statement | None) -> bool:
            pinned = operator_key if known is None else known.signer.public_key
            try:
                check_statement(statement, central.verify)
            except BadTrust:
                return False
            return reached_from(statement, pinned)

        def shard(name: str, applier: ReceiveDevice | ReceiveOperator | ReceiveStock) -> ReadShard:
            return ReadShard(store=store, line=line, shard=name, applier=applier)

        self.refund: EnrolledRefund = guarded(refund, locks)
        self.locks = locks
        returns = ReturnLeases(store=store, holder=holder, central_clock=central_clock, clock=clock)
        self._turns = SyncTurns(
            store=store,
            line=line,
            clock=clock,
            entropy=central.entropy,
            central_clock=central_clock,
            standing=standing,
            releases=TellReleases(store=store, line=line, locks=locks),
            push=PushJournal(store=store, line=line, clock=clock),
            device=shard(DEVICE_SHARD, ReceiveDevice(leases=leases, clock=clock, leases_changed=self._leases_changed)),
            operator=shard(OPERATOR_SHARD, ReceiveOperator(certificate_holds=genuine, statement_holds=said)),
            catalogue=ReceiveCatalogue(
                store=store,
                line=line,
                receiver=central.receiver,
                open_catalogue=open_catalogue,
                activate=ActivateIssue(store, clock),
            ),
            stock=stock_shards(shard, count=STOCK_SHARDS, clock=clock, stock_changed=holder.forget_outside),
            top_up=TopUpLeases(
                store=store,
                holder=holder,
                line=line,
                leases=leases,
                catalogue=timetable,
                home=home,
                usage=usage,
                sellable=sellable,
                sale_ends_minutes=policy.sale_ends_minutes,
                clock=clock,
                ids=ids,
            ),
            returns=returns,
            waiting=waiting,
            new_timetable=refreshed,
        )
        self._returns = returns
        self._status = LineStatus(store=store, line=line, clock=clock, central_clock=central_clock, turns=self._turns)
        self._outbox, self._inbox = Outbox(store=store), Inbox(store=store)
        self._leases = Leases(store=store, catalogue=timetable, central_clock=central_clock, clock=clock)
        self._settle = SettleInbox(store=store)
        self._find = FindCentralTickets(store=store, line=line, standing=standing, catalogue=timetable)
        self._epoch = RequestEpoch(store=store, keeper=store, line=line, device_id=device_id)

    def _leases_changed(self, run_ids: Iterable[UUID]) -> None:
        self._holder.forget_outside(run_ids)
        self._status.forget_leases()

    # ---- application.line_desk.LineDesk

    def sync_status(self) -> SyncStatus:
        return self._status()

    def sync_turn(self) -> SyncTurn:
        return self._turns()

    def sync_now(self) -> None:
        self._turns.wake()

    def outbox(self, actor: Actor, *, limit: int = 200) -> list[OutboxItem]:
        del actor  # whoever may log in may see how their own work fares
        return self._outbox(limit)

    def sync_inbox(self, actor: Actor, *, limit: int = 200) -> list[InboxItem]:
        del actor
        return self._inbox(limit)

    def settle_inbox(self, actor: Actor, epoch: int, seq: int, *, note: str) -> None:
        self._settle(actor, epoch, seq, note=note)

    def leases(self) -> list[LeaseLine]:
        return self._leases()

    def return_lease(self, actor: Actor, lease_id: UUID) -> None:
        self._returns.by_hand(actor, lease_id)
        self._status.forget_leases()

    def find_central_tickets(self, text: str) -> list[CentralTicket]:
        return self._find(text)

    def request_epoch(self, actor: Actor, *, reason: str) -> int:
        epoch = self._epoch(actor, reason=reason)
        self._holder.forget()  # the old epoch's leases have ended
        self._status.forget_leases()
        self._turns.wake()
        return epoch
