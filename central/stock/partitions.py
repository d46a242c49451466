"""Partitions of the tables by service date, one a month, made ahead.

There is no DEFAULT partition: rows that landed there would keep the right one from being made, and a date far away is
a mistake that is better refused (``UNKNOWN_RUN``) than stored. A partition is made beside its table and then attached:
that waits for no reader and no writer, where CREATE TABLE ... PARTITION OF would stop them all.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from psycopg import sql

from central.tx import Tx

TABLES: Final = ("run", "place_leg", "capacity_leg", "claim", "lease", "waiting", "ticket")
# Rows that change without their keys find room beside their old version: no index is written then.
_FILL: Final = {"run": 40, "capacity_leg": 50, "place_leg": 80, "lease": 80}
MONTHS_MAX: Final = 600
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


def has_partition(tx: Tx, service_date: date) -> bool:
    """Whether rows of that date have a place."""
    return not _missing(tx, [service_date.replace(day=1)])


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
