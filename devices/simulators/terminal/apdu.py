"""What stands in a ZVT message: control field, length, numbered fields, TLV. Strict: a terminal refuses what is not so.

Lengths and formats of the fields: PA00P015 13.08, chapter 13; TLV: chapter 9.3; the length field: PA00P016, 5.2.4.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LONG: Final = 0xFF
DATA_MAX: Final = 65_535
LL, LLL, TLV = -2, -3, -1

FIELDS: Final[dict[int, int]] = {
    **dict.fromkeys((0x01, 0x02, 0x03, 0x05, 0x19, 0x27, 0x8A, 0x8C, 0xA0, 0xD0, 0xD2, 0xD3), 1),
    **dict.fromkeys((0xE0, 0xE9, 0xEA, 0xF0, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD), 1),
    **dict.fromkeys((0x0D, 0x0E, 0x17, 0x3A, 0x49, 0x87), 2),
    **dict.fromkeys((0x0B, 0x0C, 0x37, 0x3D, 0x88, 0xAA), 3),
    **dict.fromkeys((0x22, 0x23, 0x2D, 0x4C, 0x8B, 0xA7, 0xD1), LL),
    **dict.fromkeys((*range(0xE1, 0xE9), *range(0xF1, 0xF9)), LL),
    **dict.fromkeys((0x24, 0x2E, 0x3C, 0x60, 0x9A, 0xAF), LLL),
    0x04: 6,
    0x06: TLV,
    0x29: 4,
    0x2A: 15,
    0x3B: 8,
    0xBA: 5,
    0xEB: 8,
}


class MalformedError(ValueError):
    """Not what the document describes: ``84 9A 00``."""


class UnknownFieldError(ValueError):
    """A field number that the document does not list: ``84 83 00``."""


@dataclass(frozen=True, slots=True)
class Apdu:
    """``control`` is the two bytes as one number: 0x0601."""

    control: int
    data: bytes = b""

    @property
    def encoded(self) -> bytes:
        size = len(self.data)
        assert size <= DATA_MAX
        length = bytes((size,)) if size < LONG else bytes((LONG, size & 0xFF, size >> 8))
        return self.control.to_bytes(2, "big") + length + self.data

    @property
    def positive(self) -> bool:
        """80 00 and 84 00 mean the same."""
        return self.control in {0x8000, 0x8400}

    @property
    def answers(self) -> bool:
        return self.control >> 8 in {0x80, 0x84}


OK: Final = Apdu(0x8000)


class Splitter:
    """Bytes of a TCP stream in, whole messages out, however they were cut."""

    def __init__(self) -> None:
        self._kept = bytearray()

    @property
    def halfway(self) -> bool:
        return bool(self._kept)

    def feed(self, data: bytes) -> list[Apdu]:
        self._kept += data
        found = []
        while (size := self._size()) is not None and len(self._kept) >= size:
            found.append(decoded(bytes(self._kept[:size])))
            del self._kept[:size]
        return found

    def _size(self) -> int | None:
        kept = self._kept
        if len(kept) < 3:
            return None
        if kept[2] != LONG:
            return 3 + kept[2]
        return None if len(kept) < 5 else 5 + kept[3] + 256 * kept[4]


def decoded(message: bytes) -> Apdu:
    """One whole message; raises ``MalformedError`` if its length is another than it says."""
    if len(message) < 3:
        raise MalformedError("shorter than a control field and a length")
    start, size = 3, message[2]
    if size == LONG:
        start, size = 5, int.from_bytes(message[3:5], "little")
    if len(message) != start + size:
        raise MalformedError("the length field says another length")
    return Apdu(int.from_bytes(message[:2], "big"), message[start:])


# ---- numbers


def bcd(number: int, size: int) -> bytes:
    text = str(number).rjust(2 * size, "0")
    assert number >= 0
    assert len(text) == 2 * size
    return bytes.fromhex(text)


def from_bcd(data: bytes) -> int:
    text = data.hex()
    if not text.isdigit():
        raise MalformedError("not binary coded decimals")
    return int(text)


def llvar(data: bytes) -> bytes:
    assert len(data) < 100
    return bytes((0xF0 | len(data) // 10, 0xF0 | len(data) % 10)) + data


def lllvar(data: bytes) -> bytes:
    size = len(data)
    assert size < 1000
    return bytes((0xF0 | size // 100, 0xF0 | size // 10 % 10, 0xF0 | size % 10)) + data


# ---- fields


def field(number: int, data: bytes) -> bytes:
    """A numbered field as it is sent; fixed lengths are ours to keep."""
    kind = FIELDS[number]
    if kind == LL:
        data = llvar(data)
    elif kind == LLL:
        data = lllvar(data)
    elif kind == TLV:
        data = _length(len(data)) + data
    else:
        assert len(data) == kind
    return bytes((number,)) + data


def read_fields(data: bytes) -> dict[int, bytes]:
    """The contents by number; a field that comes twice is malformed."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        number = data[at]
        kind = FIELDS.get(number)
        if kind is None:
            raise UnknownFieldError(f"field {number:02X}")
        start, size = (at + 1, kind) if kind > 0 else _counted(data, at + 1, kind)
        if start + size > len(data):
            raise MalformedError(f"field {number:02X} is cut short")
        if number in found:
            raise MalformedError(f"field {number:02X} comes twice")
        found[number] = data[start : start + size]
        at = start + size
    return found


def _counted(data: bytes, at: int, kind: int) -> tuple[int, int]:
    """Where a counted field's contents begin, and their length."""
    if kind == TLV:
        return _read_length(data, at)
    digits = data[at : at - kind]
    if len(digits) != -kind or any(digit & 0xF0 != 0xF0 or digit & 0x0F > 9 for digit in digits):
        raise MalformedError("not a counted field")
    return at - kind, int("".join(str(digit & 0x0F) for digit in digits))


# ---- TLV


def tlv(tag: int, data: bytes) -> bytes:
    return tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big") + _length(len(data)) + data


def read_tlv(data: bytes) -> list[tuple[int, bytes]]:
    """The objects of one container, in order."""
    found = []
    at = 0
    while at < len(data):
        tag = data[at]
        at += 1
        if tag & 0x1F == 0x1F:
            more = True
            while more:
                if at >= len(data) or tag > 0xFFFFFF:
                    raise MalformedError("a tag is cut short")
                tag = tag << 8 | data[at]
                more = bool(data[at] & 0x80)
                at += 1
        start, size = _read_length(data, at)
        if start + size > len(data):
            raise MalformedError(f"tag {tag:X} is cut short")
        found.append((tag, data[start : start + size]))
        at = start + size
    return found


def tags(objects: Iterable[tuple[int, bytes]]) -> dict[int, bytes]:
    return dict(objects)


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes((size,))
    return bytes((0x81, size)) if size < 0x100 else b"\x82" + size.to_bytes(2, "big")


def _read_length(data: bytes, at: int) -> tuple[int, int]:
    first = data[at] if at < len(data) else 0x80
    if first < 0x80:
        return at + 1, first
    count = first & 0x7F
    if count not in {1, 2} or at + 1 + count > len(data):
        raise MalformedError("a length that the document does not allow")
    return at + 1 + count, int.from_bytes(data[at + 1 : at + 1 + count], "big")
