"""Central's inventory in one hand: what the routes, the intake and the tending call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from central.request import Refusing
from central.services import Device, Services
from central.stock.availability import Availability
from central.stock.claims import Answer, Claims
from central.stock.feeding import stock_items
from central.stock.pictures import Pictures
from central.stock.rules import RuleBook
from central.stock.runs import Issues
from central.stock.settle import Settlement, Settler
from central.stock.words import Act, Ask, SettleEvent
from central.tx import Connection, Tx
from counter_app.wire.messages import (
    AvailabilityAnswer,
    AvailabilityQuery,
    ClaimAct,
    ClaimAnswer,
    ClaimRequest,
    FeedItem,
)

PAST_KEPT: Final = timedelta(days=3)  # a night train of two days ago may still be under way


class StockDesk:
    """Safe from any thread. Two of them, in two processes or in one, miss nothing of each other."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._pictures = Pictures(services)
        rules, issues = RuleBook(), Issues(services)
        self._claims = Claims(services, self._pictures, rules, issues)
        self._settler = Settler(services, self._pictures, rules, issues)
        self._availability = Availability(services, self._pictures, rules, issues)

    # ---- what devices ask

    def decide_claims(self, batch: Sequence[Ask], connection: Connection) -> list[Answer]:
        """All in one transaction, answers in their order; an ask that is refused is answered with its Refusing."""
        return self._claims.decide(batch, connection)

    def claim(self, device: Device, message: ClaimRequest, connection: Connection) -> ClaimAnswer:
        return self._one(device, Act.CLAIM, message, connection)

    def lease(self, device: Device, message: ClaimAct, connection: Connection) -> ClaimAnswer:
        return self._one(device, Act.LEASE, message, connection)

    def release(self, device: Device, message: ClaimAct, connection: Connection) -> ClaimAnswer:
        return self._one(device, Act.RELEASE, message, connection)

    def availability(self, device: Device, message: AvailabilityQuery, connection: Connection) -> AvailabilityAnswer:
        return self._availability.answer(device, message, connection)

    def _one(self, device: Device, act: Act, message: ClaimRequest | ClaimAct, connection: Connection) -> ClaimAnswer:
        (answer,) = self._claims.decide([Ask(device=device, act=act, message=message)], connection)
        if isinstance(answer, Refusing):
            raise answer
        return answer

    # ---- what journals say, for the intake

    def settle(self, tx: Tx, device: Device, events: Sequence[SettleEvent]) -> Settlement:
        """In the intake's own transaction, before its own locks on feed heads; ``device`` with the entries' epoch."""
        return self._settler.settle(tx, device, events)

    # ---- the feed

    def stock_items(self, tx: Tx, shard: int, after: int, limit: int) -> list[FeedItem]:
        since = self._services.clock.now().date() - PAST_KEPT
        return stock_items(tx, self._pictures, shard, after, limit, since=since)

    def forget(self) -> None:
        """After a restore, or when it is not known what the database now is: everything is read again."""
        self._pictures.forget()
