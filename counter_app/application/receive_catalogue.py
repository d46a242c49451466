"""The timetable that central names is fetched in pieces and activated; the counter sells from the old one meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from counter_app.application.activate_issue import ActivateIssue
from counter_app.application.receive_operator import ISSUE
from counter_app.application.views import LoadingView
from counter_app.domain.staff import SYSTEM
from counter_app.errors import NoAnswer, Refusal
from counter_app.ports.catalogue import Catalogue
from counter_app.ports.catalogue_receiver import CatalogueReceiver
from counter_app.ports.line import Line
from counter_app.ports.store import MoneyStore
from counter_app.wire.messages import CHUNK_BYTES

CHUNK_MS: Final = 30_000
CHUNKS_AT_ONCE: Final = 8


@dataclass(slots=True, kw_only=True)
class ReceiveCatalogue:
    store: MoneyStore
    line: Line
    receiver: CatalogueReceiver
    open_catalogue: Callable[[Path], Catalogue]
    activate: ActivateIssue
    loading: LoadingView | None = field(default=None)
    refused: str = ""  # the digest of a file that this program could not take: not asked for again until the next start

    def __call__(self) -> tuple[bool, bool]:
        """A few pieces. Returns (more waits, a new timetable is in force). Raises NoAnswer, CentralSaidNo."""
        wanted = self._wanted()
        if wanted is None:
            self.loading = None
            return False, False
        sha256, size, trips = wanted
        path = self._fetch(sha256, size)
        if path is None:
            return True, False
        try:
            catalogue = self.open_catalogue(path)
        except Refusal:  # of a newer kind than this program reads: nothing was changed, and the old one goes on
            self.refused = sha256
            return False, False
        finally:
            self.loading = None
        info = catalogue.info
        return False, self.activate(SYSTEM, catalogue, path, info, trips=trips or info.trips, faults=0)

    def _wanted(self) -> tuple[str, int, int] | None:
        with self.store.reading() as books:
            said = books.sync.feed_value(ISSUE)
            active = books.issues.active()
        if said is None:
            return None
        sha256, size, trips = said.get("sha256"), said.get("size"), said.get("trips")
        if not isinstance(sha256, str) or not isinstance(size, int) or sha256 == self.refused:
            return None
        if active is not None and active.sha256 == sha256:
            return None
        return sha256, size, trips if isinstance(trips, int) else 0

    def _fetch(self, sha256: str, size: int) -> Path | None:
        """None: more is to be fetched."""
        try:
            at = self.receiver.begin(sha256, size)
            self.loading = LoadingView(what="timetable", done=at, total=size)
            for _ in range(CHUNKS_AT_ONCE):
                if at >= size:
                    return self.receiver.finish()
                piece = self.line.chunk(sha256, at, deadline_ms=CHUNK_MS)
                if not 0 < len(piece) <= min(CHUNK_BYTES, size - at):
                    raise NoAnswer("a piece of another length", sent=True)
                at = self.receiver.append(at, piece)
                self.loading = LoadingView(what="timetable", done=at, total=size)
            return self.receiver.finish() if at >= size else None
        except Refusal as refusal:  # what came was not the file that was named: from the beginning, after a while
            raise NoAnswer(f"timetable: {refusal}"[:200], sent=True) from refusal
