"""The schema as this program makes it: a stored definition that was edited changes what rules hold."""

from __future__ import annotations

from db import engine as engines
from db.context import Context
from db.create import make_schema


def stored_schema(context: Context) -> frozenset[tuple[str, str, str, str | None]]:
    """Also the indexes that SQLite makes itself: a table that lost one may hold a key twice."""
    return frozenset(
        (kind, name, table, sql)
        for kind, name, table, sql in context.rows("SELECT type, name, tbl_name, sql FROM sqlite_master")
        if not name.startswith("sqlite_stat")
    )


def expected_schema() -> frozenset[tuple[str, str, str, str | None]]:
    with engines.make_memory_engine().connect() as connection:
        context = Context.bare(connection, writable=True)
        make_schema(context)
        return stored_schema(context)
