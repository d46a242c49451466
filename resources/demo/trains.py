"""What the invented trains are made of: coaches, places, formations, and the classes that each kind of train prices.

Totals follow the real types as far as they are publicly known: CR400AF 8 cars 576 places (10 business, 28 first, 538
second), CRH2A 610, CRH2E with 520 berths, YZ25G 118, YW25G 66, RW25G 36. Which train gets which is made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

# (label, row, column, kind, position), as coach_places.txt has them
PlaceRow = tuple[str, int, str, str, str]

_POSITIONS = {
    "ACF": {"A": "window", "C": "aisle", "F": "window"},
    "ACDF": {"A": "window", "C": "aisle", "D": "aisle", "F": "window"},
    "ABCDF": {"A": "window", "B": "middle", "C": "aisle", "D": "aisle", "F": "window"},
}


@dataclass(frozen=True, slots=True)
class CoachType:
    name: str
    travel_class: str
    description: str
    seats: str = ""  # the letters of a full row: "ACDF"
    places: int = 0
    first_row: int = 1
    decks: str = ""  # berths: "UL" in a compartment, "UML" in an open bay
    numbered: bool = False  # 001, 002, ... instead of 01A

    def rows(self) -> Iterator[PlaceRow]:
        return self._berths() if self.decks else self._seats()

    def _seats(self) -> Iterator[PlaceRow]:
        letters = self.seats
        made, row = 0, self.first_row
        while made < self.places:
            # What does not fill whole rows is missing beside the door: the first row lacks its middle seats.
            short = self.places % len(letters) if row == self.first_row else 0
            columns = letters if not short else _without_middle(letters, short)
            for column in columns:
                made += 1
                label = f"{made:03d}" if self.numbered else f"{row:02d}{column}"
                yield label, row, column, "seat", _POSITIONS[letters][column]
            row += 1

    def _berths(self) -> Iterator[PlaceRow]:
        kinds = {"U": "berth_upper", "M": "berth_middle", "L": "berth_lower"}
        for number in range(1, self.places // len(self.decks) + 1):
            for deck in self.decks:
                yield f"{number:02d}{deck}", (number + 1) // 2, "AB"[(number + 1) % 2], kinds[deck], "none"


def _without_middle(letters: str, keep: int) -> str:
    order = sorted(letters, key="AFCDB".index)  # windows stay longest
    return "".join(sorted(order[:keep]))


COACH_TYPES = (
    CoachType("ZYS-SW5", "business", "business section of a business and first class coach", "ACF", 5),
    CoachType("ZYS-ZY28", "first", "first class section of a business and first class coach", "ACDF", 28, 3),
    CoachType("ZES-SW5", "business", "business section of a business and second class coach", "ACF", 5),
    CoachType("ZES-ZE40", "second", "second class section of a business and second class coach", "ABCDF", 40, 3),
    CoachType("ZY51", "first", "first class coach", "ACDF", 51),
    CoachType("ZE100", "second", "second class coach", "ABCDF", 100),
    CoachType("ZE90", "second", "second class coach", "ABCDF", 90),
    CoachType("ZE85", "second", "second class coach", "ABCDF", 85),
    CoachType("ZE75", "second", "second class coach with an accessible bay", "ABCDF", 75),
    CoachType("ZE64", "second", "second class coach", "ABCDF", 64),
    CoachType("ZE55", "second", "second class coach", "ABCDF", 55),
    CoachType("ZEC63", "second", "second class coach with buffet", "ABCDF", 63),
    CoachType("ZEC55", "second", "second class coach with buffet", "ABCDF", 55),
    CoachType("WR40", "soft_sleeper", "sleeper coach of a multiple unit, 10 compartments", places=40, decks="UL"),
    CoachType("WRC", "none", "dining coach of a sleeper multiple unit"),
    CoachType("YZ25G", "hard_seat", "hard seat coach", "ABCDF", 118, numbered=True),
    CoachType("YW25G", "hard_sleeper", "hard sleeper coach, 11 open bays", places=66, decks="UML"),
    CoachType("RW25G", "soft_sleeper", "soft sleeper coach, 9 compartments", places=36, decks="UL"),
    CoachType("CA25G", "none", "dining coach"),
)

# coach by coach; "+" joins the sections of one coach
FORMATIONS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "CR400AF": ("ZYS-SW5+ZYS-ZY28", "ZE90", "ZE90", "ZE75", "ZEC63", "ZE90", "ZE90", "ZES-SW5+ZES-ZE40"),
    "CRH2A": ("ZE55", "ZE100", "ZE85", "ZE100", "ZEC55", "ZE100", "ZY51", "ZE64"),
    "CRH2E": ("ZE55", *["WR40"] * 7, "WRC", *["WR40"] * 6, "ZE55"),
    "25G-K": (*["YZ25G"] * 6, "CA25G", "RW25G", *["YW25G"] * 9),
    "25G-T": (*["YZ25G"] * 4, "CA25G", *["RW25G"] * 2, *["YW25G"] * 9),
    "25G-Z": (*["YZ25G"] * 3, "CA25G", *["RW25G"] * 3, *["YW25G"] * 9),
    "25G-SHORT": (*["YZ25G"] * 5, "CA25G", *["YW25G"] * 3),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of train. ``fares``: fen for each km in each fare class; the taper of ``TAPER`` applies to slow ones."""

    letter: str
    long_name: str
    speed_km_h: int
    dwell_min: int
    skips: float  # the share of ordinary stops that one train passes without stopping
    first_departure: int  # minutes after midnight
    last_departure: int
    formation: str
    fares: Mapping[str, float]
    tapered: bool


_SLOW = {
    "hard_seat": 12.4,
    "hard_sleeper_upper": 21.0,
    "hard_sleeper_middle": 21.8,
    "hard_sleeper_lower": 22.6,
    "soft_sleeper_upper": 33.0,
    "soft_sleeper_lower": 34.6,
}

KINDS: Mapping[str, Kind] = MappingProxyType({
    "G": Kind("G", "高速动车组旅客列车", 265, 2, 0.55, 360, 1220, "CR400AF",
              {"second": 46.0, "first": 75.0, "business": 145.0}, False),
    "D": Kind("D", "动车组旅客列车", 165, 2, 0.25, 375, 1230, "CRH2A", {"second": 31.0, "first": 37.5}, False),
    "N": Kind("D", "动车组旅客列车", 150, 4, 0.75, 1140, 1290, "CRH2E",
              {"second": 31.0, "soft_sleeper_upper": 47.0, "soft_sleeper_lower": 54.0}, False),
    "C": Kind("C", "城际动车组旅客列车", 120, 2, 0.0, 360, 1350, "CRH2A", {"second": 31.0, "first": 37.5}, False),
    "Z": Kind("Z", "直达特快旅客列车", 112, 6, 0.75, 720, 1430, "25G-Z", _SLOW, True),
    "T": Kind("T", "特快旅客列车", 100, 6, 0.45, 0, 1439, "25G-T", _SLOW, True),
    "K": Kind("K", "快速旅客列车", 84, 8, 0.1, 0, 1439, "25G-K", _SLOW, True),
})  # fmt: skip

# From so many km on, a km costs this share of the first ones.
TAPER = ((0, 1.0), (200, 0.95), (500, 0.88), (1000, 0.80), (1500, 0.72))


def fare_minor(kind: Kind, fare_class: str, km: int) -> int:
    """Fen from the origin, in whole half yuan; it never falls with distance."""
    per_km = kind.fares[fare_class]
    if not kind.tapered:
        total = per_km * km
    else:
        ends = [*(start for start, _ in TAPER[1:]), km]
        total = sum(
            per_km * share * max(0, min(km, end) - start) for (start, share), end in zip(TAPER, ends, strict=True)
        )
    return max(100, round(total / 50) * 50)
