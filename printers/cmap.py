"""Which characters a TrueType font has: its ``cmap`` table, formats 4 and 12 (OpenType 1.9, "cmap")."""

from __future__ import annotations

from pathlib import Path
from struct import unpack_from


def characters_of(path: Path) -> frozenset[int]:
    """Unicode code points that the font maps to a glyph. Our own fonts only: a damaged one is our own mistake."""
    with path.open("rb") as file:
        head = file.read(12)
        tables = unpack_from(">H", head, 4)[0]
        for _ in range(tables):
            tag, _, offset, length = unpack_from(">4sIII", file.read(16))
            if tag == b"cmap":
                file.seek(offset)
                return frozenset(_read(file.read(length)))
    raise AssertionError(f"no cmap in {path}")


def _read(table: bytes) -> set[int]:
    best: dict[int, int] = {}
    for index in range(unpack_from(">H", table, 2)[0]):
        platform, encoding, offset = unpack_from(">HHI", table, 4 + 8 * index)
        if (platform, encoding) in {(0, 3), (0, 4), (0, 6), (3, 1), (3, 10)}:
            best[unpack_from(">H", table, offset)[0]] = offset
    if 12 in best:
        return _format_12(table, best[12])
    return _format_4(table, best[4])


def _format_12(table: bytes, at: int) -> set[int]:
    found: set[int] = set()
    for group in range(unpack_from(">I", table, at + 12)[0]):
        first, last, _ = unpack_from(">III", table, at + 16 + 12 * group)
        found.update(range(first, last + 1))
    return found


def _format_4(table: bytes, at: int) -> set[int]:
    count = unpack_from(">H", table, at + 6)[0] // 2
    ends = unpack_from(f">{count}H", table, at + 14)
    starts = unpack_from(f">{count}H", table, at + 16 + 2 * count)
    deltas = unpack_from(f">{count}H", table, at + 16 + 4 * count)
    offsets_at = at + 16 + 6 * count
    offsets = unpack_from(f">{count}H", table, offsets_at)
    found: set[int] = set()
    for index, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(start, end + 1):
            if code == 0xFFFF:
                continue
            glyph = code
            if offset:
                glyph = unpack_from(">H", table, offsets_at + 2 * index + offset + 2 * (code - start))[0]
            if glyph and (glyph + delta) & 0xFFFF:
                found.add(code)
    return found
