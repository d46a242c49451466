"""uvicorn's HTTP protocol with the bounds that it leaves out: size and number of headers, and time for a head."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from central.request import Response

HEAD_BYTES_MAX: Final = 16 * 1024
HEADERS_MAX: Final = 64
URL_BYTES_MAX: Final = 4 * 1024
HEAD_S_MAX: Final = 15.0  # from the connection, or from a head's first byte, to its end
CONNECTIONS_MAX: Final = 5_000  # of a process
TARGET: Final = "counterfoil.target"  # in the scope: the request's target byte for byte, as its signature covers it


Short = Callable[[Any, bytes, Callable[[Response], None]], bool]
"""``central.shell.http.Shell.serve_short``."""


class TooMuch(Exception):  # noqa: N818 - the world's
    """The parser stops, and the protocol answers 400 and closes."""


class BoundedProtocol(HttpToolsProtocol):
    """A head that is too long, or takes too long, ends the connection."""

    _head_bytes = 0
    _unfinished_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None
    _in_head = False
    _whole: RequestResponseCycle | None = None  # begun in what was just received, and may be whole at its end

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._short: Short | None = getattr(self.app, "serve_short", None)
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
        if self._whole is not None:  # its body is still coming
            cycle, self._whole = self._whole, None
            super()._start_asgi_task(cycle, self.app)
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
        name = name.lower()
        if name == b"expect":
            super().on_header(name, value)
        else:  # all that it does with any other; a request has a dozen of them
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._got_head()
        # Path and query alone do not tell a "?" with nothing after it, nor a host or fragment that was sent along.
        self.scope[TARGET] = self.url  # type: ignore[typeddict-unknown-key]
        self._in_head = True
        super().on_headers_complete()
        self._in_head = False

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if self._in_head and app is self.app and not cycle.waiting_for_100_continue and not self.flow.write_paused:
            assert self._whole is None
            self._whole = cycle
        else:
            super()._start_asgi_task(cycle, app)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        if self._whole is None or self._whole is not self.cycle:
            return
        cycle, self._whole = self._whole, None
        # A short request that came in one piece needs no task, no scope's messages, no events.
        short = self._short
        if short is None or not short(cycle.scope, bytes(cycle.body), partial(self._answer, cycle)):
            super()._start_asgi_task(cycle, self.app)

    def _answer(self, cycle: RequestResponseCycle, response: Response) -> None:
        """An answer that is here whole, as ``RequestResponseCycle.send`` would send it."""
        if cycle.disconnected or self.transport.is_closing():
            return
        parts = [STATUS_LINE[response.status]]
        for name, value in self.server_state.default_headers:
            parts += (name, b": ", value, b"\r\n")
        for key, text in response.headers.items():
            parts.append(f"{key}: {text}\r\n".encode("latin-1"))
            if key == "connection" and text == "close":
                cycle.keep_alive = False
        if not cycle.keep_alive and "connection" not in response.headers:
            parts.append(b"connection: close\r\n")
        parts.append(
            f"content-type: {response.content_type}\r\ncontent-length: {len(response.body)}\r\n\r\n".encode("latin-1")
        )
        parts.append(response.body)
        cycle.response_started = cycle.response_complete = True
        self.transport.write(b"".join(parts))
        if not cycle.keep_alive:
            self.transport.close()
        self.on_response_complete()

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
