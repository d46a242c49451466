"""A run's stock in memory: which places are taken on which leg, which units, and what unpaid sales hold of them.

A picture is never changed once it is shared: whoever holds the run's lock works on a copy, which takes its place when
the transaction is durable. It is valid for one version of the run's row only, so that a process that did not write
last notices it. Always rebuilt from the rows, in one statement, which sees one state of them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from central.services import Services
from central.stock.arrays import dates, ids
from central.stock.words import RunKey, shard_of
from central.tx import Tx
from counter_app.domain.places import Counters, LegBitmaps, PlaceTable
from counter_app.domain.tariff import capacities
from counter_app.domain.timetable import Trip, instant

PICTURES_MAX: Final = 20_000  # one of a long train is a few kilobytes
TABLES_MAX: Final = 512
BODIES_MAX: Final = 8_192


class NamedTable:
    """A formation's places, also by the text that the rows name them with."""

    __slots__ = ("index", "names", "table")

    def __init__(self, table: PlaceTable) -> None:
        self.table = table
        self.names = tuple(str(ref) for ref in table.refs)
        self.index = {name: n for n, name in enumerate(self.names)}

    def mask(self, names: Iterable[str]) -> int:
        """Names that this formation does not have are left out: they were sold from an older one."""
        mask = 0
        for name in names:
            n = self.index.get(name)
            if n is not None:
                mask |= 1 << n
        return mask

    def names_of(self, mask: int) -> tuple[str, ...]:
        found = []
        while mask:
            low = mask & -mask
            found.append(self.names[low.bit_length() - 1])
            mask ^= low
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What never changes of a run while its frozen pattern stands."""

    key: RunKey
    trip: Trip
    pattern_hash: str
    formation_hash: str | None
    places: NamedTable | None  # None: nothing is numbered
    capacity: int  # of each class, where nothing is numbered
    whole: dict[str, int]  # class -> places or units

    @property
    def shard(self) -> int:
        return shard_of(self.key.run_id)

    @property
    def legs(self) -> int:
        return self.trip.legs

    def departure(self, board: int) -> datetime:
        return instant(self.key.service_date, self.trip.calls[board].depart_s, self.trip.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A HELD claim as its row says."""

    claim_id: UUID
    order_id: UUID
    device_id: UUID
    board: int
    alight: int
    travel_class: str
    places: tuple[str, ...]
    count: int
    expires_at: datetime


class Picture:
    __slots__ = ("facts", "held", "lapsed", "open", "places", "unit_rows", "units", "version", "waiting")

    def __init__(
        self,
        *,
        facts: RunFacts,
        version: int,
        is_open: bool,
        places: LegBitmaps | None,
        units: dict[str, Counters],
        unit_rows: set[str],
        held: dict[UUID, Held],
        waiting: bool,
    ) -> None:
        self.facts = facts
        self.version = version
        self.open = is_open
        self.places = places
        self.units = units
        self.unit_rows = unit_rows  # classes whose rows are there
        self.held = held
        self.waiting = waiting  # somebody waits for places of it
        # As it is without the holds that ran out, from when until when: for who only looks at a shared picture.
        self.lapsed: tuple[datetime, datetime, Picture] | None = None

    def copy(self) -> Picture:
        return Picture(
            facts=self.facts,
            version=self.version,
            is_open=self.open,
            places=None if self.places is None else self.places.copy(),
            units={name: units.copy() for name, units in self.units.items()},
            unit_rows=set(self.unit_rows),
            held=dict(self.held),
            waiting=self.waiting,
        )

    def take(self, *, board: int, alight: int, travel_class: str, places: Sequence[str], count: int) -> None:
        """Raises Refusal when any of it is taken."""
        if self.places is not None:
            assert self.facts.places is not None
            self.places.take(self.facts.places.mask(places), board, alight)
        else:
            self.units[travel_class].take(count, board, alight)

    def free(self, *, board: int, alight: int, travel_class: str, places: Sequence[str], count: int) -> None:
        """Raises Refusal when any of it is free."""
        if self.places is not None:
            assert self.facts.places is not None
            self.places.release(self.facts.places.mask(places), board, alight)
        else:
            self.units[travel_class].release(count, board, alight)

    def without(self, claims: Iterable[Held]) -> Picture:
        """As if these were let go."""
        made = self.copy()
        for held in claims:
            made.free(
                board=held.board,
                alight=held.alight,
                travel_class=held.travel_class,
                places=held.places,
                count=held.count,
            )
            del made.held[held.claim_id]
        return made


# ---- reading ---------------------------------------------------------------------------------------------------

_EPOCH_START: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_CHUNK: Final = 60  # legs in one bigint
_LOAD: Final = """
SELECT r.service_date, r.run_id, r.version, r.state = 'open', r.trip_id, r.pattern, r.formation,
       r.unreserved_capacity, c.places, c.chunks, c.masks, u.classes, u.legs, u.used, h.held,
       EXISTS (SELECT 1 FROM waiting w WHERE w.service_date = r.service_date AND w.run_id = r.run_id)
  FROM unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id)
  JOIN run r ON r.service_date = q.service_date AND r.run_id = q.run_id
  LEFT JOIN LATERAL (
       SELECT array_agg(g.place) AS places, array_agg(g.chunk) AS chunks, array_agg(g.mask) AS masks
         FROM (SELECT p.place, p.leg / 60 AS chunk, bit_or(1::bigint << (p.leg %% 60)) AS mask
                 FROM place_leg p
                WHERE p.service_date = r.service_date AND p.run_id = r.run_id GROUP BY 1, 2) g) c
       ON r.formation IS NOT NULL
  LEFT JOIN LATERAL (
       SELECT array_agg(k.travel_class) AS classes, array_agg(k.leg) AS legs,
              array_agg(k.held + k.leased + k.in_doubt + k.sold + k.blocked) AS used
         FROM capacity_leg k WHERE k.service_date = r.service_date AND k.run_id = r.run_id) u
       ON r.formation IS NULL
  LEFT JOIN LATERAL (
       SELECT json_agg(json_build_array(l.claim_id, l.order_id, l.device_id, l.board, l.alight, l.travel_class,
                                        l.places, l.count, (extract(epoch FROM l.expires_at) * 1000)::bigint)) AS held
         FROM claim l WHERE l.service_date = r.service_date AND l.run_id = r.run_id AND l.state = 'HELD') h ON true
"""


class Pictures:
    """The process's memory of runs. Safe from any thread."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._kept: OrderedDict[RunKey, Picture] = OrderedDict()
        self._tables: OrderedDict[str, NamedTable] = OrderedDict()
        self._bodies: OrderedDict[str, str] = OrderedDict()
        self._server: tuple[object, ...] = ()

    def are_of(self, server: tuple[object, ...]) -> None:
        """When it was started, and which database: restored from a backup, its versions may come round again."""
        with self._lock:
            if self._server == server:
                return
            self._server = server
            self._kept.clear()
            self._bodies.clear()

    def get(self, key: RunKey) -> Picture | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, pictures: Iterable[Picture]) -> None:
        with self._lock:
            for picture in pictures:
                self._kept[picture.facts.key] = picture
                self._kept.move_to_end(picture.facts.key)
            while len(self._kept) > PICTURES_MAX:
                self._kept.popitem(last=False)

    def drop(self, keys: Iterable[RunKey]) -> None:
        with self._lock:
            for key in keys:
                self._kept.pop(key, None)

    def forget(self) -> None:
        """After a restore, or when it is not known what the database now is."""
        with self._lock:
            self._kept.clear()
            self._bodies.clear()

    def load(self, tx: Tx, keys: Sequence[RunKey]) -> dict[RunKey, Picture]:
        """From the rows, as they are to this statement; runs that were never touched are left out.

        Not kept: inside a transaction it may see what is never committed. The caller puts it when it is safe.
        """
        if not keys:
            return {}
        rows = tx.rows(_LOAD, (dates(key.service_date for key in keys), ids(key.run_id for key in keys)))
        self._fetch_bodies(tx, rows)
        made = {}
        for row in rows:
            picture = self._picture(row)
            made[picture.facts.key] = picture
        return made

    # ---- inside

    def _fetch_bodies(self, tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
        wanted = {digest for row in rows for digest in (row[5], row[6]) if digest is not None}
        with self._lock:
            missing = [digest for digest in wanted if digest not in self._bodies]
        if missing:
            found = tx.rows("SELECT hash, body FROM frozen WHERE hash = ANY(%s)", (missing,))
            with self._lock:
                self._bodies.update(found)
                while len(self._bodies) > max(BODIES_MAX, len(wanted)):
                    self._bodies.popitem(last=False)

    def _body(self, digest: str) -> str:
        with self._lock:
            return self._bodies[digest]

    def _facts(self, key: RunKey, pattern: str, formation: str | None, capacity: int) -> RunFacts:
        known = self.get(key)
        if known is not None and (known.facts.pattern_hash, known.facts.formation_hash) == (pattern, formation):
            return known.facts
        trip, _ = self._services.read_pattern(self._body(pattern))
        made = None if formation is None else self._services.read_formation(self._body(formation))
        return RunFacts(
            key=key,
            trip=trip,
            pattern_hash=pattern,
            formation_hash=formation,
            places=None if formation is None else self._table(formation),
            capacity=capacity,
            whole=capacities(made, trip, capacity),
        )

    def _table(self, formation: str) -> NamedTable:
        with self._lock:
            known = self._tables.get(formation)
        if known is None:
            known = NamedTable(PlaceTable(self._services.read_formation(self._body(formation))))
            with self._lock:
                self._tables[formation] = known
                while len(self._tables) > TABLES_MAX:
                    self._tables.popitem(last=False)
        return known

    def _picture(self, row: Sequence[Any]) -> Picture:
        (service_date, run_id, version, is_open, _trip_id, pattern, formation, capacity, *stock) = row
        places, chunks, masks, classes, legs, used, held, waiting = stock
        facts = self._facts(RunKey(service_date, run_id), pattern, formation, capacity)
        return Picture(
            facts=facts,
            version=version,
            is_open=is_open,
            places=None if facts.places is None else _bitmaps(facts, places or (), chunks or (), masks or ()),
            units={} if facts.places is not None else _units(facts, classes or (), legs or (), used or ()),
            unit_rows=set(classes or ()),
            held={one.claim_id: one for one in map(_held, held or ())},
            waiting=waiting,
        )


def _bitmaps(facts: RunFacts, places: Sequence[str], chunks: Sequence[int], masks: Sequence[int]) -> LegBitmaps:
    named = facts.places
    assert named is not None
    same: dict[tuple[int, int], int] = {}  # (chunk, legs) -> places: many of them are taken on the same legs
    for place, chunk, mask in zip(places, chunks, masks, strict=True):
        n = named.index.get(place)
        if n is not None:
            same[chunk, mask] = same.get((chunk, mask), 0) | 1 << n
    taken = [0] * facts.legs
    for (chunk, mask), those in same.items():
        leg, rest = chunk * _CHUNK, mask
        while rest:
            if rest & 1 and leg < facts.legs:  # what is beyond is damage, which the check of cells tells
                taken[leg] |= those
            rest >>= 1
            leg += 1
    return LegBitmaps.from_masks(named.table.count, taken)


def _units(facts: RunFacts, classes: Sequence[str], legs: Sequence[int], used: Sequence[int]) -> dict[str, Counters]:
    figures = {name: [0] * facts.legs for name in facts.whole}
    for name, leg, units in zip(classes, legs, used, strict=True):
        if leg < facts.legs:
            figures.setdefault(name, [0] * facts.legs)[leg] = units
    return {name: Counters(facts.capacity, facts.legs, row) for name, row in figures.items()}


def _held(row: Sequence[Any]) -> Held:
    claim_id, order_id, device_id, board, alight, travel_class, places, count, expires_ms = row
    return Held(
        claim_id=UUID(claim_id),
        order_id=UUID(order_id),
        device_id=UUID(device_id),
        board=board,
        alight=alight,
        travel_class=travel_class,
        places=tuple(places),
        count=count,
        expires_at=_EPOCH_START + timedelta(milliseconds=expires_ms),
    )
