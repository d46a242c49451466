"""Claims that central may still hold for this counter, and that nobody wants any more: told when the line allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from counter_app.application.lock_tickets import TicketLocks
from counter_app.errors import CentralSaidNo
from counter_app.ports.line import Line
from counter_app.ports.store import MoneyStore
from counter_app.ports.sync import PendingRelease
from counter_app.wire import messages as m

RELEASE_MS: Final = 5_000
AT_ONCE_MAX: Final = 20
# Central has no such claim to release, whatever is asked again.
_SETTLED: Final = frozenset({m.Refused.UNKNOWN_RUN.value, m.Refused.NOT_FOUND.value, m.Refused.BAD_MESSAGE.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class TellReleases:
    store: MoneyStore
    line: Line
    locks: TicketLocks

    def __call__(self) -> bool:
        """Locks of after-sales that were given up as well. Whether more are waiting. Raises NoAnswer, CentralSaidNo."""
        with self.store.reading() as books:
            waiting = books.sync.releases()
        for one in waiting[:AT_ONCE_MAX]:
            self._tell(one)
        more = self.locks.release_forgotten()
        return more or len(waiting) > AT_ONCE_MAX

    def _tell(self, one: PendingRelease) -> None:
        request = m.ClaimAct(claim_id=one.claim_id, run_id=one.run.run_id, service_date=one.run.service_date)
        try:
            # LEASED all the same: only a copy of this counter can have asked for that, and may have been paid on it.
            # Its journal settles it, or two people write it off: given up from here, a place could be sold twice.
            self.line.release(request, deadline_ms=RELEASE_MS)
        except CentralSaidNo as no:
            if no.code not in _SETTLED:
                raise
        with self.store.writing() as books:
            books.sync.drop_release(one.claim_id)
