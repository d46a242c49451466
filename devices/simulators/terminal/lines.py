"""The line to one till: whole messages out and in, over TCP or over a serial line, and what goes wrong on it."""

from __future__ import annotations

import contextlib
import os
import queue
import select
import socket
import threading
from collections.abc import Callable
from typing import Final

from devices.simulators.terminal.apdu import Apdu, MalformedError, Splitter, decoded
from devices.simulators.terminal.faults import Faults
from devices.simulators.terminal.framing import ACK, NAK, REPEATS, Block, Deframer, framed
from devices.simulators.terminal.settings import Timers

_TICK_S: Final = 0.02
_ONE_BYTE_S: Final = 0.0005
LOST: Final = "lost"
Event = Apdu | str  # a message; LOST; or a key that the customer pressed


class Line:
    """``inbox`` is all that happens to the conversation: messages, keys, the loss of the line."""

    def __init__(self, faults: Faults, closing: threading.Event, noise: Callable[[int], bytes]) -> None:
        self.faults = faults
        self.inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.gone = False
        self._closing = closing
        self._noise = noise
        self._held = b""

    def send(self, apdu: Apdu) -> bool:
        """False: it did not arrive, as far as can be known."""
        raise NotImplementedError

    def drop(self) -> None:
        """The connection is closed, or the cable is out."""
        raise NotImplementedError

    def mend(self) -> None:
        """The cable is in again; a closed connection stays closed."""

    def flush(self) -> None:
        """What waits for a message after it goes out, when none follows."""

    def _bytes(self, data: bytes, write: Callable[[bytes], None]) -> None:
        noise = self.faults.spend("garbage")
        if noise:
            data = self._noise(noise) + data
        slow = self.faults.number("slow")
        if slow:
            self._closing.wait(slow)
        if not self.faults.on("single"):
            write(data)
            return
        for byte in data:
            write(bytes((byte,)))
            self._closing.wait(_ONE_BYTE_S)


class TcpLine(Line):
    """Messages as they are. Its reader runs in a thread of its own."""

    def __init__(
        self,
        connection: socket.socket,
        faults: Faults,
        closing: threading.Event,
        noise: Callable[[int], bytes],
        timers: Timers,
    ) -> None:
        super().__init__(faults, closing, noise)
        self._connection = connection
        self._timers = timers
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(10)  # a till that reads nothing for so long has lost the line

    def read(self) -> None:
        splitter = Splitter()
        waited_s = 0.0
        try:
            while not self._closing.is_set() and not self.gone:
                ready, _, _ = select.select([self._connection], [], [], _TICK_S)
                if not ready:
                    waited_s = waited_s + _TICK_S if splitter.halfway else 0.0
                    if waited_s >= self._timers.reply_s:
                        break  # the rest of a message is too late: the connection is closed (PA00P016, 5.2.5)
                    continue
                waited_s = 0.0
                data = self._connection.recv(65_536)
                if not data:
                    break
                for apdu in splitter.feed(data):
                    self.inbox.put(apdu)
        except (OSError, ValueError):
            pass
        self.gone = True
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self.inbox.put(LOST)

    def send(self, apdu: Apdu) -> bool:
        if self.gone:
            return False
        if self.faults.on("glue") and apdu.answers:
            self._held += apdu.encoded  # goes out with the message after it
            return True
        data, self._held = self._held + apdu.encoded, b""
        try:
            self._bytes(data, self._connection.sendall)
        except OSError:
            self.gone = True
            return False
        return True

    def flush(self) -> None:
        data, self._held = self._held, b""
        if data and not self.gone:
            with contextlib.suppress(OSError):
                self._connection.sendall(data)

    def drop(self) -> None:
        self.flush()
        self.gone = True
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self._connection.close()


class SerialLine(Line):
    """Blocks with check sums over a file descriptor. Whatever is read is acknowledged by the reader's thread."""

    def __init__(
        self,
        descriptor: int,
        faults: Faults,
        closing: threading.Event,
        noise: Callable[[int], bytes],
        timers: Timers,
    ) -> None:
        super().__init__(faults, closing, noise)
        self._descriptor = descriptor
        self._timers = timers
        self._signals: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._writing = threading.Lock()
        self._unplugged = False
        self._last_block = b""
        self._refused = 0

    def read(self) -> None:
        deframer = Deframer()
        while not self._closing.is_set():
            wait = self._timers.pause_s if deframer.halfway else _TICK_S
            ready, _, _ = select.select([self._descriptor], [], [], wait)
            if not ready:
                if deframer.halfway:  # T1
                    deframer.give_up()
                    self._signal(NAK)
                continue
            try:
                data = os.read(self._descriptor, 4096)
            except BlockingIOError:
                continue
            except OSError:
                break
            if not self._unplugged:
                for found in deframer.feed(data):
                    self._take(found)
        self.gone = True
        self.inbox.put(LOST)

    def _take(self, found: Block | int) -> None:
        if isinstance(found, int):
            if found == ACK:
                self._last_block = b""  # the till has our message: what comes now is new, even if it looks the same
            self._signals.put(found)
            return
        sound = found.sound
        try:
            apdu = decoded(found.apdu)
        except MalformedError:
            sound = False
        if self.faults.take("nak") or not sound:
            self._signal(NAK)
            return
        repeated = found.apdu == self._last_block  # our 06 was lost: the till says it again
        self._last_block = found.apdu
        if self.faults.take("mute_ack"):
            if not repeated:
                self.inbox.put(apdu)
            return
        self._signal(ACK)
        if not repeated:
            self.inbox.put(apdu)

    def send(self, apdu: Apdu) -> bool:
        """Sent until it is acknowledged, with two repeats (T2 or 15 before each)."""
        if self.gone or self._unplugged:
            return False
        good = framed(apdu.encoded)
        while not self._signals.empty():
            self._signals.get()
        for _ in range(1 + REPEATS):
            block = good
            if self.faults.take("bad_crc"):
                block = good[:-1] + bytes((good[-1] ^ 0xFF,))
            if self.faults.take("twice"):
                block += good
            try:
                with self._writing:
                    self._bytes(block, self._write)
            except OSError:
                return False
            try:
                signal = self._signals.get(timeout=self._timers.block_s)
            except queue.Empty:
                continue
            if signal == ACK or self._unplugged:
                return signal == ACK
        return False

    def drop(self) -> None:
        self._unplugged = True
        self._signals.put(NAK)  # whoever waits for an answer need not wait on

    def mend(self) -> None:
        if self._unplugged:  # else the block before the next is still the one that may be said again
            self._last_block = b""
            self._unplugged = False

    def _signal(self, signal: int) -> None:
        with contextlib.suppress(OSError), self._writing:
            if not self._unplugged:
                self._write(bytes((signal,)))

    def _write(self, data: bytes) -> None:
        while data:
            try:
                data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:
                if not select.select([], [self._descriptor], [], self._timers.block_s)[1]:
                    raise TimeoutError("nobody reads") from None
