"""The network between counters and central: slow, forgetful, repetitive; and cut for hours. Everything by chance given.

A request reaches central as the bytes that were sent, so what is delivered twice is the same sealed request. What is
held up on its way is delivered later, when nobody waits for its answer any more.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import heappop, heappush
from typing import Final, Protocol
from urllib.parse import parse_qsl, urlsplit

from central.request import Request, Response
from counter_app.errors import NoAnswer
from counter_app.ports.line import WireResponse
from tests.simulation.nature import Killed, Time
from tests.simulation.truth import Broken

HELD_UP_MS_MAX: Final = 40 * 60_000
FREQUENT: Final = frozenset({"/v1/feed", "/v1/catalogues", "/v1/time"})
OPEN_TO_ALL: Final = frozenset({"/v1/time", "/v1/enrol"})
REFUSED_MS: Final = 3  # a connection that is refused at once


class Fate(StrEnum):
    """Of one request."""

    GOOD = "good"
    LOST = "lost"  # it never arrives
    ANSWER_LOST = "answer_lost"
    HELD_UP = "held_up"  # it arrives when the sender has given up
    TWICE = "twice"  # and the answer of the first comes back
    TWICE_LATER = "twice_later"  # a copy arrives much later
    RESET = "reset"  # a connection at rest was gone: found out at once, and nobody knows whether it arrived
    CUT = "cut"  # the line goes down between the request and its answer, and stays down for a while
    CRASH_BEFORE = "crash_before"  # the counter dies before it sends
    CRASH_AFTER = "crash_after"  # the counter dies before it reads the answer


@dataclass(slots=True)
class Weather:
    """How bad it is on one counter's line. Shares are per mille of requests."""

    up: bool = True
    lost: int = 12
    answer_lost: int = 16
    held_up: int = 8
    twice: int = 12
    twice_later: int = 8
    reset: int = 12
    cut: int = 4
    crash: int = 4
    storm: int = 1
    latency_ms: tuple[int, int] = (1, 10)
    slow: bool = False

    def calm(self) -> None:
        self.up, self.slow = True, False
        self.lost = self.answer_lost = self.held_up = self.twice = self.twice_later = self.reset = 0
        self.cut = self.crash = 0


class Server(Protocol):
    """Central as the network sees it. Raises ``Killed`` when it dies over a request: whoever waits hears nothing."""

    def deliver(self, request: Request) -> Response: ...


@dataclass(slots=True, order=True)
class _Parcel:
    due_ms: int
    number: int
    request: Request = field(compare=False)


@dataclass(slots=True)
class Network:
    time: Time
    chance: random.Random
    server: Server
    meanwhile: Callable[[str], None]  # others may act while ``name`` waits
    say: Callable[[str], None]
    delivered: int = 0
    twice: int = 0
    _parcels: list[_Parcel] = field(default_factory=list)
    _numbers: int = 0

    def later(self, request: Request, in_ms: int) -> None:
        self._numbers += 1
        heappush(self._parcels, _Parcel(self.time.ms + in_ms, self._numbers, request))

    def pass_time(self, ms: int) -> None:
        """Time goes on, and what was held up arrives."""
        until = self.time.ms + ms
        while self._parcels and self._parcels[0].due_ms <= until:
            parcel = heappop(self._parcels)
            self.time.forward(max(0, parcel.due_ms - self.time.ms))
            self._deliver_unheard(parcel.request)
        self.time.forward(max(0, until - self.time.ms))

    def drain(self) -> None:
        """What is still on its way arrives."""
        while self._parcels:
            self.pass_time(max(0, self._parcels[0].due_ms - self.time.ms))

    def waiting(self) -> int:
        return len(self._parcels)

    def _deliver_unheard(self, request: Request) -> None:
        try:
            response = self.server.deliver(request)
        except Killed:
            return
        finally:
            self.delivered += 1
        self.say(f"late {request.method} {request.path} -> {response.status}")

    def deliver(self, request: Request) -> Response | None:
        """None: central died over it."""
        self.delivered += 1
        try:
            return self.server.deliver(request)
        except Killed:
            return None


@dataclass(slots=True)
class Wire:
    """One counter's way to central: ``ports.line.Transport``."""

    name: str
    network: Network
    weather: Weather
    chance: random.Random
    cut: Callable[[], None] = lambda: None  # it is down from now on, until somebody mends it

    def exchange(
        self, method: str, path: str, headers: dict[str, str], body: bytes, *, deadline_ms: int
    ) -> WireResponse:
        parts = urlsplit(path)
        request = Request(
            method=method,
            path=parts.path,
            target=path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={key.lower(): value for key, value in headers.items()},
            body=body,
            peer=self.name,
        )
        network, weather = self.network, self.weather
        if not weather.up:
            # A cut line is found out at once or at the deadline.
            network.pass_time(REFUSED_MS if self.chance.random() < 0.5 else deadline_ms)
            raise NoAnswer("unreachable", sent=False)
        fate = self._fate(parts.path)
        there, back = (self._latency() for _ in range(2))
        if fate is Fate.CRASH_BEFORE:
            raise Killed(self.name, f"before {method} {parts.path}")
        if fate is Fate.LOST:
            network.pass_time(deadline_ms)
            raise NoAnswer("timeout", sent=True)
        if fate is Fate.HELD_UP or there + back > deadline_ms:
            late = there if fate is not Fate.HELD_UP else deadline_ms + self.chance.randrange(1, HELD_UP_MS_MAX)
            network.later(request, late)
            network.pass_time(deadline_ms)
            raise NoAnswer("timeout", sent=True)
        network.pass_time(there)
        if fate is Fate.RESET:
            if self.chance.random() < 0.7:
                network.deliver(request)
            raise NoAnswer("reset", sent=True)
        if fate is Fate.CUT:
            if self.chance.random() < 0.7:
                network.deliver(request)
            self.cut()
            network.pass_time(deadline_ms)
            raise NoAnswer("timeout", sent=True)
        network.meanwhile(self.name)
        response = network.deliver(request)
        if fate is Fate.TWICE:
            network.twice += 1
            again = network.deliver(request)
            if response is not None and again is not None and again.status < 300 and path not in OPEN_TO_ALL:
                raise Broken(f"{method} {path}: the same sealed request was taken twice")
        if fate is Fate.TWICE_LATER:
            network.twice += 1
            network.later(request, self.chance.randrange(1, HELD_UP_MS_MAX))
        network.meanwhile(self.name)
        if fate is Fate.CRASH_AFTER:
            raise Killed(self.name, f"after {method} {parts.path}")
        if response is None or fate is Fate.ANSWER_LOST:
            network.pass_time(deadline_ms)
            raise NoAnswer("timeout", sent=True)
        network.pass_time(back)
        return WireResponse(status=response.status, body=response.body)

    def close(self) -> None:
        """There is nothing to close."""

    def _latency(self) -> int:
        low, high = self.weather.latency_ms
        slowly = self.chance.randrange(600, 2_500) if self.weather.slow else 0
        return self.chance.randrange(low, high) + slowly

    def _fate(self, path: str) -> Fate:
        weather = self.weather
        # Feeds are most of what is asked, and are asked again anyway: there less happens, and every lost one costs a
        # quarter of a minute.
        drawn = self.chance.randrange(10_000 if path in FREQUENT else 1_000)
        for fate, share in (
            (Fate.LOST, weather.lost),
            (Fate.ANSWER_LOST, weather.answer_lost),
            (Fate.HELD_UP, weather.held_up),
            (Fate.TWICE, weather.twice),
            (Fate.TWICE_LATER, weather.twice_later),
            (Fate.RESET, weather.reset),
            (Fate.CUT, weather.cut),
            (Fate.CRASH_BEFORE, weather.crash),
            (Fate.CRASH_AFTER, weather.crash),
        ):
            if drawn < share * weather.storm:
                return fate
            drawn -= share * weather.storm
        return Fate.GOOD
