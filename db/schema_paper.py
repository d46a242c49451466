"""Tables around paper: which printer a job went to, the rolls of numbered blanks, tickets seen, what printers said."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from db.metadata import metadata

print_route: Final = Table(
    "print_route",
    metadata,
    Column("job_id", Text, ForeignKey("print_job.job_id"), primary_key=True),
    Column("printer", Text, nullable=False),  # its name in the settings: chosen by a person, or the one it was begun on
    CheckConstraint("printer != ''", name="printer"),
    sqlite_with_rowid=False,
)

# Blanks are numbered by their maker; ``n`` is the number as domain.stocknumbers counts it.
blank_roll: Final = Table(
    "blank_roll",
    metadata,
    Column("roll_id", Text, primary_key=True),
    Column("printer", Text, nullable=False),
    Column("first_n", Integer, nullable=False),
    Column("last_n", Integer, nullable=False),
    Column("next_n", Integer, nullable=False),  # the blank that lies in the printer; last_n + 1: used up
    Column("loaded_at", Integer, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("shift_id", Text),
    Column("ended_at", Integer),  # taken out, or used up; null: it is in the printer
    Column("journal_seq", Integer, nullable=False),
    CheckConstraint("0 < first_n and first_n <= last_n", name="numbers"),
    CheckConstraint("first_n <= next_n and next_n <= last_n + 1", name="next"),
    CheckConstraint("journal_seq > 0", name="journaled"),
    sqlite_with_rowid=False,
)
Index("ix_blank_roll_inside", blank_roll.c.printer, unique=True, sqlite_where=text("ended_at is null"))

# Blanks that no job took: torn while loading, printed upon in vain, lost.
spoiled_blank: Final = Table(
    "spoiled_blank",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("roll_id", Text, ForeignKey("blank_roll.roll_id"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("shift_id", Text),
    Column("journal_seq", Integer, nullable=False),
    CheckConstraint("journal_seq > 0", name="journaled"),
    sqlite_with_rowid=False,
)

# A ticket that was let through: its number counts, whatever copy was shown. The second scan finds the first here.
redemption: Final = Table(
    "redemption",
    metadata,
    Column("number", Text, primary_key=True),
    Column("copy_number", Integer, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("service_date", Text, nullable=False),
    Column("key_id", Text, nullable=False),  # of the key that signed its code
    Column("at", Integer, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("seen", Integer, nullable=False),  # how often it was shown, the first included
    Column("last_at", Integer, nullable=False),
    Column("journal_seq", Integer, nullable=False),
    CheckConstraint("copy_number >= 0 and seen > 0 and last_at >= at", name="numbers"),
    CheckConstraint("journal_seq > 0", name="journaled"),
    sqlite_with_rowid=False,
)

# For the technician, not for the auditor: bounded, the oldest go first.
printer_event: Final = Table(
    "printer_event",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("printer", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
