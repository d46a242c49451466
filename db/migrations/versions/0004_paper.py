"""Paper: which printer a job went to, rolls of numbered blanks, tickets seen at a check, what printers said."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("\n;\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    raise NotImplementedError("a money store is never taken back: restore the copy that the upgrade put aside")
