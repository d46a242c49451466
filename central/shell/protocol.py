"""uvicorn's HTTP protocol with the bounds that it leaves out: size and number of headers, and time for a head."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MAX: Final = 16 * 1024
HEADERS_MAX: Final = 64
URL_BYTES_MAX: Final = 4 * 1024
HEAD_S_MAX: Final = 15.0  # from the connection, or from a head's first byte, to its end
CONNECTIONS_MAX: Final = 5_000  # of a process
TARGET: Final = "counterfoil.target"  # in the scope: the request's target byte for byte, as its signature covers it


class TooMuch(Exception):  # noqa: N818 - the world's
    """The parser stops, and the protocol answers 400 and closes."""


class BoundedProtocol(HttpToolsProtocol):
    """A head that is too long, or takes too long, ends the connection."""

    _head_bytes = 0
    _unfinished_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS_MAX:
            transport.abort()
            return
        self.transport = _Joining(transport, self.loop)  # type: ignore[assignment]
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._got_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head_timer is None or self.transport.is_closing():
            return
        # Still in a head: a field that does not end is not shown to on_header, it gathers inside the parser.
        self._unfinished_bytes += len(data)
        if self._unfinished_bytes > 2 * HEAD_BYTES_MAX:
            self.send_400_response("Too large a head.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 0
        if self._head_timer is None:
            self._await_head()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > URL_BYTES_MAX:
            raise TooMuch

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > HEAD_BYTES_MAX or len(self.headers) >= HEADERS_MAX:
            raise TooMuch
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._got_head()
        # Path and query alone do not tell a "?" with nothing after it, nor a host or fragment that was sent along.
        self.scope[TARGET] = self.url  # type: ignore[typeddict-unknown-key]
        super().on_headers_complete()

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_S_MAX, self._too_slow)

    def _got_head(self) -> None:
        self._unfinished_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()


class _Joining:
    """A transport that hands on together what is written in one go: head and body of an answer are one packet."""

    def __init__(self, transport: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._parts:
            whole, self._parts = b"".join(self._parts), []
            if not self._transport.is_closing():
                self._transport.write(whole)
