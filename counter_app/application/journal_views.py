"""The journal as supervisors and auditors read it on screen."""

from __future__ import annotations

from dataclasses import dataclass

from counter_app.application.rights import demand
from counter_app.application.views import JournalLine
from counter_app.domain.journal import Entry, canonical
from counter_app.domain.staff import Actor, Right
from counter_app.ports.store import MoneyStore

PAGE_MAX = 1000


@dataclass(frozen=True, slots=True)
class JournalPage:
    store: MoneyStore

    def __call__(self, actor: Actor, *, before_seq: int | None = None, limit: int = 200) -> list[JournalLine]:
        """Newest first. Raises Refusal(NOT_ALLOWED)."""
        demand(actor, Right.AUDIT)
        with self.store.reading() as books:
            return [line_of(entry) for entry in books.journal.latest(limit=min(limit, PAGE_MAX), before_seq=before_seq)]


def line_of(entry: Entry) -> JournalLine:
    return JournalLine(
        epoch=entry.epoch,
        seq=entry.seq,
        at=entry.at,
        kind=entry.kind.value,
        actor=entry.actor,
        hash_hex=entry.hash.hex(),
        body_json=canonical(entry.body).decode(),
    )
