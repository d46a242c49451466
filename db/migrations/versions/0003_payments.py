"""Payments: intents, legs, slips, differences, closings. What was sold and given back before was cash, all of it."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run = op.get_bind().exec_driver_sql
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("\n;\n"):
        if statement.strip():
            run(statement)
    run(
        "INSERT INTO tender_leg (journal_seq, n, order_id, refund_id, tender, amount_minor, rounding_minor, intent_id,"
        " shift_id) SELECT journal_seq, 0, order_id, NULL, 'cash', total_minor, 0, NULL, shift_id FROM sale_order"
        " WHERE journal_seq > 0"
    )
    # Nothing was paid out where nothing was refundable, and there is no leg of it.
    run(
        "INSERT INTO tender_leg (journal_seq, n, order_id, refund_id, tender, amount_minor, rounding_minor, intent_id,"
        " shift_id) SELECT refund.journal_seq, 0, ticket.order_id, refund.refund_id, 'cash', -refund.refunded_minor, 0,"
        " NULL, refund.shift_id FROM refund JOIN ticket USING (ticket_id) WHERE refund.refunded_minor > 0"
    )


def downgrade() -> None:
    raise NotImplementedError("a money store is never taken back: restore the copy that the upgrade put aside")
