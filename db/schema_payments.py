"""Tables of payments: intents, the legs of sales and refunds, slips, differences, terminals' closings."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from db.metadata import metadata

_STATES: Final = (
    "'created', 'sent', 'approved_unacked', 'approved', 'declined', 'unknown', 'not_performed', 'manual', 'reversing', "
    "'reversed', 'reverse_unknown'"
)
# ``domain.payments.PaymentIntent.unsettled``: what is under way or unknown, approved for nothing, or still owed.
_UNSETTLED: Final = (
    "(state in ('created', 'sent', 'approved_unacked', 'reversing', 'unknown', 'manual', 'reverse_unknown') "
    "or (direction = 'charge' and state = 'approved' and bound = 0) "
    "or (direction = 'refund' and state in ('declined', 'not_performed', 'reversed') and superseded = 0))"
)

payment_intent: Final = Table(
    "payment_intent",
    metadata,
    Column("intent_id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("sale_order.order_id"), nullable=False, index=True),
    Column("refund_id", Text, ForeignKey("refund.refund_id")),
    Column("charge_id", Text, ForeignKey("payment_intent.intent_id")),
    Column("shift_id", Text, ForeignKey("shift.shift_id"), nullable=False),
    Column("user_id", Text, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("tender", Text, nullable=False),
    Column("amount_minor", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("terminal_id", Text, nullable=False),
    Column("baseline", Integer),
    Column("state", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("sent_at", Integer),
    Column("moved_at", Integer, nullable=False),
    Column("evidence", Text, nullable=False),  # canonical JSON, masked
    Column("reason", Text, nullable=False),
    Column("reverses", Integer),
    Column("carried", Text, nullable=False),
    Column("bound", Integer, nullable=False),
    Column("superseded", Integer, nullable=False),
    Column("unsettled", Integer, nullable=False),  # kept beside, so that what is to settle is found at once
    Column("journal_seq", Integer, nullable=False),
    CheckConstraint(f"state in ({_STATES})", name="state"),
    CheckConstraint("direction in ('charge', 'refund')", name="direction"),
    CheckConstraint("tender in ('card', 'alipay', 'wechat', 'voucher', 'points', 'account')", name="tender"),
    CheckConstraint("amount_minor > 0", name="amount"),
    CheckConstraint("(direction = 'refund') = (refund_id is not null)", name="refund"),
    CheckConstraint("(direction = 'refund') = (charge_id is not null)", name="charge"),
    CheckConstraint("bound in (0, 1) and superseded in (0, 1)", name="flags"),
    CheckConstraint(f"unsettled = {_UNSETTLED}", name="unsettled"),
    CheckConstraint("journal_seq > 0", name="journaled"),
    sqlite_with_rowid=False,
)
Index("ix_payment_intent_unsettled", payment_intent.c.created_at, sqlite_where=text("unsettled = 1"))
Index("ix_payment_intent_refund", payment_intent.c.refund_id, sqlite_where=text("refund_id is not null"))
Index("ix_payment_intent_device", payment_intent.c.device, payment_intent.c.moved_at)

# One leg of a sale or of a refund. ``journal_seq``: of the entry that posted it; ``n``: its place in that entry.
tender_leg: Final = Table(
    "tender_leg",
    metadata,
    Column("journal_seq", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("order_id", Text, ForeignKey("sale_order.order_id"), nullable=False, index=True),
    Column("refund_id", Text, ForeignKey("refund.refund_id")),
    Column("tender", Text, nullable=False),
    Column("amount_minor", Integer, nullable=False),
    Column("rounding_minor", Integer, nullable=False),
    Column("intent_id", Text, ForeignKey("payment_intent.intent_id")),
    Column("shift_id", Text, ForeignKey("shift.shift_id"), nullable=False, index=True),
    CheckConstraint(
        "tender in ('cash', 'card', 'alipay', 'wechat', 'voucher', 'points', 'account')",
        name="tender",
    ),
    CheckConstraint("(tender = 'cash') = (intent_id is null)", name="paid_by"),
    CheckConstraint("tender = 'cash' or rounding_minor = 0", name="rounding"),
    CheckConstraint("n >= 0", name="n"),
    sqlite_with_rowid=False,
)

payment_slip: Final = Table(
    "payment_slip",
    metadata,
    Column("intent_id", Text, ForeignKey("payment_intent.intent_id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("slip_id", Text, nullable=False, unique=True),  # what its print jobs refer to
    Column("whose", Text, nullable=False),
    Column("lines", Text, nullable=False),  # canonical JSON list, card numbers masked
    CheckConstraint("whose in ('customer', 'merchant')", name="whose"),
    sqlite_with_rowid=False,
)

difference: Final = Table(
    "difference",
    metadata,
    Column("difference_id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("found_at", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("tender", Text, nullable=False),
    Column("ours_minor", Integer, nullable=False),
    Column("theirs_minor", Integer, nullable=False),
    Column("intent_id", Text),
    Column("detail", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("note", Text, nullable=False),
    CheckConstraint("state in ('open', 'resolved')", name="state"),
    sqlite_with_rowid=False,
)
Index("ix_difference_open", difference.c.state, difference.c.found_at)

terminal_closing: Final = Table(
    "terminal_closing",
    metadata,
    Column("device", Text, primary_key=True),
    Column("at", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
