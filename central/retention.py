"""Old months: what lies in them, and dropping those in which nothing is open any more.

Dropped are runs, places, claims, leases and tickets by their service date, with all that leads to them. What counters
wrote (``entry``), the money and the verdicts stay, and so does central's own journal, which says what was dropped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from psycopg import errors

from central.acts import ActKind, Acts, last_of
from central.services import Services
from central.staff import Right, demand
from central.stock.partitions import TABLES, drop_month, months, next_month
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal

KEPT_MIN: Final = timedelta(days=60)  # counters come late, and central makes partitions for forty days back
LOCK_MS: Final = 2_000  # sales wait no longer than this for a month that goes
ATTEMPTS: Final = 10
PAUSE_S: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    begin: date
    bytes: int
    open: int  # claims, leases, waiting parties, incidents and verdicts that are not settled or resolved


@dataclass(frozen=True, slots=True)
class Retention:
    services: Services
    sleep: Callable[[float], None] = time.sleep

    def months(self, connection: Connection) -> list[Month]:
        tx = Tx(connection)
        return [Month(begin=begin, bytes=size, open=open_in(tx, begin)) for begin, size in months(tx)]

    def drop(self, connection: Connection, by: Actor, before: date) -> Iterator[date]:
        """Whole months before that day, oldest first, each told as soon as it is gone.

        Raises Refusal: NOT_ALLOWED, BAD_INPUT(field): ``drop_before`` (too young), ``month`` where something in it is
        open, entries wait to be judged, or its tables are never free: what is younger stays then.
        """
        demand(by, Right.MANAGE)
        if before > self.services.clock.now().date() - KEPT_MIN:
            raise Refusal(Reason.BAD_INPUT, field="drop_before", detail=f"{KEPT_MIN.days} days at least are kept")
        for begin, _ in months(Tx(connection)):
            if next_month(begin) > before:
                break
            self._drop(connection, by, begin)
            yield begin
        # What leads to tickets by number or id alone; here and not there, so that sales do not wait for it.
        gone = kept_from(Tx(connection))
        for statement in (
            "DELETE FROM ticket_number WHERE service_date < %s",
            "DELETE FROM ticket_place WHERE service_date < %s",
        ):
            Tx(connection).run(statement, (gone,))

    def _drop(self, connection: Connection, by: Actor, begin: date) -> None:
        self._demand_settled(Tx(connection), begin)  # before anybody waits for it

        def work(tx: Tx) -> None:
            tx.run("SELECT set_config('lock_timeout', %s, true)", (str(LOCK_MS),))
            for table in TABLES:
                tx.run(_LOCK_TABLE[table])
            self._demand_settled(tx, begin)
            drop_month(tx, begin)
            body = {"month": f"{begin:%Y-%m}", "kept_from": next_month(begin).isoformat()}
            Acts(self.services).append(tx, ActKind.MONTH_DROPPED, dict(body), by=by)

        for attempt in range(1, ATTEMPTS + 1):
            try:
                in_transaction(connection, work)
                break
            except errors.LockNotAvailable:
                if attempt == ATTEMPTS:
                    raise Refusal(Reason.BAD_INPUT, field="month", detail=f"{begin:%Y-%m} is in use") from None
                self.sleep(PAUSE_S)

    @staticmethod
    def _demand_settled(tx: Tx, begin: date) -> None:
        open_ = open_in(tx, begin)
        if open_:
            raise Refusal(Reason.BAD_INPUT, field="month", detail=f"{begin:%Y-%m}: {open_} not settled")
        waiting = tx.scalar("SELECT count(*) FROM chain WHERE judged_seq < seq")
        if waiting:  # who knows what they tell of
            raise Refusal(Reason.BAD_INPUT, field="month", detail=f"{waiting} journals are not judged to their end")


def kept_from(tx: Tx) -> date:
    """Of service dates before it nothing is left but journals and money."""
    act = last_of(tx, ActKind.MONTH_DROPPED)
    return date.min if act is None else date.fromisoformat(str(act.body["kept_from"]))


def open_in(tx: Tx, begin: date) -> int:
    """What of a month somebody, or some journal, has still to end."""
    found = tx.row(
        """
SELECT (SELECT count(*) FROM claim WHERE service_date >= %s AND service_date < %s
           AND state IN ('HELD', 'LEASED', 'IN_DOUBT')),
       (SELECT count(*) FROM lease WHERE service_date >= %s AND service_date < %s
           AND state IN ('ACTIVE', 'IN_DOUBT')),
       (SELECT count(*) FROM waiting WHERE service_date >= %s AND service_date < %s),
       (SELECT count(*) FROM incident WHERE service_date >= %s AND service_date < %s AND resolved_at IS NULL),
       (SELECT count(*) FROM verdict v WHERE v.resolved_at IS NULL AND v.judgement <> 'accepted' AND EXISTS (
          SELECT 1 FROM ticket t WHERE t.service_date >= %s AND t.service_date < %s
             AND t.device_id = v.device_id AND t.epoch = v.epoch AND t.seq = v.seq))
""",
        (begin, next_month(begin)) * 5,
    )
    assert found is not None, "aggregates have one row"
    return sum(found)


_LOCK_TABLE: Final = {
    "run": "LOCK TABLE run IN ACCESS EXCLUSIVE MODE",
    "place_leg": "LOCK TABLE place_leg IN ACCESS EXCLUSIVE MODE",
    "capacity_leg": "LOCK TABLE capacity_leg IN ACCESS EXCLUSIVE MODE",
    "claim": "LOCK TABLE claim IN ACCESS EXCLUSIVE MODE",
    "lease": "LOCK TABLE lease IN ACCESS EXCLUSIVE MODE",
    "waiting": "LOCK TABLE waiting IN ACCESS EXCLUSIVE MODE",
    "ticket": "LOCK TABLE ticket IN ACCESS EXCLUSIVE MODE",
}
assert set(_LOCK_TABLE) == set(TABLES)
