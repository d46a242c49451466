"""A till of bare bytes, which shares no code with either end: the simulated terminal's tests speak with it."""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from devices.simulators.terminal.serve import TerminalSimulator
from devices.simulators.terminal.settings import Settings, Timers

PATIENCE_S = 20.0
OK = "80 00 00"
REGISTER = "06 00 06 00 00 00 08 09 78"  # intermediate status, receipts printed by the terminal
AT = datetime(2026, 11, 21, 13, 14, 15, tzinfo=UTC)
QUICK = Timers(pause_s=0.2, block_s=10.0, reply_s=10.0, delivery_s=10.0, again_s=0.01, refresh_s=5.0)


class StandingClock:
    """The same instant for ever; deadlines run on."""

    def now(self) -> datetime:
        return AT

    def monotonic_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000


class CountingEntropy:
    """Not by chance, so that a conversation can be told byte by byte."""

    def __init__(self) -> None:
        self._count = 0

    def bytes(self, count: int) -> bytes:
        self._count += 1
        return self._count.to_bytes(count, "big")


def terminal(
    books: Path | None = None,
    *,
    script: Iterable[str] = (),
    manual: bool = False,
    timers: Timers = QUICK,
    pace: float = 0,
    patience_s: float = PATIENCE_S,
    **more: str | int,
) -> TerminalSimulator:
    """Customer and bank at once, unless played by keys."""
    settings = Settings(pace=pace, manual=manual, timers=timers, patience_s=patience_s, **more)  # type: ignore[arg-type]
    return TerminalSimulator(
        books, clock=StandingClock(), entropy=CountingEntropy(), settings=settings, script=script, zone=UTC
    )


class Till:
    """Sends and takes messages as hexadecimal text. ``None`` is: the terminal hung up."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._kept = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def send(self, text: str) -> None:
        self._socket.sendall(bytes.fromhex(text))

    def take(self) -> str | None:
        while (size := _size(self._kept)) is None or len(self._kept) < size:
            try:
                data = self._socket.recv(65_536)
            except ConnectionError:
                return None
            if not data:
                return None
            self._kept += data
        message, self._kept = self._kept[:size], self._kept[size:]
        return message.hex(" ").upper()

    def bytes(self, count: int) -> str:
        """So many bytes as they come, whatever they are."""
        data = self._kept
        while len(data) < count and (more := self._socket.recv(count - len(data))):
            data += more
        self._kept = b""
        return data.hex(" ").upper()

    def quiet(self, seconds: float = 0.3) -> bool:
        """Nothing comes for so long (and nothing is kept)."""
        return not self._kept and not select.select([self._socket], [], [], seconds)[0]

    def do(self, command: str, *, to_status: str = OK) -> list[str]:
        """A command to its end: all that the terminal says, each message answered 80 00 00, 04 0F by ``to_status``."""
        self.send(command)
        said: list[str] = []
        while (message := self.take()) is not None:
            said.append(message)
            if message[:2] == "84":
                return said
            if message[:2] != "80":
                self.send(to_status if message[:5] == "04 0F" else OK)
            if message[:5] in {"06 0F", "06 1E"}:
                return said
        return [*said, "gone"]

    def until(self, control: str) -> str:
        """Acknowledges what comes, up to a message of this control field, which stays unanswered."""
        while (message := self.take()) is not None:
            if message.startswith(control):
                return message
            if message[:2] not in {"80", "84"}:
                self.send(OK)
        raise AssertionError(f"hung up before {control}")


def _size(data: bytes) -> int | None:
    if len(data) < 3:
        return None
    if data[2] != 0xFF:
        return 3 + data[2]
    return 5 + data[3] + 256 * data[4] if len(data) >= 5 else None


class SerialTill:
    """The bytes of a serial line, as they are."""

    def __init__(self, device: str) -> None:
        self._descriptor = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    def close(self) -> None:
        os.close(self._descriptor)

    def send(self, text: str) -> None:
        data = bytes.fromhex(text)
        while data:
            data = data[os.write(self._descriptor, data) :]

    def take(self, count: int) -> str:
        """So many bytes, or fewer where no more come."""
        data = b""
        end = time.monotonic() + PATIENCE_S
        while len(data) < count and (left := end - time.monotonic()) > 0:
            if select.select([self._descriptor], [], [], left)[0]:
                data += os.read(self._descriptor, count - len(data))
        return data.hex(" ").upper()

    def take_block(self) -> str:
        """From 10 02 to the check sum."""
        data = bytes.fromhex(self.take(2))
        while not _ended(data):
            more = bytes.fromhex(self.take(1))
            if not more:
                break
            data += more
        return (data + bytes.fromhex(self.take(2))).hex(" ").upper()


def _ended(block: bytes) -> bool:
    """10 03 stands at the end, and its 10 is not the second half of a doubled one."""
    inside = block[2:].replace(b"\x10\x10", b"")
    return inside.endswith(b"\x10\x03")
