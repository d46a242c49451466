"""The first schema, statement by statement as it was frozen in 0001_first.sql."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("\n;\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    raise NotImplementedError("a money store is never taken back: restore the copy that the upgrade put aside")
