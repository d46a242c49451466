"""The cell equation, and whether claims and leases and their cells say the same: for ``central verify``.

Reads everything, in one snapshot. ``cells = free + held + leased + in doubt + sold + blocked`` holds for places by
their key (a row per cell at most); what is checked is that each row is of a place and leg that there are, and that who
is said to hold it says so too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any, Final
from uuid import UUID

from central.stock.arrays import dates, ids
from central.stock.pictures import Pictures
from central.stock.words import RunKey
from central.tx import Connection, Tx

FINDINGS_MAX: Final = 1_000
RUNS_A_TIME: Final = 200
_OPEN: Final = frozenset({"HELD", "LEASED", "IN_DOUBT"})


def check_cells(connection: Connection, pictures: Pictures, *, since: date | None = None) -> list[str]:
    """Sentences; empty: all is well. ``since``: only runs of that service date or later."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        tx = Tx(connection)
        # Every run, by partitions: there is no key to name yet.
        rows = tx.rows(
            "SELECT service_date, run_id FROM run WHERE service_date >= coalesce(%s, service_date) ORDER BY 1, 2",
            (since,),
        )
        keys = [RunKey(*row) for row in rows]
        found: list[str] = []
        for start in range(0, len(keys), RUNS_A_TIME):
            found += _check(tx, pictures, keys[start : start + RUNS_A_TIME])
            if len(found) >= FINDINGS_MAX:
                break
        found += _strays(tx)
        return found[:FINDINGS_MAX]


def _strays(tx: Tx) -> Iterator[str]:
    """Cells, units, claims and leases of runs that are not there."""
    rows = tx.rows(
        "SELECT s.kind, s.service_date, s.run_id FROM ("
        "SELECT DISTINCT 'cells' AS kind, service_date, run_id FROM place_leg UNION "
        "SELECT DISTINCT 'units', service_date, run_id FROM capacity_leg UNION "
        "SELECT DISTINCT 'claims', service_date, run_id FROM claim UNION "
        "SELECT DISTINCT 'leases', service_date, run_id FROM lease) s "
        "LEFT JOIN run r ON r.service_date = s.service_date AND r.run_id = s.run_id "
        "WHERE r.run_id IS NULL ORDER BY 1, 2, 3 LIMIT %s",
        (FINDINGS_MAX,),
    )
    for kind, service_date, run_id in rows:
        yield f"{service_date} {run_id}: {kind} of a run that is not there"


def _check(tx: Tx, pictures: Pictures, keys: list[RunKey]) -> Iterator[str]:
    marks = (dates(key.service_date for key in keys), ids(key.run_id for key in keys))
    facts = {key: picture.facts for key, picture in pictures.load(tx, keys).items()}
    cells: dict[tuple[RunKey, UUID], dict[str, set[tuple[str, int]]]] = defaultdict(lambda: defaultdict(set))
    for service_date, run_id, place, leg, state, holder in tx.rows(
        "SELECT p.service_date, p.run_id, p.place, p.leg, p.state, p.claim_id FROM place_leg p "
        "JOIN unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "
        "ON p.service_date = q.service_date AND p.run_id = q.run_id",
        marks,
    ):
        key = RunKey(service_date, run_id)
        if not 0 <= leg < facts[key].legs:
            yield f"{service_date} {run_id}: {place} on leg {leg}, which it does not have"
        if holder is not None:
            cells[key, holder][state].add((place, leg))
    units: dict[tuple[RunKey, str, int], list[int]] = {}
    for service_date, run_id, name, leg, *figures in tx.rows(
        "SELECT k.service_date, k.run_id, k.travel_class, k.leg, k.held, k.leased, k.in_doubt FROM capacity_leg k "
        "JOIN unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "
        "ON k.service_date = q.service_date AND k.run_id = q.run_id",
        marks,
    ):
        units[RunKey(service_date, run_id), name, leg] = list(figures)
    for row in tx.rows(
        "SELECT c.service_date, c.run_id, c.claim_id, c.board, c.alight, c.travel_class, c.places, c.count, c.state "
        "FROM claim c JOIN unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "
        "ON c.service_date = q.service_date AND c.run_id = q.run_id",
        marks,
    ):
        yield from _claim(row, cells, units)
    for row in tx.rows(
        "SELECT l.service_date, l.run_id, l.lease_id, l.board, l.alight, l.travel_class, l.places, l.left_count, "
        "l.state FROM lease l JOIN unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "
        "ON l.service_date = q.service_date AND l.run_id = q.run_id",
        marks,
    ):
        yield from _lease(row, cells, units)
    for (key, holder), by_state in cells.items():
        for state in _OPEN & by_state.keys():
            yield f"{key.service_date} {key.run_id}: {len(by_state[state])} cells {state} of {holder}, who has none"
    for (key, name, leg), figures in units.items():
        if any(figures):
            yield (
                f"{key.service_date} {key.run_id}: {name} on leg {leg}: held, leased, in doubt {figures} more than "
                "claims and leases say"
            )


def _claim(row: tuple[Any, ...], cells: Any, units: dict[tuple[RunKey, str, int], list[int]]) -> Iterator[str]:
    service_date, run_id, claim_id, board, alight, name, places, count, state = row
    key = RunKey(service_date, run_id)
    if state not in _OPEN:
        return
    if not places:
        yield from _take_units(key, name, (board, alight), count, state, units, f"claim {claim_id}")
        return
    wanted = {(place, leg) for place in places for leg in range(board, alight)}
    if cells[key, claim_id].pop(state, set()) != wanted:
        yield f"{service_date} {run_id}: claim {claim_id} is {state}, its cells are not"


def _lease(row: tuple[Any, ...], cells: Any, units: dict[tuple[RunKey, str, int], list[int]]) -> Iterator[str]:
    service_date, run_id, lease_id, board, alight, name, places, left, state = row
    key = RunKey(service_date, run_id)
    if state not in {"ACTIVE", "IN_DOUBT"}:
        return
    cell_state = "LEASED" if state == "ACTIVE" else "IN_DOUBT"
    if not places:
        yield from _take_units(key, name, (board, alight), left, cell_state, units, f"lease {lease_id}")
        return
    own = cells[key, lease_id].pop(cell_state, set())
    within = {(place, leg) for place in places for leg in range(board, alight)}
    if len(own) != left or not own <= within:
        yield f"{service_date} {run_id}: lease {lease_id} is {state} with {left} cells left, and has {len(own)}"


def _take_units(
    key: RunKey,
    name: str,
    span: tuple[int, int],
    count: int,
    state: str,
    units: dict[tuple[RunKey, str, int], list[int]],
    who: str,
) -> Iterator[str]:
    column = ("HELD", "LEASED", "IN_DOUBT").index(state)
    for leg in range(*span):
        row = units.get((key, name, leg))
        if row is None or row[column] < count:
            yield f"{key.service_date} {key.run_id}: {who} is {state}, its {name} units on leg {leg} are not"
        else:
            row[column] -= count
