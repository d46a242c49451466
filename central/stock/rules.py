"""What operators set, as one transaction reads it: how long an unpaid hold lasts, and what is kept for whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from central.stock.arrays import texts
from central.stock.pictures import RunFacts
from central.tx import Tx
from counter_app.domain.policy import Policy, read_policy

HOLD_WITHOUT_POLICY: Final = timedelta(minutes=10)
CAPACITY_WITHOUT_POLICY: Final = 100
ANY: Final = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Of ``travel_class`` ``kept`` places are for journeys of at least ``minimum_legs`` from ``origins`` (empty: any),

    until ``released`` before departure. Kept are always the last places of the class in the train's order, so that
    two quotas of one class lie within each other, and nobody has to remember who sits where. Of units so many are
    taken off what others see.
    """

    trip_id: str
    travel_class: str
    kept: int
    minimum_legs: int
    origins: frozenset[str]
    released: timedelta


@dataclass(frozen=True, slots=True)
class Rules:
    policies: dict[str, Policy] = field(default_factory=dict)  # station code -> policy in force
    quotas: tuple[Quota, ...] = ()

    def hold(self, station_code: str) -> timedelta:
        policy = self.policies.get(station_code)
        return HOLD_WITHOUT_POLICY if policy is None else policy.hold

    def unreserved_capacity(self, station_code: str) -> int:
        policy = self.policies.get(station_code)
        return CAPACITY_WITHOUT_POLICY if policy is None else policy.unreserved_capacity

    def kept(self, facts: RunFacts, travel_class: str, board: int, alight: int, now: datetime) -> int:
        """How many places of the class this journey may not touch."""
        most = 0
        for quota in self.quotas:
            if (
                quota.kept > most
                and quota.travel_class == travel_class
                and quota.trip_id in {ANY, facts.trip.trip_id}
                and not _is_for(quota, facts, board, alight)
                and now < facts.departure(0) - quota.released
            ):
                most = quota.kept
        return most

    def kept_mask(self, facts: RunFacts, travel_class: str, board: int, alight: int, now: datetime) -> int:
        """The places of the class that this journey may not touch."""
        assert facts.places is not None
        if not self.quotas:
            return 0
        return _last(
            facts.places.table.by_class.get(travel_class, 0), self.kept(facts, travel_class, board, alight, now)
        )

    def meant_mask(self, facts: RunFacts, travel_class: str, board: int, alight: int, now: datetime) -> int:
        """The places that are kept for journeys such as this one: it takes them before any other."""
        assert facts.places is not None
        if not self.quotas:
            return 0
        most = max(
            (
                quota.kept
                for quota in self.quotas
                if quota.travel_class == travel_class
                and quota.trip_id in {ANY, facts.trip.trip_id}
                and _is_for(quota, facts, board, alight)
                and now < facts.departure(0) - quota.released
            ),
            default=0,
        )
        return _last(facts.places.table.by_class.get(travel_class, 0), most)


def _is_for(quota: Quota, facts: RunFacts, board: int, alight: int) -> bool:
    if alight - board < quota.minimum_legs:
        return False
    return not quota.origins or facts.trip.calls[board].station_id in quota.origins


def _last(mask: int, count: int) -> int:
    """The highest ``count`` bits."""
    found = 0
    while mask and count:
        top = 1 << mask.bit_length() - 1
        found |= top
        mask ^= top
        count -= 1
    return found


_READ: Final = """
SELECT k.quotas, p.station_code, p.name, p.version
  FROM (SELECT json_agg(json_build_array(trip_id, travel_class, kept, minimum_legs, origins, released_minutes)
                        ORDER BY quota_id) AS quotas FROM quota) k
  LEFT JOIN (SELECT s.station_code, v.name, v.version
               FROM station s
               JOIN LATERAL (SELECT name, version FROM policy WHERE name = s.policy AND in_force_at <= %s
                              ORDER BY version DESC LIMIT 1) v ON true
              WHERE s.station_code = ANY(%s::text[])) p ON true
"""


class RuleBook:
    """Reads them in the transaction that goes by them; a policy's text is parsed once: a version never changes."""

    def __init__(self) -> None:
        self._parsed: dict[tuple[str, int], Policy] = {}

    def read(self, tx: Tx, stations: Iterable[str], now: datetime, *, quotas: bool = True) -> Rules:
        return self.ask(tx, stations, now, quotas=quotas)()

    def ask(self, tx: Tx, stations: Iterable[str], now: datetime, *, quotas: bool = True) -> Callable[[], Rules]:
        """As ``read``, in two steps: asked now, read when it is called."""
        asked = tx.ask(_READ, (now, texts(sorted(set(stations)))))

        def read() -> Rules:
            found = asked.rows()
            kept = tuple(map(_quota, found[0][0] or ())) if quotas else ()
            return Rules({row[1]: self._policy(tx, row[2], row[3]) for row in found if row[1] is not None}, kept)

        return read

    def _policy(self, tx: Tx, name: str, version: int) -> Policy:
        known = self._parsed.get((name, version))
        if known is None:
            body = tx.scalar("SELECT body FROM policy WHERE name = %s AND version = %s", (name, version))
            known = read_policy(body)
            self._parsed[name, version] = known
        return known


def _quota(row: Sequence[Any]) -> Quota:
    trip_id, travel_class, kept, minimum_legs, origins, released_minutes = row
    return Quota(
        trip_id=trip_id,
        travel_class=travel_class,
        kept=kept,
        minimum_legs=minimum_legs,
        origins=frozenset(origins),
        released=timedelta(minutes=released_minutes),
    )
