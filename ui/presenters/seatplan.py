"""Where everything of a coach is drawn, in units of one seat: places, aisles, tables, doors, walls. No Qt, no state.

The coach lies along the x axis, its first row on the left, as the train is listed: coach 1 leads, to the left. Works
for layouts that it has never seen: rows and aisles come from ``domain.coachplan``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from counter_app.domain.coaches import Coach, Place, PlaceRef, fare_class
from counter_app.domain.coachplan import DECKS, Row, SectionPlan, plan

SEAT: Final = 1.0
PITCH: Final = 1.14  # from row to row
LANE: Final = 1.08  # from seat to seat across the coach
AISLE: Final = 0.78
WALL: Final = 0.18  # between the shell and the first seat, and around a partition
VESTIBULE: Final = 1.15
BERTH_LONG: Final = 1.3
BERTH_HIGH: Final = 1.4
BERTH_TABLE: Final = 0.5
CORRIDOR: Final = 0.9
DINING_TABLES: Final = 10
_FACING: Final = frozenset({"hard_seat", "soft_seat"})  # benches face each other over a table


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place as drawn. ``short`` is what fits into it; ``back``: where a seat's backrest is, left | right."""

    ref: PlaceRef
    place: Place
    fare_class: str
    short: str
    box: Box
    back: str  # left | right | "" for a berth


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """``kind``: door | vestibule | wall | table | corridor | aisle | counter | row | column | deck | section.

    The last four are words: ``text`` is a row's number, a column's letter, a deck's or a class's code.
    """

    kind: str
    box: Box
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachDrawing:
    number: str
    width: float
    height: float
    spots: tuple[Spot, ...]
    fixtures: tuple[Fixture, ...]
    classes: tuple[str, ...]  # fare classes, in order of appearance; empty: nothing is sold here


def draw(coach: Coach) -> CoachDrawing:
    plans = [plan(section) for section in coach.sections]
    inner = max([_depth(laid) for laid in plans], default=_SEATS_2_2)
    pen = _Pen(coach.number, inner)
    pen.vestibule()
    for i, laid in enumerate(plans):
        if i:
            pen.partition()
        pen.section(laid)
    if not plans:
        pen.dining()
    pen.vestibule()
    return pen.done()


_SEATS_2_2: Final = 4 * LANE + AISLE


def _depth(laid: SectionPlan) -> float:
    """How much room a section needs across the coach."""
    seats = sum(map(len, laid.blocks)) * LANE + max(0, len(laid.blocks) - 1) * AISLE
    decks = max((_decks(row) for row in laid.rows if row.berths), default=0)
    berths = decks * BERTH_HIGH * 1.06 + CORRIDOR if decks else 0.0
    return max(seats, berths) or _SEATS_2_2


def _decks(row: Row) -> int:
    return max(sum(1 for side, _ in row.cells if side == column) for column, _ in row.cells)


class _Pen:
    """Draws from left to right; ``x`` is how far it has come."""

    def __init__(self, number: str, inner: float) -> None:
        self._number = number
        self._inner = inner
        self._height = inner + 2 * WALL
        self._x = 0.0
        self._spots: list[Spot] = []
        self._fixtures: list[Fixture] = []

    def done(self) -> CoachDrawing:
        return CoachDrawing(
            number=self._number,
            width=self._x,
            height=self._height,
            spots=tuple(self._spots),
            fixtures=tuple(self._fixtures),
            classes=tuple(dict.fromkeys(spot.fare_class for spot in self._spots)),
        )

    def vestibule(self) -> None:
        box = Box(x=self._x, y=0, w=VESTIBULE, h=self._height)
        self._add("vestibule", box)
        for y in (-0.04, self._height - 0.1):
            self._add("door", Box(x=self._x + 0.2, y=y, w=VESTIBULE - 0.4, h=0.14))
        self._x += VESTIBULE

    def partition(self) -> None:
        self._add("wall", Box(x=self._x + 0.1, y=0, w=0.08, h=self._height))
        self._x += 0.28

    def section(self, laid: SectionPlan) -> None:
        if not laid.rows:
            self.dining()
            return
        seats = [row for row in laid.rows if not row.berths]
        berths = [row for row in laid.rows if row.berths]
        start = self._x
        if seats:
            self._seats(laid, seats)
        if seats and berths:
            self.partition()
        if berths:
            self._berths(laid, berths)
        if "buffet" in laid.section.description.lower():
            self._add("counter", Box(x=self._x + 0.25, y=WALL, w=2.2, h=self._inner * 0.62), "buffet")
            self._x += 2.7
        box = Box(x=start, y=self._height, w=self._x - start, h=0.6)
        self._add("section", box, laid.section.travel_class)

    def dining(self) -> None:
        start = self._x
        across = self._inner / 2 - AISLE / 2
        for i in range(DINING_TABLES):
            for y in (WALL, WALL + across + AISLE):
                self._add("table", Box(x=self._x + 0.55, y=y + 0.1, w=0.75, h=across - 0.2))
            self._x += 1.9
            if i == DINING_TABLES - 1:
                self._add("counter", Box(x=self._x + 0.2, y=WALL, w=2.4, h=self._inner * 0.6), "kitchen")
                self._x += 2.8
        self._add("section", Box(x=start, y=self._height, w=self._x - start, h=0.6), "none")

    def _seats(self, laid: SectionPlan, rows: list[Row]) -> None:
        lanes: dict[str, float] = {}
        depth = sum(map(len, laid.blocks)) * LANE + (len(laid.blocks) - 1) * AISLE
        y = WALL + (self._inner - depth) / 2
        aisles: list[float] = []
        for i, block in enumerate(laid.blocks):
            if i:
                aisles.append(y)
                y += AISLE
            for column in block:
                lanes[column] = y
                y += LANE
        named = all(len(column) <= 2 for column in lanes)
        if named:
            for column, lane in lanes.items():
                self._add("column", Box(x=self._x, y=lane, w=0.5, h=SEAT), column)
            self._x += 0.5
        self._x += WALL
        first_x = self._x
        facing = laid.section.travel_class in _FACING
        for number, row in enumerate(rows):
            back = "left" if facing and number % 2 == 0 else "right"
            for column, place in row.cells:
                box = Box(x=self._x, y=lanes[column] + (LANE - SEAT) / 2, w=SEAT, h=SEAT)
                self._spot(place, laid, box, place.label, back)
            if aisles:
                self._add("row", Box(x=self._x, y=aisles[0], w=SEAT, h=AISLE), row.name)
            self._x += PITCH
            if facing and number % 2 == 0 and number + 1 < len(rows):
                self._bench_tables(laid, lanes)
        for y in aisles:
            self._add("aisle", Box(x=first_x, y=y, w=self._x - first_x, h=AISLE))
        self._x += WALL

    def _bench_tables(self, laid: SectionPlan, lanes: dict[str, float]) -> None:
        """A small table at each window between two benches that face each other."""
        room = 0.34
        for outer in {laid.blocks[0][0], laid.blocks[-1][-1]}:
            self._add("table", Box(x=self._x - 0.1, y=lanes[outer] + 0.14, w=room, h=SEAT - 0.2))
        self._x += room

    def _berths(self, laid: SectionPlan, rows: list[Row]) -> None:
        decks = [deck for deck in DECKS if any(place.kind == deck for row in rows for _, place in row.cells)]
        step = BERTH_HIGH * 1.06
        for i, deck in enumerate(decks):
            self._add("deck", Box(x=self._x, y=WALL + i * step, w=1.35, h=BERTH_HIGH), deck)
        self._x += 1.4
        start = self._x
        for row in rows:
            sides = list(dict.fromkeys(column for column, _ in row.cells))
            level: dict[tuple[str, int], int] = {}
            across = len(sides) * BERTH_LONG + BERTH_TABLE
            for column, place in row.cells:
                side = sides.index(column)
                wanted = decks.index(place.kind)
                while (column, wanted) in level:  # a deck named twice on one side: put it where there is room
                    wanted += 1
                level[(column, wanted)] = 1
                x = self._x + side * BERTH_LONG + (BERTH_TABLE if side * 2 >= len(sides) and side else 0)
                box = Box(x=x + 0.04, y=WALL + wanted * step, w=BERTH_LONG - 0.08, h=BERTH_HIGH)
                self._spot(place, laid, box, place.label, "")
            deep = len(decks) * step
            if len(sides) > 1:
                table_x = self._x + (len(sides) // 2) * BERTH_LONG + 0.1
                self._add("table", Box(x=table_x, y=WALL, w=BERTH_TABLE - 0.2, h=deep * 0.4))
            self._add("row", Box(x=self._x, y=WALL + deep, w=across, h=CORRIDOR), row.name)
            self._x += across + 0.06
            self._add("wall", Box(x=self._x, y=0, w=0.06, h=WALL + deep))
            self._x += 0.14
        deep = WALL + len(decks) * step
        self._add("corridor", Box(x=start, y=deep, w=self._x - start, h=self._height - deep - WALL / 2))

    def _spot(self, place: Place, laid: SectionPlan, box: Box, short: str, back: str) -> None:
        self._spots.append(
            Spot(
                ref=PlaceRef(self._number, place.label),
                place=place,
                fare_class=fare_class(laid.section.travel_class, place.kind),
                short=short,
                box=box,
                back=back,
            )
        )

    def _add(self, kind: str, box: Box, text: str = "") -> None:
        self._fixtures.append(Fixture(kind=kind, box=box, text=text))


def neighbour(spots: Iterable[Spot], here: Spot, dx: int, dy: int) -> Spot | None:
    """The place that an arrow key reaches from ``here``: the nearest one that way, straight ahead before aside."""
    best: tuple[float, Spot] | None = None
    x, y = here.box.x + here.box.w / 2, here.box.y + here.box.h / 2
    for spot in spots:
        along_x = spot.box.x + spot.box.w / 2 - x
        along_y = spot.box.y + spot.box.h / 2 - y
        ahead = along_x * dx + along_y * dy
        aside = abs(along_y) if dx else abs(along_x)
        if ahead < 0.3:
            continue
        cost = ahead + 4 * aside
        if best is None or cost < best[0]:
            best = cost, spot
    return best[1] if best else None
