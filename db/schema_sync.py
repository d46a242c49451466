"""Tables of an enrolled counter: central, how far the journal got, leases, the inbox, what central says is taken."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text, text

from db.metadata import metadata

# One row in an enrolled profile, none in a stand-alone one.
central: Final = Table(
    "central",
    metadata,
    Column("only", Integer, primary_key=True, autoincrement=False),
    Column("url", Text, nullable=False),
    Column("certificate_file", Text, nullable=False),
    Column("incarnation", Text),
    CheckConstraint("only = 1", name="only"),
)

sync_state: Final = Table(
    "sync_state",
    metadata,
    Column("only", Integer, primary_key=True, autoincrement=False),
    Column("sent_seq", Integer, nullable=False),
    Column("stored_seq", Integer, nullable=False),
    Column("judged_seq", Integer, nullable=False),
    Column("told", Integer),
    Column("told_wall", Integer),
    Column("told_monotonic_ms", Integer),  # good only within the run of the program that wrote it
    Column("told_session", Text),
    Column("high_water", Integer),
    Column("last_contact", Integer),
    Column("stopped", Text, nullable=False),
    Column("forked", Integer, nullable=False),
    CheckConstraint("only = 1", name="only"),
    CheckConstraint("0 <= stored_seq and 0 <= judged_seq and stored_seq <= sent_seq", name="order"),
    CheckConstraint("(told is null) = (high_water is null)", name="time"),
)

cursor: Final = Table(
    "cursor",
    metadata,
    Column("shard", Text, primary_key=True),
    Column("incarnation", Text, nullable=False),
    Column("position", Integer, nullable=False),
    CheckConstraint("position >= 0", name="position"),
    sqlite_with_rowid=False,
)

lease: Final = Table(
    "lease",
    metadata,
    Column("lease_id", Text, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("service_date", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("granted_at", Integer, nullable=False),
    Column("expires_at", Integer, nullable=False),
    Column("journal_seq", Integer, nullable=False),  # of LEASE_TAKEN
    Column("given_up", Integer, nullable=False),  # places or units that were left when it stopped being active
    Column("body", LargeBinary, nullable=False),  # the grant as it came, signature and all
    CheckConstraint("state in ('active', 'returned', 'ended')", name="state"),
    CheckConstraint("journal_seq > 0", name="journaled"),
    CheckConstraint("given_up >= 0", name="given_up"),
    sqlite_with_rowid=False,
)
Index("ix_lease_run", lease.c.run_id, lease.c.state)
Index("ix_lease_active", lease.c.service_date, sqlite_where=text("state = 'active'"))

inbox: Final = Table(
    "inbox",
    metadata,
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False, unique=True),  # in the order of coming
    Column("state", Text, nullable=False),
    Column("received_at", Integer, nullable=False),
    Column("settled_by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),  # the verdict as it came
    CheckConstraint("state in ('open', 'settled')", name="state"),
    sqlite_with_rowid=False,
)
Index("ix_inbox_open", inbox.c.n, sqlite_where=text("state = 'open'"))

# What central last said is taken, by run.
shadow: Final = Table(
    "shadow",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("shard", Text, nullable=False, index=True),
    Column("checksum", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Claims at central that are no longer wanted: told as soon as the line allows.
pending_release: Final = Table(
    "pending_release",
    metadata,
    Column("claim_id", Text, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("trip_id", Text, nullable=False),
    Column("service_date", Text, nullable=False),
    sqlite_with_rowid=False,
)

feed_value: Final = Table(
    "feed_value",
    metadata,
    Column("key", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Certificates of other windows, so that their tickets can be checked here.
trusted: Final = Table(
    "trusted",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
