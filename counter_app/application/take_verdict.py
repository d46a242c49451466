"""A verdict of central's comes in: into the inbox, and out of the way where central says that it is settled."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from counter_app.domain.journal import Json, Kind
from counter_app.domain.staff import SYSTEM
from counter_app.ports.store import Writing
from counter_app.ports.sync import InboxState
from counter_app.wire.messages import Judgement, Verdict

RESOLVED: Final = "resolved"  # a fact: {by, at, note}, when somebody dealt with it at central
NOTE_MAX: Final = 200


def take_verdict(books: Writing, verdict: Verdict, now: datetime) -> bool:
    """Whether it is news. What was judged anew, and accepted, needs nobody any more either."""
    known = books.sync.verdict(verdict.epoch, verdict.seq)
    news = books.sync.put_verdict(verdict, now)
    note = _settled(verdict, again=known is not None)
    current = books.sync.verdict(verdict.epoch, verdict.seq)
    if note and current is not None and current.state is InboxState.OPEN:
        books.sync.settle_verdict(verdict.epoch, verdict.seq, by=SYSTEM.login, note=note)
        body: dict[str, Json] = {"epoch": verdict.epoch, "seq": verdict.seq, "note": note}
        books.journal.append(Kind.VERDICT_SETTLED, body, actor=SYSTEM)
        return True
    return news


def _settled(verdict: Verdict, *, again: bool) -> str:
    """What to write beside it; empty: it is not settled."""
    resolved = verdict.facts.get(RESOLVED)
    if isinstance(resolved, dict):
        return f"central records, {resolved.get('by', '')}: {resolved.get('note', '')}"[:NOTE_MAX]
    if again and verdict.judgement is Judgement.ACCEPTED:
        return "central records: judged again, accepted"
    return ""
