"""Central as it is served, in this process: real PostgreSQL, real sockets, a clock that stands still."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

import httpx
import uvicorn

from central.shell.http import App, Shape, make_app
from central.shell.migrate import connect
from central.shell.protocol import BoundedProtocol
from central.wiring import Rooms, rooms_of
from counter_app.domain.staff import SYSTEM
from counter_app.security import SigningKey
from counter_app.wire import messages as m
from counter_app.wire.codec import encode
from counter_app.wire.signing import ENROL_PURPOSE, WIRE_VERSION, enrol_text, seal
from tests.postgres import Database
from tests.unit.central.office import open_railway
from tests.unit.central.stock.world import World


@dataclass
class Window:
    """An enrolled counter that asks over HTTP."""

    house: House
    device_id: UUID
    key: SigningKey
    sequence: int = 0

    def headers(self, method: str, target: str, body: bytes = b"", *, sequence: int | None = None) -> dict[str, str]:
        self.sequence += 1
        return seal(
            method=method,
            path=target,
            body=body,
            device_id=self.device_id,
            epoch=1,
            sequence=self.sequence if sequence is None else sequence,
            at=self.house.world.clock.now(),
            sign=self.key.sign,
            wire=WIRE_VERSION,
        ).headers()

    def post(self, path: str, message: object, client: httpx.Client | None = None) -> httpx.Response:
        body = encode(message)
        return (client or self.house.client).post(path, content=body, headers=self.headers("POST", path, body))

    def get(self, target: str) -> httpx.Response:
        return self.house.client.get(target, headers=self.headers("GET", target))


@dataclass
class House:
    """A running central. ``world``: its services, clock and timetable."""

    world: World
    rooms: Rooms
    app: App
    port: int
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.another_client()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def another_client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=60, trust_env=False)

    def raw(self, *parts: bytes, hang_up: bool = False) -> bytes:
        """Bytes as they are over a socket of their own; what came back until central closed the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as line:
            for part in parts:
                line.sendall(part)
            if hang_up:
                return b""
            return b"".join(iter(partial(line.recv, 65_536), b""))

    def window(self, number: int = 1, station: str = "AAA") -> Window:
        """Enrolled over HTTP with a code, as a new counter is."""
        code = self.rooms.enrolment.issue_code(
            self.world.connection, SYSTEM, station_code=station, counter=number, hours=1
        ).code
        key, device_id = SigningKey(self.world.numbers.bytes(32)), self.world.numbers.new()
        proof = key.sign(ENROL_PURPOSE, enrol_text(code, device_id, key.public))
        message = m.EnrolRequest(code=code, device_id=device_id, public_key=key.public, proof=proof)
        answer = self.client.post("/v1/enrol", content=encode(message))
        assert answer.status_code == 200, answer.text
        return Window(self, device_id, key)


@contextmanager
def house(database: Database, *, shape: Shape | None = None, timetable: bool = True) -> Iterator[House]:
    """Served from a thread, ended as a signal would end it."""
    world = World(database.connect())
    if not timetable:
        world.connection.execute("UPDATE issue SET activation = NULL")
    rooms = rooms_of(world.services, open_railway)
    app = make_app(
        rooms.central, connect=partial(connect, database.url), clock=world.clock, version="test", shape=shape
    )
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=30,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="house")
    thread.start()
    made = House(world, rooms, app, listening.getsockname()[1])
    try:
        yield made
    finally:
        made.client.close()
        server.should_exit = True
        thread.join(60)
        assert not thread.is_alive(), "central did not end"


def problem(answer: httpx.Response) -> str:
    """The code of a refusal."""
    assert answer.headers["content-type"] == "application/json"
    return str(answer.json()["code"])
