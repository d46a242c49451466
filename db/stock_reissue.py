"""Sold runs under a new issue of the timetable: who is on them, and how their cells move to the new legs."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from typing import Any, Final
from uuid import UUID

from counter_app.domain.coaches import PlaceRef
from counter_app.domain.reissue import Fate, RunChange, SoldClaim, SoldRun
from counter_app.domain.timetable import RunRef, Span
from counter_app.ports.stock import FrozenRun
from db.context import Context
from db.frozen import content_hash, read_pattern, write_formation, write_pattern

_RUNS: Final = """
    SELECT run.run_id, run.service_date, run.trip_id, frozen.body
    FROM run JOIN frozen ON frozen.hash = run.pattern
    WHERE run.service_date >= ? ORDER BY run.service_date, run.run_id
"""
_CLAIMS: Final = """
    SELECT claim_id, run_id, board, alight, places, state,
           (SELECT count(*) FROM ticket WHERE ticket.order_id = claim.order_id AND ticket.claim_id = claim.claim_id
            AND ticket.state = 'FULFILLED')
    FROM claim WHERE service_date >= ? AND state <> 'GONE' ORDER BY claim_id
"""
_OCCUPIED: Final = (
    "SELECT DISTINCT claim_id, place FROM place_leg WHERE service_date >= ? AND claim_id IS NOT NULL ORDER BY place"
)
_FREEZE: Final = "INSERT INTO frozen (hash, body) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING"
_CELLS: Final = "SELECT place, leg, state, claim_id, epoch FROM place_leg WHERE service_date = ? AND run_id = ?"
_ADD_CELL: Final = (
    "INSERT INTO place_leg (service_date, run_id, place, leg, state, claim_id, epoch) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_UNITS: Final = (
    "SELECT travel_class, leg, capacity, held, leased, sold FROM capacity_leg WHERE service_date = ? AND run_id = ?"
)
_ADD_UNITS: Final = (
    "INSERT INTO capacity_leg (service_date, run_id, travel_class, leg, capacity, held, leased, sold) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


class ReissuableStock:
    """The part of the store's stock (``ports.stock``) that a new timetable asks for."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def sold_runs(self, from_date: date) -> list[SoldRun]:
        since = (from_date.isoformat(),)
        occupied: dict[str, list[PlaceRef]] = defaultdict(list)
        for claim_id, place in self._context.rows(_OCCUPIED, since):
            occupied[claim_id].append(PlaceRef.parse(place))
        claims: dict[str, list[SoldClaim]] = defaultdict(list)
        for claim_id, run_id, board, alight, places, state, tickets in self._context.rows(_CLAIMS, since):
            claims[run_id].append(
                SoldClaim(
                    claim_id=UUID(claim_id),
                    span=Span(board, alight),
                    places=tuple(occupied[claim_id]),
                    live=bool(occupied[claim_id]) if json.loads(places) else state != "SOLD" or tickets > 0,
                )
            )
        return [
            SoldRun(
                run=RunRef(run_id=UUID(run_id), trip_id=trip_id, service_date=date.fromisoformat(day)),
                trip=read_pattern(body)[0],
                claims=tuple(claims[run_id]),
            )
            for run_id, day, trip_id, body in self._context.rows(_RUNS, since)
        ]

    def reissue(self, change: RunChange, frozen: FrozenRun) -> None:
        assert change.fate is Fate.MOVED
        assert len(frozen.trip.calls) > max((j for j in change.calls if j is not None), default=0)
        key = (change.run.service_date.isoformat(), str(change.run.run_id))
        self._carry_copy(frozen)
        self._carry_cells(key, change)
        self._carry_units(key, change)
        spans = [(claim.span.board, claim.span.alight, str(claim.claim_id)) for claim in change.claims if claim.span]
        assert len(spans) == len(change.claims), "a run moves whole or not at all"
        self._context.run_many("UPDATE claim SET board = ?, alight = ? WHERE claim_id = ?", spans)
        self._context.run_many(
            "UPDATE ticket SET board = ?, alight = ? WHERE claim_id = ? "
            "AND order_id = (SELECT order_id FROM claim WHERE claim.claim_id = ?)",
            [(*span, span[-1]) for span in spans],
        )

    def _carry_copy(self, frozen: FrozenRun) -> None:
        pattern = write_pattern(frozen.trip, dict(frozen.stations))
        formation = None if frozen.formation is None else write_formation(frozen.formation)
        bodies = {content_hash(body): body for body in (pattern, formation) if body is not None}
        self._context.run_many(_FREEZE, bodies.items())
        self._context.run(
            "UPDATE run SET pattern = ?, formation = ?, issue_id = ?, demonstration = ? WHERE run_id = ?",
            (
                content_hash(pattern),
                None if formation is None else content_hash(formation),
                frozen.issue_id,
                int(frozen.demonstration),
                str(frozen.run.run_id),
            ),
        )

    def _carry_cells(self, key: tuple[str, str], change: RunChange) -> None:
        """All of the run's cells are taken up and laid down anew: one by one they could fall on each other."""
        cells = self._context.rows(_CELLS, key)
        self._context.run("DELETE FROM place_leg WHERE service_date = ? AND run_id = ?", key)
        spans = {str(claim.claim_id): claim.span for claim in change.claims}
        moved: set[tuple[Any, ...]] = set()
        for place, leg, state, claim_id, epoch in cells:
            span = _leg(change, leg) if claim_id is None else spans[claim_id]
            if span is not None:
                moved.update((*key, place, new_leg, state, claim_id, epoch) for new_leg in span.legs)
        self._context.run_many(_ADD_CELL, sorted(moved, key=lambda cell: (cell[2], cell[3])))

    def _carry_units(self, key: tuple[str, str], change: RunChange) -> None:
        """Capacity is counted by leg and not by claim: each old leg's count goes to the legs that it became.

        A leg that is new at an end has nobody on it. Where calls vanished, several old legs became one: its count is
        that of the fullest of them, since a span over all of them is counted in each.
        """
        units = self._context.rows(_UNITS, key)
        self._context.run("DELETE FROM capacity_leg WHERE service_date = ? AND run_id = ?", key)
        counts: dict[tuple[str, int], tuple[int, int, int, int]] = {}
        for travel_class, leg, capacity, held, leased, sold in units:
            span = _leg(change, leg)
            for new_leg in span.legs if span else ():
                known = counts.get((travel_class, new_leg), (capacity, 0, 0, 0))
                new = (capacity, held, leased, sold)
                counts[travel_class, new_leg] = max(known, new, key=lambda count: sum(count[1:]))
        self._context.run_many(_ADD_UNITS, [(*key, *at, *count) for at, count in sorted(counts.items())])


def _leg(change: RunChange, leg: int) -> Span | None:
    """The new legs that an old leg became: between the nearest calls that still are, on either side."""
    before = [j for j in change.calls[: leg + 1] if j is not None]
    behind = [j for j in change.calls[leg + 1 :] if j is not None]
    return Span(before[-1], behind[0]) if before and behind else None
