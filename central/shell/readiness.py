"""Whether central may be sent counters: database, schema, partitions ahead, a timetable."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import psycopg

from central.shell.migrate import check_schema
from central.shell.trouble import Trouble
from central.stock.partitions import TABLES
from central.tx import Connection

PARTITIONS_AHEAD: Final = timedelta(days=31)  # less than that: a sale of some day soon would have nowhere to go


def readiness(connection: Connection, today: date) -> dict[str, str]:
    """By check: ``ok``, or what is wrong in words."""
    found = {"database": "ok", "schema": "ok", "partitions": "ok", "timetable": "ok"}
    try:
        check_schema(connection)
        found["partitions"] = _partitions(connection, today)
        row = connection.execute("SELECT 1 FROM issue WHERE activation IS NOT NULL LIMIT 1").fetchone()
        if row is None:
            found["timetable"] = "none was imported: counterfoil central import-timetable"
    except Trouble as trouble:
        found["schema"] = str(trouble)
    except psycopg.Error as error:
        return {"database": silent(error)}
    return found


def silent(error: Exception) -> str:
    """Of the database, when nothing else can be told."""
    return f"does not answer ({type(error).__name__})"


def _partitions(connection: Connection, today: date) -> str:
    """Each month that is sold soon has its partition of each table."""
    have = {
        name
        for (name,) in connection.execute(
            "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid"
        )
    }
    day = today
    while day <= today + PARTITIONS_AHEAD:
        missing = [table for table in TABLES if f"{table}_{day:%Y_%m}" not in have]
        if missing:
            return f"{missing[0]}_{day:%Y_%m} is missing"
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return "ok"
