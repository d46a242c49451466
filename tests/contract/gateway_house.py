"""Central's payment desk over real PostgreSQL, and both gateways over real HTTP: one clock for all, moved by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from uuid import UUID

from central.enrol import Enrolment
from central.payments.desk import PaymentDesk
from central.payments.gateways.config import build, read_config
from central.payments.words import Gateway
from central.services import Device
from central.simulators.gateway.faults import Fault
from central.simulators.gateway.server import GatewaySimulator
from central.simulators.gateway.signing import Keys
from central.tx import Connection
from counter_app.domain.staff import SYSTEM
from counter_app.security import SigningKey
from counter_app.wire import messages as m
from counter_app.wire.signing import ENROL_PURPOSE, enrol_text
from tests.postgres import Database
from tests.unit.central.stock.world import World

CODES = {"wechat": "1300000000000000", "alipay": "2800000000000000"}
PAYS, PASSWORD, NEVER, POOR, YESTERDAYS = "00", "91", "92", "93", "94"
DEADLINE_S = 20.0  # of the gateways in tests that wait for none


@cache
def keys(gateway: str) -> Keys:
    """Made once: that takes longer than a test."""
    return Keys()


@dataclass
class GatewayHouse:
    world: World
    database: Database
    simulator: GatewaySimulator
    gateways: dict[str, Gateway]
    windows: list[Device] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk = self.process()
        self.connection: Connection = self.world.connection
        self.windows += [self.window(1), self.window(2)]

    def process(self) -> PaymentDesk:
        """Another process of the same central: it shares the database and the keys, and nothing else."""
        return PaymentDesk(self.world.services, self.gateways)

    def window(self, number: int) -> Device:
        enrolment = Enrolment(self.world.services)
        code = enrolment.issue_code(
            self.world.connection, SYSTEM, station_code="AAA", counter=number, hours=1, name="A", latin="A"
        ).code
        key, device_id = SigningKey(self.world.numbers.bytes(32)), self.world.numbers.new()
        proof = key.sign(ENROL_PURPOSE, enrol_text(code, device_id, key.public))
        enrolment.enrol(
            m.EnrolRequest(code=code, device_id=device_id, public_key=key.public, proof=proof), self.world.connection
        )
        return Device(
            device_id=device_id,
            station_code="AAA",
            counter=number,
            epoch=1,
            current_epoch=1,
            lease_epoch=0,
            state="active",
            forked=False,
            wire=2,
        )

    # ---- a counter's side

    def charge_of(self, method: str, customer: str = PAYS, minor: int = 2_600) -> m.PayCharge:
        return m.PayCharge(
            intent_id=self.world.numbers.new(),
            order_id=self.world.numbers.new(),
            method=m.PayMethod(method),
            amount_minor=minor,
            currency="CNY",
            code=CODES[method] + customer,
            subject="G1 A-B",
        )

    def pay(self, charge: m.PayCharge, window: int = 0) -> m.PayAnswer:
        return self.desk.pay(self.windows[window], charge, self.connection)

    def ask(self, intent_id: UUID, window: int = 0) -> m.PayAnswer:
        return self.desk.state(self.windows[window], m.PayQuestion(intent_id=intent_id), self.connection)

    def reverse(self, intent_id: UUID, window: int = 0) -> m.PayAnswer:
        return self.desk.reverse(self.windows[window], m.PayReverse(intent_id=intent_id), self.connection)

    def refund_of(self, charge: m.PayCharge, minor: int | None = None) -> m.PayRefund:
        amount = charge.amount_minor if minor is None else minor
        return m.PayRefund(
            intent_id=self.world.numbers.new(), charge_id=charge.intent_id, amount_minor=amount, currency="CNY"
        )

    def refund(self, refund: m.PayRefund, window: int = 0) -> m.PayAnswer:
        return self.desk.refund(self.windows[window], refund, self.connection)

    # ---- nature

    def fault(self, fault: Fault, on: str = "*", times: int = 1, seconds: float = 0) -> None:
        self.simulator.faults.order(fault, on, times=times, seconds=seconds)

    def go(self, seconds: float) -> None:
        """Time passes, and central tends its payments once a second of it at most."""
        end = self.world.clock.monotonic_ms() + seconds * 1_000
        while self.world.clock.monotonic_ms() < end:
            self.world.clock.pass_(seconds=min(5.0, (end - self.world.clock.monotonic_ms()) / 1_000))
            self.tend()

    def tend(self) -> None:
        for method in self.gateways:
            self.desk.tend(method, self.connection)

    def settle(self, hours: float = 2) -> None:
        """The line is good again, and long enough passes for everything that central does by itself."""
        self.simulator.faults.clear()
        for _ in range(int(hours * 30)):
            self.world.clock.pass_(seconds=120)
            self.tend()

    def held(self, method: str) -> int:
        return self.simulator.books(method).held_minor


@contextmanager
def gateway_house(database: Database, folder: Path, *, deadline_s: float = DEADLINE_S) -> Iterator[GatewayHouse]:
    world = World(database.connect())
    simulator = GatewaySimulator(world.clock.now, keys=keys)
    simulator.start()
    files = simulator.write_config(folder)
    make = partial(build, clock=world.clock, entropy=world.numbers, deadline_s=deadline_s)
    try:
        gateways = {method: make(read_config(method, path)) for method, path in files.items()}
        yield GatewayHouse(world, database, simulator, gateways)
    finally:
        simulator.stop()
