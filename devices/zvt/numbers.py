"""Packed decimals and the small lengths of ZVT; the one error of the codec."""

from __future__ import annotations


class Garbled(Exception):  # noqa: N818 - what was received, not whose error
    """Bytes that are no ZVT. The text names the place, never the bytes: they may hold a card number."""


def bcd(value: int, size: int) -> bytes:
    """``value`` in ``size`` bytes, two digits each, leading zeros. Too large a value is our own mistake."""
    assert 0 <= value < 100**size, "does not fit"
    return bytes.fromhex(f"{value:0{2 * size}d}")


def from_bcd(data: bytes) -> int:
    """Raises ``Garbled`` for a half-byte above 9."""
    digits = data.hex()
    if not digits.isdecimal():
        raise Garbled("not a packed decimal")
    return int(digits)


def digits_of(data: bytes) -> str:
    """With its leading zeros: a terminal id. Raises ``Garbled``."""
    from_bcd(data)
    return data.hex()


def var_length(data: bytes, at: int, digits: int) -> int:
    """The length of an LLVAR (``digits`` 2) or LLLVAR (3) field: one byte ``Fx`` per digit. Raises ``Garbled``."""
    length = 0
    marks = data[at : at + digits]
    if len(marks) < digits:
        raise Garbled("cut in a length")
    for mark in marks:
        if mark >> 4 != 0xF or mark & 0xF > 9:
            raise Garbled("not a length")
        length = length * 10 + (mark & 0xF)
    return length
