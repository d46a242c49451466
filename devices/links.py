"""Bytes to a device and back, every call with a deadline: TCP, and serial lines through pyserial.

Terminals, displays and readers all speak over these; an unplugged device is one exception, whatever the system says.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from queue import Empty, Queue
from threading import Thread
from typing import Any, Final, Protocol

from counter_app.domain.device_settings import Address, SerialAddress
from counter_app.errors import DeviceTrouble

_CHUNK: Final = 4096
# A cable that was pulled sends no end: the kernel finds out by itself, in about 45 s while we only wait. Not sooner: a
# portable terminal may lose its radio for half a minute, and go on.
_KEEPALIVE: Final = (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 6), ("TCP_USER_TIMEOUT", 30_000))


_WORDS: Final = {"closed": "closed by the other side", "stalled": "it takes nothing"}


class LinkBroken(Exception):  # noqa: N818 - what happened, not whose error
    """``why``: closed | stalled. ``sent``: bytes of this call that left before it happened, at least."""

    def __init__(self, why: str, sent: int = 0) -> None:
        self.why = why
        self.sent = sent
        super().__init__(_WORDS[why])


class NotReachable(DeviceTrouble):
    """Nobody is there; nothing was sent."""


class Link(Protocol):
    def write(self, data: bytes, within_s: float) -> None:
        """All of it, or ``LinkBroken``."""
        ...

    def read(self, within_s: float) -> bytes:
        """What comes first, b"" when nothing does; ``LinkBroken`` when the other side is gone."""
        ...

    def close(self) -> None: ...


class Opener(Protocol):
    """How a link is made, each time anew."""

    @property
    def where(self) -> str: ...

    @property
    def serial(self) -> bool:
        """Whether blocks and their acknowledgements are spoken on it, or bare APDUs."""
        ...

    def open(self, within_s: float) -> Link:
        """Raises ``NotReachable``."""
        ...


def opener_of(address: Address, *, baud: int) -> Opener:
    """``baud``: of devices of this kind, where the address names none. 8 bits, no parity, one stop bit."""
    if isinstance(address, SerialAddress):
        return SerialOpener(address.device, address.baud or baud)
    return TcpOpener(address.host, address.port)


class TcpOpener:
    serial = False

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self.where = f"{host}:{port}"

    def open(self, within_s: float) -> Link:
        end = time.monotonic() + within_s
        trouble: Exception = TimeoutError("no address in time")
        try:
            found = _resolved(*self._address, within_s)
        except (OSError, UnicodeError) as unknown:  # UnicodeError: a name that no address can have
            raise NotReachable(self.where, f"not reachable: {unknown}") from unknown
        for family, address in found:
            connection = socket.socket(family, socket.SOCK_STREAM)
            try:
                connection.settimeout(max(0.05, end - time.monotonic()))
                connection.connect(address)
                _watch_over(connection)
                connection.setblocking(False)
            except OSError as refused:
                connection.close()
                trouble = refused
            else:
                return _TcpLink(connection)
        raise NotReachable(self.where, f"not reachable: {trouble}") from trouble


def _watch_over(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        if (option := getattr(socket, name, None)) is not None:
            with contextlib.suppress(OSError):  # a system that has the name and not the thing
                connection.setsockopt(socket.IPPROTO_TCP, option, value)


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

    Thread(target=ask, daemon=True, name="device-resolver").start()
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
        while sent < len(data):
            _, writable, _ = select.select([], [self._socket], [], max(0.0, end - time.monotonic()))
            if not writable:
                raise LinkBroken("stalled", sent)
            try:
                sent += self._socket.send(data[sent : sent + _CHUNK])
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
    """Eight bits, no parity, without handshake."""

    serial = True

    def __init__(self, device: str, baud: int = 9600, stop_bits: int = 1) -> None:
        assert stop_bits in {1, 2}
        self._device = device
        self._baud = baud
        self._stop_bits = stop_bits
        self.where = device

    def open(self, within_s: float) -> Link:
        import serial  # noqa: PLC0415 - only counters with a serial device need it

        try:
            port = serial.Serial(
                self._device,
                self._baud,
                stopbits=self._stop_bits,
                timeout=0,
                write_timeout=within_s,  # pyserial's default is to wait for ever
                exclusive=True if os.name == "posix" else None,
            )
        except (OSError, ValueError) as trouble:  # serial.SerialException is an OSError
            raise NotReachable(self.where, f"not reachable: {trouble}") from trouble
        return _PosixSerialLink(port) if os.name == "posix" else _SerialLink(port)


class _SerialLink:
    """By pyserial's own calls, where there is no file descriptor to wait on.

    An unplugged device raises ``SerialException``, plain ``OSError``, or ``TypeError`` where pyserial meets a handle
    that went away under it.
    """

    def __init__(self, port: Any) -> None:
        self._port = port

    def write(self, data: bytes, within_s: float) -> None:
        end = time.monotonic() + within_s
        for at in range(0, len(data), 512):
            try:
                self._port.write_timeout = max(0.01, end - time.monotonic())
                self._port.write(data[at : at + 512])
            except (OSError, TypeError) as trouble:
                # Part of the chunk may have left: that counts as sent.
                raise LinkBroken("stalled" if "timeout" in str(trouble).lower() else "closed", at + 1) from trouble

    def read(self, within_s: float) -> bytes:
        try:
            self._port.timeout = max(0.0, within_s)
            return bytes(self._port.read(max(1, min(_CHUNK, self._port.in_waiting))))
        except (OSError, TypeError) as trouble:
            raise LinkBroken("closed") from trouble

    def close(self) -> None:
        with contextlib.suppress(OSError, TypeError):
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
            except OSError as trouble:  # EIO: the adapter was unplugged
                raise LinkBroken("closed", sent) from trouble

    def read(self, within_s: float) -> bytes:
        readable, _, _ = select.select([self._fd], [], [], max(0.0, within_s))
        if not readable:
            return b""
        try:
            data = os.read(self._fd, _CHUNK)
        except BlockingIOError:
            return b""
        except OSError as trouble:
            raise LinkBroken("closed") from trouble
        if not data:
            raise LinkBroken("closed")
        return data

    def close(self) -> None:
        if self._stalled:
            # What a dead device does not take would hold the closing for half a minute. Never otherwise: an ACK may
            # still be on its way. An unplugged port raises SerialException, OSError, or termios.error (neither).
            with contextlib.suppress(Exception):
                self._port.reset_output_buffer()
        with contextlib.suppress(OSError, TypeError):
            self._port.close()
