"""How the places of a coach stand to each other: rows across, aisles between, compartments of berths.

Feeds name rows and columns, or only number their seats; both become :class:`Row`. Choosing places (``places``) and
painting them (``ui.presenters.seatplan``) read the same rows, so that "side by side" means what the map shows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from counter_app.domain.coaches import Place, Section

_LABEL: Final = re.compile(r"^(\d{1,3})([A-Z])$")
DECKS: Final = ("berth_upper", "berth_middle", "berth_lower")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of seats across the coach, or one compartment (bay) of berths.

    ``cells``: ``(column, place)`` from one side of the coach to the other; berths by side, on each side as listed.
    """

    name: str
    berths: bool
    cells: tuple[tuple[str, Place], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionPlan:
    """``blocks``: columns of seats grouped by the aisles between them: ``(("A", "B", "C"), ("D", "F"))``."""

    section: Section
    rows: tuple[Row, ...]
    blocks: tuple[tuple[str, ...], ...]


def plan(section: Section) -> SectionPlan:
    """Rows in the order in which they first appear: seats, then berths."""
    seats = [place for place in section.places if not place.kind.startswith("berth_")]
    berths = [place for place in section.places if place.kind.startswith("berth_")]
    seat_rows = _seat_rows(seats)
    blocks = _blocks(seat_rows)
    order = {column: i for i, column in enumerate(column for block in blocks for column in block)}
    rows = [
        Row(name=name, berths=False, cells=tuple(sorted(cells, key=lambda cell: order[cell[0]])))
        for name, cells in seat_rows
    ]
    rows += [Row(name=name, berths=True, cells=tuple(cells)) for name, cells in _compartments(berths)]
    return SectionPlan(section=section, rows=tuple(rows), blocks=blocks)


_Cells = list[tuple[str, Place]]


def _by_row(keyed: Sequence[tuple[str, str, Place]]) -> list[tuple[str, _Cells]]:
    rows: dict[str, _Cells] = {}
    for row, column, place in keyed:
        rows.setdefault(row, []).append((column, place))
    return list(rows.items())


def _seat_rows(seats: list[Place]) -> list[tuple[str, _Cells]]:
    if not seats:
        return []
    named = [(place.row, place.column, place) for place in seats]
    if _sound(named):
        return _by_row(named)
    spoken = [_LABEL.match(place.label) for place in seats]
    if all(spoken):
        read = [(m[1].lstrip("0") or "0", m[2], place) for m, place in zip(spoken, seats, strict=True) if m]
        if _sound(read):
            return _by_row(read)
    if all(place.row for place in seats):
        lines = [[place for _, place in cells] for _, cells in _by_row(named)]
        names = list(dict.fromkeys(place.row for place in seats))
    else:
        lines = _broken_by_windows(seats) or _broken_by_count(seats)
        names = [str(i + 1) for i in range(len(lines))]
    letters = _letters(max(map(len, lines)))
    return [(name, list(zip(letters, line, strict=False))) for name, line in zip(names, lines, strict=True)]


def _sound(keyed: Sequence[tuple[str, str, Place]]) -> bool:
    """Every seat has a row and a column of its own."""
    return all(row and column for row, column, _ in keyed) and len({k[:2] for k in keyed}) == len(keyed)


def _broken_by_windows(seats: list[Place]) -> list[list[Place]]:
    """A row runs from window to window. Empty where the feed's windows do not make rows."""
    lines: list[list[Place]] = [[]]
    for place in seats:
        line = lines[-1]
        line.append(place)
        if place.position == "window" and sum(seat.position == "window" for seat in line) == 2:
            lines.append([])
    lines = [line for line in lines if line]
    sane = all(2 <= len(line) <= 12 and line[0].position == "window" for line in lines)
    return lines if sane and len(lines) > 1 else []


def _broken_by_count(seats: list[Place]) -> list[list[Place]]:
    """Nothing is known but an order: 3 + 2 in a coach of many seats, as open coaches have it, else 2 + 2."""
    width = 5 if len(seats) >= 80 else 4
    return [seats[i : i + width] for i in range(0, len(seats), width)]


def _letters(width: int) -> tuple[str, ...]:
    """The columns of a derived row. Four and five abreast are lettered as railways do: E is left out for F."""
    known = {1: "A", 2: "AF", 3: "ACF", 4: "ACDF", 5: "ABCDF"}
    if width in known:
        return tuple(known[width])
    return tuple(f"{i + 1}" for i in range(width))


def _blocks(rows: list[tuple[str, _Cells]]) -> tuple[tuple[str, ...], ...]:
    """Where the aisles are: between two aisle seats; else where the letters C and D part; else in the middle."""
    seen: dict[str, Counter[str]] = {}
    for _, cells in rows:
        for column, place in cells:
            seen.setdefault(column, Counter())[place.position] += 1
    columns = sorted(seen, key=lambda column: (len(column), column))
    if len(columns) < 2:
        return (tuple(columns),) if columns else ()
    usual = {column: counts.most_common(1)[0][0] for column, counts in seen.items()}
    cuts = [i for i in range(1, len(columns)) if usual[columns[i - 1]] == usual[columns[i]] == "aisle"]
    if not cuts and "aisle" in {usual[columns[0]], usual[columns[-1]]}:
        return (tuple(columns),)  # the aisle runs along the wall
    if not cuts and all(len(column) == 1 and column.isalpha() for column in columns):
        cuts = [i for i in range(1, len(columns)) if columns[i - 1].upper() <= "C" < columns[i].upper()]
    if not cuts:
        lone = [i + 1 for i in range(len(columns) - 1) if usual[columns[i]] == "aisle"]
        cuts = lone[:1] or [(len(columns) + 1) // 2]
    edges = [0, *cuts, len(columns)]
    return tuple(tuple(columns[a:b]) for a, b in pairwise(edges))


def _compartments(berths: list[Place]) -> list[tuple[str, _Cells]]:
    if not berths:
        return []
    if all(place.row for place in berths):
        compartments = _by_row([(place.row, place.column, place) for place in berths])
        for _, cells in compartments:
            if any(not column for column, _ in cells):
                cells[:] = _sided([place for _, place in cells])
            cells.sort(key=lambda cell: (len(cell[0]), cell[0]))
        return compartments
    decks = len({place.kind for place in berths})
    size = 2 * decks
    groups = [berths[i : i + size] for i in range(0, len(berths), size)]
    return [(str(i + 1), _sided(group)) for i, group in enumerate(groups)]


def _sided(berths: list[Place]) -> _Cells:
    """Sides that the feed does not name: a side is full when its deck comes a second time."""
    cells: _Cells = []
    taken: Counter[str] = Counter()
    for place in berths:
        side = taken[place.kind]
        taken[place.kind] += 1
        cells.append((chr(ord("A") + side), place))
    cells.sort(key=lambda cell: cell[0])
    return cells
