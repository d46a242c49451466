"""What central's runs are at one moment, on the track: and that no cell of a ticket in force is free there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Protocol

from tests.simulation.headquarters import Headquarters
from tests.simulation.truth import UNITS, Broken, Cell, Truth


class World(Protocol):
    """As much of one as is looked at here."""

    @property
    def central(self) -> Headquarters: ...

    @property
    def truth(self) -> Truth: ...


class Track:
    """The runs of central as they are now."""

    def __init__(self, world: World) -> None:
        self._lines = world.central.lines
        self._patterns = world.central.patterns()

    def has(self, cell: Cell) -> bool:
        """A train may go without a coach, or no farther than to a station."""
        run, place, piece = cell
        pattern = self._patterns.get(run)
        if pattern is None:
            return False
        calls = self._lines.calls[pattern]
        return calls[0] <= piece < calls[-1] and (place.startswith(UNITS) or place in self._lines.places[pattern])

    def leg_of(self, cell: Cell) -> Iterator[Cell]:
        """All that is one leg with it."""
        run, place, piece = cell
        calls = self._lines.calls[self._patterns[run]]
        for board, alight in pairwise(calls):
            if board <= piece < alight:
                yield from ((run, place, one) for one in range(board, alight))


def look_at_cells(world: World) -> None:
    """Whoever has a ticket has his place: sold, or kept for the window that sold it, whatever central has heard yet.

    Raises ``Broken``. Of copies, and of what two people wrote off, nothing is said.
    """
    truth, there = world.truth, Track(world)
    taken = world.central.cells()
    blurred = set(truth.excused) | {cell for cells in truth.copied.values() for cell in cells}
    for ticket in truth.tickets.values():
        if not ticket.live or ticket.device in truth.copied:
            continue
        for cell in ticket.cells:
            if cell in taken or cell in blurred or cell[1].startswith(UNITS) or not there.has(cell):
                continue
            raise Broken(f"{cell} is free at central; ticket: {ticket}")
    _look_at_units(world, there)


def _look_at_units(world: World, there: Track) -> None:
    """The same where only counts are kept: no fewer are sold, or kept for who may have sold them, than tickets are."""
    truth, stored = world.truth, world.central.units()
    tickets: Counter[Cell] = Counter()
    for ticket in truth.tickets.values():
        if ticket.live and ticket.device not in truth.copied:
            tickets.update(one for one in ticket.cells if one[1].startswith(UNITS))
    for cell, count in tickets.items():
        if cell[0] in truth.excused_runs or not there.has(cell):
            continue
        used = stored.get(cell, (0, 0))[0]
        if used < count:
            raise Broken(f"{count} tickets for {cell}, and {used} units that are not free at central")
