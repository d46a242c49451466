"""The cells of some places in memory, changed there one by one, and written as the difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from central.stock.arrays import dates, ids, texts
from central.stock.cells import CellWriter
from central.stock.words import RunKey
from central.stock.work import Work
from central.tx import Tx
from counter_app.errors import Refusal


@dataclass(frozen=True, slots=True)
class Cell:
    state: str  # HELD | LEASED | IN_DOUBT | SOLD | BLOCKED
    holder: UUID | None  # claim, lease or sale
    epoch: int


_READ: Final = """
SELECT p.service_date, p.run_id, p.place, p.leg, p.state, p.claim_id, p.epoch
  FROM place_leg p
  JOIN unnest(%s::date[], %s::uuid[], %s::text[]) AS q (service_date, run_id, place)
    ON p.service_date = q.service_date AND p.run_id = q.run_id AND p.place = q.place
"""


class CellMap:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._was: dict[tuple[RunKey, str], dict[int, Cell]] = {}
        self._now: dict[tuple[RunKey, str], dict[int, Cell]] = {}

    def read(self, wanted: Iterable[tuple[RunKey, str]]) -> None:
        missing = [one for one in dict.fromkeys(wanted) if one not in self._was]
        if not missing:
            return
        for one in missing:
            self._was[one], self._now[one] = {}, {}
        known: dict[tuple[str, UUID | None, int], Cell] = {}
        for service_date, run_id, place, leg, *rest in self._tx.rows(
            _READ,
            (
                dates(key.service_date for key, _ in missing),
                ids(key.run_id for key, _ in missing),
                texts(place for _, place in missing),
            ),
        ):
            state, holder, epoch = rest
            cell = known.get((state, holder, epoch))
            if cell is None:
                cell = known[state, holder, epoch] = Cell(state, holder, epoch)
            one = (RunKey(service_date, run_id), place)
            self._was[one][leg] = self._now[one][leg] = cell

    def places(self) -> list[tuple[RunKey, str]]:
        """Those that were read."""
        return list(self._now)

    def at(self, key: RunKey, place: str) -> Mapping[int, Cell]:
        """By leg, as they are now."""
        return self._now[key, place]

    def get(self, key: RunKey, place: str, leg: int) -> Cell | None:
        return self._now[key, place].get(leg)

    def put(self, key: RunKey, place: str, leg: int, cell: Cell | None) -> None:
        if cell is None:
            self._now[key, place].pop(leg, None)
        else:
            self._now[key, place][leg] = cell

    def legs_of(self, key: RunKey, place: str, holder: UUID) -> list[int]:
        """The legs on which the place is this holder's."""
        return [leg for leg, cell in self._now[key, place].items() if cell.holder == holder]

    def is_gone(self, key: RunKey, place: str, board: int, alight: int, holder: UUID) -> None:
        """The caller has these deleted itself."""
        one = (key, place)
        if one not in self._was:
            return
        for leg in range(board, alight):
            cell = self._was[one].get(leg)
            if cell is not None and cell.holder == holder:
                del self._was[one][leg]
                self._now[one].pop(leg, None)

    def write(self, cells: CellWriter, work: Work) -> None:
        """The difference, by stretches of legs, into the writer and the runs' pictures."""
        for (key, place), now in self._now.items():
            was = self._was[key, place]
            changed = sorted(leg for leg in was.keys() | now.keys() if was.get(leg) != now.get(leg))
            start = 0
            while start < len(changed):
                first = changed[start]
                step = (was.get(first), now.get(first))
                end = start + 1
                while (
                    end < len(changed)
                    and changed[end] == changed[end - 1] + 1
                    and (was.get(changed[end]), now.get(changed[end])) == step
                ):
                    end += 1
                _write(cells, work, key, place, (first, changed[end - 1] + 1), step)
                start = end
            self._was[key, place] = dict(now)


def _write(
    cells: CellWriter,
    work: Work,
    key: RunKey,
    place: str,
    span: tuple[int, int],
    step: tuple[Cell | None, Cell | None],
) -> None:
    was, now = step
    board, alight = span
    if was is not None and now is not None:
        assert was.holder is not None
        assert now.holder is not None
        cells.hand_over(key, place, board, alight, was.holder, now.holder, now.state, now.epoch)
        return
    if now is not None:
        assert now.holder is not None
        cells.move_place(key, place, board, alight, now.holder, "", now.state, now.epoch)
    elif was is not None:
        assert was.holder is not None
        cells.move_place(key, place, board, alight, was.holder, was.state, "", was.epoch)
    _paint(work, key, place, span, taken=now is not None)
    work.changed(key)


def _paint(work: Work, key: RunKey, place: str, span: tuple[int, int], *, taken: bool) -> None:
    picture = work.picture(key)
    assert picture.places is not None
    assert picture.facts.places is not None
    mask = picture.facts.places.mask([place])
    try:
        (picture.places.take if taken else picture.places.release)(mask, *span)
    except Refusal:  # the rows, which were read under the lock, are right
        work.spoiled(key)
