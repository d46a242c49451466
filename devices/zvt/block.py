"""The serial transport's block: ``10 02 APDU 10 03 CRClo CRChi``, each 10 of the APDU doubled (PA00P016, chapter 3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from devices.zvt.apdu import LENGTH_MAX, Apdu, decode
from devices.zvt.numbers import Garbled

DLE, STX, ETX, ACK, NAK = 0x10, 0x02, 0x03, 0x06, 0x15


def _table() -> tuple[int, ...]:
    table = []
    for first in range(256):
        crc = first
        for _ in range(8):
            crc = crc >> 1 ^ 0x8408 if crc & 1 else crc >> 1
        table.append(crc)
    return tuple(table)


_CRC_TABLE: Final = _table()


def crc(apdu: bytes) -> int:
    """CRC-16/KERMIT over the APDU and ETX, doubled bytes counted once. (The standard says XModem; it is reflected.)"""
    value = 0
    for byte in (*apdu, ETX):
        value = _CRC_TABLE[(value ^ byte) & 0xFF] ^ value >> 8
    return value


def frame(apdu: Apdu) -> bytes:
    raw = apdu.encode()
    doubled = raw.replace(bytes([DLE]), bytes([DLE, DLE]))
    return bytes([DLE, STX]) + doubled + bytes([DLE, ETX]) + crc(raw).to_bytes(2, "little")


@dataclass(frozen=True, slots=True)
class Block:
    """A block that came whole and right."""

    apdu: Apdu


@dataclass(frozen=True, slots=True)
class Sign:
    """ACK or NAK."""

    positive: bool


@dataclass(frozen=True, slots=True)
class Bad:
    """A block that came, and is not to be trusted. ``why``: crc | escape | length."""

    why: str


Event = Block | Sign | Bad


class _State(Enum):
    IDLE = auto()
    BEGIN = auto()  # DLE between blocks
    INSIDE = auto()
    ESCAPE = auto()  # DLE inside
    CRC = auto()


@dataclass(slots=True)
class Receiver:
    """Bytes one by one, events out. What stands between blocks and is no sign is passed over: a line has noise."""

    _state: _State = _State.IDLE
    _held: bytearray = field(default_factory=bytearray, repr=False)
    _crc: bytearray = field(default_factory=bytearray)

    @property
    def within(self) -> bool:
        """Whether a block has begun and not ended: T1 runs."""
        return self._state in {_State.INSIDE, _State.ESCAPE, _State.CRC}

    def reset(self) -> None:
        self._state = _State.IDLE
        self._held.clear()
        self._crc.clear()

    def feed(self, data: bytes) -> list[Event]:
        return [event for byte in data if (event := self._take(byte)) is not None]

    def _take(self, byte: int) -> Event | None:
        match self._state:
            case _State.IDLE:
                if byte in {ACK, NAK}:
                    return Sign(byte == ACK)
                if byte == DLE:
                    self._state = _State.BEGIN
            case _State.BEGIN:
                if byte == STX:
                    self.reset()
                    self._state = _State.INSIDE
                elif byte != DLE:
                    self._state = _State.IDLE
            case _State.INSIDE:
                if byte == DLE:
                    self._state = _State.ESCAPE
                else:
                    return self._hold(byte)
            case _State.ESCAPE:
                return self._escaped(byte)
            case _State.CRC:
                self._crc.append(byte)
                if len(self._crc) == 2:
                    return self._ended()
        return None

    def _escaped(self, byte: int) -> Event | None:
        if byte == DLE:
            self._state = _State.INSIDE
            return self._hold(byte)
        if byte == ETX:
            self._state = _State.CRC
            return None
        if byte == STX:  # a new block: the rest of the old one was lost
            self.reset()
            self._state = _State.INSIDE
            return None
        self.reset()
        return Bad("escape")

    def _hold(self, byte: int) -> Event | None:
        self._held.append(byte)
        if len(self._held) <= LENGTH_MAX + 5:
            return None
        self.reset()
        return Bad("length")

    def _ended(self) -> Event:
        raw, sum_ = bytes(self._held), int.from_bytes(self._crc, "little")
        self.reset()
        if crc(raw) != sum_:
            return Bad("crc")
        try:
            return Block(decode(raw))
        except Garbled:
            return Bad("length")
