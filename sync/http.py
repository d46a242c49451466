"""Bytes to central and back over HTTPS: ``ports.line.Transport``. Used from several threads at once."""

from __future__ import annotations

import ssl
from typing import Final
from urllib.parse import urlsplit

import httpcore

from counter_app.errors import NoAnswer, Reason, Refusal
from counter_app.ports.line import WireResponse
from counter_app.wire.codec import BODY_BYTES_MAX
from sync.deadline import Backend, Deadline

CONNECTIONS_MAX: Final = 4  # a clerk's question, the background's, and a spare for each
KEEP_ALIVE_S: Final = 55.0  # below what servers and the boxes between forget a quiet connection after
_HOSTS_IN_CLEAR: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class HttpTransport:
    """``url``: ``https://host[:port]``; ``http`` only to this very machine, for tests and the demonstration.

    ``certificate_file``: of the private authority that central's certificate is from; empty: the system's authorities.
    """

    def __init__(self, url: str, *, certificate_file: str = "") -> None:
        """Raises Refusal(BAD_SETTING)."""
        parts = urlsplit(url)
        if parts.scheme not in {"https", "http"} or not parts.hostname or parts.query or parts.fragment:
            raise Refusal(Reason.BAD_SETTING, key="central.url", detail=url[:200])
        if parts.scheme == "http" and parts.hostname not in _HOSTS_IN_CLEAR:
            raise Refusal(Reason.BAD_SETTING, key="central.url", detail="https is needed to another machine")
        self._scheme = parts.scheme.encode()
        self._host = parts.hostname.encode("idna")
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._prefix = parts.path.rstrip("/").encode()
        named = f"[{parts.hostname}]" if ":" in parts.hostname else self._host.decode()
        self._host_header = f"{named}:{self._port}".encode()
        self._deadline = Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=_trust(certificate_file) if parts.scheme == "https" else None,
            max_connections=CONNECTIONS_MAX,
            max_keepalive_connections=CONNECTIONS_MAX,
            keepalive_expiry=KEEP_ALIVE_S,
            network_backend=Backend(self._deadline),
        )

    def exchange(
        self, method: str, path: str, headers: dict[str, str], body: bytes, *, deadline_ms: int
    ) -> WireResponse:
        self._deadline.begin(deadline_ms)
        plain = [(b"host", self._host_header), (b"content-length", str(len(body)).encode())]
        plain += [(name.encode(), value.encode()) for name, value in headers.items()]
        try:
            return self._exchange(method, path, plain, body, deadline_ms)
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise NoAnswer("timeout", sent=self._deadline.sent) from error
        except httpcore.ConnectError as error:
            raise NoAnswer(f"no connection: {error}"[:200], sent=self._deadline.sent) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            raise NoAnswer(f"broken: {type(error).__name__}", sent=self._deadline.sent) from error

    def _exchange(
        self, method: str, path: str, headers: list[tuple[bytes, bytes]], body: bytes, deadline_ms: int
    ) -> WireResponse:
        url = httpcore.URL(scheme=self._scheme, host=self._host, port=self._port, target=self._prefix + path.encode())
        waits = {"timeout": {"pool": deadline_ms / 1000}}
        with self._pool.stream(method, url, headers=headers, content=body, extensions=waits) as response:
            pieces, size = [], 0
            for piece in response.iter_stream():
                size += len(piece)
                if size > BODY_BYTES_MAX:
                    raise NoAnswer("an answer without end", sent=True)
                pieces.append(piece)
            return WireResponse(status=response.status, body=b"".join(pieces))

    def close(self) -> None:
        self._pool.close()


def _trust(certificate_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=certificate_file or None)
    except (OSError, ssl.SSLError) as error:
        raise Refusal(Reason.BAD_SETTING, key="central.certificate", detail=str(error)[:200]) from error
