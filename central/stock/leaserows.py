"""Leases of some runs in one transaction: read together, changed in memory, written together."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from central.feed import News
from central.stock.arrays import dates, ids, numbers, texts
from central.stock.rests import Rest, rest_of
from central.stock.words import RunKey
from central.stock.work import Work
from central.tx import Tx
from counter_app.wire.messages import FeedKind

LIVE: Final = frozenset({"ACTIVE", "IN_DOUBT"})


@dataclass(slots=True, kw_only=True)
class LeaseRow:
    key: RunKey
    lease_id: UUID
    device_id: UUID | None  # None: a station's pool
    station_code: str
    holder_epoch: int
    board: int
    alight: int
    travel_class: str
    places: tuple[str, ...]  # as granted; empty: units
    count: int  # as granted
    left: int  # cells of places, or whole units, that are not yet sold or returned
    state: str  # ACTIVE | IN_DOUBT | SETTLED | WRITTEN_OFF | SPLIT
    rest: Rest | None = None  # None: the cells with its id are all that is left
    granted: tuple[str, int, int] = ("", 0, 0)  # of units: pattern and span as signed; of a pool nothing was
    was: tuple[int, str, str] = (-1, "", "")

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def cell_state(self) -> str:
        """What its cells are."""
        return "IN_DOUBT" if self.state == "IN_DOUBT" else "LEASED"

    @property
    def over(self) -> bool:
        """Its device's journal told of all of it."""
        return self.left == 0 and (self.rest is None or self.rest.empty)

    @property
    def units(self) -> int:
        """Of units: whole ones that are not yet sold or returned, be it on legs that the run has not."""
        return self.left + (0 if self.rest is None else self.rest.units)

    def fits(self, pattern: str, sold: tuple[int, int], now: tuple[int, int]) -> bool:
        """Whether a journey of ``pattern``, which is ``now`` in the legs of now, may be sold of these units.

        A window sells by the pattern of its grant, in that pattern's legs.
        """
        by, board, alight = self.granted
        if pattern and by:
            return pattern == by and board <= sold[0] and sold[1] <= alight
        return self.board <= now[0] and now[1] <= self.alight

    @property
    def now(self) -> tuple[int, str, str]:
        return self.left, self.state, "" if self.rest is None else self.rest.text()


_INSERT: Final = """
INSERT INTO lease (service_date, run_id, lease_id, device_id, station_code, holder_epoch, request_id, board, alight,
                   travel_class, places, count, left_count, state, grant_body, granted_at, expires_at, granted_by)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_OF_DEVICE: Final = """
SELECT l.service_date, l.run_id, l.lease_id, l.device_id, l.station_code, l.holder_epoch, l.board, l.alight,
       l.travel_class, l.places, l.count, l.left_count, l.state, l.rest,
       CASE WHEN l.places = '{}' THEN l.grant_body ELSE '' END
  FROM lease l
  JOIN unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id)
    ON l.service_date = q.service_date AND l.run_id = q.run_id
 WHERE l.device_id = %s ORDER BY l.granted_at, l.lease_id
"""
_BY_ID: Final = """
SELECT l.service_date, l.run_id, l.lease_id, l.device_id, l.station_code, l.holder_epoch, l.board, l.alight,
       l.travel_class, l.places, l.count, l.left_count, l.state, l.rest,
       CASE WHEN l.places = '{}' THEN l.grant_body ELSE '' END
  FROM lease l
  JOIN unnest(%s::date[], %s::uuid[], %s::uuid[]) AS q (service_date, run_id, lease_id)
    ON l.service_date = q.service_date AND l.run_id = q.run_id AND l.lease_id = q.lease_id
 ORDER BY l.granted_at, l.lease_id
"""
_RESTING: Final = """
SELECT l.service_date, l.run_id, l.lease_id, l.device_id, l.station_code, l.holder_epoch, l.board, l.alight,
       l.travel_class, l.places, l.count, l.left_count, l.state, l.rest,
       CASE WHEN l.places = '{}' THEN l.grant_body ELSE '' END
  FROM lease l
  JOIN unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id)
    ON l.service_date = q.service_date AND l.run_id = q.run_id
 WHERE l.rest <> '' AND l.state IN ('ACTIVE', 'IN_DOUBT') ORDER BY l.granted_at, l.lease_id
"""
_UPDATE: Final = """
UPDATE lease l SET state = q.state, left_count = q.left_count, rest = q.rest
  FROM unnest(%s::date[], %s::uuid[], %s::uuid[], %s::text[], %s::integer[], %s::text[])
    AS q (service_date, run_id, lease_id, state, left_count, rest)
 WHERE l.service_date = q.service_date AND l.run_id = q.run_id AND l.lease_id = q.lease_id
"""


class LeaseRows:
    """In the order in which they were granted: sales of units take from them in that order, as the counter reckons."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._rows: dict[tuple[RunKey, UUID], LeaseRow] = {}

    def read_device(self, device_id: UUID, keys: Sequence[RunKey]) -> None:
        self._add(
            self._tx.rows(
                _OF_DEVICE, (dates(key.service_date for key in keys), ids(key.run_id for key in keys), device_id)
            )
        )

    def read_resting(self, keys: Sequence[RunKey]) -> None:
        """Everybody's whose rest is not in its rows alone."""
        self._add(self._tx.rows(_RESTING, (dates(key.service_date for key in keys), ids(key.run_id for key in keys))))

    def read(self, wanted: Sequence[tuple[RunKey, UUID]]) -> None:
        self._add(
            self._tx.rows(
                _BY_ID,
                (
                    dates(key.service_date for key, _ in wanted),
                    ids(key.run_id for key, _ in wanted),
                    ids(lease_id for _, lease_id in wanted),
                ),
            )
        )

    def get(self, key: RunKey, lease_id: UUID) -> LeaseRow | None:
        return self._rows.get((key, lease_id))

    def of_run(self, key: RunKey, device_id: UUID) -> list[LeaseRow]:
        """Of one device."""
        return [row for row in self._rows.values() if row.key == key and row.device_id == device_id]

    def all(self) -> list[LeaseRow]:
        return list(self._rows.values())

    def add(
        self,
        row: LeaseRow,
        *,
        request_id: UUID | None,
        grant_body: str,
        granted_at: datetime,
        expires_at: datetime,
        granted_by: str,
    ) -> None:
        """A new one; its cells are the caller's to write."""
        self._tx.run(
            _INSERT,
            (
                row.key.service_date,
                row.key.run_id,
                row.lease_id,
                row.device_id,
                row.station_code,
                row.holder_epoch,
                request_id,
                row.board,
                row.alight,
                row.travel_class,
                list(row.places),
                row.count,
                row.left,
                row.state,
                grant_body,
                granted_at,
                expires_at,
                granted_by,
            ),
        )
        row.was = row.now
        self._rows[row.key, row.lease_id] = row

    def write(self, work: Work) -> None:
        """What changed; a device hears of each lease that ended."""
        changed = [row for row in self._rows.values() if row.now != row.was]
        for row in changed:
            assert row.left >= 0, row
            if row.live and row.over:
                row.state = "SETTLED"
            if not row.live and row.device_id is not None and row.was[1] in LIVE:
                work.tell(row.device_id, News(kind=FeedKind.LEASE, key=f"lease/{row.lease_id}", body=None))
        if not changed:
            return
        written = self._tx.run(
            _UPDATE,
            (
                dates(row.key.service_date for row in changed),
                ids(row.key.run_id for row in changed),
                ids(row.lease_id for row in changed),
                texts(row.state for row in changed),
                numbers(row.left for row in changed),
                texts(row.now[2] for row in changed),
            ),
        )
        assert written == len(changed), "a lease of a locked run is gone"
        for row in changed:
            row.was = row.now

    def _add(self, rows: Iterable[Sequence[Any]]) -> None:
        for row in map(_read, rows):
            self._rows.setdefault((row.key, row.lease_id), row)


def _read(row: Sequence[Any]) -> LeaseRow:
    (service_date, run_id, lease_id, device_id, station_code, epoch, board, alight, name, places, *rest) = row
    count, left, state, unsettled, body = rest
    grant: Mapping[str, Any] = json.loads(body) if body else {}
    found = LeaseRow(
        key=RunKey(service_date, run_id),
        lease_id=lease_id,
        device_id=device_id,
        station_code=station_code,
        holder_epoch=epoch,
        board=board,
        alight=alight,
        travel_class=name,
        places=tuple(places),
        count=count,
        left=left,
        state=state,
        rest=rest_of(unsettled),
        granted=(grant.get("pattern", ""), grant.get("board", 0), grant.get("alight", 0)),
    )
    found.was = found.now
    return found
