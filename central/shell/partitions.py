"""Partitions of the tables by service date, one a month, made ahead.

There is no DEFAULT partition: rows that landed there would keep the right one from being made.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from psycopg import sql

from central.tx import Tx

TABLES: Final = ("run", "place_leg", "capacity_leg", "claim", "lease", "waiting", "ticket")


def ensure_partitions(tx: Tx, first: date, last: date) -> int:
    """Every month from ``first``'s to ``last``'s has its partition of each table. Returns how many were made."""
    have = {
        str(name)
        for (name,) in tx.rows(
            "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid "
            "JOIN pg_class parent ON parent.oid = inhparent WHERE parent.relname = ANY(%s)",
            (list(TABLES),),
        )
    }
    made = 0
    begin = first.replace(day=1)
    while begin <= last:
        end = begin.replace(month=begin.month + 1) if begin.month < 12 else begin.replace(year=begin.year + 1, month=1)
        for table in TABLES:
            name = f"{table}_{begin:%Y_%m}"
            if name in have:
                continue
            tx.connection.execute(
                sql.SQL("CREATE TABLE {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})").format(
                    sql.Identifier(name), sql.Identifier(table), sql.Literal(begin), sql.Literal(end)
                )
            )
            made += 1
        begin = end
    return made
