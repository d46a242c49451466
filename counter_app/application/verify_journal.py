"""Looks through the whole record: chain, signatures, witness, tables, timetable file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from counter_app.application.views import JournalVerdict
from counter_app.ports.catalogue import Progress

Check = Callable[[Callable[[Progress], None]], JournalVerdict]
"""Reads the profile's folder; ``db.verify`` in this process or in a child."""


@dataclass(frozen=True, slots=True)
class VerifyJournal:
    check: Check

    def __call__(self, *, progress: Callable[[Progress], None] | None = None) -> JournalVerdict:
        """Anybody may: it changes nothing and tells no figures."""
        return self.check(progress or (lambda _: None))
