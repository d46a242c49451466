"""Bytes to a printer and back, every call with a deadline: TCP and serial lines."""

from __future__ import annotations

import os
import select
import socket
import time
from queue import Empty, Queue
from threading import Thread
from typing import Any, Protocol

from counter_app.errors import DeviceTrouble

_CHUNK = 4096
FLOWS = ("none", "rtscts", "xonxoff", "dsrdtr")


class LinkBroken(Exception):  # noqa: N818 - what happened, not whose error
    """``why``: closed | stalled | failed. ``sent``: bytes that left before it happened (at least)."""

    def __init__(self, why: str, sent: int = 0) -> None:
        self.why = why
        self.sent = sent
        super().__init__(f"{why} after {sent} bytes")


class Link(Protocol):
    def write(self, data: bytes, within_s: float) -> None:
        """All of it, or ``LinkBroken``."""
        ...

    def read(self, within_s: float) -> bytes:
        """What comes first, b"" when nothing does; ``LinkBroken`` when the other side is gone."""
        ...

    def close(self) -> None: ...


class Opener(Protocol):
    """How a link is made, each time anew: nothing of an older conversation is left in it."""

    @property
    def where(self) -> str: ...

    def open(self, within_s: float) -> Link:
        """Raises ``DeviceTrouble``: nobody there."""
        ...

    @property
    def keeps_answers(self) -> bool:
        """Whether an answer to an earlier conversation may come in a later one: a serial line is never new."""
        ...

    def seconds_for(self, count: int) -> float:
        """How long ``count`` bytes take on this line, at least."""
        ...


class TcpOpener:
    """``bytes_per_s``: what a slow head prints while its buffer is full; deadlines are reckoned from it."""

    keeps_answers = False

    def __init__(self, host: str, port: int, *, bytes_per_s: int = 20_000) -> None:
        self._address = (host, port)
        self._bytes_per_s = bytes_per_s
        self.where = f"{host}:{port}"

    def open(self, within_s: float) -> Link:
        end = time.monotonic() + within_s
        trouble: OSError | UnicodeError = TimeoutError("no address in time")
        try:
            found = _resolved(*self._address, within_s)
        except (OSError, UnicodeError) as unknown:  # UnicodeError: a name that no address can have
            raise DeviceTrouble(self.where, f"not reachable: {unknown}") from unknown
        for family, address in found:
            connection = socket.socket(family, socket.SOCK_STREAM)
            try:
                connection.settimeout(max(0.05, end - time.monotonic()))
                connection.connect(address)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.setblocking(False)
            except OSError as refused:
                connection.close()
                trouble = refused
            else:
                return _TcpLink(connection)
        raise DeviceTrouble(self.where, f"not reachable: {trouble}") from trouble

    def seconds_for(self, count: int) -> float:
        return count / self._bytes_per_s


_Found = list[tuple[socket.AddressFamily, Any]]


def _resolved(host: str, port: int, within_s: float) -> _Found:
    """The system's resolver has no deadline of its own: a dead name server holds it for half a minute."""
    answers: Queue[_Found | OSError | UnicodeError] = Queue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([(family, address) for family, _, _, _, address in found])
        except (OSError, UnicodeError) as trouble:
            answers.put(trouble)

    Thread(target=ask, daemon=True, name="resolver").start()
    try:
        answer = answers.get(timeout=within_s)
    except Empty:
        raise TimeoutError("the name server does not answer") from None
    if isinstance(answer, list):
        return answer
    raise answer


class _TcpLink:
    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    def write(self, data: bytes, within_s: float) -> None:
        end = time.monotonic() + within_s
        sent = 0
        view = memoryview(data)
        while sent < len(data):
            _, writable, _ = select.select([], [self._socket], [], max(0.0, end - time.monotonic()))
            if not writable:
                raise LinkBroken("stalled", sent)
            try:
                sent += self._socket.send(view[sent : sent + _CHUNK])
            except BlockingIOError:
                continue
            except OSError as trouble:
                raise LinkBroken("closed", sent) from trouble

    def read(self, within_s: float) -> bytes:
        readable, _, _ = select.select([self._socket], [], [], max(0.0, within_s))
        if not readable:
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

    def close(self) -> None:
        self._socket.close()


class SerialOpener:
    """``flow``: none | rtscts | xonxoff | dsrdtr. A pseudo-terminal has none of them."""

    keeps_answers = True

    def __init__(self, device: str, baud: int, flow: str = "none") -> None:
        assert flow in FLOWS
        self._device = device
        self._baud = baud
        self._flow = flow
        self.where = device

    def open(self, within_s: float) -> Link:
        import serial  # noqa: PLC0415 - only counters with a serial printer need it

        try:
            port = serial.Serial(
                self._device,
                self._baud,
                timeout=0,
                write_timeout=within_s,  # pyserial's default is to wait for ever
                rtscts=self._flow == "rtscts",
                xonxoff=self._flow == "xonxoff",
                dsrdtr=self._flow == "dsrdtr",
                exclusive=True if os.name == "posix" else None,
            )
        except (OSError, ValueError) as trouble:  # serial.SerialException is an OSError
            raise DeviceTrouble(self.where, f"not reachable: {trouble}") from trouble
        return _PosixSerialLink(port) if os.name == "posix" else _SerialLink(port)

    def seconds_for(self, count: int) -> float:
        return count * 10 / self._baud


class _SerialLink:
    """By pyserial's own calls, chunk by chunk: where there is no file descriptor to wait on."""

    def __init__(self, port: Any) -> None:
        self._port = port

    def write(self, data: bytes, within_s: float) -> None:
        end = time.monotonic() + within_s
        for at in range(0, len(data), 512):
            self._port.write_timeout = max(0.01, end - time.monotonic())
            try:
                self._port.write(data[at : at + 512])
            except OSError as trouble:
                # Part of the chunk may have left: that counts as sent.
                raise LinkBroken("stalled" if "timeout" in str(trouble).lower() else "closed", at + 1) from trouble

    def read(self, within_s: float) -> bytes:
        self._port.timeout = max(0.0, within_s)
        try:
            return bytes(self._port.read(max(1, self._port.in_waiting)))
        except OSError as trouble:
            raise LinkBroken("closed") from trouble

    def close(self) -> None:
        self._port.close()


class _PosixSerialLink:
    """On the descriptor that pyserial set up (raw, non-blocking): exact counts of what left."""

    def __init__(self, port: Any) -> None:
        self._port = port
        self._fd: int = port.fileno()
        self._stalled = False

    def write(self, data: bytes, within_s: float) -> None:
        end = time.monotonic() + within_s
        sent = 0
        while sent < len(data):
            _, writable, _ = select.select([], [self._fd], [], max(0.0, end - time.monotonic()))
            if not writable:
                self._stalled = True
                raise LinkBroken("stalled", sent)
            try:
                sent += os.write(self._fd, data[sent : sent + 512])
            except BlockingIOError:
                continue
            except OSError as trouble:
                raise LinkBroken("closed", sent) from trouble

    def read(self, within_s: float) -> bytes:
        readable, _, _ = select.select([self._fd], [], [], max(0.0, within_s))
        if not readable:
            return b""
        try:
            data = os.read(self._fd, _CHUNK)
        except BlockingIOError:
            return b""
        except OSError as trouble:  # EIO: the line is gone
            raise LinkBroken("closed") from trouble
        if not data:
            raise LinkBroken("closed")
        return data

    def close(self) -> None:
        if self._stalled:  # else closing waits up to half a minute for a printer that takes nothing
            self._port.reset_output_buffer()
        self._port.close()
