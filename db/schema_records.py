"""Tables of the durable record: journal, profile, certificates, people's accounts, shifts, personal data, issues."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from db.metadata import metadata

journal: Final = Table(
    "journal",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    CheckConstraint("seq > 0", name="seq"),
    CheckConstraint("epoch > 0", name="epoch"),
    CheckConstraint("length(hash) = 32", name="hash"),
    CheckConstraint("length(signature) = 64", name="signature"),
)

profile: Final = Table(
    "profile",
    metadata,
    Column("only", Integer, primary_key=True, autoincrement=False),
    Column("profile_id", Text, nullable=False),
    Column("station_name", Text, nullable=False),
    Column("station_latin", Text, nullable=False),
    Column("station_code", Text, nullable=False),
    Column("counter", Integer, nullable=False),
    Column("operator", Text, nullable=False),
    Column("operator_key", LargeBinary, nullable=False),
    Column("zone", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("training", Integer, nullable=False),
    Column("demonstration", Integer, nullable=False),
    CheckConstraint("only = 1", name="only"),
)

certificate: Final = Table(
    "certificate",
    metadata,
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),  # canonical JSON as in a trust bundle
)

user: Final = Table(
    "user",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("active", Integer, nullable=False),
    Column("failed_tries", Integer, nullable=False),
    Column("locked_until", Integer),
)

shift: Final = Table(
    "shift",
    metadata,
    Column("shift_id", Text, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("user_id", Text, ForeignKey("user.user_id"), nullable=False),
    Column("login", Text, nullable=False),
    Column("opened_at", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("float_count", Text, nullable=False),  # canonical JSON {denomination: pieces}
    Column("declared_count", Text),
    Column("declared_minor", Integer),
    Column("expected_minor", Integer),
    Column("over_short_reason", Text, nullable=False),
    Column("declared_at", Integer),
    Column("closed_at", Integer),
    Column("closed_by", Text),
    Column("z_number", Integer, unique=True),
    Column("z_report", Text),
    Column("declared_by", Text),
    CheckConstraint("state in ('open', 'declared', 'closed')", name="state"),
    CheckConstraint("(state = 'closed') = (z_number is not null)", name="closed_has_z"),
)
# One drawer, one counter: the table itself forbids a second shift that is not closed.
Index("uq_shift_one_not_closed", shift.c.state.is_(None), unique=True, sqlite_where=shift.c.state != "closed")

cash_movement: Final = Table(
    "cash_movement",
    metadata,
    Column("movement_id", Text, primary_key=True),
    Column("shift_id", Text, ForeignKey("shift.shift_id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("amount_minor", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Column("journal_seq", Integer, nullable=False),
)

person: Final = Table(
    "person",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("document_tag", LargeBinary, index=True),
    Column("erased_at", Integer),
)
# Apart from the record: deleting this row is the erasure, the sealed bytes stay and still match their commitment.
person_key: Final = Table(
    "person_key",
    metadata,
    Column("person_id", Text, ForeignKey("person.person_id"), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)

catalogue_issue: Final = Table(
    "catalogue_issue",
    metadata,
    Column("activation", Integer, primary_key=True, autoincrement=False),  # from 1, without gaps; the last is active
    Column("issue_id", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("feed_name", Text, nullable=False),
    Column("trips", Integer, nullable=False),
    Column("activated_at", Integer, nullable=False),
)
