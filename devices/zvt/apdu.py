"""One message of the protocol: two control bytes, a length, data. All of TCP's framing, and inside a serial block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from devices.zvt.numbers import Garbled

LENGTH_MAX: Final = 0xFFFF
_LONG: Final = 0xFF


@dataclass(frozen=True, slots=True)
class Apdu:
    """``control``: CLASS and INSTR, or CCRC and APRC of an answer, as one number: ``0x060F``.

    ``data`` is left out of ``repr``: it may hold a card number until :mod:`devices.zvt.messages` has read it.
    """

    control: int
    data: bytes = field(default=b"", repr=False)

    def encode(self) -> bytes:
        assert len(self.data) <= LENGTH_MAX, "longer than any APDU"
        head = self.control.to_bytes(2, "big")
        if len(self.data) < _LONG:
            return head + bytes([len(self.data)]) + self.data
        return head + bytes([_LONG]) + len(self.data).to_bytes(2, "little") + self.data


def size_of(data: bytes | bytearray) -> int | None:
    """How many bytes the APDU that begins here has; None: too few to tell."""
    if len(data) < 3:
        return None
    if data[2] != _LONG:
        return 3 + data[2]
    if len(data) < 5:
        return None
    return 5 + int.from_bytes(data[3:5], "little")


def decode(data: bytes) -> Apdu:
    """Exactly one APDU. Raises ``Garbled``."""
    size = size_of(data)
    if size is None or size != len(data):
        raise Garbled("length and bytes do not agree")
    return Apdu(int.from_bytes(data[:2], "big"), bytes(data[5 if data[2] == _LONG else 3 :]))


class Splitter:
    """Bytes in whatever pieces they come, APDUs out. Holds at most one incomplete APDU: 65,540 bytes."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def within(self) -> bool:
        """Whether an APDU has begun and not ended."""
        return bool(self._held)

    def feed(self, data: bytes) -> list[Apdu]:
        self._held += data
        found = []
        while (size := size_of(self._held)) is not None and size <= len(self._held):
            found.append(decode(bytes(self._held[:size])))
            del self._held[:size]
        return found
