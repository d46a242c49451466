"""Tables of the sale: frozen runs, claims, cells, orders, tickets, refunds, print jobs. Added to the one MetaData."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

from db.metadata import metadata

# A pattern or formation is kept once, under the hash of its bytes, however many runs are sold of it.
frozen: Final = Table(
    "frozen",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)

run: Final = Table(
    "run",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("service_date", Text, nullable=False),
    Column("trip_id", Text, nullable=False),
    Column("pattern", Text, ForeignKey("frozen.hash"), nullable=False),
    Column("formation", Text, ForeignKey("frozen.hash")),
    Column("issue_id", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("demonstration", Integer, nullable=False),
    Column("unreserved_capacity", Integer, nullable=False),
    sqlite_with_rowid=False,
)

sale_order: Final = Table(
    "sale_order",
    metadata,
    Column("order_id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("shift_id", Text, ForeignKey("shift.shift_id")),
    Column("total_minor", Integer, nullable=False),
    Column("received_minor", Integer, nullable=False),
    Column("change_minor", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("parked_at", Integer),
    Column("draft", Text, nullable=False),
    Column("journal_seq", Integer, nullable=False),
    CheckConstraint("state in ('PREBOOKED', 'ON_HOLD', 'FULFILLED', 'RELEASED', 'REFUNDED')", name="state"),
    CheckConstraint("(state in ('FULFILLED', 'REFUNDED')) = (journal_seq > 0)", name="sold_is_journaled"),
    sqlite_with_rowid=False,
)
Index("ix_sale_order_parked", sale_order.c.order_id, sqlite_where=text("state = 'ON_HOLD'"))

claim: Final = Table(
    "claim",
    metadata,
    Column("claim_id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("sale_order.order_id"), nullable=False),
    Column("run_id", Text, ForeignKey("run.run_id"), nullable=False),
    Column("service_date", Text, nullable=False),
    Column("trip_id", Text, nullable=False),
    Column("board", Integer, nullable=False),
    Column("alight", Integer, nullable=False),
    Column("travel_class", Text, nullable=False),
    Column("places", Text, nullable=False),  # canonical JSON list
    Column("count", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("expires_at", Integer),
    Column("fare_minor", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("asked", Integer, nullable=False),  # central was asked to lease it: it may have done so
    CheckConstraint("state in ('HELD', 'LEASED', 'SOLD', 'GONE')", name="state"),
    CheckConstraint("origin in ('own', 'central', 'lease')", name="origin"),
    CheckConstraint("asked in (0, 1)", name="asked"),
    CheckConstraint("0 <= board and board < alight", name="span"),
    CheckConstraint("count > 0", name="count"),
    CheckConstraint("(state = 'HELD') = (expires_at is not null)", name="held_expires"),
    sqlite_with_rowid=False,
)
Index("ix_claim_order", claim.c.order_id, claim.c.claim_id)
Index("ix_claim_unpaid", claim.c.state, claim.c.expires_at, sqlite_where=text("state in ('HELD', 'LEASED')"))
Index("ix_claim_leased_from", claim.c.run_id, sqlite_where=text("origin = 'lease'"))

# Rows only for what is not free. The key itself forbids a double sale.
place_leg: Final = Table(
    "place_leg",
    metadata,
    Column("service_date", Text, primary_key=True),
    Column("run_id", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("leg", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("claim_id", Text),
    Column("epoch", Integer, nullable=False),
    CheckConstraint("state in ('HELD', 'LEASED', 'SOLD', 'BLOCKED')", name="state"),
    CheckConstraint("(state = 'BLOCKED') = (claim_id is null)", name="claimed"),
    sqlite_with_rowid=False,
)

# Unreserved capacity: the CHECK is what the key is for places.
capacity_leg: Final = Table(
    "capacity_leg",
    metadata,
    Column("service_date", Text, primary_key=True),
    Column("run_id", Text, primary_key=True),
    Column("travel_class", Text, primary_key=True),
    Column("leg", Integer, primary_key=True, autoincrement=False),
    Column("capacity", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("leased", Integer, nullable=False),
    Column("sold", Integer, nullable=False),
    CheckConstraint("held >= 0 and leased >= 0 and sold >= 0", name="not_negative"),
    CheckConstraint("held + leased + sold <= capacity", name="enough"),
    sqlite_with_rowid=False,
)

ticket: Final = Table(
    "ticket",
    metadata,
    Column("ticket_id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("sale_order.order_id"), nullable=False, index=True),
    Column("claim_id", Text, nullable=False),
    Column("number", Text, nullable=False, unique=True),
    Column("epoch", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("service_date", Text, nullable=False),
    Column("trip_id", Text, nullable=False),
    Column("board", Integer, nullable=False),
    Column("alight", Integer, nullable=False),
    Column("place", Text),
    Column("travel_class", Text, nullable=False),
    Column("passenger_type", Text, nullable=False),
    Column("items", Text, nullable=False),
    Column("price_minor", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("person_id", Text, index=True),
    Column("depart", Integer, nullable=False),
    Column("arrive", Integer, nullable=False),
    Column("sold_at", Integer, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("shift_id", Text, nullable=False, index=True),
    Column("policy", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("journal_seq", Integer, nullable=False),
    CheckConstraint("state in ('FULFILLED', 'REFUNDED')", name="state"),
    CheckConstraint("serial > 0", name="serial"),
    CheckConstraint("price_minor >= 0", name="price"),
    sqlite_with_rowid=False,
)
Index("uq_ticket_serial", ticket.c.serial, ticket.c.epoch, unique=True)
# What is not at central yet, and its value: asked for every second.
Index("ix_ticket_journal", ticket.c.journal_seq, ticket.c.price_minor)
Index("ix_ticket_refunded", ticket.c.run_id, sqlite_where=text("state = 'REFUNDED'"))

refund: Final = Table(
    "refund",
    metadata,
    Column("refund_id", Text, primary_key=True),
    Column("ticket_id", Text, ForeignKey("ticket.ticket_id"), nullable=False, unique=True),
    Column("rule", Text, nullable=False),
    Column("items", Text, nullable=False),
    Column("refunded_minor", Integer, nullable=False),
    Column("fee_minor", Integer, nullable=False),
    Column("at", Integer, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("shift_id", Text, nullable=False, index=True),
    Column("journal_seq", Integer, nullable=False),
    CheckConstraint("refunded_minor >= 0 and fee_minor >= 0", name="amounts"),
    sqlite_with_rowid=False,
)
Index("ix_refund_journal", refund.c.journal_seq, refund.c.refunded_minor)

print_job: Final = Table(
    "print_job",
    metadata,
    Column("n", Integer, primary_key=True),  # the order in which they are printed
    Column("job_id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("ref", Text, nullable=False, index=True),
    Column("copy_number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("updated_at", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("token", Integer, nullable=False),
    Column("stock", Text),  # the number of the blank
    Column("stock_n", Integer, unique=True),
    CheckConstraint("token between 1 and 9999", name="token"),
    CheckConstraint("(stock is null) = (stock_n is null)", name="stock"),
)
Index(
    "ix_print_job_open",
    print_job.c.n,
    sqlite_where=text("state in ('queued', 'sending', 'failed_before_send', 'unknown')"),
)
