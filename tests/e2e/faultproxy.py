"""A TCP proxy with faults that one can switch on: what lies between a window and central on a bad day.

It runs in a thread of the test and speaks no protocol: bytes in, bytes out, or not.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Final, Self

_PIECE: Final = 65_536


class Fault(StrEnum):
    NONE = "none"
    REFUSED = "refused"  # connections are cut at once
    SILENT = "silent"  # everything is swallowed: nothing arrives, nothing answers
    ANSWER_LOST = "answer_lost"  # the request arrives; the line is cut where the answer begins
    SLOW = "slow"  # each piece waits
    FLAKY = "flaky"  # one of the others by chance, for each connection


@dataclass(slots=True)
class FaultProxy:
    """``with FaultProxy(port) as proxy``: listens on ``proxy.port``, forwards to 127.0.0.1:``target``."""

    target: int
    seed: int = 1
    fault: Fault = Fault.NONE
    slow_s: float = 0.2
    only: bytes = b""  # how a request begins that the fault is for, such as b"POST /v1/claims "; others pass
    cut: int = 0  # connections that a fault ended
    port: int = 0
    _listener: socket.socket = field(init=False)
    _closing: threading.Event = field(default_factory=threading.Event)
    _random: Random = field(init=False)

    def __enter__(self) -> Self:
        self._random = Random(self.seed)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._listener.settimeout(0.2)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._listener.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _chosen(self) -> Fault:
        if self.fault is not Fault.FLAKY:
            return self.fault
        return self._random.choice((Fault.NONE, Fault.NONE, Fault.REFUSED, Fault.ANSWER_LOST, Fault.SLOW))

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            if not self.only and self._chosen() is Fault.REFUSED:
                self.cut += 1
                return
            with socket.create_connection(("127.0.0.1", self.target), timeout=5) as central:
                self._forward(client, central)

    def _forward(self, client: socket.socket, central: socket.socket) -> None:
        with selectors.DefaultSelector() as ready:
            ready.register(client, selectors.EVENT_READ, central)
            ready.register(central, selectors.EVENT_READ, client)
            fault = Fault.NONE if self.only else self._chosen()
            while not self._closing.is_set():
                for key, _ in ready.select(timeout=0.2):
                    source = key.fileobj
                    assert isinstance(source, socket.socket)
                    piece = source.recv(_PIECE)
                    if not piece:
                        return
                    if source is client:  # a new request on a kept connection meets the day's weather
                        if not self.only or piece.startswith(self.only):
                            fault = self._chosen()
                        elif piece[:5] in {b"POST ", b"GET /"}:
                            fault = Fault.NONE
                    if fault is Fault.REFUSED or (fault is Fault.ANSWER_LOST and source is central):
                        self.cut += 1
                        return
                    if fault is Fault.SILENT:
                        continue
                    if fault is Fault.SLOW:
                        time.sleep(self.slow_s)
                    key.data.sendall(piece)
