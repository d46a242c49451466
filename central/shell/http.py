"""FastAPI around ``Central.handle``: sockets, threads, limits, numbers. What a request means is not known here.

``/v1/…`` goes straight to ``Shell.serve``, plain ASGI: no middleware stands between a counter and its answer.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl

from fastapi import FastAPI
from fastapi import Request as WebRequest
from fastapi.responses import Response as WebResponse
from starlette.types import Message, Receive, Scope, Send

from central.handle import Opened
from central.request import Request, Response
from central.services import Clock
from central.shell import openapi
from central.shell.lanes import Busy, Lane, Told
from central.shell.limits import Gate, Limits, Network, Peers
from central.shell.metrics import CONTENT_TYPE, Metrics
from central.shell.protocol import TARGET
from central.shell.readiness import readiness, silent
from central.tx import Connection
from counter_app.wire.codec import encode
from counter_app.wire.messages import ErrorAnswer, Refused
from counter_app.wire.routes import BY_PATH, ROUTES, Access, Route

_log = logging.getLogger("central.http")
BODY_S_MAX: Final = 60.0  # a slow line may take its time with a batch, but not for ever
READY_S_MAX: Final = 3.0  # who asks whether central is ready does not wait for a database that hangs
SLOW_S: Final = 1.0  # worth a line in the log
# Who still sends when the answer is written would see a reset line instead of it. So its bytes are taken and dropped
# for a while: until it is quiet for so long, or for so long in all, or for so many.
LINGER_QUIET_S: Final = 1.0
LINGER_S_MAX: Final = 30.0
LINGER_BYTES_MAX: Final = 64 << 20
QUERY_FIELDS_MAX: Final = 20
_ALLOWED: Final = {
    route.path: ", ".join(sorted(one.method for one in ROUTES if one.path == route.path)) for route in ROUTES
}
_WHO: Final = frozenset({401, 403, 426})  # answers to somebody who is not who they say
_UNTRIED: Final = frozenset({"not_signed", "clock_off", "wire_version"})  # of those: no key was looked up
_ASKS_DATABASE: Final = frozenset({"/readyz", "/metrics"})
_SIGNATURE: Final = "counterfoil-signature"
_CLAIMS: Final = frozenset({"claim", "lease", "release"})
_PAYMENTS: Final = frozenset({"pay", "pay_state", "pay_reverse", "pay_refund"})
_SHORT: Final = _CLAIMS | {"availability", "time"}
OPENED_HERE_MAX: Final = 64 * 1024  # bytes: hashing them takes less than a tenth of a millisecond
_KEPT: Final = frozenset({b"content-encoding", b"content-type"})
_ID: Final = re.compile(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


class Central(Protocol):
    """``central.handle.Central``."""

    def open(self, request: Request) -> Opened: ...

    def handle(self, request: Opened, connection: Connection) -> Response: ...

    def handle_claims(self, requests: Sequence[Opened], connection: Connection) -> Sequence[Response]: ...

    def handle_reads(self, requests: Sequence[Opened], connection: Connection) -> Sequence[Response]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How many threads, each with a connection, serve what. Claims go by run into lanes that commit many at once.

    One of those is best: a second one waits for the first one's feed heads until it has committed, and halves batches.
    """

    claim_lanes: int = 1
    claim_batch_max: int = 200
    other_threads: int = 6
    read_threads: int = 2
    read_batch_max: int = 20
    payment_threads: int = 12  # most of them wait for gateways, and hold up nobody else
    payments_waiting_max: int = 100
    limits: Limits = field(default_factory=Limits)
    proxies: tuple[Network, ...] = ()  # whose X-Forwarded-For is believed
    stop_s: float = 30


class App(FastAPI):
    """``/v1/…`` is answered before any middleware; the house's own routes are the framework's."""

    shell: Shell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/v1/"):
            await self.shell.serve(scope, receive, send)
        elif scope["type"] == "http" and (refused := self.shell.too_curious(scope)) is not None:
            await _send(send, refused, None)
        else:
            await super().__call__(scope, receive, send)

    def serve_short(self, scope: Scope, body: bytes, told: Callable[[Response], None]) -> bool:
        """For ``BoundedProtocol``."""
        return self.shell.serve_short(scope, body, told)


class Shell:
    """The lanes, the gate and the numbers of one process."""

    def __init__(
        self, central: Central, *, connect: Callable[[], Connection], clock: Clock, shape: Shape | None = None
    ) -> None:
        self.shape = shape or Shape()
        self._central = central
        self._clock = clock
        self._gate = Gate(self.shape.limits)
        self._peers = Peers(self.shape.proxies)
        self.metrics = Metrics(self._lane_states)

        def unopened(requests: Sequence[Request], connection: Connection) -> Sequence[Response]:
            return [central.handle(central.open(request), connection) for request in requests]

        self._claims = [
            Lane(f"claims-{n}", connect=connect, work=central.handle_claims, batch_max=self.shape.claim_batch_max)
            for n in range(self.shape.claim_lanes)
        ]
        self._reads = Lane(
            "reads",
            connect=connect,
            work=central.handle_reads,
            threads=self.shape.read_threads,
            batch_max=self.shape.read_batch_max,
        )
        self._others = Lane("others", connect=connect, work=unopened, threads=self.shape.other_threads)
        self._payments = Lane(
            "payments",
            connect=connect,
            work=unopened,
            threads=self.shape.payment_threads,
            queue_max=self.shape.payments_waiting_max,
        )
        self._house: Lane[Callable[[Connection], Any], Any] = Lane(
            "house", connect=connect, work=lambda calls, connection: [call(connection) for call in calls], queue_max=20
        )

    # ---- life ----------------------------------------------------------------------------------------------------

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        for lane in self._lanes():
            lane.start(loop)

    def stop(self) -> None:
        """What was accepted is finished; not to be called on the loop's thread."""
        for lane in self._lanes():
            if not lane.stop(self.shape.stop_s):
                _log.warning("lane %s did not end in time", lane.name)

    def _lanes(self) -> list[Lane[Any, Any]]:
        return [*self._claims, self._reads, self._others, self._payments, self._house]

    def _lane_states(self) -> dict[str, tuple[int, int]]:
        return {lane.name: (lane.waiting, lane.busy) for lane in self._lanes()}

    async def house(self, call: Callable[[Connection], Any]) -> Any:
        """Something with the database for health, readiness or metrics."""
        return await self._house.ask(call)

    def too_curious(self, scope: Scope) -> Response | None:
        """The refusal of who asks the house too often what the database has to be asked for."""
        if scope["path"] not in _ASKS_DATABASE:
            return None
        wait_s = self._gate.house_wait_s(peer=self._peer(scope), now_s=time.monotonic())
        return self._come_back(wait_s) if wait_s else None

    # ---- one request -----------------------------------------------------------------------------------------------

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        began_s = time.monotonic()
        route = BY_PATH.get((scope["method"], scope["path"]))
        try:
            response = await self._answer(route, scope, receive, began_s)
        except _GoneError:
            return
        await _send(send, response, receive if response.headers.get("connection") == "close" else None)
        self._count(route, scope, response, began_s)

    def serve_short(self, scope: Scope, body: bytes, told: Callable[[Response], None]) -> bool:
        """A request that is here whole, without a task of its own: ``told`` hears the answer, on the loop's thread.

        False: it is not one of the short ones, nothing was done.
        """
        route = BY_PATH.get((scope["method"], scope["path"]))
        if route is None or route.name not in _SHORT or len(body) > OPENED_HERE_MAX:
            return False
        began_s = time.monotonic()

        def answered(response: Response) -> None:
            told(response)
            self._count(route, scope, response, began_s)

        headers = _headers(scope["headers"])
        peer, limited = self._limited(route, scope, headers, began_s)
        request = limited or self._request(route, scope, headers, body, peer)
        if isinstance(request, Response):
            answered(request)
            return True

        def settled(response: Response | None, error: BaseException | None) -> None:
            answered(self._settled(route, peer, began_s, response, error))

        try:
            self._put(route, request, settled)
        except Exception as error:  # noqa: BLE001 - the same as if a lane had said so
            settled(None, error)
        return True

    def _count(self, route: Route | None, scope: Scope, response: Response, began_s: float) -> None:
        took_s = time.monotonic() - began_s
        name = route.name if route is not None else "other"
        self.metrics.answered(name, response.status, took_s, response.body)
        if response.status != 200 or took_s > SLOW_S:
            _log.info(
                "request",
                extra={
                    "route": name,
                    "status": response.status,
                    "device": _device(scope),
                    "ms": round(took_s * 1000),
                    "bytes": len(response.body),
                    "code": _code(response),
                },
            )

    async def _answer(self, route: Route | None, scope: Scope, receive: Receive, now_s: float) -> Response:
        if route is None:
            allowed = _ALLOWED.get(scope["path"])
            if allowed is None:
                return self.refusal(404, Refused.UNKNOWN_ROUTE, headers={"connection": "close"})
            return self.refusal(405, Refused.UNKNOWN_ROUTE, "method", headers={"allow": allowed})
        headers = _headers(scope["headers"])
        peer, limited = self._limited(route, scope, headers, now_s)
        if limited is not None:
            return limited
        most = _body_max(route)
        try:
            async with asyncio.timeout(BODY_S_MAX):
                body = await self._body(most, scope["headers"], receive)
        except TimeoutError:
            return self.refusal(408, Refused.BUSY, "the body did not come", headers={"connection": "close"})
        request = self._request(route, scope, headers, body, peer)
        if isinstance(request, Response):
            return request
        asked: asyncio.Future[Response] = asyncio.get_running_loop().create_future()

        def settled(response: Response | None, error: BaseException | None) -> None:
            if not asked.done():
                asked.set_result(self._settled(route, peer, now_s, response, error))

        try:
            self._put(route, request, settled)
        except Exception as error:  # noqa: BLE001 - the same as if a lane had said so
            settled(None, error)
        return await asked

    def _limited(
        self, route: Route, scope: Scope, headers: Mapping[str, str], now_s: float
    ) -> tuple[str, Response | None]:
        """Where it comes from, and the refusal of who asks too much."""
        peer = self._peer(scope)
        wait_s = self._gate.wait_s(
            peer=peer,
            device=headers.get("counterfoil-device", "")[:40] if len(headers.get(_SIGNATURE, "")) == 128 else None,
            signed_route=route.access is not Access.ANYONE,
            now_s=now_s,
        )
        return peer, self._come_back(wait_s) if wait_s else None

    def _peer(self, scope: Scope) -> str:
        return self._peers.of(scope["client"][0], scope["headers"]) if scope.get("client") else ""

    def _come_back(self, wait_s: float) -> Response:
        self.metrics.limited.inc()
        return self.refusal(
            429, Refused.RATE_LIMITED, headers={"retry-after": str(int(wait_s) + 1), "connection": "close"}
        )

    def _request(
        self, route: Route, scope: Scope, headers: Mapping[str, str], body: bytes | None, peer: str
    ) -> Request | Response:
        """``body`` None: it is too large."""
        most = _body_max(route)
        if body is None or len(body) > most:
            return self.refusal(413, Refused.TOO_LARGE, headers={"connection": "close"}, most=most)
        try:
            query = _query(scope["query_string"].decode("latin-1"))
        except ValueError:
            return self.refusal(400, Refused.BAD_MESSAGE, "query")
        return Request(
            method=route.method,
            path=route.path,
            target=scope[TARGET].decode("latin-1"),
            query=query,
            headers=headers,
            body=body,
            peer=peer,
        )

    def _settled(
        self, route: Route, peer: str, now_s: float, response: Response | None, error: BaseException | None
    ) -> Response:
        if isinstance(error, Busy):
            return self.refusal(503, Refused.BUSY, headers={"retry-after": "1"})
        if error is not None or response is None:
            # Whatever it was, it may have been done: a fault says "unknown". Nothing of a statement's text or values
            # in the log: only which kind of trouble it was.
            _log.error("%s in %s %s", type(error).__name__, route.name, getattr(error, "sqlstate", None) or "")
            return self.refusal(500, Refused.FAULT)
        if response.status in _WHO:
            self._gate.failed(peer, now_s, tried=_code(response) not in _UNTRIED)
        return response

    def _put(self, route: Route, request: Request, told: Told[Response]) -> None:
        """Into its lane. Short requests are opened here: signatures are checked while lanes wait for the database.

        Python lets other threads run meanwhile; a long body would hold up this thread for too long.
        """
        if route.name in _PAYMENTS:
            self._payments.put(request, told)
            return
        if len(request.body) > OPENED_HERE_MAX or route.name not in _SHORT:
            self._others.put(request, told)
            return
        opened = self._central.open(request)
        if opened.answer is not None:
            told(opened.answer, None)
        elif route.name not in _CLAIMS:
            self._reads.put(opened, told)
        else:
            # By run, so that the claims of one train wait in one line instead of for each other's lock. Where the id
            # cannot be found any line is right: the lock decides.
            at = request.body.find(b'"run_id":"')
            self._claims[hash(request.body[at + 10 : at + 46]) % len(self._claims)].put(opened, told)

    @staticmethod
    async def _body(most: int, headers: Sequence[tuple[bytes, bytes]], receive: Receive) -> bytes | None:
        """None: too large. Hardly more than ``most`` bytes of it are kept."""
        for name, value in headers:
            if name == b"content-length" and (len(value) > 12 or int(value) > most):
                return None
        parts, size, more = list[bytes](), 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _GoneError
            part = message.get("body", b"")
            parts.append(part)
            size += len(part)
            if size > most:
                return None
            more = message.get("more_body", False)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def refusal(
        self,
        status: int,
        code: Refused,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        **facts: int,
    ) -> Response:
        answer = ErrorAnswer(code=code.value, detail=detail, central_time=self._clock.now(), facts=dict(facts))
        return Response(status=status, body=encode(answer), headers=headers or {})


def _body_max(route: Route) -> int:
    return route.body_max if route.request is not None else 0


class _GoneError(Exception):
    """The other end hung up: there is nobody to answer."""


def make_app(
    central: Central,
    *,
    connect: Callable[[], Connection],
    clock: Clock,
    version: str,
    shape: Shape | None = None,
) -> App:
    """The application of one process. ``connect``: a new connection of a thread's own, autocommit on."""
    shell = Shell(central, connect=connect, clock=clock, shape=shape)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        shell.start(loop)
        try:
            yield
        finally:
            await loop.run_in_executor(None, shell.stop)

    app = App(title="Counterfoil central records", openapi_url=None, docs_url=None, redoc_url=None, lifespan=life)
    app.shell = shell
    document = json.dumps(openapi.description(version), ensure_ascii=False, separators=(",", ":")).encode()

    @app.get("/openapi.json")
    async def describe() -> WebResponse:
        return WebResponse(document, media_type="application/json")

    @app.get("/healthz")
    async def health() -> WebResponse:
        return _json(200, {"status": "ok"})

    @app.get("/readyz")
    async def ready() -> WebResponse:
        try:
            async with asyncio.timeout(READY_S_MAX):
                found = await shell.house(lambda connection: readiness(connection, clock.now().date()))
        except (Exception, TimeoutError) as error:  # noqa: BLE001 - not ready, whatever it is
            found = {"database": silent(error)}
        return _json(200 if all(value == "ok" for value in found.values()) else 503, found)

    @app.get("/metrics")
    async def metrics() -> WebResponse:
        try:
            async with asyncio.timeout(10):
                page = await shell.house(shell.metrics.page)
        except Exception:  # noqa: BLE001 - the rest of the numbers are wanted all the more when the database is away
            page = shell.metrics.page(None)
        return WebResponse(page, media_type=CONTENT_TYPE)

    async def no_such(_: WebRequest, error: Exception) -> WebResponse:
        status = getattr(error, "status_code", 500)
        refused = shell.refusal(status, Refused.UNKNOWN_ROUTE if status in {404, 405} else Refused.FAULT)
        headers = dict(getattr(error, "headers", None) or {})
        return WebResponse(refused.body, status_code=status, media_type="application/json", headers=headers)

    app.add_exception_handler(404, no_such)
    app.add_exception_handler(405, no_such)
    return app


def _json(status: int, value: Mapping[str, str]) -> WebResponse:
    return WebResponse(json.dumps(value).encode(), status_code=status, media_type="application/json")


def _headers(raw: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Those that central reads. A name given twice is none: which of the two was signed?"""
    made: dict[str, str] = {}
    for name, value in raw:
        if name.startswith(b"counterfoil-") or name in _KEPT:
            key = name.decode("latin-1")
            made[key] = "" if key in made else value.decode("latin-1")
    return made


def _query(text: str) -> dict[str, str]:
    """Raises ``ValueError`` for a name given twice, too many of them, or what is not a query."""
    if not text:
        return {}
    pairs = parse_qsl(
        text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=QUERY_FIELDS_MAX
    )
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name twice")
    return made


def _device(scope: Scope) -> str:
    """As the request says; shown only where it is an id, written as ids are."""
    for name, value in scope["headers"]:
        if name == b"counterfoil-device" and _ID.fullmatch(value):
            return str(value.decode("ascii"))
    return ""


def _code(response: Response) -> str:
    if response.status == 200:
        return ""
    begin = response.body.find(b'"code":"') + 8
    return response.body[begin : response.body.find(b'"', begin)].decode("ascii", "replace")[:40] if begin > 7 else ""


async def _send(send: Send, response: Response, unread: Receive | None) -> None:
    """``unread``: where the rest of a body may still come from, that nobody wants; the line is closed after it."""
    start: Message = {
        "type": "http.response.start",
        "status": response.status,
        "headers": [
            (b"content-type", response.content_type.encode()),
            (b"content-length", str(len(response.body)).encode()),
            *((name.encode(), value.encode()) for name, value in response.headers.items()),
        ],
    }
    await send(start)
    await send({"type": "http.response.body", "body": response.body, "more_body": unread is not None})
    if unread is not None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_S_MAX):
                await _linger(unread)
        await send({"type": "http.response.body", "body": b""})


async def _linger(receive: Receive) -> None:
    """Raises ``TimeoutError`` when it is quiet."""
    size, more = 0, True
    while more and size <= LINGER_BYTES_MAX:
        async with asyncio.timeout(LINGER_QUIET_S):
            message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)  # none of it where the other end hung up
