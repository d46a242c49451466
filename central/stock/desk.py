"""Central's inventory in one hand: what the routes, the intake and the tending call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from central.request import Refusing
from central.services import Device, Services
from central.stock.availability import Availability
from central.stock.check import check_cells
from central.stock.claims import Answer, Claims, Wanted
from central.stock.ending import Ended, Ending
from central.stock.feeding import stock_items
from central.stock.leases import Leasing
from central.stock.pictures import Pictures
from central.stock.rules import RuleBook, Rules
from central.stock.runs import Issues, RunName, freeze, untouched
from central.stock.settle import Settlement, Settler
from central.stock.tending import Tending
from central.stock.words import Act, Admitting, Ask, RunKey, SettleEvent
from central.stock.work import Work
from central.tx import Connection, Tx
from counter_app.errors import Reason, Refusal
from counter_app.wire.messages import (
    AvailabilityAnswer,
    AvailabilityQuery,
    ClaimAct,
    ClaimAnswer,
    ClaimRequest,
    FeedItem,
    TopUp,
    TopUpAnswer,
    WaitAnswer,
    WaitRequest,
)

PAST_KEPT: Final = timedelta(days=3)  # a night train of two days ago may still be under way


class StockDesk:
    """Safe from any thread. Two of them, in two processes or in one, miss nothing of each other."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._pictures = Pictures(services)
        rules, issues = RuleBook(), Issues(services)
        self._issues = issues
        self._claims = Claims(services, self._pictures, rules, issues)
        self._settler = Settler(services, self._pictures, rules, issues)
        self._ending = Ending(services, self._pictures)
        self._tending = Tending(services, self._claims, self._ending)
        self.leasing = Leasing(services, self._pictures, rules, issues)
        self._availability = Availability(services, self._pictures, rules, issues)

    # ---- what devices ask

    def decide_claims(self, batch: Sequence[Ask], connection: Connection) -> list[Answer]:
        """All in one transaction, answers in their order; an ask that is refused is answered with its Refusing."""
        return self._claims.decide(batch, connection)

    def decide_admitting(self, wanted: Sequence[Wanted], who: Admitting, connection: Connection) -> list[Answer] | None:
        """The same, where it is found out on the way who asks. None: nothing was decided, ask ``decide_claims``."""
        return self._claims.decide_admitting(wanted, who, connection)

    def claim(self, device: Device, message: ClaimRequest, connection: Connection) -> ClaimAnswer:
        return self._one(device, Act.CLAIM, message, connection)

    def lease(self, device: Device, message: ClaimAct, connection: Connection) -> ClaimAnswer:
        return self._one(device, Act.LEASE, message, connection)

    def release(self, device: Device, message: ClaimAct, connection: Connection) -> ClaimAnswer:
        return self._one(device, Act.RELEASE, message, connection)

    def availability(self, device: Device, message: AvailabilityQuery, connection: Connection) -> AvailabilityAnswer:
        return self._availability.answer([(device, message)], connection)[0]

    def availabilities(
        self, asked: Sequence[tuple[Device, AvailabilityQuery]], connection: Connection
    ) -> list[AvailabilityAnswer]:
        """Of many devices, with one look at the rows; answers in their order."""
        return self._availability.answer(asked, connection)

    def wait(self, device: Device, message: WaitRequest, connection: Connection) -> WaitAnswer:
        place = self._claims.wait(device, message, connection)
        return WaitAnswer(place_in_line=place, central_time=self._services.clock.now())

    def _one(self, device: Device, act: Act, message: ClaimRequest | ClaimAct, connection: Connection) -> ClaimAnswer:
        (answer,) = self._claims.decide([Ask(device=device, act=act, message=message)], connection)
        if isinstance(answer, Refusing):
            raise answer
        return answer

    # ---- what journals say, for the intake

    def settle(self, tx: Tx, device: Device, events: Sequence[SettleEvent]) -> Settlement:
        """In the intake's own transaction, before its own locks on feed heads; ``device`` with the entries' epoch."""
        return self._settler.settle(tx, device, events)

    # ---- leases

    def top_up(self, device: Device, message: TopUp, connection: Connection) -> TopUpAnswer:
        return self.leasing.top_up(device, message, connection)

    def doubt_device(self, tx: Tx, device_id: UUID) -> Ended:
        """What it holds is sold from no more, and not free either; its feed says that those leases ended."""
        return self._ending.doubt_device(tx, device_id)

    def write_off_lease(self, tx: Tx, lease_id: UUID) -> Ended:
        """Two different people have said so: the caller has seen to that. Raises Refusal(BAD_INPUT, field=lease)."""
        return self._ending.write_off_lease(tx, lease_id)

    def write_off_device(self, tx: Tx, device_id: UUID) -> Ended:
        """As ``write_off_lease``, of all that a device holds."""
        return self._ending.write_off_device(tx, device_id)

    # ---- from time to time, and by hand

    def tend(self, connection: Connection) -> dict[str, int]:
        """Bounded: call it every few seconds. What it did, by name."""
        return self._tending.turn(connection)

    def freeze_run(self, tx: Tx, name: RunName) -> None:
        """Its row, where nobody has touched it yet. Raises Refusal(UNKNOWN_RUN)."""
        try:
            for _ in untouched(tx, [name.key]):
                capacity = Rules().unreserved_capacity("")
                freeze(tx, self._services, self._issues.to_freeze(tx), name, unreserved_capacity=capacity)
        except Refusing as refusing:
            raise Refusal(Reason.UNKNOWN_RUN, trip=name.trip_id, detail=refusing.detail) from refusing

    def lock_run(self, tx: Tx, key: RunKey) -> None:
        """Until the transaction ends nothing of it is claimed, leased or settled."""
        Work(tx, self._pictures).lock([key])

    def cancel_run(self, tx: Tx, key: RunKey) -> int:
        """Nothing more is sold of it; what is sold stays so (C7). Windows are asked to give back what they hold of it.

        Returns how many leases that is. Raises Refusal(UNKNOWN_RUN).
        """
        return self._ending.cancel_run(tx, key)

    def check_cells(self, connection: Connection, *, since: date | None = None) -> list[str]:
        """What is wrong, in sentences; empty: nothing."""
        return check_cells(connection, self._pictures, since=since)

    # ---- the feed

    def stock_items(self, tx: Tx, shard: int, after: int, limit: int) -> list[FeedItem]:
        since = self._services.clock.now().date() - PAST_KEPT
        return stock_items(tx, self._pictures, shard, after, limit, since=since)

    def forget(self) -> None:
        """After a restore, or when it is not known what the database now is: everything is read again."""
        self._pictures.forget()
