"""The one MetaData of the counter's store: every ``schema_*`` module adds its tables, Alembic compares with it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import MetaData

# Named constraints: SQLite can only drop or alter what has a name, and a later migration will want to.
metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
