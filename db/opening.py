"""What is looked at each time a money store is opened: schema, triggers, the journal's end, the witness."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from counter_app.domain.journal import START, BadEntry, Link, check_link, read_entry
from counter_app.errors import Reason, Refusal
from counter_app.security import verify
from db.context import Context
from db.journal import TRIGGERS
from db.profile import is_enrolled, read_certificates
from db.witness import Mark, read_mark

SCHEMAS: Final[tuple[str, ...]] = (
    "0001",
    "0002",
    "0003",
    "0004",
)  # Alembic's revisions; a test holds them equal
SCHEMA: Final = SCHEMAS[-1]
_LAST_ENTRIES: Final = 5


def schema_of(context: Context) -> str:
    """The stored revision. Raises Refusal(STORE_DAMAGED) where there is none."""
    if context.scalar("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'") != 1:
        raise Refusal(Reason.STORE_DAMAGED, part="schema")
    found = context.scalar("SELECT version_num FROM alembic_version")
    if not isinstance(found, str):
        raise Refusal(Reason.STORE_DAMAGED, part="schema")
    return found


def missing_triggers(context: Context) -> list[str]:
    """Names of the journal's triggers that are not there word for word."""
    stored = dict(context.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'"))
    return [name for name, sql in TRIGGERS.items() if stored.get(name) != sql]


def epoch_verifier(context: Context) -> Callable[[int, str, bytes, bytes], bool]:
    """Checks signatures by the stored certificates' keys."""
    keys = {one.epoch: one.public_key for one in read_certificates(context)}

    def check(epoch: int, purpose: str, message: bytes, signature: bytes) -> bool:
        return epoch in keys and verify(keys[epoch], purpose, message, signature)

    return check


def check_store(context: Context) -> None:
    """Quick, at each open; all of it is ``journal verify``. Raises Refusal(STORE_DAMAGED): never mended silently."""
    missing = missing_triggers(context)
    if missing:
        raise Refusal(Reason.STORE_DAMAGED, part="triggers", name=missing[0])
    rows = context.rows(
        "SELECT seq, epoch, raw, hash, signature FROM journal ORDER BY seq DESC LIMIT ?", (_LAST_ENTRIES + 1,)
    )
    rows.reverse()
    link = START
    if len(rows) > _LAST_ENTRIES:
        seq, epoch, _, digest, _ = rows.pop(0)
        link = Link(epoch=epoch, seq=seq, hash=bytes(digest), enrolled=is_enrolled(context))
    check = epoch_verifier(context)
    for seq, _, raw, digest, signature in rows:
        try:
            link = check_link(link, read_entry(bytes(raw), bytes(digest), bytes(signature)), check)
        except BadEntry as error:
            raise Refusal(Reason.STORE_DAMAGED, part="journal", seq=seq, detail=error.reason) from error


def behind_witness(context: Context, witness: Path) -> bool:
    """Whether the database lacks what the witness saw, or nobody can tell (decisions 10)."""
    mark = read_mark(witness)
    return mark is None or not contains(context, mark)


def contains(context: Context, mark: Mark) -> bool:
    """Whether the journal's chain goes through ``mark``. Ahead of it is normal: a kill between commit and witness."""
    if mark.seq == 0:
        return True
    found = context.row("SELECT epoch, hash FROM journal WHERE seq = ?", (mark.seq,))
    return found is not None and found[0] == mark.epoch and bytes(found[1]) == mark.hash
