"""The rows of cells and units that claims hold, written with a handful of statements a batch.

Deletes go first, then changes, then new rows: a place that one claim gives up may be another's in the same batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from central.stock import arrays
from central.stock.words import RunKey
from central.tx import Tx


class Stale(Exception):  # noqa: N818 - an answer
    """The rows are not what the picture said: drop it, and decide again."""


OCCUPIES: Final = frozenset({"HELD", "LEASED", "IN_DOUBT", "SOLD"})
_COLUMN: Final = {"HELD": 0, "LEASED": 1, "IN_DOUBT": 2, "SOLD": 3}
INSERT_CELLS: Final = """
INSERT INTO place_leg (service_date, run_id, place, leg, state, claim_id, epoch)
SELECT q.service_date, q.run_id, q.place, leg, q.state, q.claim_id, q.epoch
  FROM unnest(%s::date[], %s::uuid[], %s::text[], %s::smallint[], %s::smallint[], %s::uuid[], %s::text[], %s::integer[])
    AS q (service_date, run_id, place, board, alight, claim_id, state, epoch),
       generate_series(q.board, q.alight - 1) AS leg
"""
_CHANGE: Final = """
UPDATE place_leg p SET state = q.state, claim_id = q.holder, epoch = coalesce(q.epoch, p.epoch)
  FROM unnest(%s::date[], %s::uuid[], %s::text[], %s::smallint[], %s::smallint[], %s::uuid[], %s::text[], %s::uuid[],
              %s::integer[])
    AS q (service_date, run_id, place, board, alight, claim_id, state, holder, epoch)
 WHERE p.service_date = q.service_date AND p.run_id = q.run_id AND p.place = q.place
   AND p.leg >= q.board AND p.leg < q.alight AND p.claim_id = q.claim_id
"""
_DELETE: Final = """
DELETE FROM place_leg p
 USING unnest(%s::date[], %s::uuid[], %s::text[], %s::smallint[], %s::smallint[], %s::uuid[])
    AS q (service_date, run_id, place, board, alight, claim_id)
 WHERE p.service_date = q.service_date AND p.run_id = q.run_id AND p.place = q.place
   AND p.leg >= q.board AND p.leg < q.alight AND p.claim_id = q.claim_id
"""
_UNITS: Final = """
UPDATE capacity_leg k SET held = k.held + q.held, leased = k.leased + q.leased, in_doubt = k.in_doubt + q.in_doubt,
                          sold = k.sold + q.sold
  FROM unnest(%s::date[], %s::uuid[], %s::text[], %s::smallint[], %s::integer[], %s::integer[], %s::integer[],
              %s::integer[])
    AS q (service_date, run_id, travel_class, leg, held, leased, in_doubt, sold)
 WHERE k.service_date = q.service_date AND k.run_id = q.run_id AND k.travel_class = q.travel_class AND k.leg = q.leg
"""
_UNIT_ROWS: Final = """
INSERT INTO capacity_leg (service_date, run_id, travel_class, leg, capacity)
SELECT q.service_date, q.run_id, q.travel_class, leg, q.capacity
  FROM unnest(%s::date[], %s::uuid[], %s::text[], %s::integer[], %s::integer[])
    AS q (service_date, run_id, travel_class, legs, capacity), generate_series(0, q.legs - 1) AS leg
"""

_Stretch = tuple[date, UUID, str, int, int, UUID]  # one place over one span, of one claim


class CellWriter:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._new: list[tuple[date, UUID, str, int, int, UUID, str, int]] = []
        self._changed: list[tuple[date, UUID, str, int, int, UUID, str, UUID, int | None]] = []
        self._gone: list[_Stretch] = []
        self._units: dict[tuple[RunKey, str, int], list[int]] = {}
        self._unit_rows: dict[tuple[RunKey, str], tuple[int, int]] = {}

    def make_unit_rows(self, key: RunKey, travel_class: str, *, legs: int, capacity: int) -> None:
        """Before the first units of a class of a run."""
        self._unit_rows[key, travel_class] = (legs, capacity)

    def move_place(
        self, key: RunKey, place: str, board: int, alight: int, holder: UUID, was: str, now: str, epoch: int
    ) -> None:
        """One place over a span; the state "" is none."""
        stretch = (key.service_date, key.run_id, place, board, alight, holder)
        if was in OCCUPIES and now in OCCUPIES:
            self._changed.append((*stretch, now, holder, None))
        elif was in OCCUPIES:
            self._gone.append(stretch)
        elif now in OCCUPIES:
            self._new.append((*stretch, now, epoch))

    def hand_over(
        self, key: RunKey, place: str, board: int, alight: int, holder: UUID, to: UUID, now: str, epoch: int
    ) -> None:
        """Cells of one holder are another's."""
        self._changed.append((key.service_date, key.run_id, place, board, alight, holder, now, to, epoch))

    def move_units(
        self, key: RunKey, travel_class: str, board: int, alight: int, count: int, was: str, now: str
    ) -> None:
        for leg in range(board, alight):
            row = self._units.setdefault((key, travel_class, leg), [0, 0, 0, 0])
            if was in OCCUPIES:
                row[_COLUMN[was]] -= count
            if now in OCCUPIES:
                row[_COLUMN[now]] += count

    def write(self) -> None:
        """Raises ``Stale`` where a row that should be there is not."""
        tx = self._tx
        if self._gone:
            self._demand(tx.run(_DELETE, _columns("dutnnu", self._gone)), self._gone)
        if self._changed:
            self._demand(tx.run(_CHANGE, _columns("dutnnutun", self._changed)), self._changed)
        if self._new:
            tx.ask(INSERT_CELLS, _columns("dutnnutn", self._new))
        if self._unit_rows:
            tx.ask(
                _UNIT_ROWS,
                _columns(
                    "dutnn",
                    (
                        (key.service_date, key.run_id, name, legs, capacity)
                        for (key, name), (legs, capacity) in self._unit_rows.items()
                    ),
                ),
            )
        moved = [
            (key.service_date, key.run_id, name, leg, *row)
            for (key, name, leg), row in sorted(self._units.items())
            if any(row)
        ]
        if moved and tx.run(_UNITS, _columns("dutnnnnn", moved)) != len(moved):
            raise Stale
        self._new, self._changed, self._gone, self._units, self._unit_rows = [], [], [], {}, {}

    def take_new(self) -> list[str] | None:
        """The parameters of ``INSERT_CELLS`` where new cells are all there is to write; they are the caller's then."""
        if not self._new or self._changed or self._gone or self._units or self._unit_rows:
            return None
        new, self._new = self._new, []
        return _columns("dutnnutn", new)

    @staticmethod
    def _demand(written: int, stretches: Iterable[Sequence[Any]]) -> None:
        if written != sum(stretch[4] - stretch[3] for stretch in stretches):
            raise Stale


_WRITERS: Final[dict[str, Callable[[Iterable[Any]], str]]] = {
    "d": arrays.dates,
    "u": arrays.ids,
    "t": arrays.texts,
    "n": arrays.numbers,
}


def _columns(kinds: str, rows: Iterable[Sequence[Any]]) -> list[str]:
    """``kinds``: a letter a column, of ``_WRITERS``."""
    return [_WRITERS[kind](column) for kind, column in zip(kinds, zip(*rows, strict=True), strict=True)]
