"""Everything at once, by chance from a seed: two processes, several devices, journals late and in any order.

After it the cell equation holds, every picture in memory is what the rows are, and no place had two owners.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from central.allotments import write_rule
from central.services import Device
from central.stock.desk import StockDesk
from central.stock.pictures import Pictures
from central.stock.words import Abandoned, Refunded, Returned, RunKey, SettleEvent, Sold
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.leases import LeaseGrant
from counter_app.wire.messages import ClaimRequest, ClaimStatus, TopUp, WaitRequest, Want
from tests.postgres import Database
from tests.unit.central.stock.test_leases import RULE, ref_of
from tests.unit.central.stock.test_settle import ref
from tests.unit.central.stock.world import World, act

TRIPS = ("T1", "BUS")


@dataclass
class Window:
    """A device and what it knows of its holdings."""

    device: Device
    held: list[ClaimRequest] = field(default_factory=list)
    leased: list[tuple[ClaimRequest, tuple[str, ...]]] = field(default_factory=list)
    grants: list[LeaseGrant] = field(default_factory=list)
    sold: list[Sold] = field(default_factory=list)


class Storm:
    def __init__(self, world: World, window: Window, chance: random.Random) -> None:
        self.world = world
        self.window = window
        self.chance = chance

    def step(self, desk: StockDesk, connection: Connection) -> None:
        getattr(self, f"_{self.chance.choice(self.ACTS)}")(desk, connection)

    ACTS = (
        "claim", "claim", "claim", "claim", "lease", "lease", "release", "top_up", "sell", "sell", "sell_of_lease",
        "sell_unheld", "abandon", "refund", "give_back", "wait", "tend",
    )  # fmt: skip

    def _span(self, trip: str) -> tuple[int, int]:
        legs = 4 if trip == "T1" else 3
        board = self.chance.randrange(legs)
        return board, self.chance.randrange(board + 1, legs + 1)

    def _asked(self) -> ClaimRequest:
        trip = self.chance.choice(TRIPS)
        most = 4 if trip == "T1" else 60
        return self.world.ask(self.world.run(trip), *self._span(trip), count=self.chance.randint(1, most))

    def _claim(self, desk: StockDesk, connection: Connection) -> None:
        asked = self._asked()
        if desk.claim(self.window.device, asked, connection).status is ClaimStatus.HELD:
            self.window.held.append(asked)

    def _pick(self, things: list) -> object | None:  # type: ignore[type-arg]
        return things.pop(self.chance.randrange(len(things))) if things else None

    def _lease(self, desk: StockDesk, connection: Connection) -> None:
        asked = self._pick(self.window.held)
        if isinstance(asked, ClaimRequest):
            answer = desk.lease(self.window.device, act(asked), connection)
            if answer.status is ClaimStatus.LEASED:
                self.window.leased.append((asked, answer.places))

    def _release(self, desk: StockDesk, connection: Connection) -> None:
        asked = self._pick(self.window.held)
        if isinstance(asked, ClaimRequest):
            desk.release(self.window.device, act(asked), connection)

    def _top_up(self, desk: StockDesk, connection: Connection) -> None:
        trip = self.chance.choice(TRIPS)
        board, alight = self._span(trip)
        want = Want(run=self.world.run(trip), travel_class="second", board=board, alight=alight, count=3)
        asked = TopUp(request_id=self.world.numbers.new(), wants=(want,))
        self.window.grants += desk.top_up(self.window.device, asked, connection).grants

    def _settle(self, desk: StockDesk, connection: Connection, *events: SettleEvent) -> None:
        def work(tx: Tx) -> None:
            settlement = desk.settle(tx, self.window.device, events)
            settlement.publish()

        in_transaction(connection, work)

    def _sell(self, desk: StockDesk, connection: Connection) -> None:
        taken = self._pick(self.window.leased)
        if isinstance(taken, tuple):
            asked, places = taken
            self._sold(desk, connection, asked, asked.claim_id, places, asked.count)

    def _sold(
        self,
        desk: StockDesk,
        connection: Connection,
        asked: ClaimRequest,
        claim_id: UUID,
        places: tuple[str, ...],
        count: int,
    ) -> None:
        event = Sold(
            run=ref(asked.run),
            claim_id=claim_id,
            board=asked.board,
            alight=asked.alight,
            travel_class="second",
            places=places,
            count=count,
        )
        self._settle(desk, connection, event)
        self.window.sold.append(event)

    def _sell_of_lease(self, desk: StockDesk, connection: Connection) -> None:
        if self.window.grants:
            grant = self.chance.choice(self.window.grants)
            trip = grant.trip_id
            asked = self.world.ask(self.world.run(trip), grant.board, grant.alight)
            places = (self.chance.choice(grant.places),) if grant.places else ()
            self._sold(desk, connection, asked, self.world.numbers.new(), places, 1)

    def _sell_unheld(self, desk: StockDesk, connection: Connection) -> None:
        """A counter that sold what it had lost (written off, or a fault): late, over an unpaid hold, or displaced."""
        asked = self._asked()
        places = ("01/01A", self.chance.choice(("01/01B", "01/02F"))) if asked.run.trip_id == "T1" else ()
        self._sold(desk, connection, asked, asked.claim_id, places, len(places) or 5)

    def _abandon(self, desk: StockDesk, connection: Connection) -> None:
        taken = self._pick(self.window.leased)
        if isinstance(taken, tuple):
            self._settle(desk, connection, Abandoned(run=ref(taken[0].run), claim_id=taken[0].claim_id))

    def _refund(self, desk: StockDesk, connection: Connection) -> None:
        event = self._pick(self.window.sold)
        if isinstance(event, Sold) and event.places:
            refunds = [
                Refunded(
                    run=event.run,
                    claim_id=event.claim_id,
                    board=event.board,
                    alight=event.alight,
                    travel_class="second",
                    place=place,
                )
                for place in event.places
            ]
            self._settle(desk, connection, *refunds)

    def _give_back(self, desk: StockDesk, connection: Connection) -> None:
        grant = self._pick(self.window.grants)
        if isinstance(grant, LeaseGrant):
            event = Returned(
                run=ref_of(grant),
                lease_id=grant.lease_id,
                holder_epoch=grant.holder_epoch,
                board=grant.board,
                alight=grant.alight,
                places=grant.places,
                count=grant.count,
            )
            self._settle(desk, connection, event)

    def _wait(self, desk: StockDesk, connection: Connection) -> None:
        asked = self._asked()
        desk.wait(self.window.device, WaitRequest(claim=asked), connection)

    def _tend(self, desk: StockDesk, connection: Connection) -> None:
        desk.tend(connection)


def assert_whole(world: World, desks: list[StockDesk]) -> None:
    assert world.desk.check_cells(world.connection) == []
    keys = [RunKey(world.run(trip).service_date, world.run(trip).run_id) for trip in TRIPS]
    truth = Pictures(world.services).load(Tx(world.connection), keys)
    for desk in desks:
        for key, true in truth.items():
            known = desk._pictures.get(key)
            if known is not None and known.version == true.version:
                assert (known.places, known.units, known.held) == (true.places, true.units, true.held)
                assert known.waiting == true.waiting


@pytest.mark.parametrize("seed", range(6))
def test_any_order_of_acts_keeps_the_books(world: World, seed: int) -> None:
    """One after the other, from two processes, with time passing: after each act the books are whole."""
    write_rule(Tx(world.connection), RULE)
    chance = random.Random(seed)
    desks = [world.desk, world.another()]
    windows = [Storm(world, Window(world.device()), chance) for _ in range(3)]
    for _ in range(120):
        world.clock.pass_(seconds=chance.choice([1, 1, 1, 30, 200]))
        chance.choice(windows).step(chance.choice(desks), world.connection)
        assert_whole(world, desks)


def test_many_at_once_keep_the_books(world: World, fresh_database: Database) -> None:
    """Threads of two processes on the same two runs: nothing is lost to a deadlock, nothing is counted twice."""
    write_rule(Tx(world.connection), RULE)
    desks = [world.desk, world.another()]
    storms = [Storm(world, Window(world.device()), random.Random(n)) for n in range(6)]
    connections = [fresh_database.connect() for _ in storms]
    failures: list[BaseException] = []

    def run(n: int) -> None:
        try:
            for _ in range(40):
                storms[n].step(desks[n % 2], connections[n])
        except BaseException as error:  # noqa: BLE001 - told below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(storms))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert_whole(world, desks)
