"""A new timetable: built beside the store by a process of its own, then activated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from counter_app.application.activate_issue import ActivateIssue
from counter_app.application.rights import demand
from counter_app.domain.staff import Actor, Right
from counter_app.ports.catalogue import CatalogueBuilder, ImportReport, Progress
from counter_app.ports.clock import Clock
from counter_app.ports.store import MoneyStore


@dataclass(frozen=True, slots=True)
class ImportTimetable:
    """``builder`` has its own process. Afterwards whoever remembers the old timetable, or pictures of its stock, is to

    forget them.
    """

    store: MoneyStore
    builder: CatalogueBuilder
    clock: Clock

    def __call__(
        self, actor: Actor, feed: Path, *, progress: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> ImportReport:
        """Raises Refusal: NOT_ALLOWED, FILE_REFUSED(code, detail); Cancelled; each with nothing changed.

        OutcomeUnknown: whether the new issue is in force shows in ``issues.active()`` after the store was opened again.
        """
        demand(actor, Right.MANAGE)
        report = self.builder.build(feed, progress=progress, cancelled=cancelled)
        catalogue = self.builder.open(report.catalogue)
        activate = ActivateIssue(self.store, self.clock)
        activate(actor, catalogue, report.catalogue, report.issue, trips=report.trips, faults=report.fault_count)
        return report
