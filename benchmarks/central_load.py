"""Lean clients for measuring central: raw sockets, requests signed beforehand, in processes of their own."""

from __future__ import annotations

import multiprocessing
import select
import socket
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from typing import Any
from uuid import UUID

from counter_app.security import SigningKey
from counter_app.system import SystemClock
from counter_app.wire.signing import seal

CONNECTIONS = 16
PROCESSES = 2


class Signer:
    """Signs requests of one window with numbers that it never used."""

    def __init__(self, device_id: UUID, private: bytes) -> None:
        self._device_id = device_id
        self._key = SigningKey(private)
        self._clock = SystemClock()
        self._sequence = time.time_ns() // 1_000

    def request(self, method: str, target: str, body: bytes, *, deflated: bool = False) -> bytes:
        self._sequence += 1
        sealed = seal(
            method=method,
            path=target,
            body=body,
            device_id=self._device_id,
            epoch=1,
            sequence=self._sequence,
            at=self._clock.now(),
            sign=self._key.sign,
        )
        lines = [f"{method} {target} HTTP/1.1", "host: central", f"content-length: {len(body)}"]
        if body:
            lines.append("content-type: application/json")
        if deflated:
            lines.append("content-encoding: deflate")
        lines += [f"{name}: {value}" for name, value in sealed.headers().items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Load:
    """What came back. ``latency_ms``: of each answer, from when its request was due."""

    seconds: float = 0
    answers: Counter[int] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    latency_ms: list[float] = field(default_factory=list)
    bytes_out: int = 0
    bytes_in: int = 0

    def add(self, other: Load) -> None:
        self.seconds = max(self.seconds, other.seconds)
        self.answers += other.answers
        self.words += other.words
        self.latency_ms += other.latency_ms
        self.bytes_out += other.bytes_out
        self.bytes_in += other.bytes_in


def load(
    host: str,
    port: int,
    per_connection: Sequence[Sequence[bytes]],
    *,
    seconds: float,
    interval_s: float = 0,
    word: bytes = b"",
    processes: int = PROCESSES,
) -> Load:
    """Each connection sends its requests one after the other, until the time or the requests are over.

    ``interval_s``: not as fast as it goes, but one request every so often, whatever became of the one before.
    ``word``: a field of the answer (``"status":"``) whose value is counted.
    """
    context = multiprocessing.get_context("spawn")
    shares = [per_connection[n::processes] for n in range(processes)]
    running = []
    for n, share in enumerate(shares):
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_clients, args=(theirs, host, port, share, seconds, interval_s, word, n, processes)
        )
        process.start()
        theirs.close()
        running.append((process, ours))
    for _, pipe in running:
        assert pipe.recv() == "ready"
    for _, pipe in running:
        pipe.send("go")
    made = Load()
    for process, pipe in running:
        made.add(pipe.recv())
        process.join(30)
    return made


def _clients(
    pipe: Pipe,
    host: str,
    port: int,
    share: Sequence[Sequence[bytes]],
    seconds: float,
    interval_s: float,
    word: bytes,
    number: int,
    processes: int,
) -> None:
    clients = [_Client(host, port, requests, word) for requests in share]
    pipe.send("ready")
    pipe.recv()
    begin = time.monotonic()
    if interval_s:
        for n, client in enumerate(clients):  # spread evenly over the interval
            client.due = begin + interval_s * (n * processes + number) / (len(clients) * processes)
    made = _drive(clients, begin + seconds, interval_s)
    made.seconds = time.monotonic() - begin
    pipe.send(made)


class _Client:
    __slots__ = ("at", "buffer", "due", "next", "requests", "sent", "socket", "word")

    def __init__(self, host: str, port: int, requests: Sequence[bytes], word: bytes) -> None:
        self.socket = socket.create_connection((host, port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests = requests
        self.next = 0
        self.due = 0.0
        self.at: float | None = None  # when the request under way was due
        self.buffer = b""
        self.word = word

    def send(self, at: float) -> int:
        request = self.requests[self.next]
        self.next += 1
        self.at = at
        self.socket.sendall(request)
        return len(request)

    def receive(self, made: Load) -> bool:
        """True: the answer is whole."""
        data = self.socket.recv(262_144)
        if not data:
            raise ConnectionError("central hung up")
        made.bytes_in += len(data)
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        at = self.buffer.find(b"content-length: ", 0, end)
        if at < 0:
            raise ValueError(self.buffer[:end])
        length = int(self.buffer[at + 16 : self.buffer.find(b"\r\n", at)])
        if len(self.buffer) < end + 4 + length:
            return False
        made.answers[int(self.buffer[9:12])] += 1
        if self.word:
            found = self.buffer.find(self.word, end)
            if found >= 0:
                found += len(self.word)
                made.words[self.buffer[found : self.buffer.find(b'"', found)].decode()] += 1
        self.buffer = b""
        return True


def _drive(clients: Sequence[_Client], end: float, interval_s: float) -> Load:
    made = Load()
    epoll = select.epoll()
    by_number = {client.socket.fileno(): client for client in clients}
    for number in by_number:
        epoll.register(number, select.EPOLLIN)
    under_way = 0
    while True:
        now = time.monotonic()
        wait = end - now
        if now < end:
            for client in clients:
                if client.at is None and client.next < len(client.requests):
                    if not interval_s:
                        made.bytes_out += client.send(now)
                        under_way += 1
                    elif client.due <= now:
                        made.bytes_out += client.send(client.due)
                        client.due += interval_s
                        under_way += 1
                    else:
                        wait = min(wait, client.due - now)
        if not under_way and (now >= end or not any(one.next < len(one.requests) for one in clients)):
            return made
        for number, _ in epoll.poll(max(0.0, wait) if now < end else 5):
            client = by_number[number]
            if client.receive(made):
                now = time.monotonic()
                assert client.at is not None
                made.latency_ms.append((now - client.at) * 1000)
                client.at = None
                under_way -= 1
                if not interval_s and now < end and client.next < len(client.requests):
                    made.bytes_out += client.send(now)
                    under_way += 1


def spread(items: Sequence[Any], ways: int) -> list[list[Any]]:
    return [list(items[n::ways]) for n in range(ways)]
