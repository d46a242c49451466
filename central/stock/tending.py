"""What has to be done from time to time: holds and leases whose time is over, those who wait, months ahead."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from central.services import Services
from central.stock.claims import Claims
from central.stock.ending import Ending
from central.stock.partitions import AHEAD, ensure_partitions
from central.stock.words import RunKey
from central.tx import Connection, Tx, in_transaction

GRACE: Final = timedelta(seconds=60)  # a hold that ran out is left alone so long, unless somebody needs its places
BACK: Final = timedelta(days=40)  # and so far back: what counters sold offline comes late
TOP_UPS_KEPT: Final = timedelta(days=7)
WAIT_ENDS: Final = timedelta(days=2)  # after its service date a run has left
RUNS_A_TIME: Final = 50
RUNS_MAX: Final = 2_000  # a turn


class Tending:
    """Bounded work; whatever is left waits for the next turn."""

    def __init__(self, services: Services, claims: Claims, ending: Ending) -> None:
        self._services = services
        self._claims = claims
        self._ending = ending

    def turn(self, connection: Connection) -> dict[str, int]:
        now = self._services.clock.now()
        today = now.date()
        made = in_transaction(connection, lambda tx: ensure_partitions(tx, today - BACK, today + AHEAD))
        expired = self._ending.expire(connection, now)
        reaped = served = 0
        keys = self._due(connection, now, today)
        for start in range(0, len(keys), RUNS_A_TIME):
            holds, parties = self._claims.reap(connection, keys[start : start + RUNS_A_TIME])
            reaped += holds
            served += parties
        tx = Tx(connection)
        # Both are sweeps by time over what nobody will ask for again.
        dropped = tx.run("DELETE FROM waiting WHERE service_date < %s", (today - WAIT_ENDS,))
        forgotten = tx.run("DELETE FROM top_up WHERE at < %s AND answer <> ''", (now - TOP_UPS_KEPT,))
        return {
            "partitions_made": made,
            "leases_expired": expired,
            "holds_expired": reaped,
            "waiting_served": served,
            "waiting_dropped": dropped,
            "top_ups_forgotten": forgotten,
        }

    @staticmethod
    def _due(connection: Connection, now: datetime, today: date) -> list[RunKey]:
        """Sweeps by their own indexes: which runs need a look. Each is then locked and read by its key."""
        rows = Tx(connection).rows(
            "SELECT service_date, run_id FROM claim WHERE state = 'HELD' AND expires_at <= %s "
            "UNION SELECT service_date, run_id FROM waiting WHERE service_date >= %s LIMIT %s",
            (now - GRACE, today - WAIT_ENDS, RUNS_MAX),
        )
        return sorted(RunKey(*row) for row in rows)
