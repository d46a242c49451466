"""A line to a small device, serial or TCP: each call ends by its deadline, an unplugged device is one exception."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from typing import Any, Final, Protocol

from counter_app.domain.device_settings import Address, SerialAddress
from counter_app.errors import DeviceTrouble

_CHUNK: Final = 4096


class LineLost(Exception):  # noqa: N818 - what happened, not whose error
    """Unplugged, closed by the other side, or it takes nothing any more."""


class Line(Protocol):
    def write(self, data: bytes, within_s: float) -> None:
        """All of it, or ``LineLost``."""
        ...

    def read(self, within_s: float) -> bytes:
        """What comes first, b"" when nothing does; ``LineLost`` when the device is gone."""
        ...

    def close(self) -> None: ...


class Opener(Protocol):
    def __call__(self) -> Line:
        """Raises ``DeviceTrouble``: there is no such device now."""
        ...


def opener(address: Address, *, baud: int, within_s: float = 2.0) -> Opener:
    """``baud``: of devices of this kind, where the address names none. 8 bits, no parity, one stop bit."""

    def open_line() -> Line:
        if isinstance(address, SerialAddress):
            return _open_serial(address.device, address.baud or baud, within_s)
        try:
            connection = socket.create_connection((address.host, address.port), timeout=within_s)
        except (OSError, UnicodeError) as trouble:
            raise DeviceTrouble(str(address), f"not reachable: {trouble}") from trouble
        connection.setblocking(False)
        return _SocketLine(connection)

    return open_line


def _open_serial(device: str, baud: int, within_s: float) -> Line:
    import serial  # noqa: PLC0415 - only counters with such a device need it

    try:
        port = serial.Serial(
            device,
            baud,
            timeout=0,
            write_timeout=within_s,  # pyserial's default is to wait for ever
            exclusive=True if os.name == "posix" else None,
        )
    except (OSError, ValueError) as trouble:  # serial.SerialException is an OSError
        raise DeviceTrouble(device, f"not reachable: {trouble}") from trouble
    return _SerialLine(port)


class _SerialLine:
    """By pyserial's own calls. An unplugged device raises ``SerialException``, or plain ``OSError``, or ``TypeError``

    where pyserial meets a descriptor that went away under it.
    """

    def __init__(self, port: Any) -> None:
        self._port = port

    def write(self, data: bytes, within_s: float) -> None:
        try:
            self._port.write_timeout = within_s
            self._port.write(data)
        except (OSError, TypeError) as trouble:
            raise LineLost(str(trouble)) from trouble

    def read(self, within_s: float) -> bytes:
        try:
            self._port.timeout = max(0.0, within_s)
            first = bytes(self._port.read(1))
            return first + bytes(self._port.read(min(_CHUNK, self._port.in_waiting))) if first else b""
        except (OSError, TypeError) as trouble:
            raise LineLost(str(trouble)) from trouble

    def close(self) -> None:
        # What the device did not take is thrown away: else closing waits for it, half a minute long. termios.error,
        # which an unplugged device gives here, is no OSError.
        with contextlib.suppress(Exception):
            self._port.reset_output_buffer()
        with contextlib.suppress(OSError, TypeError):
            self._port.close()


class _SocketLine:
    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    def write(self, data: bytes, within_s: float) -> None:
        end = time.monotonic() + within_s
        view = memoryview(data)
        while view:
            try:
                _, writable, _ = select.select([], [self._socket], [], max(0.0, end - time.monotonic()))
                if not writable:
                    raise LineLost("it takes nothing")
                view = view[self._socket.send(view) :]
            except BlockingIOError:
                continue
            except OSError as trouble:
                raise LineLost(str(trouble)) from trouble

    def read(self, within_s: float) -> bytes:
        try:
            readable, _, _ = select.select([self._socket], [], [], max(0.0, within_s))
            data = self._socket.recv(_CHUNK) if readable else None
        except BlockingIOError:
            return b""
        except OSError as trouble:
            raise LineLost(str(trouble)) from trouble
        if data == b"":
            raise LineLost("closed by the other side")
        return data or b""

    def close(self) -> None:
        self._socket.close()
