"""Tables around paper: which printer a job went to, the rolls of numbered blanks, tickets seen, what printers said."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

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

# The slip by which an employer pays a ticket back: one original, numbered without gaps by counter and epoch.
reimbursement: Final = Table(
    "reimbursement",
    metadata,
    Column("ticket_id", Text, ForeignKey("ticket.ticket_id"), primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("number", Text, nullable=False, unique=True),  # as printed
    Column("job_id", Text, nullable=False, unique=True),  # of the original
    Column("amount_minor", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("journal_seq", Integer, nullable=False),
    Column("back_seq", Integer),  # of the refund for which it was taken back
    UniqueConstraint("epoch", "serial"),
    CheckConstraint("epoch > 0 and serial > 0 and amount_minor > 0", name="numbers"),
    CheckConstraint("journal_seq > 0 and (back_seq is null or back_seq > journal_seq)", name="journaled"),
    sqlite_with_rowid=False,
)

# Which of a passenger's pieces a tag is for; a copy is for the same piece.
luggage_piece: Final = Table(
    "luggage_piece",
    metadata,
    Column("job_id", Text, primary_key=True),
    Column("ticket_id", Text, ForeignKey("ticket.ticket_id"), nullable=False, index=True),
    Column("piece", Integer, nullable=False),
    Column("pieces", Integer, nullable=False),  # so many there were when it was printed
    CheckConstraint("0 < piece and piece <= pieces", name="piece"),
    sqlite_with_rowid=False,
)

# A drop, paid in or out that was counted: {"10000": 3}, minor units to pieces, canonical JSON.
cash_count: Final = Table(
    "cash_count",
    metadata,
    Column("movement_id", Text, ForeignKey("cash_movement.movement_id"), primary_key=True),
    Column("count", Text, nullable=False),
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
