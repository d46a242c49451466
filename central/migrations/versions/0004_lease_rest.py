"""What is left of leases whose run counts its legs anew: statements in 0004_lease_rest.sql."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    # The driver's own call: many statements in one go, and no reading of % or : as marks.
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    connection.execute(sql)
