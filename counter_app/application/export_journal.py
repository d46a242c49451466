"""The journal as one file that anyone can check without this program (``docs/journal-format.md``)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from counter_app.application.rights import demand
from counter_app.application.whole_file import whole_file
from counter_app.domain.journal import Json
from counter_app.domain.journal_export import entry_line, header_line
from counter_app.domain.staff import Actor, Right
from counter_app.ports.epochs import TrustSource
from counter_app.ports.store import MoneyStore


@dataclass(frozen=True, slots=True)
class ExportJournal:
    store: MoneyStore
    trust: TrustSource

    def __call__(self, actor: Actor, target: Path) -> int:
        """How many entries were written; all of them or no file. Raises Refusal NOT_ALLOWED, STORE_DAMAGED; OSError."""
        demand(actor, Right.AUDIT)
        profile = self.store.profile
        who: dict[str, Json] = {
            "profile_id": str(profile.profile_id),
            "station": profile.station_code,
            "counter": profile.counter,
            "operator": profile.operator,
        }
        bundle = self.trust.own_bundle()
        with self.store.reading() as books, whole_file(target) as file:
            head = books.journal.head()
            file.write(header_line(profile=who, trust=bundle, entries=head.seq, head=head.hash) + b"\n")
            for entry in books.journal.entries():
                file.write(entry_line(entry) + b"\n")
        return head.seq
