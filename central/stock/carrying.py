"""Runs that go on under a new pattern: every row that counts their legs is taken up and laid down in the new ones.

Order along the trip is kept, so what shared no leg shares none afterwards. Whoever paid, or is paying, has both calls
in the new pattern (a run where somebody has not is closed, and not carried). A lease keeps every leg that any leg of
its grant became: its window may be selling them at this moment, and only its journal says that it did not. So it does
when the call, or the coach, comes back with the next timetable (``rests``). Where that would give two of them one leg,
the run is not carried. A ticket that was told of when its call was gone has the legs of its own timetable again, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from central.feed import News
from central.stock import arrays
from central.stock.carried_cells import Row, cells_now
from central.stock.holdings import LIVE, Claim, Lease, Move
from central.stock.legmaps import NewMap, legs_of, outer, write_maps
from central.stock.rests import Rest
from central.stock.words import RunKey
from central.tx import Tx
from counter_app.domain.reissue import Trouble
from counter_app.wire.codec import decode, encode
from counter_app.wire.messages import ClaimRequest, FeedKind

UnitRows = dict[tuple[RunKey, str, int], list[int]]  # capacity, held, leased, in doubt, sold, blocked


def carried_units(
    moves: Mapping[RunKey, Move],
    rows: Iterable[Sequence[Any]],
    claims: Mapping[RunKey, list[Claim]],
    leases: Mapping[RunKey, list[Lease]],
) -> UnitRows:
    """Counted anew, from who has them: tickets in the legs that they were sold for, claims and leases. What is blocked

    goes with its leg. A class of which there was nothing has no rows.
    """
    units: UnitRows = {}
    classes: set[tuple[RunKey, str]] = set()
    for service_date, run_id, name, leg, capacity, blocked in rows:
        key = RunKey(service_date, run_id)
        move = moves[key]
        if move.places is not None:
            continue
        classes.add((key, name))
        for now in range(move.new.legs):
            units.setdefault((key, name, now), [capacity, 0, 0, 0, 0, 0])
        for now in legs_of(move.calls, leg):
            row = units[key, name, now]
            row[5] = max(row[5], blocked)
    column = {"HELD": 1, "LEASED": 2, "ACTIVE": 2, "IN_DOUBT": 3, "FULFILLED": 4}
    for key, move in moves.items():
        if move.places is not None:
            continue
        holders = [
            (one.travel_class, *move.unit_now(one), 1, one.state)
            for one in move.holdings.tickets
            if one.place is None and (key, one.travel_class) in classes
        ]
        holders += [(one.travel_class, one.board, one.alight, one.count, one.state) for one in claims[key]]
        holders += [(one.travel_class, one.board, one.alight, one.left, one.state) for one in leases[key]]
        for name, board, alight, count, state in holders:
            for leg in range(board, alight) if state in column and count else ():
                units[key, name, leg][column[state]] += count
    return units


class Carrying:
    """Carries some runs in one go; ``ended``: words for the devices whose leases nothing is left of."""

    def __init__(self, tx: Tx) -> None:
        self.ended: dict[UUID, list[News]] = {}
        self._tx = tx
        self._classes: set[tuple[RunKey, str]] = set()  # of units: those that have rows

    def carry(self, moves: Sequence[Move]) -> None:
        """The runs are locked. Their versions and positions in the feed are the caller's."""
        if not moves:
            return
        by_key: dict[RunKey, Move] = {}
        claims: dict[RunKey, list[Claim]] = {}
        leases: dict[RunKey, list[Lease]] = {}
        for move in moves:
            holders = [claim_now(move, one) for one in move.holdings.claims]
            leased = [lease_now(move, one) for one in move.holdings.leases]
            anew = not (move.same_legs and move.same_places)
            if anew or (holders, leased) != (move.holdings.claims, move.holdings.leases):
                by_key[move.key], claims[move.key], leases[move.key] = move, holders, leased
        if by_key:  # of the others, which are most, not one row counts its legs otherwise now
            self._carry_cells(by_key, claims, leases)
            self._carry_units(by_key, claims, leases)
            self._write_claims(claims)
            self._write_leases({key: move.holdings.leases for key, move in by_key.items()}, leases)
            self._write_tickets(list(by_key.values()))
        self._carry_waiting({move.key: move for move in moves})
        write_maps(
            self._tx,
            [
                NewMap(key=move.key, pattern_version=move.old.pattern_version, pattern=move.old_hash, calls=move.calls)
                for move in moves
            ],
            {move.key: move.new for move in moves},
            {move.key: move.older for move in moves},
        )
        self._tx.run_many(
            "UPDATE run SET pattern_version = %s, pattern = %s, formation = %s, issue_sha256 = %s "
            "WHERE service_date = %s AND run_id = %s",
            [(move.new.pattern_version, move.pattern, move.formation, move.issue, *move.key) for move in moves],
        )

    # ---- places

    def _carry_cells(
        self, moves: dict[RunKey, Move], claims: dict[RunKey, list[Claim]], leases: dict[RunKey, list[Lease]]
    ) -> None:
        rows = self._tx.rows(
            "DELETE FROM place_leg p USING unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "
            "WHERE p.service_date = q.service_date AND p.run_id = q.run_id "
            "RETURNING p.service_date, p.run_id, p.place, p.leg, p.state, p.claim_id, p.epoch",
            _where(sorted(moves)),
        )
        cells: dict[tuple[date, UUID, str, int], tuple[str, UUID | None, int]] = {}
        of_run: dict[RunKey, list[Row]] = {key: [] for key in moves}
        for service_date, run_id, *row in rows:
            of_run[RunKey(service_date, run_id)].append(Row(*row))
        for key, move in moves.items():
            if move.places is not None:
                found, leases[key] = cells_now(move, of_run[key], claims[key], leases[key])
                cells.update(((*key, *at), what) for at, what in found.items())
        at, what = list(cells), list(cells.values())
        self._tx.run(
            "INSERT INTO place_leg (service_date, run_id, place, leg, state, claim_id, epoch) SELECT * FROM "
            "unnest(%s::date[], %s::uuid[], %s::text[], %s::smallint[], %s::text[], %s::uuid[], %s::integer[])",
            (
                arrays.dates(one[0] for one in at),
                arrays.ids(one[1] for one in at),
                arrays.texts(one[2] for one in at),
                arrays.numbers(one[3] for one in at),
                arrays.texts(one[0] for one in what),
                arrays.ids(one[1] for one in what),
                arrays.numbers(one[2] for one in what),
            ),
        )

    # ---- units

    def _carry_units(
        self, moves: dict[RunKey, Move], claims: dict[RunKey, list[Claim]], leases: dict[RunKey, list[Lease]]
    ) -> None:
        rows = self._tx.rows(
            "DELETE FROM capacity_leg k USING unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "
            "WHERE k.service_date = q.service_date AND k.run_id = q.run_id "
            "RETURNING k.service_date, k.run_id, k.travel_class, k.leg, k.capacity, k.blocked",
            _where(sorted(moves)),
        )
        units = carried_units(moves, rows, claims, leases)
        self._classes = {(key, name) for key, name, _ in units}
        self._tx.run_many(
            "INSERT INTO capacity_leg (service_date, run_id, travel_class, leg, capacity, held, leased, in_doubt, "
            "sold, blocked) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [(*key, name, leg, *row) for (key, name, leg), row in sorted(units.items())],
        )

    # ---- who has them

    def _write_claims(self, claims: dict[RunKey, list[Claim]]) -> None:
        self._tx.run_many(
            "UPDATE claim SET board = %s, alight = %s, state = %s, "
            "expires_at = CASE WHEN %s = 'HELD' THEN expires_at END "
            "WHERE service_date = %s AND run_id = %s AND claim_id = %s",
            [
                (one.board, one.alight, one.state, one.state, *key, one.claim_id)
                for key, those in claims.items()
                for one in those
            ],
        )

    def _write_leases(self, before: dict[RunKey, list[Lease]], leases: dict[RunKey, list[Lease]]) -> None:
        rows = []
        for key, those in leases.items():
            for was, now in zip(before[key], those, strict=True):
                state = now.state
                if was.state in LIVE and now.left == 0 and (now.rest is None or now.rest.empty):
                    state = "SETTLED"
                    if now.device_id is not None:
                        word = News(kind=FeedKind.LEASE, key=f"lease/{now.lease_id}", body=None)
                        self.ended.setdefault(now.device_id, []).append(word)
                rest = "" if now.rest is None else now.rest.text()
                rows.append((now.board, now.alight, list(now.places), now.left, state, rest, *key, now.lease_id))
        self._tx.run_many(
            "UPDATE lease SET board = %s, alight = %s, places = %s, left_count = %s, state = %s, rest = %s "
            "WHERE service_date = %s AND run_id = %s AND lease_id = %s",
            rows,
        )

    def _write_tickets(self, moves: Sequence[Move]) -> None:
        rows = []
        for move in moves:
            for one in move.holdings.tickets:
                if one.place is not None:
                    span = move.ticket_now(one)
                else:
                    span = move.unit_now(one) if (move.key, one.travel_class) in self._classes else (0, 0)
                if span is None:
                    if one.alight >= len(move.calls):  # sold by a pattern that central never had
                        continue
                    now = move.carried(one.board, one.alight)
                    span = (now.board, now.alight)
                if span != (one.board, one.alight):
                    rows.append((*span, *move.key, one.ticket_id))
        self._tx.run_many(
            "UPDATE ticket SET board = %s, alight = %s WHERE service_date = %s AND run_id = %s AND ticket_id = %s", rows
        )

    def _carry_waiting(self, moves: dict[RunKey, Move]) -> None:
        """Who waits goes on waiting, if that journey can still be made."""
        rows = self._tx.rows(
            "SELECT w.service_date, w.run_id, w.claim_id, w.request FROM waiting w "
            "JOIN unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "
            "ON w.service_date = q.service_date AND w.run_id = q.run_id",
            _where(sorted(moves)),
        )
        kept, dropped = [], []
        for service_date, run_id, claim_id, request in rows:
            move = moves[RunKey(service_date, run_id)]
            asked = decode(ClaimRequest, request.encode())
            now = move.carried(asked.board, asked.alight)
            if now.trouble is Trouble.CALL_VANISHED:
                dropped.append((service_date, run_id, claim_id))
                continue
            run = replace(asked.run, pattern=move.new.pattern_version)
            body = encode(replace(asked, run=run, board=now.board, alight=now.alight)).decode()
            kept.append((body, service_date, run_id, claim_id))
        for sql, those in (
            ("UPDATE waiting SET request = %s WHERE service_date = %s AND run_id = %s AND claim_id = %s", kept),
            ("DELETE FROM waiting WHERE service_date = %s AND run_id = %s AND claim_id = %s", dropped),
        ):
            statement: LiteralString = sql
            self._tx.run_many(statement, those)


def claim_now(move: Move, claim: Claim) -> Claim:
    """An unpaid one that has lost its journey or a place is let go."""
    now = move.carried(claim.board, claim.alight)
    if claim.state == "HELD" and (now.trouble is Trouble.CALL_VANISHED or not _has(move, claim.places)):
        claim = replace(claim, state="GONE")
    board = min(now.board, move.new.legs - 1)
    return replace(claim, board=board, alight=max(now.alight, board + 1))


def lease_now(move: Move, lease: Lease) -> Lease:
    """A live one from what was signed, so that it grows with no timetable, and has again what one left out."""
    live, grant = lease.state in LIVE, lease.granted
    calls = move.became(grant.pattern) if live and grant.pattern else None
    if calls is not None:
        board, alight = outer(calls, grant.board, grant.alight)
    else:
        board, alight = outer(move.calls, lease.board, lease.alight)
    units = lease.units if live and not lease.places and lease.device_id is not None else 0
    if units:
        asleep = board >= alight or (calls is None and lease.left == 0)
        rest = Rest(pattern=grant.pattern or move.old.pattern_version, units=units) if asleep else None
        lease = replace(lease, left=0 if asleep else units, rest=rest)
    if board >= alight:
        board = min(board, move.new.legs - 1)
        return replace(lease, board=board, alight=board + 1, left=0)
    whole = grant.places if live and grant.pattern else lease.places
    places = tuple(one for one in whole if move.places is None or one in move.places)
    if live and lease.places and not places:
        return replace(lease, board=board, alight=alight, left=0)
    return replace(lease, board=board, alight=alight, places=places if live else lease.places)


def _has(move: Move, places: Iterable[str]) -> bool:
    return move.places is None or all(place in move.places for place in places)


def _where(keys: Sequence[RunKey]) -> tuple[Any, Any]:
    return arrays.dates(key.service_date for key in keys), arrays.ids(key.run_id for key in keys)
