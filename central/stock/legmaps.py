"""Legs as an older timetable counted them, in the legs that a run has now.

Counters go on selling by the timetable that they have, and their journals come late: for every pattern that a run was
ever sold under, ``leg_map`` says where each of its calls is now. Each map is made anew from the two patterns, whatever
came between: a call that one timetable left out and the next has again is where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from central.services import Services
from central.stock.arrays import dates, ids
from central.stock.words import RunKey
from central.tx import Tx
from counter_app.domain.reissue import Trouble, map_calls
from counter_app.domain.timetable import Trip

Calls = Sequence[int | None]  # by old call, the same call now; None: it is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A journey in the legs of now. CALL_VANISHED: it cannot be made any more, and the span is what is left of it,

    which may be nothing (``board == alight``).
    """

    board: int
    alight: int
    trouble: Trouble | None


def carried(calls: Calls, old: Trip, new: Trip, board: int, alight: int) -> Carried:
    """Of a span that the old pattern has."""
    first, last = calls[board], calls[alight]
    if first is None or last is None or not (new.calls[first].boarding and new.calls[last].alighting):
        return Carried(**_ends(outer(calls, board, alight)), trouble=Trouble.CALL_VANISHED)
    told = (old.zone, old.calls[board].depart_s, old.calls[alight].arrive_s)
    same = told == (new.zone, new.calls[first].depart_s, new.calls[last].arrive_s)
    return Carried(board=first, alight=last, trouble=None if same else Trouble.TIME_CHANGED)


def outer(calls: Calls, board: int, alight: int) -> tuple[int, int]:
    """Every leg of now that any leg of the span became; (n, n): none."""
    before = [now for now in calls[: board + 1] if now is not None]
    within = [now for now in calls[board : alight + 1] if now is not None]
    behind = [now for now in calls[alight:] if now is not None]
    first = before[-1] if before else within[0] if within else 0
    last = behind[0] if behind else within[-1] if within else first
    return (first, max(first, last))


def legs_of(calls: Calls, leg: int) -> range:
    """What one leg became: nothing, one leg, a part of one, or several."""
    before = [now for now in calls[: leg + 1] if now is not None]
    behind = [now for now in calls[leg + 1 :] if now is not None]
    return range(before[-1], behind[0]) if before and behind else range(0)


def _ends(span: tuple[int, int]) -> dict[str, int]:
    return {"board": span[0], "alight": span[1]}


class LegMaps:
    """Those that one transaction needs. The runs are locked: nobody changes the maps meanwhile."""

    def __init__(self, tx: Tx, services: Services) -> None:
        self._tx = tx
        self._services = services
        self._known: dict[tuple[RunKey, str], tuple[tuple[int | None, ...], Trip]] = {}

    def read(self, wanted: Iterable[tuple[RunKey, str]]) -> None:
        """Of these patterns of these runs."""
        patterns = set(wanted)
        if not patterns:
            return
        keys = sorted({key for key, _ in patterns})
        rows = self._tx.rows(
            "SELECT m.service_date, m.run_id, m.pattern_version, m.calls, f.body FROM leg_map m "
            "JOIN unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "
            "ON m.service_date = q.service_date AND m.run_id = q.run_id JOIN frozen f ON f.hash = m.pattern",
            (dates(key.service_date for key in keys), ids(key.run_id for key in keys)),
        )
        for service_date, run_id, pattern, calls, body in rows:
            one = (RunKey(service_date, run_id), pattern)
            if one in patterns:
                self._known[one] = (tuple(calls), self._services.read_pattern(body)[0])

    def knows(self, key: RunKey, pattern: str) -> bool:
        return (key, pattern) in self._known

    def learn(self, key: RunKey, old: Trip, now: Trip) -> None:
        """Of a run that was first touched here under ``now``: nothing of it was ever carried."""
        self._known[key, old.pattern_version] = (map_calls(old.calls, now.calls), old)

    def carried(self, key: RunKey, pattern: str, now: Trip, board: int, alight: int) -> Carried | None:
        """None: central has no map of this pattern, or the pattern has no such span."""
        found = self._known.get((key, pattern))
        if found is None or not 0 <= board < alight < len(found[0]):
            return None
        calls, old = found
        return carried(calls, old, now, board, alight)

    def outer(self, key: RunKey, pattern: str, board: int, alight: int) -> tuple[int, int] | None:
        """The legs that a span of cells became; None as for ``carried``."""
        found = self._known.get((key, pattern))
        if found is None or not 0 <= board < alight < len(found[0]):
            return None
        return outer(found[0], board, alight)

    def became(self, key: RunKey, pattern: str, now: str) -> Callable[[int], range]:
        """Of a leg of this pattern, the legs that it is in the pattern ``now``, which the run has."""
        found = self._known.get((key, pattern))
        if pattern == now or found is None:
            return lambda leg: range(leg, leg + 1) if pattern == now else range(0)
        calls = found[0]
        return lambda leg: legs_of(calls, leg) if 0 <= leg < len(calls) - 1 else range(0)


def read_patterns(tx: Tx, services: Services, keys: Sequence[RunKey]) -> dict[RunKey, dict[str, Trip]]:
    """All that these runs were sold under before, by pattern version."""
    found: dict[RunKey, dict[str, Trip]] = {key: {} for key in keys}
    trips: dict[str, Trip] = {}
    for service_date, run_id, version, pattern, body in tx.rows(
        "SELECT m.service_date, m.run_id, m.pattern_version, m.pattern, f.body FROM leg_map m "
        "JOIN unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "
        "ON m.service_date = q.service_date AND m.run_id = q.run_id JOIN frozen f ON f.hash = m.pattern",
        (dates(key.service_date for key in keys), ids(key.run_id for key in keys)),
    ):
        if pattern not in trips:
            trips[pattern] = services.read_pattern(body)[0]
        found[RunKey(service_date, run_id)][version] = trips[pattern]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMap:
    key: RunKey
    pattern_version: str  # of what is mapped
    pattern: str  # its hash
    calls: tuple[int | None, ...]


def write_maps(
    tx: Tx, maps: Sequence[NewMap], now: dict[RunKey, Trip], older: Mapping[RunKey, Mapping[str, Trip]]
) -> None:
    """``maps``: from the pattern that was in force until now. ``now``: the patterns that the runs have from now on, of

    which no map is needed; ``older``: ``read_patterns``.
    """
    keys = sorted(now)
    rows: list[tuple[object, UUID, str, str]] = tx.rows(
        "DELETE FROM leg_map m USING unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "
        "WHERE m.service_date = q.service_date AND m.run_id = q.run_id "
        "RETURNING m.service_date, m.run_id, m.pattern_version, m.pattern",
        (dates(key.service_date for key in keys), ids(key.run_id for key in keys)),
    )
    made = {(one.key, one.pattern_version): (one.calls, one.pattern) for one in maps}
    for service_date, run_id, version, pattern in rows:
        key = RunKey(service_date, run_id)  # type: ignore[arg-type]
        made.setdefault((key, version), (map_calls(older[key][version].calls, now[key].calls), pattern))
    put_maps(
        tx,
        [
            NewMap(key=key, pattern_version=version, pattern=pattern, calls=calls)
            for (key, version), (calls, pattern) in made.items()
            if now[key].pattern_version != version
        ],
    )


def put_maps(tx: Tx, maps: Sequence[NewMap]) -> None:
    """As they are, in the place of what was known of the same patterns."""
    tx.run_many(
        "INSERT INTO leg_map (service_date, run_id, pattern_version, pattern, calls) "
        "VALUES (%s, %s, %s, %s, %s::smallint[]) ON CONFLICT (service_date, run_id, pattern_version) "
        "DO UPDATE SET calls = EXCLUDED.calls",
        [
            (one.key.service_date, one.key.run_id, one.pattern_version, one.pattern, list(one.calls))
            for one in sorted(maps, key=lambda one: (one.key, one.pattern_version))
        ],
    )
