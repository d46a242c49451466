"""Partitions of the tables by service date, one a month, made ahead; and where a run of a date further on is frozen.

Ahead are a hundred days, though a policy may sell four hundred: every statement on these tables carries
each partition in its plan and its locks, and nearly nobody sells so early. Who does has the months of the runs that
were touched, and no others. Whoever comes first to such a month waits for the making of seven tables.

There is no DEFAULT partition: rows that landed there would keep the right one from being made, and a date far away is
a mistake that is better refused (``UNKNOWN_RUN``) than stored. A partition is made beside its table and then attached:
that waits for no reader and no writer, where CREATE TABLE ... PARTITION OF would stop them all.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from psycopg import sql

from central.tx import Tx
from counter_app.domain.policy import HORIZON_DAYS_MAX

TABLES: Final = ("run", "place_leg", "capacity_leg", "claim", "lease", "waiting", "ticket")
# Rows that change without their keys find room beside their old version: no index is written then.
_FILL: Final = {"run": 40, "capacity_leg": 50, "place_leg": 80, "lease": 80}
MONTHS_MAX: Final = 600
AHEAD: Final = timedelta(days=100)  # made before anybody asks
SOLD_AHEAD: Final = timedelta(days=HORIZON_DAYS_MAX + 1)  # a railway's today may be tomorrow already
LOCK_MS: Final = 2_000  # a month that somebody drops, or a table that is being cleaned, is not waited for any longer
_WAIT: Final = "SELECT set_config('lock_timeout', %s, true)"
_LOCK: Final = 0x636F756E  # of all processes that make partitions, one at a time


def ensure_partitions(tx: Tx, first: date, last: date) -> int:
    """Every month from ``first``'s to ``last``'s has its partition of each table. Returns how many were made."""
    months = list(_months(first, last))
    if not _missing(tx, months):
        return 0
    tx.run("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    missing = _missing(tx, months)  # another process may have made them meanwhile
    for table, begin in missing:
        name, parent = sql.Identifier(f"{table}_{begin:%Y_%m}"), sql.Identifier(table)
        tx.connection.execute(
            sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL) WITH (fillfactor = {})").format(
                name, parent, sql.Literal(_FILL.get(table, 100))
            )
        )
        tx.connection.execute(
            sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})").format(
                parent, name, sql.Literal(begin), sql.Literal(next_month(begin))
            )
        )
    return len(missing)


def months(tx: Tx) -> list[tuple[date, int]]:
    """First days of the months that there are partitions of, oldest first, and how many bytes lie in them."""
    found: dict[date, int] = {}
    for name, size in tx.rows(
        "SELECT child.relname, pg_total_relation_size(child.oid) FROM pg_inherits "
        "JOIN pg_class child ON child.oid = inhrelid JOIN pg_class parent ON parent.oid = inhparent "
        "WHERE parent.relname = ANY(%s) AND parent.relkind = 'p' AND child.relkind = 'r'",
        (list(TABLES),),
    ):
        begin = date(int(name[-7:-3]), int(name[-2:]), 1)
        found[begin] = found.get(begin, 0) + size
    return sorted(found.items())


def drop_month(tx: Tx, begin: date) -> None:
    """All rows of its service dates, for good. Stops every reader and writer of the tables until the commit."""
    tx.run("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    for table in TABLES:
        name = sql.Identifier(f"{table}_{begin:%Y_%m}")
        tx.connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(name))
    tx.run("DELETE FROM leg_map WHERE service_date >= %s AND service_date < %s", (begin, next_month(begin)))


def make_room(tx: Tx, service_date: date, *, today: date) -> bool:
    """Whether rows of that date have a place now. None is made for what is over, nor for what nobody may sell yet.

    A lock that it does not get soon is an error of the database: the transaction is undone, and may be tried again.
    """
    if not _missing(tx, [service_date.replace(day=1)]):
        return True
    if not today <= service_date <= today + SOLD_AHEAD:
        return False
    before = tx.scalar("SELECT current_setting('lock_timeout')")
    tx.run(_WAIT, (f"{LOCK_MS}ms",))
    ensure_partitions(tx, service_date, service_date)
    tx.run(_WAIT, (before,))
    return True


def _missing(tx: Tx, months: list[date]) -> list[tuple[str, date]]:
    wanted = {f"{table}_{begin:%Y_%m}": (table, begin) for begin in months for table in TABLES}
    have = tx.rows(
        "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid "
        "JOIN pg_class parent ON parent.oid = inhparent WHERE parent.relname = ANY(%s) AND child.relname = ANY(%s)",
        (list(TABLES), list(wanted)),
    )
    for (name,) in have:
        del wanted[name]
    return list(wanted.values())


def _months(first: date, last: date) -> list[date]:
    begin, found = first.replace(day=1), []
    while begin <= last:
        found.append(begin)
        begin = next_month(begin)
    assert len(found) <= MONTHS_MAX, (first, last)
    return found


def next_month(begin: date) -> date:
    return begin.replace(month=begin.month + 1) if begin.month < 12 else begin.replace(year=begin.year + 1, month=1)
