"""Sockets under one deadline for a whole exchange: name, connection, TLS, request and answer together.

A library's timeouts are per operation: a line that drips a byte a second would hold a clerk for ever.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from typing import Any, Final

import httpcore

_PIECE: Final = 65_536
_Address = tuple[Any, ...]


class Deadline:
    """Of the exchange that the present thread is in."""

    def __init__(self) -> None:
        self._local = threading.local()

    def begin(self, deadline_ms: int) -> None:
        self._local.end = time.monotonic() + deadline_ms / 1000
        self._local.connected = False

    def left_s(self) -> float:
        """Seconds, never 0: to a socket that would mean "do not wait". Raises ``TimeoutError`` when it is over."""
        end: float = self._local.end
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    @property
    def sent(self) -> bool:
        """Whether anything of the request may have left."""
        return bool(self._local.connected)

    def now_sending(self) -> None:
        self._local.connected = True


class Backend(httpcore.NetworkBackend):
    """``httpcore``'s, with the time that is left instead of the timeouts that it is given."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._resolver = Resolver()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        del timeout, local_address, socket_options
        try:
            addresses = self._resolver(host, port, self._deadline.left_s())
            return Stream(self._connect(addresses), self._deadline)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error

    def _connect(self, addresses: list[_Address]) -> socket.socket:
        trouble: OSError = OSError("no address")
        for at, (family, kind, protocol, _, address) in enumerate(addresses):
            made = socket.socket(family, kind, protocol)
            try:
                # A first address that leads nowhere leaves time for the next.
                made.settimeout(self._deadline.left_s() / (len(addresses) - at))
                made.connect(address)
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                made.close()
                trouble = error
            else:
                return made
        raise trouble


class Stream(httpcore.NetworkStream):
    def __init__(self, made: socket.socket, deadline: Deadline) -> None:
        self._socket = made
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout
        try:
            self._socket.settimeout(self._deadline.left_s())
            return self._socket.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout
        self._deadline.now_sending()
        left = memoryview(buffer)
        try:
            while left:
                self._socket.settimeout(self._deadline.left_s())
                left = left[self._socket.send(left[:_PIECE]) :]
        except TimeoutError as error:
            raise httpcore.WriteTimeout from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        del timeout
        try:
            self._socket.settimeout(self._deadline.left_s())
            return Stream(ssl_context.wrap_socket(self._socket, server_hostname=server_hostname), self._deadline)
        except TimeoutError as error:
            self.close()
            raise httpcore.ConnectTimeout from error
        except OSError as error:  # ssl.SSLError too: a certificate that is not the expected one
            self.close()
            raise httpcore.ConnectError(str(error)) from error

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket):
            return self._socket
        if info == "is_readable":
            return _is_readable(self._socket)
        return self._socket if info == "socket" else None


def _is_readable(made: socket.socket) -> bool:
    """A connection at rest that has something to say has been closed by the other end."""
    descriptor = made.fileno()
    if descriptor < 0:
        return True
    if hasattr(select, "poll"):  # select() itself knows no descriptor above 1023
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([descriptor], [], [], 0)[0])


class Resolver:
    """Names to addresses. The system's look-up knows no deadline: it runs beside, one at a time, and is waited for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[tuple[str, int], _LookUp] = {}

    def __call__(self, host: str, port: int, patience_s: float) -> list[_Address]:
        """Raises ``OSError``, ``TimeoutError``."""
        key = (host, port)
        with self._lock:
            running = self._running.get(key)
            if running is None:
                running = self._running[key] = _LookUp(host, port)
                running.start()
        running.join(patience_s)
        if running.is_alive():
            raise TimeoutError
        with self._lock:
            if self._running.get(key) is running:
                del self._running[key]
        if running.trouble is not None:
            raise running.trouble
        return running.found


class _LookUp(threading.Thread):
    def __init__(self, host: str, port: int) -> None:
        super().__init__(name="resolve", daemon=True)
        self._key = (host, port)
        self.found: list[_Address] = []
        self.trouble: OSError | None = None

    def run(self) -> None:
        try:
            self.found = socket.getaddrinfo(*self._key, type=socket.SOCK_STREAM)
        except OSError as error:
            self.trouble = error
