"""The line to central records: its tables, and where a claim comes from. Definitions as frozen in 0002_central.sql."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"

CLAIM = (
    "claim_id, order_id, run_id, service_date, trip_id, board, alight, travel_class, places, count, state, expires_at, "
    "fare_minor, currency"
)


def upgrade() -> None:
    run = op.get_bind().exec_driver_sql
    # Made anew under its own name: a renamed table's definition would not be word for word that of a new store.
    run(f"CREATE TEMPORARY TABLE claim_before AS SELECT {CLAIM} FROM claim")
    indexes = run("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'claim' AND sql IS NOT NULL").all()
    run("DROP TABLE claim")
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("\n;\n"):
        if statement.strip():
            run(statement)
    for (statement,) in indexes:
        run(statement)
    run(f"INSERT INTO claim ({CLAIM}, origin, asked) SELECT {CLAIM}, 'own', 0 FROM claim_before")
    run("DROP TABLE claim_before")
    run(
        "INSERT INTO sync_state (only, sent_seq, stored_seq, judged_seq, stopped, forked) VALUES (1, 0, 0, 0, '', 0)"
    )


def downgrade() -> None:
    raise NotImplementedError("a money store is never taken back: restore the copy that the upgrade put aside")
