"""APDUs to a terminal and back: bare over TCP; in blocks with ACK, NAK and two repeats over serial lines (PA00P016)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final, Protocol

from counter_app.ports.clock import Clock
from devices.links import Link, LinkBroken
from devices.zvt.apdu import Apdu, Splitter
from devices.zvt.block import ACK, NAK, Bad, Block, Event, Receiver, Sign, frame

_TRIES: Final = 3  # the block and two repeats
_READS_MAX: Final = 64  # of 4 KiB: a line that is never quiet is not fresh
_WAITING_MAX: Final = 1_000  # APDUs that came and nobody asked for: no terminal sends so many at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The time-outs of PA00P016, and ours around them."""

    connect_s: float = 5.0
    t1_s: float = 0.2  # between two bytes of a block
    t2_s: float = 5.0  # from a block to its ACK or NAK
    t3_s: float = 5.0  # from a command to its answer
    t4_s: float = 180.0  # from the answer to the completion; begins anew with each word of the terminal
    query_s: float = 30.0  # the same for what moves no money: registration, enquiry, repeated receipt
    end_of_day_s: float = 600.0
    stall_after_s: float = 2.5  # of committing: under T3, and under any time that a terminal waits
    longest_s: float = 300.0  # a payment in all, whatever the terminal goes on saying


class LineTrouble(Exception):  # noqa: N818 - what happened, not whose error
    """``why``: reset | timeout | garbled. ``sent``: whether a byte of what was to be sent may have left."""

    def __init__(self, why: str, *, sent: bool = True) -> None:
        self.why = why
        self.sent = sent
        super().__init__(why)


class Transport(Protocol):
    def send(self, apdu: Apdu) -> bool:
        """Whether it had to be repeated, so that the terminal may have had it twice. Raises ``LineTrouble``."""
        ...

    def receive(self, within_s: float) -> Apdu | None:
        """The next one; None: none in time. Raises ``LineTrouble``."""
        ...

    def is_fresh(self) -> bool:
        """Whether a new command may be sent on it: it stands, and nothing of an older conversation is left in it."""
        ...

    def close(self) -> None: ...


class TcpTransport:
    def __init__(self, link: Link, times: Times, clock: Clock) -> None:
        self._link = link
        self._times = times
        self._clock = clock
        self._splitter = Splitter()
        self._waiting: deque[Apdu] = deque()
        self._begun_ms: int | None = None

    def send(self, apdu: Apdu) -> bool:
        try:
            self._link.write(apdu.encode(), self._times.t3_s)
        except LinkBroken as broken:
            raise LineTrouble("reset" if broken.why == "closed" else "timeout", sent=broken.sent > 0) from broken
        return False

    def receive(self, within_s: float) -> Apdu | None:
        end_ms = self._clock.monotonic_ms() + round(within_s * 1000)
        while not self._waiting:
            left_s = (end_ms - self._clock.monotonic_ms()) / 1000
            data = _read(self._link, left_s)
            self._take(data)
            if not self._waiting and left_s <= 0:
                return None
        return self._waiting.popleft()

    def _take(self, data: bytes) -> None:
        self._waiting += self._splitter.feed(data)
        if len(self._waiting) > _WAITING_MAX:
            raise LineTrouble("garbled")
        now_ms = self._clock.monotonic_ms()
        if not self._splitter.within:
            self._begun_ms = None
        elif self._begun_ms is None or self._waiting:
            self._begun_ms = now_ms
        elif not data and now_ms - self._begun_ms > self._times.t3_s * 1000:
            raise LineTrouble("garbled")  # half a message, and T3 over (PA00P016, 5.2.5, case b)

    def is_fresh(self) -> bool:
        try:
            return not self._waiting and not self._splitter.within and not self._link.read(0.0)
        except LinkBroken:
            return False

    def close(self) -> None:
        self._link.close()


class SerialTransport:
    def __init__(self, link: Link, times: Times, clock: Clock) -> None:
        self._link = link
        self._times = times
        self._clock = clock
        self._receiver = Receiver()
        self._waiting: deque[Apdu] = deque()
        self._last: Apdu | None = None  # the block that was acknowledged last
        self._byte_ms = 0
        self._bad = 0  # in a row

    def send(self, apdu: Apdu) -> bool:
        block = frame(apdu)
        left = False
        for event in self._events(0.0):  # a late ACK of what was repeated before must not count for this one
            if isinstance(event, Block):
                self._accept(event.apdu, keep=True)
        for n in range(_TRIES):
            try:
                self._link.write(block, self._times.t2_s)
            except LinkBroken as broken:
                raise LineTrouble(_why(broken), sent=left or broken.sent > 0) from broken
            left = True
            if self._acknowledged():
                return n > 0
        raise LineTrouble("timeout")

    def _acknowledged(self) -> bool:
        """Whether ACK came within T2. A block that comes instead says so too: it is the answer to what we send.

        Unless it is the last one once more: then the terminal missed our ACK, and not yet heard what we send now.
        """
        end_ms = self._clock.monotonic_ms() + round(self._times.t2_s * 1000)
        verdict: bool | None = None
        while verdict is None:
            left_s = (end_ms - self._clock.monotonic_ms()) / 1000
            for event in self._events(left_s):
                if isinstance(event, Sign):
                    verdict = event.positive if verdict is None else verdict
                elif isinstance(event, Block):
                    repeated = verdict is None and event.apdu == self._last
                    self._accept(event.apdu, keep=not repeated)
                    verdict = verdict if repeated else True
            if verdict is None and left_s <= 0:
                return False
        return verdict

    def receive(self, within_s: float) -> Apdu | None:
        end_ms = self._clock.monotonic_ms() + round(within_s * 1000)
        while not self._waiting:
            left_s = (end_ms - self._clock.monotonic_ms()) / 1000
            for event in self._events(left_s):
                if isinstance(event, Block):
                    self._accept(event.apdu, keep=True)
            if not self._waiting and left_s <= 0:
                return None
        return self._waiting.popleft()

    def _events(self, within_s: float) -> list[Event]:
        """What came, T1 watched: a block that stops in its middle, or is wrong, is answered with NAK."""
        if self._receiver.within:
            within_s = min(within_s, self._times.t1_s)
        data = _read(self._link, within_s)
        now_ms = self._clock.monotonic_ms()
        if not data:
            if self._receiver.within and now_ms - self._byte_ms >= self._times.t1_s * 1000:
                self._receiver.reset()
                self._reject()
            return []
        self._byte_ms = now_ms
        events = self._receiver.feed(data)
        for event in events:
            if isinstance(event, Bad):
                self._reject()
        return events

    def _accept(self, apdu: Apdu, *, keep: bool) -> None:
        self._bad = 0
        self._last = apdu
        self._sign(ACK)
        if keep:
            self._waiting.append(apdu)
        if len(self._waiting) > _WAITING_MAX:
            raise LineTrouble("garbled")

    def _reject(self) -> None:
        self._bad += 1
        self._sign(NAK)
        if self._bad >= _TRIES:
            raise LineTrouble("garbled")

    def _sign(self, sign: int) -> None:
        try:
            self._link.write(bytes([sign]), self._times.t2_s)
        except LinkBroken as broken:
            raise LineTrouble(_why(broken)) from broken

    def is_fresh(self) -> bool:
        """What is still in the line is of an older conversation: it is thrown away, and not acknowledged."""
        self._receiver.reset()
        self._waiting.clear()
        self._last, self._bad = None, 0
        try:
            return any(not self._link.read(0.0) for _ in range(_READS_MAX))
        except LinkBroken:
            return False

    def close(self) -> None:
        self._link.close()


def _read(link: Link, within_s: float) -> bytes:
    try:
        return link.read(max(0.0, within_s))
    except LinkBroken as broken:
        raise LineTrouble(_why(broken)) from broken


def _why(broken: LinkBroken) -> str:
    return "reset" if broken.why == "closed" else "timeout"
