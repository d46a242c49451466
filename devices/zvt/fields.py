"""The fields ("bitmaps") of a message: number, then a fixed length, LLVAR, LLLVAR or a TLV container (PA00P015, 13)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from devices.zvt import tlv
from devices.zvt.numbers import Garbled, var_length

TLV: Final = 0x06
AMOUNT: Final = 0x04
TRACE: Final = 0x0B
STATUS: Final = 0x19
CARD: Final = 0x22
RESULT: Final = 0x27
TERMINAL: Final = 0x29
ORIGINAL_TRACE: Final = 0x37
TEXT: Final = 0x3C
CURRENCY: Final = 0x49
TOTALS: Final = 0x60
RECEIPT: Final = 0x87
CARD_NAME: Final = 0x8B

_FIXED: Final = (
    dict.fromkeys((0x01, 0x02, 0x03, 0x05, 0x19, 0x27, 0x72, 0x73, 0x74, 0x75, 0x8A, 0x8C, 0xA0), 1)
    | dict.fromkeys((0xD0, 0xD2, 0xD3, 0xE0, 0xE9, 0xEA, 0xF0, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD), 1)
    | dict.fromkeys((0x0D, 0x0E, 0x17, 0x3A, 0x49, 0x87), 2)
    | dict.fromkeys((0x0B, 0x0C, 0x37, 0x3D, 0x88, 0xAA), 3)
    | {0x29: 4, 0x70: 4, 0x71: 4, 0xBA: 5, 0x04: 6, 0x3B: 8, 0xEB: 8, 0x2A: 15}
)
_VAR: Final = dict.fromkeys(
    (0x22, 0x23, 0x2D, 0x4C, 0x8B, 0xA7, 0xD1, *range(0xE1, 0xE9), *range(0xF1, 0xF9)), 2
) | dict.fromkeys((0x24, 0x2E, 0x3C, 0x60, 0x92, 0x9A, 0xAF), 3)
# Tracks, chip data, CVV, PIN data, purse records: measured, so that what follows can be read, and dropped.
_DROPPED: Final = frozenset({0x23, 0x24, 0x2D, 0x2E, 0x3A, 0x3B, 0x3D, 0x92, 0x9A, 0xA7, 0xAF, 0xBA, 0xD1})
# Of these no message may say two things.
_ONCE: Final = frozenset({AMOUNT, TRACE, RESULT, TERMINAL, CURRENCY, RECEIPT, ORIGINAL_TRACE})


@dataclass(frozen=True, slots=True)
class Fields:
    """``whole`` False: a field that we do not know stood there, and what followed it could not be measured."""

    values: dict[int, bytes] = field(repr=False)
    elements: tuple[tlv.Element, ...] = ()
    whole: bool = True

    def get(self, number: int) -> bytes | None:
        return self.values.get(number)

    def tagged(self, tag: int) -> list[tlv.Element]:
        """All elements of that tag, however deep."""
        return [one for element in self.elements for one in element.walk() if one.tag == tag]


def read(data: bytes) -> Fields:
    """Raises ``Garbled`` where a known field is cut, malformed, or said twice and differently."""
    values: dict[int, bytes] = {}
    elements: list[tlv.Element] = []
    at = 0
    while at < len(data):
        number = data[at]
        at += 1
        if number == TLV:
            length, at = tlv.length_at(data, at)
            if at + length > len(data):
                raise Garbled("field 06 is cut")
            elements += tlv.read(data[at : at + length])
        else:
            if number in _FIXED:
                length = _FIXED[number]
            elif number in _VAR:
                length = var_length(data, at, _VAR[number])
                at += _VAR[number]
            else:
                return Fields(values, tuple(elements), whole=False)
            if at + length > len(data):
                raise Garbled(f"field {number:02X} is cut")
            if number not in _DROPPED:
                _keep(values, number, bytes(data[at : at + length]))
        at += length
    return Fields(values, tuple(elements))


def _keep(values: dict[int, bytes], number: int, value: bytes) -> None:
    if number in _ONCE and values.get(number, value) != value:
        raise Garbled(f"field {number:02X} says two things")
    values[number] = value


def encode(number: int, value: bytes) -> bytes:
    """A field of our own commands; its size is our own business."""
    assert _FIXED[number] == len(value)
    return bytes([number]) + value
