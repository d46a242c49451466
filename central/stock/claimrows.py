"""Claims of a batch: read together, changed in memory, written together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from central.stock.arrays import dates, ids, instants, numbers, texts
from central.stock.cells import CellWriter
from central.stock.words import RunKey
from central.tx import Tx


@dataclass(slots=True, kw_only=True)
class ClaimRow:
    key: RunKey
    claim_id: UUID
    device_id: UUID
    order_id: UUID
    board: int
    alight: int
    travel_class: str
    places: tuple[str, ...]  # empty: units
    count: int
    state: str  # HELD | LEASED | IN_DOUBT | SOLD | GONE | WRITTEN_OFF
    expires_at: datetime | None
    epoch: int = 0  # of its device, where it is made here
    was: str = ""  # the state of the row; empty: there is none yet


_FIND: Final = (
    "SELECT c.service_date, c.run_id, c.claim_id, c.device_id, c.order_id, c.board, c.alight, c.travel_class, "
    "c.places, c.count, c.state, c.expires_at FROM claim c "
    "JOIN unnest(%s::date[], %s::uuid[], %s::uuid[]) AS q (service_date, run_id, claim_id) "
    "ON c.service_date = q.service_date AND c.run_id = q.run_id AND c.claim_id = q.claim_id"
)
INSERT_CLAIMS: Final = """
INSERT INTO claim (service_date, run_id, claim_id, device_id, order_id, board, alight, travel_class, places, count,
                   state, expires_at, created_at)
SELECT q.service_date, q.run_id, q.claim_id, q.device_id, q.order_id, q.board, q.alight, q.travel_class,
       CASE WHEN q.places = '' THEN '{}' ELSE string_to_array(q.places, chr(31)) END, q.count, q.state, q.expires_at, %s
  FROM unnest(%s::date[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::smallint[], %s::smallint[], %s::text[],
              %s::text[], %s::smallint[], %s::text[], %s::timestamptz[])
    AS q (service_date, run_id, claim_id, device_id, order_id, board, alight, travel_class, places, count, state,
          expires_at)
"""
_UPDATE: Final = """
UPDATE claim c SET state = q.state, expires_at = q.expires_at
  FROM unnest(%s::date[], %s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[])
    AS q (service_date, run_id, claim_id, state, expires_at)
 WHERE c.service_date = q.service_date AND c.run_id = q.run_id AND c.claim_id = q.claim_id
"""


def read_row(row: Sequence[Any]) -> ClaimRow:
    service_date, run_id, claim_id, device_id, order_id, board, alight, travel_class, places, count, state, expires = (
        row
    )
    return ClaimRow(
        key=RunKey(service_date, run_id),
        claim_id=claim_id,
        device_id=device_id,
        order_id=order_id,
        board=board,
        alight=alight,
        travel_class=travel_class,
        places=tuple(places),
        count=count,
        state=state,
        expires_at=expires,
        was=state,
    )


class ClaimRows:
    """Those of one transaction. The runs are locked: nobody else changes them meanwhile."""

    def __init__(self, tx: Tx, now: datetime) -> None:
        self._tx = tx
        self._now = now
        self._rows: dict[tuple[RunKey, UUID], ClaimRow] = {}

    def read(self, wanted: Iterable[tuple[RunKey, UUID]]) -> None:
        self.ask(wanted)()

    def ask(self, wanted: Iterable[tuple[RunKey, UUID]]) -> Callable[[], None]:
        """As ``read``, in two steps: asked now, here when it is called."""
        missing = [one for one in dict.fromkeys(wanted) if one not in self._rows]
        if not missing:
            return lambda: None
        asked = self._tx.ask(
            _FIND,
            (
                dates(key.service_date for key, _ in missing),
                ids(key.run_id for key, _ in missing),
                ids(claim_id for _, claim_id in missing),
            ),
        )

        def take() -> None:
            for row in map(read_row, asked.rows()):
                self._rows[row.key, row.claim_id] = row

        return take

    def get(self, key: RunKey, claim_id: UUID) -> ClaimRow | None:
        return self._rows.get((key, claim_id))

    def add(self, row: ClaimRow) -> None:
        assert (row.key, row.claim_id) not in self._rows
        self._rows[row.key, row.claim_id] = row

    def adopt(self, row: ClaimRow) -> ClaimRow:
        """A row that is known from elsewhere; the one that is here already, if so."""
        return self._rows.setdefault((row.key, row.claim_id), row)

    def move(self, cells: CellWriter) -> None:
        """The cells of every change."""
        for row in self._rows.values():
            if row.state != row.was:
                _move(cells, row)

    @property
    def only_new(self) -> bool:
        """Whether new claims are all that there is to write."""
        return all(not row.was for row in self._rows.values() if row.state != row.was)

    def take_new(self) -> list[Any]:
        """The parameters of ``INSERT_CLAIMS`` for all of them; who asks writes them."""
        assert self.only_new
        new = [row for row in self._rows.values() if row.state != row.was]
        for row in new:
            row.was = row.state
        return self._columns(new)

    def write_rows(self) -> None:
        """The claims alone: whoever decided on each cell writes those."""
        new = [row for row in self._rows.values() if row.state != row.was and not row.was]
        changed = [row for row in self._rows.values() if row.state != row.was and row.was]
        if new:
            self._insert(new)
        if changed:
            written = self._tx.run(
                _UPDATE,
                (
                    dates(row.key.service_date for row in changed),
                    ids(row.key.run_id for row in changed),
                    ids(row.claim_id for row in changed),
                    texts(row.state for row in changed),
                    instants(row.expires_at for row in changed),
                ),
            )
            assert written == len(changed), "a claim of a locked run is gone"
        for row in [*new, *changed]:
            row.was = row.state

    def _insert(self, rows: list[ClaimRow]) -> None:
        self._tx.ask(INSERT_CLAIMS, self._columns(rows))

    def _columns(self, rows: list[ClaimRow]) -> list[Any]:
        return [
            self._now,
            dates(row.key.service_date for row in rows),
            ids(row.key.run_id for row in rows),
            ids(row.claim_id for row in rows),
            ids(row.device_id for row in rows),
            ids(row.order_id for row in rows),
            numbers(row.board for row in rows),
            numbers(row.alight for row in rows),
            texts(row.travel_class for row in rows),
            texts("\x1f".join(row.places) for row in rows),
            numbers(row.count for row in rows),
            texts(row.state for row in rows),
            instants(row.expires_at for row in rows),
        ]


def _move(cells: CellWriter, row: ClaimRow) -> None:
    if not row.places:
        cells.move_units(row.key, row.travel_class, row.board, row.alight, row.count, row.was, row.state)
    for place in row.places:
        cells.move_place(row.key, place, row.board, row.alight, row.claim_id, row.was, row.state, row.epoch)
