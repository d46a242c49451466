"""A counter's line that is made until an outage ends, and real sockets to a served central from then on.

What goes over the sockets is counted there: heads and bodies, of every request, as ``sync.http`` writes and reads them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import httpcore

from counter_app.errors import NoAnswer
from counter_app.ports.line import WireResponse
from sync.deadline import Backend, Deadline
from sync.http import CONNECTIONS_MAX, KEEP_ALIVE_S, HttpTransport
from tests.simulation.network import Wire


@dataclass(slots=True)
class Traffic:
    """Bytes without TLS. ``pushed_up``, ``pushed_down``: those of pushes. ``slowest_ms``: of a push."""

    up: int = 0
    down: int = 0
    pushed_up: int = 0
    pushed_down: int = 0
    requests: int = 0
    pushes: int = 0
    slowest_ms: float = 0.0


@dataclass(slots=True)
class OutageLine(Wire):
    """``connect``: from now on real sockets. ``to_lose``: the answers to so many pushes are lost on their way."""

    to_lose: int = 0
    traffic: Traffic = field(default_factory=Traffic)
    _real: HttpTransport | None = None

    def connect(self, url: str) -> None:
        assert self._real is None
        self._real = CountedTransport(url, self.traffic)

    def hang_up(self) -> None:
        if self._real is not None:
            self._real.close()

    def exchange(
        self, method: str, path: str, headers: dict[str, str], body: bytes, *, deadline_ms: int
    ) -> WireResponse:
        if self._real is None:
            return Wire.exchange(self, method, path, headers, body, deadline_ms=deadline_ms)
        traffic = self.traffic
        up, down, started = traffic.up, traffic.down, perf_counter()
        traffic.requests += 1
        try:
            answer = self._real.exchange(method, path, headers, body, deadline_ms=deadline_ms)
            if path == "/v1/journal" and self.to_lose:
                self.to_lose -= 1
                raise NoAnswer("made: the answer is lost", sent=True)
            return answer
        finally:
            if path == "/v1/journal":
                traffic.pushes += 1
                traffic.pushed_up += traffic.up - up
                traffic.pushed_down += traffic.down - down
                traffic.slowest_ms = max(traffic.slowest_ms, (perf_counter() - started) * 1_000)


class CountedTransport(HttpTransport):
    """The counter's own, with a pool whose sockets are counted."""

    def __init__(self, url: str, traffic: Traffic) -> None:
        super().__init__(url)
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            max_connections=CONNECTIONS_MAX,
            max_keepalive_connections=CONNECTIONS_MAX,
            keepalive_expiry=KEEP_ALIVE_S,
            network_backend=_Backend(self._deadline, traffic),
        )


class _Backend(Backend):
    def __init__(self, deadline: Deadline, traffic: Traffic) -> None:
        super().__init__(deadline)
        self._traffic = traffic

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return _Counted(super().connect_tcp(host, port, timeout, local_address, socket_options), self._traffic)


class _Counted(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, traffic: Traffic) -> None:
        self._stream = stream
        self._traffic = traffic

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        got = self._stream.read(max_bytes, timeout)
        self._traffic.down += len(got)
        return got

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)
        self._traffic.up += len(buffer)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
