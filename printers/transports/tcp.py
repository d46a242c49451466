"""Network printers: raw bytes over TCP, port 9100 as a rule. A connection lasts for one conversation, so that several

windows can share a printer and none keeps it to itself.
"""

from __future__ import annotations

import errno
import select
import socket
from ipaddress import ip_address
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any

from counter_app.errors import DeviceTrouble
from printers.transports.base import Limit, Link, LinkBroken

_CHUNK = 4096
FoundAddresses = list[tuple[socket.AddressFamily, Any]]


class TcpOpener:
    """``bytes_per_s``: what a slow head prints while its buffer is full; deadlines are reckoned from it."""

    keeps_answers = False

    def __init__(self, host: str, port: int, *, bytes_per_s: int = 20_000) -> None:
        self._address = (host, port)
        self._bytes_per_s = bytes_per_s
        self.where = f"{host}:{port}"

    def open(self, within_s: float, stop: Event) -> Link:
        try:
            return _TcpLink(connected(*self._address, Limit(within_s, stop)), stop)
        except (OSError, UnicodeError) as trouble:
            raise DeviceTrouble(self.where, f"not reachable: {trouble}") from trouble

    def seconds_for(self, count: int) -> float:
        return count / self._bytes_per_s


def connected(host: str, port: int, limit: Limit) -> socket.socket:
    """A non-blocking socket to the first address of the name that answers.

    Raises ``OSError``, ``UnicodeError`` (a name that no address can have), ``LinkBroken`` (given up).
    """
    trouble: OSError = TimeoutError("no address in time")
    for family, address in resolved(host, port, limit):
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setblocking(False)
            _connect(connection, address, limit)
        except OSError as refused:
            connection.close()
            trouble = refused
        except LinkBroken:
            connection.close()
            raise
        else:
            return connection
    raise trouble


def _connect(connection: socket.socket, address: Any, limit: Limit) -> None:
    """Raises ``OSError``, ``LinkBroken`` (given up)."""
    code = connection.connect_ex(address)
    if code not in {0, errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", 0)}:
        raise OSError(code, errno.errorcode.get(code, "refused"))
    while code:
        limit.check()
        if limit.over:
            raise TimeoutError("nobody answers")
        # On Windows a refusal shows itself in the third list.
        _, writable, failed = select.select([], [connection], [connection], limit.slice_s)
        if not writable and not failed:
            continue
        code = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, errno.errorcode.get(code, "refused"))


def resolved(host: str, port: int, limit: Limit) -> FoundAddresses:
    """Family and address of each. Raises ``OSError``, ``UnicodeError``, ``LinkBroken`` (given up).

    The system's resolver has no deadline of its own: a dead name server holds it for half a minute.
    """
    if "%" not in host:  # an address needs no resolver, and no thread; a scope does
        try:
            numbers = ip_address(host)
        except ValueError:
            pass
        else:
            return [(socket.AF_INET6 if numbers.version == 6 else socket.AF_INET, (host, port))]
    answers: Queue[FoundAddresses | OSError | UnicodeError] = Queue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([(family, address) for family, _, _, _, address in found])
        except (OSError, UnicodeError) as trouble:
            answers.put(trouble)

    Thread(target=ask, daemon=True, name="resolver").start()
    while True:
        limit.check()
        try:
            answer = answers.get(timeout=max(0.001, limit.slice_s))
        except Empty:
            if limit.over:
                raise TimeoutError("the name server does not answer") from None
            continue
        if isinstance(answer, list):
            return answer
        raise answer


class _TcpLink:
    def __init__(self, connection: socket.socket, stop: Event) -> None:
        self._socket = connection
        self._stop = stop

    def write(self, data: bytes, within_s: float) -> None:
        limit = Limit(within_s, self._stop)
        sent = 0
        view = memoryview(data)
        while sent < len(data):
            limit.check(sent)
            _, writable, _ = select.select([], [self._socket], [], limit.slice_s)
            if not writable:
                if limit.over:
                    raise LinkBroken("stalled", sent)
                continue
            try:
                sent += self._socket.send(view[sent : sent + _CHUNK])
            except BlockingIOError:
                continue
            except OSError as trouble:
                raise LinkBroken("closed", sent) from trouble

    def read(self, within_s: float) -> bytes:
        limit = Limit(within_s, self._stop)
        while True:
            limit.check()
            readable, _, _ = select.select([self._socket], [], [], limit.slice_s)
            if readable:
                break
            if limit.over:
                return b""
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return b""
        except OSError as trouble:
            raise LinkBroken("closed") from trouble
        if not data:
            raise LinkBroken("closed")
        return data

    def port_error(self) -> str:
        return ""

    def close(self) -> None:
        self._socket.close()
