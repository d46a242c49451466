"""Writes ``versions/0001_first.sql`` from the MetaData: ``python -m db.migrations.freeze``. Before the first release.

From then on a schema changes by new revisions (``script.py.mako``), never by editing old ones.
"""

from __future__ import annotations

from pathlib import Path

from db.reference import expected_schema

TARGET = Path(__file__).with_name("versions") / "0001_first.sql"


def frozen_sql() -> str:
    """Tables first, then indexes and triggers, by name; Alembic keeps its own table itself."""
    order = {"table": 0, "index": 1, "trigger": 2}
    statements = sorted(
        (order[kind], name, sql) for kind, name, _, sql in expected_schema() if sql and name != "alembic_version"
    )
    return "".join(f"{sql}\n;\n" for _, _, sql in statements)


if __name__ == "__main__":
    TARGET.write_text(frozen_sql(), "utf-8")
