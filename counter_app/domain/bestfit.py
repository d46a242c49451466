"""Best fit: which free places to offer.

In this order: hard needs (the candidates that the caller passes) → the party together (side by side, beside across the
aisle, in one row or compartment, in neighbouring rows, in neighbouring coaches) → the tightest gap → preferences → the
lowest place. The answer is the same for the same stock on every machine.

The gap of a place is the number of free legs that adjoin the span on both sides, up to the next taken one: selling
into a short gap keeps long free stretches for long journeys. A party's gap is the sum over its places.

All places are reckoned at once: gaps are held as binary planes (plane *k* has bit *i* set when the gap of place *i*
has bit *k*), added and compared by a handful of operations on long integers.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from counter_app.domain.places import LegBitmaps, PlaceTable

PARTY_MAX = 100
PREFERENCES_MAX = 6

_Planes = list[int]


def best_fit(
    stock: LegBitmaps,
    table: PlaceTable,
    board: int,
    alight: int,
    count: int = 1,
    *,
    candidates: int | None = None,
    preferences: Sequence[int] = (),
) -> int | None:
    """A mask of exactly ``count`` places free on the span, or None where fewer than that are.

    ``candidates``: the mask that meets the hard needs (class, coach), None: all. ``preferences``: masks, the most
    wanted first (``PlaceTable.preference``); they choose among equally tight gaps.
    """
    assert 1 <= count <= PARTY_MAX
    assert stock.places == table.count
    assert len(preferences) <= PREFERENCES_MAX
    free = stock.free(board, alight)
    if candidates is not None:
        free &= candidates
    if free.bit_count() < count:
        return None
    gaps = _gap_planes(stock, free, board, alight)
    wanted = tuple(mask & free for mask in preferences)
    if count == 1:
        return _lowest(_tightest(free, gaps, wanted, 1))
    for joined in (table.beside, table.in_line):
        # Compartments have no "side by side": any berths of one are together, and are found as a row.
        found = _side_by_side(joined, free, gaps, wanted, count)
        if found is not None:
            return found
    choose = _Chooser(table, free, gaps, wanted, count)
    return choose.in_a_row() or choose.in_rows() or choose.in_coaches()


def allot(stock: LegBitmaps, board: int, alight: int, count: int, *, candidates: int) -> int:
    """A mask of at most ``count`` free places to lease to a window: the tightest gaps first, of equals the last of the

    train, so that what is left for everybody stays whole and at the front.
    """
    free = stock.free(board, alight) & candidates
    gaps = _gap_planes(stock, free, board, alight)
    chosen = 0
    while free and count:
        tight = _least(free, gaps)
        free &= ~tight
        for _ in range(min(count, tight.bit_count())):
            last = 1 << tight.bit_length() - 1
            tight ^= last
            chosen |= last
            count -= 1
    return chosen


def _gap_planes(stock: LegBitmaps, free: int, board: int, alight: int) -> _Planes:
    before = _reach(stock, free, range(board - 1, -1, -1))
    after = _reach(stock, free, range(alight, stock.legs))
    return _add(before, after)


def _reach(stock: LegBitmaps, free: int, legs: range) -> _Planes:
    """For each free place how many of ``legs`` in a row are free too, counted from the first."""
    planes: _Planes = []
    reaching = free
    length = 0
    for leg in legs:
        going_on = reaching & ~stock.taken_on(leg)
        if going_on != reaching:
            _mark(planes, reaching ^ going_on, length)
            reaching = going_on
            if not reaching:
                return planes
        length += 1
    _mark(planes, reaching, length)
    return planes


def _mark(planes: _Planes, mask: int, number: int) -> None:
    """Writes ``number`` into the planes at every place of ``mask``."""
    plane = 0
    while number:
        if plane == len(planes):
            planes.append(0)
        if number & 1:
            planes[plane] |= mask
        number >>= 1
        plane += 1


def _add(one: _Planes, other: _Planes) -> _Planes:
    if len(one) < len(other):
        one, other = other, one
    total: _Planes = []
    carry = 0
    for k, a in enumerate(one):
        b = other[k] if k < len(other) else 0
        half = a ^ b
        total.append(half ^ carry)
        carry = a & b | half & carry
    if carry:
        total.append(carry)
    return total


def _least(among: int, planes: _Planes) -> int:
    for plane in reversed(planes):
        less = among & ~plane
        if less:
            among = less
    return among


def _most(among: int, planes: _Planes) -> int:
    for plane in reversed(planes):
        more = among & plane
        if more:
            among = more
    return among


def _over(planes: _Planes, count: int) -> _Planes:
    """At each place the sum over itself and the ``count - 1`` places that follow it."""
    total = planes
    for k in range(1, count):
        total = _add(total, [plane >> k for plane in planes])
    return total


def _tightest(starts: int, gaps: _Planes, wanted: Sequence[int], count: int) -> int:
    starts = _least(starts, _over(gaps, count))
    for mask in wanted:
        starts = _most(starts, _over([mask], count))
    return starts


def _lowest(mask: int) -> int:
    return mask & -mask


def _side_by_side(joined: int, free: int, gaps: _Planes, wanted: Sequence[int], count: int) -> int | None:
    starts = free
    for k in range(1, count):
        starts &= joined >> (k - 1) & free >> k
        if not starts:
            return None
    return _lowest(_tightest(starts, gaps, wanted, count)) * ((1 << count) - 1)


class _Chooser:
    """Chooses ``count`` of the free places within groups of neighbouring bits: rows, runs of rows, coaches."""

    def __init__(self, table: PlaceTable, free: int, gaps: _Planes, wanted: Sequence[int], count: int) -> None:
        self._table = table
        self._free = free
        self._count = count
        # One number per place: above all "not free", then the gap, then each preference that is missed. A preference's
        # field is wide enough for the whole party, so that the sum over a party orders parties just as the single
        # number orders places: by gap, then by the most wanted preference, and so on.
        width = count.bit_length()
        planes = [0] * (width * len(wanted))
        for k, mask in enumerate(reversed(wanted)):
            planes[k * width] = ~mask & free
        self._ranks = _numbers([*planes, *gaps, table.all & ~free], table.count)

    def in_a_row(self) -> int | None:
        count, free = self._count, self._free
        return self._best(
            [
                (first, first + width)
                for first, width in self._table.rows
                if width >= count and (free >> first & (1 << width) - 1).bit_count() >= count
            ]
        )

    def in_rows(self) -> int | None:
        """The fewest neighbouring rows of one coach that have room."""
        table = self._table
        return self._best(self._shortest_runs(table.rows, table.row_coaches))

    def in_coaches(self) -> int | None:
        """The fewest neighbouring coaches that have room."""
        ranges = self._table.coach_ranges
        return self._best(self._shortest_runs(ranges, [0] * len(ranges)))

    def _shortest_runs(self, units: Sequence[tuple[int, int]], owners: Sequence[int]) -> list[tuple[int, int]]:
        free, count = self._free, self._count
        sizes = [(free >> first & (1 << width) - 1).bit_count() for first, width in units]
        runs: list[tuple[int, int]] = []  # (start unit, end unit)
        shortest = len(units) + 1
        start = room = 0
        for end, size in enumerate(sizes):
            if end and owners[end] != owners[end - 1]:
                start, room = end, 0
            room += size
            while room - sizes[start] >= count:
                room -= sizes[start]
                start += 1
            if room >= count and end - start < shortest:
                shortest, runs = end - start, []
            if room >= count and end - start == shortest:
                runs.append((start, end))
        return [(units[start][0], sum(units[end])) for start, end in runs]

    def _best(self, groups: Sequence[tuple[int, int]]) -> int | None:
        """``groups``: ranges of bits, ascending, each with room. The best ``count`` places of the best group.

        Of equals the first: every group needs its first unit, or a smaller one would have had room, so the first
        group holds the lowest place.
        """
        if not groups:
            return None
        ranks, count = self._ranks, self._count
        sums = [sum(sorted(ranks[first:end])[:count]) for first, end in groups]
        first, end = groups[sums.index(min(sums))]
        places = sorted(range(first, end), key=ranks.__getitem__)[:count]
        return sum(1 << place for place in places)


def _numbers(planes: _Planes, places: int) -> Sequence[int]:
    """The planes turned back into one number per place; at most 64 planes.

    Each plane's binary digits become bytes of 0 and 1, which are shifted and joined eight planes at a time.
    """
    assert len(planes) <= 64
    ones = int.from_bytes(b"\1" * places, "big")
    words = bytearray(places * 8)
    for lane in range(0, len(planes), 8):
        joined = 0
        for k, plane in enumerate(planes[lane : lane + 8]):
            joined |= (int.from_bytes(f"{plane:0{places}b}".encode(), "big") & ones) << k
        words[lane // 8 :: 8] = joined.to_bytes(places, "little")
    return struct.unpack(f"<{places}Q", words)
