"""What no entry tells, and still must agree with itself: frozen copies, holds, cells, counts of capacity, names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from db.context import Context
from db.frozen import content_hash

# Each row that comes out is one that contradicts another table.
_CONTRADICTIONS: Final = {
    # A hold's cells are its places on its legs, in its state.
    "place_leg": """
        SELECT 1 FROM place_leg LEFT JOIN claim USING (claim_id)
        WHERE place_leg.state <> 'BLOCKED' AND NOT coalesce(
            claim.state = place_leg.state AND claim.service_date = place_leg.service_date
            AND claim.run_id = place_leg.run_id AND leg >= board AND leg < alight
            AND EXISTS (SELECT 1 FROM json_each(claim.places) WHERE value = place), 0)
    """,
    "claim": """
        SELECT 1 FROM claim WHERE state IN ('HELD', 'LEASED') AND json_array_length(places) > 0
        AND json_array_length(places) * (alight - board)
            <> (SELECT count(*) FROM place_leg WHERE place_leg.claim_id = claim.claim_id)
        UNION ALL SELECT 1 FROM claim LEFT JOIN run USING (run_id)
        WHERE run.trip_id IS NOT claim.trip_id OR run.service_date IS NOT claim.service_date
        UNION ALL SELECT 1 FROM claim WHERE json_array_length(places) NOT IN (0, count)
    """,
    # An order that is not paid has a claim that is not, and the other way about.
    "sale_order": """
        SELECT 1 FROM sale_order LEFT JOIN claim USING (order_id)
        GROUP BY order_id HAVING
            (sale_order.state IN ('PREBOOKED', 'ON_HOLD')) <> coalesce(max(claim.state IN ('HELD', 'LEASED')), 0)
            OR (sale_order.journal_seq > 0) <> coalesce(max(claim.state = 'SOLD'), 0)
            OR (sale_order.state = 'ON_HOLD') <> (sale_order.parked_at IS NOT NULL)
    """,
    "ticket": """
        SELECT 1 FROM ticket JOIN sale_order USING (order_id) WHERE ticket.clerk IS NOT sale_order.clerk
    """,
    "frozen": """
        SELECT 1 FROM frozen
        WHERE NOT EXISTS (SELECT 1 FROM run WHERE run.pattern = frozen.hash OR run.formation = frozen.hash)
        AND NOT EXISTS (SELECT 1 FROM journal WHERE kind = 'runs_migrated')
    """,
}
_COUNTED: Final = """
    SELECT service_date, run_id, travel_class, board, alight, state, count,
        (SELECT count(*) FROM ticket WHERE ticket.claim_id = claim.claim_id AND ticket.state = 'FULFILLED')
    FROM claim WHERE state <> 'GONE' AND json_array_length(places) = 0
"""
_UNITS: Final = """
    SELECT service_date, run_id, travel_class, leg, held, leased, sold, capacity - unreserved_capacity
    FROM capacity_leg LEFT JOIN run USING (service_date, run_id)
"""


def stock_faults(context: Context) -> Iterator[str]:
    """Tables that contradict themselves or one another. Raises what a value of no meaning raises."""
    for body_hash, body in context.rows("SELECT hash, body FROM frozen"):
        if content_hash(body) != body_hash:
            yield "frozen"
    for table, contradictions in _CONTRADICTIONS.items():
        if context.row(f"{contradictions} LIMIT 1") is not None:
            yield table
    # A migrated run's counts are the fullest of what fell together: no sum of claims any more.
    if not context.scalar("SELECT count(*) FROM journal WHERE kind = 'runs_migrated'") and _miscounted(context):
        yield "capacity_leg"


def _miscounted(context: Context) -> bool:
    wanted: Counter[tuple[Any, ...]] = Counter()
    for service_date, run_id, travel_class, board, alight, state, count, tickets in context.rows(_COUNTED):
        for leg in range(board, alight):
            wanted[service_date, run_id, travel_class, leg, state] += tickets if state == "SOLD" else count
    for service_date, run_id, travel_class, leg, held, leased, sold, beyond in context.rows(_UNITS):
        found = {"HELD": held, "LEASED": leased, "SOLD": sold}
        if beyond != 0:
            return True
        for state, count in found.items():
            if wanted.pop((service_date, run_id, travel_class, leg, state), 0) != count:
                return True
    return any(wanted.values())
