"""The serial line's blocks: ``10 02 APDU 10 03 CRClo CRChi``, 10 doubled, answered by 06 or 15 (PA00P016, 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DLE, STX, ETX, ACK, NAK = 0x10, 0x02, 0x03, 0x06, 0x15
T1_MS: Final = 200
REPEATS: Final = 2
BLOCK_MAX: Final = 65_540


def crc(data: bytes) -> int:
    """Reflected, polynomial 0x8408, begun with 0: what the document calls CRC-XModem and others CRC-16/KERMIT."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x8408 if value & 1 else 0)
    return value


def framed(apdu: bytes) -> bytes:
    check = crc(apdu + bytes((ETX,)))
    inside = apdu.replace(bytes((DLE,)), bytes((DLE, DLE)))
    return bytes((DLE, STX)) + inside + bytes((DLE, ETX, check & 0xFF, check >> 8))


@dataclass(frozen=True, slots=True)
class Block:
    """A block that came in whole; ``sound`` is False where its check sum is wrong or it is not built as it must be."""

    apdu: bytes
    sound: bool


Signal = int  # ACK or NAK between the blocks


class Deframer:
    """Bytes in, blocks and signals out. What stands between blocks and is neither is dropped."""

    def __init__(self) -> None:
        self._inside = bytearray()
        self._state = "idle"
        self._check = bytearray()

    @property
    def halfway(self) -> bool:
        return self._state != "idle"

    def give_up(self) -> None:
        """T1 ran out inside a block."""
        self._state = "idle"
        self._inside.clear()
        self._check.clear()

    def feed(self, data: bytes) -> list[Block | Signal]:
        found: list[Block | Signal] = []
        for byte in data:
            made = self._take(byte)
            if made is not None:
                found.append(made)
        return found

    def _take(self, byte: int) -> Block | Signal | None:
        match self._state:
            case "idle":
                if byte == DLE:
                    self._state = "begun"
                return byte if byte in {ACK, NAK} else None
            case "begun":
                self._state = "inside" if byte == STX else "idle"
            case "inside":
                if byte == DLE:
                    self._state = "escaped"
                else:
                    self._inside.append(byte)
            case "escaped":
                if byte == DLE:
                    self._inside.append(byte)
                    self._state = "inside"
                elif byte == ETX:
                    self._state = "check"
                else:
                    return self._done(sound=False)
            case _:
                self._check.append(byte)
                if len(self._check) == 2:
                    apdu = bytes(self._inside)
                    return self._done(sound=crc(apdu + bytes((ETX,))) == self._check[0] | self._check[1] << 8)
        if len(self._inside) > BLOCK_MAX:
            return self._done(sound=False)
        return None

    def _done(self, *, sound: bool) -> Block:
        block = Block(bytes(self._inside), sound)
        self.give_up()
        return block
