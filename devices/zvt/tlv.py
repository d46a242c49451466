"""The TLV container of field 06 (PA00P015, chapter 9): read and written, a bound on its depth and on its elements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from devices.zvt.numbers import Garbled

DEPTH_MAX: Final = 8
ELEMENTS_MAX: Final = 5_000
TAG_BYTES_MAX: Final = 3

# Magnetic stripes, card numbers, encrypted holder data, PIN blocks, wallet data: never decoded, never kept.
FORBIDDEN: Final = frozenset(
    {0x1F08, 0x1F09, 0x1F0A, 0x1F1A, 0x1F31, 0x1F3E, 0x1F45, 0x1F46, 0x1F5C, 0x1F5D, 0x1F5E, 0x1F66, 0x1F75}
    | {0x4C, 0x4D, 0x80}
)


@dataclass(frozen=True, slots=True)
class Element:
    """``inner``: of a constructed one; ``data``: of a primitive one, empty where the tag is forbidden."""

    tag: int
    data: bytes = field(default=b"", repr=False)
    inner: tuple[Element, ...] = ()

    def walk(self) -> Iterator[Element]:
        yield self
        for one in self.inner:
            yield from one.walk()


def length_at(data: bytes, at: int) -> tuple[int, int]:
    """The length that stands at ``at``, and where what it measures begins. Raises ``Garbled``."""
    if at >= len(data):
        raise Garbled("no length in a container")
    first = data[at]
    if first < 0x80:
        return first, at + 1
    count = first & 0x7F
    if count not in {1, 2} or at + 1 + count > len(data):
        raise Garbled("length in a container")
    return int.from_bytes(data[at + 1 : at + 1 + count], "big"), at + 1 + count


def read(data: bytes) -> tuple[Element, ...]:
    """All elements of a container. Raises ``Garbled``."""
    return tuple(_Reader().read(data, 0))


class _Reader:
    def __init__(self) -> None:
        self._elements = 0

    def read(self, data: bytes, depth: int) -> list[Element]:
        if depth > DEPTH_MAX:
            raise Garbled("a container too deep")
        found, at = [], 0
        while at < len(data):
            self._elements += 1
            if self._elements > ELEMENTS_MAX:
                raise Garbled("a container with too much in it")
            tag, constructed, at = _tag_at(data, at)
            length, at = length_at(data, at)
            if at + length > len(data):
                raise Garbled("a container is cut")
            value, at = data[at : at + length], at + length
            if tag in FORBIDDEN:
                found.append(Element(tag))
            elif constructed:
                found.append(self._constructed(tag, value, depth))
            else:
                found.append(Element(tag, bytes(value)))
        return found

    def _constructed(self, tag: int, value: bytes, depth: int) -> Element:
        try:
            return Element(tag, inner=tuple(self.read(value, depth + 1)))
        except Garbled:
            if tag.to_bytes(3, "big").lstrip(b"\0")[0] & 0xC0 == 0xC0:  # of the private class: a maker's own affair
                return Element(tag)
            raise


def _tag_at(data: bytes, at: int) -> tuple[int, bool, int]:
    first = data[at]
    tag, end = first, at + 1
    if first & 0x1F == 0x1F:
        while True:
            if end >= len(data) or end - at >= TAG_BYTES_MAX:
                raise Garbled("tag in a container")
            tag = tag << 8 | data[end]
            end += 1
            # Tags 1F80 to 1F83 of revision 13.08 break the rule that they stand beside: no third byte follows them.
            if not data[end - 1] & 0x80 or 0x1F80 <= tag <= 0x1F83:
                break
    return tag, bool(first & 0x20), end


def primitive(tag: int, data: bytes) -> bytes:
    return _tag_bytes(tag) + _length_bytes(len(data)) + data


def container(inner: Sequence[bytes]) -> bytes:
    """Field 06 with these data objects."""
    joined = b"".join(inner)
    return b"\x06" + _length_bytes(len(joined)) + joined


def constructed(tag: int, inner: Sequence[bytes]) -> bytes:
    return primitive(tag, b"".join(inner))


def _tag_bytes(tag: int) -> bytes:
    return tag.to_bytes(max(1, (tag.bit_length() + 7) // 8), "big")


def _length_bytes(length: int) -> bytes:
    assert length <= 0xFFFF
    if length < 0x80:
        return bytes([length])
    return bytes([0x81, length]) if length <= 0xFF else b"\x82" + length.to_bytes(2, "big")
