"""Places in the store: rows for what is not free, and the claims that they belong to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from counter_app.domain.coaches import PlaceRef
from counter_app.domain.journal import canonical
from counter_app.domain.timetable import RunRef, Span
from counter_app.errors import Reason, Refusal
from counter_app.ports.stock import CapacityCell, Cell, CellState, Claim, ClaimOrigin, ClaimState, FrozenRun
from db.context import maybe_from_ms, maybe_ms, to_ms
from db.frozen import content_hash, read_formation, read_pattern, write_formation, write_pattern
from db.journal import SqlJournal
from db.stock_reissue import ReissuableStock

_CLAIM: Final = (
    "claim_id, order_id, run_id, service_date, trip_id, board, alight, travel_class, places, count, state, "
    "expires_at, fare_minor, currency, origin, asked"
)
_SELECT_CLAIM: Final = f"SELECT {_CLAIM} FROM claim"  # noqa: S608 - constants of this file
_ADD_CLAIM: Final = f"INSERT INTO claim ({_CLAIM}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_RUN: Final = """
    SELECT run.service_date, run.trip_id, pattern.body, formation.body, run.issue_id, run.policy, run.demonstration,
           run.unreserved_capacity
    FROM run JOIN frozen AS pattern ON pattern.hash = run.pattern
             LEFT JOIN frozen AS formation ON formation.hash = run.formation
    WHERE run.run_id = ?
"""
_FREEZE: Final = "INSERT INTO frozen (hash, body) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING"
_ADD_RUN: Final = (
    "INSERT INTO run (run_id, service_date, trip_id, pattern, formation, issue_id, policy, demonstration, "
    "unreserved_capacity) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_ADD_CELL: Final = (
    "INSERT INTO place_leg (service_date, run_id, place, leg, state, claim_id, epoch) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_PLACE: Final = "service_date = ? AND run_id = ? AND place = ? AND leg >= ? AND leg < ? AND claim_id = ? AND state = ?"
_CHANGE_CELLS: Final = f"UPDATE place_leg SET state = ? WHERE {_PLACE}"  # noqa: S608
_FREE_CELLS: Final = f"DELETE FROM place_leg WHERE {_PLACE}"  # noqa: S608
_ADD_CAPACITY: Final = (
    "INSERT INTO capacity_leg (service_date, run_id, travel_class, leg, capacity, held, leased, sold) "
    "VALUES (?, ?, ?, ?, ?, 0, 0, 0) ON CONFLICT DO NOTHING"
)
_UNITS: Final = (
    "UPDATE capacity_leg SET {} WHERE service_date = ? AND run_id = ? AND travel_class = ? AND leg >= ? AND leg < ?"
)
_COLUMN: Final = {ClaimState.HELD: "held", ClaimState.LEASED: "leased", ClaimState.SOLD: "sold"}


class SqlStock(ReissuableStock):
    # ---- reading

    def run(self, run_id: UUID) -> FrozenRun | None:
        found = self._context.row(_RUN, (str(run_id),))
        if found is None:
            return None
        trip, stations = read_pattern(found[2])
        return FrozenRun(
            run=RunRef(run_id=run_id, trip_id=found[1], service_date=date.fromisoformat(found[0])),
            trip=trip,
            formation=None if found[3] is None else read_formation(found[3]),
            stations=stations,
            issue_id=found[4],
            policy=found[5],
            demonstration=bool(found[6]),
            unreserved_capacity=found[7],
        )

    def touched_runs(self) -> set[UUID]:
        return {UUID(run_id) for (run_id,) in self._context.rows("SELECT run_id FROM run")}

    def claim_of(self, order_id: UUID) -> Claim | None:
        found = self._context.row(
            f"{_SELECT_CLAIM} WHERE order_id = ? ORDER BY state = 'GONE', claim_id DESC LIMIT 1", (str(order_id),)
        )
        return None if found is None else _claim(found)

    def held_claims(self, run_id: UUID) -> list[Claim]:
        found = self._context.rows(f"{_SELECT_CLAIM} WHERE state = 'HELD' AND run_id = ?", (str(run_id),))
        return [_claim(row) for row in found]

    def claims_in(self, state: ClaimState) -> list[Claim]:
        found = self._context.rows(f"{_SELECT_CLAIM} WHERE state = ? ORDER BY claim_id", (state.value,))
        return [_claim(row) for row in found]

    def run_out(self, now: datetime) -> list[Claim]:
        found = self._context.rows(
            f"{_SELECT_CLAIM} WHERE state = 'HELD' AND expires_at <= ? ORDER BY claim_id", (to_ms(now),)
        )
        return [_claim(row) for row in found]

    def cells(self, run: RunRef) -> list[Cell]:
        found = self._context.rows(
            "SELECT place, leg, state, claim_id FROM place_leg WHERE service_date = ? AND run_id = ?", _key(run)
        )
        return [
            Cell(place=place, leg=leg, state=CellState(state), claim_id=None if claim is None else UUID(claim))
            for place, leg, state, claim in found
        ]

    def capacity(self, run: RunRef) -> list[CapacityCell]:
        found = self._context.rows(
            "SELECT travel_class, leg, capacity, held, leased, sold FROM capacity_leg "
            "WHERE service_date = ? AND run_id = ? ORDER BY travel_class, leg",
            _key(run),
        )
        return [
            CapacityCell(travel_class=name, leg=leg, capacity=capacity, held=held, leased=leased, sold=sold)
            for name, leg, capacity, held, leased, sold in found
        ]

    # ---- writing

    def put_run(self, run: FrozenRun) -> None:
        pattern = write_pattern(run.trip, dict(run.stations))
        formation = None if run.formation is None else write_formation(run.formation)
        bodies = {content_hash(body): body for body in (pattern, formation) if body is not None}
        self._context.run_many(_FREEZE, bodies.items())
        self._context.run(
            _ADD_RUN,
            (
                str(run.run.run_id),
                run.run.service_date.isoformat(),
                run.run.trip_id,
                content_hash(pattern),
                None if formation is None else content_hash(formation),
                run.issue_id,
                run.policy,
                int(run.demonstration),
                run.unreserved_capacity,
            ),
        )

    def take(self, claim: Claim, *, capacity: int | None) -> None:
        assert claim.state is ClaimState.HELD
        assert len(set(claim.places)) == len(claim.places)
        self._context.run(
            _ADD_CLAIM,
            (
                str(claim.claim_id),
                str(claim.order_id),
                str(claim.run.run_id),
                claim.run.service_date.isoformat(),
                claim.run.trip_id,
                claim.span.board,
                claim.span.alight,
                claim.travel_class,
                canonical([str(place) for place in claim.places]).decode(),
                claim.count,
                claim.state.value,
                maybe_ms(claim.expires_at),
                claim.fare_minor,
                claim.currency,
                claim.origin.value,
                int(claim.asked),
            ),
        )
        if claim.places:
            assert len(claim.places) == claim.count
            self._take_places(claim)
        else:
            assert capacity is not None
            self._take_units(claim, capacity)

    def _take_places(self, claim: Claim) -> None:
        date_text, run_id = _key(claim.run)
        claim_id, epoch = str(claim.claim_id), self._epoch()
        rows = [
            (date_text, run_id, str(place), leg, ClaimState.HELD.value, claim_id, epoch)
            for place in claim.places
            for leg in claim.span.legs
        ]
        try:
            self._context.run_many(_ADD_CELL, rows)
        except IntegrityError as error:
            raise Refusal(Reason.PLACE_TAKEN) from error

    def _take_units(self, claim: Claim, capacity: int) -> None:
        date_text, run_id = _key(claim.run)
        self._context.run_many(
            _ADD_CAPACITY, [(date_text, run_id, claim.travel_class, leg, capacity) for leg in claim.span.legs]
        )
        try:
            self._units("held = held + ?", (claim.count,), claim.run, claim.span, claim.travel_class)
        except IntegrityError as error:
            raise Refusal(Reason.NOT_ENOUGH_PLACES) from error

    def change(self, claim: Claim, state: ClaimState, *, expires_at: datetime | None) -> Claim:
        assert state in _COLUMN
        assert (state is ClaimState.HELD) == (expires_at is not None)
        claim_id = str(claim.claim_id)
        changed = self._context.run(
            "UPDATE claim SET state = ?, expires_at = ? WHERE claim_id = ? AND state = ?",
            (state.value, maybe_ms(expires_at), claim_id, claim.state.value),
        )
        if changed != 1 or claim.state not in {ClaimState.HELD, ClaimState.LEASED}:
            raise Refusal(Reason.NOT_HELD)
        if state is not claim.state:
            self._move_cells(claim, state)
        return replace(claim, state=state, expires_at=expires_at)

    def _move_cells(self, claim: Claim, state: ClaimState) -> None:
        span, key, claim_id = claim.span, _key(claim.run), str(claim.claim_id)
        for place in claim.places:
            touched = self._context.run(
                _CHANGE_CELLS,
                (state.value, *key, str(place), span.board, span.alight, claim_id, claim.state.value),
            )
            if touched != len(span.legs):
                raise Refusal(Reason.NOT_HELD)
        if not claim.places:
            before, after = _COLUMN[claim.state], _COLUMN[state]
            self._units(
                f"{before} = {before} - ?, {after} = {after} + ?",
                (claim.count, claim.count),
                claim.run,
                span,
                claim.travel_class,
            )

    def mark_asked(self, claim: Claim) -> Claim:
        changed = self._context.run(
            "UPDATE claim SET asked = 1 WHERE claim_id = ? AND state = ? AND state IN ('HELD', 'LEASED')",
            (str(claim.claim_id), claim.state.value),
        )
        if changed != 1:
            raise Refusal(Reason.NOT_HELD)
        return replace(claim, asked=True)

    def let_go(self, claim: Claim) -> None:
        assert claim.state in {ClaimState.HELD, ClaimState.LEASED}
        changed = self._context.run(
            "UPDATE claim SET state = 'GONE', expires_at = NULL WHERE claim_id = ? AND state = ?",
            (str(claim.claim_id), claim.state.value),
        )
        if changed != 1:
            raise Refusal(Reason.NOT_HELD)
        for place in claim.places:
            self._free(claim.run, claim.span, place, str(claim.claim_id), claim.state.value)
        if not claim.places:
            column = _COLUMN[claim.state]
            self._units(f"{column} = {column} - ?", (claim.count,), claim.run, claim.span, claim.travel_class)

    def give_back(self, run: RunRef, span: Span, *, place: PlaceRef | None, travel_class: str, claim_id: UUID) -> None:
        if place is not None:
            self._free(run, span, place, str(claim_id), CellState.SOLD.value)
        else:
            self._units("sold = sold - ?", (1,), run, span, travel_class)

    def _free(self, run: RunRef, span: Span, place: PlaceRef, claim_id: str, state: str) -> None:
        touched = self._context.run(_FREE_CELLS, (*_key(run), str(place), span.board, span.alight, claim_id, state))
        if touched != len(span.legs):
            raise Refusal(Reason.NOT_HELD)

    def _units(self, change: str, counts: Sequence[int], run: RunRef, span: Span, travel_class: str) -> None:
        touched = self._context.run(_UNITS.format(change), (*counts, *_key(run), travel_class, span.board, span.alight))
        if touched != len(span.legs):
            raise Refusal(Reason.NOT_HELD)

    def _epoch(self) -> int:
        return max(1, SqlJournal(self._context).head().epoch)


def _key(run: RunRef) -> tuple[str, str]:
    return run.service_date.isoformat(), str(run.run_id)


def _claim(row: tuple[Any, ...]) -> Claim:
    return Claim(
        claim_id=UUID(row[0]),
        order_id=UUID(row[1]),
        run=RunRef(run_id=UUID(row[2]), trip_id=row[4], service_date=date.fromisoformat(row[3])),
        span=Span(row[5], row[6]),
        travel_class=row[7],
        places=tuple(PlaceRef.parse(place) for place in json.loads(row[8])),
        count=row[9],
        state=ClaimState(row[10]),
        expires_at=maybe_from_ms(row[11]),
        fare_minor=row[12],
        currency=row[13],
        origin=ClaimOrigin(row[14]),
        asked=bool(row[15]),
    )
