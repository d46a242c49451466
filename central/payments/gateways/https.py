"""One request to a gateway under one deadline: name, connection, TLS, request and answer together.

A library's timeouts are per operation: a line that drips a byte a second would hold a thread for ever. Each request has
a connection of its own: there are few, and none of them finds a line that died at rest.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore

ANSWER_BYTES_MAX: Final = 1 << 20
_LOCAL: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class NoAnswerError(Exception):
    """``reason``: timeout, no_connection, broken, too_long. Whether it arrived there nobody knows."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Header names in lower case; of one given twice the last."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """``base_url``: ``https://host[:port][/path]``; in clear only to this very machine, for the simulator."""

    def __init__(self, base_url: str, *, deadline_s: float, certificate_file: str = "") -> None:
        """Raises ``ValueError``."""
        parts = urlsplit(base_url)
        if parts.scheme not in {"https", "http"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("base_url")
        if parts.scheme == "http" and parts.hostname not in _LOCAL:
            raise ValueError("base_url: https is needed to another machine")
        self._scheme = parts.scheme.encode()
        self._host = parts.hostname.encode("idna")
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._prefix = parts.path.rstrip("/")
        named = f"[{parts.hostname}]" if ":" in parts.hostname else self._host.decode()
        usual = self._port == (443 if parts.scheme == "https" else 80)
        self._named = (named if usual else f"{named}:{self._port}").encode()
        self._deadline_s = deadline_s
        self._trust = ssl.create_default_context(cafile=certificate_file or None) if self._scheme == b"https" else None

    @property
    def prefix(self) -> str:
        return self._prefix

    def exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """``target``: path and query below the base. Raises ``NoAnswerError``."""
        end = time.monotonic() + self._deadline_s
        sent = [(b"host", self._named), (b"content-length", str(len(body)).encode()), (b"connection", b"close")]
        sent += [(name.encode(), value.encode()) for name, value in headers.items()]
        url = httpcore.URL(
            scheme=self._scheme, host=self._host, port=self._port, target=(self._prefix + target).encode()
        )
        try:
            with (
                httpcore.ConnectionPool(
                    ssl_context=self._trust, max_connections=1, retries=0, network_backend=_Backend(end)
                ) as pool,
                pool.stream(method, url, headers=sent, content=body) as response,
            ):
                pieces, size = [], 0
                for piece in response.iter_stream():
                    size += len(piece)
                    if size > ANSWER_BYTES_MAX:
                        raise NoAnswerError("too_long")
                    pieces.append(piece)
                found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                return Answer(status=response.status, headers=found, body=b"".join(pieces))
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise NoAnswerError("timeout") from error
        except httpcore.ConnectError as error:
            raise NoAnswerError("no_connection") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as error:
            raise NoAnswerError("broken") from error


class _Backend(httpcore.NetworkBackend):
    """``httpcore``'s, with the time that is left instead of the timeouts that it is given."""

    def __init__(self, end: float) -> None:
        self._end = end

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
            made = socket.create_connection((host, port), timeout=_left_s(self._end))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return _Stream(made, self._end)


class _Stream(httpcore.NetworkStream):
    def __init__(self, made: socket.socket, end: float) -> None:
        self._socket = made
        self._end = end

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout
        try:
            self._socket.settimeout(_left_s(self._end))
            return self._socket.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout
        left = memoryview(buffer)
        try:
            while left:
                self._socket.settimeout(_left_s(self._end))
                left = left[self._socket.send(left) :]
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
            self._socket.settimeout(_left_s(self._end))
            return _Stream(ssl_context.wrap_socket(self._socket, server_hostname=server_hostname), self._end)
        except TimeoutError as error:
            self.close()
            raise httpcore.ConnectTimeout from error
        except OSError as error:  # ssl.SSLError too: a certificate that is not the expected one
            self.close()
            raise httpcore.ConnectError(str(error)) from error

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket):
            return self._socket
        return self._socket if info == "socket" else None


def _left_s(end: float) -> float:
    """Never 0: to a socket that would mean "do not wait". Raises ``TimeoutError``."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
