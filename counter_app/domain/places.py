"""Which places of a run are taken on which leg: one integer per leg whose bit *i* says that place *i* is taken.

A span's free places are NOT (OR of its legs): microseconds for a thousand places, for any number of legs. These
bitmaps are caches of rows in the store, rebuilt from them and compared with them. :class:`PlaceTable` says which bit
is which place, and is built once per formation; ``bestfit`` chooses among the free ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from counter_app.domain.coaches import Formation, PlaceRef, fare_class
from counter_app.domain.coachplan import plan
from counter_app.errors import Reason, Refusal

PLACES_MAX = 20_000  # a run of more places is not a train but a damaged file
LEGS_MAX = 2_000


def bits(mask: int) -> Iterator[int]:
    """The indexes of the set bits, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class LegBitmaps:
    """``places`` places over ``legs`` legs, all free at first. Spans are half-open: ``[board, alight)``."""

    __slots__ = ("_taken", "all", "places")

    def __init__(self, places: int, legs: int) -> None:
        assert 0 <= places <= PLACES_MAX
        assert 1 <= legs <= LEGS_MAX
        self.places = places
        self.all = (1 << places) - 1
        self._taken = [0] * legs

    @classmethod
    def from_cells(cls, places: int, legs: int, cells: Iterable[tuple[int, int]]) -> LegBitmaps:
        """From the store's rows: ``(place index, leg)`` of everything that is not free, in any order."""
        made = cls(places, legs)
        per_leg = [bytearray((places + 7) // 8) for _ in range(legs)]
        for place, leg in cells:
            assert 0 <= place < places
            assert 0 <= leg < legs
            per_leg[leg][place >> 3] |= 1 << (place & 7)
        made._taken = [int.from_bytes(leg, "little") for leg in per_leg]
        return made

    @classmethod
    def from_masks(cls, places: int, taken: Sequence[int]) -> LegBitmaps:
        """From the mask of taken places of each leg."""
        made = cls(places, len(taken))
        assert all(mask & ~made.all == 0 for mask in taken), "beyond the last place"
        made._taken = list(taken)
        return made

    @property
    def legs(self) -> int:
        return len(self._taken)

    def taken_on(self, leg: int) -> int:
        """The mask of places taken on one leg."""
        assert 0 <= leg < len(self._taken)
        return self._taken[leg]

    def _or(self, board: int, alight: int) -> int:
        assert 0 <= board < alight <= len(self._taken), (board, alight)
        taken = 0
        for leg in self._taken[board:alight]:
            taken |= leg
        return taken

    def free(self, board: int, alight: int) -> int:
        """The mask of places that are free on every leg of the span."""
        return self.all & ~self._or(board, alight)

    def count_free(self, board: int, alight: int, mask: int | None = None) -> int:
        """How many of ``mask`` (None: of all) are free on every leg of the span."""
        free = self.all & ~self._or(board, alight)
        return (free if mask is None else free & mask).bit_count()

    def is_free(self, place: int, board: int, alight: int) -> bool:
        assert 0 <= place < self.places
        return not self._or(board, alight) >> place & 1

    def part(self, board: int, alight: int) -> int:
        """Places that are free on the span but taken somewhere else on the way."""
        return self._or(0, len(self._taken)) & ~self._or(board, alight)

    def take(self, mask: int, board: int, alight: int) -> None:
        """All of ``mask`` on the span, or nothing. Raises Refusal(PLACE_TAKEN) when any cell is taken."""
        assert mask & ~self.all == 0, "beyond the last place"
        if self._or(board, alight) & mask:
            raise Refusal(Reason.PLACE_TAKEN)
        for leg in range(board, alight):
            self._taken[leg] |= mask

    def release(self, mask: int, board: int, alight: int) -> None:
        """All of ``mask`` on the span becomes free, or nothing. Raises Refusal(NOT_HELD) when any cell is free."""
        assert mask & ~self.all == 0, "beyond the last place"
        assert 0 <= board < alight <= len(self._taken), (board, alight)
        for leg in self._taken[board:alight]:
            if mask & ~leg:
                raise Refusal(Reason.NOT_HELD)
        for leg in range(board, alight):
            self._taken[leg] ^= mask

    def copy(self) -> LegBitmaps:
        made = LegBitmaps(self.places, len(self._taken))
        made._taken = self._taken.copy()
        return made

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LegBitmaps):
            return NotImplemented
        return self.places == other.places and self._taken == other._taken

    __hash__ = None  # type: ignore[assignment]  # mutable

    def __repr__(self) -> str:
        return f"LegBitmaps(places={self.places}, legs={self.legs}, cells={sum(m.bit_count() for m in self._taken)})"


class Counters:
    """Unreserved capacity: how many of ``capacity`` units are taken on each leg."""

    __slots__ = ("_used", "capacity")

    def __init__(self, capacity: int, legs: int, used: Sequence[int] = ()) -> None:
        """``used``: units taken per leg, as the store has them; empty: none."""
        assert capacity >= 0
        assert 1 <= legs <= LEGS_MAX
        assert len(used) in {0, legs}
        assert all(n >= 0 for n in used)
        self.capacity = capacity
        self._used = list(used) or [0] * legs

    @property
    def legs(self) -> int:
        return len(self._used)

    def used(self, leg: int) -> int:
        return self._used[leg]

    def count_free(self, board: int, alight: int) -> int:
        """Units free on every leg of the span; 0 where a later, smaller capacity is already exceeded."""
        assert 0 <= board < alight <= len(self._used), (board, alight)
        return max(0, self.capacity - max(self._used[board:alight]))

    def take(self, count: int, board: int, alight: int) -> None:
        """All units on every leg, or nothing. Raises Refusal(NOT_ENOUGH_PLACES, free=…)."""
        assert count > 0
        free = self.count_free(board, alight)
        if count > free:
            raise Refusal(Reason.NOT_ENOUGH_PLACES, free=free)
        for leg in range(board, alight):
            self._used[leg] += count

    def release(self, count: int, board: int, alight: int) -> None:
        """All units on every leg, or nothing. Raises Refusal(NOT_HELD) when fewer are taken on a leg."""
        assert count > 0
        assert 0 <= board < alight <= len(self._used), (board, alight)
        if min(self._used[board:alight]) < count:
            raise Refusal(Reason.NOT_HELD)
        for leg in range(board, alight):
            self._used[leg] -= count

    def copy(self) -> Counters:
        return Counters(self.capacity, len(self._used), self._used)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Counters):
            return NotImplemented
        return self.capacity == other.capacity and self._used == other._used

    __hash__ = None  # type: ignore[assignment]  # mutable


class PlaceTable:
    """Which bit is which place of a formation, and the masks that choosing needs. Built once, then only read.

    Bits follow the train: coach by coach as the formation lists them, row by row, across the row by column. So a row
    (or a compartment) and a coach are runs of neighbouring bits.
    """

    __slots__ = (
        "_index",
        "_preferences",
        "all",
        "beside",
        "by_class",
        "by_coach",
        "by_kind",
        "by_position",
        "classes",
        "coach_ranges",
        "count",
        "in_line",
        "refs",
        "row_coaches",
        "rows",
    )

    def __init__(self, formation: Formation) -> None:
        refs: list[PlaceRef] = []
        classes: list[str] = []
        self.by_class: dict[str, int] = {}  # fare class -> mask
        self.by_coach: dict[str, int] = {}
        self.by_kind: dict[str, int] = {}
        self.by_position: dict[str, int] = {}
        rows: list[tuple[int, int]] = []  # (first bit, width) of each row or compartment
        row_coaches: list[int] = []  # for each row the index of its coach in coach_ranges
        coach_ranges: list[tuple[int, int]] = []
        beside = in_line = 0
        for coach in formation.coaches:
            coach_first = len(refs)
            for section in coach.sections:
                laid = plan(section)
                block_of = {column: i for i, block in enumerate(laid.blocks) for column in block}
                for row in laid.rows:
                    rows.append((len(refs), len(row.cells)))
                    row_coaches.append(len(coach_ranges))
                    before: int | None = None
                    for column, place in row.cells:
                        bit = 1 << len(refs)
                        sold_as = fare_class(section.travel_class, place.kind)
                        block = None if row.berths else block_of[column]
                        if block is not None and before is not None:
                            in_line |= bit >> 1
                            beside |= bit >> 1 if block == before else 0
                        before = block
                        for masks, key in (
                            (self.by_class, sold_as),
                            (self.by_coach, coach.number),
                            (self.by_kind, place.kind),
                            (self.by_position, place.position),
                        ):
                            masks[key] = masks.get(key, 0) | bit
                        refs.append(PlaceRef(coach.number, place.label))
                        classes.append(sold_as)
            coach_ranges.append((coach_first, len(refs) - coach_first))
        assert len(refs) <= PLACES_MAX
        self.refs = tuple(refs)
        self.classes = tuple(classes)
        self.count = len(refs)
        self.all = (1 << len(refs)) - 1
        self.rows = tuple(rows)
        self.row_coaches = tuple(row_coaches)
        self.coach_ranges = tuple(coach_ranges)
        self.beside = beside  # bit i: places i and i+1 are seats next to each other, no aisle between
        self.in_line = in_line  # bit i: places i and i+1 are seats of one row, next to each other or over the aisle
        self._index = {ref: i for i, ref in enumerate(refs)}
        assert len(self._index) == len(refs), "a label twice in one coach"
        kinds, positions = self.by_kind, self.by_position
        self._preferences = {
            "window": positions.get("window", 0),
            "aisle": positions.get("aisle", 0),
            "lower": kinds.get("berth_lower", 0),
            "middle": kinds.get("berth_middle", 0),
            "upper": kinds.get("berth_upper", 0),
        }

    def index(self, ref: PlaceRef) -> int | None:
        """The bit of a place; None where the formation has no such place (it was sold from an older one)."""
        return self._index.get(ref)

    def mask(self, refs: Iterable[PlaceRef]) -> int:
        """Raises ``KeyError`` for a place that is not of this formation."""
        mask = 0
        for ref in refs:
            mask |= 1 << self._index[ref]
        return mask

    def refs_of(self, mask: int) -> tuple[PlaceRef, ...]:
        """The places of a mask, in the order of the train."""
        return tuple(self.refs[i] for i in bits(mask))

    def preference(self, name: str) -> int:
        """The places that meet a preference of the entry line (window, aisle, lower, middle, upper); 0: none does."""
        return self._preferences.get(name, 0)
