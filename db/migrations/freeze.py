"""Writes ``versions/<newest>.sql`` from the MetaData: ``python -m db.migrations.freeze``. Before a release only.

From then on a schema changes by new revisions (``script.py.mako``), never by editing old ones. A revision's file holds
the definitions that are new or changed since the revisions before it; what becomes of the rows is its ``.py``'s matter.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from db.opening import SCHEMAS
from db.reference import expected_schema

VERSIONS: Final = Path(__file__).with_name("versions")


def file_of(schema: str) -> Path:
    (found,) = VERSIONS.glob(f"{schema}_*.sql")
    return found


TARGET: Final = file_of(SCHEMAS[-1])


def statements(file: Path) -> list[str]:
    return [one for one in file.read_text("utf-8").split("\n;\n") if one.strip()]


def frozen_sql() -> str:
    """Tables first, then indexes and triggers, by name; Alembic keeps its own table itself."""
    before = {one for schema in SCHEMAS[:-1] for one in statements(file_of(schema))}
    order = {"table": 0, "index": 1, "trigger": 2}
    changed = sorted(
        (order[kind], name, sql)
        for kind, name, _, sql in expected_schema()
        if sql and name != "alembic_version" and sql not in before
    )
    return "".join(f"{sql}\n;\n" for _, _, sql in changed)


if __name__ == "__main__":
    TARGET.write_text(frozen_sql(), "utf-8")
